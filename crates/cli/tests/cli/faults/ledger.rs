//! What was accepted, and what must have become of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use serde_json::{Value, json};

use super::starts::Starts;

/// Attempts that may come to nothing before a program starts, until a job is dead; as `model` has it.
const MOST_ABORTS: i64 = 5;

/// How often an idempotent job is started anew; as `model` has it.
const MOST_LOSSES: i64 = 5;

/// How often a program may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Often {
    Once,
    /// It is idempotent, and starts again if its worker is lost.
    Again,
}

/// A job whose program says that it has started, prints, and ends.
#[derive(Clone, Debug)]
pub(super) struct Work {
    name: String,
    often: Often,
    lines: usize,
    pause_ms: u64,
    code: u8,
    /// Whether a fault may cost it its worker.
    may_be_lost: bool,
    /// More of the order.
    more: Value,
    /// More of the program, before it prints its last line.
    then: String,
}

impl Work {
    pub(super) fn new(name: &str, often: Often) -> Self {
        Self {
            name: name.to_owned(),
            often,
            lines: 20,
            pause_ms: 0,
            code: 0,
            may_be_lost: true,
            more: json!({}),
            then: String::new(),
        }
    }

    pub(super) fn lines(self, lines: usize) -> Self {
        Self { lines, ..self }
    }

    /// How long its program rests.
    pub(super) fn pause(self, pause_ms: u64) -> Self {
        Self { pause_ms, ..self }
    }

    pub(super) fn exits(self, code: u8) -> Self {
        Self { code, ..self }
    }

    pub(super) fn never_lost(self) -> Self {
        Self { may_be_lost: false, ..self }
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more[name] = value.into();
        self
    }

    pub(super) fn then(self, then: &str) -> Self {
        Self { then: format!("{then}\n"), ..self }
    }

    pub(super) fn order(&self, starts: &Starts) -> Value {
        let Self { name, lines, pause_ms, code, then, .. } = self;
        let command = format!(
            "{start}for ((i = 0; i < {lines}; i++)); do echo \"{name} $i\"; done\n\
             sleep {pause}\n{then}echo \"{name} ends\"\nexit {code}\n",
            start = starts.line(name),
            pause = f64::from(u32::try_from(*pause_ms).unwrap()) / 1000.0,
        );
        let mut order = json!({
            "payload": { "command": command }, "name": name, "network": [starts.rule],
            "idempotent": self.often == Often::Again, "retries": { "max": 0, "backoff": 0.05 },
            "idempotency_key": name,
        });
        for (field, value) in self.more.as_object().unwrap() {
            order[field] = value.clone();
        }
        order
    }

    /// All that it prints.
    fn output(&self) -> String {
        let lines = (0..self.lines).map(|it| format!("{} {it}\n", self.name));
        lines.chain([format!("{} ends\n", self.name)]).collect()
    }
}

/// A job as the database has it.
struct Found {
    state: String,
    fence: i64,
    failures: i64,
    aborts: i64,
    reason: Option<String>,
}

#[derive(Default)]
pub(super) struct Ledger {
    accepted: Mutex<BTreeMap<String, Work>>,
    forgotten: Mutex<BTreeSet<String>>,
}

impl Ledger {
    pub(super) fn accepted(&self, id: &str, work: Work) {
        self.accepted.lock().unwrap().insert(id.to_owned(), work);
    }

    /// Looks after a job no more.
    pub(super) fn forget(&self, id: &str) {
        self.accepted.lock().unwrap().remove(id);
        self.forgotten.lock().unwrap().insert(id.to_owned());
    }

    /// How many jobs ended how.
    pub(super) async fn ends(&self, db: &DatabaseConnection) -> BTreeMap<String, u64> {
        let mut ends = BTreeMap::new();
        for row in all(db, "SELECT state FROM job_history").await {
            *ends.entry(row.try_get("", "state").unwrap()).or_default() += 1;
        }
        ends
    }

    /// Those that have not ended, with their states.
    pub(super) async fn left(&self, db: &DatabaseConnection) -> Vec<(String, String)> {
        let rows = all(db, "SELECT name, state FROM job").await;
        let text = |row: &QueryResult, column| row.try_get("", column).unwrap();
        rows.iter().map(|it| (text(it, "name"), text(it, "state"))).collect()
    }

