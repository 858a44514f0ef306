//! From being prepared to being used, or not.

use std::sync::Arc;

use bytes::Bytes;
use sandbox::{
    ExitStatus, Process, ProcessEvent, Program, SandboxError, SandboxPath, SourceFile, Stdin,
};

use super::harness::Stage;

/// Without it, every probe could be a plain start without anybody noticing.
#[tokio::test]
async fn a_standby_is_what_runs() {
    for (runtime, source) in [
        ("python", "print(b'PYTHONPATH=' in open('/proc/self/environ', 'rb').read())"),
        (
            "node",
            "console.log(require('fs').readFileSync('/proc/self/cmdline').includes('--require'))",
        ),
        ("bash", "grep -q BASH_ENV= /proc/$$/environ && echo true"),
    ] {
        let Some(stage) = Stage::new(runtime).await else { continue };
        let path = "source".parse().unwrap();
        stage.write(&path, source).await;
        let (plan, program) = (stage.plan(&path), stage.program(&path));
        let outcome = stage.prepared(plan, program.clone(), None).await;
        assert_eq!(outcome.stdout.to_lowercase(), "true\n", "{runtime}: {}", outcome.stderr);
        let plain = stage.plainly(program, None).await;
        assert_ne!(plain.stdout.to_lowercase(), "true\n", "{runtime}");
    }
}

#[tokio::test]
async fn a_python_standby_takes_arguments_variables_and_directories_it_was_not_prepared_for() {
    let Some(stage) = Stage::new("python").await else { return };
    let path: SandboxPath = "a dir/with/its own name.py".parse().unwrap();
    let source =
        "import os, sys; print(sys.argv, os.environ['GREETING'], os.getcwd(), sys.path[0])";
    stage.write(&path, source).await;
    let plan = stage.plan(&"other.py".parse().unwrap());
    let mut program = stage.program(&path);
    program.argv.push("an argument".to_owned());
    program.env.push(("GREETING".to_owned(), "hello=\nyou".to_owned()));
    program.cwd = "/usr".to_owned();
    let plain = stage.plainly(program.clone(), None).await;
    let prepared = stage.prepared(plan, program, None).await;
    assert!(plain.stdout.contains("'an argument'] hello=\nyou /usr"), "{plain:?}");
    assert_eq!((prepared.stdout, prepared.stderr), (plain.stdout, plain.stderr));
}

#[tokio::test]
async fn an_argument_that_looks_like_a_variable_stays_an_argument() {
    let Some(stage) = Stage::new("python").await else { return };
    let path = SandboxPath::try_from("a.py").unwrap();
    stage.write(&path, "import os, sys; print(sys.argv, list(os.environ.items()))").await;
    let plan = stage.plan(&path);
    // The first variable goes, and what looks like it stands right before the others.
    let mut program = stage.program(&path);
    let (name, value) = program.env.remove(0);
    program.argv.push(format!("{name}={value}"));
    let plain = stage.plainly(program.clone(), None).await;
    let prepared = stage.prepared(plan, program, None).await;
    assert_eq!((prepared.stdout, prepared.stderr), (plain.stdout, plain.stderr));
}

#[tokio::test]
async fn a_missing_source_is_reported_as_ever() {
    for runtime in ["python", "node", "bash"] {
        let Some(stage) = Stage::new(runtime).await else { continue };
        let path = "missing".parse().unwrap();
        let (plan, program) = (stage.plan(&path), stage.program(&path));
        let plain = stage.plainly(program.clone(), None).await;
        let prepared = stage.prepared(plan, program, None).await;
        assert_ne!(plain.exit.status, ExitStatus::Code(0));
        assert_eq!((prepared.stderr, prepared.exit.status), (plain.stderr, plain.exit.status));
    }
}

#[tokio::test]
async fn a_program_brings_its_source_short_or_long() {
    let Some(stage) = Stage::new("bash").await else { return };
    let path: SandboxPath = "a/source.sh".parse().unwrap();
    for padding in [0, 200_000] {
        let bytes = format!("echo here $0\n{}", "#".repeat(padding)).into_bytes();
        let source = Some(SourceFile { path: path.clone(), bytes, mode: 0o600 });
        let program = Program { source, ..stage.program(&path) };
        let plain = stage.plainly(program.clone(), None).await;
        stage.sandbox.remove_tree(&path).await.unwrap();
        let prepared = stage.prepared(stage.plan(&path), program, None).await;
        stage.sandbox.remove_tree(&path).await.unwrap();
        assert_eq!(plain.stdout, "here /tmp/a/source.sh\n");
        assert_eq!(prepared.stdout, plain.stdout);
    }
}

