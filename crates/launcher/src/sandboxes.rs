//! The sandboxes of one launcher, each from its birth to the removal of its control group.
//!
//! ```text
//! Spare ──order──▶ Starting ──exec──▶ Running ──reaped──▶ Leaving ──group removed──▶ (gone)
//!   └──── failed ──────┴─────▶ Failed ──────────reaped───────▲
//! ```

mod clones;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    ffi::CString,
    fs, io,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::PathBuf,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, epoll, poll},
    io::Errno,
    net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socketpair},
    process::{Signal, WaitId, WaitIdOptions, getegid, geteuid, pidfd_send_signal, waitid},
    time::Timespec,
};

use crate::{
    cgroup::{Cgroups, Entrance, Group, Reuse},
    child::{self, Inheritance, Mould, Role, USER},
    family,
    host::{may_be_shown, outside_usr},
    limits::Limits,
    message::{Action, Answer, Enforcement, Failure, Measured, Mechanism, Network, Reply, Usage},
    mounts::{Mount, Shown},
    order::{self, Toolchains},
    packet::{self, MAX_DESCRIPTORS},
    pause::Pause,
    root,
    syscalls::{self, Born, Wait},
    system::{Asker, Layout, MOST_SYSTEM_USERS, Root, SYSTEM_USERS, System},
    zygote::Zygotes,
};

/// The first host user that root gives to sandboxes: above the ranges of people, of subordinate
/// users and of systemd's containers (which end right below).
const FIRST_HOST_USER: u32 = 0x7000_0000;
const HOST_USERS: u64 = 0x1_0000;
/// When to give up on a process that does not stop: it waits in the kernel, for a disk perhaps.
const STOPPING: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Sandboxes {
    mould: Mould,
    enforcement: Enforcement,
    all: HashMap<u64, Sandbox>,
    /// The numbers of those that the server knows by an id.
    by_id: HashMap<u64, u64>,
    spares: VecDeque<u64>,
    leaving: Vec<u64>,
    pausing: Vec<Pausing>,
    /// Host users in use, counted from the first.
    users: HashSet<u64>,
    next_number: u64,
    /// Tells what happens to any of them; see [`Happening`].
    events: OwnedFd,
    making: Making,
    /// The last spare could not be set up, so another one would only fail too.
    spares_fail: bool,
    zygotes: Zygotes,
    /// Groups of clones that came to nothing.
    abandoned: Vec<(u64, Group)>,
    /// Replies that no request is waited on for.
    news: Vec<Reply>,
    // Dropped last: the groups of sandboxes lie in it.
    cgroups: Cgroups,
}

#[derive(Debug)]
struct Sandbox {
    number: u64,
    born: Born,
    /// Closed by exec on the other side, and then here.
    control: Option<OwnedFd>,
    group: Group,
    state: State,
    pause: Pause,
}

/// How usual sandboxes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Making {
    /// Each of them by itself.
    Afresh,
    /// By a nursery, which is started for the first; see [`zygote`](crate::zygote).
    ByCopying,
}

/// Somebody who waits until all processes of a sandbox have stopped.
#[derive(Clone, Copy, Debug)]
struct Pausing {
    call: u64,
    number: u64,
    until: Instant,
}

/// What an event of [`Sandboxes::events`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Happening {
    Request,
    // Before the end: a failure must be read before its sender is reaped.
    Word { number: u64 },
    End { number: u64 },
}

impl Happening {
    fn into_data(self) -> epoll::EventData {
        epoll::EventData::new_u64(match self {
            Self::Request => u64::MAX,
            Self::Word { number } => number << 1,
            Self::End { number } => (number << 1) | 1,
        })
    }

