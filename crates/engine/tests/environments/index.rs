//! A package index: files over HTTP, on a port of this machine, that notes what it was asked for.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// The name by which sandboxes reach it.
pub(super) const HOST: &str = "index.test";

pub(super) struct Index {
    pub(super) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

/// What an index serves, by path.
pub(super) type Files = HashMap<String, Vec<u8>>;

impl Index {
    /// `files` is told the address under which they are served.
    pub(super) fn serve(files: impl FnOnce(&str) -> Files) -> Self {
        Self::serve_to(None, files)
    }

    /// Only to whoever shows these credentials, as they stand in an `Authorization` header.
    pub(super) fn serve_to(
        authorization: Option<&'static str>,
        files: impl FnOnce(&str) -> Files,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let files = Arc::new(files(&format!("http://{HOST}:{port}")));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let index = Self { port, asked: Arc::clone(&asked) };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (files, asked) = (Arc::clone(&files), Arc::clone(&asked));
                thread::spawn(move || answer(&stream, &files, &asked, authorization));
            }
        });
        index
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{HOST}:{}{path}", self.port)
    }

    /// How often a path was asked for.
    pub(super) fn asked_for(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|it| *it == path).count()
    }

    pub(super) fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

fn answer(
    mut stream: &TcpStream,
    files: &Files,
    asked: &Mutex<Vec<String>>,
    authorization: Option<&str>,
) -> Option<()> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let request = lines.next()?;
    let headers: Vec<_> = lines.take_while(|it| !it.is_empty()).collect();
    let path = request.split(' ').nth(1)?.to_owned();
    asked.lock().unwrap().push(path.clone());
    let known = authorization.is_none_or(|wanted| {
        headers
            .iter()
            .any(|it| it.to_lowercase().starts_with("authorization:") && it.ends_with(wanted))
    });
    let (status, body) = match files.get(&path) {
        _ if !known => ("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"index\"", &b""[..]),
        Some(body) => ("200 OK", body.as_slice()),
        None => ("404 Not Found", &b"{}"[..]),
    };
    let kind = if body.starts_with(b"<!") { "text/html" } else { "application/json" };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).ok()?;
    if !request.starts_with("HEAD ") {
        stream.write_all(body).ok()?;
    }
    Some(())
}
