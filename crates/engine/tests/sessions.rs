//! Sessions and executions over a scripted sandbox: every outcome, every race, every end.

#![expect(clippy::unwrap_used, reason = "a broken set-up should stop the test")]

use std::{collections::BTreeMap, io, sync::Arc, time::Duration};

use engine::{
    BlockName, BlockSelection, Clock, Config, Connected, Engine, Offer, Offers, RunError,
    StartError, WalkView,
};
use futures_util::StreamExt;
use model::{
    event::{Event, EventKind},
    execution::{Execution, Outcome, OutcomeKind, State},
    id::UserId,
    limits::Limits,
    session::{EndReason, State as SessionState},
    walk,
};
use sandbox::{
    PoolConfig,
    scripted::{Script, Scripted},
};
use store::Store;

struct Stage {
    engine: Engine,
    backend: Scripted,
    user: UserId,
}

impl Stage {
    async fn new(backend: Scripted) -> Self {
        Self::with(backend, Config::default()).await
    }

    async fn with(backend: Scripted, config: Config) -> Self {
        let store = Store::open("sqlite::memory:").await.unwrap();
        let engine = start(store, &backend, config).await;
        let user = engine.create_user("ada@example.com", "ada", "").await.unwrap().id;
        Self { engine, backend, user }
    }

    /// Connects to a new runbook of so many bash blocks.
    async fn connect(&self, blocks: usize) -> engine::SessionView {
        let content = "```runnable bash\ntrue\n```\n\n".repeat(blocks);
        let runbook = self.engine.create_runbook(self.user, "Test", &content).await.unwrap();
        let (view, connected) = self.engine.connect(self.user, runbook.runbook.id).await.unwrap();
        assert_eq!(connected, Connected::New);
        view
    }

    async fn ready(&self, blocks: usize) -> model::id::SessionId {
        let id = self.connect(blocks).await.session.id;
        self.until(id, |it| it.session.state == SessionState::Ready).await;
        id
    }

    async fn until(
        &self,
        session: model::id::SessionId,
        condition: impl FnMut(&engine::SessionView) -> bool,
    ) -> engine::SessionView {
        let mut watcher = self.engine.watch_session(session).unwrap();
        watcher.wait_for(condition).await.unwrap().clone()
    }

    async fn run(
        &self,
        session: model::id::SessionId,
        index: usize,
    ) -> Result<Execution, RunError> {
        self.engine.run_block(session, BlockName::Index { index, runtime: None }, false).await
    }

    async fn events(&self, execution: &Execution) -> Vec<Event> {
        let pages: Vec<_> = self.engine.follow(execution.id, 1).collect().await;
        let stored = pages.into_iter().flat_map(Result::unwrap);
        stored.map(|it| serde_json::from_str(&it.body).unwrap()).collect()
    }

    async fn outcome(&self, execution: &Execution) -> Outcome {
        self.events(execution).await;
        let stored = self.engine.store().execution(execution.id).await.unwrap().unwrap();
        let State::Finished(outcome) = stored.state else { panic!("not finished: {stored:?}") };
        outcome
    }
}

async fn start(store: Store, backend: &Scripted, config: Config) -> Engine {
    let runtimes = Arc::new(sandbox::runtime::discover("/usr/local/bin:/usr/bin:/bin"));
    Engine::start(store, Offers::one(Arc::new(backend.clone()), runtimes), config, Clock::system())
        .await
        .unwrap()
}

fn stdout(events: &[Event]) -> String {
    let text = |it: &Event| match &it.kind {
        EventKind::Stdout(chunk) => Some(chunk.data.clone()),
        EventKind::Stderr(_)
        | EventKind::Info { .. }
        | EventKind::Display { .. }
        | EventKind::Truncated { .. }
        | EventKind::Result { .. }
        | EventKind::Error { .. } => None,
    };
    events.iter().filter_map(text).collect()
}

