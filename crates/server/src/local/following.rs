//! A local document without components while its author edits it: what is shown and runs is what the file holds.
//!
//! Each request looks at the file first, so a click runs what stands there then. Whoever clicked on an older
//! block is told that it has changed, as in every session.

use std::{convert::Infallible, io::Read, path::Path, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::Response,
    routing::get,
};
use futures_util::stream;

use super::{Local, LocalDocument};
use crate::{App, accept::Format, auth::Caller, problem::Problem, stream as streams};

/// How often the file is looked at while a page is open. A change is told once it has stood that long.
const LOOK: Duration = Duration::from_millis(300);

/// What of a document without components is shown and runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// What the file held at the start.
    Start,
    /// What the file holds.
    File,
}

/// The routes of a document without components.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/api/local/changes", get(changes))
}

impl App {
    /// Takes over what the file holds now, if that is what is shown. What cannot be read or is no document leaves
    /// things as they were.
    pub(crate) async fn follow(&self) {
        let Some(local) = &self.local else { return };
        let Local { runbook: Some(id), user, document, .. } = &**local else { return };
        if document.follows == Follows::Start {
            return;
        }
        let Some(text) = document.text().await else { return };
        let Ok(Some(opened)) = self.engine.open_runbook(*id).await else { return };
        if opened.revision.content == text {
            return;
        }
        let title = document::parse(&text).title;
        let saved = self.engine.save_runbook(*id, user.id, None, title.as_deref(), Some(&text));
        if let Err(error) = saved.await {
            tracing::warn!(%error, "the file was not taken over");
        }
    }
}

impl LocalDocument {
    /// What the file holds.
    async fn text(&self) -> Option<String> {
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || read(&path)).await.ok()?
    }
}

fn read(path: &Path) -> Option<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(document::MAX_DOCUMENT_BYTES as u64 + 1).read_to_string(&mut text).ok()?;
    Some(text)
}

/// The document of this start; only whoever was shown its URL gets this far.
struct Shown(LocalDocument);

impl FromRequestParts<App> for Shown {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Caller::from_request_parts(parts, app).await?;
        let local = app.local.as_ref().ok_or_else(|| Problem::not_found("local document"))?;
        Ok(Self(local.document.clone()))
    }
}

/// Says at once that it listens, and then whenever the file holds something else.
async fn changes(State(app): State<App>, Shown(document): Shown) -> Response {
    let stopping = app.engine.stopping();
    let told = stream::unfold(None, move |known: Option<Option<String>>| {
        let (document, stopping) = (document.clone(), stopping.clone());
        async move {
            let Some(known) = known else {
                let now = document.text().await;
                return Some((Ok::<_, Infallible>("event:hello\ndata:{}\n\n"), Some(now)));
            };
            let mut seen = known.clone();
            loop {
                if tokio::time::timeout(LOOK, stopping.cancelled()).await.is_ok() {
                    return None;
                }
                let now = document.text().await;
                if now != known && now == seen {
                    return Some((Ok("event:changed\ndata:{}\n\n"), Some(now)));
                }
                seen = now;
            }
        }
    });
    streams::response(Format::Sse, Body::from_stream(told))
}
