//! `runbook job`: the jobs of a hub, from any machine.

use std::{io::Read, process::ExitCode};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Response, StatusCode, body::Incoming, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use super::exec::remote::{Server, print, refused};
use crate::{
    args::{JobCommand, JobListArgs, JobLogsArgs, JobNameArgs, JobSubmitArgs, ServerFlags},
    failure::{Failure, INTERRUPTED},
    interrupt::Interrupt,
    output,
};

/// How long a hub that restarts is waited for while its events are followed, in tries of a second.
const PATIENCE: u32 = 30;

pub(crate) async fn run(command: JobCommand) -> Result<ExitCode, Failure> {
    match command {
        JobCommand::Submit(args) => submit(args).await,
        JobCommand::List(args) => list(args).await,
        JobCommand::Show(args) => show(args).await,
        JobCommand::Logs(args) => logs(args).await,
        JobCommand::Cancel(args) => change(args, "cancel").await,
        JobCommand::Retry(args) => change(args, "retry").await,
    }
}

/// A hub, and who asks it.
pub(crate) struct Hub {
    server: Server,
    token: Option<String>,
    connections: TaskTracker,
}

impl Hub {
    pub(crate) fn new(flags: ServerFlags) -> Result<Self, Failure> {
        let connections = TaskTracker::new();
        Ok(Self { server: flags.server.parse()?, token: flags.token, connections })
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response<Incoming>, Failure> {
        let transport = self.server.connect().await?;
        let broken = |error: hyper::Error| self.server.unavailable(&error);
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(transport)).await.map_err(broken)?;
        // It moves on its own, and ends with the answer's body.
        self.connections.spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(self.server.path(path))
            .header(header::HOST, self.server.authority())
            .header(header::ACCEPT, "application/x-ndjson, application/json")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("runbook/", env!("CARGO_PKG_VERSION")));
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = Bytes::from(body.map(Value::to_string).unwrap_or_default());
        let request = request.body(Full::new(body));
        let request =
            request.map_err(|_| Failure::rejected("the token is no text for a header"))?;
        let response = sender.send_request(request).await.map_err(broken)?;
        if response.status().is_success() { Ok(response) } else { Err(refused(response).await) }
    }

    pub(crate) async fn json(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let response = self.ask(method, path, body).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        let body = response.into_body().collect().await;
        let bytes = body.map_err(|error| self.server.unavailable(&error))?.to_bytes();
        serde_json::from_slice(&bytes).map_err(|error| self.server.unavailable(&error))
    }

    /// Prints the events of a job to its end; the connection may break meanwhile.
    async fn follow(&self, job: &str, json: bool) -> Result<ExitCode, Failure> {
        let path = format!("/api/v1/jobs/{}/events", segment(job)?);
        let (mut from, mut failures) = (1, 0);
        loop {
            let asked = self.ask(Method::GET, &format!("{path}?from={from}"), None).await;
            let followed = match asked {
                Ok(response) => print(&self.server, response, json, &mut from).await,
                Err(failure) => Err(failure),
            };
            match followed {
                Err(failure) if failure.is_unavailable() && failures < PATIENCE => {
                    failures += 1;
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
                done => return done,
            }
        }
    }
}

/// An id as part of a path.
fn segment(job: &str) -> Result<&str, Failure> {
    let fits = !job.is_empty() && job.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    fits.then_some(job).ok_or_else(|| Failure::rejected(format!("{job:?} is no id of a job")))
}

async fn submit(args: JobSubmitArgs) -> Result<ExitCode, Failure> {
    let hub = Hub::new(args.server.clone())?;
    let mut order = json!({
        "payload": match &args.code {
            Some(path) => json!({ "code": read(path)? }),
            None => json!({ "command": args.command }),
        },
        "priority": args.priority,
        "retries": { "max": args.retries },
        "artifacts_out": args.artifacts_out,
    });
    let optional = [
        ("language", args.language.map(Value::from)),
        ("name", args.name.map(Value::from)),
        ("timeout", args.timeout.map(|it| json!(it.as_secs_f64()))),
        ("idempotency_key", args.idempotency_key.map(Value::from)),
    ];
    for (field, value) in optional {
        if let Some(value) = value {
            order[field] = value;
        }
    }
    let submitted = hub.json(Method::POST, "/api/v1/jobs", Some(&order)).await?;
    let job = submitted["job_id"].as_str().unwrap_or_default();
    if !args.follow {
        output::say(job)?;
        return Ok(ExitCode::SUCCESS);
    }
    output::note(job);
    until_interrupted(hub.follow(job, false)).await
}

fn read(path: &std::path::Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().lock().read_to_string(&mut text).map(drop),
        _ => std::fs::read_to_string(path).map(|it| text = it),
    };
    let failed = |error| Failure::rejected(format!("{} cannot be read: {error}", path.display()));
    read.map_err(failed)?;
    Ok(text)
}

async fn until_interrupted(
    following: impl Future<Output = Result<ExitCode, Failure>>,
) -> Result<ExitCode, Failure> {
    let interrupt = Interrupt::listen()?;
    tokio::select! {
        done = following => done,
        // The job goes on.
        () = interrupt.asked() => Ok(ExitCode::from(INTERRUPTED)),
    }
}

async fn list(args: JobListArgs) -> Result<ExitCode, Failure> {
    let hub = Hub::new(args.server)?;
    let states = args.status.join(",");
    if !states.bytes().all(|it| it.is_ascii_lowercase() || it == b',') {
        return Err(Failure::rejected(format!("{states:?} are no states of jobs")));
    }
    let path = format!("/api/v1/jobs?limit={}&status={states}", args.limit);
    let page = hub.json(Method::GET, &path, None).await?;
    let jobs = page["items"].as_array().cloned().unwrap_or_default();
    if args.json {
        jobs.iter().try_for_each(|it| output::say(&it.to_string()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = vec![["ID", "STATUS", "NAME", "CREATED", "REASON"].map(str::to_owned)];
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let row = |it: &Value| {
        let name = text(&it["order"]["name"]);
        [text(&it["id"]), text(&it["status"]), name, text(&it["created_at"]), text(&it["reason"])]
    };
    rows.extend(jobs.iter().map(row));
    output::say_table(&rows)?;
    Ok(ExitCode::SUCCESS)
}

async fn show(args: JobNameArgs) -> Result<ExitCode, Failure> {
    let hub = Hub::new(args.server)?;
    let path = format!("/api/v1/jobs/{}", segment(&args.job)?);
    let job = hub.json(Method::GET, &path, None).await?;
    output::say(&serde_json::to_string_pretty(&job).map_err(Failure::internal)?)?;
    Ok(ExitCode::SUCCESS)
}

async fn logs(args: JobLogsArgs) -> Result<ExitCode, Failure> {
    let hub = Hub::new(args.server)?;
    until_interrupted(hub.follow(&args.job, args.json)).await
}

async fn change(args: JobNameArgs, change: &str) -> Result<ExitCode, Failure> {
    let hub = Hub::new(args.server)?;
    let path = format!("/api/v1/jobs/{}/{change}", segment(&args.job)?);
    let job = hub.json(Method::POST, &path, None).await?;
    output::say(job["job_id"].as_str().unwrap_or_default())?;
    Ok(ExitCode::SUCCESS)
}
