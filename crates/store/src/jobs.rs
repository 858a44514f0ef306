//! The queue: jobs, who has them, and what they said.
//!
//! ```text
//!  submit ─▶ waiting ─▶ scheduled ─▶ held ─▶ ready ─▶ leased ─▶ running ─▶ job_history
//!            (after)     (run_at)    (gates)   └── claim by virtual time ──┘
//! ```
//!
//! One code path serves both databases. What differs stands in `dialect`: how rows are locked, how the
//! clock is read, how a list is passed. Times are always those of the database's clock. Whatever changes
//! the state of a job has locked the row of its account first, and locks accounts in the order of their
//! ids, so that counters and bounds are exact and nobody waits in a circle.
//!
//! Refused: the rules by which states change, which are in `model::job`.

mod bell;
mod change;
mod claim;
pub(crate) mod dialect;
mod events;
mod gates;
mod limits;
mod listing;
pub(crate) mod row;
mod schedules;
mod set_back;
mod settle;
mod submit;
mod tend;
mod webhooks;
mod workers;

pub(crate) use self::{bell::Others, events::is_running};
pub use self::{
    bell::{Bell, Listener, Wake},
    claim::{Claimed, Fit},
    events::Appended,
    limits::Subject,
    listing::{JobFilter, QueueStatistics},
    settle::{CancelAnswer, Finished, Settled},
    submit::{Idempotency, NewJob, SubmitJobError, Submitted},
    tend::Tended,
    webhooks::Telling,
    workers::{NewWorker, Renewal},
};
