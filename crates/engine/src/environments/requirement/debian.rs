//! A package of Debian's archive, perhaps at one version.

use super::Requirement;

pub(super) fn parse(text: &str) -> Result<Requirement, &'static str> {
    let (name, version) = text.split_once('=').unwrap_or((text, ""));
    if text.contains('=') && version.is_empty() {
        return Err("its version is missing");
    }
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    // By policy. A minus at the end would ask apt for a removal.
    let is_name = name.len() >= 2
        && name.starts_with(plain)
        && !name.ends_with('-')
        && name.chars().all(|it| plain(it) || "+-.".contains(it));
    if !is_name {
        return Err("its name is none");
    }
    let known = |it: char| it.is_ascii_alphanumeric() || ".+:~-".contains(it);
    let begins = version.starts_with(|it: char| it.is_ascii_digit());
    let is_version = version.is_empty() || begins && version.chars().all(known);
    if !is_version {
        return Err("its version is none");
    }
    Ok(Requirement::new(name, version))
}
