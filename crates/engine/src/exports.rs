//! Runbooks in other formats, with what their blocks printed. What is stored was masked before, so that no
//! secret leaves with it.

use std::collections::{BTreeMap, HashMap};

use document::{BlockId, Notebook, Output, Shown as BlockShown, Stream, parse, with_outputs};
use model::{
    event::EventKind,
    execution::{Execution, Outcome, State},
    id::UserId,
};
use store::{StoreError, StoredEvent};

use crate::{Engine, Opened};

/// Events that are read at once.
const PAGE: u64 = 512;

/// Output of one block that an export holds; a page of more is not read by people.
const MAX_BLOCK_BYTES: usize = 4 << 20;

/// What a runbook is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Markdown,
    Notebook,
    Page,
}

/// What the blocks of a runbook printed last.
#[derive(Clone, Debug, Default)]
pub struct Shown(HashMap<BlockId, BlockShown>);

impl Engine {
    /// What the blocks printed when the user ran them last, of those that are still what ran.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn shown(&self, user: UserId, opened: &Opened) -> Result<Shown, StoreError> {
        let reader = self.0.store.reader();
        let mut shown = HashMap::new();
        for execution in reader.latest_executions(user, opened.runbook.id).await? {
            let id = BlockId::new(execution.block.clone().unwrap_or_default());
            let block = opened.document.block(&id);
            if block.is_none_or(|it| it.content_hash != execution.content_hash) {
                continue;
            }
            let mut collecting = Collecting::default();
            let mut from = 1;
            while collecting.bytes < MAX_BLOCK_BYTES {
                let events = reader.events(execution.id, from, PAGE).await?;
                let Some(last) = events.last() else { break };
                from = last.seq + 1;
                events.iter().for_each(|it| collecting.take(it));
            }
            shown.insert(id, collecting.finish(&execution));
        }
        Ok(Shown(shown))
    }
}

/// Writes a runbook. Takes a while for a large one.
#[must_use]
pub fn export(opened: &Opened, shown: &Shown, format: ExportFormat) -> String {
    let (text, document) = (&opened.revision.content, &*opened.document);
    match format {
        ExportFormat::Page => document.to_html(text, &opened.runbook.title, &shown.0),
        ExportFormat::Markdown => with_outputs(text, document, &shown.0),
        ExportFormat::Notebook => {
            let text = with_outputs(text, document, &shown.0);
            Notebook::from_markdown(&text, &parse(&text)).write()
        }
    }
}

/// Puts the events of an execution together.
#[derive(Debug, Default)]
struct Collecting {
    outputs: Vec<Output>,
    /// Where a display stands that another takes the place of.
    places: BTreeMap<String, usize>,
    bytes: usize,
    truncated: bool,
}

impl Collecting {
    fn take(&mut self, event: &StoredEvent) {
        if self.bytes >= MAX_BLOCK_BYTES {
            self.truncated = true;
            return;
        }
        self.bytes += event.body.len();
        // What cannot be read was not written by us, and shows nothing.
        let Ok(kind) = serde_json::from_str::<EventKind>(&event.body) else { return };
        match kind {
            EventKind::Stdout(chunk) => self.print(Stream::Stdout, &chunk.bytes()),
            EventKind::Stderr(chunk) => self.print(Stream::Stderr, &chunk.bytes()),
            EventKind::Display { data, id } => {
                let display = Output::Display { data, result: false, count: None };
                match id.as_ref().and_then(|it| self.places.get(it)) {
                    Some(place) => self.outputs[*place] = display,
                    None => {
                        self.places.extend(id.map(|it| (it, self.outputs.len())));
                        self.outputs.push(display);
                    }
                }
            }
            EventKind::Truncated { .. } => self.truncated = true,
            EventKind::Info { .. } | EventKind::Result { .. } | EventKind::Error { .. } => {}
        }
    }

    fn print(&mut self, to: Stream, bytes: &[u8]) {
        let printed = String::from_utf8_lossy(bytes);
        match self.outputs.last_mut() {
            Some(Output::Stream { stream, text }) if *stream == to => text.push_str(&printed),
            _ => self.outputs.push(Output::Stream { stream: to, text: printed.into_owned() }),
        }
    }

    fn finish(self, execution: &Execution) -> BlockShown {
        let mut words = Vec::new();
        match &execution.state {
            State::Finished(Outcome::Exited { code: 0 }) => {}
            State::Finished(Outcome::Exited { code }) => words.push(format!("exit {code}")),
            State::Finished(Outcome::Killed { signal }) => {
                words.push(format!("killed by signal {signal}"));
            }
            State::Finished(Outcome::TimedOut { limit }) => {
                words.push(format!("timed out after {limit:?}"));
            }
            State::Finished(Outcome::OutOfMemory { .. }) => words.push("out of memory".to_owned()),
            State::Finished(Outcome::Cancelled) => words.push("stopped".to_owned()),
            State::Finished(Outcome::Lost) => words.push("lost".to_owned()),
            State::Queued | State::Running | State::Stopping => {
                words.push("still running when this was exported".to_owned());
            }
        }
        if self.truncated {
            words.push("not all of its output is kept".to_owned());
        }
        let ended = (!words.is_empty()).then(|| words.join(", "));
        BlockShown { outputs: self.outputs, ended }
    }
}
