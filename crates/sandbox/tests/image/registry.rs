//! A registry in this process: as much of the distribution protocol as pulling takes, and its moods.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use crate::made::{Made, hex};

/// What it asks for before it gives anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Asks {
    #[default]
    Nothing,
    /// For a token, which it gives to everybody.
    Token,
    /// For this user and no other: `ada`, whose password is `secret`.
    User,
}

/// How it behaves.
#[derive(Debug, Default)]
pub(super) struct Mood {
    pub(super) asks: Asks,
    /// So many requests are answered by 503 first.
    pub(super) busy: usize,
    /// So many bytes of a layer are sent before the connection breaks, once for each layer.
    pub(super) breaks_after: Option<usize>,
    /// It begins at the first byte, whatever is asked for.
    pub(super) knows_no_ranges: bool,
    /// It sends another byte in the middle of each layer.
    pub(super) lies: bool,
    /// It sends so much more than a layer has.
    pub(super) adds: usize,
    /// Blobs are elsewhere.
    pub(super) redirects_to: Option<String>,
}

#[derive(Debug)]
struct State {
    mood: Mutex<Mood>,
    /// By digest, and by tag.
    manifests: HashMap<String, Vec<u8>>,
    blobs: HashMap<String, Vec<u8>>,
    broken: Mutex<Vec<String>>,
    requests: Mutex<Vec<String>>,
    host: String,
}

/// Listens until the test ends.
#[derive(Debug)]
pub(super) struct Registry(Arc<State>);

impl Registry {
    /// One with an image `ada/demo:1`, in an index beside that of another platform.
    pub(super) fn of(made: &Made, mood: Mood) -> Self {
        let (parts, manifest) = made.in_registry();
        let blobs: HashMap<_, _> = parts.into_iter().collect();
        let foreign = format!("sha256:{}", "0".repeat(64));
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        let index = serde_json::json!({ "schemaVersion": 2, "manifests": [
            { "digest": foreign, "size": 1, "platform": { "os": "linux", "architecture": "mips" } },
            { "digest": manifest, "size": blobs[&manifest].len(),
              "platform": { "os": "linux", "architecture": architecture } },
        ]});
        let index = index.to_string().into_bytes();
        let manifests = HashMap::from([
            (manifest.clone(), blobs[&manifest].clone()),
            (format!("sha256:{}", hex(&index)), index.clone()),
            ("1".to_owned(), index),
        ]);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let mood = Mutex::new(mood);
        let state = Arc::new(State {
            mood,
            manifests,
            blobs,
            broken: Mutex::default(),
            requests: Mutex::default(),
            host,
        });
        let serving = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&serving);
                thread::spawn(move || state.serve(&stream));
            }
        });
        Self(state)
    }

    pub(super) fn host(&self) -> &str {
        &self.0.host
    }

    /// The digest of the index that `ada/demo:1` means.
    pub(super) fn digest(&self) -> String {
        format!("sha256:{}", hex(&self.0.manifests["1"]))
    }

    /// Method, path and headers in lower case of what was asked so far.
    pub(super) fn requests(&self) -> Vec<String> {
        self.0.requests.lock().unwrap().clone()
    }

    pub(super) fn be(&self, mood: Mood) {
        *self.0.mood.lock().unwrap() = mood;
    }
}

impl State {
    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        loop {
            let mut request = String::new();
            while !request.ends_with("\r\n\r\n") {
                if reader.read_line(&mut request).unwrap_or(0) == 0 {
                    return;
                }
            }
            let target = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let headers = request.to_lowercase();
            self.requests.lock().unwrap().push(headers.clone());
            if self.answer(stream, &target, &headers).is_none() {
                return;
            }
        }
    }

    /// `None` when the connection is of no more use.
    fn answer(&self, mut stream: &TcpStream, target: &str, headers: &str) -> Option<()> {
        let mut mood = self.mood.lock().unwrap();
        let mut say = |status: &str, more: &str, body: &[u8]| {
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{more}\r\n", body.len());
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).ok()
        };
        if mood.busy > 0 {
            mood.busy -= 1;
            return say("503 Service Unavailable", "Retry-After: 0\r\n", b"");
        }
        if target.starts_with("/token?") {
            let asked = "scope=repository%3aada%2fdemo%3apull";
            let right = target.to_lowercase().contains(asked) && target.contains("service=demo");
            let body: &[u8] = if right { br#"{"token":"abc"}"# } else { b"{}" };
            return say("200 OK", "", body);
        }
        let realm = format!("Bearer realm=\"http://{}/token\",service=\"demo\"", self.host);
        let (asks, wants) = match mood.asks {
            Asks::Nothing => (String::new(), ""),
            Asks::Token => (realm, "authorization: bearer abc\r\n"),
            // ada:secret
            Asks::User => {
                ("Basic realm=\"x\"".to_owned(), "authorization: basic ywrhonnly3jlda==\r\n")
            }
        };
        if !headers.contains(wants) {
            return say("401 Unauthorized", &format!("WWW-Authenticate: {asks}\r\n"), b"");
        }
        let rest = target.strip_prefix("/v2/ada/demo/").unwrap_or_default();
        if let Some(manifest) = rest.strip_prefix("manifests/") {
            return match self.manifests.get(manifest) {
                Some(bytes) => say("200 OK", "Content-Type: application/json\r\n", bytes),
                None => say("404 Not Found", "", b"{}"),
            };
        }
        let digest = rest.strip_prefix("blobs/").unwrap_or_default();
        let Some(blob) = self.blobs.get(digest) else { return say("404 Not Found", "", b"{}") };
        if let Some(elsewhere) = &mood.redirects_to {
            let location = format!("Location: http://{elsewhere}/v2/ada/demo/blobs/{digest}\r\n");
            return say("307 Temporary Redirect", &location, b"");
        }
        let mut blob = blob.clone();
        // Documents stay as they are, which begin with a brace.
        let is_layer = blob.first() != Some(&b'{');
        if is_layer && mood.lies {
            let middle = blob.len() / 2;
            blob[middle] ^= 1;
        }
        if is_layer {
            blob.resize(blob.len() + mood.adds, 0);
        }
        let range = headers.split("range: bytes=").nth(1).and_then(|it| it.split('-').next());
        let from = range.and_then(|it| it.parse().ok()).filter(|_| !mood.knows_no_ranges);
        let from: usize = from.unwrap_or(0);
        let (status, more) = match from {
            0 => ("200 OK", String::new()),
            from => {
                let (last, all) = (blob.len() - 1, blob.len());
                ("206 Partial Content", format!("Content-Range: bytes {from}-{last}/{all}\r\n"))
            }
        };
        let body = &blob[from..];
        let mut broken = self.broken.lock().unwrap();
        match mood.breaks_after {
            Some(after) if is_layer && !broken.iter().any(|it| it == digest) => {
                broken.push(digest.to_owned());
                let head =
                    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{more}\r\n", body.len());
                stream.write_all(head.as_bytes()).ok()?;
                stream.write_all(&body[..after.min(body.len())]).ok()?;
                stream.shutdown(std::net::Shutdown::Both).ok();
                None
            }
            _ => say(status, &more, body),
        }
    }
}
