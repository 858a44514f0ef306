//! Jobs over HTTP, over a scripted sandbox and a worker in the same process.

use std::sync::Arc;

use engine::{Engine, NewToken, WebhooksConfig, WorkerConfig};
use model::{id::UserId, job::JobLimits, token::TokenLimits};
use sandbox::scripted::{Script, Scripted};
use serde_json::{Value, json};
use server::App;
use store::{Store, Subject};

use crate::app::{Account, Answer, TestApp, engine_over, request};

struct Hub {
    app: TestApp,
    engine: Engine,
}

impl Hub {
    async fn new() -> Self {
        let backend = Scripted::new()
            .on("main.py", Script::new().stdout("hello\n"))
            .on("main.sh", Script::new().hang());
        let store = Store::open("sqlite::memory:").await.unwrap();
        let webhooks = WebhooksConfig { private: true, ..WebhooksConfig::default() };
        let config = engine::Config { webhooks, ..engine::Config::default() };
        let engine = engine_over(store, Arc::new(backend), config).await;
        let app = App::hub(engine.clone(), TestApp::config()).await.unwrap();
        Self { app: TestApp { router: app.router() }, engine }
    }

    /// From now on jobs are taken.
    async fn work(&self) {
        drop(self.engine.work(WorkerConfig::new(2, "test")).await.unwrap());
    }

    async fn submit(&self, account: &Account, body: &Value) -> Answer {
        self.app.ask(account, "POST", "/api/v1/jobs", body).await
    }

    /// Submits a job, and gives its id.
    async fn accepted(&self, account: &Account, body: &Value) -> String {
        let answer = self.submit(account, body).await.expect(201).json();
        assert_eq!(answer["ok"], true);
        assert_eq!(answer["status"], "queued");
        answer["job_id"].as_str().unwrap().to_owned()
    }

    async fn show(&self, account: &Account, job: &str) -> Value {
        self.app.get(account, &format!("/api/v1/jobs/{job}")).await.expect(200).json()
    }

    async fn post(&self, account: &Account, job: &str, what: &str) -> Answer {
        self.app.ask(account, "POST", &format!("/api/v1/jobs/{job}/{what}"), &Value::Null).await
    }

    /// Follows a job to its end, and gives its events.
    async fn events(&self, account: &Account, job: &str) -> Vec<Value> {
        self.app.get(account, &format!("/api/v1/jobs/{job}/events")).await.expect(200).lines()
    }

    async fn administrator(&self) -> Account {
        let accounts =
            engine::Accounts::new(self.engine.store().clone(), self.engine.clock().clone());
        let new = engine::NewAccount {
            email: "root@example.com".to_owned(),
            username: "root".to_owned(),
            password_hash: String::new(),
            administrator: true,
        };
        let root = accounts.create(new).await.unwrap();
        let new = NewToken {
            user: root.id,
            name: "test".to_owned(),
            scopes: root.scopes(),
            expires_at: None,
            limits: TokenLimits::default(),
        };
        let maker = engine::Maker { scopes: root.scopes(), token: None };
        let (_, secret) = self.engine.tokens().make(new, maker).await.unwrap();
        Account { id: root.id.to_string(), token: secret.reveal().to_owned() }
    }
}

fn python() -> Value {
    json!({ "language": "python", "payload": { "code": "print('hello')" } })
}

fn sleeping() -> Value {
    json!({ "payload": { "command": "sleep 1000" } })
}

#[tokio::test]
async fn a_job_is_accepted_runs_and_is_told_from_its_first_event_to_its_last() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let job = hub.accepted(&ada, &python()).await;
    hub.work().await;
    let events = hub.events(&ada, &job).await;
    let text: Vec<_> = events.iter().filter(|it| it["event"] == "stdout").collect();
    assert_eq!(text.len(), 1, "{events:?}");
    assert_eq!(text[0]["data"], "hello\n");
    assert_eq!(events.last().unwrap()["data"]["exit_code"], 0);
    let shown = hub.show(&ada, &job).await;
    assert_eq!(shown["status"], "finished", "{shown}");
    assert_eq!(shown["ended"], "succeeded");
    assert_eq!(shown["output"], "hello\n");
    assert_eq!(shown["attempt"], 1);
    assert_eq!(shown["order"]["payload"]["code"], "print('hello')");
    let last = events.last().unwrap()["seq"].as_u64().unwrap();
    let replay = request("GET", &format!("/api/v1/jobs/{job}/events"))
        .header("authorization", format!("Bearer {}", ada.token))
        .header("accept", "text/event-stream")
        .header("last-event-id", (last - 1).to_string())
        .body(axum::body::Body::empty());
    let replay = hub.app.send(replay.unwrap()).await.expect(200);
    assert!(replay.text.starts_with(&format!("id: {last}\ndata: ")), "{}", replay.text);
}

