//! Web sockets: who may open one, how large its messages are, and when it ends.
//!
//! ```text
//! GET ─▶ sign-in ─▶ origin ─▶ the route's own checks ─▶ 101 ─▶ open ─▶ closed
//!                                      peer │ silence │ sign-out │ too large │ server stops
//! ```
//!
//! Everything is checked before the upgrade, and refused as any other request is. A socket ends with the
//! sign-in or token that opened it. What is said over it is the business of the route.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use axum::{
    extract::{
        FromRequestParts, WebSocketUpgrade,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket},
    },
    http::{StatusCode, request::Parts},
    response::Response,
};
use bytes::Bytes;
use model::id::UserId;
use tokio::time::Instant;
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use crate::{
    App,
    auth::{Caller, Pass, check_socket_origin},
    problem::{Code, Problem},
};

/// How often a peer must show that it is there, and its credential is looked at again. Proxies close what is
/// silent for a minute.
const PING_EVERY: Duration = Duration::from_secs(30);

/// Without a byte for so long, the peer is gone: it has left two pings unanswered.
const SILENCE: Duration = Duration::from_secs(75);

/// What the peer may take to make room for one message.
const SEND_PATIENCE: Duration = Duration::from_secs(30);

/// What saying goodbye may take.
const FAREWELL_PATIENCE: Duration = Duration::from_secs(1);

/// Sockets of one user at a time: some dozen open pages, with terminals.
const SOCKETS_PER_USER: usize = 64;

/// Why the server closes a socket. Codes from 4000 on are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// All is said.
    Done,
    /// The server stops.
    Stopping,
    /// A message was none that the route knows.
    Odd,
    /// A message was larger than the route takes.
    TooLarge,
    /// The peer takes what it is sent too slowly.
    TooSlow,
    /// The sign-in or the token counts no more.
    SignedOut,
    /// What the socket was about has ended.
    Ended,
    /// A message is none of graphql-transport-ws, whose codes these four are.
    NotOfProtocol,
    /// Something was asked before the connection was initialised.
    NotInitialised,
    /// Something was asked under the name of what is still answered.
    NameInUse,
    /// The connection was initialised twice.
    InitialisedTwice,
}

impl Farewell {
    fn frame(self) -> CloseFrame {
        let (code, reason) = match self {
            Self::Done => (1000, "done"),
            Self::Stopping => (1001, "the server stops"),
            Self::Odd => (1008, "the message is not as described"),
            Self::TooLarge => (1009, "the message is too large"),
            Self::TooSlow => (4408, "too slow"),
            Self::SignedOut => (4401, "signed out"),
            Self::Ended => (4410, "it has ended"),
            Self::NotOfProtocol => (4400, "the message is not of the protocol"),
            Self::NotInitialised => (4401, "the connection is not initialised"),
            Self::NameInUse => (4409, "there is an operation of this id"),
            Self::InitialisedTwice => (4429, "the connection is initialised already"),
        };
        CloseFrame { code, reason: Utf8Bytes::from_static(reason) }
    }
}

/// The peer is gone, or the server closes the socket.
#[derive(Debug, thiserror::Error)]
#[error("the socket is closed")]
pub(crate) struct Closed;

/// All sockets of the server.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    open: Mutex<Open>,
    tasks: TaskTracker,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    entries: HashMap<u64, Arc<Entry>>,
    is_stopping: bool,
}

#[derive(Debug)]
struct Entry {
    user: UserId,
    sign_in: Option<String>,
    why: OnceLock<Farewell>,
    closing: CancellationToken,
}

impl Entry {
    fn close(&self, why: Farewell) {
        // The first reason is the one that is told.
        self.why.set(why).ok();
        self.closing.cancel();
    }
}

impl Sockets {
    /// Closes the sockets of a sign-in.
    pub(crate) fn sign_out(&self, sign_in: &str) {
        let open = self.open();
        let theirs = open.entries.values().filter(|it| it.sign_in.as_deref() == Some(sign_in));
        theirs.for_each(|it| it.close(Farewell::SignedOut));
    }

