//! `runbook exec`: one snippet in a fresh sandbox.

use std::{
    fs,
    io::{self, Read},
    path::Path,
    process::ExitCode,
};

use document::Runtime;
use engine::{Ending, Headless};
use model::execution::Outcome;
use tokio_util::sync::CancellationToken;

use crate::{
    args::ExecArgs,
    backend, commands,
    failure::{Failure, INTERRUPTED},
    output::{self, Printer},
};

pub(crate) async fn run(args: ExecArgs) -> Result<ExitCode, Failure> {
    let runtime = Runtime::from_language(&args.language).ok_or_else(|| {
        let known = "python, node, bash, golang, typescript, rust";
        Failure::rejected(format!("{:?} is not a language; use one of {known}", args.language))
    })?;
    let code = read(&args.file)?;
    let backend = backend::for_one(args.isolation)?;
    let limits = args.limits;
    let headless = Headless::start(
        &*backend,
        backend::runtimes(),
        [runtime],
        limits.sandbox(),
        limits.execution(),
    )
    .await?;
    let stop = CancellationToken::new();
    let mut printer = Printer::new(args.json);
    let ending = commands::run::until_interrupted(
        &stop,
        headless.run_code(runtime, code, &stop, &mut printer),
    )
    .await?;
    headless.end().await;
    if args.json {
        printer.end(&ending).map_err(Failure::internal)?;
    }
    exit_code(&ending, &stop)
}

/// The program's own success or failure becomes ours.
fn exit_code(ending: &Ending, stop: &CancellationToken) -> Result<ExitCode, Failure> {
    match ending {
        _ if stop.is_cancelled() => Ok(ExitCode::from(INTERRUPTED)),
        Ending::Outcome { outcome: Outcome::Exited { code: 0 }, .. } => Ok(ExitCode::SUCCESS),
        Ending::Outcome { outcome, .. } => {
            output::note(&format!("runbook: {}", output::describe(outcome)));
            Ok(ExitCode::FAILURE)
        }
        Ending::Failure(failure) => Err(Failure::internal(&failure.message)),
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let read = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    read.map_err(|error| Failure::rejected(format!("{} cannot be read: {error}", file.display())))
}
