//! An installed Jupyter kernel is a kernel like those of ours.

use std::path::Path;

use bytes::Bytes;
use sandbox::{
    ExitStatus, Program, SandboxError, SandboxPath, Stdin,
    kernel::{Kernel, KernelPlan},
    runtime::discover,
};

use super::{harness::Stage, kernels::follow};

/// Where Debian's package of ipykernel puts it.
const INSTALLED: &str = "/usr/share/jupyter/kernels/python3/kernel.json";

const INT: i32 = 2;

struct Bench {
    stage: Stage,
    kernel: Kernel,
}

/// A stage for programs of Jupyter kernels, or `None` and a word about it.
async fn stage() -> Option<Stage> {
    let mut stage = Stage::new("python").await?;
    stage.installed = discover("").jupyter();
    Some(stage)
}

impl Bench {
    async fn new() -> Option<Self> {
        if !Path::new(INSTALLED).exists() {
            eprintln!("skipped: no Jupyter kernel is installed; apt install python3-ipykernel");
            return None;
        }
        let stage = stage().await?;
        let workspace = stage.sandbox.workspace();
        let plan = KernelPlan::jupyter("python3", &stage.installed, workspace);
        let kernel = stage.sandbox.start_kernel(&plan).await.unwrap();
        Some(Self { stage, kernel })
    }

    async fn program(&self, source: &str) -> Program {
        self.stage.write(&path(), source).await;
        self.stage.program(&path())
    }

    /// Its output, what it showed, and its exit code.
    async fn run(&self, source: &str) -> (String, Vec<String>, ExitStatus) {
        let program = self.program(source).await;
        let process = self.stage.sandbox.run_in(&self.kernel, program).await.unwrap();
        let ran = follow(process).await;
        (ran.stdout + &ran.stderr, ran.said, ran.exit.status)
    }
}

fn path() -> SandboxPath {
    SandboxPath::try_from("block_1.txt").unwrap()
}

#[tokio::test]
async fn a_jupyter_kernel_keeps_variables_shows_values_and_tells_how_programs_end() {
    let Some(bench) = Bench::new().await else { return };
    assert_eq!(bench.run("x = 41; print('set')").await.0, "set\n");
    let (_, said, status) = bench.run("x + 1").await;
    assert_eq!(status, ExitStatus::Code(0));
    assert!(said[0].contains(r#""text/plain":"42""#), "{said:?}");
    let (output, _, status) = bench.run("1/0").await;
    assert_eq!(status, ExitStatus::Code(1));
    assert!(output.contains("ZeroDivisionError"), "{output}");
    assert_eq!(bench.run("import sys; sys.exit(3)").await.2, ExitStatus::Code(3));
    // What is cleared is replaced by what comes next.
    let clears = "from IPython.display import display, clear_output\n\
        for n in 1, 2:\n    clear_output(wait=True); display(n)";
    let (_, said, _) = bench.run(clears).await;
    let ids: Vec<_> = said.iter().map(|it| it.split_once("\"id\":").unwrap().1).collect();
    assert_eq!(ids[0], ids[1], "{said:?}");
    let question = Kernel::completion(&bench.program("").await, "impor", 5);
    let process = bench.stage.sandbox.run_in(&bench.kernel, question).await.unwrap();
    let said = follow(process).await.said;
    assert!(said[0].contains(r#""completions":["import"]"#), "{said:?}");
    assert_eq!(bench.run("print(x)").await.0, "41\n");
}

#[tokio::test]
async fn a_program_of_a_jupyter_kernel_asks_and_is_stopped_and_keeps_what_was_there() {
    let Some(bench) = Bench::new().await else { return };
    let mut program = bench.program("name = input('name? '); print('Hi,', name)").await;
    program.stdin = Stdin::Pipe;
    let process = bench.stage.sandbox.run_in(&bench.kernel, program).await.unwrap();
    process.handle().write_stdin(Bytes::from_static(b"Bob\n")).await.unwrap();
    assert_eq!(follow(process).await.stdout, "name? Hi, Bob\n");

    let program = bench.program("print('on', flush=True)\nwhile True: pass").await;
    let mut process = bench.stage.sandbox.run_in(&bench.kernel, program).await.unwrap();
    process.next().await.unwrap();
    process.handle().signal(INT).await.unwrap();
    let ran = follow(process).await;
    assert_eq!(ran.exit.status, ExitStatus::Code(130), "{ran:?}");
    assert_eq!(bench.run("print(name)").await.0, "Bob\n");
}

#[tokio::test]
async fn a_jupyter_kernel_that_ends_is_told_and_gone() {
    let Some(bench) = Bench::new().await else { return };
    let (output, _, status) = bench.run("import os; os._exit(4)").await;
    assert_ne!(status, ExitStatus::Code(0));
    assert!(output.contains("the Jupyter kernel has ended: exit status: 4"), "{output}");
    assert!(bench.kernel.has_ended());
}

#[tokio::test]
async fn a_jupyter_kernel_that_is_not_installed_is_named_with_those_that_are() {
    let Some(stage) = stage().await else { return };
    let workspace = stage.sandbox.workspace();
    let plan = KernelPlan::jupyter("no-such-kernel", &stage.installed, workspace);
    let error = stage.sandbox.start_kernel(&plan).await.unwrap_err();
    let SandboxError::NotPrepared { reason } = error else { panic!("{error}") };
    assert!(reason.contains("no Jupyter kernel `no-such-kernel` is installed"), "{reason}");
}
