//! The file system of a sandbox, built by its first process.
//!
//! Everything is done below a tmpfs that becomes the root; nothing is ever bound onto a name that
//! an image or a user could have chosen. No memory is allocated.

use std::{
    ffi::CStr,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use rustix::{
    fs::{
        AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, fstat, mkdirat, open, openat2,
        symlinkat, unlinkat,
    },
    io::{Errno, write},
    mount::{
        MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount,
        mount_bind, mount_change, mount_remount, move_mount, open_tree, unmount,
    },
    process::{chdir, pivot_root},
};

use crate::{
    child::{Failed, Inheritance, Role, Step},
    host::{Blueprint, Tree},
    message::Network,
    mounts::{Access, Shown},
    order::{Order, Toolchains},
    syscalls::restrict_mount,
    system::{COPY_ON_WRITE, Layout, Overlay, beneath, beneath_here},
};

/// Where the new root is put together. It only has to exist: it is covered in our own namespace.
const STAGE: &CStr = c"/tmp";

/// Mount options of `/dev/pts`: 64 terminals are many for one document; the host-wide limit is 4096.
pub(crate) const TERMINALS: &CStr = c"newinstance,ptmxmode=0666,mode=0620,max=64";
/// Mount options of `/dev/shm`.
pub(crate) const SHARED_MEMORY: &CStr = c"mode=1777,size=64m,nr_inodes=1024";

const QUIET: MountFlags = MountFlags::NOSUID.union(MountFlags::NODEV);
const PROC: MountFlags = QUIET.union(MountFlags::NOEXEC);
const HARMLESS: u64 = libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
const READ_ONLY: u64 = libc::MOUNT_ATTR_RDONLY | HARMLESS;

/// Builds what all sandboxes of a blueprint have in common, and leaves us in the new root directory.
pub(crate) fn build(blueprint: &Blueprint, role: Role) -> Result<(), Failed<'_>> {
    begin(blueprint)?;
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

/// As [`build`], from a system that is not this host's own.
pub(crate) fn build_layout<'a>(
    layout: &'a Layout,
    tree: Option<BorrowedFd<'_>>,
) -> Result<(), Failed<'a>> {
    let blueprint = &layout.blueprint;
    // Before the root is put together, which covers a part of this host where the system may lie.
    let opened;
    let tree = match tree {
        Some(tree) => tree,
        None => {
            opened = detach(&layout.path).step_at("open the system", &layout.path)?;
            opened.as_fd()
        }
    };
    begin(blueprint)?;
    let system = attach_system(layout, tree)?;
    for (number, tree) in blueprint.trees.iter().enumerate() {
        let overlay = layout.overlays.as_ref().and_then(|it| it.each.get(number));
        show_part(system.as_fd(), tree, overlay).step_at(step_of(layout), &tree.target)?;
    }
    drop(system);
    leave(c".system").step("leave the system")?;
    if layout.overlays.is_some() {
        leave(c".upper").step("leave the changes")?;
        unlinkat(CWD, c".lower", AtFlags::REMOVEDIR).step("leave the system")?;
    }
    for (path, content) in &layout.covers {
        cover(path, content, layout.overlays.is_some()).step_at("cover a file", path)?;
    }
    mount_dev(blueprint)?;
    mount(c"proc", c"proc", c"proc", PROC, None).step("mount /proc")?;
    restrict_proc(blueprint)
}

fn step_of(layout: &Layout) -> &'static str {
    if layout.overlays.is_some() { COPY_ON_WRITE } else { "show the system" }
}

fn begin(blueprint: &Blueprint) -> Result<(), Failed<'_>> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change(c"/", private).step("make mounts private")?;
    mount(c"sandbox", STAGE, c"tmpfs", QUIET, &*blueprint.size).step("mount the root")?;
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
    Ok(())
}

