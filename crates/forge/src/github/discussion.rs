//! Comments, reviews and threads. Only GraphQL says which threads are resolved.

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::GitHub;
use crate::{
    Access, Author, Comment, CommentId, Discussion, ForgeError, Reaction, RepositoryPath,
    Resolution, Thread, ThreadId, api::Ask,
};

/// Its numbers are asked for as `fullDatabaseId`: `databaseId` has 32 bits, and they are running out.
const THREADS: &str = "query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(first: 50, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          isResolved
          path
          line
          comments(first: 100) {
            pageInfo { hasNextPage }
            nodes { fullDatabaseId body createdAt authorAssociation author { __typename login } }
          }
        }
      }
    }
  }
}";

/// Reviews have no reactions in REST.
const REACT: &str = "mutation($id: ID!, $content: ReactionContent!) {
  addReaction(input: { subjectId: $id, content: $content }) { reaction { content } }
}";

/// Most pages of fifty threads.
const MOST_PAGES: usize = 20;

/// Who wrote something, in REST and in webhooks; `null` where the account is gone.
#[derive(Deserialize)]
pub(crate) struct UserBody {
    login: String,
    r#type: Option<String>,
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

#[derive(Deserialize)]
struct ThreadsBody {
    repository: Option<RepositoryNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryNode {
    pull_request: Option<PullRequestNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PullRequestNode {
    review_threads: Nodes<ThreadNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Nodes<T> {
    page_info: PageInfo,
    nodes: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThreadNode {
    is_resolved: bool,
    path: String,
    line: Option<u32>,
    comments: Nodes<CommentNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommentNode {
    full_database_id: String,
    body: String,
    created_at: Timestamp,
    author_association: String,
    author: Option<ActorNode>,
}

#[derive(Deserialize)]
struct ActorNode {
    #[serde(rename = "__typename")]
    kind: String,
    login: String,
}

/// Whoever belongs to the repository may write, as far as a comment tells; programs may not.
pub(crate) fn author(user: Option<UserBody>, association: &str) -> Author {
    // As GitHub shows whoever is gone.
    let UserBody { login, r#type } =
        user.unwrap_or_else(|| UserBody { login: "ghost".to_owned(), r#type: None });
    let is_member = matches!(association, "OWNER" | "MEMBER" | "COLLABORATOR");
    let is_person = r#type.as_deref() == Some("User");
    let access = if is_member && is_person { Access::Write } else { Access::Read };
    Author { login, access }
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

impl CommentNode {
    fn comment(self) -> Option<Comment> {
        let user = self.author.map(|it| UserBody { login: it.login, r#type: Some(it.kind) });
        Some(Comment {
            id: CommentId::Thread(self.full_database_id.parse().ok()?),
            author: author(user, &self.author_association),
            body: self.body,
            created_at: self.created_at,
        })
    }
}

impl ThreadNode {
    fn thread(self) -> Option<Thread> {
        let id = ThreadId(self.comments.nodes.first()?.full_database_id.clone());
        let comments = self.comments.nodes.into_iter().map(CommentNode::comment);
        let comments = comments.collect::<Option<_>>()?;
        let resolution =
            if self.is_resolved { Resolution::Resolved } else { Resolution::Unresolved };
        Some(Thread { id, path: self.path, line: self.line, resolution, comments })
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

    async fn threads(
        &self,
        [owner, name]: [&str; 2],
        number: u64,
        what: &str,
    ) -> Result<Vec<Thread>, ForgeError> {
        let (mut threads, mut after) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let variables =
                json!({ "owner": owner, "name": name, "number": number, "after": after });
            let body: ThreadsBody = self.0.graphql(THREADS, variables, what).await?;
            let found = body.repository.and_then(|it| it.pull_request);
            let missing =
                || ForgeError::NotFound { host: self.0.host().to_owned(), what: what.to_owned() };
            let Nodes { page_info, nodes } = found.ok_or_else(missing)?.review_threads;
            if nodes.iter().any(|it| it.comments.page_info.has_next_page) {
                return Err(self.0.too_much(100, format!("comments in one thread of {what}")));
            }
            let unreadable = || self.0.unreadable("a thread has no comment with a number");
            for node in nodes {
                threads.push(node.thread().ok_or_else(unreadable)?);
            }
            after = page_info.end_cursor;
            if !page_info.has_next_page {
                return Ok(threads);
            }
        }
        Err(self.0.too_much(MOST_PAGES * 50, format!("threads of {what}")))
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
