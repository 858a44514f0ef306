//! One attempt of a job, whatever it is about, and what is to be said of its end.

use document::Runtime;
use model::{
    event::{Failure, Summary},
    execution::Outcome,
    function::FunctionName,
    id::RunbookId,
    job::{AttemptEnd, CommandLine, Job, Payload, Report},
    limits::OnExcess,
    principal::Principal,
};
use sandbox::{Network, Rule};
use tokio_util::sync::CancellationToken;

use super::{
    check::secret_names,
    files::NotRun,
    sink::{JobSink, Started},
};
use crate::{
    Call, CodeError, CodeLimits, CodeOrder, Engine, InvokeError, Snippet, check_policy,
    execution::{Ending, Sink},
    secrets::{Mask, Masking, SecretError},
};

/// Runs a program with its arguments as they are. Who says `python` means the one that there is, which on
/// many machines is called `python3` alone.
const EXEC: &str = "[ \"$1\" = python ] && ! command -v python > /dev/null && shift && set -- python3 \"$@\"\n\
                    exec \"$@\"\n";

/// The same for a line.
const PYTHON: &str = "command -v python > /dev/null || python() { python3 \"$@\"; }\n";

/// What an attempt is made of.
pub(super) struct Attempt<'a> {
    pub(super) engine: &'a Engine,
    pub(super) job: &'a Job,
    pub(super) stop: &'a CancellationToken,
}

