//! Trees of files in and out of the workspace, and of nothing else.

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    os::unix::{
        ffi::OsStrExt,
        fs::{MetadataExt, PermissionsExt, symlink},
    },
    path::Path,
    process::{Command, Stdio},
};

use guest::{
    FRAME_COST, GuestFrame, HostFrame, MAX_CHUNK, Payload, RequestId,
    tar::{self, Entry, EntryKind, Modified},
};
use proptest::prelude::*;

use crate::host::Host;

/// More than any test reads.
const WINDOW: u32 = u32::MAX;

#[derive(Debug, PartialEq, Eq)]
struct Refused {
    entry: Option<String>,
    errno: i32,
}

impl Host {
    fn write_tree(&mut self, path: &str, archive: &[u8]) -> Result<(), Refused> {
        let request = self.request();
        self.send(&HostFrame::WriteTree { request, path: path.to_owned() });
        for chunk in archive.chunks(MAX_CHUNK) {
            let bytes = Payload::from(chunk);
            self.send(&HostFrame::WriteMore { request, bytes, last: false });
        }
        self.send(&HostFrame::WriteMore { request, bytes: Payload::default(), last: true });
        self.end_of(request).1
    }

    fn read_tree(&mut self, path: &str) -> Result<Vec<u8>, Refused> {
        self.read_tree_of(path, u64::MAX)
    }

    fn read_tree_of(&mut self, path: &str, max_bytes: u64) -> Result<Vec<u8>, Refused> {
        let request = self.request();
        let path = path.to_owned();
        self.send(&HostFrame::ReadTree { request, path, max_bytes, window: WINDOW });
        let (content, end) = self.end_of(request);
        end.map(|()| content)
    }

