//! Zygotes: booted interpreters that clone themselves into sandboxes, where booting one is what takes
//! the time.
//!
//! ```text
//! launcher ── plan, then an order for each clone ──▶ zygote ── clone3 ──▶ first process of a sandbox
//!          ◀── its pidfd, or why there is none ─────                          ├─ clone ▶ interpreter
//!          ◀──────────── failure, or the socket's end ────────────────────────┴─ exec ─▶ guest
//! ```
//!
//! A zygote is a sandbox itself, and runs nothing but [`CLONE`], the machine code that this loads, and
//! the text that it is given to boot with. Its clones live in namespaces below its own: its death is theirs, and that is why one that
//! has made enough of them is kept until the last has ended.
//!
//! A zygote without an interpreter is the guest alone, a *nursery*: its clones need not execute, load
//! and relocate a guest, and find a root that is put together. They wait for a second order, so that
//! they can be spares.
//!
//! A clone is born into a network of its own, which its zygote makes and keeps for the next once nothing
//! is left of the clone: to make and remove one takes as long as all else. Before the next gets it, the
//! zygote looks at all that the kernel counts and lists in it, and where a socket was used it makes
//! another one.
//!
//! What clones of one zygote share is what Python draws once, the seed of `hash()`, and the addresses
//! of the memory. A zygote is never shared by sandboxes that show different toolchains.

use std::{
    collections::HashMap,
    ffi::CStr,
    fs,
    io::{self, Seek, Write},
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
    path::PathBuf,
    time::{Duration, Instant},
};

use rustix::fs::{MemfdFlags, memfd_create};

use crate::{
    cgroup::{Entrance, Group},
    limits::Limits,
    message::{Failure, Interpreter},
    packet::{MAX_PACKET, PacketError, receive_into},
};

pub(crate) mod plan;

/// Python text whose `become_a_clone` makes the interpreter that calls it a zygote, and returns in each
/// of its clones.
pub const CLONE: &str = include_str!("zygote/clone.py");

/// Clones of one zygote. Memory that its clones made it copy is given back with it, and nobody sees
/// more of their addresses than of this many.
const MOST_CLONES: u32 = 1000;
const LONGEST_LIFE: Duration = Duration::from_secs(600);

/// A birth waits for locks and grace periods of the kernel, in which another zygote can work: from so
/// many births that wait for one zygote on, a second one is of use.
const MOST_WAITING: usize = 3;
const MOST_AT_ONCE: usize = 2;

/// Networks that a zygote keeps, as many as `clone.rs` and the guest have room for.
const MOST_NETWORKS: u64 = 32;

/// What a zygote itself may use; its clones have groups of their own.
pub(crate) const LIMITS: Limits = Limits {
    cpu_millis: 8000,
    memory_bytes: 256 * 1024 * 1024,
    // A clone is one of its processes until it has entered its own group.
    processes: 256,
    workspace_bytes: 1024 * 1024,
    workspace_inodes: 64,
};

/// What clones must have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Absent from a nursery.
    pub(crate) interpreter: Option<Interpreter>,
    pub(crate) toolchains: Vec<PathBuf>,
}

/// All zygotes of a launcher, by the number of the sandbox that each of them is.
#[derive(Debug, Default)]
pub(crate) struct Zygotes {
    all: HashMap<u64, Zygote>,
    /// Where clones come from.
    origins: HashMap<u64, Origin>,
    /// Interpreters that ended before they could make a clone.
    useless: Vec<Kind>,
}

#[derive(Clone, Copy, Debug)]
struct Origin {
    zygote: u64,
    /// Absent where the zygote does not keep it.
    network: Option<u64>,
}

#[derive(Debug)]
struct Zygote {
    kind: Kind,
    born: Instant,
    made: u32,
    living: u32,
    answered: bool,
    retired: bool,
    /// Networks that nobody is in.
    free_networks: Vec<u64>,
    /// How many it has, or had.
    networks: u64,
    ordered: HashMap<u64, Ordered>,
}

/// A clone that a zygote has not answered for yet.
#[derive(Debug)]
pub(crate) struct Ordered {
    /// Absent until the server wants it.
    pub(crate) id: Option<u64>,
    pub(crate) control: OwnedFd,
    pub(crate) group: Group,
    pub(crate) network: Option<u64>,
    /// Cleared when the server wants it no more.
    pub(crate) is_wanted: bool,
}

