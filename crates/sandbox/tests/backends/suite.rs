//! The suite for every backend, and its macro.

use std::time::Duration;

use sandbox::{
    Backend, Exit, ExitStatus, FileKind, Namespaces, Process, ProcessEvent, Program, Readiness,
    Sandbox, SandboxError, Spec, StartError, Stdin, TerminalSize,
};

use super::double::Double;

/// What a program said until its end; `None` for a program that was lost.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) exit: Option<Exit>,
}

pub(super) async fn collect(mut process: Process) -> Outcome {
    let (mut stdout, mut stderr, mut exit) = (Vec::new(), Vec::new(), None);
    while let Some(event) = process.next().await {
        match event {
            ProcessEvent::Stdout(bytes) => stdout.extend_from_slice(&bytes),
            ProcessEvent::Stderr(bytes) => stderr.extend_from_slice(&bytes),
            ProcessEvent::Said(..) | ProcessEvent::Truncated | ProcessEvent::Lost => {}
            ProcessEvent::Exit(it) => exit = Some(it),
        }
    }
    let text = |it: Vec<u8>| String::from_utf8_lossy(&it).into_owned();
    Outcome { stdout: text(stdout), stderr: text(stderr), exit }
}

/// A script for `sh`, in the workspace.
pub(super) fn shell(sandbox: &Sandbox, script: &str) -> Program {
    let mut program = Program::new(["/bin/sh", "-c", script]);
    program.env = vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())];
    program.cwd = sandbox.workspace().to_owned();
    // Only so that a broken promise cannot hang the suite.
    program.timeout = Some(Duration::from_secs(60));
    program
}

pub(super) async fn run(sandbox: &Sandbox, script: &str) -> Outcome {
    collect(sandbox.run(shell(sandbox, script)).await.unwrap()).await
}

