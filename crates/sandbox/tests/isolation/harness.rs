//! Starting sandboxes and running probes in them.

use std::{path::Path, sync::Mutex, time::Duration};

use sandbox::{
    Backend, Exit, ExitStatus, Namespaces, Process, ProcessEvent, Program, Readiness, Sandbox,
    SandboxError, Spec, StartError,
};

use super::waiting::Waiting;

/// A sandbox with its own backend, so that tests do not share a launcher.
pub(super) struct Cage<B = Namespaces> {
    pub(super) backend: B,
    pub(super) sandbox: Sandbox,
    /// What the first attack in its language becomes.
    waiting: Mutex<Option<Waiting>>,
}

#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) truncated: bool,
    pub(super) exit: Exit,
}

impl Cage {
    pub(super) async fn new() -> Option<Self> {
        Self::with(Spec::default()).await
    }

    /// `None`, with a word about it, where this machine allows no sandboxes.
    pub(super) async fn with(spec: Spec) -> Option<Self> {
        // As in a hub; what is made afresh is attacked as a target.
        let backend = Namespaces::new(Readiness::Spares(1)).unwrap();
        Self::of(backend, spec).await
    }

    /// Without a nursery and spares beside it.
    pub(super) async fn made_afresh() -> Option<Self> {
        let backend = Namespaces::new(Readiness::OnDemand).unwrap();
        Self::of(backend, Spec::default()).await
    }

    /// As on a machine that delegates no control groups.
    pub(super) async fn without_cgroups() -> Option<Self> {
        let backend = Namespaces::without_cgroups(Readiness::OnDemand).unwrap();
        Self::of(backend, Spec::default()).await
    }

