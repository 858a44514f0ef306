//! Runs the checks of one document in one sandbox, and compares.

use std::{collections::BTreeMap, ops::Range, time::Instant};

use document::{Block, Check, Expected, Kernel, Runtime, Step, difference, matches};
use engine::{Ending, Headless, Sink};
use model::{
    event::{EventKind, Failure as EventFailure},
    execution::Outcome,
};
use tokio_util::sync::CancellationToken;

use super::{
    case,
    report::{Failed, Tested},
};
use crate::{
    commands::run::failure, documents::Source, failure::Failure, junit::Verdict, output::describe,
};

/// The beginning of what Python says of an exception.
const TRACEBACK: &str = "Traceback ";

pub(super) fn block_of<'d>(check: &Check<'d>) -> &'d Block {
    match check {
        Check::Run { block, .. } | Check::Step { block, .. } => block,
    }
}

/// Lines of a block's body that should be others.
#[derive(Debug)]
pub(super) struct Change<'d> {
    block: &'d Block,
    lines: Range<usize>,
    new: Vec<String>,
}

impl Change<'_> {
    /// The text with all of them made.
    pub(super) fn apply(text: &str, changes: Vec<Self>) -> String {
        let mut by_block: BTreeMap<usize, (&Block, Vec<_>)> = BTreeMap::new();
        for Self { block, lines, new } in changes {
            let of_block = by_block.entry(block.span.start).or_insert((block, Vec::new()));
            of_block.1.push((lines, new));
        }
        // From the last on, so that the places of those before stay.
        by_block.into_values().rev().fold(text.to_owned(), |text, (block, changes)| {
            document::replace_body_lines(&text, block, &changes)
        })
    }
}

#[derive(Debug)]
pub(super) struct Session<'a, 'd> {
    source: &'d Source,
    headless: &'a mut Headless,
    stop: &'a CancellationToken,
    changes: Vec<Change<'d>>,
}

impl<'a, 'd> Session<'a, 'd> {
    pub(super) fn new(
        source: &'d Source,
        headless: &'a mut Headless,
        stop: &'a CancellationToken,
    ) -> Self {
        Self { source, headless, stop, changes: Vec::new() }
    }

    pub(super) fn into_changes(self) -> Vec<Change<'d>> {
        self.changes
    }

    pub(super) async fn run(
        &mut self,
        checks: &[Check<'d>],
        tested: &mut Tested,
    ) -> Result<(), Failure> {
        self.headless.seed(&self.source.document).await?;
        for check in checks {
            if self.stop.is_cancelled() {
                return Ok(());
            }
            match check {
                Check::Run { block, expected } => {
                    self.block(block, expected.as_ref(), tested).await?
                }
                Check::Step { block, step } => self.step(block, step, tested).await?,
            }
        }
        Ok(())
    }

    /// Runs a block as a whole: it must end as it says, and print what stands below it.
    async fn block(
        &mut self,
        block: &Block,
        expected: Option<&Expected<'d>>,
        tested: &mut Tested,
    ) -> Result<(), Failure> {
        let since = Instant::now();
        let name = self.source.block_name(block);
        let (outcome, heard) = self.run_block(block).await?;
        let place = self.source.block_place(block);
        if let Some(how) = failure(&outcome, block.options.expect) {
            let how = match heard.stderr_tail() {
                Some(tail) => format!("{how}\n{tail}"),
                None => how,
            };
            let failed = Failed { place, how: how.clone(), is_difference: false };
            tested.add(case(name, block.line, Verdict::Failed(how), since), Some(failed));
            return Ok(());
        }
        let Some(expected) = expected else {
            tested.add(case(name, block.line, Verdict::Passed, since), None);
            return Ok(());
        };
        let found = lines(&heard.stdout);
        let line = expected.block.line + 1;
        let differs = (!matches(&expected.text, &found, expected.rules))
            .then(|| difference(&expected.text, &found, line));
        let verdict = differs.clone().map_or(Verdict::Passed, Verdict::Failed);
        let failed = differs.map(|how| Failed { place, how, is_difference: true });
        if failed.is_some() {
            let lines = expected.lines.clone();
            self.changes.push(Change { block: expected.block, lines, new: found });
        }
        tested.add(case(name, block.line, verdict, since), failed);
        Ok(())
    }

    /// Runs one command of a transcript.
    async fn step(
        &mut self,
        block: &'d Block,
        step: &Step,
        tested: &mut Tested,
    ) -> Result<(), Failure> {
        let since = Instant::now();
        let first = step.code.lines().next().unwrap_or_default().trim();
        let place = format!("{}: {first}", self.source.line_place(step.line));
        let (outcome, heard) = self.run_block(&program(block, step)).await?;
        let (verdict, failed) = match ending(&outcome, step) {
            Err(how) => {
                let failed = Failed { place, how: how.clone(), is_difference: false };
                (Verdict::Failed(how), Some(failed))
            }
            Ok(_) if step.passes => (Verdict::Passed, None),
            Ok(code) => {
                let how = self.compare(block, step, code, &heard);
                let failed = how.clone().map(|how| Failed { place, how, is_difference: true });
                (how.map_or(Verdict::Passed, Verdict::Failed), failed)
            }
        };
        tested.add(case(first.to_owned(), step.line, verdict, since), failed);
        Ok(())
    }

    /// The difference between what a command should print and what it did.
    fn compare(
        &mut self,
        block: &'d Block,
        step: &Step,
        code: i32,
        heard: &Heard,
    ) -> Option<String> {
        let mut found = lines(&heard.stdout);
        let is_traceback = step.expected.first().is_some_and(|it| it.starts_with(TRACEBACK));
        if step.runtime == Runtime::Python {
            found.extend(lines(&heard.stderr));
        }
        let same = if is_traceback {
            matches(&exception(&step.expected), &exception(&found), step.rules)
        } else {
            matches(&step.expected, &found, step.rules)
        };
        if same && code == step.exit_code {
            return None;
        }
        let with_code = |mut lines: Vec<String>, code: i32| {
            if code != 0 {
                lines.push(format!("[{code}]"));
            }
            lines
        };
        let expected = with_code(step.expected.clone(), step.exit_code);
        let found = with_code(found, code);
        let line = block.line + 1 + step.lines.start;
        let difference = difference(&expected, &found, line);
        self.changes.push(Change { block, lines: step.lines.clone(), new: found });
        Some(difference)
    }

    async fn run_block(&mut self, block: &Block) -> Result<(Outcome, Heard), Failure> {
        let mut heard = Heard::default();
        let document = &self.source.document;
        let place = || self.source.block_place(block);
        let ending = self.headless.run_block(document, block, self.stop, &mut heard).await;
        match ending.map_err(|it| Failure::from(it).at(place()))? {
            Ending::Outcome { outcome, .. } => Ok((outcome, heard)),
            Ending::Failure(failure) => Err(Failure::internal(failure.message).at(place())),
        }
    }
}

