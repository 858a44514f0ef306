//! How an agent program is started: all of it, so that nothing of the server's environment or of the
//! repository's settings has a say.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

use crate::policy::Phase;

/// What an agent is started for.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub phase: Phase,
    pub session: SessionStart,
    /// The agent's home in the sandbox: absolute, outside the checkout, and of this session alone.
    pub home: String,
    pub gateway: Gateway,
    /// What the agent is told to be, with what the platform takes from the repository's own guidance.
    pub persona: String,
    /// MCP servers by name, with their secrets filled in.
    pub servers: BTreeMap<String, Value>,
    pub model: Option<String>,
    pub max_turns: Option<u32>,
}

/// Whether a conversation begins or goes on. The ids are UUIDs of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionStart {
    New(String),
    Resumed(String),
}

/// Where the agent reaches its model.
#[derive(Clone, Debug)]
pub struct Gateway {
    pub url: String,
    /// Of this session alone. Programs of the agent can read it, so it must open nothing else.
    pub token: Token,
}

/// Not shown when it is printed for debugging.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A program to start in the sandbox.
#[derive(Clone, PartialEq, Eq)]
pub struct Startup {
    pub program: String,
    pub arguments: Vec<String>,
    /// All of its environment: it inherits nothing.
    pub environment: BTreeMap<String, String>,
    /// To be written before it starts, readable by its user alone.
    pub files: Vec<PlacedFile>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct PlacedFile {
    pub path: String,
    pub content: String,
}

impl fmt::Debug for Startup {
    /// Values of the environment and contents of files hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Startup")
            .field("program", &self.program)
            .field("arguments", &self.arguments)
            .field("environment", &self.environment.keys())
            .field("files", &self.files)
            .finish()
    }
}

impl fmt::Debug for PlacedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.path, self.content.len())
    }
}
