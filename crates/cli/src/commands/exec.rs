//! `runbook exec`: one snippet in a fresh sandbox.

use std::{
    fs,
    io::{self, Read},
    path::Path,
    process::ExitCode,
};

use document::Runtime;
use model::execution::Outcome;
use tokio_util::sync::CancellationToken;

use crate::{
    args::ExecArgs,
    backend,
    documents::unreadable,
    failure::{Failure, INTERRUPTED},
    interrupt::Interrupt,
    output::{self, Printer},
};

pub(crate) async fn run(args: ExecArgs) -> Result<ExitCode, Failure> {
    let runtime = Runtime::from_language(&args.language).ok_or_else(|| {
        let known = "python, node, bash, golang, typescript, rust";
        Failure::rejected(format!("{:?} is not a language; use one of {known}", args.language))
    })?;
    let code = read(&args.file)?;
    let stop = CancellationToken::new();
    let mut printer = Printer::new(args.json);
    let work = async {
        let headless =
            backend::one(&args.isolation, backend::runtimes(), [runtime], args.limits).await?;
        let ending = headless.run_code(runtime, code, &stop, &mut printer).await;
        headless.end().await;
        ending
    };
    let ending = Interrupt::listen()?.stops(&stop, work).await?;
    let outcome = printer.end(&ending)?;
    Ok(exit_code(outcome, &stop))
}

/// The program's own success or failure becomes ours.
fn exit_code(outcome: Outcome, stop: &CancellationToken) -> ExitCode {
    if stop.is_cancelled() {
        return ExitCode::from(INTERRUPTED);
    }
    if outcome == (Outcome::Exited { code: 0 }) {
        return ExitCode::SUCCESS;
    }
    output::note(&format!("runbook: {}", output::describe(&outcome)));
    ExitCode::FAILURE
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
