//! What the tools do.

use std::sync::Arc;

use engine::WorkerConfig;
use sandbox::scripted::{Script, Scripted};
use serde_json::json;
use server::App;

use super::{HELLO, done, id_in, refused};
use crate::app::{Account, TestApp, engine, scripted};

async fn create(app: &TestApp, account: &Account, content: &str) -> String {
    let arguments = json!({ "title": "Tests", "content": content });
    id_in(&done(app, account, "create_runbook", arguments).await).to_owned()
}

#[tokio::test]
async fn a_runbook_is_made_found_read_and_edited() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let id = create(&app, &ada, HELLO).await;
    let listed = done(&app, &ada, "list_runbooks", json!({})).await;
    assert!(listed.starts_with(&format!("{id} \"Tests\", revision 1, changed ")), "{listed}");
    let found = done(&app, &ada, "list_runbooks", json!({ "search": "hello" })).await;
    assert!(found.contains(&id), "{found}");
    let why = refused(&app, &ada, "list_runbooks", json!({ "folder": "ops" })).await;
    assert!(why.starts_with("there is no folder \"ops\""), "{why}");

    let read = done(&app, &ada, "read_runbook", json!({ "runbook": id })).await;
    let about = format!("{id} \"Tests\", revision 1\n- block \"hello\", bash, line 3\n");
    assert!(read.starts_with(&about), "{read}");
    assert!(read.ends_with(&format!("\n{HELLO}")), "the text is there as it is: {read}");
    let rest = done(&app, &ada, "read_runbook", json!({ "runbook": id, "from_line": 5 })).await;
    assert!(
        rest.contains("has 5 lines; these are lines 5 to 5.") && rest.ends_with("\n```\n"),
        "{rest}"
    );

    let edit = json!({ "runbook": id, "revision": 1, "content": "# Changed\n" });
    let saved = done(&app, &ada, "edit_runbook", edit.clone()).await;
    assert!(saved.contains("revision 2"), "{saved}");
    let why = refused(&app, &ada, "edit_runbook", edit).await;
    assert!(why.contains("(revision_conflict") || why.contains("conflict"), "{why}");
    let read = done(&app, &ada, "read_runbook", json!({ "runbook": id })).await;
    assert!(read.ends_with("# Changed\n"), "{read}");
}

#[tokio::test]
async fn a_runbook_runs_and_its_session_ends_with_the_call_unless_it_is_kept() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let id = create(&app, &ada, HELLO).await;
    let ran = done(&app, &ada, "run_runbook", json!({ "runbook": id })).await;
    assert!(
        ran.starts_with("passed: 1 of 1 blocks passed\nblock \"hello\": passed, exit 0 "),
        "{ran}"
    );
    assert!(ran.ends_with("stdout (6 bytes):\n| hello\n"), "{ran}");
    let sessions = async || {
        let page = app.get(&ada, "/api/sessions").await.expect(200).json();
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(sessions().await, 0);
    for _ in 0..2 {
        let kept = json!({ "runbook": id, "blocks": ["hello"], "keep_session": true });
        let ran = done(&app, &ada, "run_runbook", kept).await;
        assert!(ran.starts_with("passed: 1 of 1"), "{ran}");
        assert_eq!(sessions().await, 1);
    }
    // Somebody is at work in it, so that it is not this call's to end.
    done(&app, &ada, "run_runbook", json!({ "runbook": id })).await;
    assert_eq!(sessions().await, 1);
}

const NEEDS: &str = "\
```runnable bash name=first\necho hello\n```\n\n\
```runnable bash name=second\nfalse\n```\n\n\
```runnable bash name=third needs=first\ntrue\n```\n";

#[tokio::test]
async fn each_block_s_end_is_told_and_those_that_a_failure_left() {
    let backend = Scripted::new()
        .on("block_1.", Script::new().stdout("hello\n"))
        .on("block_2.", Script::new().stderr("no\n").exit(3))
        .on("block_3.", Script::new());
    let app = TestApp::hub(Arc::new(backend)).await;
    let ada = app.sign_up("ada").await;
    let id = create(&app, &ada, NEEDS).await;
    let ran = done(&app, &ada, "run_runbook", json!({ "runbook": id })).await;
    assert!(ran.starts_with("FAILED: 1 of 3 blocks passed\n"), "{ran}");
    assert!(ran.contains("block \"second\": FAILED, exit 3 after "), "{ran}");
    assert!(ran.ends_with("stderr (3 bytes):\n| no\nnot run: third\n"), "{ran}");

    let arguments = json!({ "runbook": id, "blocks": ["third"] });
    let ran = done(&app, &ada, "run_runbook", arguments).await;
    assert!(ran.starts_with("passed: 2 of 2"), "what it needs ran first: {ran}");
    let arguments = json!({ "runbook": id, "blocks": ["fourth"] });
    let why = refused(&app, &ada, "run_runbook", arguments).await;
    assert!(
        why.starts_with("no block that runs is called \"fourth\"; there are: \"first\""),
        "{why}"
    );
}

#[tokio::test]
async fn what_runs_for_too_long_is_stopped_and_so_is_its_session() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let id = create(&app, &ada, NEEDS).await;
    let ran = done(&app, &ada, "run_runbook", json!({ "runbook": id, "timeout": 1 })).await;
    assert!(ran.starts_with("FAILED, stopped after 1 s, as long as this call waits: "), "{ran}");
    let page = app.get(&ada, "/api/sessions").await.expect(200).json();
    assert_eq!(page["items"], json!([]));
}

