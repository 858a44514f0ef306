//! `runbook run`: a document's blocks in order, without a server. Never prompts.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use document::{Block, Expectation};
use engine::{Ending, Headless, HeadlessError};
use model::{event, execution::Outcome};
use sandbox::Choice;
use tokio_util::sync::CancellationToken;

use crate::{
    args::RunArgs,
    backend,
    documents::Source,
    failure::{Failure, INTERRUPTED},
    interrupt::Interrupt,
    junit::{self, Case, Report, Transcript, Verdict},
    output::{self, Printer, styled},
};

/// Blocks that a message lists before it says that there are more.
const LISTED: usize = 20;

pub(crate) async fn run(args: RunArgs) -> Result<ExitCode, Failure> {
    let source = Source::read(&args.document)?;
    if let Some(error) = source.first_error() {
        return Err(Failure::rejected(source.place(error)));
    }
    let blocks = select(&source, &args)?;
    let is_image = matches!(args.isolation.backend, Choice::Docker { .. });
    let runtimes = backend::runtimes();
    for block in blocks.iter().filter(|_| !is_image) {
        // Found out before anything runs, so that nothing is left half done.
        engine::check_runtime(block, &runtimes)
            .map_err(|error| Failure::unavailable(error).at(source.block_place(block)))?;
    }
    if blocks.is_empty() && !args.quiet {
        output::note(&format!("{}: no block to run", source.path.display()));
    }
    let junit = args.junit.as_deref().map(junit::Target::create).transpose()?;
    let mut report = Report::default();
    let stop = CancellationToken::new();
    let work = async {
        let wanted = blocks.iter().filter_map(|it| it.runtime);
        let headless = backend::one(&args.isolation, runtimes, wanted, args.limits).await?;
        let run = Run { args: &args, source: &source, headless: &headless, stop: &stop };
        let done = match headless.seed(&source.document).await {
            Ok(()) => run.blocks(&blocks, &mut report).await,
            Err(error) => Err(error.into()),
        };
        headless.end().await;
        done
    };
    let done = Interrupt::listen()?.stops(&stop, work).await;
    if let Some(junit) = junit {
        skip_rest(&mut report, &source, &blocks);
        junit.write(&source.path, &report)?;
    }
    done
}

/// Adds the blocks that the run did not come to.
fn skip_rest(report: &mut Report, source: &Source, blocks: &[&Block]) {
    let skipped = blocks.iter().skip(report.cases.len());
    let cases = skipped.map(|it| case(source, it, Verdict::Skipped, Duration::ZERO));
    report.cases.extend(cases);
}

fn case(source: &Source, block: &Block, verdict: Verdict, duration: Duration) -> Case {
    let (name, line) = (source.block_name(block), block.line);
    Case { name, line, verdict, duration, output: Transcript::default() }
}

/// The blocks that were asked for, in the order of the document.
fn select<'a>(source: &'a Source, args: &RunArgs) -> Result<Vec<&'a Block>, Failure> {
    let blocks: Vec<&Block> = source.document.runnable().collect();
    if let Some(name) =
        args.blocks.iter().find(|name| !blocks.iter().any(|it| source.is_named(it, name)))
    {
        return Err(Failure::rejected(format!(
            "{} has no runnable block {name:?}; {}",
            source.path.display(),
            known(blocks.iter().map(|it| source.block_name(it)))
        )));
    }
    let tags = |it: &Block| it.options.tags.clone();
    if let Some(tag) =
        args.tag.iter().find(|tag| !blocks.iter().any(|it| it.options.tags.contains(tag)))
    {
        let mut all: Vec<String> = blocks.iter().flat_map(|it| tags(it)).collect();
        all.sort();
        all.dedup();
        return Err(Failure::rejected(format!(
            "{} has no runnable block with the tag {tag:?}; {}",
            source.path.display(),
            known(all.into_iter())
        )));
    }
    let everything = args.blocks.is_empty() && args.tag.is_empty();
    let wanted = |it: &&Block| {
        let by_name =
            args.blocks.is_empty() || args.blocks.iter().any(|name| source.is_named(it, name));
        let by_tag =
            args.tag.is_empty() || it.options.tags.iter().any(|tag| args.tag.contains(tag));
        by_name && by_tag && !(everything && it.options.exclude_from_run_all)
    };
    Ok(blocks.into_iter().filter(wanted).collect())
}

