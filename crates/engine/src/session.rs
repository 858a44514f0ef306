//! A session's task: it alone owns the sandbox and changes the session's state.
//!
//! ```text
//!  connect ─▶ admission ─▶ sandbox ─▶ files ─▶ Ready ─▶ executions, one after another
//!                                                │
//!                 disconnect │ idle │ shutdown │ sandbox lost ─▶ Ended
//! ```

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use document::{Document, Expectation};
use model::{
    event::Failure,
    execution::{Execution, Outcome},
    id::SessionId,
    limits::Limits,
    session::{self, Command, EndReason, Session, State},
};
use sandbox::{Isolation, Sandbox};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::Instant,
};
use tracing::Span;

use crate::{
    Inner,
    admission::{Slot, Ticket},
    files,
    given::Given,
    kernels::Kernels,
    offers::Grant,
    program::BlockProgram,
    secrets::SecretText,
    terminals::Terminals,
};

mod closing;
mod complete;
mod execute;
mod handle;
mod memory;
mod message;
mod next_in_line;
mod reach;
mod running;
mod sleep;
mod view;
mod walking;

use complete::{Completing, completed};
pub(crate) use complete::{Question, Said};
use execute::unwritten;
pub(crate) use handle::Handle;
use memory::Memory;
pub(crate) use message::Message;
use next_in_line::NextInLine;
pub(crate) use reach::{Need, Pulse};
use running::{Running, finished};
use sleep::{Waking, YIELD_AFTER, awake};
pub use view::{Activity, Protection, SessionView};
use walking::Walking;
pub use walking::{Begun, WalkView};
pub(crate) use walking::{NewRun, WalkOrder};

/// Commands that wait for a session's task. More would only wait longer.
const MAILBOX: usize = 64;

/// Executions that may wait in one session.
const QUEUE: usize = 256;

/// Why an execution was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("this block is already running in this session; stop it first or wait for it")]
    AlreadyRunning,
    #[error("{QUEUE} executions are waiting in this session; wait for some of them or stop them")]
    QueueFull,
    #[error("the session has ended; connect again to run blocks")]
    SessionEnded,
    #[error("the execution could not be stored")]
    Store(#[from] store::StoreError),
}

/// One block to run, with the document that it stands in.
pub(crate) struct Run {
    pub(crate) execution: Execution,
    pub(crate) program: BlockProgram,
    pub(crate) document: Arc<Document>,
    /// Number of the revision that the document is of.
    pub(crate) revision: i64,
    pub(crate) limits: Limits,
    /// What it finds of the blocks before it.
    pub(crate) kernel: document::Kernel,
    pub(crate) expect: Expectation,
    /// Whether the blocks after it run beside it.
    pub(crate) is_background: bool,
    pub(crate) given: Given,
    /// The walk that it belongs to.
    pub(crate) walk: Option<u64>,
    /// Whether somebody is there to answer what it asks. If not, its input is empty.
    pub(crate) is_interactive: bool,
    /// From its acceptance to its end, within the request that asked for it.
    pub(crate) span: Span,
}

/// What became of bytes for the input of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    Taken,
    /// It has not begun, has ended, or reads nothing.
    NotReading,
    /// It reads more slowly than it is written to.
    Full,
}

/// Starts the task of a session that is already stored as starting.
pub(crate) fn spawn(
    engine: Arc<Inner>,
    session: Session,
    (ticket, document): (Ticket, Arc<Document>),
    grant: Grant,
) -> Handle {
    let runtimes = Arc::clone(&grant.runtimes);
    let (mailbox, messages) = mpsc::channel(MAILBOX);
    let (view, watcher) = watch::channel(SessionView::stored(session.clone()));
    let tracker = engine.tasks.clone();
    let (terminals, pulse) = (Arc::default(), Pulse::new(mailbox.clone()));
    let actor = Actor {
        engine,
        id: session.id,
        view,
        messages,
        queue: VecDeque::new(),
        running: None,
        background: Vec::new(),
        work: JoinSet::new(),
        walks: Vec::new(),
        walks_begun: 0,
        memory: Memory::default(),
        known_secrets: HashMap::new(),
        sandbox: None,
        grant,
        asleep: None,
        waking: None,
        standby: NextInLine::new(Arc::clone(&runtimes)),
        kernels: Kernels::default(),
        completing: None,
        idle_since: Instant::now(),
        seeded: BTreeMap::new(),
        terminals: Arc::clone(&terminals),
        wanted: Vec::new(),
        deadline: Instant::now(),
        tired_at: None,
    };
    tracker.spawn(actor.live(ticket, document));
    Handle { mailbox, runtimes, typed: Arc::default(), view: watcher, terminals, pulse }
}

