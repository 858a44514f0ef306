//! The launcher's loop: one thread, one epoll, no timer while there is nothing to wait for.
//!
//! What a turn costs depends on what happened, not on how many sandboxes live.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, epoll, poll},
    io::Errno,
    process::geteuid,
    thread::set_name,
    time::Timespec,
};

use crate::{
    cgroup::Cgroups,
    child::Mould,
    host::Blueprint,
    landlock::Landlock,
    message::{CgroupSource, Failure, Network, Reply, Request},
    packet::{self, PacketError},
    sandboxes::{Happening, Making, Sandboxes, Wanted},
    seccomp::{self, Files},
    syscalls::{self, OneThread, Signals, Wait},
    zygote::Kind,
};

/// How long the server must be quiet before a spare is made: its program should have the CPU first.
const QUIET: Duration = Duration::from_millis(4);
/// How often to retry the removal of a control group that a dying process still holds.
const RETRY: Duration = Duration::from_millis(2);
/// How often to look whether a paused sandbox stands still; the kernel takes some 0.3 ms for that.
const LOOK: Duration = Duration::from_micros(100);
/// After so long without a request, control groups that nobody will soon want are removed.
const REST: Duration = Duration::from_millis(500);
/// Happenings of one turn; others wait for the next.
const AT_ONCE: usize = 64;
/// When to give up on control groups at the end; the next launcher removes them.
const PATIENCE: Duration = Duration::from_secs(2);

