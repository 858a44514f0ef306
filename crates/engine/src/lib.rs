//! Makes the transitions of `model` real: sessions and executions, over sandboxes and the store.
//!
//! Every change goes through here, whichever front door asked for it. What runs in a session is always
//! the block of a stored revision: callers name blocks, they never send their code. One-off code has
//! its own way, and sandboxes of its own.

mod accounts;
mod admission;
mod ahead;
mod artifacts;
mod audit;
mod clock;
mod code;
mod completion;
mod desk;
mod editing;
mod environments;
mod execution;
mod exports;
mod files;
mod functions;
mod given;
mod headless;
mod history;
mod imports;
mod inputs;
mod jobs;
mod kernels;
mod lending;
mod library;
mod lines;
mod live;
pub mod local;
mod network;
mod offers;
mod output;
mod packages;
mod policy;
mod program;
mod runbooks;
mod schedules;
mod search;
mod secrets;
mod session;
mod sign_ins;
mod statistics;
mod terminals;
mod tokens;
mod trace;
mod verdict;
mod walks;
mod webhooks;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use document::PlanError;
use futures_util::Stream;
use model::{
    admission::{Asking, Bounds},
    execution::{Execution, Outcome, State as ExecutionState},
    id::{ExecutionId, RunbookId, SessionId, UserId},
    limits::Limits,
    session::{EndReason, Session, State},
};
use sandbox::{EgressConfig, PoolConfig, Sandbox};
use store::{InsertSessionError, Store, StoreError, StoredEvent};
use tokio::sync::{oneshot, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{
    admission::{Admission, Slot, Ticket},
    editing::LiveTexts,
    functions::Functions,
    live::{Live, StoreSink},
    offers::{Grant, Stock},
    packages::Packages,
    runbooks::Documents,
    session::{Handle, Message},
    sign_ins::SignIns,
    statistics::Counters,
};
pub use sandbox::pool::{KindStatistics, PoolStatistics, REFILL_BUCKETS, RefillTimes};
pub use sandbox::{
    ConnectError as PortError, ControlError, FileEntry, FileKind, FileStream, GuestStream,
    InvalidPath, InvalidRule, ListeningPort, Network, Rule, SandboxError, SandboxPath,
    TerminalSize,
};

pub use self::{
    accounts::{Accounts, NewAccount},
    admission::QueueFull,
    artifacts::{
        ArtifactError, Artifacts, ArtifactsConfig, Collecting, FilesError, InvalidPattern,
        NewUpload, OrderArtifactsError, Orphans, Patterns, Place, Reading, ReferenceError,
        S3Config, USUAL_REFERENCE_LIFETIME, Upload, media_type,
    },
    audit::{AuditLog, Broken, VerifiedLog, Verifier},
    clock::{Clock, random_id},
    code::{CodeError, CodeLimits, CodeOrder, Collected, Snippet},
    completion::{Completion, CompletionPlace},
    desk::{OpenPortError, PauseError, ReachError, SessionUsage, Workspace},
    editing::{EditError, Editor, EditorInput, EditorOutput, Heard, Refusal, Standing, Unsaved},
    environments::{
        AptIndex, BuildLimits, CompileOrder, Compiled, Ecosystem, Environment, EnvironmentError,
        Environments, EnvironmentsConfig, IndexUrl, Indexes, InvalidDependency, InvalidIndex,
        NpmIndex, Owner, Secret, check as check_dependencies,
    },
    execution::{Ending, Input, InputStream, Sink},
    exports::{ExportFormat, Shown, export},
    files::FileError,
    functions::{
        Answer, Call, ChangeError, FunctionsConfig, InstanceError, InvokeError, NewFunction,
        NewVersion, RecipeError, Running, SaveFunctionError, function_template,
    },
    headless::{Alone, Ground, Headless, HeadlessError},
    history::HistoryConfig,
    imports::{
        ArchiveError, FetchError, ImportSource, ImportedItem, ImportsError, ItemError,
        MAX_IMPORT_BYTES, download,
    },
    inputs::{Filled, InputsError},
    jobs::{InvalidOrder, JobFiles, JobWorker, NotRun, Submission, SubmitError, WorkerConfig},
    lending::{LendError, LentSandbox, SandboxWish},
    library::{LibraryError, TRASH_LIFETIME},
    lines::{Difference, Hunk, Line, LineKind, difference},
    offers::{NoPackages, NotOffered, Offer, Offers},
    packages::{Dependencies, PackagesError},
    policy::{NotAllowed, SetPolicyError, check_policy},
    program::{ProgramError, RuntimeStatus, check_runtime, is_jupyter, statuses},
    runbooks::{CreateRunbookError, Opened, RestoreError, SaveRunbookError},
    schedules::{NewSchedule, ScheduleError},
    search::{Found, Hit, Marked, Place as FoundPlace, PlaceBlock},
    secrets::{
        Keeper, OpenedSecrets, PutSecretError, SecretError, SecretInfo, SecretKey, SecretKeyError,
        check_secret,
    },
    session::{Activity, Begun, Fed, Protection, SessionView, StartError, WalkView},
    statistics::Statistics,
    terminals::{OpenTerminalError, Sight, Terminal, TerminalEnd, Viewer},
    tokens::{MakeTokenError, Maker, NewToken, Tokens, Verified},
    trace::continue_from,
    verdict::is_as_expected,
    walks::BlockSelection,
    webhooks::{InvalidWebhook, WebhooksConfig},
};

/// What an operator decides about the engine.
#[derive(Clone, Debug)]
pub struct Config {
    /// Sandboxes at once; whoever comes later waits in a queue.
    pub max_sandboxes: usize,
    /// Of these, what one user may have; three quarters if left out.
    pub max_sandboxes_per_user: Option<usize>,
    /// Those who may wait in the queue, three quarters of them of one user.
    pub max_waiting: usize,
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
    /// Packages for programs, and programs compiled ahead; `None` where nobody gets any.
    pub environments: Option<Environments>,
    pub functions: FunctionsConfig,
    /// What users upload and jobs leave; `None` where nothing is kept.
    pub artifacts: Option<Artifacts>,
    pub webhooks: WebhooksConfig,
    pub history: HistoryConfig,
    /// Seals the secrets of users. One that is drawn anew opens none of those that there are.
    pub secret_key: SecretKey,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_sandboxes: 16,
            max_sandboxes_per_user: None,
            max_waiting: 1024,
            keep_ready: 0,
            sleep_after: Duration::from_secs(5 * 60),
            snapshots: PathBuf::from("/tmp"),
            pool: PoolConfig::default(),
            egress: EgressConfig::default(),
            idle_expiry: session::IDLE_EXPIRY,
            limits: Limits { timeout: Some(Duration::from_secs(5 * 60)), ..Limits::default() },
            sandbox: sandbox::Limits::default(),
            network: sandbox::Network::None,
            environments: None,
            functions: FunctionsConfig::default(),
            artifacts: None,
            webhooks: WebhooksConfig::default(),
            history: HistoryConfig::default(),
            secret_key: SecretKey::random(),
        }
    }
}

