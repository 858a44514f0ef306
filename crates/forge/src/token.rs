//! What is shown to a forge.

use std::fmt;

/// A token: it has no `Display`, and its `Debug` hides it.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// For whoever shows it to its site: this crate, and git.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// A text that does not show it.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "***") }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}
