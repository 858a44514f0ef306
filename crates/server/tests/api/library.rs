//! Folders, shelves, lists and the trash over HTTP.

use serde_json::{Value, json};

use crate::app::{Account, TestApp, scripted};

async fn make(app: &TestApp, account: &Account, title: &str, content: &str) -> String {
    let body = json!({ "title": title, "content": content });
    let made = app.ask(account, "POST", "/api/runbooks", &body).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

async fn titles(app: &TestApp, account: &Account, query: &str) -> Vec<Value> {
    let path = format!("/api/runbooks?{query}");
    let list = app.get(account, &path).await.expect(200).json();
    list["items"].as_array().unwrap().iter().map(|it| it["title"].clone()).collect()
}

#[tokio::test]
async fn a_runbook_is_filed_starred_and_tagged() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let folder = json!({ "name": " Ops " });
    let ops = app.ask(&ada, "POST", "/api/folders", &folder).await.expect(201).json();
    assert_eq!(ops["name"], "Ops");
    let inner = json!({ "name": "Databases", "parent": ops["id"] });
    let inner = app.ask(&ada, "POST", "/api/folders", &inner).await.expect(201).json();
    let id = make(&app, &ada, "Restore", "---\ntags: [db, Prod]\n---\n# Restore\n").await;
    let shelf = format!("/api/runbooks/{id}/shelf");
    let change = json!({ "folder": inner["id"], "starred": true, "tags": ["#Mine", "db"] });
    let kept = app.ask(&ada, "PUT", &shelf, &change).await.expect(200).json();
    let names = |it: &Value| {
        it["tags"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&kept), ["db", "mine", "prod"]);
    assert_eq!(kept["tags"][1]["from_document"], false);
    assert_eq!(kept["tags"][2]["from_document"], true);

    let within = format!("folder={}", inner["id"].as_str().unwrap());
    for query in [within.as_str(), "starred=true", "tag=prod", "tag=%23Mine"] {
        assert_eq!(titles(&app, &ada, query).await, ["Restore"], "{query}");
    }
    assert_eq!(titles(&app, &ada, "folder=top").await.len(), 3, "the three to begin with");
    assert_eq!(titles(&app, &ada, "sort=recent").await.len(), 0);
    app.ask(&ada, "POST", &format!("/api/runbooks/{id}/visits"), &Value::Null).await.expect(204);
    assert_eq!(titles(&app, &ada, "sort=recent").await, ["Restore"]);
    let found = app.get(&ada, "/api/search?q=in:ops").await.expect(200).json();
    assert_eq!(
        found["items"][0]["title"]["text"], "Restore",
        "a folder holds what those in it hold"
    );

    app.ask(&ada, "PUT", &shelf, &json!({ "folder": null })).await.expect(200);
    let listed = app.get(&ada, "/api/runbooks?starred=true").await.json();
    assert_eq!(listed["items"][0]["folder"], Value::Null);
    assert_eq!(listed["items"][0]["starred"], true, "what is not sent stays");
    let tags = app.get(&ada, "/api/tags").await.expect(200).json();
    assert_eq!(tags["items"][0], json!({ "name": "db", "runbooks": 1 }));
}

#[tokio::test]
async fn what_folders_cannot_be_is_refused_in_words() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let make = async |body: Value| app.ask(&ada, "POST", "/api/folders", &body).await;
    let outer = make(json!({ "name": "Outer" })).await.expect(201).json();
    let inner = make(json!({ "name": "Inner", "parent": outer["id"] })).await.expect(201).json();
    make(json!({ "name": "outer" })).await.problem(409, "name_taken");
    make(json!({ "name": "a/b" })).await.problem(400, "invalid");
    make(json!({ "name": " " })).await.problem(400, "invalid");
    let lost = json!({ "name": "x", "parent": "fld_00000000000000000000000000000000" });
    make(lost).await.problem(400, "invalid");
    let path = |it: &Value| format!("/api/folders/{}", it["id"].as_str().unwrap());
    let into_itself = json!({ "parent": inner["id"] });
    let refused = app.ask(&ada, "PUT", &path(&outer), &into_itself).await.problem(400, "invalid");
    assert!(refused.text.contains("into itself"), "{}", refused.text);
    let fields_in_a_row = json!(["Other", null]);
    app.ask(&ada, "PUT", &path(&outer), &fields_in_a_row).await.problem(400, "invalid");
    let id = self::make(&app, &ada, "In", "text").await;
    let shelf = format!("/api/runbooks/{id}/shelf");
    app.ask(&ada, "PUT", &shelf, &json!({ "folder": inner["id"] })).await.expect(200);
    app.ask(&ada, "PUT", &shelf, &json!({ "tags": ["a,b"] })).await.problem(400, "invalid");
    app.ask(&ada, "DELETE", &path(&inner), &Value::Null).await.problem(409, "folder_not_empty");
    let move_up = format!("{}?contents=move_up", path(&inner));
    app.ask(&ada, "DELETE", &move_up, &Value::Null).await.expect(204);
    let kept = app.get(&ada, &shelf).await.expect(200).json();
    assert_eq!(kept["folder"], outer["id"]);
    app.ask(&ada, "DELETE", &path(&inner), &Value::Null).await.problem(404, "not_found");
    app.get(&ada, "/api/runbooks?folder=nowhere").await.problem(400, "invalid");
    app.get(&ada, "/api/runbooks?sort=odd").await.problem(400, "invalid");
}

