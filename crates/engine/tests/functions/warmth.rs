//! Instances that wait: used by the next call, once, and never with what has been replaced.

use std::time::Duration;

use document::Runtime;
use engine::{Config, FunctionsConfig};
use model::function::Function;
use serde_json::{Value, json};

use crate::stage::{Called, Stage};

const COUNTING: &str =
    "calls = 0\ndef run(input):\n    global calls\n    calls += 1\n    return calls\n";

/// Calls until an instance was waiting: it is made ready after the answer.
async fn call_warm(stage: &Stage, function: &Function) -> Called {
    for _ in 0..200 {
        let called = stage.call(function, Value::Null).await;
        if stage.history(function).await[0].warm {
            return called;
        }
        tokio::task::yield_now().await;
    }
    panic!("no instance was ever waiting");
}

#[tokio::test]
async fn the_next_call_finds_an_instance_that_nobody_used() {
    let Some(stage) = Stage::real().await else { return };
    let function = stage.create("f", Runtime::Python, COUNTING).await;
    assert_eq!(call_warm(&stage, &function).await.value(), 1);
    assert_eq!(call_warm(&stage, &function).await.value(), 1);
    stage.engine.shutdown().await;
}

#[tokio::test]
async fn what_a_module_prints_while_it_waits_belongs_to_the_call() {
    let Some(stage) = Stage::real().await else { return };
    let code = "print('loaded')\ndef run(input):\n    print('called')\n";
    let function = stage.create("f", Runtime::Python, code).await;
    assert_eq!(call_warm(&stage, &function).await.stdout, "loaded\ncalled\n");
    stage.engine.shutdown().await;
}

#[tokio::test]
async fn a_new_version_and_a_new_secret_are_seen_by_the_very_next_call() {
    let Some(stage) = Stage::real().await else { return };
    let function = stage.create("f", Runtime::Python, COUNTING).await;
    call_warm(&stage, &function).await;
    stage.update(&function, "def run(input): return 'new'").await;
    assert_eq!(stage.call(&function, Value::Null).await.value(), "new");
    call_warm(&stage, &function).await;
    stage.engine.serve_version(function.id, 0).await.unwrap();
    assert_eq!(stage.call(&function, json!(null)).await.value(), 1);
    stage.engine.shutdown().await;
}

#[tokio::test]
async fn without_a_time_to_wait_nothing_waits() {
    let functions = FunctionsConfig { keep_warm: Duration::ZERO, ..FunctionsConfig::default() };
    let config = Config { functions, ..Config::default() };
    let Some(stage) = Stage::real_with(config).await else { return };
    let function = stage.create("f", Runtime::Python, COUNTING).await;
    for _ in 0..3 {
        stage.call(&function, Value::Null).await;
    }
    assert!(stage.history(&function).await.iter().all(|it| !it.warm));
    stage.engine.shutdown().await;
}
