//! The owner of a session: the one task that changes it.
//!
//! ```text
//!  requests ─▶ mailbox ─┐                                          ┌─▶ prepare, speak, check, deliver: an attempt
//!  heard of the attempt ├─▶ apply ─▶ events ─▶ store ─▶ fold ─▶ effects
//!  time, sandbox, model ┘                        └─▶ announced     └─▶ answers to the agent
//! ```
//!
//! Events are stored before anything follows from them. What an attempt does runs in tasks of its own, which end
//! with it; what they find out comes back as facts under the fence of their attempt. An owner goes when nothing can
//! happen in its session any more without somebody's doing, and comes again with the next request.

mod answering;
mod effects;
mod visiting;

use self::visiting::Visitor;
pub(crate) use effects::uuid;

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use agent::{
    context::ContextFile,
    harness::Outcome,
    session::{
        ApprovalId, AskEvent, Command, Event, EventKind, Fact, Fault, Fence, LifeEvent, QuestionId,
        Refusal, Request, Stage, State, Task, Usage, apply, effects,
    },
};
use gateway::{Budget, Metered};
use model::{id::UserId, job::Moment};
use repository::CommitId;
use store::{AgentAppend, AppendAgentEventsError, NewAgentEvent, StoreError};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
    time::Instant,
};

use crate::{
    agents::{Hub, RequestError},
    bench::Bench,
    dialogue::{Asking, Heard, Order},
    usage,
    view::{Record, View, is_awake, standing},
    watching::{self, Known, Seen},
};

/// What an attempt tells before the owner has looked at it. A program that tells more is slowed down.
const HEARD: usize = 256;

/// Requests of a session to the model that wait to be counted.
const METERED: usize = 64;

/// How long requests may take to end whose sandbox has gone.
const SETTLING: Duration = Duration::from_secs(10);

/// How long to wait before events that could not be stored are tried again.
const RETRY: Duration = Duration::from_secs(1);

/// How often branches at the forge are looked at, where no webhook says that something happened.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How long an agent may take to stop by itself: longer than the dialogue gives it.
const STOP_GRACE: Duration = Duration::from_secs(6);

/// What an owner is asked to do.
#[derive(Debug)]
pub(crate) enum Message {
    Request {
        by: UserId,
        request: Request,
        reply: oneshot::Sender<Result<View, RequestError>>,
    },
    /// Something happened at the forge. Tells whether it means anything, or why not.
    Report {
        fact: Fact,
        reply: oneshot::Sender<Result<(), RequestError>>,
    },
    /// Somebody wants to look around in the sandbox.
    Visit {
        by: UserId,
        visitor: Visitor,
    },
    /// The sandbox, if it is there.
    Peek {
        reply: oneshot::Sender<Option<Arc<Bench>>>,
    },
    /// Something may have happened to its branches.
    Look,
    Rename(String),
}

/// What the preparation of an attempt has led to.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) bench: Option<Arc<Bench>>,
    /// What the checkout was made of, where there is one.
    pub(crate) commit: Option<CommitId>,
    /// What the repository says to agents.
    pub(crate) guidance: Vec<ContextFile>,
    pub(crate) warning: Option<String>,
}

/// How an owner begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// Nothing ran before.
    Fresh,
    /// A server has gone while something may have run.
    Recovered,
}

pub(crate) struct Owner {
    hub: Arc<Hub>,
    record: Record,
    state: Arc<State>,
    mailbox: mpsc::UnboundedReceiver<Message>,
    heard: mpsc::Receiver<(Fence, Heard)>,
    tell: mpsc::Sender<(Fence, Heard)>,
    metered: mpsc::Receiver<Metered>,
    meter: mpsc::Sender<Metered>,
    budget: Budget,
    /// The session as it is, for whoever looks at it.
    shown: watch::Sender<View>,
    bench: Option<Arc<Bench>>,
    attempt: Option<Attempt>,
    /// What goes on whatever runs; ends with the owner.
    beside: JoinSet<Beside>,
    /// When its branches are looked at next, and what is known of them.
    look_at: Instant,
    known: Known,
    /// What an effect has found out at once, to be decided after the command that it followed from.
    later: VecDeque<Fact>,
    visitors: Vec<Visitor>,
}

