//! An answer on its way to the client: its bytes pass through as they come, and are read beside it.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use tokio::time::{Instant, Sleep, sleep};

use crate::{
    Trouble, TroubleKind,
    exchange::Exchange,
    tally::{End, Tally},
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a client is answered.
pub(crate) enum Answer {
    Whole(Full<Bytes>),
    Relay(Box<Relay>),
}

pub(crate) struct Relay {
    provider: reqwest::Body,
    tally: Tally,
    exchange: Exchange,
    idle: Duration,
    silence: Pin<Box<Sleep>>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// A piece has come.
    Flowing,
    /// The provider says nothing: the time runs. A slow client is not the provider's silence.
    Waiting,
    /// The provider has said all that it will.
    Ended,
}

/// The client is told by a connection that breaks off: it has a part of an answer already.
#[derive(Debug, thiserror::Error)]
#[error("the answer of the model provider broke off")]
struct BrokenOff;

impl Answer {
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self::Whole(Full::new(bytes))
    }
}

impl Relay {
    pub(crate) fn new(
        provider: reqwest::Body,
        tally: Tally,
        exchange: Exchange,
        idle: Duration,
    ) -> Self {
        let silence = Box::pin(sleep(idle));
        Self { provider, tally, exchange, idle, silence, state: State::Flowing }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.state == State::Ended {
            return Poll::Ready(None);
        }
        match Pin::new(&mut self.provider).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.state = State::Flowing;
                match frame.into_data() {
                    Ok(piece) => {
                        self.tally.feed(&piece);
                        Poll::Ready(Some(Ok(Frame::data(piece))))
                    }
                    // Headers after the body, which no client gets.
                    Err(_) => self.end(),
                }
            }
            Poll::Ready(Some(Err(_))) => Poll::Ready(Some(Err(self.broken_off(
                TroubleKind::Interrupted,
                "the connection to the model provider broke off in the middle of an answer",
            )))),
            Poll::Ready(None) => self.end(),
            Poll::Pending => self.poll_silence(cx),
        }
    }

    fn poll_silence(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.state == State::Flowing {
            self.state = State::Waiting;
            self.silence.as_mut().reset(Instant::now() + self.idle);
        }
        std::task::ready!(self.silence.as_mut().poll(cx));
        let message = "the model provider fell silent in the middle of an answer";
        Poll::Ready(Some(Err(self.broken_off(TroubleKind::TimedOut, message))))
    }

    fn end<T>(&mut self) -> Poll<Option<T>> {
        self.state = State::Ended;
        Poll::Ready(None)
    }

    fn has_ended(&self) -> bool {
        self.state == State::Ended || self.provider.is_end_stream()
    }

    fn broken_off(&mut self, kind: TroubleKind, message: &str) -> BoxError {
        self.state = State::Ended;
        self.exchange.trouble(Trouble::new(kind, message));
        Box::new(BrokenOff)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let mut seen = self.tally.finish();
        if let Some((kind, words)) = seen.error.take() {
            let words = self.exchange.hidden().words(&words);
            let kind = TroubleKind::of_error(&kind);
            let message = format!("the model provider broke an answer off: {words}");
            self.exchange.trouble(Trouble::new(kind, message));
        } else if self.has_ended() && seen.end == End::Missing {
            let message = "the answer of the model provider ended before its end";
            self.exchange.trouble_if_none(Trouble::new(TroubleKind::Interrupted, message));
        }
        self.exchange.seen(seen);
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
            Self::Relay(relay) => relay.poll(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Relay(relay) => relay.has_ended(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Relay(relay) => relay.provider.size_hint(),
        }
    }
}
