//! Measures what the product relies on: how fast a database opens and how fast events are stored.
//!
//! `cargo run --release -p store --example figures [URL]`; without a URL, a SQLite file in a temporary directory.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to say")]
#![expect(clippy::print_stdout, reason = "it prints its figures")]

use std::time::Instant;

use model::{
    event::{Chunk, Event, EventKind, Usage},
    execution::{Execution, State},
    id::{ExecutionId, UserId},
    time::Timestamp,
};
use store::{NewUser, Origin, Store};

const EVENTS: u64 = 100_000;
const BATCH: u64 = 256;
const SINGLE: u64 = 1000;
const AT: Timestamp = Timestamp::from_millis(1_795_222_800_000);

#[tokio::main]
async fn main() {
    let dir = tempfile::TempDir::new().unwrap();
    let file = format!("sqlite://{}/hub.db", dir.path().display());
    let url = std::env::args().nth(1).unwrap_or(file);

    for which in ["fresh", "existing", "existing"] {
        let start = Instant::now();
        let store = Store::open(&url).await.unwrap();
        println!("open, {which}: {:?}", start.elapsed());
        store.close().await.unwrap();
    }
    let store = Store::open(&url).await.unwrap();
    let user = UserId::from_random(1);
    let new = NewUser {
        id: user,
        email: "a@example.org".to_owned(),
        username: "a".to_owned(),
        password_hash: String::new(),
        created_at: AT,
        administrator: false,
    };
    store.create_user(new).await.unwrap();
    append_in_batches(&store, execution(&store, 1, user).await).await;
    append_one_by_one(&store, execution(&store, 2, user).await).await;
    store.close().await.unwrap();
    if let Ok(file) = std::fs::metadata(dir.path().join("hub.db")) {
        println!("size: {} KiB", file.len() / 1024);
    }
}

async fn append_in_batches(store: &Store, id: ExecutionId) {
    let start = Instant::now();
    for first in (1..=EVENTS).step_by(usize::try_from(BATCH).unwrap()) {
        let batch: Vec<Event> = (first..(first + BATCH).min(EVENTS + 1)).map(event).collect();
        store.append_events(id, &batch).await.unwrap();
    }
    let taken = start.elapsed();
    let rate = u128::from(EVENTS) * 1000 / taken.as_millis().max(1);
    println!("append {EVENTS} events by {BATCH}: {taken:?}, {rate} a second");

    let start = Instant::now();
    let mut from = 1;
    loop {
        let page = store.events(id, from, 1000).await.unwrap();
        let Some(last) = page.last() else { break };
        from = last.seq + 1;
    }
    println!("read them by 1000: {:?}", start.elapsed());
}

async fn append_one_by_one(store: &Store, id: ExecutionId) {
    let mut taken = Vec::new();
    for seq in 1..=SINGLE {
        let start = Instant::now();
        store.append_events(id, &[event(seq)]).await.unwrap();
        taken.push(start.elapsed());
    }
    taken.sort();
    let part = |hundredths: usize| taken[(taken.len() - 1) * hundredths / 100];
    println!("append one event: p50 {:?}, p99 {:?}, max {:?}", part(50), part(99), part(100));
}

/// 100 bytes of output.
fn event(seq: u64) -> Event {
    let line = format!("{seq:099}\n").into_bytes();
    Event { seq, at: AT, kind: EventKind::Stdout(Chunk::new(line)) }
}

async fn execution(store: &Store, n: u128, user: UserId) -> ExecutionId {
    let execution = Execution {
        id: ExecutionId::from_random(n),
        user,
        session: None,
        runbook: None,
        block: None,
        content_hash: String::new(),
        runtime: "sh".to_owned(),
        state: State::Running,
        created_at: AT,
        started_at: Some(AT),
        finished_at: None,
        usage: Usage::default(),
    };
    let origin = Origin {
        code: "echo".to_owned(),
        code_hash: "0".repeat(64),
        revision: 1,
        block_name: None,
        line: 1,
        runtime_version: None,
        timeout: None,
        output_bytes: 8 << 20,
        memory_bytes: 512 << 20,
        inputs: Vec::new(),
    };
    store.insert_execution(&execution, &origin).await.unwrap();
    execution.id
}
