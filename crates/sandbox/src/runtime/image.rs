//! The runtimes of a sandbox whose system is not this machine's, such as an image's.
//!
//! Each program is started in the sandbox and asked for its version: what answers is there. No shell is
//! needed, and what the image says stays what it is, a version to show.

use std::{collections::HashMap, time::Duration};

use futures_util::future::join_all;

use super::version;
use crate::{
    link::SandboxError,
    process::{ProcessEvent, Program},
    sandbox::Sandbox,
};

/// Where images have programs: the usual directories, and those of the official images of Go and Rust.
pub(super) const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/go/bin:/usr/local/cargo/bin";

/// Every program that a runtime may be made of, and what it says its version for.
const PROGRAMS: [(&str, &str); 11] = [
    ("python3", "--version"),
    ("python", "--version"),
    ("node", "--version"),
    ("nodejs", "--version"),
    ("bash", "--version"),
    ("go", "version"),
    ("tsx", "--version"),
    ("bun", "--version"),
    ("deno", "--version"),
    ("rustc", "--version"),
    ("cc", "--version"),
];

/// Long for a version, also under gVisor on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// More than a version takes; the rest is dropped.
const ANSWER: u64 = 4096;

/// Programs that answered, with their versions.
pub(super) type Found = HashMap<&'static str, Option<String>>;

pub(super) async fn ask(sandbox: &Sandbox) -> Result<Found, SandboxError> {
    let answers = PROGRAMS
        .map(|(name, argument)| async move { Ok((name, ask_one(sandbox, name, argument).await?)) });
    let answers: Result<Vec<_>, SandboxError> = join_all(answers).await.into_iter().collect();
    Ok(answers?.into_iter().filter_map(|(name, found)| Some((name, found?))).collect())
}

/// `None` for a program that is not there, or does not run.
async fn ask_one(
    sandbox: &Sandbox,
    name: &str,
    argument: &str,
) -> Result<Option<Option<String>>, SandboxError> {
    let mut program = Program::new([name, argument]);
    program.env = [("PATH", PATH), ("HOME", sandbox.workspace()), ("GOTOOLCHAIN", "local")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    program.cwd = sandbox.workspace().to_owned();
    program.timeout = Some(PATIENCE);
    program.output_limit = ANSWER;
    let mut process = match sandbox.run(program).await {
        Ok(process) => process,
        Err(SandboxError::NotStarted { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut said = Vec::new();
    while let Some(event) = process.next().await {
        match event {
            ProcessEvent::Stdout(bytes) => said.extend_from_slice(&bytes),
            ProcessEvent::Stderr(_) | ProcessEvent::Truncated => {}
            ProcessEvent::Lost => return Err(SandboxError::Gone),
            ProcessEvent::Exit(exit) if exit.status == guest::ExitStatus::Code(0) => {
                return Ok(Some(version::find(&String::from_utf8_lossy(&said))));
            }
            ProcessEvent::Exit(_) => return Ok(None),
        }
    }
    Ok(None)
}