    fn end_of(&mut self, request: RequestId) -> (Vec<u8>, Result<(), Refused>) {
        let mut content = Vec::new();
        loop {
            match self.receive() {
                GuestFrame::FileChunk { request: of, bytes } => {
                    assert_eq!(of, request);
                    content.extend_from_slice(&bytes.0);
                }
                GuestFrame::FileDone { request: of } if of == request => return (content, Ok(())),
                GuestFrame::FileFailed { errno, .. } => {
                    return (content, Err(Refused { entry: None, errno }));
                }
                GuestFrame::EntryFailed { entry, errno, .. } => {
                    return (content, Err(Refused { entry: Some(entry), errno }));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn simple(&mut self, frame: impl FnOnce(RequestId) -> HostFrame) -> Result<(), i32> {
        let request = self.request();
        self.send(&frame(request));
        self.end_of(request).1.map_err(|it| it.errno)
    }
}

fn entry(name: &str, kind: EntryKind) -> Entry {
    let modified = Modified { seconds: 1_600_000_000, nanoseconds: 123_456_789 };
    Entry { name: name.into(), kind, mode: 0o4755, modified, size: 0 }
}

fn link(target: &str) -> EntryKind {
    EntryKind::Symlink { target: target.into() }
}

fn hard_link(target: &str) -> EntryKind {
    EntryKind::HardLink { target: target.into() }
}

/// Files hold their own name.
fn archive(entries: impl IntoIterator<Item = Entry>) -> Vec<u8> {
    let mut out = Vec::new();
    for mut entry in entries {
        let is_file = entry.kind == EntryKind::File;
        entry.size = if is_file { entry.name.len() as u64 } else { 0 };
        entry.write(&mut out);
        if is_file {
            out.extend_from_slice(&entry.name);
            out.resize(out.len() + tar::padding(entry.size), 0);
        }
    }
    out.extend_from_slice(&tar::END);
    out
}

fn refused(entry: &str, errno: i32) -> Result<(), Refused> {
    Err(Refused { entry: Some(entry.to_owned()), errno })
}

#[test]
fn a_tree_is_unpacked_with_modes_times_links_and_empty_directories() {
    let mut host = Host::start();
    let tree = archive([
        entry("./", EntryKind::Directory),
        entry("closed/", EntryKind::Directory),
        entry("closed/file", EntryKind::File),
        entry("empty", EntryKind::Directory),
        entry("deep/without/parents", EntryKind::File),
        entry("link", link("/etc/passwd")),
        entry("same", hard_link("closed/file")),
        entry(&format!("long/{}", "x".repeat(200)), EntryKind::File),
    ]);
    assert_eq!(host.write_tree("tree/inner", &tree), Ok(()));
    let at = |path: &str| host.at("tree/inner").join(path);
    let closed = fs::metadata(at("closed/file")).unwrap();
    // Without the set-user-id bit.
    assert_eq!(closed.permissions().mode() & 0o7777, 0o755);
    assert_eq!((closed.mtime(), closed.mtime_nsec()), (1_600_000_000, 123_456_789));
    assert_eq!(fs::metadata(at("closed")).unwrap().mtime(), 1_600_000_000);
    assert_eq!(fs::read(at("closed/file")).unwrap(), b"closed/file");
    assert_eq!(fs::read_dir(at("empty")).unwrap().count(), 0);
    assert_eq!(fs::read_link(at("link")).unwrap(), Path::new("/etc/passwd"));
    assert_eq!(fs::metadata(at("same")).unwrap().ino(), closed.ino());
    assert!(at(&format!("long/{}", "x".repeat(200))).exists());
}

#[test]
fn a_tree_comes_back_as_it_was() {
    let mut host = Host::start();
    let tree = archive([
        entry("a/", EntryKind::Directory),
        entry("a/empty/", EntryKind::Directory),
        entry("a/link", link("../../nowhere")),
        entry(&format!("b{}", "y".repeat(250)), EntryKind::File),
        entry("c", EntryKind::File),
    ]);
    host.write_tree(".", &tree).unwrap();
    fs::write(host.at("big"), vec![7; 1_000_000]).unwrap();
    fs::write(host.at(OsStr::from_bytes(b"not-\xff-text")), "x").unwrap();
    let out = host.read_tree(".").unwrap();
    let mut other = Host::start();
    assert_eq!(other.write_tree(".", &out), Ok(()));
    assert_eq!(other.read_tree(".").unwrap(), out);
    assert_eq!(fs::read(other.at("big")).unwrap(), vec![7; 1_000_000]);
    assert!(other.at(OsStr::from_bytes(b"not-\xff-text")).exists());
    let unpacked = fs::metadata(other.at("c")).unwrap();
    assert_eq!((unpacked.mtime(), unpacked.mtime_nsec()), (1_600_000_000, 123_456_789));
}

#[test]
fn an_empty_tree_is_an_archive_too() {
    let mut host = Host::start();
    assert_eq!(host.read_tree("."), Ok(tar::END.to_vec()));
    assert_eq!(host.write_tree("x", &tar::END), Ok(()));
    assert!(host.at("x").is_dir());
    assert_eq!(host.write_tree(".", b""), refused("", libc::EBADMSG));
}

#[test]
fn what_would_leave_the_tree_is_refused_and_named() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    let outside = outside.path().to_str().unwrap();
    let secret = secret.to_str().unwrap();
    let file = |name: &str| entry(name, EntryKind::File);
    let cases = [
        (vec![file("/abs")], "/abs", libc::EINVAL),
        (vec![file("../x")], "../x", libc::EINVAL),
        (vec![file("a/../../x")], "a/../../x", libc::EINVAL),
        (vec![entry("l", link(outside)), file("l/x")], "l/x", libc::ELOOP),
        (vec![entry("l", link("..")), file("l/x")], "l/x", libc::ELOOP),
        (vec![entry("l", link(outside)), entry("l/d", EntryKind::Directory)], "l/d", libc::ELOOP),
        (vec![entry("l", link(outside)), entry("l", EntryKind::Directory)], "l", libc::ELOOP),
        (vec![entry("h", hard_link(secret))], "h", libc::EINVAL),
        (vec![entry("h", hard_link("../secret"))], "h", libc::EINVAL),
        (vec![entry("l", link(secret)), entry("h", hard_link("l"))], "h", libc::ELOOP),
        (vec![entry("l", link(outside)), entry("h", hard_link("l/secret"))], "h", libc::ELOOP),
        (vec![entry("f", EntryKind::Special)], "f", libc::EPERM),
        (vec![entry(".", link(outside))], ".", libc::EISDIR),
        (vec![file("a"), file("a/b")], "a/b", libc::ENOTDIR),
        (vec![entry("d/e", EntryKind::Directory), file("d")], "d", libc::EISDIR),
        (vec![file(&"x".repeat(300))], &"x".repeat(300), libc::ENAMETOOLONG),
    ];
    for (entries, name, errno) in cases {
        let mut host = Host::start();
        let wanted = refused(name, errno);
        assert_eq!(host.write_tree("tree", &archive(entries)), wanted, "{name}");
        assert_eq!(fs::read_dir(outside).unwrap().count(), 1, "{name}");
        assert_eq!(fs::read_to_string(secret).unwrap(), "secret", "{name}");
    }
}

#[test]
fn of_two_entries_with_one_name_the_later_stays() {
    let mut host = Host::start();
    let tree = archive([
        entry("a", link("/etc/passwd")),
        entry("a", EntryKind::File),
        entry("./a", EntryKind::File),
    ]);
    assert_eq!(host.write_tree(".", &tree), Ok(()));
    assert_eq!(fs::read(host.at("a")).unwrap(), b"./a");
}

#[test]
fn garbage_is_refused_and_the_guest_goes_on() {
    let mut host = Host::start();
    assert_eq!(host.write_tree(".", &[b'x'; 70_000]), refused("", libc::EBADMSG));
    let whole = archive([entry("a", EntryKind::File), entry("b", EntryKind::File)]);
    assert_eq!(host.write_tree(".", &whole[..3 * tar::BLOCK]), refused("a", libc::EBADMSG));
    assert_eq!(host.list("."), Ok(vec![]));
    assert_eq!(host.write_tree(".", &whole), Ok(()));
}

#[test]
fn a_cancelled_tree_leaves_no_file_half_written() {
    let mut host = Host::start();
    let whole = archive([entry("a", EntryKind::File), entry("b", EntryKind::File)]);
    let request = host.request();
    host.send(&HostFrame::WriteTree { request, path: ".".to_owned() });
    let half = Payload::from(&whole[..3 * tar::BLOCK]);
    host.send(&HostFrame::WriteMore { request, bytes: half, last: false });
    host.send(&HostFrame::Cancel { request });
    assert_eq!(host.list("."), Ok(vec![]));
}

#[test]
fn a_tree_is_sent_no_faster_than_it_is_read() {
    let mut host = Host::start();
    fs::write(host.at("big"), vec![1; 500_000]).unwrap();
    let request = host.request();
    let (path, window) = (".".to_owned(), 100_000);
    host.send(&HostFrame::ReadTree { request, path, max_bytes: u64::MAX, window });
    let mut sent = 0;
    let mut receive = |host: &mut Host| match host.receive() {
        GuestFrame::FileChunk { bytes, .. } => {
            sent += bytes.0.len() + FRAME_COST as usize;
            sent
        }
        other => panic!("{other:?}"),
    };
    while receive(&mut host) < window as usize - 2 * FRAME_COST as usize {}
    // The answer to something else shows that nothing more was on its way.
    assert_eq!(
        host.simple(|request| HostFrame::MakeDirectory { request, path: "d".into() }),
        Ok(())
    );
    host.send(&HostFrame::GrantChunks { request, bytes: 1000 });
    let before = receive(&mut host);
    assert!(before <= window as usize + 1000, "{before}");
    host.send(&HostFrame::Cancel { request });
    assert_eq!(
        host.simple(|request| HostFrame::MakeDirectory { request, path: "d".into() }),
        Ok(())
    );
}

#[test]
fn a_file_that_claims_to_be_huge_is_refused_at_once() {
    let mut host = Host::start();
    fs::File::create(host.at("sparse")).unwrap().set_len(1 << 40).unwrap();
    let wanted = Refused { entry: Some("sparse".to_owned()), errno: libc::EFBIG };
    assert_eq!(host.read_tree_of(".", 1 << 20), Err(wanted));
}

#[test]
fn sockets_fifos_and_what_lies_behind_links_stay_out() {
    let mut host = Host::start();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    fs::create_dir(host.at("d")).unwrap();
    symlink(outside.path(), host.at("d/link")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, host.at("d/fifo"), 0o644.into()).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(host.at("d/socket")).unwrap();
    let out = host.read_tree("d").unwrap();
    assert!(!out.windows(6).any(|it| it == b"secret"));
    let mut other = Host::start();
    other.write_tree(".", &out).unwrap();
    let found: Vec<_> =
        fs::read_dir(other.workspace.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(found, ["link"]);
    assert_eq!(host.read_tree("d/link"), Err(Refused { entry: None, errno: libc::ELOOP }));
}

#[test]
fn a_tree_that_changes_while_it_is_read_is_still_an_archive() {
    let mut host = Host::start();
    for name in 0..200 {
        fs::write(host.at(name.to_string()), vec![1; 10_000]).unwrap();
    }
    let mut start = host.shell(
        "cd \"$W\"; while :; do for i in *; do rm -rf $i; mkdir $i; rm -rf $i; ln -s / $i; \
         rm -f $i; head -c 5000 /dev/zero > $i; head -c 20000 /dev/zero > $i; done; done",
    );
    start.env.push(("W".to_owned(), host.workspace.path().to_str().unwrap().to_owned()));
    let pid = host.begin(&start);
    assert!(pid > 0);
    for _ in 0..20 {
        let out = host.read_tree(".").unwrap();
        let mut other = Host::start();
        assert_eq!(other.write_tree(".", &out), Ok(()));
    }
    host.send(&HostFrame::Kill { program: start.program });
    host.until_exit(start.program);
}

#[test]
fn other_programs_read_and_write_the_same_archives() {
    let mut host = Host::start();
    let long = format!("{}/{}", "d".repeat(120), "f".repeat(150));
    host.write_tree(
        ".",
        &archive([
            entry("a", EntryKind::File),
            entry("l", link(&"t".repeat(130))),
            entry(&long, EntryKind::File),
        ]),
    )
    .unwrap();
    let ours = host.read_tree(".").unwrap();
    for format in ["gnu", "pax", "ustar", "v7"] {
        if pipe(&["tar", "--version"], None).is_none() {
            eprintln!("skipped: there is no tar");
            return;
        }
        let there = tempfile::tempdir().unwrap();
        let dir = there.path().to_str().unwrap();
        pipe(&["tar", "-x", "-C", dir], Some(&ours)).unwrap();
        assert_eq!(fs::read_to_string(there.path().join(&long)).unwrap(), long);
        assert_eq!(fs::read_link(there.path().join("l")).unwrap().as_os_str().len(), 130);
        let cannot_hold_long_names = matches!(format, "v7" | "ustar");
        if cannot_hold_long_names {
            fs::remove_dir_all(there.path().join("d".repeat(120))).unwrap();
            fs::remove_file(there.path().join("l")).unwrap();
        }
        let flag = format!("--format={format}");
        let theirs = pipe(&["tar", "-c", &flag, "-C", dir, "."], None).unwrap();
        let mut other = Host::start();
        assert_eq!(other.write_tree(".", &theirs), Ok(()), "{format}");
        assert_eq!(fs::read(other.at("a")).unwrap(), b"a");
        assert_eq!(other.at(&long).exists(), !cannot_hold_long_names, "{format}");
    }
}

/// What a program writes; `None` where it is missing.
#[expect(clippy::disallowed_methods, reason = "the peers of the format are other programs")]
fn pipe(command: &[&str], input: Option<&[u8]>) -> Option<Vec<u8>> {
    let mut child = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.unwrap_or_default()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(output.stdout)
}

#[test]
fn directories_are_made_renamed_and_removed_with_all_that_is_in_them() {
    let mut host = Host::start();
    let make = |path: &str| {
        let path = path.to_owned();
        |request| HostFrame::MakeDirectory { request, path }
    };
    let rename = |from: &str, to: &str| {
        let (from, to) = (from.to_owned(), to.to_owned());
        |request| HostFrame::Rename { request, from, to }
    };
    let remove = |path: &str| {
        let path = path.to_owned();
        |request| HostFrame::RemoveTree { request, path }
    };
    assert_eq!(host.simple(make("a/b/c")), Ok(()));
    assert_eq!(host.simple(make("a/b")), Ok(()));
    assert_eq!(host.simple(make("../x")), Err(libc::EINVAL));
    for file in 0..2000 {
        fs::write(host.at(format!("a/b/{file}")), "x").unwrap();
    }
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("kept"), "").unwrap();
    symlink(outside.path(), host.at("a/b/link")).unwrap();
    assert_eq!(host.simple(rename("a/b", "moved")), Ok(()));
    assert_eq!(host.simple(rename("moved", "a")), Err(libc::EEXIST));
    assert_eq!(host.simple(rename("moved/link/kept", "stolen")), Err(libc::ELOOP));
    assert_eq!(host.simple(remove("moved/link/kept")), Err(libc::ELOOP));
    assert_eq!(host.simple(remove(".")), Err(libc::EISDIR));
    assert_eq!(host.simple(remove("missing")), Err(libc::ENOENT));
    assert_eq!(host.simple(remove("moved")), Ok(()));
    assert!(outside.path().join("kept").exists());
    symlink(outside.path(), host.at("link")).unwrap();
    assert_eq!(host.simple(remove("link")), Ok(()));
    assert_eq!(fs::read_dir(host.workspace.path()).unwrap().count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn no_archive_leaves_the_tree_or_stops_the_guest(
        names in prop::collection::vec(
            ("(\\.\\./|/|a/|b/|l/|\\./){0,4}[abl.]{1,2}", 0..5_u8, "(\\.\\./|/|a/){0,3}[abl.]{0,2}"),
            1..12,
        ),
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 0..4),
    ) {
        let mut host = Host::start();
        fs::create_dir(host.at("tree")).unwrap();
        let entries = names.iter().map(|(name, kind, target)| {
            let kind = match kind {
                0 => EntryKind::Directory,
                1 => link(target),
                2 => hard_link(target),
                3 => EntryKind::Special,
                _ => EntryKind::File,
            };
            entry(name, kind)
        });
        let mut bytes = archive(entries);
        for (at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        host.write_tree("tree", &bytes).ok();
        let beside: Vec<_> = fs::read_dir(host.workspace.path()).unwrap().collect();
        prop_assert_eq!(beside.len(), 1);
        prop_assert!(host.read_tree("tree").is_ok());
    }
}
