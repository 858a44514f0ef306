//! Whether a block ended as its author expects. Sessions, jobs and the command line ask here.

use document::Expectation;
use model::{execution::Outcome, walk};

/// Whether a program that ended so passes. One that was ended from outside never does, whatever was
/// expected of it.
#[must_use]
pub fn is_as_expected(outcome: &Outcome, expected: Expectation) -> bool {
    let by_itself = matches!(outcome, Outcome::Exited { .. } | Outcome::Killed { .. });
    match expected {
        Expectation::Success => outcome.is_success(),
        Expectation::Failure => by_itself && !outcome.is_success(),
        Expectation::Any => by_itself,
    }
}

/// What it means for a walk; no outcome is a failure of ours.
pub(crate) fn of(outcome: Option<&Outcome>, expected: Expectation) -> walk::Verdict {
    match outcome {
        Some(Outcome::Cancelled) => walk::Verdict::Stopped,
        Some(outcome) if is_as_expected(outcome, expected) => walk::Verdict::Passed,
        Some(_) | None => walk::Verdict::Failed,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_a_program_that_ended_by_itself_can_fail_as_expected() {
        let ends = [
            (Outcome::Exited { code: 0 }, [true, false, true]),
            (Outcome::Exited { code: 1 }, [false, true, true]),
            (Outcome::Killed { signal: 6 }, [false, true, true]),
            (Outcome::TimedOut { limit: Duration::ZERO }, [false; 3]),
            (Outcome::OutOfMemory { limit_bytes: 1 }, [false; 3]),
            (Outcome::Cancelled, [false; 3]),
            (Outcome::Lost, [false; 3]),
        ];
        for (outcome, expected) in ends {
            let all = [Expectation::Success, Expectation::Failure, Expectation::Any];
            assert_eq!(all.map(|it| is_as_expected(&outcome, it)), expected, "{outcome:?}");
        }
    }
}
