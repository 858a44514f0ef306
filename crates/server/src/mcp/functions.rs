//! Functions.

use std::fmt::Write as _;

use axum::http::Method;
use mcp::{Answer, CallFunction, Transcript, clean_line};
use serde_json::json;

use super::{
    STRING,
    code::MOST_OUTPUT,
    own_routes::{Asking, Refusal, encoded, follow},
};

/// Functions that are listed.
const MOST_FUNCTIONS: usize = 100;

pub(super) async fn list(asking: &Asking) -> Result<Answer, Refusal> {
    let functions = asking.get(&format!("/api/function?limit={MOST_FUNCTIONS}")).await?;
    let functions = functions.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut text = String::new();
    for it in functions {
        let info = &it["info"];
        let word = |at: &serde_json::Value| clean_line(at.as_str().unwrap_or_default());
        let (name, language, version) =
            (word(&it["name"]), word(&info["lang"]), word(&info["version"]));
        let (status, about) = (word(&info["status"]["type"]), word(&info["description"]));
        writeln!(text, "{name} ({language}), version {version}, {status}: {about}").expect(STRING);
    }
    match functions.len() {
        0 => text.push_str("there are no functions"),
        MOST_FUNCTIONS => text.push_str("there may be more"),
        _ => {}
    }
    Ok(Answer::text(&text))
}

pub(super) async fn call(asking: &Asking, call: CallFunction) -> Result<Answer, Refusal> {
    let path = format!("/api/function/{}/run/stream", encoded(&call.function));
    let mut body = json!({ "input": call.input });
    if let Some(timeout) = call.timeout {
        body["timeout"] = json!(timeout);
    }
    let response = asking.send(Method::POST, &path, Some(&body)).await?;
    let mut transcript = Transcript::new(MOST_OUTPUT);
    follow(response, &mut transcript).await?;
    if let Some(why) = transcript.failure() {
        return Err(Refusal::new(why));
    }
    let mut text = format!("{}\n", transcript.ending());
    transcript.write_output(&mut text);
    Ok(Answer::text(&text))
}