    pub(crate) fn from_data(data: epoll::EventData) -> Self {
        match data.u64() {
            u64::MAX => Self::Request,
            it if it & 1 == 0 => Self::Word { number: it >> 1 },
            it => Self::End { number: it >> 1 },
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Spare,
    /// Makes others and is never given away.
    Zygote,
    Starting {
        id: u64,
    },
    Running {
        id: u64,
    },
    /// It said so; whoever waited knows, and its end is of no interest.
    Failed,
    /// Reaped; `id` is absent when nobody waits for the news.
    Leaving {
        id: Option<u64>,
        usage: Usage,
    },
}

/// What only one sandbox has.
#[derive(Clone, Copy, Debug, Default)]
struct Own<'a> {
    root: Option<(&'a System, Root)>,
    mounts: &'a [Mount],
}

/// What the server asks of one sandbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) toolchains: &'a [PathBuf],
    pub(crate) mounts: &'a [Mount],
    pub(crate) network: Network,
    pub(crate) system: &'a System,
    pub(crate) root: Root,
}

impl Sandboxes {
    pub(crate) fn new(mould: Mould, cgroups: Cgroups, making: Making) -> Result<Self, Errno> {
        Ok(Self {
            enforcement: cgroups.enforcement(mould.drops_groups),
            mould,
            all: HashMap::new(),
            by_id: HashMap::new(),
            spares: VecDeque::new(),
            leaving: Vec::new(),
            pausing: Vec::new(),
            users: HashSet::new(),
            next_number: 0,
            events: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            making,
            spares_fail: false,
            zygotes: Zygotes::default(),
            abandoned: Vec::new(),
            news: Vec::new(),
            cgroups,
        })
    }

    pub(crate) fn enforcement(&self) -> &Enforcement {
        &self.enforcement
    }

    /// What to wait on; its cost does not grow with the number of sandboxes.
    pub(crate) fn events(&self) -> BorrowedFd<'_> {
        self.events.as_fd()
    }

    pub(crate) fn watch(&self, what: Happening, source: BorrowedFd<'_>) -> Result<(), Errno> {
        epoll::add(&self.events, source, what.into_data(), epoll::EventFlags::IN)
    }

    /// Whether fewer than `wanted` sandboxes wait half-finished, and another would help.
    pub(crate) fn want_spare(&self, wanted: usize) -> bool {
        self.spares.len() < wanted && !self.spares_fail
    }

    pub(crate) fn has_idle_groups(&self) -> bool {
        self.cgroups.some_are_idle()
    }

    pub(crate) fn trim_groups(&mut self) {
        self.cgroups.trim();
    }

    pub(crate) fn some_are_leaving(&self) -> bool {
        !self.leaving.is_empty() || !self.abandoned.is_empty()
    }

    /// Whether somebody waits for a sandbox to stand still.
    pub(crate) fn some_are_pausing(&self) -> bool {
        !self.pausing.is_empty()
    }

    /// Keeps one more half-finished sandbox.
    pub(crate) fn add_spare(&mut self) -> Result<(), Failure> {
        let number = match self.order_copy(&[]) {
            Some(number) => number,
            None => self.make(Role::Sandbox(Network::Own), Own::default())?.0,
        };
        self.spares.push_back(number);
        Ok(())
    }

