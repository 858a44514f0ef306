//! Programs on a terminal of their own.

use sandbox::{ExitStatus, Process, Program, TerminalSize};

use super::harness::{Cage, collect, program, python_cage, until_stdout};

const SIZE: TerminalSize = TerminalSize { rows: 31, columns: 97 };

async fn on_terminal(cage: &Cage, argv: &[&str]) -> Process {
    let program = Program { terminal: Some(SIZE), ..program(argv) };
    cage.sandbox.run(program).await.unwrap()
}

async fn type_in(process: &Process, keys: &'static str) {
    process.handle().write_stdin(keys.into()).await.unwrap();
}

#[tokio::test]
async fn all_three_streams_are_a_terminal_of_the_size_asked_for() {
    let cage = python_cage!();
    let code = "import os; print([os.isatty(it) for it in range(3)], *os.get_terminal_size())";
    let outcome = collect(on_terminal(&cage, &["/usr/bin/python3", "-c", code]).await).await;
    assert_eq!(outcome.stdout, "[True, True, True] 97 31\r\n");
}

#[tokio::test]
async fn a_resize_is_announced_and_seen() {
    let cage = python_cage!();
    let code = "
import os, signal
def resized(*_):
    print(*os.get_terminal_size(), flush=True)
    raise SystemExit
signal.signal(signal.SIGWINCH, resized)
print('ready', flush=True)
while True: signal.pause()";
    let mut process = on_terminal(&cage, &["/usr/bin/python3", "-c", code]).await;
    until_stdout(&mut process, "ready").await;
    let size = TerminalSize { rows: 5, columns: 6 };
    process.handle().resize(size).await.unwrap();
    let outcome = collect(process).await;
    assert!(outcome.stdout.contains("6 5"), "{outcome:?}");
    assert_eq!(outcome.exit.status, ExitStatus::Code(0));
}

#[tokio::test]
async fn ctrl_c_interrupts_the_foreground_and_not_the_shell() {
    let Some(cage) = Cage::new().await else { return };
    let mut process = on_terminal(&cage, &["/bin/bash", "--norc", "-i"]).await;
    type_in(&process, "echo be''gun; cat\n").await;
    until_stdout(&mut process, "begun").await;
    // Echoed twice, by the terminal and by `cat`, which therefore is in the foreground.
    type_in(&process, "listening\n").await;
    let mut said = String::new();
    while said.matches("listening").count() < 2 {
        said += &until_stdout(&mut process, "listening").await;
    }
    type_in(&process, "\u{3}").await;
    type_in(&process, "echo status $?\n").await;
    until_stdout(&mut process, "status 130").await;
    type_in(&process, "exit 4\n").await;
    assert_eq!(collect(process).await.exit.status, ExitStatus::Code(4));
}

#[tokio::test]
async fn ctrl_d_ends_a_shell() {
    let Some(cage) = Cage::new().await else { return };
    let mut process = on_terminal(&cage, &["/bin/bash", "--norc", "-i"]).await;
    type_in(&process, "echo be''gun; (exit 6)\n").await;
    until_stdout(&mut process, "begun").await;
    process.handle().close_stdin().await.unwrap();
    assert_eq!(collect(process).await.exit.status, ExitStatus::Code(6));
}

#[tokio::test]
async fn a_shell_controls_its_jobs() {
    let Some(cage) = Cage::new().await else { return };
    let mut process = on_terminal(&cage, &["/bin/bash", "--norc", "-i"]).await;
    type_in(&process, "echo be''gun; cat\n").await;
    until_stdout(&mut process, "begun").await;
    type_in(&process, "listening\n").await;
    let mut said = String::new();
    while said.matches("listening").count() < 2 {
        said += &until_stdout(&mut process, "listening").await;
    }
    type_in(&process, "\u{1a}").await;
    until_stdout(&mut process, "Stopped").await;
    type_in(&process, "jobs\n").await;
    until_stdout(&mut process, "[1]+").await;
    type_in(&process, "fg\n").await;
    until_stdout(&mut process, "cat").await;
    type_in(&process, "again\n").await;
    let mut said = String::new();
    while said.matches("again").count() < 2 {
        said += &until_stdout(&mut process, "again").await;
    }
    type_in(&process, "\u{3}exit 0\n").await;
    assert_eq!(collect(process).await.exit.status, ExitStatus::Code(0));
}

#[tokio::test]
async fn terminals_end_at_their_quota_and_only_inside() {
    let cage = python_cage!();
    let code = "
made = []
def exhaust():
    while True: made.append(os.openpty())
print(call(exhaust), len(made))";
    assert_eq!(cage.answers(code).await, ["ENOSPC 64"]);
    let outcome = collect(on_terminal(&cage, &["/bin/bash", "-c", "tty"]).await).await;
    assert_eq!(outcome.stdout, "/dev/pts/0\r\n");
}