/// `None`, with a word about it, where this machine allows no such sandboxes.
pub(super) async fn start(backend: &dyn Backend) -> Option<Sandbox> {
    match Sandbox::start(backend, Spec::default()).await {
        Ok(sandbox) => Some(sandbox),
        Err(error @ StartError::NotPermitted { .. }) => {
            eprintln!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

pub(super) async fn a_program_runs_and_ends_with_its_code(sandbox: Sandbox) {
    let outcome = run(&sandbox, "echo out; echo err >&2; exit 3").await;
    assert_eq!((&*outcome.stdout, &*outcome.stderr), ("out\n", "err\n"));
    assert_eq!(outcome.exit.unwrap().status, ExitStatus::Code(3));
}

pub(super) async fn files_go_in_and_come_out(sandbox: Sandbox) {
    let path = "a/b/file".parse().unwrap();
    sandbox.write_file(&path, b"content", 0o640).await.unwrap();
    let outcome = run(&sandbox, "cat a/b/file; printf more > a/b/other; ln -s / a/link").await;
    assert_eq!(outcome.stdout, "content", "{outcome:?}");
    let other = "a/b/other".parse().unwrap();
    assert_eq!(sandbox.read_file(&other, 100).await.unwrap(), b"more");
    let mut entries = sandbox.list_files(&"a/b".parse().unwrap()).await.unwrap();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let entries: Vec<_> = entries.iter().map(|it| (&*it.name, it.kind, it.size)).collect();
    assert_eq!(entries, [("file", FileKind::File, 7), ("other", FileKind::File, 4)]);
    let through_link = sandbox.read_file(&"a/link/etc/passwd".parse().unwrap(), 1 << 20).await;
    assert!(matches!(through_link, Err(SandboxError::File { .. })), "{through_link:?}");
}

pub(super) async fn input_reaches_a_program(sandbox: Sandbox) {
    let mut program = shell(&sandbox, "cat; echo end");
    program.stdin = Stdin::Pipe;
    let process = sandbox.run(program).await.unwrap();
    let handle = process.handle();
    let collected = tokio::join!(collect(process), async {
        handle.write_stdin(b"words ".as_slice().into()).await.unwrap();
        handle.close_stdin().await.unwrap();
    });
    assert_eq!(collected.0.stdout, "words end\n");
}

pub(super) async fn much_output_arrives_whole(sandbox: Sandbox) {
    // 588895 bytes of numbers, more than any buffer on the way holds.
    let mut program = shell(&sandbox, "seq 1 100000");
    program.output_limit = u64::MAX;
    let outcome = collect(sandbox.run(program).await.unwrap()).await;
    let expected: String = (1..=100_000).map(|it| format!("{it}\n")).collect();
    assert!(outcome.stdout == expected, "{} bytes", outcome.stdout.len());
}

pub(super) async fn a_program_out_of_time_dies_with_its_children(sandbox: Sandbox) {
    let mut program = shell(&sandbox, "sleep 1000 & echo $! > pid; wait");
    program.timeout = Some(Duration::from_millis(500));
    let outcome = collect(sandbox.run(program).await.unwrap()).await;
    assert!(outcome.exit.unwrap().timed_out);
    assert_eq!(run(&sandbox, "kill -0 $(cat pid) 2>/dev/null || echo gone").await.stdout, "gone\n");
}

pub(super) async fn a_background_process_does_not_outlive_its_program(sandbox: Sandbox) {
    run(&sandbox, "setsid sh -c 'echo $$ > pid; exec sleep 1000' >/dev/null 2>&1 & while [ ! -s pid ]; do :; done").await;
    assert_eq!(run(&sandbox, "kill -0 $(cat pid) 2>/dev/null || echo gone").await.stdout, "gone\n");
}

pub(super) async fn programs_run_side_by_side(sandbox: Sandbox) {
    let wait = "touch one; while [ ! -e two ]; do :; done; echo met";
    let meet = "while [ ! -e one ]; do :; done; touch two; echo met";
    let (one, two) = tokio::join!(run(&sandbox, wait), run(&sandbox, meet));
    assert_eq!((&*one.stdout, &*two.stdout), ("met\n", "met\n"));
}

pub(super) async fn programs_inherit_their_streams_and_nothing_else(sandbox: Sandbox) {
    let descriptors = "cd /proc/self/fd; for it in *; do echo $it; done";
    let outcome = run(&sandbox, descriptors).await;
    // The shell itself has the directory open.
    let leaked: Vec<_> =
        outcome.stdout.lines().filter(|it| !["0", "1", "2", "3"].contains(it)).collect();
    assert!(leaked.is_empty(), "{outcome:?}");
}

pub(super) async fn a_terminal_has_its_size(sandbox: Sandbox) {
    let mut program = shell(&sandbox, "stty size");
    program.terminal = Some(TerminalSize { rows: 31, columns: 97 });
    let outcome = collect(sandbox.run(program).await.unwrap()).await;
    assert_eq!(outcome.stdout, "31 97\r\n");
}

pub(super) async fn destroying_it_ends_its_programs(sandbox: Sandbox) {
    let process = sandbox.run(shell(&sandbox, "sleep 1000")).await.unwrap();
    let ((), outcome) = tokio::join!(sandbox.clone().destroy(), collect(process));
    assert_eq!(outcome.exit, None);
    let refused = sandbox.run(shell(&sandbox, "true")).await;
    assert!(matches!(refused, Err(SandboxError::Gone)), "{refused:?}");
}

pub(super) async fn dropping_it_ends_it(sandbox: Sandbox) {
    let process = sandbox.run(shell(&sandbox, "sleep 1000")).await.unwrap();
    drop(sandbox);
    // The process is the last that knows of it, and hears the end.
    assert_eq!(collect(process).await.exit, None);
}

/// The suite as a module of tests for the backend that an expression makes, or says why not.
macro_rules! suite {
    ($name:ident, $backend:expr) => {
        $crate::backends::suite::suite!($name, $backend,
            a_program_runs_and_ends_with_its_code, files_go_in_and_come_out,
            input_reaches_a_program, much_output_arrives_whole,
            a_program_out_of_time_dies_with_its_children,
            a_background_process_does_not_outlive_its_program, programs_run_side_by_side,
            a_terminal_has_its_size,
            programs_inherit_their_streams_and_nothing_else, destroying_it_ends_its_programs, dropping_it_ends_it);
    };
    ($name:ident, $backend:expr, $($test:ident),*) => {
        mod $name {
            use super::*;

            $(
                #[tokio::test]
                async fn $test() {
                    let backend: Result<_, String> = $backend;
                    let backend = match backend {
                        Ok(backend) => backend,
                        Err(why) => {
                            eprintln!("skipped: {why}");
                            return;
                        }
                    };
                    let Some(sandbox) = $crate::backends::suite::start(&backend).await else { return };
                    $crate::backends::suite::$test(sandbox).await;
                }
            )*
        }
    };
}
pub(super) use suite;

suite!(double, Ok(Double));
suite!(namespaces, Ok(Namespaces::new(Readiness::OnDemand).unwrap()));
