//! Asking a program for its version.

use std::{
    path::Path,
    process::{Command, Stdio},
};

/// The first word of its answer that looks like a version.
pub(super) fn ask(program: &Path, argument: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this crate starts programs; this one is the host's"
    )]
    let output = Command::new(program)
        .arg(argument)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", "/nonexistent")
        .env("GOTOOLCHAIN", "local")
        .current_dir("/")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    find(&String::from_utf8_lossy(&output.stdout))
}

pub(super) fn find(answer: &str) -> Option<String> {
    let numbers = answer
        .split_ascii_whitespace()
        .map(|it| it.trim_start_matches(|it: char| it.is_ascii_alphabetic()))
        .map(|it| it.split(['(', '-', ',']).next().unwrap_or(it));
    let mut versions = numbers.filter(|it| parse(it).is_some());
    versions.next().map(str::to_owned)
}

/// Major and minor.
pub(super) fn parse(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runtime_answers_in_its_own_way() {
        for (answer, version) in [
            ("Python 3.11.2\n", "3.11.2"),
            ("v20.20.2\n", "20.20.2"),
            ("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n", "5.2.15"),
            ("go version go1.19.8 linux/amd64\n", "1.19.8"),
            ("rustc 1.95.0 (59807616e 2026-04-14)\n", "1.95.0"),
            ("tsx v4.19.2\nnode v20.20.2\n", "4.19.2"),
        ] {
            assert_eq!(find(answer).as_deref(), Some(version), "{answer}");
        }
        assert_eq!(find("no idea\n"), None);
    }
}
