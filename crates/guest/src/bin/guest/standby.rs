//! Interpreters that were started ahead of the program they will run.
//!
//! ```text
//!  Booting ── its byte on the control socket ──▶ Ready ── Start ──▶ a program like any other
//!     └─────────── ended, wrote output, or said something else ─────▶ Failed
//! ```
//!
//! A standby has pipes for its three streams from the beginning, and two more descriptors:
//!
//! | descriptor | is | until |
//! | --- | --- | --- |
//! | 3 | one end of a stream socket, the control | the program's code runs |
//! | 4 | a file with the attachment of its `Prepare`; the inborn one has none | it is booted |
//!
//! It writes one byte to the control once it is booted. The answer is one order and the end of the
//! stream: a line `null N` or `pipe N`, where `null` asks that standard input be replaced by
//! `/dev/null`, and then N bytes of strings that each end with NUL: the working directory, the number
//! of arguments, the arguments, then the environment as `NAME=VALUE`. The end of the stream without
//! an order means that nobody needs it.
//!
//! One that is *kept* gets one order after another, and runs each program within its own process; see
//! [`turn`](crate::turn). Between two programs its outputs are not read: what background threads and
//! processes print then is found by the next.
//!
//! Limits cannot be changed from outside, since the system call filter allows no process to change
//! another's. So a standby starts with the limits of its program, the mark of its tree among them.
//!
//! # The end of a program that was one
//!
//! Its process may send [`END`](guest::END) to the guest, its parent, instead of exiting with code 0, and
//! then wait to be killed. It must have written all it had to write. So nobody waits while the kernel
//! frees its memory. The kernel names the sender, and only a program's first process is believed: what
//! it can bring about is that itself ends with 0, and all its tree with it, as by exiting. A wait of
//! some milliseconds is enough; whoever is not killed by then should exit, since the word may be lost.
//!
//! # A guest that is born with a standby
//!
//! `--standby PID,STDIN,STDOUT,STDERR,CONTROL` names a child of the guest's process, as its pid
//! namespace numbers it, and the guest's ends of its descriptors. It is [`INBORN`] to the host. Who
//! forks it sees to what the guest does for others: that it leads a session, holds descriptors 0 to 3
//! and no others, has default signal actions and none blocked, has no core dumps, and has the hard and
//! soft limit of file locks (`RLIMIT_LOCKS`) at 2^40, the guest's first mark, before it says that it is
//! booted. The guest's own limit must stay as it was, or it could give no mark to other programs.
//! Further limits are read from the standby, and a program that asks for others starts plainly.

use std::{
    collections::BTreeMap,
    io::{IoSlice, Seek, Write},
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use guest::{Prepare, Rlimits, StandbyId, Start, Stdin};
use rustix::{
    fs::MemfdFlags,
    io::Errno,
    net::{
        AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags,
        SocketType,
    },
};

use crate::{
    account, kernel,
    spawn::{Image, SpawnError, Spawner, Streams},
    stream::{Ends, Input, Read},
    tree::Mark,
};

/// The number of the standby that a guest was born with.
const INBORN: StandbyId = StandbyId(0);

/// Standbys at a time; each takes four descriptors.
const MAX_STANDBYS: usize = 64;

/// Largest order. It must fit into the socket at once, since a standby that does not read must not
/// keep anybody waiting; the usual buffer takes 208 KiB.
const MAX_ORDER: usize = 96 * 1024;

/// What of a standby's unwanted words is reported, in bytes.
const REPORTED: usize = 300;

#[derive(Debug)]
pub(crate) struct Standby {
    id: StandbyId,
    pub(crate) pid: i32,
    pub(crate) mark: Mark,
    pub(crate) ends: Ends,
    control: OwnedFd,
    limits: Limits,
    /// Where it was started; the inborn one was somewhere.
    cwd: Option<String>,
    phase: Phase,
    is_kept: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Booting,
    Ready { boot_cpu_us: u64 },
}

/// What the standby's limits are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limits {
    AsPrepared(Rlimits),
    /// Whatever the process has.
    Inborn,
}

