//! Makes the transitions of `model` real: sessions and executions, over sandboxes and the store.
//!
//! Every change goes through here, whichever front door asked for it. What runs is always the
//! block of a stored revision: callers name blocks, they never send their code.

mod accounts;
mod admission;
mod clock;
mod execution;
mod files;
mod headless;
mod live;
mod network;
mod offers;
mod output;
mod program;
mod runbooks;
mod session;
mod statistics;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::Stream;
use model::{
    event::Usage,
    execution::{Execution, Outcome, State as ExecutionState},
    id::{ExecutionId, RunbookId, SessionId, UserId},
    limits::Limits,
    session::{EndReason, Session, State},
};
use sandbox::{EgressConfig, PoolConfig, Sandbox};
use store::{InsertSessionError, Store, StoreError, StoredEvent};
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{
    admission::{Admission, Slot},
    live::{Live, StoreSink},
    offers::{Grant, Stock},
    runbooks::Documents,
    session::{Handle, Message, Run},
    statistics::Counters,
};
pub use sandbox::pool::{KindStatistics, PoolStatistics, REFILL_BUCKETS, RefillTimes};

pub use self::{
    clock::{Clock, random_id},
    execution::{Ending, Sink},
    files::FileError,
    headless::{Headless, HeadlessError},
    offers::{NotOffered, Offer, Offers},
    program::{ProgramError, RuntimeStatus, check_runtime, statuses},
    runbooks::{CreateRunbookError, Opened, SaveRunbookError},
    session::{Protection, SessionView, StartError},
    statistics::Statistics,
};

/// What an operator decides about the engine.
#[derive(Clone, Debug)]
pub struct Config {
    /// Sandboxes at once; whoever comes later waits in a queue.
    pub max_sandboxes: usize,
    /// Sandboxes that wait from the start on, before anybody asked for one.
    pub keep_ready: usize,
    /// How long a session may be idle before it gives its sandbox back and keeps only its files.
    pub sleep_after: Duration,
    /// Where such files are kept, without a name.
    pub snapshots: PathBuf,
    /// The bounds of all sandboxes that wait, for each offer.
    pub pool: PoolConfig,
    /// How this machine reaches the network for sandboxes.
    pub egress: EgressConfig,
    /// How long a session lives without activity.
    pub idle_expiry: Duration,
    /// Limits of an execution whose block does not set its own.
    pub limits: Limits,
    /// Limits of each sandbox.
    pub sandbox: sandbox::Limits,
    /// What programs reach.
    pub network: sandbox::Network,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_sandboxes: 16,
            keep_ready: 0,
            sleep_after: Duration::from_secs(5 * 60),
            snapshots: PathBuf::from("/tmp"),
            pool: PoolConfig::default(),
            egress: EgressConfig::default(),
            idle_expiry: session::IDLE_EXPIRY,
            limits: Limits { timeout: Some(Duration::from_secs(5 * 60)), ..Limits::default() },
            sandbox: sandbox::Limits::default(),
            network: sandbox::Network::None,
        }
    }
}

/// Runs sessions and executions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    store: Store,
    stock: Stock,
    config: Config,
    clock: Clock,
    admission: Admission,
    live: Live,
    counters: Arc<Counters>,
    documents: Documents,
    sessions: Mutex<HashMap<SessionId, Handle>>,
    /// Serialises connecting, so that two clicks give one session.
    connecting: tokio::sync::Mutex<()>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

/// Why a session could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("there is no such runbook")]
    NoRunbook,
    #[error("the server is shutting down")]
    ShuttingDown,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    NotOffered(#[from] NotOffered),
    /// Another server that shares the database has a live session of this user and runbook.
    #[error("you are connected to this runbook through another server")]
    Elsewhere,
}

