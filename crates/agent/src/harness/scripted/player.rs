//! Plays a script on two streams.

use std::io::{self, BufRead, Write};

use serde_json::{Value, json};

use super::{Act, Script, VERSION};
use crate::harness::OWN_SERVER;

/// How the program is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Exit(u8),
    Abort,
}

/// Plays a script until it ends, or its input does.
///
/// # Errors
///
/// A stream fails.
pub fn play(script: &Script, input: impl BufRead, output: impl Write) -> io::Result<Ending> {
    let mut player =
        Player { input, output, mode: "default".to_owned(), prompts: Vec::new(), calls: 0 };
    for act in &script.acts {
        if let Some(ending) = player.act(act)? {
            return Ok(ending);
        }
    }
    // As the real one does when nothing more is to be said.
    while player.read()?.is_some() {}
    Ok(Ending::Exit(0))
}

struct Player<I, O> {
    input: I,
    output: O,
    mode: String,
    /// Of the turn that goes on.
    prompts: Vec<Value>,
    calls: usize,
}

impl<I: BufRead, O: Write> Player<I, O> {
    fn act(&mut self, act: &Act) -> io::Result<Option<Ending>> {
        match act {
            Act::Await => {
                self.prompts.clear();
                self.take_prompt()?;
                self.tell(&self.init())?;
            }
            Act::Merge => self.take_prompt()?,
            Act::Say { text } => self.say(text)?,
            Act::Use { name, input, result } => self.use_tool(name, input, result)?,
            Act::EndTurn { fields } => {
                let mut ending = json!({
                    "type": "result", "subtype": "success", "is_error": false,
                    "terminal_reason": "completed", "result": "", "total_cost_usd": 0.000_25,
                    "usage": { "input_tokens": 10, "output_tokens": 5 },
                    "user_message_uuids": self.prompts,
                });
                for (name, value) in fields {
                    ending[name] = value.clone();
                }
                self.tell(&ending)?;
            }
            Act::Tell { message } => self.tell(message)?,
            Act::Write { bytes } => self.write(bytes)?,
            Act::Flood { bytes } => {
                let piece = [b'x'; 64 * 1024];
                for start in (0..*bytes).step_by(piece.len()) {
                    self.write(&piece[..piece.len().min(bytes - start)])?;
                }
            }
            Act::Hang => loop {
                std::thread::park();
            },
            Act::Obey { subtype } => {
                self.wait(|it| it["request"]["subtype"] == subtype.as_str())?;
            }
            Act::Die => return Ok(Some(Ending::Abort)),
            Act::Exit { code } => return Ok(Some(Ending::Exit(*code))),
        }
        Ok(None)
    }

    fn init(&self) -> Value {
        json!({
            "type": "system", "subtype": "init", "session_id": "scripted-session",
            "claude_code_version": VERSION, "permissionMode": self.mode, "model": "none",
            "tools": ["Bash", "Edit"], "mcp_servers": [{ "name": OWN_SERVER, "status": "connected" }],
        })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.write_all(bytes)?;
        self.output.flush()
    }

    fn tell(&mut self, message: &Value) -> io::Result<()> {
        self.write(format!("{message}\n").as_bytes())
    }

    /// The next message, with orders obeyed on the way.
    fn read(&mut self) -> io::Result<Option<Value>> {
        let mut line = String::new();
        if self.input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let message: Value = serde_json::from_str(&line).map_err(io::Error::other)?;
        if message["type"] == "control_request" {
            let request = &message["request"];
            if request["subtype"] == "set_permission_mode" {
                self.mode = request["mode"].as_str().unwrap_or_default().to_owned();
            }
            let id = &message["request_id"];
            let response = json!({ "subtype": "success", "request_id": id, "response": {} });
            self.tell(&json!({ "type": "control_response", "response": response }))?;
        }
        Ok(Some(message))
    }

    /// Passes over messages until one is meant.
    fn wait(&mut self, is_meant: impl Fn(&Value) -> bool) -> io::Result<Value> {
        loop {
            let message = self.read()?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if is_meant(&message) {
                return Ok(message);
            }
        }
    }

    fn take_prompt(&mut self) -> io::Result<()> {
        let mut prompt = self.wait(|it| it["type"] == "user")?;
        prompt["isReplay"] = json!(true);
        self.prompts.push(prompt["uuid"].clone());
        self.tell(&prompt)
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        let delta = json!({ "type": "text_delta", "text": text });
        let event = json!({ "type": "content_block_delta", "index": 0, "delta": delta });
        self.tell(&json!({ "type": "stream_event", "event": event }))?;
        self.tell(&assistant(json!({ "type": "text", "text": text })))
    }

    fn use_tool(&mut self, name: &str, input: &Value, result: &str) -> io::Result<()> {
        self.calls += 1;
        let id = format!("call-{}", self.calls);
        self.tell(&assistant(
            json!({ "type": "tool_use", "id": id, "name": name, "input": input }),
        ))?;
        let hook = json!({
            "subtype": "hook_callback", "callback_id": "before-tool", "input": {
                "hook_event_name": "PreToolUse", "tool_name": name, "tool_input": input,
                "tool_use_id": id,
            },
        });
        let answer = self.request(&format!("hook-{id}"), &hook)?;
        let decision = answer["hookSpecificOutput"]["permissionDecision"].as_str();
        let allowed = match decision {
            Some("allow") => true,
            Some("ask") => {
                let request = json!({
                    "subtype": "can_use_tool", "tool_name": name, "input": input, "tool_use_id": id,
                });
                self.request(&format!("ask-{id}"), &request)?["behavior"] == "allow"
            }
            _ => false,
        };
        let content = if allowed { result } else { "it was not allowed" };
        let ended = json!({
            "type": "tool_result", "tool_use_id": id, "content": content, "is_error": !allowed,
        });
        self.tell(&json!({ "type": "user", "message": { "role": "user", "content": [ended] } }))
    }

    fn request(&mut self, id: &str, request: &Value) -> io::Result<Value> {
        self.tell(&json!({ "type": "control_request", "request_id": id, "request": request }))?;
        let answer = self.wait(|it| it["response"]["request_id"] == id)?;
        Ok(answer["response"]["response"].clone())
    }
}

fn assistant(part: Value) -> Value {
    json!({ "type": "assistant", "message": { "role": "assistant", "content": [part] } })
}
