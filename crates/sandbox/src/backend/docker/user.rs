//! Who programs of a container are.
//!
//! Docker maps no owners for one mount. So whoever is let write to a directory of the host is the user it
//! belongs to, who is ourselves; where that cannot be, there is no container.

use rustix::process::{getegid, geteuid};

use super::facts::Facts;
use crate::backend::{Spec, StartError};

/// User and group of a container's programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) id: u32,
    pub(super) group: u32,
}

impl User {
    /// The first user that Debian's `adduser` makes, and the one user inside our other sandboxes.
    pub(super) const OF_SANDBOXES: Self = Self { id: 1000, group: 1000 };

    fn ourselves() -> Self {
        Self { id: geteuid().as_raw(), group: getegid().as_raw() }
    }
}

/// The user for a sandbox, with the daemon that listens at `host`.
pub(super) fn of(spec: &Spec, host: &str, facts: &Facts) -> Result<User, StartError> {
    choose(spec, host, facts.maps_users, User::ourselves())
}

fn choose(spec: &Spec, host: &str, maps_users: bool, us: User) -> Result<User, StartError> {
    let Some(mount) = spec.mounts.first() else { return Ok(User::OF_SANDBOXES) };
    let refused = |why: String, advice: &str| {
        let what = format!("containers cannot show {}: {why}", mount.source.display());
        Err(StartError::Unavailable { what, advice: advice.to_owned() })
    };
    if spec.mounts.iter().any(|it| it.source.to_str().is_none()) {
        return refused("its name is no text".to_owned(), "rename it");
    }
    if !host.starts_with("unix://") {
        let why = format!("the Docker daemon at {host} may be on another machine");
        return refused(why, "use a daemon of this machine, or the namespaces backend");
    }
    if !spec.writes_to_the_host() {
        // Root in a container would read what its programs may not.
        return Ok(if us.id == 0 || maps_users { User::OF_SANDBOXES } else { us });
    }
    if maps_users {
        let why = "the Docker daemon maps users, so its programs would not own it".to_owned();
        return refused(why, "show it read-only, or use the namespaces backend");
    }
    if us.id == 0 {
        let why = "programs would have to be root to write to it".to_owned();
        return refused(why, "run as an ordinary user, or use the namespaces backend");
    }
    Ok(us)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{Access, Mount};

    const ADA: User = User { id: 1234, group: 100 };
    const ROOT: User = User { id: 0, group: 0 };
    const UNIX: &str = "unix:///var/run/docker.sock";

    fn spec(access: Access) -> Spec {
        let mounts = vec![Mount { source: "/srv/work".into(), access }];
        Spec { mounts, ..Spec::default() }
    }

    #[test]
    fn who_writes_to_a_directory_is_its_owner_and_never_root() {
        let (read, write) = (spec(Access::ReadOnly), spec(Access::ReadWrite));
        assert_eq!(choose(&Spec::default(), "tcp://a:1", false, ROOT).unwrap(), User::OF_SANDBOXES);
        assert_eq!(choose(&write, UNIX, false, ADA).unwrap(), ADA);
        assert_eq!(choose(&read, UNIX, false, ADA).unwrap(), ADA);
        assert_eq!(choose(&read, UNIX, false, ROOT).unwrap(), User::OF_SANDBOXES);
        for (spec, host, maps_users, us) in [
            (&write, UNIX, false, ROOT),
            (&write, UNIX, true, ADA),
            (&read, "tcp://a:1", false, ADA),
        ] {
            let said = choose(spec, host, maps_users, us).unwrap_err().to_string();
            assert!(said.starts_with("containers cannot show /srv/work: "), "{said}");
        }
    }
}
