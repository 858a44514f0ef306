//! GitHub's deliveries. What is not read here may be anything.

use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};

use super::{Delivery, Event, Place, Undeliverable, unreadable};
use crate::{
    Comment, CommentId, PullRequestState, Readiness, RepositoryPath, Resolution, ThreadId,
    github::discussion::{UserBody, author},
};

#[derive(Deserialize)]
struct About {
    #[serde(default)]
    action: String,
    repository: Option<RepositoryBody>,
}

#[derive(Deserialize)]
struct RepositoryBody {
    full_name: String,
}

#[derive(Deserialize)]
struct CommentBody {
    id: u64,
    body: Option<String>,
    user: Option<UserBody>,
    author_association: String,
    created_at: Timestamp,
    /// The first comment of the thread, where this is another one.
    in_reply_to_id: Option<u64>,
}

#[derive(Deserialize)]
struct IssueComment {
    issue: IssueBody,
    comment: CommentBody,
}

#[derive(Deserialize)]
struct IssueBody {
    number: u64,
    /// Only of issues that are pull requests.
    pull_request: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct ReviewComment {
    pull_request: Numbered,
    comment: CommentBody,
}

#[derive(Deserialize)]
struct Numbered {
    number: u64,
}

#[derive(Deserialize)]
struct Review {
    pull_request: Numbered,
    review: ReviewBody,
}

#[derive(Deserialize)]
struct ReviewBody {
    id: u64,
    node_id: String,
    body: Option<String>,
    user: Option<UserBody>,
    author_association: String,
    submitted_at: Timestamp,
}

#[derive(Deserialize)]
struct ReviewThread {
    pull_request: Numbered,
    thread: ThreadBody,
}

#[derive(Deserialize)]
struct ThreadBody {
    comments: Vec<Identified>,
}

#[derive(Deserialize)]
struct Identified {
    id: u64,
}

#[derive(Deserialize)]
struct PullRequest {
    pull_request: PullRequestBody,
}

#[derive(Deserialize)]
struct PullRequestBody {
    number: u64,
    state: String,
    #[serde(default)]
    merged: bool,
    #[serde(default)]
    draft: bool,
    head: HeadBody,
}

#[derive(Deserialize)]
struct HeadBody {
    r#ref: String,
    sha: String,
}

/// A check run, a check suite or a workflow run.
#[derive(Deserialize)]
struct Checked {
    #[serde(alias = "check_suite", alias = "workflow_run")]
    check_run: CheckedBody,
}

#[derive(Deserialize)]
struct CheckedBody {
    head_sha: String,
}

#[derive(Deserialize)]
struct Push {
    r#ref: String,
    after: String,
    deleted: bool,
    pusher: PusherBody,
}

#[derive(Deserialize)]
struct PusherBody {
    name: String,
}

pub(super) fn delivery(id: &str, event: &str, body: &[u8]) -> Result<Delivery, Undeliverable> {
    let About { action, repository } = read(body)?;
    let event = match (event, action.as_str()) {
        ("issue_comment", "created") => read::<IssueComment>(body)?.event(),
        ("pull_request_review", "submitted") => read::<Review>(body)?.event(),
        ("pull_request_review_comment", "created") => read::<ReviewComment>(body)?.event(),
        ("pull_request_review_thread", "resolved") => {
            read::<ReviewThread>(body)?.event(Resolution::Resolved)
        }
        ("pull_request_review_thread", "unresolved") => {
            read::<ReviewThread>(body)?.event(Resolution::Unresolved)
        }
        (
            "pull_request",
            "closed" | "reopened" | "synchronize" | "converted_to_draft" | "ready_for_review",
        ) => read::<PullRequest>(body)?.pull_request.event(),
        ("check_run" | "check_suite" | "workflow_run", "completed") => {
            Event::CheckEnded { commit: read::<Checked>(body)?.check_run.head_sha }
        }
        // Statuses have no action.
        ("status", _) => Event::CheckEnded { commit: read::<Status>(body)?.sha },
        ("push", _) => read::<Push>(body)?.event(),
        _ => Event::Ignored,
    };
    let repository = repository.and_then(|it| RepositoryPath::parse(&it.full_name));
    Ok(Delivery { id: id.to_owned(), repository, event })
}

#[derive(Deserialize)]
struct Status {
    sha: String,
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Undeliverable> {
    serde_json::from_slice(body).map_err(|it| unreadable(&it))
}

impl CommentBody {
    fn comment(self, id: CommentId) -> Comment {
        Comment {
            id,
            author: author(self.user, &self.author_association),
            body: self.body.unwrap_or_default(),
            created_at: self.created_at,
        }
    }
}

impl IssueComment {
    fn event(self) -> Event {
        let Self { issue: IssueBody { number, pull_request }, comment } = self;
        if pull_request.is_none() {
            return Event::Ignored;
        }
        let id = CommentId::PullRequest(comment.id);
        Event::Commented { number, place: Place::PullRequest, comment: comment.comment(id) }
    }
}

impl ReviewComment {
    fn event(self) -> Event {
        let Self { pull_request: Numbered { number }, comment } = self;
        let thread = ThreadId(comment.in_reply_to_id.unwrap_or(comment.id).to_string());
        let id = CommentId::Thread(comment.id);
        Event::Commented { number, place: Place::Thread(thread), comment: comment.comment(id) }
    }
}

impl Review {
    fn event(self) -> Event {
        let Self { pull_request: Numbered { number }, review } = self;
        let comment = Comment {
            id: CommentId::Review { id: review.id, node: review.node_id },
            author: author(review.user, &review.author_association),
            body: review.body.unwrap_or_default(),
            created_at: review.submitted_at,
        };
        Event::Commented { number, place: Place::Review, comment }
    }
}

impl ReviewThread {
    fn event(self, resolution: Resolution) -> Event {
        let Self { pull_request: Numbered { number }, thread: ThreadBody { comments } } = self;
        match comments.first() {
            Some(Identified { id }) => {
                Event::ThreadSettled { number, thread: ThreadId(id.to_string()), resolution }
            }
            None => Event::Ignored,
        }
    }
}

impl PullRequestBody {
    fn event(self) -> Event {
        let state = match (self.merged, self.state.as_str()) {
            (true, _) => PullRequestState::Merged,
            (false, "open") => PullRequestState::Open,
            (false, _) => PullRequestState::Closed,
        };
        let readiness = if self.draft { Readiness::Draft } else { Readiness::Ready };
        let HeadBody { r#ref: branch, sha: head } = self.head;
        Event::PullRequestChanged { number: self.number, branch, state, readiness, head }
    }
}

impl Push {
    fn event(self) -> Event {
        let Self { r#ref, after, deleted, pusher } = self;
        match r#ref.strip_prefix("refs/heads/") {
            Some(branch) => Event::Pushed {
                branch: branch.to_owned(),
                head: (!deleted).then_some(after),
                by: pusher.name,
            },
            None => Event::Ignored,
        }
    }
}
