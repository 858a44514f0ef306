//! Saving: what answers while a version builds, after it failed, after a crash, and after a change of mind.

use std::sync::Arc;

use document::Runtime;
use engine::{ChangeError, Config, InvokeError, NewVersion, SaveFunctionError};
use model::{
    event::EventKind,
    function::{Build, BuildState, Command, Demands, Function, Rejected, apply},
};
use sandbox::scripted::{Script, Scripted};
use serde_json::{Value, json};
use store::{Changed, VersionChange};

use crate::stage::{Stage, start, version};

fn python_returning(number: u32) -> String {
    format!("def run(input):\n    return {number}\n")
}

/// A sandbox whose programs load, or never come to an end.
async fn scripted(script: Script) -> Stage {
    let runtimes = Arc::new(sandbox::runtime::discover("/usr/bin:/bin"));
    Stage::over(Arc::new(Scripted::new().on("main.py", script)), runtimes, Config::default()).await
}

#[tokio::test]
async fn a_version_that_fails_to_build_leaves_the_one_before_answering() {
    let Some(stage) = Stage::real().await else { return };
    let function = stage.create("f", Runtime::Python, &python_returning(1)).await;
    let last = stage.update(&function, "import nowhere_to_be_found\n").await;
    let EventKind::Error { data } = last else { panic!("{last:?}") };
    assert_eq!(data.error, "build_failed");
    let now = stage.function(&function).await;
    assert_eq!(
        (now.state.current, now.state.build, now.state.serving),
        (1, Build::Failed, Some(0))
    );
    let called = stage.call(&function, Value::Null).await;
    assert_eq!((called.value(), called.version), (json!(1), 0));
    let failed = stage.engine.store().version(function.id, 1).await.unwrap().unwrap();
    assert!(failed.logs.contains("nowhere_to_be_found"), "{}", failed.logs);

    stage.update(&function, &python_returning(3)).await;
    let called = stage.call(&function, Value::Null).await;
    assert_eq!((called.value(), called.version), (json!(3), 2));
}

#[tokio::test]
async fn rolling_back_switches_at_once_and_only_to_what_was_built() {
    let Some(stage) = Stage::real().await else { return };
    let function = stage.create("f", Runtime::Python, &python_returning(1)).await;
    stage.update(&function, &python_returning(2)).await;
    stage.update(&function, "oops(").await;
    assert_eq!(stage.call(&function, Value::Null).await.value(), 2);

    let rolled = stage.engine.serve_version(function.id, 0).await.unwrap();
    assert_eq!((rolled.state.current, rolled.state.serving), (0, Some(0)));
    assert_eq!(stage.call(&function, Value::Null).await.value(), 1);
    let refused = stage.engine.serve_version(function.id, 2).await;
    assert!(matches!(refused, Err(ChangeError::NotBuilt { version: 2 })), "{refused:?}");
    let refused = stage.engine.serve_version(function.id, 9).await;
    let missing = Rejected::NoVersion { version: 9 };
    assert!(matches!(refused, Err(ChangeError::Rejected(it)) if it == missing), "{refused:?}");
    let refused = stage.engine.serve_version(function.id, 0).await;
    let already = Rejected::AlreadyServing { version: 0 };
    assert!(matches!(refused, Err(ChangeError::Rejected(it)) if it == already), "{refused:?}");
}

#[tokio::test]
async fn nothing_is_taken_over_from_the_version_before() {
    let stage = scripted(Script::new()).await;
    let rich = NewVersion {
        description: Some("Says hello".to_owned()),
        demands: Demands { memory_bytes: Some(64 << 20), ..Demands::default() },
        ..version("def run(input): pass")
    };
    let function = stage.save("f", Runtime::Python, rich).await.unwrap();
    stage.build(&function).await;
    stage.update(&function, "def run(input): return 1").await;
    let stored = stage.engine.store().version(function.id, 1).await.unwrap().unwrap();
    assert_eq!((stored.description, stored.demands), (None, Demands::default()));
}

