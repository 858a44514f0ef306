//! Tests of a document, as its `runbook_test.yml` has them: its blocks run as they would for an operator, one test in
//! a session and a directory of its own.
//!
//! ```text
//!  inputs: given, drawn from a seed ─┐
//!  steps, in the document's order  ──┴▶ block ─▶ how it ended ─▶ as expected? ─▶ assertions ─▶ verdict
//!  cleanup, whatever the verdict
//! ```
//!
//! A block that needs what this machine lacks, such as credentials, is skipped with the reason, and so is a test that
//! insists on it: neither has been tested.

mod assertions;
mod blocks;
mod chance;
mod picks;
mod report;
mod running;
mod steps;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use document::suite::{Given as Wanted, Settings, Test};
use model::user::User;
use sandbox::{Backend, Spec, StartError};
use serde_json::Value;
use store::StoreError;
use template::Form;
use tokio_util::sync::CancellationToken;

pub use self::report::{Ended, StepReport, TestReport, TestVerdict};
use self::running::Running;
use super::{Folder, Given, LocalError, Reading, Values};
use crate::Engine;

/// What the tests of all documents share.
#[derive(Clone, Debug)]
pub struct TesterConfig {
    pub engine: Engine,
    pub user: User,
    pub backend: Arc<dyn Backend>,
    pub spec: Spec,
    /// The operator's own variables.
    pub env: BTreeMap<String, String>,
    pub output_bytes: u64,
}

/// Tests one document.
#[derive(Debug)]
pub struct Tester {
    config: TesterConfig,
    reading: Reading,
    folder: Folder,
}

/// Why a test could not be made. It says nothing of the document.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    #[error("{} cannot be read: {source}", path.display())]
    Document { path: PathBuf, source: io::Error },
    #[error("the directory for the test cannot be used: {0}")]
    Directory(io::Error),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("what runs could not be stored")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Engine(String),
}

impl Tester {
    /// Reads the document at `path`.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn open(config: TesterConfig, path: &Path) -> Result<Self, TestError> {
        let unread = |source| TestError::Document { path: path.to_owned(), source };
        let folder = Folder::of(path).map_err(unread)?;
        let reading = Reading::from_disk(path, &folder, None).map_err(unread)?;
        Ok(Self { config, reading, folder })
    }

    /// Makes one test. The same seed draws the same values. When `stop` is cancelled, what runs is ended, and the test
    /// cleans up.
    ///
    /// # Errors
    ///
    /// When it could not be made.
    pub async fn run(
        &self,
        settings: &Settings,
        test: &Test,
        seed: u64,
        stop: &CancellationToken,
    ) -> Result<TestReport, TestError> {
        // Removed, with what is in it, when the test has ended.
        let (work, _removed) = self.directory(settings).map_err(TestError::Directory)?;
        let mut report = TestReport {
            verdict: TestVerdict::Passed,
            steps: Vec::new(),
            drawn: BTreeMap::new(),
            remarks: Vec::new(),
        };
        let given = match self.given(test, seed, &mut report.drawn) {
            Ok(given) => given,
            Err(how) => return Ok(TestReport { verdict: TestVerdict::Failed { how }, ..report }),
        };
        let mut running = Running::new(self, test, settings, &work, given, report);
        let verdict = tokio::select! {
            verdict = running.steps() => Some(verdict),
            () = tokio::time::sleep(settings.timeout) => None,
            () = stop.cancelled() => {
                Some(Ok(TestVerdict::Skipped { why: "it was interrupted".to_owned() }))
            }
        };
        running.session.close().await;
        let verdict = verdict.unwrap_or_else(|| Ok(running.overdue(settings.timeout)));
        let cleaned = running.clean_up(settings.timeout).await;
        running.session.close().await;
        cleaned?;
        Ok(TestReport { verdict: verdict?, ..running.report })
    }

    /// Where a test works.
    fn directory(&self, settings: &Settings) -> io::Result<(PathBuf, Option<tempfile::TempDir>)> {
        if settings.use_temp_working_dir {
            let fresh = tempfile::Builder::new().prefix("runbook-test-").tempdir()?;
            return Ok((fs::canonicalize(fresh.path())?, Some(fresh)));
        }
        let named = settings.working_dir.as_deref().unwrap_or(".");
        Ok((fs::canonicalize(self.folder.path().join(named))?, None))
    }

    /// The values of a test, those that are left to chance drawn. `Err` says what is wrong with a name.
    fn given(
        &self,
        test: &Test,
        seed: u64,
        drawn: &mut BTreeMap<String, Value>,
    ) -> Result<Given, String> {
        let mut draw = chance::dice(seed, &test.name.text);
        let mut given: BTreeMap<String, Values> = BTreeMap::new();
        for (name, wanted) in &test.inputs {
            let (inputs, variable) = (&name.inputs, &name.variable);
            let Some((index, component)) = self.reading.component(inputs) else {
                return Err(format!(
                    "the test gives {inputs}.{variable}, and no block has the id {inputs:?}"
                ));
            };
            let is_asked = self.reading.form(index).is_none_or(|it| asks(it, variable));
            if !is_asked {
                return Err(format!(
                    "the test gives {inputs}.{variable}, which {inputs} does not ask for"
                ));
            }
            let value = match wanted {
                Wanted::Literal(value) => value.clone(),
                Wanted::Fuzzed(fuzz) => {
                    let value = fuzz.value(&mut draw);
                    drawn.insert(format!("{inputs}.{variable}"), value.clone());
                    value
                }
            };
            given.entry(component.id.clone()).or_default().insert(variable.clone(), value);
        }
        Ok(Given::ById(given))
    }

    /// Variables that the first script of a test finds.
    fn env(&self, test: &Test) -> BTreeMap<String, String> {
        let mut env = self.config.env.clone();
        env.extend(test.env.clone());
        env
    }
}

impl From<LocalError> for TestError {
    fn from(error: LocalError) -> Self {
        Self::Engine(error.to_string())
    }
}

/// Whether a form asks for a variable, or for one of a template that it renders along.
fn asks(form: &Form, variable: &str) -> bool {
    let dependency = variable.split_once('.').map(|it| it.0);
    form.variable(variable).is_some()
        || form.dependencies.iter().any(|it| Some(it.name.as_str()) == dependency)
}
