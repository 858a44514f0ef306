//! A walk: several blocks that run one after another, until one does not end as it should.
//!
//! ```text
//!            every block passed
//!  Running ───────────────────────▶ Passed
//!     │  one did not pass           (unless it keeps going; then Failed at the end)
//!     ├──────────────────────────▶ Failed
//!     │  somebody stopped it
//!     └──────────────────────────▶ Stopped
//! ```

/// How far a walk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    Passed,
    Failed,
    Stopped,
}

/// How one of its blocks ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As its author expects.
    Passed,
    Failed,
    /// Somebody stopped it.
    Stopped,
}

/// Blocks in the order in which they run, and how far that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    blocks: Vec<String>,
    done: usize,
    has_failed: bool,
    keeps_going: bool,
    state: State,
}

impl Walk {
    /// A walk over these blocks, by their ids. One that keeps going runs what follows a failure too.
    #[must_use]
    pub fn new(blocks: Vec<String>, keeps_going: bool) -> Self {
        let state = if blocks.is_empty() { State::Passed } else { State::Running };
        Self { blocks, done: 0, has_failed: false, keeps_going, state }
    }

    /// The block that runs, or is next to; `None` when the walk is over.
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        let next = self.blocks.get(self.done).filter(|_| self.state == State::Running);
        next.map(String::as_str)
    }

    /// Notes how that block ended. A walk that is over stays as it is.
    pub fn ended(&mut self, verdict: Verdict) {
        if self.state != State::Running {
            return;
        }
        self.done += 1;
        self.has_failed |= verdict != Verdict::Passed;
        self.state = match verdict {
            Verdict::Stopped => State::Stopped,
            Verdict::Failed if !self.keeps_going => State::Failed,
            Verdict::Passed | Verdict::Failed if self.done < self.blocks.len() => State::Running,
            Verdict::Passed | Verdict::Failed if self.has_failed => State::Failed,
            Verdict::Passed | Verdict::Failed => State::Passed,
        };
    }

    /// Ends it before its next block begins.
    pub fn stop(&mut self) {
        if self.state == State::Running {
            self.state = State::Stopped;
        }
    }

    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// All of its blocks, by their ids.
    #[must_use]
    pub fn blocks(&self) -> &[String] {
        &self.blocks
    }

    /// How many of them have ended.
    #[must_use]
    pub const fn done(&self) -> usize {
        self.done
    }

    /// Those that a walk that is over did not come to.
    #[must_use]
    pub fn not_run(&self) -> &[String] {
        if self.state == State::Running { &[] } else { &self.blocks[self.done..] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only place that drives a walk over `a b c`; each test below is one row.
    #[track_caller]
    fn check(verdicts: &[Verdict], keeps_going: bool, expected: &str) {
        let mut walk = Walk::new(["a", "b", "c"].map(str::to_owned).to_vec(), keeps_going);
        for verdict in verdicts {
            walk.ended(*verdict);
        }
        let (next, left) = (walk.next().unwrap_or("-"), walk.not_run().join(" "));
        assert_eq!(
            format!("{:?} {} next {next} left [{left}]", walk.state(), walk.done()),
            expected
        );
    }

    #[test]
    fn one_block_follows_the_other_to_the_end() {
        check(&[], false, "Running 0 next a left []");
        check(&[Verdict::Passed], false, "Running 1 next b left []");
        check(&[Verdict::Passed; 3], false, "Passed 3 next - left []");
    }

    #[test]
    fn the_first_failure_ends_it_and_the_rest_is_not_run() {
        check(&[Verdict::Passed, Verdict::Failed], false, "Failed 2 next - left [c]");
        check(&[Verdict::Failed, Verdict::Passed], false, "Failed 1 next - left [b c]");
    }

    #[test]
    fn one_that_keeps_going_fails_at_its_end() {
        check(&[Verdict::Failed], true, "Running 1 next b left []");
        check(
            &[Verdict::Failed, Verdict::Passed, Verdict::Passed],
            true,
            "Failed 3 next - left []",
        );
    }

    #[test]
    fn a_stop_ends_it_whatever_it_keeps_doing() {
        check(&[Verdict::Stopped], true, "Stopped 1 next - left [b c]");
        let mut walk = Walk::new(vec!["a".to_owned()], false);
        walk.stop();
        assert_eq!((walk.state(), walk.not_run().len()), (State::Stopped, 1));
    }

    #[test]
    fn a_walk_over_nothing_has_passed() {
        assert_eq!(Walk::new(Vec::new(), false).state(), State::Passed);
    }
}
