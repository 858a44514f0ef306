//! The one task that changes the state of functions, and the builds that it starts.
//!
//! ```text
//!  add │ serve │ delete ──▶ apply(state, command) ──▶ stored ──▶ effects: build, abandon, retire
//!          build ended ──────────┘                                  │
//!             ▲                                                     ▼
//!             └──────────── a version that loads, or why not ◀── build
//! ```
//!
//! Whoever asks goes on only when the change is stored. What another server that shares the database
//! changes meanwhile is seen: the change is decided again on the new state.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};

use model::{
    admission::Asking,
    event::{EventKind, Failure, Summary, Usage},
    execution::Outcome,
    function::{BuildFailure, BuildState, Command, Effect, Function, Rejected, Version, apply},
    id::FunctionId,
};
use store::{Changed, StoreError, VersionChange};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    NewVersion,
    instance::{Instance, InstanceError, Said},
    log::{BuildLog, Listener},
    recipe::recipe,
};
use crate::{EnvironmentError, Inner, execution::Ending};

/// Requests that may wait for the task.
const MAILBOX: usize = 64;

/// How long a version may take to load when it is tried out.
const LOADING: Duration = Duration::from_secs(60);

/// Why a function was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("there is no such function")]
    Gone,
    #[error(transparent)]
    Rejected(#[from] Rejected),
    #[error("version {version} was never built, so that it cannot answer; choose another one")]
    NotBuilt { version: i64 },
    #[error("the server is shutting down")]
    ShuttingDown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Talks to the task. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Builds(mpsc::Sender<Message>);

type Reply<T> = oneshot::Sender<T>;

#[derive(Debug)]
enum Message {
    /// A function was made; its first version is to be built.
    Begin(Box<(Function, Version)>, Reply<()>),
    Change(FunctionId, Wish, Reply<Result<Function, ChangeError>>),
    Delete(FunctionId, Reply<Result<bool, StoreError>>),
    Ended(FunctionId, i64, BuildState, BuildLog),
    Listen(FunctionId, i64, Reply<Option<Listener>>),
}

/// What an owner asks for.
#[derive(Debug)]
pub(super) enum Wish {
    Add(Box<NewVersion>),
    Serve { version: i64 },
}

/// The state of the task.
#[derive(Debug)]
pub(super) struct Builder {
    mailbox: mpsc::Receiver<Message>,
    builds: HashMap<FunctionId, Build>,
}

/// A build under way.
#[derive(Debug)]
struct Build {
    version: i64,
    log: BuildLog,
    stop: CancellationToken,
}

impl Builds {
    pub(super) fn new() -> (Self, Builder) {
        let (sender, mailbox) = mpsc::channel(MAILBOX);
        (Self(sender), Builder { mailbox, builds: HashMap::new() })
    }

    pub(super) async fn begin(&self, function: Function, first: Version) {
        self.ask(|reply| Message::Begin(Box::new((function, first)), reply)).await;
    }

    pub(super) async fn change(
        &self,
        function: FunctionId,
        wish: Wish,
    ) -> Result<Function, ChangeError> {
        let answer = self.ask(|reply| Message::Change(function, wish, reply)).await;
        answer.unwrap_or(Err(ChangeError::ShuttingDown))
    }

    pub(super) async fn delete(&self, function: FunctionId) -> Result<bool, ChangeError> {
        let answer = self.ask(|reply| Message::Delete(function, reply)).await;
        Ok(answer.ok_or(ChangeError::ShuttingDown)??)
    }

    /// Listens to a build that is under way.
    pub(super) async fn listen(&self, function: FunctionId, version: i64) -> Option<Listener> {
        self.ask(|reply| Message::Listen(function, version, reply)).await?
    }

    async fn ask<T>(&self, message: impl FnOnce(Reply<T>) -> Message) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.0.send(message(reply)).await.ok()?;
        answer.await.ok()
    }
}

impl Builder {
    /// Works until nobody is left to ask, or `stop`. Builds that are under way then are found as such
    /// at the next start.
    pub(super) async fn run(mut self, inner: Weak<Inner>, builds: Builds, stop: CancellationToken) {
        // Not kept alive by its own hand: without other senders the mailbox ends.
        let builds = builds.0.downgrade();
        loop {
            let message = tokio::select! {
                () = stop.cancelled() => return,
                message = self.mailbox.recv() => message,
            };
            let (Some(message), Some(inner)) = (message, inner.upgrade()) else { return };
            let Some(sender) = builds.upgrade() else { return };
            self.hear(&inner, &Builds(sender), message).await;
        }
    }