#[tokio::test]
async fn without_its_source_no_program_begins() {
    let Some(stage) = Stage::new("bash").await else { return };
    let path: SandboxPath = "taken".parse().unwrap();
    stage.sandbox.make_directory(&path).await.unwrap();
    let standby = stage.sandbox.prepare(stage.plan(&path)).await.unwrap();
    let source = SourceFile { path: path.clone(), bytes: b"echo never".to_vec(), mode: 0o600 };
    let program = Program { source: Some(source), ..stage.program(&path) };
    let error = stage.sandbox.run_prepared(standby, program).await.unwrap_err();
    assert!(matches!(&error, SandboxError::File { path: it, .. } if *it == path), "{error}");
    stage.write(&"count.sh".parse().unwrap(), "set -- /proc/[0-9]*; echo $#").await;
    let count = stage.program(&"count.sh".parse().unwrap());
    // The standby went with it, and may take a moment to be gone.
    while stage.plainly(count.clone(), None).await.stdout != "2\n" {}
}

#[tokio::test]
async fn a_program_that_does_not_fit_starts_plainly() {
    let Some(stage) = Stage::new("bash").await else { return };
    let path = "source.sh".parse().unwrap();
    stage.write(&path, "echo $0 $GREETING").await;
    let standby = stage.sandbox.prepare(stage.plan(&path)).await.unwrap();
    let mut program = stage.program(&path);
    program.env.push(("GREETING".to_owned(), "hello".to_owned()));
    let mut process = stage.sandbox.run_prepared(standby, program).await.unwrap();
    let event = process.next().await;
    let expected = sandbox::ProcessEvent::Stdout("/tmp/source.sh hello\n".into());
    assert_eq!(event, Some(expected));
}

#[tokio::test]
async fn a_dropped_standby_leaves_no_process() {
    let Some(stage) = Stage::new("bash").await else { return };
    let path = "count.sh".parse().unwrap();
    stage.write(&path, "set -- /proc/[0-9]*; echo $#").await;
    let plan = stage.plan(&path);
    let standbys = [
        stage.sandbox.prepare(Arc::clone(&plan)).await.unwrap(),
        stage.sandbox.prepare(plan).await.unwrap(),
    ];
    // The guest, the shell and both.
    assert_eq!(stage.plainly(stage.program(&path), None).await.stdout, "4\n");
    drop(standbys);
    // They are killed before the next program starts, and may take a moment to be gone.
    while stage.plainly(stage.program(&path), None).await.stdout != "2\n" {}
}

/// A child that claims to be its parent in every way the kernel lets it, and the parent that goes on.
const FORGER: &str = "import ctypes, os, struct
main, guest, call = os.getpid(), os.getppid(), ctypes.CDLL(None).syscall
if os.fork() == 0:
    for code in 0, -1, -6:
        call(129, guest, 64, struct.pack('6i104x', 64, 0, code, 0, main, os.getuid()))
        call(297, guest, guest, 64, struct.pack('6i104x', 64, 0, code, 0, main, os.getuid()))
    os.kill(guest, 64)
    os._exit(0)
os.wait()
print('sent', flush=True)
input()
print('alive')
raise SystemExit(3)";

#[tokio::test]
async fn only_a_program_itself_can_say_its_end() {
    let Some(stage) = Stage::new("python").await else { return };
    let path = "forger.py".parse().unwrap();
    stage.write(&path, FORGER).await;
    let program = Program { stdin: Stdin::Pipe, ..stage.program(&path) };
    let standby = stage.sandbox.prepare(stage.plan(&path)).await.unwrap();
    let mut process = stage.sandbox.run_prepared(standby, program).await.unwrap();
    // The guest takes signals before it passes input on.
    assert_eq!(line(&mut process).await, "sent\n");
    process.handle().write_stdin(Bytes::from_static(b"\n")).await.unwrap();
    assert_eq!(line(&mut process).await, "alive\n");
    let Some(ProcessEvent::Exit(exit)) = process.next().await else { panic!("no exit") };
    assert_eq!(exit.status, ExitStatus::Code(3));
}

/// Output until the end of a line.
async fn line(process: &mut Process) -> String {
    let mut line = String::new();
    while !line.ends_with('\n') {
        match process.next().await {
            Some(ProcessEvent::Stdout(bytes)) => line += std::str::from_utf8(&bytes).unwrap(),
            other => panic!("{other:?} after {line:?}"),
        }
    }
    line
}