struct Actor {
    engine: Arc<Inner>,
    id: SessionId,
    view: watch::Sender<SessionView>,
    messages: mpsc::Receiver<Message>,
    queue: VecDeque<Run>,
    running: Option<Running>,
    /// What runs beside the others.
    background: Vec<Running>,
    /// What drives all that runs.
    work: JoinSet<Option<Outcome>>,
    /// Walks that are not over, in the order in which they began.
    walks: Vec<Walking>,
    walks_begun: u64,
    memory: Memory,
    /// Every secret that a program of the session was given: a later one may print it too.
    known_secrets: HashMap<String, SecretText>,
    sandbox: Option<(Sandbox, Slot)>,
    grant: Grant,
    /// The files of the sandbox that was given back.
    asleep: Option<tokio::fs::File>,
    waking: Option<Waking>,
    standby: NextInLine,
    kernels: Kernels,
    completing: Option<Completing>,
    /// Since when nothing runs and nobody asks for anything.
    idle_since: Instant,
    /// Hash of each file block that stands in the sandbox, by its path.
    seeded: BTreeMap<String, String>,
    terminals: Arc<Terminals>,
    /// Those who wait for the sandbox.
    wanted: Vec<reach::Reply>,
    /// When it ends, unless something happens before.
    deadline: Instant,
    /// When to think of giving the sandbox back, unless something happens before.
    tired_at: Option<Instant>,
}

impl Actor {
    async fn live(mut self, ticket: Ticket, document: Arc<Document>) {
        let asked_at = Instant::now();
        let reason = match self.open(ticket, &document).await {
            Ok(()) => {
                self.view.send_modify(|it| it.ready_in = Some(asked_at.elapsed()));
                self.apply(Command::Open).await;
                self.serve().await
            }
            Err(Stopped::Asked(reason)) => {
                self.apply(Command::End(reason)).await;
                Some(reason)
            }
            Err(Stopped::Failed(message)) => {
                tracing::warn!(session = %self.id, %message, "a session could not start");
                self.view.send_modify(|it| it.message = Some(message));
                self.apply(Command::Fail).await;
                None
            }
        };
        self.close(reason).await;
        self.engine.forget(self.id);
    }

    /// Waits for a sandbox and writes the file blocks into it, while still listening.
    async fn open(&mut self, ticket: Ticket, document: &Document) -> Result<(), Stopped> {
        let (engine, view) = (Arc::clone(&self.engine), self.view.clone());
        let grant = self.grant.clone();
        let open =
            async move { engine.sandbox(ticket, &grant, &view).await.map_err(Stopped::Failed) };
        let mut open = std::pin::pin!(open);
        let shutdown = self.engine.shutdown.clone();
        let (sandbox, slot) = loop {
            tokio::select! {
                opened = &mut open => break opened?,
                message = self.messages.recv() => match message {
                    Some(Message::End(reason)) => return Err(Stopped::Asked(reason)),
                    Some(message) => self.handle(message).await,
                    None => return Err(Stopped::Asked(EndReason::Shutdown)),
                },
                () = shutdown.cancelled() => return Err(Stopped::Asked(EndReason::Shutdown)),
            }
        };
        let Isolation { holds, mut missing, .. } = sandbox.isolation().clone();
        missing.extend(self.grant.refused.clone());
        self.view.send_modify(|it| it.protection = Protection { holds, missing });
        let entered = self.grant.packages.enter(&sandbox).await;
        entered.map_err(|it| Stopped::Failed(format!("the packages could not be shown: {it}")))?;
        self.seed(&sandbox, document).await.map_err(|it| Stopped::Failed(it.message))?;
        let kernels = &mut self.kernels;
        self.standby.prepare_first(&self.engine.tasks, &sandbox, document, kernels);
        self.sandbox = Some((sandbox, slot));
        self.answer_waiting();
        Ok(())
    }

    /// Runs what is asked for until the session ends; gives the reason if we end it.
    async fn serve(&mut self) -> Option<EndReason> {
        let shutdown = self.engine.shutdown.clone();
        self.touch().await;
        loop {
            self.wake();
            self.start_next().await;
            let is_paused = self.is_paused();
            let is_busy = (self.running.is_some() && !is_paused) || self.waking.is_some();
            tokio::select! {
                message = self.messages.recv() => match message {
                    Some(Message::End(reason)) => return self.ending(reason).await,
                    Some(message) => self.attend(message).await,
                    None => return self.ending(EndReason::Shutdown).await,
                },
                (task, outcome) = finished(&mut self.work) => {
                    self.ended(task, outcome).await;
                    if let Some((sandbox, _)) = self.sandbox.as_ref().filter(|_| self.queue.is_empty()) {
                        let kernels = &mut self.kernels;
                        self.standby.prepare_next(&self.engine.tasks, sandbox, kernels);
                    }
                    self.touch().await;
                }
                () = crate::execution::sleep_until(self.tired_at),
                    if !is_busy && !is_paused && self.background.is_empty() => {
                    self.rest().await;
                }
                () = completed(&mut self.completing) => {}
                woken = awake(&mut self.waking) => {
                    self.waking = None;
                    match woken {
                        Ok(sandbox) => self.sandbox = Some(sandbox),
                        Err(message) => return self.lost(message).await,
                    }
                    self.answer_waiting();
                    self.touch().await;
                }
                () = tokio::time::sleep_until(self.deadline), if !is_busy => {
                    return self.ending(EndReason::Expired).await;
                }
                () = shutdown.cancelled() => return self.ending(EndReason::Shutdown).await,
                () = gone(self.sandbox.as_ref()) => return self.lost(LOST.to_owned()).await,
            }
        }
    }

