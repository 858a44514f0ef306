//! `runbook run`: a document's blocks in order, without a server. Never prompts.

use std::process::ExitCode;

use document::{Block, Document};
use engine::{Ending, Headless, HeadlessError};
use model::execution::Outcome;
use tokio_util::sync::CancellationToken;

use crate::{
    args::RunArgs,
    backend,
    documents::Source,
    failure::{Failure, INTERRUPTED, UNAVAILABLE},
    output::{self, Printer, styled},
};

pub(crate) async fn run(args: RunArgs) -> Result<ExitCode, Failure> {
    let source = Source::read(&args.document)?;
    if let Some(error) = source.first_error() {
        return Err(Failure::rejected(source.place(error)));
    }
    let blocks = select(&source.document, &args)?;
    let backend = backend::for_one(args.isolation)?;
    let limits = args.limits;
    let headless = Headless::start(
        &*backend,
        backend::runtimes(),
        blocks.iter().filter_map(|it| it.runtime),
        limits.sandbox(),
        limits.execution(),
    )
    .await?;
    headless.seed(&source.document).await?;
    let stop = CancellationToken::new();
    let mut run = Run { args: &args, source: &source, headless: &headless, stop: &stop };
    let done = run.blocks(&blocks).await;
    headless.end().await;
    done
}

/// The blocks that were asked for, in the order of the document.
fn select<'a>(document: &'a Document, args: &RunArgs) -> Result<Vec<&'a Block>, Failure> {
    let named =
        |it: &Block, name: &String| it.name.as_ref() == Some(name) || it.id.as_str() == name;
    if let Some(name) =
        args.blocks.iter().find(|name| !document.runnable().any(|it| named(it, name)))
    {
        let known: Vec<&str> = document.runnable().filter_map(|it| it.name.as_deref()).collect();
        let known = if known.is_empty() { "none is named".to_owned() } else { known.join(", ") };
        return Err(Failure::rejected(format!(
            "no runnable block is named {name:?}; there are: {known}"
        )));
    }
    let wanted = |it: &&Block| {
        let by_name = args.blocks.is_empty() || args.blocks.iter().any(|name| named(it, name));
        let by_tag =
            args.tag.is_empty() || it.options.tags.iter().any(|tag| args.tag.contains(tag));
        by_name && by_tag
    };
    Ok(document.runnable().filter(wanted).collect())
}

struct Run<'a> {
    args: &'a RunArgs,
    source: &'a Source,
    headless: &'a Headless,
    stop: &'a CancellationToken,
}

impl Run<'_> {
    async fn blocks(&mut self, blocks: &[&Block]) -> Result<ExitCode, Failure> {
        let mut printer = Printer::new(self.args.json);
        let mut failed = None;
        for block in blocks {
            self.announce(block);
            printer.begin(Some(block.id.to_string()));
            let document = &self.source.document;
            let running = self.headless.run_block(document, block, self.stop, &mut printer);
            let ending = match until_interrupted(self.stop, running).await {
                Ok(ending) => ending,
                Err(error) => return Err(self.not_run(block, error)),
            };
            if self.args.json {
                printer.end(&ending).map_err(Failure::internal)?;
            }
            if self.stop.is_cancelled() {
                return Ok(ExitCode::from(INTERRUPTED));
            }
            if let Some(how) = failure(&ending) {
                failed = Some(format!("{}: {how}", self.place(block)));
                if !self.args.keep_going {
                    break;
                }
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

    fn announce(&self, block: &Block) {
        if !self.args.json && !self.args.quiet {
            output::note(&styled(&format!("▶ {}", self.place(block)), "2"));
        }
    }

    /// `file:line: block name (language)`, for people to find and for editors to open.
    fn place(&self, block: &Block) -> String {
        let language = block.runtime.map_or("?", |it| it.name());
        format!("{}:{}: block {} ({language})", self.source.path.display(), block.line, block.id)
    }

    fn not_run(&self, block: &Block, error: HeadlessError) -> Failure {
        let message = format!("{}: {error}", self.place(block));
        match error {
            HeadlessError::Program(_) => Failure { exit_code: UNAVAILABLE, message },
            HeadlessError::Start(_) | HeadlessError::Write { .. } | HeadlessError::Path { .. } => {
                Failure { message, ..Failure::from(error) }
            }
        }
    }
}

/// How an execution failed; `None` if it did not.
fn failure(ending: &Ending) -> Option<String> {
    match ending {
        Ending::Outcome { outcome: Outcome::Exited { code: 0 }, .. } => None,
        Ending::Outcome { outcome, .. } => Some(output::describe(outcome)),
        Ending::Failure(failure) => Some(failure.message.clone()),
    }
}

/// Waits for something that stops when `stop` is cancelled, and cancels it on Ctrl-C.
pub(crate) async fn until_interrupted<T>(
    stop: &CancellationToken,
    work: impl Future<Output = T>,
) -> T {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        done = &mut work => return done,
        _ = tokio::signal::ctrl_c() => stop.cancel(),
    }
    work.await
}
