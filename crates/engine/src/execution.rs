//! Drives one program from its start to its outcome and feeds what it does to a [`Sink`].

use std::time::Duration;

use model::{
    event::{EventKind, Failure, Summary, Usage},
    execution::{self, Command, Outcome, Rejected, State},
    limits::{Limits, OnExcess},
};
use sandbox::{
    Exit, ExitStatus, Network, Process, ProcessEvent, Program, Sandbox, SandboxError, Standby,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    network,
    output::{Output, Stream},
};

/// How long a program that is asked to stop may take to say goodbye.
const GRACE: Duration = Duration::from_secs(1);

/// Bytes after which output is handed on even though more is waiting.
const BATCH_BYTES: usize = 256 << 10;

const SIGTERM: i32 = 15;

/// Where the events of one execution go.
pub trait Sink: Send {
    /// Takes events in order. The program waits while this does: a slow sink slows the program
    /// down instead of filling memory.
    ///
    /// # Errors
    ///
    /// Returns the failure to report when the events could not be kept; the program is then
    /// killed.
    fn append(
        &mut self,
        events: Vec<EventKind>,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// How an execution ended: the program's outcome, or our failure.
#[derive(Clone, Debug)]
pub enum Ending {
    Outcome { outcome: Outcome, usage: Usage },
    Failure(Failure),
}

impl Ending {
    /// The event that ends the stream.
    #[must_use]
    pub fn event(&self) -> EventKind {
        match self {
            Self::Outcome { outcome, usage } => {
                EventKind::Result { data: Summary::new(outcome, *usage) }
            }
            Self::Failure(failure) => EventKind::Error { data: failure.clone() },
        }
    }

    /// An execution that ended without its program ever having started or reported.
    #[must_use]
    pub fn unused(outcome: Outcome) -> Self {
        Self::Outcome { outcome, usage: Usage::default() }
    }
}

/// Translates limits into what the sandbox enforces.
pub(crate) fn limit(program: &mut Program, limits: &Limits) {
    program.timeout = limits.timeout;
    program.output_limit = limits.output_bytes;
    program.on_excess = match limits.on_excess {
        OnExcess::Drop => sandbox::OnExcess::Drop,
        OnExcess::Kill => sandbox::OnExcess::Kill,
    };
}

/// Runs `program` to its end. When `stop` is cancelled the program is asked to end, and killed
/// after a second.
pub(crate) async fn drive(
    sandbox: &Sandbox,
    (program, standby): (Program, Option<Standby>),
    limits: &Limits,
    stop: &CancellationToken,
    sink: &mut impl Sink,
) -> Ending {
    let started = Instant::now();
    let log = network::Log::of(sandbox);
    let started_process = match standby {
        Some(standby) => sandbox.run_prepared(standby, program).await,
        None => sandbox.run(program).await,
    };
    let process = match started_process {
        Ok(process) => process,
        Err(error) if stop.is_cancelled() => {
            tracing::debug!(%error, "cancelled while starting");
            return Ending::unused(Outcome::Cancelled);
        }
        Err(SandboxError::Gone) => return Ending::unused(Outcome::Lost),
        Err(error) => {
            return Ending::Failure(Failure {
                error: "start_failed".to_owned(),
                message: format!("the program could not be started: {error}"),
            });
        }
    };
    let memory_bytes = sandbox.limits().memory_bytes;
    let output = Output::new(limits.output_bytes);
    let watch = (sandbox.isolation().network == Network::None).then(network::Watch::default);
    let mut drive = Drive { process, output, watch, log, memory_bytes, stop, sink };
    match drive.until_end().await {
        Ok(end) => drive.ending(&end, limits, started),
        Err(failure) => Ending::Failure(failure),
    }
}

struct Drive<'a, S> {
    process: Process,
    output: Output,
    /// `None` where the sandbox has a network.
    watch: Option<network::Watch>,
    log: network::Log,
    memory_bytes: u64,
    stop: &'a CancellationToken,
    sink: &'a mut S,
}

enum End {
    Exit(Exit),
    Lost,
}

impl<S: Sink> Drive<'_, S> {
    async fn until_end(&mut self) -> Result<End, Failure> {
        let mut kill_at: Option<Instant> = None;
        loop {
            let event = tokio::select! {
                event = self.process.next() => event,
                data = self.log.next() => {
                    let mut events = self.output.take();
                    events.push(EventKind::Info { data });
                    self.sink.append(events).await?;
                    continue;
                }
                () = self.stop.cancelled(), if kill_at.is_none() => {
                    // One that has ended meanwhile needs no signal.
                    drop(self.process.handle().signal(SIGTERM).await);
                    kill_at = Some(Instant::now() + GRACE);
                    continue;
                }
                () = sleep_until(kill_at) => {
                    drop(self.process.handle().kill().await);
                    // Asking again every second costs nothing and survives a lost request.
                    kill_at = Some(Instant::now() + GRACE);
                    continue;
                }
            };
            let end = self.take(event);
            let end = match end {
                None => self.take_what_is_there(),
                Some(end) => Some(end),
            };
            let events = match &end {
                Some(end) => self.last_events(end),
                None => self.output.take(),
            };
            if !events.is_empty() {
                self.sink.append(events).await?;
            }
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// What is left of the output, and advice where the end calls for some.
    fn last_events(&mut self, end: &End) -> Vec<EventKind> {
        let mut events = self.output.finish();
        let failed = matches!(end, End::Exit(exit) if exit.status != ExitStatus::Code(0)
                && !exit.timed_out
                && !exit.cpu_exceeded);
        if failed && self.watch.as_ref().is_some_and(network::Watch::seen) {
            events.push(EventKind::Info { data: network::ADVICE.to_owned() });
        }
        events
    }

    /// Takes what has arrived meanwhile, so that many small writes become one append.
    fn take_what_is_there(&mut self) -> Option<End> {
        while self.output.pending_bytes() < BATCH_BYTES {
            let event = futures_util::FutureExt::now_or_never(self.process.next())?;
            if let Some(end) = self.take(event) {
                return Some(end);
            }
        }
        None
    }

    fn take(&mut self, event: Option<ProcessEvent>) -> Option<End> {
        match event {
            Some(ProcessEvent::Stdout(bytes)) => self.output.push(Stream::Stdout, &bytes),
            Some(ProcessEvent::Stderr(bytes)) => {
                if let Some(watch) = &mut self.watch {
                    watch.look(&bytes);
                }
                self.output.push(Stream::Stderr, &bytes);
            }
            Some(ProcessEvent::Truncated) => self.output.truncate(),
            Some(ProcessEvent::Exit(exit)) => return Some(End::Exit(exit)),
            Some(ProcessEvent::Lost) | None => return Some(End::Lost),
        }
        None
    }

    fn ending(&self, end: &End, limits: &Limits, started: Instant) -> Ending {
        let truncated = self.output.truncated();
        let (outcome, usage) = match end {
            End::Exit(exit) => (outcome(exit, limits, self.memory_bytes), usage(exit)),
            End::Lost => {
                let duration_ms = millis(started.elapsed());
                (Outcome::Lost, Usage { duration_ms, ..Usage::default() })
            }
        };
        let state = if self.stop.is_cancelled() { State::Stopping } else { State::Running };
        let outcome = match execution::apply(state, Command::Finish(outcome)) {
            Ok((State::Finished(outcome), _)) => outcome,
            Ok((State::Queued | State::Running | State::Stopping, _)) | Err(Rejected) => outcome,
        };
        Ending::Outcome { outcome, usage: Usage { truncated, ..usage } }
    }
}

/// Sleeps until a moment; for ever if there is none.
pub(crate) async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// The only place where the sandbox's words for an end become ours.
fn outcome(exit: &Exit, limits: &Limits, memory_bytes: u64) -> Outcome {
    match exit.status {
        _ if exit.timed_out || exit.cpu_exceeded => {
            Outcome::TimedOut { limit: limits.timeout.unwrap_or(Duration::ZERO) }
        }
        // The kernel killed a child of the program, and the program could not go on without it.
        _ if exit.out_of_memory => Outcome::OutOfMemory { limit_bytes: memory_bytes },
        ExitStatus::Code(code) => Outcome::Exited { code },
        ExitStatus::Signal(signal) => Outcome::Killed { signal },
    }
}

fn usage(exit: &Exit) -> Usage {
    Usage {
        duration_ms: millis(exit.wall),
        cpu_ms: millis(exit.cpu),
        peak_memory_bytes: exit.peak_memory_bytes,
        truncated: false,
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