/// Why a block was not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("there is no such session")]
    NoSession,
    #[error("the runbook has no block {block}; reload it to see its blocks as they are now")]
    NoBlock { block: String },
    #[error(
        "block {block} has been edited since you loaded it; reload the runbook and run it again"
    )]
    BlockChanged { block: String },
    #[error("block {block} is not one that runs")]
    NotRunnable { block: String },
    #[error("block {block} is {actual}, not {asked}")]
    OtherRuntime { block: String, actual: &'static str, asked: String },
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a caller names a block.
#[derive(Clone, Debug)]
pub enum BlockName {
    /// By its id and the hash of the code that the caller saw.
    Id { id: String, content_hash: String },
    /// By its place among the runnable blocks, counted from 0, as the first seed does.
    Index { index: usize, runtime: Option<String> },
}

impl Engine {
    /// Starts the engine: whatever an earlier process left unfinished is recorded as lost.
    ///
    /// # Errors
    ///
    /// When the store cannot be read or written.
    pub async fn start(
        store: Store,
        offers: Offers,
        config: Config,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let engine = Self(Arc::new(Inner {
            admission: Admission::new(config.max_sandboxes),
            store,
            stock: Stock::new(offers, config.pool),
            config,
            clock,
            live: Live::default(),
            counters: Arc::default(),
            documents: Documents::default(),
            sessions: Mutex::new(HashMap::new()),
            connecting: tokio::sync::Mutex::new(()),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        }));
        engine.recover().await?;
        // Looking may start a program to ask for its version; the first session need not wait for it.
        let inner = Arc::clone(&engine.0);
        engine.0.tasks.spawn_blocking(move || inner.stock.keep_ready(&inner.config));
        Ok(engine)
    }

    /// Ends all sessions and waits until nothing of them is left.
    pub async fn shutdown(&self) {
        self.0.shutdown.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        self.0.stock.shut_down().await;
    }

    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What the engine has done and is doing.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics {
            sessions: self.0.sessions().len(),
            sandboxes: self.0.admission.taken(),
            waiting: self.0.admission.waiting(),
            ended: self.0.counters.ended(),
            failed: self.0.counters.failed(),
            pools: self.0.stock.statistics(),
        }
    }

    /// The languages there are, and which of them this machine has. Asks each for its version the
    /// first time, which takes some 100 ms.
    pub async fn runtime_statuses(&self) -> Vec<RuntimeStatus> {
        let runtimes = Arc::clone(self.0.stock.default_runtimes());
        let asked = tokio::task::spawn_blocking(move || program::statuses(&runtimes)).await;
        asked.unwrap_or_default()
    }

    async fn recover(&self) -> Result<(), StoreError> {
        let store = &self.0.store;
        for execution in store.unfinished_executions().await? {
            let last_seq = store.last_seq(execution.id).await?.unwrap_or(0);
            let sink = StoreSink { last_seq, ..self.0.sink(execution.id) };
            sink.finish(&Ending::unused(Outcome::Lost)).await;
        }
        let now = self.0.clock.now();
        for session in store.live_sessions().await? {
            let state = State::Ended(EndReason::Shutdown);
            store.update_session_state(session.id, state, now, None).await?;
        }
        Ok(())
    }

    /// The live session of `user` and `runbook`: the one there is, or a new one.
    ///
    /// # Errors
    ///
    /// When there is no such runbook, the engine is shutting down, or the store fails.
    pub async fn connect(
        &self,
        user: UserId,
        runbook: RunbookId,
    ) -> Result<(SessionView, Connected), ConnectError> {
        let _one_at_a_time = loop {
            let turn = self.0.connecting.lock().await;
            if self.0.shutdown.is_cancelled() {
                return Err(ConnectError::ShuttingDown);
            }
            let Some(mut view) = self.session_of(user, runbook) else { break turn };
            if let Some(view) = self.live_session(user, runbook) {
                return Ok((view, Connected::Already));
            }
            // It is ending. Others must not wait for that too.
            drop(turn);
            drop(view.wait_for(SessionView::has_ended).await);
        };
        let opened = self.open_runbook(runbook).await?.ok_or(ConnectError::NoRunbook)?;
        let username = self.0.store.reader().user(user).await?.map(|it| it.username);
        let username = username.unwrap_or_default();
        let grant = self.0.stock.grant(&username, &opened.document, &self.0.config)?;
        let now = self.0.clock.now();
        let session = Session {
            id: SessionId::from_random(random_id()),
            user,
            runbook,
            state: State::Starting,
            created_at: now,
            last_activity_at: now,
            expires_at: None,
            isolation: grant.shelf.offer.name.clone(),
        };
        self.0.store.insert_session(&session).await.map_err(|error| match error {
            InsertSessionError::AlreadyLive { .. } => ConnectError::Elsewhere,
            InsertSessionError::Store(error) => error.into(),
        })?;
        // Locked over both, so that a session that ends at once is not listed after it was forgotten.
        let mut sessions = self.0.sessions();
        let handle = session::spawn(Arc::clone(&self.0), session.clone(), opened.document, grant);
        let view = handle.view.borrow().clone();
        sessions.insert(session.id, handle);
        Ok((view, Connected::New))
    }

    /// The session of `user` and `runbook` that has not ended; there is one at a time.
    fn session_of(&self, user: UserId, runbook: RunbookId) -> Option<watch::Receiver<SessionView>> {
        let of_them = |it: &&Handle| {
            let view = it.view.borrow();
            view.session.user == user && view.session.runbook == runbook && !view.has_ended()
        };
        self.0.sessions().values().find(of_them).map(|it| it.view.clone())
    }

    /// The session of `user` and `runbook` that has not begun to end.
    #[must_use]
    pub fn live_session(&self, user: UserId, runbook: RunbookId) -> Option<SessionView> {
        let view = self.session_of(user, runbook)?.borrow().clone();
        matches!(view.session.state, State::Starting | State::Ready).then_some(view)
    }

    /// Watches a session that has not ended.
    #[must_use]
    pub fn watch_session(&self, session: SessionId) -> Option<watch::Receiver<SessionView>> {
        self.0.sessions().get(&session).map(|it| it.view.clone())
    }

    /// Ends a session and waits until its sandbox is gone. Ending one that has ended does nothing.
    pub async fn end_session(&self, session: SessionId) {
        let Some(handle) = self.0.handle(session) else { return };
        handle.tell(Message::End(EndReason::Terminated)).await;
        let mut view = handle.view;
        // The sender is dropped when the session's task is over, which is what we wait for too.
        drop(view.wait_for(SessionView::has_ended).await);
    }

    /// Runs a block of the session's runbook, as its latest revision has it.
    ///
    /// # Errors
    ///
    /// When the session has ended, the block is not there, was edited or does not run, its
    /// runtime is missing, or the store fails.
    pub async fn run_block(
        &self,
        session: SessionId,
        name: BlockName,
    ) -> Result<Execution, RunError> {
        let handle = self.0.handle(session).ok_or(RunError::NoSession)?;
        let session = handle.view.borrow().session.clone();
        let opened = self.open_runbook(session.runbook).await?.ok_or(RunError::NoSession)?;
        let document = opened.document;
        let block = program::find(&document, &name)?;
        let (program, limits) =
            program::prepare(&document, block, &handle.runtimes, &self.0.config.limits)?;
        let execution = Execution {
            id: ExecutionId::from_random(random_id()),
            user: session.user,
            runbook: Some(session.runbook),
            session: Some(session.id),
            block: Some(block.id.to_string()),
            content_hash: block.content_hash.clone(),
            runtime: program::runtime(block)?.name().to_owned(),
            state: ExecutionState::Queued,
            created_at: self.0.clock.now(),
            started_at: None,
            finished_at: None,
            usage: Usage::default(),
        };
        Ok(handle.run(Run { execution, program, document, limits }).await?)
    }

    /// Asks an execution to stop. One that has finished stays as it is.
    pub async fn cancel(&self, execution: &Execution) {
        if let Some(handle) = execution.session.and_then(|it| self.0.handle(it)) {
            handle.tell(Message::Cancel(execution.id)).await;
        }
    }

    /// The events of an execution from number `from` on, live, until the last one.
    pub fn follow(
        &self,
        execution: ExecutionId,
        from: u64,
    ) -> impl Stream<Item = Result<Vec<StoredEvent>, StoreError>> + Send + use<> {
        let inner = &self.0;
        live::follow(inner.live.clone(), inner.store.reader(), inner.clock.clone(), execution, from)
    }
}

