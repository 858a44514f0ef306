//! A store that speaks as much of S3 as workers ask for. Half of its calls fail, some of them after they did
//! their work; some answers are slow, and some are cut off.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// When every object was written last: later than any test, so that none is taken for one that was given up.
const MODIFIED: &str = "Fri, 01 Jan 2100 00:00:00 GMT";
const LISTED: &str = "2100-01-01T00:00:00.000Z";

pub(super) struct Bucket {
    address: SocketAddr,
    inner: Arc<Inner>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Inner {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    calls: AtomicU64,
    failed: AtomicU64,
    cut: AtomicU64,
    over: AtomicBool,
}

struct Call {
    method: String,
    key: String,
    query: String,
    range: Option<(usize, usize)>,
    body: Vec<u8>,
}

struct Reply {
    status: &'static str,
    /// What of the object the body is.
    range: String,
    body: Vec<u8>,
}

impl Reply {
    fn new(status: &'static str) -> Self {
        Self { status, range: "0-0/0".to_owned(), body: Vec::new() }
    }
}

impl Bucket {
    pub(super) fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner::default());
        let shared = Arc::clone(&inner);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.over.load(Ordering::Relaxed) {
                    return;
                }
                let (shared, stream) = (Arc::clone(&shared), stream.unwrap());
                // Ends with its connection. Who asked may be killed meanwhile.
                drop(thread::spawn(move || shared.answer(stream)));
            }
        });
        Self { address, inner, thread: Some(thread) }
    }

    /// What leads a hub or a worker here.
    pub(super) fn flags(&self) -> Vec<String> {
        let endpoint = format!("http://{}", self.address);
        let flags = ["--artifacts", "s3://kept/runbook", "--s3-endpoint", &endpoint];
        let keys = ["--s3-access-key-id", "id", "--s3-secret-access-key", "secret"];
        flags.iter().chain(&keys).map(|it| (*it).to_owned()).collect()
    }

    pub(super) fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        self.inner.objects.lock().unwrap().clone()
    }

    /// Calls, those of them that failed, and bodies that were cut off.
    pub(super) fn counts(&self) -> (u64, u64, u64) {
        let Inner { calls, failed, cut, .. } = &*self.inner;
        (calls.load(Ordering::Relaxed), failed.load(Ordering::Relaxed), cut.load(Ordering::Relaxed))
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.inner.over.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

impl Inner {
    fn answer(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        let call = read(&mut reader)?;
        let call_reads = call.range.is_some();
        let nth = self.calls.fetch_add(1, Ordering::Relaxed);
        if nth % 5 == 3 {
            // Slow, as a store under load is.
            thread::sleep(Duration::from_millis(200));
        }
        let mut reply = Reply::new("503 Slow Down");
        if !nth.is_multiple_of(4) {
            reply = self.carry_out(call);
        }
        if nth.is_multiple_of(2) {
            // Half of these did what they were asked, and say that they failed.
            self.failed.fetch_add(1, Ordering::Relaxed);
            reply = Reply::new("500 Internal Server Error");
        }
        let Reply { status, range, mut body } = reply;
        let length = body.len();
        if nth % 3 == 1 && length > 1 && call_reads {
            self.cut.fetch_add(1, Ordering::Relaxed);
            body.truncate(length / 2);
        }
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\netag: \"x\"\r\n\
             content-range: bytes {range}\r\nlast-modified: {MODIFIED}\r\n\r\n"
        );
        let stream = reader.get_mut();
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(&body).ok()
    }

    fn carry_out(&self, call: Call) -> Reply {
        let mut objects = self.objects.lock().unwrap();
        match (call.method.as_str(), call.range) {
            ("PUT", _) => {
                objects.insert(call.key, call.body);
                Reply::new("200 OK")
            }
            ("DELETE", _) => {
                objects.remove(&call.key);
                Reply::new("204 No Content")
            }
            ("GET", Some((from, last))) => match objects.get(&call.key) {
                Some(it) => {
                    let last = last.min(it.len() - 1);
                    let range = format!("{from}-{last}/{}", it.len());
                    let body = it[from..=last].to_vec();
                    Reply { status: "206 Partial Content", range, body }
                }
                None => Reply::new("404 Not Found"),
            },
            ("GET", None) if call.query.contains("list-type=2") => {
                Reply { body: list(&objects, &call.query).into_bytes(), ..Reply::new("200 OK") }
            }
            _ => Reply::new("501 Not Implemented"),
        }
    }
}

fn list(objects: &BTreeMap<String, Vec<u8>>, query: &str) -> String {
    let prefix = query.split('&').find_map(|it| it.strip_prefix("prefix=")).unwrap_or_default();
    let prefix = format!("/kept/{}", prefix.replace("%2F", "/"));
    let listed = objects.iter().filter(|(key, _)| key.starts_with(&prefix)).map(|(key, bytes)| {
        let (key, size) = (key.trim_start_matches("/kept/"), bytes.len());
        format!(
            "<Contents><Key>{key}</Key><LastModified>{LISTED}</LastModified>\
             <ETag>\"x\"</ETag><Size>{size}</Size></Contents>"
        )
    });
    let listed: String = listed.collect();
    format!("<ListBucketResult><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>")
}

/// `None` if the connection ends before the request does.
fn read(reader: &mut BufReader<TcpStream>) -> Option<Call> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|it| *it > 0)?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?);
    let (key, query) = path.split_once('?').unwrap_or((path, ""));
    let (key, query) = (key.to_owned(), query.to_owned());
    let (mut range, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|it| *it > 0)?;
        let line = line.trim_end().to_lowercase();
        if let Some(bytes) = line.strip_prefix("range: bytes=") {
            let (from, last) = bytes.split_once('-')?;
            range = Some((from.parse().ok()?, last.parse().ok()?));
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Call { method, key, query, range, body })
}
