//! Whatever a program started ends with it, and nothing else does.

use std::{fs, path::PathBuf};

use guest::{ExitStatus, GuestFrame, HostFrame, Stdin};

use crate::host::Host;

/// Whether a process exists that is more than a zombie.
fn alive(pid: &str) -> bool {
    let stat = fs::read_to_string(PathBuf::from("/proc").join(pid.trim()).join("stat"));
    stat.is_ok_and(|it| !it.rsplit(')').next().unwrap().trim_start().starts_with('Z'))
}

/// Starts a process that left session, group and parent, and prints its pid.
const DAEMON: &str =
    "(setsid sh -c '(sh -c \"echo \\$\\$; exec sleep 1000\" &) ' &) ; read x; exit 7";

#[test]
fn a_daemon_dies_with_its_program() {
    let mut host = Host::start();
    let mut start = host.shell(DAEMON);
    start.stdin = Stdin::Pipe;
    host.begin(&start);
    let daemon = host.until_stdout(start.program, "\n");
    assert!(alive(&daemon));
    host.stdin(start.program, b"\n");
    assert_eq!(host.until_exit(start.program).exited.status, ExitStatus::Code(7));
    assert!(!alive(&daemon));
}

#[test]
fn a_daemon_dies_with_its_own_program_and_not_with_another() {
    let mut host = Host::start();
    let mut first = host.shell(DAEMON);
    first.stdin = Stdin::Pipe;
    let mut second = host.shell(DAEMON);
    second.stdin = Stdin::Pipe;
    host.begin(&first);
    let daemon_of_first = host.until_stdout(first.program, "\n");
    host.begin(&second);
    let daemon_of_second = host.until_stdout(second.program, "\n");
    host.stdin(first.program, b"\n");
    host.until_exit(first.program);
    assert!(!alive(&daemon_of_first));
    assert!(alive(&daemon_of_second));
    host.send(&HostFrame::Kill { program: second.program });
    assert_eq!(host.until_exit(second.program).exited.status, ExitStatus::Signal(9));
    assert!(!alive(&daemon_of_second));
}

#[test]
fn lowering_the_limit_that_marks_a_process_does_not_save_it() {
    let mut host = Host::start();
    let other = host.program(&["sleep", "1000"]);
    host.begin(&other);
    let mut start = host.shell(&format!("ulimit -x 5; {DAEMON}"));
    // Only some shells can lower it.
    start.argv[0] = "bash".to_owned();
    start.stdin = Stdin::Pipe;
    host.begin(&start);
    let daemon = host.until_stdout(start.program, "\n");
    host.stdin(start.program, b"\n");
    assert_eq!(host.until_exit(start.program).exited.status, ExitStatus::Code(7));
    assert!(!alive(&daemon));
    host.send(&HostFrame::Kill { program: other.program });
    host.until_exit(other.program);
}

#[test]
fn the_time_limit_ends_a_loop_that_ignores_signals() {
    let mut host = Host::start();
    let mut start = host.shell("trap '' TERM INT HUP; echo on; while :; do :; done");
    start.timeout_ms = Some(300);
    let said = host.run(&start);
    assert_eq!(said.stdout, b"on\n");
    assert_eq!(said.exited.status, ExitStatus::Signal(9));
    assert!(said.exited.timed_out);
    assert!(said.exited.wall_us >= 300_000);
}

#[test]
fn the_time_limit_ends_a_stopped_program() {
    let mut host = Host::start();
    let mut start = host.shell("kill -STOP $$");
    start.timeout_ms = Some(100);
    let said = host.run(&start);
    assert!(said.exited.timed_out);
}

