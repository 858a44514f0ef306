//! Notes and the discussions that they stand in. GitLab has no summary of a review: it is a note like others.

use std::collections::BTreeMap;

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::GitLab;
use crate::{
    Access, Author, AuthorKind, Comment, CommentId, Discussion, ForgeError, Reaction,
    RepositoryPath, Resolution, Thread, ThreadId, api::Ask,
};

/// Most authors whose access is asked for, one by one; what the others may do is not known.
const MOST_AUTHORS: usize = 50;

#[derive(Deserialize)]
struct DiscussionBody {
    id: String,
    /// Of a note that nobody can answer to.
    individual_note: bool,
    notes: Vec<NoteBody>,
}

#[derive(Deserialize)]
struct NoteBody {
    id: u64,
    body: String,
    author: AuthorBody,
    created_at: Timestamp,
    /// Of what GitLab itself notes down.
    system: bool,
    #[serde(default)]
    resolved: bool,
    position: Option<PositionBody>,
}

#[derive(Deserialize)]
struct AuthorBody {
    username: String,
}

#[derive(Deserialize)]
struct PositionBody {
    new_path: Option<String>,
    old_path: Option<String>,
    new_line: Option<u32>,
}

#[derive(Deserialize)]
struct CreatedBody {
    id: u64,
}

impl NoteBody {
    fn comment(self, id: fn(u64) -> CommentId, known: &BTreeMap<String, Access>) -> Comment {
        let login = self.author.username;
        let access = known.get(&login).copied().unwrap_or(Access::Read);
        let author = author(login, access);
        Comment { id: id(self.id), author, body: self.body, created_at: self.created_at }
    }
}

/// Bots of projects and groups are users like others, but for their name: `project_7_bot_c0ffee`.
pub(crate) fn author(login: String, access: Access) -> Author {
    let parts: Vec<_> = login.split('_').collect();
    let kind = match parts[..] {
        ["project" | "group", number, "bot", ..] if number.parse::<u64>().is_ok() => {
            AuthorKind::Program
        }
        _ => AuthorKind::Person,
    };
    Author { login, kind, access }
}

impl DiscussionBody {
    /// A discussion at a line is a thread; others are about the whole.
    fn join(mut self, said: &mut Discussion, known: &BTreeMap<String, Access>) {
        self.notes.retain(|it| !it.system);
        let is_resolved = self.notes.iter().all(|it| it.resolved);
        let Some(position) = self.notes.first_mut().map(|it| it.position.take()) else { return };
        let notes = self.notes.into_iter();
        let Some(PositionBody { new_path, old_path, new_line }) =
            position.filter(|_| !self.individual_note)
        else {
            said.comments.extend(notes.map(|it| it.comment(CommentId::PullRequest, known)));
            return;
        };
        said.threads.push(Thread {
            id: ThreadId(self.id),
            path: new_path.or(old_path).unwrap_or_default(),
            line: new_line,
            resolution: if is_resolved { Resolution::Resolved } else { Resolution::Unresolved },
            comments: notes.map(|it| it.comment(CommentId::Thread, known)).collect(),
        });
    }
}

impl GitLab {
    pub(super) async fn all_said(
        &self,
        path: &RepositoryPath,
        number: u64,
    ) -> Result<Discussion, ForgeError> {
        let (project, digits) = (path.to_string(), number.to_string());
        let segments = ["projects", &project, "merge_requests", &digits, "discussions"];
        let what = format!("merge request {number} of {path}");
        let found: Vec<DiscussionBody> = self.0.pages(&segments, &[], &what, |it| it).await?;
        let notes = found.iter().flat_map(|it| &it.notes).filter(|it| !it.system);
        let known = self.access_of_all(path, notes.map(|it| &it.author.username)).await?;
        let mut said = Discussion::default();
        for discussion in found {
            discussion.join(&mut said, &known);
        }
        Ok(said)
    }

    async fn access_of_all(
        &self,
        path: &RepositoryPath,
        logins: impl Iterator<Item = &String>,
    ) -> Result<BTreeMap<String, Access>, ForgeError> {
        let mut known = BTreeMap::new();
        for login in logins {
            if known.len() < MOST_AUTHORS && !known.contains_key(login) {
                known.insert(login.clone(), self.access_of(path, login).await?);
            }
        }
        Ok(known)
    }

    pub(super) async fn say(
        &self,
        path: &RepositoryPath,
        number: u64,
        body: &str,
    ) -> Result<CommentId, ForgeError> {
        let (project, digits) = (path.to_string(), number.to_string());
        let segments = ["projects", &project, "merge_requests", &digits, "notes"];
        let ask = Ask::of(&segments, format!("merge request {number} of {path}"));
        let ask = ask.send(Method::POST, json!({ "body": body }));
        let CreatedBody { id } = self.0.ask(ask).await?;
        Ok(CommentId::PullRequest(id))
    }

    pub(super) async fn answer(
        &self,
        path: &RepositoryPath,
        number: u64,
        ThreadId(thread): &ThreadId,
        body: &str,
    ) -> Result<CommentId, ForgeError> {
        let (project, digits) = (path.to_string(), number.to_string());
        let segments =
            ["projects", &project, "merge_requests", &digits, "discussions", thread, "notes"];
        let what = format!("discussion {thread} of merge request {number} of {path}");
        let ask = Ask::of(&segments, what).send(Method::POST, json!({ "body": body }));
        let CreatedBody { id } = self.0.ask(ask).await?;
        Ok(CommentId::Thread(id))
    }

    pub(super) async fn award(
        &self,
        path: &RepositoryPath,
        number: u64,
        comment: &CommentId,
        reaction: Reaction,
    ) -> Result<(), ForgeError> {
        let (CommentId::PullRequest(id) | CommentId::Thread(id) | CommentId::Review { id, .. }) =
            comment;
        let name = match reaction {
            Reaction::Eyes => "eyes",
            Reaction::ThumbsUp => "thumbsup",
        };
        let (project, number, note) = (path.to_string(), number.to_string(), id.to_string());
        let request = ["projects", &project, "merge_requests", &number];
        let segments = [&request[..], &["notes", &note, "award_emoji"]].concat();
        let ask = Ask::of(&segments, format!("note {id} of merge request {number} of {path}"));
        match self.0.ask::<Value>(ask.send(Method::POST, json!({ "name": name }))).await {
            // Of one that is there already: `404 Award Emoji Name has already been taken`.
            Err(ForgeError::NotFound { .. }) => self.find_note(&request, &note).await,
            answer => answer.map(drop),
        }
    }

    /// Tells a note that is missing from one that has the reaction.
    async fn find_note(&self, request: &[&str], note: &str) -> Result<(), ForgeError> {
        let segments = [request, &["notes", note]].concat();
        self.0.ask::<Value>(Ask::of(&segments, format!("note {note}"))).await.map(drop)
    }
}