    async fn hear(&mut self, inner: &Arc<Inner>, builds: &Builds, message: Message) {
        match message {
            Message::Begin(begun, reply) => {
                let (function, first) = *begun;
                self.build(inner, builds, &function, first);
                reply.send(()).ok();
            }
            Message::Change(id, wish, reply) => {
                let changed = self.wish(inner, builds, id, wish).await;
                drop(reply.send(changed));
            }
            Message::Delete(id, reply) => {
                let deleted = inner.store.delete_function(id).await;
                if deleted.is_ok() {
                    self.abandon(id);
                    inner.functions.warm.retire(id).await;
                }
                drop(reply.send(deleted));
            }
            Message::Ended(id, version, build, log) => {
                self.ended(inner, id, (version, build), &log).await;
            }
            Message::Listen(id, version, reply) => {
                let build = self.builds.get(&id).filter(|it| it.version == version);
                drop(reply.send(build.map(|it| it.log.listen())));
            }
        }
    }

    /// Does what an owner asks for.
    async fn wish(
        &mut self,
        inner: &Arc<Inner>,
        builds: &Builds,
        id: FunctionId,
        wish: Wish,
    ) -> Result<Function, ChangeError> {
        loop {
            let function = inner.store.reader().function(id).await?.ok_or(ChangeError::Gone)?;
            let command = match &wish {
                Wish::Add(_) => Command::Add,
                Wish::Serve { version } => {
                    must_be_built(inner, id, *version).await?;
                    Command::Serve { version: *version }
                }
            };
            let (state, effects) = apply(function.state, command)?;
            let now = inner.clock.now();
            let added = match &wish {
                Wish::Add(new) => Some(new.version(id, state.current, now)),
                Wish::Serve { .. } => None,
            };
            let mut changes: Vec<_> =
                effects.iter().filter_map(|it| self.overtaken(id, it)).collect();
            changes.extend(added.iter().cloned().map(Box::new).map(VersionChange::Add));
            if inner.store.change_function(&function, state, &changes, now).await? == Changed::No {
                continue;
            }
            let change = function.change + 1;
            let function = Function { state, change, updated_at: now, ..function };
            for effect in effects {
                match effect {
                    Effect::Abandon { .. } => self.abandon(id),
                    Effect::Retire { .. } => inner.functions.warm.retire(id).await,
                    Effect::Build { .. } => {}
                }
            }
            if let Some(added) = added {
                self.build(inner, builds, &function, added);
            }
            return Ok(function);
        }
    }

    /// What becomes of a version that nobody waits for any more.
    fn overtaken(&self, id: FunctionId, effect: &Effect) -> Option<VersionChange> {
        match effect {
            Effect::Abandon { version } => {
                let build = self.builds.get(&id).filter(|it| it.version == *version);
                let logs = build.map(|it| without_nul(&it.log.text())).unwrap_or_default();
                let failure = overtaken();
                let build = BuildState::Failed(failure);
                Some(VersionChange::End { number: *version, build, logs })
            }
            Effect::Build { .. } | Effect::Retire { .. } => None,
        }
    }

    /// Stops a build; those who listen hear why.
    fn abandon(&mut self, id: FunctionId) {
        if let Some(build) = self.builds.remove(&id) {
            build.stop.cancel();
            build.log.end(error(&overtaken()));
        }
    }

    fn build(
        &mut self,
        inner: &Arc<Inner>,
        builds: &Builds,
        function: &Function,
        version: Version,
    ) {
        let (id, number) = (function.id, version.number);
        let log = BuildLog::new(inner.clock.clone());
        let stop = inner.shutdown.child_token();
        let build = Build { version: number, log: log.clone(), stop: stop.clone() };
        if let Some(before) = self.builds.insert(id, build) {
            before.stop.cancel();
        }
        let (inner, builds, function) = (Arc::clone(inner), builds.clone(), function.clone());
        let tasks = inner.tasks.clone();
        tasks.spawn(async move {
            let built = build_version(&inner, &function, version, &log, &stop).await;
            // An end of ours, or of the server's, is none of the version's.
            if !stop.is_cancelled() {
                drop(builds.0.send(Message::Ended(id, number, built, log)).await);
            }
        });
    }

    /// Records how a build ended, and lets those who listen know only then.
    async fn ended(
        &mut self,
        inner: &Inner,
        id: FunctionId,
        (version, build): (i64, BuildState),
        log: &BuildLog,
    ) {
        if let Err(failed) = finish(inner, id, version, &build, &log.text()).await {
            tracing::warn!(function = %id, version, error = %failed, "the end of a build was not stored");
            let message = format!("the end of the build could not be stored: {failed}");
            let failure = BuildFailure { error: "internal".to_owned(), message };
            log.end(error(&failure));
        } else {
            log.end(match &build {
                BuildState::Failed(failure) => error(failure),
                BuildState::Ready | BuildState::Building => built(),
            });
        }
        if self.builds.get(&id).is_some_and(|it| it.version == version) {
            self.builds.remove(&id);
        }
    }
}

