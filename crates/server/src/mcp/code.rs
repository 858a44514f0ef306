//! One-off code.

use ::base64::{Engine as _, engine::general_purpose::STANDARD};
use axum::http::Method;
use mcp::{Answer, RunCode, Transcript};
use serde_json::{Value, json};

use super::own_routes::{Asking, Refusal, follow};

/// Bytes of a program's output that a model is shown.
pub(super) const MOST_OUTPUT: usize = 64 << 10;

pub(super) async fn run(asking: &Asking, call: RunCode) -> Result<Answer, Refusal> {
    let response = asking.send(Method::POST, "/api/code/run", Some(&order(call))).await?;
    let mut transcript = Transcript::new(MOST_OUTPUT);
    follow(response, &mut transcript).await?;
    if let Some(why) = transcript.failure() {
        return Err(Refusal::new(why));
    }
    let mut text = format!("{}\n", transcript.ending());
    transcript.write_output(&mut text);
    Ok(Answer::text(&text))
}

fn order(call: RunCode) -> Value {
    let files = call
        .files
        .iter()
        .map(|it| json!({ "path": it.path, "content": STANDARD.encode(&it.content) }));
    json!({
        "code": call.code,
        "lang": call.language,
        "files": files.collect::<Vec<_>>(),
        "dependencies": call.dependencies,
        "stdin": call.stdin,
        "timeout": call.timeout,
    })
}
