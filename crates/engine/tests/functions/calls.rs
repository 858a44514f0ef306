//! Calling: limits, callers that go away, values that are none, and the history of it all.

use std::time::Duration;

use document::Runtime;
use engine::{Call, Ending};
use model::{execution::Outcome, function::Head};
use serde_json::{Value, json};

use crate::stage::Stage;

#[tokio::test]
async fn each_call_is_in_the_history_with_the_beginning_of_what_it_said() {
    let Some(stage) = Stage::real().await else { return };
    let code = "import sys\ndef run(input):\n    print('é' * 4000)\n    print('oh', file=sys.stderr)\n    if input == 2: sys.exit(7)\n    return {'n': input}\n";
    let function = stage.create("f", Runtime::Python, code).await;
    stage.call(&function, json!(1)).await;
    stage.call(&function, json!(2)).await;
    let history = stage.history(&function).await;
    let outcomes: Vec<_> = history.iter().map(|it| it.outcome).collect();
    assert_eq!(outcomes, [Outcome::Exited { code: 7 }, Outcome::Exited { code: 0 }]);
    let first = &history[1];
    assert_eq!((first.stdout.text.len(), first.stdout.bytes), (Head::MOST, 8001));
    assert_eq!((first.stderr.text.as_str(), first.version), ("oh\n", 0));
    assert_eq!((first.input.text.as_str(), first.value.text.as_str()), ("1", r#"{"n":1}"#));
    assert_eq!(history[0].value, Head::default());
    stage.engine.shutdown().await;
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_stopped_and_says_so() {
    let Some(stage) = Stage::real().await else { return };
    let code = "def run(input):\n    while True: pass\n";
    let function = stage.create("f", Runtime::Python, code).await;
    let limit = Duration::from_millis(300);
    let call = Call { timeout: Some(limit), ..Call::default() };
    let called = stage.call_with(&function, call).await;
    assert_eq!(called.outcome(), Outcome::TimedOut { limit });
    stage.engine.shutdown().await;
}

#[tokio::test]
async fn a_call_whose_caller_goes_away_ends_as_cancelled() {
    let Some(stage) = Stage::real().await else { return };
    let code = "def run(input):\n    while True: print('on and on')\n";
    let function = stage.create("f", Runtime::Python, code).await;
    let mut running = stage.engine.invoke(&function, Call::default()).await.unwrap();
    assert!(running.next().await.is_some());
    drop(running);
    stage.engine.shutdown().await;
    let history = stage.history(&function).await;
    assert_eq!(history.iter().map(|it| it.outcome).collect::<Vec<_>>(), [Outcome::Cancelled]);
}

#[tokio::test]
async fn a_value_that_json_cannot_hold_is_a_failure_of_the_function() {
    let Some(stage) = Stage::real().await else { return };
    let function = stage.create("f", Runtime::Python, "def run(input): return {1, 2}").await;
    let called = stage.call(&function, Value::Null).await;
    assert_eq!(called.outcome(), Outcome::Exited { code: 1 });
    assert!(called.stderr.contains("what JSON cannot hold"), "{called:?}");
}

#[tokio::test]
async fn a_value_that_is_too_large_is_refused_with_the_limit() {
    let Some(stage) = Stage::real().await else { return };
    let code = "def run(input): return 'x' * (7 << 20)";
    let function = stage.create("f", Runtime::Python, code).await;
    let called = stage.call(&function, Value::Null).await;
    let Ending::Failure(failure) = &called.answer.ending else { panic!("{called:?}") };
    assert_eq!(failure.error, "value_too_large");
}

#[tokio::test]
async fn a_large_input_arrives_whole() {
    let Some(stage) = Stage::real().await else { return };
    let text = "0123456789abcdef".repeat(64 << 10);
    for (runtime, code) in [
        (Runtime::Python, "def run(input): return len(input)"),
        (Runtime::Bash, "echo \"${#1}\" >&3"),
    ] {
        let function = stage.create(runtime.name(), runtime, code).await;
        assert_eq!(stage.call(&function, json!(text)).await.value(), text.len());
    }
    stage.engine.shutdown().await;
}
