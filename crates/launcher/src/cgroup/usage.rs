//! What the kernel counts of a group, from the files of either version.

use std::path::{Path, PathBuf};

use super::{Controller, Version, files::Files};
use crate::message::Measured;

/// Reads what there is; a file that is missing or odd leaves its field empty.
pub(super) fn measure(
    files: &impl Files,
    version: Version,
    dirs: &[(Vec<Controller>, PathBuf)],
) -> Measured {
    let mut measured = Measured::default();
    for (controllers, dir) in dirs {
        for controller in controllers {
            let from = Group { files, dir };
            match (version, controller) {
                (Version::One, Controller::Memory) => {
                    measured.memory_bytes = from.number("memory.usage_in_bytes");
                    measured.peak_memory_bytes = from.number("memory.max_usage_in_bytes");
                }
                (Version::Two, Controller::Memory) => {
                    measured.memory_bytes = from.number("memory.current");
                    // Since Linux 5.19.
                    measured.peak_memory_bytes = from.number("memory.peak");
                }
                // The guest is none of the sandbox's programs.
                (_, Controller::Pids) => {
                    measured.processes = from.number("pids.current").map(|it| it.saturating_sub(1));
                }
                (Version::One, Controller::CpuAccounting) => {
                    measured.cpu_micros = from.number("cpuacct.usage").map(|it| it / 1000);
                }
                (Version::One, Controller::Io) => {
                    let file = "blkio.throttle.io_service_bytes";
                    measured.read_bytes = from.sum(file, |it| after(it, " Read "));
                    measured.written_bytes = from.sum(file, |it| after(it, " Write "));
                }
                (Version::Two, Controller::Io) => {
                    measured.read_bytes = from.sum("io.stat", |it| after(it, " rbytes="));
                    measured.written_bytes = from.sum("io.stat", |it| after(it, " wbytes="));
                }
                (_, Controller::Cpu | Controller::CpuAccounting | Controller::Freezer) => {}
            }
        }
        if version == Version::Two {
            // Counted in each group, also where nobody limits it.
            measured.cpu_micros = Group { files, dir }.first("cpu.stat", "usage_usec ");
        }
    }
    measured
}

struct Group<'a, F> {
    files: &'a F,
    dir: &'a Path,
}

impl<F: Files> Group<'_, F> {
    fn number(&self, file: &str) -> Option<u64> {
        self.files.read(&self.dir.join(file)).ok()?.trim().parse().ok()
    }

    fn first(&self, file: &str, key: &str) -> Option<u64> {
        let text = self.files.read(&self.dir.join(file)).ok()?;
        text.lines().find_map(|it| it.strip_prefix(key)?.trim().parse().ok())
    }

    /// Over all devices; one without traffic has no line.
    fn sum(&self, file: &str, value: impl Fn(&str) -> Option<u64>) -> Option<u64> {
        let text = self.files.read(&self.dir.join(file)).ok()?;
        Some(text.lines().filter_map(value).sum())
    }
}

/// The number that follows a word of a line.
fn after(line: &str, word: &str) -> Option<u64> {
    let rest = line.split_once(word)?.1;
    rest.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{super::files::Fake, *};

    #[test]
    fn version_2_counts_everything_in_one_group() {
        let fake = Fake::with(&[
            ("/cg/7/cpu.stat", "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n"),
            ("/cg/7/memory.current", "4096\n"),
            ("/cg/7/memory.peak", "8192\n"),
            ("/cg/7/pids.current", "4\n"),
            (
                "/cg/7/io.stat",
                "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n\
                 8:16 rbytes=1 wbytes=2 rios=1 wios=2 dbytes=0 dios=0\n",
            ),
        ]);
        let all = Controller::VERSION_2.to_vec();
        let measured = measure(&fake, Version::Two, &[(all, PathBuf::from("/cg/7"))]);
        let expected = Measured {
            cpu_micros: Some(1500),
            memory_bytes: Some(4096),
            peak_memory_bytes: Some(8192),
            processes: Some(3),
            read_bytes: Some(11),
            written_bytes: Some(22),
        };
        assert_eq!(measured, expected);
    }

    #[test]
    fn version_1_counts_in_one_group_for_each_controller() {
        let fake = Fake::with(&[
            ("/cpuacct/7/cpuacct.usage", "1500000\n"),
            ("/memory/7/memory.usage_in_bytes", "4096\n"),
            ("/pids/7/pids.current", "1\n"),
            ("/blkio/7/blkio.throttle.io_service_bytes", "8:0 Read 7\n8:0 Write 9\nTotal 16\n"),
        ]);
        let dirs = [
            (vec![Controller::CpuAccounting], PathBuf::from("/cpuacct/7")),
            (vec![Controller::Memory], PathBuf::from("/memory/7")),
            (vec![Controller::Pids], PathBuf::from("/pids/7")),
            (vec![Controller::Io], PathBuf::from("/blkio/7")),
        ];
        let expected = Measured {
            cpu_micros: Some(1500),
            memory_bytes: Some(4096),
            peak_memory_bytes: None,
            processes: Some(0),
            read_bytes: Some(7),
            written_bytes: Some(9),
        };
        assert_eq!(measure(&fake, Version::One, &dirs), expected);
    }

    #[test]
    fn a_version_2_without_controllers_still_counts_the_time() {
        let fake = Fake::with(&[("/cg/7/cpu.stat", "usage_usec 3\n")]);
        let measured = measure(&fake, Version::Two, &[(Vec::new(), PathBuf::from("/cg/7"))]);
        assert_eq!(measured, Measured { cpu_micros: Some(3), ..Measured::default() });
    }
}
