//! Bare repositories, served by git itself to whoever shows a token.

use std::{fs, path::Path, process::Stdio};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method, Response, StatusCode, Uri, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::io::AsyncWriteExt as _;

/// A repository with an empty first commit on `main`; one that is there stays as it is.
///
/// # Panics
///
/// When this machine has no git, or the directory cannot be written.
pub fn init(root: &Path, name: &str) {
    let path = root.join(format!("{name}.git"));
    if path.exists() {
        return;
    }
    fs::create_dir_all(&path).expect("a directory that can be written");
    let run = |arguments: &[&str]| {
        let mut git = program(arguments).into_std();
        let output = git.current_dir(&path).stdin(Stdio::null()).output().expect("a git");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    run(&["init", "-q", "--bare", "-b", "main", "."]);
    run(&["config", "http.receivepack", "true"]);
    let tree = run(&["mktree"]);
    let author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    let commit = run(&[&author[..], &["commit-tree", "-m", "Begin", &tree]].concat());
    run(&["update-ref", "refs/heads/main", &commit]);
}

/// Whether this machine's git can serve.
#[must_use]
pub fn is_there() -> bool {
    let mut git = program(&["--exec-path"]).into_std();
    let output = git.stdin(Stdio::null()).output();
    output.is_ok_and(|it| {
        let path = String::from_utf8_lossy(&it.stdout).trim().to_owned();
        Path::new(&path).join("git-http-backend").exists()
    })
}

/// Where a branch ends.
pub(super) fn head(root: &Path, repository: &str, branch: &str) -> Option<String> {
    let path = root.join(format!("{repository}.git"));
    let name = format!("refs/heads/{branch}");
    let plain = !branch.split('/').any(|it| matches!(it, "" | "." | ".."));
    let loose = fs::read_to_string(path.join(&name)).ok().filter(|_| plain);
    let packed = || {
        let all = fs::read_to_string(path.join("packed-refs")).ok()?;
        let found = all.lines().find_map(|it| it.strip_suffix(&name)?.strip_suffix(' '))?;
        Some(found.to_owned())
    };
    loose.map(|it| it.trim().to_owned()).or_else(packed)
}

#[expect(clippy::disallowed_methods, reason = "the server of a fake, on its own files")]
fn program(arguments: &[&str]) -> tokio::process::Command {
    let mut program = tokio::process::Command::new("git");
    program.args(arguments).env_clear().kill_on_drop(true);
    program.envs(std::env::vars_os().filter(|it| it.0 == "PATH"));
    program.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    program
}

/// CGI, as git's server speaks it.
pub(super) async fn serve(
    root: &Path,
    tokens: &[String],
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response<Body> {
    if !is_shown(tokens, headers) {
        return Response::builder()
            .status(StatusCode::UNAUTHORIZED)
            .header(header::WWW_AUTHENTICATE, "Basic realm=\"git\"")
            .body(Body::empty())
            .expect("a plain answer");
    }
    let header = |name: &str| {
        headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned()
    };
    let mut cgi = program(&["http-backend"]);
    cgi.env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", uri.path())
        .env("QUERY_STRING", uri.query().unwrap_or_default())
        .env("REQUEST_METHOD", method.as_str())
        .env("CONTENT_TYPE", header("content-type"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .env("REMOTE_USER", "ada");
    let cgi = cgi.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut started = cgi.spawn().expect("a git");
    let mut stdin = started.stdin.take().expect("a pipe");
    let sent = async move { drop(stdin.write_all(body).await) };
    let (output, ()) = tokio::join!(started.wait_with_output(), sent);
    answer(&output.expect("an end").stdout)
}

fn answer(output: &[u8]) -> Response<Body> {
    let end = output.windows(4).position(|it| it == b"\r\n\r\n").unwrap_or(output.len());
    let mut answer = Response::builder();
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        answer = match name {
            "Status" => answer.status(value.get(..3).unwrap_or("500")),
            _ => answer.header(name, value),
        };
    }
    let body = Bytes::copy_from_slice(output.get(end + 4..).unwrap_or_default());
    answer.body(body.into()).expect("headers that can be sent")
}

/// Any user, for both forges have several that stand for a token.
fn is_shown(tokens: &[String], headers: &HeaderMap) -> bool {
    let shown = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let pair = shown.and_then(|it| it.strip_prefix("Basic "));
    let pair = pair.and_then(|it| STANDARD.decode(it).ok()).unwrap_or_default();
    let pair = String::from_utf8_lossy(&pair);
    pair.split_once(':').is_some_and(|(_, it)| tokens.iter().any(|token| token == it))
}
