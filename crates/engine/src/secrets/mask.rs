//! Hides values in what a program prints, in whichever pieces that arrives.

use std::sync::Arc;

use model::event::{Chunk, EventKind, Failure};
use sandbox::Sandbox;
use serde_json::Value;

use super::{SecretText, forms};
use crate::execution::Sink;

/// What is shown in the place of a value.
const SHOWN: &str = "***";

/// The forms of some values. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Mask(Arc<Patterns>);

struct Patterns {
    /// By their first byte, the longest first.
    by_first: Vec<Vec<Vec<u8>>>,
}

/// What is found at a place of a text.
enum Found {
    Nothing,
    /// A whole form of so many bytes.
    Whole(usize),
    /// The text ends in the middle of what may become one.
    Part,
}

impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mask")
    }
}

impl Mask {
    /// `None` if there is nothing to hide.
    pub(crate) fn new<'a, I: IntoIterator<Item = &'a SecretText>>(values: I) -> Option<Self> {
        let mut by_first = vec![Vec::new(); 256];
        for form in values.into_iter().flat_map(|it| forms::of(it.reveal())) {
            by_first[usize::from(form[0])].push(form);
        }
        for forms in &mut by_first {
            forms.sort_by(|a: &Vec<u8>, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
            forms.dedup();
        }
        let empty = by_first.iter().all(Vec::is_empty);
        (!empty).then(|| Self(Arc::new(Patterns { by_first })))
    }

    /// A whole text with every value hidden.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut held = text.as_bytes().to_vec();
        let hidden = self.drain(&mut held, true);
        // Forms are texts: what is cut out begins and ends between characters.
        String::from_utf8_lossy(&hidden).into_owned()
    }

    /// A JSON value in which no text, key or number shows a value.
    pub(crate) fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|it| self.value(it)).collect())
            }
            Value::Object(fields) => {
                let field = |(key, it): (String, Value)| (self.text(&key), self.value(it));
                Value::Object(fields.into_iter().map(field).collect())
            }
            Value::Number(number) => {
                let text = number.to_string();
                let hidden = self.text(&text);
                if hidden == text { Value::Number(number) } else { Value::String(hidden) }
            }
            Value::Null | Value::Bool(_) => value,
        }
    }

    /// Takes what can be shown out of `held`. Without an end, bytes stay there that may become a form.
    fn drain(&self, held: &mut Vec<u8>, at_end: bool) -> Vec<u8> {
        let mut shown = Vec::with_capacity(held.len());
        let mut at = 0;
        while at < held.len() {
            match self.find(&held[at..], at_end) {
                Found::Nothing => {
                    shown.push(held[at]);
                    at += 1;
                }
                Found::Whole(bytes) => {
                    shown.extend_from_slice(SHOWN.as_bytes());
                    at += bytes;
                }
                Found::Part => break,
            }
        }
        held.drain(..at);
        shown
    }

    fn find(&self, text: &[u8], at_end: bool) -> Found {
        let forms = &self.0.by_first[usize::from(text[0])];
        for form in forms {
            if text.starts_with(form) {
                return Found::Whole(form.len());
            }
            // A longer one that may still come goes before a shorter one that is there.
            if !at_end && form.starts_with(text) {
                return Found::Part;
            }
        }
        Found::Nothing
    }
}

