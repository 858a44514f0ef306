//! Secrets: in the environment of the functions that list them, and nowhere else.

use document::Runtime;
use engine::{InvokeError, NewVersion, PutSecretError, RecipeError, SecretError};
use model::function::{Demands, SecretName};
use serde_json::{Value, json};

use crate::stage::{Stage, version};

const TELLING: &str = "import base64, os, sys, urllib.parse\ndef run(input):\n    value = os.environ['API_KEY']\n    print(value)\n    sys.stdout.write(value[:5]); sys.stdout.flush(); print(value[5:])\n    print(base64.b64encode(('user:' + value).encode()).decode(), urllib.parse.quote(value, safe=''), file=sys.stderr)\n    return {'key': value, 'length': len(value)}\n";

fn name() -> SecretName {
    "API_KEY".parse().unwrap()
}

fn telling() -> NewVersion {
    let demands = Demands { secrets: vec![name()], ..Demands::default() };
    NewVersion { demands, ..version(TELLING) }
}

#[tokio::test]
async fn a_function_has_its_secret_and_cannot_show_it() {
    let Some(stage) = Stage::real().await else { return };
    let value = "s3cr\u{e9}t/value";
    stage.engine.put_secret(stage.owner, &name(), value).await.unwrap();
    let function = stage.save("f", Runtime::Python, telling()).await.unwrap();
    stage.build(&function).await;
    let called = stage.call(&function, Value::Null).await;
    assert_eq!(called.value(), json!({ "key": "***", "length": 12 }));
    assert_eq!(called.stdout, "***\n***\n");
    let history = format!("{:?}", stage.history(&function).await);
    for shown in ["s3cr", "value", "czNj", "%C3%A9"] {
        assert!(!called.stderr.contains(shown), "{}", called.stderr);
    }
    assert!(!history.contains("s3cr"), "{history}");

    // What waits has the old value, and must not be used any more.
    stage.engine.put_secret(stage.owner, &name(), "another").await.unwrap();
    let called = stage.call(&function, Value::Null).await;
    assert_eq!(called.value(), json!({ "key": "***", "length": 7 }));
    stage.engine.shutdown().await;
}

#[tokio::test]
async fn a_function_whose_secret_was_deleted_is_not_called() {
    let Some(stage) = Stage::real().await else { return };
    stage.engine.put_secret(stage.owner, &name(), "hunter2").await.unwrap();
    let function = stage.save("f", Runtime::Python, telling()).await.unwrap();
    stage.build(&function).await;
    assert!(stage.engine.delete_secret(stage.owner, &name()).await.unwrap());
    let function = stage.function(&function).await;
    let refused = stage.engine.invoke(&function, engine::Call::default()).await.unwrap_err();
    let missing = |it: &InvokeError| {
        matches!(it, InvokeError::Recipe(RecipeError::Secret(SecretError::Missing { .. })))
    };
    assert!(missing(&refused), "{refused:?}");
    stage.engine.shutdown().await;
}

#[tokio::test]
async fn a_value_that_could_not_be_hidden_or_carried_is_refused() {
    let Some(stage) = Stage::real().await else { return };
    let put = async |value: &str| stage.engine.put_secret(stage.owner, &name(), value).await;
    assert!(matches!(put("abc").await, Err(PutSecretError::Length { bytes: 3 })));
    let long = "x".repeat(40_000);
    assert!(matches!(put(&long).await, Err(PutSecretError::Length { bytes: 40_000 })));
    assert!(matches!(put("abc\0def").await, Err(PutSecretError::Nul)));
    assert!(stage.engine.secrets(stage.owner).await.unwrap().is_empty());
}
