//! The state of a conversation over ACP.
//!
//! ```text
//!  initialize ─▶ session/new | session/load ─▶ open ──▶ broken | over
//!                                               └ session/prompt, one at a time; others wait
//! ```

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::wire::{self, Choice, Message, PermissionRequest, RpcError, Update};
use crate::{
    harness::{
        Assignment, Conversation, Exit, HarnessCommand, HarnessEvent, MAX_LINE, NoiseKind, Outcome,
        Permission, PlanAnswer, Ready, Refused, SessionStart, Speaker, Usage, lines::Lines,
    },
    policy::{Decision, Phase, ToolCall},
};

/// The version of the protocol.
const VERSION: u64 = 1;
const MAX_NOISE: usize = 64;
const SAMPLE: usize = 512;

#[derive(Debug, PartialEq, Eq)]
enum State {
    Open,
    Broken,
    Over,
}

/// What we have asked and wait for.
#[derive(Debug)]
enum Asked {
    Initialize,
    Session,
    Prompt { prompt: String },
    Mode,
}

/// What the agent has asked and waits for.
#[derive(Debug)]
struct Open {
    id: Value,
    choices: Vec<Choice>,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// The policy decides first.
    Proposed(ToolCall),
    Permission,
    Plan,
}

/// A conversation over ACP.
#[derive(Debug)]
pub struct AcpConversation {
    state: State,
    phase: Phase,
    directory: String,
    start: SessionStart,
    servers: Vec<Value>,
    version: String,
    session: Option<String>,
    lines: Lines,
    outbox: Vec<u8>,
    asked: BTreeMap<u64, Asked>,
    next: u64,
    open: BTreeMap<String, Open>,
    /// Prompts that wait for the session or for the turn before them.
    waiting: VecDeque<(String, String)>,
    message: String,
    noise: usize,
}

impl AcpConversation {
    #[must_use]
    pub fn new(directory: &str, assignment: &Assignment) -> Self {
        let mut conversation = Self {
            state: State::Open,
            phase: assignment.phase,
            directory: directory.to_owned(),
            start: assignment.session.clone(),
            servers: assignment.servers.iter().map(|(name, server)| named(name, server)).collect(),
            version: String::new(),
            session: None,
            lines: Lines::default(),
            outbox: Vec::new(),
            asked: BTreeMap::new(),
            next: 0,
            open: BTreeMap::new(),
            waiting: VecDeque::new(),
            message: String::new(),
            noise: 0,
        };
        let client = json!({ "name": "runbook", "version": env!("CARGO_PKG_VERSION") });
        let files = json!({ "readTextFile": false, "writeTextFile": false });
        let capabilities = json!({ "fs": files, "terminal": false });
        let parameters = json!({
            "protocolVersion": VERSION, "clientCapabilities": capabilities, "clientInfo": client,
        });
        conversation.ask("initialize", &parameters, Asked::Initialize);
        conversation
    }

    fn write(&mut self, message: &Value) {
        self.outbox.extend_from_slice(message.to_string().as_bytes());
        self.outbox.push(b'\n');
    }