/// Runs sessions and executions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    store: Store,
    tokens: Tokens,
    sign_ins: SignIns,
    audit: AuditLog,
    stock: Stock,
    config: Config,
    clock: Clock,
    admission: Admission,
    live: Live,
    counters: Arc<Counters>,
    documents: Documents,
    texts: LiveTexts,
    /// Held while entries of the search index are brought up to date, so that nobody does it twice.
    indexing: tokio::sync::Mutex<()>,
    functions: Functions,
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
    #[error(transparent)]
    QueueFull(#[from] QueueFull),
    #[error(transparent)]
    Packages(#[from] PackagesError),
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
    Plan(#[from] PlanError),
    #[error(transparent)]
    Inputs(#[from] InputsError),
    #[error(transparent)]
    Secret(#[from] SecretError),
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
        let (engine, owners) = Self::new(store, offers, config, clock);
        engine.recover().await?;
        engine.begin(owners);
        engine.save_left_texts().await?;
        engine.sweep_orphans();
        engine.tidy_up();
        Ok(engine)
    }

    /// Starts the engine of a worker, beside a hub whose sessions and builds go on in the same database.
    #[must_use]
    pub fn start_beside(store: Store, offers: Offers, config: Config, clock: Clock) -> Self {
        let (engine, owners) = Self::new(store, offers, config, clock);
        engine.begin(owners);
        engine
    }

    fn new(
        store: Store,
        offers: Offers,
        config: Config,
        clock: Clock,
    ) -> (Self, functions::Owners) {
        let (functions, owners) = Functions::new(&config.functions);
        let tasks = TaskTracker::new();
        let engine = Self(Arc::new(Inner {
            tokens: Tokens::new(store.clone(), clock.clone(), tasks.clone()),
            sign_ins: SignIns::default(),
            audit: AuditLog::new(store.clone(), &config.secret_key, clock.clone()),
            admission: Admission::new(bounds(&config)),
            store,
            stock: Stock::new(offers, config.pool),
            config,
            clock,
            live: Live::default(),
            counters: Arc::default(),
            documents: Documents::default(),
            texts: LiveTexts::default(),
            indexing: tokio::sync::Mutex::default(),
            functions,
            sessions: Mutex::new(HashMap::new()),
            connecting: tokio::sync::Mutex::new(()),
            tasks,
            shutdown: CancellationToken::new(),
        }));
        (engine, owners)
    }

    fn begin(&self, owners: functions::Owners) {
        owners.start(&self.0);
        self.carry_rings();
        self.sweep_artifacts();
        // Looking may start a program to ask for its version; the first session need not wait for it.
        let inner = Arc::clone(&self.0);
        self.0.tasks.spawn_blocking(move || {
            inner.stock.keep_ready(&inner.config);
            code::keep_ready(&inner);
        });
    }

    /// Ends all sessions and waits until nothing of them is left.
    pub async fn shutdown(&self) {
        self.0.shutdown.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        self.0.stock.shut_down().await;
        if let Some(environments) = self.environments() {
            environments.shut_down().await;
        }
    }

    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    #[must_use]
    pub fn audit(&self) -> &AuditLog {
        &self.0.audit
    }

    /// How much of the history of runbooks is kept.
    #[must_use]
    pub fn history(&self) -> HistoryConfig {
        self.0.config.history
    }

    /// What users upload and jobs leave, where anything is kept.
    #[must_use]
    pub fn artifacts(&self) -> Option<&Artifacts> {
        self.0.config.artifacts.as_ref()
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// How this machine reaches the world for its sandboxes.
    #[must_use]
    pub fn egress(&self) -> &EgressConfig {
        &self.0.config.egress
    }

    /// Packages for programs, and programs compiled ahead.
    #[must_use]
    pub fn environments(&self) -> Option<&Environments> {
        self.0.config.environments.as_ref()
    }

    /// What the engine has done and is doing.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let (sessions, terminals) = {
            let sessions = self.0.sessions();
            (sessions.len(), sessions.values().map(|it| it.terminals.count()).sum())
        };
        Statistics {
            sessions,
            sandboxes: self.0.admission.taken(),
            terminals,
            live_texts: self.0.texts.count(),
            waiting: self.0.admission.waiting(),
            refused: self.0.admission.refused(),
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
        functions::Owners::recover(&self.0).await?;
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
        let mut packages = Packages::default();
        let (opened, mut grant, _one_at_a_time) = loop {
            let turn = self.0.connecting.lock().await;
            if self.0.shutdown.is_cancelled() {
                return Err(ConnectError::ShuttingDown);
            }
            let Some(mut view) = self.session_of(user, runbook) else {
                let (opened, grant) = self.granted(user, runbook).await?;
                let named = packages::named(&opened.document);
                if packages.are(&named) {
                    break (opened, grant, turn);
                }
                // Others must not wait for an installation.
                drop(turn);
                let (offer, config) = (&grant.shelf.offer, &self.0.config);
                let environments = config.environments.as_ref();
                let stop = &self.0.shutdown;
                packages = Packages::install(named, offer, environments, stop).await?;
                continue;
            };
            if let Some(view) = self.live_session(user, runbook) {
                return Ok((view, Connected::Already));
            }
            // It is ending. Others must not wait for that too.
            drop(turn);
            drop(view.wait_for(SessionView::has_ended).await);
        };
        grant.show(packages);
        let ticket = self.0.admission.enter(user, Asking::First)?;
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
        let opening = (ticket, opened.document);
        let handle = session::spawn(Arc::clone(&self.0), session.clone(), opening, grant);
        let view = handle.view.borrow().clone();
        sessions.insert(session.id, handle);
        Ok((view, Connected::New))
    }

    /// A runbook, and the sandbox that its reader may have for it.
    async fn granted(
        &self,
        user: UserId,
        runbook: RunbookId,
    ) -> Result<(Opened, Grant), ConnectError> {
        let opened = self.open_runbook(runbook).await?.ok_or(ConnectError::NoRunbook)?;
        let username = self.0.store.reader().user(user).await?.map(|it| it.username);
        let username = username.unwrap_or_default();
        let grant = self.0.stock.grant(&username, &opened.document, &self.0.config)?;
        Ok((opened, grant))
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

    /// Passes bytes to the standard input of an execution.
    pub async fn feed(&self, execution: &Execution, bytes: Bytes, is_last: bool) -> Fed {
        let Some(handle) = execution.session.and_then(|it| self.0.handle(it)) else {
            return Fed::NotReading;
        };
        let (reply, answer) = oneshot::channel();
        handle.tell(Message::Input { execution: execution.id, bytes, is_last, reply }).await;
        answer.await.unwrap_or(Fed::NotReading)
    }

    /// Ends what runs in a session, and all that its kernels know. Its files stay.
    pub async fn restart_kernels(&self, session: SessionId) {
        if let Some(handle) = self.0.handle(session) {
            handle.tell(Message::Restart).await;
        }
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

fn bounds(config: &Config) -> Bounds {
    let shared = Bounds::shared(config.max_sandboxes, config.max_waiting);
    let per_user = config.max_sandboxes_per_user.unwrap_or(shared.places_per_user);
    Bounds { places_per_user: per_user.clamp(1, shared.places), ..shared }
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
        ticket: Ticket,
        grant: &Grant,
        view: &watch::Sender<SessionView>,
    ) -> Result<(Sandbox, Slot), String> {
        let queued = |position| view.send_modify(|it| it.queue_position = Some(position));
        let slot = ticket.admitted(queued).await;
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
