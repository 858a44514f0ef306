//! Functions: named code in versions, built before it answers, called over and over.
//!
//! ```text
//!  save ──▶ builds (one task) ──▶ version stored ──▶ loads? ──▶ it answers
//!  call ──▶ invoke ──▶ warm (one task): an instance that waits │ a new one ──▶ events, value, history
//! ```
//!
//! Each call has a process and a sandbox of its own; waiting ahead of the call is all that is shared. What
//! a function prints is told apart from what it returns.

mod builds;
mod instance;
mod invoke;
mod log;
mod recipe;
mod warm;
mod wrappers;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use document::Runtime;
use futures_util::{Stream, stream};
use model::{
    event::{Event, EventKind},
    function::{BuildState, Demands, Function, FunctionName, State, Version},
    id::{FunctionId, UserId},
    time::Timestamp,
};
use store::{CreateFunctionError as Taken, StoreError};

pub use self::{
    builds::ChangeError,
    instance::InstanceError,
    invoke::{Answer, Call, InvokeError, Running},
    recipe::RecipeError,
    wrappers::template as function_template,
};
use self::{
    builds::{Builder, Builds, Wish},
    warm::{Keeper, Warm},
};
use crate::{
    Engine, Environments, Inner, InvalidDependency, NotOffered, ProgramError, check_dependencies,
    offers::Shelf, program, random_id, secrets::SecretError,
};

/// What an operator decides about functions.
#[derive(Clone, Copy, Debug)]
pub struct FunctionsConfig {
    /// How long an instance waits for the next call, where the function does not say.
    pub keep_warm: Duration,
    /// Instances of all functions that wait at a time.
    pub warm_instances: usize,
    /// How long the history remembers a call.
    pub history: Duration,
}

