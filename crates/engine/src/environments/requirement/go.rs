//! A module or package path with a version query.

use super::{Requirement, is_word};

pub(super) fn parse(text: &str) -> Result<Requirement, &'static str> {
    let (path, version) = text.split_once('@').unwrap_or((text, ""));
    if text.contains('@') && version.is_empty() {
        return Err("its version is missing");
    }
    let host = path.split('/').next().unwrap_or_default();
    if !host.contains('.') {
        return Err("its path does not begin with a host");
    }
    // Of the library of Go itself nothing needs to be fetched, and of a folder nothing may.
    if !path.split('/').all(|it| is_word(it, "._~-")) {
        return Err("its path is none");
    }
    let operator = ["<=", ">=", "<", ">"].iter().find_map(|it| version.strip_prefix(it));
    if !version.is_empty() && !is_word(operator.unwrap_or(version), ".+_-") {
        return Err("its version is none");
    }
    if version == "none" {
        return Err("it asks for a removal");
    }
    Ok(Requirement::new(path, version))
}
