//! How programs start and end, and what they find.

use guest::{ExitStatus, GuestFrame, HostFrame, StartStep, Stdin};

use crate::host::Host;

#[test]
fn what_a_program_prints_arrives_before_its_exit() {
    let said = Host::start().run_shell("echo out; echo err >&2");
    assert_eq!(said.stdout, b"out\n");
    assert_eq!(said.stderr, b"err\n");
    assert_eq!(said.exited.status, ExitStatus::Code(0));
    assert_eq!(said.truncated, 0);
}

#[test]
fn exit_codes_and_signals_are_told_apart() {
    let mut host = Host::start();
    assert_eq!(host.run_shell("exit 3").exited.status, ExitStatus::Code(3));
    assert_eq!(host.run_shell("exit 137").exited.status, ExitStatus::Code(137));
    assert_eq!(host.run_shell("kill -9 $$").exited.status, ExitStatus::Signal(9));
    assert_eq!(host.run_shell("kill -TERM $$").exited.status, ExitStatus::Signal(15));
}

#[test]
fn arguments_environment_and_directory_are_the_programs() {
    let mut host = Host::start();
    let mut start =
        host.program(&["sh", "-c", "pwd; env; printf '%s|' \"$@\"", "sh", "a b", "", "ü"]);
    start.cwd = "/usr".to_owned();
    start.env.push(("GREETING".to_owned(), "two words\nand a line".to_owned()));
    let said = host.run(&start);
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(text.starts_with("/usr\n"), "{text}");
    assert!(text.contains("GREETING=two words\nand a line\n"), "{text}");
    assert!(text.ends_with("a b||ü|"), "{text}");
    assert!(!text.contains("CARGO"), "{text}");
}

#[test]
fn a_missing_program_is_a_failed_start() {
    let mut host = Host::start();
    for (program, errno) in [
        ("no-such-program", libc::ENOENT),
        ("/no/such", libc::ENOENT),
        ("/etc/passwd", libc::EACCES),
    ] {
        let start = host.program(&[program]);
        host.send(&HostFrame::Start(start.clone()));
        assert_eq!(
            host.receive(),
            GuestFrame::StartFailed { program: start.program, errno, step: StartStep::Execute }
        );
    }
    assert_eq!(host.run_shell("echo still here").stdout, b"still here\n");
}

