//! Searching over HTTP: what is typed, what is found, where it stands.

use serde_json::{Value, json};

use crate::app::{Account, TestApp, scripted};

async fn make(app: &TestApp, account: &Account, title: &str, content: &str) -> String {
    let body = json!({ "title": title, "content": content });
    let made = app.ask(account, "POST", "/api/runbooks", &body).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|it| format!("%{it:02x}")).collect()
}

async fn search(app: &TestApp, account: &Account, typed: &str) -> Value {
    app.get(account, &format!("/api/search?q={}", encoded(typed))).await.expect(200).json()
}

async fn titles(app: &TestApp, account: &Account, typed: &str) -> Vec<String> {
    let found = search(app, account, typed).await;
    let title = |it: &Value| it["title"]["text"].as_str().unwrap().to_owned();
    found["items"].as_array().unwrap().iter().map(title).collect()
}

const BACKUPS: &str = "---\ntags: db, nightly\n---\n# 🦀 Backups\n\nEvery night.\n\n## Dump\n\n\
    ```runnable bash name=dump\npg_dump --clean \"$DB\" > db.sql\n```\n\n\
    ```file python tools/keep.py\nprint('kept')\n```\n";

#[tokio::test]
async fn a_hit_says_where_it_stands_and_what_is_marked() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let id = make(&app, &ada, "Nightly backups", BACKUPS).await;
    let found = search(&app, &ada, "pg_dump --clean").await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
    let hit = &found["items"][0];
    assert_eq!((&hit["id"], &found["indexing"]), (&json!(id), &json!(false)));
    let place = &hit["places"][0];
    assert_eq!((&place["heading"], &place["line"]), (&json!("Dump"), &json!(11)));
    assert_eq!(
        (&place["block"]["name"], &place["block"]["language"]),
        (&json!("dump"), &json!("bash"))
    );
    assert_eq!(place["snippet"]["marks"], json!([[0, 7], [8, 15]]));
    let title = &search(&app, &ada, "night").await["items"][0]["title"];
    assert_eq!(title, &json!({ "text": "Nightly backups", "marks": [[0, 5]] }));
    let crab = &search(&app, &ada, "\"🦀 backups\"").await["items"][0]["places"][0]["snippet"];
    assert_eq!(crab, &json!({ "text": "# 🦀 Backups", "marks": [[2, 12]] }), "in UTF-16 units");
}

#[tokio::test]
async fn words_phrases_symbols_and_filters_find_what_they_mean() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    make(&app, &ada, "Backups", BACKUPS).await;
    make(
        &app,
        &ada,
        "Cluster",
        "# Cluster\n\n```runnable bash\nkubectl get pods --all-namespaces\n```\n",
    )
    .await;
    make(&app, &ada, "天気", "# 天気\n\n東京都の天気は晴れ。\n").await;
    make(&app, &ada, "C plus", "# C\n\nUse c++ or C#, with get_item() and parseJson.\n").await;
    for (typed, expected) in [
        ("kubectl get", "Cluster"),
        ("kubectl ge", "Cluster"),
        ("\"get pods\"", "Cluster"),
        ("--all-names", "Cluster"),
        ("東京", "天気"),
        ("京都の天", "天気"),
        ("晴", "天気"),
        ("c++", "C plus"),
        ("get_item", "C plus"),
        ("json", "C plus"),
        ("$DB", "Backups"),
        ("tools/keep.py", "Backups"),
        ("keep.p", "Backups"),
        ("dump", "Backups"),
        ("tag:nightly", "Backups"),
        ("lang:python kept", "Backups"),
        ("lang:py kept", "Backups"),
    ] {
        assert_eq!(titles(&app, &ada, typed).await, [expected], "{typed}");
    }
    for typed in [
        "\"pods get\"",
        "kubectl-get",
        "--allnamespaces",
        "tag:night",
        "lang:rust dump",
        "in:nowhere dump",
        "京東",
        "",
        "  ",
    ] {
        assert!(titles(&app, &ada, typed).await.is_empty(), "{typed}");
    }
}

#[tokio::test]
async fn nothing_that_can_be_typed_is_an_error() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let odd = [
        "\"",
        "\"\"",
        "tag:",
        "tag:\"",
        "in:///",
        "NOT AND OR NEAR(a b)",
        "a* *",
        "title:x",
        "(((",
        "'; DROP TABLE runbook; --",
        "%",
        "_",
        "\\",
        "\u{0}",
        "\u{202e}\u{301}",
        "a\u{0}b",
        "^a",
        "{a b}:c",
        "a-b+c",
        "🦀",
        "::*",
        "&|!",
    ];
    for typed in odd {
        search(&app, &ada, typed).await;
    }
    search(&app, &ada, &"long ".repeat(400)).await;
    app.get(&ada, "/api/search").await.expect(200);
    app.get(&ada, "/api/search?limit=51").await.problem(400, "invalid");
    app.get(&ada, "/api/search?q=a&cursor=odd").await.problem(400, "invalid");
}

#[tokio::test]
async fn what_was_saved_is_found_at_once_and_what_was_removed_is_not() {
    let app = TestApp::hub(scripted()).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let id = make(&app, &ada, "Notes", "quokka\n").await;
    assert_eq!(titles(&app, &ada, "quokka").await, ["Notes"]);
    let path = format!("/api/runbooks/{id}");
    let change = json!({ "content": "numbat\n", "title": "Later notes" });
    app.ask(&ada, "PUT", &path, &change).await.expect(200);
    assert!(titles(&app, &ada, "quokka").await.is_empty());
    assert_eq!(titles(&app, &ada, "numbat").await, ["Later notes"]);
    assert!(titles(&app, &eve, "numbat").await.is_empty(), "mine only");
}

#[tokio::test]
async fn a_long_list_comes_in_pages_without_gaps() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    for n in 0..7 {
        make(&app, &ada, &format!("Page {n}"), "a needle-in-hay\n").await;
    }
    for typed in ["needle", "needle-in"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/search?limit=3&q={}{cursor}", encoded(typed));
            let page = app.get(&ada, &path).await.expect(200).json();
            seen.extend(page["items"].as_array().unwrap().iter().map(|it| it["id"].to_string()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 7, "{typed}");
    }
}
