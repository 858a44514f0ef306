//! The messages of ACP version 1 that mean something to us.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    harness::{Diff, Hunk, Outcome},
    policy::ToolCall,
};

/// One message of JSON-RPC: a request has an id and a method, a notification only a method, a response
/// only an id.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) id: Option<Value>,
    pub(super) method: Option<String>,
    #[serde(default)]
    pub(super) params: Value,
    pub(super) result: Option<Value>,
    pub(super) error: Option<RpcError>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RpcError {
    pub(super) code: i64,
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "sessionUpdate", rename_all = "snake_case")]
pub(super) enum Update {
    AgentMessageChunk {
        content: Value,
    },
    AgentThoughtChunk {
        content: Value,
    },
    ToolCall(Tool),
    #[serde(rename = "tool_call_update")]
    ToolProgress(Tool),
    /// Others tell of commands, modes and lists that we do not show.
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tool {
    pub(super) tool_call_id: String,
    kind: Option<String>,
    title: Option<String>,
    pub(super) status: Option<String>,
    #[serde(default)]
    raw_input: Value,
    #[serde(default)]
    content: Option<Vec<Value>>,
    #[serde(default)]
    locations: Option<Vec<Value>>,
}

/// What a person may choose.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Choice {
    pub(super) option_id: String,
    pub(super) kind: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PermissionRequest {
    pub(super) tool_call: Tool,
    pub(super) options: Vec<Choice>,
}

impl Tool {
    /// Whether it asks to leave planning.
    pub(super) fn is_plan(&self) -> bool {
        self.kind.as_deref() == Some("switch_mode")
    }

    pub(super) fn plan(&self) -> Option<String> {
        self.raw_input["plan"].as_str().map(str::to_owned)
    }

    /// The call in the names that policies use. Agents name their tools each in their own way; what the
    /// protocol says is the kind.
    pub(super) fn call(&self) -> ToolCall {
        let kind = self.kind.as_deref().unwrap_or("other");
        let path = self.locations.iter().flatten().find_map(|it| it["path"].as_str());
        let mut input = self.raw_input.clone();
        let name = match kind {
            "read" => "Read",
            "search" => "Grep",
            "edit" => "Edit",
            "delete" | "move" => "Write",
            "execute" => "Bash",
            "fetch" => "WebFetch",
            _ => "Other",
        };
        match name {
            "Bash" => input = json!({ "command": command(&self.raw_input).unwrap_or_default() }),
            "Other" => input = json!({ "title": self.title, "input": self.raw_input }),
            _ => {}
        }
        if let (Some(path), Value::Object(fields)) = (path, &mut input) {
            fields.entry("file_path").or_insert_with(|| json!(path));
        } else if let (Some(path), Value::Null) = (path, &input) {
            input = json!({ "file_path": path });
        }
        ToolCall { id: self.tool_call_id.clone(), name: name.to_owned(), input }
    }

    pub(super) fn text(&self) -> String {
        let texts = self.content.iter().flatten().filter_map(|it| it["content"]["text"].as_str());
        texts.collect::<Vec<_>>().join("\n")
    }

    pub(super) fn diff(&self) -> Option<Diff> {
        let diff = self.content.iter().flatten().find(|it| it["type"] == "diff")?;
        let path = diff["path"].as_str()?.to_owned();
        let old: Vec<_> = diff["oldText"].as_str().unwrap_or_default().lines().collect();
        let new: Vec<_> = diff["newText"].as_str()?.lines().collect();
        let removed = old.iter().map(|it| format!("-{it}"));
        let lines = removed.chain(new.iter().map(|it| format!("+{it}"))).collect();
        let (old_lines, new_lines) = (old.len() as u64, new.len() as u64);
        let hunk = Hunk { old_start: 1, old_lines, new_start: 1, new_lines, lines };
        Some(Diff { path, hunks: vec![hunk] })
    }
}

/// A command is a text, or a list of words that no shell reads.
fn command(input: &Value) -> Option<String> {
    match &input["command"] {
        Value::String(command) => Some(command.clone()),
        Value::Array(words) => {
            let quoted = |it: &Value| Some(format!("'{}'", it.as_str()?.replace('\'', "'\\''")));
            let words: Option<Vec<_>> = words.iter().map(quoted).collect();
            Some(words?.join(" "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

pub(super) fn outcome(stop_reason: &str) -> Outcome {
    match stop_reason {
        "end_turn" => Outcome::Completed,
        "cancelled" => Outcome::Interrupted,
        "max_turn_requests" => Outcome::TooManyTurns,
        "refusal" => Outcome::Refused,
        other => Outcome::Failed { why: format!("the agent stopped with {other:?}") },
    }
}
