//! Terminals: shells in a session's sandbox, typed into over a WebSocket.
//!
//! A terminal takes any code, so a token needs what one-off code needs too.

use std::sync::Arc;

use axum::{Json as Reply, extract::State, http::StatusCode, response::Response};
use bytes::Bytes;
use engine::{Sight, Terminal, TerminalSize, Viewer};
use futures_util::FutureExt;
use model::id::SessionId;
use tokio::sync::mpsc;

use super::sessions::my_session;
use crate::{
    App,
    auth::Caller,
    extract::{Path, Query},
    problem::{Problem, ProblemDetails},
    socket::{Closed, Farewell, Received, Socket, Upgrade},
    wire::{
        ListBody,
        desk::{TerminalBody, TerminalInput, TerminalNews, TerminalQuery},
    },
};

/// Largest piece that is typed at once: what a person pastes.
const MOST_TYPED: usize = 256 << 10;

/// Pieces that wait until the shell reads them.
const TYPED_AHEAD: usize = 16;

/// Most rows and columns; xterm's own memory grows with them.
const MOST_CELLS: u16 = 1000;

/// My open terminals of a session.
#[utoipa::path(get, path = "/api/sessions/{id}/terminals", tag = "terminal", security(("bearer" = ["session:run", "code:run"])),
    params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the terminals", body = ListBody<TerminalBody>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Reply<ListBody<TerminalBody>>, Problem> {
    my_session(&app, caller.user.id, id).await?;
    let items = app.engine.terminals(id).iter().map(|it| (&**it).into()).collect();
    Ok(Reply(ListBody { items }))
}

/// Closes a terminal, and ends what runs in it.
#[utoipa::path(delete, path = "/api/sessions/{id}/terminals/{terminal}", tag = "terminal", security(("bearer" = ["session:run", "code:run"])),
    params(("id" = SessionId, Path), ("terminal" = u32, Path)), responses(
    (status = 204, description = "it is being closed"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn close(
    State(app): State<App>,
    caller: Caller,
    Path((id, terminal)): Path<(SessionId, u32)>,
) -> Result<StatusCode, Problem> {
    my_session(&app, caller.user.id, id).await?;
    let terminal = app.engine.terminal(id, terminal);
    terminal.ok_or_else(|| Problem::not_found("terminal"))?.close();
    Ok(StatusCode::NO_CONTENT)
}

/// Opens a terminal, or comes back to one, over a WebSocket. Bytes are what is typed and shown; text is
/// JSON (`TerminalInput` and `TerminalNews`). Closing the socket leaves the terminal open for ten minutes.
#[utoipa::path(get, path = "/api/sessions/{id}/terminal", tag = "terminal", security(("bearer" = ["session:run", "code:run"])),
    params(("id" = SessionId, Path), TerminalQuery), responses(
    (status = 101, description = "a WebSocket", body = TerminalNews),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the session has ended or is paused, or has too many terminals", body = ProblemDetails),
    (status = 426, description = "this is a WebSocket", body = ProblemDetails)))]
pub(crate) async fn attach(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(query): Query<TerminalQuery>,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    my_session(&app, caller.user.id, id).await?;
    let size = size(&query);
    let terminal = match query.id {
        Some(number) => {
            let terminal = app.engine.terminal(id, number);
            let terminal = terminal.ok_or_else(|| Problem::not_found("terminal"))?;
            terminal.resize(size).await;
            terminal
        }
        None => app.engine.open_terminal(id, size).await?,
    };
    serve(&app, &caller, terminal, upgrade)
}

/// Lets a peer type into a terminal and shows it what that says, until one of them is gone.
pub(super) fn serve(
    app: &App,
    caller: &Caller,
    terminal: Arc<Terminal>,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    upgrade.serve(app, caller, MOST_TYPED, async move |socket| {
        let (typed, to_type) = mpsc::channel(TYPED_AHEAD);
        let typing = type_in(&terminal, to_type).fuse();
        let viewer = terminal.read();
        let talk = Talk { socket, terminal: &terminal, viewer, typed };
        // Who types more than the shell reads is still shown what it says.
        tokio::select! {
            () = talk.until_over() => {}
            () = async { typing.await; std::future::pending().await } => {}
        }
    })
}

/// How much its peer sees of it.
pub(super) fn size(query: &TerminalQuery) -> TerminalSize {
    clamped(query.rows.unwrap_or(24), query.columns.unwrap_or(80))
}

fn clamped(rows: u16, columns: u16) -> TerminalSize {
    TerminalSize { rows: rows.clamp(1, MOST_CELLS), columns: columns.clamp(1, MOST_CELLS) }
}

async fn type_in(terminal: &Terminal, mut pieces: mpsc::Receiver<Bytes>) {
    while let Some(piece) = pieces.recv().await {
        if terminal.type_in(piece).await.is_err() {
            return;
        }
    }
}

/// One peer of a terminal.
struct Talk<'a> {
    socket: Socket,
    terminal: &'a Terminal,
    viewer: Viewer,
    typed: mpsc::Sender<Bytes>,
}

impl Talk<'_> {
    async fn until_over(mut self) {
        let why = match self.exchange().await {
            Ok(why) => why,
            Err(Closed) => return,
        };
        self.socket.close(why).await;
    }

    async fn exchange(&mut self) -> Result<Farewell, Closed> {
        self.say(&TerminalNews::Ready { id: self.terminal.id }).await?;
        let typed = self.typed.clone();
        loop {
            // While too much is typed, nothing more is received.
            let has_room = typed.capacity() > 0;
            tokio::select! {
                received = self.socket.receive(), if has_room => match received {
                    Some(Received::Binary(bytes)) => {
                        // There was room; a shell that has ended reads nothing.
                        typed.try_send(bytes).ok();
                    }
                    Some(Received::Text(text)) => {
                        let Ok(input) = serde_json::from_str(&text) else { return Ok(Farewell::Odd) };
                        self.take(input).await;
                    }
                    None => return Err(Closed),
                },
                sight = self.viewer.next() => match sight {
                    Some(Sight::Output(bytes)) => self.socket.send_bytes(bytes).await?,
                    Some(Sight::End(end)) => {
                        self.say(&end.into()).await?;
                        return Ok(Farewell::Ended);
                    }
                    None => return Ok(Farewell::TooSlow),
                },
                permit = typed.reserve(), if !has_room => drop(permit),
            }
        }
    }

    async fn take(&mut self, input: TerminalInput) {
        match input {
            TerminalInput::Resize { rows, columns } => {
                self.terminal.resize(clamped(rows, columns)).await;
            }
            TerminalInput::Shown { bytes } => self.viewer.shown(bytes),
        }
    }

    async fn say(&mut self, news: &TerminalNews) -> Result<(), Closed> {
        let text = serde_json::to_string(news).expect("news are always valid JSON");
        self.socket.send_text(text).await
    }
}