#[tokio::test]
async fn a_job_is_its_owner_s_alone() {
    let hub = Hub::new().await;
    let (ada, eve) = (hub.app.sign_up("ada").await, hub.app.sign_up("eve").await);
    let job = hub.accepted(&ada, &python()).await;
    let path = format!("/api/v1/jobs/{job}");
    for (method, path) in [
        ("GET", path.clone()),
        ("GET", format!("{path}/events")),
        ("GET", format!("{path}/artifacts")),
        ("POST", format!("{path}/cancel")),
        ("POST", format!("{path}/retry")),
        ("DELETE", path.clone()),
    ] {
        hub.app.ask(&eve, method, &path, &Value::Null).await.problem(403, "not_yours");
        let missing = path.replace(&job, &format!("job_{:032x}", 1));
        hub.app.ask(&eve, method, &missing, &Value::Null).await.problem(404, "not_found");
    }
    let theirs = hub.app.get(&eve, "/api/v1/jobs").await.expect(200).json();
    assert_eq!(theirs["items"], json!([]));
    let request = request("POST", "/api/v1/jobs").body(python().to_string().into());
    hub.app.send(request.unwrap()).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_cancelled_job_stays_cancelled_and_an_ended_one_cannot_be() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let waiting = hub.accepted(&ada, &sleeping()).await;
    let cancelled = hub.post(&ada, &waiting, "cancel").await.expect(200).json();
    assert_eq!(cancelled["status"], "cancelled");
    hub.post(&ada, &waiting, "cancel").await.problem(400, "cannot_cancel");
    hub.work().await;
    let running = hub.accepted(&ada, &sleeping()).await;
    while hub.show(&ada, &running).await["status"] != "running" {
        tokio::task::yield_now().await;
    }
    let delete = format!("/api/v1/jobs/{running}");
    hub.app.ask(&ada, "DELETE", &delete, &Value::Null).await.problem(409, "job_not_ended");
    hub.post(&ada, &running, "retry").await.problem(409, "job_not_ended");
    hub.post(&ada, &running, "cancel").await.expect(202);
    let events = hub.events(&ada, &running).await;
    assert_eq!(events.last().unwrap()["data"]["outcome"], "cancelled", "{events:?}");
    assert_eq!(hub.show(&ada, &running).await["status"], "cancelled");
    hub.app.ask(&ada, "DELETE", &delete, &Value::Null).await.expect(204);
    hub.app.get(&ada, &delete).await.problem(404, "not_found");
}

#[tokio::test]
async fn an_ended_job_is_done_again_as_a_new_one() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    hub.work().await;
    let job = hub.accepted(&ada, &python()).await;
    hub.events(&ada, &job).await;
    let again = hub.post(&ada, &job, "retry").await.expect(201).json();
    let again = again["job_id"].as_str().unwrap();
    assert_ne!(again, job);
    hub.events(&ada, again).await;
    let shown = hub.show(&ada, again).await;
    assert_eq!((&shown["retry_of"], &shown["status"]), (&json!(job), &json!("finished")));
}

