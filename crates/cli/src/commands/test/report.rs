//! What became of documents under test, in words and as XML.

use std::{io, path::PathBuf, process::ExitCode};

use crate::{
    args::Report as Form,
    failure::{Failure, INTERNAL, REJECTED, UNAVAILABLE},
    junit::{self, Case, Report, Verdict},
    output,
};

/// A document that was tested, or could not be.
#[derive(Debug)]
pub(super) struct Tested {
    pub(super) path: PathBuf,
    pub(super) report: Report,
    /// Where each failed check is, and how it failed, in order.
    pub(super) failed: Vec<Failed>,
    pub(super) failure: Option<Failure>,
    /// Expectations that were written anew.
    updated: usize,
}

#[derive(Debug)]
pub(super) struct Failed {
    /// `file:line: command`
    pub(super) place: String,
    pub(super) how: String,
    /// Whether `--update` sets it right.
    pub(super) is_difference: bool,
}

impl Tested {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, report: Report::default(), failed: Vec::new(), failure: None, updated: 0 }
    }

    /// Whether there was anything to test.
    pub(super) fn has_checks(&self) -> bool {
        !self.report.cases.is_empty() || self.failure.is_some()
    }

    pub(super) fn add(&mut self, case: Case, failed: Option<Failed>) {
        self.report.cases.push(case);
        self.failed.extend(failed);
    }

    /// What differed is what is expected now.
    pub(super) fn accept_differences(&mut self) {
        let before = self.failed.len();
        self.failed.retain(|it| !it.is_difference);
        self.updated = before - self.failed.len();
        for case in &mut self.report.cases {
            if matches!(&case.verdict, Verdict::Failed(how) if how.starts_with("---")) {
                case.verdict = Verdict::Passed;
            }
        }
    }

    pub(super) fn say(&self) -> io::Result<()> {
        for failed in &self.failed {
            output::say(&format!("FAILED {}\n{}", failed.place, failed.how.trim_end()))?;
        }
        let path = self.path.display();
        let count = self.report.cases.len();
        let checks = if count == 1 { "check" } else { "checks" };
        let rest = match (self.failed.len(), self.updated, &self.failure) {
            (_, _, Some(_)) => ", not tested to the end".to_owned(),
            (0, 0, None) => String::new(),
            (0, updated, None) => format!(", {updated} updated"),
            (failed, _, None) => format!(", {failed} failed"),
        };
        output::say(&format!("{path}: {count} {checks}{rest}"))
    }
}

/// Prints all reports as one.
pub(super) fn say_junit(all: &[Tested]) -> io::Result<()> {
    let reports: Vec<_> = all.iter().map(|it| (it.path.as_path(), &it.report)).collect();
    output::say(junit::suites(&reports).trim_end())
}

/// Says last what counts most, and with which code the command ends.
pub(super) fn conclude(all: &[Tested], form: Form) -> Result<ExitCode, Failure> {
    for tested in all {
        if let Some(message) = tested.failure.as_ref().and_then(|it| it.message.as_ref()) {
            output::note(&format!("error: {message}"));
        }
    }
    let has = |code| all.iter().filter_map(|it| it.failure.as_ref()).any(|it| it.exit_code == code);
    if let Some(code) = [INTERNAL, UNAVAILABLE, REJECTED].into_iter().find(|it| has(*it)) {
        return Ok(ExitCode::from(code));
    }
    let checks: usize = all.iter().map(|it| it.report.cases.len()).sum();
    let failed: usize = all.iter().map(|it| it.failed.len()).sum();
    if all.len() > 1 && form == Form::Text {
        let documents = all.len();
        output::say(&format!("{documents} documents, {checks} checks, {failed} failed"))?;
    }
    if all.is_empty() {
        output::note("nothing to test: no document here has a block that runs or a transcript");
    }
    match all.iter().flat_map(|it| &it.failed).last() {
        Some(last) => {
            output::note(&format!("failed: {}", last.place));
            Ok(ExitCode::FAILURE)
        }
        None => Ok(ExitCode::SUCCESS),
    }
}
