//! Directories of the host that a sandbox shows: read-only or to be written, and nothing around them.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use sandbox::{
    Access, Backend, Mount, Namespaces, NotMountable, Program, Readiness, Sandbox, Spec,
    StartError, Stdin,
};

use super::harness::{Cage, collect, has_python, program, until_stdout};

/// A directory to work in, beside a secret.
struct Work {
    path: PathBuf,
    around: tempfile::TempDir,
}

impl Work {
    fn new() -> Self {
        Self::below(&std::env::temp_dir()).unwrap()
    }

    fn below(place: &Path) -> Option<Self> {
        let around = tempfile::Builder::new().prefix("runbook-mounts-").tempdir_in(place).ok()?;
        let path = around.path().canonicalize().unwrap().join("work");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("file"), "of the host\n").unwrap();
        // As under a strict umask: what is its owner's alone is read, too.
        fs::set_permissions(path.join("file"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(around.path().join("secret"), "of the parent\n").unwrap();
        Some(Self { path, around })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn spec(&self, access: Access) -> Spec {
        spec(&self.path, access)
    }

    async fn cage(&self, access: Access) -> Option<Cage> {
        let backend = Namespaces::new(Readiness::Spares(1)).unwrap();
        match Sandbox::start(&backend as &dyn Backend, self.spec(access)).await {
            Ok(sandbox) => Some(Cage::around(backend, sandbox, None)),
            Err(error) => {
                eprintln!("skipped: {}", why_not(&error));
                None
            }
        }
    }

    /// Runs Bash in the directory.
    async fn bash(&self, cage: &Cage, script: &str) -> String {
        let bash = Program { cwd: self.text(), ..program(&["/bin/bash", "-c", script]) };
        let outcome = collect(cage.sandbox.run(bash).await.unwrap()).await;
        outcome.stdout + &outcome.stderr
    }

    /// Runs Python that knows the directory as `work`.
    async fn answers(&self, cage: &Cage, code: &str) -> Vec<String> {
        cage.answers(&format!("work = {:?}\nos.chdir(work)\n{code}", self.text())).await
    }

    fn text(&self) -> String {
        self.path.to_str().unwrap().to_owned()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).unwrap();
        let mut names: Vec<_> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn spec(path: &Path, access: Access) -> Spec {
    let mounts = vec![Mount { source: path.to_owned(), access }];
    Spec { mounts, ..Spec::default() }
}

/// What a machine may lack; anything else is a broken promise.
fn why_not(error: &StartError) -> String {
    let unmapped = |step: &str| step.contains("id-mapped mount");
    let lacks = matches!(error, StartError::NotPermitted { .. })
        || matches!(error, StartError::Failed { step, .. } if unmapped(step));
    assert!(lacks, "{error}");
    error.to_string()
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[tokio::test]
async fn a_directory_is_shown_where_it_is_and_nothing_beside_it() {
    let places = [std::env::temp_dir(), "/var/tmp".into(), "/srv".into(), "/usr/src".into()];
    let works: Vec<_> = places.iter().filter_map(|it| Work::below(it)).collect();
    assert!(!works.is_empty(), "the directory of temporary files can be used");
    for work in works {
        let Some(cage) = work.cage(Access::ReadOnly).await else { return };
        let same = cage.run(&["/bin/cat", work.at("file").to_str().unwrap()]).await;
        assert_eq!(same.stdout, "of the host\n", "{same:?}");
        assert_eq!(work.bash(&cage, "cat file").await, "of the host\n");
        // Of `/usr` every sandbox has all.
        if !work.path.starts_with("/usr") {
            let parent = work.around.path().canonicalize().unwrap();
            assert_eq!(cage.names_in(parent.to_str().unwrap()).await, ["work"]);
            assert_eq!(
                work.bash(&cage, "cd ..; echo *; cat ../../secret 2> /dev/null").await,
                "work\n"
            );
        }
        let plain = Sandbox::start(&cage.backend as &dyn Backend, Spec::default()).await.unwrap();
        let look = program(&["/bin/sh", "-c", "test -e \"$0\" || echo absent", &work.text()]);
        let seen = collect(plain.run(look).await.unwrap()).await;
        let expected = if work.path.starts_with("/usr") { "" } else { "absent\n" };
        assert_eq!(
            seen.stdout, expected,
            "it is of one sandbox, and of no other of the launcher's"
        );
    }
}

#[tokio::test]
async fn a_read_only_directory_cannot_be_changed_in_any_way() {
    if !has_python() {
        return;
    }
    let work = Work::new();
    fs::create_dir(work.at("sub")).unwrap();
    let Some(cage) = work.cage(Access::ReadOnly).await else { return };
    let code = "
def reopened(path):
    held = os.open(path, os.O_RDONLY)
    return attempt(f'/proc/self/fd/{held}', 'r+b')
open('/tmp/own', 'w').close()
print(attempt('file', 'r+b'), attempt('new', 'wb'), reopened('file'))
print(attempt('/proc/self/root' + work + '/file', 'r+b'), attempt('/proc/self/cwd/file', 'r+b'))
print(attempt(f'/proc/{os.getpid()}/root{work}/file', 'r+b'))
print(call(os.unlink, 'file'), call(os.rename, 'file', 'other'), call(os.mkdir, 'made'))
print(call(os.rmdir, 'sub'), call(os.symlink, '/', 'way'), call(os.mkfifo, 'fifo'))
print(call(os.chmod, 'file', 0o777), call(os.chown, 'file', 1000, 1000), call(os.utime, 'file'))
print(call(os.truncate, 'file', 0), call(os.setxattr, 'file', 'user.x', b'x'))
print(call(os.link, 'file', 'again'), call(os.link, 'file', '/tmp/again'))
print(call(os.link, '/tmp/own', 'own'), call(os.rename, '/tmp/own', 'own'))";
    let refused = ["EROFS", "EXDEV", "EACCES", "EPERM"];
    for answer in work.answers(&cage, code).await {
        assert!(answer.split(' ').all(|it| refused.contains(&it)), "{answer}");
    }
    assert_eq!(work.names(), ["file", "sub"]);
    assert_eq!(fs::read_to_string(work.at("file")).unwrap(), "of the host\n");
    assert_eq!(fs::metadata(work.at("file")).unwrap().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_read_only_directory_is_not_mounted_anew() {
    if !has_python() {
        return;
    }
    let work = Work::new();
    let Some(cage) = work.cage(Access::ReadOnly).await else { return };
    // By the numbers of x86-64 and, from 428 on, of all.
    let code = "
place = ctypes.create_string_buffer(work.encode())
where = ctypes.addressof(place)
attributes = ctypes.create_string_buffer((0).to_bytes(8, 'little') + (1).to_bytes(8, 'little') + bytes(16))
MS_REMOUNT, MS_BIND, AT_FDCWD = 32, 4096, -100
mount, umount = {'x86_64': (165, 166), 'aarch64': (40, 39)}[os.uname().machine]
print(system_call(mount, where, where, 0, MS_REMOUNT | MS_BIND, 0))
print(system_call(mount, where, where, 0, MS_BIND, 0))
print(system_call(umount, where, 2))
print(system_call(428, AT_FDCWD, where, 1))
print(system_call(442, AT_FDCWD, where, 0, ctypes.addressof(attributes), 32))
print(call(os.unshare, 0x10000000) if hasattr(os, 'unshare') else 'EPERM')
print(attempt('file', 'r+b'))";
    let answers = work.answers(&cage, code).await;
    let (last, before) = answers.split_last().unwrap();
    assert!(before.iter().all(|it| it == "EPERM"), "{answers:?}");
    assert_eq!(last, "EROFS");
}

#[tokio::test]
async fn what_is_written_belongs_to_who_started_the_sandbox() {
    let work = Work::new();
    let Some(cage) = work.cage(Access::ReadWrite).await else { return };
    let script = "echo more >> file; mkdir sub; echo x > sub/new; ln -s new sub/link; ln file again; \
                  mv sub moved; stat -c %u file moved/new; umask";
    assert_eq!(work.bash(&cage, script).await, "1000\n1000\n0022\n");
    assert_eq!(work.names(), ["again", "file", "moved"]);
    assert_eq!(fs::read_to_string(work.at("file")).unwrap(), "of the host\nmore\n");
    let us = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    for name in ["again", "moved", "moved/new", "moved/link"] {
        let found = fs::symlink_metadata(work.at(name)).unwrap();
        assert_eq!((found.uid(), found.gid()), us, "{name}");
    }
    assert_eq!(work.bash(&cage, "rm -r again moved; echo -n > file; ls").await, "file\n");
    assert_eq!(fs::read_to_string(work.at("file")).unwrap(), "");
    let secret = fs::read_to_string(work.around.path().join("secret")).unwrap();
    assert_eq!(secret, "of the parent\n");
}

#[tokio::test]
async fn files_of_other_users_are_read_as_their_mode_says_and_never_changed() {
    if !is_root() {
        eprintln!("skipped: only root can give files to others");
        return;
    }
    let work = Work::new();
    for (name, mode) in [("open", 0o666), ("closed", 0o600), ("shared", 0o664)] {
        fs::write(work.at(name), "theirs\n").unwrap();
        fs::set_permissions(work.at(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    chown(work.at("open"), Some(4321), Some(4321)).unwrap();
    chown(work.at("closed"), Some(4321), Some(4321)).unwrap();
    chown(work.at("shared"), None, Some(4321)).unwrap();
    let Some(cage) = work.cage(Access::ReadWrite).await else { return };
    let script = "cat open; cat closed 2> /dev/null; { echo x >> open; } 2> /dev/null; \
                  echo ours >> shared; stat -c %u open";
    assert_eq!(work.bash(&cage, script).await, "theirs\n65534\n");
    assert_eq!(fs::read_to_string(work.at("open")).unwrap(), "theirs\n");
    assert_eq!(fs::read_to_string(work.at("shared")).unwrap(), "theirs\nours\n");
}

#[tokio::test]
async fn no_program_is_left_that_runs_as_its_owner() {
    if !has_python() {
        return;
    }
    let work = Work::new();
    let Some(cage) = work.cage(Access::ReadWrite).await else { return };
    let code = "
def opened(flags):
    held = os.open('file' if flags & os.O_CREAT else '.', flags | os.O_WRONLY, 0o6755)
    os.close(held)
held = os.open('file', os.O_RDWR)
print(call(os.chmod, 'file', 0o4755), call(os.chmod, 'file', 0o2755), call(os.fchmod, held, 0o4755))
print(call(os.mknod, 'node', 0o104755), call(opened, os.O_CREAT), call(opened, os.O_TMPFILE))
print(system_call(452, -100, ctypes.addressof(ctypes.create_string_buffer(b'file')), 0o4755, 0))
print(call(os.chmod, 'file', 0o755), call(os.mkdir, 'made', 0o6755), attempt('plain', 'wb'))";
    let answers = work.answers(&cage, code).await;
    assert_eq!(answers[..2], ["EPERM EPERM EPERM", "EPERM EPERM EPERM"], "{answers:?}");
    assert_eq!(answers[2..], ["EPERM", "ok ok ok"], "ordinary modes are given as ever");
    assert_eq!(work.names(), ["file", "made", "plain"]);
    for name in work.names() {
        let mode = fs::metadata(work.at(&name)).unwrap().mode();
        assert_eq!(mode & 0o6000, 0, "{name} has {mode:o}");
    }
}

#[tokio::test]
async fn set_user_id_bits_and_devices_of_the_host_mean_nothing_inside() {
    let work = Work::new();
    let null = work.at("null");
    let made =
        mknodat(CWD, &null, FileType::CharacterDevice, Mode::from_raw_mode(0o666), makedev(1, 3));
    for access in [Access::ReadOnly, Access::ReadWrite] {
        let Some(cage) = work.cage(access).await else { return };
        let mounts = work.bash(&cage, "cat /proc/self/mountinfo").await;
        let ours = mounts.lines().find(|it| it.split(' ').nth(4) == Some(&work.text())).unwrap();
        let options: Vec<_> = ours.split(' ').nth(5).unwrap().split(',').collect();
        assert!(options.contains(&"nosuid") && options.contains(&"nodev"), "{ours}");
        assert_eq!(options.contains(&"ro"), access == Access::ReadOnly, "{ours}");
        let node = work.bash(&cage, "mknod made c 1 3 2> /dev/null || echo refused").await;
        assert_eq!(node, "refused\n");
        match made {
            Ok(()) => {
                let read = work.bash(&cage, "cat null 2>&1").await;
                assert!(read.contains("Permission denied"), "{read:?}");
            }
            Err(error) => eprintln!("skipped: no device to open can be made here: {error}"),
        }
    }
}

#[tokio::test]
async fn links_lead_to_files_of_the_sandbox_and_never_to_those_of_the_host() {
    let work = Work::new();
    symlink("/etc/hostname", work.at("name")).unwrap();
    symlink("../secret", work.at("up")).unwrap();
    symlink(work.around.path().join("secret"), work.at("out")).unwrap();
    symlink("/proc/1/root/etc/hostname", work.at("first")).unwrap();
    symlink("..", work.at("parent")).unwrap();
    for access in [Access::ReadOnly, Access::ReadWrite] {
        let Some(cage) = work.cage(access).await else { return };
        assert_eq!(work.bash(&cage, "cat name").await, "sandbox\n");
        let script = "cat up out first parent/secret ../secret 2> /dev/null; ls parent/";
        assert_eq!(work.bash(&cage, script).await, "work\n");
        let hosts =
            work.bash(&cage, "{ echo x > name; echo x > up; } 2> /dev/null; cat name").await;
        assert_eq!(hosts, "sandbox\n");
    }
    let secret = fs::read_to_string(work.around.path().join("secret")).unwrap();
    assert_eq!(secret, "of the parent\n");
}

#[tokio::test]
async fn a_directory_that_is_moved_away_takes_no_program_along() {
    let work = Work::new();
    for access in [Access::ReadOnly, Access::ReadWrite] {
        fs::create_dir(work.at("sub")).unwrap();
        let Some(cage) = work.cage(access).await else { return };
        let script = "cd sub; echo ready; read; ls .. ../..; cat ../secret; \
                      cd -P .. && cat secret; echo; echo done";
        let bash = program(&["/bin/bash", "-c", script]);
        let bash = Program { cwd: work.text(), stdin: Stdin::Pipe, ..bash };
        let mut process = cage.sandbox.run(bash).await.unwrap();
        until_stdout(&mut process, "ready\n").await;
        fs::rename(work.at("sub"), work.around.path().join("sub")).unwrap();
        process.handle().write_stdin("\n".into()).await.unwrap();
        let outcome = collect(process).await;
        assert!(outcome.stdout.ends_with("done\n"), "{outcome:?}");
        assert!(!outcome.stdout.contains("secret"), "{outcome:?}");
        assert!(!outcome.stdout.contains("of the parent"), "{outcome:?}");
        fs::remove_dir(work.around.path().join("sub")).unwrap();
    }
}

#[tokio::test]
async fn directories_of_the_system_links_and_what_is_no_directory_are_refused() {
    let work = Work::new();
    let link = work.around.path().join("link");
    symlink(&work.path, &link).unwrap();
    let backend = Namespaces::new(Readiness::OnDemand).unwrap();
    let refused = async |path: &Path, access| {
        let started = Sandbox::start(&backend as &dyn Backend, spec(path, access)).await;
        let Err(StartError::Mount(why)) = started else { panic!("{path:?}: {started:?}") };
        why
    };
    for path in ["/", "/proc", "/sys", "/dev", "/etc", "/etc/ssl", "/usr", "/usr/bin", "/tmp"] {
        let why = refused(Path::new(path), Access::ReadOnly).await;
        assert!(matches!(why, NotMountable::OfTheSystem(_)), "{why}");
    }
    for path in [link, work.path.join("../work"), PathBuf::from("/proc/self/cwd")] {
        let why = refused(&path, Access::ReadOnly).await;
        assert!(matches!(why, NotMountable::Link { .. }), "{why}");
    }
    let why = refused(Path::new("work"), Access::ReadOnly).await;
    assert!(matches!(why, NotMountable::Relative(_)), "{why}");
    let why = refused(&work.at("file"), Access::ReadOnly).await;
    assert!(matches!(why, NotMountable::NotADirectory(_)), "{why}");
    let why = refused(&work.at("absent"), Access::ReadOnly).await;
    assert!(matches!(why, NotMountable::Unknown { .. }), "{why}");
    if is_root() {
        chown(&work.path, Some(4321), None).unwrap();
        let why = refused(&work.path, Access::ReadWrite).await;
        assert!(why.to_string().contains("run as user 4321"), "{why}");
    }
}