    fn ask(&mut self, method: &str, parameters: &Value, asked: Asked) {
        let id = self.next;
        self.next += 1;
        self.asked.insert(id, asked);
        self.write(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters }));
    }

    fn respond(&mut self, id: &Value, result: &Value) {
        self.write(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    }

    /// Sends the prompt that is next, if nothing is being said.
    fn prompt_next(&mut self) {
        let is_busy = self.asked.values().any(|it| matches!(it, Asked::Prompt { .. }));
        let Some(session) = self.session.clone().filter(|_| !is_busy) else { return };
        let Some((prompt, text)) = self.waiting.pop_front() else { return };
        let text = json!([{ "type": "text", "text": text }]);
        let parameters = json!({ "sessionId": session, "prompt": text });
        self.ask("session/prompt", &parameters, Asked::Prompt { prompt });
    }

    fn set_mode(&mut self) {
        if let (Some(session), Phase::Planning) = (&self.session, self.phase) {
            let parameters = json!({ "sessionId": session, "modeId": "plan" });
            self.ask("session/set_mode", &parameters, Asked::Mode);
        }
    }

    fn line(&mut self, line: &[u8], events: &mut Vec<HarnessEvent>) {
        let Ok(message) = serde_json::from_slice::<Message>(line) else {
            return self.noise(NoiseKind::Malformed, line, events);
        };
        match (message.method.as_deref(), message.id) {
            (Some("session/update"), _) => self.update(&message.params, line, events),
            (Some("session/request_permission"), Some(id)) => {
                self.permission_asked(id, message.params, line, events);
            }
            (Some(method), Some(id)) => {
                let text = format!("{method} is not offered");
                let error = json!({ "code": -32601, "message": text });
                self.write(&json!({ "jsonrpc": "2.0", "id": id, "error": error }));
                self.noise(NoiseKind::Unknown, line, events);
            }
            // Notifications of extensions may be passed over.
            (Some(_), None) => {}
            (None, Some(id)) => match id.as_u64().and_then(|it| self.asked.remove(&it)) {
                Some(asked) => self.answered(asked, message.result, message.error, events),
                None => self.noise(NoiseKind::Unexpected, line, events),
            },
            (None, None) => self.noise(NoiseKind::Malformed, line, events),
        }
    }

    fn noise(&mut self, kind: NoiseKind, line: &[u8], events: &mut Vec<HarnessEvent>) {
        let sample = line[..line.len().min(SAMPLE)].to_vec();
        events.push(HarnessEvent::Noise { kind, sample });
        self.noise += 1;
        if self.noise > MAX_NOISE {
            self.break_off("the agent says too much that means nothing".to_owned(), events);
        }
    }

    fn break_off(&mut self, why: String, events: &mut Vec<HarnessEvent>) {
        if self.state == State::Open {
            self.state = State::Broken;
            for open in std::mem::take(&mut self.open).into_values() {
                self.respond(&open.id, &json!({ "outcome": { "outcome": "cancelled" } }));
            }
            events.push(HarnessEvent::Broken { why: why.clone() });
            self.lose(&why, events);
        }
    }

    fn lose(&mut self, why: &str, events: &mut Vec<HarnessEvent>) {
        let going_on = std::mem::take(&mut self.asked).into_values().filter_map(|it| match it {
            Asked::Prompt { prompt } => Some(prompt),
            Asked::Initialize | Asked::Session | Asked::Mode => None,
        });
        let waiting = self.waiting.drain(..).map(|it| it.0);
        let prompts: Vec<_> = going_on.chain(waiting).collect();
        if !prompts.is_empty() {
            let outcome = Outcome::Lost { why: why.to_owned() };
            events.push(HarnessEvent::TurnEnded { prompts, outcome, usage: Usage::default() });
        }
    }

    fn answered(
        &mut self,
        asked: Asked,
        result: Option<Value>,
        error: Option<RpcError>,
        events: &mut Vec<HarnessEvent>,
    ) {
        let result = match (result, error) {
            (Some(result), None) => result,
            (_, error) => return self.refused(asked, error, events),
        };
        match asked {
            Asked::Initialize => self.initialized(&result, events),
            Asked::Session => self.opened(&result, events),
            Asked::Prompt { prompt } => {
                self.end_message(events);
                let outcome = wire::outcome(result["stopReason"].as_str().unwrap_or_default());
                let (prompts, usage) = (vec![prompt], Usage::default());
                events.push(HarnessEvent::TurnEnded { prompts, outcome, usage });
                self.prompt_next();
            }
            Asked::Mode => {}
        }
    }

    fn refused(&mut self, asked: Asked, error: Option<RpcError>, events: &mut Vec<HarnessEvent>) {
        let (code, why) = error.map(|it| (it.code, it.message)).unwrap_or_default();
        match asked {
            Asked::Initialize => self.break_off(format!("the agent did not start: {why}"), events),
            Asked::Session => {
                self.break_off(format!("the agent opened no session: {why}"), events);
            }
            Asked::Prompt { prompt } => {
                self.end_message(events);
                // The protocol's own code for "authenticate first".
                let outcome =
                    if code == -32000 { Outcome::Unauthenticated } else { Outcome::Failed { why } };
                let (prompts, usage) = (vec![prompt], Usage::default());
                events.push(HarnessEvent::TurnEnded { prompts, outcome, usage });
                self.prompt_next();
            }
            Asked::Mode => {
                let command = "session/set_mode".to_owned();
                events.push(HarnessEvent::CommandFailed { command, why });
            }
        }
    }

    fn initialized(&mut self, result: &Value, events: &mut Vec<HarnessEvent>) {
        if result["protocolVersion"] != VERSION {
            let spoken = &result["protocolVersion"];
            let why = format!("the agent speaks version {spoken} of the protocol, and 1 is needed");
            return self.break_off(why, events);
        }
        let parameters = json!({ "cwd": self.directory, "mcpServers": self.servers });
        match self.start.clone() {
            SessionStart::New(_) => self.ask("session/new", &parameters, Asked::Session),
            SessionStart::Resumed(session)
                if result["agentCapabilities"]["loadSession"] == json!(true) =>
            {
                let mut parameters = parameters;
                parameters["sessionId"] = json!(session);
                self.ask("session/load", &parameters, Asked::Session);
            }
            SessionStart::Resumed(_) => {
                self.break_off("the agent cannot resume a session".to_owned(), events);
            }
        }
        self.version = result["agentInfo"]["version"].as_str().unwrap_or_default().to_owned();
    }

    fn opened(&mut self, result: &Value, events: &mut Vec<HarnessEvent>) {
        let session = match (&self.start, result["sessionId"].as_str()) {
            (SessionStart::Resumed(session), _) => session.clone(),
            (SessionStart::New(_), Some(session)) => session.to_owned(),
            (SessionStart::New(_), None) => {
                return self.break_off("the agent named no session".to_owned(), events);
            }
        };
        self.session = Some(session.clone());
        let model = result["models"]["currentModelId"].as_str().map(str::to_owned);
        let (version, tools, servers) = (self.version.clone(), Vec::new(), Vec::new());
        events.push(HarnessEvent::Ready(Ready { version, session, model, tools, servers }));
        self.set_mode();
        self.prompt_next();
    }

    fn update(&mut self, parameters: &Value, line: &[u8], events: &mut Vec<HarnessEvent>) {
        let text = |content: &Value| content["text"].as_str().unwrap_or_default().to_owned();
        match Update::deserialize(&parameters["update"]) {
            Ok(Update::AgentMessageChunk { content }) => {
                let text = text(&content);
                self.message.push_str(&text);
                if !text.is_empty() {
                    events.push(HarnessEvent::Delta { speaker: Speaker::Agent, text });
                }
            }
            Ok(Update::AgentThoughtChunk { content }) => {
                let text = text(&content);
                events.push(HarnessEvent::Delta { speaker: Speaker::Thought, text });
            }
            Ok(Update::ToolCall(tool)) => {
                self.end_message(events);
                events.push(HarnessEvent::ToolCalled { call: tool.call(), within: None });
            }
            Ok(Update::ToolProgress(tool)) => {
                let failed = tool.status.as_deref() == Some("failed");
                if failed || tool.status.as_deref() == Some("completed") {
                    let (text, diff) = (tool.text(), tool.diff());
                    let call = tool.tool_call_id;
                    let ended =
                        HarnessEvent::ToolEnded { call, text, failed, diff, whole_output: None };
                    events.push(ended);
                }
            }
            Ok(Update::Other) => {}
            Err(_) => self.noise(NoiseKind::Malformed, line, events),
        }
        if self.message.len() > MAX_LINE {
            let why = format!("the agent wrote a message of more than {MAX_LINE} bytes");
            self.break_off(why, events);
        }
    }

    /// A message has no end of its own: what comes next ends it.
    fn end_message(&mut self, events: &mut Vec<HarnessEvent>) {
        let text = std::mem::take(&mut self.message);
        if !text.is_empty() {
            events.push(HarnessEvent::Message { speaker: Speaker::Agent, text });
        }
    }

    fn permission_asked(
        &mut self,
        id: Value,
        parameters: Value,
        line: &[u8],
        events: &mut Vec<HarnessEvent>,
    ) {
        self.end_message(events);
        let Ok(asked) = PermissionRequest::deserialize(parameters) else {
            self.respond(&id, &json!({ "outcome": { "outcome": "cancelled" } }));
            return self.noise(NoiseKind::Malformed, line, events);
        };
        let request = id.to_string();
        let (kind, event) = if asked.tool_call.is_plan() {
            let plan = asked.tool_call.plan();
            (Kind::Plan, HarnessEvent::PlanProposed { request: request.clone(), plan })
        } else {
            let call = asked.tool_call.call();
            let event = HarnessEvent::ToolProposed { request: request.clone(), call: call.clone() };
            (Kind::Proposed(call), event)
        };
        self.open.insert(request, Open { id, choices: asked.options, kind });
        events.push(event);
    }

    fn take(&mut self, request: &str, of_kind: impl Fn(&Kind) -> bool) -> Result<Open, Refused> {
        if !self.open.get(request).is_some_and(|it| of_kind(&it.kind)) {
            return Err(Refused::NotOpen { request: request.to_owned() });
        }
        self.open.remove(request).ok_or(Refused::NotOpen { request: request.to_owned() })
    }

    /// Chooses the option of this kind. Without one the request is cancelled, which denies.
    fn choose(&mut self, open: &Open, kind: &str) {
        let choice = open.choices.iter().find(|it| it.kind == kind);
        let outcome = choice.map_or_else(
            || json!({ "outcome": "cancelled" }),
            |it| json!({ "outcome": "selected", "optionId": it.option_id }),
        );
        self.respond(&open.id, &json!({ "outcome": outcome }));
    }

    fn judge(
        &mut self,
        request: String,
        decision: &Decision,
    ) -> Result<Vec<HarnessEvent>, Refused> {
        let mut open = self.take(&request, |it| matches!(it, Kind::Proposed(_)))?;
        let Kind::Proposed(call) = open.kind.clone() else { return Ok(Vec::new()) };
        match decision {
            Decision::Allow { .. } => self.choose(&open, "allow_once"),
            Decision::Deny { .. } => self.choose(&open, "reject_once"),
            Decision::Ask { .. } => {
                open.kind = Kind::Permission;
                self.open.insert(request.clone(), open);
                return Ok(vec![HarnessEvent::PermissionAsked { request, call }]);
            }
        }
        Ok(Vec::new())
    }

    fn permit(&mut self, request: &str, permission: &Permission) -> Result<(), Refused> {
        if matches!(permission, Permission::AllowChanged(_)) {
            return Err(Refused::Unsupported { what: "do a call with another input" });
        }
        let open = self.take(request, |it| *it == Kind::Permission)?;
        match permission {
            Permission::Allow => self.choose(&open, "allow_once"),
            Permission::Deny { .. } => self.choose(&open, "reject_once"),
            Permission::DenyAndStop { .. } => {
                self.choose(&open, "reject_once");
                self.interrupt();
            }
            Permission::AllowChanged(_) => {}
        }
        Ok(())
    }

    fn decide_plan(&mut self, request: &str, answer: &PlanAnswer) -> Result<(), Refused> {
        if matches!(answer, PlanAnswer::Revise { .. }) {
            let what = "revise its plan in the same turn; record it and prompt again";
            return Err(Refused::Unsupported { what });
        }
        let open = self.take(request, |it| *it == Kind::Plan)?;
        match answer {
            PlanAnswer::Execute => {
                self.phase = Phase::Executing;
                self.choose(&open, "allow_once");
            }
            PlanAnswer::Revise { .. } | PlanAnswer::Recorded => {
                self.choose(&open, "reject_once");
                self.interrupt();
            }
        }
        Ok(())
    }

    /// Every open request has to be answered as cancelled.
    fn interrupt(&mut self) {
        for open in std::mem::take(&mut self.open).into_values() {
            self.respond(&open.id, &json!({ "outcome": { "outcome": "cancelled" } }));
        }
        if let Some(session) = self.session.clone() {
            let parameters = json!({ "sessionId": session });
            let method = "session/cancel";
            self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": parameters }));
        }
    }
}

