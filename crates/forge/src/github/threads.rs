//! Threads: comments at lines, and whether they are resolved, which only GraphQL says.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{
    GitHub,
    discussion::{UserBody, author},
};
use crate::{Comment, CommentId, ForgeError, Resolution, Thread, ThreadId};

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

/// Most pages of fifty threads.
const MOST_PAGES: usize = 20;

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
    pub(super) async fn threads(
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
}