/// A descriptor of a standby that has something to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    Control,
    Stdout,
    Stderr,
}

/// What became of a standby that spoke.
#[derive(Debug)]
pub(crate) enum News {
    Nothing,
    Ready,
    Failed(String),
}

impl Standby {
    pub(crate) fn prepare(
        prepare: &Prepare,
        limits: Vec<(libc::__rlimit_resource_t, u64)>,
        mark: Mark,
        spawner: &mut Spawner,
    ) -> Result<Self, SpawnError> {
        let Prepare { executable, argv, env, cwd, .. } = prepare;
        let image = Image::of_executable(executable, argv, env, cwd, limits)?;
        let streams = |errno| SpawnError { step: guest::StartStep::Streams, errno };
        let mut ends = Ends::pipes(Stdin::Pipe).map_err(streams)?;
        if prepare.is_kept {
            // Each program brings its own.
            ends.input = None;
        }
        let (control, theirs) = sockets().map_err(streams)?;
        let attachment = file(&prepare.attachment.0).map_err(streams)?;
        let Some(Streams::Pipes { stdin: Some(stdin), stdout, stderr }) = ends.theirs() else {
            return Err(streams(Errno::BADF));
        };
        let (control_end, attachment) = (theirs.as_fd(), attachment.as_fd());
        let streams = Streams::Standby { stdin, stdout, stderr, control: control_end, attachment };
        let pid = spawner.spawn(&image, streams)?;
        ends.release_theirs();
        Ok(Self {
            id: prepare.standby,
            pid,
            mark,
            ends,
            control,
            limits: Limits::AsPrepared(prepare.rlimits),
            cwd: Some(cwd.clone()),
            phase: Phase::Booting,
            is_kept: prepare.is_kept,
        })
    }

    /// Takes over a child that was there before us, with our ends of its streams.
    pub(crate) fn inborn(
        pid: i32,
        streams: [OwnedFd; 3],
        control: OwnedFd,
    ) -> rustix::io::Result<Self> {
        let [stdin, stdout, stderr] = streams;
        let ends = Ends::of_ours(stdin, stdout, stderr)?;
        rustix::io::ioctl_fionbio(&control, true)?;
        Ok(Self {
            id: INBORN,
            pid,
            mark: Mark::first(),
            ends,
            control,
            limits: Limits::Inborn,
            cwd: None,
            phase: Phase::Booting,
            is_kept: false,
        })
    }

    /// What it says without having been given a program.
    fn hear(&mut self, speaks: Speaks) -> News {
        let mut said = [0; REPORTED];
        let (where_to, output) = match speaks {
            Speaks::Control => return self.hear_control(),
            Speaks::Stdout => ("standard output", Some(&mut self.ends.stdout)),
            Speaks::Stderr => ("standard error", self.ends.stderr.as_mut()),
        };
        match output.map_or(Read::End, |it| it.read(&mut said)) {
            Read::NothingNow => News::Nothing,
            Read::End => News::Failed(format!("it closed {where_to}")),
            Read::Bytes(count) => {
                let said = said[..count].escape_ascii();
                News::Failed(format!("it wrote to {where_to}: {said}"))
            }
        }
    }

    fn hear_control(&mut self) -> News {
        match (rustix::io::read(&self.control, &mut [0; 1]), self.phase) {
            (Err(Errno::AGAIN | Errno::INTR), _) => News::Nothing,
            (Ok(1), Phase::Booting) if Mark::of(self.pid) != Some(self.mark) => {
                News::Failed("it lacks its mark".to_owned())
            }
            (Ok(1), Phase::Booting) => {
                self.phase = Phase::Ready { boot_cpu_us: account::cpu_us(self.pid) };
                News::Ready
            }
            (Ok(_) | Err(_), _) => News::Failed("it broke off".to_owned()),
        }
    }

