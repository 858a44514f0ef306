//! From being prepared to being used, or not.

use std::sync::Arc;

use sandbox::{ExitStatus, SandboxPath};

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
