//! What a terminal has shown of late, and how far each of its readers has come.
//!
//! Its memory is bounded: the program waits for the slowest reader, and a reader that stands still is let go.
//! Without readers the program goes on, and of its output the end is kept.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::{sync::watch, time::Instant};

use super::TerminalEnd;

/// Output that is kept for who comes back: some thousand lines.
const KEPT: usize = 256 << 10;

/// Largest piece that a reader is given, and that a program's output comes in.
const PIECE: usize = 64 << 10;

/// What a reader may have been given and not yet shown.
const WINDOW: u64 = 128 << 10;

#[derive(Debug)]
pub(super) struct Screen {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    kept: VecDeque<u8>,
    /// Bytes so far, of which the last are kept.
    end: u64,
    next_reader: u64,
    readers: HashMap<u64, Reader>,
    /// When the last reader left; `None` while there is one.
    left_at: Option<Instant>,
    ended: Option<TerminalEnd>,
}

#[derive(Debug)]
struct Reader {
    given: u64,
    shown: u64,
}

impl Screen {
    pub(super) fn new() -> Self {
        let state = State {
            kept: VecDeque::new(),
            end: 0,
            next_reader: 0,
            readers: HashMap::new(),
            left_at: Some(Instant::now()),
            ended: None,
        };
        Self { state: Mutex::new(state), changed: watch::Sender::new(()) }
    }

    pub(super) fn push(&self, bytes: &[u8]) {
        let mut state = self.state();
        state.kept.extend(bytes);
        state.end += bytes.len() as u64;
        let excess = state.kept.len().saturating_sub(KEPT);
        state.kept.drain(..excess);
        self.announce(state);
    }

    pub(super) fn end(&self, end: TerminalEnd) {
        let mut state = self.state();
        state.ended.get_or_insert(end);
        self.announce(state);
    }

    /// Whether one more piece pushes out nothing that a reader has not been given.
    pub(super) fn has_room(&self) -> bool {
        self.state().has_room()
    }

    /// Resolves once [`Self::has_room`].
    pub(super) async fn room(&self) {
        let mut changed = self.changed.subscribe();
        while !self.has_room() {
            // The sender is ours.
            drop(changed.changed().await);
        }
    }

    /// Lets the readers go that everybody waits for.
    pub(super) fn let_slowest_go(&self) {
        let mut state = self.state();
        let end = state.end;
        state.readers.retain(|_, it| end - it.shown <= (KEPT - PIECE) as u64);
        if state.readers.is_empty() {
            state.left_at = Some(Instant::now());
        }
        self.announce(state);
    }

    /// Since when nobody reads.
    pub(super) fn left_at(&self) -> Option<Instant> {
        self.state().left_at
    }

    /// Resolves when something has changed since `seen` was made by it.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    pub(super) fn is_read(&self) -> bool {
        self.state().left_at.is_none()
    }

    /// Begins to read: what is kept, and then what comes.
    pub(super) fn read(self: &Arc<Self>) -> Viewer {
        let mut state = self.state();
        let reader = state.next_reader;
        state.next_reader += 1;
        state.left_at = None;
        let end = state.end;
        state.readers.insert(reader, Reader { given: end, shown: end });
        let kept = state.whole_lines();
        let owed = kept.len() as u64;
        self.announce(state);
        Viewer { screen: Arc::clone(self), reader, kept, owed }
    }

    fn announce(&self, state: MutexGuard<'_, State>) {
        drop(state);
        self.changed.send_replace(());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_room(&self) -> bool {
        self.readers.values().all(|it| self.end - it.shown <= (KEPT - PIECE) as u64)
    }

    /// What is kept. If its beginning is lost it begins with a line, since it may have been cut within a
    /// character or a command to the terminal.
    fn whole_lines(&self) -> Bytes {
        let cut = self.end > self.kept.len() as u64;
        let from = match self.kept.iter().position(|it| *it == b'\n').filter(|_| cut) {
            Some(line_end) => line_end + 1,
            None => 0,
        };
        self.kept.iter().copied().skip(from).collect()
    }

    fn take(&mut self, reader: u64) -> Option<Option<Sight>> {
        let start = self.end - self.kept.len() as u64;
        let Some(reader) = self.readers.get_mut(&reader) else { return Some(None) };
        let window = WINDOW.saturating_sub(reader.given - reader.shown);
        let left = self.end - reader.given;
        let size = left.min(window).min(PIECE as u64);
        if size > 0 {
            let from = usize::try_from(reader.given - start).expect("what is kept is small");
            let size = usize::try_from(size).expect("a piece is small");
            reader.given += size as u64;
            let piece = self.kept.iter().skip(from).take(size).copied().collect();
            return Some(Some(Sight::Output(piece)));
        }
        if left == 0 {
            return self.ended.clone().map(|it| Some(Sight::End(it)));
        }
        None
    }
}

