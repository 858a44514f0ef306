//! The launcher's loop: one thread, one `poll`, no timer while there is nothing to wait for.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, poll},
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
    sandboxes::{Sandboxes, Wanted},
    seccomp,
    syscalls::{self, OneThread, Signals, Wait},
};

/// How long the server must be quiet before a spare is made: its program should have the CPU first.
const QUIET: Duration = Duration::from_millis(4);
/// How often to retry the removal of a control group that a dying process still holds.
const RETRY: Duration = Duration::from_millis(2);
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
    let Some((Request::Hello { spares, cgroups, network }, descriptors)) = packet::receive(socket)?
    else {
        return Err(ServeError::NoHello);
    };
    let guest = descriptors.into_iter().next().ok_or(ServeError::NoHello)?;
    let mut server =
        Server { sandboxes: prepare(&cgroups, network, guest)?, spares: spares as usize };
    let ready = Reply::Ready(server.sandboxes.enforcement().clone());
    packet::send(socket, &ready, &[])?;
    let served = server.run(socket);
    server.finish();
    served
}

fn prepare(
    cgroups: &CgroupSource,
    network: Network,
    guest: OwnedFd,
) -> Result<Sandboxes, ServeError> {
    let mould = Mould {
        blueprint: Blueprint::of_this_host(network).map_err(ServeError::Host)?,
        network,
        filter: seccomp::program(),
        landlock: Landlock::of_this_kernel(),
        guest,
        one_thread: OneThread::check().map_err(ServeError::Host)?,
        drops_groups: geteuid().is_root(),
    };
    Ok(Sandboxes::new(mould, Cgroups::new(cgroups)))
}

#[derive(Debug)]
struct Server {
    sandboxes: Sandboxes,
    /// How many spares to keep.
    spares: usize,
}

/// Something that `poll` found.
#[derive(Debug)]
enum Happening {
    Request,
    Word { number: u64 },
    End { number: u64 },
}

impl Server {
    fn run(&mut self, socket: &OwnedFd) -> Result<(), ServeError> {
        let mut quiet_since = Instant::now();
        loop {
            let wants_spare = self.sandboxes.want_spare(self.spares);
            let timeout = if self.sandboxes.some_are_leaving() {
                Some(RETRY)
            } else {
                wants_spare.then(|| QUIET.saturating_sub(quiet_since.elapsed()))
            };
            for happening in self.wait(socket.as_fd(), timeout)? {
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
                    Happening::End { number } => self.sandboxes.reap(number, Wait::Never),
                }
            }
            for reply in self.sandboxes.sweep() {
                packet::send(socket, &reply, &[])?;
            }
            if wants_spare && quiet_since.elapsed() >= QUIET {
                // A failure shows again, with somebody to tell, at the next start.
                drop(self.sandboxes.add_spare());
            }
        }
    }

    fn wait(
        &self,
        socket: BorrowedFd<'_>,
        timeout: Option<Duration>,
    ) -> Result<Vec<Happening>, Errno> {
        let mut what = vec![Happening::Request];
        let mut polled = vec![PollFd::from_borrowed_fd(socket, PollFlags::IN)];
        for sandbox in self.sandboxes.watched() {
            // First the word, then the end: a failure must be read before its sender is reaped.
            if let Some(control) = sandbox.control {
                what.push(Happening::Word { number: sandbox.number });
                polled.push(PollFd::from_borrowed_fd(control, PollFlags::IN));
            }
            what.push(Happening::End { number: sandbox.number });
            polled.push(PollFd::from_borrowed_fd(sandbox.process, PollFlags::IN));
        }
        let timeout = timeout.map(|it| Timespec {
            tv_sec: it.as_secs().cast_signed(),
            tv_nsec: it.subsec_nanos().into(),
        });
        match poll(&mut polled, timeout.as_ref()) {
            Err(Errno::INTR) => return Ok(Vec::new()),
            other => other?,
        };
        let happened = what.into_iter().zip(polled).filter(|(_, it)| !it.revents().is_empty());
        Ok(happened.map(|(what, _)| what).collect())
    }

    /// Says whether the server is still there.
    fn obey(&mut self, socket: &OwnedFd) -> Result<bool, ServeError> {
        let Some((request, descriptors)) = packet::receive(socket)? else { return Ok(false) };
        match request {
            Request::Start { id, limits, toolchains, system, root } => {
                let link = descriptors.into_iter().next();
                let missing =
                    || Failure { step: "receive the link".to_owned(), errno: libc::EBADF };
                let started = link.ok_or_else(missing).and_then(|link| {
                    let wanted =
                        Wanted { limits: &limits, toolchains: &toolchains, system: &system, root };
                    self.sandboxes.start(id, wanted, link)
                });
                if let Err(failure) = started {
                    packet::send(socket, &Reply::Failed { id, failure }, &[])?;
                }
            }
            Request::Kill { id } => self.sandboxes.kill(id),
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
