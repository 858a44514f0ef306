//! Sandboxes that a zygote makes.
//!
//! ```text
//! (ordered) ── the zygote's answer ──▶ Starting ──exec──▶ Running, and on like any other
//!     └─ refused, or the zygote ended ─▶ group removed ──▶ (gone)
//! ```

use std::{
    os::fd::{AsFd, OwnedFd},
    path::PathBuf,
};

use rustix::{
    event::epoll,
    net::{AddressFamily, RecvFlags, SocketFlags, SocketType, recv, socketpair},
};

use super::{
    HOST_USERS, Happening, Making, Own, Sandbox, Sandboxes, State, errno, failure, own_user,
};
use crate::{
    cgroup::Group,
    child::{self, Role, USER},
    host::outside_usr,
    limits::Limits,
    message::{Failure, Network, Reply},
    packet,
    pause::Pause,
    syscalls::Born,
    zygote::{self, Kind, Ordered, Word, plan},
};

impl Sandboxes {
    /// Has a sandbox made by a zygote, which is started if there is none yet.
    pub(crate) fn clone_one(
        &mut self,
        id: u64,
        limits: &Limits,
        kind: Option<(Kind, Network)>,
        link: &OwnedFd,
    ) -> Result<(), Failure> {
        // Clones have their zygote's root, and a network of their own.
        let kind = kind.filter(|it| it.1 == Network::Own).map(|it| it.0);
        let Some(kind) = kind.filter(|it| !self.zygotes.is_useless(it)) else {
            return Err(failure("start the zygote", errno(libc::ENOSYS)));
        };
        let parent = match self.zygotes.find(&kind) {
            Some(parent) => parent,
            None => self.add_zygote(kind)?,
        };
        let number = self.order_clone(parent, Some(id), Some((limits, link)))?;
        self.by_id.insert(id, number);
        Ok(())
    }

    /// Has a nursery make a sandbox that nobody has asked for yet. `None` where there can be no nursery,
    /// or it did not take the order.
    pub(super) fn order_copy(&mut self, toolchains: &[PathBuf]) -> Option<u64> {
        if self.making == Making::Afresh {
            return None;
        }
        let kind = Kind { interpreter: None, toolchains: outside_usr(toolchains) };
        if self.zygotes.is_useless(&kind) {
            return None;
        }
        let parent = match self.zygotes.find(&kind) {
            Some(parent) => parent,
            None => self.add_zygote(kind).ok()?,
        };
        self.order_clone(parent, None, None).ok()
    }

    /// Tells a copy what it is wanted for; it may still be about to be made.
    pub(super) fn call(
        &mut self,
        id: u64,
        number: u64,
        limits: &Limits,
        link: &OwnedFd,
    ) -> Result<(), Failure> {
        let calling = self.calling(limits).encode();
        let called = |group: &mut Group, control: Option<&OwnedFd>| {
            group.limit(limits).map_err(|it| failure("limit the control group", it))?;
            control
                .ok_or_else(|| errno(libc::ENOTCONN))
                .and_then(|it| packet::send_bytes(it, &calling, &[link.as_fd()]))
                .map_err(|it| failure("send the order", it))
        };
        let called = if let Some(sandbox) = self.all.get_mut(&number) {
            let called = called(&mut sandbox.group, sandbox.control.as_ref());
            sandbox.state = if called.is_ok() { State::Starting { id } } else { State::Failed };
            if called.is_err() {
                sandbox.kill();
            }
            called
        } else if let Some(ordered) = self.zygotes.ordered(number) {
            let called = called(&mut ordered.group, Some(&ordered.control));
            ordered.id = called.is_ok().then_some(id);
            ordered.is_wanted = called.is_ok();
            called
        } else {
            Err(failure("find a spare", errno(libc::ENOENT)))
        };
        if called.is_ok() {
            self.by_id.insert(id, number);
        }
        called
    }

