//! What somebody asks for when they submit a job. It never changes after that.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Rules;
use crate::{
    id::{JobId, RunbookId},
    time::Timestamp,
    trace::TraceParent,
};

/// Highest priority, and the lowest with a minus.
pub const MOST_PRIORITY: i32 = 100;

/// A job as its owner wants it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Order {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Canonical name of the runtime that its worker must have; `None` if any worker will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    pub payload: Payload,
    /// Of two jobs of one user, the higher goes first; each step is worth a minute of waiting, so that
    /// nothing waits for ever. From -100 to 100.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: i32,
    /// Not before then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_at: Option<Timestamp>,
    /// Jobs of the same owner that must have succeeded before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<JobId>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub retries: Retries,
    /// To run it twice does no harm, so that it may be started again when its worker was lost.
    #[serde(default, skip_serializing_if = "is_default")]
    pub idempotent: bool,
    /// Milliseconds that its program may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub limits: Resources,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Names of the owner's secrets, each an environment variable of its program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// Packages, as the language's own package manager names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
    /// Hosts that it may reach, out of those that the operator offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub network: Vec<String>,
    /// Artifacts that are files of its sandbox when it starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts_in: Vec<ArtifactIn>,
    /// Patterns of files that are kept as artifacts when it has ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts_out: Vec<String>,
    /// With which other jobs of the owner it shares a bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<Concurrency>,
    /// Told when it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
    /// Where whoever submitted it is traced, so that its attempts are found there too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub trace: Option<TraceParent>,
}

/// What a job runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Payload {
    #[cfg_attr(feature = "openapi", schema(title = "CommandPayload"))]
    Command { command: CommandLine },
    #[cfg_attr(feature = "openapi", schema(title = "CodePayload"))]
    Code {
        code: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        args: Vec<String>,
    },
    /// The program that a signed reference names, in the order's language.
    #[cfg_attr(feature = "openapi", schema(title = "ArtifactPayload"))]
    Artifact {
        artifact: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        args: Vec<String>,
    },
    /// The blocks of a stored runbook in their order, in one sandbox.
    #[cfg_attr(feature = "openapi", schema(title = "RunbookPayload"))]
    Runbook {
        runbook: RunbookId,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = RunbookInputs))]
        inputs: BTreeMap<String, Value>,
    },
    /// A call of one of the owner's functions.
    #[cfg_attr(feature = "openapi", schema(title = "FunctionPayload"))]
    Function {
        function: String,
        #[serde(default)]
        input: Value,
    },
}

/// The values of a runbook's inputs, by name. Described by a name of its own: generators of clients stumble
/// over a map within a choice.
#[cfg(feature = "openapi")]
#[derive(Debug, utoipa::ToSchema)]
pub struct RunbookInputs(pub BTreeMap<String, Value>);

/// A program with its arguments, or a line for the shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CommandLine {
    Shell(String),
    Argv(Vec<String>),
}

/// How often a job is tried again after its program ran and failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Retries {
    /// Attempts after the first.
    pub max: u32,
    /// Milliseconds before the second attempt; doubled before each further one, an hour at most.
    #[serde(default = "usual_backoff", rename = "backoff")]
    pub backoff_ms: u64,
}

const fn usual_backoff() -> u64 {
    1000
}

impl Default for Retries {
    fn default() -> Self {
        Self { max: 0, backoff_ms: usual_backoff() }
    }
}

/// What a job may use; what is left out is as the operator says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resources {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// Thousandths of a processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_millis: Option<u32>,
    /// Bytes of stdout and stderr together that are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_bytes: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactIn {
    /// A signed reference.
    pub artifact: String,
    /// Path below the sandbox's workspace.
    pub path: String,
}

/// A bound that jobs of one owner share by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Concurrency {
    pub key: String,
    /// Jobs with this key that may be taken at once. The latest submission decides.
    #[serde(default = "one")]
    pub limit: u32,
}

const fn one() -> u32 {
    1
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Order {
    /// An order of nothing but this.
    #[must_use]
    pub fn new(language: Option<&str>, payload: Payload) -> Self {
        Self {
            name: None,
            language: language.map(str::to_owned),
            payload,
            priority: 0,
            run_at: None,
            after: Vec::new(),
            retries: Retries::default(),
            idempotent: false,
            timeout_ms: None,
            limits: Resources::default(),
            env: BTreeMap::new(),
            secrets: Vec::new(),
            dependencies: Vec::new(),
            network: Vec::new(),
            artifacts_in: Vec::new(),
            artifacts_out: Vec::new(),
            concurrency: None,
            webhook: None,
            trace: None,
        }
    }

    #[must_use]
    pub const fn rules(&self) -> Rules {
        Rules { retries: self.retries, idempotent: self.idempotent }
    }

    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_ms.map(Duration::from_millis)
    }
}
