//! Users, runbooks, sessions and executions to test with.

use std::time::Duration;

use model::{
    event::{Chunk, Event, EventKind, Usage},
    execution::{self, Execution},
    id::{ExecutionId, RunbookId, SessionId, UserId},
    runbook::{Origin, Revision, Runbook},
    session::{self, Session},
    time::Timestamp,
    user::User,
};
use store::{NewUser, Store};

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_795_222_800_000 + millis)
}

pub(crate) fn new_user(n: u128) -> NewUser {
    NewUser {
        id: UserId::from_random(n),
        email: format!("User{n}@Example.org"),
        username: format!("User{n}"),
        password_hash: format!("$argon2id${n}"),
        administrator: false,
        created_at: at(0),
    }
}

pub(crate) fn runbook(n: u128, owner: UserId) -> (Runbook, Revision) {
    let id = RunbookId::from_random(n);
    let runbook = Runbook {
        id,
        owner,
        title: format!("Runbook {n}"),
        revision: 1,
        created_at: at(0),
        updated_at: at(0),
    };
    let revision = Revision {
        runbook: id,
        number: 1,
        author: owner,
        content: "# Title\r\n\n```sh\necho \u{1f980}\n```".to_owned(),
        block_ids: r#"["b1"]"#.to_owned(),
        created_at: at(0),
        updated_at: at(0),
        origin: Origin::Saved,
        lines: None,
    };
    (runbook, revision)
}

pub(crate) fn session(n: u128, user: UserId, runbook: RunbookId) -> Session {
    Session {
        id: SessionId::from_random(n),
        user,
        runbook,
        state: session::State::Starting,
        created_at: at(0),
        last_activity_at: at(0),
        expires_at: Some(at(1000)),
        isolation: "namespaces".to_owned(),
    }
}

pub(crate) fn execution(n: u128, session: &Session, block: &str) -> Execution {
    Execution {
        id: ExecutionId::from_random(n),
        user: session.user,
        session: Some(session.id),
        runbook: Some(session.runbook),
        block: Some(block.to_owned()),
        content_hash: "sha256:00".to_owned(),
        runtime: "sh".to_owned(),
        state: execution::State::Queued,
        created_at: at(0),
        started_at: None,
        finished_at: None,
        usage: Usage::default(),
    }
}

pub(crate) fn events(seqs: std::ops::RangeInclusive<u64>) -> Vec<Event> {
    let event = |seq| Event {
        seq,
        at: at(0),
        kind: EventKind::Stdout(Chunk::new(format!("line {seq}\0\n").into_bytes())),
    };
    seqs.map(event).collect()
}

/// What an execution of `code` is made of.
pub(crate) fn origin(code: &str) -> store::Origin {
    store::Origin {
        code: code.to_owned(),
        code_hash: format!("{code:0>64}"),
        revision: 3,
        block_name: Some("load".to_owned()),
        line: 12,
        runtime_version: Some("3.11.2".to_owned()),
        timeout: Some(Duration::from_secs(30)),
        output_bytes: 8 << 20,
        memory_bytes: 512 << 20,
        inputs: vec!["TOKEN".to_owned()],
    }
}

/// Stores user 1.
pub(crate) async fn with_user(store: &Store) -> User {
    store.create_user(new_user(1)).await.unwrap()
}

/// Stores user 1 with runbook 1.
pub(crate) async fn with_runbook(store: &Store) -> Runbook {
    let user = with_user(store).await;
    let (runbook, revision) = runbook(1, user.id);
    store.create_runbook(&runbook, &revision).await.unwrap();
    runbook
}

/// Stores user 1 with runbook 1 and session 1.
pub(crate) async fn with_session(store: &Store) -> Session {
    let runbook = with_runbook(store).await;
    let session = session(1, runbook.owner, runbook.id);
    store.insert_session(&session).await.unwrap();
    session
}

/// Stores user 1 with runbook 1, session 1 and execution 1.
pub(crate) async fn with_execution(store: &Store) -> Execution {
    let session = with_session(store).await;
    let execution = execution(1, &session, "b1");
    store.insert_execution(&execution, &origin("echo")).await.unwrap();
    execution
}
