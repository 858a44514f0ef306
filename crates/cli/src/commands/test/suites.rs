//! Runs `runbook_test.yml`: the scripts of its document as its operator would, on this machine and without a sandbox.

use std::{collections::BTreeMap, env, sync::Arc, time::Instant};

use document::suite::{Suite, Test};
use engine::{
    Clock, Engine, Offers,
    local::{StepReport, TestError, TestReport, TestVerdict, Tester, TesterConfig},
};
use sandbox::{Choice, Host, Spec, runtime::Runtimes};
use store::Store;
use tokio_util::sync::CancellationToken;

use super::{
    case,
    report::{Failed, Tested},
    subjects::SuiteFile,
};
use crate::{args::TestArgs, failure::Failure, junit::Verdict};

/// What all suites share.
#[derive(Debug)]
pub(super) struct Bench {
    config: TesterConfig,
    seed: u64,
}

impl Bench {
    pub(super) async fn start(args: &TestArgs, runtimes: Arc<Runtimes>) -> Result<Self, Failure> {
        match &args.isolation.backend {
            Choice::Auto | Choice::Host => {}
            other @ (Choice::Namespaces | Choice::Docker { .. }) => {
                return Err(Failure::rejected(format!(
                    "a runbook_test.yml runs on this machine as you, not with --backend {other}; leave that out, \
                     or name the documents without a suite"
                )));
            }
        }
        let host = Host::new(env::temp_dir()).map_err(Failure::unavailable)?;
        let backend: Arc<dyn sandbox::Backend> = Arc::new(host);
        // What is run and printed here lives as long as this process.
        let store = Store::open("sqlite::memory:").await?;
        let offers = Offers::one(Arc::clone(&backend), runtimes);
        let engine =
            Engine::start(store, offers, engine::Config::default(), Clock::system()).await?;
        let user =
            engine.create_user("you@localhost", "you", "").await.map_err(Failure::internal)?;
        let variables = env::vars_os();
        let env: BTreeMap<String, String> = variables
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let spec = Spec { limits: args.limits.sandbox(), ..Spec::default() };
        let output_bytes = args.limits.execution().output_bytes;
        let config = TesterConfig { engine, user, backend, spec, env, output_bytes };
        Ok(Self { config, seed: args.seed.unwrap_or_else(drawn) })
    }

    pub(super) async fn end(self) {
        self.config.engine.shutdown().await;
    }

    /// Makes the tests of one suite, one after another.
    pub(super) async fn run(
        &self,
        args: &TestArgs,
        file: &SuiteFile,
        stop: &CancellationToken,
        tested: &mut Tested,
    ) -> Result<(), Failure> {
        let suite = file.suite.as_ref().map_err(Failure::rejected)?;
        let tests = wanted(suite, args);
        if tests.is_empty() {
            return Ok(());
        }
        let tester = Tester::open(self.config.clone(), &file.document)?;
        for test in tests {
            if stop.is_cancelled() {
                return Ok(());
            }
            let since = Instant::now();
            let place = format!("{}:{}: {}", file.path.display(), test.name.line, test.name.text);
            let report = tester.run(&suite.settings, test, self.seed, stop).await;
            let report = report.map_err(|error| Failure::from(error).at(&place))?;
            self.tell(args, (test, &place), report, since, tested);
        }
        Ok(())
    }

    fn tell(
        &self,
        args: &TestArgs,
        (test, place): (&Test, &str),
        report: TestReport,
        since: Instant,
        tested: &mut Tested,
    ) {
        if args.verbose {
            tested.details.push(format!("RAN {place}"));
            tested.details.extend(report.steps.iter().map(detail));
        }
        tested.details.extend(report.remarks.iter().map(|it| format!("{place}: {it}")));
        let (verdict, failed) = match report.verdict {
            TestVerdict::Passed => (Verdict::Passed, None),
            TestVerdict::Skipped { why } => {
                tested.skipped.push(format!("{place}: {why}"));
                (Verdict::Skipped(Some(why)), None)
            }
            TestVerdict::Failed { how } => {
                let how = format!("{how}{}", self.chances(&report.drawn));
                let failed =
                    Failed { place: place.to_owned(), how: how.clone(), is_difference: false };
                (Verdict::Failed(how), Some(failed))
            }
        };
        let mut case = case(test.name.text.clone(), test.name.line, verdict, since);
        for step in &report.steps {
            case.output.stdout.extend(step.output.as_bytes());
        }
        tested.add(case, failed);
    }

    /// The values that were left to chance, and how to draw them again.
    fn chances(&self, drawn: &BTreeMap<String, serde_json::Value>) -> String {
        if drawn.is_empty() {
            return String::new();
        }
        let values: String = drawn.iter().map(|(name, it)| format!("\n  {name} = {it}")).collect();
        format!("\nvalues that were drawn, again with --seed {}:{values}", self.seed)
    }
}

/// The tests that were asked for.
pub(super) fn wanted<'s>(suite: &'s Suite, args: &TestArgs) -> Vec<&'s Test> {
    let is_wanted = |it: &&Test| args.test.as_ref().is_none_or(|name| it.name.text == *name);
    suite.tests.iter().filter(is_wanted).collect()
}

/// How a block ended, and below it what it printed.
fn detail(step: &StepReport) -> String {
    let why = if step.message.is_empty() { String::new() } else { format!(" ({})", step.message) };
    let lines: String = step.output.lines().map(|it| format!("\n    {it}")).collect();
    format!("  {}: {}{why}{lines}", step.block, step.ended)
}

/// A seed that can be typed.
fn drawn() -> u64 {
    u64::try_from(engine::random_id() % 1_000_000_000).unwrap_or_default()
}

impl From<TestError> for Failure {
    fn from(error: TestError) -> Self {
        match error {
            TestError::Document { .. } => Self::rejected(error),
            TestError::Directory(_) | TestError::Start(_) => Self::unavailable(error),
            TestError::Store(error) => error.into(),
            TestError::Engine(_) => Self::internal(error),
        }
    }
}
