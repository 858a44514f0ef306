//! The words between the server and the launcher, one per packet.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    limits::Limits,
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
        network: Network,
    },
    /// Carries the guest's end of the link. Answered by [`Reply::Started`] or [`Reply::Failed`].
    Start {
        id: u64,
        limits: Limits,
        /// Host directories outside `/usr` to show read-only at the same path.
        toolchains: Vec<PathBuf>,
        system: System,
        root: Root,
    },
    /// Ends a sandbox. Answered by [`Reply::Ended`] once nothing of it is left.
    Kill { id: u64 },
}

/// What the sandboxes of a launcher reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// A loopback interface of their own, and nothing else.
    #[default]
    None,
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
