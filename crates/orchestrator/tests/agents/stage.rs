//! A hub's worth of sessions: real sandboxes, real git over HTTP, a forge in memory, and an agent that plays.

use std::{path::PathBuf, process::Command, sync::Arc, time::Duration};

use agent::{
    harness::{
        Assignment, Conversation, Harness, PlacedFile, Startup,
        claude::{ClaudeConversation, PINNED_VERSION},
    },
    session::{Event, EventKind, ExecuteTarget, Request, Settings, State},
};
use axum::{Json, Router, routing::post};
use engine::{Clock, Config, Engine, Offers};
use forge::{
    Kind,
    fake::{APP, Act, Fake, REPOSITORY, SECRET, TOKEN, Webhook},
};
use futures_util::StreamExt;
use gateway::{Gateway, GatewayConfig, KeyHeader, ModelId, Models, ProviderKey};
use model::{
    id::{AgentSessionId, EquipmentId, UserId},
    scope::Scopes,
};
use orchestrator::{
    Actor, Agents, AgentsConfig, Began, FeedItem, ForgeKind, HubApp, NewSession, Repository,
    RequestError, View, WebhookError, Whose,
};
use repository::{Limits, Repositories};
use sandbox::{Namespaces, Readiness, Sandbox, Spec, StartError};
use serde_json::{Value, json};
use store::Store;
use tempfile::TempDir;
use tokio::task::JoinSet;

/// How long anything may take on a machine that has much else to do.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

pub(crate) const PLAN: &str = "# Greetings\n\nSay hello in more ways.\n\n## 1. Greet in French\n\nAdd `fr.txt`.\n\n\
    ## 2. Greet in German\n\nAdd `de.txt`, politely.\n\n```bash {check}\ngrep -q Guten de.txt\n```\n\n\
    ## 3. List the greetings\n\nWrite `all.txt`.\n";

/// An agent that plays a playbook.
struct Playing(Value);

impl Harness for Playing {
    fn name(&self) -> &'static str {
        "playing"
    }

    fn startup(&self, assignment: &Assignment) -> Startup {
        let mut startup = agent::harness::claude::ClaudeCode::default().startup(assignment);
        let program = format!("{}/agent.py", assignment.home);
        startup.program = "/usr/bin/python3".to_owned();
        startup.arguments.insert(0, program.clone());
        startup.files.extend([
            PlacedFile { path: program, content: include_str!("agent.py").to_owned() },
            PlacedFile {
                path: format!("{}/playbook.json", assignment.home),
                content: self.0.to_string(),
            },
        ]);
        startup
    }

    fn conversation(&self, assignment: &Assignment) -> Box<dyn Conversation> {
        Box::new(ClaudeConversation::new(PINNED_VERSION, assignment.phase))
    }
}

/// Who plays the agent and its model.
pub(crate) struct Players {
    pub(crate) harness: Arc<dyn Harness>,
    /// Where the agent's program is.
    pub(crate) toolchains: Vec<PathBuf>,
    /// The address of the provider of models.
    pub(crate) provider: String,
    /// How long an agent may say nothing.
    pub(crate) silence: Duration,
    /// What each user may spend in a month, in millionths of a dollar.
    pub(crate) user_budget: Option<u64>,
    pub(crate) clock: Clock,
}

pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) agents: Agents,
    pub(crate) forge: Fake,
    pub(crate) ada: UserId,
    pub(crate) repository: EquipmentId,
    pub(crate) directory: TempDir,
    /// The key of the hub's app.
    pem: Option<String>,
    players: Players,
    _serving: JoinSet<()>,
}

impl Stage {
    /// `None`, with a word about it, where this machine has no sandboxes or no git.
    pub(crate) async fn open(playbook: Value) -> Option<Self> {
        let (provider, serving) = provider().await;
        let harness = Arc::new(Playing(playbook));
        let players = Players {
            harness,
            toolchains: Vec::new(),
            provider,
            silence: LIMIT,
            user_budget: None,
            clock: Clock::system(),
        };
        let stage = Self::with(players).await?;
        Some(Self { _serving: serving, ..stage })
    }

    pub(crate) async fn with(players: Players) -> Option<Self> {
        if !forge::fake::git::is_there() {
            eprintln!("skipped: git or git-http-backend is not installed");
            return None;
        }
        let backend = Namespaces::new(Readiness::OnDemand).unwrap();
        match Sandbox::start(&backend, Spec::default()).await {
            Ok(sandbox) => sandbox.destroy().await,
            Err(error @ StartError::NotPermitted { .. }) => {
                eprintln!("skipped: {error}");
                return None;
            }
            Err(error) => panic!("{error}"),
        }
        let directory = tempfile::tempdir().unwrap();
        let forge = Fake::with_git(Kind::GitHub, directory.path().join("forge"), 0).await;
        forge.add_repository(REPOSITORY);
        let url = format!("sqlite://{}/hub.db", directory.path().display());
        let store = Store::open(&url).await.unwrap();
        let (engine, agents) = start(store, directory.path(), &players, None).await;
        let ada = engine.create_user("ada@example.com", "ada", "").await.unwrap().id;
        let name = "FORGE_TOKEN".parse().unwrap();
        engine.put_secret(ada, &name, TOKEN).await.unwrap();
        let address = format!("{}/{REPOSITORY}.git", forge.address());
        let repository = Repository::parse(&address, ForgeKind::GitHub, None, Some(&name)).unwrap();
        let actor = Actor { user: ada, scopes: Scopes::of_user(false) };
        let repository = agents
            .equipment()
            .put_repository(actor, (None, Whose::Mine), repository)
            .await
            .unwrap()
            .id;
        let stage = Self {
            engine,
            agents,
            forge,
            ada,
            repository,
            directory,
            pem: None,
            players,
            _serving: JoinSet::new(),
        };
        stage.git(&["clone", "--quiet", &stage.remote(), "work"]);
        stage.write("en.txt", "Hello\n");
        stage.push("Begin");
        Some(stage)
    }

