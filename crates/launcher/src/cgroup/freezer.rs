//! Stopping all processes of a group at once, where they cannot notice or resist.

use std::{io, path::Path};

use super::{Version, files::Files};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Frozen,
    Thawed,
}

/// Writes the wish. The kernel then stops one process after another, as each leaves the kernel.
pub(super) fn ask(files: &impl Files, version: Version, dir: &Path, wish: Wish) -> io::Result<()> {
    let (file, word) = match (version, wish) {
        (Version::One, Wish::Frozen) => ("freezer.state", "FROZEN"),
        (Version::One, Wish::Thawed) => ("freezer.state", "THAWED"),
        (Version::Two, Wish::Frozen) => ("cgroup.freeze", "1"),
        (Version::Two, Wish::Thawed) => ("cgroup.freeze", "0"),
    };
    files.write(&dir.join(file), word)
}

pub(super) fn is_settled(
    files: &impl Files,
    version: Version,
    dir: &Path,
    wish: Wish,
) -> io::Result<bool> {
    match version {
        // Between the two it says FREEZING; reading makes the kernel look again.
        Version::One => {
            let state = files.read(&dir.join("freezer.state"))?;
            Ok((state.trim() == "FROZEN") == (wish == Wish::Frozen))
        }
        Version::Two => {
            let events = files.read(&dir.join("cgroup.events"))?;
            let frozen = events.lines().any(|it| it == "frozen 1");
            Ok(frozen == (wish == Wish::Frozen))
        }
    }
}

/// Releases the processes of a group of version 1, if it stops any: not even a kill reaches them
/// before that.
pub(super) fn thaw(dir: &Path) {
    drop(ask(&super::files::Kernel, Version::One, dir, Wish::Thawed));
}

#[cfg(test)]
mod tests {
    use super::{super::files::Fake, *};

    const DIR: &str = "/cg/7";

    #[test]
    fn version_2_is_frozen_when_its_events_say_so() {
        let fake = Fake::with(&[("/cg/7/cgroup.events", "populated 1\nfrozen 0\n")]);
        ask(&fake, Version::Two, Path::new(DIR), Wish::Frozen).unwrap();
        assert_eq!(fake.text("/cg/7/cgroup.freeze"), "1");
        let settled = |wish| is_settled(&fake, Version::Two, Path::new(DIR), wish).unwrap();
        assert!(!settled(Wish::Frozen), "asking is not enough");
        fake.set("/cg/7/cgroup.events", "populated 1\nfrozen 1\n");
        assert!(settled(Wish::Frozen) && !settled(Wish::Thawed));
        ask(&fake, Version::Two, Path::new(DIR), Wish::Thawed).unwrap();
        assert_eq!(fake.text("/cg/7/cgroup.freeze"), "0");
    }

    #[test]
    fn version_1_is_not_frozen_while_it_is_freezing() {
        let fake = Fake::with(&[]);
        ask(&fake, Version::One, Path::new(DIR), Wish::Frozen).unwrap();
        assert_eq!(fake.text("/cg/7/freezer.state"), "FROZEN");
        for (state, frozen) in [("FREEZING\n", false), ("FROZEN\n", true), ("THAWED\n", false)] {
            fake.set("/cg/7/freezer.state", state);
            let settled = is_settled(&fake, Version::One, Path::new(DIR), Wish::Frozen);
            assert_eq!(settled.unwrap(), frozen, "{state}");
        }
    }

    #[test]
    fn a_group_that_is_gone_is_an_error_and_not_frozen() {
        let fake = Fake::with(&[]);
        assert!(is_settled(&fake, Version::Two, Path::new(DIR), Wish::Frozen).is_err());
    }
}