/// What a reader is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    Output(Bytes),
    /// Nothing follows.
    End(TerminalEnd),
}

/// Somebody who reads a terminal.
#[derive(Debug)]
pub struct Viewer {
    screen: Arc<Screen>,
    reader: u64,
    /// What was shown before this reader came.
    kept: Bytes,
    /// Of that, what is not reported as shown.
    owed: u64,
}

impl Viewer {
    /// What comes next, once enough of what was given is shown. `None` if this reader stood still for so
    /// long that it was let go. Safe to use in `select!`.
    pub async fn next(&mut self) -> Option<Sight> {
        if !self.kept.is_empty() {
            let size = self.kept.len().min(PIECE);
            return Some(Sight::Output(self.kept.split_to(size)));
        }
        let mut changed = self.screen.changed.subscribe();
        loop {
            let taken = self.screen.state().take(self.reader);
            if let Some(next) = taken {
                return next;
            }
            // The sender is ours.
            drop(changed.changed().await);
        }
    }

    /// So many bytes have been shown.
    pub fn shown(&mut self, bytes: u64) {
        let old = bytes.min(self.owed);
        self.owed -= old;
        let mut state = self.screen.state();
        if let Some(reader) = state.readers.get_mut(&self.reader) {
            // Nobody can have shown what was not given.
            reader.shown = reader.shown.saturating_add(bytes - old).min(reader.given);
        }
        self.screen.announce(state);
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        let mut state = self.screen.state();
        let was_there = state.readers.remove(&self.reader).is_some();
        if was_there && state.readers.is_empty() {
            state.left_at = Some(Instant::now());
        }
        self.screen.announce(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen() -> Arc<Screen> {
        Arc::new(Screen::new())
    }

    async fn output(reading: &mut Viewer) -> Bytes {
        match reading.next().await {
            Some(Sight::Output(bytes)) => bytes,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn who_comes_back_finds_what_was_shown_and_then_what_comes() {
        let screen = screen();
        screen.push(b"one\n");
        let mut first = screen.read();
        assert_eq!(output(&mut first).await, "one\n");
        screen.push(b"two\n");
        assert_eq!(output(&mut first).await, "two\n");
        drop(first);
        screen.push(b"three\n");
        let mut second = screen.read();
        assert_eq!(output(&mut second).await, "one\ntwo\nthree\n");
        screen.end(TerminalEnd::Exited(3));
        assert_eq!(second.next().await, Some(Sight::End(TerminalEnd::Exited(3))));
    }

    #[tokio::test]
    async fn without_readers_the_end_of_the_output_is_kept_from_a_whole_line_on() {
        let screen = screen();
        for line in 0..100_000 {
            assert!(screen.has_room());
            screen.push(format!("line {line}\n").as_bytes());
        }
        let mut reading = screen.read();
        let mut text = Vec::new();
        while text.len() < KEPT - 100 {
            text.extend(output(&mut reading).await);
        }
        let text = String::from_utf8(text).unwrap();
        assert!(text.starts_with("line ") && text.ends_with("line 99999\n"));
        assert!(text.len() <= KEPT);
    }

    #[tokio::test]
    async fn a_program_waits_for_a_reader_and_no_byte_is_lost() {
        let screen = screen();
        let mut reading = screen.read();
        let mut pushed = 0_u64;
        while screen.has_room() {
            screen.push(&[b'x'; PIECE]);
            pushed += PIECE as u64;
        }
        assert!(pushed <= KEPT as u64);
        let mut read = 0;
        while read < WINDOW {
            read += output(&mut reading).await.len() as u64;
        }
        assert_eq!(read, WINDOW, "more is given only once this is shown");
        let waiting = screen.room();
        reading.shown(read);
        waiting.await;
        while read < pushed {
            let piece = output(&mut reading).await.len() as u64;
            reading.shown(piece);
            read += piece;
        }
        assert_eq!(read, pushed);
    }

    #[tokio::test]
    async fn a_reader_that_stands_still_is_let_go_and_others_go_on() {
        let screen = screen();
        let (mut slow, mut quick) = (screen.read(), screen.read());
        while screen.has_room() {
            screen.push(&[b'x'; PIECE]);
            let piece = output(&mut quick).await.len() as u64;
            quick.shown(piece);
        }
        screen.let_slowest_go();
        assert!(screen.has_room());
        assert_eq!(slow.next().await, None);
        screen.push(b"more");
        assert_eq!(output(&mut quick).await, "more");
        assert!(screen.is_read());
        drop((slow, quick));
        assert!(!screen.is_read());
    }

    #[tokio::test]
    async fn a_reader_cannot_report_what_it_was_not_given() {
        let screen = screen();
        let mut reading = screen.read();
        reading.shown(u64::MAX);
        screen.push(b"abc");
        assert_eq!(output(&mut reading).await, "abc");
    }
}
