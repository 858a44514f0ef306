//! Programs find what earlier ones of their kernel left, and are programs like any other beside that.

use std::time::Duration;

use bytes::Bytes;
use sandbox::{
    Exit, ExitStatus, OnExcess, Process, ProcessEvent, Program, SandboxPath, Stdin,
    kernel::{Keeping, Kernel, KernelPlan, bash_files, finds_state},
};

use super::harness::Stage;

const INT: i32 = 2;

/// A stage with a kernel, or with the state of bash.
struct Bench {
    stage: Stage,
    kernel: Option<Kernel>,
}

#[derive(Debug)]
pub(super) struct Ran {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) said: Vec<String>,
    truncated: bool,
    pub(super) exit: Exit,
}

impl Bench {
    async fn new(runtime: &str) -> Option<Self> {
        let stage = Stage::new(runtime).await?;
        let kernel = match KernelPlan::new(&stage.installed, stage.sandbox.workspace()) {
            Some(plan) => Some(stage.sandbox.start_kernel(&plan).await.unwrap()),
            None => {
                for file in bash_files("") {
                    stage.write(&file.path, std::str::from_utf8(&file.bytes).unwrap()).await;
                }
                None
            }
        };
        Some(Self { stage, kernel })
    }

    /// A program that is not started yet.
    async fn program(&self, source: &str) -> Program {
        let path = path("block_1", &self.stage);
        self.stage.write(&path, source).await;
        self.stage.program(&path)
    }

    async fn start(&self, program: Program) -> Process {
        self.start_given(program, &[], &[]).await
    }

    /// Starts a program that was given variables, some of them secret.
    async fn start_given(&self, program: Program, given: &[String], secret: &[String]) -> Process {
        let keeping = Keeping::AllBut { given, secret };
        match &self.kernel {
            Some(kernel) => self.stage.sandbox.run_in(kernel, program).await.unwrap(),
            None => self.stage.sandbox.run(finds_state(program, "", keeping)).await.unwrap(),
        }
    }

    async fn run(&self, source: &str) -> Ran {
        let program = self.program(source).await;
        follow(self.start(program).await).await
    }

    /// Runs a program that must succeed, and gives what it printed.
    async fn prints(&self, source: &str) -> String {
        let ran = self.run(source).await;
        assert_eq!(ran.exit.status, ExitStatus::Code(0), "{source}: {ran:?}");
        ran.stdout
    }

    async fn shows(&self, source: &str) -> Vec<String> {
        self.run(source).await.said
    }

    fn has_ended(&self) -> bool {
        self.kernel.as_ref().is_some_and(Kernel::has_ended)
    }
}

fn path(stem: &str, stage: &Stage) -> SandboxPath {
    let name = format!("{stem}.{}", stage.installed.runtime.extension);
    SandboxPath::try_from(name.as_str()).unwrap()
}

