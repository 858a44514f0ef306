//! A hub, its database and its workers, each of which may be killed.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use sea_orm::{Database, DatabaseConnection};
use serde_json::{Value, json};

use super::{
    cluster::Cluster,
    ledger::{Ledger, Work, all},
    starts::Starts,
};
use crate::{
    harness::{Place, Running, sandboxes},
    http::Client,
    hub::ready,
    processes,
};

/// Short, so that a loss is soon found.
pub(super) const LEASE: &str = "2s";

/// How long a hub may be away from who submits, and all jobs may take; a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(180);

pub(super) struct Site {
    // Ended in this order.
    pub(super) hub: Option<Running>,
    pub(super) client: Client,
    pub(super) cluster: Option<Cluster>,
    pub(super) starts: Starts,
    pub(super) ledger: Ledger,
    pub(super) place: Place,
    flags: Vec<String>,
}

impl Site {
    /// A hub that takes jobs itself. `None` where there are no sandboxes; says so.
    pub(super) fn on_sqlite(flags: &[&str]) -> Option<Self> {
        sandboxes().then(|| Self::new(None, flags))
    }

    /// A hub with PostgreSQL.
    pub(super) fn on_postgres(flags: &[&str]) -> Option<Self> {
        if !sandboxes() {
            return None;
        }
        Some(Self::new(Some(Cluster::new()?), flags))
    }

    pub(super) fn new(cluster: Option<Cluster>, flags: &[&str]) -> Self {
        let starts = Starts::listen();
        let mut all = vec!["--network".to_owned(), starts.rule.clone()];
        all.extend(cluster.iter().flat_map(|it| ["--database".to_owned(), it.url()]));
        all.extend(flags.iter().map(|it| (*it).to_owned()));
        let mut site = Self {
            hub: None,
            client: Client::new(0),
            cluster,
            starts,
            ledger: Ledger::default(),
            place: Place::new(),
            flags: all,
        };
        site.create_administrator();
        site.start_hub();
        let limits = json!({ "per_minute": 1_000_000, "running": 64 });
        site.client.put_text("/api/v1/limits/default", &limits.to_string()).expect(200);
        site
    }

    fn create_administrator(&self) {
        let flags = ["user", "create", "ada", "ada@example.com", "--administrator"];
        let url = self.cluster.as_ref().map(Cluster::url);
        let database = url.iter().flat_map(|it| ["--database", it]);
        let arguments: Vec<_> =
            flags.into_iter().chain(["--password-stdin"]).chain(database).collect();
        self.place.fed(&arguments, b"correct horse\n").expect(0);
    }

    pub(super) fn start_hub(&mut self) {
        let mut arguments = vec!["hub", "--port", "0", "--data", "data"];
        arguments.extend(self.flags.iter().map(String::as_str));
        let mut running = self.start("hub", &arguments, &[]);
        let client = Client::new(ready(&mut running));
        let account = json!({ "email": "ada@example.com", "password": "correct horse" });
        let answer = client.post("/api/auth/sign-in", &account).expect(200);
        let bearer = format!("Bearer {}", answer.json()["token"].as_str().unwrap());
        self.client = client.with("authorization", &bearer);
        self.hub = Some(running);
    }

    /// A worker that takes four jobs at once, and is ready.
    pub(super) fn worker(&self, name: &str, flags: &[&str]) -> Running {
        self.worker_with(name, flags, &[])
    }

    /// One that sees these variables.
    pub(super) fn worker_with(
        &self,
        name: &str,
        flags: &[&str],
        variables: &[(&str, &Path)],
    ) -> Running {
        let url = self.cluster.as_ref().unwrap().url();
        // As on a machine of its own: only key and contents are shared.
        let data = format!("data-{name}");
        let usual = ["worker", "--database", &url, "--name", name, "--network", &self.starts.rule];
        let shared = ["--secret-key-file", "data/secret.key", "--artifacts", "data/artifacts"];
        let flags = [&usual[..], &["--data", &data], &shared, flags].concat();
        let mut running = self.start(name, &flags, variables);
        let line = running.line();
        assert!(line.starts_with(&format!("{name} takes up to")), "{line:?}");
        running
    }

    /// What it says is kept in a file: nobody reads a pipe for hours.
    fn start(&self, name: &str, arguments: &[&str], variables: &[(&str, &Path)]) -> Running {
        let log = File::options().create(true).append(true).open(self.place.path(&log_of(name)));
        let mut command = self.place.command(arguments);
        command.env("RUNBOOK_LOG", "info").envs(variables.iter().copied()).stderr(log.unwrap());
        Running::new(&mut command)
    }

    /// What hub and workers said, by name.
    fn logs(&self) -> Vec<(String, String)> {
        let files = fs::read_dir(self.place.path(".")).unwrap().flatten();
        let logs = files.filter(|it| it.path().extension().is_some_and(|it| it == "log"));
        let read = |it: fs::DirEntry| {
            let text = fs::read_to_string(it.path()).unwrap_or_default();
            (it.file_name().to_string_lossy().into_owned(), text)
        };
        logs.map(read).collect()
    }

