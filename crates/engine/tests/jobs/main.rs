//! Jobs from their submission to their end, in real sandboxes where this machine has them.

#![expect(clippy::unwrap_used, reason = "an engine that cannot be driven should stop the test")]
#![expect(clippy::print_stdout, reason = "a test says why it is skipped")]

#[path = "../../../store/tests/store/postgres.rs"]
mod postgres;
mod two_machines;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use engine::{Clock, Config, Engine, JobWorker, Offers, Submission, SubmitError, WorkerConfig};
use futures_util::StreamExt;
use model::{
    id::{JobId, UserId},
    job::{CommandLine, End, Job, JobLimits, Order, Payload, Phase, Retries},
    principal::Principal,
};
use sandbox::{Namespaces, Readiness};
use store::{CancelAnswer, Fit, NewWorker, Store, Subject};
use tempfile::TempDir;

struct Stage {
    engine: Engine,
    user: UserId,
    _dir: TempDir,
}

impl Stage {
    /// `None` where no sandbox can be started; it says so.
    async fn new() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/hub.db", dir.path().display());
        let stage = Self::at(&url).await?;
        Some(Self { _dir: dir, ..stage })
    }

    async fn at(url: &str) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(url).await.unwrap();
        let engine = engine(store, &dir).await;
        let user = engine.create_user("ada@example.com", "ada", "").await.unwrap().id;
        let stage = Self { engine, user, _dir: dir };
        let probe = stage.submit(shell("true")).await;
        let worker = stage.work(1).await;
        let ended = stage.end_of(probe).await;
        worker.drain().await;
        if ended.state.phase == Phase::Ended(End::Succeeded) {
            return Some(stage);
        }
        let reason = ended.reason.unwrap_or_default();
        assert!(reason.contains("not permitted"), "{reason}");
        println!("skipped: {reason}");
        None
    }

    async fn submit(&self, order: Order) -> JobId {
        let principal = Principal::signed_in(self.user);
        let submitted = self.engine.submit_job(principal, order, Submission::default()).await;
        submitted.unwrap().job().id
    }

    async fn work(&self, slots: u32) -> JobWorker {
        self.engine.work(WorkerConfig::new(slots, "test")).await.unwrap()
    }

    /// What a job said, when it has ended.
    async fn events(&self, job: JobId) -> Vec<String> {
        let pages: Vec<_> = self.engine.follow_job(job, 1).collect().await;
        pages.into_iter().flat_map(Result::unwrap).map(|it| it.body).collect()
    }

    async fn job(&self, job: JobId) -> Job {
        self.engine.store().job(job).await.unwrap().unwrap()
    }

    /// The job when it has ended.
    async fn end_of(&self, job: JobId) -> Job {
        self.events(job).await;
        self.job(job).await
    }

    /// Waits until a job has printed something.
    async fn until_said(&self, job: JobId, text: &str) {
        let mut events = std::pin::pin!(self.engine.follow_job(job, 1));
        let mut said = String::new();
        while !said.contains(text) {
            let page = events.next().await.unwrap().unwrap();
            said.extend(page.into_iter().map(|it| it.body));
        }
    }

    async fn close(self) {
        self.engine.shutdown().await;
        assert_eq!(self.engine.statistics().sandboxes, 0, "a sandbox is left");
    }
}

async fn engine(store: Store, dir: &TempDir) -> Engine {
    let backend = Arc::new(Namespaces::new(Readiness::OnDemand).unwrap());
    let runtimes = Arc::new(sandbox::runtime::discover("/usr/bin"));
    let config = Config { snapshots: dir.path().to_owned(), ..Config::default() };
    let offers = Offers::one(backend, runtimes);
    Engine::start(store, offers, config, Clock::system()).await.unwrap()
}

fn shell(line: &str) -> Order {
    Order::new(None, Payload::Command { command: CommandLine::Shell(line.to_owned()) })
}

fn bash(code: &str) -> Order {
    Order::new(Some("bash"), Payload::Code { code: code.to_owned(), args: Vec::new() })
}

