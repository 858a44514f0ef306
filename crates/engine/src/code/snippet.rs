//! A program that stands by itself, with all that it is given, in a sandbox that is its own.

use std::task::Poll;

use document::Runtime;
use model::{event::Failure, limits::Limits};
use sandbox::{
    Notice, Sandbox, SandboxError, SandboxPath, SourceFile, Standby, runtime::Installed,
};
use tokio_util::sync::CancellationToken;

use super::{files, outfit::Outfit};
use crate::execution::{Attempt, Ending, Input, Sink, limit, vanished};

/// A program, and what it is given.
#[derive(Debug)]
pub struct Snippet {
    pub runtime: Runtime,
    pub code: String,
    pub args: Vec<String>,
    /// Added to what the runtime sets, or in its place.
    pub env: Vec<(String, String)>,
    /// Written before the program starts; no path twice.
    pub files: Vec<(SandboxPath, Vec<u8>)>,
    pub stdin: Input,
}

impl Snippet {
    /// A program alone.
    #[must_use]
    pub fn new(runtime: Runtime, code: String) -> Self {
        let (args, env, files) = (Vec::new(), Vec::new(), Vec::new());
        Self { runtime, code, args, env, files, stdin: Input::Empty }
    }
}

/// What stands ready to become the program.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) installed: Installed,
    pub(crate) source: SandboxPath,
    pub(crate) outfit: Outfit,
    pub(crate) standby: Option<Standby>,
    /// Dropped once the program is ordered.
    pub(crate) notice: Option<Notice>,
}

/// Runs a program to its end.
pub(crate) async fn run(
    sandbox: &Sandbox,
    placed: Placed,
    snippet: Snippet,
    limits: &Limits,
    stop: &CancellationToken,
    sink: &mut impl Sink,
) -> Ending {
    let Placed { installed, source, outfit, standby, notice } = placed;
    if let Err(error) = files::write(sandbox, &snippet.files).await {
        return failed(sandbox, &error).await;
    }
    let mut program = match outfit.enter(sandbox, (&installed, &source)).await {
        Ok(program) => program,
        Err(error) => return failed(sandbox, &error).await,
    };
    program.argv.extend(snippet.args);
    set(&mut program.env, snippet.env);
    program.stdin = snippet.stdin.kind();
    limit(&mut program, limits);
    if let Err(failure) = sink.starting(sandbox).await {
        return Ending::Failure(failure);
    }
    program.source =
        Some(SourceFile { path: source, bytes: snippet.code.into_bytes(), mode: 0o644 });
    let attempt = Attempt::begin(sandbox);
    let started = {
        let mut starting = std::pin::pin!(attempt.start(program, standby));
        let ordered = futures_util::poll!(&mut starting);
        // Only now: the program is on its way, and wakes nobody that it would wait for.
        drop(notice);
        match ordered {
            Poll::Ready(started) => started,
            Poll::Pending => starting.await,
        }
    };
    let ending = attempt.follow(started, snippet.stdin, limits, stop, sink).await;
    sink.ended(sandbox).await;
    ending
}

async fn failed(sandbox: &Sandbox, error: &SandboxError) -> Ending {
    if matches!(error, SandboxError::Gone) {
        return Ending::unused(vanished(sandbox).await);
    }
    Ending::Failure(Failure { error: "start_failed".to_owned(), message: error.to_string() })
}

/// Sets variables, those that are there already included.
fn set(env: &mut Vec<(String, String)>, own: Vec<(String, String)>) {
    for (name, value) in own {
        match env.iter_mut().find(|it| it.0 == name) {
            Some(found) => found.1 = value,
            None => env.push((name, value)),
        }
    }
}
