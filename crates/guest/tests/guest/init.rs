//! The guest as pid 1 of a pid namespace, as it is in a sandbox.

use guest::{ExitStatus, HostFrame, Stdin};

use crate::host::Host;

#[expect(clippy::print_stdout, reason = "a test that cannot run says so")]
pub(crate) fn with_init(test: impl FnOnce(Host)) {
    match Host::start_as_init() {
        Some(host) => test(host),
        None => println!("skipped: no pid namespace can be made here"),
    }
}

#[test]
fn a_program_is_not_pid_1_and_its_parent_is() {
    with_init(|mut host| {
        let start = host.shell("echo $$ $PPID");
        let pid = host.begin(&start);
        assert_ne!(pid, 1);
        let stdout = host.until_exit(start.program).stdout;
        assert_eq!(String::from_utf8(stdout).unwrap(), format!("{pid} 1\n"));
    });
}

#[test]
fn no_signal_from_inside_ends_or_stops_the_guest() {
    with_init(|mut host| {
        let said = host.run_shell("for s in $(seq 1 64); do kill -$s 1; done; echo sent");
        assert_eq!(said.stdout, b"sent\n");
        // The kernel spares pid 1, and finds nobody else to kill.
        assert_eq!(host.run_shell("kill -KILL -1").exited.status, ExitStatus::Code(1));
        assert_eq!(host.run_shell("echo alive").stdout, b"alive\n");
    });
}

#[test]
fn a_program_cannot_look_into_the_guest() {
    with_init(|mut host| {
        let said = host.run_shell("ls -ld /proc/1/fd | cut -c1-10; kill -0 1 && echo there");
        assert_eq!(String::from_utf8(said.stdout).unwrap(), "dr-x------\nthere\n");
    });
}

#[test]
fn daemons_and_loops_that_fork_die_with_their_program() {
    with_init(|mut host| {
        let script = "(setsid sh -c 'while :; do (setsid sleep 0.001 &); done' &); read x; exit 7";
        let mut start = host.shell(&format!("echo on; {script}"));
        start.stdin = Stdin::Pipe;
        host.begin(&start);
        host.until_stdout(start.program, "on");
        host.stdin(start.program, b"\n");
        assert_eq!(host.until_exit(start.program).exited.status, ExitStatus::Code(7));
        // The shell itself, the guest, and what the pipeline needs.
        let said = host.run_shell("set -- /proc/[0-9]*; echo $#");
        assert_eq!(said.stdout, b"2\n");
    });
}

#[test]
fn a_daemon_dies_alone_while_another_program_lives() {
    with_init(|mut host| {
        let mut other = host.program(&["cat"]);
        other.stdin = Stdin::Pipe;
        host.begin(&other);
        let said = host.run_shell("(setsid sleep 1000 &); exit 3");
        assert_eq!(said.exited.status, ExitStatus::Code(3));
        let said = host.run_shell("set -- /proc/[0-9]*; echo $#");
        assert_eq!(said.stdout, b"3\n");
        host.send(&HostFrame::StdinEof { program: other.program });
        assert_eq!(host.until_exit(other.program).exited.status, ExitStatus::Code(0));
    });
}

#[test]
fn when_no_process_can_be_made_the_start_fails_and_the_guest_lives() {
    with_init(|mut host| {
        let mut many = Vec::new();
        // The guest's own bound stands in for the kernel's, which counts the whole machine here.
        for _ in 0..256 {
            let start = host.program(&["sleep", "1000"]);
            host.begin(&start);
            many.push(start.program);
        }
        let one_more = host.program(&["true"]);
        host.send(&HostFrame::Start(one_more.clone()));
        let errno = host.find(|frame| match frame {
            guest::GuestFrame::StartFailed { errno, .. } => Some(*errno),
            _ => None,
        });
        assert_eq!(errno, libc::EAGAIN);
        for program in many {
            host.send(&HostFrame::Kill { program });
            assert_eq!(host.until_exit(program).exited.status, ExitStatus::Signal(9));
        }
        assert_eq!(host.run_shell("echo alive").stdout, b"alive\n");
    });
}
