//! The checked-in OpenAPI document is that of the routes.

use std::{fs, path::Path};

use axum::body::Body;

use crate::app::{TestApp, request, scripted};

#[test]
fn the_checked_in_document_equals_the_routes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let expected = serde_json::to_string_pretty(server::openapi()).unwrap() + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "the routes have changed; run `UPDATE_EXPECT=1 cargo test -p server --test openapi`, \
         then `npm run generate` in web/"
    );
}

#[tokio::test]
async fn strangers_read_the_document_and_its_page_in_their_own_types() {
    let app = TestApp::hub(scripted()).await;
    for (path, kind) in [("/api/openapi.json", "application/json"), ("/api/docs", "text/html")] {
        let answer = app.send(request("GET", path).body(Body::empty()).unwrap()).await;
        if path == "/api/docs" && answer.status == 404 {
            // The tests are built without it where the UI is not.
            continue;
        }
        let answer = answer.expect(200);
        let found = answer.headers["content-type"].to_str().unwrap();
        assert!(found.starts_with(kind), "{path}: {found}");
    }
}

#[test]
fn every_operation_tells_all_its_failures() {
    let document = serde_json::to_value(server::openapi()).unwrap();
    let operations = document["paths"].as_object().unwrap().values();
    for operation in operations.flat_map(|it| it.as_object().unwrap().values()) {
        let name = &operation["operationId"];
        let responses = operation["responses"].as_object().unwrap();
        let is_open = operation["security"] == serde_json::json!([{}]);
        for status in ["401", "403", "429"].iter().filter(|_| !is_open) {
            assert!(responses.contains_key(*status), "{name} does not tell {status}");
        }
        for (status, response) in responses.iter().filter(|it| it.0.as_str() >= "400") {
            let types: Vec<_> = response["content"].as_object().unwrap().keys().collect();
            assert_eq!(types, ["application/problem+json"], "{name} {status}");
        }
    }
}
