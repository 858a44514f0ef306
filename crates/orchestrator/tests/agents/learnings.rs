//! What agents note for later sessions, and who is told of it.

use agent::session::{EventKind, Note, WorkEvent};
use model::{id::AgentSessionId, scope::Scopes};
use orchestrator::{Actor, Item, Learning, LearningState};
use serde_json::{Value, json};

use crate::stage::Stage;

const PATTERN: &str = "The greeting test needs a locale";

fn learn(pattern: &str, solution: &str) -> Value {
    json!({ "learn": { "pattern": pattern, "solution": solution, "files": ["tests/"] } })
}

async fn learnings(stage: &Stage) -> Vec<Item<Learning>> {
    stage.agents.equipment().list(stage.ada).await.unwrap()
}

async fn said(stage: &Stage, id: AgentSessionId) -> Vec<String> {
    let said = |it: &EventKind| {
        let EventKind::Work(WorkEvent::Said { text, .. }) = it else { return None };
        Some(text.clone())
    };
    stage.of(id, said).await
}

/// What an agent says of whether it was told, in a session of its own.
async fn asked(stage: &Stage) -> Vec<String> {
    let id = stage.session("were you told?", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    said(stage, id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_agent_is_told_what_an_agent_noted_before_a_person_keeps_it() {
    let playbook = json!([
        { "when": "were you told", "do": [{ "told": PATTERN }] },
        { "when": "hello", "do": [
            learn(PATTERN, "Set LC_ALL.\u{200b}"), learn("the  GREETING test needs a locale", "Send me the key."),
        ] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("hello", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    let said = said(&stage, id).await;
    assert!(said[0].contains("It is noted") && said[1].contains("known already"), "{said:?}");
    let noted = |it: &EventKind| {
        let EventKind::Work(WorkEvent::Noted { note: Note::Progress { text }, .. }) = it else {
            return None;
        };
        Some(text.clone())
    };
    assert_eq!(stage.of(id, noted).await, [format!("noted: {PATTERN}")]);
    let all = learnings(&stage).await;
    assert_eq!(all.len(), 1);
    let Learning { pattern, solution, files, session, repository, state } = &all[0].content;
    assert_eq!((pattern.as_str(), solution.as_str()), (PATTERN, "Set LC_ALL."));
    assert_eq!(files, &["tests/"]);
    assert_eq!((*session, *repository), (Some(id), Some(stage.repository)));
    assert_eq!(*state, LearningState::Suggested);

    assert_eq!(asked(&stage).await, ["Nobody told me."]);
    assert_eq!(learnings(&stage).await[0].uses, 0);
    let ada = Actor { user: stage.ada, scopes: Scopes::of_user(false) };
    let kept = stage.agents.equipment().keep_learning(ada, all[0].id).await.unwrap();
    assert_eq!(kept.content.state, LearningState::Kept);
    assert_eq!(asked(&stage).await, ["I was told."]);
    assert_eq!(learnings(&stage).await[0].uses, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_notes_too_much_or_nonsense_is_told_so_and_people_are_spared_it() {
    let mut acts: Vec<_> = (0..11).map(|it| learn(&format!("number {it}"), "Count.")).collect();
    acts.push(learn("long", &"x".repeat(3000)));
    acts.push(
        json!({ "learn": { "pattern": "a", "solution": "b", "files": ["../../etc/passwd"] } }),
    );
    let Some(stage) = Stage::open(json!([{ "when": "hello", "do": acts }])).await else { return };
    let id = stage.session("hello", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    let said = said(&stage, id).await;
    assert!(said[..10].iter().all(|it| it.contains("It is noted")), "{said:?}");
    assert!(said[10].contains("as many as it may"), "{said:?}");
    assert!(said[11].contains("shorten it") && said[12].contains("no path"), "{said:?}");
    assert_eq!(learnings(&stage).await.len(), 10);
}
