//! What a build says, for everybody who listens: from the first word on, whenever they come.

use model::event::{Event, EventKind};
use tokio::sync::watch;

use crate::clock::Clock;

/// Bytes of a build's words that are kept; a compiler can say much about one mistake.
const MOST_BYTES: usize = 64 << 10;

/// Writes the log of one build. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct BuildLog {
    events: watch::Sender<Vec<Event>>,
    clock: Clock,
}

/// Reads it from the beginning.
#[derive(Debug)]
pub(super) struct Listener {
    events: watch::Receiver<Vec<Event>>,
    seen: usize,
}

impl BuildLog {
    pub(super) fn new(clock: Clock) -> Self {
        Self { events: watch::Sender::new(Vec::new()), clock }
    }

    /// Says something, as far as there is room.
    pub(super) fn say(&self, text: &str) {
        let room = MOST_BYTES.saturating_sub(self.text().len());
        let data = match text.len() <= room {
            true => text.to_owned(),
            false if room == 0 => return,
            false => {
                format!("{}\n[more was said than is kept]", &text[..text.floor_char_boundary(room)])
            }
        };
        self.push(EventKind::Info { data });
    }

    /// Says the last word.
    pub(super) fn end(&self, kind: EventKind) {
        self.push(kind);
    }

    /// All that was said, as one text.
    pub(super) fn text(&self) -> String {
        let events = self.events.borrow();
        let said = events.iter().filter_map(|it| match &it.kind {
            EventKind::Info { data } => Some(data.trim_end_matches('\n')),
            EventKind::Stdout(_)
            | EventKind::Stderr(_)
            | EventKind::Display { .. }
            | EventKind::Truncated { .. }
            | EventKind::Result { .. }
            | EventKind::Error { .. } => None,
        });
        said.collect::<Vec<_>>().join("\n")
    }

    pub(super) fn listen(&self) -> Listener {
        Listener { events: self.events.subscribe(), seen: 0 }
    }

    fn push(&self, kind: EventKind) {
        let at = self.clock.now();
        self.events.send_modify(|events| {
            // Nothing follows the last word.
            if !events.last().is_some_and(|it| it.kind.is_last()) {
                let seq = events.len() as u64 + 1;
                events.push(Event { seq, at, kind });
            }
        });
    }
}

impl Listener {
    /// What was said since the last time; `None` after the last word, or if the build was given up.
    pub(super) async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            let (new, over) = {
                let events = self.events.borrow_and_update();
                let over = events.last().is_some_and(|it| it.kind.is_last());
                (events[self.seen..].to_vec(), over)
            };
            if !new.is_empty() {
                self.seen += new.len();
                return Some(new);
            }
            if over {
                return None;
            }
            self.events.changed().await.ok()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use model::event::Failure;

    use super::*;

    #[tokio::test]
    async fn whoever_comes_late_hears_everything_and_then_the_end() {
        let log = BuildLog::new(Clock::system());
        log.say("one");
        let mut early = log.listen();
        assert_eq!(early.next().await.unwrap().len(), 1);
        log.say("two");
        let failure = Failure { error: "build_failed".to_owned(), message: String::new() };
        log.end(EventKind::Error { data: failure });
        log.say("nobody hears this");
        assert_eq!(early.next().await.unwrap().iter().map(|it| it.seq).collect::<Vec<_>>(), [2, 3]);
        assert!(early.next().await.is_none());
        let mut late = log.listen();
        assert_eq!(late.next().await.unwrap().len(), 3);
        assert_eq!(log.text(), "one\ntwo");
    }

    #[tokio::test]
    async fn only_so_much_is_kept() {
        let log = BuildLog::new(Clock::system());
        for _ in 0..3 {
            log.say(&"é".repeat(MOST_BYTES / 3));
        }
        assert!(log.text().len() < MOST_BYTES + 100);
        assert_eq!(log.listen().next().await.unwrap().len(), 2);
    }
}
