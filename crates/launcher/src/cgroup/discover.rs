//! Finds a place in the control group trees where this process may make groups of its own.
//!
//! Version 1: below our own group of each controller. Version 2: the nearest ancestor that lets
//! us make a directory and hand its controllers down; a group with processes in it cannot (the
//! kernel's rule of no internal processes), unless those are only the server and ourselves, who
//! then move aside into `runbook-host`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rustix::process::{getpid, getppid};

use super::{
    Version,
    files::Files,
    stale::{name, start_time},
};
use crate::message::Mechanism;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Controller {
    Memory,
    Pids,
    Cpu,
    /// Counts what is read from and written to disks.
    Io,
    /// A controller of version 1 only; version 2 counts in every group.
    CpuAccounting,
    /// A controller of version 1 only; version 2 freezes any group.
    Freezer,
}

impl Controller {
    const VERSION_1: [Self; 6] =
        [Self::Memory, Self::Pids, Self::Cpu, Self::Freezer, Self::CpuAccounting, Self::Io];
    pub(super) const VERSION_2: [Self; 4] = [Self::Memory, Self::Pids, Self::Cpu, Self::Io];

    fn word(self, version: Version) -> &'static str {
        match (self, version) {
            (Self::Memory, _) => "memory",
            (Self::Pids, _) => "pids",
            (Self::Cpu, _) => "cpu",
            (Self::Io, Version::One) => "blkio",
            (Self::Io, Version::Two) => "io",
            (Self::CpuAccounting, _) => "cpuacct",
            (Self::Freezer, _) => "freezer",
        }
    }

    /// Whether the promises of a sandbox depend on it.
    fn limits(self) -> bool {
        matches!(self, Self::Memory | Self::Pids | Self::Cpu)
    }
}

/// How many of the controllers that limit are among these.
fn limiting(controllers: &[Controller]) -> usize {
    controllers.iter().filter(|it| it.limits()).count()
}

/// Our group in each hierarchy that helps.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    V1(Vec<(Vec<Controller>, PathBuf)>),
    V2(Vec<Controller>, PathBuf),
    Nowhere,
}

impl Layout {
    pub(super) fn bases(&self) -> impl Iterator<Item = &Path> {
        self.hierarchies().map(|(_, base)| base)
    }

    pub(super) fn hierarchies(&self) -> impl Iterator<Item = (&[Controller], &Path)> {
        let (many, one) = match self {
            Self::V1(hierarchies) => (hierarchies.as_slice(), None),
            Self::V2(controllers, base) => {
                ([].as_slice(), Some((controllers.as_slice(), base.as_path())))
            }
            Self::Nowhere => ([].as_slice(), None),
        };
        many.iter().map(|(controllers, base)| (controllers.as_slice(), base.as_path())).chain(one)
    }

    pub(super) fn version(&self) -> Version {
        match self {
            Self::V2(..) => Version::Two,
            Self::V1(_) | Self::Nowhere => Version::One,
        }
    }

    pub(super) fn mechanism(&self, controller: Controller) -> Mechanism {
        if !self.hierarchies().any(|(controllers, _)| controllers.contains(&controller)) {
            return Mechanism::Nothing;
        }
        match self.version() {
            Version::One => Mechanism::CgroupV1,
            Version::Two => Mechanism::CgroupV2,
        }
    }
}

/// What the kernel tells a process about where it is.
#[derive(Debug)]
pub(super) struct Place {
    mountinfo: String,
    memberships: String,
    /// The launcher and the server that started it.
    family: [u32; 2],
    name: String,
}

impl Place {
    pub(super) fn of_this_process() -> io::Result<Self> {
        let pid = getpid().as_raw_nonzero().get().unsigned_abs();
        let parent = getppid().map_or(0, |it| it.as_raw_nonzero().get().unsigned_abs());
        Ok(Self {
            mountinfo: fs::read_to_string("/proc/self/mountinfo")?,
            memberships: fs::read_to_string("/proc/self/cgroup")?,
            family: [pid, parent],
            name: name(pid, start_time(pid)?),
        })
    }

    /// The mount points with the root they show, of one file system type.
    fn mounts(&self, kind: &str) -> impl Iterator<Item = (PathBuf, &str, &str)> {
        self.mountinfo.lines().filter_map(move |line| {
            let (mount, file_system) = line.split_once(" - ")?;
            let mut mount = mount.split(' ').skip(3);
            let (root, point) = (mount.next()?, mount.next()?);
            let mut file_system = file_system.split(' ');
            let found = file_system.next()?;
            let options = file_system.nth(1)?;
            (found == kind).then(|| (PathBuf::from(point), root, options))
        })
    }

    /// Our own group, as a path below the mount point that shows it.
    fn own_group(&self, point: &Path, root: &str, controllers: &str) -> Option<PathBuf> {
        let path = self.memberships.lines().find_map(|line| {
            let (listed, path) = line.split_once(':')?.1.split_once(':')?;
            let matches = match controllers {
                "" => listed.is_empty(),
                _ => listed.split(',').any(|it| it == controllers),
            };
            matches.then_some(path)
        })?;
        let below = Path::new(path).strip_prefix(root).unwrap_or(Path::new(""));
        Some(point.join(below.strip_prefix("/").unwrap_or(below)))
    }
}

/// The best layout, and what is missing in it.
pub(super) fn discover(files: &impl Files, place: &Place) -> (Layout, Option<String>) {
    let (hierarchies, mut complaints) = version_1(files, place);
    if !hierarchies.is_empty() {
        return (Layout::V1(hierarchies), joined(complaints));
    }
    let layout = version_2(files, place, &mut complaints);
    if complaints.is_empty() && layout == Layout::Nowhere {
        complaints.push("no control groups are mounted".to_owned());
    }
    (layout, joined(complaints))
}

