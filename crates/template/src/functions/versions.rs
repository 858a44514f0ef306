//! Semantic versions, and constraints as sprig reads them: `>=1.2 <2`, `~1.2`, `^1`, `1.x || 3.*`, `1 - 2.3`.

use std::cmp::Ordering;

use semver::{BuildMetadata, Prerelease, Version};

use super::{Args, Entry};
use crate::{
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("semver", 1, 1, |_, a| Ok(Value::Version(version(a.text(0)?)?.into()))),
    Entry("semverCompare", 2, 2, compared),
];

fn version(text: &str) -> Result<Version, CallError> {
    let bad = || CallError::failed(format!("`{text}` is no version"));
    let found = parse(text.strip_prefix('v').unwrap_or(text)).filter(|it| it.said > 0);
    found.map(|it| it.version).ok_or_else(bad)
}

/// A version of which parts may be left out or be `x` or `*`.
struct Pattern {
    version: Version,
    /// How many of the three numbers are said.
    said: usize,
}

fn parse(text: &str) -> Option<Pattern> {
    let (rest, build) = text.split_once('+').unwrap_or((text, ""));
    let (numbers, pre) = rest.split_once('-').unwrap_or((rest, ""));
    let parts: Vec<&str> = numbers.split('.').collect();
    if parts.len() > 3 || (rest.contains('-') && pre.is_empty()) {
        return None;
    }
    let mut values = [0; 3];
    let mut said = 0;
    for (nth, part) in parts.iter().enumerate() {
        if matches!(*part, "x" | "X" | "*") {
            break;
        }
        values[nth] = part.parse().ok().filter(|_| part.bytes().all(|it| it.is_ascii_digit()))?;
        said = nth + 1;
    }
    let version = Version {
        major: values[0],
        minor: values[1],
        patch: values[2],
        pre: Prerelease::new(pre).ok()?,
        build: BuildMetadata::new(build).ok()?,
    };
    Some(Pattern { version, said })
}

fn compared(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let text = a.text(0)?;
    let version = version(a.text(1)?)?;
    runtime.step(1 + text.len() as u64 / 8)?;
    let mut any = false;
    for alternative in text.split("||") {
        any |= all_hold(alternative, &version)
            .ok_or_else(|| CallError::failed(format!("`{text}` is no constraint")))?;
    }
    Ok(Value::Bool(any))
}

/// Whether a version satisfies each constraint of a list with blanks or commas. `None` if it is no such list.
fn all_hold(text: &str, version: &Version) -> Option<bool> {
    let words: Vec<&str> = text.split([' ', ',', '\t']).filter(|it| !it.is_empty()).collect();
    let mut holds = true;
    let mut at = 0;
    if words.is_empty() {
        return Some(holds_one("", &parse("*")?, version));
    }
    while let Some(word) = words.get(at) {
        at += 1;
        if words.get(at) == Some(&"-") {
            let upper = words.get(at + 1)?;
            holds &= holds_one(">=", &pattern(word)?, version)
                && holds_one("<=", &pattern(upper)?, version);
            at += 2;
            continue;
        }
        let length = word.find(|it| !"=!<>~^".contains(it)).unwrap_or(word.len());
        let (operator, mut rest) = word.split_at(length);
        if rest.is_empty() {
            rest = words.get(at)?;
            at += 1;
        }
        if !["", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^"].contains(&operator) {
            return None;
        }
        holds &= holds_one(operator, &pattern(rest)?, version);
    }
    Some(holds)
}

fn pattern(text: &str) -> Option<Pattern> {
    parse(text.strip_prefix('v').unwrap_or(text))
}

fn holds_one(operator: &str, pattern: &Pattern, version: &Version) -> bool {
    let wanted = &pattern.version;
    let order = version.cmp_precedence(wanted);
    let (major, minor) = (version.major == wanted.major, version.minor == wanted.minor);
    // Who asks for no version before a release gets none.
    let early = !version.pre.is_empty() && wanted.pre.is_empty();
    if operator == "!=" {
        return match pattern.said {
            3 => order != Ordering::Equal,
            said => !early && !(said == 0 || (major && (said == 1 || minor))),
        };
    }
    if early {
        return false;
    }
    let tilde =
        order != Ordering::Less && (pattern.said == 0 || (major && (pattern.said == 1 || minor)));
    match operator {
        "" | "=" if pattern.said == 3 => order == Ordering::Equal,
        ">" => match pattern.said {
            3 => order == Ordering::Greater,
            2 => version.major > wanted.major || (major && version.minor > wanted.minor),
            _ => version.major > wanted.major,
        },
        "<" => order == Ordering::Less,
        ">=" | "=>" => order != Ordering::Less,
        "<=" | "=<" => match pattern.said {
            3 => order != Ordering::Greater,
            2 => version.major < wanted.major || (major && version.minor <= wanted.minor),
            _ => version.major <= wanted.major,
        },
        "^" => order != Ordering::Less && caret(pattern, version),
        _ => tilde,
    }
}

/// Whether the first number that is not zero is the same.
fn caret(pattern: &Pattern, version: &Version) -> bool {
    let wanted = &pattern.version;
    match (pattern.said, wanted.major, wanted.minor) {
        (0, ..) => true,
        (1, ..) => version.major == wanted.major,
        (_, 1.., _) => version.major == wanted.major,
        (said, 0, minor) if minor > 0 || said == 2 => version.major == 0 && version.minor == minor,
        _ => version.major == 0 && version.minor == 0 && version.patch == wanted.patch,
    }
}
