//! What is had with an agent's program in one attempt: its bytes, its tool calls, its end.
//!
//! ```text
//!   owner ── Order ──▶ dialogue ── stdin ──▶ program, in the sandbox
//!         ◀── Heard ──    │     ◀─ stdout ──
//!                         └─ policy: each call is judged here, at once
//! ```
//!
//! One process for each attempt. Whatever it says is hostile: bounded by the harness, masked here, and stored by the
//! owner. What it is about to say is shown and not stored.

use std::{collections::HashMap, sync::Arc, time::Duration};

use agent::{
    harness::{
        Conversation, Exit, HarnessCommand, HarnessEvent, Outcome, OwnTool, Permission, PlanAnswer,
        RetryCause, Speaker, Startup,
    },
    policy::{Decision, Pattern, Phase, ToolCall, ToolPolicy},
    session::{Asked, Fact, Fence, Note, ToolCall as AskedCall, ToolVerdict},
};
use bytes::Bytes;
use engine::OpenedSecrets;
use model::id::AgentSessionId;
use sandbox::{ExitStatus, Process, ProcessEvent, Program, Sandbox, SandboxError, SandboxPath};
use serde_json::Value;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

use crate::{
    equipment::Finding,
    live::{Delta, Live},
    view::View,
};

/// How long a program may take to end a turn that it was told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// What is kept of what a program wrote to its standard error: the reason, if it does not start.
const MOST_STDERR: usize = 4 * 1024;

/// An agent that is to be spoken with.
pub(crate) struct Cast {
    pub(crate) session: AgentSessionId,
    pub(crate) fence: Fence,
    pub(crate) phase: Phase,
    pub(crate) startup: Startup,
    pub(crate) conversation: Box<dyn Conversation>,
    pub(crate) policy: ToolPolicy,
    pub(crate) secrets: Arc<OpenedSecrets>,
    /// Whether any secret was given to it.
    pub(crate) has_secrets: bool,
    pub(crate) sandbox: Sandbox,
    /// The checkout.
    pub(crate) directory: String,
    pub(crate) live: Live,
    /// How long it may say nothing in a turn, while no person is asked.
    pub(crate) silence: Duration,
    /// The session as it was stored last.
    pub(crate) shown: watch::Receiver<View>,
    pub(crate) heard: mpsc::Sender<(Fence, Heard)>,
}

/// What the owner tells an agent.
#[derive(Debug)]
pub(crate) enum Order {
    Prompt {
        id: String,
        text: String,
    },
    Permit {
        request: String,
        permission: Permission,
    },
    /// The pattern is allowed from now on.
    Remember(Pattern),
    Answer {
        asking: Asking,
        answers: Vec<String>,
    },
    /// What became of a plan: `Err` holds what is wrong with it.
    Planned {
        asking: Asking,
        outcome: Result<(), Vec<String>>,
    },
    /// What became of a call of a tool of ours.
    Reply {
        request: String,
        reply: Result<String, String>,
    },
    Interrupt,
}

/// How an agent asked for something, so that it can be answered.
#[derive(Clone, Debug)]
pub(crate) enum Asking {
    /// By a question of its own, with these texts.
    Question { request: String, texts: Vec<String> },
    /// By a tool of ours.
    Tool { request: String },
    /// By its own way to propose a plan.
    Proposal { request: String },
}

/// What an agent tells the owner.
#[derive(Debug)]
pub(crate) enum Heard {
    /// Something that has happened, as it is.
    Fact(Fact),
    /// It is ready, and its history will be found by whoever resumes it.
    Ready,
    Planned {
        asking: Asking,
        text: String,
    },
    Approval {
        request: String,
        call: AskedCall,
    },
    Question {
        asking: Asking,
        asked: Vec<Asked>,
    },
    /// Something that later sessions should know, by a tool of ours.
    Learned {
        request: String,
        finding: Finding,
    },
    TurnEnded(Outcome),
    /// A sandbox with its checkout, or a part of the way there.
    Prepared(Box<crate::owner::Prepared>),
}

