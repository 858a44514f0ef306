//! Searching my runbooks.

use axum::{Json as Reply, extract::State};

use crate::{
    App,
    auth::Caller,
    extract::Query,
    problem::Problem,
    wire::search::{SearchPageBody, SearchQuery},
};

/// Finds my runbooks by title, prose and code. Whatever is typed means something; nothing is a mistake.
#[utoipa::path(get, path = "/api/search", tag = "search", security(("bearer" = ["runbook:read"])), params(SearchQuery), responses(
    (status = 200, description = "one page, the most fitting first", body = SearchPageBody)))]
pub(crate) async fn find(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> Result<Reply<SearchPageBody>, Problem> {
    let found = app.engine.search(caller.user.id, &query.q, query.cursor()?, query.limit()).await?;
    Ok(Reply(SearchPageBody {
        items: found.hits.into_iter().map(Into::into).collect(),
        next_cursor: found.next.map(|it| it.to_string()),
        indexing: found.is_indexing,
    }))
}
