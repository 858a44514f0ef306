//! A session's task: it alone owns the sandbox and changes the session's state.
//!
//! ```text
//!  connect ─▶ admission ─▶ sandbox ─▶ files ─▶ Ready ─▶ executions, one after another
//!                                                │
//!                 disconnect │ idle │ shutdown │ sandbox lost ─▶ Ended
//! ```

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use document::Document;
use model::{
    event::Failure,
    execution::{self, Execution, Outcome, State as ExecutionState},
    id::{ExecutionId, SessionId},
    limits::Limits,
    session::{self, Command, EndReason, Session, State},
};
use sandbox::{Isolation, Sandbox, Standby, runtime::Runtimes};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Inner,
    admission::Slot,
    execution::{Ending, drive},
    files::{self, FileError},
    live::StoreSink,
    offers::Grant,
    program::BlockProgram,
};

mod next_in_line;
mod sleep;

use next_in_line::NextInLine;
use sleep::Waking;

/// Commands that wait for a session's task. More would only wait longer.
const MAILBOX: usize = 64;

/// Executions that may wait in one session.
const QUEUE: usize = 256;

/// A session as it is right now.
#[derive(Clone, Debug)]
pub struct SessionView {
    pub session: Session,
    /// What isolates its programs; empty until its sandbox runs.
    pub protection: Protection,
    /// Place in the queue for a sandbox, 1 for the next; `None` when it is not waiting.
    pub queue_position: Option<usize>,
    /// Why it ended or could not start, for people.
    pub message: Option<String>,
}

/// Which protection of a sandbox holds on this machine, in words for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    pub holds: Vec<String>,
    pub missing: Vec<String>,
}

impl SessionView {
    /// A session of which only what is stored is known.
    #[must_use]
    pub fn stored(session: Session) -> Self {
        Self { session, protection: Protection::default(), queue_position: None, message: None }
    }

    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.session.state, State::Ended(_))
    }
}

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

pub(crate) enum Message {
    Run { run: Box<Run>, reply: oneshot::Sender<Result<Execution, StartError>> },
    Cancel(ExecutionId),
    End(EndReason),
}

/// One block to run, with the document that it stands in.
pub(crate) struct Run {
    pub(crate) execution: Execution,
    pub(crate) program: BlockProgram,
    pub(crate) document: Arc<Document>,
    pub(crate) limits: Limits,
}

/// How everybody else reaches a session's task. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    mailbox: mpsc::Sender<Message>,
    /// The languages that its programs find.
    pub(crate) runtimes: Arc<Runtimes>,
    pub(crate) view: watch::Receiver<SessionView>,
}

impl Handle {
    pub(crate) async fn run(&self, run: Run) -> Result<Execution, StartError> {
        let (reply, answer) = oneshot::channel();
        let message = Message::Run { run: Box::new(run), reply };
        self.mailbox.send(message).await.map_err(|_| StartError::SessionEnded)?;
        answer.await.map_err(|_| StartError::SessionEnded)?
    }

    /// Asks for something that needs no answer; a session that has ended needs nothing.
    pub(crate) async fn tell(&self, message: Message) {
        if self.mailbox.send(message).await.is_err() {
            tracing::debug!("the session had ended already");
        }
    }
}

/// Starts the task of a session that is already stored as starting.
pub(crate) fn spawn(
    engine: Arc<Inner>,
    session: Session,
    document: Arc<Document>,
    grant: Grant,
) -> Handle {
    let runtimes = Arc::clone(&grant.shelf.offer.runtimes);
    let (mailbox, messages) = mpsc::channel(MAILBOX);
    let (view, watcher) = watch::channel(SessionView::stored(session.clone()));
    let tracker = engine.tasks.clone();
    let actor = Actor {
        engine,
        id: session.id,
        view,
        messages,
        queue: VecDeque::new(),
        running: None,
        sandbox: None,
        grant,
        asleep: None,
        waking: None,
        standby: NextInLine::new(Arc::clone(&runtimes)),
        seeded: BTreeMap::new(),
    };
    tracker.spawn(actor.live(document));
    Handle { mailbox, runtimes, view: watcher }
}

struct Actor {
    engine: Arc<Inner>,
    id: SessionId,
    view: watch::Sender<SessionView>,
    messages: mpsc::Receiver<Message>,
    queue: VecDeque<Run>,
    running: Option<Running>,
    sandbox: Option<(Sandbox, Slot)>,
    grant: Grant,
    /// The files of the sandbox that was given back.
    asleep: Option<tokio::fs::File>,
    waking: Option<Waking>,
    standby: NextInLine,
    /// Hash of each file block that stands in the sandbox, by its path.
    seeded: BTreeMap<String, String>,
}