#[tokio::test]
async fn each_end_of_a_program_has_its_outcome() {
    let rows = [
        (Script::new().exit(0), Outcome::Exited { code: 0 }),
        (Script::new().exit(3), Outcome::Exited { code: 3 }),
        (Script::new().die(11), Outcome::Killed { signal: 11 }),
        (Script::new().run_out_of_memory(), Outcome::OutOfMemory { limit_bytes: 512 << 20 }),
        (Script::new().stdout("before").vanish(), Outcome::Lost),
    ];
    for (script, expected) in rows {
        let stage = Stage::new(Scripted::new().on("block_1.", script)).await;
        let session = stage.ready(1).await;
        let execution = stage.run(session, 0).await.unwrap();
        assert_eq!(stage.outcome(&execution).await, expected);
    }
}

#[tokio::test]
async fn a_program_that_takes_too_long_is_timed_out() {
    let limit = Duration::from_millis(50);
    let limits = Limits { timeout: Some(limit), ..Limits::default() };
    let backend = Scripted::new().on("block_1.", Script::new().hang());
    let stage = Stage::with(backend, Config { limits, ..Config::default() }).await;
    let session = stage.ready(1).await;
    let execution = stage.run(session, 0).await.unwrap();
    assert_eq!(stage.outcome(&execution).await, Outcome::TimedOut { limit });
}

#[tokio::test]
async fn a_program_that_cannot_start_ends_its_stream_with_the_reason() {
    let backend = Scripted::new().on("block_1.", Script::new().fail_to_start(2));
    let stage = Stage::new(backend).await;
    let session = stage.ready(1).await;
    let execution = stage.run(session, 0).await.unwrap();
    let events = stage.events(&execution).await;
    let EventKind::Error { data } = &events.last().unwrap().kind else { panic!("{events:?}") };
    assert_eq!(data.error, "start_failed");
}

#[tokio::test]
async fn executions_of_a_session_run_one_after_another() {
    let backend = Scripted::new()
        .on("block_1.", Script::new().hang())
        .on("block_2.", Script::new().stdout("two"));
    let stage = Stage::new(backend).await;
    let session = stage.ready(2).await;
    let first = stage.run(session, 0).await.unwrap();
    let second = stage.run(session, 1).await.unwrap();
    assert!(matches!(
        stage.run(session, 0).await,
        Err(RunError::Start(StartError::AlreadyRunning))
    ));
    assert!(matches!(
        stage.run(session, 1).await,
        Err(RunError::Start(StartError::AlreadyRunning))
    ));
    stage.engine.cancel(&first).await;
    assert_eq!(stage.outcome(&first).await, Outcome::Cancelled);
    assert_eq!(stdout(&stage.events(&second).await), "two");
}

#[tokio::test]
async fn what_waits_can_be_cancelled_without_ever_starting() {
    let backend = Scripted::new()
        .on("block_1.", Script::new().hang())
        .on("block_2.", Script::new().stdout("two"));
    let stage = Stage::new(backend).await;
    let session = stage.ready(2).await;
    let first = stage.run(session, 0).await.unwrap();
    let second = stage.run(session, 1).await.unwrap();
    stage.engine.cancel(&second).await;
    assert_eq!(stage.outcome(&second).await, Outcome::Cancelled);
    stage.engine.cancel(&first).await;
    stage.outcome(&first).await;
    assert!(!stage.backend.started().iter().any(|it| it.argv.concat().contains("block_2.")));
}

#[tokio::test]
async fn output_over_the_limit_is_dropped_and_said_once() {
    let limits = Limits { output_bytes: 5, ..Limits::default() };
    let backend =
        Scripted::new().on("block_1.", Script::new().stdout("123").stdout("4567").stdout("8"));
    let stage = Stage::with(backend, Config { limits, ..Config::default() }).await;
    let session = stage.ready(1).await;
    let execution = stage.run(session, 0).await.unwrap();
    let events = stage.events(&execution).await;
    assert_eq!(stdout(&events), "12345");
    let truncated = events.iter().filter(|it| matches!(it.kind, EventKind::Truncated { .. }));
    assert_eq!(truncated.count(), 1);
    let EventKind::Result { data } = &events.last().unwrap().kind else { panic!("{events:?}") };
    assert!(data.truncated);
}

