//! Programs see and touch only each other, and none outlives its run.

use std::time::Duration;

use sandbox::{ExitStatus, ProcessEvent, Spec};

use super::{
    harness::{collect, program, script},
    targets::{on_each, on_each_with_python},
};

#[tokio::test]
async fn only_processes_of_the_sandbox_are_seen() {
    on_each(Spec::default(), async |cage| {
        let outcome = cage.bash("for it in /proc/[0-9]*; do echo ${it#/proc/}; done").await;
        let seen: Vec<u32> = outcome.stdout.lines().map(|it| it.parse().unwrap()).collect();
        assert_eq!(seen.len(), cage.residents() + 1, "with the shell: {seen:?}");
        assert!(seen.contains(&1));
    })
    .await;
}

#[tokio::test]
async fn signals_reach_neither_the_guest_nor_the_host() {
    on_each(Spec::default(), async |cage| {
        if !cage.guards_its_guest() {
            return;
        }
        let outcome =
            cage.bash("kill -9 1; kill -TERM 1; kill -STOP 1; kill -9 -1; echo alive").await;
        assert_eq!(outcome.stdout, "alive\n");
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_every_signal_does_not_disturb_the_guest() {
    // The C library keeps 32 and 33; by 64 the program of a standby says that it has ended.
    let code = "
for _ in range(200):
    for number in range(1, 64):
        if number not in (32, 33): call(os.kill, 1, number)
print('sent')";
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.guards_its_guest() {
            return;
        }
        assert_eq!(cage.answers(code).await, ["sent"]);
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn the_guest_is_closed_to_programs() {
    let code = "for name in ['mem', 'environ', 'maps', 'auxv', 'syscall', 'stack', 'pagemap', 'task/1/mem']:
    print(name, attempt('/proc/1/' + name))
for name in ['exe', 'cwd', 'root', 'ns/mnt', 'fd/3']: print(name, call(os.readlink, '/proc/1/' + name))
for name in ['fd', 'fdinfo', 'map_files']: print(name, call(os.listdir, '/proc/1/' + name))";
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.guards_its_guest() {
            return;
        }
        for answer in cage.answers(code).await {
            assert!(answer.ends_with("EACCES") || answer.ends_with("EPERM"), "{answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_guest_cannot_be_made_the_first_to_die() {
    let code = "print(attempt('/proc/1/oom_score_adj', 'r+b'), attempt('/proc/1/oom_adj', 'r+b'))";
    on_each_with_python(Spec::default(), async |cage| {
        for answer in cage.answers(code).await[0].split(' ') {
            assert!(["EACCES", "EPERM", "ENOENT"].contains(&answer), "{answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_guest_keeps_its_turn_at_the_processor() {
    // A guest of the idle class beside a busy program would end nothing at its time limit.
    let code = "
print(call(os.setpriority, os.PRIO_PROCESS, 1, 19), call(os.setpriority, os.PRIO_USER, 0, 19),
      call(os.setpriority, os.PRIO_USER, os.getuid(), 19))
print(call(os.sched_setscheduler, 1, os.SCHED_IDLE, os.sched_param(0)), call(os.sched_setaffinity, 1, [0]))
# IOPRIO_WHO_PROCESS and IOPRIO_WHO_USER, IOPRIO_CLASS_IDLE
print(system_call(IOPRIO_SET, 1, 1, 3 << 13), system_call(IOPRIO_SET, 3, os.getuid(), 3 << 13))
print(call(os.setpriority, os.PRIO_PROCESS, 0, 5), call(os.sched_setaffinity, 0, os.sched_getaffinity(0)))"
        .replace("IOPRIO_SET", &libc::SYS_ioprio_set.to_string());
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.guards_its_guest() {
            return;
        }
        let answers = cage.answers(&code).await;
        assert_eq!(answers, ["EPERM EPERM EPERM", "EPERM EPERM", "EPERM EPERM", "ok ok"]);
    })
    .await;
}

#[tokio::test]
async fn the_mark_of_a_program_cannot_be_changed_to_hide_its_descendants() {
    // RLIMIT_LOCKS carries it. The old call is tried too, and a pointer that is not even one.
    let code = "
import resource, time
soft, hard = resource.getrlimit(10)
def lower(): resource.setrlimit(10, (1, 1))
try: lower(); print('changed')
except (OSError, ValueError): print('refused')
print(system_call(PRLIMIT, 0, 10, 1, 0), system_call(PRLIMIT, os.getpid(), 10, 1, 0))
if SETRLIMIT: print(system_call(SETRLIMIT, 10, 1), system_call(SETRLIMIT, 4, 1))
else: print('EPERM EPERM')
print(resource.getrlimit(10) == (soft, hard), call(resource.setrlimit, resource.RLIMIT_NOFILE, (64, 64)), flush=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: time.sleep(1000)
os._exit(0)"
        .replace("PRLIMIT", &libc::SYS_prlimit64.to_string());
    let old = if cfg!(target_arch = "x86_64") { "160" } else { "0" };
    let code = code.replace("SETRLIMIT", old);
    on_each_with_python(Spec::default(), async |cage| {
        let mut other = cage.start(&["/bin/bash", "-c", "echo up; exec cat /dev/zero"]).await;
        assert!(matches!(other.next().await, Some(ProcessEvent::Stdout(_))));
        let answers = cage.answers(&code).await;
        assert_eq!(answers, ["refused", "EPERM EPERM", "EPERM EPERM", "True ok"]);
        let left = cage.bash("cat /proc/[0-9]*/comm").await;
        assert!(!left.stdout.contains("python"), "{left:?}");
    })
    .await;
}

#[tokio::test]
async fn a_daemon_does_not_outlive_its_program() {
    on_each(Spec::default(), async |cage| {
        let outcome = cage.bash("setsid sleep 1000 & (setsid nohup sleep 1000 &) ; exit 0").await;
        assert_eq!(outcome.exit.status, ExitStatus::Code(0));
        let left = cage.bash("cat /proc/[0-9]*/comm").await;
        assert!(!left.stdout.contains("sleep"), "{left:?}");
    })
    .await;
}

#[tokio::test]
async fn a_daemon_dies_with_its_program_while_another_program_goes_on() {
    on_each(Spec::default(), async |cage| {
        let mut other = cage.start(&["/bin/bash", "-c", "echo up; exec cat /dev/zero"]).await;
        assert!(matches!(other.next().await, Some(ProcessEvent::Stdout(_))));
        let outcome = cage.bash("(setsid nohup sleep 1000 &); exit 0").await;
        assert_eq!(outcome.exit.status, ExitStatus::Code(0));
        let left = cage.bash("cat /proc/[0-9]*/comm").await;
        assert!(left.stdout.contains("cat") && !left.stdout.contains("sleep"), "{left:?}");
    })
    .await;
}

#[tokio::test]
async fn a_process_that_flees_by_forking_is_caught() {
    let code = "
while True:
    if os.fork(): os._exit(0)
    os.setsid()";
    on_each_with_python(Spec::default(), async |cage| {
        let outcome = cage.python(code).await;
        assert_eq!(outcome.exit.status, ExitStatus::Code(0));
        let left = cage.bash("cat /proc/[0-9]*/comm").await;
        assert!(!left.stdout.contains("python"), "{left:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_adopts_orphans_keeps_none() {
    // PR_SET_CHILD_SUBREAPER, then orphans of its own.
    let code = "
import time
if os.fork() == 0:
    libc.prctl(36, 1, 0, 0, 0)
    for _ in range(5):
        if os.fork() == 0:
            if os.fork() == 0: time.sleep(1000)
            os._exit(0)
    time.sleep(1000)
print('gone')";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["gone"]);
        let left = cage.bash("cat /proc/[0-9]*/comm").await;
        assert!(!left.stdout.contains("python"), "{left:?}");
    })
    .await;
}

#[tokio::test]
async fn zombies_are_reaped() {
    // Grandchildren whose parents are gone: the first process inherits hundreds of them.
    let code = "
for _ in range(300):
    if os.fork() == 0:
        if os.fork() == 0: os._exit(0)
        os._exit(0)
    os.wait()
print('forked')";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["forked"]);
        let count = cage.bash("set -- /proc/[0-9]*; echo $#").await.stdout;
        assert_eq!(count, format!("{}\n", cage.residents() + 1), "with the shell that counts");
    })
    .await;
}

/// Runs Python with a short time limit, and expects that nothing else ends it.
async fn ends_at_its_time_limit(code: &str) {
    let code = script(code);
    on_each_with_python(Spec::default(), async |cage| {
        let mut stubborn = program(&["python3", "-c", &code]);
        stubborn.timeout = Some(Duration::from_millis(400));
        let outcome = collect(cage.launch(stubborn).await.unwrap()).await;
        assert!(outcome.exit.timed_out, "{outcome:?}");
        assert_eq!(outcome.exit.status, ExitStatus::Signal(libc::SIGKILL));
        let left = cage.bash("cat /proc/[0-9]*/comm").await;
        assert!(!left.stdout.contains("python"), "{left:?}");
    })
    .await;
}

#[tokio::test]
async fn a_busy_loop_that_ignores_every_signal_ends_at_its_time_limit() {
    ends_at_its_time_limit(
        "
import signal
for number in range(1, 65):
    if number not in (9, 19, 32, 33): signal.signal(number, signal.SIG_IGN)
while True: pass",
    )
    .await;
}

#[tokio::test]
async fn a_program_that_stops_itself_ends_at_its_time_limit() {
    ends_at_its_time_limit("import signal; os.kill(os.getpid(), signal.SIGSTOP)").await;
}

#[tokio::test]
async fn stopped_children_in_sessions_of_their_own_end_with_their_program() {
    ends_at_its_time_limit(
        "
import signal, time
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        os.kill(os.getpid(), signal.SIGSTOP)
time.sleep(1000)",
    )
    .await;
}

#[tokio::test]
async fn a_program_whose_parent_is_gone_ends_at_its_time_limit() {
    // The main process waits for ever, and so nothing but the limit ends the orphans.
    ends_at_its_time_limit(
        "
import signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if os.fork() == 0:
    if os.fork() == 0:
        while True: pass
    os._exit(0)
while True: signal.pause()",
    )
    .await;
}

#[tokio::test]
async fn names_of_the_host_are_hidden() {
    on_each(Spec::default(), async |cage| {
        let outcome = cage.bash("hostname; id -u; id -G").await;
        assert_eq!(outcome.stdout, "sandbox\n1000\n1000\n");
    })
    .await;
}

#[tokio::test]
async fn the_boot_of_the_host_has_no_name_inside() {
    let Ok(boot) = std::fs::read_to_string("/proc/sys/kernel/random/boot_id") else {
        eprintln!("skipped: this machine does not name its boots");
        return;
    };
    on_each(Spec::default(), async |cage| {
        if !cage.hides_names() {
            return;
        }
        let inside = cage.bash("cat /proc/sys/kernel/random/boot_id").await;
        let has_one = cage.kernel_of_its_own().is_none();
        assert_eq!(!inside.stdout.is_empty(), has_one, "programs still read one: {inside:?}");
        assert_ne!(inside.stdout, boot);
    })
    .await;
}