struct Running {
    execution: ExecutionId,
    state: ExecutionState,
    block: Option<String>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Actor {
    async fn live(mut self, document: Arc<Document>) {
        let reason = match self.open(&document).await {
            Ok(()) => self.serve().await,
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
    async fn open(&mut self, document: &Document) -> Result<(), Stopped> {
        let (engine, view) = (Arc::clone(&self.engine), self.view.clone());
        let grant = self.grant.clone();
        let open = async move { engine.sandbox(&grant, &view).await.map_err(Stopped::Failed) };
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
        self.seed(&sandbox, document).await.map_err(|it| Stopped::Failed(it.message))?;
        self.standby.prepare_first(&self.engine.tasks, &sandbox, document);
        self.sandbox = Some((sandbox, slot));
        self.apply(Command::Open).await;
        Ok(())
    }

    /// Runs what is asked for until the session ends; gives the reason if we end it.
    async fn serve(&mut self) -> Option<EndReason> {
        let shutdown = self.engine.shutdown.clone();
        let mut deadline = self.touch().await;
        let mut tired_at = self.tired_at();
        loop {
            self.wake();
            self.start_next().await;
            let busy = self.running.is_some() || self.waking.is_some();
            tokio::select! {
                message = self.messages.recv() => match message {
                    Some(Message::End(reason)) => return self.ending(reason).await,
                    Some(message) => {
                        self.handle(message).await;
                        deadline = self.touch().await;
                        tired_at = self.tired_at();
                    }
                    None => return self.ending(EndReason::Shutdown).await,
                },
                () = finished(&mut self.running) => {
                    self.running = None;
                    if let Some((sandbox, _)) = &self.sandbox {
                        self.standby.prepare_next(&self.engine.tasks, sandbox);
                    }
                    deadline = self.touch().await;
                    tired_at = self.tired_at();
                }
                () = crate::execution::sleep_until(tired_at), if !busy => {
                    // Asked once; one that cannot sleep now is asked again after its next execution.
                    tired_at = None;
                    self.fall_asleep().await;
                }
                woken = woken(&mut self.waking) => {
                    self.waking = None;
                    match woken {
                        Ok(sandbox) => self.sandbox = Some(sandbox),
                        Err(message) => return self.lost(message).await,
                    }
                }
                () = tokio::time::sleep_until(deadline), if !busy => {
                    return self.ending(EndReason::Expired).await;
                }
                () = shutdown.cancelled() => return self.ending(EndReason::Shutdown).await,
                () = gone(self.sandbox.as_ref()) => return self.lost(LOST.to_owned()).await,
            }
        }
    }

    async fn lost(&mut self, message: String) -> Option<EndReason> {
        self.view.send_modify(|it| it.message = Some(message));
        self.apply(Command::Lose).await;
        None
    }

    /// When to give the sandbox back, unless something happens before.
    fn tired_at(&self) -> Option<Instant> {
        self.sandbox.is_some().then(|| Instant::now() + self.engine.config.sleep_after)
    }

    /// Gives the sandbox back, and keeps its files.
    async fn fall_asleep(&mut self) {
        let Some((sandbox, _)) = &self.sandbox else { return };
        match sleep::keep_files(sandbox, &self.engine.config.snapshots).await {
            Ok(files) => self.asleep = Some(files),
            Err(error) => {
                tracing::warn!(session = %self.id, %error, "an idle session keeps its sandbox");
                return;
            }
        }
        self.standby.discard().await;
        if let Some((sandbox, slot)) = self.sandbox.take() {
            sandbox.destroy().await;
            drop(slot);
        }
    }

    /// Asks for another sandbox if there is something to run and none to run it in.
    fn wake(&mut self) {
        if !self.queue.is_empty()
            && let Some(files) = self.asleep.take()
        {
            let (grant, view) = (self.grant.clone(), self.view.clone());
            self.waking = Some(Waking::start(&self.engine, grant, files, view));
        }
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
            Message::Cancel(execution) => self.cancel(execution).await,
            // The business of those who call this.
            Message::End(_) => {}
        }
    }

    async fn accept(&mut self, run: Run) -> Result<Execution, StartError> {
        let block = run.execution.block.as_deref();
        let running = self.running.iter().map(|it| it.block.as_deref());
        let waiting = self.queue.iter().map(|it| it.execution.block.as_deref());
        if block.is_some() && running.chain(waiting).any(|it| it == block) {
            return Err(StartError::AlreadyRunning);
        }
        if self.queue.len() >= QUEUE {
            return Err(StartError::QueueFull);
        }
        // Live before it can be found in the store, so that nobody takes it for one that was lost.
        self.engine.live.begin(run.execution.id);
        if let Err(error) = self.engine.store.insert_execution(&run.execution).await {
            self.engine.live.end(run.execution.id);
            return Err(error.into());
        }
        let execution = run.execution.clone();
        self.queue.push_back(run);
        Ok(execution)
    }

    async fn cancel(&mut self, execution: ExecutionId) {
        if let Some(running) = self.running.as_mut().filter(|it| it.execution == execution) {
            let cancelled = execution::apply(running.state, execution::Command::Cancel);
            let Ok((state, Some(execution::Effect::Kill))) = cancelled else { return };
            running.state = state;
            // Stored before the program hears of it.
            self.engine.record(execution, state).await;
            running.stop.cancel();
        } else if let Some(index) = self.queue.iter().position(|it| it.execution.id == execution) {
            let run = self.queue.remove(index).expect("the index was just found");
            self.engine.sink(run.execution.id).finish(&Ending::unused(Outcome::Cancelled)).await;
        }
    }

    async fn start_next(&mut self) {
        let Some((sandbox, _)) = self.sandbox.as_ref().filter(|_| self.running.is_none()) else {
            return;
        };
        let Some(run) = self.queue.pop_front() else { return };
        let started = execution::apply(run.execution.state, execution::Command::Start);
        let Ok((state, Some(execution::Effect::Spawn))) = started else { return };
        let sandbox = sandbox.clone();
        let stop = CancellationToken::new();
        let execution = run.execution.id;
        let block = run.execution.block.clone();
        let sink = self.engine.sink(execution);
        self.engine.record(execution, state).await;
        let seeded = self.seed(&sandbox, &run.document).await;
        let standby = self.standby.take(&run).await;
        let task = execute(sandbox, run, stop.clone(), (sink, standby), seeded);
        let task = self.engine.tasks.spawn(task);
        self.running = Some(Running { execution, state, block, stop, task });
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
    async fn touch(&mut self) -> Instant {
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
        Instant::now() + idle
    }

    /// Ends what still runs, then the sandbox; nothing survives.
    async fn close(&mut self, reason: Option<EndReason>) {
        self.messages.close();
        while let Some(message) = self.messages.recv().await {
            if let Message::Run { reply, .. } = message {
                drop(reply.send(Err(StartError::SessionEnded)));
            }
        }
        for run in std::mem::take(&mut self.queue) {
            self.engine.sink(run.execution.id).finish(&Ending::unused(Outcome::Cancelled)).await;
        }
        if let Some(running) = self.running.as_ref().filter(|_| reason.is_some()) {
            running.stop.cancel();
        }
        self.standby.discard().await;
        if let Some(waking) = self.waking.take() {
            waking.stop().await;
        }
        if let Some((sandbox, slot)) = self.sandbox.take() {
            sandbox.destroy().await;
            drop(slot);
        }
        if self.running.is_some() {
            finished(&mut self.running).await;
        }
        if reason.is_some() {
            self.apply(Command::Close).await;
        }
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

/// Waits for the running execution; for ever if there is none.
async fn finished(running: &mut Option<Running>) {
    match running {
        Some(running) => {
            if let Err(error) = (&mut running.task).await {
                tracing::error!(%error, "an execution's task failed");
            }
        }
        None => std::future::pending().await,
    }
}

/// Waits for the sandbox that the session wakes up in; for ever if it is not waking.
async fn woken(waking: &mut Option<Waking>) -> Result<(Sandbox, Slot), String> {
    match waking {
        Some(waking) => waking.done().await,
        None => std::future::pending().await,
    }
}

/// Waits for the end of the sandbox; for ever if there is none.
async fn gone(sandbox: Option<&(Sandbox, Slot)>) {
    match sandbox {
        Some((sandbox, _)) => drop(sandbox.ended().await),
        None => std::future::pending().await,
    }
}

async fn execute(
    sandbox: Sandbox,
    run: Run,
    stop: CancellationToken,
    (mut sink, standby): (StoreSink, Option<Standby>),
    seeded: Result<(), Failure>,
) {
    let ending = match prepare(&sandbox, &run, seeded).await {
        Ok(program) => drive(&sandbox, (program, standby), &run.limits, &stop, &mut sink).await,
        Err(failure) => Ending::Failure(failure),
    };
    sink.finish(&ending).await;
}

async fn prepare(
    sandbox: &Sandbox,
    run: &Run,
    seeded: Result<(), Failure>,
) -> Result<sandbox::Program, Failure> {
    seeded?;
    let written = files::write_code(sandbox, run.program.clone(), &run.limits).await;
    written.map_err(|it| unwritten(&it))
}

fn unwritten(error: &FileError) -> Failure {
    Failure { error: "file_not_written".to_owned(), message: error.to_string() }
}

/// How long a session may be idle, as the seed says.
pub(crate) const IDLE_EXPIRY: Duration = Duration::from_secs(30 * 60);
