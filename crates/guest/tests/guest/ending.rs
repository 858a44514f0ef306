//! Programs that say their end instead of coming to it.

use guest::{END, ExitStatus, StandbyId, Start};

use crate::{
    host::{Host, Said},
    init::with_init,
    standby::{ready, stdout},
};

/// Makes a standby the program: a shell that runs `body`, in which `$end` ends it.
fn run(host: &mut Host, id: u64, body: &str) -> Said {
    ready(host, id, &format!("end='kill -{END} '$PPID; {body}"));
    let start = Start { standby: Some(StandbyId(id)), ..host.shell("echo plain") };
    host.run(&start)
}

/// With a pid namespace of its own and without one.
fn in_both(test: impl Fn(Host)) {
    test(Host::start());
    with_init(test);
}

fn processes(host: &mut Host) -> String {
    stdout(&host.run_shell("cat /proc/$PPID/task/$PPID/children | wc -w")).to_owned()
}

#[test]
fn a_program_that_says_its_end_has_ended_well_and_is_gone() {
    in_both(|mut host| {
        let said = run(&mut host, 1, "echo out; echo err >&2; $end; while :; do :; done");
        assert_eq!((stdout(&said), said.stderr.as_slice()), ("out\n", b"err\n".as_slice()));
        assert_eq!(said.exited.status, ExitStatus::Code(0));
        // The shell that counts.
        assert_eq!(processes(&mut host), "1\n");
    });
}

#[test]
fn what_it_used_is_told_although_it_was_not_reaped() {
    in_both(|mut host| {
        let work = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        let exited = run(&mut host, 1, &format!("{work}; $end; read x")).exited;
        assert!(exited.cpu_us > 5_000 && exited.peak_memory_bytes > 100_000, "{exited:?}");
        // Of children there is an account too.
        let exited = run(&mut host, 2, &format!("({work}); $end; read x")).exited;
        assert!(exited.cpu_us > 5_000 && exited.peak_memory_bytes > 100_000, "{exited:?}");
    });
}

#[test]
fn its_tree_ends_with_it() {
    in_both(|mut host| {
        let said = run(&mut host, 1, "(setsid sleep 1000 &); sleep 1000 & echo out; $end; wait");
        assert_eq!((stdout(&said), said.exited.status), ("out\n", ExitStatus::Code(0)));
        assert_eq!(processes(&mut host), "1\n");
    });
}

#[test]
fn all_it_wrote_arrives_before_its_end() {
    in_both(|mut host| {
        let said = run(&mut host, 1, "head -c 200000 /dev/zero; $end; sleep 1000");
        assert_eq!((said.stdout.len(), said.exited.status), (200_000, ExitStatus::Code(0)));
    });
}

#[test]
fn the_word_of_a_child_means_nothing() {
    in_both(|mut host| {
        let said = run(&mut host, 1, "(sh -c \"$end\"; $end); echo alive; exit 3");
        assert_eq!((stdout(&said), said.exited.status), ("alive\n", ExitStatus::Code(3)));
    });
}

#[test]
fn the_word_of_a_program_that_was_no_standby_means_nothing() {
    in_both(|mut host| {
        let said = host.run_shell(&format!("kill -{END} $PPID; echo alive; exit 3"));
        assert_eq!((stdout(&said), said.exited.status), ("alive\n", ExitStatus::Code(3)));
    });
}

#[test]
fn the_word_of_one_program_leaves_the_others() {
    in_both(|mut host| {
        let mut other = host.program(&["cat"]);
        other.stdin = guest::Stdin::Pipe;
        host.begin(&other);
        ready(&mut host, 1, "echo standby");
        let said = run(&mut host, 2, "(setsid sleep 1000 &); echo out; $end; sleep 1000");
        assert_eq!((stdout(&said), said.exited.status), ("out\n", ExitStatus::Code(0)));
        let start = Start { standby: Some(StandbyId(1)), ..host.shell("echo plain") };
        assert_eq!(stdout(&host.run(&start)), "standby\n");
        host.send(&guest::HostFrame::StdinEof { program: other.program });
        assert_eq!(host.until_exit(other.program).exited.status, ExitStatus::Code(0));
    });
}

#[test]
fn what_comes_next_does_not_meet_what_is_dying() {
    with_init(|mut host| {
        for id in 1..20 {
            let said = run(&mut host, id, "echo out; $end; sleep 1000");
            assert_eq!((stdout(&said), said.exited.status), ("out\n", ExitStatus::Code(0)));
            let said = host.run_shell("set -- /proc/[0-9]*; echo $#");
            assert_eq!(stdout(&said), "2\n");
        }
    });
}
