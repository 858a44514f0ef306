//! Artifacts over HTTP: uploads whole and in parts, ranges, and references that open for their owner only.

use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
};
use engine::{Artifacts, ArtifactsConfig, Clock, Place, SecretKey};
use http_body_util::BodyExt;
use sandbox::scripted::Scripted;
use serde_json::{Value, json};
use server::App;
use store::Store;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::app::{Account, TestApp, engine_over};

pub(crate) struct Hub {
    pub(crate) app: TestApp,
    _directory: TempDir,
}

impl Hub {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open("sqlite::memory:").await.unwrap();
        let config = ArtifactsConfig {
            place: Place::Directory(directory.path().join("blobs")),
            staging: directory.path().join("staging"),
            keep: None,
            most_bytes: 1 << 20,
        };
        let key = SecretKey::random();
        let artifacts = Artifacts::open(store.clone(), config, &key, Clock::system()).unwrap();
        let config = engine::Config { artifacts: Some(artifacts), ..engine::Config::default() };
        let engine = engine_over(store, std::sync::Arc::new(Scripted::new()), config).await;
        let router = App::hub(engine, TestApp::config()).await.unwrap().router();
        Self { app: TestApp { router }, _directory: directory }
    }

    async fn raw(
        &self,
        account: &Account,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> (StatusCode, axum::http::HeaderMap, Bytes) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "hub.example.com")
            .header(header::AUTHORIZATION, format!("Bearer {}", account.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        (status, headers, response.into_body().collect().await.unwrap().to_bytes())
    }

    pub(crate) async fn upload(&self, account: &Account, name: &str, bytes: &[u8]) -> Value {
        let path = format!("/api/v1/artifacts?name={name}");
        let (status, _, body) = self.raw(account, "POST", &path, &[], bytes.to_vec()).await;
        assert_eq!(status, StatusCode::CREATED, "{body:?}");
        serde_json::from_slice(&body).unwrap()
    }
}

fn content_path(artifact: &Value) -> String {
    format!("/api/v1/artifacts/content/{}", artifact["reference"].as_str().unwrap())
}

#[tokio::test]
async fn what_was_uploaded_downloads_whole_and_in_ranges() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let artifact = hub.upload(&ada, "out%2Ftable.csv", &bytes).await;
    assert_eq!(artifact["name"], "out/table.csv");
    assert_eq!(artifact["media_type"], "text/csv");
    assert_eq!(artifact["size"], 400_000);
    let path = content_path(&artifact);
    let (status, headers, body) = hub.raw(&ada, "GET", &path, &[], "").await;
    assert_eq!((status, body.as_ref()), (StatusCode::OK, bytes.as_slice()));
    assert_eq!(headers["content-disposition"], "attachment; filename*=UTF-8''table.csv");
    assert_eq!(headers["content-security-policy"], "sandbox; default-src 'none'");
    let range = [("range", "bytes=399990-")];
    let (status, headers, body) = hub.raw(&ada, "GET", &path, &range, "").await;
    assert_eq!((status, body.as_ref()), (StatusCode::PARTIAL_CONTENT, &bytes[399_990..]));
    assert_eq!(headers["content-range"], "bytes 399990-399999/400000");
    let etag = headers["etag"].to_str().unwrap().to_owned();
    let same = [("range", "bytes=0-3"), ("if-range", etag.as_str())];
    assert_eq!(hub.raw(&ada, "GET", &path, &same, "").await.2, &bytes[..4]);
    let other = [("range", "bytes=0-3"), ("if-range", "\"other\"")];
    assert_eq!(hub.raw(&ada, "GET", &path, &other, "").await.0, StatusCode::OK);
    let beyond = [("range", "bytes=400000-")];
    let (status, ..) = hub.raw(&ada, "GET", &path, &beyond, "").await;
    assert_eq!(status, StatusCode::RANGE_NOT_SATISFIABLE);
    let empty = hub.upload(&ada, "empty", b"").await;
    assert_eq!(hub.raw(&ada, "GET", &content_path(&empty), &[], "").await.2, "");
}

