//! `runbook test`: documents held to what they say. Each runs from top to bottom in a session of its own;
//! a transcript's commands one by one, a block as a whole, the tests of a `runbook_test.yml` each by itself.

mod report;
mod steps;
mod subjects;
mod suites;

use std::{
    num::NonZeroUsize,
    path::Path,
    process::ExitCode,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use document::{Check, Runtime};
use engine::Headless;
use futures_util::{StreamExt, stream};
use sandbox::{Choice, runtime::Runtimes};
use tokio_util::sync::CancellationToken;

use self::{
    report::{Reporter, Tested},
    steps::{Change, Session},
    subjects::{Subject, SuiteFile},
    suites::Bench,
};
use super::fmt::write;
use crate::{
    args::TestArgs,
    backend::{self, Wanted},
    documents::Source,
    failure::{Failure, INTERRUPTED},
    interrupt::Interrupt,
    junit::{Case, Transcript, Verdict},
    output,
};

pub(crate) async fn run(args: TestArgs) -> Result<ExitCode, Failure> {
    let subjects = subjects::find(&args.paths)?;
    check_name(&args, &subjects)?;
    let mut reporter = Reporter::new(&args)?;
    let runtimes = backend::runtimes();
    let stop = CancellationToken::new();
    let has_suite = subjects.iter().any(|it| matches!(it, Subject::Suite(_)));
    let work = async {
        let bench =
            if has_suite { Some(Bench::start(&args, Arc::clone(&runtimes)).await?) } else { None };
        let bed = Bed { args: &args, runtimes, bench, stop: &stop };
        let done = bed.test_all(&subjects, &mut reporter).await;
        if let Some(bench) = bed.bench {
            bench.end().await;
        }
        done
    };
    let all = Interrupt::listen()?.stops(&stop, work).await?;
    reporter.end(&all)?;
    if stop.is_cancelled() {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    report::conclude(&all)
}

/// Refuses a name that no test has, which would pass for a success.
fn check_name(args: &TestArgs, subjects: &[Subject]) -> Result<(), Failure> {
    let Some(name) = &args.test else { return Ok(()) };
    let suites = subjects.iter().filter_map(|it| match it {
        Subject::Suite(file) => Some(&file.suite),
        Subject::Document { .. } => None,
    });
    // A suite that cannot be read is said to be so in its place.
    let may_have =
        |it: &Result<_, _>| it.as_ref().map_or(true, |it| !suites::wanted(it, args).is_empty());
    if suites.into_iter().any(may_have) {
        return Ok(());
    }
    Err(Failure::rejected(format!(
        "no test is named {name:?}; say one of a runbook_test.yml with --test"
    )))
}

/// What is there to test with.
struct Bed<'a> {
    args: &'a TestArgs,
    runtimes: Arc<Runtimes>,
    /// For suites, if there are any.
    bench: Option<Bench>,
    stop: &'a CancellationToken,
}

impl Bed<'_> {
    /// Tests everything: beside each other what may, and then the rest, each alone.
    async fn test_all(
        &self,
        subjects: &[Subject],
        reporter: &mut Reporter<'_>,
    ) -> Result<Vec<Tested>, Failure> {
        if self.bench.is_some() {
            output::note(
                "runbook: runbook_test.yml runs scripts as you, on this machine, without a sandbox",
            );
        }
        let (alone, beside): (Vec<_>, Vec<_>) = subjects.iter().partition(|it| it.runs_alone());
        let processors = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let width = self.args.max_parallel.unwrap_or_else(processors).get();
        let mut all = Vec::new();
        for (subjects, width) in [(beside, width), (alone, 1)] {
            let mut done =
                stream::iter(subjects.into_iter().map(|it| self.subject(it))).buffered(width);
            while let Some(tested) = done.next().await {
                // Of a directory, documents that say nothing are no news.
                if tested.has_checks() || tested.is_named {
                    reporter.say(&tested)?;
                    all.push(tested);
                }
            }
        }
        Ok(all)
    }

    async fn subject(&self, subject: &Subject) -> Tested {
        match subject {
            Subject::Document { path, is_named } => {
                let tested = Tested::new(path.clone(), *is_named);
                // A name is one of a suite's test.
                if self.args.test.is_some() {
                    return tested;
                }
                document(self.args, path, Arc::clone(&self.runtimes), self.stop, tested).await
            }
            Subject::Suite(file) => self.suite(file).await,
        }
    }

    async fn suite(&self, file: &SuiteFile) -> Tested {
        let mut tested = Tested::new(file.path.clone(), self.args.test.is_none());
        let bench = self.bench.as_ref().expect("started where there is a suite");
        let done = bench.run(self.args, file, self.stop, &mut tested).await;
        tested.failure = done.err();
        tested
    }
}

/// Tests one document, whatever becomes of it.
async fn document(
    args: &TestArgs,
    path: &Path,
    runtimes: Arc<Runtimes>,
    stop: &CancellationToken,
    mut tested: Tested,
) -> Tested {
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
