//! A hub of its own, and a client that uses it like a browser does.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command;

/// A running hub with a signed-in user; stopped when dropped.
pub(crate) struct Hub {
    process: Child,
    pub(crate) url: String,
    agent: ureq::Agent,
    pub(crate) token: String,
    user: String,
    pub(crate) ready_after: Duration,
    _data: TempDir,
}

/// A live session of a runbook.
pub(crate) struct Session {
    id: String,
    blocks: Vec<(String, String)>,
}

impl Hub {
    pub(crate) fn start(binary: &Path) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let begun = Instant::now();
        let mut process = command(binary)
            .args(["hub", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path())
            // Where compiled programs are kept.
            .envs(std::env::vars_os().filter(|(name, _)| name == "HOME"))
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("stdout is piped")?).read_line(&mut line)?;
        let url = line.split_whitespace().last().context("the hub prints its URL")?.to_owned();
        let agent = ureq::Agent::new_with_defaults();
        ensure!(agent.get(format!("{url}/healthz")).call()?.status() == 200, "the hub is not well");
        let ready_after = begun.elapsed();
        let account = json!({
            "email": "bench@example.com", "username": "bench", "password": "bench-password"
        });
        let signed_in: Value = agent
            .post(format!("{url}/api/auth/sign-up"))
            .send_json(&account)?
            .body_mut()
            .read_json()?;
        let text = |it: &Value| it.as_str().map(str::to_owned).context("a string is missing");
        let (token, user) = (text(&signed_in["token"])?, text(&signed_in["user"]["id"])?);
        Ok(Self { process, url, agent, token, user, ready_after, _data: data })
    }

    /// Resident memory of the server's process in bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|it| it.split_whitespace().next()).context("no VmRSS")?;
        Ok(kilobytes.parse::<u64>()? * 1024)
    }

    /// Bytes on the wire of the page and of every script and style that it names.
    pub(crate) fn first_page_bytes(&self) -> Result<usize> {
        let page = String::from_utf8(self.fetch("/", "identity")?)?;
        let mut bytes = self.fetch("/", "br")?.len();
        for part in page.split('"').filter(|it| it.starts_with("/assets/")) {
            bytes += self.fetch(part, "br")?.len();
        }
        Ok(bytes)
    }

    fn fetch(&self, path: &str, encoding: &str) -> Result<Vec<u8>> {
        let request = self.agent.get(format!("{}{path}", self.url));
        let mut body = Vec::new();
        let mut response = request.header("accept-encoding", encoding).call()?;
        response.body_mut().as_reader().read_to_end(&mut body)?;
        Ok(body)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("Bearer {}", self.token));
        Ok(request.send_json(body)?.body_mut().read_json()?)
    }

    /// Stores a runbook and connects to it.
    pub(crate) fn connect(&self, content: &str) -> Result<Session> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let title = format!("bench {}", COUNT.fetch_add(1, Ordering::Relaxed));
        let runbook = self.post("/api/runbooks", &json!({ "title": title, "content": content }))?;
        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let path = format!("/api/sessions/connect/{}/{}", self.user, text(&runbook["id"]));
        let session = self.post(&path, &json!({}))?;
        ensure!(session["status"] == "ACTIVE", "the session is not active: {session}");
        let blocks = runbook["blocks"].as_array().context("a runbook has blocks")?;
        let blocks = blocks.iter().map(|it| (text(&it["id"]), text(&it["content_hash"]))).collect();
        Ok(Session { id: text(&session["id"]), blocks })
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Session {
    /// From the request to run a block to the first event with output; the rest is read after.
    pub(crate) fn first_byte(&self, hub: &Hub, block: usize) -> Result<Duration> {
        let begun = Instant::now();
        let mut took = None;
        self.run(hub, block, |event| {
            if took.is_none() && event.contains("\"stdout\"") {
                took = Some(begun.elapsed());
            }
        })?;
        took.context("the block printed nothing")
    }

    pub(crate) fn run_to_end(&self, hub: &Hub, block: usize) -> Result<()> {
        self.run(hub, block, |_| {})
    }

    fn run(&self, hub: &Hub, block: usize, mut seen: impl FnMut(&str)) -> Result<()> {
        let (id, hash) = &self.blocks[block];
        let path = format!("/api/sessions/{}/executions", self.id);
        let execution = hub.post(&path, &json!({ "block": id, "content_hash": hash }))?;
        let id = execution["id"].as_str().context("an execution has an id")?;
        let request = hub.agent.get(format!("{}/api/executions/{id}/events", hub.url));
        let request = request.header("authorization", format!("Bearer {}", hub.token));
        let mut response = request.call()?;
        let mut last = String::new();
        for line in BufReader::new(response.body_mut().as_reader()).lines() {
            last = line?;
            seen(&last);
        }
        ensure!(last.contains("\"exit_code\":0"), "the block failed: {last}");
        Ok(())
    }
}
