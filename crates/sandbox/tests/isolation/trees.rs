//! Whole trees of files into a sandbox and out of it, with hostile senders on both sides.

use guest::tar::{self, Entry, EntryKind, Modified};
use sandbox::{ExitStatus, Limits, Sandbox, SandboxError, SandboxPath, Spec};
use tokio::io::AsyncReadExt;

use super::{
    harness::until_stdout,
    targets::{on_each, on_each_with_python},
};

fn entry(name: &str, kind: EntryKind) -> Entry {
    let modified = Modified { seconds: 1_600_000_000, nanoseconds: 5 };
    Entry { name: name.into(), kind, mode: 0o6755, modified, size: 0 }
}

fn link(target: &str) -> EntryKind {
    EntryKind::Symlink { target: target.into() }
}

/// Each file holds `size` bytes.
fn archive(entries: impl IntoIterator<Item = Entry>, size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for mut entry in entries {
        let content = if entry.kind == EntryKind::File { size } else { 0 };
        entry.size = content as u64;
        entry.write(&mut out);
        out.resize(out.len() + content, b'x');
        out.resize(out.len() + tar::padding(content as u64), 0);
    }
    out.extend_from_slice(&tar::END);
    out
}

fn files(count: usize) -> impl Iterator<Item = Entry> {
    (0..count).map(|it| entry(&format!("d{}/f{it}", it % 10), EntryKind::File))
}

fn root() -> SandboxPath {
    SandboxPath::root()
}

async fn all_of(sandbox: &Sandbox) -> Vec<u8> {
    let mut snapshot = Vec::new();
    sandbox.snapshot().await.unwrap().read_to_end(&mut snapshot).await.unwrap();
    snapshot
}

