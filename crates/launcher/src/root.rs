//! The file system of a sandbox, built by its first process.
//!
//! Everything is done below a tmpfs that becomes the root; nothing is ever bound onto a name that
//! an image or a user could have chosen. No memory is allocated.

use std::{
    ffi::CStr,
    os::fd::{AsFd, OwnedFd},
};

use rustix::{
    fs::{CWD, Mode, OFlags, mkdirat, open, symlinkat},
    io::{Errno, write},
    mount::{
        MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount,
        mount_bind, mount_change, mount_remount, move_mount, open_tree, unmount,
    },
    process::{chdir, pivot_root},
};

use crate::{
    child::{Failed, Role, Step},
    host::Blueprint,
    message::Network,
    order::{Order, Toolchains},
    syscalls::restrict_mount,
};

/// Where the new root is put together. It only has to exist: it is covered in our own namespace.
const STAGE: &CStr = c"/tmp";

/// Mount options of `/dev/pts`: 64 terminals are many for one document; the host-wide limit is 4096.
pub(crate) const TERMINALS: &CStr = c"newinstance,ptmxmode=0666,mode=0620,max=64";
/// Mount options of `/dev/shm`.
pub(crate) const SHARED_MEMORY: &CStr = c"mode=1777,size=64m,nr_inodes=1024";

const QUIET: MountFlags = MountFlags::NOSUID.union(MountFlags::NODEV);
const PROC: MountFlags = QUIET.union(MountFlags::NOEXEC);
const READ_ONLY: u64 = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;

/// Builds what all sandboxes have in common, and leaves us in the new root directory.
pub(crate) fn build(blueprint: &Blueprint, role: Role) -> Result<(), Failed<'_>> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change(c"/", private).step("make mounts private")?;
    mount(c"sandbox", STAGE, c"tmpfs", QUIET, c"mode=755,size=4m,nr_inodes=4096")
        .step("mount the root")?;
    chdir(STAGE).step("enter the root")?;
    make_dirs(&blueprint.dirs[..1])?;
    make_dev(blueprint)?;
    make_dirs(&blueprint.dirs)?;
    for (path, text) in &blueprint.files {
        make_file(path, text).step_at("write a file", path)?;
    }
    for link in &blueprint.links {
        symlinkat(&*link.target, CWD, &*link.path).step_at("make a link", &link.path)?;
    }
    for tree in &blueprint.trees {
        show(&tree.source, &tree.target)?;
    }
    mount_dev(blueprint)?;
    mount(c"proc", c"proc", c"proc", PROC, None).step("mount /proc")?;
    match role {
        Role::Sandbox(_) => restrict_proc(blueprint),
        // With a file of its /proc covered, no clone could mount one of its own.
        Role::Zygote => Ok(()),
    }
}

/// Adds what one sandbox asked for, and makes the new root the only one.
pub(crate) fn finish<'a>(
    order: &Order<'a>,
    trees: impl Iterator<Item = OwnedFd>,
) -> Result<(), Failed<'a>> {
    attach_toolchains(order, trees)?;
    mount(c"workspace", c"tmp", c"tmpfs", QUIET, order.workspace).step("mount the workspace")?;
    freeze(c"dev").step("make /dev read-only")?;
    pivot_root(c".", c".").step("change the root")?;
    unmount(c".", UnmountFlags::DETACH).step("leave the host's root")?;
    chdir(c"/").step("enter the root")?;
    freeze(c"/").step("make the root read-only")?;
    chdir(c"/tmp").step("enter the workspace")
}

/// Only the mount itself: what is mounted below keeps its own attributes.
fn freeze(path: &CStr) -> Result<(), Errno> {
    let flags = MountFlags::BIND | MountFlags::RDONLY | QUIET;
    mount_remount(path, flags, c"")
}

fn make_dirs<S: AsRef<CStr>>(dirs: &[S]) -> Result<(), Failed<'_>> {
    for dir in dirs {
        match mkdirat(CWD, dir.as_ref(), Mode::from_raw_mode(0o755)) {
            Err(error) if error != Errno::EXIST => {
                return Err(error).step_at("make a directory", dir.as_ref());
            }
            _ => {}
        }
    }
    Ok(())
}

fn make_file(path: &CStr, text: &[u8]) -> Result<(), Errno> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = open(path, flags, Mode::from_raw_mode(0o644))?;
    if !text.is_empty() {
        // A short write cannot happen on a fresh tmpfs that has room.
        write(&file, text)?;
    }
    Ok(())
}

/// Shows a host tree read-only.
fn show<'a>(source: &'a CStr, target: &CStr) -> Result<(), Failed<'a>> {
    let tree = detach(source).step_at("open a host tree", source)?;
    restrict_mount(tree.as_fd(), READ_ONLY).step_at("make a host tree read-only", source)?;
    attach(tree, target).step_at("show a host tree", source)
}

/// A copy of a host tree that is mounted nowhere yet.
pub(crate) fn detach(source: &CStr) -> Result<OwnedFd, Errno> {
    let recursive = OpenTreeFlags::from_bits_retain(libc::AT_RECURSIVE.cast_unsigned());
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | recursive;
    open_tree(CWD, source, flags)
}

