//! The accounts of a hub, for administrators. Making and disabling them is `runbook user`'s.

use axum::{Json as Reply, extract::State};
use store::Subject;

use super::queue::standing;
use crate::{
    App,
    auth::Caller,
    extract::Query,
    problem::{Problem, ProblemDetails},
    wire::{
        PageBody,
        users::{AccountBody, UsersQuery},
    },
};

/// The accounts, the latest first, with what each may ask of the queue and what it has.
#[utoipa::path(get, path = "/api/users", tag = "users", security(("bearer" = ["admin"])),
    params(UsersQuery), responses(
    (status = 200, description = "one page", body = PageBody<AccountBody>),
    (status = 403, description = "this is for administrators", body = ProblemDetails)))]
pub(crate) async fn list(
    State(app): State<App>,
    _: Caller,
    Query(query): Query<UsersQuery>,
) -> Result<Reply<PageBody<AccountBody>>, Problem> {
    let cursor = query.cursor()?;
    let page = app.reader.users_like(&query.name, cursor.as_ref(), query.limit()).await?;
    let next_cursor = page.next.map(|it| it.to_string());
    let mut items = Vec::with_capacity(page.items.len());
    for user in page.items {
        let standing = standing(&app, Subject::User(user.id)).await?;
        items.push(AccountBody::new(user, standing));
    }
    Ok(Reply(PageBody { items, next_cursor }))
}
