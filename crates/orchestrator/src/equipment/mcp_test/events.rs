//! Server-sent events, as the HTML standard has them, as far as MCP uses them.

use std::collections::VecDeque;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Empty for a message.
    pub(super) name: String,
    pub(super) data: String,
}

impl Event {
    pub(super) fn is_message(&self) -> bool {
        self.name.is_empty() || self.name == "message"
    }
}

/// Reads events out of bytes that come in any pieces. Whoever feeds it bounds what it holds.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// A line without its end.
    held: Vec<u8>,
    /// Of the event that has no end yet.
    name: String,
    data: Vec<String>,
    ready: VecDeque<Event>,
}

impl Events {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        // What is held has no end: it is not looked through again with each piece.
        for piece in bytes.split_inclusive(|it| *it == b'\n') {
            self.held.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.held);
                let line = String::from_utf8_lossy(&line);
                self.line(line.trim_end_matches(['\r', '\n']));
            }
        }
    }

    pub(super) fn next(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    fn line(&mut self, line: &str) {
        if line.is_empty() {
            let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
            // One without data is none.
            if !data.is_empty() {
                self.ready.push_back(Event { name, data: data.join("\n") });
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => self.data.push(value.to_owned()),
            // A comment, or what is needed to go on after a break.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_however_they_are_cut() {
        let text = ": hello\n\nevent: endpoint\r\ndata: /messages?a=b:c\r\n\r\nid: 1\ndata:{\ndata: }\n\nevent: x\n\ndata: late";
        let expected = [("endpoint", "/messages?a=b:c"), ("", "{\n}")];
        let expected = expected.map(|(name, data)| Event { name: name.into(), data: data.into() });
        for size in [1, 2, 7, text.len()] {
            let mut events = Events::default();
            text.as_bytes().chunks(size).for_each(|it| events.feed(it));
            let read: Vec<_> = std::iter::from_fn(|| events.next()).collect();
            assert_eq!(read, expected, "{size}");
        }
    }
}
