//! What became of documents under test, in words and as XML.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use crate::{
    args::{Report as Form, TestArgs},
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
    /// What was not tested, where it is and why.
    pub(super) skipped: Vec<String>,
    /// What else there is to say, line by line.
    pub(super) details: Vec<String>,
    /// Whether it is reported even if there was nothing to test.
    pub(super) is_named: bool,
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
    pub(super) fn new(path: PathBuf, is_named: bool) -> Self {
        Self {
            path,
            report: Report::default(),
            failed: Vec::new(),
            failure: None,
            skipped: Vec::new(),
            details: Vec::new(),
            is_named,
            updated: 0,
        }
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

    fn to_text(&self) -> String {
        let mut lines = self.details.clone();
        lines.extend(self.skipped.iter().map(|it| format!("SKIPPED {it}")));
        let failed = |it: &Failed| format!("FAILED {}\n{}", it.place, it.how.trim_end());
        lines.extend(self.failed.iter().map(failed));
        let path = self.path.display();
        let count = self.report.cases.len();
        let checks = if count == 1 { "check" } else { "checks" };
        let mut last = format!("{path}: {count} {checks}");
        for (count, what) in [
            (self.failed.len(), "failed"),
            (self.skipped.len(), "skipped"),
            (if self.failed.is_empty() { self.updated } else { 0 }, "updated"),
        ] {
            if count > 0 && self.failure.is_none() {
                write!(last, ", {count} {what}").expect("a string takes any text");
            }
        }
        if self.failure.is_some() {
            last.push_str(", not tested to the end");
        }
        lines.push(last);
        lines.join("\n")
    }
}

/// Writes the report, where and as somebody wants it.
#[derive(Debug)]
pub(super) struct Reporter<'a> {
    form: Form,
    file: Option<junit::Target<'a>>,
}

impl<'a> Reporter<'a> {
    /// A file is opened before anything runs.
    pub(super) fn new(args: &'a TestArgs) -> Result<Self, Failure> {
        let create = |path: &'a PathBuf| junit::Target::create(path, "--output-file");
        Ok(Self { form: args.output, file: args.output_file.as_ref().map(create).transpose()? })
    }

    /// Says what became of a document as soon as it is known, if the form allows that.
    pub(super) fn say(&mut self, tested: &Tested) -> Result<(), Failure> {
        match self.form {
            Form::Text => self.write(&tested.to_text()),
            Form::Junit => Ok(()),
        }
    }

    /// Says what is to be said of all documents together.
    pub(super) fn end(&mut self, all: &[Tested]) -> Result<(), Failure> {
        match self.form {
            Form::Text if all.len() > 1 => {
                let documents = all.len();
                let checks: usize = all.iter().map(|it| it.report.cases.len()).sum();
                let failed: usize = all.iter().map(|it| it.failed.len()).sum();
                let skipped: usize = all.iter().map(|it| it.skipped.len()).sum();
                let skipped =
                    if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
                self.write(&format!(
                    "{documents} documents, {checks} checks, {failed} failed{skipped}"
                ))
            }
            Form::Text => Ok(()),
            Form::Junit => {
                let reports: Vec<_> =
                    all.iter().map(|it| (it.path.as_path(), &it.report)).collect();
                self.write(junit::suites(&reports).trim_end())
            }
        }
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        match &mut self.file {
            Some(file) => file.append(&format!("{text}\n")),
            None => Ok(output::say(text)?),
        }
    }
}

/// Says last what counts most, and with which code the command ends.
pub(super) fn conclude(all: &[Tested]) -> Result<ExitCode, Failure> {
    for tested in all {
        if let Some(message) = tested.failure.as_ref().and_then(|it| it.message.as_ref()) {
            output::note(&format!("error: {message}"));
        }
    }
    let has = |code| all.iter().filter_map(|it| it.failure.as_ref()).any(|it| it.exit_code == code);
    if let Some(code) = [INTERNAL, UNAVAILABLE, REJECTED].into_iter().find(|it| has(*it)) {
        return Ok(ExitCode::from(code));
    }
    if all.is_empty() {
        output::note(
            "nothing to test: no document here has a block that runs, a transcript or a runbook_test.yml",
        );
    }
    match all.iter().flat_map(|it| &it.failed).last() {
        Some(last) => {
            output::note(&format!("failed: {}", last.place));
            Ok(ExitCode::FAILURE)
        }
        None => Ok(ExitCode::SUCCESS),
    }
}
