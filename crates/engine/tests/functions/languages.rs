//! Each language that this machine has: the template, any JSON, a value apart from what is printed, and
//! a failure that is one.

use document::Runtime;
use model::execution::Outcome;
use serde_json::{Value, json};

use crate::stage::Stage;

struct Case {
    runtime: Runtime,
    /// Prints `log`, fails for `"fail"`, and returns `[input]` or for Rust the text in a list.
    code: &'static str,
    /// What it returns for `{"a": [1, null]}`.
    value: Value,
    /// What is said of a failure.
    complaint: &'static str,
    /// Code that does not load.
    broken: &'static str,
}

async fn check(case: Case) {
    let Some(stage) = Stage::real().await else { return };
    if !stage.has(case.runtime) {
        return;
    }
    let greet = stage.create("greet", case.runtime, engine::function_template(case.runtime)).await;
    assert_eq!(stage.call(&greet, json!("w\u{f6}rld\n\"")).await.value(), "Hello, w\u{f6}rld\n\"!");

    let own = stage.create("own", case.runtime, case.code).await;
    let called = stage.call(&own, json!({ "a": [1, null] })).await;
    assert_eq!(called.value(), case.value);
    assert_eq!(called.stdout, "log\n", "what is returned is not printed");
    let failed = stage.call(&own, json!("fail")).await;
    let Outcome::Exited { code } = failed.outcome() else { panic!("{failed:?}") };
    assert_ne!(code, 0, "a failure is none for its caller");
    assert!(failed.stderr.contains(case.complaint), "{failed:?}");
    assert_eq!(failed.answer.value, None);

    let last = stage
        .build(
            &stage.save("broken", case.runtime, crate::stage::version(case.broken)).await.unwrap(),
        )
        .await;
    let log = serde_json::to_string(&last).unwrap();
    assert!(log.contains(r#""error":"build_failed""#), "{log}");
    stage.engine.shutdown().await;
}

#[tokio::test]
async fn python_functions_work() {
    check(Case {
        runtime: Runtime::Python,
        code: "async def run(input):\n    print('log')\n    if input == 'fail':\n        raise ValueError('bad luck')\n    return [input]\n",
        value: json!([{ "a": [1, null] }]),
        complaint: "File \"/tmp/function.py\", line 4, in run",
        broken: "def run(input:\n",
    })
    .await;
}

#[tokio::test]
async fn javascript_functions_work_as_scripts_and_as_modules() {
    let body = "{\n  console.log('log');\n  if (input === 'fail') throw new Error('bad luck');\n  return [input];\n}\n";
    for code in [
        format!("const fs = require('node:fs');\nasync function run(input) {body}"),
        format!("import fs from 'node:fs';\nexport async function run(input) {body}"),
        format!("export default (input) => {body}"),
    ] {
        check(Case {
            runtime: Runtime::Node,
            code: code.leak(),
            value: json!([{ "a": [1, null] }]),
            complaint: "bad luck",
            broken: "function run(input) {",
        })
        .await;
    }
}

#[tokio::test]
async fn typescript_functions_work() {
    check(Case {
        runtime: Runtime::Typescript,
        code: "export function run(input: unknown): unknown[] {\n  console.log('log');\n  if (input === 'fail') throw new Error('bad luck');\n  return [input];\n}\n",
        value: json!([{ "a": [1, null] }]),
        complaint: "bad luck",
        broken: "export function run(input: {",
    })
    .await;
}

#[tokio::test]
async fn bash_functions_work_with_the_input_as_text_and_as_json() {
    check(Case {
        runtime: Runtime::Bash,
        code: "echo log\nif [[ $1 == fail ]]; then echo 'bad luck' >&2; exit 3; fi\nread -r json\nprintf '[%s,\"%s\"]' \"$json\" \"${#1}\" >&3\n",
        value: json!([{ "a": [1, null] }, "14"]),
        complaint: "bad luck",
        broken: "if true; then\n",
    })
    .await;
}

#[tokio::test]
async fn go_functions_work() {
    check(Case {
        runtime: Runtime::Go,
        code: "// Counts.\npackage main\n\nimport (\n\t\"errors\"\n\t\"fmt\"\n)\n\nfunc run(input any) ([]any, error) {\n\tfmt.Println(\"log\")\n\tif input == \"fail\" {\n\t\treturn nil, errors.New(\"bad luck\")\n\t}\n\treturn []any{input}, nil\n}\n",
        value: json!([{ "a": [1, null] }]),
        complaint: "bad luck",
        broken: "func run(input string) string { return 1 }",
    })
    .await;
}

#[tokio::test]
async fn rust_functions_work() {
    check(Case {
        runtime: Runtime::Rust,
        code: "fn run(input: String) -> Result<Vec<String>, String> {\n    println!(\"log\");\n    if input == \"fail\" {\n        return Err(\"bad luck\".to_owned());\n    }\n    Ok(vec![input])\n}\n",
        value: json!(["{\"a\":[1,null]}"]),
        complaint: "bad luck",
        broken: "fn run(input: String) -> String { 1 }",
    })
    .await;
}
