//! One test while it is made: its session, where it works, and what it runs beside the document's blocks.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use document::suite::{Cleanup, Settings, Test};
use model::{execution::Outcome, limits::Limits};

use super::{
    TestError, TestReport, TestVerdict, Tester, TesterConfig,
    blocks::{Lacking, described},
};
use crate::{
    Ending,
    local::{Carried, Given, Interpreter, LocalConfig, LocalSession, Providers, Templates},
};

/// What a command that cleans up may take at least: a test that was too slow is to leave nothing.
const CLEANING: Duration = Duration::from_secs(60);

/// One test while it is made.
pub(super) struct Running<'t> {
    pub(super) tester: &'t Tester,
    pub(super) test: &'t Test,
    pub(super) session: LocalSession,
    pub(super) templates: Arc<Templates>,
    pub(super) work: PathBuf,
    /// Where generated files go.
    pub(super) output: PathBuf,
    pub(super) given: Given,
    /// Blocks that need what this machine lacks.
    pub(super) lacking: Lacking,
    /// How many files each block has made.
    pub(super) generated: BTreeMap<String, usize>,
    /// The block that runs.
    pub(super) current: Option<String>,
    pub(super) report: TestReport,
}

impl<'t> Running<'t> {
    pub(super) fn new(
        tester: &'t Tester,
        test: &'t Test,
        settings: &Settings,
        work: &Path,
        given: Given,
        report: TestReport,
    ) -> Self {
        let TesterConfig { engine, user, backend, spec, output_bytes, .. } = tester.config.clone();
        let output = work.join(&settings.output_path);
        let config = LocalConfig {
            user,
            backend,
            spec,
            carried: Carried::new(tester.env(test), work.to_string_lossy().into_owned()),
            generated: output.clone(),
            output_bytes,
            providers: Providers::default(),
        };
        let session = LocalSession::new(engine, config, tester.reading.registry.clone());
        session.give_modules(&tester.reading);
        Self {
            tester,
            test,
            session,
            templates: Arc::new(Templates::new(tester.folder.clone(), output.clone())),
            work: work.to_owned(),
            output,
            given,
            lacking: Lacking::default(),
            generated: BTreeMap::new(),
            current: None,
            report,
        }
    }

    pub(super) fn overdue(&self, timeout: Duration) -> TestVerdict {
        let within = self.current.as_ref().map(|it| format!(", last the block `{it}`"));
        let within = within.unwrap_or_default();
        TestVerdict::Failed {
            how: format!("it took longer than {timeout:?}{within}; settings.timeout allows more"),
        }
    }

    /// Runs what the test cleans up with. A failure of that is a remark.
    pub(super) async fn clean_up(&mut self, timeout: Duration) -> Result<(), TestError> {
        let timeout = timeout.max(CLEANING);
        for cleanup in &self.test.cleanup {
            let (what, argv) = match cleanup {
                Cleanup::Command(command) => (command, Ok(shell(command))),
                Cleanup::Path(path) => (path, self.program(path)),
            };
            let failed = match argv {
                Err(why) => Some(why),
                Ok(argv) => self.aside(argv, &self.work, timeout).await?.err(),
            };
            if let Some(why) = failed {
                self.report.remarks.push(format!("cleanup `{what}` failed: {why}"));
            }
        }
        Ok(())
    }

    /// How to start a script beside the document.
    fn program(&self, path: &str) -> Result<Vec<String>, String> {
        let folder = &self.tester.folder;
        let text = folder.read(path).map_err(|error| error.to_string())?;
        let interpreter = Interpreter::of(&text, None).map_err(|error| error.to_string())?;
        let path = folder.path().join(path).to_string_lossy().into_owned();
        Ok(interpreter.argv.into_iter().chain([path]).collect())
    }

    /// Runs a program of the test itself. The inner error says how it failed.
    pub(super) async fn aside(
        &self,
        argv: Vec<String>,
        cwd: &Path,
        timeout: Duration,
    ) -> Result<Result<(), String>, TestError> {
        fs::create_dir_all(cwd).map_err(TestError::Directory)?;
        let limits = Limits {
            timeout: Some(timeout),
            output_bytes: self.tester.config.output_bytes,
            ..Limits::default()
        };
        let cwd = cwd.to_string_lossy().into_owned();
        let (ending, output) = self.session.aside(argv, cwd, &limits).await?;
        Ok(match ending {
            Ending::Outcome { outcome: Outcome::Exited { code: 0 }, .. } => Ok(()),
            Ending::Outcome { outcome, .. } => {
                let output = String::from_utf8_lossy(&output).into_owned();
                Err(format!("{}\n{output}", described(&outcome)).trim_end().to_owned())
            }
            Ending::Failure(failure) => Err(failure.message),
        })
    }
}

pub(super) fn shell(command: &str) -> Vec<String> {
    ["bash", "-c", command].map(str::to_owned).to_vec()
}
