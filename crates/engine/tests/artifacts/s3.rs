//! A store that speaks as much of S3 as is needed here, and fails half of its calls on purpose.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, RawQuery, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};
use engine::{Place, S3Config};
use futures_util::stream;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use crate::stage::{Stage, noise};

#[derive(Clone, Default)]
pub(crate) struct Double(Arc<Inner>);

#[derive(Default)]
struct Inner {
    calls: AtomicU64,
    failed: AtomicU64,
    cut: AtomicU64,
    objects: Mutex<HashMap<String, Bytes>>,
    uploads: Mutex<HashMap<String, BTreeMap<u32, Bytes>>>,
    tasks: TaskTracker,
}

impl Double {
    pub(crate) async fn listen() -> (Self, Place) {
        let double = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/{bucket}", axum::routing::get(list))
            .route("/{bucket}/{*key}", axum::routing::any(answer))
            .layer(axum::extract::DefaultBodyLimit::max(64 << 20))
            .with_state(double.clone());
        // It ends with the test's runtime.
        drop(double.0.tasks.spawn(async move { axum::serve(listener, router).await.unwrap() }));
        let config = S3Config {
            bucket: "kept".to_owned(),
            prefix: "runbook".to_owned(),
            region: "us-east-1".to_owned(),
            endpoint: Some(endpoint),
            access_key_id: "id".to_owned(),
            secret_access_key: "secret".to_owned(),
            session_token: None,
        };
        (double, Place::S3(config))
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.0.objects.lock().unwrap().keys().cloned().collect()
    }

    /// Every other call fails, some before and some after they did their work.
    fn fails(&self) -> Option<bool> {
        let call = self.0.calls.fetch_add(1, Ordering::Relaxed);
        call.is_multiple_of(2).then(|| {
            self.0.failed.fetch_add(1, Ordering::Relaxed);
            call.is_multiple_of(4)
        })
    }

    fn put(&self, key: &str, query: &HashMap<String, String>, body: Bytes) -> Response {
        match (query.get("uploadId"), query.get("partNumber")) {
            (Some(id), Some(number)) => {
                let mut uploads = self.0.uploads.lock().unwrap();
                uploads.get_mut(id).unwrap().insert(number.parse().unwrap(), body);
            }
            _ => drop(self.0.objects.lock().unwrap().insert(key.to_owned(), body)),
        }
        (StatusCode::OK, [("etag", "\"x\"")]).into_response()
    }

