//! Changing a plan: one step, without a step, or as a whole.
//!
//! Steps that are *kept* have been carried out or are being so. Their numbers stand in branches and commits, and
//! people approved what they say, so they stay as they are: same number, same title, same text. Steps are carried
//! out in order, so no other comes before them.

use std::{collections::BTreeSet, ops::Range};

use super::{Diagnostic, Plan, Severity, Step, StepNumber, heading};

/// Why a plan stays as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EditError {
    #[error("the plan has no step {number}; reload it to see its steps as they are now")]
    NoStep { number: StepNumber },
    #[error(
        "step {number} has been carried out or is being so and cannot be changed; revert it first"
    )]
    Kept { number: StepNumber },
    #[error(
        "step {number} cannot be deleted, since that renumbers step {kept}, which has been carried out; revert \
         that first"
    )]
    Renumbers { number: StepNumber, kept: StepNumber },
    #[error(
        "step {number} would come before step {kept}, which has been carried out or is being so; put it after that, \
         or revert that first"
    )]
    Before { number: StepNumber, kept: StepNumber },
    #[error("the first line of a step is its title, and it is empty; write one")]
    NoTitle,
    #[error("the new text of step {number} changes other steps too; edit the plan as a whole")]
    ReachesOut { number: StepNumber },
    #[error("the plan would have errors; correct them: {}", listed(.0))]
    Invalid(Vec<Diagnostic>),
}

/// `3:4: message; …`
fn listed(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|it| it.severity == Severity::Error);
    let shown = errors.take(5).map(|it| format!("{}:{}: {}", it.line, it.column, it.message));
    shown.collect::<Vec<_>>().join("; ")
}

type Kept = BTreeSet<StepNumber>;

impl Plan {
    /// The plan with another text of one step: its title in the first line, then its body. Steps within it stay.
    ///
    /// # Errors
    ///
    /// When there is no such step, it is kept, or the plan would not be valid.
    pub fn edit_step(
        &self,
        number: &StepNumber,
        text: &str,
        kept: &Kept,
    ) -> Result<Self, EditError> {
        let step = self.editable(number, kept)?;
        let (first, body) = text.split_once('\n').unwrap_or((text, ""));
        let title = heading::title_of(first.trim(), number);
        if title.is_empty() {
            return Err(EditError::NoTitle);
        }
        let ending = if self.text[step.heading.clone()].ends_with("\r\n") { "\r\n" } else { "\n" };
        let marks = &self.text[step.heading.start..step.number_span.end];
        let body = body.trim_matches(['\r', '\n']);
        let mut written = format!("{marks}: {title}{ending}");
        if !body.is_empty() {
            let lines = body.lines().map(|line| format!("{line}{ending}"));
            written.extend(std::iter::once(ending.to_owned()).chain(lines));
        }
        // Its body goes where it began; what stood between the steps within it is part of it.
        let mut changes = vec![(step.heading.clone(), written)];
        changes.extend(step.body.iter().map(|it| (it.clone(), String::new())));
        let end = step.body.first().map_or(step.heading.end, |it| it.end.max(step.heading.end));
        if end < self.text.len() {
            changes[0].1.push_str(ending);
        }
        let edited = Self::valid(self.with(changes)).map_err(EditError::Invalid)?;
        if edited.apart_from(number) != self.apart_from(number) {
            return Err(EditError::ReachesOut { number: number.clone() });
        }
        edited.keeps(self, kept)
    }

    /// The plan without a step and those within it. Steps after it that stand beside it are renumbered in their
    /// headings; what prose says about numbers stays.
    ///
    /// # Errors
    ///
    /// When there is no such step, it is kept or would renumber one that is, or the plan would have none left.
    pub fn delete_step(&self, number: &StepNumber, kept: &Kept) -> Result<Self, EditError> {
        self.editable(number, kept)?;
        let is_deleted = |it: &Step| it.number == *number || it.number.is_within(number);
        let mut changes = Vec::new();
        for step in &self.steps {
            let moved = step.number.moved_up(number);
            if is_deleted(step) {
                if kept.contains(&step.number) {
                    return Err(EditError::Kept { number: step.number.clone() });
                }
                // What of it lies between other steps is deleted with it.
                changes.push((step.heading.clone(), String::new()));
                changes.extend(step.body.iter().map(|it| (it.clone(), String::new())));
            } else if moved != step.number {
                if kept.contains(&step.number) {
                    let (number, kept) = (number.clone(), step.number.clone());
                    return Err(EditError::Renumbers { number, kept });
                }
                changes.push((step.number_span.clone(), moved.to_string()));
            }
        }
        let edited = Self::valid(self.with(changes)).map_err(EditError::Invalid)?;
        edited.keeps(self, kept)
    }

    /// Another text for the whole plan.
    ///
    /// # Errors
    ///
    /// When it is no valid plan, or a kept step is not in it as it was.
    pub fn replace(&self, text: impl Into<String>, kept: &Kept) -> Result<Self, EditError> {
        Self::valid(text).map_err(EditError::Invalid)?.keeps(self, kept)
    }

    fn editable(&self, number: &StepNumber, kept: &Kept) -> Result<&Step, EditError> {
        let step = self.step(number).ok_or_else(|| EditError::NoStep { number: number.clone() })?;
        if kept.contains(number) {
            return Err(EditError::Kept { number: number.clone() });
        }
        Ok(step)
    }

    /// This plan, if each kept step of the one before says in it what it said, and none is new before the last.
    fn keeps(self, before: &Self, kept: &Kept) -> Result<Self, EditError> {
        for number in kept {
            let was = before.step(number);
            let is = self.step(number);
            let is_same = was.zip(is).is_some_and(|(was, is)| {
                is.is_same(was)
                    && self.says(is) == before.says(was)
                    && is_leaf(&self, number) == is_leaf(before, number)
            });
            if was.is_some() && !is_same {
                return Err(EditError::Kept { number: number.clone() });
            }
        }
        let Some(kept_last) = kept.last() else { return Ok(self) };
        let new = self.leaves().find(|it| it.number < *kept_last && !kept.contains(&it.number));
        let new = new.map(|it| it.number.clone());
        match new {
            Some(number) => Err(EditError::Before { number, kept: kept_last.clone() }),
            None => Ok(self),
        }
    }

    /// What a plan says, but for one step's title and body.
    fn apart_from(&self, number: &StepNumber) -> Vec<(Option<&StepNumber>, String)> {
        let steps = self.steps.iter().map(|it| match it.number == *number {
            true => (Some(&it.number), String::new()),
            false => (Some(&it.number), format!("{}\n{}", it.title, self.says(it))),
        });
        steps.chain([(None, self.context().trim().to_owned())]).collect()
    }

    /// A step's own text without the empty lines around it, which edits beside it may change.
    fn says(&self, step: &Step) -> String {
        self.body(step).trim().to_owned()
    }

    /// The text with other words in some places, which do not overlap.
    fn with(&self, mut changes: Vec<(Range<usize>, String)>) -> String {
        changes.sort_by_key(|it| it.0.start);
        let mut text = String::with_capacity(self.text.len());
        let mut at = 0;
        for (span, written) in changes {
            text.push_str(&self.text[at..span.start]);
            text.push_str(&written);
            at = span.end;
        }
        text + &self.text[at..]
    }
}

fn is_leaf(plan: &Plan, number: &StepNumber) -> bool {
    !plan.steps.iter().any(|it| it.number.is_within(number))
}
