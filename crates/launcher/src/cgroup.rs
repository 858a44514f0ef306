//! Control groups: where sandboxes get theirs, what limits them, what they used.
//!
//! ```text
//! <place we may write>/runbook-<pid>-<start time>/<number of the sandbox>
//! ```
//!
//! On version 1 there is one such path per controller. Nothing here writes `cgroup.procs`: that
//! write waits for an RCU grace period (6 to 12 ms on a quiet machine), so a sandbox enters its
//! group by itself, or is born in it.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use crate::{
    limits::Limits,
    message::{CgroupSource, Enforcement, Mechanism, Usage},
};

mod discover;
mod files;
mod stale;

pub(crate) use discover::{Controller, Layout};

/// The control groups of one launcher; they are removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Cgroups {
    layout: Layout,
    reason: Option<String>,
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
            stale::remove_groups_of_the_dead(base);
        }
        Self { layout, reason }
    }

    pub(crate) fn enforcement(&self, own_users: bool) -> Enforcement {
        let by = |controller| self.layout.mechanism(controller);
        let fallback = |found, weaker| if found == Mechanism::Nothing { weaker } else { found };
        Enforcement {
            memory: fallback(by(Controller::Memory), Mechanism::Rlimit),
            processes: fallback(by(Controller::Pids), Mechanism::Rlimit),
            cpu: by(Controller::Cpu),
            own_users,
            reason: self.reason.clone(),
        }
    }

    pub(crate) fn create(&self, number: u64) -> io::Result<Group> {
        let mut group = Group {
            version: self.layout.version(),
            dirs: Vec::new(),
            doors: Vec::new(),
            memory_events: None,
        };
        for (controllers, base) in self.layout.hierarchies() {
            let dir = base.join(number.to_string());
            fs::create_dir(&dir)?;
            group.dirs.push((controllers.to_vec(), dir));
        }
        for (_, dir) in &group.dirs {
            group.doors.push(match group.version {
                Version::One => {
                    fs::OpenOptions::new().write(true).open(dir.join("cgroup.procs"))?
                }
                Version::Two => fs::File::open(dir)?,
            });
        }
        if let Some(dir) = group.memory_dir() {
            group.memory_events = Some(fs::File::open(dir.join(group.version.memory_events()))?);
        }
        Ok(group)
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

/// The control groups of one sandbox, one directory per hierarchy.
#[derive(Debug)]
pub(crate) struct Group {
    version: Version,
    dirs: Vec<(Vec<Controller>, PathBuf)>,
    doors: Vec<fs::File>,
    memory_events: Option<fs::File>,
}

/// How a process gets into a [`Group`].
#[derive(Debug)]
pub(crate) enum Entrance<'a> {
    /// It writes `0` to each of these files, opened with our rights.
    Write(&'a [fs::File]),
    /// It is born in the directory, by `CLONE_INTO_CGROUP`.
    Birth(&'a fs::File),
}

impl Group {
    pub(crate) fn entrance(&self) -> Entrance<'_> {
        match (self.version, self.doors.as_slice()) {
            (Version::Two, [dir, ..]) => Entrance::Birth(dir),
            (_, doors) => Entrance::Write(doors),
        }
    }

    /// Closes what only the birth of the sandbox needed.
    pub(crate) fn close_entrance(&mut self) {
        self.doors.clear();
        self.memory_events = None;
    }

    /// Lets the guest see how often memory ran out.
    pub(crate) fn memory_events(&self) -> Option<&fs::File> {
        self.memory_events.as_ref()
    }

    fn memory_dir(&self) -> Option<&Path> {
        let memory = |it: &&(Vec<Controller>, PathBuf)| it.0.contains(&Controller::Memory);
        self.dirs.iter().find(memory).map(|(_, dir)| dir.as_path())
    }

    pub(crate) fn limit(&self, limits: &Limits) -> io::Result<()> {
        // The guest is a process too, and not one the program should have to share.
        let processes = u64::from(limits.processes) + 1;
        let quota = u64::from(limits.cpu_millis) * 100;
        for (controllers, dir) in &self.dirs {
            for controller in controllers {
                match (self.version, controller) {
                    (Version::One, Controller::Memory) => limit_memory_v1(dir, limits)?,
                    (Version::One, Controller::Cpu) => {
                        set(dir, "cpu.cfs_period_us", 100_000)?;
                        set(dir, "cpu.cfs_quota_us", quota)?;
                    }
                    (_, Controller::Pids) => set(dir, "pids.max", processes)?,
                    (Version::Two, Controller::Memory) => {
                        set(dir, "memory.max", limits.memory_bytes)?;
                        set_if_present(dir, "memory.swap.max", 0)?;
                    }
                    (Version::Two, Controller::Cpu) => {
                        fs::write(dir.join("cpu.max"), format!("{quota} 100000"))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What the kernel counted so far, without the CPU time.
    pub(crate) fn usage(&self) -> Usage {
        let Some(dir) = self.memory_dir() else { return Usage::default() };
        let peak = match self.version {
            Version::One => "memory.max_usage_in_bytes",
            Version::Two => "memory.peak",
        };
        let events = fs::read_to_string(dir.join(self.version.memory_events())).unwrap_or_default();
        let kills = events.lines().find_map(|it| it.strip_prefix("oom_kill "));
        let peak = fs::read_to_string(dir.join(peak)).unwrap_or_default();
        Usage {
            out_of_memory_kills: kills.and_then(|it| it.parse().ok()).unwrap_or(0),
            peak_memory_bytes: peak.trim().parse().unwrap_or(0),
            cpu_micros: 0,
        }
    }

    /// Says whether the group is gone; it stays as long as a dying process is inside.
    pub(crate) fn remove(&mut self) -> bool {
        self.close_entrance();
        self.dirs.retain(|(_, dir)| match fs::remove_dir(dir) {
            Ok(()) => false,
            Err(error) => error.kind() != ErrorKind::NotFound,
        });
        self.dirs.is_empty()
    }
}

fn limit_memory_v1(dir: &Path, limits: &Limits) -> io::Result<()> {
    set(dir, "memory.limit_in_bytes", limits.memory_bytes)?;
    // Memory plus swap may be no more than memory: there is no swap. Absent without swap accounting.
    set_if_present(dir, "memory.memsw.limit_in_bytes", limits.memory_bytes)
}

fn set(dir: &Path, name: &str, value: u64) -> io::Result<()> {
    // Without O_CREAT: in a real hierarchy the file exists or the kernel lacks it.
    let mut file = fs::OpenOptions::new().write(true).open(dir.join(name))?;
    io::Write::write_all(&mut file, value.to_string().as_bytes())
}

fn set_if_present(dir: &Path, name: &str, value: u64) -> io::Result<()> {
    match set(dir, name, value) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
