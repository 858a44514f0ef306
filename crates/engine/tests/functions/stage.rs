//! An engine with one user, and short ways to save and to call.

use std::sync::Arc;

use document::Runtime;
use engine::{
    Answer, Call, Clock, Config, Ending, Engine, NewFunction, NewVersion, Offers, SaveFunctionError,
};
use futures_util::StreamExt;
use model::{
    event::{Event, EventKind},
    execution::Outcome,
    function::{Function, Invocation},
    id::UserId,
};
use sandbox::{Backend, Namespaces, Readiness, Sandbox, Spec, runtime::Runtimes};
use serde_json::Value;
use store::Store;

pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) owner: UserId,
    runtimes: Arc<Runtimes>,
}

/// What a call printed and how it ended.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) answer: Answer,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) version: i64,
}

impl Called {
    #[track_caller]
    pub(crate) fn outcome(&self) -> Outcome {
        let Ending::Outcome { outcome, .. } = self.answer.ending else { panic!("{self:?}") };
        outcome
    }

    #[track_caller]
    pub(crate) fn value(&self) -> Value {
        assert_eq!(self.outcome(), Outcome::Exited { code: 0 }, "{self:?}");
        self.answer.value.clone().unwrap_or_else(|| panic!("{self:?}"))
    }
}

impl Stage {
    /// With sandboxes of namespaces; `None` where there are none.
    pub(crate) async fn real() -> Option<Self> {
        Self::real_with(Config::default()).await
    }

    pub(crate) async fn real_with(config: Config) -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let runtimes = Arc::new(sandbox::runtime::discover(&path.to_string_lossy()));
        let backend: Arc<dyn Backend> = match Namespaces::new(Readiness::OnDemand) {
            Ok(backend) => Arc::new(backend),
            Err(error) => return skipped(&error),
        };
        match Sandbox::start(&*backend, Spec::default()).await {
            Ok(sandbox) => sandbox.destroy().await,
            Err(error) => return skipped(&error),
        }
        Some(Self::over(backend, runtimes, config).await)
    }

    pub(crate) async fn over(
        backend: Arc<dyn Backend>,
        runtimes: Arc<Runtimes>,
        config: Config,
    ) -> Self {
        let store = Store::open("sqlite::memory:").await.unwrap();
        let engine = start(store, backend, Arc::clone(&runtimes), config).await;
        let owner = engine.create_user("ada@example.com", "ada", "").await.unwrap().id;
        Self { engine, owner, runtimes }
    }

    /// Whether this machine has a language; says so if not.
    pub(crate) fn has(&self, runtime: Runtime) -> bool {
        match self.runtimes.get(runtime.name()).unwrap() {
            Ok(_) => true,
            Err(missing) => {
                println!("skipped: {missing}");
                false
            }
        }
    }

    pub(crate) async fn save(
        &self,
        name: &str,
        runtime: Runtime,
        first: NewVersion,
    ) -> Result<Function, SaveFunctionError> {
        let new = NewFunction { name: name.parse().unwrap(), runtime, first };
        self.engine.create_function(self.owner, new).await
    }

    /// Makes a function and waits for the end of its build.
    pub(crate) async fn create(&self, name: &str, runtime: Runtime, code: &str) -> Function {
        let function = self.save(name, runtime, version(code)).await.unwrap();
        let events = self.build(&function).await;
        let built = events.last().is_some_and(|it| matches!(it.kind, EventKind::Result { .. }));
        assert!(built, "{events:?}");
        self.function(&function).await
    }

    /// Saves a version, waits for the end of its build, and gives its last event.
    pub(crate) async fn update(&self, function: &Function, code: &str) -> EventKind {
        let updated = self.engine.update_function(function, version(code)).await.unwrap();
        self.build(&updated).await.pop().unwrap().kind
    }

    /// What the build of the current version says, to its end.
    pub(crate) async fn build(&self, function: &Function) -> Vec<Event> {
        let current = function.state.current;
        let events = self.engine.follow_build(function.id, current).await.unwrap();
        let events: Vec<_> = events.collect().await;
        events.into_iter().flatten().collect()
    }

    /// The function as it is now.
    pub(crate) async fn function(&self, function: &Function) -> Function {
        self.engine.store().function(function.id).await.unwrap().unwrap()
    }

    pub(crate) async fn call(&self, function: &Function, input: Value) -> Called {
        self.call_with(function, Call { input, ..Call::default() }).await
    }

    pub(crate) async fn call_with(&self, function: &Function, call: Call) -> Called {
        let function = self.function(function).await;
        let mut running = self.engine.invoke(&function, call).await.unwrap();
        let version = running.version;
        let (mut stdout, mut stderr) = (String::new(), String::new());
        while let Some(events) = running.next().await {
            for event in events {
                match &event {
                    EventKind::Stdout(chunk) => stdout.push_str(&chunk.data),
                    EventKind::Stderr(chunk) => stderr.push_str(&chunk.data),
                    EventKind::Info { .. } => {}
                    EventKind::Display { .. }
                    | EventKind::Truncated { .. }
                    | EventKind::Result { .. }
                    | EventKind::Error { .. } => panic!("{event:?}"),
                }
            }
        }
        Called { answer: running.answer().await, stdout, stderr, version }
    }

    /// The calls of a function, the latest first.
    pub(crate) async fn history(&self, function: &Function) -> Vec<Invocation> {
        self.engine.store().invocations(function.id, None, 50).await.unwrap().items
    }
}

pub(crate) async fn start(
    store: Store,
    backend: Arc<dyn Backend>,
    runtimes: Arc<Runtimes>,
    config: Config,
) -> Engine {
    Engine::start(store, Offers::one(backend, runtimes), config, Clock::system()).await.unwrap()
}

pub(crate) fn version(code: &str) -> NewVersion {
    NewVersion { code: code.to_owned(), ..NewVersion::default() }
}

fn skipped<T>(why: &dyn std::fmt::Display) -> Option<T> {
    println!("skipped: {why}");
    None
}