impl Attempt<'_> {
    /// Runs the job's program to its end.
    pub(super) async fn run(&self, sink: &mut JobSink) -> Report {
        if let Err(not_run) = self.allowed().await {
            return came_to_nothing(not_run);
        }
        let ran = match &self.job.order.payload {
            Payload::Command { command } => self.command(command, sink).await,
            Payload::Code { code, args } => self.code((code.clone(), args.clone()), sink).await,
            Payload::Artifact { artifact, args } => self.artifact(artifact, args, sink).await,
            Payload::Runbook { runbook, .. } => self.runbook(*runbook, sink).await,
            Payload::Function { function, input } => self.call(function, input, sink).await,
        };
        match ran {
            Ok(ending) => with_artifacts(report(ending, sink.started), sink.not_kept.take()),
            Err(_) if self.stop.is_cancelled() && sink.started != Started::Yes => interrupted(),
            Err(not_run) => came_to_nothing(not_run),
        }
    }

    /// The policy may have become narrower since the job was accepted.
    async fn allowed(&self) -> Result<(), NotRun> {
        let policy = self.engine.job_policy().await;
        let policy = policy.map_err(|it| NotRun::Later(it.to_string()))?;
        check_policy(&policy, &self.job.order).map_err(|it| NotRun::Never(it.to_string()))
    }

    async fn command(&self, line: &CommandLine, sink: &mut JobSink) -> Result<Ending, NotRun> {
        let (code, args) = match line {
            CommandLine::Shell(line) => (format!("{PYTHON}{line}\n"), Vec::new()),
            CommandLine::Argv(argv) => (EXEC.to_owned(), argv.clone()),
        };
        self.snippet(Runtime::Bash, (code, args), sink).await
    }

    async fn code(
        &self,
        (code, args): (String, Vec<String>),
        sink: &mut JobSink,
    ) -> Result<Ending, NotRun> {
        let name = self.job.order.language.as_deref().unwrap_or_default();
        let runtime = Runtime::from_language(name)
            .ok_or_else(|| NotRun::Never(format!("{name:?} is not a language that runs here")))?;
        self.snippet(runtime, (code, args), sink).await
    }

    async fn artifact(
        &self,
        reference: &str,
        args: &[String],
        sink: &mut JobSink,
    ) -> Result<Ending, NotRun> {
        let Some(files) = sink.files.clone() else {
            return Err(NotRun::Never("this worker has no artifacts".to_owned()));
        };
        let code = files.program(self.job, reference).await?;
        self.code((code, args.to_vec()), sink).await
    }

    async fn snippet(
        &self,
        runtime: Runtime,
        (code, args): (String, Vec<String>),
        sink: &mut JobSink,
    ) -> Result<Ending, NotRun> {
        let (env, mask) = self.env().await?;
        let dependencies = match &self.job.order.payload {
            Payload::Command { .. } => Vec::new(),
            Payload::Code { .. }
            | Payload::Artifact { .. }
            | Payload::Runbook { .. }
            | Payload::Function { .. } => self.job.order.dependencies.clone(),
        };
        let order = CodeOrder {
            snippet: Snippet { args, env, ..Snippet::new(runtime, code) },
            limits: self.limits(),
            network: self.network()?,
            dependencies,
            principal: Principal { user: self.job.owner, token: self.job.token },
        };
        let mut masking = Masking::new(sink, mask);
        let ran = self.engine.run_code(order, self.stop, &mut masking).await;
        let left = masking.finish().await;
        match (ran.map_err(not_run)?, left) {
            (Ending::Outcome { .. }, Err(failure)) => Ok(Ending::Failure(failure)),
            (ending, _) => Ok(ending),
        }
    }

    /// The variables of the program, and what hides the secrets among them.
    pub(super) async fn env(&self) -> Result<(Vec<(String, String)>, Option<Mask>), NotRun> {
        let order = &self.job.order;
        let names = secret_names(order).map_err(|it| NotRun::Never(it.to_string()))?;
        let opened = self.engine.0.open_secrets(self.job.owner, &names).await;
        let secrets = opened.map_err(|error| match error {
            SecretError::Store(error) => NotRun::Later(error.to_string()),
            SecretError::Missing { .. } | SecretError::OtherKey { .. } | SecretError::Name(_) => {
                NotRun::Never(error.to_string())
            }
        })?;
        let mut env: Vec<_> = order.env.clone().into_iter().collect();
        env.extend(secrets.iter().map(|(name, it)| (name.to_string(), it.reveal().to_owned())));
        Ok((env, Mask::new(secrets.values())))
    }

    /// The limits of the order, and those of the operator where it is silent.
    pub(super) fn limits(&self) -> CodeLimits {
        let usual = self.engine.code_limits();
        let order = &self.job.order;
        let most = |asked: Option<u64>, usual: u64| asked.map_or(usual, |it| it.min(usual));
        CodeLimits {
            timeout: order.timeout().unwrap_or(usual.timeout),
            memory_bytes: most(order.limits.memory_bytes, usual.memory_bytes),
            cpu_millis: order
                .limits
                .cpu_millis
                .map_or(usual.cpu_millis, |it| it.min(usual.cpu_millis)),
            output_bytes: most(order.limits.output_bytes, usual.output_bytes),
            on_output_limit: OnExcess::Drop,
        }
    }

    fn network(&self) -> Result<Network, NotRun> {
        if self.job.order.network.is_empty() {
            return Ok(Network::None);
        }
        let rules = self.job.order.network.iter().map(|it| it.parse::<Rule>());
        let rules = rules.collect::<Result<_, _>>();
        rules.map(Network::Allow).map_err(|it| NotRun::Never(it.to_string()))
    }

    async fn call(
        &self,
        function: &str,
        input: &serde_json::Value,
        sink: &mut JobSink,
    ) -> Result<Ending, NotRun> {
        let name: FunctionName = function
            .parse()
            .map_err(|it: model::function::InvalidFunctionName| NotRun::Never(it.to_string()))?;
        let found = self.engine.0.store.reader().function_of(self.job.owner, &name).await;
        let found = found.map_err(|it| NotRun::Later(it.to_string()))?;
        let found =
            found.ok_or_else(|| NotRun::Never(format!("there is no function {name} any more")))?;
        // Whatever waits with the function loaded was started before; its call is what counts.
        if let Err(failure) = sink.start().await {
            return Ok(Ending::Failure(failure));
        }
        let call = Call {
            input: input.clone(),
            timeout: self.job.order.timeout(),
            memory_bytes: self.job.order.limits.memory_bytes,
            cpu_millis: self.job.order.limits.cpu_millis,
        };
        let mut running = self.engine.invoke(&found, call).await.map_err(not_called)?;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => {
                    // Dropping it ends the call.
                    return Ok(Ending::unused(Outcome::Cancelled));
                }
                events = running.next() => match events {
                    Some(events) => {
                        if let Err(failure) = sink.append(events).await {
                            return Ok(Ending::Failure(failure));
                        }
                    }
                    None => break,
                },
            }
        }
        let answer = running.answer().await;
        if let Some(value) = answer.value {
            let data = std::collections::BTreeMap::from([("application/json".to_owned(), value)]);
            let shown = vec![model::event::EventKind::Display { data, id: None }];
            if let Err(failure) = sink.append(shown).await {
                return Ok(Ending::Failure(failure));
            }
        }
        Ok(answer.ending)
    }

    async fn runbook(&self, id: RunbookId, sink: &mut JobSink) -> Result<Ending, NotRun> {
        super::runbook::run(self, id, sink).await
    }
}

