//! Checks: blocks of a step that must pass before it counts as done.

use std::time::Duration;

use document::{Block, Expectation, Runtime};

use super::read::Report;

/// A block that is marked `check`, as in ```` ```bash {check} ````.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What it is called in the plan, if anything.
    pub name: Option<String>,
    /// Of its fence, counted from 1.
    pub line: usize,
    pub runtime: Runtime,
    pub code: String,
    pub expect: Expectation,
    pub timeout: Option<Duration>,
}

pub(super) fn is_marked(block: &Block) -> bool {
    block.attributes.get("check").is_some_and(|it| !it.eq_ignore_ascii_case("false"))
}

/// A marked block as a check, or a remark that it is none.
pub(super) fn read(block: &Block, report: &mut Report) -> Option<Check> {
    let Some(runtime) = block.runtime.filter(|_| block.is_runnable()) else {
        let message = "this check can never run; name a language that runs, as in ```bash {check}, close the \
                       block, and mark it {run check} where other blocks are marked to run";
        report.error("check-never-runs", block.span.start..block.info_span.end, message.to_owned());
        return None;
    };
    Some(Check {
        name: block.name.clone(),
        line: block.line,
        runtime,
        code: block.code.clone(),
        expect: block.options.expect,
        timeout: block.options.timeout,
    })
}
