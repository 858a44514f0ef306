//! GitLab's deliveries: as many of them as GitHub's.

use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};

use super::{Delivery, Event, Place, Undeliverable, unreadable};
use crate::{
    Access, Comment, CommentId, PullRequestState, Readiness, RepositoryPath, ThreadId,
    gitlab::discussion::author,
};

#[derive(Deserialize)]
struct About {
    project: Option<ProjectBody>,
}

#[derive(Deserialize)]
struct ProjectBody {
    path_with_namespace: String,
}

#[derive(Deserialize)]
struct NoteHook {
    user: UserBody,
    object_attributes: NoteBody,
    /// Only of notes on merge requests.
    merge_request: Option<Numbered>,
}

#[derive(Deserialize)]
struct UserBody {
    username: String,
}

#[derive(Deserialize)]
struct Numbered {
    iid: u64,
}

#[derive(Deserialize)]
struct NoteBody {
    id: u64,
    note: String,
    discussion_id: String,
    /// `DiffNote`, `DiscussionNote`, or nothing of a note that stands alone.
    r#type: Option<String>,
    created_at: String,
    /// Of what GitLab itself notes down.
    #[serde(default)]
    system: bool,
    /// Missing of older ones, which tell new notes only.
    action: Option<String>,
}

#[derive(Deserialize)]
struct MergeRequestHook {
    object_attributes: MergeRequestBody,
}

#[derive(Deserialize)]
struct MergeRequestBody {
    iid: u64,
    state: String,
    source_branch: String,
    #[serde(default)]
    draft: bool,
    last_commit: CommitBody,
}

#[derive(Deserialize)]
struct CommitBody {
    id: String,
}

#[derive(Deserialize)]
struct PipelineHook {
    object_attributes: PipelineBody,
}

#[derive(Deserialize)]
struct PipelineBody {
    sha: String,
    status: String,
}

#[derive(Deserialize)]
struct PushHook {
    r#ref: String,
    after: String,
    user_username: String,
}

pub(super) fn delivery(id: &str, event: &str, body: &[u8]) -> Result<Delivery, Undeliverable> {
    let About { project } = read(body)?;
    let event = match event {
        "Note Hook" => read::<NoteHook>(body)?.event()?,
        "Merge Request Hook" => read::<MergeRequestHook>(body)?.object_attributes.event(),
        "Pipeline Hook" => read::<PipelineHook>(body)?.object_attributes.event(),
        "Push Hook" => read::<PushHook>(body)?.event(),
        _ => Event::Ignored,
    };
    let repository = project.and_then(|it| RepositoryPath::parse(&it.path_with_namespace));
    Ok(Delivery { id: id.to_owned(), repository, event })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Undeliverable> {
    serde_json::from_slice(body).map_err(|it| unreadable(&it))
}

/// GitLab writes `2015-05-17 18:08:09 UTC` here, and RFC 3339 elsewhere.
fn time(text: &str) -> Result<Timestamp, Undeliverable> {
    let plain = text.replace(" UTC", "Z");
    plain.parse().map_err(|_| Undeliverable::Unreadable {
        reason: format!("{:?} is no time", crate::answer::bounded(text)),
    })
}

impl NoteHook {
    fn event(self) -> Result<Event, Undeliverable> {
        let Self { user, object_attributes: note, merge_request } = self;
        let is_new = note.action.as_deref().is_none_or(|it| it == "create");
        let Some(Numbered { iid }) = merge_request.filter(|_| is_new && !note.system) else {
            return Ok(Event::Ignored);
        };
        let (place, id) = match note.r#type.as_deref() {
            Some("DiffNote") => {
                (Place::Thread(ThreadId(note.discussion_id)), CommentId::Thread(note.id))
            }
            // A discussion about the whole is no thread.
            Some(_) | None => (Place::PullRequest, CommentId::PullRequest(note.id)),
        };
        // A note does not tell what its author may do.
        let author = author(user.username, Access::Read);
        let created_at = time(&note.created_at)?;
        let comment = Comment { id, author, body: note.note, created_at };
        Ok(Event::Commented { number: iid, place, comment })
    }
}

impl MergeRequestBody {
    fn event(self) -> Event {
        Event::PullRequestChanged {
            number: self.iid,
            branch: self.source_branch,
            state: match self.state.as_str() {
                "merged" => PullRequestState::Merged,
                "opened" | "locked" => PullRequestState::Open,
                _ => PullRequestState::Closed,
            },
            readiness: if self.draft { Readiness::Draft } else { Readiness::Ready },
            head: self.last_commit.id,
        }
    }
}

impl PipelineBody {
    fn event(self) -> Event {
        match self.status.as_str() {
            "success" | "failed" | "canceled" | "skipped" => Event::CheckEnded { commit: self.sha },
            _ => Event::Ignored,
        }
    }
}

impl PushHook {
    fn event(self) -> Event {
        let Self { r#ref, after, user_username } = self;
        let is_gone = after.bytes().all(|it| it == b'0');
        match r#ref.strip_prefix("refs/heads/") {
            Some(branch) => Event::Pushed {
                branch: branch.to_owned(),
                head: (!is_gone).then_some(after),
                by: user_username,
            },
            None => Event::Ignored,
        }
    }
}
