//! Control groups: where sandboxes get theirs, what limits them, what they used.
//!
//! ```text
//! <place we may write>/runbook-<pid>-<start time>/<number>
//! ```
//!
//! On version 1 there is one such path per controller, and to make and remove all of them takes longer
//! than to start a process in them. So a group whose sandbox has ended is emptied, set back and given to
//! the next one, where nothing of the last stays in it that the next could notice. Nothing here writes `cgroup.procs`: that
//! write waits for an RCU grace period (6 to 12 ms on a quiet machine), so a sandbox enters its
//! group by itself, or is born in it.

use std::{fs, io, path::Path};

use crate::message::{CgroupSource, Enforcement, Freezer, Mechanism};

mod discover;
mod files;
mod freezer;
mod group;
mod stale;
mod usage;

pub(crate) use discover::{Controller, Layout};
pub(crate) use freezer::Wish;
use group::Cleaned;
pub(crate) use group::{Entrance, Group};

/// Groups that may wait for their next sandbox.
const MOST_IDLE: usize = 32;

/// The control groups of one launcher; they are removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Cgroups {
    layout: Layout,
    reason: Option<String>,
    idle: Vec<Group>,
    next: u64,
}

/// Whether somebody else may have the group of a sandbox that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reuse {
    Fine,
    /// Who was to enter it may not have, or nobody will come.
    Never,
}

impl Cgroups {
    pub(crate) fn new(source: &CgroupSource) -> Self {
        let place = discover::Place::of_this_process();
        let (layout, reason) = match (source, place) {
            (CgroupSource::Nowhere, _) => {
                (Layout::Nowhere, Some("control groups are turned off".to_owned()))
            }
            (_, Err(error)) => (Layout::Nowhere, Some(format!("/proc cannot be read: {error}"))),
            (CgroupSource::Below(dir), Ok(place)) => discover::below(&files::Kernel, &place, dir),
            (CgroupSource::Host, Ok(place)) => discover::discover(&files::Kernel, &place),
        };
        for base in layout.bases() {
            stale::release_groups_of_the_dead(base);
        }
        for base in layout.bases() {
            stale::remove_groups_of_the_dead(base);
        }
        Self { layout, reason, idle: Vec::new(), next: 0 }
    }

    pub(crate) fn enforcement(&self, own_users: bool) -> Enforcement {
        let by = |controller| self.layout.mechanism(controller);
        let fallback = |found, weaker| if found == Mechanism::Nothing { weaker } else { found };
        Enforcement {
            memory: fallback(by(Controller::Memory), Mechanism::Rlimit),
            processes: fallback(by(Controller::Pids), Mechanism::Rlimit),
            cpu: by(Controller::Cpu),
            own_users,
            freezer: self.freezer(),
            reason: self.reason.clone(),
        }
    }

    fn freezer(&self) -> Freezer {
        match &self.layout {
            Layout::V2(..) => Freezer::CgroupV2,
            Layout::V1(hierarchies) => hierarchies
                .iter()
                .find(|(controllers, _)| controllers.contains(&Controller::Freezer))
                .map_or(Freezer::Signals, |(_, base)| Freezer::CgroupV1 { base: base.clone() }),
            Layout::Nowhere => Freezer::Signals,
        }
    }

    /// A group in which nobody is.
    pub(crate) fn create(&mut self) -> io::Result<Group> {
        while let Some(mut group) = self.idle.pop() {
            if group.open_entrance().is_ok() {
                return Ok(group);
            }
            group.remove();
        }
        let mut dirs = Vec::new();
        for (controllers, base) in self.layout.hierarchies() {
            let dir = base.join(self.next.to_string());
            fs::create_dir(&dir)?;
            dirs.push((controllers.to_vec(), dir));
        }
        self.next += 1;
        Group::open(self.layout.version(), dirs)
    }

    /// Takes back the group of a sandbox that ended, to keep it if it may be used again, and says whether
    /// that is done: a dying process inside delays it.
    pub(crate) fn take_back(&mut self, group: &mut Group, reuse: Reuse) -> bool {
        if reuse == Reuse::Never || self.idle.len() >= MOST_IDLE {
            return group.remove();
        }
        match group.clean() {
            Cleaned::Busy => false,
            Cleaned::Soiled => group.remove(),
            Cleaned::Clean => {
                self.idle.push(group.take());
                true
            }
        }
    }

    pub(crate) fn some_are_idle(&self) -> bool {
        !self.idle.is_empty()
    }

    /// Removes one that waits.
    pub(crate) fn trim(&mut self) {
        if let Some(mut group) = self.idle.pop()
            && !group.remove()
        {
            self.idle.push(group);
        }
    }
}

impl Drop for Cgroups {
    fn drop(&mut self) {
        for base in self.layout.bases() {
            stale::remove_tree(base);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    One,
    Two,
}

impl Version {
    /// The file with a line `oom_kill N`.
    fn memory_events(self) -> &'static str {
        match self {
            Self::One => "memory.oom_control",
            Self::Two => "memory.events",
        }
    }
}

/// Lets the processes of all sandboxes in a hierarchy of version 1 go on, whose launcher is gone: a
/// frozen process does not even die.
pub fn thaw_below(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        freezer::thaw(&entry.path());
    }
}
