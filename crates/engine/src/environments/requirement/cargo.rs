//! A crate with features and requirements of its version.

use super::{Requirement, is_word, split_extras};

/// Features as programs for tinirun name them, after all crates: `--features`, then `serde/derive`. They
/// are read here; no tool is ever handed them.
#[derive(Debug, Default)]
pub(super) struct Features<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Features<'a> {
    /// Splits a list of dependencies into the crates and their features.
    pub(super) fn split(dependencies: &'a [String]) -> (&'a [String], Self) {
        let Some(at) = dependencies.iter().position(|it| it == "--features") else {
            return (dependencies, Self(Vec::new()));
        };
        let (crates, features) = (&dependencies[..at], &dependencies[at + 1..]);
        let features: Option<Vec<_>> = features
            .iter()
            .flat_map(|it| it.split([',', ' ']))
            .map(|it| it.split_once('/').filter(|(_, feature)| is_word(feature, "._-")))
            .collect();
        match features.filter(|it| !it.is_empty()) {
            Some(features) => (crates, Self(features)),
            // It is refused as the option that it is then.
            None => (dependencies, Self(Vec::new())),
        }
    }

    /// Gives each crate its features; fails with the name of one that is not there.
    pub(super) fn add_to(self, requirements: &mut [Requirement]) -> Result<(), &'a str> {
        for (name, feature) in self.0 {
            let found = requirements.iter_mut().find(|it| it.name == name).ok_or(name)?;
            found.extras.push(feature.to_owned());
            found.extras.sort();
            found.extras.dedup();
        }
        Ok(())
    }
}

pub(super) fn parse(text: &str) -> Result<Requirement, &'static str> {
    // As `cargo add` has it, or with `=` as programs for tinirun do.
    let (name, version) =
        text.split_once('@').or_else(|| text.split_once('=')).unwrap_or((text, ""));
    if text.contains(['@', '=']) && version.trim().is_empty() {
        return Err("its version is missing");
    }
    let (name, extras) = split_extras(name)?;
    let plain = name.starts_with(|it: char| it.is_ascii_alphabetic()) && name.len() <= 64;
    if !plain || !name.chars().all(|it| it.is_ascii_alphanumeric() || "_-".contains(it)) {
        return Err("its name is none");
    }
    let mut comparators = Vec::new();
    if !version.is_empty() {
        for comparator in version.split(',') {
            comparators.push(self::comparator(comparator.trim())?);
        }
    }
    comparators.sort();
    Ok(Requirement { extras, ..Requirement::new(name, comparators.join(",")) })
}

fn comparator(text: &str) -> Result<String, &'static str> {
    let operators = ["^", "~", ">=", "<=", ">", "<", "="];
    let operator = operators.iter().find(|it| text.starts_with(**it)).copied().unwrap_or("");
    let version = text[operator.len()..].trim_start();
    let begins = version.starts_with(|it: char| it.is_ascii_digit() || it == '*');
    let known = |it: char| it.is_ascii_alphanumeric() || ".*+-".contains(it);
    if begins
        && (version == "*" || is_word(version.trim_end_matches(".*"), ".+-"))
        && version.chars().all(known)
    {
        Ok(format!("{operator}{version}"))
    } else {
        Err("its version is none")
    }
}
