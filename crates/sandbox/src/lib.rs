//! Isolated environments: backends, images, files, limits.
//!
//! ```text
//! this crate ── requests ──▶ launcher (one process) ──▶ guest (one per sandbox) ──▶ programs
//!            ◀──────────────── one link per sandbox ───▶
//! ```
//!
//! It knows nothing of runbooks, users or jobs. It is the only crate that starts programs, and it
//! does so without forking: the launcher forks for it.

pub mod backend;
pub mod doctor;
pub mod isolation;
pub mod link;
pub mod path;
pub mod pool;
pub mod process;
pub mod runtime;
mod sandbox;
#[cfg(any(test, feature = "scripted"))]
pub mod scripted;
pub mod standby;

pub use backend::{
    Backend, BoxFuture, Control, ControlError, Ended, Guard, Limits, Link, SandboxUsage, Spec,
    StartError, Started,
    namespaces::{Namespaces, Readiness},
};
pub use guest::{ExitStatus, FileEntry, FileKind, OnExcess, Stdin, TerminalSize};
pub use isolation::Isolation;
pub use launcher::Network;
pub use link::{Connection, LinkError, SandboxError};
pub use path::{InvalidPath, SandboxPath};
pub use pool::{Kind, Pace, Pool, PoolConfig};
pub use process::{Exit, Process, ProcessEvent, ProcessHandle, Program};
pub use sandbox::Sandbox;
pub use standby::{Standby, StandbyPlan};
