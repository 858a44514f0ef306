//! Systems other than this host's own, read-only: roots that are made for one sandbox.
//!
//! The tree of such a system may come from strangers. It is looked at by the launcher only for the names
//! in its top directory, attached where no program ever sees it, and what is shown of it is opened
//! beneath it and through no link. `/proc`, `/dev`, `/tmp` and `/run` are ours whatever it holds there.
//!
//! ```text
//! tree of the system ─ attached to /.system ─ each top directory shown ──────────────▶ root
//!                                           └ copy-on-write: under an overlay, whose ─▶ root
//!                                             changes go to a bounded tmpfs
//! ```

use std::{
    ffi::CString,
    fs, io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::{ffi::OsStrExt, fs::MetadataExt},
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{CWD, Mode, OFlags, ResolveFlags, open, openat2},
    mount::{OpenTreeFlags, open_tree},
    process::geteuid,
};
use serde::{Deserialize, Serialize};

use crate::{
    host::{Blueprint, Link, Tree},
    message::{Failure, Network},
    sandboxes::failure,
    syscalls::{self, OneThread},
};

/// What the root file system of a sandbox is made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum System {
    /// What this host has installed, which is its `/usr`.
    #[default]
    Host,
    /// A whole root file system, unpacked in a directory of this host.
    Directory(PathBuf),
}

/// What programs may do to the root file system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Root {
    #[default]
    ReadOnly,
    /// Write to it, which changes nothing but their own sandbox. The bounds hold for changes of the
    /// system's directories, and once more for the files of the root directory itself.
    CopyOnWrite { bytes: u64, inodes: u64 },
}

/// How the steps begin that fail where copy-on-write is not to be had.
pub const COPY_ON_WRITE: &str = "make the system writable";

/// Host users and groups that stand for those of a writable system's files, other than its root. No
/// process ever gets one of them, so all sandboxes share them.
pub(crate) const SYSTEM_USERS: u32 = 0x7002_0000;
/// Users and groups that Debian's policy gives to the system.
pub(crate) const MOST_SYSTEM_USERS: u32 = 1000;

/// Names in the top directory that are never taken from a system.
const OURS: &[&str] = &["dev", "lost+found", "proc", "run", "sys", "tmp"];
/// A system with more entries in its top directory is none.
const MOST_ENTRIES: usize = 256;
/// Longer files of `/etc` are not read.
const LONGEST_FILE: u64 = 1 << 20;

/// A root that is made for one sandbox.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) blueprint: Blueprint,
    pub(crate) path: CString,
    /// What root opened for a process that may not reach the path.
    pub(crate) tree: Option<OwnedFd>,
    pub(crate) overlays: Option<Overlays>,
    /// Files of the system that we put ours in the place of, where they are plain files.
    pub(crate) covers: Vec<(CString, Vec<u8>)>,
    /// Directories of the system that are the workspace, where they are plain directories.
    pub(crate) workspaces: Vec<CString>,
}

#[derive(Debug)]
pub(crate) struct Overlays {
    /// Mount options of the tmpfs that takes the changes.
    pub(crate) upper: CString,
    /// One for each tree of the blueprint.
    pub(crate) each: Vec<Overlay>,
}

#[derive(Debug)]
pub(crate) struct Overlay {
    pub(crate) dir: CString,
    pub(crate) upper: CString,
    pub(crate) work: CString,
    pub(crate) options: CString,
}

/// Who asks for a layout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker<'a> {
    pub(crate) one_thread: &'a OneThread,
    pub(crate) network: Network,
    /// The host user of the sandbox, if root gives it one of its own.
    pub(crate) own_user: Option<u32>,
}

