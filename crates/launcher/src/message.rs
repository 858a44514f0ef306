//! The words between the server and the launcher, one per packet.

use std::path::PathBuf;

use guest::Payload;
use serde::{Deserialize, Serialize};

use crate::{
    limits::Limits,
    mounts::Mount,
    system::{Root, System},
};

/// What the server asks for. The first packet must be [`Request::Hello`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Carries the guest's memfd. Answered by [`Reply::Ready`].
    Hello {
        /// How many half-finished sandboxes to keep, so that the next start is quick.
        spares: u32,
        /// Where to look for control groups.
        cgroups: CgroupSource,
    },
    /// Carries the guest's end of the link. Answered by [`Reply::Started`] or [`Reply::Failed`].
    Start {
        id: u64,
        limits: Limits,
        /// Host directories outside `/usr` to show read-only at the same path.
        toolchains: Vec<PathBuf>,
        mounts: Vec<Mount>,
        system: System,
        root: Root,
        network: Network,
        /// Asks for a sandbox that is born with this interpreter standing by; see
        /// [`zygote`](crate::zygote). Fails where there can be none.
        interpreter: Option<Box<Interpreter>>,
    },
    /// Ends a sandbox. Answered by [`Reply::Ended`] once nothing of it is left.
    Kill { id: u64 },
    /// Answered by [`Reply::Acted`] with the same `call`.
    Act { call: u64, id: u64, action: Action },
}

/// A Python that is booted once and cloned into sandboxes. Everything in it is trusted text.
///
/// Clones of one boot share what Python draws once, the seed of `hash()`, and the addresses of its
/// memory; a program that knows them in one sandbox knows them in the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// An absolute path.
    pub executable: String,
    /// Such that what it runs calls `become_a_clone` of [`CLONE`](crate::CLONE) when it has booted.
    pub argv: Vec<String>,
    pub env: Vec<(String, String)>,
    /// What it finds in a file at descriptor 4 until it is cloned.
    pub attachment: Payload,
}

/// What can be done to a sandbox from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Answered once every process has stopped.
    Pause,
    Resume,
    Measure,
}

/// Whose network a sandbox has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// A loopback interface of its own, all ports of which it may use, and nothing else.
    #[default]
    Own,
    /// Whatever this machine reaches, its own services included.
    Host,
}

/// Where the launcher looks for control groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CgroupSource {
    /// What `/proc/self/mountinfo` and `/proc/self/cgroup` say.
    Host,
    /// A group of version 2 that we may make groups in; also one with no controllers.
    Below(PathBuf),
    /// Do without, as on a machine that delegates none.
    Nowhere,
}

/// What the launcher answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    Ready(Enforcement),
    /// The guest runs.
    Started {
        id: u64,
        /// Its process id on the host.
        pid: u32,
    },
    Failed {
        id: u64,
        failure: Failure,
    },
    /// Processes, mounts and control groups of the sandbox are gone.
    Ended {
        id: u64,
        usage: Usage,
    },
    Acted {
        call: u64,
        answer: Answer,
    },
}

/// What became of an [`Action`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    Done,
    Measured(Measured),
    Failed(Failure),
    /// The sandbox has ended, or never began.
    Gone,
}

/// The step of the set-up that failed, and the kernel's reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub step: String,
    pub errno: i32,
}

/// How each limit is held on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enforcement {
    pub memory: Mechanism,
    pub processes: Mechanism,
    pub cpu: Mechanism,
    /// Every sandbox has a host user of its own.
    pub own_users: bool,
    /// How a sandbox is paused.
    pub freezer: Freezer,
    /// Why a mechanism weaker than a control group is used.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mechanism {
    CgroupV1,
    CgroupV2,
    /// Per process for memory, per sandbox for processes.
    Rlimit,
    Nothing,
}

/// How all processes of a sandbox are stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Freezer {
    CgroupV1 {
        /// The launcher's own group. After its death the frozen ones below must be released, or
        /// they cannot die.
        base: PathBuf,
    },
    CgroupV2,
    /// One after another by SIGSTOP, which parents inside may notice.
    Signals,
}

/// What a sandbox has used and uses now. `None` is what nobody counts here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// User and system time.
    pub cpu_micros: Option<u64>,
    /// Resident memory and files in memory.
    pub memory_bytes: Option<u64>,
    pub peak_memory_bytes: Option<u64>,
    /// Processes and threads, the guest not counted.
    pub processes: Option<u64>,
    /// Read from disks.
    pub read_bytes: Option<u64>,
    /// Written to disks.
    pub written_bytes: Option<u64>,
}

/// What a sandbox has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Processes the kernel killed because the sandbox was out of memory.
    pub out_of_memory_kills: u64,
    /// Zero when the kernel does not say.
    pub peak_memory_bytes: u64,
    /// User and system time.
    pub cpu_micros: u64,
}