/// Whether connecting made a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connected {
    New,
    Already,
}

impl Inner {
    /// Waits in the queue for the right to have a sandbox, and takes one.
    async fn sandbox(
        &self,
        grant: &Grant,
        view: &watch::Sender<SessionView>,
    ) -> Result<(Sandbox, Slot), String> {
        let queued = |position| view.send_modify(|it| it.queue_position = Some(position));
        let slot = self.admission.slot(queued).await;
        view.send_if_modified(|it| it.queue_position.take().is_some());
        let taken = grant.shelf.pool.take(&grant.kind).await;
        taken.map(|(sandbox, _)| (sandbox, slot)).map_err(|error| error.to_string())
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, Handle>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, session: SessionId) -> Option<Handle> {
        self.sessions().get(&session).cloned()
    }

    fn forget(&self, session: SessionId) {
        self.sessions().remove(&session);
    }

    fn sink(&self, execution: ExecutionId) -> StoreSink {
        StoreSink {
            store: self.store.clone(),
            live: self.live.clone(),
            clock: self.clock.clone(),
            execution,
            last_seq: 0,
            counters: Arc::clone(&self.counters),
            tasks: self.tasks.clone(),
            shutdown: self.shutdown.clone(),
        }
    }

    async fn record(&self, execution: ExecutionId, state: ExecutionState) {
        let now = self.clock.now();
        if let Err(error) = self.store.update_execution(execution, state, now).await {
            tracing::warn!(%execution, %error, "an execution's state was not stored");
        }
    }
}