    /// Closes all sockets, and opens no more.
    pub(crate) fn stop(&self) {
        let mut open = self.open();
        open.is_stopping = true;
        open.entries.values().for_each(|it| it.close(Farewell::Stopping));
        self.tasks.close();
    }

    /// Resolves when no socket is open, once they were told to stop.
    pub(crate) async fn closed(&self) {
        self.tasks.wait().await;
    }

    fn enter(self: &Arc<Self>, caller: &Caller) -> Result<Place, Problem> {
        let mut open = self.open();
        if open.is_stopping {
            let detail = "the server is stopping";
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail));
        }
        let user = caller.user.id;
        if open.entries.values().filter(|it| it.user == user).count() >= SOCKETS_PER_USER {
            let detail =
                format!("{SOCKETS_PER_USER} sockets of this user are open; close some of them");
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, Code::TooManyAtOnce, detail);
            return Err(problem.retry_after(1));
        }
        let entry = Arc::new(Entry {
            user,
            sign_in: caller.sign_in.as_ref().map(|it| it.jti.clone()),
            why: OnceLock::new(),
            closing: CancellationToken::new(),
        });
        let number = open.next;
        open.next += 1;
        open.entries.insert(number, Arc::clone(&entry));
        let tracked = self.tasks.token();
        drop(open);
        Ok(Place { number, entry, sockets: Arc::clone(self), _tracked: tracked })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Nothing that holds the lock can leave the state half changed.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket's place among all of them, until it is dropped.
#[derive(Debug)]
struct Place {
    number: u64,
    entry: Arc<Entry>,
    sockets: Arc<Sockets>,
    // Read by nobody: who stops the server waits until it is dropped.
    _tracked: TaskTrackerToken,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.sockets.open().entries.remove(&self.number);
        // The task that looks at the credential ends with the socket.
        self.entry.closing.cancel();
    }
}

/// A request to open a socket, which may come from one of our own pages or shows a token.
#[derive(Debug)]
pub(crate) struct Upgrade {
    upgrade: WebSocketUpgrade,
    pass: Pass,
}

impl FromRequestParts<App> for Upgrade {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        check_socket_origin(parts, app)?;
        let pass = Pass::of(parts, app)?;
        let upgrade = WebSocketUpgrade::from_request_parts(parts, app).await.map_err(|error| {
            let detail = format!("this is a WebSocket; open it with one ({error})");
            Problem::new(StatusCode::UPGRADE_REQUIRED, Code::UpgradeNeeded, detail)
        })?;
        Ok(Self { upgrade, pass })
    }
}

impl Upgrade {
    /// Requires that the peer speaks a protocol, which is said to it.
    pub(crate) fn speaking(self, protocol: &'static str) -> Result<Self, Problem> {
        let upgrade = self.upgrade.protocols([protocol]);
        if upgrade.selected_protocol().is_none() {
            let detail =
                format!("this WebSocket speaks {protocol}; ask for it in Sec-WebSocket-Protocol");
            return Err(Problem::invalid(detail));
        }
        Ok(Self { upgrade, ..self })
    }

    /// Answers with the upgrade, and lets `work` speak with the peer, whose messages have at most
    /// `most_bytes`.
    pub(crate) fn serve<F>(
        self,
        app: &App,
        caller: &Caller,
        most_bytes: usize,
        work: impl FnOnce(Socket) -> F + Send + 'static,
    ) -> Result<Response, Problem>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Self { upgrade, pass } = self;
        let place = app.sockets.enter(caller)?;
        let app = app.clone();
        let upgrade = upgrade.max_message_size(most_bytes).max_frame_size(most_bytes);
        Ok(upgrade.on_upgrade(move |socket| async move {
            let watched = watch_over(app.clone(), pass, Arc::clone(&place.entry));
            let watched = app.sockets.tasks.spawn(watched);
            work(Socket::new(socket, place)).await;
            if let Err(error) = watched.await {
                tracing::error!(%error, "the task beside a socket failed");
            }
        }))
    }
}