#[tokio::test]
async fn code_and_commands_run_and_what_they_say_is_kept_in_order() {
    let Some(stage) = Stage::new().await else { return };
    stage.engine.put_secret(stage.user, &"KEY".parse().unwrap(), "hunter22").await.unwrap();
    let code = Order {
        env: BTreeMap::from([("GREETING".to_owned(), "hello".to_owned())]),
        secrets: vec!["KEY".to_owned()],
        ..bash("echo $GREETING $KEY; echo oops >&2; exit 3")
    };
    let argv = ["printf", "%s|", "a b", "$HOME", ""].map(str::to_owned).to_vec();
    let argv = Order::new(None, Payload::Command { command: CommandLine::Argv(argv) });
    let (code, argv) = (stage.submit(code).await, stage.submit(argv).await);
    let worker = stage.work(2).await;

    let said = stage.events(code).await;
    let text = said.concat();
    assert!(text.contains("hello ***") && text.contains("oops"), "{text}");
    assert!(!text.contains("hunter22"), "{text}");
    assert!(said.last().unwrap().contains(r#""exit_code":3"#), "{said:?}");
    let job = stage.job(code).await;
    assert_eq!(job.state.phase, Phase::Ended(End::Failed));
    assert!(job.claimed_at <= job.started_at && job.started_at <= job.ended_at);
    let said = stage.events(argv).await.concat();
    assert!(said.contains(r#""data":"a b|$HOME||""#), "{said}");
    assert_eq!(stage.job(argv).await.state.phase, Phase::Ended(End::Succeeded));
    worker.drain().await;
    assert!(stage.engine.store().workers().await.unwrap().is_empty());
    stage.close().await;
}

#[tokio::test]
async fn a_runbook_runs_its_blocks_in_one_sandbox_until_one_fails() {
    let Some(stage) = Stage::new().await else { return };
    let document = "```file text a.txt\nkept\n```\n\n```runnable bash\ncat a.txt; echo $WHO > b.txt\n\
        ```\n\n```runnable bash\ncat b.txt; exit 4\n```\n\n```runnable bash\necho never\n```\n";
    let opened = stage.engine.create_runbook(stage.user, "Test", document).await.unwrap();
    let inputs = BTreeMap::from([("WHO".to_owned(), "world".into())]);
    let payload = Payload::Runbook { runbook: opened.runbook.id, inputs };
    let job = stage.submit(Order::new(None, payload)).await;
    let worker = stage.work(1).await;
    let said = stage.events(job).await.concat();
    assert!(said.contains("kept") && said.contains("world"), "{said}");
    assert!(!said.contains("never") && said.contains(r#""exit_code":4"#), "{said}");
    worker.drain().await;
    stage.close().await;
}

#[tokio::test]
async fn a_runbook_checks_its_inputs_and_gives_its_blocks_their_secrets() {
    let Some(stage) = Stage::new().await else { return };
    let document = "---\nrunbook: {inputs: {WHO: {required: true}}}\n---\n
```runnable bash background=true\nmkfifo ask answer; read -r x <ask; echo got $x $WHO >answer; sleep 1000\n```\n
```runnable bash secrets=TOKEN\nuntil [ -p answer ]; do sleep 0.01; done; echo $TOKEN >ask; cat answer\n```\n
```runnable bash\necho ${TOKEN-none}\n```\n";
    let opened = stage.engine.create_runbook(stage.user, "Test", document).await.unwrap();
    stage.engine.put_secret(stage.user, &"TOKEN".parse().unwrap(), "hunter2222").await.unwrap();
    let order = |inputs| Order::new(None, Payload::Runbook { runbook: opened.runbook.id, inputs });
    let refused = stage.engine.check_order(stage.user, &mut order(BTreeMap::new())).await;
    assert!(refused.unwrap_err().to_string().contains("WHO: a value is needed"));
    let job = stage.submit(order(BTreeMap::from([("WHO".to_owned(), "Ada".into())]))).await;
    let worker = stage.work(1).await;
    let said = stage.events(job).await.concat();
    assert!(said.contains("got *** Ada") && said.contains(r"none\n"), "{said}");
    assert!(said.contains(r#""exit_code":0"#) && !said.contains("hunter2222"), "{said}");
    worker.drain().await;
    stage.close().await;
}

#[tokio::test]
async fn a_running_job_is_cancelled_and_its_program_is_gone() {
    let Some(stage) = Stage::new().await else { return };
    let job = stage.submit(shell("trap '' TERM; echo ready; while :; do sleep 1; done")).await;
    let worker = stage.work(1).await;
    stage.until_said(job, "ready").await;
    let asked = stage.engine.cancel_job(job).await.unwrap().unwrap();
    assert!(matches!(asked, CancelAnswer::Asked(_)), "{asked:?}");
    let said = stage.events(job).await;
    assert!(said.last().unwrap().contains(r#""outcome":"cancelled""#), "{said:?}");
    assert_eq!(stage.job(job).await.state.phase, Phase::Ended(End::Cancelled));
    worker.drain().await;
    stage.close().await;
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_as_often_as_it_asks() {
    let Some(stage) = Stage::new().await else { return };
    let retries = Retries { max: 2, backoff_ms: 1 };
    let job = stage.submit(Order { retries, ..bash("exit 7") }).await;
    let worker = stage.work(1).await;
    let ended = stage.end_of(job).await;
    assert_eq!((ended.state.phase, ended.state.fence), (Phase::Ended(End::Dead), 3));
    assert_eq!(stage.engine.store().job_attempts(job).await.unwrap().len(), 2);
    let principal = Principal::signed_in(stage.user);
    let again = stage.engine.retry_job(principal, &ended, None).await.unwrap();
    assert_eq!(again.job().retry_of, Some(job));
    worker.drain().await;
    stage.close().await;
}

#[tokio::test]
async fn a_job_whose_worker_vanished_before_the_start_is_finished_by_another() {
    let Some(stage) = Stage::new().await else { return };
    let store = stage.engine.store();
    let (fresh, started) =
        (stage.submit(bash("echo done")).await, stage.submit(bash("echo no")).await);
    let silent = NewWorker {
        id: model::id::WorkerId::from_random(1),
        host: String::new(),
        version: String::new(),
        backends: Vec::new(),
        runtimes: vec!["bash".to_owned()],
        slots: 2,
    };
    store.register_worker(&silent, Duration::ZERO).await.unwrap();
    let fit = Fit { runtimes: silent.runtimes.clone(), slots: 2 };
    let claimed = store.claim_jobs(silent.id, &fit).await.unwrap();
    let of = claimed.iter().find(|it| it.job.id == started).unwrap();
    let held = model::job::Held { job: started, fence: of.job.state.fence, worker: silent.id };
    store.start_jobs(&[held]).await.unwrap();

    let worker = stage.work(2).await;
    let ended = stage.end_of(fresh).await;
    assert_eq!((ended.state.phase, ended.state.fence), (Phase::Ended(End::Succeeded), 2));
    let lost = stage.end_of(started).await;
    assert_eq!((lost.state.phase, lost.state.fence), (Phase::Ended(End::Lost), 1));
    assert!(!stage.events(started).await.concat().contains("stdout"));
    worker.drain().await;
    stage.close().await;
}

#[tokio::test]
async fn two_workers_share_the_work() {
    let Some(stage) = Stage::new().await else { return };
    let unbounded = JobLimits { running: Some(100), per_minute: Some(10_000), ..JobLimits::USUAL };
    stage.engine.store().set_job_limits(Subject::Default, unbounded).await.unwrap();
    let mut jobs = Vec::new();
    for n in 0..8 {
        jobs.push(stage.submit(bash(&format!("echo {n}"))).await);
    }
    let (one, two) = (stage.work(1).await, stage.work(1).await);
    let mut workers = std::collections::BTreeSet::new();
    for (n, job) in jobs.into_iter().enumerate() {
        let said = stage.events(job).await;
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].contains(&format!(r#""data":"{n}\n""#)), "{said:?}");
        workers.insert(stage.job(job).await.worker);
    }
    assert_eq!(workers.len(), 2);
    one.drain().await;
    two.drain().await;
    stage.close().await;
}

#[tokio::test]
async fn what_could_never_run_is_refused_before_it_is_accepted() {
    let Some(stage) = Stage::new().await else { return };
    let principal = Principal::signed_in(stage.user);
    let wrong = [
        Order { language: Some("cobol".to_owned()), ..bash("x") },
        Order { language: None, ..bash("x") },
        bash(" "),
        shell(""),
        Order { priority: 101, ..bash("x") },
        Order { secrets: vec!["NONE".to_owned()], ..bash("x") },
        Order { env: BTreeMap::from([("PATH".to_owned(), "/".to_owned())]), ..bash("x") },
        Order { timeout_ms: Some(0), ..bash("x") },
        Order::new(
            None,
            Payload::Function { function: "none".to_owned(), input: serde_json::Value::Null },
        ),
    ];
    for order in wrong {
        let refused =
            stage.engine.submit_job(principal, order.clone(), Submission::default()).await;
        assert!(matches!(refused, Err(SubmitError::Invalid(_))), "{order:?}: {refused:?}");
    }
    stage.close().await;
}

#[tokio::test]
async fn a_worker_that_drains_lets_its_program_end_and_takes_nothing_new() {
    let Some(stage) = Stage::new().await else { return };
    let first = stage.submit(shell("echo ready; sleep 4; echo over")).await;
    let worker = stage.work(1).await;
    stage.until_said(first, "ready").await;
    let second = stage.submit(bash("echo second")).await;
    worker.drain().await;
    assert_eq!(stage.job(first).await.state.phase, Phase::Ended(End::Succeeded));
    assert!(matches!(stage.job(second).await.state.phase, Phase::Queued { .. }));
    let worker = stage.work(1).await;
    assert_eq!(stage.end_of(second).await.state.phase, Phase::Ended(End::Succeeded));
    worker.drain().await;
    stage.close().await;
}

#[tokio::test]
async fn a_worker_that_was_given_up_kills_its_program_and_starts_anew() {
    let Some(stage) = Stage::new().await else { return };
    let job = stage.submit(shell("echo ready; sleep 600")).await;
    let config = WorkerConfig { lease: Duration::from_secs(6), ..WorkerConfig::new(1, "test") };
    let worker = stage.engine.work(config).await.unwrap();
    stage.until_said(job, "ready").await;
    let store = stage.engine.store();
    let first = store.workers().await.unwrap()[0].id;
    // As if it had been stopped by the kernel for longer than its lease.
    loop {
        store.renew_worker(first, &BTreeSet::new(), 0, Duration::ZERO).await.unwrap();
        if store.tend_jobs(0).await.unwrap().gone.contains(&first) {
            break;
        }
    }
    assert_eq!(stage.end_of(job).await.state.phase, Phase::Ended(End::Lost));
    let said = stage.events(job).await.len();
    let next = stage.submit(bash("echo next")).await;
    let ended = stage.end_of(next).await;
    assert_eq!(ended.state.phase, Phase::Ended(End::Succeeded));
    assert_ne!(ended.worker, Some(first), "who was given up is somebody else now");
    assert_eq!(stage.events(job).await.len(), said, "it went on saying something");
    worker.drain().await;
    stage.close().await;
}

#[tokio::test]
async fn a_call_of_a_function_is_a_job_too() {
    let Some(stage) = Stage::new().await else { return };
    let new = engine::NewFunction {
        name: "double".parse().unwrap(),
        runtime: document::Runtime::Python,
        first: engine::NewVersion {
            code: "def run(input):\n    print('hi')\n    return input['n'] * 2\n".to_owned(),
            ..engine::NewVersion::default()
        },
    };
    let function = stage.engine.create_function(stage.user, new).await.unwrap();
    let build: Vec<_> =
        stage.engine.follow_build(function.id, 0).await.unwrap().collect::<Vec<_>>().await;
    let payload =
        Payload::Function { function: "double".to_owned(), input: serde_json::json!({ "n": 21 }) };
    let job = stage.submit(Order::new(None, payload)).await;
    assert_eq!(stage.job(job).await.order.language.as_deref(), Some("python"));
    let worker = stage.work(1).await;
    let said = stage.events(job).await.concat();
    assert!(said.contains("hi") && said.contains(r#""application/json":42"#), "{said} {build:?}");
    worker.drain().await;
    stage.close().await;
}
