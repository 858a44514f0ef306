//! The checked-in OpenAPI document is that of the routes.

use std::{fs, path::Path};

#[test]
fn the_checked_in_document_equals_the_routes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let expected = serde_json::to_string_pretty(&server::openapi()).unwrap() + "\n";
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
