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
pub mod runtime;

pub use backend::{
    Backend, BoxFuture, Ended, Guard, Limits, Link, Spec, StartError, Started,
    namespaces::Namespaces,
};
pub use isolation::Isolation;