#[test]
fn a_missing_directory_and_odd_arguments_are_failed_starts() {
    let mut host = Host::start();
    let mut failure = |argv: &[&str], cwd: &str| {
        let mut start = host.program(argv);
        start.cwd = cwd.to_owned();
        host.send(&HostFrame::Start(start));
        match host.receive() {
            GuestFrame::StartFailed { errno, step, .. } => (step, errno),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(failure(&["true"], "/nowhere"), (StartStep::WorkingDirectory, libc::ENOENT));
    assert_eq!(failure(&["true", "a\0b"], "/"), (StartStep::Arguments, libc::EINVAL));
    assert_eq!(failure(&[], "/"), (StartStep::Arguments, libc::ENOENT));
    assert_eq!(failure(&[""], "/"), (StartStep::Arguments, libc::ENOENT));
}

#[test]
fn arguments_beyond_the_systems_limit_are_a_failed_start() {
    let mut host = Host::start();
    // One argument may have 128 KiB.
    let start = host.program(&["true", &"x".repeat(200 * 1024)]);
    host.send(&HostFrame::Start(start.clone()));
    let errno = libc::E2BIG;
    assert_eq!(
        host.receive(),
        GuestFrame::StartFailed { program: start.program, errno, step: StartStep::Execute }
    );
}

#[test]
fn a_program_finds_three_descriptors_no_blocked_signals_and_no_core_dumps() {
    let mut host = Host::start();
    let said = host.run_shell(
        "ls /proc/self/fd | tr '\\n' ' '; cat /proc/self/status; ulimit -c; ulimit -Hn; ulimit -Sn",
    );
    let text = String::from_utf8(said.stdout).unwrap();
    let zeroes = "0000000000000000";
    // The fourth is the directory that `ls` reads.
    assert!(text.starts_with("0 1 2 3 "), "{text}");
    for mask in ["SigBlk", "SigIgn", "SigCgt"] {
        assert!(text.contains(&format!("{mask}:\t{zeroes}\n")), "{text}");
    }
    assert!(text.ends_with("0\n1024\n1024\n"), "{text}");
}

#[test]
fn a_program_leads_its_own_session() {
    let mut host = Host::start();
    let start = host.shell("cut -d' ' -f6 /proc/self/stat");
    let pid = host.begin(&start);
    assert_eq!(host.until_exit(start.program).stdout, format!("{pid}\n").as_bytes());
}

#[test]
fn without_input_reading_gives_the_end() {
    assert_eq!(Host::start().run_shell("cat; echo done").stdout, b"done\n");
}

#[test]
fn input_is_passed_on_until_its_end() {
    let mut host = Host::start();
    let mut start = host.program(&["cat"]);
    start.stdin = Stdin::Pipe;
    host.begin(&start);
    host.stdin(start.program, b"one ");
    host.stdin(start.program, b"two");
    host.send(&HostFrame::StdinEof { program: start.program });
    let said = host.until_exit(start.program);
    assert_eq!(said.stdout, b"one two");
    assert_eq!(said.exited.status, ExitStatus::Code(0));
}

#[test]
fn a_hundred_megabytes_pass_through() {
    let mut host = Host::start();
    let mut start = host.program(&["sh", "-c", "wc -c"]);
    start.stdin = Stdin::Pipe;
    host.begin(&start);
    let chunk = vec![b'x'; guest::MAX_CHUNK];
    let (mut credit, mut left) = (u64::from(guest::STDIN_WINDOW), 100 << 20);
    while left > 0 {
        if credit < chunk.len() as u64 {
            credit += host.find(|frame| match frame {
                GuestFrame::StdinGrant { bytes, .. } => Some(u64::from(*bytes)),
                _ => None,
            });
            continue;
        }
        host.stdin(start.program, &chunk);
        credit -= chunk.len() as u64;
        left -= chunk.len();
    }
    host.send(&HostFrame::StdinEof { program: start.program });
    assert_eq!(host.until_exit(start.program).stdout, b"104857600\n");
}

#[test]
fn input_that_is_never_read_stops_at_the_window() {
    let mut host = Host::start();
    let mut start = host.shell("read line; echo $line; exit 4");
    start.stdin = Stdin::Pipe;
    host.begin(&start);
    host.stdin(start.program, b"first\n");
    let mut sent = 6;
    // What the pipe takes is granted again; the rest of the window stays with the guest.
    while sent < guest::STDIN_WINDOW as usize {
        let count = guest::MAX_CHUNK.min(guest::STDIN_WINDOW as usize - sent);
        host.stdin(start.program, &vec![b'x'; count]);
        sent += count;
    }
    let said = host.until_exit(start.program);
    assert_eq!(said.stdout, b"first\n");
    assert_eq!(said.exited.status, ExitStatus::Code(4));
}

#[test]
fn a_program_that_closes_its_input_is_reported() {
    let mut host = Host::start();
    let mut start = host.shell("exec <&-; echo closed; sleep 1000");
    start.stdin = Stdin::Pipe;
    host.begin(&start);
    host.until_stdout(start.program, "closed");
    let id = host.find(|frame| match frame {
        GuestFrame::StdinClosed { program } => Some(*program),
        _ => None,
    });
    assert_eq!(id, start.program);
    host.stdin(start.program, b"too late");
    host.send(&HostFrame::Kill { program: start.program });
    assert_eq!(host.until_exit(start.program).exited.status, ExitStatus::Signal(9));
}

#[test]
fn time_and_memory_are_measured_over_the_tree() {
    let mut host = Host::start();
    let said = host.run_shell("dd if=/dev/zero of=/dev/null bs=200M count=1");
    assert_eq!(said.exited.status, ExitStatus::Code(0), "{said:?}");
    assert!(said.exited.peak_memory_bytes > 200 << 20, "{said:?}");
    assert!(said.exited.cpu_us > 0, "{said:?}");
    assert!(said.exited.wall_us > 0, "{said:?}");
}
