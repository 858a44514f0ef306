//! Git of the control plane. It alone holds what opens a repository at its forge; sandboxes get files.
//!
//! ```text
//!  forge ── fetch ──▶ mirror ── seed ──▶ .git of a sandbox's checkout, as tar
//!    ▲                  │ ▲
//!    └── push ◀─ commit ┘ └── take ◀──── tree and pack of what the agent left: hostile bytes
//! ```
//!
//! It runs the `git` program, on bare repositories only: no file of a repository is ever checked out here, and nothing
//! of one is executed. It refuses configuration, hooks, helpers and prompts of the machine, redirects, and protocols
//! other than HTTP. Every start of git is in [`git`], with limits of time, memory and bytes; what is dropped is killed.
//!
//! A mirror is shared by all who open its address. What is in it is reached by ids of commits only, and those come
//! from [`Mirror::fetch`], which the forge answered to these credentials, or from the caller's own records.

mod address;
mod credentials;
mod git;
mod limits;
mod lock;
mod mirror;
mod object;
mod repositories;
pub mod script;
mod seeds;

pub use address::{Address, InvalidAddress};
pub use credentials::Credentials;
pub use git::GitError;
pub use limits::Limits;
pub use mirror::{
    CommitInfo, Excerpt, Expect, FetchError, Heads, Identity, Mirror, NewCommit, PushError, Survey,
    TakeError, Taken,
};
pub use object::{Branch, CommitId, InvalidName, TreeId};
pub use repositories::{OpenError, Repositories, SetupError};
pub use seeds::{SeedError, SeedFile};
