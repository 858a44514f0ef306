//! `runbook run`: a document's blocks in order, without a server. Never prompts.

use std::{
    collections::BTreeMap,
    process::ExitCode,
    time::{Duration, Instant},
};

use document::{Block, Expectation, Input, InputKind, Selection};
use engine::{Ending, Headless, HeadlessError};
use model::{
    event,
    execution::Outcome,
    walk::{self, Walk},
};
use sandbox::Choice;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    args::{self, RunArgs},
    backend::{self, Wanted},
    documents::Source,
    failure::{Failure, INTERRUPTED},
    interrupt::Interrupt,
    junit::{self, Case, Report, Transcript, Verdict},
    output::{self, Printer, styled},
};

/// Blocks that a message lists before it says that there are more.
const LISTED: usize = 20;

pub(crate) async fn run(args: RunArgs) -> Result<ExitCode, Failure> {
    let source = Source::open(&args.document).await?;
    if let Some(error) = source.first_error() {
        return Err(Failure::rejected(source.place(error)));
    }
    let blocks = select(&source, &args)?;
    let Given { inputs, secrets } = given(&source, &blocks, &args)?;
    let image = Wanted::new(&args.isolation, Some(&source.document))?;
    let is_image = matches!(args.isolation.backend, Choice::Docker { .. }) || image.is_image();
    let runtimes = backend::runtimes();
    for block in blocks.iter().filter(|_| !is_image) {
        // Found out before anything runs, so that nothing is left half done.
        engine::check_runtime(block, &runtimes)
            .map_err(|error| Failure::unavailable(error).at(source.block_place(block)))?;
    }
    if blocks.is_empty() && !args.quiet {
        output::note(&format!("{}: no block to run", source.path.display()));
    }
    let junit = args.junit.as_deref().map(|it| junit::Target::create(it, "--junit")).transpose()?;
    let mut report = Report::default();
    let stop = CancellationToken::new();
    let work = async {
        // Jupyter kernels are found with what python's programs find.
        let python = |it: &Block| engine::is_jupyter(it).then_some(document::Runtime::Python);
        let wanted = blocks.iter().filter_map(|it| it.runtime.or_else(|| python(it)));
        let flags = (&args.isolation, &args.cache, args.limits);
        let start =
            async |ground| Headless::start(ground, &source.document, wanted.clone(), &stop).await;
        let mut headless = backend::one(flags, image, runtimes, start).await?;
        headless.give(inputs, secrets);
        let done = match headless.seed(&source.document).await {
            Ok(()) => {
                let headless = &mut headless;
                let mut run = Run { args: &args, source: &source, headless, stop: &stop };
                run.blocks(&blocks, &mut report).await
            }
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
    let cases = skipped.map(|it| case(source, it, Verdict::Skipped(None), Duration::ZERO));
    report.cases.extend(cases);
}

fn case(source: &Source, block: &Block, verdict: Verdict, duration: Duration) -> Case {
    let (name, line) = (source.block_name(block), block.line);
    Case { name, line, verdict, duration, output: Transcript::default() }
}

/// The blocks that were asked for and those that they need, in the order in which they run.
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
    if let Some(tag) =
        args.tag.iter().find(|tag| !blocks.iter().any(|it| it.options.tags.contains(tag)))
    {
        let mut all: Vec<String> = blocks.iter().flat_map(|it| it.options.tags.clone()).collect();
        all.sort();
        all.dedup();
        return Err(Failure::rejected(format!(
            "{} has no runnable block with the tag {tag:?}; {}",
            source.path.display(),
            known(all.into_iter())
        )));
    }
    let wanted = |it: &&Block| {
        let by_name =
            args.blocks.is_empty() || args.blocks.iter().any(|name| source.is_named(it, name));
        let by_tag =
            args.tag.is_empty() || it.options.tags.iter().any(|tag| args.tag.contains(tag));
        by_name && by_tag
    };
    let selection = match args.blocks.is_empty() && args.tag.is_empty() {
        true => Selection::All,
        false => {
            Selection::Blocks(blocks.into_iter().filter(wanted).map(|it| it.id.clone()).collect())
        }
    };
    let planned = source.document.plan(&selection, |_| false);
    let planned = planned.map_err(|it| Failure::rejected(it).at(source.path.display()))?;
    Ok(planned.into_iter().map(|it| it.block).collect())
}

/// What blocks find in their environment.
struct Given {
    inputs: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
}

/// The inputs, and the secrets that the blocks name. Nobody is asked for what is missing.
fn given(source: &Source, blocks: &[&Block], args: &RunArgs) -> Result<Given, Failure> {
    let document = &source.document;
    let refused = |it: &str| Failure::rejected(format!("{}: {it}", source.path.display()));
    let is_secret =
        |name: &str| document.input(name).is_some_and(|it| it.kind == InputKind::Secret);
    let mut secrets = BTreeMap::new();
    for name in &args.secrets {
        let value = args::environment(name).ok_or_else(|| {
            Failure::rejected(format!("--secret {name}: there is no such environment variable"))
        })?;
        engine::check_secret(&value)
            .map_err(|it| Failure::rejected(format!("--secret {name}: {it}")))?;
        secrets.insert(name.clone(), value);
    }
    let mut values = BTreeMap::new();
    for (name, value) in &args.inputs {
        match is_secret(name) {
            true => {
                engine::check_secret(value)
                    .map_err(|it| Failure::rejected(format!("--input {name}: {it}")))?;
                secrets.insert(name.clone(), value.clone());
            }
            false => drop(values.insert(name.clone(), value.as_str().into())),
        }
    }
    let inputs = document.variables(&values).map_err(|problems| {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        refused(&format!("input {}; give it with --input NAME=VALUE", told.join("; input ")))
    })?;
    let needed = |it: &&Input| it.required && is_secret(&it.name);
    let asked = document.inputs.iter().filter(needed).map(|it| it.name.as_str());
    let named = blocks.iter().flat_map(|it| document.secrets_of(it));
    if let Some(name) = asked.chain(named).find(|it| !secrets.contains_key(*it)) {
        return Err(refused(&format!(
            "there is no secret {name}; set the environment variable {name} and give --secret {name}"
        )));
    }
    Ok(Given { inputs, secrets })
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
    headless: &'a mut Headless,
    stop: &'a CancellationToken,
}

/// Blocks in the background, and what ends them.
#[derive(Default)]
struct Background<'a> {
    tasks: JoinSet<(usize, Ending)>,
    blocks: Vec<&'a Block>,
    stop: CancellationToken,
}