/// One that goes on.
struct Dialogue {
    cast: Cast,
    process: Process,
    /// What leave for the session would cover, by the harness's id of the call.
    patterns: HashMap<String, Option<Pattern>>,
    /// Pieces of texts that may be the beginning of a secret, by who speaks.
    held: HashMap<Speaker, String>,
    stderr: Vec<u8>,
    is_in_turn: bool,
}

/// Starts the program and speaks with it until it ends, or the owner drops `orders` or this future.
pub(crate) async fn hold(cast: Cast, mut orders: mpsc::UnboundedReceiver<Order>) {
    let (fence, heard) = (cast.fence, cast.heard.clone());
    let process = match start(&cast).await {
        Ok(process) => process,
        Err(error) => {
            let why = format!("the agent could not be started: {error}");
            heard.send((fence, Heard::TurnEnded(Outcome::Lost { why }))).await.ok();
            return;
        }
    };
    let mut dialogue = Dialogue {
        cast,
        process,
        patterns: HashMap::new(),
        held: HashMap::new(),
        stderr: Vec::new(),
        is_in_turn: false,
    };
    // What the conversation says first is already in its outbox.
    if dialogue.flush().await.is_err() {
        return dialogue.lost("its program took nothing").await;
    }
    loop {
        let silent_at = Instant::now() + dialogue.cast.silence;
        tokio::select! {
            // Asked only now: what somebody waits for is stored a moment after it was said.
            () = sleep_until(silent_at), if dialogue.is_in_turn => {
                if !dialogue.is_asking() {
                    return dialogue.lost("it has said nothing for too long").await;
                }
            }
            order = orders.recv() => {
                let Some(order) = order else { return };
                dialogue.order(order).await;
            }
            event = dialogue.process.next() => {
                let Some(event) = event else { return };
                if dialogue.hear(event).await.is_none() {
                    return;
                }
            }
        }
    }
}

async fn start(cast: &Cast) -> Result<Process, SandboxError> {
    let prefix = format!("{}/", cast.sandbox.workspace());
    for file in &cast.startup.files {
        let inside = file.path.strip_prefix(&prefix).unwrap_or(&file.path);
        let path = SandboxPath::try_from(inside).expect("a home lies in the workspace");
        cast.sandbox.write_file(&path, file.content.as_bytes(), 0o600).await?;
    }
    let argv = [cast.startup.program.clone()].into_iter().chain(cast.startup.arguments.clone());
    let program = Program {
        env: cast.startup.environment.clone().into_iter().collect(),
        cwd: cast.directory.clone(),
        stdin: sandbox::Stdin::Pipe,
        // What it says is bounded line by line, and the budget ends it; a session may last for days.
        output_limit: u64::MAX,
        ..Program::new(argv)
    };
    cast.sandbox.run(program).await
}

impl Dialogue {
    async fn order(&mut self, order: Order) {
        let command = match order {
            Order::Prompt { id, text } => {
                self.is_in_turn = true;
                HarnessCommand::Prompt { prompt: id, text }
            }
            Order::Permit { request, permission } => HarnessCommand::Permit { request, permission },
            Order::Remember(pattern) => {
                self.cast.policy.remember(pattern);
                return;
            }
            Order::Answer { asking, answers } => answered(asking, answers),
            Order::Planned { asking, outcome } => planned(asking, outcome),
            Order::Reply { request, reply } => HarnessCommand::Reply { request, reply },
            Order::Interrupt => {
                self.send(HarnessCommand::Interrupt).await;
                return self.wind_up().await;
            }
        };
        self.send(command).await;
    }

    /// Whether it waits for a person.
    fn is_asking(&self) -> bool {
        let state = &self.cast.shown.borrow().state;
        !state.approvals.is_empty() || !state.questions.is_empty()
    }

    /// Lets the program end its turn, and waits no longer than it is polite.
    async fn wind_up(&mut self) {
        let ending = async {
            while let Some(event) = self.process.next().await {
                if self.hear(event).await.is_none() || !self.is_in_turn {
                    return;
                }
            }
        };
        // What has not ended by then is killed with the attempt.
        tokio::time::timeout(GRACE, ending).await.ok();
    }