    /// What agents play from the next start on.
    pub(crate) fn set_playbook(&mut self, playbook: Value) {
        self.players.harness = Arc::new(Playing(playbook));
    }

    pub(crate) fn set_silence(&mut self, silence: Duration) {
        self.players.silence = silence;
    }

    pub(crate) fn set_user_budget(&mut self, budget: u64) {
        self.players.user_budget = Some(budget);
    }

    pub(crate) fn set_clock(&mut self, clock: Clock) {
        self.players.clock = clock;
    }

    /// Ends the server and starts another with the same data. What had been under way was not told.
    pub(crate) async fn restart(&mut self) {
        self.agents.shutdown().await;
        self.engine.shutdown().await;
        self.engine.store().clone().close().await.unwrap();
        let url = format!("sqlite://{}/hub.db", self.directory.path().display());
        let store = Store::open(&url).await.unwrap();
        let app = self.pem.as_ref().map(|pem| {
            let api = format!("{}/api/v3", self.forge.address());
            HubApp::new(APP, pem, &api, Some(SECRET)).unwrap()
        });
        (self.engine, self.agents) = start(store, self.directory.path(), &self.players, app).await;
    }

    /// Starts another server, with the forge's app.
    pub(crate) async fn give_app(&mut self) {
        self.pem = Some(self.forge.app_pem());
        self.restart().await;
    }

    pub(crate) async fn session(&self, prompt: &str, change: impl FnOnce(&mut Settings)) -> View {
        let mut settings = Settings::new("main");
        change(&mut settings);
        let new = NewSession {
            repository: self.repository,
            prompt: prompt.to_owned(),
            title: None,
            settings,
            began: Began::Web,
            author: None,
        };
        self.agents.open(self.ada, new).await.unwrap()
    }

    pub(crate) async fn ask(&self, id: AgentSessionId, request: Request) -> View {
        self.try_to_ask(id, request).await.unwrap()
    }

    pub(crate) async fn try_to_ask(
        &self,
        id: AgentSessionId,
        request: Request,
    ) -> Result<View, RequestError> {
        self.agents.request(self.ada, id, request).await
    }

    pub(crate) async fn execute(&self, id: AgentSessionId, target: ExecuteTarget) -> View {
        let expected_version = self.view(id).await.state.version();
        self.ask(id, Request::Execute { expected_version, target }).await
    }

    pub(crate) async fn view(&self, id: AgentSessionId) -> View {
        self.agents.view(self.ada, id).await.unwrap().unwrap()
    }

    /// Waits until the session is as it should be.
    pub(crate) async fn until(
        &self,
        id: AgentSessionId,
        what: &str,
        is_there: impl Fn(&State) -> bool,
    ) -> View {
        // Told after what changed is shown; a feed tells what is stored, which may not be shown yet.
        let mut changes = Box::pin(self.agents.changes());
        let waiting = async {
            loop {
                let view = self.view(id).await;
                if is_there(&view.state) {
                    return view;
                }
                changes.next().await.unwrap();
            }
        };
        match tokio::time::timeout(LIMIT, waiting).await {
            Ok(view) => view,
            Err(_) => panic!("{what} has not happened: {}", self.story(id).await),
        }
    }

    pub(crate) async fn until_quiet(&self, id: AgentSessionId) -> View {
        self.until(id, "rest", |it| it.running.is_none() && it.queue.is_empty()).await
    }

    pub(crate) async fn events(&self, id: AgentSessionId) -> Vec<Event> {
        let stored = self.agents.events(self.ada, id, (0, 500)).await.unwrap();
        stored.iter().map(|it| serde_json::from_str(&it.body).unwrap()).collect()
    }

    /// The events that are of a kind.
    pub(crate) async fn of<T>(
        &self,
        id: AgentSessionId,
        pick: impl Fn(&EventKind) -> Option<T>,
    ) -> Vec<T> {
        self.events(id).await.iter().filter_map(|it| pick(&it.kind)).collect()
    }

    pub(crate) async fn story(&self, id: AgentSessionId) -> String {
        let stored = self.agents.events(self.ada, id, (0, 500)).await.unwrap();
        stored.iter().map(|it| format!("\n{}", it.body)).collect()
    }