impl Conversation for AcpConversation {
    fn receive(&mut self, bytes: &[u8]) -> Vec<HarnessEvent> {
        let mut events = Vec::new();
        if self.state != State::Open {
            return events;
        }
        match self.lines.push(bytes) {
            Ok(lines) => {
                for line in lines {
                    if self.state == State::Open {
                        self.line(&line, &mut events);
                    }
                }
            }
            Err(_) => {
                let why = format!("the agent wrote a line of more than {MAX_LINE} bytes");
                self.break_off(why, &mut events);
            }
        }
        events
    }

    fn send(&mut self, command: HarnessCommand) -> Result<Vec<HarnessEvent>, Refused> {
        if self.state != State::Open {
            return Err(Refused::Over);
        }
        let unsupported = |what| Err(Refused::Unsupported { what });
        match command {
            HarnessCommand::Prompt { prompt, text } => {
                self.waiting.push_back((prompt, text));
                self.prompt_next();
            }
            HarnessCommand::Judge { request, decision } => return self.judge(request, &decision),
            HarnessCommand::Permit { request, permission } => self.permit(&request, &permission)?,
            HarnessCommand::DecidePlan { request, answer } => {
                self.decide_plan(&request, &answer)?
            }
            HarnessCommand::Answer { request, .. } | HarnessCommand::Reply { request, .. } => {
                return Err(Refused::NotOpen { request });
            }
            HarnessCommand::Interrupt => self.interrupt(),
            HarnessCommand::SetPhase(_) => return unsupported("change its phase; start it anew"),
            HarnessCommand::SetModel(_) => return unsupported("change its model"),
        }
        Ok(Vec::new())
    }

    fn outbox(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outbox)
    }

    fn ended(&mut self, exit: Exit) -> Vec<HarnessEvent> {
        let mut events = Vec::new();
        if self.state != State::Over {
            self.end_message(&mut events);
            self.lose(&format!("the agent ended {exit} before its turn did"), &mut events);
            self.state = State::Over;
            events.push(HarnessEvent::Ended { exit });
        }
        events
    }
}

/// A server as the protocol lists it: with its name within, and variables as pairs.
fn named(name: &str, server: &Value) -> Value {
    let pairs = |fields: &Value| -> Vec<Value> {
        let pair = |(name, value): (&String, &Value)| json!({ "name": name, "value": value });
        fields.as_object().map(|it| it.iter().map(pair).collect()).unwrap_or_default()
    };
    let mut listed = server.clone();
    listed["name"] = json!(name);
    if server["type"] == "stdio" || server["type"].is_null() {
        listed["env"] = json!(pairs(&server["env"]));
        listed["args"] = server.get("args").cloned().unwrap_or_else(|| json!([]));
        if let Some(fields) = listed.as_object_mut() {
            fields.remove("type");
        }
    } else {
        listed["headers"] = json!(pairs(&server["headers"]));
    }
    listed
}

#[cfg(test)]
mod tests;
