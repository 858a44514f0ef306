//! What people say about a pull request.
//!
//! ```text
//!  pull request ─┬─ comments                     on the whole of it
//!                ├─ reviews                      what a review says as a whole
//!                └─ threads ── comments          at a line, resolved or not
//! ```

use jiff::Timestamp;

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
    /// As far as the forge says it with the comment: enough to leave somebody out. [`Forge::access`](crate::Forge::access)
    /// knows it exactly.
    pub access: Access,
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