impl Default for FunctionsConfig {
    fn default() -> Self {
        Self {
            keep_warm: Duration::from_secs(60),
            warm_instances: 8,
            history: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}

/// Longest code of a function, in bytes.
const MOST_CODE_BYTES: usize = 1 << 20;

/// Longest description, in characters.
const MOST_DESCRIPTION: usize = 2000;

/// Packages, secrets and hosts of a version.
const MOST_NAMES: usize = 50;

/// How often calls that are too old are forgotten.
const TIDYING: Duration = Duration::from_secs(60 * 60);

/// What an owner saves. Nothing is taken over from the version before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewVersion {
    pub code: String,
    pub description: Option<String>,
    pub dependencies: Vec<String>,
    pub demands: Demands,
}

/// A function to be made.
#[derive(Clone, Debug)]
pub struct NewFunction {
    pub name: FunctionName,
    pub runtime: Runtime,
    pub first: NewVersion,
}

/// Why something was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveFunctionError {
    #[error("{0}")]
    Invalid(String),
    #[error("there is a function {name} already; choose another name, or save a version of it")]
    NameTaken { name: FunctionName },
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error(transparent)]
    NotOffered(#[from] NotOffered),
    #[error(transparent)]
    Dependency(#[from] InvalidDependency),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Network(#[from] RecipeError),
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The handles of the two tasks.
#[derive(Debug)]
pub(crate) struct Functions {
    builds: Builds,
    warm: Warm,
}

/// The two tasks before they run.
#[derive(Debug)]
pub(crate) struct Owners {
    builder: Builder,
    keeper: Keeper,
}

impl Functions {
    pub(crate) fn new(config: &FunctionsConfig) -> (Self, Owners) {
        let (builds, builder) = Builds::new();
        let (warm, keeper) = Warm::new(config.warm_instances);
        (Self { builds, warm }, Owners { builder, keeper })
    }

    /// Instances that wait with values of a user's secrets end.
    pub(crate) async fn secrets_changed(&self, owner: UserId) {
        self.warm.secrets_changed(owner).await;
    }
}

impl Owners {
    /// Marks what an earlier process left half built as failed.
    pub(crate) async fn recover(inner: &Inner) -> Result<(), StoreError> {
        for function in inner.store.reader().building_functions().await? {
            let failed = BuildState::Failed(builds::interrupted());
            builds::finish(inner, function.id, function.state.current, &failed, "").await?;
        }
        Ok(())
    }

    /// Starts the tasks.
    pub(crate) fn start(self, inner: &Arc<Inner>) {
        let builds = inner.functions.builds.clone();
        let (weak, stop) = (Arc::downgrade(inner), inner.shutdown.clone());
        inner.tasks.spawn(self.builder.run(weak.clone(), builds, stop.clone()));
        inner.tasks.spawn(self.keeper.run(stop));
        inner.tasks.spawn(tidy(weak, inner.shutdown.clone()));
    }
}

/// Forgets old calls from time to time.
async fn tidy(inner: Weak<Inner>, stop: tokio_util::sync::CancellationToken) {
    loop {
        {
            let Some(inner) = inner.upgrade() else { return };
            let age = i64::try_from(inner.config.functions.history.as_millis()).unwrap_or(i64::MAX);
            let before = inner.clock.now().as_millis().saturating_sub(age);
            if let Err(error) = inner.store.forget_invocations(Timestamp::from_millis(before)).await
            {
                tracing::warn!(%error, "old calls were not forgotten");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(TIDYING) => {}
        }
    }
}

impl NewVersion {
    fn check(&self) -> Result<(), SaveFunctionError> {
        let refuse = |what: &str| Err(SaveFunctionError::Invalid(what.to_owned()));
        if self.code.trim().is_empty() {
            return refuse("the code is empty; write a function run(input)");
        }
        if self.code.len() > MOST_CODE_BYTES {
            return refuse(&format!("the code is longer than {} KiB", MOST_CODE_BYTES >> 10));
        }
        if self.description.as_ref().is_some_and(|it| it.chars().count() > MOST_DESCRIPTION) {
            return refuse(&format!(
                "the description is longer than {MOST_DESCRIPTION} characters"
            ));
        }
        let Demands { secrets, network, .. } = &self.demands;
        let names = [self.dependencies.len(), secrets.len(), network.len()];
        if names.into_iter().any(|it| it > MOST_NAMES) {
            return refuse(&format!(
                "there are at most {MOST_NAMES} dependencies, secrets and hosts"
            ));
        }
        Ok(())
    }

    /// The version with this number, about to be built.
    fn version(&self, function: FunctionId, number: i64, now: Timestamp) -> Version {
        let Self { code, description, dependencies, demands } = self.clone();
        Version {
            function,
            number,
            code,
            description,
            dependencies,
            demands,
            build: BuildState::Building,
            logs: String::new(),
            created_at: now,
            built_at: None,
        }
    }
}

impl Engine {
    /// Makes a function and begins to build its first version.
    ///
    /// # Errors
    ///
    /// The name is taken, something is not acceptable, or the store fails.
    pub async fn create_function(
        &self,
        owner: UserId,
        new: NewFunction,
    ) -> Result<Function, SaveFunctionError> {
        let inner = &self.0;
        let NewFunction { name, runtime, first } = new;
        self.check_version(owner, runtime, &first).await?;
        let now = inner.clock.now();
        let function = Function {
            id: FunctionId::from_random(random_id()),
            owner,
            name,
            runtime: runtime.name().to_owned(),
            state: State::first(),
            change: 0,
            created_at: now,
            updated_at: now,
        };
        let version = first.version(function.id, 0, now);
        inner.store.create_function(&function, &version).await.map_err(|error| match error {
            Taken::NameTaken { name } => SaveFunctionError::NameTaken { name },
            Taken::Store(error) => error.into(),
        })?;
        inner.functions.builds.begin(function.clone(), version).await;
        Ok(function)
    }

    /// Saves a new version and begins to build it. The one that answers goes on until it is ready.
    ///
    /// # Errors
    ///
    /// Something is not acceptable, the function is gone, or the store fails.
    pub async fn update_function(
        &self,
        function: &Function,
        new: NewVersion,
    ) -> Result<Function, SaveFunctionError> {
        let name = &function.runtime;
        let runtime = Runtime::from_language(name)
            .ok_or_else(|| RecipeError::Runtime { name: name.clone() })?;
        self.check_version(function.owner, runtime, &new).await?;
        let wish = Wish::Add(Box::new(new));
        Ok(self.0.functions.builds.change(function.id, wish).await?)
    }

    async fn check_version(
        &self,
        owner: UserId,
        runtime: Runtime,
        new: &NewVersion,
    ) -> Result<(), SaveFunctionError> {
        let inner = &self.0;
        new.check()?;
        let shelf = inner.shelf_of_user(owner).await.map_err(|error| match error {
            InstanceError::NotOffered(error) => SaveFunctionError::NotOffered(error),
            InstanceError::Store(error) => error.into(),
            other @ (InstanceError::Program(_)
            | InstanceError::NoPackages(_)
            | InstanceError::Environment(_)
            | InstanceError::Start(_)
            | InstanceError::Sandbox(_)) => SaveFunctionError::Invalid(other.to_string()),
        })?;
        check_dependencies(runtime, &new.dependencies)?;
        // TypeScript needs no more than node where it is compiled ahead.
        let compiled_ahead = runtime == Runtime::Typescript
            && inner.environments_of(&shelf).is_some_and(Environments::installs);
        if !compiled_ahead {
            program::installed(runtime, &shelf.offer.runtimes).map_err(ProgramError::from)?;
        }
        recipe::network(inner, &new.demands.network)?;
        Ok(inner.check_secrets(owner, &new.demands.secrets).await?)
    }

    /// Lets a version answer that was built before.
    ///
    /// # Errors
    ///
    /// There is no such version, it was never built, it answers already, or the store fails.
    pub async fn serve_version(
        &self,
        function: FunctionId,
        version: i64,
    ) -> Result<Function, ChangeError> {
        self.0.functions.builds.change(function, Wish::Serve { version }).await
    }

    /// Deletes a function with its versions and its history; calls that run end by themselves.
    /// Returns whether it was there.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn delete_function(&self, function: FunctionId) -> Result<bool, ChangeError> {
        self.0.functions.builds.delete(function).await
    }

    /// What the build of a version says, until it ends. Of one that has ended, what is kept.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn follow_build(
        &self,
        function: FunctionId,
        version: i64,
    ) -> Result<impl Stream<Item = Vec<Event>> + Send + use<>, StoreError> {
        let listener = self.0.functions.builds.listen(function, version).await;
        let kept = match &listener {
            Some(_) => Vec::new(),
            None => self.kept_log(function, version).await?,
        };
        let kept = stream::iter((!kept.is_empty()).then_some(kept));
        let live = stream::unfold(listener, |listener| async {
            let mut listener = listener?;
            let events = listener.next().await?;
            Some((events, Some(listener)))
        });
        Ok(futures_util::StreamExt::chain(kept, live))
    }

    async fn kept_log(&self, function: FunctionId, version: i64) -> Result<Vec<Event>, StoreError> {
        let Some(found) = self.0.store.reader().version(function, version).await? else {
            return Ok(Vec::new());
        };
        let last = match &found.build {
            BuildState::Ready => builds::built(),
            BuildState::Failed(failure) => builds::error(failure),
            // By another server; it ends without us.
            BuildState::Building => EventKind::Info { data: "it is being built".to_owned() },
        };
        let said = (!found.logs.is_empty()).then_some(EventKind::Info { data: found.logs });
        let at = found.built_at.unwrap_or(found.created_at);
        let kinds = said.into_iter().chain([last]);
        Ok((1..).zip(kinds).map(|(seq, kind)| Event { seq, at, kind }).collect())
    }
}

impl Inner {
    /// The environments for programs of an offer, if it has any.
    pub(crate) fn environments_of(&self, shelf: &Shelf) -> Option<&Environments> {
        self.config.environments.as_ref().filter(|it| shelf.offer.is_served_by(it))
    }

    /// The offer for the functions of a user.
    async fn shelf_of_user(&self, user: UserId) -> Result<Arc<Shelf>, InstanceError> {
        // Only where accounts are bound is it worth a question who this one is.
        let username = match self.stock.binds_accounts() {
            true => self.store.reader().user(user).await?.map(|it| it.username),
            false => None,
        };
        Ok(self.stock.shelf_of(username.as_deref().unwrap_or_default())?)
    }
}