    /// Starts a process in namespaces of its own, which waits for an order; gives its number and its
    /// end of the control socket.
    fn make(&mut self, role: Role, own: Own<'_>) -> Result<(u64, OwnedFd), Failure> {
        let number = self.free_number();
        let layout = own.root.map(|it| self.layout(it, role.network(), number));
        let layout = layout.transpose()?;
        let mounts = Shown::all(own.mounts, &self.mould.one_thread, self.own_user(number))?;
        let (control, other) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
                .map_err(|it| failure("make a socket", it))?;
        let mut group = self.cgroups.create().map_err(|it| failure("make a control group", it))?;
        let born = match self.give_birth(&group, other.as_fd(), (layout.as_ref(), &mounts), role) {
            Ok(born) => born,
            Err(error) => {
                group.remove();
                return Err(failure("start a process in new namespaces", error));
            }
        };
        group.close_entrance();
        let writable = layout.is_some_and(|it| it.overlays.is_some());
        let ready = self
            .watch(Happening::Word { number }, control.as_fd())
            .and_then(|()| self.watch(Happening::End { number }, born.pidfd.as_fd()))
            .map_err(|it| failure("watch the process", it))
            .and_then(|()| self.map_users((number, writable), &born, &control, role));
        let (control, pause) = (Some(control), Pause::Going);
        let state = match role {
            Role::Sandbox(_) => State::Spare,
            Role::Zygote => State::Zygote,
        };
        let mut sandbox = Sandbox { number, born, control, group, state, pause };
        if ready.is_err() {
            sandbox.state = State::Failed;
            sandbox.kill();
        }
        self.users.insert(number % HOST_USERS);
        self.all.insert(number, sandbox);
        ready.map(|()| (number, other))
    }

    fn layout(
        &self,
        (system, root): (&System, Root),
        network: Network,
        number: u64,
    ) -> Result<Layout, Failure> {
        let (one_thread, own_user) = (&self.mould.one_thread, self.own_user(number));
        Layout::new(system, root, Asker { one_thread, network, own_user })
    }

    /// The host user of a sandbox, if root gives it one of its own.
    fn own_user(&self, number: u64) -> Option<u32> {
        self.mould.drops_groups.then(|| own_user(number))
    }

    /// The number names the control group and chooses the host user, so no two alive share it.
    fn free_number(&mut self) -> u64 {
        while self.users.contains(&(self.next_number % HOST_USERS)) {
            self.next_number += 1;
        }
        let number = self.next_number;
        self.next_number += 1;
        number
    }

    fn give_birth(
        &self,
        group: &Group,
        control: BorrowedFd<'_>,
        (layout, mounts): (Option<&Layout>, &[Shown]),
        role: Role,
    ) -> io::Result<Born> {
        let (cgroup, doors) = match group.entrance() {
            Entrance::Birth(dir) => (Some(dir.as_fd()), [].as_slice()),
            Entrance::Write(doors) => (None, doors),
        };
        let memory_events = group.memory_events();
        let inheritance = Inheritance { control, doors, memory_events, layout, mounts };
        match syscalls::fork_into_namespaces(&self.mould.one_thread, cgroup, role.network())? {
            Some(born) => Ok(born),
            None => child::live(&self.mould, &inheritance, role),
        }
    }

    /// Makes our user, or one that root keeps for this sandbox alone, the only user inside; the files of
    /// a writable system need owners, too. To a zygote of root all users of sandboxes are known, under
    /// their own numbers, for its clones.
    fn map_users(
        &self,
        (number, writable): (u64, bool),
        born: &Born,
        control: &OwnedFd,
        role: Role,
    ) -> Result<(), Failure> {
        let proc = PathBuf::from(format!("/proc/{}", born.pid));
        let user = if self.mould.drops_groups {
            let user = own_user(number);
            (user, user)
        } else {
            // Without this an unprivileged process may not map a group.
            fs::write(proc.join("setgroups"), "deny")
                .map_err(|it| failure("fix the groups", it))?;
            (geteuid().as_raw(), getegid().as_raw())
        };
        let (mut users, mut groups) =
            (format!("{USER} {} 1\n", user.0), format!("{USER} {} 1\n", user.1));
        if writable && self.mould.drops_groups {
            let (first, most) = (SYSTEM_USERS + 1, MOST_SYSTEM_USERS - 1);
            users.insert_str(0, &format!("1 {first} {most}\n"));
            groups.insert_str(0, &format!("0 {SYSTEM_USERS} {MOST_SYSTEM_USERS}\n"));
        }
        if role == Role::Zygote && self.mould.drops_groups {
            users.push_str(&all_users_but(user.0));
            groups.push_str(&all_users_but(user.1));
        }
        fs::write(proc.join("uid_map"), users).map_err(|it| failure("map the user", it))?;
        fs::write(proc.join("gid_map"), groups).map_err(|it| failure("map the group", it))?;
        send(control, b"m", SendFlags::NOSIGNAL)
            .map_err(|it| failure("release the process", it))?;
        Ok(())
    }