/// What a zygote says.
#[derive(Debug)]
pub(crate) enum Word {
    /// The first process of a clone, or why there is none.
    Answer {
        number: u64,
        outcome: Result<OwnedFd, Failure>,
    },
    Nothing,
    /// It ended, or is none.
    End,
}

impl Zygotes {
    /// Whether an interpreter has shown that it makes no clones.
    pub(crate) fn is_useless(&self, kind: &Kind) -> bool {
        self.useless.contains(kind)
    }

    /// The zygote that can make another clone the soonest; none if another zygote could sooner. Retires
    /// those that have made enough.
    pub(crate) fn find(&mut self, kind: &Kind) -> Option<u64> {
        let of_kind = self.all.iter_mut().filter(|(_, it)| !it.retired && it.kind == *kind);
        let (mut count, mut best) = (0, None);
        for (number, zygote) in of_kind {
            if zygote.made >= MOST_CLONES || zygote.born.elapsed() >= LONGEST_LIFE {
                zygote.retired = true;
                continue;
            }
            count += 1;
            let candidate = (zygote.ordered.len(), *number);
            best = Some(best.map_or(candidate, |it: (usize, u64)| it.min(candidate)));
        }
        let (waiting, number) = best?;
        (waiting < MOST_WAITING || count >= MOST_AT_ONCE).then_some(number)
    }

    pub(crate) fn add(&mut self, number: u64, kind: Kind) {
        let zygote = Zygote {
            kind,
            born: Instant::now(),
            made: 0,
            living: 0,
            answered: false,
            retired: false,
            free_networks: Vec::new(),
            networks: 0,
            ordered: HashMap::new(),
        };
        self.all.insert(number, zygote);
    }

    /// Whether this is a clone.
    pub(crate) fn made(&self, number: u64) -> bool {
        self.origins.contains_key(&number)
    }

    /// The network for its next clone; `None` if it has as many as it keeps.
    pub(crate) fn take_network(&mut self, parent: u64) -> Option<u64> {
        let zygote = self.all.get_mut(&parent)?;
        // The last one is the likeliest to be in the processor's caches.
        zygote.free_networks.pop().or_else(|| {
            let next = zygote.networks;
            (next < MOST_NETWORKS).then(|| {
                zygote.networks += 1;
                next
            })
        })
    }

    /// Remembers a clone that was ordered.
    pub(crate) fn order(&mut self, parent: u64, number: u64, ordered: Ordered) {
        if let Some(zygote) = self.all.get_mut(&parent) {
            zygote.made += 1;
            zygote.living += 1;
            let origin = Origin { zygote: parent, network: ordered.network };
            zygote.ordered.insert(number, ordered);
            self.origins.insert(number, origin);
        }
    }

    /// A clone that was ordered and is not answered for.
    pub(crate) fn ordered(&mut self, number: u64) -> Option<&mut Ordered> {
        self.all.get_mut(&self.origins.get(&number)?.zygote)?.ordered.get_mut(&number)
    }

    pub(crate) fn forget_wish(&mut self, number: u64) {
        if let Some(ordered) = self.ordered(number) {
            ordered.is_wanted = false;
        }
    }

    pub(crate) fn answered(&mut self, parent: u64, number: u64) -> Option<Ordered> {
        let zygote = self.all.get_mut(&parent)?;
        zygote.answered = true;
        zygote.ordered.remove(&number)
    }

    /// Forgets a clone of which no process is left.
    pub(crate) fn left(&mut self, number: u64) {
        let network = self.origins.get(&number).and_then(|it| it.network);
        if let Some(zygote) = self.forget(number) {
            zygote.free_networks.extend(network);
        }
    }

    /// Forgets a clone that came to nothing. A process of it may just be dying, so nobody gets its network.
    pub(crate) fn came_to_nothing(&mut self, number: u64) {
        self.forget(number);
    }

    fn forget(&mut self, number: u64) -> Option<&mut Zygote> {
        let zygote = self.all.get_mut(&self.origins.remove(&number)?.zygote)?;
        zygote.living -= 1;
        Some(zygote)
    }

