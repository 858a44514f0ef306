//! A version of a function: what its owner saved at one time.

use std::time::Duration;

use crate::{function::SecretName, id::FunctionId, time::Timestamp};

/// What an owner saved. Nothing of it ever changes but `build`, once, when the build ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub function: FunctionId,
    /// Counted from 0.
    pub number: i64,
    pub code: String,
    pub description: Option<String>,
    /// As the language's package manager reads them.
    pub dependencies: Vec<String>,
    pub demands: Demands,
    pub build: BuildState,
    /// What the build said, its beginning if that was too much to keep.
    pub logs: String,
    pub created_at: Timestamp,
    pub built_at: Option<Timestamp>,
}

/// What a call may use and gets, unless it says otherwise itself. `None` is the server's default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    pub timeout: Option<Duration>,
    pub memory_bytes: Option<u64>,
    /// Thousandths of a processor.
    pub cpu_millis: Option<u32>,
    /// How long an instance waits for the next call after the last one.
    pub keep_warm: Option<Duration>,
    /// The owner's secrets that it finds in its environment.
    pub secrets: Vec<SecretName>,
    /// Hosts that it reaches, as rules such as `api.example.com:443`.
    pub network: Vec<String>,
}

/// How far a version is. Both ends are for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildState {
    Building,
    Ready,
    Failed(BuildFailure),
}

/// Why a version cannot be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildFailure {
    /// A code out of a closed set.
    pub error: String,
    /// What failed, and what to do.
    pub message: String,
}
