//! The routes of Gruntwork Runbooks, with its fields and events, for programs that were written for it.
//!
//! ```text
//!   log* ─▶ status ─▶ outputs? ─▶ files_captured? ─▶ done            error, where the script was not run
//! ```

use axum::{Json as Reply, body::Body, extract::State, response::Response};
use engine::local::{Executable, LEFT_MEDIA_TYPE};
use futures_util::StreamExt;
use model::event::{Event, EventKind};
use serde_json::{Value, json};

use super::{ExecBody, Json, Refused, Shown, no_name};
use crate::{App, accept::Format, problem::Problem, stream};

/// An event as they are sent: no space behind the colon.
pub(super) fn event(name: &str, data: &Value) -> String {
    format!("event:{name}\ndata:{data}\n\n")
}

/// Runs a script and streams what comes of it. A client that goes away leaves it running, as a closed tab does.
pub(super) async fn exec(
    State(app): State<App>,
    Shown(runbook): Shown,
    Json(body): Json<ExecBody>,
) -> Result<Response, Refused> {
    if !body.env_vars_override.is_empty() {
        let detail = "env_vars_override is not taken: variables can change what a program does; \
                      let the document declare them with `env`";
        return Err(Problem::invalid(detail).at("/env_vars_override").into());
    }
    let (named, given) = body.parts().ok_or_else(no_name)?;
    let execution = runbook.start(&named, &given).await?;
    let view = runbook.view().await;
    let block = execution.block.as_deref().unwrap_or_default();
    let may_warn = view.registry.of_component(block).is_some_and(Executable::may_warn);
    let mut told = Told { may_warn, ..Told::default() };
    let pages = app.engine.follow(execution.id, 1).map(move |page| {
        let mut text = String::new();
        for stored in page? {
            if let Ok(event) = serde_json::from_str::<Event>(&stored.body) {
                told.tell(event, &mut text);
            }
        }
        Ok::<_, store::StoreError>(text)
    });
    Ok(stream::response(Format::Sse, Body::from_stream(pages)))
}

/// What is told of an execution, line by line.
#[derive(Default)]
struct Told {
    may_warn: bool,
    /// What stands on the line that has not ended.
    line: Vec<u8>,
    /// Whether that line was told already, and is told anew in its place.
    is_told: bool,
    outputs: Value,
    files: Vec<Value>,
}

impl Told {
    fn tell(&mut self, event: Event, text: &mut String) {
        let at = event.at.to_string();
        match event.kind {
            EventKind::Stdout(chunk) | EventKind::Stderr(chunk) => {
                self.write(&chunk.bytes(), &at, text);
            }
            EventKind::Info { data } => self.log(&data, &at, text),
            EventKind::Display { data, .. } => {
                if let Some(left) = data.get(LEFT_MEDIA_TYPE) {
                    self.outputs = left["outputs"].clone();
                    self.files = left["files"].as_array().cloned().unwrap_or_default();
                }
            }
            EventKind::Truncated { .. } => self.log("the output is longer than is kept", &at, text),
            EventKind::Result { data } => {
                self.end_line(&at, text);
                let code = data.exit_code;
                let status = match code {
                    Some(0) => "success",
                    Some(2) if self.may_warn => "warn",
                    Some(_) | None => "fail",
                };
                text.push_str(&event(
                    "status",
                    &json!({ "status": status, "exitCode": code.unwrap_or(-1) }),
                ));
                if self.outputs.as_object().is_some_and(|it| !it.is_empty()) {
                    let outputs = json!({ "outputs": self.outputs });
                    text.push_str(&event("outputs", &outputs));
                }
                if !self.files.is_empty() {
                    let files: Vec<_> =
                        self.files.iter().map(|it| json!({ "path": it })).collect();
                    let captured = json!({ "count": files.len(), "files": files });
                    text.push_str(&event("files_captured", &captured));
                }
                text.push_str(&event("done", &json!({})));
            }
            EventKind::Error { data } => {
                self.end_line(&at, text);
                let error = json!({ "message": data.message });
                text.push_str(&event("error", &error));
            }
        }
    }

    /// A carriage return begins the line anew: what follows takes its place.
    fn write(&mut self, bytes: &[u8], at: &str, text: &mut String) {
        for byte in bytes {
            match byte {
                b'\n' => self.end_line(at, text),
                b'\r' => {
                    if !self.line.is_empty() {
                        let line = std::mem::take(&mut self.line);
                        self.log_line(&line, at, text);
                        self.is_told = true;
                    }
                }
                _ => self.line.push(*byte),
            }
        }
    }

    fn end_line(&mut self, at: &str, text: &mut String) {
        let line = std::mem::take(&mut self.line);
        // `\r\n` ends a line that was told at its `\r`.
        if !line.is_empty() || !self.is_told {
            self.log_line(&line, at, text);
        }
        self.is_told = false;
    }

    fn log_line(&mut self, line: &[u8], at: &str, text: &mut String) {
        let line = String::from_utf8_lossy(line).into_owned();
        let mut data = json!({ "line": line, "timestamp": at });
        if self.is_told {
            data["replace"] = true.into();
        }
        text.push_str(&event("log", &data));
    }

    fn log(&mut self, line: &str, at: &str, text: &mut String) {
        text.push_str(&event("log", &json!({ "line": line, "timestamp": at })));
    }
}

/// The document as they describe it.
pub(super) async fn runbook(Shown(runbook): Shown) -> Reply<Value> {
    use engine::local::Mode;
    let view = runbook.view().await;
    let reading = &view.reading;
    let problems = reading.document.diagnostics.iter();
    Reply(json!({
        "path": runbook.path(),
        "content": reading.text,
        "contentHash": reading.hash,
        "language": "mdx",
        "size": reading.text.len(),
        "useExecutableRegistry": runbook.mode() != Mode::Watch,
        "isWatchMode": runbook.mode() != Mode::Open,
        "warnings": problems.map(|it| it.message.clone()).collect::<Vec<_>>(),
    }))
}

/// What may run, by id.
pub(super) async fn executables(Shown(runbook): Shown) -> Reply<Value> {
    let view = runbook.view().await;
    let entry = |it: &engine::local::Executable| {
        let (inputs, _) = engine::local::Reading::needs(it);
        let body = json!({
            "id": it.id,
            "type": if it.path.is_some() { "file" } else { "inline" },
            "component_id": it.component,
            "component_type": if it.may_warn() { "Check" } else { "Command" },
            "script_content_hash": it.content_hash,
            "script_path": it.path,
            "template_var_names": inputs,
            "language": it.language,
        });
        (it.id.clone(), body)
    };
    let executables: serde_json::Map<_, _> = view.registry.executables().map(entry).collect();
    let warning = |(id, why): (&str, &engine::local::NoScript)| format!("{id}: {why}");
    let warnings: Vec<_> = view.registry.broken().map(warning).collect();
    Reply(json!({ "executables": executables, "warnings": warnings }))
}
