//! Measures agent sessions: how soon a sandbox is ready, how soon what an agent says is read, and many at once.
//!
//! `cargo run --release -p orchestrator --example sessions`. The agent plays; sandboxes and git are real.

#![expect(clippy::unwrap_used, reason = "a broken set-up should stop the measurement")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it tells what it measured")]

#[expect(dead_code, reason = "tests use more of it")]
#[path = "../tests/agents/stage.rs"]
mod stage;

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use agent::session::{Event, EventKind, WorkEvent};
use futures_util::{StreamExt, future::join_all};
use model::id::AgentSessionId;
use orchestrator::FeedItem;
use serde_json::json;
use stage::Stage;

/// Sessions at once, and how often each tool is used in one.
const SESSIONS: usize = 50;
const TOOLS: usize = 20;

/// Pieces of a text.
const STAMPS: usize = 500;

/// Of the repository whose checkout is measured, in files of so many bytes.
const FILES: usize = 200;
const FILE_BYTES: usize = 256 * 1024;

#[tokio::main]
async fn main() {
    let tools: Vec<_> = (0..TOOLS).map(|it| json!({ "bash": format!("echo {it}") })).collect();
    let playbook = json!([
        { "when": "stamp", "do": [{ "stamp": STAMPS }] },
        { "when": "tools", "do": tools },
        { "when": "ready", "do": [{ "say": "Ready." }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    large_repository(&stage).await;
    latency(&stage).await;
    many(&stage).await;
}

/// From the beginning of a turn to a sandbox with its checkout.
async fn large_repository(stage: &Stage) {
    for at in 0..FILES {
        // What git cannot make smaller.
        let mut state = u64::try_from(at).unwrap() + 1;
        let text: String = (0..FILE_BYTES / 16)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                format!("{state:016x}")
            })
            .collect();
        stage.write(&format!("large/{at}.txt"), &text);
    }
    stage.push("Much");
    println!(
        "repository of {} MiB, from the turn's beginning to a clean checkout:",
        (FILES * FILE_BYTES) >> 20
    );
    for name in ["first", "cached", "cached", "cached"] {
        let id = stage.session("ready", |_| {}).await.record.id;
        stage.until_quiet(id).await;
        let events = stage.events(id).await;
        let at = |is_it: fn(&WorkEvent) -> bool| {
            let found =
                events.iter().find(|it| matches!(&it.kind, EventKind::Work(work) if is_it(work)));
            found.map_or(0, |it| it.at.as_millis())
        };
        let began = at(|it| matches!(it, WorkEvent::Began { .. }));
        let prepared = at(|it| matches!(it, WorkEvent::Prepared { .. }));
        println!("  {name:<7} {} ms", prepared - began);
    }
    // What follows measures sessions, not checkouts.
    stage.git(&["rm", "-r", "--quiet", "large"]);
    stage.push("Little");
}

/// From what an agent writes to whoever reads the feed.
async fn latency(stage: &Stage) {
    let id = stage.session("stamp", |_| {}).await.record.id;
    let mut feed = Box::pin(stage.agents.feed(stage.ada, id, 0).await.unwrap());
    let mut waits = Vec::new();
    while let Some(item) = feed.next().await {
        match item.unwrap() {
            FeedItem::Delta(delta) => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "the agent tells the same clock's time"
                )]
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
                let written =
                    delta.text.split_whitespace().filter_map(|it| it.parse::<u128>().ok());
                waits.extend(written.map(|it| now.saturating_sub(it)));
            }
            FeedItem::Event(event) if event.body.contains(r#""event":"ended""#) => break,
            FeedItem::Event(_) => {}
        }
    }
    waits.sort_unstable();
    let at = |part: usize| waits[(waits.len() - 1) * part / 100] as f64 / 1e6;
    println!(
        "{} pieces of a text, from the agent to the reader: p50 {:.2} ms, p95 {:.2} ms, most {:.2} ms",
        waits.len(),
        at(50),
        at(95),
        at(100)
    );
}

/// Many sessions at once: each event is read once, in its order.
async fn many(stage: &Stage) {
    let began = Instant::now();
    let opened = join_all((0..SESSIONS).map(|_| stage.session("tools", |_| {}))).await;
    let read = join_all(opened.iter().map(|it| follow(stage, it.record.id))).await;
    let wall = began.elapsed();
    let mut events = 0;
    for (view, read) in opened.iter().zip(&read) {
        let stored = stage.events(view.record.id).await;
        let stored: Vec<u64> = stored.iter().map(|it| it.seq).collect();
        assert_eq!(*read, stored, "an event was lost or came twice");
        assert!(stored.windows(2).all(|it| it[1] == it[0] + 1), "numbers have no gaps");
        events += stored.len();
    }
    println!(
        "{SESSIONS} sessions at once with {TOOLS} tools each: {:.1} s, {events} events, none lost",
        wall.as_secs_f64()
    );
}

/// Reads until the turn has ended.
async fn follow(stage: &Stage, id: AgentSessionId) -> Vec<u64> {
    let mut feed = Box::pin(stage.agents.feed(stage.ada, id, 0).await.unwrap());
    let mut seqs = Vec::new();
    while let Some(item) = feed.next().await {
        if let FeedItem::Event(stored) = item.unwrap() {
            let event: Event = serde_json::from_str(&stored.body).unwrap();
            seqs.push(event.seq);
            if matches!(event.kind, EventKind::Work(WorkEvent::Ended { .. })) {
                break;
            }
        }
    }
    seqs
}
