//! Agent sessions of a hub whose forge and provider nobody answers for: what people do is there all the same.

use std::{path::PathBuf, sync::Arc};

use agent::harness::scripted::{Script, Scripted};
use axum::{Router, body::Body};
use forge::{
    Kind,
    fake::{APP, Act, Answer, Fake, REPOSITORY, SECRET},
};
use gateway::{Gateway, GatewayConfig, KeyHeader, Models, ProviderKey};
use orchestrator::{Agents, AgentsConfig, HubApp};
use repository::{Limits, Repositories};
use serde_json::{Value, json};
use server::App;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest};

use super::{
    ask, field, refused,
    sockets::{Peer, serve},
    token,
};
use crate::{
    app::{Account, TestApp, engine, request, scripted},
    audit::root,
    mcp,
};

/// Where nobody listens.
const NOWHERE: &str = "http://127.0.0.1:9";

const PLAN: &str =
    "# Plan\n\nWhy.\n\n## Step 1: First\n\nDo it.\n\n## Step 2: Second\n\nAnd that.\n";

struct Hub {
    app: TestApp,
    ada: Account,
    root: Account,
    repository: String,
    _directory: TempDir,
}

impl Hub {
    /// `None` where there is no git.
    async fn new() -> Option<Self> {
        Self::with(|it| it).await
    }

