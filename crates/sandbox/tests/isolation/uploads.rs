//! Files that the engine writes and reads on somebody's behalf, in a workspace that is hostile.

use sandbox::{FileKind, Limits, SandboxError, SandboxPath, Spec};

use super::{
    harness::script,
    targets::{on_each, on_each_with_python},
};

fn path(text: &str) -> SandboxPath {
    text.parse().unwrap()
}

/// The kernel's reason for not touching a file.
fn reason(result: Result<impl std::fmt::Debug, SandboxError>) -> i32 {
    match result {
        Err(SandboxError::File { source, .. }) => source.raw_os_error().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// With `openat2`, and where the kernel lacks it.
const NO_WAY: [i32; 2] = [libc::ELOOP, libc::ENOTDIR];

#[tokio::test]
async fn a_symbolic_link_to_a_directory_is_not_written_through() {
    on_each(Spec::default(), async |cage| {
        cage.bash("ln -s /dev/shm /tmp/out; ln -s / /tmp/root; ln -s .. /tmp/up").await;
        for name in ["out/x", "root/tmp/x", "up/x", "out/new/x"] {
            let written = cage.sandbox.write_file(&path(name), b"x", 0o644).await;
            assert!(NO_WAY.contains(&reason(written)), "{name}");
        }
        assert_eq!(cage.names_in("/dev/shm").await, [""; 0]);
        assert_eq!(cage.names_in("/tmp").await, ["out", "root", "up"]);
    })
    .await;
}

#[tokio::test]
async fn a_symbolic_link_at_the_end_is_replaced_and_not_followed() {
    on_each(Spec::default(), async |cage| {
        cage.bash("echo old > /dev/shm/target; ln -s /dev/shm/target /tmp/file").await;
        cage.sandbox.write_file(&path("file"), b"new\n", 0o644).await.unwrap();
        let outcome =
            cage.bash("cat /dev/shm/target /tmp/file; test -L /tmp/file || echo plain").await;
        assert_eq!(outcome.stdout, "old\nnew\nplain\n");
    })
    .await;
}

#[tokio::test]
async fn a_symbolic_link_is_not_read_through() {
    on_each(Spec::default(), async |cage| {
        // The guest would read its own, which programs cannot.
        cage.bash(
            "ln -s /proc/self/environ /tmp/a; ln -s /proc/self/fd /tmp/b; ln -s /etc/passwd /tmp/c",
        )
        .await;
        for name in ["a", "b/3", "c"] {
            let read = cage.sandbox.read_file(&path(name), 1 << 20).await;
            assert!(NO_WAY.contains(&reason(read)), "{name}");
        }
        let listed = cage.sandbox.list_files(&path("b")).await;
        assert!(NO_WAY.contains(&reason(listed)));
    })
    .await;
}

#[tokio::test]
async fn a_hard_link_is_cut_and_not_written_through() {
    let code = "
print(call(os.link, '/etc/passwd', '/tmp/passwd'), call(os.link, '/usr/bin/env', '/tmp/env'))
open('/tmp/kept', 'w').write('kept')
os.link('/tmp/kept', '/tmp/file')";
    on_each_with_python(Spec::default(), async |cage| {
        let answers = cage.answers(code).await;
        for answer in answers[0].split(' ') {
            assert!(["EXDEV", "EPERM", "EROFS"].contains(&answer), "{answer}");
        }
        cage.sandbox.write_file(&path("file"), b"new", 0o644).await.unwrap();
        assert_eq!(cage.bash("cat /tmp/kept").await.stdout, "kept");
    })
    .await;
}

/// Swaps a directory for a link to `/dev/shm` as fast as it can, and looks for what fell through.
const SWAP: &str = "
RENAME_EXCHANGE = 2
os.mkdir('/tmp/dir'); os.symlink('/dev/shm', '/tmp/link')
print('swapping', flush=True)
import select
while not select.select([0], [], [], 0)[0]:
    for _ in range(100): libc.renameat2(-100, b'/tmp/dir', -100, b'/tmp/link', RENAME_EXCHANGE)
print(os.listdir('/dev/shm'))";

#[tokio::test]
async fn a_directory_that_becomes_a_link_while_we_write_lets_nothing_through() {
    on_each_with_python(Spec::default(), async |cage| {
        let mut swapper = super::harness::program(&["python3", "-c", &script(SWAP)]);
        swapper.stdin = sandbox::Stdin::Pipe;
        let mut swapping = cage.launch(swapper).await.unwrap();
        super::harness::until_stdout(&mut swapping, "swapping\n").await;
        let (mut written, mut refused) = (0, 0);
        for number in 0..400 {
            match cage.sandbox.write_file(&path(&format!("dir/{number}")), b"x", 0o644).await {
                Ok(()) => written += 1,
                Err(SandboxError::File { .. }) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        swapping.handle().close_stdin().await.unwrap();
        let outcome = super::harness::collect(swapping).await;
        assert_eq!(outcome.stdout, "[]\n", "{written} written, {refused} refused");
        assert_eq!(written + refused, 400);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_plain_file_is_not_read() {
    on_each_with_python(Spec::default(), async |cage| {
        let code = "
os.mkfifo('/tmp/fifo'); os.mkdir('/tmp/dir')
socket.socket(socket.AF_UNIX).bind('/tmp/socket')";
        cage.answers(code).await;
        for (name, errno) in
            [("fifo", libc::EINVAL), ("dir", libc::EINVAL), ("socket", libc::ENXIO)]
        {
            assert_eq!(reason(cage.sandbox.read_file(&path(name), 1 << 20).await), errno, "{name}");
        }
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn a_file_that_pretends_to_be_huge_is_not_read() {
    on_each(Spec::default(), async |cage| {
        cage.bash("truncate -s 1T /tmp/huge").await;
        assert_eq!(reason(cage.sandbox.read_file(&path("huge"), 1 << 20).await), libc::EFBIG);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_grows_while_it_is_read_is_given_up() {
    on_each(Spec::default(), async |cage| {
        let grow = "echo x > /tmp/log; echo up; while :; do cat /bin/bash >> /tmp/log; done";
        let mut growing = cage.start(&["/bin/bash", "-c", grow]).await;
        growing.next().await;
        // Either it is too large already, or becomes so; a bounded part is never mistaken for it.
        let read = cage.sandbox.read_file(&path("log"), 4 << 20).await;
        match read {
            Ok(bytes) => assert!(bytes.len() <= 4 << 20),
            Err(SandboxError::File { source, .. }) => {
                assert_eq!(source.raw_os_error(), Some(libc::EFBIG));
            }
            Err(error) => panic!("{error}"),
        }
    })
    .await;
}

#[tokio::test]
async fn a_full_workspace_refuses_a_file_and_keeps_no_part_of_it() {
    let limits = Limits { workspace_bytes: 1 << 20, ..Limits::default() };
    on_each(Spec { limits, ..Spec::default() }, async |cage| {
        let written = cage.sandbox.write_file(&path("a/large"), &vec![1; 2 << 20], 0o644).await;
        assert_eq!(reason(written), libc::ENOSPC);
        assert_eq!(cage.names_in("/tmp/a").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn rights_that_change_who_runs_are_taken_off() {
    on_each(Spec::default(), async |cage| {
        cage.sandbox.write_file(&path("tool"), b"", 0o6755).await.unwrap();
        let files = cage.sandbox.list_files(&SandboxPath::root()).await.unwrap();
        assert_eq!((files[0].kind, files[0].mode), (FileKind::File, 0o755));
    })
    .await;
}

#[tokio::test]
async fn odd_names_are_names_and_too_long_ones_are_refused() {
    on_each(Spec::default(), async |cage| {
        for name in ["-rf", "a b\n", "\u{202e}cod.txt", "CON", "...", "~", "$(id)"] {
            cage.sandbox.write_file(&path(name), b"", 0o644).await.unwrap();
        }
        let files = cage.sandbox.list_files(&SandboxPath::root()).await.unwrap();
        assert_eq!(files.len(), 7);
        let long = cage.sandbox.write_file(&path(&"x".repeat(300)), b"", 0o644).await;
        assert_eq!(reason(long), libc::ENAMETOOLONG);
    })
    .await;
}

#[tokio::test]
async fn a_directory_with_very_many_files_is_refused_or_listed_whole() {
    let code = "
for number in range(20000): os.close(os.open(f'/tmp/{number}', os.O_CREAT))";
    on_each_with_python(Spec::default(), async |cage| {
        cage.answers(code).await;
        match cage.sandbox.list_files(&SandboxPath::root()).await {
            Ok(files) => assert_eq!(files.len(), 20000),
            refused => assert_eq!(reason(refused), libc::EOVERFLOW),
        }
        cage.still_works().await;
    })
    .await;
}