#[tokio::test]
async fn a_tree_is_unpacked_for_programs_without_their_getting_rights_by_it() {
    on_each_with_python(Spec::default(), async |cage| {
        let tree = archive([entry("bin/tool", EntryKind::File), entry("l", link("bin/tool"))], 3);
        cage.sandbox.write_tree(&"up".parse().unwrap(), &tree[..]).await.unwrap();
        let code = "it = os.stat('/tmp/up/bin/tool')
print(oct(it.st_mode), it.st_uid, int(it.st_mtime), it.st_size)
print(os.readlink('/tmp/up/l'))";
        assert_eq!(cage.answers(code).await, ["0o100755 1000 1600000000 3", "bin/tool"]);
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_brings_a_workspace_back_in_another_sandbox() {
    on_each(Spec::default(), async |one| {
        let other = one.neighbour().await;
        let made = "cd /tmp; mkdir -p a/b empty; echo text > a/b/c; chmod 640 a/b/c; ln -s c a/b/l; \
                head -c 3000000 /dev/urandom > big; mkfifo fifo; touch -d 2001-02-03 a/b/c";
        assert_eq!(one.bash(made).await.exit.status, ExitStatus::Code(0));
        let snapshot = all_of(&one.sandbox).await;
        other.sandbox.restore(&snapshot[..]).await.unwrap();
        let tell = "cd /tmp; rm -f fifo; find . -mindepth 1 -printf '%p %y %m %l %T@\\n' | sort; \
                find . -type f -exec sha256sum {} + | sort";
        let (was, is) = (one.bash(tell).await.stdout, other.bash(tell).await.stdout);
        assert_eq!(was, is);
        assert_eq!(was.lines().count(), 6 + 2);
        assert_eq!(all_of(&other.sandbox).await, snapshot);
    })
    .await;
}

#[tokio::test]
async fn files_go_from_one_sandbox_to_another_and_stay_apart() {
    on_each(Spec::default(), async |one| {
        let other = one.neighbour().await;
        one.sandbox.write_tree(&root(), &archive(files(500), 2000)[..]).await.unwrap();
        one.sandbox.copy_files_to(&other.sandbox).await.unwrap();
        other.bash("echo changed > /tmp/d0/f0").await;
        let here = one.bash("find /tmp -type f | wc -l; head -c 3 /tmp/d0/f0").await;
        let there = other.bash("find /tmp -type f | wc -l; head -c 3 /tmp/d0/f0").await;
        assert_eq!((here.stdout.as_str(), there.stdout.as_str()), ("500\nxxx", "500\ncha"));
    })
    .await;
}

#[tokio::test]
async fn a_tree_of_too_many_files_or_bytes_stops_at_the_limit_of_the_workspace() {
    let limits = Limits { workspace_bytes: 4 << 20, workspace_inodes: 1000, ..Limits::default() };
    on_each(Spec { limits, ..Spec::default() }, async |cage| {
        let many = cage.limits_files().then(|| archive(files(3000), 0));
        for bomb in many.into_iter().chain([archive(files(100), 1 << 20)]) {
            let refused = cage.sandbox.write_tree(&root(), &bomb[..]).await;
            let Err(SandboxError::Entry { entry, source, .. }) = refused else {
                panic!("{refused:?}")
            };
            assert!(entry.starts_with('d'), "{entry}");
            assert_eq!(source.raw_os_error(), Some(libc::ENOSPC));
            for directory in 0..10 {
                let path = format!("d{directory}").parse().unwrap();
                cage.sandbox.remove_tree(&path).await.ok();
            }
            assert_eq!(cage.names_in("/tmp").await, [""; 0]);
            assert_eq!(cage.bash("echo fine > /tmp/x; rm /tmp/x").await.stderr, "");
        }
    })
    .await;
}

#[tokio::test]
async fn no_entry_of_a_tree_gets_out_of_the_workspace() {
    on_each(Spec::default(), async |cage| {
        let file = |name: &str| entry(name, EntryKind::File);
        let trees = [
            vec![file("/dev/shm/x")],
            vec![file("../dev/shm/x")],
            vec![entry("l", link("/dev/shm")), file("l/x")],
            vec![entry("l", link("/proc/self/root/dev/shm")), file("l/x")],
            vec![entry("l", link("../dev")), file("l/shm/x")],
            vec![entry("h", EntryKind::HardLink { target: b"/etc/passwd".to_vec() })],
            vec![entry("d", EntryKind::Special)],
        ];
        for tree in trees {
            let name = tree.last().unwrap().name.clone();
            let refused = cage.sandbox.write_tree(&root(), &archive(tree, 1)[..]).await;
            let Err(SandboxError::Entry { entry, .. }) = refused else { panic!("{refused:?}") };
            assert_eq!(entry.as_bytes(), name);
        }
        assert_eq!(cage.names_in("/dev/shm").await, [""; 0]);
        assert_eq!(cage.names_in("/tmp").await, ["l"]);
    })
    .await;
}

#[tokio::test]
async fn swapping_directories_for_links_during_an_upload_leads_nowhere() {
    on_each_with_python(Spec::default(), async |cage| {
        let code = "import itertools
os.makedirs('/dev/shm/out')
print('ready', flush=True)
for round in itertools.count():
    for name in ['d%d' % it for it in range(10)]:
        try: os.rename('/tmp/' + name, '/tmp/old%d' % round)
        except OSError: continue
        os.symlink('/dev/shm/out', '/tmp/' + name)
        os.unlink('/tmp/' + name)
    if os.listdir('/dev/shm/out'): print('escaped', flush=True)";
        let code = format!("import os\n{code}");
        let mut racer = cage.start(&["python3", "-c", &code]).await;
        until_stdout(&mut racer, "ready\n").await;
        let tree = archive(files(2000), 10);
        for _ in 0..20 {
            match cage.sandbox.write_tree(&root(), &tree[..]).await {
                Ok(()) | Err(SandboxError::Entry { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        racer.handle().kill().await.unwrap();
        while let Some(event) = racer.next().await {
            assert!(!matches!(event, sandbox::ProcessEvent::Stdout(_)), "{event:?}");
        }
        assert_eq!(cage.names_in("/dev/shm/out").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_tree_does_not_show_what_its_links_point_at() {
    on_each(Spec::default(), async |cage| {
        cage.bash(
            "ln -s /etc /tmp/etc; ln -s /proc/1/environ /tmp/environ; ln -s /dev/zero /tmp/zero",
        )
        .await;
        let tree = all_of(&cage.sandbox).await;
        assert_eq!(tree.len(), 3 * 3 * 512 + tar::END.len());
        assert!(!tree.windows(5).any(|it| it == b"root:"));
    })
    .await;
}

#[tokio::test]
async fn a_file_with_a_huge_hole_is_refused_and_named() {
    on_each(Spec::default(), async |cage| {
        cage.bash("truncate -s 1T /tmp/hole").await;
        let mut tree = match cage.sandbox.snapshot().await {
            Err(error) => return assert!(error.to_string().contains("\"hole\""), "{error}"),
            Ok(tree) => tree,
        };
        let refused = tree.read_to_end(&mut Vec::new()).await.unwrap_err();
        assert!(refused.to_string().contains("\"hole\""), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_large_file_streams_in_and_out() {
    on_each(Spec::default(), async |cage| {
        let content: Vec<u8> = (0..20_000_000_u32).map(|it| (it % 251) as u8).collect();
        let path: SandboxPath = "d/large".parse().unwrap();
        cage.sandbox.write_file_from(&path, &content[..], 0o600).await.unwrap();
        let mut back = Vec::new();
        let mut stream = cage.sandbox.read_file_stream(&path, 1 << 30).await.unwrap();
        stream.read_to_end(&mut back).await.unwrap();
        assert!(back == content);
        let refused = cage.sandbox.read_file_stream(&path, 1000).await.map(drop);
        assert!(matches!(refused, Err(SandboxError::File { .. })), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_slow_reader_holds_up_nobody() {
    on_each(Spec::default(), async |cage| {
        cage.bash("head -c 50000000 /dev/zero > /tmp/zeros").await;
        let unread = cage.sandbox.snapshot().await.unwrap();
        assert_eq!(cage.bash("echo works").await.stdout, "works\n");
        let path: SandboxPath = "a".parse().unwrap();
        cage.sandbox.write_file(&path, b"too", 0o644).await.unwrap();
        assert_eq!(cage.sandbox.read_file(&path, 10).await.unwrap(), b"too");
        drop(unread);
    })
    .await;
}

#[tokio::test]
async fn directories_are_made_renamed_and_removed() {
    on_each(Spec::default(), async |cage| {
        let path = |it: &str| it.parse::<SandboxPath>().unwrap();
        cage.sandbox.make_directory(&path("a/b")).await.unwrap();
        cage.sandbox.write_file(&path("a/b/c"), b"c", 0o644).await.unwrap();
        cage.sandbox.rename(&path("a"), &path("z")).await.unwrap();
        assert_eq!(cage.sandbox.read_file(&path("z/b/c"), 10).await.unwrap(), b"c");
        cage.sandbox.remove_tree(&path("z")).await.unwrap();
        assert_eq!(cage.sandbox.list_files(&root()).await.unwrap(), vec![]);
        let refused = cage.sandbox.remove_tree(&path("z")).await;
        assert!(matches!(refused, Err(SandboxError::File { .. })));
    })
    .await;
}
