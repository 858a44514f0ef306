//! A whole runbook as a job: its file blocks and its blocks in their order, in one sandbox, until one fails.

use std::sync::Arc;

use document::{Block, Document, InputKind, Selection};
use futures_util::{StreamExt, stream::FuturesUnordered};
use model::{
    admission::Asking,
    event::{EventKind, Failure, Usage},
    execution::Outcome,
    id::RunbookId,
    job::Payload,
    limits::Limits,
};
use sandbox::{Program, Sandbox, runtime::Runtimes};
use tokio::sync::Mutex;
use tracing::Instrument;

use super::{files::NotRun, run::Attempt, sink::JobSink};
use crate::{
    InputsError, SecretError,
    ahead::{self, Ahead},
    environments::Owner,
    execution::{Ending, Input, Sink, drive},
    files,
    given::Given,
    kernels::{self, Kernels, Seat},
    packages::{self, Packages},
    program,
    secrets::{Mask, Masking},
    verdict::is_as_expected,
};

/// Where the blocks run, and with what.
struct Stage<'a> {
    attempt: &'a Attempt<'a>,
    sandbox: &'a Sandbox,
    runtimes: &'a Runtimes,
    document: &'a Document,
    env: Vec<(String, String)>,
    given: Given,
    ahead: Option<Ahead>,
    kernels: Kernels,
}

pub(super) async fn run(
    attempt: &Attempt<'_>,
    id: RunbookId,
    sink: &mut JobSink,
) -> Result<Ending, NotRun> {
    let inner = &attempt.engine.0;
    let later = |error: &dyn std::fmt::Display| NotRun::Later(error.to_string());
    let opened = attempt.engine.open_runbook(id).await.map_err(|it| later(&it))?;
    let opened = opened.filter(|it| it.runbook.owner == attempt.job.owner);
    let opened =
        opened.ok_or_else(|| NotRun::Never(format!("there is no runbook {id} any more")))?;
    let document = opened.document;
    let user = inner.store.reader().user(attempt.job.owner).await.map_err(|it| later(&it))?;
    let username = user.map(|it| it.username).unwrap_or_default();
    let grant = inner.stock.grant(&username, &document, &inner.config);
    let mut grant = grant.map_err(|it| NotRun::Never(it.to_string()))?;
    let limits = attempt.limits();
    grant.kind.spec.limits.memory_bytes = limits.memory_bytes;
    grant.kind.spec.limits.cpu_millis = limits.cpu_millis;
    let (named, offer) = (packages::named(&document), &grant.shelf.offer);
    let environments = inner.config.environments.as_ref();
    let installed = Packages::install(named, offer, environments, attempt.stop).await;
    match installed {
        Ok(packages) => grant.show(packages),
        Err(_) if attempt.stop.is_cancelled() => return Ok(Ending::unused(Outcome::Cancelled)),
        Err(error) => return Err(NotRun::Never(error.to_string())),
    }
    let (env, given, mask) = given(attempt, &document).await?;
    let ticket = inner.admission.enter(attempt.job.owner, Asking::First);
    let ticket = ticket.map_err(|it| later(&it))?;
    let slot = tokio::select! {
        slot = ticket.admitted(|_| {}) => slot,
        () = attempt.stop.cancelled() => return Ok(Ending::unused(Outcome::Cancelled)),
    };
    let taking = tracing::info_span!("sandbox", sandbox.kind = grant.kind.name);
    let taken = grant.shelf.pool.take(&grant.kind).instrument(taking).await;
    let (sandbox, _) = taken.map_err(|it| later(&it))?;
    grant.packages.enter(&sandbox).await.map_err(|it| later(&it))?;
    let environments = inner.environments_of(&grant.shelf).cloned();
    let ahead = environments
        .map(|environments| Ahead { environments, owner: Owner::user(attempt.job.owner) });
    let runtimes = Arc::clone(&grant.runtimes);
    let mut stage = Stage {
        attempt,
        sandbox: &sandbox,
        runtimes: &runtimes,
        document: &document,
        env,
        given,
        ahead,
        kernels: Kernels::default(),
    };
    let mut masking = Masking::new(sink, mask);
    let ran = stage.blocks(&mut masking).await;
    let left = masking.finish().await;
    sandbox.destroy().await;
    drop(slot);
    match (ran?, left) {
        (Ending::Outcome { .. }, Err(failure)) => Ok(Ending::Failure(failure)),
        (ending, _) => Ok(ending),
    }
}

/// What the order gives its programs: variables, inputs, and the secrets that the order or a block names.
async fn given(
    attempt: &Attempt<'_>,
    document: &Document,
) -> Result<(Vec<(String, String)>, Given, Option<Mask>), NotRun> {
    let (env, _) = attempt.env().await?;
    let never = |it: &dyn std::fmt::Display| NotRun::Never(it.to_string());
    let Payload::Runbook { inputs, .. } = &attempt.job.order.payload else {
        return Err(NotRun::Never("the job runs no runbook".to_owned()));
    };
    let inputs = document.variables(inputs).map_err(|it| never(&InputsError(it)))?;
    let missing = |it: &&document::Input| {
        it.kind == InputKind::Secret && it.required && !env.iter().any(|(name, _)| *name == it.name)
    };
    if let Some(input) = document.inputs.iter().find(missing) {
        let name = &input.name;
        return Err(NotRun::Never(format!(
            "the input {name} is secret: name it in the job's secrets"
        )));
    }
    let mut names: Vec<&str> = document.runnable().flat_map(|it| document.secrets_of(it)).collect();
    names.extend(attempt.job.order.secrets.iter().map(String::as_str));
    names.sort_unstable();
    names.dedup();
    let secrets = attempt.engine.0.open_named_secrets(attempt.job.owner, &names).await;
    let secrets = secrets.map_err(|error| match error {
        SecretError::Store(error) => NotRun::Later(error.to_string()),
        SecretError::Missing { .. } | SecretError::OtherKey { .. } | SecretError::Name(_) => {
            never(&error)
        }
    })?;
    let mask = Mask::new(secrets.values());
    Ok((env, Given { inputs, secrets }, mask))
}

