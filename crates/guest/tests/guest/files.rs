//! Files of the workspace, and of nothing else.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use guest::{FileEntry, FileKind, GuestFrame, HostFrame, Payload, RequestId};

use crate::host::Host;

impl Host {
    pub(crate) fn request(&mut self) -> RequestId {
        RequestId(self.next_id())
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), i32> {
        let request = self.request();
        let (path, bytes) = (path.to_owned(), Payload::from(bytes));
        self.send(&HostFrame::WriteFile { request, path, mode: 0o644, bytes, last: true });
        self.outcome(request)
    }

    pub(crate) fn outcome(&mut self, request: RequestId) -> Result<(), i32> {
        match self.receive() {
            GuestFrame::FileDone { request: of } if of == request => Ok(()),
            GuestFrame::FileFailed { request: of, errno, .. } if of == request => Err(errno),
            other => panic!("{other:?}"),
        }
    }

    fn read(&mut self, path: &str, max_bytes: u64) -> Result<Vec<u8>, i32> {
        let request = self.request();
        self.send(&HostFrame::ReadFile { request, path: path.to_owned(), max_bytes });
        let mut content = Vec::new();
        loop {
            match self.receive() {
                GuestFrame::FileChunk { bytes, .. } => content.extend_from_slice(&bytes.0),
                GuestFrame::FileDone { .. } => return Ok(content),
                GuestFrame::FileFailed { errno, .. } => return Err(errno),
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) fn list(&mut self, path: &str) -> Result<Vec<FileEntry>, i32> {
        let request = self.request();
        self.send(&HostFrame::ListFiles { request, path: path.to_owned() });
        let mut all = Vec::new();
        loop {
            match self.receive() {
                GuestFrame::Files { entries, .. } => all.extend(entries),
                GuestFrame::FileDone { .. } => break,
                GuestFrame::FileFailed { errno, .. } => return Err(errno),
                other => panic!("{other:?}"),
            }
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(all)
    }

    fn remove(&mut self, path: &str) -> Result<(), i32> {
        let request = self.request();
        self.send(&HostFrame::RemoveFile { request, path: path.to_owned() });
        self.outcome(request)
    }

    pub(crate) fn at(&self, path: impl AsRef<Path>) -> std::path::PathBuf {
        self.workspace.path().join(path)
    }
}

#[test]
fn a_file_is_written_with_its_directories_and_read_again() {
    let mut host = Host::start();
    host.write("a/b/c.txt", b"content").unwrap();
    assert_eq!(fs::read(host.at("a/b/c.txt")).unwrap(), b"content");
    assert_eq!(host.read("a/b/c.txt", 7), Ok(b"content".to_vec()));
}

#[test]
fn a_written_file_replaces_the_old_one_whole() {
    let mut host = Host::start();
    host.write("file", b"old and longer").unwrap();
    let old = fs::File::open(host.at("file")).unwrap();
    let request = host.request();
    host.send(&HostFrame::WriteFile {
        request,
        path: "file".to_owned(),
        mode: 0o4755,
        bytes: Payload::from(b"new ".as_slice()),
        last: false,
    });
    // The next answer proves that the first chunk is written.
    assert_eq!(host.read("file", 100), Ok(b"old and longer".to_vec()));
    let bytes = Payload::from(b"one".as_slice());
    host.send(&HostFrame::WriteMore { request, bytes, last: true });
    assert_eq!(host.outcome(request), Ok(()));
    assert_eq!(fs::read(host.at("file")).unwrap(), b"new one");
    // Neither a set-user-id bit nor the old file's readers are touched.
    assert_eq!(fs::metadata(host.at("file")).unwrap().permissions().mode() & 0o7777, 0o755);
    assert_eq!(std::io::read_to_string(old).unwrap(), "old and longer");
    assert_eq!(host.list(".").unwrap().len(), 1);
}

#[test]
fn a_cancelled_write_leaves_nothing() {
    let mut host = Host::start();
    let request = host.request();
    let bytes = Payload::from(b"half".as_slice());
    let path = "file".to_owned();
    host.send(&HostFrame::WriteFile { request, path, mode: 0o644, bytes, last: false });
    host.send(&HostFrame::Cancel { request });
    assert_eq!(host.list("."), Ok(vec![]));
}

#[test]
fn a_big_file_is_read_in_order() {
    let mut host = Host::start();
    let content: Vec<u8> = (0..2_000_000_u32).flat_map(|it| (it % 1009).to_le_bytes()).collect();
    fs::write(host.at("big"), &content).unwrap();
    assert!(host.read("big", u64::MAX).unwrap() == content);
    assert_eq!(host.read("big", content.len() as u64 - 1), Err(libc::EFBIG));
}

#[test]
fn paths_that_leave_the_workspace_are_refused() {
    let mut host = Host::start();
    for path in
        ["../x", "/etc/passwd", "a/../../x", "a/../x", "", "a//b", "a/", "./a", "a/.", "x\0y"]
    {
        assert_eq!(host.write(path, b"x"), Err(libc::EINVAL), "{path:?}");
        assert_eq!(host.read(path, 10), Err(libc::EINVAL), "{path:?}");
        assert_eq!(host.list(path), Err(libc::EINVAL), "{path:?}");
        assert_eq!(host.remove(path), Err(libc::EINVAL), "{path:?}");
    }
    assert_eq!(host.write("x/".repeat(3000).trim_end_matches('/'), b""), Err(libc::ENAMETOOLONG));
    assert_eq!(host.write(&"x".repeat(300), b""), Err(libc::ENAMETOOLONG));
    assert_eq!(host.list("."), Ok(vec![]));
}

#[test]
fn symbolic_links_are_not_followed() {
    let mut host = Host::start();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    symlink(outside.path(), host.at("directory")).unwrap();
    symlink(outside.path().join("secret"), host.at("file")).unwrap();
    symlink("/proc/self/root", host.at("magic")).unwrap();
    assert_eq!(host.read("file", 100), Err(libc::ELOOP));
    assert_eq!(host.read("directory/secret", 100), Err(libc::ELOOP));
    assert_eq!(host.read("magic/etc/passwd", 100_000), Err(libc::ELOOP));
    assert_eq!(host.list("directory"), Err(libc::ELOOP));
    assert_eq!(host.write("directory/new", b"x"), Err(libc::ELOOP));
    assert_eq!(host.write("directory/sub/new", b"x"), Err(libc::ELOOP));
    assert_eq!(host.remove("directory/secret"), Err(libc::ELOOP));
    // A link in the place of the file itself is replaced, and its target is not.
    assert_eq!(host.write("file", b"new"), Ok(()));
    assert_eq!(fs::read(outside.path().join("secret")).unwrap(), b"secret");
    assert_eq!(fs::read(host.at("file")).unwrap(), b"new");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn only_regular_files_are_read() {
    let mut host = Host::start();
    rustix::fs::mkfifoat(rustix::fs::CWD, host.at("fifo"), 0o644.into()).unwrap();
    fs::create_dir(host.at("directory")).unwrap();
    assert_eq!(host.read("fifo", 100), Err(libc::EINVAL));
    assert_eq!(host.read("directory", 100), Err(libc::EINVAL));
    assert_eq!(host.read("missing", 100), Err(libc::ENOENT));
    assert_eq!(host.write("directory", b"x"), Err(libc::EISDIR));
    let zero = rustix::fs::makedev(1, 5);
    let made = rustix::fs::mknodat(
        rustix::fs::CWD,
        host.at("zero"),
        rustix::fs::FileType::CharacterDevice,
        0o644.into(),
        zero,
    );
    if made.is_err() {
        println!("skipped: only root makes devices");
        return;
    }
    // Refused by its kind, or already by a file system without devices.
    assert!(matches!(host.read("zero", 100), Err(libc::EINVAL | libc::EACCES)));
}

#[test]
fn a_directory_is_listed_with_kinds_and_sizes() {
    let mut host = Host::start();
    host.write("file", b"12345").unwrap();
    fs::create_dir(host.at("directory")).unwrap();
    symlink("file", host.at("link")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, host.at("fifo"), 0o644.into()).unwrap();
    let listed = host.list(".").unwrap();
    let kinds: Vec<_> = listed.iter().map(|it| (it.name.as_str(), it.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("directory", FileKind::Directory),
            ("fifo", FileKind::Other),
            ("file", FileKind::File),
            ("link", FileKind::Symlink)
        ]
    );
    assert_eq!(listed[2].size, 5);
    assert_eq!(host.list("file"), Err(libc::ENOTDIR));
}

#[test]
fn a_directory_of_many_entries_is_listed_whole() {
    let mut host = Host::start();
    for index in 0..3000 {
        fs::write(host.at(format!("{index}-{}", "ü".repeat(120))), "").unwrap();
    }
    assert_eq!(host.list(".").unwrap().len(), 3000);
}

#[test]
fn a_file_and_an_empty_directory_can_be_removed() {
    let mut host = Host::start();
    host.write("a/b", b"").unwrap();
    assert_eq!(host.remove("a"), Err(libc::ENOTEMPTY));
    assert_eq!(host.remove("a/b"), Ok(()));
    assert_eq!(host.remove("a"), Ok(()));
    assert_eq!(host.list("."), Ok(vec![]));
}
