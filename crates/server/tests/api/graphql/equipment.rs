use serde_json::{Value, json};

use super::{ask, field, refused};
use crate::{
    app::{Account, TestApp, scripted},
    audit::Hub,
};

async fn secret(app: &TestApp, account: &Account, name: &str) {
    let path = format!("/api/secrets/{name}");
    app.ask(account, "PUT", &path, &json!({ "value": "hunter22" })).await.expect(204);
}

const ADD_REPOSITORY: &str = "mutation ($input: RepositoryInput!) { addRepository(input: $input) \
    { id address name forge api secret defaultBranch } }";

async fn repository(app: &TestApp, account: &Account) -> String {
    let input = json!({ "address": "https://git.example.com/a/b", "forge": "GITHUB" });
    let answer = ask(app, account, ADD_REPOSITORY, &json!({ "input": input })).await;
    field(&answer, "addRepository")["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn repositories_are_added_changed_and_removed_by_their_owner() {
    let app = TestApp::hub(scripted()).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let input = json!({
        "address": "https://git.example.com/group/engine.git", "forge": "GITLAB", "secret": "TOKEN"
    });
    refused(
        &ask(&app, &ada, ADD_REPOSITORY, &json!({ "input": input })).await,
        "secret_missing",
        409,
    );
    secret(&app, &ada, "TOKEN").await;
    let answer = ask(&app, &ada, ADD_REPOSITORY, &json!({ "input": input })).await;
    let added = field(&answer, "addRepository").clone();
    assert_eq!(
        (&added["name"], &added["forge"], &added["secret"], &added["api"]),
        (&json!("group/engine"), &json!("GITLAB"), &json!("TOKEN"), &Value::Null)
    );
    refused(&ask(&app, &ada, ADD_REPOSITORY, &json!({ "input": input })).await, "name_taken", 409);
    let bad = json!({ "address": "https://user:password@git.example.com/a/b", "forge": "GIT" });
    refused(&ask(&app, &ada, ADD_REPOSITORY, &json!({ "input": bad })).await, "invalid", 400);

    let update = "mutation ($id: ID!, $input: RepositoryInput!) { \
        updateRepository(id: $id, input: $input) { name secret } }";
    let input = json!({ "address": "https://git.example.com/c/d", "forge": "GIT" });
    let variables = json!({ "id": added["id"], "input": input });
    refused(&ask(&app, &eve, update, &variables).await, "not_found", 404);
    let answer = ask(&app, &ada, update, &variables).await;
    assert_eq!(*field(&answer, "updateRepository"), json!({ "name": "c/d", "secret": null }));

    let list = "{ repositories { name } secretNames }";
    let answer = ask(&app, &ada, list, &Value::Null).await;
    assert_eq!(*field(&answer, "repositories"), json!([{ "name": "c/d" }]));
    assert_eq!(answer["data"]["secretNames"], json!(["TOKEN"]));
    let answer = ask(&app, &eve, list, &Value::Null).await;
    assert_eq!(answer["data"], json!({ "repositories": [], "secretNames": [] }));

    let remove = "mutation ($id: ID!) { removeRepository(id: $id) }";
    refused(&ask(&app, &eve, remove, &json!({ "id": added["id"] })).await, "not_found", 404);
    refused(&ask(&app, &ada, remove, &json!({ "id": "none" })).await, "not_found", 404);
    let answer = ask(&app, &ada, remove, &json!({ "id": added["id"] })).await;
    assert_eq!(*field(&answer, "removeRepository"), true);
}

#[tokio::test]
async fn personas_are_the_product_s_the_hub_s_and_one_s_own() {
    let hub = Hub::new().await;
    let (app, root, ada) = (&hub.app, &hub.root, hub.app.sign_up("ada").await);
    let put = "mutation ($id: ID, $input: PersonaInput!) { putPersona(id: $id, input: $input) \
        { id name phase scope builtIn } }";
    let input = |scope: &str| json!({ "name": "Tester", "instructions": "Test.", "scope": scope });
    let answer = ask(app, &ada, put, &json!({ "input": input("MINE") })).await;
    let own = field(&answer, "putPersona").clone();
    assert_eq!((&own["scope"], &own["builtIn"]), (&json!("MINE"), &json!(false)));
    refused(&ask(app, &ada, put, &json!({ "input": input("HUB") })).await, "forbidden", 403);
    let edit = json!({ "id": "planner", "input": input("HUB") });
    refused(&ask(app, &ada, put, &edit).await, "forbidden", 403);
    let answer = ask(app, root, put, &edit).await;
    assert_eq!(field(&answer, "putPersona")["builtIn"], true);
    let answer = ask(app, &ada, "{ personas { id name } }", &Value::Null).await;
    let expected = json!([
        { "id": "planner", "name": "Tester" },
        { "id": "developer", "name": "Developer" },
        { "id": own["id"], "name": "Tester" }
    ]);
    assert_eq!(*field(&answer, "personas"), expected);
    let delete = "mutation ($id: ID!) { deletePersona(id: $id) }";
    refused(&ask(app, root, delete, &json!({ "id": "planner" })).await, "forbidden", 403);
    refused(&ask(app, root, delete, &json!({ "id": own["id"] })).await, "not_found", 404);
    let answer = ask(app, &ada, delete, &json!({ "id": own["id"] })).await;
    assert_eq!(*field(&answer, "deletePersona"), true);
}

#[tokio::test]
async fn context_files_show_their_titles_and_the_paths_that_they_name() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let repository = repository(&app, &ada).await;
    let put = "mutation ($id: ID, $input: ContextFileInput!) { putContextFile(id: $id, input: $input) \
        { id title text paths repository scope } }";
    let text = "# How we work\n\nRead `src/main.rs` and `Makefile.am` first.";
    let input = json!({ "text": text, "repository": repository });
    let answer = ask(&app, &ada, put, &json!({ "input": input })).await;
    let file = field(&answer, "putContextFile").clone();
    let expected = json!({
        "id": file["id"], "title": "How we work", "text": text,
        "paths": ["src/main.rs", "Makefile.am"], "repository": repository, "scope": "MINE"
    });
    assert_eq!(file, expected);
    let remove = "mutation ($id: ID!) { removeRepository(id: $id) }";
    refused(&ask(&app, &ada, remove, &json!({ "id": repository })).await, "conflict", 409);
    let change = json!({ "id": file["id"], "input": { "text": "Plain" } });
    let answer = ask(&app, &ada, put, &change).await;
    assert_eq!(field(&answer, "putContextFile")["title"], "Plain");
    let answer = ask(&app, &ada, "{ contextFiles { title repository } }", &Value::Null).await;
    assert_eq!(*field(&answer, "contextFiles"), json!([{ "title": "Plain", "repository": null }]));
    let long = json!({ "input": { "text": "x".repeat(17 * 1024) } });
    refused(&ask(&app, &ada, put, &long).await, "invalid", 400);
    let nul = json!({ "input": { "text": "a\u{0}b" } });
    refused(&ask(&app, &ada, put, &nul).await, "invalid", 400);
    let delete = "mutation ($id: ID!) { deleteContextFile(id: $id) }";
    field(&ask(&app, &ada, delete, &json!({ "id": file["id"] })).await, "deleteContextFile");
}

