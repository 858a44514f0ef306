//! The state of a conversation with Claude Code.
//!
//! ```text
//!             Prompt                   every prompt's turn has ended
//!   idle ────────────────▶ in a turn ────────────────────────────────▶ idle
//!     │                        │
//!     └── too much noise, a line without end, another version, mode or tools than asked for ──▶ broken
//!     └── the program ends ──▶ over
//! ```
//!
//! A prompt that is sent while a turn goes on is merged into it: two prompts, one end. So prompts are known
//! by their ids and not counted. A broken conversation denies whatever is still asked of it.

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{
    mode,
    requests::Requests,
    wire::{ApiRetry, Content, Edited, Ending, Incoming, Init, Part, Said, Streamed, System},
};
use crate::{
    harness::{
        Conversation, Diff, Exit, HarnessCommand, HarnessEvent, Hunk, MAX_LINE, NoiseKind,
        OWN_SERVER, Outcome, Ready, Refused, RetryCause, Speaker, Usage, lines::Lines,
    },
    policy::{Phase, ToolCall},
};

/// Most messages that may mean nothing before the conversation is given up.
const MAX_NOISE: usize = 64;

/// How much of a message without a meaning is kept, in bytes.
const SAMPLE: usize = 512;

#[derive(Debug, PartialEq, Eq)]
enum State {
    Open,
    Broken,
    Over,
}

/// A conversation with Claude Code.
#[derive(Debug)]
pub struct ClaudeConversation {
    state: State,
    version: String,
    phase: Phase,
    lines: Lines,
    requests: Requests,
    ready: Option<Ready>,
    /// Prompts whose turn has not ended, and whether the model has them.
    prompts: Vec<(String, Reach)>,
    unauthenticated: bool,
    interrupted: bool,
    noise: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Sent,
    Taken,
}

impl ClaudeConversation {
    #[must_use]
    pub fn new(version: &str, phase: Phase) -> Self {
        Self {
            state: State::Open,
            version: version.to_owned(),
            phase,
            lines: Lines::default(),
            requests: Requests::new(),
            ready: None,
            prompts: Vec::new(),
            unauthenticated: false,
            interrupted: false,
            noise: 0,
        }
    }

    fn line(&mut self, line: &[u8], events: &mut Vec<HarnessEvent>) {
        match serde_json::from_slice(line) {
            Ok(incoming) => self.incoming(incoming, line, events),
            Err(_) => self.noise(NoiseKind::Malformed, line, events),
        }
    }

