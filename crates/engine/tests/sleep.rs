//! An idle session gives its sandbox back, and nobody notices.

#![expect(clippy::unwrap_used, reason = "an engine that cannot be driven should stop the test")]

use std::{sync::Arc, time::Duration};

use engine::{BlockName, Clock, Config, Engine, Offers};
use futures_util::StreamExt;
use model::{id::SessionId, session::State};
use sandbox::{Namespaces, Readiness};
use store::Store;

const DOCUMENT: &str = "\
```file text notes/kept.txt
from the document
```

```runnable bash
umask 022; echo written > made.txt; ln -s made.txt link; mkdir empty
```

```runnable bash
echo $(cat notes/kept.txt link; ls -d empty)
```
";

async fn run(engine: &Engine, session: SessionId, index: usize) -> String {
    let name = BlockName::Index { index, runtime: None };
    let execution = engine.run_block(session, name, false).await.unwrap();
    let pages: Vec<_> = engine.follow(execution.id, 1).collect().await;
    let events = pages.into_iter().flat_map(Result::unwrap);
    events.map(|it| it.body).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn files_are_there_when_an_idle_session_wakes_up() {
    let backend = Arc::new(Namespaces::new(Readiness::OnDemand).unwrap());
    let runtimes = Arc::new(sandbox::runtime::discover("/usr/bin"));
    let directory = tempfile::tempdir().unwrap();
    let config = Config {
        sleep_after: Duration::from_millis(1),
        snapshots: directory.path().to_owned(),
        ..Config::default()
    };
    let store = Store::open("sqlite::memory:").await.unwrap();
    let offers = Offers::one(backend, runtimes);
    let engine = Engine::start(store, offers, config, Clock::system()).await.unwrap();
    let user = engine.create_user("ada@example.com", "ada", "").await.unwrap();
    let runbook = engine.create_runbook(user.id, "Test", DOCUMENT).await.unwrap();
    let (view, _) = engine.connect(user.id, runbook.runbook.id).await.unwrap();
    let session = view.session.id;
    let mut watcher = engine.watch_session(session).unwrap();
    let view = watcher.wait_for(|it| it.session.state != State::Starting).await.unwrap().clone();
    if let Some(message) = view.message.filter(|it| it.contains("not permitted")) {
        eprintln!("skipped: {message}");
        return;
    }
    run(&engine, session, 0).await;
    while engine.statistics().sandboxes > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(engine.watch_session(session).unwrap().borrow().session.state, State::Ready);
    let said = run(&engine, session, 1).await;
    assert!(said.contains("from the document written empty\\n"), "{said}");
    engine.shutdown().await;
    assert_eq!(engine.statistics().sandboxes, 0);
    assert_eq!(directory.path().read_dir().unwrap().count(), 0, "a snapshot is left");
}

const STATEFUL: &str = "\
```runnable python
x = 1
```

```runnable python
print('x' in dir())
```
";

#[tokio::test]
async fn an_idle_kernel_makes_room_for_whoever_waits_and_says_so_afterwards() {
    let backend = Arc::new(Namespaces::new(Readiness::OnDemand).unwrap());
    let runtimes = Arc::new(sandbox::runtime::discover("/usr/bin"));
    let directory = tempfile::tempdir().unwrap();
    let config = Config {
        sleep_after: Duration::from_millis(1),
        snapshots: directory.path().to_owned(),
        max_sandboxes: 1,
        ..Config::default()
    };
    let store = Store::open("sqlite::memory:").await.unwrap();
    let offers = Offers::one(backend, runtimes);
    let engine = Engine::start(store, offers, config, Clock::system()).await.unwrap();
    let mut sessions = Vec::new();
    for name in ["ada", "bob"] {
        let user = engine.create_user(&format!("{name}@example.com"), name, "").await.unwrap();
        let runbook = engine.create_runbook(user.id, "Test", STATEFUL).await.unwrap();
        let (view, _) = engine.connect(user.id, runbook.runbook.id).await.unwrap();
        let session = view.session.id;
        let mut watcher = engine.watch_session(session).unwrap();
        // The second is there only because the first has given its place back.
        let ready =
            watcher.wait_for(|it| it.session.state != State::Starting).await.unwrap().clone();
        if let Some(message) = ready.message.filter(|it| it.contains("not permitted")) {
            eprintln!("skipped: {message}");
            return;
        }
        run(&engine, session, 0).await;
        sessions.push(session);
    }
    engine.end_session(sessions[1]).await;
    let said = run(&engine, sessions[0], 1).await;
    assert!(said.contains("without the variables") && said.contains("False"), "{said}");
    engine.shutdown().await;
}

#[tokio::test]
async fn a_session_whose_kernels_know_nothing_makes_room_before_its_time() {
    let backend = Arc::new(Namespaces::new(Readiness::OnDemand).unwrap());
    let runtimes = Arc::new(sandbox::runtime::discover("/usr/bin"));
    let directory = tempfile::tempdir().unwrap();
    let config = Config {
        sleep_after: Duration::from_secs(24 * 60 * 60),
        snapshots: directory.path().to_owned(),
        max_sandboxes: 1,
        ..Config::default()
    };
    let store = Store::open("sqlite::memory:").await.unwrap();
    let engine = Engine::start(store, Offers::one(backend, runtimes), config, Clock::system())
        .await
        .unwrap();
    for name in ["ada", "bob"] {
        let user = engine.create_user(&format!("{name}@example.com"), name, "").await.unwrap();
        let runbook = engine.create_runbook(user.id, "Test", STATEFUL).await.unwrap();
        let (view, _) = engine.connect(user.id, runbook.runbook.id).await.unwrap();
        let mut watcher = engine.watch_session(view.session.id).unwrap();
        let ready =
            watcher.wait_for(|it| it.session.state != State::Starting).await.unwrap().clone();
        if let Some(message) = ready.message.filter(|it| it.contains("not permitted")) {
            eprintln!("skipped: {message}");
            return;
        }
        assert_eq!(ready.session.state, State::Ready, "{name}");
    }
    engine.shutdown().await;
}
