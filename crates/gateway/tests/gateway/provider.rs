//! A Messages API that answers as a test says, and remembers what it was asked.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use futures_util::stream::{Stream, unfold};
use gateway::Url;
use http_body_util::{BodyExt, StreamBody};
use hyper::{
    HeaderMap, Request, Response, StatusCode, body::Frame, body::Incoming, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

/// What it was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) steps: Vec<Step>,
    /// Before the head of the answer.
    pub(crate) first: Option<Arc<Semaphore>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Say(Bytes),
    /// Goes on when the test lets it.
    Wait(Arc<Semaphore>),
    /// Ends the connection without an end of the answer.
    Break,
    /// Says this again and again.
    Forever(Bytes),
}

pub(crate) struct Provider {
    pub(crate) url: Url,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// One for each request that has arrived whole.
    pub(crate) arrivals: mpsc::UnboundedReceiver<()>,
    /// One for each answer that is over, for whatever reason.
    pub(crate) ends: mpsc::UnboundedReceiver<()>,
    _tasks: JoinSet<()>,
}

type Script = dyn Fn(&Asked) -> Reply + Send + Sync;

impl Provider {
    pub(crate) async fn start(script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let (asked, script) =
            (Arc::<Mutex<Vec<Asked>>>::default(), Arc::new(script) as Arc<Script>);
        let (arrived, arrivals) = mpsc::unbounded_channel();
        let (ended, ends) = mpsc::unbounded_channel();
        let desk = Desk { asked: Arc::clone(&asked), script, arrived, ended };
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let desk = desk.clone();
                connections.spawn(async move {
                    let service = service_fn(move |request| desk.clone().answer(request));
                    let io = TokioIo::new(stream);
                    drop(http1::Builder::new().serve_connection(io, service).await);
                });
            }
        });
        Self { url, asked, arrivals, ends, _tasks: tasks }
    }

    pub(crate) async fn saying(reply: Reply) -> Self {
        Self::start(move |_| reply.clone()).await
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The only request there was.
    pub(crate) fn only(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked[0].clone()
    }
}

#[derive(Clone)]
struct Desk {
    asked: Arc<Mutex<Vec<Asked>>>,
    script: Arc<Script>,
    arrived: mpsc::UnboundedSender<()>,
    ended: mpsc::UnboundedSender<()>,
}

/// Says that an answer is over.
struct Ended(mpsc::UnboundedSender<()>);

impl Drop for Ended {
    fn drop(&mut self) {
        // Nobody may listen any more.
        let _ = self.0.send(());
    }
}

type Body = StreamBody<Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, std::io::Error>> + Send>>>;

impl Desk {
    async fn answer(self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let ended = Ended(self.ended.clone());
        let (head, body) = request.into_parts();
        let asked = Asked {
            method: head.method.to_string(),
            target: head.uri.to_string(),
            headers: head.headers,
            body: body.collect().await.map(|it| it.to_bytes()).unwrap_or_default(),
        };
        let reply = (self.script)(&asked);
        self.asked.lock().unwrap().push(asked);
        let _ = self.arrived.send(());
        if let Some(first) = &reply.first {
            first.acquire().await.unwrap().forget();
        }
        let mut response = Response::builder().status(StatusCode::from_u16(reply.status).unwrap());
        for (name, value) in &reply.headers {
            response = response.header(*name, value);
        }
        let steps =
            unfold((reply.steps.into_iter(), ended, None), |(mut steps, ended, again)| async {
                let step = again.or_else(|| steps.next())?;
                let (frame, again) = match step {
                    Step::Say(bytes) => (Ok(bytes), None),
                    Step::Wait(gate) => {
                        gate.acquire().await.unwrap().forget();
                        (Ok(Bytes::new()), None)
                    }
                    Step::Break => (Err(std::io::Error::other("broken off")), None),
                    Step::Forever(bytes) => (Ok(bytes.clone()), Some(Step::Forever(bytes))),
                };
                Some((frame.map(Frame::data), (steps, ended, again)))
            });
        Ok(response.body(StreamBody::new(Box::pin(steps) as Pin<Box<_>>)).unwrap())
    }
}

impl Reply {
    fn new(status: u16, kind: &str, steps: Vec<Step>) -> Self {
        let headers = vec![("content-type", kind.to_owned()), ("request-id", "req_1".to_owned())];
        Self { status, headers, steps, first: None }
    }

    pub(crate) fn json(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, "application/json", vec![Step::Say(Bytes::from(body.into()))])
    }

    pub(crate) fn error(status: u16, kind: &str, message: &str) -> Self {
        let body =
            serde_json::json!({"type": "error", "error": {"type": kind, "message": message}});
        Self::json(status, body.to_string())
    }

    pub(crate) fn events(steps: Vec<Step>) -> Self {
        Self::new(200, "text/event-stream; charset=utf-8", steps)
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|it| it.0 != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn after(self, gate: &Arc<Semaphore>) -> Self {
        Self { first: Some(Arc::clone(gate)), ..self }
    }
}

/// A whole answer in events: 11 tokens of input, 7 of output.
pub(crate) const STREAM: &str = concat!(
    "event: message_start\n",
    r#"data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":11,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}"#,
    "\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n",
    "event: content_block_start\n",
    r#"data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
    "\n\nevent: content_block_delta\n",
    r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello "}}"#,
    "\n\nevent: content_block_delta\n",
    r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"there"}}"#,
    "\n\nevent: content_block_stop\n",
    r#"data: {"type":"content_block_stop","index":0}"#,
    "\n\nevent: message_delta\n",
    r#"data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":7}}"#,
    "\n\nevent: message_stop\n",
    r#"data: {"type":"message_stop"}"#,
    "\n\n",
);

/// A whole answer in JSON, with the same tokens.
pub(crate) const MESSAGE: &str = r#"{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hello there"}],"stop_reason":"end_turn","usage":{"input_tokens":11,"output_tokens":7}}"#;

pub(crate) fn say(text: &str) -> Step {
    Step::Say(Bytes::copy_from_slice(text.as_bytes()))
}

pub(crate) fn stream() -> Reply {
    Reply::events(vec![say(STREAM)])
}
