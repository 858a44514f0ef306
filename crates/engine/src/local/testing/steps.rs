//! The steps of a test: which blocks run, and whether they end as they are expected to.

use std::collections::BTreeMap;

use document::{
    normal_id,
    suite::{Expect, Step},
};

use super::{Ended, StepReport, TestError, TestVerdict, blocks::Acted, running::Running};

/// A step, and the place of its block among the components.
struct Planned {
    component: usize,
    step: Step,
    /// Whether the suite names it; otherwise it runs since all do.
    is_named: bool,
}

impl Running<'_> {
    /// Runs all steps, and looks at what must be so at the end.
    pub(super) async fn steps(&mut self) -> Result<TestVerdict, TestError> {
        let planned = match self.plan() {
            Ok(planned) => planned,
            Err(how) => return Ok(TestVerdict::Failed { how }),
        };
        for planned in planned {
            let verdict = self.step(&planned).await?;
            if verdict != TestVerdict::Passed {
                return Ok(verdict);
            }
        }
        self.current = None;
        match self.assertions(&self.test.assertions.clone()).await? {
            Ok(()) => Ok(TestVerdict::Passed),
            Err(how) => Ok(TestVerdict::Failed { how }),
        }
    }

    /// The steps in the order of the document. `Err` says what is wrong with the list.
    fn plan(&self) -> Result<Vec<Planned>, String> {
        let reading = &self.tester.reading;
        if self.test.steps.is_empty() {
            let components = reading.document.components.iter().enumerate();
            let all = components.filter(|it| !it.1.id.is_empty()).map(|(component, it)| Planned {
                component,
                step: step_of(&it.id),
                is_named: false,
            });
            return Ok(all.collect());
        }
        let mut planned = BTreeMap::new();
        for step in &self.test.steps {
            let Some((component, _)) = reading.component(&step.block) else {
                return Err(format!("a step names {:?}, and no block has that id", step.block));
            };
            let step = Planned { component, step: step.clone(), is_named: true };
            if let Some(other) = planned.insert(component, step) {
                return Err(format!("two steps name `{}`; a block runs once", other.step.block));
            }
        }
        Ok(planned.into_values().collect())
    }

    async fn step(&mut self, planned: &Planned) -> Result<TestVerdict, TestError> {
        let step = &planned.step;
        self.current = Some(step.block.clone());
        if step.expect == Expect::Skip {
            let message = "as the suite says".to_owned();
            self.record(step, Acted::new(Ended::Skipped, message));
            return Ok(TestVerdict::Passed);
        }
        let acted = self.act(planned.component, step).await?;
        let failed = if acted.ended == Ended::Skipped {
            None
        } else {
            self.disappointment(step, &acted).or(self.missing_outputs(step, &acted))
        };
        let why = acted.message.clone();
        let is_lacking = acted.ended == Ended::Skipped && planned.is_named;
        self.record(step, acted);
        if is_lacking {
            return Ok(TestVerdict::Skipped { why: format!("block `{}`: {why}", step.block) });
        }
        if let Some(how) = failed {
            return Ok(TestVerdict::Failed { how });
        }
        Ok(match self.assertions(&step.assertions).await? {
            Ok(()) => TestVerdict::Passed,
            Err(how) => TestVerdict::Failed { how: format!("after block `{}`: {how}", step.block) },
        })
    }

    fn record(&mut self, step: &Step, acted: Acted) {
        let Acted { ended, message, output, .. } = acted;
        self.report.steps.push(StepReport { block: step.block.clone(), ended, message, output });
    }

    /// How a block ended otherwise than expected, if it did.
    fn disappointment(&self, step: &Step, acted: &Acted) -> Option<String> {
        let block = &step.block;
        let is_expected = match step.expect {
            Expect::Success => acted.ended == Ended::Success,
            Expect::Warn => acted.ended == Ended::Warn,
            Expect::Fail => acted.ended == Ended::Fail,
            Expect::Blocked => acted.ended == Ended::Blocked,
            Expect::ConfigError => acted.ended == Ended::ConfigError,
            Expect::Skip => acted.ended == Ended::Skipped,
        };
        if !is_expected {
            let expected = expected(step.expect);
            let said = acted.said();
            return Some(format!(
                "block `{block}` was to end with {expected}, and ended with {}{said}",
                acted.ended
            ));
        }
        if let Some(wanted) = &step.error_contains {
            let all = format!("{}\n{}", acted.message, acted.output).to_lowercase();
            if !all.contains(&wanted.to_lowercase()) {
                let said = acted.said();
                return Some(format!("block `{block}` was to say {wanted:?}, and did not{said}"));
            }
        }
        let outputs = self.outputs_of(block);
        step.outputs.iter().find_map(|(name, wanted)| match outputs.get(name) {
            Some(found) if found == wanted => None,
            Some(found) => {
                Some(format!("block `{block}` was to give {name} = {wanted:?}, and gave {found:?}"))
            }
            None => {
                Some(format!("block `{block}` was to give {name} = {wanted:?}, and gave no {name}"))
            }
        })
    }

    /// Which of the outputs that a block was to wait for it did not.
    fn missing_outputs(&self, step: &Step, acted: &Acted) -> Option<String> {
        let waits = |wanted: &&String| {
            let (block, name) = output_name(wanted);
            acted.missing.iter().any(|it| {
                it.split_once('.').is_some_and(|it| normal_id(it.0) == block && it.1 == name)
            })
        };
        let other = step.missing_outputs.iter().find(|it| !waits(it))?;
        let block = &step.block;
        Some(format!("block `{block}` was to wait for {other}, and did not{}", acted.said()))
    }
}

/// `block.output`, as templates of Gruntwork Runbooks write it, too: `outputs.block.output`, and in its first versions
/// `_blocks.block.outputs.output`.
fn output_name(written: &str) -> (String, &str) {
    let rest = written.strip_prefix("outputs.").or(written.strip_prefix("_blocks."));
    let (block, name) = rest.unwrap_or(written).split_once('.').unwrap_or((written, ""));
    (normal_id(block), name.strip_prefix("outputs.").unwrap_or(name))
}

/// A step of which nobody said anything.
fn step_of(block: &str) -> Step {
    Step {
        block: block.to_owned(),
        expect: Expect::Success,
        env_prefix: None,
        outputs: BTreeMap::new(),
        missing_outputs: Vec::new(),
        error_contains: None,
        assertions: Vec::new(),
    }
}

/// As suites write it.
const fn expected(expect: Expect) -> &'static str {
    match expect {
        Expect::Success => "success",
        Expect::Warn => "warn",
        Expect::Fail => "fail",
        Expect::Blocked => "blocked",
        Expect::Skip => "skip",
        Expect::ConfigError => "config_error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_named_in_three_ways() {
        for written in ["make-it.url", "outputs.make_it.url", "_blocks.make-it.outputs.url"] {
            assert_eq!(output_name(written), ("make_it".to_owned(), "url"), "{written}");
        }
    }
}