    /// Gives a spare, or a new one, to the server.
    pub(crate) fn start(
        &mut self,
        id: u64,
        wanted: Wanted<'_>,
        link: OwnedFd,
    ) -> Result<(), Failure> {
        let Wanted { limits, toolchains, mounts, network, system, root } = wanted;
        // First: whoever asks for what there cannot be must not cost a spare.
        let (order, trees) = self.write_order(limits, toolchains)?;
        let own_root = (system, root) != (&System::Host, Root::ReadOnly);
        let usual = network == Network::Own && !own_root && mounts.is_empty();
        let copies = usual && self.making == Making::ByCopying;
        // Spares of a nursery show no toolchains.
        let takes_spare = usual && !(copies && shows_toolchains(toolchains));
        let spare = if takes_spare { self.spares.pop_front() } else { None };
        let number = match spare {
            Some(number) => Some(number),
            None if copies => self.order_copy(toolchains),
            None => None,
        };
        let number = match number {
            Some(number) if self.zygotes.made(number) => {
                return self.call(id, number, limits, &link);
            }
            Some(number) => number,
            None => {
                let own = Own { root: own_root.then_some((system, root)), mounts };
                self.make(Role::Sandbox(network), own)?.0
            }
        };
        self.give(id, number, limits, (&order, &trees, &link))
    }

    /// Tells a half-finished sandbox what it is wanted for.
    fn give(
        &mut self,
        id: u64,
        number: u64,
        limits: &Limits,
        (order, trees, link): (&[u8], &[OwnedFd], &OwnedFd),
    ) -> Result<(), Failure> {
        let mut descriptors = vec![link.as_fd()];
        descriptors.extend(trees.iter().map(AsFd::as_fd));
        let spare = self
            .all
            .get_mut(&number)
            .ok_or_else(|| failure("find a spare", io::Error::from(io::ErrorKind::NotFound)))?;
        spare.state = State::Starting { id };
        self.by_id.insert(id, spare.number);
        let control = spare.control.as_ref().map(AsFd::as_fd);
        let given = spare
            .group
            .limit(limits)
            .map_err(|it| failure("limit the control group", it))
            .and_then(|()| {
                let closed = || io::Error::from_raw_os_error(libc::ENOTCONN);
                control
                    .ok_or_else(closed)
                    .and_then(|it| packet::send_bytes(it, order, &descriptors))
                    .map_err(|it| failure("send the order", it))
            });
        if given.is_err() {
            spare.state = State::Failed;
            self.by_id.remove(&id);
            spare.kill();
        }
        given
    }

    fn write_order(
        &self,
        limits: &Limits,
        toolchains: &[PathBuf],
    ) -> Result<(Vec<u8>, Vec<OwnedFd>), Failure> {
        let (paths, trees) = open_toolchains(toolchains, self.mould.drops_groups)?;
        let how = if trees.is_empty() { Toolchains::ByPath } else { Toolchains::Attached };
        let too_long = || failure("write the order", io::Error::from_raw_os_error(libc::E2BIG));
        let order = order::encode(limits, self.data_bytes(limits), how, &paths);
        Ok((order.ok_or_else(too_long)?, trees))
    }

    /// `RLIMIT_DATA` where no control group limits memory, else zero.
    fn data_bytes(&self, limits: &Limits) -> u64 {
        match self.enforcement.memory {
            Mechanism::Rlimit | Mechanism::Nothing => limits.memory_bytes,
            Mechanism::CgroupV1 | Mechanism::CgroupV2 => 0,
        }
    }

