//! A repository that is pushed to over HTTP, beside a fake forge: git's own server behind one route.

use std::{path::Path, process::Stdio, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
    routing::any,
};
use forge::fake::{REPOSITORY, TOKEN};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

/// The bare repository of [`REPOSITORY`], for whoever has the token. Below `/open` everybody reads it.
pub(crate) struct GitServer(Arc<TempDir>);

impl GitServer {
    /// `None` where this machine's git is no server.
    pub(crate) async fn new() -> Option<Self> {
        let server = Self(Arc::new(tempfile::tempdir().unwrap()));
        let root = server.0.path();
        let path = root.join(format!("{REPOSITORY}.git"));
        git(root, &["init", "-q", "--bare", "-b", "main", path.to_str().unwrap()]).await;
        git(&path, &["config", "http.receivepack", "true"]).await;
        let paths = git(root, &["--exec-path"]).await;
        Path::new(paths.trim()).join("git-http-backend").exists().then_some(server)
    }

    /// A first commit on the branch `main`.
    pub(crate) async fn begun(self) -> Self {
        let path = self.0.path().join(format!("{REPOSITORY}.git"));
        let tree = git(&path, &["mktree"]).await;
        let author = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let make = ["commit-tree", "-m", "one", tree.trim()];
        let commit = git(&path, &[&author[..], &make[..]].concat()).await;
        git(&path, &["update-ref", "refs/heads/main", commit.trim()]).await;
        self
    }

    /// What git says of the repository.
    pub(crate) async fn git(&self, arguments: &[&str]) -> String {
        git(&self.0.path().join(format!("{REPOSITORY}.git")), arguments).await
    }

    pub(crate) fn routes(&self) -> Router {
        let route = format!("/{REPOSITORY}.git/{{*rest}}");
        Router::new()
            .route(&route, any(serve))
            .route(&format!("/open{route}"), any(serve))
            .with_state(Arc::clone(&self.0))
    }
}

#[expect(clippy::disallowed_methods, reason = "the server of a test, on the test's own files")]
fn program(arguments: &[&str]) -> tokio::process::Command {
    let mut program = tokio::process::Command::new("git");
    program.args(arguments).env_clear().env("GIT_CONFIG_NOSYSTEM", "1").kill_on_drop(true);
    program.envs(std::env::vars_os().filter(|it| it.0 == "PATH"));
    program
}

async fn git(at: &Path, arguments: &[&str]) -> String {
    let output = program(arguments).current_dir(at).stdin(Stdio::null()).output().await.unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// CGI, as git's server speaks it.
async fn serve(
    State(root): State<Arc<TempDir>>,
    method: Method,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let (path, is_open) = match parts.uri.path().strip_prefix("/open") {
        Some(path) => (path, true),
        None => (parts.uri.path(), false),
    };
    if !is_open && !has_token(&parts.headers) {
        return Response::builder().status(StatusCode::UNAUTHORIZED).body(Body::empty()).unwrap();
    }
    let header = |name: header::HeaderName| {
        parts.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned()
    };
    let mut cgi = program(&["http-backend"]);
    cgi.env("GIT_PROJECT_ROOT", root.path())
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("REQUEST_METHOD", method.as_str())
        .env("CONTENT_TYPE", header(header::CONTENT_TYPE))
        .env("HTTP_CONTENT_ENCODING", header(header::CONTENT_ENCODING))
        .env("REMOTE_USER", "ada");
    let body = axum::body::to_bytes(body, 1 << 24).await.unwrap();
    let mut started = cgi.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = started.stdin.take().unwrap();
    let sent = async move { drop(stdin.write_all(&body).await) };
    let (output, ()) = tokio::join!(started.wait_with_output(), sent);
    answer(&output.unwrap().stdout)
}

fn answer(output: &[u8]) -> Response<Body> {
    let end = output.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
    let mut answer = Response::builder();
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let (name, value) = line.split_once(": ").unwrap();
        answer = match name {
            "Status" => answer.status(value[..3].parse::<u16>().unwrap()),
            _ => answer.header(name, value),
        };
    }
    answer.body(Bytes::copy_from_slice(&output[end + 4..]).into()).unwrap()
}

fn has_token(headers: &HeaderMap) -> bool {
    use base64::Engine as _;
    let shown = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    ["x-access-token", "oauth2"].iter().any(|user| {
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{TOKEN}"));
        shown == Some(format!("Basic {pair}").as_str())
    })
}
