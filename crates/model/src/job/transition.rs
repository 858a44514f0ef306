//! The rules by which a job's state changes.

use std::time::Duration;

use super::{AttemptEnd, End, Phase, Retries, State, backoff::delay};
use crate::time::Timestamp;

/// Attempts that may end before their program started, until somebody has to look. Each costs nothing
/// but time, and what brings down five workers would bring down the sixth.
const MOST_ABORTS: u32 = 5;

/// Wait before a job is offered again that could not be started.
const AFTER_ABORT: Duration = Duration::from_secs(1);

/// What of an order decides how its job may go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub retries: Retries,
    pub idempotent: bool,
}

/// When something happens, and a number that the caller drew at random for it.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: Timestamp,
    pub draw: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// All jobs that it comes after have succeeded.
    Release,
    /// One of the jobs that it comes after did not succeed.
    Orphan,
    /// A worker takes it.
    Claim,
    /// Its worker is about to start its program.
    Start { fence: i64 },
    /// Its worker says how the attempt ended.
    Finish { fence: i64, end: AttemptEnd },
    /// Its worker gives it back and does not run it.
    HandBack { fence: i64 },
    /// Its worker was not heard of for longer than its lease.
    Expire { fence: i64 },
    /// Its owner does not want it any more.
    Cancel,
}

/// What must happen for the new state to become true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Workers look for jobs when it is due.
    Offer,
    /// Its worker kills its program.
    Kill,
    /// Those that come after it hear of it, and its owner.
    Settle,
}

/// Why a command changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("the job is not in a phase in which that can happen")]
    Phase,
    /// From a worker whose claim is over.
    #[error("the claim {fence} is over")]
    Stale { fence: i64 },
    #[error("the job is being cancelled")]
    Cancelling,
    #[error("the job has ended")]
    Ended,
    #[error("the job is not due yet")]
    NotDue,
}

/// Decides what a command means in a state.
///
/// # Errors
///
/// Returns [`Rejected`] when nothing should change.
pub fn apply(
    state: State,
    rules: Rules,
    command: Command,
    moment: Moment,
) -> Result<(State, Option<Effect>), Rejected> {
    if matches!(state.phase, Phase::Ended(_)) {
        return Err(Rejected::Ended);
    }
    let job = Live { state, rules, moment };
    match command {
        Command::Release => job.release(),
        Command::Orphan => job.orphan(),
        Command::Claim => job.claim(),
        Command::Start { fence } => job.held(fence)?.start(),
        Command::Finish { fence, end } => job.held(fence)?.finish(end),
        Command::HandBack { fence } => job.held(fence)?.hand_back(),
        Command::Expire { fence } => job.held(fence)?.expire(),
        Command::Cancel => job.cancel(),
    }
}

type Applied = Result<(State, Option<Effect>), Rejected>;

/// A job that has not ended.
#[derive(Clone, Copy)]
struct Live {
    state: State,
    rules: Rules,
    moment: Moment,
}

impl Live {
    fn release(self) -> Applied {
        match self.state.phase {
            Phase::Waiting => self.queue(self.moment.now),
            Phase::Queued { .. } | Phase::Leased | Phase::Running | Phase::Ended(_) => {
                Err(Rejected::Phase)
            }
        }
    }

    fn orphan(self) -> Applied {
        match self.state.phase {
            Phase::Waiting => self.end(End::Cancelled),
            Phase::Queued { .. } | Phase::Leased | Phase::Running | Phase::Ended(_) => {
                Err(Rejected::Phase)
            }
        }
    }

    fn claim(self) -> Applied {
        match self.state.phase {
            Phase::Queued { run_at } if run_at > self.moment.now => Err(Rejected::NotDue),
            Phase::Queued { .. } => {
                let fence = self.state.fence + 1;
                Ok((State { phase: Phase::Leased, fence, ..self.state }, None))
            }
            Phase::Waiting | Phase::Leased | Phase::Running | Phase::Ended(_) => {
                Err(Rejected::Phase)
            }
        }
    }

    /// The job of a worker, if the worker's claim is still the one that counts.
    fn held(self, fence: i64) -> Result<Self, Rejected> {
        let is_held = matches!(self.state.phase, Phase::Leased | Phase::Running);
        if is_held && self.state.fence == fence { Ok(self) } else { Err(Rejected::Stale { fence }) }
    }

