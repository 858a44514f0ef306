//! One request, from its first byte to its [`Metered`].
//!
//! ```text
//!  begun ──▶ asked ──▶ sent ──▶ answering ──▶ dropped: spent, told
//!    └─────────┴─────────┴──────── refused ─────▲
//! ```
//!
//! Whatever becomes of it, it is settled when it is dropped: also when the client goes away.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hyper::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::{
    Count, ModelId, Pass, RequestKind, Trouble, Usage, budget::Reservation, gateway::Shared,
    pass::Admission, redaction::Redaction, refusal::Refusal, request::Ask, tally::Seen,
};

/// What a request came to. There is one for each request that was sent on, or refused for a reason that people must
/// know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    pub kind: RequestKind,
    /// `None` if it may not be asked.
    pub model: Option<ModelId>,
    pub usage: Usage,
    pub count: Count,
    /// In millionths of a dollar. Already taken from the budgets.
    pub cost: u64,
    pub duration: Duration,
    /// As the client was answered; `None` if it went away before.
    pub status: Option<u16>,
    pub trouble: Option<Trouble>,
    /// If the session is recorded.
    pub record: Option<Record>,
}

/// What was said, without secrets, and cut to a bounded length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The last message of the request, as JSON.
    pub request: String,
    pub reply: String,
}

#[derive(Debug)]
pub(crate) struct Exchange {
    gateway: Arc<Shared>,
    pass: Arc<Pass>,
    kind: RequestKind,
    begun: Instant,
    place: Option<mpsc::OwnedPermit<Metered>>,
    /// Its place among the requests and its room, until it is over.
    _held: [OwnedSemaphorePermit; 2],
    /// Of the session's budget, then of its user's: always in this order, so that no two wait for each other.
    reservations: Vec<Reservation>,
    ask: Option<Ask>,
    stage: Stage,
    status: Option<u16>,
    trouble: Option<Trouble>,
}

/// How far it has come, as far as that costs anything.
#[derive(Debug)]
enum Stage {
    /// Nothing is owed: it was not sent, or the provider refused it.
    Free,
    /// The provider works at it.
    Sent,
    Answered(Box<Seen>),
}

impl Exchange {
    pub(crate) fn begin(
        gateway: Arc<Shared>,
        pass: Arc<Pass>,
        kind: RequestKind,
        admission: Admission,
    ) -> Self {
        Self {
            gateway,
            pass,
            kind,
            begun: Instant::now(),
            place: Some(admission.place),
            _held: [admission.request, admission.room],
            reservations: Vec::new(),
            ask: None,
            stage: Stage::Free,
            status: None,
            trouble: None,
        }
    }

    /// Waits until the budgets have room for it.
    pub(crate) async fn ask(&mut self, ask: Ask) -> Result<(), Refusal> {
        let most = Usage {
            input_tokens: ask.input_tokens,
            output_tokens: ask.output_tokens,
            ..Usage::default()
        };
        let most = self.gateway.cost(&ask, &most);
        self.ask = Some(ask);
        match self.kind {
            RequestKind::CountTokens => {}
            RequestKind::Messages => {
                for budget in [&self.pass.budget].into_iter().chain(&self.pass.user_budget) {
                    let reserved = budget.reserve(most).await;
                    self.reservations.push(reserved.map_err(Refusal::budget)?);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn sent(&mut self) {
        self.stage = Stage::Sent;
    }

    pub(crate) fn answers(&mut self, status: StatusCode) {
        self.status = Some(status.as_u16());
    }

    pub(crate) fn trouble(&mut self, trouble: Trouble) {
        self.trouble = Some(trouble);
    }

    /// Keeps what is known already: it came first.
    pub(crate) fn trouble_if_none(&mut self, trouble: Trouble) {
        self.trouble.get_or_insert(trouble);
    }

    pub(crate) fn seen(&mut self, seen: Seen) {
        self.stage = Stage::Answered(Box::new(seen));
    }

    /// What the client is told instead of an answer.
    pub(crate) fn refused(&mut self, refusal: &Refusal) {
        self.status = Some(refusal.status.as_u16());
        self.trouble = refusal.trouble.as_deref().cloned();
    }

    /// The provider has not worked for it.
    pub(crate) fn free(&mut self) {
        self.stage = Stage::Free;
    }

    pub(crate) fn hidden(&self) -> Redaction {
        self.gateway.hidden.and(&self.pass.hidden)
    }

    fn usage(&self) -> (Usage, Count) {
        let input = self.ask.as_ref().map_or(0, |it| it.input_tokens);
        match (&self.stage, self.kind) {
            (Stage::Free, _) | (_, RequestKind::CountTokens) => (Usage::default(), Count::Exact),
            (Stage::Sent, RequestKind::Messages) => Seen::default().usage(input),
            (Stage::Answered(seen), RequestKind::Messages) => seen.usage(input),
        }
    }

    fn record(&self) -> Option<Record> {
        let ask = self.ask.as_ref()?;
        let said = ask.said.as_ref()?;
        let reply = match &self.stage {
            Stage::Answered(seen) => seen.text.as_str(),
            Stage::Free | Stage::Sent => "",
        };
        let (hidden, most) = (self.hidden(), self.gateway.limits.record);
        Some(Record { request: hidden.bounded(said, most), reply: hidden.bounded(reply, most) })
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let (usage, count) = self.usage();
        let cost = self.ask.as_ref().map_or(0, |ask| self.gateway.cost(ask, &usage));
        for reservation in self.reservations.drain(..) {
            reservation.spend(cost);
        }
        let was_sent = match &self.stage {
            Stage::Sent | Stage::Answered(_) => true,
            Stage::Free => false,
        };
        let Some(place) = self.place.take() else { return };
        if was_sent || self.trouble.is_some() {
            place.send(Metered {
                kind: self.kind,
                model: self.ask.as_ref().map(|it| it.model.clone()),
                usage,
                count,
                cost,
                duration: self.begun.elapsed(),
                status: self.status,
                trouble: self.trouble.take(),
                record: self.record(),
            });
        }
    }
}
