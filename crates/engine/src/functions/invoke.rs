//! Calling a function: an instance that waits, or a new one; its events to the caller, its end into the
//! history; then the next instance is made ready.

use std::time::Duration;

use model::{
    admission::Asking,
    event::{EventKind, Failure},
    execution::Outcome,
    function::{Function, Head, Invocation, Version},
    id::InvocationId,
};
use serde_json::Value;
use store::StoreError;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::{Instrument, Span};

use super::{
    instance::{Called, Instance, InstanceError, Recipe},
    recipe::{RecipeError, recipe},
    warm::{Fit, Kept},
};
use crate::{
    Engine, Inner, QueueFull,
    admission::Slot,
    execution::{Ending, Sink},
    random_id,
    secrets::{Mask, Masking},
};

/// Time of a call whose function and caller set none.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Batches of events on their way to a caller; a slow one slows the function down.
const BATCHES: usize = 4;

/// What a caller gives a function, and what the call may use if that is not as the function has it.
#[derive(Clone, Debug, Default)]
pub struct Call {
    pub input: Value,
    pub timeout: Option<Duration>,
    pub memory_bytes: Option<u64>,
    /// Thousandths of a processor.
    pub cpu_millis: Option<u32>,
}

/// Why a function was not called.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    #[error(
        "the function {name} is not ready: no version of it was built yet; its info says how the \
         build is doing"
    )]
    NotReady { name: String },
    #[error("the server is shutting down")]
    ShuttingDown,
    #[error(transparent)]
    QueueFull(#[from] QueueFull),
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    #[error(transparent)]
    Instance(#[from] InstanceError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A call under way. Dropping it ends the call as cancelled.
#[derive(Debug)]
pub struct Running {
    pub id: InvocationId,
    pub version: i64,
    events: mpsc::Receiver<Vec<EventKind>>,
    answer: oneshot::Receiver<Answer>,
    _stop: DropGuard,
}

/// How a call ended.
#[derive(Clone, Debug)]
pub struct Answer {
    pub ending: Ending,
    /// What the function returned.
    pub value: Option<Value>,
}

impl Running {
    /// The next events; `None` when there are no more.
    pub async fn next(&mut self) -> Option<Vec<EventKind>> {
        self.events.recv().await
    }

    /// How it ended. What it says meanwhile must have been taken before.
    pub async fn answer(self) -> Answer {
        // The task says what became of the call in any case but the end of the whole server.
        self.answer.await.unwrap_or(Answer { ending: Ending::unused(Outcome::Lost), value: None })
    }
}

impl Engine {
    /// Calls the version of a function that answers. Waits until there is room for it.
    ///
    /// # Errors
    ///
    /// No version answers, a secret is missing, or no sandbox can be started.
    pub async fn invoke(&self, function: &Function, call: Call) -> Result<Running, InvokeError> {
        let inner = &self.0;
        if inner.shutdown.is_cancelled() {
            return Err(InvokeError::ShuttingDown);
        }
        let not_ready = || InvokeError::NotReady { name: function.name.to_string() };
        let number = function.state.serving.ok_or_else(not_ready)?;
        let version = inner.store.reader().version(function.id, number).await?;
        let version = version.ok_or_else(not_ready)?;
        let ticket = inner.admission.enter(function.owner, Asking::First)?;
        let slot = tokio::select! {
            slot = ticket.admitted(|_| {}) => slot,
            () = inner.shutdown.cancelled() => return Err(InvokeError::ShuttingDown),
        };
        let id = InvocationId::from_random(random_id());
        let span = tracing::error_span!(
            "call",
            invocation.id = %id,
            function.name = %function.name,
            function.version = number,
        );
        let instance = tracing::info_span!(parent: &span, "instance");
        let prepared = Prepared::new(inner, function, version, &call).instrument(instance).await?;
        Ok(prepared.run(self, slot, call, (id, span)))
    }
}

/// An instance with everything that a call of it needs.
struct Prepared {
    function: Function,
    recipe: Recipe,
    instance: Instance,
    warm: bool,
    /// Whether the next call may be like this one.
    usual: bool,
}

impl Prepared {
    async fn new(
        inner: &Inner,
        function: &Function,
        version: Version,
        call: &Call,
    ) -> Result<Self, InvokeError> {
        // Before the secrets are read: see `Warm::age_of_secrets`.
        let secrets = inner.functions.warm.age_of_secrets();
        let mut recipe = recipe(inner, function, version).await?;
        let own = recipe.resources;
        recipe.resources.memory_bytes = call.memory_bytes.unwrap_or(own.memory_bytes);
        recipe.resources.cpu_millis = call.cpu_millis.unwrap_or(own.cpu_millis);
        let fit = fit(&recipe, secrets);
        let waiting = inner.functions.warm.take(fit).await;
        let warm = waiting.is_some();
        let instance = match waiting {
            Some(instance) => instance,
            None => Instance::start(inner, &recipe, &mut |_| {}, &inner.shutdown).await?,
        };
        let usual = recipe.resources == own;
        Ok(Self { function: function.clone(), recipe, instance, warm, usual })
    }

    /// Lets it run in a task of its own: whatever becomes of the caller, the end is recorded.
    fn run(
        self,
        engine: &Engine,
        slot: Slot,
        call: Call,
        (id, span): (InvocationId, Span),
    ) -> Running {
        let version = self.recipe.version.number;
        let (sender, events) = mpsc::channel(BATCHES);
        let (reply, answer) = oneshot::channel();
        let stop = engine.0.shutdown.child_token();
        let guard = stop.clone().drop_guard();
        let engine = engine.clone();
        let tasks = engine.0.tasks.clone();
        tasks.spawn(async move {
            let Self { function, recipe, instance, warm, usual } = self;
            let sink = Recorder::new(sender);
            let started = Started { id, recipe: &recipe, warm, call };
            let answered =
                started.run(&engine.0, (instance, slot), sink, &stop).instrument(span).await;
            drop(reply.send(answered));
            if usual && !stop.is_cancelled() {
                make_ready(&engine.0, &function, recipe.version).await;
            }
        });
        Running { id, version, events, answer, _stop: guard }
    }
}

struct Started<'a> {
    id: InvocationId,
    recipe: &'a Recipe,
    warm: bool,
    call: Call,
}

impl Started<'_> {
    async fn run(
        self,
        inner: &Inner,
        (instance, slot): (Instance, Slot),
        mut recorder: Recorder,
        stop: &CancellationToken,
    ) -> Answer {
        let created_at = inner.clock.now();
        let Self { id, recipe, warm, call } = self;
        let mask = Mask::new(recipe.secrets.values());
        let timeout = call.timeout.or(recipe.version.demands.timeout).unwrap_or(TIMEOUT);
        let mut masking = Masking::new(&mut recorder, mask.clone());
        let waited = slot.waited();
        let called = instance.call(slot, Some(&call.input), timeout, stop, &mut masking).await;
        let left = masking.finish().await;
        let Called { ending, value } = called;
        let ending = ending.queued(waited);
        let ending = match (ending, left) {
            // Nobody listened any more, so that it was stopped.
            (Ending::Failure(_), _) if recorder.events.is_closed() => {
                Ending::unused(Outcome::Cancelled)
            }
            (Ending::Outcome { .. }, Err(failure)) if !recorder.events.is_closed() => {
                Ending::Failure(failure)
            }
            (ending, _) => ending,
        };
        let hide = |it: Value| match &mask {
            Some(mask) => mask.value(it),
            None => it,
        };
        let value = value.map(hide);
        inner.counters.count(&ending);
        if let Ending::Outcome { outcome, usage } = &ending {
            let text = |it: &Value| Head::from(it.to_string().as_str());
            let invocation = Invocation {
                id,
                function: recipe.version.function,
                version: recipe.version.number,
                outcome: *outcome,
                usage: *usage,
                warm,
                input: text(&hide(call.input)),
                stdout: recorder.stdout,
                stderr: recorder.stderr,
                value: value.as_ref().map(text).unwrap_or_default(),
                created_at,
            };
            if let Err(error) = inner.store.insert_invocation(&invocation).await {
                tracing::warn!(invocation = %id, %error, "a call was not recorded");
            }
        }
        Answer { ending, value }
    }
}

