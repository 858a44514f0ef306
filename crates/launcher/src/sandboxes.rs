//! The sandboxes of one launcher, each from its birth to the removal of its control group.
//!
//! ```text
//! Spare ──order──▶ Starting ──exec──▶ Running ──reaped──▶ Leaving ──group removed──▶ (gone)
//!   └──── failed ──────┴─────▶ Failed ──────────reaped───────▲
//! ```

use std::{
    ffi::CString,
    fs, io,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::PathBuf,
};

use rustix::{
    net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socketpair},
    process::{Signal, WaitId, WaitIdOptions, getegid, geteuid, pidfd_send_signal, waitid},
};

use crate::{
    cgroup::{Cgroups, Entrance, Group},
    child::{self, Inheritance, Mould, USER},
    host::{may_be_shown, outside_usr},
    limits::Limits,
    message::{Enforcement, Failure, Mechanism, Reply, Usage},
    order::{self, Toolchains},
    packet::{self, MAX_DESCRIPTORS},
    root,
    syscalls::{self, Born, Wait},
    system::{Asker, Layout, MOST_SYSTEM_USERS, Root, SYSTEM_USERS, System},
};

/// The first host user that root gives to sandboxes: above the ranges of people, of subordinate
/// users and of systemd's containers (which end right below).
const FIRST_HOST_USER: u32 = 0x7000_0000;
const HOST_USERS: u64 = 0x1_0000;

#[derive(Debug)]
pub(crate) struct Sandboxes {
    mould: Mould,
    enforcement: Enforcement,
    all: Vec<Sandbox>,
    next_number: u64,
    /// The last spare could not be set up, so another one would only fail too.
    spares_fail: bool,
    // Dropped last: the groups of sandboxes lie in it.
    cgroups: Cgroups,
}

#[derive(Debug)]
struct Sandbox {
    number: u64,
    born: Born,
    /// Closed by exec on the other side.
    control: OwnedFd,
    group: Group,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Spare,
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

/// What the server asks of one sandbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) toolchains: &'a [PathBuf],
    pub(crate) system: &'a System,
    pub(crate) root: Root,
}

/// What to watch a sandbox for.
#[derive(Debug)]
pub(crate) struct Watched<'a> {
    pub(crate) number: u64,
    pub(crate) process: BorrowedFd<'a>,
    pub(crate) control: Option<BorrowedFd<'a>>,
}

impl Sandboxes {
    pub(crate) fn new(mould: Mould, cgroups: Cgroups) -> Self {
        let enforcement = cgroups.enforcement(mould.drops_groups);
        Self { mould, enforcement, all: Vec::new(), next_number: 0, spares_fail: false, cgroups }
    }

    pub(crate) fn enforcement(&self) -> &Enforcement {
        &self.enforcement
    }

    /// Whether fewer than `wanted` sandboxes wait half-finished, and another would help.
    pub(crate) fn want_spare(&self, wanted: usize) -> bool {
        let spares = self.all.iter().filter(|it| it.state == State::Spare).count();
        spares < wanted && !self.spares_fail
    }