    pub(super) async fn check(&self, db: &DatabaseConnection, starts: &Starts) {
        let mut found = history(db).await;
        let mut events = events(db).await;
        let accepted = self.accepted.lock().unwrap().clone();
        for (id, work) in &accepted {
            let found = found.remove(id).unwrap_or_else(|| panic!("{} is not there", work.name));
            let events = events.remove(id).unwrap_or_default();
            check_end(work, &found);
            check_starts(work, &found, starts.of(&work.name));
            check_events(work, &found, &events);
        }
        let forgotten = |it: &String| self.forgotten.lock().unwrap().contains(it);
        found.retain(|id, _| !forgotten(id));
        assert!(found.is_empty(), "accepted once and stored twice: {:?}", found.keys());
        let nothing = [
            "SELECT account AS it FROM job_account WHERE ready <> 0 OR running <> 0",
            "SELECT account AS it FROM job_lane WHERE ready <> 0",
            "SELECT name AS it FROM job_gate WHERE passed <> 0",
            "SELECT subject AS it FROM job_usage WHERE queued <> 0",
            "SELECT job AS it FROM job_after WHERE job NOT IN (SELECT id FROM job_history)",
        ];
        for sql in nothing {
            let left: Vec<String> =
                all(db, sql).await.iter().map(|it| it.try_get("", "it").unwrap()).collect();
            assert!(left.is_empty(), "{sql}: {left:?}");
        }
    }
}

async fn history(db: &DatabaseConnection) -> BTreeMap<String, Found> {
    let rows = all(db, "SELECT id, state, fence, failures, aborts, reason FROM job_history").await;
    let read = |row: &QueryResult| {
        let number = |column| row.try_get("", column).unwrap();
        let state = row.try_get("", "state").unwrap();
        let (fence, failures, aborts) = (number("fence"), number("failures"), number("aborts"));
        let reason = row.try_get("", "reason").unwrap();
        (row.try_get("", "id").unwrap(), Found { state, fence, failures, aborts, reason })
    };
    rows.iter().map(read).collect()
}

async fn events(db: &DatabaseConnection) -> BTreeMap<String, Vec<Value>> {
    let mut events: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in all(db, "SELECT job, seq, body FROM job_event ORDER BY job, seq").await {
        let body: String = row.try_get("", "body").unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        let of_job = events.entry(row.try_get("", "job").unwrap()).or_default();
        of_job.push(body);
        let (seq, nth): (i64, usize) = (row.try_get("", "seq").unwrap(), of_job.len());
        assert_eq!(usize::try_from(seq), Ok(nth), "{of_job:?}");
    }
    events
}

fn check_end(work: &Work, found: &Found) {
    let Found { state, fence, failures, aborts, reason } = found;
    let told = format!("{work:?}: {state} after {fence} claims, {failures}, {aborts}: {reason:?}");
    let usual = if work.code == 0 { "succeeded" } else { "failed" };
    let may_be_lost = work.often == Often::Once || *failures >= MOST_LOSSES;
    let allowed = match state.as_str() {
        "lost" => work.may_be_lost && may_be_lost,
        "dead" => work.may_be_lost && *aborts >= MOST_ABORTS,
        state => state == usual,
    };
    assert!(allowed, "{told}");
}

fn check_starts(work: &Work, found: &Found, starts: u64) {
    let starts = i64::try_from(starts).unwrap();
    let most = match work.often {
        Often::Once => 1,
        Often::Again => found.fence,
    };
    assert!(starts <= most, "{work:?} started {starts} times in {} claims", found.fence);
    let ran = matches!(found.state.as_str(), "succeeded" | "failed");
    assert!(!ran || starts >= 1, "{work:?} ended without a start");
}

/// What each attempt printed is the beginning of what the program prints, and all of it if the program ended.
fn check_events(work: &Work, found: &Found, events: &[Value]) {
    let is_last = |it: &&Value| it["event"] == "result" || it["event"] == "error";
    assert_eq!(events.iter().filter(is_last).count(), 1, "{work:?}: {events:?}");
    assert!(events.last().as_ref().is_some_and(is_last), "{work:?}: {events:?}");
    let mut attempts = vec![String::new()];
    for event in events {
        let data = event["data"].as_str().unwrap_or_default();
        match event["event"].as_str().unwrap() {
            "stdout" => attempts.last_mut().unwrap().push_str(data),
            "stderr" => panic!("{work:?} complains: {data}"),
            "info" if data.starts_with("attempt ") => attempts.push(String::new()),
            _ => {}
        }
    }
    let output = work.output();
    for said in &attempts {
        assert!(output.starts_with(said.as_str()), "{work:?} printed {said:?}");
    }
    if matches!(found.state.as_str(), "succeeded" | "failed") {
        assert_eq!(attempts.last(), Some(&output), "{work:?}");
    }
}

pub(super) async fn all(db: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_all_raw(statement).await.unwrap()
}