fn attach(tree: OwnedFd, target: &CStr) -> Result<(), Errno> {
    move_mount(tree, c"", CWD, target, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
}

fn attach_toolchains<'a>(
    order: &Order<'a>,
    mut trees: impl Iterator<Item = OwnedFd>,
) -> Result<(), Failed<'a>> {
    for path in order.paths() {
        let target = make_parents(path).step_at("make the directory of a toolchain", path)?;
        match order.toolchains {
            Toolchains::ByPath => show(path, target)?,
            Toolchains::Attached => {
                let tree = trees.next().ok_or(Errno::BADF).step_at("receive a toolchain", path)?;
                restrict_mount(tree.as_fd(), READ_ONLY)
                    .step_at("make a toolchain read-only", path)?;
                attach(tree, target).step_at("show a toolchain", path)?;
            }
        }
    }
    Ok(())
}

/// Makes an absolute path below the new root, and gives it relative to that.
fn make_parents(path: &CStr) -> Result<&CStr, Errno> {
    let bytes = path.to_bytes_with_nul();
    let mut parent = [0_u8; libc::PATH_MAX as usize];
    if bytes.len() > parent.len() {
        return Err(Errno::NAMETOOLONG);
    }
    let relative = &bytes[1..];
    for (end, byte) in relative.iter().enumerate() {
        if *byte != b'/' && *byte != 0 {
            continue;
        }
        parent[..end].copy_from_slice(&relative[..end]);
        parent[end] = 0;
        let parent = CStr::from_bytes_until_nul(&parent).map_err(|_| Errno::INVAL)?;
        match mkdirat(CWD, parent, Mode::from_raw_mode(0o755)) {
            Err(error) if error != Errno::EXIST => return Err(error),
            _ => {}
        }
    }
    CStr::from_bytes_with_nul(relative).map_err(|_| Errno::INVAL)
}

/// `/dev` is a file system of its own, mounted before anything is made in it.
fn make_dev(blueprint: &Blueprint) -> Result<(), Failed<'_>> {
    make_dirs(&[c"dev"]).map_err(|it| Failed { step: "make /dev", path: None, errno: it.errno })?;
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    mount(c"dev", c"dev", c"tmpfs", flags, c"mode=755,size=64k,nr_inodes=64").step("mount /dev")?;
    for device in &blueprint.devices {
        make_file(&device.target, b"").step_at("make a device", &device.target)?;
    }
    Ok(())
}

fn mount_dev(blueprint: &Blueprint) -> Result<(), Failed<'_>> {
    for device in &blueprint.devices {
        mount_bind(&*device.source, &*device.target).step_at("show a device", &device.source)?;
    }
    let quiet = MountFlags::NOSUID | MountFlags::NOEXEC;
    mount(c"devpts", c"dev/pts", c"devpts", quiet, TERMINALS).step("mount /dev/pts")?;
    mount(c"shm", c"dev/shm", c"tmpfs", QUIET, SHARED_MEMORY).step("mount /dev/shm")
}

fn restrict_proc(blueprint: &Blueprint) -> Result<(), Failed<'_>> {
    for setting in SETTINGS.iter().filter(|it| it.network.is_none_or(|it| it == blueprint.network))
    {
        set_sysctl(setting.path, setting.value).step(setting.step)?;
    }
    for path in &blueprint.hidden {
        mount_bind(c"dev/null", &**path).step_at("hide a file", path)?;
    }
    for path in &blueprint.frozen {
        mount_bind(&**path, &**path).step_at("bind a directory", path)?;
        mount_remount(&**path, MountFlags::BIND | MountFlags::RDONLY | PROC, c"")
            .step_at("make a directory read-only", path)?;
    }
    mount_bind(RANDOM_NAME, NAME_OF_THE_BOOT).step_at("hide the name of the boot", NAME_OF_THE_BOOT)
}

/// The boot has a name that all sandboxes of a machine would share; the other differs at each look.
pub(crate) const NAME_OF_THE_BOOT: &CStr = c"proc/sys/kernel/random/boot_id";
pub(crate) const RANDOM_NAME: &CStr = c"proc/sys/kernel/random/uuid";

/// A setting of the kernel that belongs to namespaces of a sandbox.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) step: &'static str,
    /// Below the root directory.
    pub(crate) path: &'static CStr,
    pub(crate) value: &'static [u8],
    /// Only for sandboxes with such a network.
    pub(crate) network: Option<Network>,
}

pub(crate) const SETTINGS: &[Setting] = &[
    // The second lock on nested user namespaces, after the filter of system calls.
    Setting {
        step: "forbid user namespaces",
        path: c"proc/sys/user/max_user_namespaces",
        value: b"0",
        network: None,
    },
    // `inotify` instances count for a sandbox's host user too, who without root is our own and has
    // 128 unless told otherwise.
    Setting {
        step: "limit watchers",
        path: c"proc/sys/user/max_inotify_instances",
        value: b"64",
        network: None,
    },
    // Anybody may listen on any port of our own network, as the guest has to for name service.
    Setting {
        step: "open the low ports",
        path: c"proc/sys/net/ipv4/ip_unprivileged_port_start",
        value: b"0",
        network: Some(Network::Own),
    },
];

fn set_sysctl(path: &CStr, value: &[u8]) -> Result<(), Errno> {
    let file = open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    write(&file, value).map(drop)
}