#[tokio::test]
async fn an_idle_session_expires_but_not_while_something_runs() {
    let idle_expiry = Duration::from_secs(1);
    let sleeping = Script::new().sleep(2 * idle_expiry).stdout("done");
    let backend = Scripted::new().on("block_1.", sleeping);
    let limits = Limits { timeout: None, ..Limits::default() };
    let stage = Stage::with(backend, Config { idle_expiry, limits, ..Config::default() }).await;
    let session = stage.ready(1).await;
    let mut watcher = stage.engine.watch_session(session).unwrap();
    let execution = stage.run(session, 0).await.unwrap();
    assert_eq!(stdout(&stage.events(&execution).await), "done");
    let view = watcher.wait_for(engine::SessionView::has_ended).await.unwrap().clone();
    assert_eq!(view.session.state, SessionState::Ended(EndReason::Expired));
    drop(watcher);
    stage.engine.shutdown().await;
    assert_eq!(stage.backend.live(), 0);
}

#[tokio::test]
async fn ending_a_session_cancels_what_runs_and_leaves_no_sandbox() {
    let backend = Scripted::new().on("block_", Script::new().stdout("started").hang());
    // The pool would keep one for the next session.
    let pool = PoolConfig { most_per_kind: 0, ..PoolConfig::default() };
    let stage = Stage::with(backend, Config { pool, ..Config::default() }).await;
    let session = stage.ready(2).await;
    let running = stage.run(session, 0).await.unwrap();
    let waiting = stage.run(session, 1).await.unwrap();
    stage.engine.end_session(session).await;
    assert_eq!(stage.backend.live(), 0);
    assert_eq!(stage.outcome(&running).await, Outcome::Cancelled);
    assert_eq!(stage.outcome(&waiting).await, Outcome::Cancelled);
    let stored = stage.engine.store().session(session).await.unwrap().unwrap();
    assert_eq!(stored.state, SessionState::Ended(EndReason::Terminated));
    assert!(matches!(stage.run(session, 0).await, Err(RunError::NoSession)));
}

#[tokio::test]
async fn a_vanished_sandbox_ends_the_session_as_lost() {
    let stage = Stage::new(Scripted::new().on("block_1.", Script::new().vanish())).await;
    let session = stage.ready(1).await;
    let mut watcher = stage.engine.watch_session(session).unwrap();
    stage.run(session, 0).await.unwrap();
    let view = watcher.wait_for(engine::SessionView::has_ended).await.unwrap().clone();
    assert_eq!(view.session.state, SessionState::Ended(EndReason::Lost));
    assert!(view.message.is_some());
}

#[tokio::test]
async fn a_sandbox_that_cannot_start_says_why() {
    let backend = Scripted::new();
    backend.refuse(io::ErrorKind::PermissionDenied);
    let stage = Stage::new(backend).await;
    let id = stage.connect(1).await.session.id;
    let mut watcher = stage.engine.watch_session(id).unwrap();
    let view = watcher.wait_for(engine::SessionView::has_ended).await.unwrap().clone();
    assert_eq!(view.session.state, SessionState::Ended(EndReason::Failed));
    assert!(view.message.unwrap().contains("raise the curtain"));
}

#[tokio::test]
async fn whoever_comes_when_all_sandboxes_are_taken_waits_in_line() {
    let config = Config { max_sandboxes: 1, ..Config::default() };
    let stage = Stage::with(Scripted::new().on("block_1.", Script::new()), config).await;
    let first = stage.ready(1).await;
    let second = stage.connect(1).await.session.id;
    stage.until(second, |it| it.queue_position == Some(1)).await;
    let third = stage.connect(1).await.session.id;
    stage.until(third, |it| it.queue_position == Some(2)).await;
    let waiting = stage.run(second, 0).await.unwrap();
    stage.engine.end_session(first).await;
    stage.until(second, |it| it.session.state == SessionState::Ready).await;
    stage.until(third, |it| it.queue_position == Some(1)).await;
    assert_eq!(stage.outcome(&waiting).await, Outcome::Exited { code: 0 });
    stage.engine.end_session(third).await;
    assert_eq!(stage.backend.live(), 1);
}

#[tokio::test]
async fn two_clicks_on_connect_give_one_session() {
    let stage = Stage::new(Scripted::new()).await;
    let runbook = stage.engine.create_runbook(stage.user, "Test", "").await.unwrap().runbook.id;
    let (one, two) = tokio::join!(
        stage.engine.connect(stage.user, runbook),
        stage.engine.connect(stage.user, runbook)
    );
    assert_eq!(one.unwrap().0.session.id, two.unwrap().0.session.id);
}

