//! Connections: accepts them, gives each a bounded time to say what it wants, and ends them in order.
//!
//! Whoever sends a byte now and then to keep a connection for nothing loses it: a request's head must
//! be there within some seconds, and its body must keep coming at a pace that every line has.

use std::{
    convert::Infallible,
    error::Error,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::{ConnectInfo, Request},
};
use http_body::Frame;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{Instant, Sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

/// Slowest pace of a body, in bytes a second: a modem's.
const BODY_PACE: u32 = 4 << 10;

/// Connections at a time; each takes some 20 KiB. Further ones wait in the kernel.
const CONNECTIONS: usize = 4096;

/// Pause after an accept that failed, for want of descriptors for example.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Serves connections until `stop` resolves, and then until each has finished its answer. After
/// `patience` a request's head must be there, and the pace of its body counts.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Duration,
    stop: impl Future<Output = ()>,
) {
    let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accept = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accept => accepted,
            () = &mut stop => break,
        };
        let (connection, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                wait_out(&error).await;
                continue;
            }
        };
        tracing::trace!(%peer, "accepted a connection");
        // Small events must not wait for the acknowledgement of the ones before.
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delays");
        }
        let serving = serve_one(connection, peer, (router.clone(), patience), stopping.clone());
        tasks.spawn(async move {
            if let Err(error) = serving.await {
                tracing::debug!(%error, %peer, "a connection broke");
            }
            drop(place);
        });
    }
    drop(listener);
    stopping.cancel();
    tasks.close();
    tasks.wait().await;
}

/// Serves one connection until its peer ends it, it becomes a socket, or all stop and its answer is sent.
async fn serve_one(
    connection: TcpStream,
    peer: SocketAddr,
    (router, patience): (Router, Duration),
    stopping: CancellationToken,
) -> Result<(), hyper::Error> {
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move { Ok::<_, Infallible>(answer(router, request, peer, patience).await) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(connection), service)
        .with_upgrades();
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        ended = serving.as_mut() => return ended,
        () = stopping.cancelled() => serving.as_mut().graceful_shutdown(),
    }
    serving.await
}

async fn answer(
    router: Router,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    pace_after: Duration,
) -> axum::response::Response {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(ConnectInfo(peer));
    let body = if body.is_end_stream() {
        Body::empty()
    } else {
        let patience = Patience::default();
        parts.extensions.insert(patience.clone());
        Body::new(Paced::new(body, patience, pace_after))
    };
    match router.oneshot(Request::from_parts(parts, body)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn wait_out(error: &io::Error) {
    // These are the peer's doing, and tell nothing about the next one.
    let of_peer = [
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
    ];
    if !of_peer.contains(&error.kind()) {
        tracing::error!(%error, "no connection can be accepted");
        tokio::time::sleep(AFTER_FAILURE).await;
    }
}

/// How patiently a request's body is read; in the request's extensions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patience(Arc<AtomicBool>);

impl Patience {
    /// What follows may take as long as it likes: a person may be typing it.
    pub(crate) fn has_no_end(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A request's body came more slowly than any line is.
#[derive(Debug, thiserror::Error)]
#[error("the request's body came too slowly")]
pub(crate) struct TooSlow;

impl TooSlow {
    /// Whether this is what an error comes from.
    pub(crate) fn is_behind(error: &(dyn Error + 'static)) -> bool {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.is::<Self>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

/// A body that must keep a pace.
struct Paced {
    body: Incoming,
    patience: Patience,
    /// When its pace begins to count.
    counts_from: Instant,
    bytes: u64,
    deadline: Pin<Box<Sleep>>,
}

impl Paced {
    fn new(body: Incoming, patience: Patience, pace_after: Duration) -> Self {
        let counts_from = Instant::now() + pace_after;
        let deadline = Box::pin(tokio::time::sleep_until(counts_from));
        Self { body, patience, counts_from, bytes: 0, deadline }
    }

    /// When so many bytes must have been followed by more.
    fn due(&self) -> Instant {
        self.counts_from + Duration::from_secs(self.bytes) / BODY_PACE
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            if let Some(Ok(frame)) = &frame {
                this.bytes += frame.data_ref().map_or(0, |it| it.len() as u64);
            }
            return Poll::Ready(frame.map(|it| it.map_err(axum::Error::new)));
        }
        loop {
            if this.patience.0.load(Ordering::Relaxed) {
                return Poll::Pending;
            }
            ready!(this.deadline.as_mut().poll(cx));
            let due = this.due();
            if Instant::now() >= due {
                return Poll::Ready(Some(Err(axum::Error::new(TooSlow))));
            }
            this.deadline.as_mut().reset(due);
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
