//! Repositories that the hub's GitHub App speaks for.

use agent::session::{EventKind, ExecuteTarget, Note, Request, Settings, StepState, WorkEvent};
use forge::{
    fake::{Act, REPOSITORY},
    webhook::Undeliverable,
};
use model::{
    id::{AgentSessionId, EquipmentId, UserId},
    scope::Scopes,
};
use orchestrator::{
    Actor, Began, ForgeKind, Invalid, Kept, NewSession, Repository, WebhookError, Whose,
};
use serde_json::json;

use crate::stage::{PLAN, Stage};

/// A hub whose app speaks for the forge's repository, for everybody.
async fn opened() -> Option<(Stage, EquipmentId)> {
    // The pattern is none of what it finds.
    let look = "grep -rlE 'ghs_[0-9]' /tmp /proc/*/environ /proc/*/cmdline > \"$HOME/found\"; echo Bonjour > fr.txt";
    let playbook = json!([
        { "when": "(?s)Carry out.*French", "do": [{ "sneak": look }, { "bash": "cat \"$HOME/found\"" }] },
        { "when": "(?s)Change what these steps left.*be brief", "do": [{ "write": { "path": "fr.txt", "text": "Salut\n" } }] },
        { "when": "ways", "do": [{ "plan": PLAN }] },
    ]);
    let mut stage = Stage::open(playbook).await?;
    stage.give_app().await;
    let root = Actor { user: stage.ada, scopes: Scopes::of_user(true) };
    let repository = stage.agents.app().unwrap().repository(&address(&stage)).unwrap();
    let equipment = stage.agents.equipment();
    let kept = equipment.put_repository(root, (None, Whose::Hub), repository).await.unwrap();
    Some((stage, kept.id))
}

fn address(stage: &Stage) -> String {
    format!("{}/{REPOSITORY}.git", stage.forge.address())
}

/// Somebody who has no secret at all.
async fn lin(stage: &Stage) -> UserId {
    stage.engine.create_user("lin@example.com", "lin", "").await.unwrap().id
}

/// Opens a session of theirs, in which ada takes part.
async fn open(stage: &Stage, by: UserId, repository: EquipmentId) -> AgentSessionId {
    let new = NewSession {
        repository,
        prompt: "Say hello in more ways".to_owned(),
        title: None,
        settings: Settings::new("main"),
        began: Began::Web,
        author: None,
    };
    let id = stage.agents.open(by, new).await.unwrap().record.id;
    stage.agents.request(by, id, Request::Share { with: stage.ada }).await.unwrap();
    stage.until_quiet(id).await;
    id
}

