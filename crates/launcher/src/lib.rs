//! The privileged, single-threaded program that puts guests into namespaces.
//!
//! ```text
//! server ── Request ──▶ launcher ── clone3 ──▶ pid 1 of a sandbox: set-up code, then the guest
//!        ◀── Reply ───           ◀── failure ─
//! ```
//!
//! It knows nothing of programs, runtimes or runbooks: it starts guests, watches them, and reports
//! how they ended. It never speaks the guest's protocol.

pub mod cgroup;
pub mod limits;
pub mod message;
pub mod packet;
pub mod seccomp;
pub mod serve;

mod child;
mod family;
mod host;
mod landlock;
mod mounts;
mod order;
mod pause;
mod root;
mod sandboxes;
mod syscalls;
mod system;
mod zygote;

pub use host::may_be_shown;
pub use landlock::Landlock;
pub use limits::Limits;
pub use message::{
    Action, Answer, Enforcement, Failure, Freezer, Interpreter, Measured, Mechanism, Network,
    Reply, Request, Usage,
};
pub use mounts::{Access, Mount, NotMountable};
pub use system::{COPY_ON_WRITE, Root, System};
pub use zygote::CLONE;
