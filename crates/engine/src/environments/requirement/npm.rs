//! A name, perhaps in a scope, with a tag or a range. No aliases, repositories, folders or archives.

use super::{Requirement, is_word};

pub(super) fn parse(text: &str) -> Result<Requirement, &'static str> {
    let (scope, rest) = match text.strip_prefix('@') {
        Some(scoped) => {
            let (scope, rest) = scoped.split_once('/').ok_or("a scope has a package behind it")?;
            (Some(scope), rest)
        }
        None => (None, text),
    };
    let (name, version) = rest.split_once('@').unwrap_or((rest, ""));
    if !is_name(name) || scope.is_some_and(|it| !is_name(it)) {
        return Err("its name is none");
    }
    if rest.contains('@') && version.trim().is_empty() {
        return Err("its version is missing");
    }
    if !version.is_empty() && !is_tag(version) && !is_range(version) {
        return Err("its version is no version, range or tag");
    }
    let name = scope.map_or_else(|| name.to_owned(), |it| format!("@{it}/{name}"));
    Ok(Requirement::new(name, version.trim()))
}

fn is_name(text: &str) -> bool {
    text.len() <= 214 && is_word(text, "-._~")
}

/// Anything that begins with a letter and is no range such as `x`.
fn is_tag(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphabetic()) && is_word(text, "._-")
}

fn is_range(text: &str) -> bool {
    text.split("||").all(|set| set.split(' ').filter(|it| !it.is_empty()).all(is_comparator))
}

fn is_comparator(text: &str) -> bool {
    if text == "-" {
        return true;
    }
    let operators = ["^", "~", ">=", "<=", ">", "<", "="];
    let version = operators.iter().find_map(|it| text.strip_prefix(it)).unwrap_or(text);
    version.starts_with(|it: char| it.is_ascii_digit() || "vxX*".contains(it))
        && version.chars().all(|it| it.is_ascii_alphanumeric() || ".*+-".contains(it))
}
