//! What every sandbox shows of this host, looked up once and kept as strings for the kernel.

use std::{
    ffi::{CStr, CString},
    fs, io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use crate::message::Network;

/// Everything about a sandbox's root that does not depend on who wants it.
#[derive(Debug)]
pub(crate) struct Blueprint {
    /// Parents before their children.
    pub(crate) dirs: Vec<CString>,
    pub(crate) trees: Vec<Tree>,
    pub(crate) links: Vec<Link>,
    pub(crate) files: Vec<(CString, Vec<u8>)>,
    pub(crate) devices: Vec<Tree>,
    /// Files below `/proc` to cover with `/dev/null`.
    pub(crate) hidden: Vec<CString>,
    /// Directories below `/proc` to make read-only.
    pub(crate) frozen: Vec<CString>,
    /// Mount options of the root directory itself.
    pub(crate) size: CString,
    pub(crate) network: Network,
}

/// A host directory or file, and where it appears below the new root.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) source: CString,
    pub(crate) target: CString,
}

#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) target: CString,
    pub(crate) path: CString,
}

const OUR_DIRS: &[&CStr] = &[c"proc", c"dev", c"tmp", c"run", c"dev/pts", c"dev/shm"];

const DEVICE_LINKS: &[(&CStr, &CStr)] = &[
    (c"/proc/self/fd", c"dev/fd"),
    (c"/proc/self/fd/0", c"dev/stdin"),
    (c"/proc/self/fd/1", c"dev/stdout"),
    (c"/proc/self/fd/2", c"dev/stderr"),
    (c"pts/ptmx", c"dev/ptmx"),
];
const VAR_LINKS: &[(&CStr, &CStr)] = &[(c"/tmp", c"var/tmp"), (c"/run", c"var/run")];