    /// Kills a hub or a worker, and sees that nothing of it is left.
    pub(super) fn kill(&self, running: Running) {
        let tree = processes::tree(running.pid());
        running.signal("KILL");
        drop(running);
        processes::expect_gone(&tree, "no program has this name");
        let names: Vec<_> = tree.iter().map(|it| format!("runbook-{}-", it.pid)).collect();
        processes::eventually("its control groups are gone", || groups(&names).is_empty());
    }

    pub(super) fn kill_hub(&mut self) {
        let hub = self.hub.take().unwrap();
        self.kill(hub);
    }

    /// Lets a worker end by itself.
    pub(super) fn stop(&self, worker: Running) {
        worker.signal("TERM");
        worker.end().expect(0);
    }

    /// Submits until it is accepted, whatever the hub goes through meanwhile.
    pub(super) fn submit(&self, work: Work) -> String {
        let order = work.order(&self.starts);
        let start = Instant::now();
        let id = loop {
            let why = match self.client.attempt("POST", "/api/v1/jobs", &order) {
                Ok(answer) if matches!(answer.status, 200 | 201) => {
                    break answer.json()["job_id"].as_str().unwrap().to_owned();
                }
                Ok(answer) if answer.status < 500 => panic!("{answer:?}"),
                Ok(answer) => format!("{answer:?}"),
                Err(error) => error.to_string(),
            };
            assert!(start.elapsed() < PATIENCE, "nothing is accepted: {why}");
            thread::sleep(Duration::from_millis(50));
        };
        self.ledger.accepted(&id, work);
        id
    }

    pub(super) fn job(&self, id: &str) -> Value {
        self.client.get(&format!("/api/v1/jobs/{id}")).expect(200).json()
    }

    /// Waits until a job is in a state.
    pub(super) fn until(&self, id: &str, status: &str) {
        processes::eventually(&format!("{id} is {status}"), || self.job(id)["status"] == status);
    }

    pub(super) async fn database(&self) -> DatabaseConnection {
        match &self.cluster {
            Some(cluster) => cluster.connect().await,
            None => {
                let url = format!("sqlite://{}?mode=ro", self.place.path("data/hub.db").display());
                Database::connect(url).await.unwrap()
            }
        }
    }

    /// Waits until all that was accepted has ended, and checks it. `workers` are alive.
    pub(super) async fn settle(&self, workers: usize) {
        let db = self.database().await;
        let start = Instant::now();
        loop {
            let left = self.ledger.left(&db).await;
            if left.is_empty() {
                break;
            }
            assert!(start.elapsed() < PATIENCE, "these do not end: {left:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.ledger.check(&db, &self.starts).await;
        db.close().await.unwrap();
        self.until_leases(workers).await;
    }

    /// Takes its lease away from the worker that came first, over and over: one that renews it before
    /// anybody looks has lost nothing.
    pub(super) async fn take_the_first_lease_until(&self, done: impl Fn() -> bool) {
        const TAKE: &str = "UPDATE job_worker SET lease_until = 0 \
            WHERE started_at = (SELECT min(started_at) FROM job_worker)";
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < PATIENCE, "nobody sees that the lease is over");
            self.cluster.as_ref().unwrap().run(TAKE).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until so many workers count as alive.
    pub(super) async fn until_leases(&self, workers: usize) {
        self.until_rows("SELECT id FROM job_worker WHERE state <> 'gone'", |it| it == workers)
            .await;
    }

    /// Waits until the database has as many of these rows as wanted.
    pub(super) async fn until_rows(&self, sql: &str, wanted: impl Fn(usize) -> bool) {
        let db = self.database().await;
        let start = Instant::now();
        loop {
            let found = all(&db, sql).await.len();
            if wanted(found) {
                break;
            }
            assert!(start.elapsed() < PATIENCE, "still {found} rows of {sql}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        db.close().await.unwrap();
    }
}

impl Drop for Site {
    /// Shows what hub and workers said, if the test failed.
    #[expect(clippy::print_stdout, reason = "whoever reads of a failed test wants to know why")]
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        for (name, text) in self.logs() {
            let lines: Vec<_> = text.lines().collect();
            let last = &lines[lines.len().saturating_sub(30)..];
            println!("{name}:\n{}", last.join("\n"));
        }
    }
}

fn log_of(name: &str) -> String {
    format!("{name}.log")
}

/// Control groups whose names begin so.
fn groups(names: &[String]) -> Vec<PathBuf> {
    let (mut found, mut places) = (Vec::new(), vec![PathBuf::from("/sys/fs/cgroup")]);
    while let Some(place) = places.pop() {
        // One that is gone by now is none that is left.
        let entries = fs::read_dir(&place).into_iter().flatten().flatten();
        for entry in entries.filter(|it| it.file_type().is_ok_and(|it| it.is_dir())) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if names.iter().any(|it| name.starts_with(it)) {
                found.push(entry.path());
            }
            places.push(entry.path());
        }
    }
    found
}