    pub(super) async fn of(backend: Namespaces, spec: Spec) -> Option<Self> {
        match Sandbox::start(&backend as &dyn Backend, spec).await {
            Ok(sandbox) => Some(Self::around(backend, sandbox, None)),
            Err(error @ StartError::NotPermitted { .. }) => {
                eprintln!("skipped: {error}");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// The environment of every probe.
pub(super) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A program that gets nothing but a `PATH`, and cannot hang the suite if a promise is broken.
pub(super) fn program(argv: &[&str]) -> Program {
    let mut program = Program::new(argv.iter().copied());
    program.env = vec![("PATH".to_owned(), PATH.to_owned())];
    program.timeout = Some(Duration::from_secs(60));
    program
}

impl<B> Cage<B> {
    pub(super) fn around(backend: B, sandbox: Sandbox, waiting: Option<Waiting>) -> Self {
        Self { backend, sandbox, waiting: Mutex::new(waiting) }
    }

    pub(super) async fn run(&self, argv: &[&str]) -> Outcome {
        collect(self.start(argv).await).await
    }

    pub(super) async fn start(&self, argv: &[&str]) -> Process {
        self.launch(program(argv)).await.unwrap()
    }

    /// Starts a program, by way of the interpreter that waits for one if it is in its language.
    pub(super) async fn launch(&self, program: Program) -> Result<Process, SandboxError> {
        let waiting = self.waiting.lock().unwrap().take_if(|it| it.speaks(&program));
        match waiting {
            Some(waiting) => waiting.become_program(&self.sandbox, program).await,
            None => self.sandbox.run(program).await,
        }
    }

    /// Processes of the sandbox beside those that an attack started: its guest, and what still waits.
    pub(super) fn residents(&self) -> usize {
        1 + usize::from(self.waiting.lock().unwrap().is_some())
    }

    pub(super) async fn bash(&self, script: &str) -> Outcome {
        self.run(&["/bin/bash", "-c", script]).await
    }

    /// What is in a directory, by the shell itself: `ls` asks for more than gVisor of 2022 can answer.
    pub(super) async fn names_in(&self, directory: &str) -> Vec<String> {
        let script = "shopt -s nullglob dotglob; cd \"$1\" || exit; printf '%s\\n' *";
        let outcome = self.run(&["/bin/bash", "-c", script, "bash", directory]).await;
        assert_eq!(outcome.exit.status, ExitStatus::Code(0), "{outcome:?}");
        outcome.stdout.lines().filter(|it| !it.is_empty()).map(str::to_owned).collect()
    }

    /// Runs Python with a `call` that gives the name of an error, or `ok`.
    pub(super) async fn python(&self, code: &str) -> Outcome {
        self.run(&["python3", "-c", &script(code)]).await
    }

    /// What a probe printed, one line per answer.
    pub(super) async fn answers(&self, code: &str) -> Vec<String> {
        let outcome = self.python(code).await;
        assert_eq!(outcome.exit.status, ExitStatus::Code(0), "{outcome:?}");
        outcome.stdout.lines().map(str::to_owned).collect()
    }

    /// What was done to the sandbox did not hurt it.
    pub(super) async fn still_works(&self) {
        let next = self.bash("echo next").await;
        assert_eq!(next.stdout, "next\n", "{next:?}");
    }
}

/// Python code with the names that probes use before it.
pub(super) fn script(code: &str) -> String {
    format!("{PRELUDE}\n{code}")
}

/// Reads standard output until it holds `wanted`, and returns all of it so far.
pub(super) async fn until_stdout(process: &mut Process, wanted: &str) -> String {
    let mut said = String::new();
    while !said.contains(wanted) {
        match process.next().await {
            Some(ProcessEvent::Stdout(bytes)) => said.push_str(&text(&bytes)),
            Some(ProcessEvent::Stderr(_) | ProcessEvent::Said(..) | ProcessEvent::Truncated) => {}
            other @ (Some(ProcessEvent::Exit(_) | ProcessEvent::Lost) | None) => {
                panic!("{wanted:?} was never said, but {said:?} and {other:?}")
            }
        }
    }
    said
}

const PRELUDE: &str = r"
import ctypes, errno, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def system_call(number, *arguments):
    if libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)) >= 0: return 'ok'
    return errno.errorcode[ctypes.get_errno()]
def call(function, *arguments):
    try: function(*arguments)
    except OSError as error: return errno.errorcode.get(error.errno, str(error))
    return 'ok'
def attempt(path, mode='rb'):
    def read_or_write():
        with open(path, mode, buffering=0) as file:
            if mode == 'rb': file.read(1)
            else: file.write(b'1')
    return call(read_or_write)
";

pub(super) async fn collect(mut process: Process) -> Outcome {
    let (mut stdout, mut stderr, mut truncated) = (Vec::new(), Vec::new(), false);
    while let Some(event) = process.next().await {
        match event {
            ProcessEvent::Stdout(bytes) => stdout.extend_from_slice(&bytes),
            ProcessEvent::Stderr(bytes) => stderr.extend_from_slice(&bytes),
            ProcessEvent::Said(..) => {}
            ProcessEvent::Truncated => truncated = true,
            ProcessEvent::Exit(exit) => {
                return Outcome { stdout: text(&stdout), stderr: text(&stderr), truncated, exit };
            }
            ProcessEvent::Lost => panic!("the sandbox vanished after {:?}", text(&stderr)),
        }
    }
    panic!("a process ended without an exit")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Says so when the probes' language is missing.
pub(super) fn has_python() -> bool {
    let found = Path::new("/usr/bin/python3").exists();
    if !found {
        eprintln!("skipped: probes need /usr/bin/python3");
    }
    found
}

/// Starts a cage for Python probes, or returns from the test.
macro_rules! python_cage {
    () => {
        python_cage!(sandbox::Spec::default())
    };
    ($spec:expr) => {{
        if !$crate::isolation::harness::has_python() {
            return;
        }
        let Some(cage) = $crate::isolation::harness::Cage::with($spec).await else { return };
        cage
    }};
}
pub(super) use python_cage;