#[tokio::test]
async fn the_same_submission_with_a_key_makes_one_job() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let mut keyed = python();
    keyed["idempotency_key"] = json!("nightly-1");
    let job = hub.accepted(&ada, &keyed).await;
    let again = hub.submit(&ada, &keyed).await.expect(201);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.json()["job_id"], job);
    let with_header = request("POST", "/api/v1/jobs")
        .header("authorization", format!("Bearer {}", ada.token))
        .header("idempotency-key", "nightly-1")
        .body(python().to_string().into());
    let again = hub.app.send(with_header.unwrap()).await.expect(201).json();
    assert_eq!(again["job_id"], job);
    keyed["payload"]["code"] = json!("print('other')");
    hub.submit(&ada, &keyed).await.problem(422, "idempotency_key_reused");
    let listed = hub.app.get(&ada, "/api/v1/jobs").await.expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_what_is_wrong() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let large = json!({ "language": "python", "payload": { "code": "#".repeat(20_001) } });
    hub.submit(&ada, &large).await.problem(400, "payload_too_large");
    let fits = json!({ "language": "python", "payload": { "code": "#".repeat(19_900) } });
    hub.submit(&ada, &fits).await.expect(201);
    let wrong = [
        json!({ "language": "cobol", "payload": { "code": "x" } }),
        json!({ "payload": { "code": "x" } }),
        json!({ "payload": { "command": "" } }),
        json!({ "payload": {} }),
        json!({ "language": "python" }),
        json!({ "payload": { "command": "true" }, "timeout": -1 }),
        json!({ "payload": { "command": "true" }, "timeout": 100_000 }),
        json!({ "payload": { "command": "true" }, "priority": 101 }),
        json!({ "payload": { "command": "true" }, "webhook": "file:///etc/passwd" }),
        json!({ "payload": { "command": "true" }, "after": ["job_1"] }),
        json!({ "payload": { "command": "true" }, "surprise": 1 }),
        json!({ "payload": { "command": "true" }, "artifacts_out": ["*"] }),
    ];
    for body in wrong {
        hub.submit(&ada, &body).await.problem(400, "invalid");
    }
}

#[tokio::test]
async fn who_submits_too_much_is_told_when_to_come_back() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let user: UserId = ada.id.parse().unwrap();
    let limits = JobLimits { per_minute: Some(3), ..JobLimits::default() };
    hub.engine.set_job_limits(Subject::User(user), limits).await.unwrap();
    for _ in 0..3 {
        hub.submit(&ada, &python()).await.expect(201);
    }
    let refused = hub.submit(&ada, &python()).await.problem(429, "job_rate_limited");
    let seconds: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(refused.json()["retry_after"], seconds);
    assert!((1..=21).contains(&seconds), "{seconds}");
    let limits = JobLimits { queued: Some(3), ..JobLimits::default() };
    hub.engine.set_job_limits(Subject::User(user), limits).await.unwrap();
    let refused = hub.submit(&ada, &python()).await.problem(429, "job_rate_limited");
    assert!(refused.json()["retry_after"].as_u64().is_some());
}

#[tokio::test]
async fn jobs_are_listed_by_state_and_name_in_pages() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        let mut job = python();
        job["name"] = json!(if n % 2 == 0 { "even" } else { "odd" });
        ids.push(hub.accepted(&ada, &job).await);
    }
    hub.post(&ada, &ids[0], "cancel").await.expect(200);
    let list = async |query: &str| -> (Vec<String>, Value) {
        let page = hub.app.get(&ada, &format!("/api/v1/jobs{query}")).await.expect(200).json();
        let id = |it: &Value| it["id"].as_str().unwrap().to_owned();
        let ids = page["items"].as_array().unwrap().iter().map(id).collect();
        (ids, page["next_cursor"].clone())
    };
    let reversed: Vec<_> = ids.iter().rev().cloned().collect();
    assert_eq!(list("").await.0, reversed);
    assert_eq!(list("?status=cancelled").await.0, ids[..1]);
    assert_eq!(list("?status=queued,running&name=even").await.0, [&*ids[4], &*ids[2]]);
    let (first, cursor) = list("?limit=2").await;
    let (rest, end) = list(&format!("?limit=3&cursor={}", cursor.as_str().unwrap())).await;
    assert_eq!([first, rest].concat(), reversed);
    assert_eq!(end, Value::Null);
    assert_eq!(list("?limit=2&offset=3").await.0, reversed[3..]);
    assert_eq!(list("?offset=5").await.0, Vec::<String>::new());
    for odd in ["status=enqueued", "limit=0", "limit=201", "offset=10001"] {
        hub.app.get(&ada, &format!("/api/v1/jobs?{odd}")).await.problem(400, "invalid");
    }
}