    fn post(&self, key: &str, query: &HashMap<String, String>) -> Response {
        let Some(id) = query.get("uploadId") else {
            let id = self.0.calls.load(Ordering::Relaxed).to_string();
            self.0.uploads.lock().unwrap().insert(id.clone(), BTreeMap::new());
            return xml(&format!(
                "<InitiateMultipartUploadResult><Bucket>kept</Bucket><Key>{key}</Key>\
                 <UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            ));
        };
        let parts = self.0.uploads.lock().unwrap().get(id).cloned().unwrap_or_default();
        let whole: Vec<u8> = parts.values().flatten().copied().collect();
        self.0.objects.lock().unwrap().insert(key.to_owned(), whole.into());
        xml(&format!(
            "<CompleteMultipartUploadResult><Bucket>kept</Bucket><Key>{key}</Key>\
             <ETag>\"x\"</ETag></CompleteMultipartUploadResult>"
        ))
    }

    fn get(&self, key: &str, headers: &HeaderMap, call: u64) -> Response {
        let Some(object) = self.0.objects.lock().unwrap().get(key).cloned() else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let range = headers.get("range").and_then(|it| it.to_str().ok()).unwrap();
        let (from, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        let (from, last): (usize, usize) = (from.parse().unwrap(), last.parse().unwrap());
        let last = last.min(object.len() - 1);
        let body = object.slice(from..=last);
        let length = body.len().to_string();
        let body = if call.is_multiple_of(3) {
            // Promised whole, and cut in the middle.
            self.0.cut.fetch_add(1, Ordering::Relaxed);
            let half = body.slice(..body.len() / 2);
            let chunks = [Ok(half), Err(std::io::Error::other("cut"))];
            Body::from_stream(stream::iter(chunks))
        } else {
            Body::from(body)
        };
        let content_range = format!("bytes {from}-{last}/{}", object.len());
        let headers = [
            ("content-range", content_range),
            ("content-length", length),
            ("etag", "\"x\"".to_owned()),
            ("last-modified", "Sat, 21 Nov 2026 00:00:00 GMT".to_owned()),
        ];
        (StatusCode::PARTIAL_CONTENT, headers, body).into_response()
    }
}

async fn list(State(double): State<Double>, RawQuery(query): RawQuery) -> Response {
    if double.fails().is_some() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let query = query.unwrap_or_default().replace("%2F", "/");
    let prefix = query.split('&').find_map(|it| it.strip_prefix("prefix=")).unwrap_or_default();
    let objects = double.0.objects.lock().unwrap();
    let found = objects.iter().filter(|it| it.0.starts_with(prefix)).map(|(key, bytes)| {
        let size = bytes.len();
        format!(
            "<Contents><Key>{key}</Key><LastModified>2026-11-21T00:00:00.000Z</LastModified>\
             <ETag>\"x\"</ETag><Size>{size}</Size></Contents>"
        )
    });
    let found: String = found.collect();
    xml(&format!("<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"))
}

async fn answer(
    State(double): State<Double>,
    Path((_, key)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let pairs = query.unwrap_or_default();
    let pairs = pairs.split('&').filter(|it| !it.is_empty());
    let query: HashMap<_, _> = pairs
        .map(|it| it.split_once('=').unwrap_or((it, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let failing = double.fails();
    if failing == Some(true) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let call = double.0.calls.load(Ordering::Relaxed);
    let done = match method {
        Method::PUT => double.put(&key, &query, body),
        Method::POST => double.post(&key, &query),
        Method::DELETE => {
            double.0.objects.lock().unwrap().remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => double.get(&key, &headers, call),
    };
    // Done, and the answer is lost all the same.
    if failing.is_some() { StatusCode::INTERNAL_SERVER_ERROR.into_response() } else { done }
}

fn xml(text: &str) -> Response {
    ([("content-type", "application/xml")], text.to_owned()).into_response()
}

#[tokio::test]
async fn a_store_that_fails_half_of_its_calls_loses_and_doubles_nothing() {
    let (double, place) = Double::listen().await;
    let stage = Stage::new(Some(place)).await;
    let sizes = [0, 10, 1 << 20, (5 << 20) + 77, (40 << 20) + 1234];
    let mut kept = Vec::new();
    for size in sizes {
        let bytes = noise(size);
        kept.push((stage.keep("data", &bytes).await.unwrap(), bytes));
    }
    assert_eq!(double.keys().len(), sizes.len());
    assert!(
        double.keys().iter().all(|it| it.starts_with("runbook/sha256/")),
        "{:?}",
        double.keys()
    );
    for (artifact, bytes) in &kept {
        assert!(stage.read(artifact).await.unwrap() == *bytes, "{}", artifact.size);
    }
    let (artifact, bytes) = kept.last().unwrap();
    let range = 30_000_000..30_000_100;
    let read = stage.read_range(artifact, range).await.unwrap();
    assert_eq!(read, bytes[30_000_000..30_000_100]);
    let count = |it: &AtomicU64| it.load(Ordering::Relaxed);
    let Inner { calls, failed, cut, .. } = &*double.0;
    assert!(count(failed) * 2 >= count(calls) - 1, "half of {} calls failed", count(calls));
    assert!(count(cut) > 0, "some bodies were cut");
}

#[tokio::test]
async fn a_byte_changed_in_the_bucket_is_refused() {
    let (double, place) = Double::listen().await;
    let stage = Stage::new(Some(place)).await;
    let artifact = stage.keep("data", &noise(3 << 20)).await.unwrap();
    {
        let mut objects = double.0.objects.lock().unwrap();
        let object = objects.values_mut().next().unwrap();
        let mut changed = object.to_vec();
        changed[2_500_000] ^= 1;
        *object = changed.into();
    }
    let refused = stage.read(&artifact).await.unwrap_err();
    assert!(matches!(refused, engine::ArtifactError::Changed { .. }), "{refused}");
    assert_eq!(stage.read_range(&artifact, 0..5).await.unwrap(), noise(5));
}
