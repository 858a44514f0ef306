//! The runtimes of a sandbox whose system is not this machine's, such as an image's.
//!
//! Each program is started in the sandbox and asked for its version: what answers is there. No shell is
//! needed, and what the image says stays what it is, a version to show.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures_util::future::join_all;

use super::version;
use crate::{
    link::SandboxError,
    process::{ProcessEvent, Program},
    sandbox::Sandbox,
};

/// Looked at behind what an image names itself: the usual directories, and those of the official images
/// of Go and Rust.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/go/bin:/usr/local/cargo/bin";

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

/// What a system has.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Programs that answered, with their versions.
    pub(super) programs: HashMap<&'static str, Option<String>>,
    /// Where programs are.
    pub(super) path: Arc<str>,
    /// What its maker wants in the environment of programs.
    pub(super) env: Arc<[(String, String)]>,
}

pub(super) async fn look(
    sandbox: &Sandbox,
    env: &Arc<[(String, String)]>,
) -> Result<Found, SandboxError> {
    let path = path_of(env);
    let asking = environment(sandbox.workspace(), &path, env);
    let answers = PROGRAMS.map(|(name, argument)| {
        let env = asking.clone();
        async move { Ok((name, ask_one(sandbox, [name, argument], env).await?)) }
    });
    let answers: Result<Vec<_>, SandboxError> = join_all(answers).await.into_iter().collect();
    let programs = answers?.into_iter().filter_map(|(name, found)| Some((name, found?))).collect();
    Ok(Found { programs, path: path.into(), env: Arc::clone(env) })
}

/// What the image says, and the usual directories that it leaves out.
fn path_of(env: &[(String, String)]) -> String {
    let theirs = env.iter().find(|(name, _)| name == "PATH").map_or("", |(_, path)| path);
    let mut dirs: Vec<&str> = Vec::new();
    for dir in theirs.split(':').chain(PATH.split(':')).filter(|it| it.starts_with('/')) {
        if !dirs.contains(&dir) {
            dirs.push(dir);
        }
    }
    dirs.join(":")
}

fn environment(workspace: &str, path: &str, theirs: &[(String, String)]) -> Vec<(String, String)> {
    let ours = [("PATH", path), ("HOME", workspace), ("GOTOOLCHAIN", "local")];
    let theirs = theirs.iter().filter(|(name, _)| !ours.iter().any(|(it, _)| it == name));
    let ours = ours.map(|(name, value)| (name.to_owned(), value.to_owned()));
    theirs.cloned().chain(ours).collect()
}

/// `None` for a program that is not there, or does not run.
async fn ask_one(
    sandbox: &Sandbox,
    command: [&str; 2],
    env: Vec<(String, String)>,
) -> Result<Option<Option<String>>, SandboxError> {
    let mut program = Program { env, ..Program::new(command) };
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
            ProcessEvent::Stderr(_) | ProcessEvent::Said(..) | ProcessEvent::Truncated => {}
            ProcessEvent::Lost => return Err(SandboxError::Gone),
            ProcessEvent::Exit(exit) if exit.status == guest::ExitStatus::Code(0) => {
                return Ok(Some(version::find(&String::from_utf8_lossy(&said))));
            }
            ProcessEvent::Exit(_) => return Ok(None),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_an_image_comes_first_and_the_usual_directories_stay() {
        let env = [("PATH".to_owned(), "/opt/x/bin:relative::/bin".to_owned())];
        assert_eq!(
            path_of(&env),
            "/opt/x/bin:/bin:/usr/local/bin:/usr/bin:/usr/local/go/bin:/usr/local/cargo/bin"
        );
        assert_eq!(path_of(&[]), PATH);
    }
}