    fn incoming(&mut self, incoming: Incoming, line: &[u8], events: &mut Vec<HarnessEvent>) {
        match incoming {
            Incoming::System(system) => match *system {
                System::Init(init) => self.init(init, events),
                System::ApiRetry(retry) => self.retry(&retry, events),
                System::Other => {}
            },
            Incoming::StreamEvent(streamed) => events.extend(delta(&streamed)),
            Incoming::Assistant(said) => agent_said(said, events),
            Incoming::User(said) => self.user_said(said, events),
            Incoming::Result(ending) => self.ending(&ending, line, events),
            Incoming::ControlRequest(request) => {
                if let Err(kind) = self.requests.receive(request, events) {
                    self.noise(kind, line, events);
                }
            }
            Incoming::ControlResponse { response } => {
                events.extend(self.requests.response(response))
            }
            Incoming::ControlCancelRequest { request_id } => {
                events.extend(self.requests.withdraw(&request_id));
            }
            Incoming::CommandLifecycle | Incoming::KeepAlive => {}
            Incoming::Unknown => self.noise(NoiseKind::Unknown, line, events),
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

    /// Nothing that the program says is believed from now on.
    fn break_off(&mut self, why: String, events: &mut Vec<HarnessEvent>) {
        if self.state == State::Open {
            self.state = State::Broken;
            self.requests.refuse_all(&why);
            events.push(HarnessEvent::Broken { why: why.clone() });
            self.lose(&why, events);
        }
    }

    /// Ends the turn of every prompt that is still open.
    fn lose(&mut self, why: &str, events: &mut Vec<HarnessEvent>) {
        let prompts: Vec<_> = self.prompts.drain(..).map(|it| it.0).collect();
        if !prompts.is_empty() {
            let outcome = Outcome::Lost { why: why.to_owned() };
            let usage = Usage::default();
            events.push(HarnessEvent::TurnEnded { prompts, outcome, usage });
        }
    }

    /// Comes at each turn. What it says must be what was asked for, also after a resume.
    fn init(&mut self, init: Init, events: &mut Vec<HarnessEvent>) {
        let expected = mode(self.phase);
        let is_mode = init.permission_mode == expected
            // Later versions call the default so.
            || expected == "default" && init.permission_mode == "manual";
        let is_ours = |it: &(String, String)| it.0 == OWN_SERVER && it.1 == "connected";
        let servers: Vec<_> = init.mcp_servers.into_iter().map(|it| (it.name, it.status)).collect();
        let why = if init.claude_code_version != self.version {
            let (found, pinned) = (&init.claude_code_version, &self.version);
            Some(format!(
                "the agent is of version {found}, and {pinned} is needed; install that one"
            ))
        } else if !is_mode {
            Some(format!("the agent runs in mode {:?} instead of {expected}", init.permission_mode))
        } else if !servers.iter().any(is_ours) {
            Some("the agent did not connect to the platform's own tools".to_owned())
        } else {
            None
        };
        if let Some(why) = why {
            return self.break_off(why, events);
        }
        let ready = Ready {
            version: init.claude_code_version,
            session: init.session_id,
            model: init.model,
            tools: init.tools,
            servers,
        };
        if self.ready.as_ref() != Some(&ready) {
            self.ready = Some(ready.clone());
            events.push(HarnessEvent::Ready(ready));
        }
    }

    fn retry(&mut self, retry: &ApiRetry, events: &mut Vec<HarnessEvent>) {
        let cause = match (retry.error_status, retry.error.as_deref()) {
            (Some(401 | 403), _) | (_, Some("authentication_failed")) => {
                RetryCause::Unauthenticated
            }
            (Some(429), _) | (_, Some("rate_limit")) => RetryCause::RateLimited,
            (Some(500..), _) | (_, Some("overloaded")) => RetryCause::Overloaded,
            _ => RetryCause::Other,
        };
        // A token that is refused will be refused again, and the waits grow to minutes.
        if cause == RetryCause::Unauthenticated && !self.unauthenticated {
            self.unauthenticated = true;
            self.requests.order("interrupt", json!({}));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "such a cast stays within the bounds of the type"
        )]
        let after_ms = retry.retry_delay_ms as u64;
        let (attempt, most) = (retry.attempt, retry.max_retries);
        events.push(HarnessEvent::Retrying { attempt, most, after_ms, cause });
    }

    fn user_said(&mut self, said: Said, events: &mut Vec<HarnessEvent>) {
        if said.is_replay {
            let known = |it: &&mut (String, Reach)| said.uuid.as_ref() == Some(&it.0);
            if let Some((prompt, reach)) = self.prompts.iter_mut().find(known)
                && *reach == Reach::Sent
            {
                *reach = Reach::Taken;
                events.push(HarnessEvent::PromptTaken { prompt: prompt.clone() });
            }
            return;
        }
        let Content::Parts(parts) = said.message.content else { return };
        for part in parts {
            if let Part::ToolResult { tool_use_id, content, is_error } = part {
                let whole_output =
                    said.tool_use_result["persistedOutputPath"].as_str().map(str::to_owned);
                let diff = diff(&said.tool_use_result);
                let text = text_of(&content);
                let failed = is_error;
                let call = tool_use_id;
                events.push(HarnessEvent::ToolEnded { call, text, failed, diff, whole_output });
            }
        }
    }

    fn ending(&mut self, ending: &Ending, line: &[u8], events: &mut Vec<HarnessEvent>) {
        let is_answered = |it: &(String, Reach)| match &ending.user_message_uuids[..] {
            [] => it.1 == Reach::Taken,
            answered => answered.contains(&it.0),
        };
        let (answered, open) = self.prompts.drain(..).partition(is_answered);
        self.prompts = open;
        let prompts: Vec<_> = answered.into_iter().map(|it: (String, Reach)| it.0).collect();
        if prompts.is_empty() {
            return self.noise(NoiseKind::Unexpected, line, events);
        }
        let outcome = self.outcome(ending);
        (self.interrupted, self.unauthenticated) = (false, false);
        self.requests.end_turn();
        events.push(HarnessEvent::TurnEnded { prompts, outcome, usage: ending.usage() });
    }

    fn outcome(&self, ending: &Ending) -> Outcome {
        let reason = ending.terminal_reason.as_deref().unwrap_or_default();
        if self.unauthenticated {
            return Outcome::Unauthenticated;
        }
        if self.interrupted && (reason.starts_with("aborted") || ending.is_error) {
            return Outcome::Interrupted;
        }
        match (reason, ending.subtype.as_str(), ending.api_error_status) {
            ("max_turns", _, _) | (_, "error_max_turns", _) => Outcome::TooManyTurns,
            ("budget_exhausted", _, _) | (_, "error_max_budget_usd", _) => Outcome::BudgetExhausted,
            (_, _, Some(401 | 403)) => Outcome::Unauthenticated,
            (_, _, Some(429)) => Outcome::RateLimited,
            (_, _, Some(500..)) => Outcome::Overloaded,
            _ if reason.starts_with("aborted") => Outcome::Interrupted,
            // A success may be an error of the model's service all the same.
            (_, "success", None) if !ending.is_error => Outcome::Completed,
            _ => {
                let errors = ending.errors.as_ref().map(|it| it.join("; "));
                let why = ending.result.clone().or(errors).unwrap_or_else(|| reason.to_owned());
                Outcome::Failed { why }
            }
        }
    }
}

impl Conversation for ClaudeConversation {
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
                let why = format!("the agent wrote a line of more than {} bytes", MAX_LINE);
                self.break_off(why, &mut events);
            }
        }
        events
    }

    fn send(&mut self, command: HarnessCommand) -> Result<Vec<HarnessEvent>, Refused> {
        if self.state != State::Open {
            return Err(Refused::Over);
        }
        match command {
            HarnessCommand::Prompt { prompt, text } => {
                self.requests.write(&json!({
                    "type": "user", "uuid": prompt, "session_id": "", "parent_tool_use_id": null,
                    "message": { "role": "user", "content": text },
                }));
                self.prompts.push((prompt, Reach::Sent));
            }
            HarnessCommand::Judge { request, decision } => {
                self.requests.judge(request, &decision)?
            }
            HarnessCommand::Permit { request, permission } => {
                self.requests.permit(request, permission)?;
            }
            HarnessCommand::Answer { request, answers } => {
                self.requests.answer(request, &answers)?
            }
            HarnessCommand::DecidePlan { request, answer } => {
                if self.requests.decide_plan(request, &answer)? {
                    self.phase = Phase::Executing;
                }
            }
            HarnessCommand::Reply { request, reply } => self.requests.reply(request, &reply)?,
            HarnessCommand::Interrupt => {
                self.interrupted = !self.prompts.is_empty();
                self.requests.order("interrupt", json!({}));
            }
            HarnessCommand::SetPhase(phase) => {
                self.phase = phase;
                self.requests.order("set_permission_mode", json!({ "mode": mode(phase) }));
            }
            HarnessCommand::SetModel(model) => {
                self.requests.order("set_model", json!({ "model": model }));
            }
        }
        Ok(Vec::new())
    }

    fn outbox(&mut self) -> Vec<u8> {
        self.requests.take_outbox()
    }

    fn ended(&mut self, exit: Exit) -> Vec<HarnessEvent> {
        let mut events = Vec::new();
        if self.state != State::Over {
            self.lose(&format!("the agent ended {exit} before its turn did"), &mut events);
            self.state = State::Over;
            events.push(HarnessEvent::Ended { exit });
        }
        events
    }
}