fn known(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(LISTED);
    let names: Vec<String> = names.take(LISTED).collect();
    match (names.is_empty(), more) {
        (true, _) => "there is none".to_owned(),
        (false, 0) => format!("there are: {}", names.join(", ")),
        (false, more) => format!("there are: {} and {more} more", names.join(", ")),
    }
}

struct Run<'a> {
    args: &'a RunArgs,
    source: &'a Source,
    headless: &'a Headless,
    stop: &'a CancellationToken,
}

impl Run<'_> {
    async fn blocks(&self, blocks: &[&Block], report: &mut Report) -> Result<ExitCode, Failure> {
        let printer = Printer::new(self.args.json);
        let mut printer = if self.args.junit.is_some() { printer.keeping() } else { printer };
        let mut failed = None;
        for block in blocks {
            self.announce(block);
            let started = Instant::now();
            let done = self.block(block, &mut printer).await;
            let verdict = verdict(&done, block.options.expect);
            if let Verdict::Failed(how) = &verdict {
                failed = Some(format!("{}: {how}", self.source.block_place(block)));
            }
            let case = case(self.source, block, verdict, started.elapsed());
            report.cases.push(Case { output: printer.take_transcript(), ..case });
            done?;
            if self.stop.is_cancelled() {
                return Ok(ExitCode::from(INTERRUPTED));
            }
            if failed.is_some() && !self.args.keep_going {
                break;
            }
        }
        match failed {
            None => Ok(ExitCode::SUCCESS),
            Some(last) => {
                output::note(&format!("failed: {last}"));
                Ok(ExitCode::FAILURE)
            }
        }
    }

    async fn block(&self, block: &Block, printer: &mut Printer) -> Result<Outcome, Failure> {
        printer.begin(Some(block.id.to_string()));
        let document = &self.source.document;
        let ending = match self.headless.run_block(document, block, self.stop, printer).await {
            Ok(ending) => ending,
            Err(error) => {
                self.tell(&error, printer)?;
                return Err(Failure::from(error).at(self.source.block_place(block)));
            }
        };
        printer.end(&ending).map_err(|it| it.at(self.source.block_place(block)))
    }

    /// Ends the block's stream of events, which has begun for whoever reads JSON.
    fn tell(&self, error: &HeadlessError, printer: &mut Printer) -> Result<(), Failure> {
        if self.args.json {
            let (error, message) = ("not_started".to_owned(), error.to_string());
            printer.event(Ending::Failure(event::Failure { error, message }).event())?;
        }
        Ok(())
    }

    fn announce(&self, block: &Block) {
        if !self.args.json && !self.args.quiet {
            output::note(&styled(&format!("▶ {}", self.source.block_place(block)), "2"));
        }
    }
}

fn verdict(done: &Result<Outcome, Failure>, expected: Expectation) -> Verdict {
    match done {
        Ok(outcome) => failure(outcome, expected).map_or(Verdict::Passed, Verdict::Failed),
        Err(error) => {
            Verdict::Error(error.message.clone().unwrap_or_else(|| "interrupted".to_owned()))
        }
    }
}

/// How an execution failed; `None` if it ended as its block expects.
fn failure(outcome: &Outcome, expected: Expectation) -> Option<String> {
    let by_itself = matches!(outcome, Outcome::Exited { .. } | Outcome::Killed { .. });
    match (outcome, expected) {
        (Outcome::Exited { code: 0 }, Expectation::Failure) => {
            Some("exit 0, but the block is expected to fail".to_owned())
        }
        (Outcome::Exited { code: 0 }, Expectation::Success | Expectation::Any) => None,
        (_, Expectation::Failure | Expectation::Any) if by_itself => None,
        _ => Some(output::describe(outcome)),
    }
}
