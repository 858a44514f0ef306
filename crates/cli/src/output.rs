//! Everything the program prints.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is this module's work")]

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use engine::Sink;
use model::{
    event::{Event, EventKind, Failure as EventFailure},
    execution::Outcome,
};

use crate::failure::{Failure, REJECTED};

/// Says a line on stdout.
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Says a line on stderr, where it does not mix with what programs print.
pub(crate) fn note(line: &str) {
    eprintln!("{line}");
}

pub(crate) fn failure(failure: &Failure) -> ExitCode {
    eprintln!("error: {}", failure.message);
    ExitCode::from(failure.exit_code)
}

/// Help and version go to stdout; a mistake is one line on stderr.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind;
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        print!("{}", error.render());
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        eprint!("{}", error.render());
        return ExitCode::from(REJECTED);
    }
    let text = error.render().to_string();
    let first = text.lines().next().unwrap_or_default();
    let tip = text.lines().find(|it| it.contains("tip:")).map(str::trim).unwrap_or_default();
    eprintln!("{first} {tip} (see `runbook --help`)");
    ExitCode::from(REJECTED)
}

/// Prints the events of executions: as text, or as one JSON object a line.
#[derive(Debug)]
pub(crate) struct Printer {
    json: bool,
    /// Which block the JSON lines are about.
    block: Option<String>,
    clock: engine::Clock,
    seq: u64,
}

impl Printer {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, block: None, clock: engine::Clock::system(), seq: 0 }
    }

    /// What follows is about another block; its events are numbered from 1 again.
    pub(crate) fn begin(&mut self, block: Option<String>) {
        self.block = block;
        self.seq = 0;
    }

    fn event(&mut self, kind: EventKind) -> io::Result<()> {
        if self.json {
            return self.line(kind);
        }
        match kind {
            EventKind::Stdout(chunk) => write(&mut io::stdout().lock(), &chunk.bytes()),
            EventKind::Stderr(chunk) => write(&mut io::stderr().lock(), &chunk.bytes()),
            EventKind::Display { data } => match data.get("text/plain") {
                Some(text) => {
                    let text = text.as_str().unwrap_or_default();
                    write(&mut io::stdout().lock(), text.as_bytes())
                }
                None => Ok(()),
            },
            EventKind::Truncated { data } => {
                let notice = format!("\n[output over {} bytes was dropped]\n", data.limit_bytes);
                write(&mut io::stderr().lock(), notice.as_bytes())
            }
            EventKind::Info { data } => {
                write(&mut io::stderr().lock(), format!("runbook: {data}\n").as_bytes())
            }
            EventKind::Result { .. } | EventKind::Error { .. } => Ok(()),
        }
    }

    fn line(&mut self, kind: EventKind) -> io::Result<()> {
        self.seq += 1;
        let event = Event { seq: self.seq, at: self.clock.now(), kind };
        let mut value = serde_json::to_value(&event)?;
        if let (Some(block), Some(object)) = (&self.block, value.as_object_mut()) {
            object.insert("block".to_owned(), block.as_str().into());
        }
        write(&mut io::stdout().lock(), format!("{value}\n").as_bytes())
    }

    /// Prints the last event of an execution, which the sink does not hear.
    pub(crate) fn end(&mut self, ending: &engine::Ending) -> io::Result<()> {
        self.event(ending.event())
    }
}

impl Sink for Printer {
    async fn append(&mut self, events: Vec<EventKind>) -> Result<(), EventFailure> {
        for kind in events {
            self.event(kind).map_err(|error| EventFailure {
                error: "output_closed".to_owned(),
                message: format!("standard output cannot be written: {error}"),
            })?;
        }
        Ok(())
    }
}

fn write(target: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    target.write_all(bytes)?;
    target.flush()
}

/// How an outcome reads in a sentence.
pub(crate) fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Exited { code } => format!("exit {code}"),
        Outcome::Killed { signal } => format!("killed by signal {signal}"),
        Outcome::TimedOut { limit } => format!("timed out after {limit:?}"),
        Outcome::OutOfMemory { limit_bytes } => {
            format!("out of memory: the limit is {} MiB", limit_bytes >> 20)
        }
        Outcome::Cancelled => "cancelled".to_owned(),
        Outcome::Lost => "lost: its sandbox ended unexpectedly".to_owned(),
    }
}

/// Wraps text in an ANSI style where stderr is a terminal that wants it.
pub(crate) fn styled(text: &str, style: &str) -> String {
    let wanted = io::stderr().is_terminal() && !crate::args::no_color();
    if wanted { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
}