/// The launcher could not begin, or lost the server in the middle of a packet.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Packet(#[from] PacketError),
    #[error("first request is not a hello with a guest")]
    NoHello,
    #[error("host cannot be described: {0}")]
    Host(#[source] io::Error),
    #[error("{0}")]
    Kernel(#[from] Errno),
}

/// Serves one server until its socket closes, then ends every sandbox.
pub fn serve(socket: &OwnedFd) -> Result<(), ServeError> {
    syscalls::stop_signals(Signals::Block).map_err(ServeError::Host)?;
    // Out of the terminal's reach: whoever presses Ctrl-C talks to the server. Fails for a leader
    // of a group, who is out of reach already.
    let _already_out_of_reach = rustix::process::setsid();
    set_name(c"runbook-launch")?;
    let Some((Request::Hello { spares, cgroups }, descriptors)) = packet::receive(socket)? else {
        return Err(ServeError::NoHello);
    };
    let guest = descriptors.into_iter().next().ok_or(ServeError::NoHello)?;
    // Whoever wants one sandbox and ends has no use for a nursery.
    let making = if spares > 0 { Making::ByCopying } else { Making::Afresh };
    let sandboxes = prepare(&cgroups, guest, making)?;
    let mut server = Server { sandboxes, spares: spares as usize };
    let ready = Reply::Ready(server.sandboxes.enforcement().clone());
    packet::send(socket, &ready, &[])?;
    let served = server.run(socket);
    server.finish();
    served
}

fn prepare(
    cgroups: &CgroupSource,
    guest: OwnedFd,
    making: Making,
) -> Result<Sandboxes, ServeError> {
    let blueprint = |network| Blueprint::of_this_host(network).map_err(ServeError::Host);
    let mould = Mould {
        blueprint: blueprint(Network::Own)?,
        exposed: blueprint(Network::Host)?,
        filter: seccomp::program(Files::Own),
        filter_of_sharers: seccomp::program(Files::Shared),
        landlock: Landlock::of_this_kernel(),
        guest,
        one_thread: OneThread::check().map_err(ServeError::Host)?,
        drops_groups: geteuid().is_root(),
    };
    Ok(Sandboxes::new(mould, Cgroups::new(cgroups), making)?)
}

#[derive(Debug)]
struct Server {
    sandboxes: Sandboxes,
    /// How many spares to keep.
    spares: usize,
}

impl Server {
    fn run(&mut self, socket: &OwnedFd) -> Result<(), ServeError> {
        self.sandboxes.watch(Happening::Request, socket.as_fd())?;
        let mut quiet_since = Instant::now();
        loop {
            let wants_spare = self.sandboxes.want_spare(self.spares);
            let timeout = if self.sandboxes.some_are_pausing() {
                Some(LOOK)
            } else if self.sandboxes.some_are_leaving() {
                Some(RETRY)
            } else if wants_spare {
                Some(QUIET.saturating_sub(quiet_since.elapsed()))
            } else {
                let may_rest = self.sandboxes.has_idle_groups();
                may_rest.then(|| REST.saturating_sub(quiet_since.elapsed()))
            };
            for happening in self.wait(timeout)? {
                match happening {
                    Happening::Request => {
                        quiet_since = Instant::now();
                        if !self.obey(socket)? {
                            return Ok(());
                        }
                    }
                    Happening::Word { number } => {
                        if let Some(reply) = self.sandboxes.hear(number) {
                            packet::send(socket, &reply, &[])?;
                            quiet_since = Instant::now();
                        }
                    }
                    Happening::End { number } => {
                        if let Some(reply) = self.sandboxes.hear(number) {
                            packet::send(socket, &reply, &[])?;
                        }
                        self.sandboxes.reap(number, Wait::Never);
                    }
                }
            }
            let settled = self.sandboxes.settle();
            for reply in settled.into_iter().chain(self.sandboxes.sweep()) {
                packet::send(socket, &reply, &[])?;
            }
            if wants_spare && quiet_since.elapsed() >= QUIET {
                // A failure shows again, with somebody to tell, at the next start.
                drop(self.sandboxes.add_spare());
            } else if quiet_since.elapsed() >= REST && self.sandboxes.has_idle_groups() {
                self.sandboxes.trim_groups();
            }
        }
    }

    fn wait(&self, timeout: Option<Duration>) -> Result<Vec<Happening>, Errno> {
        let events = self.sandboxes.events();
        let timeout = timeout.map(|it| Timespec {
            tv_sec: it.as_secs().cast_signed(),
            tv_nsec: it.subsec_nanos().into(),
        });
        // Asked by `poll`, whose clock is finer than the milliseconds of epoll.
        match poll(&mut [PollFd::from_borrowed_fd(events, PollFlags::IN)], timeout.as_ref()) {
            Ok(0) | Err(Errno::INTR) => return Ok(Vec::new()),
            other => other?,
        };
        let mut found = Vec::with_capacity(AT_ONCE);
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        epoll::wait(events, rustix::buffer::spare_capacity(&mut found), Some(&now))?;
        let mut happenings: Vec<_> = found.iter().map(|it| Happening::from_data(it.data)).collect();
        happenings.sort_unstable();
        Ok(happenings)
    }

    /// Says whether the server is still there.
    fn obey(&mut self, socket: &OwnedFd) -> Result<bool, ServeError> {
        let Some((request, descriptors)) = packet::receive(socket)? else { return Ok(false) };
        match request {
            Request::Start {
                id,
                limits,
                toolchains,
                mounts,
                system,
                root,
                network,
                interpreter,
            } => {
                let link = descriptors.into_iter().next();
                let missing =
                    || Failure { step: "receive the link".to_owned(), errno: libc::EBADF };
                let started = link.ok_or_else(missing).and_then(|link| match interpreter {
                    Some(interpreter) => {
                        let usual = (system, root) == (crate::System::Host, crate::Root::ReadOnly)
                            && mounts.is_empty();
                        let kind = Kind { interpreter: Some(*interpreter), toolchains };
                        let kind = usual.then_some((kind, network));
                        self.sandboxes.clone_one(id, &limits, kind, &link)
                    }
                    None => {
                        let (limits, toolchains, system) = (&limits, &toolchains, &system);
                        let wanted =
                            Wanted { limits, toolchains, mounts: &mounts, network, system, root };
                        self.sandboxes.start(id, wanted, link)
                    }
                });
                if let Err(failure) = started {
                    packet::send(socket, &Reply::Failed { id, failure }, &[])?;
                }
            }
            Request::Kill { id } => self.sandboxes.kill(id),
            Request::Act { call, id, action } => {
                if let Some(reply) = self.sandboxes.act(call, id, action) {
                    packet::send(socket, &reply, &[])?;
                }
            }
            Request::Hello { .. } => return Err(ServeError::NoHello),
        }
        Ok(true)
    }

    fn finish(&mut self) {
        self.sandboxes.end();
        let started = Instant::now();
        while self.sandboxes.some_are_leaving() && started.elapsed() < PATIENCE {
            self.sandboxes.sweep();
            std::thread::sleep(RETRY);
        }
    }
}