impl Layout {
    pub(crate) fn new(system: &System, root: Root, asker: Asker<'_>) -> Result<Self, Failure> {
        let (path, mut blueprint) = match system {
            System::Host => (
                Path::new("/"),
                Blueprint::of_this_host(asker.network)
                    .map_err(|it| failure("describe this host", it))?,
            ),
            System::Directory(path) => (
                path.as_path(),
                Blueprint::empty(asker.network).map_err(|it| failure("describe the system", it))?,
            ),
        };
        let at = |step: &'static str| {
            move |error: io::Error| failure(&format!("{step} {}", path.display()), error)
        };
        let top = open(path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
            .map_err(|it| at("open the system")(it.into()))?;
        let mut covers = Vec::new();
        if *system != System::Host {
            blueprint.take_from(path).map_err(at("look at the system"))?;
            covers = covers_of(&top, asker.network).map_err(at("read the system"))?;
        }
        let name = CString::new(path.as_os_str().as_bytes())
            .map_err(|it| at("name the system")(it.into()))?;
        let overlays = match root {
            Root::ReadOnly => None,
            Root::CopyOnWrite { bytes, inodes } => {
                blueprint.size = c_string(format!("mode=755,size={bytes},nr_inodes={inodes}"));
                Some(Overlays::new(bytes, inodes, blueprint.trees.len()))
            }
        };
        let tree = asker.open(path, &top, overlays.is_some())?;
        let workspaces = vec![c_string("var/tmp".to_owned())];
        Ok(Self { blueprint, path: name, tree, overlays, covers, workspaces })
    }
}

impl Asker<'_> {
    /// Opens the tree of a system, and hands its files to the sandbox if it may change them.
    fn open(&self, path: &Path, top: &OwnedFd, writable: bool) -> Result<Option<OwnedFd>, Failure> {
        // An overlay shows one file system, and where the host's programs lie on another it would be bare.
        let device = |path: &Path| fs::metadata(path).map(|it| it.dev());
        if writable && path == Path::new("/") && device(path).ok() != device(Path::new("/usr")).ok()
        {
            let step = format!("{COPY_ON_WRITE}, of which /usr is a file system of its own");
            return Err(failure(&step, io::Error::from_raw_os_error(libc::EXDEV)));
        }
        let Some(own_user) = self.own_user else {
            let owner = fs::metadata(path).map(|it| it.uid());
            if writable && owner.is_ok_and(|it| it != geteuid().as_raw()) {
                let step = format!("{COPY_ON_WRITE}, which belongs to another user");
                return Err(failure(&step, io::Error::from_raw_os_error(libc::EPERM)));
            }
            return Ok(None);
        };
        let mut flags = OpenTreeFlags::OPEN_TREE_CLONE
            | OpenTreeFlags::OPEN_TREE_CLOEXEC
            | OpenTreeFlags::AT_EMPTY_PATH;
        if !writable {
            flags |= OpenTreeFlags::from_bits_retain(libc::AT_RECURSIVE.cast_unsigned());
        }
        let tree = open_tree(top, c"", flags)
            .map_err(|it| failure(&format!("open {}", path.display()), it))?;
        if writable {
            self.hand_over(&tree, own_user)
                .map_err(|it| failure(&format!("{COPY_ON_WRITE}, by an idmapped mount"), it))?;
        }
        Ok(Some(tree))
    }

    /// Makes the files of root those of the sandbox's user, in this mount alone.
    fn hand_over(&self, tree: &OwnedFd, own_user: u32) -> io::Result<()> {
        let (others, most) = (SYSTEM_USERS + 1, MOST_SYSTEM_USERS - 1);
        let users = format!("0 {own_user} 1\n1 {others} {most}");
        let groups = format!("0 {SYSTEM_USERS} {MOST_SYSTEM_USERS}");
        let namespace = syscalls::user_namespace(self.one_thread, &users, &groups)?;
        syscalls::map_mount(tree.as_fd(), namespace.as_fd())
    }
}

