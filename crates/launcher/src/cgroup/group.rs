//! The control groups of one sandbox.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::{
    Controller, Version,
    files::{Files, Kernel},
    freezer,
    freezer::Wish,
    usage,
};
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
    /// What it was limited to last; its processes cannot change that.
    limited: Option<Limits>,
    /// It was, and so it may still be.
    was_stopped: bool,
    /// Kills for lack of memory, when they were last looked at and before it was given to its sandbox.
    kills: u64,
    earlier_kills: u64,
}

/// What became of a group whose processes have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cleaned {
    /// Another sandbox may have it.
    Clean,
    /// Something of the last sandbox stays in it.
    Soiled,
    /// Somebody is still dying in it.
    Busy,
}

/// Memory that the kernel may still count for a group in which nobody is left: pages of files that its
/// processes read first. They are given back when memory runs short.
const MOST_REMAINS: u64 = 2 << 20;

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
        let mut group = Self {
            version,
            dirs,
            doors: Vec::new(),
            memory_events: None,
            limited: None,
            was_stopped: false,
            kills: 0,
            earlier_kills: 0,
        };
        group.open_entrance()?;
        Ok(group)
    }

    /// Makes it ready to be entered again.
    pub(super) fn open_entrance(&mut self) -> io::Result<()> {
        self.close_entrance();
        for (_, dir) in &self.dirs {
            self.doors.push(match self.version {
                Version::One => {
                    fs::OpenOptions::new().write(true).open(dir.join("cgroup.procs"))?
                }
                Version::Two => fs::File::open(dir)?,
            });
        }
        if let Some(dir) = self.dir_of(Controller::Memory) {
            self.memory_events = Some(fs::File::open(dir.join(self.version.memory_events()))?);
        }
        Ok(())
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
    pub(crate) fn freeze(&mut self, wish: Wish) -> Option<io::Result<()>> {
        self.was_stopped = true;
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

    /// Time that its processes have worked.
    pub(crate) fn cpu_micros(&self) -> Option<u64> {
        let dirs = match self.version {
            Version::One => {
                self.dirs.iter().find(|it| it.0.contains(&Controller::CpuAccounting)).cloned()
            }
            Version::Two => self.dirs.first().map(|(_, dir)| (Vec::new(), dir.clone())),
        };
        usage::measure(&Kernel, self.version, dirs.as_slice()).cpu_micros
    }

    pub(crate) fn limit(&mut self, limits: &Limits) -> io::Result<()> {
        if self.limited.as_ref() == Some(limits) {
            return Ok(());
        }
        self.limited = None;
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
        self.limited = Some(limits.clone());
        Ok(())
    }

    /// What the kernel counted so far, without the CPU time.
    pub(crate) fn usage(&mut self) -> Usage {
        let Some(dir) = self.dir_of(Controller::Memory) else { return Usage::default() };
        let peak = match self.version {
            Version::One => "memory.max_usage_in_bytes",
            Version::Two => "memory.peak",
        };
        let events = fs::read_to_string(dir.join(self.version.memory_events())).unwrap_or_default();
        let kills = events.lines().find_map(|it| it.strip_prefix("oom_kill "));
        let peak = fs::read_to_string(dir.join(peak)).unwrap_or_default();
        let kills = kills.and_then(|it| it.parse().ok()).unwrap_or(self.kills);
        self.kills = kills;
        Usage {
            out_of_memory_kills: kills.saturating_sub(self.earlier_kills),
            peak_memory_bytes: peak.trim().parse().unwrap_or(0),
            cpu_micros: 0,
        }
    }

    /// Makes it as if nobody had been inside. Of version 1 only, where there is a directory for each
    /// controller to be made and removed, and every count can be set back.
    pub(super) fn clean(&mut self) -> Cleaned {
        match self.version {
            Version::One if !self.was_stopped => self.clean_by(&Kernel).unwrap_or(Cleaned::Soiled),
            Version::One | Version::Two => Cleaned::Soiled,
        }
    }

    /// Leaves one of which nothing has to be removed.
    pub(super) fn take(&mut self) -> Self {
        let nothing = Self {
            version: self.version,
            dirs: Vec::new(),
            doors: Vec::new(),
            memory_events: None,
            limited: None,
            was_stopped: false,
            kills: 0,
            earlier_kills: 0,
        };
        std::mem::replace(self, nothing)
    }

    fn clean_by(&mut self, files: &impl Files) -> io::Result<Cleaned> {
        let Some(pids) = self.dir_of(Controller::Pids) else { return Ok(Cleaned::Soiled) };
        // A process counts until it is reaped, so long after it has left all groups.
        if number(files, pids, "pids.current")? > 0 {
            return Ok(Cleaned::Busy);
        }
        if let Some(dir) = self.dir_of(Controller::Memory) {
            if number(files, dir, "memory.usage_in_bytes")? > MOST_REMAINS {
                return Ok(Cleaned::Soiled);
            }
            files.write(&dir.join("memory.max_usage_in_bytes"), "0")?;
        }
        if let Some(dir) = self.dir_of(Controller::CpuAccounting) {
            files.write(&dir.join("cpuacct.usage"), "0")?;
        }
        if let Some(dir) = self.dir_of(Controller::Io) {
            files.write(&dir.join("blkio.reset_stats"), "1")?;
        }
        // The sandbox was asked what it used when it ended.
        self.earlier_kills = self.kills;
        Ok(Cleaned::Clean)
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

fn number(files: &impl Files, dir: &Path, name: &str) -> io::Result<u64> {
    let text = files.read(&dir.join(name))?;
    text.trim().parse().map_err(|_| io::Error::from(ErrorKind::InvalidData))
}

fn limit_memory_v1(dir: &Path, limits: &Limits) -> io::Result<()> {
    // Memory plus swap may be no more than memory: there is no swap. Absent without swap accounting.
    let with_swap = || set_if_present(dir, "memory.memsw.limit_in_bytes", limits.memory_bytes);
    match set(dir, "memory.limit_in_bytes", limits.memory_bytes) {
        // Nor may memory ever be more than both: in a group that had less before, that goes first.
        Err(error) if error.kind() == ErrorKind::InvalidInput => {
            with_swap()?;
            set(dir, "memory.limit_in_bytes", limits.memory_bytes)
        }
        limited => limited.and_then(|()| with_swap()),
    }
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

#[cfg(test)]
mod tests {
    use super::{super::files::Fake, *};

    fn group() -> Group {
        let dirs = [
            (vec![Controller::Memory], PathBuf::from("/memory/7")),
            (vec![Controller::Pids], PathBuf::from("/pids/7")),
            (vec![Controller::CpuAccounting], PathBuf::from("/cpuacct/7")),
        ];
        Group {
            version: Version::One,
            dirs: dirs.into(),
            doors: Vec::new(),
            memory_events: None,
            limited: None,
            was_stopped: false,
            kills: 0,
            earlier_kills: 0,
        }
    }

    fn files(processes: &str, memory: &str) -> Fake {
        Fake::with(&[
            ("/pids/7/pids.current", processes),
            ("/memory/7/memory.usage_in_bytes", memory),
            ("/memory/7/memory.max_usage_in_bytes", "99999\n"),
            ("/cpuacct/7/cpuacct.usage", "77\n"),
        ])
    }

    #[test]
    fn an_empty_group_is_set_back_for_the_next() {
        let files = files("0\n", "4096\n");
        assert_eq!(group().clean_by(&files).unwrap(), Cleaned::Clean);
        assert_eq!(files.text("/memory/7/memory.max_usage_in_bytes"), "0");
        assert_eq!(files.text("/cpuacct/7/cpuacct.usage"), "0");
    }

    #[test]
    fn a_group_with_a_dying_process_has_to_wait() {
        assert_eq!(group().clean_by(&files("1\n", "4096\n")).unwrap(), Cleaned::Busy);
    }

    #[test]
    fn a_group_that_still_holds_memory_or_was_stopped_is_not_given_on() {
        let much = (MOST_REMAINS + 1).to_string();
        assert_eq!(group().clean_by(&files("0\n", &much)).unwrap(), Cleaned::Soiled);
        let stopped = Group { was_stopped: true, ..group() };
        let of_version_2 = Group { version: Version::Two, ..group() };
        for mut other in [stopped, of_version_2] {
            assert_eq!(other.clean(), Cleaned::Soiled);
        }
    }
}
