//! What one session is allowed.

#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr, sync::Arc};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hyper::header::{AUTHORIZATION, HeaderMap};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::{Budget, Metered, Models, redaction::Redaction, refusal::Refusal};

/// Requests of a session at once; more wait for their turn. Agents that work side by side have one each.
const REQUESTS_AT_ONCE: usize = 16;

/// Kibibytes of requests of a session at once, so that no sandbox fills the memory of all. A conversation has one
/// or two mebibytes.
const KIBIBYTES_AT_ONCE: u32 = 64 << 10;

/// Shorter tokens could be guessed.
const LEAST_TOKEN_BYTES: usize = 16;

/// What a session shows to the gateway. Its `Debug` hides it.
#[derive(Clone)]
pub struct SessionToken(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a session's token has {LEAST_TOKEN_BYTES} or more printable ASCII characters")]
pub struct InvalidToken;

impl SessionToken {
    /// A new one that nobody can guess.
    ///
    /// # Panics
    ///
    /// If the operating system gives no random numbers.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// For the environment of the session's agent and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for SessionToken {
    type Err = InvalidToken;

    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let fine = text.len() >= LEAST_TOKEN_BYTES && text.bytes().all(|it| it.is_ascii_graphic());
        if fine { Ok(Self(text.to_owned())) } else { Err(InvalidToken) }
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken")
    }
}

/// Whether what is said is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recording {
    #[default]
    Off,
    /// Each [`Metered`] has a [`Record`](crate::Record).
    On,
}

/// What one session is allowed, and who hears of its requests. All its connections share one.
#[derive(Debug)]
pub struct Pass {
    token: SessionToken,
    pub(crate) models: Models,
    pub(crate) budget: Budget,
    pub(crate) user_budget: Option<Budget>,
    sink: mpsc::Sender<Metered>,
    pub(crate) recording: Recording,
    pub(crate) hidden: Redaction,
    requests: Arc<Semaphore>,
    /// In kibibytes.
    room: Arc<Semaphore>,
}

/// A request's right to be handled, and the place of its [`Metered`] in the channel.
#[derive(Debug)]
pub(crate) struct Admission {
    pub(crate) request: OwnedSemaphorePermit,
    pub(crate) room: OwnedSemaphorePermit,
    pub(crate) place: mpsc::OwnedPermit<Metered>,
}

impl Pass {
    /// A request begins when there is a place for its [`Metered`] in the channel, so none is lost. When nobody
    /// listens any more, the session is over and everything is refused.
    #[must_use]
    pub fn new(
        token: SessionToken,
        models: Models,
        budget: Budget,
        sink: mpsc::Sender<Metered>,
    ) -> Self {
        let hidden = Redaction::of([token.reveal()]);
        let requests = Arc::new(Semaphore::new(REQUESTS_AT_ONCE));
        let room = Arc::new(Semaphore::new(KIBIBYTES_AT_ONCE as usize));
        let (user_budget, recording) = (None, Recording::Off);
        Self { token, models, budget, user_budget, sink, recording, hidden, requests, room }
    }

    /// What the user's sessions may cost together: one budget for all of their passes.
    #[must_use]
    pub fn with_user_budget(self, budget: Budget) -> Self {
        Self { user_budget: Some(budget), ..self }
    }

    #[must_use]
    pub fn with_recording(self, recording: Recording) -> Self {
        Self { recording, ..self }
    }

    /// Values that neither records nor messages may show.
    #[must_use]
    pub fn hiding<'a, I: IntoIterator<Item = &'a str>>(self, values: I) -> Self {
        let hidden = self.hidden.and(&Redaction::of(values));
        Self { hidden, ..self }
    }

    pub(crate) fn admits(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let bearers = headers.get_all(AUTHORIZATION).iter();
        let bearers = bearers.filter_map(|it| it.as_bytes().strip_prefix(b"Bearer "));
        let keys = headers.get_all("x-api-key").iter().map(|it| it.as_bytes());
        let token = self.token.0.as_bytes();
        let known = bearers.chain(keys).any(|it| verify_slices_are_equal(it, token).is_ok());
        if known { Ok(()) } else { Err(Refusal::token()) }
    }

    /// For a request of so many bytes.
    pub(crate) async fn admission(&self, bytes: usize) -> Result<Admission, Refusal> {
        let request = Arc::clone(&self.requests).acquire_owned().await;
        let request = request.expect("the requests are never closed");
        let kibibytes = u32::try_from(bytes.div_ceil(1 << 10)).unwrap_or(u32::MAX);
        let room =
            Arc::clone(&self.room).acquire_many_owned(kibibytes.min(KIBIBYTES_AT_ONCE)).await;
        let room = room.expect("the room is never closed");
        let place = self.sink.clone().reserve_owned().await;
        let place = place.map_err(|_| Refusal::session_over())?;
        Ok(Admission { request, room, place })
    }
}