    fn start(self) -> Applied {
        match self.state.phase {
            Phase::Leased if self.state.cancelling => Err(Rejected::Cancelling),
            Phase::Leased => Ok((State { phase: Phase::Running, ..self.state }, None)),
            Phase::Waiting | Phase::Queued { .. } | Phase::Running | Phase::Ended(_) => {
                Err(Rejected::Phase)
            }
        }
    }

    fn finish(self, end: AttemptEnd) -> Applied {
        if self.state.cancelling {
            return self.end(End::Cancelled);
        }
        let is_running = self.state.phase == Phase::Running;
        match end {
            AttemptEnd::NotStarted => self.try_later(),
            AttemptEnd::Refused => self.end(End::Failed),
            AttemptEnd::Interrupted if !is_running => self.queue(self.moment.now),
            AttemptEnd::Interrupted | AttemptEnd::Lost => self.lose(),
            // A program that was never announced has not run.
            AttemptEnd::Succeeded | AttemptEnd::Failed | AttemptEnd::TimedOut if !is_running => {
                Err(Rejected::Phase)
            }
            AttemptEnd::Succeeded => self.end(End::Succeeded),
            AttemptEnd::Failed => self.fail(End::Failed),
            AttemptEnd::TimedOut => self.fail(End::TimedOut),
        }
    }

    fn hand_back(self) -> Applied {
        match self.state.phase {
            Phase::Leased | Phase::Running if self.state.cancelling => self.end(End::Cancelled),
            Phase::Leased => self.queue(self.moment.now),
            Phase::Running => self.lose(),
            Phase::Waiting | Phase::Queued { .. } | Phase::Ended(_) => Err(Rejected::Phase),
        }
    }

    fn expire(self) -> Applied {
        match self.state.phase {
            _ if self.state.cancelling => self.end(End::Cancelled),
            Phase::Running => self.lose(),
            Phase::Waiting | Phase::Queued { .. } | Phase::Leased | Phase::Ended(_) => {
                self.try_later()
            }
        }
    }

    fn cancel(self) -> Applied {
        match self.state.phase {
            Phase::Waiting | Phase::Queued { .. } => self.end(End::Cancelled),
            Phase::Leased | Phase::Running if self.state.cancelling => Err(Rejected::Cancelling),
            Phase::Leased | Phase::Running | Phase::Ended(_) => {
                Ok((State { cancelling: true, ..self.state }, Some(Effect::Kill)))
            }
        }
    }

    /// The program has certainly not started, so that trying again can do no harm.
    fn try_later(self) -> Applied {
        let aborts = self.state.aborts + 1;
        let state = State { aborts, ..self.state };
        if aborts >= MOST_ABORTS {
            return Self { state, ..self }.end(End::Dead);
        }
        let wait = delay(AFTER_ABORT, aborts, self.moment.draw);
        Self { state, ..self }.queue(self.moment.now.after(wait))
    }

    /// The program ran and failed.
    fn fail(self, end: End) -> Applied {
        let Retries { max, .. } = self.rules.retries;
        if self.state.failures < max {
            return self.try_again();
        }
        self.end(if max == 0 { end } else { End::Dead })
    }

    /// The program may have started, and may even run to its end.
    fn lose(self) -> Applied {
        let most = match self.rules.idempotent {
            true => self.rules.retries.max.max(MOST_ABORTS),
            false => self.rules.retries.max,
        };
        if self.state.failures < most { self.try_again() } else { self.end(End::Lost) }
    }

    fn try_again(self) -> Applied {
        let failures = self.state.failures + 1;
        let base = Duration::from_millis(self.rules.retries.backoff_ms);
        let wait = delay(base, failures, self.moment.draw);
        let state = State { failures, ..self.state };
        Self { state, ..self }.queue(self.moment.now.after(wait))
    }

    fn queue(self, run_at: Timestamp) -> Applied {
        Ok((State { phase: Phase::Queued { run_at }, ..self.state }, Some(Effect::Offer)))
    }

    fn end(self, end: End) -> Applied {
        Ok((State { phase: Phase::Ended(end), ..self.state }, Some(Effect::Settle)))
    }
}