#[tokio::test]
async fn a_reference_opens_for_its_owner_and_unchanged_only() {
    let hub = Hub::new().await;
    let (ada, eve) = (hub.app.sign_up("ada").await, hub.app.sign_up("eve").await);
    let artifact = hub.upload(&ada, "a", b"hello").await;
    let path = content_path(&artifact);
    hub.app.get(&eve, &path).await.problem(403, "reference_invalid");
    let changed = format!("{}x", path);
    hub.app.get(&ada, &changed).await.problem(403, "reference_invalid");
    let id = artifact["id"].as_str().unwrap();
    let show = format!("/api/v1/artifacts/{id}");
    hub.app.get(&eve, &show).await.problem(404, "not_found");
    hub.app.ask(&eve, "DELETE", &show, &Value::Null).await.problem(404, "not_found");
    let mine = hub.app.get(&ada, "/api/v1/artifacts").await.expect(200).json();
    assert_eq!(mine["items"][0]["id"], id);
    let theirs = hub.app.get(&eve, "/api/v1/artifacts").await.expect(200).json();
    assert_eq!(theirs["items"], json!([]));
    hub.app.ask(&ada, "DELETE", &show, &Value::Null).await.expect(204);
    hub.app.get(&ada, &path).await.problem(404, "not_found");
}

#[tokio::test]
async fn an_upload_in_parts_goes_on_where_it_broke_off() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let asked = json!({ "name": "big.bin", "size": 10 });
    let begun = hub.app.ask(&ada, "POST", "/api/v1/uploads", &asked).await.expect(201).json();
    let path = format!("/api/v1/uploads/{}", begun["id"].as_str().unwrap());
    let part = |offset: u64| format!("{path}?offset={offset}");
    let (status, ..) = hub.raw(&ada, "PUT", &part(0), &[], "01234").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(hub.app.get(&ada, &path).await.expect(200).json()["received"], 5);
    let (status, _, body) = hub.raw(&ada, "PUT", &part(3), &[], "34567").await;
    assert_eq!(status, StatusCode::CONFLICT, "{body:?}");
    let (status, _, body) = hub.raw(&ada, "PUT", &part(5), &[], "56789").await;
    assert_eq!(status, StatusCode::CREATED, "{body:?}");
    let done: Value = serde_json::from_slice(&body).unwrap();
    let (_, _, content) = hub.raw(&ada, "GET", &content_path(&done["artifact"]), &[], "").await;
    assert_eq!(content, "0123456789");
    hub.app.get(&ada, &path).await.problem(404, "not_found");
}

#[tokio::test]
async fn what_is_too_large_or_has_no_name_is_refused() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let large = vec![0; (1 << 20) + 1];
    let (status, ..) = hub.raw(&ada, "POST", "/api/v1/artifacts?name=x", &[], large).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let (status, ..) = hub.raw(&ada, "POST", "/api/v1/artifacts", &[], "x").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let wrong = format!("/api/v1/artifacts?name=x&digest=sha256:{}", "0".repeat(64));
    let (status, ..) = hub.raw(&ada, "POST", &wrong, &[], "x").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let path = "/api/v1/artifacts?name=x&keep=3153600001";
    let (status, ..) = hub.raw(&ada, "POST", path, &[], "x").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "no time is so late");
    let plain = TestApp::hub(crate::app::scripted()).await;
    let ada = plain.sign_up("ada").await;
    plain.get(&ada, "/api/v1/artifacts").await.problem(404, "not_found");
}

#[tokio::test]
async fn the_same_upload_with_the_same_key_is_one_artifact() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let path = "/api/v1/artifacts?name=a.txt";
    let key = [("idempotency-key", "once")];
    let (status, headers, first) = hub.raw(&ada, "POST", path, &key, "one").await;
    assert_eq!((status, headers.get("idempotent-replayed")), (StatusCode::CREATED, None));
    let (status, headers, again) = hub.raw(&ada, "POST", path, &key, "one").await;
    assert_eq!(status, StatusCode::CREATED, "{again:?}");
    assert_eq!(headers["idempotent-replayed"], "true");
    let id = |it: &Bytes| serde_json::from_slice::<Value>(it).unwrap()["id"].clone();
    assert_eq!(id(&first), id(&again));
    let list = hub.app.get(&ada, "/api/v1/artifacts").await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    for (path, body) in [(path, "other bytes"), ("/api/v1/artifacts?name=b.txt", "one")] {
        let (status, _, refused) = hub.raw(&ada, "POST", path, &key, body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    }
    let artifact = format!("/api/v1/artifacts/{}", id(&first).as_str().unwrap());
    hub.app.ask(&ada, "DELETE", &artifact, &Value::Null).await.expect(204);
    let (status, ..) = hub.raw(&ada, "POST", path, &key, "one").await;
    assert_eq!(status, StatusCode::NOT_FOUND, "nothing is made twice for a key");
}
