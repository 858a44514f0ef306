//! What callers may name as a dependency: a package and a range of versions, in the notation of its
//! ecosystem, and nothing else.
//!
//! Options, paths, URLs and aliases are refused here, so that no tool is ever handed one.

use std::{collections::BTreeSet, fmt};

use document::Runtime;

mod cargo;
mod debian;
mod go;
mod npm;
mod python;

/// Packages of one environment. More are a mistake, or an attack on a resolver.
const MOST: usize = 100;

/// The longest that any registry allows is 214 (npm); the rest is for the range.
const LONGEST: usize = 300;

/// Where packages of a language come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ecosystem {
    Python,
    Npm,
    Go,
    Cargo,
    Debian,
}

impl Ecosystem {
    #[must_use]
    pub fn of(runtime: Runtime) -> Self {
        match runtime {
            Runtime::Python => Self::Python,
            Runtime::Node | Runtime::Typescript => Self::Npm,
            Runtime::Go => Self::Go,
            Runtime::Rust => Self::Cargo,
            Runtime::Bash => Self::Debian,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Npm => "npm",
            Self::Go => "go",
            Self::Cargo => "cargo",
            Self::Debian => "debian",
        }
    }

    /// What may be named, for people.
    fn rule(self) -> &'static str {
        match self {
            Self::Python => {
                "write a name as on PyPI, with extras and versions if need be: numpy, \
                 numpy>=1.0,<3, requests[socks]==2.32.3"
            }
            Self::Npm => {
                "write a name as on npm, with a version, range or tag if need be: lodash, \
                 @scope/pkg@^1, left-pad@1.3.0, typescript@next"
            }
            Self::Go => {
                "write a module or package path, with a version if need be: rsc.io/quote, \
                 github.com/google/uuid@v1.6.0"
            }
            Self::Cargo => {
                "write a name as on crates.io, with features and versions if need be: serde, \
                 serde@1, serde[derive]@>=1.0.100,<2"
            }
            Self::Debian => {
                "write the name of a Debian package, with its version if need be: jq, jq=1.6-2.1"
            }
        }
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A dependency that no tool is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDependency {
    #[error("{dependency:?} is no dependency of {runtime}: {reason}; {rule}")]
    Refused { dependency: String, runtime: &'static str, reason: &'static str, rule: &'static str },
    #[error("the dependency {name:?} is named twice; name it once, with all that it should meet")]
    Twice { name: String },
    #[error("{count} dependencies are too many; the most are {MOST}")]
    TooMany { count: usize },
}

/// A dependency as its ecosystem reads it. Two spellings of the same one are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Requirement {
    pub(super) name: String,
    /// Extras of Python, features of Rust; in order.
    pub(super) extras: Vec<String>,
    /// Empty for any version.
    pub(super) version: String,
}

impl Requirement {
    fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), extras: Vec::new(), version: version.into() }
    }

    /// One spelling for each: what keys are made of.
    pub(super) fn canonical(&self) -> String {
        format!("{}[{}]{}", self.name, self.extras.join(","), self.version)
    }
}

/// Whether all of these may be asked for.
///
/// # Errors
///
/// Says which may not, and what the rule is.
pub fn check(runtime: Runtime, dependencies: &[String]) -> Result<(), InvalidDependency> {
    parse(runtime, dependencies).map(drop)
}

/// In order, whatever order they were named in.
pub(super) fn parse(
    runtime: Runtime,
    dependencies: &[String],
) -> Result<Vec<Requirement>, InvalidDependency> {
    if dependencies.len() > MOST {
        return Err(InvalidDependency::TooMany { count: dependencies.len() });
    }
    let ecosystem = Ecosystem::of(runtime);
    let (dependencies, features) = match ecosystem {
        Ecosystem::Cargo => cargo::Features::split(dependencies),
        Ecosystem::Python | Ecosystem::Npm | Ecosystem::Go | Ecosystem::Debian => {
            (dependencies, cargo::Features::default())
        }
    };
    let mut names = BTreeSet::new();
    let mut requirements = Vec::new();
    for dependency in dependencies {
        let refused = |reason| InvalidDependency::Refused {
            dependency: shortened(dependency),
            runtime: runtime.name(),
            reason,
            rule: ecosystem.rule(),
        };
        let requirement = parse_one(ecosystem, dependency).map_err(refused)?;
        if !names.insert(requirement.name.clone()) {
            return Err(InvalidDependency::Twice { name: requirement.name });
        }
        requirements.push(requirement);
    }
    features.add_to(&mut requirements).map_err(|name| InvalidDependency::Refused {
        dependency: shortened(name),
        runtime: runtime.name(),
        reason: "a feature of it is named, and it is not",
        rule: ecosystem.rule(),
    })?;
    requirements.sort();
    Ok(requirements)
}

fn parse_one(ecosystem: Ecosystem, text: &str) -> Result<Requirement, &'static str> {
    let text = text.trim_matches(' ');
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.len() > LONGEST {
        return Err("it is longer than 300 bytes");
    }
    if text.starts_with('-') {
        return Err("it is an option");
    }
    if text.contains("://") || text.starts_with(['.', '/', '~']) {
        return Err("it is a path or a URL");
    }
    if !text.bytes().all(|it| it.is_ascii_graphic() || it == b' ') {
        return Err("it has characters that no package has");
    }
    match ecosystem {
        Ecosystem::Python => python::parse(text),
        Ecosystem::Npm => npm::parse(text),
        Ecosystem::Go => go::parse(text),
        Ecosystem::Cargo => cargo::parse(text),
        Ecosystem::Debian => debian::parse(text),
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Whether a text begins and ends with a letter or digit and has only those and `others` between.
fn is_word(text: &str, others: &str) -> bool {
    let alphanumeric = |it: char| it.is_ascii_alphanumeric();
    text.starts_with(alphanumeric)
        && text.ends_with(alphanumeric)
        && text.chars().all(|it| alphanumeric(it) || others.contains(it))
}

/// Takes `[a,b]` from the end of a name.
fn split_extras(text: &str) -> Result<(&str, Vec<String>), &'static str> {
    let Some((name, rest)) = text.split_once('[') else { return Ok((text, Vec::new())) };
    let inner =
        rest.strip_suffix(']').ok_or("its bracket is not closed, or something follows it")?;
    let mut extras: Vec<String> = inner.split(',').map(|it| it.trim().to_owned()).collect();
    extras.sort();
    extras.dedup();
    if extras.iter().all(|it| is_word(it, "._-")) {
        Ok((name.trim_end(), extras))
    } else {
        Err("what is between its brackets is no list of names")
    }
}

#[cfg(test)]
mod tests;
