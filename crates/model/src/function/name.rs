//! Names of functions and secrets. Whoever has one of these types need not check it again.

use std::{fmt, str::FromStr};

use crate::variable::{self, InvalidVariable};

/// Longest name of a function, in characters.
const LONGEST_FUNCTION: usize = 50;

/// What a function is called by: `[a-z][a-z0-9_-]{0,49}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionName(String);

/// The text names no function.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} cannot name a function; use 1 to 50 characters, a lower-case letter first, then \
     lower-case letters, digits, _ and - ([a-z][a-z0-9_-]{{0,49}})"
)]
pub struct InvalidFunctionName {
    text: String,
}

/// What a secret is called by, and the environment variable that carries it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretName(String);

/// The text names no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecretName {
    #[error(
        "{text:?} cannot name a secret; use 1 to 64 characters, a letter or _ first, then letters, \
         digits and _ ([A-Za-z_][A-Za-z0-9_]{{0,63}})"
    )]
    Form { text: String },
    #[error("{text:?} cannot name a secret, because that variable decides how programs start")]
    Reserved { text: String },
}

impl FunctionName {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SecretName {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FunctionName {
    type Err = InvalidFunctionName;

    fn from_str(text: &str) -> Result<Self, InvalidFunctionName> {
        let rest = |it: u8| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        let fits = text.len() <= LONGEST_FUNCTION
            && text.bytes().next().is_some_and(|it| it.is_ascii_lowercase())
            && text.bytes().all(rest);
        if !fits {
            return Err(InvalidFunctionName { text: shortened(text) });
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for SecretName {
    type Err = InvalidSecretName;

    fn from_str(text: &str) -> Result<Self, InvalidSecretName> {
        variable::check(text).map_err(|it| match it {
            InvalidVariable::Form => InvalidSecretName::Form { text: shortened(text) },
            InvalidVariable::Reserved => InvalidSecretName::Reserved { text: text.to_owned() },
        })?;
        Ok(Self(text.to_owned()))
    }
}

/// As much of a text as a message repeats.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

macro_rules! shown_as_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

shown_as_text!(FunctionName);
shown_as_text!(SecretName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_in_lower_case_with_digits_and_dashes() {
        let longest = "a".repeat(50);
        for text in ["a", "greet", "send-mail_2", longest.as_str()] {
            assert_eq!(text.parse::<FunctionName>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn any_other_name_is_refused_with_the_rule() {
        let too_long = "a".repeat(51);
        for text in ["", "Greet", "2nd", "-a", "_a", "a.b", "a b", "a/b", "ä", "a\n", &too_long] {
            let error = text.parse::<FunctionName>().unwrap_err().to_string();
            assert!(error.contains("[a-z][a-z0-9_-]{0,49}"), "{error}");
        }
    }

    #[test]
    fn a_secret_is_named_like_a_variable_that_changes_no_program() {
        for text in ["API_KEY", "_x", "token2"] {
            assert_eq!(text.parse::<SecretName>().unwrap().to_string(), text);
        }
        for text in ["", "2x", "A-B", "A B", "A=B", "PATH", "LD_PRELOAD", "PYTHONPATH", "BASH_ENV"]
        {
            assert!(text.parse::<SecretName>().is_err(), "{text}");
        }
    }
}