/// Whether the same order may be carried out another time.
fn not_run(error: CodeError) -> NotRun {
    let reason = error.to_string();
    match error {
        CodeError::Program(_)
        | CodeError::NotOffered(_)
        | CodeError::NetworkNotOffered { .. }
        | CodeError::NoPackages(_)
        | CodeError::Environment(_) => NotRun::Never(reason),
        CodeError::ShuttingDown
        | CodeError::QueueFull(_)
        | CodeError::Start(_)
        | CodeError::Store(_) => NotRun::Later(reason),
    }
}

fn not_called(error: InvokeError) -> NotRun {
    let reason = error.to_string();
    match error {
        InvokeError::Recipe(_) => NotRun::Never(reason),
        InvokeError::NotReady { .. }
        | InvokeError::ShuttingDown
        | InvokeError::QueueFull(_)
        | InvokeError::Instance(_)
        | InvokeError::Store(_) => NotRun::Later(reason),
    }
}

fn came_to_nothing(not_run: NotRun) -> Report {
    let (end, reason) = match not_run {
        NotRun::Later(reason) => (AttemptEnd::NotStarted, reason),
        NotRun::Never(reason) => (AttemptEnd::Refused, reason),
    };
    Report { end, reason: Some(reason), summary: None }
}

/// Who wants files of a job and cannot have them has no use for its exit code.
fn with_artifacts(report: Report, not_kept: Option<String>) -> Report {
    match (report.end, not_kept) {
        (AttemptEnd::Succeeded, Some(reason)) => {
            Report { end: AttemptEnd::Failed, reason: Some(reason), ..report }
        }
        _ => report,
    }
}

fn interrupted() -> Report {
    let reason = Some("its worker stopped it".to_owned());
    Report { end: AttemptEnd::Interrupted, reason, summary: None }
}

fn report(ending: Ending, started: Started) -> Report {
    match ending {
        Ending::Outcome { outcome, usage } => {
            let end = match outcome {
                Outcome::Exited { code: 0 } => AttemptEnd::Succeeded,
                Outcome::TimedOut { .. } => AttemptEnd::TimedOut,
                Outcome::Exited { .. } | Outcome::Killed { .. } | Outcome::OutOfMemory { .. } => {
                    AttemptEnd::Failed
                }
                Outcome::Cancelled => AttemptEnd::Interrupted,
                // A sandbox that vanished before its program was announced.
                Outcome::Lost if started == Started::No => AttemptEnd::NotStarted,
                Outcome::Lost => AttemptEnd::Lost,
            };
            Report { end, reason: None, summary: Some(Summary::new(&outcome, usage)) }
        }
        Ending::Failure(failure) => failed(failure, started),
    }
}

fn failed(Failure { error, message }: Failure, started: Started) -> Report {
    let end = match (started, error.as_str()) {
        (Started::Refused, _) => AttemptEnd::Interrupted,
        // Said by the one place that starts programs.
        (_, "start_failed") | (Started::No, "not_started") => AttemptEnd::NotStarted,
        (Started::No, _) => AttemptEnd::Refused,
        (Started::Yes, _) => AttemptEnd::Failed,
    };
    Report { end, reason: Some(format!("{error}: {message}")), summary: None }
}