pub(super) async fn follow(mut process: Process) -> Ran {
    let (mut stdout, mut stderr, mut truncated) = (Vec::new(), Vec::new(), false);
    let (mut said, mut message) = (Vec::new(), Vec::new());
    loop {
        match process.next().await.unwrap() {
            ProcessEvent::Stdout(bytes) => stdout.extend_from_slice(&bytes),
            ProcessEvent::Stderr(bytes) => stderr.extend_from_slice(&bytes),
            ProcessEvent::Said(bytes, last) => {
                message.extend_from_slice(&bytes);
                if last {
                    said.push(text(&std::mem::take(&mut message)));
                }
            }
            ProcessEvent::Truncated => truncated = true,
            ProcessEvent::Exit(exit) => {
                let (stdout, stderr) = (text(&stdout), text(&stderr));
                return Ran { stdout, stderr, said, truncated, exit };
            }
            ProcessEvent::Lost => panic!("the sandbox vanished after {:?}", text(&stderr)),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

async fn until_stdout(process: &mut Process, wanted: &str) {
    let mut said = String::new();
    while !said.contains(wanted) {
        match process.next().await.unwrap() {
            ProcessEvent::Stdout(bytes) => said.push_str(&text(&bytes)),
            other @ (ProcessEvent::Stderr(_)
            | ProcessEvent::Said(..)
            | ProcessEvent::Truncated
            | ProcessEvent::Exit(_)
            | ProcessEvent::Lost) => {
                panic!("{wanted:?} was never said, but {said:?} and {other:?}")
            }
        }
    }
}

#[tokio::test]
async fn variables_outlive_their_program() {
    let rows = [
        ("python", "x = 41", "print(x + 1)"),
        ("node", "const x = 41", "console.log(x + 1)"),
        ("bash", "x=41", "echo $((x + 1))"),
    ];
    for (runtime, first, second) in rows {
        let Some(bench) = Bench::new(runtime).await else { continue };
        assert_eq!(bench.prints(first).await, "", "{runtime}");
        assert_eq!(bench.prints(second).await, "42\n", "{runtime}");
        // Written again, it means the same.
        assert_eq!(bench.prints(first).await, "", "{runtime}");
        assert_eq!(bench.prints(second).await, "42\n", "{runtime}");
    }
}

#[tokio::test]
async fn what_a_program_is_given_is_not_there_for_the_next() {
    let rows = [
        (
            "python",
            "import os; print(os.environ['ENVIRONMENT'], os.environ['TOKEN']); os.environ['KEPT'] = '1'",
            "print(*[os.environ.get(it) for it in ('ENVIRONMENT', 'TOKEN', 'KEPT')])",
            "None None 1\n",
        ),
        (
            "node",
            "const { env } = process; console.log(env.ENVIRONMENT, env.TOKEN); env.KEPT = 1;",
            "console.log(env.ENVIRONMENT, env.TOKEN, env.KEPT)",
            "undefined undefined 1\n",
        ),
        (
            "bash",
            "echo $ENVIRONMENT $TOKEN; export KEPT=1; copy=\"x$TOKEN\"; many=(1 \"$TOKEN\")",
            "echo ${ENVIRONMENT-None} ${TOKEN-None} $KEPT $copy$many$(grep -r hunter2 .runbook)",
            "None None 1\n",
        ),
    ];
    for (runtime, first, second, expected) in rows {
        let Some(bench) = Bench::new(runtime).await else { continue };
        let given = ["ENVIRONMENT", "TOKEN"].map(str::to_owned);
        for value in ["staging", "production"] {
            let mut program = bench.program(first).await;
            let values = [value, "hunter2"].map(str::to_owned);
            program.env.extend(given.iter().cloned().zip(values));
            let ran = follow(bench.start_given(program, &given, &given[1..]).await).await;
            assert_eq!(ran.stdout, format!("{value} hunter2\n"), "{runtime}: {ran:?}");
            assert_eq!(bench.prints(second).await, expected, "{runtime}");
        }
    }
}

#[tokio::test]
async fn bash_beside_others_finds_their_state_and_leaves_none() {
    let Some(bench) = Bench::new("bash").await else { return };
    bench.prints("x=1").await;
    let program = bench.program("echo $x; x=2").await;
    let process = bench.stage.sandbox.run(finds_state(program, "", Keeping::Nothing)).await;
    assert_eq!(follow(process.unwrap()).await.stdout, "1\n");
    assert_eq!(bench.prints("echo $x").await, "1\n");
}

#[tokio::test]
async fn bash_keeps_what_a_terminal_keeps() {
    let Some(bench) = Bench::new("bash").await else { return };
    let first = "export A=1 B; cd /usr; f() { echo \"f $A $1\"; }; declare -A m=([\"y z\"]='two\nlines')
                 shopt -s expand_aliases; alias greet='echo hello'; umask 027; set -o pipefail; readonly R=9";
    assert_eq!(bench.prints(first).await, "");
    let second = "echo $A $PWD \"${m[y z]}\" $R; f q; greet; umask; false | true || echo pipefail
                  bash -c 'echo child ${BASH_ENV-none} $A'";
    let expected = "1 /usr two\nlines 9\nf 1 q\nhello\n0027\npipefail\nchild none 1\n";
    assert_eq!(bench.prints(second).await, expected);
    // Whatever ends it, and whatever it wants to happen then.
    for end in ["exit 3", "set -e; false", "kill -TERM $$", "trap 'echo cleaned' EXIT; exit 4"] {
        let ran = bench.run(&format!("N='{}'\n{end}", end.len())).await;
        assert_ne!(ran.exit.status, ExitStatus::Code(0), "{ran:?}");
        assert_eq!(ran.stdout == "cleaned\n", end.contains("cleaned"), "{ran:?}");
        assert_eq!(bench.prints("set +e; echo $N").await, format!("{}\n", end.len()), "{end}");
    }
    let traced = bench.run("set -x; true").await;
    assert_eq!(traced.stderr, "+ true\n");
    assert_eq!(bench.run("set +x").await.stderr, "+ set +x\n");
}

#[tokio::test]
async fn background_processes_of_bash_linger_until_their_program_is_killed() {
    let Some(bench) = Bench::new("bash").await else { return };
    let program = bench.program("while sleep 0.01; do echo tick; done & echo $! > pid").await;
    let process = bench.start(program).await;
    let handle = process.handle();
    assert_eq!(follow(process).await.exit.status, ExitStatus::Code(0));
    // Nobody reads what it prints, and it does not die of that.
    let lives = "for i in 1 2 3 4 5 6 7 8 9; do kill -0 $(< pid) && sleep 0.02; done";
    assert_eq!(bench.prints(lives).await, "");
    handle.kill().await.unwrap();
    assert_eq!(bench.prints("while kill -0 $(< pid); do sleep 0.01; done 2> /dev/null").await, "");
}

#[tokio::test]
async fn a_failure_ends_its_program_and_not_the_kernel() {
    let rows = [
        ("python", "x = 1\nraise ValueError('no')", "ValueError: no", 1, "print(x)"),
        ("python", "import sys; x = 1; sys.exit(3)", "", 3, "print(x)"),
        ("python", "x = = 1", "SyntaxError", 1, "print(1)"),
        ("node", "var x = 1; throw new TypeError('no')", "TypeError: no", 1, "console.log(x)"),
        ("node", "x = 1; process.exit(3)", "", 3, "console.log(x)"),
        ("node", "let y = = 1", "SyntaxError", 1, "console.log(1)"),
        (
            "node",
            "setTimeout(() => { throw new Error('late') }, 1)",
            "Error: late",
            1,
            "console.log(1)",
        ),
    ];
    for (runtime, source, says, code, next) in rows {
        let Some(bench) = Bench::new(runtime).await else { continue };
        let ran = bench.run(source).await;
        assert_eq!(ran.exit.status, ExitStatus::Code(code), "{source}: {ran:?}");
        assert!(ran.stderr.contains(says), "{source}: {ran:?}");
        assert!(!ran.stderr.contains("/proc/self"), "{ran:?}");
        assert!(!ran.stderr.contains("[eval]"), "{ran:?}");
        assert_eq!(bench.prints(next).await, "1\n", "{source}");
    }
}

#[tokio::test]
async fn an_interrupt_ends_a_program_with_its_children_and_not_the_kernel() {
    let rows = [
        ("python", "x = 1\nprint('on')\nwhile True: pass", "print(x)"),
        (
            "python",
            "import subprocess; x = 1\nsubprocess.run('echo on; exec sleep 1000', shell=True)",
            "print(x)",
        ),
        ("node", "var x = 1; console.log('on'); while (true) {}", "console.log(x)"),
        ("node", "var x = 1; while (true) console.log('on')", "console.log(x)"),
        ("node", "var x = 1; setInterval(() => console.log('on'), 5)", "console.log(x)"),
    ];
    for (runtime, source, next) in rows {
        let Some(bench) = Bench::new(runtime).await else { continue };
        let program = bench.program(source).await;
        let mut process = bench.start(program).await;
        until_stdout(&mut process, "on").await;
        process.handle().signal(INT).await.unwrap();
        let ran = follow(process).await;
        assert_eq!(ran.exit.status, ExitStatus::Code(130), "{source}: {ran:?}");
        let left = bench.run(next).await;
        assert!(left.stdout.ends_with("1\n"), "{source}: {:?}", left.exit);
        assert!(!bench.has_ended());
    }
}

#[tokio::test]
async fn an_interrupt_spares_what_earlier_programs_started() {
    let Some(bench) = Bench::new("python").await else { return };
    let earlier =
        "import subprocess, time\nearlier = subprocess.Popen(['sleep', '1000'])\ntime.sleep(0.05)";
    bench.prints(earlier).await;
    let program = bench.program("print('on')\nwhile True: pass").await;
    let mut process = bench.start(program).await;
    until_stdout(&mut process, "on").await;
    process.handle().signal(INT).await.unwrap();
    follow(process).await;
    assert_eq!(bench.prints("print(earlier.poll())").await, "None\n");
}

#[tokio::test]
async fn what_a_program_shows_is_told_beside_its_output_and_in_its_place() {
    let Some(bench) = Bench::new("python").await else { return };
    assert_eq!(bench.shows("6 * 7").await, [r#"{"display": {"text/plain": "42"}}"#]);
    assert!(bench.shows("6 * 7;").await.is_empty());
    assert!(bench.shows("x = 6 * 7").await.is_empty());
    let table = "class Table:\n  def _repr_html_(self): return '<b>1</b>'\n  def __repr__(self): return 'T'\nTable()";
    let bundle = r#"{"display": {"text/html": "<b>1</b>", "text/plain": "T"}}"#;
    assert_eq!(bench.shows(table).await, [bundle]);
    let updated = bench.shows("h = display(1, display_id='a'); h.update(2)").await;
    let expected =
        [1, 2].map(|it| format!(r#"{{"display": {{"text/plain": "{it}"}}, "id": "a"}}"#));
    assert_eq!(updated, expected);
    let program = bench.program("for i in range(200): print(i); display(i)").await;
    let mut process = bench.start(program).await;
    let (mut printed, mut shown) = (String::new(), 0);
    loop {
        match process.next().await.unwrap() {
            ProcessEvent::Stdout(bytes) => printed.push_str(&text(&bytes)),
            ProcessEvent::Said(_, last) => {
                shown += usize::from(last);
                assert!(printed.lines().count() >= shown, "shown before what was printed");
            }
            ProcessEvent::Exit(_) => break,
            other @ (ProcessEvent::Stderr(_) | ProcessEvent::Truncated | ProcessEvent::Lost) => {
                panic!("{other:?}")
            }
        }
    }
    assert_eq!(shown, 200);
    let Some(bench) = Bench::new("node").await else { return };
    assert_eq!(
        bench.shows("[1, 2].map((it) => it * 2)").await,
        [r#"{"display":{"text/plain":"[ 2, 4 ]"}}"#]
    );
    assert!(bench.shows("6 * 7;").await.is_empty());
}

#[tokio::test]
async fn messages_count_as_output() {
    let Some(bench) = Bench::new("python").await else { return };
    let mut program = bench.program("display('x' * 100_000)\nprint('after')").await;
    program.output_limit = 1000;
    program.on_excess = OnExcess::Drop;
    let ran = follow(bench.start(program).await).await;
    assert!(ran.truncated && ran.said.is_empty(), "{ran:?}");
    assert_eq!(bench.prints("print('next')").await, "next\n");
    // And so a host that does not read holds it up, as it does any output.
    assert_eq!(bench.shows("display('x' * 3_000_000, raw=True)").await[0].len(), 3_000_015);
}

#[tokio::test]
async fn each_program_has_an_input_of_its_own() {
    let Some(bench) = Bench::new("python").await else { return };
    for name in ["Bob", "Eve"] {
        let mut program = bench.program("name = input('name? '); print('Hi', name)").await;
        program.stdin = Stdin::Pipe;
        let process = bench.start(program).await;
        let handle = process.handle();
        // The second line is lost with its program.
        handle.write_stdin(Bytes::from(format!("{name}\nnobody\n"))).await.unwrap();
        assert_eq!(follow(process).await.stdout, format!("name? Hi {name}\n"));
    }
    assert!(bench.run("input()").await.stderr.contains("EOFError"));
}

#[tokio::test]
async fn a_kernel_that_is_ended_says_so_and_the_next_program_starts_plainly() {
    let rows = [
        ("python", "import os; x = 1; os._exit(7)", "print('x' in dir())", "False\n"),
        ("node", "var x = 1; process.reallyExit(7)", "console.log(typeof x)", "undefined\n"),
    ];
    for (runtime, source, next, prints) in rows {
        let Some(bench) = Bench::new(runtime).await else { continue };
        assert_eq!(bench.run(source).await.exit.status, ExitStatus::Code(7), "{runtime}");
        assert!(bench.has_ended(), "{runtime}");
        assert_eq!(bench.prints(next).await, prints);
    }
}

#[tokio::test]
async fn a_time_limit_ends_the_kernel_with_its_program() {
    let Some(bench) = Bench::new("python").await else { return };
    let mut program = bench.program("while True: pass").await;
    program.timeout = Some(Duration::from_millis(200));
    let ran = follow(bench.start(program).await).await;
    assert!(ran.exit.timed_out, "{ran:?}");
    assert!(bench.has_ended());
}

#[tokio::test]
async fn nonsense_on_the_control_ends_the_kernel_and_harms_nobody() {
    let Some(bench) = Bench::new("python").await else { return };
    for nonsense in ["hello\\n", "say 99999999999999999999999\\n", "end\\n", "end 0\\nend 0\\n"] {
        let Some(bench) = Bench::new("python").await else { return };
        let source = format!("import os; os.write(3, b'{nonsense}')\nwhile True: pass");
        let ran = bench.run(&source).await;
        let told = ran.exit.status == ExitStatus::Code(0);
        assert!(told || ran.exit.status == ExitStatus::Signal(9), "{nonsense}: {ran:?}");
    }
    assert_eq!(bench.prints("print(1)").await, "1\n");
}

#[tokio::test]
async fn a_program_is_charged_for_itself_alone() {
    let Some(bench) = Bench::new("python").await else { return };
    let busy =
        "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass";
    let first = bench.run(busy).await.exit.cpu;
    assert!(first >= Duration::from_millis(250), "{first:?}");
    let second = bench.run("1").await.exit.cpu;
    assert!(second < first / 3, "{second:?}");
}

#[tokio::test]
async fn changed_modules_of_the_workspace_are_loaded_anew() {
    let rows = [
        ("python", "helper.py", "V = ", "import helper; print(helper.V)"),
        ("node", "helper.js", "exports.V = ", "console.log(require('./helper').V)"),
        (
            "node",
            "helper.mjs",
            "export const V = ",
            "import { V } from './helper.mjs'\nconsole.log(V)",
        ),
    ];
    for (runtime, file, text, import) in rows {
        let Some(bench) = Bench::new(runtime).await else { continue };
        let file = SandboxPath::try_from(file).unwrap();
        for value in ["1", "22"] {
            bench.stage.write(&file, &format!("{text}{value}\n")).await;
            assert_eq!(bench.prints(import).await, format!("{value}\n"), "{file}");
        }
    }
}

#[tokio::test]
async fn node_imports_and_awaits_at_the_top() {
    let Some(bench) = Bench::new("node").await else { return };
    let source = "import fs, { readFileSync as read } from 'node:fs'\nimport * as os from \"node:os\"\n\
                  // import no from 'no'\n\
                  const { join } = await import('node:path')\n\
                  console.log(typeof fs.statSync, typeof read, typeof os.cpus, join('a', 'b'), `import x from 'y'`)\n\
                  await new Promise((done) => setTimeout(done, 1))\nconsole.log('awaited', import.meta.url)";
    let expected =
        "function function function a/b import x from 'y'\nawaited file:///tmp/block_1.js\n";
    assert_eq!(bench.prints(source).await, expected);
    // As in a file of its own, it ends when nothing is left to do; a server does not count.
    let server = "const server = require('http').createServer((_, it) => it.end('served')).listen(0)\n\
                  setTimeout(() => console.log('later'), 20)";
    assert_eq!(bench.prints(server).await, "later\n");
    let ask =
        "console.log(await (await fetch(`http://127.0.0.1:${server.address().port}`)).text())";
    assert_eq!(bench.prints(ask).await, "served\n");
}

#[tokio::test]
async fn a_kernel_tells_how_a_text_might_go_on() {
    let rows = [
        ("python", "number = 1", "number.nume", r#""numerator""#),
        ("python", "number = 1", "numb", r#""number""#),
        ("node", "const words = ['a']", "words.findL", r#""findLast""#),
        ("node", "const words = ['a']", "wor", r#""words""#),
    ];
    for (runtime, source, asked, answer) in rows {
        let Some(bench) = Bench::new(runtime).await else { continue };
        bench.prints(source).await;
        let program = bench.program(source).await;
        let ask = Kernel::completion(&program, asked, asked.len());
        let said = follow(bench.start(ask).await).await.said;
        assert!(said[0].contains(answer), "{asked}: {said:?}");
    }
}