/// Files of `/etc` that say the same for every host; the host's own are never shown.
const FILES: &[(&CStr, &str)] = &[
    (
        c"etc/passwd",
        "root:x:0:0:root:/root:/usr/sbin/nologin\n\
         runbook:x:1000:1000:runbook:/tmp:/bin/sh\n\
         nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    ),
    (c"etc/group", "root:x:0:\ntty:x:5:\nrunbook:x:1000:\nnogroup:x:65534:\n"),
    (c"etc/hosts", "127.0.0.1 localhost sandbox\n::1 localhost ip6-localhost ip6-loopback\n"),
    (c"etc/hostname", "sandbox\n"),
    (
        c"etc/nsswitch.conf",
        "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\n\
         protocols: files\nservices: files\n",
    ),
];

/// Parts of the host's `/etc` without which programs do not start, or not find certificates or fonts.
const SHOWN_FILES: &[&str] =
    &["ld.so.cache", "ld.so.conf", "mime.types", "protocols", "services", "ssl/openssl.cnf"];
const SHOWN_DIRS: &[&str] =
    &["alternatives", "ca-certificates", "fonts", "ld.so.conf.d", "ssl/certs"];

pub(crate) const TOP_LEVEL: &[&str] = &["bin", "sbin", "lib", "lib32", "lib64", "libx32"];
const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom", "tty"];

const HIDDEN: &[&str] = &[
    "cmdline",
    "interrupts",
    "kallsyms",
    "kcore",
    "keys",
    "key-users",
    "kmsg",
    "latency_stats",
    "sched_debug",
    "sysrq-trigger",
    "timer_list",
    "timer_stats",
];
const FROZEN: &[&str] = &["sys", "irq", "bus", "fs", "acpi", "scsi", "driver"];

impl Blueprint {
    /// What is ours in every system: `/dev`, `/proc`, and where others are mounted.
    pub(crate) fn empty(network: Network) -> io::Result<Self> {
        Ok(Self {
            dirs: OUR_DIRS.iter().map(|it| (*it).to_owned()).collect(),
            trees: Vec::new(),
            links: links(DEVICE_LINKS),
            files: Vec::new(),
            devices: DEVICES
                .iter()
                .map(|it| tree(&Path::new("/dev").join(it)))
                .collect::<Result<_, _>>()?,
            hidden: below("/proc", HIDDEN)?,
            frozen: below("/proc", FROZEN)?,
            size: c"mode=755,size=4m,nr_inodes=4096".to_owned(),
            network,
        })
    }

    pub(crate) fn of_this_host(network: Network) -> io::Result<Self> {
        let mut blueprint = Self::empty(network)?;
        blueprint.add(Path::new("/usr"), true)?;
        blueprint.dirs.push(c"var".to_owned());
        blueprint.links.extend(links(VAR_LINKS));
        blueprint.add_etc();
        for name in TOP_LEVEL {
            blueprint.show(&Path::new("/").join(name))?;
        }
        for name in SHOWN_FILES.iter().chain(SHOWN_DIRS) {
            let path = Path::new("/etc").join(name);
            // What a link in /etc points at is shown under the link's name.
            if let Ok(found) = fs::metadata(&path) {
                blueprint.add(&path, found.is_dir())?;
            }
        }
        blueprint.show_time_zone()?;
        Ok(blueprint)
    }

    /// Adds an `/etc` that says the same for every host.
    pub(crate) fn add_etc(&mut self) {
        self.dirs.extend([c"etc".to_owned(), c"etc/ssl".to_owned()]);
        self.files.extend(Self::own_files(self.network));
        self.links.push(Link { target: c"/proc/mounts".to_owned(), path: c"etc/mtab".to_owned() });
    }

    pub(crate) fn own_files(network: Network) -> Vec<(CString, Vec<u8>)> {
        let mut files: Vec<_> = FILES
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect();
        let servers = match network {
            // The guest answers there, if it was told to; nobody, otherwise.
            Network::Own => b"nameserver 127.0.0.1\n".to_vec(),
            // A host without a list of name servers has none to give.
            Network::Host => fs::read("/etc/resolv.conf").unwrap_or_default(),
        };
        files.push((c"etc/resolv.conf".to_owned(), servers));
        files
    }

    /// Shows a top-level directory the way the host has it: as a link, or as a tree.
    fn show(&mut self, path: &Path) -> io::Result<()> {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => {
                let target = c_string(&fs::read_link(path)?)?;
                self.links.push(Link { target, path: relative(path)? });
            }
            Ok(found) if found.is_dir() => self.add(path, true)?,
            _ => {}
        }
        Ok(())
    }

    fn show_time_zone(&mut self) -> io::Result<()> {
        let path = Path::new("/etc/localtime");
        match fs::read_link(path) {
            Ok(target) if target.starts_with("/usr") => {
                let target = c_string(&target)?;
                self.links.push(Link { target, path: relative(path)? });
            }
            Ok(_) => {}
            Err(_) if path.is_file() => self.add(path, false)?,
            Err(_) => {}
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, is_dir: bool) -> io::Result<()> {
        let tree = tree(path)?;
        if is_dir {
            self.dirs.push(tree.target.clone());
        } else {
            self.files.push((tree.target.clone(), Vec::new()));
        }
        self.trees.push(tree);
        Ok(())
    }
}

fn links(pairs: &[(&CStr, &CStr)]) -> Vec<Link> {
    let link = |(target, path): &(&CStr, &CStr)| Link {
        target: (*target).to_owned(),
        path: (*path).to_owned(),
    };
    pairs.iter().map(link).collect()
}

fn below(parent: &str, names: &[&str]) -> io::Result<Vec<CString>> {
    let paths = names.iter().map(|it| Path::new(parent).join(it));
    paths.filter(|it| it.exists()).map(|it| relative(&it)).collect()
}

fn tree(path: &Path) -> io::Result<Tree> {
    Ok(Tree { source: c_string(path)?, target: relative(path)? })
}

fn relative(path: &Path) -> io::Result<CString> {
    c_string(path.strip_prefix("/").unwrap_or(path))
}

fn c_string(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

/// Whether a host directory may be shown as a toolchain: a directory of programs, not of people's,
/// the system's or the kernel's data.
#[must_use]
pub fn may_be_shown(path: &Path) -> bool {
    const NEVER: &[&str] = &["/boot", "/dev", "/etc", "/proc", "/run", "/sys", "/tmp"];
    // What a service keeps for itself, such as the cache of a hub; of the rest nothing.
    const OF_SERVICES: &[&str] = &["/var/cache", "/var/lib", "/var/opt"];
    const ONLY_BELOW: &[&str] = &["/", "/home", "/mnt", "/root"];
    let plain = path.is_absolute() && path.components().skip(1).all(is_plain);
    let never = NEVER.iter().any(|it| path.starts_with(it));
    let too_wide = ONLY_BELOW.iter().any(|it| path == Path::new(it))
        || (path.starts_with("/home") && path.components().count() < 4);
    let of_a_service = OF_SERVICES
        .iter()
        .any(|it| path.strip_prefix(it).is_ok_and(|rest| rest.components().count() >= 2));
    plain && !never && !too_wide && (of_a_service || !path.starts_with("/var"))
}

fn is_plain(component: std::path::Component<'_>) -> bool {
    matches!(component, std::path::Component::Normal(_))
}

/// Those toolchains that are not part of `/usr` anyway.
pub(crate) fn outside_usr(toolchains: &[PathBuf]) -> Vec<PathBuf> {
    toolchains.iter().filter(|it| !it.starts_with("/usr")).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_directories_of_programs_may_be_shown() {
        for path in [
            "/opt/go",
            "/root/.rustup/toolchains/x",
            "/home/ada/.bun",
            "/nix/store",
            "/var/lib/runbook/.cache",
            "/var/cache/runbook/kept",
        ] {
            assert!(may_be_shown(Path::new(path)), "{path}");
        }
        for path in [
            "/",
            "/etc",
            "/etc/ssl",
            "/root",
            "/home",
            "/home/ada",
            "/var/run",
            "/var/run/a/b",
            "/var/tmp/a/b",
            "/var/mail/a/b",
            "/var/lib",
            "/var/lib/docker",
            "/var/library/a/b",
            "/proc/1/root",
            "opt/go",
            "/opt/../etc",
            "/tmp/x",
            "",
        ] {
            assert!(!may_be_shown(Path::new(path)), "{path}");
        }
    }
}
