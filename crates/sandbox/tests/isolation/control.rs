//! Pausing, resuming and measuring a sandbox from outside.

use std::time::Duration;

use futures_util::future::join_all;
use sandbox::{ControlError, ExitStatus, Program, Stdin};

use super::harness::{Cage, collect, program, until_stdout};

/// Prints for ever.
const TICKER: &[&str] = &["/bin/bash", "-c", "while :; do echo tick; done"];

/// One for each way to pause.
async fn cages() -> Vec<Cage> {
    [Cage::new().await, Cage::without_cgroups().await].into_iter().flatten().collect()
}

/// Reads what was said before the pause until nothing more comes.
async fn until_silent(process: &mut sandbox::Process) {
    let silence = async {
        let quiet = Duration::from_millis(300);
        while let Ok(Some(_)) = tokio::time::timeout(quiet, process.next()).await {}
    };
    tokio::time::timeout(Duration::from_secs(30), silence).await.expect("it goes on speaking");
}

#[tokio::test]
async fn a_paused_program_says_nothing_until_it_is_resumed() {
    for cage in cages().await {
        let mut process = cage.start(TICKER).await;
        until_stdout(&mut process, "tick").await;
        cage.sandbox.pause().await.unwrap();
        until_silent(&mut process).await;
        cage.sandbox.resume().await.unwrap();
        until_stdout(&mut process, "tick").await;
    }
}

#[tokio::test]
async fn a_pause_does_not_count_for_the_time_limit() {
    const LIMIT: Duration = Duration::from_secs(4);
    let pause = async |cage: Cage| {
        let limited = Program {
            timeout: Some(LIMIT),
            stdin: Stdin::Pipe,
            ..program(&["/bin/bash", "-c", "echo on; read; echo over"])
        };
        let mut process = cage.sandbox.run(limited).await.unwrap();
        until_stdout(&mut process, "on").await;
        cage.sandbox.pause().await.unwrap();
        tokio::time::sleep(LIMIT + Duration::from_millis(500)).await;
        cage.sandbox.resume().await.unwrap();
        process.handle().write_stdin("\n".into()).await.unwrap();
        let outcome = collect(process).await;
        assert_eq!(outcome.stdout, "over\n", "{outcome:?}");
        assert_eq!(outcome.exit.status, ExitStatus::Code(0));
        assert!(!outcome.exit.timed_out, "{outcome:?}");
        assert!(outcome.exit.wall < LIMIT, "{outcome:?}");
    };
    join_all(cages().await.into_iter().map(pause)).await;
}

#[tokio::test]
async fn the_time_limit_goes_on_after_a_pause() {
    for cage in cages().await {
        let limited = Program {
            timeout: Some(Duration::from_secs(2)),
            ..program(&["/bin/bash", "-c", "echo on; exec sleep 1000"])
        };
        let mut process = cage.sandbox.run(limited).await.unwrap();
        until_stdout(&mut process, "on").await;
        for _ in 0..3 {
            cage.sandbox.pause().await.unwrap();
            cage.sandbox.resume().await.unwrap();
        }
        assert!(collect(process).await.exit.timed_out);
    }
}

#[tokio::test]
async fn a_paused_sandbox_is_destroyed_at_once() {
    for cage in cages().await {
        let mut process = cage.start(TICKER).await;
        until_stdout(&mut process, "tick").await;
        cage.sandbox.pause().await.unwrap();
        cage.sandbox.destroy().await;
    }
}

#[tokio::test]
async fn a_paused_sandbox_dies_with_its_launcher() {
    for cage in cages().await {
        let mut process = cage.start(TICKER).await;
        until_stdout(&mut process, "tick").await;
        cage.sandbox.pause().await.unwrap();
        let launcher = cage.backend.launcher_pid().await.unwrap();
        let launcher = rustix::process::Pid::from_raw(launcher.cast_signed()).unwrap();
        rustix::process::kill_process(launcher, rustix::process::Signal::KILL).unwrap();
        cage.sandbox.ended().await;
        assert!(matches!(cage.sandbox.usage().await, Err(ControlError::Gone)));
    }
}

#[tokio::test]
async fn pausing_twice_and_resuming_twice_is_as_once() {
    for cage in cages().await {
        cage.sandbox.resume().await.unwrap();
        for _ in 0..2 {
            cage.sandbox.pause().await.unwrap();
            cage.sandbox.pause().await.unwrap();
            cage.sandbox.resume().await.unwrap();
            cage.sandbox.resume().await.unwrap();
            assert_eq!(cage.bash("echo on").await.stdout, "on\n");
        }
    }
}

#[tokio::test]
async fn a_process_that_stopped_itself_stays_stopped_over_a_pause() {
    for cage in cages().await {
        let script = "bash -c 'kill -STOP $$; echo woken' & \
                      until grep -q ' T ' /proc/$!/stat; do :; done; echo stopped; read line; \
                      grep -o ' [TS] ' /proc/$!/stat; kill -CONT $!; wait";
        let piped = Program { stdin: Stdin::Pipe, ..program(&["/bin/bash", "-c", script]) };
        let mut process = cage.sandbox.run(piped).await.unwrap();
        until_stdout(&mut process, "stopped").await;
        cage.sandbox.pause().await.unwrap();
        cage.sandbox.resume().await.unwrap();
        process.handle().write_stdin("\n".into()).await.unwrap();
        assert_eq!(collect(process).await.stdout, " T \nwoken\n");
    }
}

#[tokio::test]
async fn usage_grows_with_what_programs_use() {
    for cage in cages().await {
        let before = cage.sandbox.usage().await.unwrap();
        assert_eq!(before.processes, Some(0));
        let script = "x=$(head -c 20M /dev/zero | tr '\\0' x); \
                      for ((i = 0; i < 100000; i++)); do :; done; echo ready; read line";
        let piped = Program { stdin: Stdin::Pipe, ..program(&["/bin/bash", "-c", script]) };
        let mut process = cage.sandbox.run(piped).await.unwrap();
        until_stdout(&mut process, "ready").await;
        let during = cage.sandbox.usage().await.unwrap();
        assert_eq!(during.processes, Some(1), "{during:?}");
        assert!(during.memory_bytes > Some(20 << 20), "{during:?}");
        assert!(during.cpu.unwrap() > before.cpu.unwrap() + Duration::from_millis(20));
        if let Some(peak) = during.peak_memory_bytes {
            assert!(peak >= 20 << 20, "{during:?}");
        }
        drop(process);
    }
}

#[tokio::test]
async fn usage_can_be_asked_of_a_paused_sandbox_and_does_not_grow() {
    for cage in cages().await {
        let mut process = cage.start(&["/bin/bash", "-c", "echo on; while :; do :; done"]).await;
        until_stdout(&mut process, "on").await;
        cage.sandbox.pause().await.unwrap();
        let before = cage.sandbox.usage().await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(cage.sandbox.usage().await.unwrap().cpu, before.cpu);
    }
}

#[tokio::test]
async fn a_sandbox_that_ended_can_neither_be_paused_nor_measured() {
    let Some(cage) = Cage::new().await else { return };
    let another = cage.sandbox.clone();
    cage.sandbox.destroy().await;
    assert!(matches!(another.pause().await, Err(ControlError::Gone)));
    assert!(matches!(another.usage().await, Err(ControlError::Gone)));
}