    /// The sandbox that the server knows by `id`, unless it has ended.
    fn known(&mut self, id: u64) -> Option<&mut Sandbox> {
        let sandbox = self.all.get_mut(self.by_id.get(&id)?)?;
        let lives = matches!(sandbox.state, State::Starting { .. } | State::Running { .. });
        lives.then_some(sandbox)
    }

    pub(crate) fn kill(&mut self, id: u64) {
        if let Some(sandbox) = self.known(id) {
            sandbox.kill();
        } else if let Some(number) = self.by_id.get(&id) {
            self.zygotes.forget_wish(*number);
        }
    }

    /// Does what the server asks for; without an answer, [`Self::settle`] gives it later.
    pub(crate) fn act(&mut self, call: u64, id: u64, action: Action) -> Option<Reply> {
        let Some(sandbox) = self.known(id) else {
            return Some(Reply::Acted { call, answer: Answer::Gone });
        };
        let answer = match action {
            Action::Pause => match sandbox.pause.begin(&mut sandbox.group) {
                Ok(()) => {
                    let (number, until) = (sandbox.number, Instant::now() + STOPPING);
                    self.pausing.push(Pausing { call, number, until });
                    return None;
                }
                Err(error) => Answer::Failed(failure("pause the sandbox", error)),
            },
            Action::Resume => match sandbox.pause.end(&mut sandbox.group) {
                Ok(()) => Answer::Done,
                Err(error) => Answer::Failed(failure("resume the sandbox", error)),
            },
            Action::Measure => Answer::Measured(sandbox.measure()),
        };
        Some(Reply::Acted { call, answer })
    }

    /// Looks again at the sandboxes that are to stand still, and answers where that is decided.
    pub(crate) fn settle(&mut self) -> Vec<Reply> {
        let (all, mut replies) = (&mut self.all, Vec::new());
        self.pausing.retain(|&Pausing { call, number, until }| {
            let answer = match all.get_mut(&number) {
                Some(it) if matches!(it.state, State::Starting { .. } | State::Running { .. }) => {
                    it.stands_still(until)
                }
                _ => Some(Answer::Gone),
            };
            let decided = answer.is_some();
            replies.extend(answer.map(|answer| Reply::Acted { call, answer }));
            !decided
        });
        replies
    }

    /// Reads what a sandbox says before it is a guest; a mere end means that it is one now.
    pub(crate) fn hear(&mut self, number: u64) -> Option<Reply> {
        let sandbox = self.all.get_mut(&number)?;
        if sandbox.state == State::Zygote {
            return self.hear_zygote(number);
        }
        let control = sandbox.control.take()?;
        // A copy of it may live on for a moment in a process that was just born.
        let _not_watched = epoll::delete(&self.events, &control);
        let mut report = [0; 512];
        let length = recv(&control, &mut report, RecvFlags::DONTWAIT).map_or(0, |it| it.0);
        let mut failed = child::read_report(&report[..length]);
        if failed.is_none() {
            failed = sandbox.death();
        }
        let State::Starting { id } = sandbox.state else {
            sandbox.state = State::Failed;
            self.spares.retain(|it| *it != number);
            self.spares_fail = true;
            return None;
        };
        if let Some(failure) = failed {
            sandbox.state = State::Failed;
            self.by_id.remove(&id);
            return Some(Reply::Failed { id, failure });
        }
        sandbox.state = State::Running { id };
        self.spares_fail = false;
        Some(Reply::Started { id, pid: sandbox.born.pid.cast_unsigned() })
    }