#[tokio::test]
async fn an_administrator_restricts_what_jobs_may_be() {
    let hub = Hub::new().await;
    let (ada, root) = (hub.app.sign_up("ada").await, hub.administrator().await);
    let policy = json!({
        "payloads": ["artifact", "command"],
        "programs": [{ "program": "python3", "args": ["-m", "pytest", "..."] }]
    });
    let path = "/api/v1/job-policy";
    hub.app.ask(&ada, "PUT", path, &policy).await.problem(403, "missing_scope");
    let queued = hub.accepted(&ada, &python()).await;
    hub.app.ask(&root, "PUT", path, &policy).await.expect(200);
    assert_eq!(hub.app.get(&ada, path).await.expect(200).json(), policy);
    hub.submit(&ada, &python()).await.problem(403, "job_not_allowed");
    hub.submit(&ada, &sleeping()).await.problem(403, "job_not_allowed");
    let command = |argv: &[&str]| json!({ "payload": { "command": argv } });
    hub.submit(&ada, &command(&["python3", "-m", "pytest", "-q"])).await.expect(201);
    hub.submit(&ada, &command(&["python3", "-c", "1"])).await.problem(403, "job_not_allowed");
    let schedule = json!({ "name": "x", "cron": "* * * * *", "job": python() });
    let made = hub.app.ask(&ada, "POST", "/api/v1/schedules", &schedule).await;
    made.problem(403, "job_not_allowed");
    // What was accepted before does not start either.
    hub.work().await;
    let events = hub.events(&ada, &queued).await;
    assert_eq!(events.last().unwrap()["event"], "error", "{events:?}");
    assert_eq!(hub.show(&ada, &queued).await["status"], "failed");
}

#[tokio::test]
async fn limits_are_seen_by_those_they_bind_and_set_by_administrators() {
    let hub = Hub::new().await;
    let (ada, root) = (hub.app.sign_up("ada").await, hub.administrator().await);
    hub.accepted(&ada, &python()).await;
    let mine = hub.app.get(&ada, "/api/v1/limits").await.expect(200).json();
    assert_eq!(mine["limits"]["per_minute"], 600);
    assert_eq!(mine["usage"]["queued"], 1);
    let path = format!("/api/v1/limits/{}", ada.id);
    let limits = json!({ "running": 2, "artifact_bytes": 1000 });
    hub.app.ask(&ada, "PUT", &path, &limits).await.problem(403, "missing_scope");
    let set = hub.app.ask(&root, "PUT", &path, &limits).await.expect(200).json();
    assert_eq!(set["own"], limits);
    assert_eq!(set["limits"]["queued"], 10_000);
    hub.app.ask(&root, "PUT", &path, &json!({ "running": 0 })).await.problem(400, "invalid");
    let nobody = format!("/api/v1/limits/user_{:032x}", 1);
    hub.app.get(&root, &nobody).await.problem(404, "not_found");
    let everybody = json!({ "per_minute": 5 });
    hub.app.ask(&root, "PUT", "/api/v1/limits/default", &everybody).await.expect(200);
    let mine = hub.app.get(&ada, "/api/v1/limits").await.expect(200).json();
    assert_eq!((&mine["limits"]["per_minute"], &mine["limits"]["running"]), (&json!(5), &json!(2)));
}

#[tokio::test]
async fn the_queue_is_shown_to_administrators_with_its_workers() {
    let hub = Hub::new().await;
    let (ada, root) = (hub.app.sign_up("ada").await, hub.administrator().await);
    hub.accepted(&ada, &python()).await;
    hub.app.get(&ada, "/api/v1/queue").await.problem(403, "missing_scope");
    let queue = hub.app.get(&root, "/api/v1/queue").await.expect(200).json();
    assert_eq!((&queue["ready"], &queue["workers"]), (&json!(1), &json!([])));
    hub.work().await;
    let queue = hub.app.get(&root, "/api/v1/queue").await.expect(200).json();
    assert_eq!(queue["workers"][0]["host"], "test");
    assert_eq!(queue["workers"][0]["slots"], 2);
}

