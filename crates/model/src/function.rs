//! A function: named code that others call, in versions of which one answers.
//!
//! `current` is the version that its owner asked for last, `serving` the one that answers calls. They
//! differ while a new version builds and after it failed: the last good one goes on answering.
//!
//! ```text
//!                    add                       built
//!  (no function) ──────────▶ Building(current) ───────▶ Ready: serving = current
//!                              ▲    │    ▲                │
//!                              │    │    │ add            │ serve(older): current = serving = older
//!                              │    │    └────────────────┤
//!                          add │    │ failed              │ delete
//!                              │    ▼                     ▼
//!                              └── Failed: serving as it was        (gone; also from every other state)
//! ```

mod invocation;
mod name;
mod version;

#[cfg(test)]
mod tests;

pub use self::{
    invocation::{Head, Invocation},
    name::{FunctionName, InvalidFunctionName, InvalidSecretName, SecretName},
    version::{BuildFailure, BuildState, Demands, Version},
};

use crate::{
    id::{FunctionId, UserId},
    time::Timestamp,
};

/// A function as it is stored. Its code is that of its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub id: FunctionId,
    pub owner: UserId,
    pub name: FunctionName,
    /// Name of its runtime; it never changes.
    pub runtime: String,
    pub state: State,
    /// Counts the changes of `state`, so that of two changes at once the second sees the first.
    pub change: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Which versions there are and what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// The highest number so far; versions are counted from 0.
    pub latest: i64,
    /// What the owner asked for last.
    pub current: i64,
    pub build: Build,
    /// What answers calls.
    pub serving: Option<i64>,
}

/// How far the current version is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    Building,
    Ready,
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The owner saves new code.
    Add,
    /// The build of a version succeeded.
    Succeed { version: i64 },
    /// The build of a version failed, or the server ended in the middle of it.
    Fail { version: i64 },
    /// The owner wants a version that was built before.
    Serve { version: i64 },
}

/// What the engine must do for the new state to become true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Build {
        version: i64,
    },
    /// Stop a build that nobody waits for any more.
    Abandon {
        version: i64,
    },
    /// End what is kept warm of a version that answers no more.
    Retire {
        version: i64,
    },
}

/// Why a command changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// A later command has overtaken the build.
    #[error("version {version} is not being built")]
    NotBuilding { version: i64 },
    #[error("there is no version {version}")]
    NoVersion { version: i64 },
    #[error("version {version} is the one that answers already")]
    AlreadyServing { version: i64 },
}

impl State {
    /// A function that was just made: its first version is being built.
    #[must_use]
    pub const fn first() -> Self {
        Self { latest: 0, current: 0, build: Build::Building, serving: None }
    }

    /// The version that is being built.
    #[must_use]
    pub const fn building(&self) -> Option<i64> {
        match self.build {
            Build::Building => Some(self.current),
            Build::Ready | Build::Failed => None,
        }
    }
}

/// Decides what a command means in a state.
///
/// # Errors
///
/// Returns [`Rejected`] when nothing should change.
pub fn apply(state: State, command: Command) -> Result<(State, Vec<Effect>), Rejected> {
    match command {
        Command::Add => {
            let version = state.latest + 1;
            let mut effects = abandoned(state);
            effects.push(Effect::Build { version });
            let next = State { latest: version, current: version, build: Build::Building, ..state };
            Ok((next, effects))
        }
        Command::Succeed { version } => {
            must_be_building(state, version)?;
            let effects = state.serving.map(|version| Effect::Retire { version });
            let next = State { build: Build::Ready, serving: Some(version), ..state };
            Ok((next, effects.into_iter().collect()))
        }
        Command::Fail { version } => {
            must_be_building(state, version)?;
            Ok((State { build: Build::Failed, ..state }, Vec::new()))
        }
        Command::Serve { version } => serve(state, version),
    }
}

fn serve(state: State, version: i64) -> Result<(State, Vec<Effect>), Rejected> {
    if !(0..=state.latest).contains(&version) {
        return Err(Rejected::NoVersion { version });
    }
    if state.current == version && state.serving == Some(version) {
        return Err(Rejected::AlreadyServing { version });
    }
    let mut effects = abandoned(state);
    // After a failed update the owner may settle for the version that goes on answering.
    let replaced = state.serving.filter(|it| *it != version);
    effects.extend(replaced.map(|version| Effect::Retire { version }));
    let next = State { current: version, build: Build::Ready, serving: Some(version), ..state };
    Ok((next, effects))
}

fn abandoned(state: State) -> Vec<Effect> {
    state.building().map(|version| Effect::Abandon { version }).into_iter().collect()
}

fn must_be_building(state: State, version: i64) -> Result<(), Rejected> {
    if state.building() == Some(version) {
        return Ok(());
    }
    Err(Rejected::NotBuilding { version })
}
