//! What the gateway costs: `cargo run --release -p gateway --example overhead`.
//!
//! The same client asks the same provider, over a connection of its own and through the gateway.

#![expect(clippy::print_stdout, reason = "it says what it has measured")]
#![expect(clippy::unwrap_used, reason = "a broken measurement should stop")]

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::stream::{Stream, unfold};
use gateway::{Budget, Gateway, GatewayConfig, KeyHeader, Models, Pass, ProviderKey, SessionToken};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::{
    Request, Response,
    body::{Frame, Incoming},
    client::conn::http1::{SendRequest, handshake},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};

const MESSAGE: &str = r#"{"type":"message","content":[{"type":"text","text":"ok"}],"usage":{"input_tokens":1,"output_tokens":1}}"#;
const DELTA: &str = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" some words\"}}\n\n";
const STOP: &str = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

/// What is asked how often, and how it is answered.
struct Scene {
    name: &'static str,
    /// Bytes of the conversation that is sent.
    sent: usize,
    rounds: u32,
    /// Pieces of the answer; none for an answer in JSON.
    pieces: u32,
    pace: Duration,
}

const SCENES: &[Scene] = &[
    Scene { name: "small", sent: 100, rounds: 2000, pieces: 0, pace: Duration::ZERO },
    Scene {
        name: "conversation of 1 MB",
        sent: 1 << 20,
        rounds: 100,
        pieces: 0,
        pace: Duration::ZERO,
    },
    Scene {
        name: "2000 pieces at once",
        sent: 100,
        rounds: 100,
        pieces: 2000,
        pace: Duration::ZERO,
    },
    Scene {
        name: "200 pieces, one in 5 ms",
        sent: 100,
        rounds: 10,
        pieces: 200,
        pace: Duration::from_millis(5),
    },
];

#[tokio::main]
async fn main() {
    let mut tasks = JoinSet::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tasks.spawn(provide(listener));
    let key = ProviderKey::new("key-of-the-operator", KeyHeader::ApiKey).unwrap();
    let config = GatewayConfig::new(format!("http://{address}").parse().unwrap(), key);
    let gateway = Gateway::new(config).unwrap();
    let (sink, mut metered) = mpsc::channel(64);
    tasks.spawn(async move { while metered.recv().await.is_some() {} });
    let models = Models::new(["claude-opus-5".parse().unwrap()]);
    let token = SessionToken::random();
    let pass = Arc::new(Pass::new(token.clone(), models, Budget::new(None, 0), sink));
    let (sandbox, ours) = tokio::io::duplex(64 << 10);
    tasks.spawn(async move { gateway.serve(ours, pass).await });
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut direct = client(stream, &mut tasks).await;
    let mut through = client(sandbox, &mut tasks).await;
    println!(
        "{:<26}{:>12}{:>12}{:>12}{:>8}",
        "median of a request", "direct", "gateway", "more", "ratio"
    );
    for scene in SCENES {
        // In turn, so that whatever else the machine does slows both.
        let mut taken = [Vec::new(), Vec::new()];
        for _ in 0..scene.rounds {
            for (client, taken) in [&mut direct, &mut through].into_iter().zip(&mut taken) {
                taken.push(ask(scene, client, token.reveal()).await);
            }
        }
        let [direct, through] = taken.map(median);
        let ratio = through.as_secs_f64() / direct.as_secs_f64();
        let [direct, through, more] = [direct, through, through.saturating_sub(direct)]
            .map(|it| format!("{:.3} ms", it.as_secs_f64() * 1e3));
        println!("{:<26}{direct:>12}{through:>12}{more:>12}{ratio:>8.3}", scene.name);
    }
}

fn median(mut taken: Vec<Duration>) -> Duration {
    taken.sort_unstable();
    taken[taken.len() / 2]
}

async fn client<S>(stream: S, tasks: &mut JoinSet<()>) -> SendRequest<Full<Bytes>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tasks.spawn(async move { connection.await.unwrap() });
    sender
}

async fn ask(scene: &Scene, client: &mut SendRequest<Full<Bytes>>, token: &str) -> Duration {
    let body = Bytes::from(format!(
        r#"{{"model":"claude-opus-5","max_tokens":9,"messages":[{{"role":"user","content":"{}"}}]}}"#,
        "x".repeat(scene.sent)
    ));
    let request = Request::post("/v1/messages")
        .header("host", "gateway")
        .header("x-api-key", token)
        .header("x-stainless-pieces", scene.pieces)
        .header("x-stainless-pace", u64::try_from(scene.pace.as_millis()).unwrap())
        .body(Full::new(body))
        .unwrap();
    let begun = Instant::now();
    client.ready().await.unwrap();
    let response = client.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    response.into_body().collect().await.unwrap();
    begun.elapsed()
}

async fn provide(listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        connections.spawn(async move {
            let served =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
            drop(served.await);
        });
    }
}

type Pieces = Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, Infallible>> + Send>>;

async fn answer(request: Request<Incoming>) -> Result<Response<StreamBody<Pieces>>, Infallible> {
    let number = |name: &str| request.headers()[name].to_str().unwrap().parse::<u64>().unwrap();
    let (pieces, pace) = (number("x-stainless-pieces"), number("x-stainless-pace"));
    request.into_body().collect().await.unwrap();
    let kind = if pieces == 0 { "application/json" } else { "text/event-stream" };
    let said = unfold(0, move |number| async move {
        let text = match number {
            0 if pieces == 0 => MESSAGE,
            _ if number < pieces => DELTA,
            _ if number == pieces && pieces > 0 => STOP,
            _ => return None,
        };
        if pace > 0 {
            tokio::time::sleep(Duration::from_millis(pace)).await;
        }
        Some((Ok(Frame::data(Bytes::from_static(text.as_bytes()))), number + 1))
    });
    let body = StreamBody::new(Box::pin(said) as Pieces);
    Ok(Response::builder().header("content-type", kind).body(body).unwrap())
}
