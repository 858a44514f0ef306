//! What a program did, as it is told to a model: how it ended, what it printed.

use std::fmt::Write as _;

use model::{
    event::{EventKind, Summary},
    execution::OutcomeKind,
};

use crate::{clean, clean_line, shown::Shown};

/// Collects the events of one execution.
#[derive(Clone, Debug)]
pub struct Transcript {
    stdout: Shown,
    stderr: Shown,
    /// What a kernel shows of its values.
    displayed: Shown,
    notes: Vec<String>,
    end: Option<End>,
}

#[derive(Clone, Debug)]
enum End {
    Ended(Summary),
    /// We failed.
    Failed(String),
}

impl Transcript {
    /// Keeps `most` bytes of what is printed.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let shown = |share| Shown::new(most / share);
        let (stdout, stderr, displayed) = (shown(2), shown(4), shown(4));
        Self { stdout, stderr, displayed, notes: Vec::new(), end: None }
    }

    pub fn take(&mut self, event: EventKind) {
        match event {
            EventKind::Stdout(chunk) => self.stdout.push(&chunk.bytes()),
            EventKind::Stderr(chunk) => self.stderr.push(&chunk.bytes()),
            EventKind::Display { data, .. } => {
                let mut kinds: Vec<&str> = data.keys().map(String::as_str).collect();
                if let Some(text) = data.get("text/plain").and_then(|it| it.as_str()) {
                    self.displayed.push(text.as_bytes());
                    self.displayed.push(b"\n");
                    kinds.retain(|it| *it != "text/plain");
                }
                if !kinds.is_empty() && self.notes.len() < MOST_NOTES {
                    let kinds = clean_line(&kinds.join(", "));
                    self.notes.push(format!("also displayed, and not shown here: {kinds}"));
                }
            }
            EventKind::Truncated { data } => {
                let bytes = data.limit_bytes;
                self.notes.push(format!("output over {bytes} bytes was dropped"));
            }
            EventKind::Result { data } => self.end = Some(End::Ended(data)),
            EventKind::Error { data } => self.end = Some(End::Failed(data.message)),
            EventKind::Info { .. } => {}
        }
    }

    /// Whether the last event was taken.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// Why we failed, if we did.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        match &self.end {
            Some(End::Failed(why)) => Some(why),
            Some(End::Ended(_)) | None => None,
        }
    }

    /// Whether the program exited with 0; `None` until it has ended.
    #[must_use]
    pub fn is_success(&self) -> Option<bool> {
        Some(match self.end.as_ref()? {
            End::Ended(summary) => summary.exit_code == Some(0),
            End::Failed(_) => false,
        })
    }

    /// How it ended, in words.
    #[must_use]
    pub fn ending(&self) -> String {
        match &self.end {
            None => "has not ended".to_owned(),
            Some(End::Failed(why)) => format!("could not be run: {}", clean_line(why)),
            Some(End::Ended(summary)) => ending(summary),
        }
    }

    /// Writes what was printed, and what is to be said about it.
    pub fn write_output(&self, to: &mut String) {
        let streams =
            [("stdout", &self.stdout), ("stderr", &self.stderr), ("displayed", &self.displayed)];
        for (name, shown) in streams.into_iter().filter(|it| !it.1.is_empty()) {
            shown.write(name, to);
        }
        if let Some(End::Ended(Summary { value: Some(value), .. })) = &self.end {
            writeln!(to, "returned: {}", clean(&value.to_string())).expect(STRING);
        }
        for note in &self.notes {
            writeln!(to, "note: {note}").expect(STRING);
        }
    }
}

const STRING: &str = "writing to a string never fails";

/// Remarks about what is displayed that are kept.
const MOST_NOTES: usize = 20;

fn ending(summary: &Summary) -> String {
    let millis = summary.duration_ms;
    match (summary.outcome, summary.exit_code, summary.signal) {
        (OutcomeKind::Exited, code, _) => {
            format!("exit {} after {millis} ms", code.unwrap_or_default())
        }
        (OutcomeKind::Killed, _, Some(signal)) => {
            format!("killed by signal {signal} after {millis} ms")
        }
        (OutcomeKind::Killed, _, None) => format!("killed after {millis} ms"),
        (OutcomeKind::TimedOut, ..) => format!("timed out after {millis} ms"),
        (OutcomeKind::OutOfMemory, ..) => format!("out of memory after {millis} ms"),
        (OutcomeKind::Cancelled, ..) => format!("cancelled after {millis} ms"),
        (OutcomeKind::Lost, ..) => "lost: the machine that ran it is gone".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::{
        event::{Chunk, Usage},
        execution::Outcome,
    };
    use serde_json::json;

    use super::*;

    #[test]
    fn a_program_s_end_and_its_streams_are_told_apart() {
        let mut transcript = Transcript::new(1000);
        assert_eq!(transcript.is_success(), None);
        transcript.take(EventKind::Stderr(Chunk::new(b"why\n".to_vec())));
        transcript.take(EventKind::Stdout(Chunk::new(b"a\nexit 0\n".to_vec())));
        let data = BTreeMap::from([
            ("text/plain".to_owned(), json!("42")),
            ("image/png".to_owned(), json!("iVBO")),
        ]);
        transcript.take(EventKind::Display { data, id: None });
        let summary = Summary::new(&Outcome::Exited { code: 3 }, Usage::default());
        transcript.take(EventKind::Result { data: summary });
        assert_eq!(transcript.ending(), "exit 3 after 0 ms");
        assert_eq!(transcript.is_success(), Some(false));
        let mut text = String::new();
        transcript.write_output(&mut text);
        assert_eq!(
            text,
            "stdout (9 bytes):\n| a\n| exit 0\nstderr (4 bytes):\n| why\ndisplayed (3 bytes):\n| 42\n\
             note: also displayed, and not shown here: image/png\n"
        );
    }
}
