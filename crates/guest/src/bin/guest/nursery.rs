//! A guest that serves nobody, and copies itself into sandboxes.
//!
//! ```text
//! launcher ── plan, then an order for each copy ──▶ nursery ── clone3 ──▶ first process of a sandbox
//!          ◀── its pidfd, or why there is none ───                            │ waits to be wanted
//!          ── what it is wanted for, and the link ───────────────────────────▶┴─▶ guest
//! ```
//!
//! A copy is a guest without having been executed, loaded and relocated again: the memory that it
//! starts from is that of a program which has just begun. It has seen plans and orders alone, and
//! those say nothing of programs or their users. The launcher says what the words mean and in what
//! namespaces all this happens; see its module `zygote`.
//!
//! What the copies of one nursery have in common is the addresses of the guest's memory.

#![expect(unsafe_code, reason = "the plan is a list of system calls")]

use std::{
    io::{IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::fd::{AsFd, FromRawFd, OwnedFd},
    ptr,
};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
        SendAncillaryMessage, SendFlags, recvmsg, send, sendmsg,
    },
    pipe::PipeFlags,
};

mod networks;
mod plan;

use networks::Networks;
use plan::{Plan, Variables};

/// Where the launcher's packets come from.
const LAUNCHER: i32 = 3;
/// The largest packet that a launcher sends.
const MAX_PACKET: usize = 64 * 1024;
const MAX_DESCRIPTORS: usize = 64;

/// What a copy has when it begins to be a guest.
pub(crate) struct Beginning {
    pub(crate) link: OwnedFd,
    pub(crate) memory_events: Option<OwnedFd>,
}

/// A step that failed; its name is for people.
struct Failed {
    step: Vec<u8>,
    errno: Errno,
}

fn failed(step: &str) -> impl Fn(Errno) -> Failed {
    move |errno| Failed { step: step.as_bytes().to_vec(), errno }
}

/// Serves the launcher until it is gone. Returns in each copy, which is a sandbox by then; `None` means
/// that there is nothing more to do.
pub(crate) fn serve() -> Option<Beginning> {
    // SAFETY: the launcher left its socket there, and nobody else in this process owns it.
    let launcher = unsafe { OwnedFd::from_raw_fd(LAUNCHER) };
    // The kernel reaps what has ended.
    // SAFETY: SIG_IGN is no handler.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    let mut buffer = vec![0; MAX_PACKET];
    let (length, _) = receive(&launcher, &mut buffer).ok().filter(|it| it.0 > 0)?;
    let mut plan = Plan::parse(&buffer[..length])?;
    let mut networks = Networks::new().ok()?;
    loop {
        let (length, descriptors) = receive(&launcher, &mut buffer).ok().filter(|it| it.0 > 0)?;
        let order = Variables::parse(&buffer[..length]);
        let copied =
            networks.enter(&order, &mut plan.network).and_then(|()| copy(&launcher, &order));
        if !matches!(copied, Ok(Copy::Here(_))) {
            // In the network of another it must not stay.
            networks.leave().ok()?;
        }
        match copied {
            Ok(Copy::Here(gate)) => {
                drop((launcher, networks));
                return be_born(&mut plan, &order, descriptors, &gate, &mut buffer);
            }
            Ok(Copy::There) => {}
            Err(Failed { step, errno }) => {
                let number = String::from_utf8_lossy(order.text("number")).into_owned();
                let step = String::from_utf8_lossy(&step).into_owned();
                let words = format!("{number}\t{}\t{step}", errno.raw_os_error());
                // A launcher that is gone wants no copies.
                send(&launcher, words.as_bytes(), SendFlags::NOSIGNAL).ok()?;
            }
        }
    }
}

enum Copy {
    /// This is the copy; it may go on when there is a byte to read.
    Here(OwnedFd),
    There,
}