#[tokio::test]
async fn inputs_are_filled_in_and_what_will_not_do_is_said() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let content = format!(
        "---\nrunbook: {{inputs: {{count: {{type: number, required: true}}}}}}\n---\n{HELLO}"
    );
    let id = create(&app, &ada, &content).await;
    let run = |count: serde_json::Value| json!({ "runbook": id, "inputs": { "count": count } });
    let why = refused(&app, &ada, "run_runbook", run(json!("many"))).await;
    assert!(why.starts_with("the inputs will not do: count"), "{why}");
    let ran = done(&app, &ada, "run_runbook", run(json!(3))).await;
    assert!(ran.starts_with("passed: 1 of 1"), "{ran}");
}

#[tokio::test]
async fn code_runs_with_files_and_what_makes_no_sense_is_said() {
    let backend = Scripted::new().on("main", Script::new().stdout("out\n").stderr("err\n").exit(4));
    let app = TestApp::hub(Arc::new(backend)).await;
    let ada = app.sign_up("ada").await;
    let files = json!([{ "path": "data/in.txt", "content": "é" }]);
    let arguments = json!({ "language": "python", "code": "1", "files": files, "stdin": "x" });
    let ran = done(&app, &ada, "run_code", arguments).await;
    assert!(ran.starts_with("exit 4 after "), "{ran}");
    assert!(ran.ends_with("stdout (4 bytes):\n| out\nstderr (4 bytes):\n| err\n"), "{ran}");
    for (arguments, words) in [
        (json!({ "language": "cobol", "code": "1" }), "cobol"),
        (json!({ "language": "python" }), "code"),
        (json!({ "language": "python", "code": "1", "shell": true }), "shell"),
        (json!({ "language": "python", "code": " " }), "code is empty"),
        (json!({ "language": "python", "code": "1", "timeout": 301 }), "timeout"),
        (
            json!({ "language": "python", "code": "1", "files": [{ "path": "../x", "content": "" }] }),
            "../x",
        ),
    ] {
        let why = refused(&app, &ada, "run_code", arguments).await;
        assert!(why.contains(words), "{why}");
    }
}

#[tokio::test]
async fn a_job_is_submitted_followed_listed_and_cancelled() {
    let backend = Scripted::new()
        .on("main.py", Script::new().stdout("hello\n"))
        .on("main.sh", Script::new().hang());
    let engine = engine(Arc::new(backend), engine::Config::default()).await;
    let app = App::hub(engine.clone(), TestApp::config()).await.unwrap();
    let app = TestApp { router: app.router() };
    let ada = app.sign_up("ada").await;
    let submit = async |arguments| {
        let submitted = done(&app, &ada, "submit_job", arguments).await;
        assert!(submitted.starts_with("job_") && submitted.contains(" is queued"), "{submitted}");
        submitted.split(' ').next().unwrap().to_owned()
    };
    let waiting = submit(json!({ "command": "sleep 1000", "name": "long" })).await;
    let shown = done(&app, &ada, "get_job", json!({ "job": waiting })).await;
    assert!(shown.starts_with(&format!("{waiting} \"long\" is queued, ")), "{shown}");
    assert_eq!(done(&app, &ada, "cancel_job", json!({ "job": waiting })).await, "it is cancelled");
    let why = refused(&app, &ada, "cancel_job", json!({ "job": waiting })).await;
    assert!(why.contains("cannot_cancel"), "{why}");

    let job = submit(json!({ "language": "python", "code": "print('hello')" })).await;
    drop(engine.work(WorkerConfig::new(2, "test")).await.unwrap());
    let shown = done(&app, &ada, "get_job", json!({ "job": job, "wait": 60 })).await;
    assert!(shown.contains(" is finished, ") && shown.contains("its program: exit 0"), "{shown}");
    assert!(shown.ends_with("stdout (6 bytes):\n| hello\n"), "{shown}");
    let listed = done(&app, &ada, "list_jobs", json!({ "status": "finished" })).await;
    assert!(listed.starts_with(&job) && !listed.contains(&waiting), "{listed}");
    let why = refused(&app, &ada, "submit_job", json!({ "name": "nothing" })).await;
    assert!(why.starts_with("give one of code"), "{why}");
    let eve = app.sign_up("eve").await;
    let why = refused(&app, &eve, "get_job", json!({ "job": job })).await;
    assert!(why.contains("another user's"), "{why}");
}

#[tokio::test]
async fn functions_are_listed_and_called() {
    let backend = Scripted::new().on("main.py", Script::new().stdout("hello\n"));
    let app = TestApp::hub(Arc::new(backend)).await;
    let ada = app.sign_up("ada").await;
    assert_eq!(done(&app, &ada, "list_functions", json!({})).await, "there are no functions");
    let body = json!({ "name": "greet", "language": "python", "description": "Greets." });
    app.ask(&ada, "POST", "/api/function", &body).await.expect(200);
    let listed = done(&app, &ada, "list_functions", json!({})).await;
    assert_eq!(listed, "greet (python), version 0, ready: Greets.\n");
    let arguments = json!({ "function": "greet", "input": { "name": "Ada" } });
    let called = done(&app, &ada, "call_function", arguments).await;
    assert!(called.starts_with("exit 0 after ") && called.contains("| hello\n"), "{called}");
    let why = refused(&app, &ada, "call_function", json!({ "function": "missing" })).await;
    assert!(why.contains("not_found"), "{why}");
}
