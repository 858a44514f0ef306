//! What opens a repository at its forge. It goes to git by its environment, for one address, and nowhere else.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// What is shown in its place.
const MASK: &str = "***";

/// A user's name at the forge, and a token: no `Display`, and `Debug` hides both.
#[derive(Clone)]
pub struct Credentials {
    token: String,
    /// User and token as Basic authentication has them.
    pair: String,
}

impl Credentials {
    #[must_use]
    pub fn new(user: &str, token: String) -> Self {
        let pair = STANDARD.encode(format!("{user}:{token}"));
        Self { token, pair }
    }

    /// A line of a request's head.
    pub(crate) fn header(&self) -> String {
        format!("Authorization: Basic {}", self.pair)
    }

    /// A text that does not show them.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        let hide = |text: String, secret: &str| {
            if secret.is_empty() { text } else { text.replace(secret, MASK) }
        };
        hide(hide(text.to_owned(), &self.pair), &self.token)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}