#[tokio::test]
async fn a_schedule_is_made_changed_and_deleted_by_its_owner() {
    let hub = Hub::new().await;
    let (ada, eve) = (hub.app.sign_up("ada").await, hub.app.sign_up("eve").await);
    let body = json!({
        "name": "nightly", "cron": "30 2 * * *", "time_zone": "Europe/Vienna", "job": python()
    });
    let made = hub.app.ask(&ada, "POST", "/api/v1/schedules", &body).await.expect(201).json();
    assert_eq!((&made["missed"], &made["paused"]), (&json!("once"), &json!(false)));
    let path = format!("/api/v1/schedules/{}", made["id"].as_str().unwrap());
    hub.app.get(&eve, &path).await.problem(404, "not_found");
    let mut changed = body.clone();
    changed["paused"] = json!(true);
    changed["cron"] = json!("0 4 * * 1");
    let now = hub.app.ask(&ada, "PUT", &path, &changed).await.expect(200).json();
    assert_eq!((&now["cron"], &now["next_at"]), (&json!("0 4 * * 1"), &Value::Null));
    for (field, value) in [("cron", "61 * * * *"), ("time_zone", "Mars/Olympus"), ("name", "")] {
        let mut wrong = body.clone();
        wrong[field] = json!(value);
        let refused = hub.app.ask(&ada, "POST", "/api/v1/schedules", &wrong).await;
        refused.problem(400, "invalid");
    }
    let listed = hub.app.get(&ada, "/api/v1/schedules").await.expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    hub.app.ask(&eve, "DELETE", &path, &Value::Null).await.problem(404, "not_found");
    hub.app.ask(&ada, "DELETE", &path, &Value::Null).await.expect(204);
    hub.app.get(&ada, &path).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_refusal_points_at_the_field_that_it_is_about() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let order = |field: &str, value: Value| {
        let mut order = json!({ "language": "python", "payload": { "code": "1" } });
        order[field] = value;
        order
    };
    let rows = [
        (order("language", json!("cobol")), "/language"),
        (order("payload", json!({ "command": [] })), "/payload/command"),
        (order("payload", json!({ "code": " " })), "/payload/code"),
        (order("payload", json!({ "code": "x".repeat(30_000) })), "/payload"),
        (order("payload", json!({ "nothing": 1 })), "/payload"),
        (order("payload", json!({ "function": "missing" })), "/payload/function"),
        (order("priority", json!(101)), "/priority"),
        (order("retries", json!({ "max": 101 })), "/retries/max"),
        (order("retries", json!({ "max": 1, "backoff": -1 })), "/retries/backoff"),
        (order("retries", json!({ "max": "many" })), "/retries/max"),
        (order("timeout", json!(0)), "/timeout"),
        (order("limits", json!({ "cpu_limit": 0 })), "/limits/cpu_limit"),
        (order("env", json!({ "OK": "1", "a/b": "2" })), "/env/a~1b"),
        (order("secrets", json!(["NONE"])), "/secrets"),
        (order("dependencies", json!(["no such thing!"])), "/dependencies"),
        (order("network", json!(["pypi.org", "not a host"])), "/network/1"),
        (order("after", json!(["job_00000000000000000000000000000000"])), "/after"),
        (order("name", json!("x".repeat(201))), "/name"),
        (order("concurrency_key", json!("x".repeat(201))), "/concurrency_key"),
        (order("webhook", json!("nowhere")), "/webhook"),
    ];
    for (order, field) in rows {
        let refused = hub.submit(&ada, &order).await;
        assert_eq!(refused.status.as_u16(), 400, "{}", refused.text);
        assert_eq!(refused.json()["field"], field, "{}", refused.text);
    }
    let schedule =
        json!({ "name": "s", "cron": "* * * * *", "job": order("priority", json!(101)) });
    let mut wrong = schedule.clone();
    for (name, value, field) in [
        ("cron", "often", "/cron"),
        ("time_zone", "Mars", "/time_zone"),
        ("name", "s", "/job/priority"),
    ] {
        wrong[name] = json!(value);
        let refused = hub.app.ask(&ada, "POST", "/api/v1/schedules", &wrong).await;
        wrong = schedule.clone();
        assert_eq!(refused.problem(400, "invalid").json()["field"], field);
    }
}