    async fn with(change: impl FnOnce(AgentsConfig) -> AgentsConfig) -> Option<Self> {
        let directory = TempDir::new().unwrap();
        let path = [("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into())];
        let mirrors = directory.path().join("mirrors");
        let repositories = match Repositories::new(&mirrors, Limits::default(), path).await {
            Ok(repositories) => repositories,
            Err(why) => {
                #[expect(clippy::print_stdout, reason = "a test says why it is skipped")]
                {
                    println!("skipped: {why}");
                }
                return None;
            }
        };
        let engine = engine(scripted(), engine::Config::default()).await;
        let config = change(config(directory.path().to_owned(), repositories));
        let agents = Agents::start(engine.clone(), config).await.unwrap();
        let app = App::hub(engine.clone(), TestApp::config()).await.unwrap().with_agents(agents);
        let app = TestApp { router: app.router() };
        let (ada, root) = (app.sign_up("ada").await, root(&engine, &app).await);
        let repository = add_repository(&app, &ada).await;
        Some(Self { app, ada, root, repository, _directory: directory })
    }

    async fn ask(&self, query: &str, variables: &Value) -> Value {
        ask(&self.app, &self.ada, query, variables).await
    }

    async fn open(&self) -> String {
        let open = "mutation ($input: NewAgentSession!) { openAgentSession(input: $input) { id } }";
        let input = json!({ "repository": self.repository, "prompt": "Add a counter." });
        let answer = self.ask(open, &json!({ "input": input })).await;
        field(&answer, "openAgentSession")["id"].as_str().unwrap().to_owned()
    }
}

async fn add_repository(app: &TestApp, account: &Account) -> String {
    let add = "mutation ($input: RepositoryInput!) { addRepository(input: $input) { id } }";
    let input = json!({ "address": format!("{NOWHERE}/a/b"), "forge": "GIT" });
    let answer = ask(app, account, add, &json!({ "input": input })).await;
    field(&answer, "addRepository")["id"].as_str().unwrap().to_owned()
}

fn config(directory: PathBuf, repositories: Repositories) -> AgentsConfig {
    let key = ProviderKey::new("no-key", KeyHeader::ApiKey).unwrap();
    let model: gateway::ModelId = "model-a".parse().unwrap();
    AgentsConfig {
        silence: std::time::Duration::from_secs(3600),
        user_budget: None,
        directory: directory.join("sessions"),
        harness: Arc::new(Scripted { program: "/bin/true".to_owned(), script: Script::default() }),
        toolchains: Vec::new(),
        gateway: Gateway::new(GatewayConfig::new(NOWHERE.parse().unwrap(), key)).unwrap(),
        models: Models::new([model.clone(), "model-b".parse().unwrap()]),
        default_model: Some(model),
        repositories,
        network: Vec::new(),
        limits: sandbox::Limits::default(),
        app: None,
        public_url: "https://hub.example.com".to_owned(),
    }
}

#[tokio::test]
async fn a_session_is_its_people_s_and_nobody_else_s() {
    let Some(hub) = Hub::new().await else { return };
    let eve = hub.app.sign_up("eve").await;
    let id = hub.open().await;
    let show = "query ($id: ID!) { agentSession(id: $id) { title origin owner { name } \
        people { name } repository { name } settings { targetBranch pullMode model budget } \
        lifecycle sandbox usage { cost } versions { number } } }";
    let answer = hub.ask(show, &json!({ "id": id })).await;
    let session = field(&answer, "agentSession");
    assert_eq!(session["title"], "Add a counter.");
    assert_eq!((&session["origin"], &session["lifecycle"]), (&json!("web"), &json!("ACTIVE")));
    assert_eq!(session["repository"]["name"], "a/b");
    let settings =
        json!({ "targetBranch": "main", "pullMode": "STACKED", "model": null, "budget": null });
    assert_eq!(session["settings"], settings);

    let list = "{ agentSessions { items { id needsAttention steps { total } } next } }";
    let rename =
        "mutation ($id: ID!) { renameAgentSession(session: $id, title: \"New\") { title } }";
    let answer = ask(&hub.app, &eve, show, &json!({ "id": id })).await;
    assert_eq!(*field(&answer, "agentSession"), Value::Null);
    let answer = ask(&hub.app, &eve, list, &Value::Null).await;
    assert_eq!(*field(&answer, "agentSessions"), json!({ "items": [], "next": null }));
    refused(&ask(&hub.app, &eve, rename, &json!({ "id": id })).await, "not_found", 404);
    let events = "query ($id: ID!) { agentEvents(session: $id) { seq at body } }";
    refused(&ask(&hub.app, &eve, events, &json!({ "id": id })).await, "not_found", 404);

    let share =
        "mutation ($id: ID!, $with: ID!) { share(session: $id, with: $with) { people { name } } }";
    let answer = hub.ask(share, &json!({ "id": id, "with": eve.id })).await;
    assert_eq!(field(&answer, "share")["people"].as_array().unwrap().len(), 2);
    let nobody = json!({ "id": id, "with": format!("user_{:032x}", 1) });
    refused(&hub.ask(share, &nobody).await, "not_found", 404);
    let answer = ask(&hub.app, &eve, rename, &json!({ "id": id })).await;
    assert_eq!(field(&answer, "renameAgentSession")["title"], "New");
    let answer = ask(&hub.app, &eve, events, &json!({ "id": id })).await;
    let first = &field(&answer, "agentEvents")[0];
    assert_eq!((&first["seq"], &first["body"]["event"]), (&json!(1), &json!("opened")));
    assert!(first["at"].is_i64() && first["body"].get("seq").is_none(), "{first}");
    let answer = ask(&hub.app, &eve, list, &Value::Null).await;
    assert_eq!(field(&answer, "agentSessions")["items"][0]["id"], id);
}

#[tokio::test]
async fn a_plan_is_saved_edited_and_taken_back_by_the_version_that_was_seen() {
    let Some(hub) = Hub::new().await else { return };
    let id = hub.open().await;
    let save = "mutation ($id: ID!, $version: Int!, $text: String!) { \
        savePlan(session: $id, expectedVersion: $version, text: $text) { \
        plan { version title approved steps { number title depth isLeaf state body failure commit checks } } } }";
    let variables =
        |version: u32, text: &str| json!({ "id": id, "version": version, "text": text });
    let answer = hub.ask(save, &variables(0, PLAN)).await;
    let plan = &field(&answer, "savePlan")["plan"];
    let step = json!({
        "number": "1", "title": "First", "depth": 1, "isLeaf": true, "state": "NOT_STARTED",
        "body": plan["steps"][0]["body"], "failure": null, "commit": null, "checks": 0
    });
    assert_eq!((&plan["version"], &plan["steps"][0]), (&json!(1), &step), "{plan}");
    refused(&hub.ask(save, &variables(0, PLAN)).await, "conflict", 409);
    let edit = "mutation ($id: ID!) { editStep(session: $id, expectedVersion: 1, step: \"2\", \
        text: \"Last\\n\\nThat.\") { plan { version steps { title } } } }";
    let answer = hub.ask(edit, &json!({ "id": id })).await;
    let plan = &field(&answer, "editStep")["plan"];
    assert_eq!(
        *plan,
        json!({ "version": 2, "steps": [{ "title": "First" }, { "title": "Last" }] })
    );
    let wrong = edit.replace("step: \"2\"", "step: \"x\"");
    refused(&hub.ask(&wrong, &json!({ "id": id })).await, "invalid", 400);
    let back = "mutation ($id: ID!) { rollBackPlan(session: $id, expectedVersion: 2, to: 1) { \
        versions { number author } } }";
    let answer = hub.ask(back, &json!({ "id": id })).await;
    let versions = &field(&answer, "rollBackPlan")["versions"];
    assert_eq!(
        (&versions[0]["author"], &versions[2]["author"]),
        (&json!("ada"), &json!("rollback"))
    );
    let comment = "mutation ($id: ID!) { commentStep(session: $id, step: \"1\", text: \"Why?\") { \
        comments { id by { name } step text } } }";
    let answer = hub.ask(comment, &json!({ "id": id })).await;
    let comments = &field(&answer, "commentStep")["comments"];
    assert_eq!((&comments[0]["by"]["name"], &comments[0]["step"]), (&json!("ada"), &json!("1")));
    let execute = "mutation ($id: ID!, $target: ExecuteTarget!) { \
        execute(session: $id, expectedVersion: 3, target: $target) { id } }";
    for target in [json!({}), json!({ "next": true, "all": true }), json!({ "next": false })] {
        refused(&hub.ask(execute, &json!({ "id": id, "target": target })).await, "invalid", 400);
    }
    let answer = hub
        .ask(
            "mutation ($id: ID!) { cloneAgentSession(session: $id) { cloneOf plan { text } } }",
            &json!({ "id": id }),
        )
        .await;
    assert_eq!(
        *field(&answer, "cloneAgentSession"),
        json!({ "cloneOf": id, "plan": { "text": PLAN } })
    );
}

#[tokio::test]
async fn only_what_there_is_can_be_chosen_for_a_session() {
    let Some(hub) = Hub::new().await else { return };
    let id = hub.open().await;
    let configure = "mutation ($id: ID!, $settings: SettingsInput!) { \
        configure(session: $id, settings: $settings) { settings { \
        targetBranch pullMode draft oneShot idleMinutes budget model planner } } }";
    let variables = |settings: Value| json!({ "id": id, "settings": settings });
    let answer = hub
        .ask(
            configure,
            &variables(json!({
                "targetBranch": "next", "pullMode": "SINGLE", "draft": true, "idleMinutes": 5,
                "budget": 1000, "model": "model-b", "planner": "developer"
            })),
        )
        .await;
    let expected = json!({
        "targetBranch": "next", "pullMode": "SINGLE", "draft": true, "oneShot": false,
        "idleMinutes": 5, "budget": 1000, "model": "model-b", "planner": "developer"
    });
    assert_eq!(field(&answer, "configure")["settings"], expected);
    let answer = hub.ask(configure, &variables(json!({ "budget": null, "model": null }))).await;
    let settings = &field(&answer, "configure")["settings"];
    assert_eq!((&settings["budget"], &settings["model"]), (&Value::Null, &Value::Null));
    assert_eq!(settings["planner"], "developer");
    for wrong in [
        json!({ "model": "gpt" }),
        json!({ "planner": "nobody" }),
        json!({ "developer": format!("eqp_{:032x}", 1) }),
        json!({ "idleMinutes": 0 }),
        json!({ "budget": -1 }),
        json!({ "checkRepairs": 99 }),
        json!({ "targetBranch": "--force" }),
    ] {
        refused(&hub.ask(configure, &variables(wrong)).await, "invalid", 400);
    }
    let answer = hub.ask("{ models }", &Value::Null).await;
    assert_eq!(*field(&answer, "models"), json!(["model-a", "model-b"]));
}

#[tokio::test]
async fn what_happens_in_a_session_is_heard_by_its_people() {
    let Some(hub) = Hub::new().await else { return };
    let address = serve(&hub.app).await;
    let id = hub.open().await;
    let mut peer = Peer::initialised(&address, &hub.ada.token).await;
    let feed = "subscription ($id: ID!) { agentSessionFeed(session: $id) { \
        ... on AgentEvent { seq body } ... on Delta { text } } }";
    peer.subscribe("feed", feed, json!({ "id": id })).await;
    for seq in 1..=2 {
        let next = peer.hear().await;
        assert_eq!(next["payload"]["data"]["agentSessionFeed"]["seq"], seq, "{next}");
    }
    peer.say(&json!({ "type": "complete", "id": "feed" })).await;

    let changed = "subscription ($id: ID!) { agentSessionChanged(session: $id) { title } }";
    let mut watcher = Peer::initialised(&address, &hub.ada.token).await;
    watcher.subscribe("1", changed, json!({ "id": id })).await;
    let title = |it: &Value| it["payload"]["data"]["agentSessionChanged"]["title"].clone();
    assert_eq!(title(&watcher.hear().await), "Add a counter.");
    let mut listener = Peer::initialised(&address, &hub.ada.token).await;
    let listed = "subscription { agentSessionsChanged { id title } }";
    listener.subscribe("2", listed, json!({})).await;
    // Answered once what was subscribed to before it has begun.
    listener.say(&json!({ "type": "ping" })).await;
    while listener.hear().await["type"] != "pong" {}
    let rename = "mutation ($id: ID!) { renameAgentSession(session: $id, title: \"New\") { id } }";
    field(&hub.ask(rename, &json!({ "id": id })).await, "renameAgentSession");
    while title(&watcher.hear().await) != "New" {}
    loop {
        let next = listener.hear().await;
        let session = &next["payload"]["data"]["agentSessionsChanged"];
        assert_eq!(session["id"], id, "{next}");
        if session["title"] == "New" {
            break;
        }
    }

    let eve = hub.app.sign_up("eve").await;
    let mut stranger = Peer::initialised(&address, &eve.token).await;
    for query in [feed, changed] {
        stranger.subscribe("3", query, json!({ "id": id })).await;
        let next = stranger.hear().await;
        assert_eq!(next["payload"]["errors"][0]["extensions"]["code"], "not_found", "{next}");
        assert_eq!(stranger.hear().await["type"], "complete");
    }
}

#[tokio::test]
async fn programs_open_sessions_by_the_name_of_a_repository_and_follow_them_by_number() {
    let Some(hub) = Hub::new().await else { return };
    let (app, ada) = (&hub.app, &hub.ada);
    let new = |org: &str| {
        json!({
            "repository": { "org": org, "name": "B" }, "prompt": "Add a counter.",
            "pr_mode": "single_pr", "labels": ["bot"], "author_email": "ada@example.com"
        })
    };
    app.ask(ada, "POST", "/api/v1/runbook", &new("c")).await.problem(404, "not_found");
    let opened = app.ask(ada, "POST", "/api/v1/runbook", &new("a")).await.expect(202).json();
    let number = opened["runbook_number"].as_u64().unwrap();
    assert!(opened["url"].as_str().unwrap().starts_with("https://hub.example.com/agents/agent_"));
    assert_eq!((&opened["steps"]["total"], &opened["pull_requests"]), (&json!(0), &json!([])));
    let path = format!("/api/v1/runbook/{number}");
    let shown = app.get(ada, &path).await.expect(200).json();
    assert_eq!(shown["runbook_number"], number);
    let more = json!({ "prompt": "And a test.", "description": "For #7.", "labels": ["tests"] });
    app.ask(ada, "PATCH", &path, &more).await.expect(202);
    let wrong = json!({ "prompt": "And more.", "labels": [""] });
    app.ask(ada, "PATCH", &path, &wrong).await.problem(400, "invalid");
    app.ask(ada, "PATCH", &path, &json!({ "prompt": " " })).await.problem(400, "invalid");
    let eve = app.sign_up("eve").await;
    app.get(&eve, &path).await.problem(404, "not_found");
    app.ask(&eve, "PATCH", &path, &more).await.problem(404, "not_found");
    let answer = hub.ask("{ agentSessions { items { title } } }", &Value::Null).await;
    assert_eq!(field(&answer, "agentSessions")["items"], json!([{ "title": "Add a counter." }]));
}

#[tokio::test]
async fn only_administrators_open_sessions_in_the_name_of_others() {
    let Some(hub) = Hub::new().await else { return };
    let (app, eve) = (&hub.app, hub.app.sign_up("eve").await);
    let root = &hub.root;
    add_repository(app, root).await;
    let new = |email: &str| {
        json!({
            "repository": { "org": "a", "name": "b" }, "prompt": "Add a counter.",
            "author_email": email
        })
    };
    let path = "/api/v1/runbook";
    app.ask(&eve, "POST", path, &new("ada@example.com")).await.problem(403, "forbidden");
    app.ask(root, "POST", path, &new("eve")).await.problem(400, "invalid");
    let opened = app.ask(root, "POST", path, &new("Eve@example.com")).await.expect(202).json();
    let people = "query ($id: ID!) { agentSession(id: $id) { owner { name } people { name } } }";
    let answer = ask(app, &eve, people, &json!({ "id": opened["id"] })).await;
    let session = field(&answer, "agentSession");
    assert_eq!(session["owner"], json!({ "name": "root" }));
    assert_eq!(session["people"].as_array().unwrap().len(), 2);
    let said = "query ($id: ID!) { agentEvents(session: $id) { body } }";
    let answer = ask(app, &eve, said, &json!({ "id": opened["id"] })).await;
    let events = field(&answer, "agentEvents").as_array().unwrap();
    let queued = events.iter().find(|it| it["body"]["event"] == "queued").unwrap();
    assert_eq!(queued["body"]["by"], json!(eve.id), "{queued}");
}

#[tokio::test]
async fn models_open_sessions_by_the_name_of_a_repository_and_follow_them() {
    let Some(hub) = Hub::new().await else { return };
    let (app, ada) = (&hub.app, &hub.ada);
    let start = |name: &str| json!({ "repository": name, "prompt": "Add a counter." });
    let why = mcp::refused(app, ada, "start_agent_session", start("a/c")).await;
    assert_eq!(why, "there is no repository \"a/c\"; there are: a/b");
    let begun = mcp::done(app, ada, "start_agent_session", start("A/B")).await;
    let session = begun.split(' ').next().unwrap();
    let shown = mcp::done(app, ada, "get_agent_session", json!({ "session": session })).await;
    assert!(shown.starts_with(&format!("{session} \"Add a counter.\" is ")), "{shown}");
    let plan = json!({ "session": session, "expected_version": 7, "text": PLAN });
    mcp::refused(app, ada, "edit_plan", plan.clone()).await;
    let eve = hub.app.sign_up("eve").await;
    let why = mcp::refused(app, &eve, "get_agent_session", json!({ "session": session })).await;
    assert_eq!(why, "there is no such session");
    let why = mcp::refused(app, &eve, "edit_plan", plan).await;
    assert!(why.contains("not_found"), "{why}");
    let reading = mcp::token(app, ada, &["agent:read"]).await;
    let why = mcp::refused(app, &reading, "start_agent_session", start("a/b")).await;
    assert!(why.contains("missing_scope"), "{why}");
}

#[tokio::test]
async fn a_forge_is_heard_that_signs_with_the_secret_of_the_repository() {
    let Some(hub) = Hub::new().await else { return };
    let eve = hub.app.sign_up("eve").await;
    let add = "mutation ($input: RepositoryInput!) { addRepository(input: $input) { id } }";
    let input = json!({ "address": format!("{NOWHERE}/c/d"), "forge": "GITLAB" });
    let answer = hub.ask(add, &json!({ "input": input })).await;
    let repository = field(&answer, "addRepository")["id"].as_str().unwrap().to_owned();
    let reveal = "mutation ($id: ID!) { revealWebhook(repository: $id) { url secret } }";
    refused(&ask(&hub.app, &eve, reveal, &json!({ "id": repository })).await, "not_found", 404);
    let answer = hub.ask(reveal, &json!({ "id": repository })).await;
    let webhook = field(&answer, "revealWebhook");
    let path = format!("/api/forge/webhook/{repository}");
    assert_eq!(webhook["url"], format!("https://hub.example.com{path}"));
    let secret = webhook["secret"].as_str().unwrap().to_owned();
    let deliver = async |path: &str, secret: &str| {
        let sent = request("POST", path)
            .header("x-gitlab-token", secret)
            .header("x-gitlab-event-uuid", "1")
            .header("x-gitlab-event", "Tag Push Hook");
        hub.app.send(sent.body(Body::from("{}")).unwrap()).await.status.as_u16()
    };
    assert_eq!(deliver(&path, &secret).await, 204);
    assert_eq!(deliver(&path, "another").await, 401);
    let missing = format!("/api/forge/webhook/eqp_{:032x}", 1);
    assert_eq!(deliver(&missing, &secret).await, 401, "strangers learn nothing of repositories");
    let plain = format!("/api/forge/webhook/{}", hub.repository);
    assert_eq!(deliver(&plain, &secret).await, 401);
    assert_eq!(deliver("/api/forge/webhook/app", &secret).await, 401, "this hub has no app");
    let input = json!({ "address": format!("{NOWHERE}/c/d"), "forge": "GITLAB", "scope": "HUB" });
    let answer = ask(&hub.app, &hub.root, add, &json!({ "input": input })).await;
    let of_hub = field(&answer, "addRepository")["id"].clone();
    refused(&ask(&hub.app, &eve, reveal, &json!({ "id": of_hub })).await, "invalid", 400);
    refused(&hub.ask(reveal, &json!({ "id": of_hub })).await, "invalid", 400);
}

#[tokio::test]
async fn the_app_of_a_hub_is_shown_to_administrators_alone_and_heard_if_it_signs() {
    let github = Fake::start(Kind::GitHub, Router::new()).await;
    let api = format!("{}/api/v3", github.address());
    let of_hub = HubApp::new(APP, &github.app_pem(), &api, Some(SECRET)).unwrap();
    let offered = |it| AgentsConfig { app: Some(of_hub), ..it };
    let Some(hub) = Hub::with(offered).await else { return };
    let eve = hub.app.sign_up("eve").await;
    let show = "{ forgeApp { id api webhookUrl repositories { name address kept } } }";
    let answer = ask(&hub.app, &eve, show, &Value::Null).await;
    assert_eq!(answer["data"], json!({ "forgeApp": null }));
    let add = "mutation ($input: RepositoryInput!) { addRepository(input: $input) { name app } }";
    let input = |address: &str| {
        let input = json!({ "address": address, "forge": "GITHUB", "scope": "HUB", "app": true });
        json!({ "input": input })
    };
    let elsewhere = input("https://git.example.com/a/b");
    refused(&ask(&hub.app, &hub.root, add, &elsewhere).await, "invalid", 400);
    let address = format!("{}/{REPOSITORY}.git", github.address());
    refused(&ask(&hub.app, &eve, add, &input(&address)).await, "forbidden", 403);
    let answer = ask(&hub.app, &hub.root, add, &input(&address)).await;
    assert_eq!(*field(&answer, "addRepository"), json!({ "name": REPOSITORY, "app": true }));
    let answer = ask(&hub.app, &hub.root, show, &Value::Null).await;
    let webhook_url = "https://hub.example.com/api/forge/webhook/app";
    let repositories = json!([{ "name": REPOSITORY, "address": address, "kept": true }]);
    let expected = json!({
        "id": APP.to_string(), "api": api, "webhookUrl": webhook_url, "repositories": repositories,
    });
    assert_eq!(*field(&answer, "forgeApp"), expected);

    let (branch, head, by) = ("main".to_owned(), Some("c0ffee".to_owned()), "lin".to_owned());
    let webhook = github.act(Act::Push { branch, head, by }).remove(0);
    let deliver = async |body: String| {
        let mut sent = request("POST", "/api/forge/webhook/app");
        for (name, value) in webhook.headers() {
            sent = sent.header(name, value);
        }
        hub.app.send(sent.body(Body::from(body)).unwrap()).await.status.as_u16()
    };
    assert_eq!(deliver(webhook.body.clone()).await, 204);
    assert_eq!(deliver(webhook.body.replace("c0ffee", "decade")).await, 401);
    github.answer_next("/app/installations", Answer::json(502, &json!({})));
    refused(&ask(&hub.app, &hub.root, show, &Value::Null).await, "conflict", 409);
}

/// What somebody is answered who wants a terminal.
async fn attach(address: &str, account: &Account, path: &str) -> u16 {
    let url = format!("ws://{address}/api/agents/{path}");
    let mut request = url.into_client_request().unwrap();
    let bearer = format!("Bearer {}", account.token);
    request.headers_mut().insert("authorization", bearer.parse().unwrap());
    match tokio_tungstenite::connect_async(request).await {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_terminal_is_for_those_who_take_part_and_may_bring_code() {
    let Some(hub) = Hub::new().await else { return };
    let id = hub.open().await;
    let address = serve(&hub.app).await;
    let eve = hub.app.sign_up("eve").await;
    let list = format!("/api/agents/{id}/terminals");
    let one = format!("{list}/1");
    hub.app.get(&eve, &list).await.problem(404, "not_found");
    hub.app.ask(&eve, "DELETE", &one, &Value::Null).await.problem(404, "not_found");
    for path in [format!("{id}/terminal"), format!("{id}/terminal?id=1")] {
        assert_eq!(attach(&address, &eve, &path).await, 404);
    }
    let reader = token(&hub.app, &hub.ada, json!(["agent:write"])).await;
    hub.app.get(&reader, &list).await.problem(403, "missing_scope");
    assert_eq!(attach(&address, &reader, &format!("{id}/terminal")).await, 403);

    assert_eq!(hub.app.get(&hub.ada, &list).await.expect(200).json(), json!({ "items": [] }));
    hub.app.ask(&hub.ada, "DELETE", &one, &Value::Null).await.problem(404, "not_found");
    // Nobody answers where the repository should be, so there is no sandbox.
    assert_eq!(attach(&address, &hub.ada, &format!("{id}/terminal")).await, 409);
}