#[tokio::test]
async fn saving_again_overtakes_a_build_and_those_who_listen_hear_it() {
    let stage = scripted(Script::new().hang()).await;
    let function = stage.save("f", Runtime::Python, version("first")).await.unwrap();
    let listening = stage.build(&function);
    let updated = stage.engine.update_function(&function, version("second"));
    let (heard, updated) = tokio::join!(listening, updated);
    let updated = updated.unwrap();
    let EventKind::Error { data } = &heard.last().unwrap().kind else { panic!("{heard:?}") };
    assert_eq!(data.error, "superseded");
    assert_eq!((updated.state.current, updated.state.build), (1, Build::Building));
    let first = stage.engine.store().version(function.id, 0).await.unwrap().unwrap();
    assert!(matches!(first.build, BuildState::Failed(it) if it.error == "superseded"));
    let refused = stage.engine.invoke(&updated, engine::Call::default()).await;
    assert!(matches!(refused, Err(InvokeError::NotReady { .. })), "{refused:?}");
    stage.engine.shutdown().await;
}

#[tokio::test]
async fn a_build_that_a_crash_interrupted_is_failed_at_the_next_start() {
    let stage = scripted(Script::new()).await;
    let function = stage.create("f", Runtime::Python, "def run(input): pass").await;
    let store = stage.engine.store().clone();
    crash_while_building(&store, &function).await;

    let backend = Arc::new(Scripted::new());
    let runtimes = Arc::new(sandbox::runtime::discover("/usr/bin:/bin"));
    let engine = start(store.clone(), backend, runtimes, Config::default()).await;
    let found = store.function(function.id).await.unwrap().unwrap();
    assert_eq!((found.state.build, found.state.serving), (Build::Failed, Some(0)));
    let version = store.version(function.id, 1).await.unwrap().unwrap();
    assert!(matches!(version.build, BuildState::Failed(it) if it.error == "interrupted"));
    engine.shutdown().await;
}

/// What the database holds when a server ends in the middle of a build.
async fn crash_while_building(store: &store::Store, function: &Function) {
    let (state, _) = apply(function.state, Command::Add).unwrap();
    let mut second = store.version(function.id, 0).await.unwrap().unwrap();
    second.number = 1;
    second.build = BuildState::Building;
    let changes = [VersionChange::Add(Box::new(second))];
    let changed = store.change_function(function, state, &changes, function.updated_at).await;
    assert_eq!(changed.unwrap(), Changed::Yes);
}

#[tokio::test]
async fn of_many_who_save_at_once_each_gets_a_version_and_the_last_one_answers() {
    let stage = scripted(Script::new()).await;
    let function = stage.create("f", Runtime::Python, "0").await;
    let saves = (1..=8).map(|n| stage.engine.update_function(&function, version(&n.to_string())));
    let saved = futures_util::future::join_all(saves).await;
    let mut numbers: Vec<_> = saved.into_iter().map(|it| it.unwrap().state.current).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    stage.build(&stage.function(&function).await).await;
    let now = stage.function(&function).await.state;
    assert_eq!((now.current, now.build, now.serving), (8, Build::Ready, Some(8)));
}

#[tokio::test]
async fn a_deleted_function_frees_its_name_and_stops_its_build() {
    let stage = scripted(Script::new().hang()).await;
    let function = stage.save("f", Runtime::Python, version("first")).await.unwrap();
    let taken = stage.save("f", Runtime::Bash, version("first")).await;
    assert!(matches!(taken, Err(SaveFunctionError::NameTaken { .. })), "{taken:?}");
    assert!(stage.engine.delete_function(function.id).await.unwrap());
    assert!(!stage.engine.delete_function(function.id).await.unwrap());
    let gone = stage.engine.update_function(&function, version("second")).await;
    assert!(matches!(gone, Err(SaveFunctionError::Change(ChangeError::Gone))), "{gone:?}");
    stage.save("f", Runtime::Python, version("again")).await.unwrap();
    stage.engine.shutdown().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_not_saved() {
    let stage = scripted(Script::new()).await;
    let secrets = Demands { secrets: vec!["NOPE".parse().unwrap()], ..Demands::default() };
    let network = Demands { network: vec!["example.com".to_owned()], ..Demands::default() };
    let odd = Demands { network: vec!["http://x".to_owned()], ..Demands::default() };
    let with = |demands| NewVersion { demands, ..version("def run(input): pass") };
    for (new, complaint) in [
        (version(" \n"), "empty"),
        (version(&"x".repeat(2 << 20)), "longer than 1024 KiB"),
        (with(secrets), "there is no secret NOPE"),
        (with(network), "--network example.com"),
        (with(odd), "http://x"),
    ] {
        let refused = stage.save("f", Runtime::Python, new).await.unwrap_err().to_string();
        assert!(refused.contains(complaint), "{refused}");
    }
}
