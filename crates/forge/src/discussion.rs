//! What people say about a pull request.
//!
//! ```text
//!  pull request ─┬─ comments                     on the whole of it
//!                ├─ reviews                      what a review says as a whole
//!                └─ threads ── comments          at a line, resolved or not
//! ```

use std::fmt;

use jiff::Timestamp;

use crate::webhook::{Command, Covers};

/// All that was said, each part oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discussion {
    pub comments: Vec<Comment>,
    /// Reviews that say something as a whole.
    pub reviews: Vec<Comment>,
    pub threads: Vec<Thread>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub author: Author,
    /// Markdown, as it was written: somebody else's words.
    pub body: String,
    pub created_at: Timestamp,
}

/// Comments at a line, each an answer to those before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    pub id: ThreadId,
    pub path: String,
    /// In the file as it is now; `None` where that line is gone.
    pub line: Option<u32>,
    pub resolution: Resolution,
    /// Never empty.
    pub comments: Vec<Comment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    Unresolved,
    Resolved,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub login: String,
    pub kind: AuthorKind,
    /// As far as the forge says it with the comment: enough to leave somebody out. [`Forge::access`](crate::Forge::access)
    /// knows it exactly.
    pub access: Access,
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorKind {
    Person,
    /// An app, a bot, or an account that is gone: it orders nothing.
    Program,
}

/// What somebody may do with a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// At most; also nothing, what a forge does not say, and programs.
    Read,
    Write,
}

/// A comment, by where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CommentId {
    PullRequest(u64),
    Thread(u64),
    /// What a review says as a whole. GitHub's GraphQL knows it by its node.
    Review {
        id: u64,
        node: String,
    },
}

/// The same wherever the comment is told of.
impl fmt::Display for CommentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PullRequest(id) => write!(f, "pull_request/{id}"),
            Self::Thread(id) => write!(f, "thread/{id}"),
            Self::Review { id, .. } => write!(f, "review/{id}"),
        }
    }
}

impl Discussion {
    /// What is ordered in it, and which reviews each order is about.
    pub fn orders(&self) -> impl Iterator<Item = (&Comment, Command, Covers)> {
        let whole = self.comments.iter().chain(&self.reviews);
        let whole = whole.map(|it| (it, Covers::Unresolved));
        let in_threads = self.threads.iter().flat_map(|thread| {
            thread.comments.iter().map(|it| (it, Covers::Thread(thread.id.clone())))
        });
        let said = whole.chain(in_threads);
        said.filter_map(|(it, covers)| Some((it, Command::parse(&it.body)?, covers)))
    }
}

/// GitHub: the number of its first comment. GitLab: the id of the discussion.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThreadId(pub String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// 👀: it has been seen.
    Eyes,
    /// 👍: it is done.
    ThumbsUp,
}