/// Copies this process into namespaces of its own, maps its users and tells the launcher.
fn copy(launcher: &OwnedFd, order: &Variables) -> Result<Copy, Failed> {
    let (gate, opens) =
        rustix::pipe::pipe_with(PipeFlags::CLOEXEC).map_err(failed("make a pipe"))?;
    let mut pidfd: libc::c_int = -1;
    // SAFETY: clone_args is a plain struct of integers, for which zero means "not used".
    let mut arguments: libc::clone_args = unsafe { std::mem::zeroed() };
    arguments.flags = order.number("namespaces");
    arguments.pidfd = ptr::from_mut(&mut pidfd) as u64;
    arguments.exit_signal = u64::from(libc::SIGCHLD.cast_unsigned());
    // SAFETY: without CLONE_VM the copy has memory and stack of its own, as after fork; this process has
    // one thread, so nobody holds a lock now; `arguments` and `pidfd` outlive the call.
    let pid = unsafe {
        libc::syscall(libc::SYS_clone3, &raw const arguments, size_of::<libc::clone_args>())
    };
    if pid == 0 {
        return Ok(Copy::Here(gate));
    }
    if pid < 0 {
        return Err(failed("start a process in new namespaces")(last_errno()));
    }
    // SAFETY: the kernel just stored a new descriptor here, which nobody else owns.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    let told = map_users(pid, order)
        .and_then(|()| rustix::io::write(&opens, b"m").map(drop))
        .map_err(failed("map the user"))
        .and_then(|()| answer(launcher, order, &pidfd).map_err(failed("answer")));
    if told.is_err() {
        rustix::process::pidfd_send_signal(&pidfd, rustix::process::Signal::KILL).ok();
    }
    told.map(|()| Copy::There)
}

fn map_users(pid: i64, order: &Variables) -> Result<(), Errno> {
    let write = |file: &str, text: &[u8]| {
        let path = format!("/proc/{pid}/{file}");
        let file = rustix::fs::open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
        rustix::io::write(file, text).map(drop)
    };
    if order.text("groups") == b"deny" {
        write("setgroups", b"deny")?;
    }
    write("uid_map", order.text("users"))?;
    write("gid_map", order.text("users"))
}

fn answer(launcher: &OwnedFd, order: &Variables, pidfd: &OwnedFd) -> Result<(), Errno> {
    let mut words = order.text("number").to_vec();
    words.extend(b"\t0\t");
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut rights = SendAncillaryBuffer::new(&mut space);
    let pidfd = [pidfd.as_fd()];
    if !rights.push(SendAncillaryMessage::ScmRights(&pidfd)) {
        return Err(Errno::INVAL);
    }
    sendmsg(launcher, &[IoSlice::new(&words)], &mut rights, SendFlags::NOSIGNAL).map(drop)
}

/// What the copy does until it is a guest. The descriptors lead to the launcher, to the count of memory
/// events if the order says so, and into the control groups.
fn be_born(
    plan: &mut Plan,
    order: &Variables,
    descriptors: Vec<OwnedFd>,
    gate: &OwnedFd,
    buffer: &mut [u8],
) -> Option<Beginning> {
    let mut descriptors = descriptors.into_iter();
    let control = descriptors.next()?;
    let memory_events = (order.text("events") == b"1").then(|| descriptors.next()).flatten();
    let doors = descriptors.collect();
    // A nursery that failed to map our users has not opened it.
    if rustix::io::read(gate, &mut [0; 1]) != Ok(1) {
        return None;
    }
    match set_up(plan, order, &control, doors, buffer) {
        Ok(link) => Some(Beginning { link: link?, memory_events }),
        Err(Failed { step, errno }) => {
            let mut words = errno.raw_os_error().to_le_bytes().to_vec();
            words.extend(step);
            // If it cannot be told, the launcher sees us end without a guest.
            send(&control, &words, SendFlags::NOSIGNAL).ok();
            None
        }
    }
}

/// Gives the link; `None` if nobody will ever want this copy.
fn set_up(
    plan: &mut Plan,
    order: &Variables,
    control: &OwnedFd,
    doors: Vec<OwnedFd>,
    buffer: &mut [u8],
) -> Result<Option<OwnedFd>, Failed> {
    for door in doors {
        rustix::io::write(&door, b"0").map_err(failed("enter the control group"))?;
    }
    plan.birth.carry_out(order)?;
    let (length, links) = receive(control, buffer).map_err(failed("receive the order"))?;
    if length == 0 {
        return Ok(None);
    }
    let link = links.into_iter().next();
    let link = link.ok_or(Errno::BADF).map_err(failed("receive the link"))?;
    plan.calling.carry_out(&Variables::parse(&buffer[..length]))?;
    Ok(Some(link))
}

fn receive(socket: &OwnedFd, buffer: &mut [u8]) -> Result<(usize, Vec<OwnedFd>), Errno> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut rights = RecvAncillaryBuffer::new(&mut space);
    let mut parts = [IoSliceMut::new(buffer)];
    let received = recvmsg(socket, &mut parts, &mut rights, RecvFlags::CMSG_CLOEXEC)?;
    let mut descriptors = Vec::new();
    for message in rights.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.extend(rights);
        }
    }
    Ok((received.bytes, descriptors))
}

fn last_errno() -> Errno {
    Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO)
}