/// What is under way, under one fence. Its tasks end with it.
struct Attempt {
    fence: Fence,
    tasks: JoinSet<()>,
    /// Where its agent is told something. Never full: whoever waited here while the agent waits for us would wait
    /// for ever, and no more is told than was asked.
    orders: Option<mpsc::UnboundedSender<Order>>,
    /// The commit that the checkout was made of.
    commit: Option<CommitId>,
    guidance: Vec<ContextFile>,
    /// What waits for an answer, as its agent asked for it.
    approvals: HashMap<ApprovalId, String>,
    questions: HashMap<QuestionId, Asking>,
    plan: Option<Asking>,
    /// What stood in the way of the model last.
    trouble: Option<String>,
    /// Whether its agent has been told something that it has not answered to the end.
    is_in_turn: bool,
    /// When it is ended, if it has not stopped by itself.
    stop_at: Option<Instant>,
}

/// What was found out beside what runs.
enum Beside {
    Fact(Option<Fact>),
    Seen(Seen),
}

/// What the agent waits for once the events that follow are there.
enum Waiting {
    Nothing,
    Approval(String),
    Question(Asking),
}

impl Owner {
    pub(crate) fn new(
        hub: Arc<Hub>,
        record: Record,
        state: State,
        mailbox: mpsc::UnboundedReceiver<Message>,
    ) -> (Self, watch::Receiver<View>) {
        let (tell, heard) = mpsc::channel(HEARD);
        let (meter, metered) = mpsc::channel(METERED);
        let budget = Budget::new(state.settings.budget, state.usage.cost);
        let state = Arc::new(state);
        let view = View { record: record.clone(), state: Arc::clone(&state) };
        let (shown, watcher) = watch::channel(view);
        let (bench, attempt, beside) = (None, None, JoinSet::new());
        let owner = Self {
            hub,
            record,
            state,
            mailbox,
            heard,
            tell,
            metered,
            meter,
            budget,
            shown,
            bench,
            attempt,
            beside,
            look_at: Instant::now() + LOOK_EVERY,
            known: Known::default(),
            later: VecDeque::new(),
            visitors: Vec::new(),
        };
        (owner, watcher)
    }

    /// Goes on with the session until nothing can happen in it any more, or the server stops.
    pub(crate) async fn live(mut self, beginning: Beginning) {
        if beginning == Beginning::Recovered {
            self.fact(Fact::Restarted).await;
        }
        let shutdown = self.hub.shutdown.clone();
        loop {
            while let Some(fact) = self.later.pop_front() {
                self.fact(fact).await;
            }
            self.answer_visitors();
            let (wake_in, stop_at) =
                (self.wake_in(), self.attempt.as_ref().and_then(|it| it.stop_at));
            tokio::select! {
                message = self.mailbox.recv() => match message {
                    Some(message) => self.attend(message).await,
                    None => break,
                },
                Some((fence, heard)) = self.heard.recv() => self.hear(fence, heard).await,
                Some(metered) = self.metered.recv() => self.count(metered).await,
                Some(done) = self.beside.join_next() => {
                    if let Ok(done) = done {
                        self.take_beside(done).await;
                    }
                }
                () = tokio::time::sleep_until(self.look_at), if self.may_look() => self.look(),
                () = after(wake_in) => self.fact(Fact::Elapsed).await,
                () = at(stop_at) => self.stopped().await,
                () = gone(self.bench.as_deref()) => {
                    self.bench = None;
                    self.fact(Fact::SandboxLost { why: "the sandbox is gone".to_owned() }).await;
                }
                () = shutdown.cancelled() => break,
            }
            if !is_awake(&self.state) && self.hub.let_go(self.record.id, &mut self.mailbox) {
                break;
            }
        }
        self.end_attempt().await;
        self.settle().await;
    }

    /// Keeps what requests came to that ended only with the sandbox.
    async fn settle(mut self) {
        drop((self.bench.take(), self.meter));
        let whose = (self.record.id, self.state.owner);
        let ledger = &self.hub.ledger;
        let settling = async {
            while let Some(metered) = self.metered.recv().await {
                ledger.note(whose, &metered).await;
            }
        };
        if tokio::time::timeout(SETTLING, settling).await.is_err() {
            tracing::warn!(session = %whose.0, "requests to the model outlive their session");
        }
    }

    /// What runs may be just about to push.
    fn may_look(&self) -> bool {
        self.beside.is_empty() && self.state.running.is_none() && watching::is_worth_it(&self.state)
    }

