//! `runbook test`: documents held to what they say. Each runs from top to bottom in a session of its own;
//! a transcript's commands one by one, a block as a whole.

mod report;
mod steps;

use std::{
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use document::{Check, Runtime};
use engine::Headless;
use futures_util::{StreamExt, stream};
use sandbox::{Choice, runtime::Runtimes};
use tokio_util::sync::CancellationToken;

use self::{
    report::Tested,
    steps::{Change, Session},
};
use super::fmt::write;
use crate::{
    args::{Report as Form, TestArgs},
    backend::{self, Wanted},
    documents::{self, Source},
    failure::{Failure, INTERRUPTED},
    interrupt::Interrupt,
    junit::{Case, Transcript, Verdict},
};

pub(crate) async fn run(args: TestArgs) -> Result<ExitCode, Failure> {
    let paths = documents::find(&args.paths)?;
    let named: Vec<_> = args.paths.iter().filter(|it| !it.is_dir()).collect();
    let runtimes = backend::runtimes();
    let stop = CancellationToken::new();
    let work = async {
        let tests = paths.iter().map(|path| test(&args, path, Arc::clone(&runtimes), &stop));
        let mut done = stream::iter(tests).buffered(args.jobs.get());
        let mut all = Vec::new();
        while let Some(tested) = done.next().await {
            // Of a directory, documents that say nothing are no news.
            if tested.has_checks() || named.contains(&&tested.path) {
                if args.output == Form::Text {
                    tested.say()?;
                }
                all.push(tested);
            }
        }
        Ok::<_, Failure>(all)
    };
    let all = Interrupt::listen()?.stops(&stop, work).await?;
    if args.output == Form::Junit {
        report::say_junit(&all)?;
    }
    if stop.is_cancelled() {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    report::conclude(&all, args.output)
}

/// Tests one document, whatever becomes of it.
async fn test(
    args: &TestArgs,
    path: &Path,
    runtimes: Arc<Runtimes>,
    stop: &CancellationToken,
) -> Tested {
    let mut tested = Tested::new(path.to_owned());
    let outcome = async {
        let source = Source::read(path)?;
        if let Some(error) = source.first_error() {
            return Err(Failure::rejected(source.place(error)));
        }
        if source.is_notebook() && args.update {
            let what = "--update writes Markdown; convert the notebook first";
            return Err(Failure::rejected(what).at(path.display()));
        }
        checks(args, &source, runtimes, stop, &mut tested).await
    };
    if let Err(failure) = outcome.await {
        tested.failure = Some(failure);
    }
    tested
}

async fn checks(
    args: &TestArgs,
    source: &Source,
    runtimes: Arc<Runtimes>,
    stop: &CancellationToken,
    tested: &mut Tested,
) -> Result<(), Failure> {
    let checks = source.document.checks(&source.text);
    if checks.is_empty() || stop.is_cancelled() {
        return Ok(());
    }
    let image = Wanted::new(&args.isolation, Some(&source.document))?;
    let is_image = matches!(args.isolation.backend, Choice::Docker { .. }) || image.is_image();
    for check in checks.iter().filter(|_| !is_image) {
        let mut block = steps::block_of(check).clone();
        block.runtime = runtime(check);
        engine::check_runtime(&block, &runtimes)
            .map_err(|error| Failure::unavailable(error).at(source.block_place(&block)))?;
    }
    let wanted = checks.iter().filter_map(runtime);
    let flags = (&args.isolation, &args.cache, args.limits);
    let start =
        async |ground| Headless::start(ground, &source.document, wanted.clone(), stop).await;
    let mut headless = backend::one(flags, image, runtimes, start).await?;
    let mut session = Session::new(source, &mut headless, stop);
    let done = session.run(&checks, tested).await;
    let changes = session.into_changes();
    headless.end().await;
    done?;
    if args.update && !changes.is_empty() && !stop.is_cancelled() {
        let text = Change::apply(&source.text, changes);
        write(&source.path, &text)?;
        tested.accept_differences();
    }
    Ok(())
}

fn runtime(check: &Check<'_>) -> Option<Runtime> {
    match check {
        Check::Run { block, .. } => block.runtime,
        Check::Step { step, .. } => Some(step.runtime),
    }
}

/// One check, as reports show it.
fn case(name: String, line: usize, verdict: Verdict, since: Instant) -> Case {
    let duration: Duration = since.elapsed();
    Case { name, line, verdict, duration, output: Transcript::default() }
}
