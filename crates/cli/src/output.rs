//! Everything the program prints.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
    time::Duration,
};

use engine::Sink;
use model::{
    event::{Event, EventKind, Failure as EventFailure},
    execution::Outcome,
};
use serde::Serialize;

use crate::{
    failure::{Failure, REJECTED},
    junit::Transcript,
};

/// Says a line on stdout.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn say(line: &str) -> io::Result<()> {
    write(&mut io::stdout().lock(), format!("{line}\n").as_bytes())
}

/// Says lines of columns on stdout, each as wide as its widest entry.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn say_table<const N: usize>(rows: &[[String; N]]) -> io::Result<()> {
    let width = |column: usize| rows.iter().map(|it| it[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..N).map(width).collect();
    rows.iter().try_for_each(|row| {
        let entries = row.iter().zip(&widths).map(|(entry, width)| format!("{entry:<width$}"));
        say(entries.collect::<Vec<_>>().join("  ").trim_end())
    })
}

/// Says a line on stderr, where it does not mix with what programs print.
pub(crate) fn note(line: &str) {
    // Where stderr is closed there is nobody to tell.
    drop(write(&mut io::stderr().lock(), format!("{line}\n").as_bytes()));
}

pub(crate) fn failure(failure: &Failure) -> ExitCode {
    if let Some(message) = &failure.message {
        note(&format!("error: {message}"));
    }
    ExitCode::from(failure.exit_code)
}

/// Help and version go to stdout; a mistake is one line on stderr.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind;
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let help = error.render().to_string();
        return match write(&mut io::stdout().lock(), help.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failure(&error.into()),
        };
    }
    let text = error.render().to_string();
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        note(text.trim_end());
        return ExitCode::from(REJECTED);
    }
    note(&one_line(&text));
    ExitCode::from(REJECTED)
}

/// What is wrong, which may go over several lines, and the tip; not how everything is used.
fn one_line(usage: &str) -> String {
    let wrong = usage.lines().take_while(|it| !it.trim().is_empty());
    let tips = usage.lines().filter(|it| it.trim_start().starts_with("tip:"));
    let words: Vec<&str> = wrong.chain(tips).flat_map(str::split_whitespace).collect();
    format!("{} (see `runbook --help`)", words.join(" "))
}

/// An event, and the block that it is about.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    event: Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    block: Option<&'a str>,
}

/// Prints the events of executions: as text, or as one JSON object a line.
#[derive(Debug)]
pub(crate) struct Printer {
    json: bool,
    /// Which block the JSON lines are about.
    block: Option<String>,
    clock: engine::Clock,
    seq: u64,
    /// What the block has printed, where somebody wants to keep it.
    transcript: Option<Transcript>,
    /// Why an event could not be printed.
    broken: Option<io::Error>,
}

impl Printer {
    pub(crate) fn new(json: bool) -> Self {
        let clock = engine::Clock::system();
        Self { json, block: None, clock, seq: 0, transcript: None, broken: None }
    }

    /// Also keeps what each block prints.
    pub(crate) fn keeping(self) -> Self {
        Self { transcript: Some(Transcript::default()), ..self }
    }

    /// What has been kept since this was asked last.
    pub(crate) fn take_transcript(&mut self) -> Transcript {
        self.transcript.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// What follows is about another block; its events are numbered from 1 again.
    pub(crate) fn begin(&mut self, block: Option<String>) {
        self.block = block;
        self.seq = 0;
    }

    /// Prints an event of the block.
    ///
    /// # Errors
    ///
    /// When the output cannot be written.
    pub(crate) fn event(&mut self, kind: EventKind) -> io::Result<()> {
        if self.json {
            return self.line(kind);
        }
        match kind {
            EventKind::Stdout(chunk) => {
                let bytes = chunk.bytes();
                if let Some(transcript) = &mut self.transcript {
                    transcript.stdout.extend_from_slice(&bytes);
                }
                write(&mut io::stdout().lock(), &bytes)
            }
            EventKind::Stderr(chunk) => {
                let bytes = chunk.bytes();
                if let Some(transcript) = &mut self.transcript {
                    transcript.stderr.extend_from_slice(&bytes);
                }
                write(&mut io::stderr().lock(), &bytes)
            }
            EventKind::Display { data, .. } => match data.get("text/plain") {
                Some(text) => {
                    let text = text.as_str().unwrap_or_default();
                    write(&mut io::stdout().lock(), format!("{text}\n").as_bytes())
                }
                None => Ok(()),
            },
            EventKind::Truncated { data } => {
                let mib = data.limit_bytes >> 20;
                let notice = format!(
                    "\n[output over {mib} MiB was dropped; --output-limit-mb keeps more]\n"
                );
                write(&mut io::stderr().lock(), notice.as_bytes())
            }
            EventKind::Info { data } => {
                write(&mut io::stderr().lock(), format!("runbook: {data}\n").as_bytes())
            }
            EventKind::Result { .. } | EventKind::Error { .. } => Ok(()),
        }
    }

    /// Prints an event that a hub has numbered and timed.
    ///
    /// # Errors
    ///
    /// When the output cannot be written.
    pub(crate) fn foreign(&mut self, event: Event) -> io::Result<()> {
        if self.json { self.numbered(event) } else { self.event(event.kind) }
    }

    fn line(&mut self, kind: EventKind) -> io::Result<()> {
        self.seq += 1;
        self.numbered(Event { seq: self.seq, at: self.clock.now(), kind })
    }

    fn numbered(&mut self, event: Event) -> io::Result<()> {
        let line = Line { event, block: self.block.as_deref() };
        let line = serde_json::to_string(&line)?;
        write(&mut io::stdout().lock(), format!("{line}\n").as_bytes())
    }

    /// Prints the last event of an execution, which the sink does not hear, and gives its outcome.
    ///
    /// # Errors
    ///
    /// When this or an earlier event cannot be printed, or the failure is ours.
    pub(crate) fn end(&mut self, ending: &engine::Ending) -> Result<Outcome, Failure> {
        if let Some(error) = self.broken.take() {
            return Err(error.into());
        }
        self.event(ending.event())?;
        match ending {
            engine::Ending::Outcome { outcome, .. } => Ok(*outcome),
            engine::Ending::Failure(failure) => Err(Failure::internal(&failure.message)),
        }
    }
}

impl Sink for Printer {
    async fn append(&mut self, events: Vec<EventKind>) -> Result<(), EventFailure> {
        for kind in events {
            if let Err(error) = self.event(kind) {
                let message = format!("standard output cannot be written: {error}");
                self.broken = Some(error);
                return Err(EventFailure { error: "output_closed".to_owned(), message });
            }
        }
        Ok(())
    }
}

fn write(target: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    target.write_all(bytes)?;
    target.flush()
}

/// A length of time as the page says it too: 12 ms, 3.4 s, 2 min 5 s.
fn duration(it: Duration) -> String {
    let (seconds, tenths) = (it.as_secs(), it.subsec_millis() / 100);
    match seconds {
        0 => format!("{} ms", it.as_millis()),
        1..60 if tenths > 0 => format!("{seconds}.{tenths} s"),
        1..60 => format!("{seconds} s"),
        _ if seconds % 60 == 0 => format!("{} min", seconds / 60),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// How an outcome reads in a sentence.
pub(crate) fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Exited { code } => format!("exit {code}"),
        Outcome::Killed { signal } => format!("killed by signal {signal}"),
        Outcome::TimedOut { limit } => format!("timed out after {}", duration(*limit)),
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
