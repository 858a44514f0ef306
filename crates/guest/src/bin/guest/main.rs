//! The guest: the first process of every sandbox.
//!
//! `guest [--link FD[,FD]] [--workspace DIR] [--memory-events FD|find]
//! [--standby PID,STDIN,STDOUT,STDERR,CONTROL]`, or `guest --nursery`
//!
//! It speaks the protocol of the library over one descriptor (3 unless told otherwise), or reads from
//! the first of two and writes to the second. It is usually pid 1 of a pid namespace; as an ordinary
//! process it works too, as a subreaper. It trusts neither the programs it starts nor the bytes on its
//! link, prints nothing, and ends with its link. It may be born with a standby; see [`standby`]. It may
//! be a copy of a guest that was started only to be copied; see [`nursery`].

mod account;
mod cpu;
mod fence;
mod files;
mod kernel;
mod link;
mod memory;
mod network;
mod nursery;
mod program;
mod signals;
mod spawn;
mod standby;
mod stream;
mod supervisor;
mod tree;
mod turn;

use std::{ffi::OsString, os::fd::IntoRawFd, path::PathBuf, process::ExitCode};

use guest::END;
use rustix::process::{DumpableBehavior, Resource, Rlimit};

use crate::{
    files::Files, link::Link, memory::MemoryKills, standby::Standby, supervisor::Supervisor,
};

/// Exit code when the guest cannot begin; 64 is `EX_USAGE` of sysexits.h.
const CANNOT_BEGIN: u8 = 64;
/// Exit code after the host broke the protocol; `EX_PROTOCOL`.
const PROTOCOL: u8 = 76;

struct Options {
    link: (i32, Option<i32>),
    workspace: PathBuf,
    memory_events: MemoryEvents,
    standby: Option<Inborn>,
}

impl Options {
    fn of_a_copy(beginning: nursery::Beginning) -> Self {
        let nursery::Beginning { link, memory_events } = beginning;
        Self {
            link: (link.into_raw_fd(), None),
            workspace: PathBuf::from("/tmp"),
            memory_events: memory_events
                .map_or(MemoryEvents::Nowhere, |it| MemoryEvents::Descriptor(it.into_raw_fd())),
            standby: None,
        }
    }
}

/// A child that is there before us, and our ends of its descriptors.
#[derive(Clone, Copy)]
struct Inborn {
    pid: i32,
    descriptors: [i32; 4],
}

/// Where kills for lack of memory are counted.
enum MemoryEvents {
    Nowhere,
    Descriptor(i32),
    /// In the control group that is mounted here, if one is.
    Find,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).peekable();
    let options = if arguments.next_if(|it| it == "--nursery").is_some() {
        nursery::serve().map(Options::of_a_copy)
    } else {
        options(arguments)
    };
    let Some(supervisor) = options.and_then(|it| begin(&it).ok()) else {
        return ExitCode::from(CANNOT_BEGIN);
    };
    match supervisor.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(PROTOCOL),
    }
}

fn options(mut arguments: impl Iterator<Item = OsString>) -> Option<Options> {
    let mut options = Options {
        link: (3, None),
        workspace: PathBuf::from("/tmp"),
        memory_events: MemoryEvents::Nowhere,
        standby: None,
    };
    while let Some(name) = arguments.next() {
        let value = arguments.next()?;
        match name.to_str()? {
            "--link" => options.link = link(value.to_str()?)?,
            "--workspace" => options.workspace = value.into(),
            "--memory-events" if value == "find" => options.memory_events = MemoryEvents::Find,
            "--memory-events" => {
                options.memory_events = MemoryEvents::Descriptor(value.to_str()?.parse().ok()?);
            }
            "--standby" => options.standby = Some(inborn(value.to_str()?)?),
            _ => return None,
        }
    }
    Some(options)
}

fn inborn(value: &str) -> Option<Inborn> {
    let numbers: Vec<i32> = value.split(',').map(|it| it.parse().ok()).collect::<Option<_>>()?;
    let (pid, descriptors) = numbers.split_first()?;
    Some(Inborn { pid: *pid, descriptors: descriptors.try_into().ok()? })
}

fn link(value: &str) -> Option<(i32, Option<i32>)> {
    match value.split_once(',') {
        None => Some((value.parse().ok()?, None)),
        Some((from_host, to_host)) => Some((from_host.parse().ok()?, Some(to_host.parse().ok()?))),
    }
}

fn begin(options: &Options) -> std::io::Result<Supervisor> {
    kernel::silence_signals();
    let (from_host, to_host) = options.link;
    let memory_events = match options.memory_events {
        MemoryEvents::Descriptor(fd) => Some(fd),
        MemoryEvents::Nowhere | MemoryEvents::Find => None,
    };
    let [stdin, stdout, stderr, control] =
        options.standby.map_or([None; 4], |it| it.descriptors.map(Some));
    let [from_host, to_host, memory_events, stdin, stdout, stderr, control] =
        kernel::adopt([Some(from_host), to_host, memory_events, stdin, stdout, stderr, control])?;
    let from_host = from_host.expect("asked for, so adopted");
    for fd in [Some(&from_host), to_host.as_ref()].into_iter().flatten() {
        rustix::io::ioctl_fionbio(fd, true)?;
    }
    let memory_kills = match options.memory_events {
        MemoryEvents::Find => MemoryKills::of_mounted_group(),
        MemoryEvents::Nowhere | MemoryEvents::Descriptor(_) => MemoryKills::new(memory_events),
    };
    // Programs must not read the memory or the descriptors of the process that judges them.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let signals = if rustix::process::getpid().is_init() {
        // Programs may send anything to pid 1; only the ends of children matter.
        kernel::signal_fd(&[libc::SIGCHLD, END])?
    } else {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        let stops = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP];
        kernel::signal_fd(&[[libc::SIGCHLD, END].as_slice(), &stops].concat())?
    };
    // Each program takes up to three descriptors.
    let open_files = rustix::process::getrlimit(Resource::Nofile);
    let most = Rlimit { current: open_files.maximum, maximum: open_files.maximum };
    rustix::process::setrlimit(Resource::Nofile, most)?;
    let files = Files::open(&options.workspace)?;
    let mut supervisor =
        Supervisor::new(Link::new(from_host, to_host), signals, files, memory_kills);
    if let (Some(Inborn { pid, .. }), Some(stdin), Some(stdout), Some(stderr), Some(control)) =
        (options.standby, stdin, stdout, stderr, control)
    {
        supervisor.adopt(Standby::inborn(pid, [stdin, stdout, stderr], control)?);
    }
    Ok(supervisor)
}