/// Starts the instance for the next call, if its owner wants one to wait.
async fn make_ready(inner: &Inner, function: &Function, version: Version) {
    let keep = version.demands.keep_warm.unwrap_or(inner.config.functions.keep_warm);
    if keep.is_zero() || inner.config.functions.warm_instances == 0 {
        return;
    }
    let secrets = inner.functions.warm.age_of_secrets();
    let number = version.number;
    let started = async {
        let recipe = recipe(inner, function, version).await.ok()?;
        let stop = &inner.shutdown;
        let instance = Instance::start(inner, &recipe, &mut |_| {}, stop).await.ok()?;
        // What answers by now may be another version, or the function may be gone.
        let now = inner.store.reader().function(function.id).await.ok()??;
        (now.state.serving == Some(number)).then_some((recipe, instance))
    };
    // Without one the next call takes longer, and says itself what is wrong.
    if let Some((recipe, instance)) = started.await {
        let kept = Kept { fit: fit(&recipe, secrets), owner: function.owner, instance, keep };
        inner.functions.warm.keep(kept).await;
    }
}

fn fit(recipe: &Recipe, secrets: u64) -> Fit {
    let Recipe { version, resources, .. } = recipe;
    Fit { function: version.function, version: version.number, resources: *resources, secrets }
}

/// Hands events on to the caller, and keeps the beginning of what was printed.
struct Recorder {
    events: mpsc::Sender<Vec<EventKind>>,
    stdout: Head,
    stderr: Head,
}

impl Recorder {
    fn new(events: mpsc::Sender<Vec<EventKind>>) -> Self {
        Self { events, stdout: Head::default(), stderr: Head::default() }
    }
}

impl Sink for Recorder {
    async fn append(&mut self, events: Vec<EventKind>) -> Result<(), Failure> {
        for event in &events {
            let (head, chunk) = match event {
                EventKind::Stdout(chunk) => (&mut self.stdout, chunk),
                EventKind::Stderr(chunk) => (&mut self.stderr, chunk),
                EventKind::Info { .. }
                | EventKind::Display { .. }
                | EventKind::Truncated { .. }
                | EventKind::Result { .. }
                | EventKind::Error { .. } => continue,
            };
            head.push(&String::from_utf8_lossy(&chunk.bytes()));
        }
        let gone = |_| Failure {
            error: "cancelled".to_owned(),
            message: "the caller does not listen any more".to_owned(),
        };
        self.events.send(events).await.map_err(gone)
    }
}
