//! Signals that arrive at the guest, and who sent them.

use std::os::fd::OwnedFd;

use guest::END;

/// What a signal means to the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    ChildEnded,
    /// The process says that it has ended well. The kernel vouches for who it is.
    SaidItsEnd(i32),
    /// Somebody outside wants us to end.
    End,
    /// Nobody's, or from who cannot be known.
    Meaningless,
}

/// `sizeof(struct signalfd_siginfo)`.
const RECORD: usize = 128;

/// Records read at a time.
const AT_ONCE: usize = 8;

/// `si_code` of a signal that was sent with `kill(2)`, for which the kernel fills in the sender's
/// number. What is queued with one of the sender's choice has another code.
const SI_USER: i32 = 0;

/// What has arrived, up to some at a time.
pub(crate) fn read(signals: &OwnedFd) -> Vec<Signal> {
    let mut records = [0; RECORD * AT_ONCE];
    let count = rustix::io::read(signals, &mut records).unwrap_or(0);
    records[..count].chunks_exact(RECORD).map(meaning).collect()
}

/// The first fields are `ssi_signo`, `ssi_errno`, `ssi_code` and `ssi_pid`; see `signalfd(2)`.
fn meaning(record: &[u8]) -> Signal {
    let field = |index: usize| {
        let bytes = record.get(4 * index..4 * index + 4).and_then(|it| it.try_into().ok());
        i32::from_ne_bytes(bytes.unwrap_or_default())
    };
    match (field(0), field(2)) {
        (libc::SIGCHLD, _) => Signal::ChildEnded,
        (END, SI_USER) => Signal::SaidItsEnd(field(3)),
        (END, _) => Signal::Meaningless,
        _ => Signal::End,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(signal: i32, code: i32, pid: i32) -> Vec<u8> {
        let mut record = [signal, 0, code, pid].map(i32::to_ne_bytes).concat();
        record.resize(RECORD, 0);
        record
    }

    #[test]
    fn only_the_kernels_word_on_the_sender_is_taken() {
        const SI_QUEUE: i32 = -1;
        const SI_TKILL: i32 = -6;
        assert_eq!(meaning(&record(END, SI_USER, 7)), Signal::SaidItsEnd(7));
        assert_eq!(meaning(&record(END, SI_QUEUE, 7)), Signal::Meaningless);
        assert_eq!(meaning(&record(END, SI_TKILL, 7)), Signal::Meaningless);
        assert_eq!(meaning(&record(libc::SIGCHLD, 1, 7)), Signal::ChildEnded);
        assert_eq!(meaning(&record(libc::SIGTERM, SI_USER, 7)), Signal::End);
    }
}
