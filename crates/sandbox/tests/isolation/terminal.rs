//! Programs on a terminal of their own.

use sandbox::{ExitStatus, Process, ProcessEvent, Program, Spec, TerminalSize};

use super::{
    harness::{Cage, collect, program, until_stdout},
    targets::{Target, on_each, on_each_with_python},
};

const SIZE: TerminalSize = TerminalSize { rows: 31, columns: 97 };

async fn on_terminal(cage: &Cage<Target>, argv: &[&str]) -> Process {
    let program = Program { terminal: Some(SIZE), ..program(argv) };
    cage.sandbox.run(program).await.unwrap()
}

#[tokio::test]
async fn all_three_streams_are_a_terminal_of_the_size_asked_for() {
    on_each_with_python(Spec::default(), async |cage| {
        let code = "import os; print([os.isatty(it) for it in range(3)], *os.get_terminal_size())";
        let outcome = collect(on_terminal(&cage, &["/usr/bin/python3", "-c", code]).await).await;
        assert_eq!(outcome.stdout, "[True, True, True] 97 31\r\n");
    })
    .await;
}

#[tokio::test]
async fn a_resize_is_announced_and_seen() {
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.has_signals_of_terminals() {
            return;
        }
        let code = "
import os, signal
# Blocked, so that it waits for us if it comes before we wait for it.
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
os.write(1, b'ready')
signal.sigwait([signal.SIGWINCH])
os.write(1, '{} {}'.format(*os.get_terminal_size()).encode())";
        let mut process = on_terminal(&cage, &["/usr/bin/python3", "-c", code]).await;
        until_stdout(&mut process, "ready").await;
        let size = TerminalSize { rows: 5, columns: 6 };
        process.handle().resize(size).await.unwrap();
        let outcome = collect(process).await;
        assert!(outcome.stdout.contains("6 5"), "{outcome:?}");
        assert_eq!(outcome.exit.status, ExitStatus::Code(0));
    })
    .await;
}

/// A person in front of a shell, who reads before typing.
struct Person {
    process: Process,
    /// What was shown and not looked at yet.
    shown: String,
}

impl Person {
    async fn at_a_shell(cage: &Cage<Target>) -> Self {
        let process = on_terminal(cage, &["/bin/bash", "--norc", "-i"]).await;
        let mut person = Self { process, shown: String::new() };
        person.sees("$ ").await;
        person
    }

    async fn sees(&mut self, wanted: &str) {
        while !self.shown.contains(wanted) {
            let event = self.process.next().await;
            let Some(ProcessEvent::Stdout(bytes)) = event else {
                panic!("{wanted:?} was never shown, but {:?} and {event:?}", self.shown)
            };
            self.shown += &String::from_utf8_lossy(&bytes);
        }
        let end = self.shown.find(wanted).unwrap() + wanted.len();
        self.shown.drain(..end);
    }

    async fn types(&self, keys: &'static str) {
        self.process.handle().write_stdin(keys.into()).await.unwrap();
    }

    /// What is typed before the shell has let go of the terminal would be the shell's.
    async fn starts_cat(&mut self) {
        self.types("echo st''arted; cat\n").await;
        self.sees("started").await;
    }

    /// What was typed is shown twice, by the terminal and by a `cat` in the foreground.
    async fn talks_to_cat(&mut self, words: &'static str) {
        self.types(words).await;
        self.types("\n").await;
        self.sees(words).await;
        self.sees(words).await;
    }
}

#[tokio::test]
async fn ctrl_c_interrupts_the_foreground_and_not_the_shell() {
    on_each(Spec::default(), async |cage| {
        if !cage.has_signals_of_terminals() {
            return;
        }
        let mut person = Person::at_a_shell(&cage).await;
        person.starts_cat().await;
        person.talks_to_cat("hello").await;
        person.types("\u{3}").await;
        person.sees("$ ").await;
        person.types("echo status $?\n").await;
        person.sees("status 130").await;
        person.types("exit 4\n").await;
        assert_eq!(collect(person.process).await.exit.status, ExitStatus::Code(4));
    })
    .await;
}

#[tokio::test]
async fn ctrl_d_ends_a_shell() {
    on_each(Spec::default(), async |cage| {
        let mut person = Person::at_a_shell(&cage).await;
        person.types("(exit 6)\n").await;
        person.sees("$ ").await;
        person.process.handle().close_stdin().await.unwrap();
        assert_eq!(collect(person.process).await.exit.status, ExitStatus::Code(6));
    })
    .await;
}

#[tokio::test]
async fn a_shell_controls_its_jobs() {
    on_each(Spec::default(), async |cage| {
        if !cage.has_signals_of_terminals() {
            return;
        }
        let mut person = Person::at_a_shell(&cage).await;
        person.starts_cat().await;
        person.talks_to_cat("hello").await;
        person.types("\u{1a}").await;
        person.sees("Stopped").await;
        person.sees("$ ").await;
        person.types("fg\n").await;
        person.sees("cat").await;
        person.talks_to_cat("again").await;
        person.types("\u{3}").await;
        person.sees("$ ").await;
        person.types("exit 0\n").await;
        assert_eq!(collect(person.process).await.exit.status, ExitStatus::Code(0));
    })
    .await;
}

#[tokio::test]
async fn terminals_end_at_their_quota_and_only_inside() {
    on_each_with_python(Spec::default(), async |cage| {
        let code = "
made = []
def exhaust():
    while True: made.append(os.openpty())
print(call(exhaust), len(made))";
        let answers = cage.answers(code).await;
        if cage.limits_terminals() {
            assert_eq!(answers, ["ENOSPC 64"]);
        }
        let outcome = collect(on_terminal(&cage, &["/bin/bash", "-c", "tty"]).await).await;
        assert!(outcome.stdout.starts_with("/dev/pts/"), "{outcome:?}");
    })
    .await;
}
