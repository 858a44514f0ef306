//! The text of a runbook while people edit it: the messages of y-websocket over a socket, and beside them
//! what became of the text.

use axum::{extract::State, response::Response};
use engine::{EditorInput, EditorOutput, Heard, Refusal, Standing, Unsaved};
use model::id::{RunbookId, UserId};

use super::runbooks::{body, mine};
use crate::{
    App,
    auth::Caller,
    extract::Path,
    problem::{Code, Problem, ProblemDetails},
    socket::{Closed, Farewell, Received, Socket, Upgrade},
    wire::editing::{EditorEventBody, EditorRequestBody},
};

/// Largest message: the text of a document of 10 MiB, with room for who wrote what.
const MAX_MESSAGE_BYTES: usize = 12 << 20;

/// Edits the text of a runbook, live.
///
/// A WebSocket. Binary frames are messages of y-protocols as y-websocket sends them: sync (0), awareness (1)
/// and the question for awareness (3), one in each frame, of a document with one `Y.Text` named `content`. An
/// editor says first what it has. Text frames are JSON: `EditorEvent` from the server, `EditorRequest` to it.
#[utoipa::path(get, path = "/api/runbooks/{id}/live", tag = "runbooks", security(("bearer" = ["runbook:write"])), params(("id" = RunbookId, Path)), responses(
    (status = 101, description = "the socket is open; what it says is `EditorEvent`", body = EditorEventBody),
    (status = 403, description = "a local document, or a page of another site", body = ProblemDetails),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 426, description = "not a WebSocket", body = ProblemDetails),
    (status = 429, description = "too many have it open", body = ProblemDetails)))]
pub(crate) async fn live(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    app.check_editable()?;
    let user = caller.user.id;
    mine(&app, user, id).await?;
    let editor = app.engine.edit_runbook(id, user).await?;
    let for_socket = app.clone();
    upgrade.serve(&app, &caller, MAX_MESSAGE_BYTES, async move |socket| {
        let (input, output) = (editor.input, editor.output);
        converse(&for_socket, user, socket, input, output).await;
    })
}

/// Passes messages both ways until one side ends it.
async fn converse(
    app: &App,
    user: UserId,
    mut socket: Socket,
    mut input: EditorInput,
    mut output: EditorOutput,
) {
    let why = loop {
        let taken = tokio::select! {
            heard = output.hear() => match heard {
                Some(Heard::Frame(frame)) => socket.send_bytes(frame).await.map_err(|_| None),
                Some(Heard::Standing(standing)) => {
                    tell(&mut socket, standing_event(app, user, &standing)).await
                }
                Some(Heard::Refused(why)) => Err(Some(why)),
                None => break Farewell::Stopping,
            },
            received = socket.receive() => match received {
                Some(Received::Binary(frame)) => input.say(&frame).await.map_err(Some),
                Some(Received::Text(text)) => match asks_to_save(&text) {
                    true => {
                        input.save().await;
                        Ok(())
                    }
                    false => Err(Some(Refusal::Malformed)),
                },
                // The peer is gone, or was told why.
                None => return,
            },
        };
        match taken {
            Ok(()) => {}
            Err(None) => return,
            Err(Some(why)) => {
                let event =
                    EditorEventBody::Refused { error: code(&why), message: why.to_string() };
                if tell(&mut socket, event).await.is_err() {
                    return;
                }
                break farewell(&why);
            }
        }
    };
    socket.close(why).await;
}

async fn tell(socket: &mut Socket, event: EditorEventBody) -> Result<(), Option<Refusal>> {
    let text = serde_json::to_string(&event).expect("an event is always valid JSON");
    socket.send_text(text).await.map_err(|Closed| None)
}

fn asks_to_save(text: &str) -> bool {
    serde_json::from_str::<EditorRequestBody>(text).is_ok_and(|it| it.save)
}

fn standing_event(app: &App, user: UserId, standing: &Standing) -> EditorEventBody {
    match standing {
        Standing::Saved(opened) => {
            let runbook = Box::new(body(app, user, (**opened).clone()));
            EditorEventBody::Saved { runbook }
        }
        Standing::Unsaved(why) => {
            let problem = match &**why {
                Unsaved::Store(error) => Problem::from(error.clone()),
                Unsaved::Invalid(reason) => Problem::invalid(reason.clone()),
            };
            EditorEventBody::Unsaved { error: problem.code(), message: problem.detail().to_owned() }
        }
    }
}

fn code(why: &Refusal) -> Code {
    match why {
        Refusal::Malformed | Refusal::Nul => Code::Invalid,
        Refusal::TooLarge { .. } => Code::TooLarge,
        Refusal::TooManyParts | Refusal::HistoryTooLong | Refusal::OtherHistory => {
            Code::TextReplaced
        }
        Refusal::TooSlow => Code::TooSlow,
        Refusal::Deleted => Code::NotFound,
        Refusal::Unavailable => Code::Unavailable,
    }
}

fn farewell(why: &Refusal) -> Farewell {
    match why {
        Refusal::Malformed | Refusal::Nul | Refusal::TooManyParts => Farewell::Odd,
        Refusal::TooLarge { .. } => Farewell::TooLarge,
        Refusal::TooSlow => Farewell::TooSlow,
        Refusal::HistoryTooLong
        | Refusal::OtherHistory
        | Refusal::Deleted
        | Refusal::Unavailable => Farewell::Ended,
    }
}
