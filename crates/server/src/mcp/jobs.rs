//! Jobs.

use std::{fmt::Write as _, time::Duration};

use axum::http::Method;
use mcp::{Answer, GetJob, ListJobs, NamedJob, Shown, SubmitJob, Transcript, clean_line};
use serde_json::{Map, Value, json};

use super::{
    STRING,
    code::MOST_OUTPUT,
    own_routes::{Asking, Refusal, encoded, follow},
    runbooks::{items, text},
};

/// Longest that a look at a job waits for its end, in seconds.
const MOST_WAIT: u64 = 300;

pub(super) async fn submit(asking: &Asking, call: SubmitJob) -> Result<Answer, Refusal> {
    let submitted = asking.post("/api/v1/jobs", &order(call)?).await?;
    let (job, status) = (text(&submitted["job_id"]), text(&submitted["status"]));
    Ok(Answer::text(&format!("{job} is {status}; look at it with get_job")))
}

fn order(call: SubmitJob) -> Result<Value, Refusal> {
    let payload = match (call.code, call.command, call.runbook, call.function) {
        (Some(code), None, None, None) => json!({ "code": code }),
        (None, Some(command), None, None) => json!({ "command": command }),
        (None, None, Some(runbook), None) => json!({ "runbook": runbook, "inputs": call.inputs }),
        (None, None, None, Some(function)) => json!({ "function": function, "input": call.input }),
        _ => return Err(Refusal::new("give one of code, command, runbook and function")),
    };
    let mut order = Map::from_iter([("payload".to_owned(), payload)]);
    let mut give = |name: &str, value: Option<Value>| {
        order.extend(value.map(|it| (name.to_owned(), it)));
    };
    give("language", call.language.map(|it| json!(it)));
    give("name", call.name.map(|it| json!(it)));
    give("timeout", call.timeout.map(|it| json!(it)));
    give("run_at", call.run_at.map(|it| json!(it)));
    give("idempotency_key", call.idempotency_key.map(|it| json!(it)));
    give("dependencies", (!call.dependencies.is_empty()).then(|| json!(call.dependencies)));
    Ok(Value::Object(order))
}

pub(super) async fn show(asking: &Asking, call: &GetJob) -> Result<Answer, Refusal> {
    let path = format!("/api/v1/jobs/{}", encoded(&call.job));
    let mut job = asking.get(&path).await?;
    let mut transcript = Transcript::new(MOST_OUTPUT);
    let has_ended = |job: &Value| !job["ended"].is_null();
    let wait = Duration::from_secs(call.wait.min(MOST_WAIT));
    let mut printed = String::new();
    if has_ended(&job) || !wait.is_zero() {
        let events = asking.send(Method::GET, &format!("{path}/events"), None).await?;
        let following = follow(events, &mut transcript);
        if has_ended(&job) {
            following.await?;
        } else if let Ok(followed) = tokio::time::timeout(wait, following).await {
            followed?;
            job = asking.get(&path).await?;
        }
        transcript.write_output(&mut printed);
    } else if let Some(output) = job["output"].as_str().filter(|it| !it.is_empty()) {
        let mut shown = Shown::new(MOST_OUTPUT);
        shown.push(output.as_bytes());
        shown.write("printed so far", &mut printed);
    }
    let mut told = about(&job);
    if transcript.is_over() {
        writeln!(told, "its program: {}", transcript.ending()).expect(STRING);
    }
    Ok(Answer::text(&(told + &printed)))
}

fn about(job: &Value) -> String {
    let name = job["order"]["name"].as_str();
    let name = name.map_or_else(String::new, |it| format!(" {:?}", clean_line(it)));
    let (id, status, made) = (text(&job["id"]), text(&job["status"]), text(&job["created_at"]));
    let mut told =
        format!("{id}{name} is {status}, submitted {made}, attempt {}\n", job["attempt"]);
    if let Some(reason) = job["reason"].as_str() {
        writeln!(told, "reason: {}", clean_line(reason)).expect(STRING);
    }
    told
}

pub(super) async fn list(asking: &Asking, call: ListJobs) -> Result<Answer, Refusal> {
    let given = |name: &str, value: Option<String>| {
        value.map_or_else(String::new, |it| format!("&{name}={}", encoded(&it)))
    };
    let (status, cursor) = (given("status", call.status), given("cursor", call.cursor));
    let page = asking.get(&format!("/api/v1/jobs?limit=50{status}{cursor}")).await?;
    let mut told: String = items(&page).map(about).collect();
    if told.is_empty() {
        told.push_str("there are none");
    }
    if let Some(cursor) = page["next_cursor"].as_str() {
        writeln!(told, "there are more: cursor {cursor}").expect(STRING);
    }
    Ok(Answer::text(&told))
}

pub(super) async fn cancel(asking: &Asking, call: &NamedJob) -> Result<Answer, Refusal> {
    let path = format!("/api/v1/jobs/{}/cancel", encoded(&call.job));
    let cancelled = asking.post(&path, &json!({})).await?;
    let status = text(&cancelled["status"]);
    let words = if status == "cancelled" { "it is cancelled" } else { "it is being stopped" };
    Ok(Answer::text(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_one_thing() {
        let code = SubmitJob { code: Some("1".to_owned()), ..SubmitJob::default() };
        assert_eq!(order(code.clone()).unwrap(), json!({ "payload": { "code": "1" } }));
        assert!(order(SubmitJob::default()).is_err());
        assert!(order(SubmitJob { command: Some("ls".to_owned()), ..code }).is_err());
    }
}
