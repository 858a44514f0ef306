//! What a comment orders by its first line: `/runbook revise [text]`.

use super::Place;
use crate::ThreadId;

/// Names that orders are given under; the second is that of the product that this one is modelled on.
const NAMES: [&str; 2] = ["/runbook", "/aviator"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Change what reviews ask for.
    Revise {
        /// What else is to be said about it, which may be nothing.
        text: String,
    },
}

/// Which reviews an order is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// All threads that are not resolved.
    Unresolved,
    Thread(ThreadId),
}

impl Command {
    /// `None` where the first line orders nothing, or something unknown. A quotation is no order.
    #[must_use]
    pub fn parse(body: &str) -> Option<Self> {
        let body = body.trim_start_matches(['\r', '\n']);
        let (first, rest) = body.split_once('\n').unwrap_or((body, ""));
        let (name, order) = first.trim().split_once(char::is_whitespace)?;
        let order = order.trim_start();
        let (verb, said) = order.split_once(char::is_whitespace).unwrap_or((order, ""));
        let text = format!("{}\n{}", said.trim(), rest).trim().to_owned();
        (NAMES.contains(&name) && verb == "revise").then_some(Self::Revise { text })
    }
}

impl Covers {
    pub(super) fn of(place: &Place) -> Self {
        match place {
            Place::PullRequest | Place::Review => Self::Unresolved,
            Place::Thread(thread) => Self::Thread(thread.clone()),
        }
    }
}
