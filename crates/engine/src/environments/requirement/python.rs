//! PEP 508 without markers and without URLs.

use super::{Requirement, is_word, split_extras};

const OPERATORS: [&str; 8] = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"];

pub(super) fn parse(text: &str) -> Result<Requirement, &'static str> {
    let named = text.find(['<', '>', '=', '!', '~']).unwrap_or(text.len());
    let (name, version) = text.split_at(named);
    let (name, extras) = split_extras(name.trim_end())?;
    if name.contains(['@', ';']) {
        return Err("neither URLs nor markers are taken");
    }
    if !is_word(name, "._-") {
        return Err("its name is none");
    }
    let mut specifiers = Vec::new();
    if !version.is_empty() {
        for specifier in version.split(',') {
            specifiers.push(self::specifier(specifier.trim())?);
        }
    }
    specifiers.sort();
    Ok(Requirement { extras, ..Requirement::new(normalized(name), specifiers.join(",")) })
}

fn specifier(text: &str) -> Result<String, &'static str> {
    let operator = OPERATORS.iter().find(|it| text.starts_with(**it));
    let operator = operator.ok_or("a version needs ==, ~=, !=, <, <=, > or >= before it")?;
    let version = text[operator.len()..].trim_start();
    let known = |it: char| it.is_ascii_alphanumeric() || ".*+!_-".contains(it);
    if version.starts_with(|it: char| it.is_ascii_digit()) && version.chars().all(known) {
        Ok(format!("{operator}{version}"))
    } else {
        Err("its version is none")
    }
}

/// PEP 503: the names that indexes hold equal.
fn normalized(name: &str) -> String {
    let mut normal = String::new();
    for part in name.split(['-', '_', '.']).filter(|it| !it.is_empty()) {
        if !normal.is_empty() {
            normal.push('-');
        }
        normal.push_str(&part.to_ascii_lowercase());
    }
    normal
}
