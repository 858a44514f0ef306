//! What a kept standby says while it runs a program, beside the program's output.
//!
//! A kept standby gets one order after another on its control socket, in the form that any standby gets
//! (see [`standby`](crate::standby)). With `pipe`, the first byte of the order brings the descriptor that
//! the program reads its input from. Its answers are of two kinds:
//!
//! | what it writes | means |
//! | --- | --- |
//! | `say N\n` and N bytes | a message for the host, passed on as it is |
//! | `end CODE\n` | the program has ended; what it printed is written already |
//!
//! Whatever else it says ends it, since nobody could tell any more what belongs to which program.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;

use crate::tree::Moment;

/// Longest first line of an answer.
const LONGEST_HEAD: usize = 32;

/// What was heard of a kept standby.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// So many bytes of a message, which are at the beginning of what was read.
    Part {
        count: usize,
        last: bool,
    },
    /// The first line of an answer, or a part of it.
    Head,
    /// The program has ended with this code.
    End(i32),
    NothingNow,
    /// It closed the control, and most likely is about to end.
    Closed,
    /// What it says means nothing.
    Nonsense,
}

/// The ear on a control socket while a program runs.
#[derive(Debug)]
pub(crate) struct Talk {
    head: Vec<u8>,
    /// Bytes of the current message that are still to come.
    left: Option<u64>,
    closed: bool,
    /// Processes born before belong to earlier programs.
    pub(crate) since: Moment,
}

impl Talk {
    pub(crate) fn new(since: Moment) -> Self {
        Self { head: Vec::with_capacity(LONGEST_HEAD), left: None, closed: false, since }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Reads no more than one answer's first line, or a part of one message that fits into the buffer.
    pub(crate) fn hear(&mut self, control: &OwnedFd, buffer: &mut [u8]) -> Heard {
        match self.left {
            None => self.hear_head(control.as_fd()),
            Some(0) => {
                self.left = None;
                Heard::Part { count: 0, last: true }
            }
            Some(left) => {
                let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
                match rustix::io::read(control, &mut buffer[..most]) {
                    Ok(0) => self.close(),
                    Ok(count) => {
                        let left = left - count as u64;
                        self.left = (left > 0).then_some(left);
                        Heard::Part { count, last: left == 0 }
                    }
                    Err(error) => self.failed(error),
                }
            }
        }
    }

    /// Byte by byte, which takes nothing of what follows the line; it is short.
    fn hear_head(&mut self, control: BorrowedFd<'_>) -> Heard {
        let mut byte = [0];
        while self.head.len() < LONGEST_HEAD {
            match rustix::io::read(control, &mut byte) {
                Ok(0) => return self.close(),
                Ok(_) if byte == *b"\n" => return self.parse_head(),
                Ok(_) => self.head.push(byte[0]),
                Err(error) => return self.failed(error),
            }
        }
        Heard::Nonsense
    }

    fn parse_head(&mut self) -> Heard {
        let head = std::mem::take(&mut self.head);
        let words = std::str::from_utf8(&head).ok().and_then(|it| it.split_once(' '));
        match words {
            Some(("say", length)) => match length.parse() {
                Ok(length) => {
                    self.left = Some(length);
                    Heard::Head
                }
                Err(_) => Heard::Nonsense,
            },
            Some(("end", code)) => code.parse().map_or(Heard::Nonsense, Heard::End),
            _ => Heard::Nonsense,
        }
    }

    fn close(&mut self) -> Heard {
        self.closed = true;
        Heard::Closed
    }

    fn failed(&mut self, error: Errno) -> Heard {
        match error {
            Errno::AGAIN | Errno::INTR => Heard::NothingNow,
            _ => self.close(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

    use super::*;

    fn all(said: &[&[u8]]) -> Vec<(Heard, Vec<u8>)> {
        let (ours, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::NONBLOCK, None)
                .unwrap();
        let mut talk = Talk::new(Moment::now());
        let mut heard = Vec::new();
        for said in said {
            rustix::io::write(&theirs, said).unwrap();
            loop {
                let mut buffer = [0; 8];
                let what = talk.hear(&ours, &mut buffer);
                let count = if let Heard::Part { count, .. } = what { count } else { 0 };
                heard.push((what, buffer[..count].to_vec()));
                if matches!(what, Heard::NothingNow | Heard::Nonsense) {
                    break;
                }
            }
        }
        heard.retain(|(what, _)| !matches!(what, Heard::NothingNow | Heard::Head));
        heard
    }

    #[test]
    fn messages_and_ends_are_told_apart_wherever_they_are_split() {
        let heard = all(&[b"sa", b"y 11\nhello wor", b"ldsay 0\nend ", b"-3\n"]);
        let part = |last, bytes: &[u8]| (Heard::Part { count: bytes.len(), last }, bytes.to_vec());
        let expected = [
            part(false, b"hello wo"),
            part(false, b"r"),
            part(true, b"ld"),
            part(true, b""),
            (Heard::End(-3), Vec::new()),
        ];
        assert_eq!(heard, expected);
    }

    #[test]
    fn a_message_that_looks_like_an_end_is_a_message() {
        let heard = all(&[b"say 6\nend 0\n"]);
        assert_eq!(heard, [(Heard::Part { count: 6, last: true }, b"end 0\n".to_vec())]);
    }

    #[test]
    fn nonsense_is_known_as_such() {
        for said in [b"hello\n".as_slice(), b"say -1\n", b"say x\n", b"end\n", &[b'a'; 40], b"\n"] {
            assert_eq!(all(&[said]), [(Heard::Nonsense, Vec::new())], "{}", said.escape_ascii());
        }
    }
}