/// The block, with one of its commands for its code.
fn program(block: &Block, step: &Step) -> Block {
    let mut program = block.clone();
    program.runtime = Some(step.runtime);
    program.options.timeout = step.timeout.or(block.options.timeout);
    // Its commands share variables whatever the document says of its blocks.
    program.options.kernel = Some(Kernel::Keep);
    program.code = match step.runtime {
        // A terminal shows both streams in the order in which they are written.
        Runtime::Bash => format!("exec 2>&1; {}\n", step.code),
        Runtime::Python | Runtime::Node | Runtime::Go | Runtime::Typescript | Runtime::Rust => {
            format!("{}\n", step.code)
        }
    };
    program
}

/// The exit code of a command, or how it failed in a way that no transcript expects.
fn ending(outcome: &Outcome, step: &Step) -> Result<i32, String> {
    match outcome {
        // What Python prints says how it ended.
        Outcome::Exited { .. } if step.runtime != Runtime::Bash => Ok(0),
        Outcome::Exited { code } => Ok(*code),
        Outcome::Killed { .. }
        | Outcome::TimedOut { .. }
        | Outcome::OutOfMemory { .. }
        | Outcome::Cancelled
        | Outcome::Lost => Err(describe(outcome)),
    }
}

/// Of a traceback, what does not depend on where the code stands.
fn exception(lines: &[String]) -> Vec<String> {
    lines.iter().filter(|it| !it.starts_with(' ')).cloned().collect()
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
}

/// What a program printed.
#[derive(Debug, Default)]
struct Heard {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Heard {
    /// The last lines on standard error, where somebody looks for why.
    fn stderr_tail(&self) -> Option<String> {
        let lines = lines(&self.stderr);
        let last = &lines[lines.len().saturating_sub(10)..];
        (!last.is_empty()).then(|| last.join("\n"))
    }
}

impl Sink for Heard {
    async fn append(&mut self, events: Vec<EventKind>) -> Result<(), EventFailure> {
        for event in events {
            match event {
                EventKind::Stdout(chunk) => self.stdout.extend(chunk.bytes()),
                EventKind::Stderr(chunk) => self.stderr.extend(chunk.bytes()),
                EventKind::Display { data, .. } => {
                    if let Some(text) = data.get("text/plain").and_then(|it| it.as_str()) {
                        self.stdout.extend(text.as_bytes());
                        self.stdout.push(b'\n');
                    }
                }
                EventKind::Info { .. }
                | EventKind::Truncated { .. }
                | EventKind::Result { .. }
                | EventKind::Error { .. } => {}
            }
        }
        Ok(())
    }
}