/// Puts the system where it can be opened, and nobody will see it.
fn attach_system<'a>(layout: &'a Layout, tree: BorrowedFd<'_>) -> Result<OwnedFd, Failed<'a>> {
    make_plain_dir(c".system").step("make a directory")?;
    restrict_mount(tree, READ_ONLY).step_at("make the system read-only", &layout.path)?;
    attach(tree, c".system").step_at("attach the system", &layout.path)?;
    if let Some(overlays) = &layout.overlays {
        make_plain_dir(c".lower").step("make a directory")?;
        make_plain_dir(c".upper").step("make a directory")?;
        mount(c"changes", c".upper", c"tmpfs", QUIET, &*overlays.upper).step(COPY_ON_WRITE)?;
    }
    open(c".system", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .step("enter the system")
}

/// Shows a directory or file of the system; a directory under an overlay, if there is one for it.
fn show_part(system: BorrowedFd<'_>, tree: &Tree, overlay: Option<&Overlay>) -> Result<(), Errno> {
    let source = tree.source.to_bytes_with_nul();
    let source = source.strip_prefix(b"/").unwrap_or(source);
    let source = CStr::from_bytes_with_nul(source).map_err(|_| Errno::INVAL)?;
    let part = beneath(system, source, OFlags::NOFOLLOW)?;
    let recursive = OpenTreeFlags::from_bits_retain(libc::AT_RECURSIVE.cast_unsigned());
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_EMPTY_PATH
        | recursive;
    let copy = open_tree(&part, c"", flags)?;
    let stat = fstat(&part)?;
    match overlay {
        Some(overlay) if FileType::from_raw_mode(stat.st_mode) == FileType::Directory => {
            attach(copy.as_fd(), c".lower")?;
            let mode = Mode::from_raw_mode(stat.st_mode & 0o777);
            mkdirat(CWD, &*overlay.dir, Mode::RWXU)?;
            mkdirat(CWD, &*overlay.upper, mode)?;
            mkdirat(CWD, &*overlay.work, Mode::RWXU)?;
            mount(c"system", &*tree.target, c"overlay", QUIET, &*overlay.options)?;
            unmount(c".lower", UnmountFlags::DETACH)
        }
        _ => attach(copy.as_fd(), &tree.target),
    }
}

fn leave(path: &CStr) -> Result<(), Errno> {
    unmount(path, UnmountFlags::DETACH)?;
    unlinkat(CWD, path, AtFlags::REMOVEDIR)
}

/// Puts our own file in the place of one of the system, unless that is a link or no file.
fn cover(path: &CStr, content: &[u8], writable: bool) -> io::Result<()> {
    let Ok(target) = beneath_here(path, OFlags::NOFOLLOW) else { return Ok(()) };
    if FileType::from_raw_mode(fstat(&target)?.st_mode) != FileType::RegularFile {
        return Ok(());
    }
    if writable {
        // In an overlay, where it is the sandbox's own copy.
        unlinkat(CWD, path, AtFlags::empty())?;
        make_file(path, content)?;
        return Ok(());
    }
    make_file(c".cover", content)?;
    let ours = detach(c".cover")?;
    restrict_mount(ours.as_fd(), READ_ONLY)?;
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    move_mount(&ours, c"", &target, c"", flags)?;
    unlinkat(CWD, c".cover", AtFlags::empty())?;
    Ok(())
}

/// Adds what one sandbox asked for, and makes the new root the only one.
pub(crate) fn finish<'a>(
    order: &Order<'a>,
    inheritance: &Inheritance<'a>,
    (toolchains, mounts): (impl Iterator<Item = OwnedFd>, &[Option<OwnedFd>]),
) -> Result<(), Failed<'a>> {
    let layout = inheritance.layout;
    attach_toolchains(order, toolchains)?;
    mount(c"workspace", c"tmp", c"tmpfs", QUIET, order.workspace).step("mount the workspace")?;
    for path in layout.iter().flat_map(|it| &it.workspaces) {
        show_workspace(path).step_at("show the workspace", path)?;
    }
    // Behind the workspace, which would cover those below `/tmp`.
    attach_mounts(inheritance.mounts, mounts)?;
    freeze(c"dev").step("make /dev read-only")?;
    pivot_root(c".", c".").step("change the root")?;
    unmount(c".", UnmountFlags::DETACH).step("leave the host's root")?;
    chdir(c"/").step("enter the root")?;
    if layout.is_none_or(|it| it.overlays.is_none()) {
        freeze(c"/").step("make the root read-only")?;
    }
    chdir(c"/tmp").step("enter the workspace")
}

