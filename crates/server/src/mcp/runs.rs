//! Running runbooks: a session, the walks over the chosen blocks, and what became of each.
//!
//! ```text
//! read ─▶ fill in ─▶ connect ─▶ walk, walk, … ─▶ end what this call began ─▶ tell
//!                                  └─ nobody waits any more, or time is up: stop the walks
//! ```

use std::{collections::HashSet, fmt::Write as _, time::Duration};

use axum::http::{Method, StatusCode};
use mcp::{Answer, RunRunbook, Transcript, clean_line};
use model::id::UserId;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    STRING,
    code::MOST_OUTPUT,
    own_routes::{Asking, Refusal, encoded, follow, json_of, lines},
    runbooks::{items, list_of, path, text},
};

/// Longest that a call waits for its blocks, in seconds.
const MOST_WAIT: u64 = 3600;

/// Least of a block's output that is shown, however many there are.
const LEAST_OUTPUT: usize = 512;

/// Why a run is over.
#[derive(Clone, Copy)]
enum Over {
    Walked,
    TimedOut,
    /// Nobody waits for the answer.
    Gone,
}

/// A runbook that is run in a session.
struct Run<'a> {
    asking: &'a Asking,
    runbook: &'a Value,
    session: String,
    /// Blocks that walks went over, in order.
    blocks: Vec<String>,
}

pub(super) async fn run(
    asking: &Asking,
    user: UserId,
    call: RunRunbook,
    stop: &CancellationToken,
) -> Result<Answer, Refusal> {
    let runbook = asking.get(&path(&call.runbook)).await?;
    let walks = walks(&runbook, &call.blocks)?;
    fill_in(asking, &call).await?;
    let connect = format!("/api/sessions/connect/{user}/{}", encoded(&call.runbook));
    let connected = asking.send(Method::POST, &connect, None).await?;
    // One that was there is somebody's who is at work in it.
    let is_ours = connected.status() == StatusCode::CREATED;
    let session = json_of(connected).await?;
    let session = text(&session["id"]).to_owned();
    let mut run = Run { asking, runbook: &runbook, session, blocks: Vec::new() };
    let wait = Duration::from_secs(call.timeout.clamp(1, MOST_WAIT));
    let walked = run.walk(&walks, wait, stop).await;
    if is_ours && !call.keep_session {
        run.end().await?;
    }
    let (over, before) = walked?;
    match over {
        Over::Walked | Over::TimedOut => Ok(Answer::text(&run.told(&before, over, wait).await?)),
        Over::Gone => Err(Refusal::new("cancelled; what ran was stopped")),
    }
}

/// What is to be walked over: everything at once, or each named block after what it needs.
fn walks(runbook: &Value, named: &[String]) -> Result<Vec<Value>, Refusal> {
    if named.is_empty() {
        return Ok(vec![json!({ "select": "all" })]);
    }
    let blocks = || list_of(&runbook["blocks"]).filter(|it| it["runnable"] == true);
    let walk = |name: &String| {
        let by_name = blocks().find(|it| it["name"] == name.as_str());
        let found = by_name.or_else(|| blocks().find(|it| it["id"] == name.as_str()));
        let found = found.ok_or_else(|| {
            let all: Vec<String> = blocks().take(50).map(title).collect();
            let all = all.join(", ");
            Refusal::new(format_args!("no block that runs is called {name:?}; there are: {all}"))
        })?;
        let (id, hash) = (&found["id"], &found["content_hash"]);
        Ok(json!({ "select": "block", "block": id, "content_hash": hash }))
    };
    named.iter().map(walk).collect()
}

/// What a block is called: by its name, and by its id where that is another one.
pub(super) fn title(block: &Value) -> String {
    let id = text(&block["id"]);
    match block["name"].as_str() {
        Some(name) if name != id => format!("{:?} ({})", clean_line(name), clean_line(id)),
        Some(_) | None => format!("{:?}", clean_line(id)),
    }
}

