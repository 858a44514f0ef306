//! What people order with comments at the forge, and who tells of it.

use agent::session::{BranchEvent, EventKind, ExecuteTarget, State, Task, WorkEvent};
use forge::fake::{Act, Answer, Line, Outcome, Webhook};
use model::id::AgentSessionId;
use serde_json::{Value, json};

use crate::stage::{PLAN, Stage};

/// A session with a pull request that lin reviewed.
async fn reviewed() -> Option<(Stage, AgentSessionId)> {
    let write = |text: &str| json!([{ "write": { "path": "fr.txt", "text": text } }]);
    let playbook = json!([
        { "when": "(?s)Carry out this step.*French", "do": write("Bonjour\n") },
        { "when": "(?s)Change what these steps left.*as one does at night", "do": write("Bonsoir\n") },
        { "when": "ways", "do": [{ "plan": PLAN }] },
    ]);
    let stage = Stage::open(playbook).await?;
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    stage.execute(id, ExecuteTarget::Next).await;
    stage.until_quiet(id).await;
    let line = Line { path: "fr.txt".to_owned(), line: 1, body: "as one does at night".to_owned() };
    let (by, body) = ("lin".to_owned(), String::new());
    stage.forge.act(Act::Review { number: 1, by, body, lines: vec![line] });
    Some((stage, id))
}

/// Says something in the pull request, and gives what the forge would deliver.
fn says(stage: &Stage, by: &str, body: &str) -> Vec<Webhook> {
    stage.forge.act(Act::Comment { number: 1, by: by.to_owned(), body: body.to_owned() })
}

/// Has the hub look at the forge, and waits until it has looked: checks are what it looks at last.
async fn look(stage: &Stage, id: AgentSessionId) {
    let looked =
        |it: &EventKind| matches!(it, EventKind::Branch(BranchEvent::CiEnded { .. })).then_some(());
    let before = stage.of(id, looked).await.len();
    let commit = stage.view(id).await.state.branches[0].head.clone();
    let (name, outcome) = ("lint".to_owned(), Outcome::Success);
    stage.happens(Act::Check { commit, name, outcome, log: None }).await;
    let mut feed = Box::pin(stage.agents.feed(stage.ada, id, 0).await.unwrap());
    let looking = async {
        while stage.of(id, looked).await.len() == before {
            futures_util::StreamExt::next(&mut feed).await.unwrap().unwrap();
        }
    };
    let looked = tokio::time::timeout(crate::stage::LIMIT, looking).await;
    assert!(looked.is_ok(), "nobody looks: {}", stage.story(id).await);
}

fn revisions(it: &EventKind) -> Option<()> {
    let EventKind::Work(WorkEvent::Queued { task: Task::Revision { .. }, .. }) = it else {
        return None;
    };
    Some(())
}

fn is_revised(it: &State) -> bool {
    it.branches[0].heard.len() == 1 && it.running.is_none() && it.queue.is_empty()
}

fn comments(stage: &Stage) -> Vec<Value> {
    stage.forge.pull_requests()[0]["comments"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_no_webhook_tells_of_is_found_and_no_webhook_repeats_it() {
    let Some((mut stage, id)) = reviewed().await else { return };
    let webhooks = says(&stage, "lin", "/runbook revise");
    let commit = stage.view(id).await.state.branches[0].head.clone();
    let (name, outcome) = ("lint".to_owned(), Outcome::Success);
    stage.happens(Act::Check { commit, name, outcome, log: None }).await;
    let state = stage.until(id, "a revision", is_revised).await.state;
    let branch = &state.branches[0].name;
    assert_eq!(stage.at_forge(branch, "fr.txt").unwrap(), "Bonsoir\n", "{}", stage.story(id).await);
    assert_eq!(comments(&stage)[0]["reactions"], json!(["+1"]));
    // The next server hears of it by the webhook, under whatever id.
    stage.restart().await;
    for webhook in &webhooks {
        stage.receive(webhook).await.unwrap();
        let renamed = Webhook { delivery: "another".to_owned(), ..webhook.clone() };
        stage.receive(&renamed).await.unwrap();
    }
    look(&stage, id).await;
    assert_eq!(stage.of(id, revisions).await.len(), 1, "{}", stage.story(id).await);
    assert_eq!(comments(&stage).len(), 1, "nobody is told anything else");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_strangers_and_those_who_order_nothing_are_not_obeyed_by_a_look() {
    let Some((stage, id)) = reviewed().await else { return };
    for (by, body) in [
        ("eve", "/runbook revise"),
        ("helper[bot]", "/runbook revise"),
        ("lin", "> /runbook revise"),
        ("lin", "Please /runbook revise"),
    ] {
        says(&stage, by, body);
    }
    look(&stage, id).await;
    assert_eq!(stage.of(id, revisions).await.len(), 0, "{}", stage.story(id).await);
    assert_eq!(comments(&stage).len(), 4, "nobody is answered");
    let asked = stage.forge.asked();
    assert!(!asked.iter().any(|it| it.contains("helper")), "a bot's rights are nobody's question");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_means_nothing_is_answered_once_by_whichever_server() {
    let Some((mut stage, id)) = reviewed().await else { return };
    let thread = stage.forge.pull_requests()[0]["threads"][0]["comments"][0]["id"].clone();
    stage.forge.act(Act::Resolve { number: 1, thread: thread.as_u64().unwrap() });
    for webhook in says(&stage, "lin", "/runbook revise") {
        stage.receive(&webhook).await.unwrap();
    }
    let declined = comments(&stage);
    assert_eq!(declined.len(), 2);
    let words = declined[1]["body"].as_str().unwrap();
    assert!(words.starts_with("@lin Nothing is revised: there is no unresolved review"), "{words}");
    stage.restart().await;
    look(&stage, id).await;
    assert_eq!(comments(&stage).len(), 2);
    assert_eq!(stage.of(id, revisions).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_could_not_be_worked_on_is_taken_when_it_comes_again() {
    let Some((stage, id)) = reviewed().await else { return };
    let webhooks = says(&stage, "lin", "/runbook revise");
    stage.forge.answer_next("/collaborators/lin/permission", Answer::json(502, &json!({})));
    let refused = stage.receive(&webhooks[0]).await;
    assert!(refused.is_err(), "{refused:?}");
    stage.receive(&webhooks[0]).await.unwrap();
    stage.until(id, "a revision", is_revised).await;
    stage.receive(&webhooks[0]).await.unwrap();
    assert_eq!(stage.of(id, revisions).await.len(), 1, "{}", stage.story(id).await);
}
