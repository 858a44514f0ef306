//! People in the sandboxes of sessions.

use std::sync::Arc;

use agent::session::{Request, Sandbox};
use engine::{Sight, Terminal, TerminalEnd, TerminalSize, Viewer};
use model::id::AgentSessionId;
use orchestrator::{RequestError, VisitError};
use serde_json::json;

use crate::stage::{LIMIT, Stage};

const SIZE: TerminalSize = TerminalSize { rows: 24, columns: 80 };

/// Types a line and waits until the terminal has shown a text.
async fn exchange(terminal: &Terminal, viewer: &mut Viewer, line: &str, expected: &str) -> String {
    terminal.type_in(format!("{line}\n").into_bytes().into()).await.unwrap();
    let mut shown = String::new();
    while !shown.contains(expected) {
        match tokio::time::timeout(LIMIT, viewer.next()).await {
            Ok(Some(Sight::Output(bytes))) => {
                shown.push_str(&String::from_utf8_lossy(&bytes));
                viewer.shown(bytes.len() as u64);
            }
            other => panic!("{other:?} after {shown}"),
        }
    }
    shown
}

async fn end(viewer: &mut Viewer) -> TerminalEnd {
    loop {
        match tokio::time::timeout(LIMIT, viewer.next()).await.unwrap() {
            Some(Sight::End(end)) => return end,
            Some(Sight::Output(bytes)) => viewer.shown(bytes.len() as u64),
            None => panic!("the viewer was let go"),
        }
    }
}

async fn visited(stage: &Stage, id: AgentSessionId) -> Arc<Terminal> {
    stage.agents.open_terminal(stage.ada, id, SIZE).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_types_into_the_checkout_and_comes_back_to_it() {
    let Some(stage) = Stage::open(json!([])).await else { return };
    let id = stage.session("hello", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    let terminal = visited(&stage, id).await;
    let mut viewer = terminal.read();
    exchange(&terminal, &mut viewer, "tr a-z A-Z < en.txt", "HELLO").await;
    let listed = stage.agents.terminals(stage.ada, id).await.unwrap();
    assert_eq!(listed.iter().map(|it| it.id).collect::<Vec<_>>(), [terminal.id]);
    drop(viewer);
    let again = stage.agents.terminal(stage.ada, id, terminal.id).await.unwrap().unwrap();
    let mut viewer = again.read();
    exchange(&again, &mut viewer, "exit 3", "HELLO").await;
    assert_eq!(end(&mut viewer).await, TerminalEnd::Exited(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_sleeps_wakes_for_a_terminal_and_takes_it_along_when_it_ends() {
    let Some(mut stage) = Stage::open(json!([])).await else { return };
    let id = stage.session("hello", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    // Its sandbox is gone with the server.
    stage.restart().await;
    stage.until(id, "no sandbox", |it| it.sandbox == Sandbox::None).await;
    assert!(stage.agents.terminals(stage.ada, id).await.unwrap().is_empty());
    let terminal = visited(&stage, id).await;
    let mut viewer = terminal.read();
    exchange(&terminal, &mut viewer, "cat en.txt", "Hello").await;
    stage.ask(id, Request::Pause).await;
    assert_eq!(end(&mut viewer).await, TerminalEnd::Gone);
    let refused = stage.agents.open_terminal(stage.ada, id, SIZE).await;
    assert!(matches!(refused, Err(VisitError::Request(RequestError::Refused(_)))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_no_part_has_no_terminal_and_sees_none() {
    let Some(stage) = Stage::open(json!([])).await else { return };
    let id = stage.session("hello", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    let open = visited(&stage, id).await.id;
    let lin = stage.engine.create_user("lin@example.com", "lin", "").await.unwrap().id;
    let refused = stage.agents.open_terminal(lin, id, SIZE).await;
    assert!(matches!(refused, Err(VisitError::Request(RequestError::NotFound))), "{refused:?}");
    let refused = stage.agents.terminal(lin, id, open).await;
    assert!(matches!(refused, Err(RequestError::NotFound)), "{refused:?}");
    assert!(matches!(stage.agents.terminals(lin, id).await, Err(RequestError::NotFound)));
    stage.ask(id, Request::Share { with: lin }).await;
    assert!(stage.agents.terminal(lin, id, open).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_sandbox_that_cannot_be_is_told() {
    let Some(stage) = Stage::open(json!([])).await else { return };
    let change = |it: &mut agent::session::Settings| it.target_branch = "nowhere".to_owned();
    let id = stage.session("hello", change).await.record.id;
    stage.until_quiet(id).await;
    let refused = stage.agents.open_terminal(stage.ada, id, SIZE).await;
    assert!(matches!(refused, Err(VisitError::Request(RequestError::NoSandbox))), "{refused:?}");
    assert!(stage.story(id).await.contains("no branch \\\"nowhere\\\""));
}
