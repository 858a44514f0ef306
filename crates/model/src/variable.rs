//! Which environment variables a program may be given, by inputs, secrets and orders alike.

/// Longest name, in characters.
const LONGEST: usize = 64;

/// Variables that the sandbox sets itself, or that a loader or interpreter obeys before any program.
const RESERVED: [&str; 10] =
    ["PATH", "HOME", "USER", "LANG", "TMPDIR", "IFS", "ENV", "BASH_ENV", "NODE_OPTIONS", "GODEBUG"];

/// How families of such variables begin.
const RESERVED_PREFIXES: [&str; 5] = ["LD_", "LC_", "PYTHON", "RUNBOOK_", "BASH_FUNC"];

/// Why no program is given a variable of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidVariable {
    #[error("names are of letters, digits and _, and begin with no digit")]
    Form,
    #[error("that variable decides how programs start; choose another name")]
    Reserved,
}

/// Checks that a program may be given a variable of this name: `[A-Za-z_][A-Za-z0-9_]{0,63}`, and none that
/// decides how programs start.
///
/// # Errors
///
/// Returns [`InvalidVariable`] if not.
pub fn check(name: &str) -> Result<(), InvalidVariable> {
    if name.len() > LONGEST || !is_name(name) {
        return Err(InvalidVariable::Form);
    }
    if RESERVED.contains(&name) || RESERVED_PREFIXES.iter().any(|it| name.starts_with(it)) {
        return Err(InvalidVariable::Reserved);
    }
    Ok(())
}

/// Whether shells and templates can write a name, however long: `[A-Za-z_][A-Za-z0-9_]*`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    text.bytes().next().is_some_and(|it| !it.is_ascii_digit()) && text.bytes().all(is_word)
}