/// Keeps the values of inputs beside those that were filled in before.
async fn fill_in(asking: &Asking, call: &RunRunbook) -> Result<(), Refusal> {
    if call.inputs.is_empty() {
        return Ok(());
    }
    let path = format!("{}/inputs", path(&call.runbook));
    let kept = asking.get(&path).await?;
    let mut values: Map<String, Value> = kept["values"].as_object().cloned().unwrap_or_default();
    values.extend(call.inputs.clone());
    let filled =
        asking.put(&path, &json!({ "values": values, "secrets": kept["secrets"] })).await?;
    let problems: Vec<String> = list_of(&filled["problems"])
        .map(|it| format!("{}: {}", text(&it["name"]), text(&it["message"])))
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(format_args!("the inputs will not do: {}", problems.join("; "))))
}

impl Run<'_> {
    /// Goes over blocks until one fails, time is up or nobody waits. Also gives the executions that there were.
    async fn walk(
        &mut self,
        walks: &[Value],
        wait: Duration,
        stop: &CancellationToken,
    ) -> Result<(Over, HashSet<String>), Refusal> {
        let (asking, session) = (self.asking, self.session.clone());
        let mut before = HashSet::new();
        let work = async {
            self.ready().await?;
            before = self.executions().await?.iter().map(|it| text(&it["id"]).to_owned()).collect();
            for walk in walks {
                if !self.walk_one(walk, &before).await? {
                    break;
                }
            }
            Ok::<_, Refusal>(())
        };
        let over = tokio::select! {
            done = work => done.map(|()| Over::Walked),
            () = tokio::time::sleep(wait) => Ok(Over::TimedOut),
            () = stop.cancelled() => Ok(Over::Gone),
        };
        if !matches!(over, Ok(Over::Walked)) {
            // The session may have ended by itself; then nothing runs in it.
            drop(asking.delete(&format!("/api/sessions/{session}/walks")).await);
        }
        Ok((over?, before))
    }

    /// Waits until the session has its sandbox.
    async fn ready(&self) -> Result<(), Refusal> {
        let mut state = Value::Null;
        let is_settled = |it: &Value| !matches!(text(&it["status"]), "STARTING");
        self.watch(|it| {
            state = it.clone();
            is_settled(it)
        })
        .await?;
        if state["status"] == "ACTIVE" {
            return Ok(());
        }
        let why = state["message"].as_str().unwrap_or("it ended");
        Err(Refusal::new(format_args!("the session could not be started: {why}")))
    }

    /// Follows what becomes of the session until that is what is waited for, or it has ended.
    async fn watch(&self, mut is_it: impl FnMut(&Value) -> bool) -> Result<(), Refusal> {
        let path = format!("/api/sessions/{}/updates", self.session);
        let response = self.asking.send(Method::GET, &path, None).await?;
        let mut lines = lines(response);
        while let Some(line) = lines.next_line().await.map_err(Refusal::new)? {
            let state: Value = serde_json::from_str(&line).map_err(Refusal::new)?;
            if is_it(&state) {
                break;
            }
        }
        Ok(())
    }

    /// One walk to its end; whether all its blocks passed.
    async fn walk_one(&mut self, walk: &Value, before: &HashSet<String>) -> Result<bool, Refusal> {
        let begun =
            self.asking.post(&format!("/api/sessions/{}/walks", self.session), walk).await?;
        self.blocks.extend(list_of(&begun["blocks"]).filter_map(Value::as_str).map(str::to_owned));
        let number = begun["walk"]["number"].as_u64().unwrap_or_default();
        let is_shown = walk["select"] == "all" || begun["walk"]["total"].as_u64() > Some(1);
        if begun["walk"]["state"] == "running" {
            if is_shown {
                self.watch(|it| is_over(&it["walk"], number)).await?;
            } else {
                self.ended(&begun["execution"]).await?;
            }
        }
        let executions = self.executions().await?;
        let mut own = executions.iter().filter(|it| !before.contains(text(&it["id"])));
        Ok(own.all(|it| self.has_passed(it)))
    }

    /// Waits for the end of an execution, unless it goes on beside the others.
    async fn ended(&self, execution: &Value) -> Result<(), Refusal> {
        if execution.is_null() || self.is_background(execution) {
            return Ok(());
        }
        self.transcript(execution, 0).await.map(drop)
    }

    fn block(&self, execution: &Value) -> Option<&Value> {
        list_of(&self.runbook["blocks"]).find(|it| it["id"] == execution["block"])
    }

    fn is_background(&self, execution: &Value) -> bool {
        self.block(execution).is_some_and(|it| it["background"] == true)
    }

    /// Whether it ended as its author expects, or goes on as its author wants.
    fn has_passed(&self, execution: &Value) -> bool {
        if self.is_background(execution) {
            return true;
        }
        let is_success = execution["exit_code"] == 0;
        match self.block(execution).map(|it| text(&it["expect"])) {
            Some("any") => execution["state"] == "finished",
            Some("failure") => execution["state"] == "finished" && !is_success,
            Some(_) | None => is_success,
        }
    }

    /// All executions of the session, the first one first. Of those of one millisecond, the order of the walk counts.
    async fn executions(&self) -> Result<Vec<Value>, Refusal> {
        let path = format!("/api/sessions/{}/executions", self.session);
        let page = self.asking.get(&path).await?;
        let mut executions: Vec<Value> = items(&page).cloned().collect();
        let place = |it: &Value| self.blocks.iter().position(|id| it["block"] == id.as_str());
        executions.sort_by_key(|it| (text(&it["created_at"]).to_owned(), place(it)));
        Ok(executions)
    }

    async fn transcript(&self, execution: &Value, most: usize) -> Result<Transcript, Refusal> {
        let path = format!("/api/executions/{}/events", text(&execution["id"]));
        let response = self.asking.send(Method::GET, &path, None).await?;
        let mut transcript = Transcript::new(most);
        follow(response, &mut transcript).await?;
        Ok(transcript)
    }

    async fn end(&self) -> Result<(), Refusal> {
        self.asking.delete(&format!("/api/sessions/end/{}", self.session)).await
    }

    /// What became of the run, and of each block.
    async fn told(
        &self,
        before: &HashSet<String>,
        over: Over,
        wait: Duration,
    ) -> Result<String, Refusal> {
        let mut own = self.executions().await?;
        own.retain(|it| !before.contains(text(&it["id"])));
        let most = (MOST_OUTPUT / own.len().max(1)).max(LEAST_OUTPUT);
        let (mut told, mut passed) = (String::new(), 0);
        for execution in &own {
            let name = self.block(execution).map_or_else(|| "?".to_owned(), title);
            if self.is_background(execution) && execution["state"] != "finished" {
                passed += 1;
                writeln!(told, "block {name}: runs in the background").expect(STRING);
                continue;
            }
            let transcript = self.transcript(execution, most).await?;
            let has_passed = self.has_passed(execution);
            passed += usize::from(has_passed);
            let verdict = if has_passed { "passed" } else { "FAILED" };
            writeln!(told, "block {name}: {verdict}, {}", transcript.ending()).expect(STRING);
            transcript.write_output(&mut told);
        }
        let has_run = |id: &&String| own.iter().any(|it| it["block"] == id.as_str());
        let mut not_run: Vec<&str> = Vec::new();
        for id in self.blocks.iter().filter(|it| !has_run(it)) {
            if !not_run.contains(&id.as_str()) {
                not_run.push(id);
            }
        }
        if !not_run.is_empty() {
            writeln!(told, "not run: {}", not_run.join(", ")).expect(STRING);
        }
        let all = own.len() + not_run.len();
        let verdict = match over {
            Over::Walked if passed == all => "passed".to_owned(),
            Over::Walked => "FAILED".to_owned(),
            Over::TimedOut | Over::Gone => {
                format!("FAILED, stopped after {} s, as long as this call waits", wait.as_secs())
            }
        };
        Ok(format!("{verdict}: {passed} of {all} blocks passed\n{told}"))
    }
}

/// Whether a walk is over; one that came after it shows that too.
fn is_over(walk: &Value, number: u64) -> bool {
    let shown = walk["number"].as_u64().unwrap_or_default();
    shown > number || (shown == number && walk["state"] != "running")
}
