//! Notices programs that fail because their sandbox has no network, and says what to do.

/// What resolvers, runtimes and tools print when there is no network. Each is the C library's, the
/// kernel's or one runtime's own text for `EAI_AGAIN`, `EAI_NONAME` or `ENETUNREACH`.
const SIGNS: [&[u8]; 9] = [
    b"EAI_AGAIN",
    b"ENETUNREACH",
    b"Temporary failure in name resolution",
    b"Name or service not known",
    b"Network is unreachable",
    b"network is unreachable",
    b"Could not resolve host",
    b"failed to lookup address information",
    b"dial tcp: lookup",
];

pub(crate) const ADVICE: &str = "networking is off in this sandbox, and the program seems to need \
    it; to allow it, start runbook with `--network host` (or RUNBOOK_NETWORK=host)";

/// Looks for the signs in what a program writes to stderr.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    seen: bool,
    /// The end of what was seen before, since a sign may be split over two writes.
    tail: Vec<u8>,
}

impl Watch {
    pub(crate) fn look(&mut self, bytes: &[u8]) {
        if self.seen {
            return;
        }
        self.tail.extend_from_slice(bytes);
        self.seen = SIGNS.iter().any(|sign| self.tail.windows(sign.len()).any(|it| it == *sign));
        let longest = SIGNS.iter().map(|it| it.len()).max().unwrap_or(0);
        let keep_from = self.tail.len().saturating_sub(longest);
        self.tail.drain(..keep_from);
    }

    pub(crate) fn seen(&self) -> bool {
        self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_seen_even_if_it_is_split() {
        let mut watch = Watch::default();
        watch.look(b"curl: (6) Could not res");
        assert!(!watch.seen());
        watch.look(b"olve host: example.com\n");
        assert!(watch.seen());
    }

    #[test]
    fn other_failures_are_not_mistaken_for_it() {
        let mut watch = Watch::default();
        watch.look(b"Traceback: FileNotFoundError: network.txt");
        assert!(!watch.seen());
    }
}