/// Hides values in the events on their way to another sink.
#[derive(Debug)]
pub(crate) struct Masking<'a, S> {
    sink: &'a mut S,
    mask: Option<Mask>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl<'a, S: Sink> Masking<'a, S> {
    pub(crate) fn new(sink: &'a mut S, mask: Option<Mask>) -> Self {
        Self { sink, mask, stdout: Vec::new(), stderr: Vec::new() }
    }

    /// Hands on what was held back because it might have become a value.
    pub(crate) async fn finish(self) -> Result<(), Failure> {
        let Self { sink, mask, mut stdout, mut stderr } = self;
        let Some(mask) = mask else { return Ok(()) };
        let mut events = Vec::new();
        push(&mut events, EventKind::Stdout, mask.drain(&mut stdout, true));
        push(&mut events, EventKind::Stderr, mask.drain(&mut stderr, true));
        if events.is_empty() { Ok(()) } else { sink.append_last(events).await }
    }

    fn hide(&mut self, events: Vec<EventKind>) -> Vec<EventKind> {
        let Some(mask) = &self.mask else { return events };
        let mut hidden = Vec::new();
        for event in events {
            match event {
                EventKind::Stdout(chunk) => {
                    self.stdout.extend(chunk.bytes());
                    push(&mut hidden, EventKind::Stdout, mask.drain(&mut self.stdout, false));
                }
                EventKind::Stderr(chunk) => {
                    self.stderr.extend(chunk.bytes());
                    push(&mut hidden, EventKind::Stderr, mask.drain(&mut self.stderr, false));
                }
                EventKind::Info { data } => hidden.push(EventKind::Info { data: mask.text(&data) }),
                EventKind::Display { data, id } => {
                    let content = |(kind, it): (String, Value)| (kind, mask.value(it));
                    let data = data.into_iter().map(content).collect();
                    hidden.push(EventKind::Display { data, id });
                }
                EventKind::Truncated { .. }
                | EventKind::Result { .. }
                | EventKind::Error { .. } => {
                    hidden.push(event);
                }
            }
        }
        hidden
    }
}

impl<S: Sink> Sink for Masking<'_, S> {
    async fn append(&mut self, events: Vec<EventKind>) -> Result<(), Failure> {
        let events = self.hide(events);
        if events.is_empty() { Ok(()) } else { self.sink.append(events).await }
    }

    async fn append_last(&mut self, events: Vec<EventKind>) -> Result<(), Failure> {
        let events = self.hide(events);
        if events.is_empty() { Ok(()) } else { self.sink.append_last(events).await }
    }

    async fn starting(&mut self, sandbox: &Sandbox) -> Result<(), Failure> {
        self.sink.starting(sandbox).await
    }

    async fn ended(&mut self, sandbox: &Sandbox) {
        self.sink.ended(sandbox).await;
    }
}

fn push(events: &mut Vec<EventKind>, kind: impl FnOnce(Chunk) -> EventKind, bytes: Vec<u8>) {
    if !bytes.is_empty() {
        events.push(kind(Chunk::new(bytes)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(values: &[&str]) -> Mask {
        let values: Vec<_> = values.iter().map(|it| SecretText((*it).to_owned())).collect();
        Mask::new(&values).unwrap()
    }

    #[test]
    fn a_value_is_hidden_however_its_bytes_arrive() {
        let mask = mask(&["hunter2"]);
        let text = "a hunter2, hunterhunter2 and hunt";
        for size in 1..text.len() {
            let (mut held, mut shown) = (Vec::new(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                held.extend_from_slice(piece);
                shown.extend(mask.drain(&mut held, false));
            }
            shown.extend(mask.drain(&mut held, true));
            assert_eq!(String::from_utf8(shown).unwrap(), "a ***, hunter*** and hunt", "{size}");
        }
    }

    #[test]
    fn only_what_may_become_a_value_is_held_back() {
        let mask = mask(&["hunter2"]);
        let mut held = b"ready? hun".to_vec();
        assert_eq!(mask.drain(&mut held, false), b"ready? ");
        assert_eq!(held, b"hun");
    }

    #[test]
    fn of_two_values_the_longer_one_is_hidden() {
        let mask = mask(&["hunter2", "hunter2000"]);
        assert_eq!(mask.text("hunter2000 hunter2001"), "*** ***001");
    }

    #[test]
    fn a_result_shows_no_value_in_texts_keys_or_numbers() {
        let mask = mask(&["hunter2", "12345678"]);
        let value = serde_json::json!({"hunter2": ["aHVudGVyMg==", 12345678, 1, null, true]});
        let hidden = mask.value(value);
        assert_eq!(hidden, serde_json::json!({"***": ["***==", "***", 1, null, true]}));
    }

    #[test]
    fn without_values_there_is_nothing_to_hide() {
        assert!(Mask::new(&[]).is_none());
    }
}
