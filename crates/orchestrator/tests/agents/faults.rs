//! Agents that fail, and people who stop them.

use agent::session::{
    EventKind, ExecuteTarget, Lifecycle, Note, Request, Stage as At, StepState, WorkEvent,
};
use forge::fake::Answer;
use serde_json::json;

use crate::stage::{PLAN, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_hangs_is_stopped_and_can_be_tried_again() {
    let playbook = json!([
        { "when": "(?s)Carry out.*French", "do": [{ "say": "Well." }, { "hang": {} }] },
        { "when": "ways", "do": [{ "plan": PLAN }] },
    ]);
    let Some(mut stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    stage.execute(id, ExecuteTarget::All).await;
    stage
        .until(id, "work", |it| {
            it.running.as_ref().is_some_and(|it| matches!(it.stage, At::Working { .. }))
        })
        .await;
    stage.ask(id, Request::Stop).await;
    let state = stage.until_quiet(id).await.state;
    let step = "1".parse().unwrap();
    assert_eq!(state.step_state(&step), StepState::Failed);
    assert_eq!(state.step_state(&"2".parse().unwrap()), StepState::NotStarted);
    stage.set_playbook(json!([
        { "when": "(?s)Carry out.*French", "do": [{ "write": { "path": "fr.txt", "text": "Bonjour\n" } }] },
    ]));
    stage.restart().await;
    stage.ask(id, Request::Retry { step: step.clone() }).await;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(state.step_state(&step), StepState::Completed, "{}", stage.story(id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_dies_is_tried_again_after_a_while() {
    let playbook = json!([{ "when": "hello", "do": [{ "say": "Oh." }, { "die": {} }] }]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("hello", |_| {}).await.record.id;
    let waits = |it: &agent::session::State| {
        it.running.as_ref().is_some_and(|it| matches!(it.stage, At::Waiting { .. }))
    };
    stage.until(id, "a wait", waits).await;
    stage.ask(id, Request::Stop).await;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(state.lifecycle, Lifecycle::Active);
    assert!(stage.story(id).await.contains("faltered"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_not_there_is_said_so() {
    let Some(stage) = Stage::open(json!([])).await else { return };
    let id = stage.session("hello", |it| it.target_branch = "gone".to_owned()).await.record.id;
    stage.until_quiet(id).await;
    let story = stage.story(id).await;
    assert!(
        story.contains("has no branch") && story.contains("choose another target branch"),
        "{story}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_of_the_repository_runs_before_each_step_and_its_failure_stops_nothing() {
    let playbook = json!([
        { "when": "(?s)Carry out.*French", "do": [{ "bash": "cp prepared.txt fr.txt" }] },
        { "when": "ways", "do": [{ "plan": PLAN }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    stage.write(
        ".aviator/scripts/pre-execution.sh",
        "echo getting ready; echo Bonjour > prepared.txt; env | grep -c TOKEN; exit 3\n",
    );
    stage.push("Prepare");
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    stage.execute(id, ExecuteTarget::Next).await;
    let asked = stage.until(id, "an approval", |it| !it.approvals.is_empty()).await.state;
    let decision = agent::session::Decision::Allow;
    stage.ask(id, Request::Decide { approval: asked.approvals[0].id, decision }).await;
    let state = stage.until_quiet(id).await.state;
    let ran = |it: &EventKind| {
        let EventKind::Work(WorkEvent::Noted { note: Note::Script { output, passed, .. }, .. }) =
            it
        else {
            return None;
        };
        Some((output.clone(), *passed))
    };
    assert_eq!(stage.of(id, ran).await, [("getting ready\n0\n".to_owned(), false)]);
    let warned = |it: &EventKind| {
        let EventKind::Work(WorkEvent::Prepared { warning, .. }) = it else {
            return None;
        };
        warning.clone()
    };
    assert_eq!(stage.of(id, warned).await, ["the pre-execution script failed with code 3"]);
    let branch = &state.branches[0].name;
    assert_eq!(stage.at_forge(branch, "fr.txt").unwrap(), "Bonjour\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_push_is_not_written_over() {
    let playbook = json!([
        { "when": "(?s)Carry out.*French", "do": [{ "write": { "path": "fr.txt", "text": "Bonjour\n" } }] },
        { "when": "Change what these steps left", "do": [{ "bash": "cat fr.txt" }, { "write": { "path": "fr.txt", "text": "Salut\n" } }] },
        { "when": "ways", "do": [{ "plan": PLAN }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    stage.execute(id, ExecuteTarget::Next).await;
    let state = stage.until_quiet(id).await.state;
    let (branch, name) = (state.branches[0].id, state.branches[0].name.clone());
    stage.at_forge(&name, "fr.txt");
    stage.git(&["checkout", "--quiet", "-B", &name, &format!("refs/forge/{name}")]);
    stage.write("mine.txt", "Mine\n");
    stage.push("By a person");
    stage.ask(id, Request::Revise { branch, text: "Be short".to_owned() }).await;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(stage.at_forge(&name, "mine.txt").unwrap(), "Mine\n", "{}", stage.story(id).await);
    assert_eq!(stage.at_forge(&name, "fr.txt").unwrap(), "Salut\n");
    assert!(stage.story(id).await.contains("person_pushed"));
    assert!(stage.log(&name).contains("By a person"));
    drop(state);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_that_is_busy_is_asked_again_and_nothing_is_pushed_twice() {
    let playbook = json!([
        { "when": "(?s)Carry out.*French", "do": [{ "write": { "path": "fr.txt", "text": "Bonjour\n" } }] },
        { "when": "ways", "do": [{ "plan": PLAN }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    stage.forge.answer_next("POST /api/v3/repos/ada/notes/pulls", Answer::json(502, &json!({})));
    stage.execute(id, ExecuteTarget::Next).await;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(
        state.step_state(&"1".parse().unwrap()),
        StepState::Completed,
        "{}",
        stage.story(id).await
    );
    assert_eq!(stage.forge.pull_requests().len(), 1);
    stage.at_forge(&state.branches[0].name, "fr.txt");
    let branches = stage.git(&["for-each-ref", "--format=%(refname)", "refs/forge/"]);
    assert_eq!(branches.lines().count(), 2, "{branches}");
    assert_eq!(stage.story(id).await.matches("tool_called").count(), 1, "one agent has worked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_whose_pull_request_was_refused_gets_it_for_the_branch_that_is_there() {
    let playbook = json!([
        { "when": "(?s)Carry out.*French", "do": [{ "write": { "path": "fr.txt", "text": "Bonjour\n" } }] },
        { "when": "ways", "do": [{ "plan": PLAN }] },
    ]);
    let Some(mut stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    let step: agent::plan::StepNumber = "1".parse().unwrap();
    let refused = Answer::json(422, &json!({ "message": "Not today" }));
    stage.forge.answer_next("POST /api/v3/repos/ada/notes/pulls", refused);
    stage.execute(id, ExecuteTarget::Next).await;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(state.step_state(&step), StepState::Failed, "{}", stage.story(id).await);
    assert!(state.branches.is_empty());
    // The next server knows of it as well.
    stage.restart().await;
    stage.ask(id, Request::Retry { step: step.clone() }).await;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(state.step_state(&step), StepState::Completed, "{}", stage.story(id).await);
    assert_eq!(stage.at_forge(&state.branches[0].name, "fr.txt").unwrap(), "Bonjour\n");
    assert_eq!(stage.forge.pull_requests().len(), 1);
    let branches = stage.git(&["for-each-ref", "--format=%(refname)", "refs/forge/"]);
    assert_eq!(branches.lines().count(), 2, "{branches}");
    assert_eq!(stage.story(id).await.matches("tool_called").count(), 1, "one agent has worked");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_falls_silent_is_given_up_and_tried_again() {
    let playbook = json!([{ "when": "hello", "do": [{ "say": "Well." }, { "hang": {} }] }]);
    let Some(mut stage) = Stage::open(playbook).await else { return };
    stage.set_silence(std::time::Duration::from_secs(1));
    stage.restart().await;
    let id = stage.session("hello", |_| {}).await.record.id;
    let waits = |it: &agent::session::State| {
        it.running.as_ref().is_some_and(|it| matches!(it.stage, At::Waiting { .. }))
    };
    stage.until(id, "a wait", waits).await;
    assert!(stage.story(id).await.contains("said nothing for too long"));
}