    /// Does what a message asks for; most of them are activity.
    async fn attend(&mut self, message: Message) {
        let is_activity = message.is_activity();
        if let Message::Extend(reply) = message {
            self.touch().await;
            // Whoever asked may be gone.
            reply.send(()).ok();
            return;
        }
        if message.needs_motion() {
            self.go_on().await;
        }
        self.handle(message).await;
        if is_activity {
            self.touch().await;
        }
    }

    async fn lost(&mut self, message: String) -> Option<EndReason> {
        self.view.send_modify(|it| it.message = Some(message));
        self.apply(Command::Lose).await;
        None
    }

    async fn ending(&mut self, reason: EndReason) -> Option<EndReason> {
        self.apply(Command::End(reason)).await;
        Some(reason)
    }

    async fn handle(&mut self, message: Message) {
        match message {
            Message::Run { run, reply } => {
                let accepted = self.accept(*run).await;
                // A caller that went away meanwhile finds the execution in the list.
                drop(reply.send(accepted));
            }
            Message::Walk { order, reply } => {
                let begun = self.walk(*order).await;
                drop(reply.send(begun));
            }
            Message::Stop => self.stop_all().await,
            Message::Cancel(execution) => self.cancel(execution).await,
            Message::Input { execution, bytes, is_last, reply } => {
                // A caller that went away meanwhile will not miss the answer.
                reply.send(self.feed(execution, bytes, is_last)).ok();
            }
            Message::Complete { question, reply } => self.complete(*question, reply),
            Message::Restart => self.restart().await,
            Message::Reach { need, reply } => self.reach(need, reply),
            Message::Pause(reply) => {
                self.finish_completing().await;
                drop(reply.send(self.pause().await));
            }
            Message::Resume(reply) => {
                drop(reply.send(self.resume().await.map_err(Into::into)));
            }
            Message::Extend(reply) => {
                reply.send(()).ok();
            }
            Message::Active => {}
            // The business of those who call this.
            Message::End(_) => {}
        }
    }

    /// Writes the file blocks that are new or have changed since they were last written.
    async fn seed(&mut self, sandbox: &Sandbox, document: &Document) -> Result<(), Failure> {
        for (path, file) in document.files() {
            if self.seeded.get(path.as_str()) == Some(&file.content_hash) {
                continue;
            }
            files::write_file(sandbox, path, file).await.map_err(|it| unwritten(&it))?;
            self.seeded.insert(path.to_string(), file.content_hash.clone());
        }
        Ok(())
    }

    /// Notes activity: the session now ends a whole idle period later.
    async fn touch(&mut self) {
        let idle = self.engine.config.idle_expiry;
        let now = self.engine.clock.now();
        let expires_at = now.after(idle);
        self.view.send_modify(|it| {
            it.session.last_activity_at = now;
            it.session.expires_at = Some(expires_at);
        });
        if let Err(error) = self.engine.store.touch_session(self.id, now, Some(expires_at)).await {
            tracing::warn!(session = %self.id, %error, "the session's activity was not stored");
        }
        let now = Instant::now();
        self.deadline = now + idle;
        self.idle_since = now;
        let patience = self.engine.config.sleep_after.min(YIELD_AFTER);
        self.tired_at = self.sandbox.is_some().then(|| now + patience);
    }

    /// Applies a command, stores the new state, then shows it.
    async fn apply(&mut self, command: Command) {
        let state = self.view.borrow().session.state;
        let Ok((state, _effect)) = session::apply(state, command) else { return };
        let now = self.engine.clock.now();
        let expires_at = match state {
            State::Starting | State::Ready => self.view.borrow().session.expires_at,
            State::Ending(_) | State::Ended(_) => None,
        };
        let stored = self.engine.store.update_session_state(self.id, state, now, expires_at);
        if let Err(error) = stored.await {
            tracing::error!(session = %self.id, %error, "the session's state was not stored");
        }
        self.view.send_modify(|it| {
            it.session.state = state;
            it.session.expires_at = expires_at;
            it.queue_position = None;
        });
    }
}

const LOST: &str = "the sandbox ended unexpectedly; connect again for a new one";

enum Stopped {
    Asked(EndReason),
    Failed(String),
}

/// Waits for the end of the sandbox; for ever if there is none.
async fn gone(sandbox: Option<&(Sandbox, Slot)>) {
    match sandbox {
        Some((sandbox, _)) => drop(sandbox.ended().await),
        None => std::future::pending().await,
    }
}

/// How long a session may be idle, as the seed says.
pub(crate) const IDLE_EXPIRY: Duration = Duration::from_secs(30 * 60);