    /// Reaps a sandbox whose first process has ended, and with it all others.
    pub(crate) fn reap(&mut self, number: u64, wait: Wait) {
        let Some(sandbox) = self.all.get_mut(&number) else { return };
        if matches!(sandbox.state, State::Leaving { .. }) {
            return;
        }
        let usage = match syscalls::reap(sandbox.born.pid, wait) {
            Ok(None) => return,
            Ok(Some(used)) => Usage { cpu_micros: used.cpu_micros, ..sandbox.group.usage() },
            // It was a zygote's to reap, which has done so.
            Err(_) => Usage {
                cpu_micros: sandbox.group.cpu_micros().unwrap_or(0),
                ..sandbox.group.usage()
            },
        };
        let id = match sandbox.state {
            State::Starting { id } | State::Running { id } => Some(id),
            State::Spare => {
                self.spares.retain(|it| *it != number);
                self.spares_fail = true;
                None
            }
            State::Zygote | State::Failed | State::Leaving { .. } => None,
        };
        sandbox.state = State::Leaving { id, usage };
        if let Some(id) = id {
            self.by_id.remove(&id);
        }
        let _not_watched = epoll::delete(&self.events, &sandbox.born.pidfd);
        self.leaving.push(number);
        self.give_up_clones_of(number);
    }

    /// Removes the groups of those that left, and says which are gone altogether.
    pub(crate) fn sweep(&mut self) -> Vec<Reply> {
        let mut gone = std::mem::take(&mut self.news);
        let (all, users, zygotes) = (&mut self.all, &mut self.users, &mut self.zygotes);
        let (cgroups, making) = (&mut self.cgroups, self.making);
        self.abandoned.retain_mut(|(number, group)| {
            let stays = !cgroups.take_back(group, Reuse::Never);
            if !stays {
                users.remove(&(*number % HOST_USERS));
                zygotes.came_to_nothing(*number);
            }
            stays
        });
        self.leaving.retain(|number| {
            let Some(sandbox) = all.get_mut(number) else { return false };
            let State::Leaving { id, usage } = sandbox.state else { return true };
            // One that never ran may have been on its way into the group.
            let may_come_again = making == Making::ByCopying && id.is_some();
            let reuse = if may_come_again { Reuse::Fine } else { Reuse::Never };
            if !cgroups.take_back(&mut sandbox.group, reuse) {
                return true;
            }
            if let Some(id) = id {
                gone.push(Reply::Ended { id, usage });
            }
            all.remove(number);
            users.remove(&(number % HOST_USERS));
            zygotes.left(*number);
            false
        });
        self.retire_zygotes();
        gone
    }

    /// Kills and reaps every sandbox.
    pub(crate) fn end(&mut self) {
        let numbers: Vec<_> = self.all.keys().copied().collect();
        self.all.values_mut().for_each(Sandbox::kill);
        for number in numbers {
            self.reap(number, Wait::UntilItEnds);
        }
    }
}

impl Sandbox {
    /// The kernel kills everything in a process namespace together with its first process.
    fn kill(&mut self) {
        let _ended_before = pidfd_send_signal(&self.born.pidfd, Signal::KILL);
        // In a frozen group of version 1 the signal waits. If releasing fails, the next launcher does it.
        let _released = self.pause.end(&mut self.group);
    }

    /// Whether it stands still by now; `None` means that the question is still open.
    fn stands_still(&mut self, until: Instant) -> Option<Answer> {
        let late = || io::Error::from_raw_os_error(libc::ETIMEDOUT);
        match self.pause.is_complete(&self.group, self.born.pid) {
            Ok(true) => return Some(Answer::Done),
            Ok(false) if matches!(self.pause, Pause::Going) => {
                let resumed = io::Error::from_raw_os_error(libc::ECANCELED);
                return Some(Answer::Failed(failure("pause the sandbox", resumed)));
            }
            Ok(false) if Instant::now() < until => return None,
            Ok(false) => {}
            Err(error) => return Some(Answer::Failed(failure("look at the pause", error))),
        }
        let error = self.pause.end(&mut self.group).err().unwrap_or_else(late);
        Some(Answer::Failed(failure("stop every process", error)))
    }

