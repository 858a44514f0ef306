//! Comments and reviews, answers and reactions.

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::GitHub;
use crate::{
    Access, Author, AuthorKind, Comment, CommentId, Discussion, ForgeError, Reaction,
    RepositoryPath, ThreadId, api::Ask,
};

/// Reviews have no reactions in REST.
const REACT: &str = "mutation($id: ID!, $content: ReactionContent!) {
  addReaction(input: { subjectId: $id, content: $content }) { reaction { content } }
}";

/// Who wrote something, in REST and in webhooks; `null` where the account is gone.
#[derive(Deserialize)]
pub(crate) struct UserBody {
    pub(super) login: String,
    pub(super) r#type: Option<String>,
}

#[derive(Deserialize)]
struct CommentBody {
    id: u64,
    body: Option<String>,
    user: Option<UserBody>,
    author_association: String,
    created_at: Timestamp,
}

#[derive(Deserialize)]
struct ReviewBody {
    id: u64,
    node_id: String,
    body: Option<String>,
    user: Option<UserBody>,
    author_association: String,
    /// Missing as long as only its author sees it.
    submitted_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct CreatedBody {
    id: u64,
}

/// Whoever belongs to the repository may write, as far as a comment tells; programs may not.
pub(crate) fn author(user: Option<UserBody>, association: &str) -> Author {
    // As GitHub shows whoever is gone.
    let UserBody { login, r#type } =
        user.unwrap_or_else(|| UserBody { login: "ghost".to_owned(), r#type: None });
    let is_member = matches!(association, "OWNER" | "MEMBER" | "COLLABORATOR");
    let is_person = r#type.as_deref() == Some("User");
    let access = if is_member && is_person { Access::Write } else { Access::Read };
    let kind = if is_person { AuthorKind::Person } else { AuthorKind::Program };
    Author { login, kind, access }
}

impl From<CommentBody> for Comment {
    fn from(body: CommentBody) -> Self {
        Self {
            id: CommentId::PullRequest(body.id),
            author: author(body.user, &body.author_association),
            body: body.body.unwrap_or_default(),
            created_at: body.created_at,
        }
    }
}

impl ReviewBody {
    /// `None` of one that says nothing but what its threads do.
    fn summary(self) -> Option<Comment> {
        let body = self.body.filter(|it| !it.trim().is_empty())?;
        Some(Comment {
            id: CommentId::Review { id: self.id, node: self.node_id },
            author: author(self.user, &self.author_association),
            body,
            created_at: self.submitted_at?,
        })
    }
}

impl GitHub {
    pub(super) async fn all_said(
        &self,
        path: &RepositoryPath,
        number: u64,
    ) -> Result<Discussion, ForgeError> {
        let [owner, name] = self.pair(path)?;
        let (digits, what) = (number.to_string(), format!("pull request {number} of {path}"));
        let segments = ["repos", owner, name, "issues", &digits, "comments"];
        let comments: Vec<CommentBody> = self.0.pages(&segments, &[], &what, |it| it).await?;
        let segments = ["repos", owner, name, "pulls", &digits, "reviews"];
        let reviews: Vec<ReviewBody> = self.0.pages(&segments, &[], &what, |it| it).await?;
        Ok(Discussion {
            comments: comments.into_iter().map(Comment::from).collect(),
            reviews: reviews.into_iter().filter_map(ReviewBody::summary).collect(),
            threads: self.threads([owner, name], number, &what).await?,
        })
    }

    pub(super) async fn say(
        &self,
        path: &RepositoryPath,
        number: u64,
        body: &str,
    ) -> Result<CommentId, ForgeError> {
        let [owner, name] = self.pair(path)?;
        let digits = number.to_string();
        let segments = ["repos", owner, name, "issues", &digits, "comments"];
        let ask = Ask::of(&segments, format!("pull request {number} of {path}"));
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
        let [owner, name] = self.pair(path)?;
        let number = number.to_string();
        let segments = ["repos", owner, name, "pulls", &number, "comments", thread, "replies"];
        let ask = Ask::of(&segments, format!("thread {thread} of pull request {number} of {path}"));
        let ask = ask.send(Method::POST, json!({ "body": body }));
        let CreatedBody { id } = self.0.ask(ask).await?;
        Ok(CommentId::Thread(id))
    }

    pub(super) async fn add_reaction(
        &self,
        path: &RepositoryPath,
        comment: &CommentId,
        reaction: Reaction,
    ) -> Result<(), ForgeError> {
        let [owner, name] = self.pair(path)?;
        let (rest, graphql) = match reaction {
            Reaction::Eyes => ("eyes", "EYES"),
            Reaction::ThumbsUp => ("+1", "THUMBS_UP"),
        };
        let (kind, id) = match comment {
            CommentId::PullRequest(id) => ("issues", id),
            CommentId::Thread(id) => ("pulls", id),
            CommentId::Review { id, node } => {
                let variables = json!({ "id": node, "content": graphql });
                let what = format!("review {id} of {path}");
                return self.0.graphql::<Value>(REACT, variables, &what).await.map(drop);
            }
        };
        let digits = id.to_string();
        let segments = ["repos", owner, name, kind, "comments", &digits, "reactions"];
        let ask = Ask::of(&segments, format!("comment {id} of {path}"));
        let body = json!({ "content": rest });
        self.0.ask::<Value>(ask.send(Method::POST, body)).await.map(drop)
    }
}