fn speaker(parent: Option<&String>, thinks: Option<&str>) -> Speaker {
    match (parent, thinks) {
        (Some(_), _) => Speaker::Helper,
        (None, Some(_)) => Speaker::Thought,
        (None, None) => Speaker::Agent,
    }
}

fn delta(streamed: &Streamed) -> Option<HarnessEvent> {
    let delta = &streamed.event["delta"];
    let thinking = delta["thinking"].as_str();
    let text = delta["text"].as_str().or(thinking)?.to_owned();
    let speaker = speaker(streamed.parent_tool_use_id.as_ref(), thinking);
    Some(HarnessEvent::Delta { speaker, text })
}

fn agent_said(said: Said, events: &mut Vec<HarnessEvent>) {
    let parts = match said.message.content {
        Content::Text(text) => vec![Part::Text { text }],
        Content::Parts(parts) => parts,
    };
    let parent = said.parent_tool_use_id;
    for part in parts {
        match part {
            Part::Text { text } => {
                let speaker = speaker(parent.as_ref(), None);
                events.push(HarnessEvent::Message { speaker, text });
            }
            Part::Thinking { thinking } => {
                let speaker = speaker(parent.as_ref(), Some(&thinking));
                events.push(HarnessEvent::Message { speaker, text: thinking });
            }
            Part::ToolUse { id, name, input } => {
                let call = ToolCall { id, name, input };
                events.push(HarnessEvent::ToolCalled { call, within: parent.clone() });
            }
            Part::ToolResult { .. } | Part::Other => {}
        }
    }
}

/// What a tool has given: a text, or parts of which some are texts.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts: Vec<_> = parts.iter().filter_map(|it| it["text"].as_str()).collect();
            texts.join("\n")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}

fn diff(result: &Value) -> Option<Diff> {
    let edited = Edited::deserialize(result).ok()?;
    let mut hunks = edited.structured_patch;
    if let (true, None, Some(content)) = (hunks.is_empty(), edited.original_file, edited.content) {
        let lines: Vec<_> = content.lines().map(|it| format!("+{it}")).collect();
        let new_lines = lines.len() as u64;
        hunks = vec![Hunk { old_start: 0, old_lines: 0, new_start: 1, new_lines, lines }];
    }
    Some(Diff { path: edited.file_path, hunks })
}

#[cfg(test)]
mod tests;
