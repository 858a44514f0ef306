//! A forge: git's own server behind HTTP, with a token, and gates at which requests can be held.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Request, Response, StatusCode, header},
};
use base64::Engine as _;
use repository::{Address, CommitId};
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};

pub(crate) const USER: &str = "x-access-token";
pub(crate) const TOKEN: &str = "ghs_QWxhZGRpbjpvcGVu_42";
/// May read, and not write.
pub(crate) const READER: &str = "ghs_only_reads";

/// Paths begin with what the forge does: nothing special, hold requests, send them elsewhere, be too busy.
const HELD: &str = "/held";
const BUSY: &str = "/busy";
const MOVED: &str = "/moved";

pub(crate) struct Forge {
    state: Arc<Shared>,
    address: String,
    pub(crate) held: UnboundedReceiver<Held>,
    _server: JoinSet<()>,
}

struct Shared {
    root: TempDir,
    held: UnboundedSender<Held>,
}

/// What happens to a request that is held.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Arrived,
    /// Whoever asked is gone.
    Gone,
}

impl Forge {
    pub(crate) async fn start() -> Option<Self> {
        let root = tempfile::tempdir().unwrap();
        let programs = git(root.path(), &["--exec-path"]).await;
        if !Path::new(programs.trim()).join("git-http-backend").exists() {
            println!("skipped: this machine's git is no server");
            return None;
        }
        let (sender, held) = unbounded_channel();
        let state = Arc::new(Shared { root, held: sender });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, app).await.unwrap() });
        let forge = Self { state, address, held, _server: server };
        forge.make("o/r.git").await;
        Some(forge)
    }

    /// Makes an empty repository.
    pub(crate) async fn make(&self, name: &str) {
        let path = self.path(name);
        let root = self.state.root.path();
        git(root, &["init", "-q", "--bare", "-b", "main", path.to_str().unwrap()]).await;
        git(&path, &["config", "http.receivepack", "true"]).await;
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.state.root.path().join(name)
    }

    pub(crate) fn address(&self, path: &str) -> Address {
        Address::parse(&format!("{}/{path}", self.address)).unwrap()
    }

    /// What git says of the repository.
    pub(crate) async fn git(&self, arguments: &[&str]) -> String {
        git(&self.path("o/r.git"), arguments).await
    }

    /// Commits files on top of a branch, whatever their names and modes.
    pub(crate) async fn commit(&self, branch: &str, files: &[File<'_>]) -> CommitId {
        self.commit_as(branch, "change\n", files).await
    }

    pub(crate) async fn commit_as(
        &self,
        branch: &str,
        message: &str,
        files: &[File<'_>],
    ) -> CommitId {
        let reference = format!("refs/heads/{branch}");
        let known = self.git(&["for-each-ref", &reference]).await;
        let mut stream = format!(
            "commit {reference}\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata {}\n{message}\n",
            message.len()
        )
        .into_bytes();
        if !known.is_empty() {
            stream.extend(format!("from {reference}^0\n").into_bytes());
        }
        for file in files {
            file.write(&mut stream);
        }
        feed(&self.path("o/r.git"), &["fast-import", "--quiet", "--force"], &stream).await;
        self.head(branch).await.unwrap()
    }

    pub(crate) async fn head(&self, branch: &str) -> Option<CommitId> {
        let reference = format!("refs/heads/{branch}");
        let said = self.git(&["for-each-ref", "--format=%(objectname)", &reference]).await;
        CommitId::parse(said.trim()).ok()
    }

    /// Something that the forge runs before it takes a push.
    pub(crate) async fn hook(&self, text: &str) {
        write_program(&self.path("o/r.git").join("hooks/pre-receive"), text).await;
    }
}

/// By another process: whatever this one starts meanwhile would hold the file open, and nobody could run it.
pub(crate) async fn write_program(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let script = "cat >\"$1\" && chmod +x \"$1\"";
    let mut shell = program("sh", &["-c", script, "sh", path.to_str().unwrap()]);
    let mut shell = shell.stdin(Stdio::piped()).spawn().unwrap();
    shell.stdin.take().unwrap().write_all(text.as_bytes()).await.unwrap();
    assert!(shell.wait().await.unwrap().success());
}

/// An entry of a commit.
pub(crate) struct File<'a> {
    pub(crate) mode: &'a str,
    pub(crate) path: &'a [u8],
    pub(crate) content: &'a [u8],
}