#[tokio::test]
async fn a_deleted_runbook_comes_back_with_its_history_or_goes_for_good() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let (runbook, session) =
        app.connect(&ada, "# Hello\n\n```runnable bash\necho hello\n```\n").await;
    let id = runbook["id"].as_str().unwrap();
    let execution = app.run(&ada, &session, &runbook, 0).await.expect(201).json();
    let log = format!("/api/executions/{}/log", execution["id"].as_str().unwrap());
    assert_eq!(app.get(&ada, &log).await.expect(200).text, "hello\n");
    let path = format!("/api/runbooks/{id}");
    app.ask(&ada, "DELETE", &path, &Value::Null).await.expect(204);
    app.get(&ada, &path).await.problem(404, "not_found");
    let trash = app.get(&ada, "/api/trash").await.expect(200).json();
    assert_eq!(trash["items"][0]["id"], id);
    assert!(
        app.get(&ada, "/api/search?q=hello").await.json()["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["id"] != id)
    );

    let restore = format!("/api/trash/{id}/restore");
    app.ask(&ada, "POST", &restore, &Value::Null).await.expect(204);
    app.ask(&ada, "POST", &restore, &Value::Null).await.problem(404, "not_found");
    let history = app.get(&ada, &format!("{path}/history")).await.expect(200).json();
    assert_eq!(history["items"][0]["id"], execution["id"]);
    app.ask(&ada, "DELETE", &format!("/api/trash/{id}"), &Value::Null)
        .await
        .problem(404, "not_found");
    app.ask(&ada, "DELETE", &path, &Value::Null).await.expect(204);
    app.ask(&ada, "DELETE", &format!("/api/trash/{id}"), &Value::Null).await.expect(204);
    app.get(&ada, &log).await.problem(404, "not_found");
    assert_eq!(app.get(&ada, "/api/trash").await.json()["items"], json!([]));
}

#[tokio::test]
async fn what_i_keep_is_nobody_elses_to_see_or_change() {
    let app = TestApp::hub(scripted()).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let folder = app.ask(&ada, "POST", "/api/folders", &json!({ "name": "Mine" })).await.json();
    let folder = folder["id"].as_str().unwrap();
    let (kept, lost) = (make(&app, &ada, "Kept", "a").await, make(&app, &ada, "Lost", "a").await);
    app.ask(&ada, "DELETE", &format!("/api/runbooks/{lost}"), &Value::Null).await.expect(204);
    let attempts = [
        ("PUT", format!("/api/folders/{folder}"), json!({ "name": "Eve's" })),
        ("DELETE", format!("/api/folders/{folder}"), Value::Null),
        ("GET", format!("/api/runbooks/{kept}/shelf"), Value::Null),
        ("PUT", format!("/api/runbooks/{kept}/shelf"), json!({ "starred": true })),
        ("POST", format!("/api/runbooks/{kept}/visits"), Value::Null),
        ("GET", format!("/api/runbooks/{kept}/history"), Value::Null),
        ("POST", format!("/api/trash/{lost}/restore"), Value::Null),
        ("DELETE", format!("/api/trash/{lost}"), Value::Null),
    ];
    for (method, path, body) in attempts {
        app.ask(&eve, method, &path, &body).await.problem(404, "not_found");
    }
    let theirs = make(&app, &eve, "Eve's", "a").await;
    let into_mine = json!({ "folder": folder });
    let path = format!("/api/runbooks/{theirs}/shelf");
    app.ask(&eve, "PUT", &path, &into_mine).await.problem(400, "invalid");
    assert_eq!(app.get(&eve, "/api/folders").await.json()["items"], json!([]));
    assert_eq!(app.get(&eve, "/api/trash").await.json()["items"], json!([]));
}