    /// Sandboxes that still run, finished or not.
    pub(crate) fn watched(&self) -> impl Iterator<Item = Watched<'_>> {
        self.all.iter().filter(|it| !matches!(it.state, State::Leaving { .. })).map(|it| Watched {
            number: it.number,
            process: it.born.pidfd.as_fd(),
            control: match it.state {
                State::Running { .. } | State::Failed | State::Leaving { .. } => None,
                State::Spare | State::Starting { .. } => Some(it.control.as_fd()),
            },
        })
    }

    pub(crate) fn some_are_leaving(&self) -> bool {
        self.all.iter().any(|it| matches!(it.state, State::Leaving { .. }))
    }

    /// Starts a process that becomes a sandbox when it gets an order.
    pub(crate) fn add_spare(&mut self) -> Result<(), Failure> {
        self.add(None).map(drop)
    }

    fn add(&mut self, own_root: Option<(&System, Root)>) -> Result<u64, Failure> {
        let number = self.free_number();
        let layout = own_root.map(|(system, root)| self.layout(system, root, number));
        let layout = layout.transpose()?;
        let (control, other) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
                .map_err(|it| failure("make a socket", it))?;
        let mut group =
            self.cgroups.create(number).map_err(|it| failure("make a control group", it))?;
        let born = match self.give_birth(&group, other.as_fd(), layout.as_ref()) {
            Ok(born) => born,
            Err(error) => {
                group.remove();
                return Err(failure("start a process in new namespaces", error));
            }
        };
        group.close_entrance();
        let mut sandbox = Sandbox { number, born, control, group, state: State::Spare };
        let writable = layout.is_some_and(|it| it.overlays.is_some());
        let mapped = self.map_user(&sandbox, writable);
        if mapped.is_err() {
            sandbox.state = State::Failed;
            sandbox.kill();
        }
        self.all.push(sandbox);
        mapped.map(|()| number)
    }

    fn layout(&self, system: &System, root: Root, number: u64) -> Result<Layout, Failure> {
        let Mould { one_thread, network, drops_groups, .. } = &self.mould;
        let own_user = drops_groups.then(|| own_user(number));
        Layout::new(system, root, Asker { one_thread, network: *network, own_user })
    }

    /// The number names the control group and chooses the host user, so no two alive share it.
    fn free_number(&mut self) -> u64 {
        let user = |number| number % HOST_USERS;
        while self.all.iter().any(|it| user(it.number) == user(self.next_number)) {
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
        layout: Option<&Layout>,
    ) -> io::Result<Born> {
        let (cgroup, doors) = match group.entrance() {
            Entrance::Birth(dir) => (Some(dir.as_fd()), [].as_slice()),
            Entrance::Write(doors) => (None, doors),
        };
        let memory_events = group.memory_events();
        let inheritance = Inheritance { control, doors, memory_events, layout };
        let Mould { one_thread, network, .. } = &self.mould;
        match syscalls::fork_into_namespaces(one_thread, cgroup, *network)? {
            Some(born) => Ok(born),
            None => child::live(&self.mould, &inheritance),
        }
    }

    /// Makes our user, or one that root keeps for this sandbox alone, the only user inside; the files of
    /// a writable system need owners, too.
    fn map_user(&self, sandbox: &Sandbox, writable: bool) -> Result<(), Failure> {
        let proc = PathBuf::from(format!("/proc/{}", sandbox.born.pid));
        let user = if self.mould.drops_groups {
            let user = own_user(sandbox.number);
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
        fs::write(proc.join("uid_map"), users).map_err(|it| failure("map the user", it))?;
        fs::write(proc.join("gid_map"), groups).map_err(|it| failure("map the group", it))?;
        send(&sandbox.control, b"m", SendFlags::NOSIGNAL)
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
        let Wanted { limits, toolchains, system, root } = wanted;
        let is_usual = (system, root) == (&System::Host, Root::ReadOnly);
        let spare = self.all.iter().find(|it| is_usual && it.state == State::Spare);
        let number = match spare {
            Some(spare) => spare.number,
            None => self.add((!is_usual).then_some((system, root)))?,
        };
        let data_bytes = match self.enforcement.memory {
            Mechanism::Rlimit | Mechanism::Nothing => limits.memory_bytes,
            Mechanism::CgroupV1 | Mechanism::CgroupV2 => 0,
        };
        let (paths, trees) = open_toolchains(toolchains, self.mould.drops_groups)?;
        let how = if trees.is_empty() { Toolchains::ByPath } else { Toolchains::Attached };
        let too_long = || failure("write the order", io::Error::from_raw_os_error(libc::E2BIG));
        let order = order::encode(limits, data_bytes, how, &paths).ok_or_else(too_long)?;
        let mut descriptors = vec![link.as_fd()];
        descriptors.extend(trees.iter().map(AsFd::as_fd));
        let spare = self
            .all
            .iter_mut()
            .find(|it| it.number == number)
            .ok_or_else(|| failure("find a spare", io::Error::from(io::ErrorKind::NotFound)))?;
        spare.state = State::Starting { id };
        let given = spare
            .group
            .limit(limits)
            .map_err(|it| failure("limit the control group", it))
            .and_then(|()| {
                packet::send_bytes(&spare.control, &order, &descriptors)
                    .map_err(|it| failure("send the order", it))
            });
        if given.is_err() {
            spare.state = State::Failed;
            spare.kill();
        }
        given
    }

    pub(crate) fn kill(&self, id: u64) {
        let wanted = self.all.iter().find(|it| match it.state {
            State::Starting { id: it } | State::Running { id: it } => it == id,
            State::Spare | State::Failed | State::Leaving { .. } => false,
        });
        if let Some(sandbox) = wanted {
            sandbox.kill();
        }
    }

    /// Reads what a sandbox says before it is a guest; a mere end means that it is one now.
    pub(crate) fn hear(&mut self, number: u64) -> Option<Reply> {
        let sandbox = self.all.iter_mut().find(|it| it.number == number)?;
        let mut report = [0; 512];
        let length = recv(&sandbox.control, &mut report, RecvFlags::DONTWAIT).map_or(0, |it| it.0);
        let mut failed = child::read_report(&report[..length]);
        if failed.is_none() {
            failed = sandbox.death();
        }
        let State::Starting { id } = sandbox.state else {
            sandbox.state = State::Failed;
            self.spares_fail = true;
            return None;
        };
        if let Some(failure) = failed {
            sandbox.state = State::Failed;
            return Some(Reply::Failed { id, failure });
        }
        sandbox.state = State::Running { id };
        self.spares_fail = false;
        Some(Reply::Started { id, pid: sandbox.born.pid.cast_unsigned() })
    }

    /// Reaps a sandbox whose first process has ended, and with it all others.
    pub(crate) fn reap(&mut self, number: u64, wait: Wait) {
        let Some(sandbox) = self.all.iter_mut().find(|it| it.number == number) else { return };
        let usage = match syscalls::reap(sandbox.born.pid, wait) {
            Ok(None) => return,
            Ok(Some(used)) => Usage { cpu_micros: used.cpu_micros, ..sandbox.group.usage() },
            // Nobody else reaps; if the kernel says so nevertheless, the process is gone.
            Err(_) => sandbox.group.usage(),
        };
        let id = match sandbox.state {
            State::Starting { id } | State::Running { id } => Some(id),
            State::Spare => {
                self.spares_fail = true;
                None
            }
            State::Failed | State::Leaving { .. } => None,
        };
        sandbox.state = State::Leaving { id, usage };
    }

    /// Removes the groups of those that left, and says which are gone altogether.
    pub(crate) fn sweep(&mut self) -> Vec<Reply> {
        let mut gone = Vec::new();
        self.all.retain_mut(|it| {
            let State::Leaving { id, usage } = it.state else { return true };
            if !it.group.remove() {
                return true;
            }
            gone.extend(id.map(|id| Reply::Ended { id, usage }));
            false
        });
        gone
    }

    /// Kills and reaps every sandbox.
    pub(crate) fn end(&mut self) {
        let numbers: Vec<_> = self.watched().map(|it| it.number).collect();
        self.all.iter().for_each(Sandbox::kill);
        for number in numbers {
            self.reap(number, Wait::UntilItEnds);
        }
    }
}

impl Sandbox {
    /// The kernel kills everything in a process namespace together with its first process.
    fn kill(&self) {
        let _ended_before = pidfd_send_signal(&self.born.pidfd, Signal::KILL);
    }

    /// How it ended without a word, if it did: it was killed, or was no guest.
    fn death(&self) -> Option<Failure> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let status = waitid(WaitId::PidFd(self.born.pidfd.as_fd()), options).ok()??;
        let how = match (status.terminating_signal(), status.exit_status()) {
            (Some(signal), _) => format!("signal {signal}"),
            (None, code) => format!("exit code {}", code.unwrap_or_default()),
        };
        let step = format!("set up the sandbox, which ended with {how}");
        Some(failure(&step, io::Error::from_raw_os_error(libc::ECHILD)))
    }
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

pub(crate) fn failure(step: &str, error: impl Into<io::Error>) -> Failure {
    let errno = error.into().raw_os_error().unwrap_or(libc::EIO);
    Failure { step: step.to_owned(), errno }
}