pub(crate) const fn file<'a>(path: &'a str, content: &'a str) -> File<'a> {
    File { mode: "100644", path: path.as_bytes(), content: content.as_bytes() }
}

impl File<'_> {
    fn write(&self, stream: &mut Vec<u8>) {
        let path: String = self.path.iter().map(|it| format!("\\{it:03o}")).collect();
        if self.mode == "160000" {
            let id = String::from_utf8_lossy(self.content);
            stream.extend(format!("M 160000 {id} \"{path}\"\n").into_bytes());
            return;
        }
        let (mode, length) = (self.mode, self.content.len());
        stream.extend(format!("M {mode} inline \"{path}\"\ndata {length}\n").into_bytes());
        stream.extend(self.content);
        stream.push(b'\n');
    }
}

#[expect(clippy::disallowed_methods, reason = "the forge of a test, on the test's own files")]
pub(crate) fn program(name: &str, arguments: &[&str]) -> tokio::process::Command {
    let mut program = tokio::process::Command::new(name);
    program.args(arguments).env_clear().env("GIT_CONFIG_NOSYSTEM", "1").kill_on_drop(true);
    program.env("HOME", "/nonexistent");
    program.envs(std::env::vars_os().filter(|it| it.0 == "PATH"));
    program
}

pub(crate) async fn git(at: &Path, arguments: &[&str]) -> String {
    String::from_utf8(feed(at, arguments, b"").await).unwrap()
}

/// What git prints, given something to read.
pub(crate) async fn feed(at: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut program = program("git", arguments);
    program.current_dir(at).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut started = program.spawn().unwrap();
    let mut stdin = started.stdin.take().unwrap();
    let fed = async move { drop(stdin.write_all(input).await) };
    let (output, ()) = tokio::join!(started.wait_with_output(), fed);
    let output = output.unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

async fn answer(State(state): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    if let Some(path) = path.strip_prefix(MOVED) {
        let plain = |status| Response::builder().status(status);
        return plain(301).header("location", path).body(Body::empty()).unwrap();
    }
    if path.starts_with(BUSY) {
        let busy = Response::builder().status(StatusCode::TOO_MANY_REQUESTS);
        return busy.body(Body::from("<html>slow down</html>")).unwrap();
    }
    let token = token(&parts.headers);
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let writes = path.ends_with("git-receive-pack") || query.contains("git-receive-pack");
    if token != Some(TOKEN) && token != Some(READER) {
        let refused = Response::builder().status(StatusCode::UNAUTHORIZED);
        return refused.header("www-authenticate", "Basic").body(Body::empty()).unwrap();
    }
    if writes && token == Some(READER) {
        return Response::builder().status(StatusCode::FORBIDDEN).body(Body::empty()).unwrap();
    }
    let path = match path.strip_prefix(HELD) {
        Some(path) if path.ends_with("git-upload-pack") => {
            return hold(&state).await;
        }
        Some(path) => path,
        None => &path,
    };
    let header = |name: &str| {
        parts.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned()
    };
    let body = axum::body::to_bytes(body, 1 << 28).await.unwrap();
    let mut cgi = program("git", &["http-backend"]);
    cgi.env("GIT_PROJECT_ROOT", state.root.path())
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("REQUEST_METHOD", parts.method.as_str())
        .env("CONTENT_TYPE", header("content-type"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("REMOTE_USER", "ada");
    let mut started =
        cgi.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = started.stdin.take().unwrap();
    let sent = async move { drop(stdin.write_all(&body).await) };
    let (output, ()) = tokio::join!(started.wait_with_output(), sent);
    read_cgi(&output.unwrap().stdout)
}

/// For ever, and says when whoever asked is gone.
async fn hold(state: &Shared) -> Response<Body> {
    struct Watch(UnboundedSender<Held>);
    impl Drop for Watch {
        fn drop(&mut self) {
            drop(self.0.send(Held::Gone));
        }
    }
    let _watch = Watch(state.held.clone());
    drop(state.held.send(Held::Arrived));
    std::future::pending().await
}

fn read_cgi(output: &[u8]) -> Response<Body> {
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

fn token(headers: &HeaderMap) -> Option<&'static str> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(shown).ok()?;
    [TOKEN, READER].into_iter().find(|it| bytes == format!("{USER}:{it}").as_bytes())
}