impl<'a> Run<'a> {
    async fn blocks(
        &mut self,
        blocks: &[&'a Block],
        report: &mut Report,
    ) -> Result<ExitCode, Failure> {
        let mut background = Background { stop: self.stop.child_token(), ..Default::default() };
        let walked = self.walk(blocks, &mut background, report).await;
        background.stop.cancel();
        let mut failed = walked?;
        while let Some(ended) = background.tasks.join_next().await {
            let (index, ending) = ended.map_err(Failure::internal)?;
            let block = background.blocks[index];
            // What was ended with the run has done what it was there for.
            let outcome = match ending {
                Ending::Outcome { outcome: Outcome::Cancelled, .. } => continue,
                Ending::Outcome { outcome, .. } => outcome,
                Ending::Failure(failure) => return Err(Failure::internal(failure.message)),
            };
            if let Some(how) = failure(&outcome, block.options.expect) {
                failed = Some(format!("{}: {how}", self.source.block_place(block)));
            }
        }
        if self.stop.is_cancelled() {
            return Ok(ExitCode::from(INTERRUPTED));
        }
        Ok(match failed {
            None => ExitCode::SUCCESS,
            Some(last) => {
                output::note(&format!("failed: {last}"));
                ExitCode::FAILURE
            }
        })
    }

    /// Runs blocks until one fails or somebody stops them, and gives how the last failure reads.
    async fn walk(
        &mut self,
        blocks: &[&'a Block],
        background: &mut Background<'a>,
        report: &mut Report,
    ) -> Result<Option<String>, Failure> {
        let printer = Printer::new(self.args.json);
        let mut printer = if self.args.junit.is_some() { printer.keeping() } else { printer };
        let ids = blocks.iter().map(|it| it.id.to_string()).collect();
        let mut walk = Walk::new(ids, self.args.keep_going);
        let mut failed = None;
        while walk.next().is_some() {
            let block = blocks[walk.done()];
            self.announce(block);
            let started = Instant::now();
            if block.options.background {
                self.begin(block, background).await?;
                report.cases.push(case(self.source, block, Verdict::Passed, started.elapsed()));
                walk.ended(walk::Verdict::Passed);
                continue;
            }
            let done = self.block(block, &mut printer).await;
            let verdict = verdict(&done, block.options.expect);
            let how_it_ended = match &verdict {
                Verdict::Failed(how) => {
                    failed = Some(format!("{}: {how}", self.source.block_place(block)));
                    walk::Verdict::Failed
                }
                Verdict::Passed | Verdict::Error(_) | Verdict::Skipped(_) => walk::Verdict::Passed,
            };
            let case = case(self.source, block, verdict, started.elapsed());
            report.cases.push(Case { output: printer.take_transcript(), ..case });
            if let Ok(outcome) = &done {
                self.tell_expected(outcome, block.options.expect);
            }
            done?;
            walk.ended(how_it_ended);
            if self.stop.is_cancelled() {
                walk.stop();
            }
        }
        Ok(failed)
    }

    /// Starts a block that goes on beside those after it.
    async fn begin(&mut self, block: &'a Block, all: &mut Background<'a>) -> Result<(), Failure> {
        let mut printer = Printer::new(self.args.json);
        printer.begin(Some(block.id.to_string()));
        let document = &self.source.document;
        let begun = self.headless.begin_block(document, block, all.stop.clone(), printer).await;
        let running = begun.map_err(|it| Failure::from(it).at(self.source.block_place(block)))?;
        let index = all.blocks.len();
        all.blocks.push(block);
        all.tasks.spawn(async move {
            let (ending, mut printer) = running.await;
            // Whoever reads JSON waits for the last event of each block.
            drop(printer.end(&ending));
            (index, ending)
        });
        Ok(())
    }

    async fn block(&mut self, block: &Block, printer: &mut Printer) -> Result<Outcome, Failure> {
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

    /// Says that a failure is no failure.
    fn tell_expected(&self, outcome: &Outcome, expected: Expectation) {
        let has_failed = !outcome.is_success() && failure(outcome, expected).is_none();
        if has_failed && !self.args.json && !self.args.quiet {
            let words = format!("failed as expected: {}", output::describe(outcome));
            output::note(&styled(&words, "2"));
        }
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
pub(super) fn failure(outcome: &Outcome, expected: Expectation) -> Option<String> {
    if engine::is_as_expected(outcome, expected) {
        return None;
    }
    Some(match outcome.is_success() {
        true => "exit 0, but the block is expected to fail".to_owned(),
        false => output::describe(outcome),
    })
}
