//! Which process a container or directory belongs to, so that leftovers of dead ones can be told from
//! what the living use.
//!
//! A process is known by its number and start time within a pid namespace within a boot of a kernel.
//! Nothing is said about processes that we could not see: of another machine, boot or namespace.

use std::{fmt, fs, path::Path, str::FromStr};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    /// Boot and pid namespace.
    place: String,
    pid: u32,
    /// In clock ticks since the boot.
    started: u64,
}

impl Owner {
    /// This process.
    pub(crate) fn ours() -> Self {
        let pid = std::process::id();
        let started = started(Path::new("/proc"), pid).unwrap_or(0);
        Self { place: place(Path::new("/proc")), pid, started }
    }

    /// Certain only when true: the process of this machine has ended.
    pub(crate) fn is_gone(&self) -> bool {
        let proc = Path::new("/proc");
        self.place == place(proc) && started(proc, self.pid) != Some(self.started)
    }
}

fn place(proc: &Path) -> String {
    let boot = fs::read_to_string(proc.join("sys/kernel/random/boot_id")).unwrap_or_default();
    let namespace = fs::read_link(proc.join("self/ns/pid")).unwrap_or_default();
    let digits: String = namespace.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
    format!("{}-{digits}", boot.trim())
}

/// Field 22 of `/proc/PID/stat`; see `proc_pid_stat(5)`. Fields are counted behind the name, which may
/// hold anything.
fn started(proc: &Path, pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(proc.join(pid.to_string()).join("stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(19)?.parse().ok()
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.place, self.pid, self.started)
    }
}

/// The label was not written by us.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotAnOwner;

impl FromStr for Owner {
    type Err = NotAnOwner;

    fn from_str(label: &str) -> Result<Self, NotAnOwner> {
        let mut parts = label.split('.');
        let (Some(place), Some(pid), Some(started), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotAnOwner);
        };
        let (pid, started) = (pid.parse(), started.parse());
        let (Ok(pid), Ok(started)) = (pid, started) else { return Err(NotAnOwner) };
        Ok(Self { place: place.to_owned(), pid, started })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_read_back() {
        let ours = Owner::ours();
        assert_eq!(ours.to_string().parse(), Ok(ours));
        assert_eq!("another program's".parse::<Owner>(), Err(NotAnOwner));
    }

    #[test]
    fn we_are_alive_and_a_reused_number_is_another_process() {
        let ours = Owner::ours();
        assert!(!ours.is_gone());
        let before = Owner { started: ours.started + 1, ..ours };
        assert!(before.is_gone());
    }

    #[test]
    fn nothing_is_said_about_processes_of_another_machine() {
        let elsewhere = Owner { place: "elsewhere-1".to_owned(), pid: 1, started: 0 };
        assert!(!elsewhere.is_gone());
    }
}