/// The layout in a group that somebody chose for us.
pub(super) fn below(files: &impl Files, place: &Place, dir: &Path) -> (Layout, Option<String>) {
    match take(files, place, dir) {
        Ok((enabled, base)) => (Layout::V2(enabled, base), None),
        Err(error) => {
            drop(files.remove_dir(&dir.join(&place.name)));
            (Layout::Nowhere, Some(format!("no group in {}: {error}", dir.display())))
        }
    }
}

fn joined(complaints: Vec<String>) -> Option<String> {
    (!complaints.is_empty()).then(|| complaints.join("; "))
}

type Hierarchies = Vec<(Vec<Controller>, PathBuf)>;

fn version_1(files: &impl Files, place: &Place) -> (Hierarchies, Vec<String>) {
    let (mut found, mut complaints): (Hierarchies, _) = (Vec::new(), Vec::new());
    for controller in Controller::VERSION_1 {
        let word = controller.word(Version::One);
        let has = |options: &str| options.split(',').any(|it| it == word);
        let Some((point, root, _)) = place.mounts("cgroup").find(|(_, _, it)| has(it)) else {
            continue;
        };
        let Some(own) = place.own_group(&point, root, word) else { continue };
        let base = own.join(&place.name);
        // Controllers may share a hierarchy, such as `cpu,cpuacct`.
        if let Some((controllers, _)) = found.iter_mut().find(|(_, it)| *it == base) {
            controllers.push(controller);
            continue;
        }
        match files.make_dir(&base) {
            Ok(()) => found.push((vec![controller], base)),
            // What only counts or pauses has another way.
            Err(_) if !controller.limits() => {}
            Err(error) => complaints.push(format!("no group in {}: {error}", own.display())),
        }
    }
    if found.iter().all(|(controllers, _)| limiting(controllers) == 0) {
        for (_, base) in found.drain(..) {
            drop(files.remove_dir(&base));
        }
    }
    (found, complaints)
}

fn version_2(files: &impl Files, place: &Place, complaints: &mut Vec<String>) -> Layout {
    let Some((point, root, _)) = place.mounts("cgroup2").next() else { return Layout::Nowhere };
    let Some(own) = place.own_group(&point, root, "") else { return Layout::Nowhere };
    let mut best = Layout::Nowhere;
    for candidate in own.ancestors().take_while(|it| it.starts_with(&point)) {
        match take(files, place, candidate) {
            Ok((enabled, base)) => {
                let better = match &best {
                    Layout::V2(known, _) => limiting(&enabled) > limiting(known),
                    Layout::V1(_) | Layout::Nowhere => limiting(&enabled) > 0,
                };
                let loser = if better {
                    std::mem::replace(&mut best, Layout::V2(enabled, base))
                } else {
                    Layout::V2(enabled, base)
                };
                for base in loser.bases() {
                    // An empty group of ours; if it stays, the next launcher removes it.
                    drop(files.remove_dir(base));
                }
            }
            Err(error) => {
                drop(files.remove_dir(&candidate.join(&place.name)));
                complaints.push(format!("no group in {}: {error}", candidate.display()));
            }
        }
        if matches!(&best, Layout::V2(enabled, _) if limiting(enabled) == 3) {
            complaints.clear();
            break;
        }
    }
    best
}

/// Makes our group below `parent` and hands down as many controllers as it may.
fn take(
    files: &impl Files,
    place: &Place,
    parent: &Path,
) -> io::Result<(Vec<Controller>, PathBuf)> {
    let base = parent.join(&place.name);
    files.make_dir(&base)?;
    if hand_down(files, parent).is_err_and(|it| it.kind() == io::ErrorKind::ResourceBusy) {
        step_aside(files, place, parent)?;
        drop(hand_down(files, parent));
    }
    // Whatever was refused is missing from what is read back.
    drop(hand_down(files, &base));
    let enabled = words(files, &base.join("cgroup.subtree_control"))?;
    let is_enabled = |it: &Controller| enabled.iter().any(|word| word == it.word(Version::Two));
    Ok((Controller::VERSION_2.into_iter().filter(is_enabled).collect(), base))
}

fn hand_down(files: &impl Files, group: &Path) -> io::Result<()> {
    let offered = words(files, &group.join("cgroup.controllers"))?;
    let control = group.join("cgroup.subtree_control");
    let enabled = words(files, &control)?;
    let mut refused = Ok(());
    for controller in Controller::VERSION_2 {
        let word = controller.word(Version::Two);
        if offered.iter().any(|it| it == word) && !enabled.iter().any(|it| it == word) {
            refused = files.write(&control, &format!("+{word}")).and(refused);
        }
    }
    refused
}

/// Moves the server and the launcher out of `group`, if nobody else is in it.
fn step_aside(files: &impl Files, place: &Place, group: &Path) -> io::Result<()> {
    let inside = words(files, &group.join("cgroup.procs"))?;
    let ours = |it: &String| place.family.iter().any(|pid| *it == pid.to_string());
    if !inside.iter().all(ours) {
        return Err(io::Error::from(io::ErrorKind::ResourceBusy));
    }
    let aside = group.join("runbook-host");
    match files.make_dir(&aside) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    for pid in inside {
        files.write(&aside.join("cgroup.procs"), &pid)?;
    }
    Ok(())
}

fn words(files: &impl Files, path: &Path) -> io::Result<Vec<String>> {
    Ok(files.read(path)?.split_ascii_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests;
