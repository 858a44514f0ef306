//! Output: unchanged, limited, and only as fast as it is taken.

use guest::{ExitStatus, FRAME_COST, GuestFrame, HostFrame, OnExcess};

use crate::host::Host;

#[test]
fn bytes_of_every_kind_arrive_unchanged_and_in_order() {
    let mut host = Host::start();
    let content: Vec<u8> =
        (0..1_000_000_u32).flat_map(|it| (it % 977 * 31).to_le_bytes()).collect();
    std::fs::write(host.workspace.path().join("bytes"), &content).unwrap();
    let mut start = host.program(&["cat", "bytes"]);
    start.cwd = host.workspace.path().to_str().unwrap().to_owned();
    assert!(host.run(&start).stdout == content);
}

#[test]
fn a_character_split_between_writes_is_whole_again() {
    let mut host = Host::start();
    let mut start = host.shell("printf '\\303'; read x; printf '\\274'");
    start.stdin = guest::Stdin::Pipe;
    host.begin(&start);
    let first = host.find(|frame| match frame {
        GuestFrame::Stdout { bytes, .. } => Some(bytes.0.clone()),
        _ => None,
    });
    host.stdin(start.program, b"\n");
    let rest = host.until_exit(start.program).stdout;
    assert_eq!([first, rest].concat(), "ü".as_bytes());
}

#[test]
fn a_flood_is_cut_at_the_limit_and_the_program_goes_on() {
    let mut host = Host::start();
    let mut start = host.shell("head -c 3000000 /dev/zero; echo over >&2; exit 5");
    start.output_limit = 100_000;
    let said = host.run(&start);
    assert_eq!(said.stdout.len(), 100_000);
    assert_eq!(said.stderr, b"");
    assert_eq!(said.truncated, 1);
    assert_eq!(said.exited.status, ExitStatus::Code(5));
}

#[test]
fn a_flood_without_end_is_killed_when_asked() {
    let mut host = Host::start();
    let mut start = host.program(&["cat", "/dev/zero"]);
    start.output_limit = 1 << 20;
    start.on_excess = OnExcess::Kill;
    let said = host.run(&start);
    assert_eq!(said.stdout.len(), 1 << 20);
    assert_eq!(said.truncated, 1);
    assert_eq!(said.exited.status, ExitStatus::Signal(9));
    assert!(!said.exited.timed_out);
}

#[test]
fn output_of_exactly_the_limit_is_not_truncated() {
    let mut host = Host::start();
    let mut start = host.program(&["echo", "1234567"]);
    start.output_limit = 8;
    let said = host.run(&start);
    assert_eq!((said.stdout.as_slice(), said.truncated), (b"1234567\n".as_slice(), 0));
    let mut start = host.program(&["echo", "12345678"]);
    start.output_limit = 8;
    let said = host.run(&start);
    assert_eq!((said.stdout.as_slice(), said.truncated), (b"12345678".as_slice(), 1));
}

#[test]
fn no_more_is_sent_than_the_host_granted() {
    let mut host = Host::start();
    let mut start = host.program(&["cat", "/dev/zero"]);
    start.window = 5000;
    host.begin(&start);
    let (mut used, mut granted) = (0, start.window);
    for _ in 0..3 {
        // What is left is too little for another frame.
        while used + FRAME_COST < granted {
            let bytes = host.find(|frame| match frame {
                GuestFrame::Stdout { bytes, .. } => Some(bytes.0.len()),
                _ => None,
            });
            used += u32::try_from(bytes).unwrap() + FRAME_COST;
        }
        assert!(used <= granted);
        // Another program's whole life proves that the first one waits.
        assert_eq!(host.run_shell("echo between").stdout, b"between\n");
        assert_eq!(host.kept_stdout(start.program), 0);
        host.send(&HostFrame::Grant { program: start.program, bytes: 7000 });
        granted += 7000;
    }
    host.send(&HostFrame::Kill { program: start.program });
    assert_eq!(host.until_exit(start.program).exited.status, ExitStatus::Signal(9));
}

#[test]
fn an_ended_program_is_reported_once_its_output_was_granted() {
    let mut host = Host::start();
    let mut start = host.program(&["echo", "0123456789"]);
    start.window = FRAME_COST + 4;
    host.begin(&start);
    host.find(|frame| matches!(frame, GuestFrame::Stdout { .. }).then_some(()));
    assert_eq!(host.run_shell("echo other").stdout, b"other\n");
    host.send(&HostFrame::Grant { program: start.program, bytes: 100 });
    assert_eq!(host.until_exit(start.program).stdout, b"456789\n");
}

#[test]
fn a_killed_program_is_reported_though_nobody_takes_its_output() {
    let mut host = Host::start();
    let mut start = host.program(&["cat", "/dev/zero"]);
    start.window = FRAME_COST + 10;
    host.begin(&start);
    host.find(|frame| matches!(frame, GuestFrame::Stdout { .. }).then_some(()));
    host.send(&HostFrame::Kill { program: start.program });
    assert_eq!(host.until_exit(start.program).exited.status, ExitStatus::Signal(9));
}

#[test]
fn an_output_stolen_by_its_own_program_blocks_nobody() {
    let mut host = Host::start();
    // Two readers of one pipe: what this one takes, the guest finds gone after poll promised it.
    let start = host.shell("cat /proc/self/fd/1 >/dev/null & while :; do echo x; done");
    host.begin(&start);
    for _ in 0..20 {
        assert_eq!(host.run_shell("echo alive").stdout, b"alive\n");
        host.forget(start.program);
    }
    host.send(&HostFrame::Kill { program: start.program });
    assert_eq!(host.until_exit(start.program).exited.status, ExitStatus::Signal(9));
}
