//! Starts the binary in a directory of its own and collects what it says.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::OnceLock,
};

use serde_json::Value;
use tempfile::TempDir;

/// What the binary answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Answer {
    fn new(status: ExitStatus, stdout: Vec<u8>, stderr: &[u8]) -> Self {
        let stderr = String::from_utf8_lossy(stderr).into_owned();
        for trace in ["panicked at", "stack backtrace", "RUST_BACKTRACE"] {
            assert!(!stderr.contains(trace), "{stderr}");
        }
        Self { status, stdout, stderr }
    }

    pub(crate) fn expect(self, exit_code: i32) -> Self {
        assert_eq!(self.status.signal(), None, "{self:?}");
        assert_eq!(self.status.code(), Some(exit_code), "{self:?}");
        self
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// The failure is one line on stderr, the only one.
    pub(crate) fn error(&self) -> &str {
        let lines: Vec<&str> = self.stderr.lines().collect();
        assert_eq!(lines.len(), 1, "{self:?}");
        assert_eq!(self.text(), "", "nothing on stdout");
        lines[0].strip_prefix("error: ").unwrap_or_else(|| panic!("{self:?}"))
    }

    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.text().lines().map(|it| serde_json::from_str(it).unwrap()).collect()
    }
}

/// A directory in which the binary is started.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn with(name: &str, content: &str) -> Self {
        let place = Self::new();
        place.write(name, content);
        place
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs to the end, with nothing on stdin.
    pub(crate) fn runbook(&self, arguments: &[&str]) -> Answer {
        self.fed(arguments, b"")
    }

    /// Runs to the end with `input` on stdin.
    pub(crate) fn fed(&self, arguments: &[&str], input: &[u8]) -> Answer {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // One that refuses its arguments does not read.
        drop(child.stdin.take().unwrap().write_all(input));
        let output = child.wait_with_output().unwrap();
        Answer::new(output.status, output.stdout, &output.stderr)
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        Running::new(&mut self.command(arguments))
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = outside(env!("CARGO_BIN_EXE_runbook"));
        command.args(arguments).current_dir(self.0.path()).env_clear();
        for kept in ["PATH", "HOME"] {
            command.envs(std::env::var_os(kept).map(|it| (kept, it)));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// A program that is not a user's: the binary, or a tool of the machine.
#[expect(clippy::disallowed_methods, reason = "the tests start the binary as a user would")]
pub(crate) fn outside(program: impl AsRef<Path>) -> Command {
    Command::new(program.as_ref())
}

/// The binary while it runs. Killed when dropped.
pub(crate) struct Running {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn new(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().map(BufReader::new);
        Self { child, stdout }
    }

    /// One that is spoken to on its standard input.
    pub(crate) fn with_stdin(command: &mut Command) -> (Self, ChildStdin) {
        let mut running = Self::new(command.stdin(Stdio::piped()));
        let stdin = running.child.stdin.take().unwrap();
        (running, stdin)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line on stdout; empty at its end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = outside("kill").args(["-s", name, &pid]).status().unwrap();
        assert!(sent.success(), "kill -s {name} {pid}");
    }

    /// Stops reading, as `head` does.
    pub(crate) fn stop_reading(&mut self) {
        self.stdout = None;
    }

    /// Waits for the end.
    pub(crate) fn end(mut self) -> Answer {
        let mut stdout = Vec::new();
        if let Some(mut rest) = self.stdout.take() {
            rest.read_to_end(&mut stdout).unwrap();
        }
        let mut stderr = Vec::new();
        if let Some(mut rest) = self.child.stderr.take() {
            rest.read_to_end(&mut stderr).unwrap();
        }
        Answer::new(self.child.wait().unwrap(), stdout, &stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What `runbook doctor --json` found, once.
pub(crate) fn doctor() -> &'static (i32, Value) {
    static REPORT: OnceLock<(i32, Value)> = OnceLock::new();
    REPORT.get_or_init(|| {
        let answer = Place::new().runbook(&["doctor", "--json"]);
        (answer.status.code().unwrap(), serde_json::from_slice(&answer.stdout).unwrap())
    })
}

/// Says why a test cannot be made here.
#[expect(clippy::print_stdout, reason = "whoever runs the tests should know what was not tested")]
pub(crate) fn skipped(why: &str) {
    println!("skipped: {why}");
}

/// Whether sandboxes can be started here; says so if not.
pub(crate) fn sandboxes() -> bool {
    let (exit_code, report) = doctor();
    if *exit_code == 75 {
        skipped(&format!("no sandbox can be started on this machine: {report}"));
    }
    *exit_code != 75
}

/// Whether a protection holds here; says so if not.
pub(crate) fn holds(protection: &str) -> bool {
    let findings = doctor().1["protections"].as_array().unwrap();
    let holds = findings.iter().any(|it| it["name"] == protection && it["holds"] == true);
    if !holds {
        skipped(&format!("{protection} does not hold on this machine"));
    }
    holds
}

/// Whether a language is installed here; says so if not.
pub(crate) fn installed(language: &str) -> bool {
    let runtimes = doctor().1["runtimes"].as_array().unwrap();
    let found = runtimes.iter().any(|it| it["name"] == language && !it["version"].is_null());
    if !found {
        skipped(&format!("{language} is not installed on this machine"));
    }
    found
}

/// A language that this machine lacks, if there is one.
pub(crate) fn missing_language() -> Option<&'static str> {
    let runtimes = doctor().1["runtimes"].as_array().unwrap();
    runtimes.iter().find(|it| it["version"].is_null())?["name"].as_str()
}
