//! The control groups of one sandbox.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::{Controller, Version, files::Kernel, freezer, freezer::Wish, usage};
use crate::{
    limits::Limits,
    message::{Measured, Usage},
};

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
    /// The group in directories that exist, ready to be entered.
    pub(super) fn open(
        version: Version,
        dirs: Vec<(Vec<Controller>, PathBuf)>,
    ) -> io::Result<Self> {
        let mut group = Self { version, dirs, doors: Vec::new(), memory_events: None };
        for (_, dir) in &group.dirs {
            group.doors.push(match version {
                Version::One => {
                    fs::OpenOptions::new().write(true).open(dir.join("cgroup.procs"))?
                }
                Version::Two => fs::File::open(dir)?,
            });
        }
        if let Some(dir) = group.dir_of(Controller::Memory) {
            group.memory_events = Some(fs::File::open(dir.join(version.memory_events()))?);
        }
        Ok(group)
    }

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

    fn dir_of(&self, controller: Controller) -> Option<&Path> {
        let has = |it: &&(Vec<Controller>, PathBuf)| it.0.contains(&controller);
        self.dirs.iter().find(has).map(|(_, dir)| dir.as_path())
    }

    /// Where its processes can be stopped; version 2 can do that in any group.
    fn freezer(&self) -> Option<&Path> {
        match self.version {
            Version::One => self.dir_of(Controller::Freezer),
            Version::Two => self.dirs.first().map(|(_, dir)| dir.as_path()),
        }
    }

    /// Asks the kernel to stop or release every process inside; `None` if this group cannot.
    pub(crate) fn freeze(&self, wish: Wish) -> Option<io::Result<()>> {
        self.freezer().map(|dir| freezer::ask(&Kernel, self.version, dir, wish))
    }

    /// Whether what was asked for has come true.
    pub(crate) fn is_settled(&self, wish: Wish) -> io::Result<bool> {
        let Some(dir) = self.freezer() else { return Ok(true) };
        freezer::is_settled(&Kernel, self.version, dir, wish)
    }

    /// What the kernel counts of it.
    pub(crate) fn measure(&self) -> Measured {
        usage::measure(&Kernel, self.version, &self.dirs)
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
                    // They only count or stop.
                    (_, Controller::Io | Controller::CpuAccounting | Controller::Freezer) => {}
                }
            }
        }
        Ok(())
    }

    /// What the kernel counted so far, without the CPU time.
    pub(crate) fn usage(&self) -> Usage {
        let Some(dir) = self.dir_of(Controller::Memory) else { return Usage::default() };
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
