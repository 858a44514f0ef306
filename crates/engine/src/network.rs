//! What an execution does on the network, in words for its reader: the connections that were made
//! or refused, and advice for a program that fails because its sandbox has no network.

use std::{collections::HashSet, future};

use sandbox::{EgressEvent, Sandbox, egress::Verdict};
use tokio::sync::broadcast::{Receiver, error::RecvError};

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
    it; to allow single hosts, start runbook with e.g. `--network pypi.org`, to allow all that this \
    machine reaches, with `--network host` (or RUNBOOK_NETWORK)";

/// Lines that one execution gets; a program that tries more hosts is told no more about them.
const MOST_LINES: usize = 100;

/// The connections of a sandbox while one program runs in it.
#[derive(Debug)]
pub(crate) struct Log {
    events: Option<Receiver<EgressEvent>>,
    said: HashSet<String>,
}

impl Log {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        Self { events: sandbox.network_events(), said: HashSet::new() }
    }

    /// The next thing to say; never ends. Nothing is said twice.
    pub(crate) async fn next(&mut self) -> String {
        loop {
            let Some(events) = self.events.as_mut().filter(|_| self.said.len() < MOST_LINES) else {
                return future::pending().await;
            };
            match events.recv().await {
                Ok(event) => {
                    let new = line(&event).filter(|it| self.said.insert(it.clone()));
                    if let Some(line) = new {
                        return line;
                    }
                }
                // What was missed is no loss: it is a flood of the same.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => self.events = None,
            }
        }
    }
}

fn line(event: &EgressEvent) -> Option<String> {
    let host = event.host.as_ref().map_or_else(|| "a host".to_owned(), ToString::to_string);
    let target = event.port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
    match &event.verdict {
        Verdict::Allowed { .. } => Some(format!("network: connected to {target}")),
        Verdict::Refused(reason) => Some(format!("network: refused {target}: {reason}")),
        Verdict::Failed(reason) => Some(format!("network: {target} failed: {reason}")),
        Verdict::Served | Verdict::Ended { .. } => None,
    }
}

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
