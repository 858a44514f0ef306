//! Pull requests: what is asked for, and what there is.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// A pull request to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPullRequest {
    pub title: String,
    pub description: String,
    /// The branch with the changes.
    pub branch: String,
    /// The branch that they are for.
    pub base: String,
    pub readiness: Readiness,
}

/// Whether somebody is asked to review it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Draft,
    Ready,
}

/// What becomes another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    pub title: Option<String>,
    pub description: Option<String>,
}

impl Edit {
    /// What a forge is sent. It has its own name for the description.
    pub(crate) fn body(&self, description: &str) -> Value {
        let fields = [("title", &self.title), (description, &self.description)];
        let changed = fields.into_iter().filter_map(|(name, it)| Some((name, it.as_ref()?)));
        changed
            .map(|(name, it)| (name.to_owned(), it.as_str().into()))
            .collect::<Map<_, _>>()
            .into()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// As the repository counts them.
    pub number: u64,
    /// Of its page: http or https.
    pub url: String,
}

/// A pull request as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequestStatus {
    pub pull_request: PullRequest,
    pub title: String,
    pub state: PullRequestState,
    pub readiness: Readiness,
    /// The commit that it ends with.
    pub head: String,
    pub branch: String,
    pub base: String,
    /// When anything about it changed last; what people say counts.
    pub changed_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullRequestState {
    Open,
    Merged,
    /// Without having been merged.
    Closed,
}