    async fn send(&mut self, command: HarnessCommand) {
        match self.cast.conversation.send(command) {
            Ok(events) => {
                self.flush().await.ok();
                for event in events {
                    Box::pin(self.take(event)).await;
                }
            }
            // Its program withdrew what it asked, or has ended; the attempt hears of that by itself.
            Err(refused) => tracing::debug!(session = %self.cast.session, %refused, "not told"),
        }
    }

    async fn flush(&mut self) -> Result<(), SandboxError> {
        let bytes = self.cast.conversation.outbox();
        if bytes.is_empty() {
            return Ok(());
        }
        self.process.handle().write_stdin(Bytes::from(bytes)).await
    }

    /// Takes what the program did; `None` after its end.
    async fn hear(&mut self, event: ProcessEvent) -> Option<()> {
        let events = match event {
            ProcessEvent::Stdout(bytes) => self.cast.conversation.receive(&bytes),
            ProcessEvent::Stderr(bytes) => {
                let room = MOST_STDERR.saturating_sub(self.stderr.len());
                self.stderr.extend_from_slice(&bytes[..bytes.len().min(room)]);
                return Some(());
            }
            ProcessEvent::Said(..) | ProcessEvent::Truncated => return Some(()),
            ProcessEvent::Exit(exit) => {
                let exit = match exit.status {
                    ExitStatus::Code(code) => Exit::Code(code),
                    ExitStatus::Signal(signal) => Exit::Signal(signal),
                };
                self.cast.conversation.ended(exit)
            }
            ProcessEvent::Lost => self.cast.conversation.ended(Exit::Unseen),
        };
        let is_over = events.iter().any(|it| matches!(it, HarnessEvent::Ended { .. }));
        for event in events {
            self.take(event).await;
        }
        self.flush().await.ok();
        if is_over && self.is_in_turn {
            self.lost("its program ended").await;
        }
        (!is_over).then_some(())
    }

    async fn take(&mut self, event: HarnessEvent) {
        match event {
            HarnessEvent::Ready(_) => self.tell(Heard::Ready).await,
            HarnessEvent::Delta { speaker, text } => self.delta(speaker, &text),
            HarnessEvent::Message { speaker, text } => self.message(speaker, &text).await,
            HarnessEvent::ToolCalled { call, .. } => {
                let (call, tool, input) = self.shown_briefly(&call);
                self.note(Note::ToolCalled { call, tool, input }).await;
            }
            HarnessEvent::ToolProposed { request, call } => self.judge(request, &call).await,
            HarnessEvent::PermissionAsked { request, call } => {
                let pattern = self.patterns.remove(&call.id).flatten().map(|it| it.to_string());
                let (id, tool, input) = self.shown(&call);
                let call = AskedCall { id, tool, input, pattern };
                self.tell(Heard::Approval { request, call }).await;
            }
            HarnessEvent::QuestionAsked { request, questions } => {
                let texts = questions.iter().map(|it| it.text.clone()).collect();
                let asked = questions.iter().map(|it| Asked {
                    text: self.hide(&it.text),
                    options: it.choices.iter().map(|it| self.hide(it)).collect(),
                });
                let asked = asked.collect();
                let asking = Asking::Question { request, texts };
                self.tell(Heard::Question { asking, asked }).await;
            }
            HarnessEvent::PlanProposed { request, plan } => {
                let asking = Asking::Proposal { request };
                match plan {
                    Some(text) => {
                        let text = self.hide(&text);
                        self.tell(Heard::Planned { asking, text }).await;
                    }
                    None => {
                        let remark = "the plan was not handed over; use submit_plan".to_owned();
                        Box::pin(self.send(planned(asking, Err(vec![remark])))).await;
                    }
                }
            }
            HarnessEvent::OwnToolCalled { request, tool, input } => {
                self.own_tool(request, tool, &input).await;
            }
            HarnessEvent::ToolEnded { call, text, failed, diff, .. } => {
                let output = self.hide(&text);
                self.note(Note::ToolEnded { call, output, failed, diff }).await;
            }
            HarnessEvent::Retrying { attempt, cause, .. } => {
                let why = why_again(cause).to_owned();
                self.note(Note::Retrying { attempt, why }).await;
            }
            HarnessEvent::TurnEnded { outcome, .. } => {
                self.is_in_turn = false;
                self.tell(Heard::TurnEnded(outcome)).await;
            }
            HarnessEvent::CommandFailed { command, why } => {
                tracing::warn!(session = %self.cast.session, %command, %why, "an agent refused");
            }
            HarnessEvent::Noise { kind, sample } => {
                let sample = String::from_utf8_lossy(&sample);
                tracing::debug!(session = %self.cast.session, ?kind, %sample, "an agent's noise");
            }
            HarnessEvent::Broken { why } if self.is_in_turn => self.lost(&why).await,
            HarnessEvent::PromptTaken { .. }
            | HarnessEvent::RequestWithdrawn { .. }
            | HarnessEvent::Broken { .. }
            | HarnessEvent::Ended { .. } => {}
        }
    }