#[test]
fn a_signal_reaches_each_process_of_the_tree() {
    let mut host = Host::start();
    let start = host.shell(
        "trap 'wait; echo outer; exit 6' USR1; \
         sh -c 'trap \"echo inner; exit\" USR1; echo ready; while :; do sleep 0.01; done' & \
         while :; do sleep 0.01; done",
    );
    host.begin(&start);
    host.until_stdout(start.program, "ready");
    host.send(&HostFrame::Signal { program: start.program, signal: libc::SIGUSR1 });
    let said = host.until_exit(start.program);
    assert_eq!(String::from_utf8_lossy(&said.stdout), "inner\nouter\n");
    assert_eq!(said.exited.status, ExitStatus::Code(6));
}

#[test]
fn two_programs_run_at_once_and_one_that_is_not_read_stalls_only_itself() {
    let mut host = Host::start();
    let mut stalled = host.program(&["cat", "/dev/zero"]);
    stalled.window = 100_000;
    host.begin(&stalled);
    let said = host.run_shell("head -c 5000000 /dev/zero");
    assert_eq!(said.stdout.len(), 5_000_000);
    host.send(&HostFrame::Kill { program: stalled.program });
    assert_eq!(host.until_exit(stalled.program).exited.status, ExitStatus::Signal(9));
}

#[test]
fn zombies_are_reaped() {
    let mut host = Host::start();
    // Each inner shell leaves its child an orphan.
    let said = host.run_shell("i=0; while [ $i -lt 300 ]; do (: &) ; i=$((i+1)); done; echo done");
    assert_eq!(said.stdout, b"done\n");
    let children = fs::read_dir("/proc").unwrap().filter(|entry| {
        let path = entry.as_ref().unwrap().path().join("stat");
        let parent = fs::read_to_string(path)
            .ok()
            .and_then(|it| it.rsplit(')').next().unwrap().split(' ').nth(2).map(str::to_owned));
        parent == Some(host.guest.id().to_string())
    });
    assert_eq!(children.count(), 0);
}

#[test]
fn a_fork_bomb_dies_with_its_program() {
    let mut host = Host::start();
    let other = host.program(&["sleep", "1000"]);
    host.begin(&other);
    // Each process is replaced by its child, so that killing what was seen once is never enough.
    let mut start = host.shell("hop() { sh -c \"$0\" \"$0\" & }; echo on; eval \"$HOP\"; read x");
    start.env.push(("HOP".to_owned(), "(while :; do (setsid sleep 0.001 &) ; done) &".to_owned()));
    start.stdin = Stdin::Pipe;
    host.begin(&start);
    host.until_stdout(start.program, "on");
    host.stdin(start.program, b"\n");
    assert_eq!(host.until_exit(start.program).exited.status, ExitStatus::Code(0));
    host.send(&HostFrame::Kill { program: other.program });
    host.until_exit(other.program);
}

#[test]
fn a_vanished_host_ends_everything() {
    let mut host = Host::start();
    let mut start = host.shell(DAEMON);
    start.stdin = Stdin::Pipe;
    let main = host.begin(&start).to_string();
    let daemon = host.until_stdout(start.program, "\n");
    host.link.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(host.guest_ends().code(), Some(0));
    assert!(!alive(&main) && !alive(&daemon));
}

#[test]
fn shutdown_ends_everything() {
    let mut host = Host::start();
    let start = host.program(&["sleep", "1000"]);
    let main = host.begin(&start).to_string();
    host.send(&HostFrame::Shutdown);
    assert_eq!(host.guest_ends().code(), Some(0));
    assert!(!alive(&main));
}

#[test]
fn an_exit_is_reported_exactly_once() {
    let mut host = Host::start();
    let start = host.shell("exit 0");
    host.send(&HostFrame::Start(start.clone()));
    for _ in 0..3 {
        host.send(&HostFrame::Kill { program: start.program });
    }
    let said = host.until_exit(start.program);
    assert!(matches!(said.exited.status, ExitStatus::Code(0) | ExitStatus::Signal(9)));
    host.send(&HostFrame::Kill { program: start.program });
    host.send(&HostFrame::Shutdown);
    while let Some(frame) = host.try_receive() {
        assert!(!matches!(frame, GuestFrame::Exited(_)), "{frame:?}");
    }
}