    fn calling<'a>(&self, limits: &'a Limits) -> plan::Calling<'a> {
        plan::Calling { limits, data_bytes: self.data_bytes(limits) }
    }

    /// Orders a clone, and says at once what it is wanted for if that is known.
    fn order_clone(
        &mut self,
        parent: u64,
        id: Option<u64>,
        wanted: Option<(&Limits, &OwnedFd)>,
    ) -> Result<u64, Failure> {
        let number = self.free_number();
        let (control, other) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
                .map_err(|it| failure("make a socket", it))?;
        let mut group = self.cgroups.create().map_err(|it| failure("make a control group", it))?;
        let limited = match wanted {
            Some((limits, ..)) => group.limit(limits),
            None => Ok(()),
        };
        let network = self.zygotes.take_network(parent);
        let ordered = limited
            .map_err(|it| failure("limit the control group", it))
            .and_then(|()| self.send_birth((parent, network), number, &group, (&other, wanted)));
        self.users.insert(number % HOST_USERS);
        group.close_entrance();
        if let Err(failure) = ordered {
            self.abandoned.push((number, group));
            return Err(failure);
        }
        self.zygotes.order(
            parent,
            number,
            Ordered { id, control, group, network, is_wanted: true },
        );
        Ok(number)
    }

    fn send_birth(
        &self,
        (parent, network): (u64, Option<u64>),
        number: u64,
        group: &Group,
        (other, wanted): (&OwnedFd, Option<(&Limits, &OwnedFd)>),
    ) -> Result<(), Failure> {
        let doors = zygote::doors(group).map_err(|it| failure("open the control group", it))?;
        let birth = plan::Birth {
            number,
            user: if self.mould.drops_groups { own_user(number) } else { USER },
            network,
            has_memory_events: group.memory_events().is_some(),
            drops_groups: self.mould.drops_groups,
        };
        let mut descriptors = vec![other.as_fd()];
        let order = match wanted {
            None => birth.encode(),
            Some((limits, link)) => {
                descriptors.push(link.as_fd());
                plan::pack(&birth, &self.calling(limits))
            }
        };
        descriptors.extend(group.memory_events().map(AsFd::as_fd));
        descriptors.extend(doors.iter().map(AsFd::as_fd));
        let control = self.all.get(&parent).and_then(|it| it.control.as_ref());
        control
            .ok_or_else(|| errno(libc::ENOTCONN))
            .and_then(|it| packet::send_bytes(it, &order, &descriptors))
            .map_err(|it| failure("ask the zygote", it))
    }

    /// Starts a zygote. It boots while its first order waits in its socket.
    fn add_zygote(&mut self, kind: Kind) -> Result<u64, Failure> {
        let (number, other) = self.make(Role::Zygote, Own::default())?;
        match self.instruct(number, &other, &kind) {
            Ok(()) => self.zygotes.add(number, kind),
            Err(failure) => {
                self.end_zygote(number);
                return Err(failure);
            }
        }
        Ok(number)
    }

    /// Tells a newborn zygote what to be.
    fn instruct(&mut self, number: u64, other: &OwnedFd, kind: &Kind) -> Result<(), Failure> {
        let (order, trees) = self.write_order(&zygote::LIMITS, &kind.toolchains)?;
        let plan = plan::plan(&self.mould);
        let attachment = kind.interpreter.as_ref().map(zygote::attachment).transpose();
        let attachment = attachment.map_err(|it| failure("make the attachment", it))?;
        let attachments: Vec<_> = attachment.iter().map(AsFd::as_fd).collect();
        let code = kind.interpreter.as_ref().map(|_| zygote::machine_code()).transpose();
        let code = code.map_err(|it| failure("make the machine code", it))?;
        let code: Vec<_> = code.iter().map(AsFd::as_fd).collect();
        let invalid = || failure("write the zygote's command", errno(libc::EINVAL));
        let command = zygote::command(kind.interpreter.as_ref()).ok_or_else(invalid)?;
        let mut descriptors = vec![other.as_fd()];
        descriptors.extend(trees.iter().map(AsFd::as_fd));
        let gone = || failure("find the zygote", errno(libc::ENOTCONN));
        let sandbox = self.all.get_mut(&number).ok_or_else(gone)?;
        let control = sandbox.control.as_ref().ok_or_else(gone)?;
        let limited = sandbox.group.limit(&zygote::LIMITS);
        limited.map_err(|it| failure("limit the control group", it))?;
        packet::send_bytes(control, &order, &descriptors)
            .and_then(|()| packet::send_bytes(control, &command, &attachments))
            .and_then(|()| packet::send_bytes(control, &plan, &code))
            // From now on a zygote that does not listen must not hold us up.
            .and_then(|()| Ok(rustix::io::ioctl_fionbio(control, true)?))
            .map_err(|it| failure("tell the zygote", it))
    }

    /// Ends the zygotes that have done their part.
    pub(super) fn retire_zygotes(&mut self) {
        for number in self.zygotes.done() {
            self.end_zygote(number);
        }
    }

    fn end_zygote(&mut self, number: u64) {
        if let Some(sandbox) = self.all.get_mut(&number) {
            sandbox.state = State::Failed;
            sandbox.kill();
        }
    }

    /// Reads one word of a zygote.
    pub(super) fn hear_zygote(&mut self, parent: u64) -> Option<Reply> {
        let control = self.all.get(&parent)?.control.as_ref()?;
        match zygote::receive(control) {
            Word::Nothing => None,
            Word::Answer { number, outcome } => {
                let ordered = self.zygotes.answered(parent, number)?;
                self.settle_clone(number, ordered, outcome)
            }
            Word::End => {
                let sandbox = self.all.get_mut(&parent)?;
                let control = sandbox.control.take()?;
                let _not_watched = epoll::delete(&self.events, &control);
                sandbox.kill();
                None
            }
        }
    }

    fn settle_clone(
        &mut self,
        number: u64,
        ordered: Ordered,
        outcome: Result<OwnedFd, Failure>,
    ) -> Option<Reply> {
        let Ordered { id, control, group, network: _, is_wanted } = ordered;
        let born = outcome.and_then(|pidfd| {
            let pid = zygote::pid_of(pidfd.as_fd());
            let pid = pid.ok_or_else(|| last_words(&control))?;
            self.watch(Happening::Word { number }, control.as_fd())
                .and_then(|()| self.watch(Happening::End { number }, pidfd.as_fd()))
                .map_err(|it| failure("watch the process", it))?;
            Ok(Born { pid, pidfd })
        });
        match born {
            Ok(born) => {
                let state = id.map_or(State::Spare, |id| State::Starting { id });
                let (control, pause) = (Some(control), Pause::Going);
                let mut sandbox = Sandbox { number, born, control, group, state, pause };
                if !is_wanted {
                    sandbox.kill();
                }
                self.all.insert(number, sandbox);
                None
            }
            Err(failure) => self.give_up_clone(number, id, group, failure),
        }
    }

    fn give_up_clone(
        &mut self,
        number: u64,
        id: Option<u64>,
        group: Group,
        failure: Failure,
    ) -> Option<Reply> {
        self.abandoned.push((number, group));
        let Some(id) = id else {
            self.spares.retain(|it| *it != number);
            self.spares_fail = true;
            return None;
        };
        self.by_id.remove(&id);
        Some(Reply::Failed { id, failure })
    }

    /// Tells whoever waits for clones of a zygote that ended.
    pub(super) fn give_up_clones_of(&mut self, zygote: u64) {
        for (number, Ordered { id, group, .. }) in self.zygotes.ended(zygote) {
            let failure = failure("start the zygote", errno(libc::ECHILD));
            let told = self.give_up_clone(number, id, group, failure);
            self.news.extend(told);
        }
    }
}

/// Why a clone ended before its zygote had told us of it.
fn last_words(control: &OwnedFd) -> Failure {
    let mut report = [0; 512];
    let length = recv(control, &mut report, RecvFlags::DONTWAIT).map_or(0, |it| it.0);
    child::read_report(&report[..length])
        .unwrap_or_else(|| failure("set up the sandbox", errno(libc::ECHILD)))
}