/// One whose plan is there.
async fn planned(stage: &Stage, by: UserId, repository: EquipmentId) -> AgentSessionId {
    let id = open(stage, by, repository).await;
    assert!(stage.view(id).await.state.plan.is_some(), "{}", stage.story(id).await);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_token_gets_pull_requests_by_the_app_whose_token_no_sandbox_sees() {
    let Some((stage, kept)) = opened().await else { return };
    let lin = lin(&stage).await;
    let id = planned(&stage, lin, kept).await;
    stage.execute(id, ExecuteTarget::Next).await;
    let state = stage.until_quiet(id).await.state;
    let branch = state.branches.first().unwrap_or_else(|| panic!("{state:?}"));
    assert_eq!(stage.at_forge(&branch.name, "fr.txt").unwrap(), "Bonjour\n");
    assert_eq!(stage.forge.pull_requests().len(), 1);
    let looked = |it: &EventKind| {
        let EventKind::Work(WorkEvent::Noted { note: Note::ToolEnded { output, .. }, .. }) = it
        else {
            return None;
        };
        Some(output.clone())
    };
    assert_eq!(stage.of(id, looked).await.concat().trim(), "", "{}", stage.story(id).await);
    assert!(!stage.story(id).await.contains("ghs_"));
    // One token is enough for all of it.
    let asked = stage.forge.requests();
    let issued: Vec<_> = asked.iter().filter(|it| it.path.ends_with("/access_tokens")).collect();
    assert_eq!(issued.len(), 1);
    assert_eq!(issued[0].body["repositories"], json!(["notes"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_app_is_told_reaches_sessions_of_kept_repositories_and_once() {
    let Some((stage, kept)) = opened().await else { return };
    let lin = lin(&stage).await;
    let id = planned(&stage, lin, kept).await;
    stage.execute(id, ExecuteTarget::Next).await;
    let name = stage.until_quiet(id).await.state.branches[0].name.clone();
    let body = "/runbook revise be brief".to_owned();
    let webhook = stage.forge.act(Act::Comment { number: 1, by: "lin".to_owned(), body }).remove(0);
    let receive = async |body: &str| {
        stage.agents.receive_app_webhook(&webhook.header_map(), body.as_bytes()).await
    };
    let forged = receive(&webhook.body.replace("brief", "bold")).await;
    assert!(matches!(forged, Err(WebhookError::Unsigned(Undeliverable::Unsigned))), "{forged:?}");
    for _ in 0..2 {
        receive(&webhook.body).await.unwrap();
    }
    let is_revised =
        |it: &agent::session::State| it.branches[0].heard.len() == 1 && it.running.is_none();
    stage.until(id, "a revision", is_revised).await;
    assert_eq!(stage.at_forge(&name, "fr.txt").unwrap(), "Salut\n", "{}", stage.story(id).await);
    // There is no other way in for what is everybody's.
    let headers = webhook.header_map();
    let other = stage.agents.receive_webhook(kept, &headers, webhook.body.as_bytes()).await;
    assert!(matches!(other, Err(WebhookError::Unsigned(_))), "{other:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_names_what_the_app_sees_gets_nothing_by_that() {
    let Some((stage, _)) = opened().await else { return };
    let lin = lin(&stage).await;
    let actor = Actor { user: lin, scopes: Scopes::of_user(false) };
    let own = Repository::parse(&address(&stage), ForgeKind::GitHub, None, None).unwrap();
    let equipment = stage.agents.equipment();
    let own = equipment.put_repository(actor, (None, Whose::Mine), own).await.unwrap().id;
    let of_app = stage.agents.app().unwrap().repository(&address(&stage)).unwrap();
    for whose in [Whose::Mine, Whose::Hub] {
        assert!(equipment.put_repository(actor, (None, whose), of_app.clone()).await.is_err());
    }
    let id = open(&stage, lin, own).await;
    assert!(stage.view(id).await.state.plan.is_none(), "{}", stage.story(id).await);
    let asked = stage.forge.asked();
    assert!(!asked.iter().any(|it| it.ends_with("/access_tokens")), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_see_what_the_app_is_installed_for_and_what_is_kept() {
    let Some((stage, _)) = opened().await else { return };
    stage.forge.add_repository("lin/other");
    let standing = stage.agents.app_standing().await.unwrap().unwrap();
    assert_eq!(standing.id, forge::fake::APP);
    assert_eq!(standing.webhook_url, "http://hub.example.com/api/forge/webhook/app");
    let seen: Vec<_> = standing.repositories.iter().map(|it| (it.name.as_str(), it.kept)).collect();
    assert_eq!(seen, [(REPOSITORY, Kept::Yes), ("lin/other", Kept::No)]);
    assert_eq!(standing.repositories[0].address, address(&stage));
    let app = stage.agents.app().unwrap();
    let elsewhere = app.repository("https://git.example.com/ada/notes").unwrap_err();
    assert!(matches!(elsewhere, Invalid::NotOfApp { .. }), "{elsewhere}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_was_installed_anew_is_given_other_tokens() {
    let Some((stage, kept)) = opened().await else { return };
    let lin = lin(&stage).await;
    let id = planned(&stage, lin, kept).await;
    stage.forge.revoke_app_tokens();
    let step: agent::plan::StepNumber = "1".parse().unwrap();
    stage.execute(id, ExecuteTarget::Next).await;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(state.step_state(&step), StepState::Failed, "{}", stage.story(id).await);
    stage.ask(id, Request::Retry { step: step.clone() }).await;
    let state = stage.until_quiet(id).await.state;
    assert_eq!(state.step_state(&step), StepState::Completed, "{}", stage.story(id).await);
}