    /// What the policy says of a call, before it happens.
    async fn judge(&mut self, request: String, call: &ToolCall) {
        let decision = self.cast.policy.decide(self.cast.phase, call);
        let (verdict, why) = match &decision {
            Decision::Allow { .. } => (ToolVerdict::Allowed, String::new()),
            Decision::Deny { why, .. } => (ToolVerdict::Denied, why.clone()),
            Decision::Ask { why, remember } => {
                self.patterns.insert(call.id.clone(), remember.clone());
                (ToolVerdict::Asked, why.clone())
            }
        };
        Box::pin(self.send(HarnessCommand::Judge { request, decision })).await;
        let why = self.hide(&why);
        self.note(Note::ToolJudged { call: call.id.clone(), verdict, why }).await;
    }

    async fn own_tool(&mut self, request: String, tool: OwnTool, input: &Value) {
        let field = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
        let list = |name: &str| -> Vec<String> {
            let items = input.get(name).and_then(Value::as_array).into_iter().flatten();
            items.filter_map(Value::as_str).map(|it| self.hide(it)).collect()
        };
        let asking = Asking::Tool { request: request.clone() };
        match tool {
            OwnTool::SubmitPlan => {
                let text = self.hide(field("plan"));
                self.tell(Heard::Planned { asking, text }).await;
            }
            OwnTool::AskUser => {
                let options = list("choices");
                let asked = vec![Asked { text: self.hide(field("question")), options }];
                self.tell(Heard::Question { asking, asked }).await;
            }
            OwnTool::ReportProgress => {
                let text = self.hide(field("text"));
                self.note(Note::Progress { text }).await;
                let reply = Ok("told".to_owned());
                Box::pin(self.send(HarnessCommand::Reply { request, reply })).await;
            }
            OwnTool::NoteLearning => {
                let (pattern, solution) =
                    (self.hide(field("pattern")), self.hide(field("solution")));
                let finding = Finding { pattern, solution, files: list("files") };
                self.tell(Heard::Learned { request, finding }).await;
            }
        }
    }

    async fn message(&mut self, speaker: Speaker, text: &str) {
        self.held.remove(&speaker);
        let (text, fence) = (self.hide(text), self.cast.fence);
        match speaker {
            Speaker::Agent => self.tell(Heard::Fact(Fact::Said { fence, text })).await,
            Speaker::Thought | Speaker::Helper => self.note(Note::Thought { text }).await,
        }
    }

    /// Shows a piece of a text. Where there are secrets, whole lines: half of one is not recognised.
    fn delta(&mut self, speaker: Speaker, text: &str) {
        let text = if self.cast.has_secrets {
            let held = self.held.entry(speaker).or_default();
            held.push_str(text);
            let Some(end) = held.rfind('\n') else { return };
            let rest = held.split_off(end + 1);
            let lines = std::mem::replace(held, rest);
            self.hide(&lines)
        } else {
            text.to_owned()
        };
        let (session, fence) = (self.cast.session, self.cast.fence);
        let seq = self.cast.shown.borrow().state.seq;
        self.cast.live.written(session, seq, Delta { fence, speaker, text });
    }

