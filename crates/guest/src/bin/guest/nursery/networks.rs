//! The networks that copies are born into, each of which one copy has to itself while it lives.
//!
//! To make and remove one takes the kernel as long as all else about a sandbox. So those are kept in which
//! nobody used a socket: the launcher says in which nobody is any more, and what the kernel counts and
//! lists of them says the rest. What was used is replaced by a new one.

#![expect(unsafe_code, reason = "a process moves between networks by system calls")]

use std::os::fd::{AsFd, OwnedFd};

use rustix::{
    buffer::spare_capacity,
    fs::{Mode, OFlags},
    io::Errno,
    thread::{LinkNameSpaceType, move_into_link_name_space},
};

use super::{
    Failed, failed, last_errno,
    plan::{Steps, Variables},
};

/// As many as the launcher has numbers for.
const MOST: usize = 32;

/// Every use leaves a trace in one of these: packets are counted, whether they got anywhere or not, what
/// outlives its socket is listed, and whoever has a socket is counted too. The last counts for its first
/// line alone: the others tell of the whole machine.
const TRACES: [&str; 5] = ["dev", "snmp", "snmp6", "ip6_flowlabel", "sockstat"];
/// They are some 4 kB.
const ROOM: usize = 16 * 1024;

pub(super) struct Networks {
    /// That of the nursery itself.
    own: OwnedFd,
    kept: [Option<Network>; MOST],
    /// What the traces are in a new one.
    unused: Vec<u8>,
    found: Vec<u8>,
}

struct Network {
    namespace: OwnedFd,
    /// Absent where the kernel has no such.
    traces: [Option<OwnedFd>; TRACES.len()],
}

impl Networks {
    pub(super) fn new() -> Result<Self, Errno> {
        let (kept, unused, found) = ([const { None }; MOST], Vec::new(), Vec::new());
        Ok(Self { own: open("/proc/self/ns/net")?, kept, unused, found })
    }

    /// Enters the network that an order names, or a new one.
    pub(super) fn enter(&mut self, order: &Variables, plan: &mut Steps) -> Result<(), Failed> {
        let number = usize::try_from(order.number("network")).unwrap_or(usize::MAX);
        if let Some(kept) = self.kept.get(number).and_then(Option::as_ref) {
            go(&kept.namespace).map_err(failed("enter a network"))?;
            kept.look_for_traces(&mut self.found);
            if self.found == self.unused && self.found.len() < ROOM {
                return Ok(());
            }
        }
        // SAFETY: moves this process, which has one thread, and touches no memory.
        if unsafe { libc::unshare(libc::CLONE_NEWNET) } < 0 {
            return Err(failed("make a network")(last_errno()));
        }
        plan.carry_out(order)?;
        if let Some(place) = self.kept.get_mut(number) {
            let kept = place.insert(Network::current().map_err(failed("keep a network"))?);
            if self.unused.is_empty() {
                kept.look_for_traces(&mut self.unused);
            }
        }
        Ok(())
    }

    /// Goes back to the nursery's own.
    pub(super) fn leave(&self) -> Result<(), Errno> {
        go(&self.own)
    }
}

impl Network {
    fn current() -> Result<Self, Errno> {
        let traces = TRACES.map(|it| open(&format!("/proc/self/net/{it}")).ok());
        Ok(Self { namespace: open("/proc/self/ns/net")?, traces })
    }

    fn look_for_traces(&self, found: &mut Vec<u8>) {
        found.clear();
        found.reserve(ROOM);
        for trace in self.traces.iter().flatten() {
            let begin = found.len();
            while found.len() < ROOM {
                let offset = (found.len() - begin) as u64;
                match rustix::io::pread(trace, spare_capacity(found), offset) {
                    Ok(0) | Err(_) => break,
                    Ok(_) => {}
                }
            }
            let [.., sockets] = &self.traces;
            let is_last = sockets.as_ref().is_some_and(|it| std::ptr::eq(it, trace));
            if is_last && let Some(line) = found[begin..].iter().position(|it| *it == b'\n') {
                found.truncate(begin + line);
            }
        }
    }
}

fn open(path: &str) -> Result<OwnedFd, Errno> {
    rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
}

fn go(network: &OwnedFd) -> Result<(), Errno> {
    move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))
}