    /// What control groups count, and for the rest what the processes say.
    fn measure(&self) -> Measured {
        let counted = self.group.measure();
        if counted.cpu_micros.and(counted.memory_bytes).and(counted.processes).is_some() {
            return counted;
        }
        let summed = family::measure(self.born.pid);
        Measured {
            cpu_micros: counted.cpu_micros.or(summed.cpu_micros),
            memory_bytes: counted.memory_bytes.or(summed.memory_bytes),
            peak_memory_bytes: counted.peak_memory_bytes,
            processes: counted.processes.or(summed.processes),
            read_bytes: counted.read_bytes.or(summed.read_bytes),
            written_bytes: counted.written_bytes.or(summed.written_bytes),
        }
    }

    /// How it ended without a word, if it did: it was killed, or was no guest.
    fn death(&self) -> Option<Failure> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let status = match waitid(WaitId::PidFd(self.born.pidfd.as_fd()), options) {
            Ok(status) => status?,
            // The clone of a zygote is not ours to wait for, and says only whether it lives.
            Err(_) => {
                let mut end = [PollFd::new(&self.born.pidfd, PollFlags::IN)];
                let now = Timespec { tv_sec: 0, tv_nsec: 0 };
                let ended = poll(&mut end, Some(&now)).is_ok_and(|it| it > 0);
                return ended.then(|| failure("set up the sandbox", errno(libc::ECHILD)));
            }
        };
        let how = match (status.terminating_signal(), status.exit_status()) {
            (Some(signal), _) => format!("signal {signal}"),
            (None, code) => format!("exit code {}", code.unwrap_or_default()),
        };
        let step = format!("set up the sandbox, which ended with {how}");
        Some(failure(&step, io::Error::from_raw_os_error(libc::ECHILD)))
    }
}

fn shows_toolchains(toolchains: &[PathBuf]) -> bool {
    !outside_usr(toolchains).is_empty()
}

/// Paths to show, with a tree for each of them if root has to open what its sandboxes may not reach.
fn open_toolchains(
    toolchains: &[PathBuf],
    as_root: bool,
) -> Result<(Vec<PathBuf>, Vec<OwnedFd>), Failure> {
    let paths = outside_usr(toolchains);
    if let Some(path) = paths.iter().find(|it| !may_be_shown(it)) {
        let refused = io::Error::from_raw_os_error(libc::EACCES);
        return Err(failure(&format!("show the toolchain {}", path.display()), refused));
    }
    if paths.len() >= MAX_DESCRIPTORS {
        return Err(failure("show toolchains", io::Error::from_raw_os_error(libc::E2BIG)));
    }
    if !as_root {
        return Ok((paths, Vec::new()));
    }
    let open = |path: &PathBuf| {
        let name = CString::new(path.as_os_str().as_bytes())?;
        Ok(root::detach(&name)?)
    };
    let trees = paths
        .iter()
        .map(|path| {
            open(path).map_err(|it: io::Error| failure(&format!("open {}", path.display()), it))
        })
        .collect::<Result<_, _>>()?;
    Ok((paths, trees))
}

/// The host user that root keeps for a sandbox.
fn own_user(number: u64) -> u32 {
    FIRST_HOST_USER + u32::try_from(number % HOST_USERS).expect("below HOST_USERS")
}

/// Lines for `uid_map` that give the users of all other sandboxes their own numbers.
fn all_users_but(user: u32) -> String {
    let last = own_user(HOST_USERS - 1);
    let ranges = [(FIRST_HOST_USER, user), (user + 1, last + 1)];
    let lines = ranges.into_iter().filter(|(first, end)| first < end);
    lines.map(|(first, end)| format!("{first} {first} {}\n", end - first)).collect()
}

fn errno(number: i32) -> io::Error {
    io::Error::from_raw_os_error(number)
}

pub(crate) fn failure(step: &str, error: impl Into<io::Error>) -> Failure {
    let errno = error.into().raw_os_error().unwrap_or(libc::EIO);
    Failure { step: step.to_owned(), errno }
}
