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
pub mod egress;
pub mod image;
pub mod isolation;
pub mod kernel;
pub mod link;
pub mod network;
pub mod path;
pub mod pool;
mod preview;
pub mod process;
pub mod runtime;
mod sandbox;
#[cfg(any(test, feature = "scripted"))]
pub mod scripted;
pub mod standby;
pub mod tree;

pub use backend::{
    Access, Backend, BoxFuture, Control, ControlError, Ended, Guard, Interpreter, Limits, Link,
    Mount, NotMountable, Root, SandboxUsage, Spec, StartError, Started, System,
    choice::{Backends, BackendsConfig, Choice, Chosen, InvalidChoice},
    docker::{Docker, DockerConfig},
    host::Host,
    namespaces::{ImageSource, ImagesConfig, Namespaces, Readiness},
};
pub use egress::{EgressConfig, EgressEvent, EgressLimits};
pub use guest::{ExitStatus, FileEntry, FileKind, ListeningPort, OnExcess, Stdin, TerminalSize};
pub use isolation::Isolation;
pub use launcher::may_be_shown;
pub use link::{ConnectError, Connection, FileStream, GuestStream, LinkError, SandboxError};
pub use network::{InvalidRule, Network, Rule};
pub use path::{InvalidPath, SandboxPath};
pub use pool::{Kind, Notice, Pace, Pool, PoolConfig};
pub use process::{Exit, Process, ProcessEvent, ProcessHandle, Program, SourceFile};
pub use sandbox::Sandbox;
pub use standby::{Standby, StandbyPlan};
