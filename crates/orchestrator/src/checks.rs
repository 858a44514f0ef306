//! Checks of steps: blocks of the plan that must pass in the sandbox before what was changed is delivered.

use std::time::Duration;

use agent::{
    plan::{Check, Plan, StepNumber},
    session::{CheckFailure, Fact, Fault, Fence, Note},
};
use engine::is_as_expected;
use model::execution::Outcome;
use sandbox::Program;
use tokio::sync::mpsc;

use crate::{
    bench::{Bench, End},
    dialogue::Heard,
};

/// For a check that sets none of its own.
const USUAL_TIME: Duration = Duration::from_secs(10 * 60);

/// Runs all checks of these steps, one after another, and tells of each.
pub(crate) async fn run(
    bench: &Bench,
    plan: Option<&Plan>,
    steps: &[StepNumber],
    (fence, tell): (Fence, &mpsc::Sender<(Fence, Heard)>),
) -> Vec<Fact> {
    let mut failures = Vec::new();
    for step in steps {
        let checks = plan.and_then(|it| it.step(step)).map_or(&[][..], |it| &it.checks);
        for check in checks {
            let (passed, output) = match run_one(bench, check).await {
                Ok(ended) => ended,
                Err(why) => return vec![Fact::Failed { fence, fault: Fault::Passing { why } }],
            };
            let (step, line) = (step.clone(), check.line);
            let note = Note::Check { step: step.clone(), line, output: output.clone(), passed };
            tell.send((fence, Heard::Fact(Fact::Noted { fence, note }))).await.ok();
            if !passed {
                failures.push(CheckFailure { step, line, output });
            }
        }
    }
    vec![Fact::ChecksEnded { fence, failures }]
}

/// Whether it passed, and what it said.
async fn run_one(bench: &Bench, check: &Check) -> Result<(bool, String), String> {
    let stem = format!("check_{}", check.line);
    let snippet =
        bench.lent().snippet((&stem, check.runtime), check.code.clone(), &bench.directory());
    let program = match snippet {
        Ok(program) => program,
        // No agent makes a language appear; a person has to see why.
        Err(error) => return Ok((false, error.to_string())),
    };
    let timeout = check.timeout.unwrap_or(USUAL_TIME);
    let program = Program { timeout: Some(timeout), output_limit: u64::MAX, ..program };
    let said = bench.run(program).await.map_err(|it| it.to_string())?;
    let outcome = match said.end {
        End::Code(code) => Outcome::Exited { code },
        End::Signal(signal) => Outcome::Killed { signal },
        End::TimedOut => Outcome::TimedOut { limit: timeout },
        End::Lost => return Err("the sandbox was lost while a check ran".to_owned()),
    };
    let mut output = said.text();
    if said.end == End::TimedOut {
        let seconds = timeout.as_secs();
        output = format!("{output}\nthe check took longer than {seconds} s");
    }
    Ok((is_as_expected(&outcome, check.expect), output))
}
