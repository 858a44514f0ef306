//! A plan: a runbook whose numbered headings are the steps that an agent carries out.
//!
//! ```text
//!   # Rate limits for the API          title
//!   What is wanted, and why.           context of all steps
//!   ## Step 1: Count requests          step 1, which has steps of its own, so they are carried out
//!   Use the store that is there.       context of 1 and of all within it
//!   ### 1.1 Add the counter            step 1.1
//!   ```bash {check}                    must pass before 1.1 counts as done
//!   ## Validation                      prose of the plan again
//! ```
//!
//! The grammar stands in `docs/plans.md`. Reading never fails: it gives a plan and diagnostics. The text is kept
//! as it was written; all else are spans of it. A plan with an error among its diagnostics is shown, but becomes
//! no version that somebody could carry out.

mod check;
mod edit;
mod heading;
mod number;
mod numbering;
mod read;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use self::{
    check::Check,
    edit::EditError,
    number::{InvalidNumber, MAX_DEPTH, MAX_STEPS, StepNumber},
};
pub use document::{Diagnostic, Severity};

/// A thousand steps with a page each. Every version is kept, so it is less than a runbook may have.
pub const MAX_PLAN_BYTES: usize = 1024 * 1024;

/// A plan's text and what was read from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    text: String,
    title: Option<String>,
    steps: Vec<Step>,
    /// What belongs to no step.
    prose: Vec<Range<usize>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub number: StepNumber,
    /// Empty where its heading is a number alone.
    pub title: String,
    /// Of its heading, counted from 1.
    pub line: usize,
    /// The line of its heading, with its ending.
    pub heading: Range<usize>,
    /// From its heading to the end of the steps within it.
    pub whole: Range<usize>,
    /// What must pass before it counts as done, in the order of the text.
    pub checks: Vec<Check>,
    number_span: Range<usize>,
    /// Its own text, without its heading and the steps within it.
    body: Vec<Range<usize>>,
}

impl Plan {
    /// Reads a plan. What is wrong with it stands in the diagnostics.
    #[must_use]
    pub fn parse(text: impl Into<String>) -> (Self, Vec<Diagnostic>) {
        read::read(text.into())
    }

    /// A plan without errors.
    ///
    /// # Errors
    ///
    /// All diagnostics, when one of them is an error.
    pub fn valid(text: impl Into<String>) -> Result<Self, Vec<Diagnostic>> {
        let (plan, diagnostics) = Self::parse(text);
        let is_wrong = diagnostics.iter().any(|it| it.severity == Severity::Error);
        if is_wrong { Err(diagnostics) } else { Ok(plan) }
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// All of them, in the order of the text.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    #[must_use]
    pub fn step(&self, number: &StepNumber) -> Option<&Step> {
        self.steps.iter().find(|it| it.number == *number)
    }

    /// The steps that are carried out: those without steps of their own.
    pub fn leaves(&self) -> impl Iterator<Item = &Step> {
        let followed = self.steps.iter().skip(1).map(Some).chain([None]);
        let is_leaf = |step: &Step, next: Option<&Step>| {
            next.is_none_or(|next| !next.number.is_within(&step.number))
        };
        let pairs = self.steps.iter().zip(followed);
        pairs.filter(move |(step, next)| is_leaf(step, *next)).map(|(step, _)| step)
    }

    /// The steps that carry out this one: itself, or those within it that have no steps of their own.
    pub fn leaves_of(&self, number: &StepNumber) -> impl Iterator<Item = &Step> {
        self.leaves().filter(move |it| it.number == *number || it.number.is_within(number))
    }

    /// What is said of no step in particular: the objective, the analysis, how to validate.
    #[must_use]
    pub fn context(&self) -> String {
        self.cut(&self.prose)
    }

    /// What is said of a step itself, without its heading and the steps within it.
    #[must_use]
    pub fn body(&self, step: &Step) -> String {
        self.cut(&step.body)
    }

    fn cut(&self, spans: &[Range<usize>]) -> String {
        spans.iter().map(|it| &self.text[it.clone()]).collect()
    }
}

impl Step {
    /// `Step 1.2: Add tests`
    #[must_use]
    pub fn label(&self) -> String {
        match self.title.as_str() {
            "" => format!("Step {}", self.number),
            title => format!("Step {}: {title}", self.number),
        }
    }

    /// Whether another version of a plan means the same step: by number and title.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.number == other.number && self.title == other.title
    }
}
