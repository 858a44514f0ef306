//! Signals and limits of CPU time reach a program's whole tree.

use std::time::Duration;

use sandbox::{ExitStatus, Process, Program, Spec};

use super::{
    harness::{collect, program, until_stdout},
    targets::{on_each, on_each_with_python},
};

const INT: i32 = 2;
const TERM: i32 = 15;
const CONT: i32 = 18;
const STOP: i32 = 19;
const WINCH: i32 = 28;

/// A parent and a child that say which signals they got, and end with SIGTERM. They are blocked and
/// waited for: a handler could miss one that comes between two calls of `pause`.
const LISTENERS: &str = "
import os, signal
numbers = [signal.SIGINT, signal.SIGWINCH, signal.SIGTERM]
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
pid = os.fork()
me = 'parent' if pid else 'child'
def say(word): os.write(1, f'{me} {word}\\n'.encode())
say('ready')
while True:
    number = signal.sigwait(numbers)
    say(signal.Signals(number).name)
    if number == signal.SIGTERM: os._exit(3)";

/// Reads until parent and child have said the word.
async fn until_both(process: &mut Process, word: &str) {
    let (mut said, words) = (String::new(), [format!("parent {word}"), format!("child {word}")]);
    while !words.iter().all(|it| said.contains(it)) {
        said += &until_stdout(process, "\n").await;
    }
}

#[tokio::test]
async fn a_signal_reaches_parent_and_child_and_only_their_program() {
    on_each_with_python(Spec::default(), async |cage| {
        let mut other = cage.start(&["/bin/bash", "-c", "echo on; exec sleep 1000"]).await;
        until_stdout(&mut other, "on").await;
        let mut process = cage.start(&["python3", "-c", LISTENERS]).await;
        until_both(&mut process, "ready").await;
        for (number, name) in [(INT, "SIGINT"), (WINCH, "SIGWINCH")] {
            process.handle().signal(number).await.unwrap();
            until_both(&mut process, name).await;
        }
        process.handle().signal(TERM).await.unwrap();
        assert_eq!(collect(process).await.exit.status, ExitStatus::Code(3));
        other.handle().signal(TERM).await.unwrap();
        assert_eq!(collect(other).await.exit.status, ExitStatus::Signal(TERM));
    })
    .await;
}

#[tokio::test]
async fn a_program_ends_though_another_goes_on() {
    on_each(Spec::default(), async |cage| {
        let mut other = cage.start(&["/bin/bash", "-c", "echo on; exec sleep 1000"]).await;
        until_stdout(&mut other, "on").await;
        let outcome = cage.bash("setsid sleep 1000 & echo done").await;
        assert_eq!(outcome.stdout, "done\n");
        let left = cage.bash("cat /proc/[0-9]*/comm").await.stdout;
        assert_eq!(left.matches("sleep").count(), 1, "{left}");
    })
    .await;
}

#[tokio::test]
async fn a_program_can_be_stopped_and_continued() {
    on_each(Spec::default(), async |cage| {
        let mut process = cage.start(&["/bin/bash", "-c", "while :; do echo tick; done"]).await;
        until_stdout(&mut process, "tick").await;
        process.handle().signal(STOP).await.unwrap();
        let stopped = "until grep -q ' T ' /proc/[0-9]*/stat; do :; done; echo seen";
        assert_eq!(cage.bash(stopped).await.stdout, "seen\n");
        process.handle().signal(CONT).await.unwrap();
        let gone_on = "while grep -q ' T ' /proc/[0-9]*/stat; do :; done; echo seen";
        assert_eq!(cage.bash(gone_on).await.stdout, "seen\n");
        process.handle().kill().await.unwrap();
    })
    .await;
}

fn limited(script: &str, cpu_time: Duration) -> Program {
    Program { cpu_time: Some(cpu_time), ..program(&["/bin/bash", "-c", script]) }
}

#[tokio::test]
async fn cpu_time_ends_a_busy_program_and_says_so() {
    on_each(Spec::default(), async |cage| {
        let busy = limited("while :; do :; done", Duration::from_millis(200));
        let outcome = collect(cage.launch(busy).await.unwrap()).await;
        assert!(outcome.exit.cpu_exceeded && !outcome.exit.timed_out, "{outcome:?}");
        assert_eq!(outcome.exit.status, ExitStatus::Signal(9));
        assert!(outcome.exit.cpu >= Duration::from_millis(200), "{outcome:?}");
        assert!(outcome.exit.cpu < Duration::from_secs(20), "{outcome:?}");
    })
    .await;
}

#[tokio::test]
async fn cpu_time_is_that_of_the_whole_tree() {
    on_each(Spec::default(), async |cage| {
        // No process of it lives long, and the daemons are nobody's children.
        let script = "while :; do \
                      (setsid bash -c 'for ((i = 0; i < 3000; i++)); do :; done' &); \
                      bash -c 'for ((i = 0; i < 3000; i++)); do :; done'; \
                  done";
        let process = cage.launch(limited(script, Duration::from_millis(300))).await.unwrap();
        let outcome = collect(process).await;
        assert!(outcome.exit.cpu_exceeded, "{outcome:?}");
    })
    .await;
}

#[tokio::test]
async fn a_program_that_only_waits_uses_no_cpu_time() {
    on_each(Spec::default(), async |cage| {
        let idle = limited("sleep 1.5; echo done", Duration::from_secs(1));
        let outcome = collect(cage.launch(idle).await.unwrap()).await;
        assert_eq!(outcome.stdout, "done\n", "{outcome:?}");
        assert!(!outcome.exit.cpu_exceeded);
    })
    .await;
}