    fn look(&mut self) {
        self.look_at = Instant::now() + LOOK_EVERY;
        let (hub, record) = (Arc::clone(&self.hub), self.record.clone());
        let (state, known) = (Arc::clone(&self.state), self.known.clone());
        self.beside
            .spawn(async move { Beside::Seen(watching::look(hub, record, state, known).await) });
    }

    async fn take_beside(&mut self, found: Beside) {
        match found {
            Beside::Fact(fact) => {
                if let Some(fact) = fact {
                    self.fact(fact).await;
                }
            }
            Beside::Seen(seen) => {
                let is_of_now = seen.is_of(&self.state) && self.state.running.is_none();
                self.known = seen.known;
                for fact in seen.facts.into_iter().filter(|_| is_of_now) {
                    if let Fact::CiEnded { branch, head, .. } = &fact {
                        self.known.ended.insert((*branch, head.clone()));
                    }
                    self.fact(fact).await;
                }
            }
        }
    }

    fn wake_in(&self) -> Option<Duration> {
        let wait = self.state.wake_at()?.since(self.hub.engine.clock().now());
        let typing_for = self.typing_for().filter(|_| self.state.is_idle());
        Some(wait.max(typing_for.unwrap_or_default()))
    }

    async fn attend(&mut self, message: Message) {
        match message {
            Message::Request { by, request, reply } => {
                let done = self.command(Command::Request { by, request }, Waiting::Nothing).await;
                // Whoever asked may be gone.
                reply.send(done.map(|()| self.view())).ok();
            }
            Message::Report { fact, reply } => {
                let done = self.fact_with(fact, Waiting::Nothing).await;
                // The forge has been answered already.
                reply.send(done).ok();
            }
            Message::Visit { by, visitor } => self.visit(by, visitor).await,
            // Who asked may be gone.
            Message::Peek { reply } => drop(reply.send(self.bench.clone())),
            Message::Look => self.look_at = Instant::now(),
            Message::Rename(title) => {
                self.record.title = title;
                self.shown.send_replace(self.view());
                self.hub.live.stored(self.record.id, self.state.seq);
            }
        }
    }

    fn view(&self) -> View {
        View { record: self.record.clone(), state: Arc::clone(&self.state) }
    }

    async fn fact(&mut self, fact: Fact) {
        self.fact_with(fact, Waiting::Nothing).await.ok();
    }

    /// A fact that means nothing any more is let go: its attempt is over.
    async fn fact_with(&mut self, fact: Fact, waiting: Waiting) -> Result<(), RequestError> {
        let done = self.command(Command::Fact(fact), waiting).await;
        done.inspect_err(|error| {
            tracing::debug!(session = %self.record.id, %error, "a fact changes nothing");
        })
    }

    /// Decides, stores, and does what follows.
    async fn command(&mut self, command: Command, waiting: Waiting) -> Result<(), RequestError> {
        let is_fact = matches!(command, Command::Fact(_));
        let draw = u32::try_from(engine::random_id() & 0xffff_ffff).expect("32 bits");
        let moment = Moment { now: self.hub.engine.clock().now(), draw };
        let events = apply(&self.state, command, moment)?;
        if events.is_empty() {
            return Ok(());
        }
        let mut after = State::clone(&self.state);
        let mut duties = Vec::new();
        for event in &events {
            let before = after.clone();
            after.fold(event);
            duties.extend(effects(&before, event, &after));
        }
        self.store(&events, &after, is_fact).await?;
        self.state = Arc::new(after);
        self.shown.send_replace(self.view());
        self.hub.live.stored(self.record.id, self.state.seq);
        self.note_asked(&events, waiting);
        if events.iter().any(|it| matches!(it.kind, EventKind::Life(LifeEvent::Configured { .. })))
        {
            self.budget.set_limit(self.state.settings.budget);
        }
        let fence = self.state.running.as_ref().map(|it| it.fence);
        if self.attempt.as_ref().map(|it| it.fence) != fence {
            self.end_attempt().await;
        }
        for duty in duties {
            self.perform(duty).await;
        }
        Ok(())
    }

