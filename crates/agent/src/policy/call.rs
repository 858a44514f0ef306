//! A tool that an agent wants to use, and what of it a rule can name.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Tools whose input is a shell command.
const SHELLS: &[&str] = &["Bash", "Monitor"];

/// An agent's wish to use a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The harness's own id for it.
    pub id: String,
    pub name: String,
    pub input: Value,
}

impl ToolCall {
    /// The command, if the tool gives it to a shell.
    pub(super) fn command(&self) -> Option<&str> {
        SHELLS.contains(&self.name.as_str()).then(|| self.field("command").unwrap_or_default())
    }

    /// The file that the tool reads or writes.
    pub(super) fn path(&self) -> Option<&str> {
        ["file_path", "notebook_path", "path"].iter().find_map(|it| self.field(it))
    }

    /// What a pattern's argument is compared with: the command, the file, the address, or the whole input.
    pub(super) fn subject(&self) -> String {
        let named = self.command().or_else(|| self.path()).or_else(|| self.field("url"));
        named.map_or_else(|| self.input.to_string(), str::to_owned)
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str)
    }
}