    /// Id, name and input of a call, as they are shown.
    fn shown(&self, call: &ToolCall) -> (String, String, String) {
        let command = call.input.get("command").and_then(Value::as_str);
        let input = command.map_or_else(|| call.input.to_string(), str::to_owned);
        (call.id.clone(), call.name.clone(), self.hide(&input))
    }

    /// As [`Self::shown`], but of what is written only where: its end brings the difference.
    fn shown_briefly(&self, call: &ToolCall) -> (String, String, String) {
        let path =
            ["file_path", "notebook_path"].iter().find_map(|it| call.input.get(it)?.as_str());
        match path {
            Some(path) => (call.id.clone(), call.name.clone(), self.hide(path)),
            None => self.shown(call),
        }
    }

    fn hide(&self, text: &str) -> String {
        self.cast.secrets.hide(text)
    }

    async fn note(&self, note: Note) {
        let fence = self.cast.fence;
        self.tell(Heard::Fact(Fact::Noted { fence, note })).await;
    }

    /// The owner goes on reading until the attempt is over, when this is dropped.
    async fn tell(&self, heard: Heard) {
        self.cast.heard.send((self.cast.fence, heard)).await.ok();
    }

    async fn lost(&mut self, why: &str) {
        self.is_in_turn = false;
        let stderr = String::from_utf8_lossy(&self.stderr);
        let last = stderr.trim().lines().last().unwrap_or_default();
        let why = match last {
            "" => why.to_owned(),
            last => format!("{why}: {}", self.hide(last)),
        };
        self.tell(Heard::TurnEnded(Outcome::Lost { why })).await;
    }
}

fn answered(asking: Asking, answers: Vec<String>) -> HarnessCommand {
    const ASSUME: &str =
        "Nobody can answer. Assume what is most likely, and write down what you assume.";
    match asking {
        Asking::Question { request, texts } => {
            let answers = answers.into_iter().chain(std::iter::repeat(ASSUME.to_owned()));
            HarnessCommand::Answer { request, answers: texts.into_iter().zip(answers).collect() }
        }
        Asking::Tool { request } | Asking::Proposal { request } => {
            let reply = answers.into_iter().next().unwrap_or_else(|| ASSUME.to_owned());
            HarnessCommand::Reply { request, reply: Ok(reply) }
        }
    }
}

fn planned(asking: Asking, outcome: Result<(), Vec<String>>) -> HarnessCommand {
    const RECORDED: &str = "The plan is recorded, and people review it. End your turn; its steps are carried out later.";
    match (asking, outcome) {
        (Asking::Proposal { request }, Ok(())) => {
            HarnessCommand::DecidePlan { request, answer: PlanAnswer::Recorded }
        }
        (Asking::Proposal { request }, Err(remarks)) => {
            let feedback = corrections(&remarks);
            HarnessCommand::DecidePlan { request, answer: PlanAnswer::Revise { feedback } }
        }
        (Asking::Tool { request } | Asking::Question { request, .. }, outcome) => {
            let reply = outcome.map(|()| RECORDED.to_owned()).map_err(|it| corrections(&it));
            HarnessCommand::Reply { request, reply }
        }
    }
}

fn corrections(remarks: &[String]) -> String {
    format!("This is no plan yet. Correct it and hand it in again:\n- {}", remarks.join("\n- "))
}

fn why_again(cause: RetryCause) -> &'static str {
    match cause {
        RetryCause::Unauthenticated => "the model gateway refuses the session's token",
        RetryCause::RateLimited => "the provider allows no more requests at the moment",
        RetryCause::Overloaded => "the provider is overloaded",
        RetryCause::Other => "the model cannot be reached",
    }
}