    /// What a person asks for can be asked again; a fact cannot, so it is tried until the store takes it.
    async fn store(
        &mut self,
        events: &[Event],
        after: &State,
        is_fact: bool,
    ) -> Result<(), RequestError> {
        let append = append(events, after);
        loop {
            match self.hub.engine.store().append_agent_events(self.record.id, &append).await {
                Ok(()) => return Ok(()),
                Err(AppendAgentEventsError::Store(error)) if is_fact => {
                    tracing::error!(session = %self.record.id, %error, "events were not stored");
                    let stop = &self.hub.shutdown;
                    if tokio::time::timeout(RETRY, stop.cancelled()).await.is_ok() {
                        return Err(error.into());
                    }
                }
                Err(AppendAgentEventsError::Store(error)) => return Err(error.into()),
                Err(error @ AppendAgentEventsError::Elsewhere { .. }) => {
                    tracing::error!(session = %self.record.id, %error, "a session is let go");
                    self.mailbox.close();
                    return Err(RequestError::Elsewhere);
                }
            }
        }
    }

    /// Remembers how the agent is to be answered, under the numbers that its asking was given.
    fn note_asked(&mut self, events: &[Event], waiting: Waiting) {
        let Some(attempt) = &mut self.attempt else { return };
        let asked = |is_meant: fn(&AskEvent) -> bool| {
            let found =
                events.iter().find(|it| matches!(&it.kind, EventKind::Ask(ask) if is_meant(ask)));
            found.map(|it| it.seq)
        };
        match waiting {
            Waiting::Nothing => {}
            Waiting::Approval(request) => {
                let seq = asked(|it| matches!(it, AskEvent::ApprovalAsked { .. }));
                attempt.approvals.extend(seq.map(|it| (it.into(), request)));
            }
            Waiting::Question(asking) => {
                let seq = asked(|it| matches!(it, AskEvent::QuestionAsked { .. }));
                attempt.questions.extend(seq.map(|it| (it.into(), asking)));
            }
        }
    }

    async fn hear(&mut self, fence: Fence, heard: Heard) {
        if self.attempt.as_ref().is_none_or(|it| it.fence != fence) {
            return;
        }
        match heard {
            Heard::Fact(fact) => self.fact(fact).await,
            Heard::Ready => self.note_conversation(fence).await,
            Heard::Planned { asking, text } => self.planned(fence, asking, text).await,
            Heard::Approval { request, call } => {
                let fact = Fact::ApprovalAsked { fence, call };
                self.fact_with(fact, Waiting::Approval(request)).await.ok();
            }
            Heard::Question { asking, asked } => {
                let fact = Fact::QuestionAsked { fence, asked };
                self.fact_with(fact, Waiting::Question(asking)).await.ok();
            }
            Heard::Learned { request, finding } => self.learned(fence, request, finding).await,
            Heard::TurnEnded(outcome) => self.turn_ended(fence, outcome).await,
            Heard::Prepared(prepared) => self.prepared(fence, *prepared).await,
        }
    }

    async fn prepared(&mut self, fence: Fence, prepared: Prepared) {
        let Prepared { bench, commit, guidance, warning } = prepared;
        if bench.is_some() {
            self.bench = bench;
        }
        if let Some(attempt) = &mut self.attempt {
            attempt.commit = commit;
            attempt.guidance = guidance;
        }
        self.fact(Fact::Prepared { fence, warning }).await;
    }

    /// The agent has stopped speaking; what it did is looked at where it has ended well.
    async fn turn_ended(&mut self, fence: Fence, outcome: Outcome) {
        // What stood in its way was said before it ended.
        while let Ok(metered) = self.metered.try_recv() {
            self.count(metered).await;
        }
        if let Some(attempt) = &mut self.attempt {
            attempt.is_in_turn = false;
        }
        let Some(running) = self.state.running.clone() else { return };
        if matches!(running.stage, Stage::Stopping { .. }) {
            return self.stopped().await;
        }
        if !matches!(running.stage, Stage::Working { .. }) {
            return;
        }
        let is_turn = matches!(running.work.task, Task::Turn { .. });
        let trouble = self.attempt.as_mut().and_then(|it| it.trouble.take());
        let fault = match outcome {
            Outcome::Completed => None,
            // A plan that was recorded ends its turn so.
            Outcome::Interrupted if is_turn => None,
            Outcome::RateLimited | Outcome::Overloaded | Outcome::Lost { .. } => {
                Some(Fault::Passing { why: words(&outcome, trouble) })
            }
            Outcome::Interrupted
            | Outcome::TooManyTurns
            | Outcome::BudgetExhausted
            | Outcome::Refused
            | Outcome::Unauthenticated
            | Outcome::Failed { .. } => Some(Fault::Lasting { why: words(&outcome, trouble) }),
        };
        match fault {
            Some(fault) => self.fact(Fact::Failed { fence, fault }).await,
            None => {
                if let Some((from, to)) = self.moved_head().await {
                    self.fact(Fact::HeadMoved { fence, from, to }).await;
                }
                self.fact(Fact::AgentEnded { fence }).await;
            }
        }
    }