impl Overlays {
    fn new(bytes: u64, inodes: u64, trees: usize) -> Self {
        let each = (0..trees).map(|number| {
            let dir = format!(".upper/{number}");
            Overlay {
                upper: c_string(format!("{dir}/changes")),
                work: c_string(format!("{dir}/work")),
                options: c_string(format!(
                    "lowerdir=.lower,upperdir={dir}/changes,workdir={dir}/work,userxattr"
                )),
                dir: c_string(dir),
            }
        });
        Self {
            upper: c_string(format!("mode=700,size={bytes},nr_inodes={inodes}")),
            each: each.collect(),
        }
    }
}

fn c_string(text: String) -> CString {
    CString::new(text).expect("our own names hold no NUL")
}

impl Blueprint {
    /// Takes over what lies in the top directory of a system.
    fn take_from(&mut self, path: &Path) -> io::Result<()> {
        let mut has_etc = false;
        for (count, entry) in fs::read_dir(path)?.enumerate() {
            let entry = entry?;
            if count == MOST_ENTRIES {
                return Err(io::Error::from_raw_os_error(libc::E2BIG));
            }
            let name = entry.file_name();
            if OURS.iter().any(|it| name == *it) || name.as_bytes().starts_with(b".") {
                continue;
            }
            has_etc |= name == "etc";
            let kind = entry.file_type()?;
            let name = CString::new(name.as_bytes())?;
            if kind.is_symlink() {
                let target = fs::read_link(entry.path())?;
                let target = CString::new(target.as_os_str().as_bytes())?;
                self.links.push(Link { target, path: name });
                continue;
            }
            if kind.is_dir() {
                self.dirs.push(name.clone());
            } else if kind.is_file() {
                self.files.push((name.clone(), Vec::new()));
            } else {
                continue;
            }
            self.trees.push(Tree { source: name.clone(), target: name });
        }
        if !has_etc {
            self.add_etc();
        }
        Ok(())
    }
}

/// Our own versions of what must be known inside: the user, and the way to other machines.
fn covers_of(top: &OwnedFd, network: Network) -> io::Result<Vec<(CString, Vec<u8>)>> {
    let mut covers = Vec::new();
    for (path, ours) in Blueprint::own_files(network) {
        let Some(theirs) = read_plain(top, &path)? else { continue };
        let content = match path.to_bytes() {
            // The system's own users and groups stay, and ours is added.
            b"etc/passwd" => with_line(theirs, b"runbook:x:1000:1000:runbook:/tmp:/bin/sh\n"),
            b"etc/group" => with_line(theirs, b"runbook:x:1000:\n"),
            b"etc/hosts" | b"etc/hostname" | b"etc/resolv.conf" => ours,
            _ => continue,
        };
        covers.push((path, content));
    }
    Ok(covers)
}

/// The first line for a number is the one that counts.
fn with_line(theirs: Vec<u8>, line: &[u8]) -> Vec<u8> {
    [line, &theirs].concat()
}

/// `None` where there is no plain file.
fn read_plain(top: &OwnedFd, path: &CString) -> io::Result<Option<Vec<u8>>> {
    use io::Read;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    // The descriptor of the directory has no rights of its own, so it is opened anew.
    let Ok(file) = openat2(top, path, flags, Mode::empty(), resolve) else { return Ok(None) };
    let file = fs::File::from(file);
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut content = Vec::new();
    file.take(LONGEST_FILE).read_to_end(&mut content)?;
    Ok(Some(content))
}

/// Opens what is beneath a directory, through no link. Allocates nothing.
pub(crate) fn beneath(
    top: impl AsFd,
    path: &std::ffi::CStr,
    flags: OFlags,
) -> Result<OwnedFd, rustix::io::Errno> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    openat2(top, path, flags | OFlags::PATH | OFlags::CLOEXEC, Mode::empty(), resolve)
}

/// [`beneath`] the directory we are in.
pub(crate) fn beneath_here(
    path: &std::ffi::CStr,
    flags: OFlags,
) -> Result<OwnedFd, rustix::io::Errno> {
    beneath(CWD, path, flags)
}