/// Closes a socket once its credential counts no more. A task of its own, since who is busy sending looks at
/// nothing else.
async fn watch_over(app: App, pass: Pass, entry: Arc<Entry>) {
    loop {
        tokio::select! {
            () = entry.closing.cancelled() => return,
            () = tokio::time::sleep(PING_EVERY) => {
                if !pass.counts(&app).await {
                    entry.close(Farewell::SignedOut);
                }
            }
        }
    }
}

/// What a peer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    Text(Utf8Bytes),
    Binary(Bytes),
}

/// An open socket. It answers pings and sends its own while it is received from; dropping it closes it.
#[derive(Debug)]
pub(crate) struct Socket {
    socket: WebSocket,
    place: Place,
    heard_at: Instant,
    ping_at: Instant,
    is_over: bool,
}

impl Socket {
    fn new(socket: WebSocket, place: Place) -> Self {
        let now = Instant::now();
        Self { socket, place, heard_at: now, ping_at: now + PING_EVERY, is_over: false }
    }

    /// The next message, or `None` when the socket is closed, for whatever reason. Safe to use in `select!`.
    pub(crate) async fn receive(&mut self) -> Option<Received> {
        while !self.is_over {
            tokio::select! {
                biased;
                () = self.place.entry.closing.cancelled() => {
                    let why = self.place.entry.why.get().copied().unwrap_or(Farewell::Done);
                    self.farewell(why).await;
                }
                () = tokio::time::sleep_until(self.ping_at) => self.ping().await,
                received = self.socket.recv() => {
                    self.heard_at = Instant::now();
                    match received {
                        Some(Ok(Message::Text(text))) => return Some(Received::Text(text)),
                        Some(Ok(Message::Binary(bytes))) => return Some(Received::Binary(bytes)),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Close(_))) | None => self.is_over = true,
                        Some(Err(error)) => {
                            tracing::debug!(%error, "a socket broke");
                            // Of what can be wrong with a message, only its size is told apart by peers.
                            self.farewell(Farewell::TooLarge).await;
                        }
                    }
                }
            }
        }
        None
    }

    /// Sends text, of which the peer must take what came before within half a minute.
    pub(crate) async fn send_text(&mut self, text: String) -> Result<(), Closed> {
        self.send(Message::Text(text.into())).await
    }

    /// As [`Self::send_text`], with bytes.
    pub(crate) async fn send_bytes(&mut self, bytes: Bytes) -> Result<(), Closed> {
        self.send(Message::Binary(bytes)).await
    }

    /// Says why, and closes.
    pub(crate) async fn close(mut self, why: Farewell) {
        self.farewell(why).await;
    }

    async fn send(&mut self, message: Message) -> Result<(), Closed> {
        if self.is_over {
            return Err(Closed);
        }
        tokio::select! {
            biased;
            // What is to be told is told by `receive`.
            () = self.place.entry.closing.cancelled() => Err(Closed),
            sent = tokio::time::timeout(SEND_PATIENCE, self.socket.send(message)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) => {
                    self.is_over = true;
                    Err(Closed)
                }
                Err(_) => {
                    self.farewell(Farewell::TooSlow).await;
                    Err(Closed)
                }
            },
        }
    }

    async fn ping(&mut self) {
        self.ping_at = Instant::now() + PING_EVERY;
        if self.heard_at.elapsed() > SILENCE {
            self.is_over = true;
            return;
        }
        if self.send(Message::Ping(Bytes::new())).await.is_err() {
            tracing::debug!("a socket's peer takes no ping");
        }
    }

    async fn farewell(&mut self, why: Farewell) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        let goodbye = self.socket.send(Message::Close(Some(why.frame())));
        // Who does not listen any more misses nothing.
        drop(tokio::time::timeout(FAREWELL_PATIENCE, goodbye).await);
    }
}