    /// What is shown live until the session rests.
    pub(crate) async fn feed(&self, id: AgentSessionId, items: usize) -> Vec<FeedItem> {
        let feed = self.agents.feed(self.ada, id, 0).await.unwrap();
        let taken = feed.take(items).map(Result::unwrap).collect();
        tokio::time::timeout(LIMIT, taken).await.unwrap()
    }

    /// Somebody does something at the forge, which tells us.
    pub(crate) async fn happens(&self, act: Act) {
        for webhook in self.forge.act(act) {
            self.receive(&webhook).await.unwrap();
        }
    }

    pub(crate) async fn receive(&self, webhook: &Webhook) -> Result<(), WebhookError> {
        let name = format!("webhook_{}", self.repository);
        self.engine.store().setting_or_insert(&name, SECRET).await.unwrap();
        let headers = webhook.header_map();
        self.agents.receive_webhook(self.repository, &headers, webhook.body.as_bytes()).await
    }

    /// Git as a person uses it, in a clone.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let work = self.directory.path().join("work");
        let directory = if work.exists() { work } else { self.directory.path().to_owned() };
        #[expect(clippy::disallowed_methods, reason = "a test may do what a person does")]
        let done = Command::new("git")
            .args(["-c", "user.name=Lin", "-c", "user.email=lin@example.com"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .current_dir(directory)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        said
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path: PathBuf = self.directory.path().join("work").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Commits all files and pushes the branch that is checked out.
    pub(crate) fn push(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["push", "--quiet", &self.remote(), "HEAD"]);
    }

    /// A file of a branch at the forge.
    pub(crate) fn at_forge(&self, branch: &str, path: &str) -> Option<String> {
        self.git(&["fetch", "--quiet", "--prune", &self.remote(), "+refs/heads/*:refs/forge/*"]);
        let listed = self.git(&["ls-tree", "--name-only", &format!("refs/forge/{branch}"), path]);
        (!listed.is_empty()).then(|| self.git(&["show", &format!("refs/forge/{branch}:{path}")]))
    }

    pub(crate) fn log(&self, branch: &str) -> String {
        self.at_forge(branch, "none");
        self.git(&["log", "--format=%an%n%B", &format!("refs/forge/{branch}")])
    }

    fn remote(&self) -> String {
        let address = self.forge.address().replace("http://", &format!("http://ada:{TOKEN}@"));
        format!("{address}/{REPOSITORY}.git")
    }
}

async fn start(
    store: Store,
    directory: &std::path::Path,
    players: &Players,
    app: Option<HubApp>,
) -> (Engine, Agents) {
    let runtimes = Arc::new(sandbox::runtime::discover(env!("PATH")));
    let backend = Arc::new(Namespaces::new(Readiness::OnDemand).unwrap());
    let config = Config {
        snapshots: directory.to_owned(),
        max_sandboxes: 64,
        max_sandboxes_per_user: Some(64),
        ..Config::default()
    };
    let secret_key = engine::SecretKey::load_or_create(&directory.join("secrets.key")).unwrap();
    let config = Config { secret_key, ..config };
    let engine =
        Engine::start(store, Offers::one(backend, runtimes), config, players.clock.clone()).await;
    let engine = engine.unwrap();
    let key = ProviderKey::new("key-of-the-provider", KeyHeader::ApiKey).unwrap();
    let gateway = Gateway::new(GatewayConfig::new(players.provider.parse().unwrap(), key)).unwrap();
    let model: ModelId = "claude-sonnet-4-5".parse().unwrap();
    let repositories = directory.join("repositories");
    let path = std::env::vars_os().filter(|(name, _)| name == "PATH");
    let agents = AgentsConfig {
        directory: directory.join("agents"),
        harness: Arc::clone(&players.harness),
        toolchains: players.toolchains.clone(),
        gateway,
        // The other is asked by Claude Code for titles and the like.
        models: Models::new([model.clone(), "claude-haiku-4-5".parse().unwrap()]),
        default_model: Some(model),
        repositories: Repositories::new(&repositories, Limits::default(), path).await.unwrap(),
        user_budget: players.user_budget,
        network: Vec::new(),
        limits: sandbox::Limits { memory_bytes: 2 << 30, ..sandbox::Limits::default() },
        silence: players.silence,
        app,
        public_url: "http://hub.example.com".to_owned(),
    };
    let agents = Agents::start(engine.clone(), agents).await.unwrap();
    (engine, agents)
}

/// A provider that says the same to everybody who has its key.
async fn provider() -> (String, JoinSet<()>) {
    let answer = |headers: axum::http::HeaderMap| async move {
        let known = headers.get("x-api-key").is_some_and(|it| it == "key-of-the-provider");
        assert!(known, "the gateway puts the provider's key in");
        Json(json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
            "content": [{ "type": "text", "text": "I am a model." }], "stop_reason": "end_turn",
            "usage": { "input_tokens": 1000, "output_tokens": 100 },
        }))
    };
    let router = Router::new().route("/v1/messages", post(answer));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, serving)
}
