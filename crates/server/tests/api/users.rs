//! Accounts as administrators see them.

use serde_json::{Value, json};

use crate::audit::Hub;

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|it| it["username"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn whoever_signed_in_is_told_whether_they_administer() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let me = hub.app.get(&hub.root, "/api/auth/me").await.expect(200).json();
    assert_eq!(me["administrator"], true, "{me}");
    let me = hub.app.get(&ada, "/api/auth/me").await.expect(200).json();
    assert_eq!(me["administrator"], false, "{me}");
}

#[tokio::test]
async fn administrators_find_users_with_what_they_may_and_what_they_use() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada_l").await;
    hub.app.sign_up("adam").await;
    hub.app.get(&ada, "/api/users").await.problem(403, "missing_scope");
    let limits = format!("/api/v1/limits/{}", ada.id);
    hub.app.ask(&hub.root, "PUT", &limits, &json!({ "queued": 7 })).await.expect(200);
    let order = json!({ "payload": { "command": "true" } });
    hub.app.ask(&ada, "POST", "/api/v1/jobs", &order).await.expect(201);
    let found = hub.app.get(&hub.root, "/api/users?name=DA_").await.expect(200).json();
    assert_eq!(names(&found), ["ada_l"], "a wildcard of the database is a character here");
    let jobs = &found["items"][0]["jobs"];
    assert_eq!((&jobs["own"]["queued"], &jobs["usage"]["queued"]), (&json!(7), &json!(1)));
    assert_eq!(jobs["limits"]["queued"], 7, "{jobs}");

    let mut path = "/api/users?limit=2".to_owned();
    let mut all = Vec::new();
    loop {
        let page = hub.app.get(&hub.root, &path).await.expect(200).json();
        all.extend(names(&page).iter().map(|it| (*it).to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/api/users?limit=2&cursor={next}");
    }
    all.sort();
    assert_eq!(all, ["ada_l", "adam", "root"]);
}
