//! Tools that the platform offers the agent over the harness's own pipe, without a port or a process.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The name of our MCP server: agents see its tools as `mcp__runbook__…`.
pub const OWN_SERVER: &str = "runbook";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnTool {
    SubmitPlan,
    AskUser,
    ReportProgress,
    NoteLearning,
}

impl OwnTool {
    pub(super) const ALL: [Self; 4] =
        [Self::SubmitPlan, Self::AskUser, Self::ReportProgress, Self::NoteLearning];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SubmitPlan => "submit_plan",
            Self::AskUser => "ask_user",
            Self::ReportProgress => "report_progress",
            Self::NoteLearning => "note_learning",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::SubmitPlan => {
                "Proposes the plan, as Markdown with numbered steps. People review it; what is wrong \
                 with its numbering is told at once, to be corrected and submitted again."
            }
            Self::AskUser => "Asks the people of the session a question and waits for the answer.",
            Self::ReportProgress => {
                "Tells the people of the session in one line what is being done."
            }
            Self::NoteLearning => {
                "Suggests something for agents of later sessions on this repository to be told: what \
                 was met, what to do about it, and the files or directories that it is about, by \
                 their paths in the repository. People decide whether it is kept."
            }
        }
    }

    /// The texts that it needs.
    fn texts(self) -> &'static [&'static str] {
        match self {
            Self::SubmitPlan => &["plan"],
            Self::AskUser => &["question"],
            Self::ReportProgress => &["text"],
            Self::NoteLearning => &["pattern", "solution"],
        }
    }

    /// The list of texts that it takes.
    fn list(self) -> Option<&'static str> {
        match self {
            Self::SubmitPlan | Self::ReportProgress => None,
            Self::AskUser => Some("choices"),
            Self::NoteLearning => Some("files"),
        }
    }

    fn definition(self) -> Value {
        let text = json!({ "type": "string" });
        let mut properties = json!({});
        for name in self.texts() {
            properties[name] = text.clone();
        }
        if let Some(name) = self.list() {
            properties[name] = json!({ "type": "array", "items": text });
        }
        json!({
            "name": self.name(),
            "description": self.description(),
            "inputSchema": { "type": "object", "properties": properties, "required": self.texts() },
        })
    }
}

/// What is done about a message to our server.
#[derive(Debug, PartialEq)]
pub(super) enum Served {
    /// The reply, or nothing for a notification.
    Reply(Value),
    /// The platform replies, under this id.
    Call { id: Value, tool: OwnTool, input: Value },
}

/// Serves one message of MCP.
pub(super) fn serve(message: &Value) -> Served {
    let id = message.get("id").cloned();
    let params = message.get("params").unwrap_or(&Value::Null);
    let Some(id) = id else { return Served::Reply(json!({})) };
    let result = match message.get("method").and_then(Value::as_str).unwrap_or_default() {
        "initialize" => json!({
            "protocolVersion": params.get("protocolVersion").unwrap_or(&Value::Null),
            "capabilities": { "tools": {} },
            "serverInfo": { "name": OWN_SERVER, "version": env!("CARGO_PKG_VERSION") },
        }),
        "ping" => json!({}),
        "tools/list" => json!({ "tools": OwnTool::ALL.map(OwnTool::definition) }),
        "tools/call" => {
            let name = params.get("name").and_then(Value::as_str).unwrap_or_default();
            let input = params.get("arguments").cloned().unwrap_or_else(|| json!({}));
            let Some(tool) = OwnTool::ALL.into_iter().find(|it| it.name() == name) else {
                return Served::Reply(error(&id, -32602, &format!("there is no tool {name:?}")));
            };
            let is_missing = |it: &&&str| input.get(**it).and_then(Value::as_str).is_none();
            if let Some(missing) = tool.texts().iter().find(is_missing) {
                let why = format!("{name} needs the text {missing:?}");
                return Served::Reply(reply(&id, &Err(why)));
            }
            return Served::Call { id, tool, input };
        }
        method => {
            return Served::Reply(error(&id, -32601, &format!("there is no method {method:?}")));
        }
    };
    Served::Reply(json!({ "jsonrpc": "2.0", "id": id, "result": result }))
}

/// What the platform replies to a call.
pub(super) fn reply(id: &Value, reply: &Result<String, String>) -> Value {
    let (text, is_error) = match reply {
        Ok(text) => (text, false),
        Err(why) => (why, true),
    };
    let result = json!({ "content": [{ "type": "text", "text": text }], "isError": is_error });
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

fn error(id: &Value, code: i32, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_without_its_text_and_a_tool_that_does_not_exist_are_told_so() {
        let call = |name: &str, arguments: Value| {
            let params = json!({ "name": name, "arguments": arguments });
            serve(&json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params }))
        };
        let plan = call("submit_plan", json!({ "plan": "# P" }));
        assert!(matches!(plan, Served::Call { tool: OwnTool::SubmitPlan, .. }));
        let Served::Reply(wrong) = call("submit_plan", json!({ "plan": 1 })) else { panic!() };
        assert_eq!(wrong["result"]["isError"], true);
        let half = call("note_learning", json!({ "pattern": "x", "files": [] }));
        let Served::Reply(half) = half else { panic!() };
        assert!(half["result"]["content"][0]["text"].as_str().unwrap().contains("solution"));
        let Served::Reply(unknown) = call("rm", json!({})) else { panic!() };
        assert_eq!(unknown["error"]["code"], -32602);
        let Served::Reply(method) = serve(&json!({ "id": 1, "method": "sampling/createMessage" }))
        else {
            panic!()
        };
        assert_eq!(method["error"]["code"], -32601);
    }

    #[test]
    fn each_tool_is_listed_with_what_it_needs() {
        let Served::Reply(list) = serve(&json!({ "id": 1, "method": "tools/list" })) else {
            panic!()
        };
        let tools = list["result"]["tools"].as_array().unwrap();
        assert_eq!(tools.len(), OwnTool::ALL.len());
        for tool in tools {
            let required = tool["inputSchema"]["required"].as_array().unwrap();
            assert!(!required.is_empty(), "{tool}");
            for needed in required {
                let needed = needed.as_str().unwrap();
                assert!(tool["inputSchema"]["properties"][needed].is_object(), "{tool}");
            }
        }
    }
}
