//! The guest: the first process of every sandbox.
//!
//! `guest [--link FD] [--workspace DIR] [--memory-events FD]`
//!
//! It speaks the protocol of the library over one descriptor (3 unless told otherwise), and is usually
//! pid 1 of a pid namespace; as an ordinary process it works too, as a subreaper. It trusts neither the
//! programs it starts nor the bytes on its link, prints nothing, and ends with its link.

mod fence;
mod files;
mod kernel;
mod link;
mod memory;
mod program;
mod spawn;
mod stream;
mod supervisor;
mod tree;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use rustix::process::{DumpableBehavior, Resource, Rlimit};

use crate::{files::Files, supervisor::Supervisor};

/// Exit code when the guest cannot begin; 64 is `EX_USAGE` of sysexits.h.
const CANNOT_BEGIN: u8 = 64;
/// Exit code after the host broke the protocol; `EX_PROTOCOL`.
const PROTOCOL: u8 = 76;

struct Options {
    link: i32,
    workspace: PathBuf,
    memory_events: Option<i32>,
}

fn main() -> ExitCode {
    let Some(supervisor) = options(std::env::args_os().skip(1)).and_then(|it| begin(&it).ok())
    else {
        return ExitCode::from(CANNOT_BEGIN);
    };
    match supervisor.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(PROTOCOL),
    }
}

fn options(mut arguments: impl Iterator<Item = OsString>) -> Option<Options> {
    let mut options = Options { link: 3, workspace: PathBuf::from("/tmp"), memory_events: None };
    while let Some(name) = arguments.next() {
        let value = arguments.next()?;
        match name.to_str()? {
            "--link" => options.link = value.to_str()?.parse().ok()?,
            "--workspace" => options.workspace = value.into(),
            "--memory-events" => options.memory_events = Some(value.to_str()?.parse().ok()?),
            _ => return None,
        }
    }
    Some(options)
}

fn begin(options: &Options) -> std::io::Result<Supervisor> {
    kernel::silence_signals();
    let (link, memory_events) = kernel::adopt(options.link, options.memory_events)?;
    rustix::io::ioctl_fionbio(&link, true)?;
    // Programs must not read the memory or the descriptors of the process that judges them.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let signals = if rustix::process::getpid().is_init() {
        // Programs may send anything to pid 1; only the deaths of children matter.
        kernel::signal_fd(&[libc::SIGCHLD])?
    } else {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        kernel::signal_fd(&[libc::SIGCHLD, libc::SIGTERM, libc::SIGINT, libc::SIGHUP])?
    };
    // Each program takes up to three descriptors.
    let open_files = rustix::process::getrlimit(Resource::Nofile);
    let most = Rlimit { current: open_files.maximum, maximum: open_files.maximum };
    rustix::process::setrlimit(Resource::Nofile, most)?;
    let files = Files::open(&options.workspace)?;
    Ok(Supervisor::new(link, signals, files, memory_events))
}