impl Stage<'_> {
    async fn blocks(&mut self, sink: &mut Masking<'_, JobSink>) -> Result<Ending, NotRun> {
        for (path, file) in self.document.files() {
            let written = files::write_file(self.sandbox, path, file).await;
            written.map_err(|it| NotRun::Never(it.to_string()))?;
        }
        let planned = self.document.plan(&Selection::All, |_| false);
        let planned = planned.map_err(|it| NotRun::Never(it.to_string()))?;
        let blocks: Vec<&Block> = planned.into_iter().map(|it| it.block).collect();
        for block in &blocks {
            // Found out before anything runs, so that nothing is left half done.
            program::check_runtime(block, self.runtimes)
                .map_err(|it| NotRun::Never(it.to_string()))?;
        }
        if let Err(failure) = sink.starting(self.sandbox).await {
            return Ok(Ending::Failure(failure));
        }
        let shared = Mutex::new(&mut *sink);
        let ending = self.walk(&blocks, &shared).await?;
        if matches!(ending, Ending::Outcome { .. }) {
            sink.ended(self.sandbox).await;
        }
        Ok(ending)
    }

    /// Runs blocks until one does not end as it should. Those in the background end with the sandbox.
    async fn walk(
        &mut self,
        blocks: &[&Block],
        sink: &SharedSink<'_, '_>,
    ) -> Result<Ending, NotRun> {
        let (sandbox, stop) = (self.sandbox, self.attempt.stop);
        let mut background = FuturesUnordered::new();
        let mut used = Usage::default();
        for block in blocks {
            let ready = match self.prepare(block, sink).await? {
                Ok(ready) => ready,
                Err(failure) => return Ok(Ending::Failure(failure)),
            };
            let run = async move {
                let (program, seat, limits) = ready;
                let mut own = Shared(sink);
                drive(sandbox, (program, seat), Input::Empty, &limits, stop, &mut own).await
            };
            if block.options.background {
                background.push(run);
                continue;
            }
            let mut run = std::pin::pin!(run);
            let ending = loop {
                tokio::select! {
                    ending = &mut run => break ending,
                    Some(_) = background.next() => {}
                }
            };
            let Ending::Outcome { outcome, usage } = ending else { return Ok(ending) };
            used = sum(used, usage);
            if !is_as_expected(&outcome, block.options.expect) {
                return Ok(Ending::Outcome { outcome, usage: used });
            }
        }
        Ok(Ending::Outcome { outcome: Outcome::Exited { code: 0 }, usage: used })
    }

    /// The program of a block, where it runs and its limits; or our failure.
    async fn prepare(
        &mut self,
        block: &Block,
        sink: &SharedSink<'_, '_>,
    ) -> Result<Result<(Program, Seat, Limits), Failure>, NotRun> {
        let data = format!("block {}, line {}", block.id, block.line);
        if let Err(failure) = sink.lock().await.append(vec![EventKind::Info { data }]).await {
            return Ok(Err(failure));
        }
        let limits = self.attempt.limits();
        let limits = Limits {
            timeout: Some(limits.timeout),
            output_bytes: limits.output_bytes,
            on_excess: limits.on_output_limit,
        };
        let prepared = program::prepare(self.document, block, self.runtimes, &limits);
        let (program, limits) = prepared.map_err(|it| NotRun::Never(it.to_string()))?;
        let choice = kernels::choice(self.document, block);
        let mut seat = match block.options.background {
            true => self.kernels.seat_beside(&choice, &program.installed),
            false => self.kernels.seat(&choice, &program.installed, self.sandbox.workspace()),
        };
        let stop = self.attempt.stop;
        let placed = (program, self.document);
        let written =
            ahead::program(self.sandbox, placed, &limits, self.ahead.as_ref(), stop).await;
        let mut program = match written {
            Ok(program) => program,
            Err(unready) => return Ok(Err(unready.failure())),
        };
        for (name, value) in &self.env {
            program.env.retain(|it| it.0 != *name);
            program.env.push((name.clone(), value.clone()));
        }
        let mut names = self.document.all_secrets_of(block);
        names.extend(self.attempt.job.order.secrets.iter().map(String::as_str));
        let given = self.given.for_names(&names);
        given.add_to(&mut program);
        seat.give(&given);
        Ok(Ok((program, seat, limits)))
    }
}

type SharedSink<'a, 'm> = Mutex<&'a mut Masking<'m, JobSink>>;

/// One of several programs that share a sink.
struct Shared<'s, 'a, 'm>(&'s SharedSink<'a, 'm>);

impl Sink for Shared<'_, '_, '_> {
    async fn append(&mut self, events: Vec<EventKind>) -> Result<(), Failure> {
        self.0.lock().await.append(events).await
    }
}

fn sum(one: Usage, other: Usage) -> Usage {
    Usage {
        duration_ms: one.duration_ms.saturating_add(other.duration_ms),
        cpu_ms: one.cpu_ms.saturating_add(other.cpu_ms),
        peak_memory_bytes: one.peak_memory_bytes.max(other.peak_memory_bytes),
        truncated: one.truncated || other.truncated,
        queue_ms: None,
    }
}
