//! What the server and its machine offer.

use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    Hub,
    Local,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Config)]
pub(crate) struct ConfigBody {
    pub(crate) mode: Mode,
    /// Whether anybody may make an account.
    pub(crate) sign_up: bool,
    pub(crate) version: String,
    /// Executions of one user that are kept of each runbook; all if null.
    pub(crate) keep_runs: Option<u64>,
    /// How long executions are kept; for ever if null.
    pub(crate) keep_runs_seconds: Option<u64>,
}

/// A language that blocks can be written in.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RuntimeName {
    Python,
    Node,
    Bash,
    Golang,
    Typescript,
    Rust,
}

impl From<document::Runtime> for RuntimeName {
    fn from(runtime: document::Runtime) -> Self {
        use document::Runtime;
        match runtime {
            Runtime::Python => Self::Python,
            Runtime::Node => Self::Node,
            Runtime::Bash => Self::Bash,
            Runtime::Go => Self::Golang,
            Runtime::Typescript => Self::Typescript,
            Runtime::Rust => Self::Rust,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Runtime)]
pub(crate) struct RuntimeBody {
    pub(crate) name: RuntimeName,
    pub(crate) available: bool,
    pub(crate) version: Option<String>,
    /// What to do where it is missing.
    pub(crate) message: Option<String>,
}