async fn must_be_built(inner: &Inner, id: FunctionId, version: i64) -> Result<(), ChangeError> {
    let Some(found) = inner.store.reader().version(id, version).await? else {
        return Err(Rejected::NoVersion { version }.into());
    };
    match found.build {
        BuildState::Ready => Ok(()),
        BuildState::Building | BuildState::Failed(_) => Err(ChangeError::NotBuilt { version }),
    }
}

/// Stores the end of a build. One that was overtaken, or whose function is gone, changes nothing.
pub(super) async fn finish(
    inner: &Inner,
    id: FunctionId,
    version: i64,
    build: &BuildState,
    logs: &str,
) -> Result<(), StoreError> {
    let command = match build {
        BuildState::Ready => Command::Succeed { version },
        BuildState::Failed(_) | BuildState::Building => Command::Fail { version },
    };
    loop {
        let Some(function) = inner.store.reader().function(id).await? else { return Ok(()) };
        let Ok((state, effects)) = apply(function.state, command) else { return Ok(()) };
        let (build, logs) = (build.clone(), without_nul(logs));
        let end = [VersionChange::End { number: version, build, logs }];
        let now = inner.clock.now();
        if inner.store.change_function(&function, state, &end, now).await? == Changed::Yes {
            if effects.iter().any(|it| matches!(it, Effect::Retire { .. })) {
                inner.functions.warm.retire(id).await;
            }
            return Ok(());
        }
    }
}

/// Makes a version ready and tries whether it loads.
async fn build_version(
    inner: &Inner,
    function: &Function,
    version: Version,
    log: &BuildLog,
    stop: &CancellationToken,
) -> BuildState {
    let failed = |message: String| {
        BuildState::Failed(BuildFailure { error: "build_failed".to_owned(), message })
    };
    log.say(&format!("building version {} of {}", version.number, function.name));
    let recipe = match recipe(inner, function, version).await {
        Ok(recipe) => recipe,
        Err(error) => return failed(error.to_string()),
    };
    let ticket = match inner.admission.enter(function.owner, Asking::First) {
        Ok(ticket) => ticket,
        Err(full) => return failed(full.to_string()),
    };
    let slot = tokio::select! {
        slot = ticket.admitted(|_| {}) => slot,
        () = stop.cancelled() => return failed("stopped".to_owned()),
    };
    let mut progress = |text: String| log.say(&text);
    let instance = match Instance::start(inner, &recipe, &mut progress, stop).await {
        Ok(instance) => instance,
        Err(InstanceError::Environment(EnvironmentError::BuildFailed { what, log: said })) => {
            log.say(&said);
            return failed(what);
        }
        Err(error) => return failed(error.to_string()),
    };
    let mut said = Said::default();
    let called = instance.call(slot, None, LOADING, stop, &mut said).await;
    let mask = crate::secrets::Mask::new(recipe.secrets.values());
    let text = said.text();
    let text = mask.map_or(text.clone(), |it| it.text(&text));
    if !text.is_empty() {
        log.say(&text);
    }
    match called.ending {
        Ending::Outcome { outcome, .. } if outcome.is_success() => BuildState::Ready,
        Ending::Outcome { outcome, .. } => failed(reason(outcome)),
        Ending::Failure(failure) => failed(failure.message),
    }
}

fn reason(outcome: Outcome) -> String {
    match outcome {
        Outcome::Exited { code } => {
            format!("the code does not compile or load (exit code {code}); the log says why")
        }
        Outcome::Killed { signal } => format!("loading the code was ended by signal {signal}"),
        Outcome::TimedOut { limit } => {
            format!("the code did not compile and load within {} s", limit.as_secs())
        }
        Outcome::OutOfMemory { limit_bytes } => {
            format!("compiling and loading the code took more than {} MiB", limit_bytes >> 20)
        }
        Outcome::Cancelled => "the build was stopped".to_owned(),
        Outcome::Lost => "the sandbox of the build vanished; save the function again".to_owned(),
    }
}

fn overtaken() -> BuildFailure {
    BuildFailure {
        error: "superseded".to_owned(),
        message: "the function was changed again before this version was built".to_owned(),
    }
}

/// What a build that a server left behind came to.
pub(super) fn interrupted() -> BuildFailure {
    BuildFailure {
        error: "interrupted".to_owned(),
        message: "the server stopped while this version was being built; save the function again"
            .to_owned(),
    }
}

/// The last word of a build that succeeded.
pub(super) fn built() -> EventKind {
    let summary = Summary::new(&Outcome::Exited { code: 0 }, Usage::default());
    let (stdout, stderr) = (Some(String::new()), Some(String::new()));
    EventKind::Result { data: Summary { stdout, stderr, ..summary } }
}

/// The last word of a build that failed.
pub(super) fn error(BuildFailure { error, message }: &BuildFailure) -> EventKind {
    let data = Failure { error: error.clone(), message: message.clone() };
    EventKind::Error { data }
}

/// The database holds no NUL.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
