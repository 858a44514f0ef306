//! Names in a repository, parsed: none of them is an option of git, a range, or a path.

use std::fmt;

/// What is no name of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no {kind}")]
pub struct InvalidName {
    kind: &'static str,
    name: String,
}

impl InvalidName {
    fn new(kind: &'static str, name: &str) -> Self {
        // What is too long to be one is too long to be read.
        let end = name.floor_char_boundary(100);
        Self { kind, name: name[..end].to_owned() }
    }
}

macro_rules! object_id {
    ($name:ident, $kind:literal) => {
        #[doc = concat!("The id of a ", $kind, ": forty digits.")]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// # Errors
            ///
            /// When it is not forty lower-case hexadecimal digits.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                let is_digit = |it: u8| matches!(it, b'0'..=b'9' | b'a'..=b'f');
                if text.len() == 40 && text.bytes().all(is_digit) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidName::new(concat!("id of a ", $kind), text))
                }
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

object_id!(CommitId, "commit");
object_id!(TreeId, "tree");

/// The name of a branch, without `refs/heads/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Branch(String);

impl Branch {
    /// By git's own rules (`git check-ref-format`), and never an option.
    ///
    /// # Errors
    ///
    /// When git allows no branch of that name.
    pub fn parse(name: &str) -> Result<Self, InvalidName> {
        let is_bad = |it: char| it.is_ascii_control() || " ~^:?*[\\".contains(it);
        let is_fine =
            |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
        let fine = name.len() <= 200
            && name != "HEAD"
            && name != "@"
            && !name.starts_with('-')
            && !name.ends_with('.')
            && !name.contains("..")
            && !name.contains("@{")
            && !name.contains(is_bad)
            && name.split('/').all(is_fine);
        if fine {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidName::new("name of a branch", name))
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn reference(&self) -> String {
        format!("refs/heads/{}", self.0)
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_branches_are_those_that_git_allows() {
        for name in ["main", "runbook/agent_1-2.1-ab", "a@b", "ä/ö", "v1.0"] {
            assert_eq!(Branch::parse(name).unwrap().reference(), format!("refs/heads/{name}"));
        }
        for name in [
            "", "-f", "a..b", "a b", "a:b", "a\nb", "a/", "/a", "a//b", ".a", "a/.b", "a.lock",
            "a.lock/b", "a.", "@", "HEAD", "a@{1}", "a^", "a~1", "a*", "a?", "a[", "a\\b",
            "a\u{7f}",
        ] {
            let refused = Branch::parse(name);
            assert!(refused.is_err(), "{name:?}");
        }
    }

    #[test]
    fn an_id_is_forty_digits() {
        assert!(CommitId::parse(&"a0".repeat(20)).is_ok());
        for text in [
            "",
            "HEAD",
            &"A0".repeat(20),
            &"a0".repeat(32),
            "--output=/etc/passwd0000000000000000000000",
        ] {
            assert!(TreeId::parse(text).is_err(), "{text}");
        }
    }
}
