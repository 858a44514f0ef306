//! Programs see and touch only each other.

use sandbox::ExitStatus;

use super::harness::{Cage, python_cage};

#[tokio::test]
async fn only_processes_of_the_sandbox_are_seen() {
    let Some(cage) = Cage::new().await else { return };
    let outcome = cage.bash("for it in /proc/[0-9]*; do echo ${it#/proc/}; done").await;
    let seen: Vec<u32> = outcome.stdout.lines().map(|it| it.parse().unwrap()).collect();
    assert_eq!(seen.len(), 2, "the guest and the shell: {seen:?}");
    assert!(seen.contains(&1));
}

#[tokio::test]
async fn signals_reach_neither_the_guest_nor_the_host() {
    let Some(cage) = Cage::new().await else { return };
    let outcome = cage.bash("kill -9 1; kill -TERM 1; kill -STOP 1; kill -9 -1; echo alive").await;
    assert_eq!(outcome.stdout, "alive\n");
    let next = cage.bash("echo next").await;
    assert_eq!(next.stdout, "next\n");
}

#[tokio::test]
async fn the_guest_is_closed_to_programs() {
    let cage = python_cage!();
    let answers = cage
        .answers(
            "for name in ['mem', 'environ', 'maps', 'auxv', 'syscall']:
    print(name, attempt('/proc/1/' + name))
for name in ['exe', 'cwd', 'root']: print(name, call(os.readlink, '/proc/1/' + name))
print('fd', call(os.listdir, '/proc/1/fd'))",
        )
        .await;
    for answer in answers {
        assert!(answer.ends_with("EACCES") || answer.ends_with("EPERM"), "{answer}");
    }
}

#[tokio::test]
async fn a_daemon_does_not_outlive_its_program() {
    let Some(cage) = Cage::new().await else { return };
    let outcome = cage.bash("setsid sleep 1000 & (setsid nohup sleep 1000 &) ; exit 0").await;
    assert_eq!(outcome.exit.status, ExitStatus::Code(0));
    let left = cage.bash("cat /proc/[0-9]*/comm").await;
    assert!(!left.stdout.contains("sleep"), "{left:?}");
}

#[tokio::test]
async fn a_fork_bomb_ends_at_the_limit_and_only_inside() {
    let cage = python_cage!();
    let outcome = cage
        .python(
            "count = 0
try:
    while True:
        if os.fork() == 0:
            import time; time.sleep(1000)
        count += 1
except BlockingIOError: print(count)",
        )
        .await;
    let count: u32 = outcome.stdout.trim().parse().unwrap();
    assert!((1..=100).contains(&count), "{count} processes");
    assert_eq!(cage.bash("echo next").await.stdout, "next\n");
}

#[tokio::test]
async fn names_of_the_host_are_hidden() {
    let Some(cage) = Cage::new().await else { return };
    let outcome = cage.bash("hostname; id -un; id -G; echo ~").await;
    assert_eq!(outcome.stdout, "sandbox\nrunbook\n1000\n/tmp\n");
}
