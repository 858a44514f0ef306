//! A stand-in for the Messages API: it says what the scene that a prompt names has, turn by turn.
//!
//! What it says depends on the request alone, so other requests of the program disturb nothing.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};

/// Messages and calls of one id are taken for one, so each has its own.
static NUMBERS: AtomicUsize = AtomicUsize::new(1);

/// What the model says in one turn.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Text(&'static str),
    Tool(&'static str, Value),
    Failure(u16),
}

pub(crate) type Scenes = BTreeMap<&'static str, Vec<Reply>>;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Value,
}

pub(crate) struct MessagesApi {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl MessagesApi {
    pub(crate) fn start(scenes: Scenes) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, scenes) = (Arc::clone(&requests), Arc::new(scenes));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, scenes) = (Arc::clone(&kept), Arc::clone(&scenes));
                // A caller may go away at any time.
                std::thread::spawn(move || serve(&stream, &scenes, &kept).ok());
            }
        });
        Self { url, requests }
    }

    /// The requests to which a model replies.
    pub(crate) fn asked(&self) -> Vec<Request> {
        let requests = self.requests.lock().unwrap();
        requests.iter().filter(|it| it.path.starts_with("/v1/messages?")).cloned().collect()
    }
}

fn serve(stream: &TcpStream, scenes: &Scenes, kept: &Mutex<Vec<Request>>) -> std::io::Result<()> {
    let (request, method) = read(stream)?;
    let path = request.path.split('?').next().unwrap_or_default().to_owned();
    let body = request.body.clone();
    kept.lock().unwrap().push(request);
    match (method.as_str(), path.as_str()) {
        ("POST", "/v1/messages") => answer(stream, &body, &reply(&body, scenes)),
        ("POST", "/v1/messages/count_tokens") => {
            respond(stream, 200, &json!({ "input_tokens": 9 }))
        }
        _ => respond(stream, 404, &failure("not_found_error")),
    }
}

fn read(stream: &TcpStream) -> std::io::Result<(Request, String)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (mut length, mut authorization) = (0, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap_or_default(),
            "authorization" => authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Ok((Request { path, authorization, body }, method))
}

/// The texts of a message.
fn texts(message: &Value) -> Vec<&str> {
    let parts = message["content"].as_array().into_iter().flatten();
    message["content"]
        .as_str()
        .into_iter()
        .chain(parts.filter_map(|it| it["text"].as_str()))
        .collect()
}

/// The reply is that of the last scene named by a user, after as many as the model has given since.
fn reply(body: &Value, scenes: &Scenes) -> Reply {
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let scene = |message: &Value| {
        let texts = texts(message).join("\n");
        // Prompts without a reply between them may come as one message.
        let named = scenes.iter().filter(|_| message["role"] == "user");
        let last = named.filter_map(|it| Some((texts.rfind(&format!("scene {}.", it.0))?, it.1)));
        last.max_by_key(|it| it.0).map(|it| it.1.clone())
    };
    let last = messages.iter().enumerate().rev().find_map(|(at, it)| Some((at, scene(it)?)));
    let Some((at, replies)) = last else { return Reply::Text("Nothing was named.") };
    let given = messages[at..].iter().filter(|it| it["role"] == "assistant").count();
    let last = replies.last().filter(|it| matches!(it, Reply::Failure(_)));
    replies.get(given).or(last).cloned().unwrap_or(Reply::Text("That is all."))
}

fn failure(kind: &str) -> Value {
    json!({ "type": "error", "error": { "type": kind, "message": "as the scene has it" } })
}

fn respond(mut stream: &TcpStream, status: u16, body: &Value) -> std::io::Result<()> {
    let body = body.to_string();
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn answer(mut stream: &TcpStream, body: &Value, reply: &Reply) -> std::io::Result<()> {
    let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
    let (block, reason) = match reply {
        Reply::Text(text) => (json!({ "type": "text", "text": text }), "end_turn"),
        Reply::Tool(name, input) => {
            let id = format!("toolu_{number:020}");
            (json!({ "type": "tool_use", "id": id, "name": name, "input": input }), "tool_use")
        }
        Reply::Failure(401) => return respond(stream, 401, &failure("authentication_error")),
        Reply::Failure(status) => return respond(stream, *status, &failure("overloaded_error")),
    };
    let usage = json!({ "input_tokens": 10, "output_tokens": 5,
        "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0 });
    let message = |content: Value, reason: Value| {
        json!({ "id": format!("msg_{number:020}"), "type": "message", "role": "assistant", "model": body["model"],
            "content": content, "stop_reason": reason, "stop_sequence": null, "usage": usage })
    };
    if body["stream"] != true {
        return respond(stream, 200, &message(json!([block]), json!(reason)));
    }
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
    )?;
    let mut event = |fields: Value| {
        let name = fields["type"].as_str().unwrap_or_default();
        write!(stream, "event: {name}\ndata: {fields}\n\n")
    };
    event(json!({ "type": "message_start", "message": message(json!([]), Value::Null) }))?;
    let (start, delta) = parts(&block);
    event(json!({ "type": "content_block_start", "index": 0, "content_block": start }))?;
    event(json!({ "type": "content_block_delta", "index": 0, "delta": delta }))?;
    event(json!({ "type": "content_block_stop", "index": 0 }))?;
    let delta = json!({ "stop_reason": reason, "stop_sequence": null });
    event(json!({ "type": "message_delta", "delta": delta, "usage": { "output_tokens": 5 } }))?;
    event(json!({ "type": "message_stop" }))
}

/// A block as it begins, and what is then added to it.
fn parts(block: &Value) -> (Value, Value) {
    let mut start = block.clone();
    if block["type"] == "text" {
        start["text"] = json!("");
        return (start, json!({ "type": "text_delta", "text": block["text"] }));
    }
    start["input"] = json!({});
    let input = block["input"].to_string();
    (start, json!({ "type": "input_json_delta", "partial_json": input }))
}
