//! One process of git with all that it starts.

use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process_group, prlimit};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt, copy},
    process::{Child, ChildStdin, Command},
};

use super::{Call, GitError, Input};

/// Bytes that are kept of what git complains about.
const MAX_WORDS: usize = 16 << 10;

/// What git printed and how it ended.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) output: Vec<u8>,
    /// There was more, and nobody listened to it.
    pub(crate) truncated: bool,
    /// What it said beside, without credentials.
    pub(crate) words: String,
    pub(crate) status: ExitStatus,
}

impl Answer {
    pub(crate) fn succeeded(self, command: &'static str) -> Result<Vec<u8>, GitError> {
        if self.status.success() {
            return Ok(self.output);
        }
        Err(GitError::Failed { command, words: self.sentence() })
    }

    /// The line that says why, which is the last one that git calls fatal or an error.
    pub(crate) fn sentence(&self) -> String {
        let reason = |it: &&str| it.starts_with("fatal:") || it.starts_with("error:");
        let lines = || self.words.lines().map(str::trim).filter(|it| !it.is_empty());
        let line = lines().rfind(reason).or_else(|| lines().next_back());
        let plain = line.map(|it| it.trim_start_matches("fatal: ").trim_start_matches("error: "));
        plain.map_or_else(|| self.status.to_string(), str::to_owned)
    }
}

/// Git, and the processes that it started, for as long as this is there.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // A child that nobody has waited for keeps its number, so no other group is hit.
        if let Some(group) = self.0.id().and_then(pid) {
            // It may have ended just now.
            let _: Result<(), _> = kill_process_group(group, Signal::KILL);
        }
    }
}

pub(super) async fn run(call: &Call<'_>, input: Input<'_>) -> Result<Answer, GitError> {
    let mut group = start(call, &input)?;
    let command = call.command;
    let broke_off = |reason| GitError::Input { command, reason };
    let stdin = group.0.stdin.take();
    let stdout = group.0.stdout.take().expect("a pipe");
    let stderr = group.0.stderr.take().expect("a pipe");
    let listening = async { tokio::join!(cut(stdout, call.max_output), first(stderr, MAX_WORDS)) };
    tokio::pin!(listening);
    // Git may end before it has read everything, and what it reads may never end.
    let (said, words) = tokio::select! {
        heard = &mut listening => heard,
        fed = feed(stdin, input) => {
            fed.map_err(broke_off)?;
            listening.await
        }
    };
    let (output, truncated) = said?;
    let words = visible(&words?);
    let words = call.credentials.map_or_else(|| words.clone(), |it| it.hidden_in(&words));
    let status = group.0.wait().await?;
    Ok(Answer { output, truncated, words, status })
}

#[expect(clippy::disallowed_methods, reason = "git alone, whose arguments are ours")]
fn start(call: &Call<'_>, input: &Input<'_>) -> Result<Group, GitError> {
    let stdin = match (input, call.lock) {
        (Input::Bytes(_) | Input::Stream(_), _) => Stdio::piped(),
        (Input::Nothing, Some(lock)) => lock.held_by_child()?,
        (Input::Nothing, None) => Stdio::null(),
    };
    let child = Command::new("git")
        .args(&call.arguments)
        .env_clear()
        .envs(call.environment())
        .current_dir("/")
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(GitError::Start)?;
    let group = Group(child);
    if let Some(pid) = group.0.id().and_then(pid) {
        limit(pid, Resource::Data, call.git.limits().memory_bytes)?;
        limit(pid, Resource::Fsize, call.max_file)?;
        limit(pid, Resource::Core, 0)?;
    }
    Ok(group)
}

/// What it starts later inherits it. Before it has read anything, so that nothing was used up yet.
fn limit(pid: Pid, resource: Resource, most: u64) -> Result<(), GitError> {
    // Nobody may raise what this server itself was given.
    let most = getrlimit(resource).maximum.map_or(most, |it| it.min(most));
    let limit = Rlimit { current: Some(most), maximum: Some(most) };
    match prlimit(Some(pid), resource, limit) {
        // It has ended already.
        Ok(_) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(GitError::Start(error.into())),
    }
}

fn pid(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw)
}

/// An error is one of what is read. Whether git took all of it is said by git.
async fn feed(stdin: Option<ChildStdin>, input: Input<'_>) -> std::io::Result<()> {
    let Some(mut stdin) = stdin else { return Ok(()) };
    match input {
        Input::Nothing => {}
        Input::Bytes(bytes) => drop(stdin.write_all(bytes).await),
        Input::Stream(stream) => {
            if let Err(error) = copy(stream, &mut stdin).await
                && error.kind() != std::io::ErrorKind::BrokenPipe
            {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// The first bytes, and whether there were more. Then the pipe is closed, which ends whoever writes into it.
async fn cut(from: impl AsyncRead + Unpin, most: usize) -> std::io::Result<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    from.take(most as u64 + 1).read_to_end(&mut bytes).await?;
    let truncated = bytes.len() > most;
    bytes.truncate(most);
    Ok((bytes, truncated))
}

/// The first bytes; the others are read and forgotten.
async fn first(mut from: impl AsyncRead + Unpin, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    (&mut from).take(most as u64).read_to_end(&mut bytes).await?;
    copy(&mut from, &mut tokio::io::sink()).await?;
    Ok(bytes)
}

/// A forge's words reach people: no control characters but line ends.
fn visible(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).replace('\r', "\n");
    text.chars().filter(|it| *it == '\n' || !it.is_control()).collect()
}