    /// Whether the program would find all that a plain start gives it.
    fn suits(&self, start: &Start) -> bool {
        let limits = match self.limits {
            Limits::AsPrepared(limits) => limits == start.rlimits,
            Limits::Inborn => {
                let is =
                    |(resource, value)| kernel::limits(self.pid, resource) == Some((value, value));
                asked(start.rlimits).all(is)
            }
        };
        // A directory that cannot be entered is reported by the plain start.
        let enters = self.cwd.as_ref() == Some(&start.cwd) || is_directory(&start.cwd);
        start.terminal.is_none() && limits && enters
    }

    /// Gives it its program, and says how much time it had used before.
    fn begin(&mut self, start: &Start) -> Option<u64> {
        let Phase::Ready { boot_cpu_us } = self.phase else { return None };
        if !self.suits(start) {
            return None;
        }
        let order = order(start)?;
        // One that is gone has closed its end.
        let sent = match start.stdin {
            Stdin::Pipe if self.is_kept => {
                let (input, theirs) = Input::open().ok()?;
                self.ends.input = Some(input);
                send_with(&self.control, &order, theirs.as_fd()).ok()?
            }
            Stdin::Pipe => rustix::net::send(&self.control, &order, SendFlags::NOSIGNAL).ok()?,
            Stdin::Null => {
                self.ends.input = None;
                rustix::net::send(&self.control, &order, SendFlags::NOSIGNAL).ok()?
            }
        };
        (sent == order.len()).then_some(boot_cpu_us)
    }

    /// What one of several programs reads and writes.
    pub(crate) fn lend(&mut self) -> Ends {
        let mut ends = Ends::again(&self.ends.stdout, self.ends.stderr.as_ref());
        ends.input = self.ends.input.take();
        ends
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept
    }

    pub(crate) fn id(&self) -> StandbyId {
        self.id
    }

    pub(crate) fn control(&self) -> &OwnedFd {
        &self.control
    }
}

/// The standbys of a guest.
#[derive(Debug, Default)]
pub(crate) struct Standbys(BTreeMap<StandbyId, Standby>);

impl Standbys {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MAX_STANDBYS
    }

    pub(crate) fn contains(&self, id: StandbyId) -> bool {
        self.0.contains_key(&id)
    }

    pub(crate) fn add(&mut self, standby: Standby) {
        self.0.insert(standby.id, standby);
    }

    /// Takes back a kept one, whose program has ended when it had used that many microseconds. It waits for the
    /// next.
    pub(crate) fn take_back(&mut self, mut standby: Standby, used_us: u64) {
        standby.phase = Phase::Ready { boot_cpu_us: used_us };
        self.add(standby);
    }

    pub(crate) fn marks(&self) -> impl Iterator<Item = Mark> {
        self.0.values().map(|it| it.mark)
    }

    /// Ends a standby; it is reaped like any child.
    pub(crate) fn discard(&mut self, id: StandbyId) {
        if let Some(standby) = self.0.remove(&id) {
            // Not reaped yet, so that the number is still its own.
            kernel::kill(standby.pid, libc::SIGKILL);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Makes a standby the program, if it can be: either way it is no standby any more.
    pub(crate) fn take(&mut self, id: StandbyId, start: &Start) -> Option<(Standby, u64)> {
        let standby = self.0.get_mut(&id)?;
        match standby.begin(start) {
            Some(boot_cpu_us) => Some((self.0.remove(&id)?, boot_cpu_us)),
            None => {
                self.discard(id);
                None
            }
        }
    }

    /// Everything a standby may speak through.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = (StandbyId, Speaks, BorrowedFd<'_>)> {
        self.0.iter().flat_map(|(&id, it)| {
            let is_heard = !it.is_kept || it.phase == Phase::Booting;
            let outputs = is_heard.then(|| {
                let stderr = it.ends.stderr.as_ref().map(|it| (id, Speaks::Stderr, it.fd()));
                [(id, Speaks::Stdout, it.ends.stdout.fd())].into_iter().chain(stderr)
            });
            let control = (id, Speaks::Control, it.control.as_fd());
            [control].into_iter().chain(outputs.into_iter().flatten())
        })
    }

    pub(crate) fn hear(&mut self, id: StandbyId, speaks: Speaks) -> News {
        let Some(standby) = self.0.get_mut(&id) else { return News::Nothing };
        let news = standby.hear(speaks);
        if matches!(news, News::Failed(_)) {
            self.discard(id);
        }
        news
    }

    /// Forgets the standby that was this process.
    pub(crate) fn ended(&mut self, pid: i32) -> Option<StandbyId> {
        let (&id, _) = self.0.iter().find(|(_, it)| it.pid == pid)?;
        self.0.remove(&id);
        Some(id)
    }
}