/// Makes a directory of the system another name of the workspace, unless it is missing or a link.
fn show_workspace(path: &CStr) -> Result<(), Errno> {
    let Ok(target) = beneath_here(path, OFlags::NOFOLLOW | OFlags::DIRECTORY) else {
        return Ok(());
    };
    let workspace = detach(c"tmp")?;
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    move_mount(&workspace, c"", &target, c"", flags)
}

fn make_plain_dir(path: &CStr) -> Result<(), Errno> {
    mkdirat(CWD, path, Mode::RWXU)
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
    attach(tree.as_fd(), target).step_at("show a host tree", source)
}

/// A copy of a host tree that is mounted nowhere yet.
pub(crate) fn detach(source: &CStr) -> Result<OwnedFd, Errno> {
    let recursive = OpenTreeFlags::from_bits_retain(libc::AT_RECURSIVE.cast_unsigned());
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | recursive;
    open_tree(CWD, source, flags)
}

fn attach(tree: BorrowedFd<'_>, target: &CStr) -> Result<(), Errno> {
    move_mount(tree, c"", CWD, target, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
}

fn attach_toolchains<'a>(
    order: &Order<'a>,
    mut trees: impl Iterator<Item = OwnedFd>,
) -> Result<(), Failed<'a>> {
    for path in order.paths() {
        let tree = match order.toolchains {
            Toolchains::ByPath => detach(path).step_at("open a toolchain", path)?,
            Toolchains::Attached => {
                trees.next().ok_or(Errno::BADF).step_at("receive a toolchain", path)?
            }
        };
        restrict_mount(tree.as_fd(), READ_ONLY).step_at("make a toolchain read-only", path)?;
        attach_at(tree.as_fd(), path).step_at("show a toolchain", path)?;
    }
    Ok(())
}

fn attach_mounts<'a>(mounts: &'a [Shown], trees: &[Option<OwnedFd>]) -> Result<(), Failed<'a>> {
    for (Shown { path, access, .. }, tree) in mounts.iter().zip(trees) {
        let tree = tree.as_ref().ok_or(Errno::BADF).step_at("receive", path)?;
        let attributes = match access {
            Access::ReadOnly => READ_ONLY,
            Access::ReadWrite => HARMLESS,
        };
        restrict_mount(tree.as_fd(), attributes).step_at("restrict", path)?;
        attach_at(tree.as_fd(), path).step_at("show", path)?;
    }
    Ok(())
}

/// Attaches a tree at an absolute path below the new root.
fn attach_at(tree: BorrowedFd<'_>, path: &CStr) -> Result<(), Errno> {
    let target = make_place(path)?;
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    move_mount(tree, c"", &target, c"", flags)
}

/// Opens an absolute path below the new root, and makes the directories that are missing. Links of a
/// system lead nowhere but below it.
fn make_place(path: &CStr) -> Result<OwnedFd, Errno> {
    let relative = path.to_bytes_with_nul().strip_prefix(b"/").ok_or(Errno::INVAL)?;
    let mut bytes = [0_u8; libc::PATH_MAX as usize];
    if relative.len() > bytes.len() {
        return Err(Errno::NAMETOOLONG);
    }
    let (mut place, mut name) = (in_root(c".")?, 0);
    for (end, byte) in relative.iter().enumerate() {
        if *byte != b'/' && *byte != 0 {
            continue;
        }
        bytes[name..end].copy_from_slice(&relative[name..end]);
        bytes[end] = 0;
        let string = |from: usize| CStr::from_bytes_until_nul(&bytes[from..]);
        let so_far = string(0).map_err(|_| Errno::INVAL)?;
        place = match in_root(so_far) {
            Err(Errno::NOENT) => {
                let name = string(name).map_err(|_| Errno::INVAL)?;
                mkdirat(&place, name, Mode::from_raw_mode(0o755))?;
                in_root(so_far)?
            }
            other => other?,
        };
        bytes[end] = b'/';
        name = end + 1;
    }
    Ok(place)
}

fn in_root(path: &CStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    openat2(CWD, path, flags, Mode::empty(), resolve)
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