#[tokio::test]
async fn connecting_while_the_last_session_ends_gives_a_new_one() {
    let stage = Stage::new(Scripted::new().on("block_1.", Script::new().hang())).await;
    let view = stage.connect(1).await;
    let (first, runbook) = (view.session.id, view.session.runbook);
    stage.run(first, 0).await.unwrap();
    let (connected, ()) = tokio::join!(
        async {
            stage.until(first, |it| it.session.state != SessionState::Starting).await;
            loop {
                let (view, connected) = stage.engine.connect(stage.user, runbook).await.unwrap();
                if connected == Connected::New {
                    return view;
                }
                tokio::task::yield_now().await;
            }
        },
        stage.engine.end_session(first)
    );
    assert_ne!(connected.session.id, first);
}

#[tokio::test]
async fn a_restart_records_what_was_running_as_lost() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", directory.path().join("hub.db").display());
    let store = Store::open(&url).await.unwrap();
    let backend = Scripted::new().on("block_1.", Script::new().stdout("half").hang());
    let engine = start(store.clone(), &backend, Config::default()).await;
    let user = engine.create_user("ada@example.com", "ada", "").await.unwrap().id;
    let stage = Stage { engine, backend: backend.clone(), user };
    let session = stage.ready(1).await;
    let execution = stage.run(session, 0).await.unwrap();
    let mut pages = Box::pin(stage.engine.follow(execution.id, 1));
    assert!(pages.next().await.unwrap().unwrap()[0].body.contains("half"));
    // What a second engine finds is what a crash would have left.
    let engine = start(store, &backend, Config::default()).await;
    let after = Stage { engine, backend, user };
    let events = after.events(&execution).await;
    assert_eq!(stdout(&events), "half");
    let EventKind::Result { data } = &events.last().unwrap().kind else { panic!("{events:?}") };
    assert_eq!(data.outcome, OutcomeKind::Lost);
    let stored = after.engine.store().session(session).await.unwrap().unwrap();
    assert_eq!(stored.state, SessionState::Ended(EndReason::Shutdown));
}

#[tokio::test]
async fn shutting_down_ends_every_session() {
    let stage = Stage::new(Scripted::new().on("block_1.", Script::new().hang())).await;
    let session = stage.ready(1).await;
    let execution = stage.run(session, 0).await.unwrap();
    stage.connect(1).await;
    stage.engine.shutdown().await;
    assert_eq!(stage.backend.live(), 0);
    assert_eq!(stage.outcome(&execution).await, Outcome::Cancelled);
    let stored = stage.engine.store().session(session).await.unwrap().unwrap();
    assert_eq!(stored.state, SessionState::Ended(EndReason::Shutdown));
}

#[tokio::test]
async fn a_document_gets_no_backend_that_is_not_offered_and_an_account_only_its_own() {
    let (strong, weak) = (Scripted::new(), Scripted::new());
    let runtimes = Arc::new(sandbox::runtime::discover("/usr/bin"));
    let offer = |name: &str, backend: &Scripted| Offer {
        name: name.to_owned(),
        image: None,
        backend: Arc::new(backend.clone()),
        runtimes: Arc::clone(&runtimes),
    };
    let offers = Offers {
        default: offer("strong", &strong),
        others: vec![offer("weak", &weak)],
        accounts: [("bound".to_owned(), "strong".to_owned())].into(),
    };
    let store = Store::open("sqlite::memory:").await.unwrap();
    let engine = Engine::start(store, offers, Config::default(), Clock::system()).await.unwrap();
    let free = engine.create_user("free@example.com", "free", "").await.unwrap();
    let bound = engine.create_user("bound@example.com", "Bound", "").await.unwrap();
    let document = |backend: &str| format!("---\nrunbook: {{backend: {backend}}}\n---\n");
    for (user, backend, expected) in [
        (&free, "auto", Ok("strong")),
        (&free, "weak", Ok("weak")),
        (&bound, "weak", Ok("strong")),
        (&free, "host", Err("the backend host is not offered here, only strong, weak")),
    ] {
        let runbook = engine.create_runbook(user.id, "Test", &document(backend)).await.unwrap();
        let connected = engine.connect(user.id, runbook.runbook.id).await;
        let got = connected.map(|(view, _)| view.session.isolation).map_err(|it| it.to_string());
        match expected {
            Ok(name) => assert_eq!(got.as_deref(), Ok(name)),
            Err(words) => assert!(got.as_ref().is_err_and(|it| it.starts_with(words)), "{got:?}"),
        }
    }
    engine.shutdown().await;
    assert_eq!((strong.live(), weak.live()), (0, 0));
}