/// The limits a start asks for, as the kernel names them.
pub(crate) fn asked(asked: Rlimits) -> impl Iterator<Item = (libc::__rlimit_resource_t, u64)> {
    let asked = [
        (libc::RLIMIT_NOFILE, asked.open_files),
        (libc::RLIMIT_NPROC, asked.processes),
        (libc::RLIMIT_FSIZE, asked.file_bytes),
        (libc::RLIMIT_STACK, asked.stack_bytes),
        (libc::RLIMIT_AS, asked.address_space_bytes),
        (libc::RLIMIT_CPU, asked.cpu_seconds),
    ];
    asked.into_iter().filter_map(|(resource, value)| Some((resource, value?)))
}

fn is_directory(path: &str) -> bool {
    use rustix::fs::{Access, FileType, access, stat};
    let found = stat(path).is_ok_and(|it| FileType::from_raw_mode(it.st_mode).is_dir());
    found && access(path, Access::EXEC_OK).is_ok()
}

fn sockets() -> rustix::io::Result<(OwnedFd, OwnedFd)> {
    let (family, kind) = (AddressFamily::UNIX, SocketType::STREAM);
    let (ours, theirs) = rustix::net::socketpair(family, kind, SocketFlags::CLOEXEC, None)?;
    rustix::io::ioctl_fionbio(&ours, true)?;
    Ok((ours, theirs))
}

/// Sends bytes and with their first a descriptor.
fn send_with(socket: &OwnedFd, bytes: &[u8], fd: BorrowedFd<'_>) -> rustix::io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let descriptors = [fd];
    ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
    rustix::net::sendmsg(socket, &[IoSlice::new(bytes)], &mut ancillary, SendFlags::NOSIGNAL)
}

/// A file without a name: nothing appears in the workspace.
fn file(content: &[u8]) -> rustix::io::Result<OwnedFd> {
    let file = rustix::fs::memfd_create("standby", MemfdFlags::CLOEXEC)?;
    let mut file = std::fs::File::from(file);
    let written = file.write_all(content).and_then(|()| file.rewind());
    written.map_err(|it| Errno::from_io_error(&it).unwrap_or(Errno::IO))?;
    Ok(file.into())
}

/// `None` if it is too long, or holds what a plain start refuses.
fn order(start: &Start) -> Option<Vec<u8>> {
    let mut strings = Vec::with_capacity(1024);
    let mut add = |parts: &[&str]| {
        for part in parts {
            strings.extend_from_slice(part.as_bytes());
        }
        strings.push(0);
        !parts.iter().any(|it| it.contains('\0'))
    };
    let arguments = start.argv.len().to_string();
    let valid = add(&[&start.cwd])
        && add(&[&arguments])
        && start.argv.iter().all(|it| add(&[it]))
        && start.env.iter().all(|(name, value)| add(&[name, "=", value]));
    if !valid || strings.len() > MAX_ORDER {
        return None;
    }
    let stdin = match start.stdin {
        Stdin::Null => "null",
        Stdin::Pipe => "pipe",
    };
    let mut order = format!("{stdin} {}\n", strings.len()).into_bytes();
    order.append(&mut strings);
    Some(order)
}
