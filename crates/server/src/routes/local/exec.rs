//! The routes of Gruntwork Runbooks, with its fields and events, for programs that were written for it.
//!
//! ```text
//!   log* ─▶ status ─▶ outputs? ─▶ files_captured? ─▶ done            error, where the script was not run
//! ```

use axum::{Json as Reply, body::Body, extract::State, response::Response};
use engine::local::{Generated, LEFT_MEDIA_TYPE};
use futures_util::{Stream, StreamExt, stream::unfold};
use model::{
    event::{Event, EventKind},
    time::Timestamp,
};
use serde_json::{Value, json};
use store::{StoreError, StoredEvent};

mod tree;

use self::tree::Files;
use super::{ExecBody, Json, Refused, Shown, blocking, no_name};
use crate::{App, accept::Format, problem::Problem, stream};

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
    let pages = Box::pin(app.engine.follow(execution.id, 1));
    let told = Told { pages, lines: Lines::default(), generated: runbook.generated().clone() };
    let events = unfold(told, |mut it| async { Some((it.next().await?, it)) });
    Ok(stream::response(Format::Sse, Body::from_stream(events)))
}

/// An execution on its way to a client.
struct Told<P> {
    pages: P,
    lines: Lines,
    generated: Generated,
}

impl<P: Stream<Item = Result<Vec<StoredEvent>, StoreError>> + Unpin> Told<P> {
    async fn next(&mut self) -> Option<Result<String, StoreError>> {
        let page = match self.pages.next().await? {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        if page.iter().any(|it| it.body.contains(LEFT_MEDIA_TYPE)) {
            let generated = self.generated.clone();
            self.lines.files = blocking(move || Files::read(&generated)).await.unwrap_or_default();
        }
        Some(Ok(page.iter().map(|it| self.lines.event(it)).collect()))
    }
}

/// As upstream's server writes it, without a blank behind the colon.
pub(super) fn sent(name: &str, data: &Value) -> String {
    format!("event:{name}\ndata:{data}\n\n")
}

/// Output on its way to whole lines.
#[derive(Default)]
struct Lines {
    stdout: Line,
    stderr: Line,
    /// What the script left.
    left: Value,
    /// What is there of generated files then.
    files: Files,
}

#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    /// Whether what comes takes the place of the line before, as progress does.
    replaces: bool,
}

impl Lines {
    fn event(&mut self, stored: &StoredEvent) -> String {
        let Ok(Event { at, kind, .. }) = serde_json::from_str(&stored.body) else {
            return String::new();
        };
        match kind {
            EventKind::Stdout(chunk) => self.stdout.push(&chunk.bytes(), at),
            EventKind::Stderr(chunk) => self.stderr.push(&chunk.bytes(), at),
            EventKind::Info { data } => log(&data, at, false),
            EventKind::Display { data, .. } => {
                self.left = data.get(LEFT_MEDIA_TYPE).cloned().unwrap_or_default();
                String::new()
            }
            EventKind::Truncated { data } => {
                log(&format!("[output over {} bytes was dropped]", data.limit_bytes), at, false)
            }
            EventKind::Result { data } => self.end(data.exit_code, at),
            EventKind::Error { data } => {
                self.rest(at) + &sent("error", &json!({ "message": data.message }))
            }
        }
    }

    fn rest(&mut self, at: Timestamp) -> String {
        self.stdout.rest(at) + &self.stderr.rest(at)
    }

    fn end(&mut self, exit_code: Option<i32>, at: Timestamp) -> String {
        let status = match exit_code {
            Some(0) => "success",
            Some(2) => "warn",
            Some(_) | None => "fail",
        };
        let exit_code = exit_code.unwrap_or(-1);
        let mut text = self.rest(at);
        text += &sent("status", &json!({ "status": status, "exitCode": exit_code }));
        let left = std::mem::take(&mut self.left);
        if left["outputs"].as_object().is_some_and(|it| !it.is_empty()) {
            text += &sent("outputs", &json!({ "outputs": left["outputs"] }));
        }
        if let Some(files) = left["files"].as_array().filter(|it| !it.is_empty()) {
            let (listed, tree) = (self.files.left(files), self.files.tree());
            let data = json!({ "files": listed, "count": files.len(), "fileTree": tree });
            text += &sent("files_captured", &data);
        }
        text + &sent("done", &json!({}))
    }
}

impl Line {
    fn push(&mut self, bytes: &[u8], at: Timestamp) -> String {
        let mut text = String::new();
        for byte in bytes {
            // What follows a carriage return decides what it was.
            if self.bytes.last() == Some(&b'\r') && *byte != b'\n' && *byte != b'\r' {
                text += &self.take(at);
                self.replaces = true;
            }
            if *byte == b'\n' {
                text += &self.take(at);
                self.replaces = false;
            } else {
                self.bytes.push(*byte);
            }
        }
        text
    }

    fn take(&mut self, at: Timestamp) -> String {
        let bytes = std::mem::take(&mut self.bytes);
        let line = String::from_utf8_lossy(&bytes);
        log(line.trim_end_matches('\r'), at, self.replaces)
    }

    fn rest(&mut self, at: Timestamp) -> String {
        if self.bytes.is_empty() { String::new() } else { self.take(at) }
    }
}

fn log(line: &str, at: Timestamp, replaces: bool) -> String {
    let mut data = json!({ "line": line, "timestamp": at });
    if replaces {
        data["replace"] = true.into();
    }
    sent("log", &data)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_takes_the_place_of_the_line_before_wherever_chunks_are_cut() {
        let whole = b"start\r\n10%\r20%\r30%\r\nend";
        for cut in 0..=whole.len() {
            let (mut line, at) = (Line::default(), Timestamp::from_millis(0));
            let text =
                line.push(&whole[..cut], at) + &line.push(&whole[cut..], at) + &line.rest(at);
            let told: Vec<_> = text
                .lines()
                .filter_map(|it| it.strip_prefix("data:"))
                .map(|it| serde_json::from_str::<Value>(it).unwrap())
                .map(|it| format!("{}{}", it["line"].as_str().unwrap(), it["replace"]))
                .collect();
            assert_eq!(told, ["startnull", "10%null", "20%true", "30%true", "endnull"], "{cut}");
        }
    }
}