#[tokio::test]
async fn a_document_gets_the_image_it_asks_for_however_it_writes_its_name() {
    let runtimes = Arc::new(sandbox::runtime::discover("/usr/bin"));
    let offer = |name: &str, image: Option<&str>| Offer {
        name: name.to_owned(),
        image: image.map(|it| it.parse().unwrap()),
        backend: Arc::new(Scripted::new()),
        runtimes: Arc::clone(&runtimes),
    };
    let offers = Offers {
        default: offer("plain", None),
        others: vec![offer("boxed", Some("docker.io/library/python:3.12"))],
        accounts: [].into(),
    };
    let store = Store::open("sqlite::memory:").await.unwrap();
    let engine = Engine::start(store, offers, Config::default(), Clock::system()).await.unwrap();
    let user = engine.create_user("ada@example.com", "ada", "").await.unwrap();
    for (image, expected) in [
        ("python:3.12", Ok("boxed")),
        ("python:3.13", Err("the image python:3.13 is not offered here, only plain, boxed")),
        ("No Image", Err("the image No Image is not offered here, only plain, boxed")),
    ] {
        let text = format!("---\nrunbook: {{image: \"{image}\"}}\n---\n");
        let runbook = engine.create_runbook(user.id, "Test", &text).await.unwrap();
        let connected = engine.connect(user.id, runbook.runbook.id).await;
        let got = connected.map(|(view, _)| view.session.isolation).map_err(|it| it.to_string());
        match expected {
            Ok(name) => assert_eq!(got.as_deref(), Ok(name)),
            Err(words) => assert!(got.as_ref().is_err_and(|it| it.starts_with(words)), "{got:?}"),
        }
    }
    engine.shutdown().await;
}

/// A session of a document whose blocks play what is scripted for their places.
struct Walks {
    stage: Stage,
    session: model::id::SessionId,
}

impl Walks {
    async fn new(backend: Scripted, content: &str) -> Self {
        let stage = Stage::new(backend).await;
        let runbook = stage.engine.create_runbook(stage.user, "Test", content).await.unwrap();
        let (view, _) = stage.engine.connect(stage.user, runbook.runbook.id).await.unwrap();
        let session = view.session.id;
        stage.until(session, |it| it.session.state == SessionState::Ready).await;
        Self { stage, session }
    }

    async fn begin(&self, selection: BlockSelection) -> Result<engine::Begun, RunError> {
        self.stage.engine.walk(self.session, selection, BTreeMap::new(), false).await
    }

    /// The block of this name, as the runbook has it now.
    async fn block(&self, name: &str) -> BlockSelection {
        let view = self.stage.engine.watch_session(self.session).unwrap().borrow().clone();
        let opened = self.stage.engine.open_runbook(view.session.runbook).await.unwrap().unwrap();
        let block = opened.document.block(&document::BlockId::new(name)).unwrap();
        let content_hash = block.content_hash.clone();
        BlockSelection::Block(BlockName::Id { id: name.to_owned(), content_hash })
    }

    /// Runs a block to its end, and gives the blocks that ran with it.
    async fn run(&self, name: &str) -> String {
        let begun = self.begin(self.block(name).await).await.unwrap();
        if begun.walk.total > 1 {
            self.over().await;
        } else {
            self.stage.outcome(&begun.execution.unwrap()).await;
        }
        begun.blocks.join(" ")
    }

    /// Waits for the end of the walk over several blocks.
    async fn over(&self) -> WalkView {
        let is_over = |it: &engine::SessionView| {
            it.activity.walk.as_ref().is_some_and(|it| it.state != walk::State::Running)
        };
        self.stage.until(self.session, is_over).await.activity.walk.unwrap()
    }