    /// Whether the agent committed by itself.
    async fn moved_head(&self) -> Option<(String, String)> {
        let commit = self.attempt.as_ref()?.commit.clone()?;
        let head = self.bench.as_ref()?.head().await?;
        (head != commit.as_str()).then(|| (commit.to_string(), head))
    }

    async fn count(&mut self, metered: Metered) {
        if let (Some(trouble), Some(attempt)) = (&metered.trouble, &mut self.attempt) {
            attempt.trouble = Some(trouble.message.clone());
        }
        self.hub.ledger.note((self.record.id, self.state.owner), &metered).await;
        if usage::is_of_user(&metered) {
            let renewed_at = self.hub.ledger.renewed_at();
            self.fact(Fact::UserBudgetSpent { renewed_at }).await;
        }
        let used = Usage {
            input_tokens: metered.usage.prompt_tokens(),
            output_tokens: metered.usage.output_tokens,
            cost: metered.cost,
        };
        if used != Usage::default() {
            self.fact(Fact::Metered { usage: used }).await;
        }
    }

    /// Nothing of the attempt runs any more, whatever it takes.
    async fn stopped(&mut self) {
        let Some(fence) = self.attempt.as_ref().map(|it| it.fence) else { return };
        self.end_attempt().await;
        self.fact(Fact::Stopped { fence }).await;
    }

    async fn end_attempt(&mut self) {
        if let Some(mut attempt) = self.attempt.take() {
            attempt.tasks.shutdown().await;
        }
    }
}

impl Attempt {
    fn new(fence: Fence) -> Self {
        Self {
            fence,
            tasks: JoinSet::new(),
            orders: None,
            commit: None,
            guidance: Vec::new(),
            approvals: HashMap::new(),
            questions: HashMap::new(),
            plan: None,
            trouble: None,
            is_in_turn: false,
            stop_at: None,
        }
    }
}

/// Events with what they make of a session's row.
pub(crate) fn append(events: &[Event], after: &State) -> AgentAppend {
    let body = |event: &Event| serde_json::to_string(event).expect("events are JSON");
    let row = |event: &Event| NewAgentEvent { seq: event.seq, at: event.at, body: body(event) };
    let joined: BTreeSet<UserId> = events.iter().filter_map(joined).collect();
    AgentAppend {
        events: events.iter().map(row).collect(),
        standing: standing(after),
        joined: joined.into_iter().collect(),
    }
}

fn joined(event: &Event) -> Option<UserId> {
    match &event.kind {
        EventKind::Life(LifeEvent::Shared { with, .. }) => Some(*with),
        EventKind::Life(_)
        | EventKind::Plan(_)
        | EventKind::Work(_)
        | EventKind::Ask(_)
        | EventKind::Branch(_) => None,
    }
}

fn words(outcome: &Outcome, trouble: Option<String>) -> String {
    let said = match outcome {
        Outcome::Completed => "it was done",
        Outcome::Interrupted => "the agent was interrupted",
        Outcome::TooManyTurns => "the agent took as many turns as it may",
        Outcome::BudgetExhausted => "the session has cost what it may; raise its budget",
        Outcome::Refused => "the model refused to go on",
        Outcome::Unauthenticated => {
            "the provider of the model does not take this hub's key; ask its operator"
        }
        Outcome::RateLimited => "the provider of the model allows no more requests at the moment",
        Outcome::Overloaded => "the provider of the model is overloaded",
        Outcome::Failed { why } | Outcome::Lost { why } => why,
    };
    trouble.unwrap_or_else(|| said.to_owned())
}

async fn after(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

async fn gone(bench: Option<&Bench>) {
    match bench {
        Some(bench) => bench.ended().await,
        None => std::future::pending().await,
    }
}

impl From<Refusal> for RequestError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for RequestError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
