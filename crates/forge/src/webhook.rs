//! What a forge tells by itself: deliveries of webhooks.
//!
//! ```text
//!  headers, body ─▶ signed with our secret? ─▶ Delivery { id, repository, event }
//!                   └─ no: nothing of the body is read
//! ```
//!
//! A forge delivers again what it believes lost, so whoever handles a delivery remembers its id. GitHub signs the body
//! and not the id, so an order is carried out once for each comment, whatever delivery it came with.

mod command;
mod github;
mod gitlab;
mod secret;

use reqwest::header::HeaderMap;

pub use command::{Command, Covers};
pub use secret::Secret;

use crate::{Comment, Kind, PullRequestState, Readiness, RepositoryPath, Resolution, ThreadId};

/// What of an id is read, which nobody signs: both forges have UUIDs.
const LONGEST_ID: usize = 100;

/// What was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The forge's own, the same when it delivers again.
    pub id: String,
    /// `None` of what is about no repository.
    pub repository: Option<RepositoryPath>,
    pub event: Event,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody said something about a pull request.
    Commented { number: u64, place: Place, comment: Comment },
    /// Somebody settled a thread, or took that back.
    ThreadSettled { number: u64, thread: ThreadId, resolution: Resolution },
    /// A pull request is another one now.
    PullRequestChanged {
        number: u64,
        branch: String,
        state: PullRequestState,
        readiness: Readiness,
        /// The commit that it ends with.
        head: String,
    },
    /// A check of a commit has ended; which one and how is to be asked.
    CheckEnded { commit: String },
    /// A branch ends with another commit, or is gone.
    Pushed { branch: String, head: Option<String>, by: String },
    /// Nothing that anybody here waits for.
    Ignored,
}

/// Where a comment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    PullRequest,
    /// It is what a review says as a whole.
    Review,
    Thread(ThreadId),
}

/// Why a delivery is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undeliverable {
    #[error(
        "the webhook is not signed with the secret that was set for it; give the forge the same secret"
    )]
    Unsigned,
    #[error("the webhook has no usable {header}; this is no delivery of {forge}")]
    Header { header: &'static str, forge: &'static str },
    #[error("the body of the webhook cannot be read: {reason}; deliver it as application/json")]
    Unreadable { reason: String },
}

impl Event {
    /// What somebody orders with a comment. Whether they may is the caller's to ask.
    #[must_use]
    pub fn command(&self) -> Option<(Command, Covers)> {
        match self {
            Self::Commented { place, comment, .. } => {
                Some((Command::parse(&comment.body)?, Covers::of(place)))
            }
            Self::ThreadSettled { .. }
            | Self::PullRequestChanged { .. }
            | Self::CheckEnded { .. }
            | Self::Pushed { .. }
            | Self::Ignored => None,
        }
    }
}

/// Takes a delivery that is signed with this secret.
///
/// # Errors
///
/// When it is not signed with it, or cannot be read.
pub fn receive(
    kind: Kind,
    secret: &Secret,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Delivery, Undeliverable> {
    let header = |name: &'static str| {
        let value = headers.get(name).and_then(|it| it.to_str().ok()).filter(|it| !it.is_empty());
        value.ok_or(Undeliverable::Header { header: name, forge: kind.name() })
    };
    let id = |name| header(name).map(|it| &it[..it.len().min(LONGEST_ID)]);
    match kind {
        Kind::GitHub => {
            let shown = header("x-hub-signature-256").map_err(|_| Undeliverable::Unsigned)?;
            secret.check_signature(shown, body)?;
            github::delivery(id("x-github-delivery")?, header("x-github-event")?, body)
        }
        Kind::GitLab => {
            let shown = header("x-gitlab-token").map_err(|_| Undeliverable::Unsigned)?;
            secret.check_equal(shown)?;
            // Before GitLab 17.4 there was only the other one, which deliveries can share that cause each other.
            let id = id("idempotency-key").or_else(|_| id("x-gitlab-event-uuid"))?;
            gitlab::delivery(id, header("x-gitlab-event")?, body)
        }
    }
}

fn unreadable(error: &serde_json::Error) -> Undeliverable {
    Undeliverable::Unreadable { reason: crate::answer::bounded(&error.to_string()) }
}