#[tokio::test]
async fn servers_name_secrets_that_are_there_and_tell_no_values() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let put = "mutation ($id: ID, $input: McpServerInput!) { putMcpServer(id: $id, input: $input) \
        { id name config scope enabled } }";
    let config =
        json!({ "type": "http", "url": "https://x.example", "headers": { "X-Key": "${KEY}" } });
    let input = json!({ "input": { "name": "files", "config": config } });
    refused(&ask(&app, &ada, put, &input).await, "secret_missing", 409);
    secret(&app, &ada, "KEY").await;
    let answer = ask(&app, &ada, put, &input).await;
    let server = field(&answer, "putMcpServer").clone();
    assert_eq!((&server["config"], &server["enabled"]), (&config, &json!(true)));
    refused(&ask(&app, &ada, put, &input).await, "name_taken", 409);
    let sdk = json!({ "input": { "name": "sdk", "config": { "type": "sdk", "name": "x" } } });
    refused(&ask(&app, &ada, put, &sdk).await, "invalid", 400);
    let test =
        "mutation ($id: ID!) { testMcpServer(id: $id) { server tools { name description } } }";
    refused(&ask(&app, &ada, test, &json!({ "id": server["id"] })).await, "invalid", 400);
    let off = json!({ "id": server["id"], "input": {
        "name": "files", "config": { "command": "npx" }, "enabled": false
    } });
    let answer = ask(&app, &ada, put, &off).await;
    assert_eq!(field(&answer, "putMcpServer")["enabled"], false);
    let answer = ask(&app, &ada, "{ mcpServers { name enabled } }", &Value::Null).await;
    assert_eq!(*field(&answer, "mcpServers"), json!([{ "name": "files", "enabled": false }]));
    let delete = "mutation ($id: ID!) { deleteMcpServer(id: $id) }";
    field(&ask(&app, &ada, delete, &json!({ "id": server["id"] })).await, "deleteMcpServer");
}

