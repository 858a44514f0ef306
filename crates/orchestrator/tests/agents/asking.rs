//! Leave for tools, questions, plans that are none; and what no agent may do.

use agent::session::{
    Decision, EventKind, ExecuteTarget, Note, Request, StepState, ToolVerdict, WorkEvent,
};
use serde_json::json;

use crate::stage::{PLAN, Stage};

fn judged(kind: &EventKind) -> Option<(ToolVerdict, String)> {
    let EventKind::Work(WorkEvent::Noted { note: Note::ToolJudged { verdict, why, .. }, .. }) =
        kind
    else {
        return None;
    };
    Some((*verdict, why.clone()))
}

fn said(kind: &EventKind) -> Option<String> {
    let EventKind::Work(WorkEvent::Said { text, .. }) = kind else {
        return None;
    };
    Some(text.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn leave_for_the_session_is_asked_for_once() {
    let playbook = json!([
        { "when": "look", "do": [{ "bash": "make --version" }, { "bash": "make --version" }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("look", |_| {}).await.record.id;
    let state = stage.until(id, "an approval", |it| !it.approvals.is_empty()).await.state;
    let waiting = &state.approvals[0];
    assert_eq!(waiting.call.input, "make --version");
    assert_eq!(waiting.call.pattern.as_deref(), Some("Bash(make --version)"));
    let (approval, decision) = (waiting.id, Decision::AllowForSession);
    stage.ask(id, Request::Decide { approval, decision }).await;
    stage.until_quiet(id).await;
    let verdicts: Vec<_> = stage.of(id, judged).await.into_iter().map(|it| it.0).collect();
    assert_eq!(verdicts, [ToolVerdict::Asked, ToolVerdict::Allowed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_denies_does_not_happen_and_the_agent_hears_why() {
    let playbook = json!([{ "when": "look", "do": [{ "bash": "touch /tmp/home/there" }] }]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("look", |_| {}).await.record.id;
    let state = stage.until(id, "an approval", |it| !it.approvals.is_empty()).await.state;
    let decision = Decision::Deny { why: "not today".to_owned() };
    stage.ask(id, Request::Decide { approval: state.approvals[0].id, decision }).await;
    stage.until_quiet(id).await;
    assert!(stage.story(id).await.contains("not today"), "{}", stage.story(id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_by_whoever_takes_part() {
    let playbook = json!([{ "when": "hello", "do": [{ "ask": "In French?" }] }]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("hello", |_| {}).await.record.id;
    let state = stage.until(id, "a question", |it| !it.questions.is_empty()).await.state;
    assert_eq!(state.questions[0].asked[0].options, ["Yes", "No"]);
    let lin = stage.engine.create_user("lin@example.com", "lin", "").await.unwrap().id;
    let answer =
        Request::Answer { question: state.questions[0].id, answers: vec!["Yes".to_owned()] };
    let refused = stage.agents.request(lin, id, answer.clone()).await;
    assert!(matches!(refused, Err(orchestrator::RequestError::NotFound)), "{refused:?}");
    assert!(stage.agents.view(lin, id).await.unwrap().is_none());
    stage.ask(id, Request::Share { with: lin }).await;
    stage.agents.request(lin, id, answer).await.unwrap();
    stage.until_quiet(id).await;
    assert_eq!(stage.of(id, said).await, ["You said: Yes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_told_what_is_wrong_with_its_plan() {
    let playbook = json!([
        { "when": "ways", "do": [{ "plan": "# P\n\n## 1. One\n\n## 3. Three\n" }, { "plan": PLAN }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(state.version(), 1);
    let said = stage.of(id, said).await;
    assert!(said[0].contains("This is no plan yet") && said[0].contains('3'), "{said:?}");
    assert!(said[1].contains("recorded"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_cannot_commit_and_what_it_commits_behind_our_back_is_undone() {
    let sneak = "git config user.email a@b; git config user.name A; echo Bonjour > fr.txt; git add -A; git commit -qm sneaky; echo secret > .git/hooks/post-commit";
    let playbook = json!([
        { "when": "(?s)Carry out.*French", "do": [
            { "bash": "bash -c 'git -C . commit -am x'" }, { "bash": "git push origin main" }, { "sneak": sneak },
        ] },
        { "when": "ways", "do": [{ "plan": PLAN }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    stage.execute(id, ExecuteTarget::Next).await;
    let state = stage.until_quiet(id).await.state;
    let verdicts = stage.of(id, judged).await;
    assert!(verdicts.iter().all(|it| it.0 == ToolVerdict::Denied), "{verdicts:?}");
    let moved =
        |it: &EventKind| matches!(it, EventKind::Work(WorkEvent::HeadMoved { .. })).then_some(());
    assert_eq!(stage.of(id, moved).await.len(), 1, "{}", stage.story(id).await);
    assert_eq!(state.step_state(&"1".parse().unwrap()), StepState::Completed);
    let branch = &state.branches[0].name;
    assert_eq!(stage.at_forge(branch, "fr.txt").unwrap(), "Bonjour\n");
    let log = stage.log(branch);
    assert!(!log.contains("sneaky") && log.starts_with("Runbook\nGreet in French"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_written_while_planning_is_delivered() {
    let playbook = json!([
        { "when": "(?s)Carry out.*French", "do": [{ "write": { "path": "fr.txt", "text": "Bonjour\n" } }] },
        { "when": "ways", "do": [
            { "write": { "path": "en.txt", "text": "changed\n" } },
            { "sneak": "chmod -R u+w . ; echo changed > en.txt; echo new > planted.txt" }, { "plan": PLAN },
        ] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    stage.execute(id, ExecuteTarget::Next).await;
    let state = stage.until_quiet(id).await.state;
    let branch = &state.branches[0].name;
    assert_eq!(stage.at_forge(branch, "en.txt").unwrap(), "Hello\n");
    assert_eq!(stage.at_forge(branch, "planted.txt"), None);
    assert_eq!(stage.of(id, judged).await[0].0, ToolVerdict::Denied);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_is_reached_by_the_gateway_alone_and_what_it_costs_is_counted() {
    let playbook = json!([
        { "when": "hello", "do": [
            { "model": "hello" }, { "sneak": "env > \"$HOME/env\"" },
            { "model": "again" },
        ] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    // Sonnet costs 3 $ and 15 $ for a million tokens: 0.0045 $ for each request here.
    let id = stage.session("hello", |it| it.budget = Some(6_000)).await.record.id;
    let over = stage.until(id, "the end of the budget", |it| it.usage.cost > 6_000).await.state;
    assert_eq!(over.usage.input_tokens, 2000);
    assert_eq!(over.usage.cost, 9_000);
    stage
        .until(id, "a pause", |it| {
            matches!(
                it.lifecycle,
                agent::session::Lifecycle::Paused(agent::session::PauseReason::Budget)
            )
        })
        .await;
    let refused = stage.try_to_ask(id, Request::Say { text: "more".to_owned() }).await;
    assert!(refused.unwrap_err().to_string().contains("raise its budget"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_finds_no_credential_and_reaches_no_host_that_nobody_allowed() {
    let look = "(grep -rs -e token-of-ada -e key-of-the-provider /tmp /proc/*/environ /proc/*/cmdline; \
        for it in 127.0.0.1/8000 192.0.2.1/80 93.184.216.34/443; do \
        timeout 5 bash -c \"exec 3<>/dev/tcp/$it\" && echo reached $it; done; echo looked) \
        > \"$HOME/found\" 2>/dev/null";
    let playbook = json!([
        { "when": "look", "do": [{ "sneak": look }, { "bash": "cat \"$HOME/found\"" }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("look", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    let ended = |it: &EventKind| {
        let EventKind::Work(WorkEvent::Noted { note: Note::ToolEnded { output, .. }, .. }) = it
        else {
            return None;
        };
        Some(output.clone())
    };
    // The playbook itself is in the agent's home, and holds the words that are looked for.
    let found = stage.of(id, ended).await.concat();
    let lines: Vec<_> = found.lines().filter(|it| !it.contains("playbook.json")).collect();
    assert_eq!(lines, ["looked"], "{found}");
}