    async fn ran(&self) -> Vec<String> {
        let reader = self.stage.engine.store().reader();
        let executions = reader.executions_of_session(self.session).await.unwrap();
        executions.into_iter().filter_map(|it| it.block).collect()
    }
}

const NEEDS: &str = "```runnable bash name=setup\ntrue\n```\n
```runnable bash name=load needs=setup\ntrue\n```\n
```runnable bash name=plot needs=load\ntrue\n```\n";

#[tokio::test]
async fn a_block_runs_after_what_it_needs_and_that_only_once() {
    let walks = Walks::new(Scripted::new().on("block_", Script::new()), NEEDS).await;
    assert_eq!(walks.run("load").await, "setup load");
    assert_eq!(walks.run("plot").await, "plot");
    assert_eq!(walks.run("setup").await, "setup");
    assert_eq!(walks.run("plot").await, "load plot", "what it needs ran before its need did");
    let stage = &walks.stage;
    let view = stage.engine.watch_session(walks.session).unwrap().borrow().clone();
    let edited = NEEDS.replacen("true", "false", 1);
    let saved = stage
        .engine
        .save_runbook(view.session.runbook, stage.user, None, None, Some(&edited))
        .await
        .unwrap();
    let stale = stage.engine.stale_blocks(stage.user, &saved).await.unwrap();
    let stale: Vec<_> = stale.into_iter().map(|it| it.0.to_string()).collect();
    assert_eq!(stale, ["setup", "load", "plot"]);
    assert_eq!(walks.run("plot").await, "setup load plot");
    stage.engine.restart_kernels(walks.session).await;
    assert_eq!(walks.run("load").await, "setup load", "its variables are gone");
}

#[tokio::test]
async fn a_walk_ends_at_the_first_failure_and_names_what_was_not_run() {
    let backend = Scripted::new()
        .on("block_1.", Script::new())
        .on("block_2.", Script::new().exit(3))
        .on("block_3.", Script::new());
    let walks = Walks::new(backend, NEEDS).await;
    let begun = walks.begin(BlockSelection::All).await.unwrap();
    assert_eq!(begun.blocks, ["setup", "load", "plot"]);
    let over = walks.over().await;
    assert_eq!((over.state, over.done, over.total), (walk::State::Failed, 2, 3));
    assert_eq!((over.block.as_deref(), over.not_run), (Some("load"), vec!["plot".to_owned()]));
    assert_eq!(walks.ran().await, ["setup", "load"]);
    let alone = walks.block("plot").await;
    let BlockSelection::Block(name) = alone else { panic!("{alone:?}") };
    walks.stage.engine.run_block(walks.session, name, false).await.unwrap();
    assert_eq!(walks.over().await.not_run, Vec::<String>::new(), "it has been run since");
}

#[tokio::test]
async fn what_runs_already_is_not_run_twice() {
    let backend = Scripted::new().on("block_1.", Script::new().hang()).on("block_", Script::new());
    let walks = Walks::new(backend, NEEDS).await;
    let first = walks.begin(BlockSelection::All).await.unwrap();
    let second = walks.begin(BlockSelection::All).await.unwrap();
    assert!(!first.is_under_way && second.is_under_way);
    assert_eq!(second.walk.number, first.walk.number);
    let running = walks.begin(walks.block("setup").await).await.unwrap();
    assert_eq!(running.execution.unwrap().id, first.execution.as_ref().unwrap().id);
    let waiting = walks.begin(walks.block("plot").await).await.unwrap();
    assert!(waiting.is_under_way && waiting.execution.is_none());
    walks.stage.engine.stop_walks(walks.session).await;
    let over = walks.over().await;
    assert_eq!((over.state, over.not_run.len()), (walk::State::Stopped, 2));
    assert_eq!(walks.stage.outcome(&first.execution.unwrap()).await, Outcome::Cancelled);
    assert_eq!(walks.ran().await, ["setup"]);
}

#[tokio::test]
async fn a_failure_that_is_expected_lets_the_walk_go_on() {
    let text = NEEDS.replacen("name=setup", "name=setup expect=failure", 1);
    let backend = Scripted::new().on("block_1.", Script::new().exit(1)).on("block_", Script::new());
    let walks = Walks::new(backend, &text).await;
    walks.begin(BlockSelection::All).await.unwrap();
    assert_eq!(walks.over().await.state, walk::State::Passed);
}