#[tokio::test]
async fn a_tool_policy_is_the_product_s_until_it_is_set_and_after_it_is_reset() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let show = "{ toolPolicy { isDefault planning { allow unlisted } executing { deny } } }";
    let usual = ask(&app, &ada, show, &Value::Null).await;
    assert_eq!(field(&usual, "toolPolicy")["isDefault"], true);
    assert!(
        field(&usual, "toolPolicy")["planning"]["allow"]
            .as_array()
            .unwrap()
            .contains(&json!("Read"))
    );
    let set = "mutation ($planning: ToolListsInput!, $executing: ToolListsInput!) { \
        setToolPolicy(planning: $planning, executing: $executing) { isDefault executing { deny } } }";
    let lists =
        |deny: &str| json!({ "allow": ["Bash(npm test:*)"], "deny": [deny], "unlisted": "DENY" });
    let variables = json!({ "planning": lists("Write"), "executing": lists("Bash(rm:*)") });
    let answer = ask(&app, &ada, set, &variables).await;
    let expected = json!({ "isDefault": false, "executing": { "deny": ["Bash(rm:*)"] } });
    assert_eq!(*field(&answer, "setToolPolicy"), expected);
    let wrong = json!({ "planning": lists("Write"), "executing": lists("Bash(rm") });
    let answer = ask(&app, &ada, set, &wrong).await;
    refused(&answer, "invalid", 400);
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("Bash(rm"), "{answer}");
    let reset = "mutation { resetToolPolicy { isDefault } }";
    field(&ask(&app, &ada, reset, &Value::Null).await, "resetToolPolicy");
    assert_eq!(ask(&app, &ada, show, &Value::Null).await, usual);
}

#[tokio::test]
async fn learnings_and_templates_are_kept_found_and_deleted() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let put = "mutation ($id: ID, $input: LearningInput!) { putLearning(id: $id, input: $input) \
        { id pattern solution files session repository state uses at } }";
    let input = json!({ "pattern": "Port 80 is taken", "solution": "Use 8080.", "files": ["src"] });
    let answer = ask(&app, &ada, put, &json!({ "input": input })).await;
    let learning = field(&answer, "putLearning").clone();
    assert!(learning["at"].is_i64() && learning["uses"] == 0, "{learning}");
    assert_eq!((&learning["state"], &learning["repository"]), (&json!("KEPT"), &Value::Null));
    let keep = "mutation ($id: ID!) { keepLearning(id: $id) { id state } }";
    let kept = ask(&app, &ada, keep, &json!({ "id": learning["id"] })).await;
    assert_eq!(field(&kept, "keepLearning")["state"], "KEPT");
    let search = "query ($search: String) { learnings(search: $search) { id } }";
    for (text, count) in [("8080", 1), ("nothing", 0)] {
        let answer = ask(&app, &ada, search, &json!({ "search": text })).await;
        assert_eq!(field(&answer, "learnings").as_array().unwrap().len(), count, "{text}");
    }
    let delete = "mutation ($id: ID!) { deleteLearning(id: $id) }";
    field(&ask(&app, &ada, delete, &json!({ "id": learning["id"] })).await, "deleteLearning");

    let put = "mutation ($id: ID, $input: TemplateInput!) { putTemplate(id: $id, input: $input) \
        { id title category text scope uses version } }";
    let input = json!({ "title": "Upgrade", "category": "upgrade", "text": "# Upgrade" });
    let answer = ask(&app, &ada, put, &json!({ "input": input })).await;
    let template = field(&answer, "putTemplate").clone();
    assert_eq!((&template["version"], &template["scope"]), (&json!(1), &json!("MINE")));
    let again = json!({ "id": template["id"], "input": input });
    assert_eq!(field(&ask(&app, &ada, put, &again).await, "putTemplate")["version"], 2);
    let wrong = json!({ "input": { "title": "x", "category": "No such", "text": "x" } });
    refused(&ask(&app, &ada, put, &wrong).await, "invalid", 400);
    let delete = "mutation ($id: ID!) { deleteTemplate(id: $id) }";
    field(&ask(&app, &ada, delete, &json!({ "id": template["id"] })).await, "deleteTemplate");
    let answer = ask(&app, &ada, "{ templates { id } }", &Value::Null).await;
    assert_eq!(*field(&answer, "templates"), json!([]));
}

