//! The languages that can run, and the names that documents use for them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How a language is started. The names are those of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Runtime {
    Python,
    Node,
    Bash,
    #[serde(rename = "golang")]
    Go,
    Typescript,
    Rust,
}

impl Runtime {
    pub const ALL: [Self; 6] =
        [Self::Python, Self::Node, Self::Bash, Self::Go, Self::Typescript, Self::Rust];

    /// The canonical name, as in the API and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
            Self::Bash => "bash",
            Self::Go => "golang",
            Self::Typescript => "typescript",
            Self::Rust => "rust",
        }
    }

    /// The runtime of a language as a fence names it, in any case. Transcripts (`console`,
    /// `shell-session`, `pycon`) have none: they mix commands with their output.
    #[must_use]
    pub fn from_language(language: &str) -> Option<Self> {
        match language.to_ascii_lowercase().as_str() {
            "python" | "python3" | "py" | "py3" | "ipython" | "ipython3" => Some(Self::Python),
            "node" | "nodejs" | "javascript" | "js" | "mjs" | "cjs" => Some(Self::Node),
            "bash" | "sh" | "shell" | "zsh" => Some(Self::Bash),
            "golang" | "go" => Some(Self::Go),
            "typescript" | "ts" | "mts" | "cts" => Some(Self::Typescript),
            "rust" | "rs" => Some(Self::Rust),
            _ => None,
        }
    }

    /// Every canonical name, for messages.
    pub(crate) fn known() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Runtime {
    type Err = UnknownRuntime;

    fn from_str(name: &str) -> Result<Self, UnknownRuntime> {
        Self::from_language(name).ok_or_else(|| UnknownRuntime { name: name.to_owned() })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown runtime `{name}`; known: {}", Runtime::known())]
pub struct UnknownRuntime {
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_canonical_name_leads_back_to_its_runtime() {
        for runtime in Runtime::ALL {
            assert_eq!(Runtime::from_language(runtime.name()), Some(runtime));
            let json = serde_json::to_string(&runtime).unwrap();
            assert_eq!(json, format!("\"{}\"", runtime.name()));
        }
    }

    #[test]
    fn aliases_are_read_in_any_case_and_transcripts_have_no_runtime() {
        assert_eq!(Runtime::from_language("Rust"), Some(Runtime::Rust));
        assert_eq!(Runtime::from_language("go"), Some(Runtime::Go));
        assert_eq!(Runtime::from_language("ipython3"), Some(Runtime::Python));
        for transcript in ["console", "shell-session", "pycon", ""] {
            assert_eq!(Runtime::from_language(transcript), None, "{transcript}");
        }
    }
}