#[tokio::test]
async fn a_block_in_the_background_goes_on_while_others_run() {
    let text = NEEDS.replacen("name=setup", "name=setup background=true", 1);
    let backend = Scripted::new().on("block_1.", Script::new().hang()).on("block_", Script::new());
    let walks = Walks::new(backend, &text).await;
    let begun = walks.begin(BlockSelection::All).await.unwrap();
    assert_eq!(walks.over().await.state, walk::State::Passed);
    assert_eq!(walks.run("load").await, "load", "it runs already");
    let background = begun.execution.unwrap();
    walks.stage.engine.cancel(&background).await;
    assert_eq!(walks.stage.outcome(&background).await, Outcome::Cancelled);
}

#[tokio::test]
async fn a_walk_that_cannot_be_begins_nothing() {
    let text = "```runnable bash name=a needs=b\ntrue\n```\n
```runnable bash name=b needs=a\ntrue\n```\n
```runnable bash name=c secrets=TOKEN\ntrue\n```\n";
    let walks = Walks::new(Scripted::new().on("block_", Script::new()), text).await;
    let cyclic = walks.begin(walks.block("a").await).await;
    assert!(matches!(cyclic, Err(RunError::Plan(_))), "{cyclic:?}");
    let secret = walks.begin(walks.block("c").await).await;
    assert!(matches!(secret, Err(RunError::Secret(_))), "{secret:?}");
    assert_eq!(walks.ran().await, Vec::<String>::new());
}

const INPUTS: &str =
    "---\nrunbook:\n  inputs:\n    WHO: {required: true}\n    KEY: {type: secret}\n---\n
```runnable bash name=use secrets=TOKEN\ntrue\n```\n
```runnable bash name=after\ntrue\n```\n";

#[tokio::test]
async fn inputs_and_secrets_reach_programs_and_are_shown_by_none() {
    let script = || Script::new().stdout("hunter2222 and typed333");
    let backend = Scripted::new().on("block_1.", script()).on("block_2.", script());
    let walks = Walks::new(backend, INPUTS).await;
    let (engine, user) = (&walks.stage.engine, walks.stage.user);
    let view = engine.watch_session(walks.session).unwrap().borrow().clone();
    let runbook = view.session.runbook;
    let document = engine.open_runbook(runbook).await.unwrap().unwrap().document;

    let refused = walks.begin(BlockSelection::All).await;
    assert!(matches!(refused, Err(RunError::Inputs(_))), "{refused:?}");
    let values = [("WHO", "Ada"), ("KEY", "not here"), ("OLD", "x")];
    let values = values.map(|(name, it)| (name.to_owned(), it.into())).into();
    let filled = engine::Filled { values, ..engine::Filled::default() };
    let (kept, problems) = engine.put_inputs((user, runbook), &document, filled).await.unwrap();
    assert_eq!((kept.values.len(), problems.len()), (1, 0), "{kept:?}");
    let refused = walks.begin(BlockSelection::All).await;
    assert!(matches!(refused, Err(RunError::Secret(_))), "{refused:?}");
    engine.put_secret(user, &"TOKEN".parse().unwrap(), "hunter2222").await.unwrap();
    let typed = [("KEY".to_owned(), "typed333".to_owned())].into();
    engine.walk(walks.session, BlockSelection::All, typed, false).await.unwrap();
    assert_eq!(walks.over().await.state, walk::State::Passed);
    let reader = engine.store().reader();
    for execution in reader.executions_of_session(walks.session).await.unwrap() {
        assert_eq!(stdout(&walks.stage.events(&execution).await), "*** and ***");
    }
    let started = walks.stage.backend.started();
    let found = |at: usize, name: &str| {
        let variable = started[at].env.iter().find(|it| it.0 == name);
        variable.map(|it| it.1.clone()).unwrap_or_default()
    };
    let names = ["WHO", "KEY", "TOKEN"];
    assert_eq!(names.map(|it| found(0, it)), ["Ada", "typed333", "hunter2222"]);
    assert_eq!(names.map(|it| found(1, it)), ["Ada", "typed333", ""]);
}
