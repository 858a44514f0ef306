//! `runbook exec`: one snippet in a fresh sandbox, of this machine or of a hub. The program's exit code
//! becomes ours.

use std::{
    fs,
    io::{self, Read},
    path::{Component, Path, PathBuf},
    process::ExitCode,
};

use document::Runtime;
use engine::{Alone, HeadlessError, Input, SandboxPath, Snippet};
use model::{event::Summary, execution::OutcomeKind};
use tokio_util::sync::CancellationToken;

use crate::{
    args::ExecArgs,
    backend::{self, Wanted},
    documents::unreadable,
    failure::{Failure, INTERNAL, INTERRUPTED},
    interrupt::Interrupt,
    output::{self, Printer},
};

pub(crate) mod remote;
pub(crate) mod stdin;

/// What a shell adds to the signal that killed a program.
const BY_SIGNAL: i32 = 128;

pub(crate) async fn run(args: ExecArgs) -> Result<ExitCode, Failure> {
    let runtime = Runtime::from_language(&args.language).ok_or_else(|| {
        let known = "python, node, bash, golang, typescript, rust";
        Failure::rejected(format!("{:?} is not a language; use one of {known}", args.language))
    })?;
    let from_stdin = args.file == Path::new("-");
    let snippet = Snippet {
        args: args.args.clone(),
        env: args.env.clone(),
        files: files(&args.files)?,
        stdin: if from_stdin { Input::Empty } else { Input::Stream(stdin::stream()) },
        ..Snippet::new(runtime, read(&args.file)?)
    };
    match &args.server {
        Some(server) => remote::run(server, &args, snippet).await,
        None => local(&args, snippet).await,
    }
}

async fn local(args: &ExecArgs, snippet: Snippet) -> Result<ExitCode, Failure> {
    let image = Wanted::new(&args.isolation, None)?;
    if let Some(it) = args.dependencies.first() {
        image.check_package(&args.isolation.backend, it).map_err(Failure::unavailable)?;
    }
    let stop = CancellationToken::new();
    let mut printer = Printer::new(args.json);
    let work = async {
        let flags = (&args.isolation, &args.cache, args.limits);
        let wanted = (&snippet, &*args.dependencies);
        let start = async |ground| Alone::start(ground, wanted, &stop, &mut printer).await;
        let alone = backend::one(flags, image, backend::runtimes(), start).await?;
        Ok::<_, HeadlessError>(alone.run(snippet, &stop, &mut printer).await)
    };
    let ending = match Interrupt::listen()?.stops(&stop, work).await {
        // Stopped while something was still being installed.
        Err(_) if stop.is_cancelled() => return Ok(ExitCode::from(INTERRUPTED)),
        done => done?,
    };
    let outcome = printer.end(&ending)?;
    if stop.is_cancelled() {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let engine::Ending::Outcome { usage, .. } = ending else {
        return Ok(ExitCode::from(INTERNAL));
    };
    if outcome.exit_code().is_none() {
        output::note(&format!("runbook: {}", output::describe(&outcome)));
    }
    Ok(exit_code(&Summary::new(&outcome, usage)))
}

/// The program's own exit code; as a shell has it for one that a signal killed, 1 for one that was
/// stopped for a limit.
fn exit_code(summary: &Summary) -> ExitCode {
    let code = match (summary.outcome, summary.exit_code, summary.signal) {
        (OutcomeKind::Exited, Some(code), _) => code,
        (OutcomeKind::Killed, _, Some(signal)) => BY_SIGNAL + signal,
        (OutcomeKind::Cancelled, ..) => i32::from(INTERRUPTED),
        _ => 1,
    };
    // What the kernel keeps of an exit code is one byte.
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

fn read(file: &Path) -> Result<String, Failure> {
    let read = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    read.map_err(|error| unreadable(file, &error))
}

fn files(paths: &[PathBuf]) -> Result<Vec<(SandboxPath, Vec<u8>)>, Failure> {
    let mut files: Vec<(SandboxPath, Vec<u8>)> = Vec::with_capacity(paths.len());
    for path in paths {
        let target = target(path)?;
        if files.iter().any(|(it, _)| *it == target) {
            return Err(Failure::rejected(format!("--file names {target} twice")));
        }
        files.push((target, fs::read(path).map_err(|error| unreadable(path, &error))?));
    }
    Ok(files)
}

/// Where a file stands for the program.
fn target(path: &Path) -> Result<SandboxPath, Failure> {
    let parts = path.components().filter(|it| *it != Component::CurDir);
    let plain = parts.clone().all(|it| matches!(it, Component::Normal(_)));
    let below: PathBuf =
        if plain { parts.collect() } else { path.file_name().into_iter().collect() };
    let name = below.to_str().unwrap_or_default();
    SandboxPath::try_from(name).map_err(|_| {
        Failure::rejected(format!("{} is no name of a file for the program", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use model::{event::Usage, execution::Outcome};

    use super::*;

    #[test]
    fn a_file_keeps_its_path_below_and_its_name_from_elsewhere() {
        for (path, expected) in [
            ("a.txt", "a.txt"),
            ("./data/a.txt", "data/a.txt"),
            ("../a.txt", "a.txt"),
            ("/etc/hosts", "hosts"),
        ] {
            assert_eq!(target(Path::new(path)).unwrap().as_str(), expected, "{path}");
        }
        assert!(target(Path::new("..")).is_err() && target(Path::new("/")).is_err());
    }

    #[test]
    fn the_exit_code_is_the_program_s_own() {
        let code = |outcome| exit_code(&Summary::new(&outcome, Usage::default()));
        assert_eq!(code(Outcome::Exited { code: 0 }), ExitCode::SUCCESS);
        assert_eq!(code(Outcome::Exited { code: 7 }), ExitCode::from(7));
        assert_eq!(code(Outcome::Killed { signal: 9 }), ExitCode::from(137));
        assert_eq!(code(Outcome::OutOfMemory { limit_bytes: 1 }), ExitCode::from(1));
        assert_eq!(code(Outcome::Cancelled), ExitCode::from(130));
    }
}