#[tokio::test]
async fn repositories_for_everybody_are_the_administrators_to_write_and_all_to_see() {
    let Hub { app, root, .. } = Hub::new().await;
    let eve = app.sign_up("eve").await;
    let add =
        "mutation ($input: RepositoryInput!) { addRepository(input: $input) { id scope app } }";
    let input = |extra: Value| {
        let mut input = json!({ "address": "https://github.com/a/b", "forge": "GITHUB" });
        input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({ "input": input })
    };
    let of_hub = input(json!({ "scope": "HUB" }));
    refused(&ask(&app, &eve, add, &of_hub).await, "forbidden", 403);
    let of_app = input(json!({ "scope": "HUB", "app": true }));
    refused(&ask(&app, &eve, add, &of_app).await, "forbidden", 403);
    let answer = ask(&app, &root, add, &of_hub).await;
    let kept = field(&answer, "addRepository").clone();
    assert_eq!((&kept["scope"], &kept["app"]), (&json!("HUB"), &json!(false)));
    secret(&app, &root, "TOKEN").await;
    let with_secret = input(json!({ "scope": "HUB", "secret": "TOKEN" }));
    refused(&ask(&app, &root, add, &with_secret).await, "invalid", 400);

    let list = "{ repositories { id scope app } forgeApp { id } }";
    let answer = ask(&app, &eve, list, &Value::Null).await;
    assert_eq!(answer["data"], json!({ "repositories": [kept], "forgeApp": null }));
    let remove = "mutation ($id: ID!) { removeRepository(id: $id) }";
    refused(&ask(&app, &eve, remove, &json!({ "id": kept["id"] })).await, "forbidden", 403);
    let answer = ask(&app, &root, remove, &json!({ "id": kept["id"] })).await;
    assert_eq!(*field(&answer, "removeRepository"), true);
    let own = ask(&app, &eve, add, &input(json!({}))).await;
    let own = field(&own, "addRepository");
    assert_eq!((&own["scope"], &own["app"]), (&json!("MINE"), &json!(false)));
}

#[tokio::test]
async fn everybody_is_told_what_they_use_themselves_and_administrators_what_all_use() {
    let Hub { app, root, .. } = Hub::new().await;
    let ada = app.sign_up("ada").await;
    let show = "query ($days: Int, $whose: UsageScope) { usage(days: $days, whose: $whose) { since \
        total { requests inputTokens outputTokens cost } days { day sum { cost } } models { model sum { cost } } \
        sessions { session title sum { cost } } people { person { id name } sum { cost } } \
        monthlyBudget spentThisMonth } }";
    let answer = ask(&app, &ada, show, &json!({ "days": 3, "whose": "MINE" })).await;
    let usage = field(&answer, "usage");
    assert_eq!(usage["days"].as_array().unwrap().len(), 3, "{usage}");
    assert_eq!((&usage["total"]["requests"], &usage["monthlyBudget"]), (&json!(0), &Value::Null));
    let usual = ask(&app, &ada, "{ usage { days { day } spentThisMonth } }", &Value::Null).await;
    assert_eq!(field(&usual, "usage")["days"].as_array().unwrap().len(), 30);
    let all = json!({ "whose": "EVERYBODY" });
    refused(&ask(&app, &ada, show, &all).await, "forbidden", 403);
    field(&ask(&app, &root, show, &all).await, "usage");
    refused(&ask(&app, &ada, show, &json!({ "days": 0 })).await, "invalid", 400);
}