    /// Zygotes that are retired and have outlived their clones.
    pub(crate) fn done(&self) -> Vec<u64> {
        let done = self.all.iter().filter(|(_, it)| it.retired && it.living == 0);
        done.map(|(number, _)| *number).collect()
    }

    /// Forgets a zygote that ended, and gives the clones that will never be.
    pub(crate) fn ended(&mut self, number: u64) -> Vec<(u64, Ordered)> {
        let Some(zygote) = self.all.remove(&number) else { return Vec::new() };
        if !zygote.answered && !zygote.retired {
            self.useless.push(zygote.kind);
        }
        zygote.ordered.into_iter().collect()
    }
}

/// Reads the next word of a zygote.
pub(crate) fn receive(control: impl AsFd) -> Word {
    let mut packet = [0; 1024];
    let mut pidfd = None;
    let length = match receive_into(control, &mut packet, |it| pidfd = Some(it)) {
        Ok(length) => length,
        Err(PacketError::Socket(error)) if error.kind() == io::ErrorKind::WouldBlock => {
            return Word::Nothing;
        }
        Err(_) => return Word::End,
    };
    let text = String::from_utf8_lossy(&packet[..length]);
    let mut words = text.splitn(3, '\t');
    let number = words.next().and_then(|it| it.parse().ok());
    let errno = words.next().and_then(|it| it.parse().ok());
    match (number, errno, words.next()) {
        (Some(number), Some(errno), Some(step)) => {
            let failure = Failure { step: step.to_owned(), errno };
            Word::Answer { number, outcome: pidfd.ok_or(failure) }
        }
        // Nothing at all, or what it could not do before it was a zygote.
        _ => Word::End,
    }
}

/// The number of a process by which we know it, which its zygote cannot tell. `None` once it is reaped.
pub(crate) fn pid_of(pidfd: BorrowedFd<'_>) -> Option<libc::pid_t> {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd())).ok()?;
    let pid = info.lines().find_map(|it| it.strip_prefix("Pid:"))?.trim().parse().ok()?;
    (pid > 0).then_some(pid)
}

/// The descriptors by which a clone enters its control group.
pub(crate) fn doors(group: &Group) -> io::Result<Vec<OwnedFd>> {
    use rustix::fs::{Mode, OFlags, openat};
    match group.entrance() {
        Entrance::Write(doors) => doors.iter().map(|it| it.as_fd().try_clone_to_owned()).collect(),
        // Only we may let it be born there, and we are not its parent.
        Entrance::Birth(dir) => {
            let flags = OFlags::WRONLY | OFlags::CLOEXEC;
            Ok(vec![openat(dir, "cgroup.procs", flags, Mode::empty())?])
        }
    }
}

/// The command of a zygote, for [`crate::child`]: the number of arguments, then the executable, the
/// arguments and the environment as strings that end in NUL. A nursery has no strings.
pub(crate) fn command(interpreter: Option<&Interpreter>) -> Option<Vec<u8>> {
    let Some(interpreter) = interpreter else { return Some(vec![0]) };
    let Interpreter { executable, argv, env, .. } = interpreter;
    let mut bytes = vec![u8::try_from(argv.len()).ok()?];
    let variables = env.iter().map(|(name, value)| format!("{name}={value}"));
    for word in [executable].into_iter().chain(argv).cloned().chain(variables) {
        if word.contains('\0') {
            return None;
        }
        bytes.extend(word.as_bytes());
        bytes.push(0);
    }
    (bytes.len() <= MAX_PACKET).then_some(bytes)
}

/// What an interpreter finds at its descriptor 4.
pub(crate) fn attachment(interpreter: &Interpreter) -> io::Result<fs::File> {
    nameless(c"attachment", &interpreter.attachment.0)
}

/// What an interpreter loads and calls; see `clone.rs`.
pub(crate) fn machine_code() -> io::Result<fs::File> {
    nameless(c"clone", include_bytes!(concat!(env!("OUT_DIR"), "/clone.so")))
}

/// A file without a name: nothing appears in the zygote's root.
fn nameless(what: &CStr, content: &[u8]) -> io::Result<fs::File> {
    let file = memfd_create(what, MemfdFlags::CLOEXEC)?;
    let mut file = fs::File::from(file);
    file.write_all(content)?;
    file.rewind()?;
    Ok(file)
}
