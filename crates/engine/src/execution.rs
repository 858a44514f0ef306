//! Drives one program from its start to its outcome and feeds what it does to a [`Sink`].

use std::time::Duration;

use model::{
    event::{EventKind, Failure, Summary, Usage},
    execution::{self, Command, Outcome, Rejected, State},
    limits::{Limits, OnExcess},
};
use sandbox::{
    Exit, ExitStatus, Network, Process, ProcessEvent, ProcessHandle, Program, Sandbox,
    SandboxError, Standby,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::{
    kernels::Seat,
    network,
    output::{Output, Stream},
    packages, trace,
};

mod input;

use input::{Fed, Feeding};
pub use input::{Input, InputStream};

/// How long a program that is asked to stop may take to say goodbye.
const GRACE: Duration = Duration::from_secs(1);

/// Bytes after which output is handed on even though more is waiting.
const BATCH_BYTES: usize = 256 << 10;

/// How long a kernel may take to take a program back. Long enough for a library's cleaning up; after it
/// the kernel ends with its variables.
const LAST_WORDS: Duration = Duration::from_millis(1500);

const SIGINT: i32 = 2;
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

    /// Takes the last events of the program. Whoever stores how it ended may store them with that.
    ///
    /// # Errors
    ///
    /// As [`Sink::append`].
    fn append_last(
        &mut self,
        events: Vec<EventKind>,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        self.append(events)
    }

    /// The program is about to start in this sandbox; until this returns it has not.
    ///
    /// # Errors
    ///
    /// Returns why it must not start.
    fn starting(&mut self, _sandbox: &Sandbox) -> impl Future<Output = Result<(), Failure>> + Send {
        std::future::ready(Ok(()))
    }

    /// The program has ended, and its sandbox is still as it left it.
    fn ended(&mut self, _sandbox: &Sandbox) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
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

    /// The same, of an execution that waited so long in the queue for its sandbox.
    #[must_use]
    pub(crate) fn queued(self, waited: Duration) -> Self {
        match self {
            Self::Outcome { outcome, usage } => {
                let usage = Usage { queue_ms: Some(millis(waited)), ..usage };
                Self::Outcome { outcome, usage }
            }
            Self::Failure(failure) => Self::Failure(failure),
        }
    }

    /// An execution that ended without its program ever having started or reported.
    #[must_use]
    pub fn unused(outcome: Outcome) -> Self {
        Self::Outcome { outcome, usage: Usage::default() }
    }
}

/// What a reader should know whose block took its kernel with it.
const KERNEL_ENDED: &str = "the kernel was killed while this block ran, and the variables of earlier blocks \
                            are gone with it; the next block starts a new one";

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
    (mut program, seat): (Program, Seat),
    input: Input,
    limits: &Limits,
    stop: &CancellationToken,
    sink: &mut impl Sink,
) -> Ending {
    if let Some(remark) = seat.remark()
        && let Err(failure) = sink.append(vec![remark]).await
    {
        return Ending::Failure(failure);
    }
    let mut attempt = Attempt::begin(sandbox);
    if seat.is_kernel() {
        attempt.manner = Manner::Interrupt;
        // Should it not listen when its time is over, the kernel ends with it.
        program.timeout = limits.timeout.map(|it| it + LAST_WORDS + GRACE);
    }
    program.stdin = input.kind();
    let started = seat.start(sandbox, program).await;
    attempt.follow(started, input, limits, stop, sink).await
}

/// How a program is asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// By SIGTERM.
    Terminate,
    /// By SIGINT, after which its kernel waits for the next. It is asked when its time is over, too.
    Interrupt,
}

/// One program of a sandbox, from before its start.
pub(crate) struct Attempt<'a> {
    sandbox: &'a Sandbox,
    /// Hears of connections from the first on.
    log: network::Log,
    begun: Instant,
    manner: Manner,
}

impl<'a> Attempt<'a> {
    pub(crate) fn begin(sandbox: &'a Sandbox) -> Self {
        let log = network::Log::of(sandbox);
        Self { sandbox, log, begun: Instant::now(), manner: Manner::Terminate }
    }

    pub(crate) async fn start(
        &self,
        program: Program,
        standby: Option<Standby>,
    ) -> Result<Process, SandboxError> {
        Seat::Alone(standby).start(self.sandbox, program).await
    }

    /// Feeds a program that was started, or says why it was not, and hands its events to `sink`
    /// until it has ended; see [`drive`].
    pub(crate) async fn follow(
        self,
        started: Result<Process, SandboxError>,
        input: Input,
        limits: &Limits,
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Ending {
        let Self { sandbox, log, begun, manner } = self;
        let process = match started {
            Ok(process) => process,
            Err(error) if stop.is_cancelled() => {
                tracing::debug!(%error, "cancelled while starting");
                return Ending::unused(Outcome::Cancelled);
            }
            Err(SandboxError::Gone) => return Ending::unused(vanished(sandbox).await),
            Err(error) => {
                return Ending::Failure(Failure {
                    error: "start_failed".to_owned(),
                    message: format!("the program could not be started: {error}"),
                });
            }
        };
        let output = Output::new(limits.output_bytes);
        let watch = (sandbox.isolation().network == Network::None).then(network::Watch::default);
        let lacks = packages::Watch::default();
        let feeding = input.feed(&process);
        let time_is_over = limits.timeout.filter(|_| manner == Manner::Interrupt);
        let mut drive = Drive {
            process,
            feeding,
            output,
            message: Vec::new(),
            watch,
            lacks,
            log,
            manner,
            overdue_at: time_is_over.map(|it| Instant::now() + it),
            is_overdue: false,
            stop,
            sink,
        };
        let span = trace::program();
        let ending = match drive.until_end().instrument(span.clone()).await {
            Ok(end) => drive.ending(&end, sandbox, limits, begun).await,
            Err(failure) => Ending::Failure(failure),
        };
        trace::ended(&span, &ending);
        ending
    }
}

struct Drive<'a, S> {
    process: Process,
    feeding: Feeding,
    output: Output,
    /// What has arrived of a message of the kernel.
    message: Vec<u8>,
    /// `None` where the sandbox has a network.
    watch: Option<network::Watch>,
    lacks: packages::Watch,
    log: network::Log,
    manner: Manner,
    /// When to interrupt it; `None` where the sandbox sees to the time.
    overdue_at: Option<Instant>,
    is_overdue: bool,
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
                fed = &mut self.feeding => {
                    self.feeding = input::done();
                    if fed == Fed::SourceGone && kill_at.is_none() {
                        kill_at = Some(Instant::now());
                    }
                    continue;
                }
                () = self.stop.cancelled(), if kill_at.is_none() => {
                    kill_at = Some(ask_to_end(self.process.handle(), self.manner).await);
                    continue;
                }
                () = sleep_until(self.overdue_at), if kill_at.is_none() => {
                    self.is_overdue = true;
                    kill_at = Some(ask_to_end(self.process.handle(), self.manner).await);
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
            if let Some(end) = end {
                let events = self.last_events(&end);
                if !events.is_empty() {
                    self.sink.append_last(events).await?;
                }
                return Ok(end);
            }
            let events = self.output.take();
            if !events.is_empty() {
                self.sink.append(events).await?;
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
        if let Some(data) = self.lacks.advice().filter(|_| failed) {
            events.push(EventKind::Info { data });
        }
        if self.manner == Manner::Interrupt
            && matches!(end, End::Exit(Exit { status: ExitStatus::Signal(_), .. }))
        {
            events.push(EventKind::Info { data: KERNEL_ENDED.to_owned() });
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
                self.lacks.look(&bytes);
                self.output.push(Stream::Stderr, &bytes);
            }
            Some(ProcessEvent::Said(bytes, is_last)) => {
                self.message.extend_from_slice(&bytes);
                if is_last {
                    self.output.push_message(std::mem::take(&mut self.message));
                }
            }
            Some(ProcessEvent::Truncated) => self.output.truncate(),
            Some(ProcessEvent::Exit(exit)) => return Some(End::Exit(exit)),
            Some(ProcessEvent::Lost) | None => return Some(End::Lost),
        }
        None
    }

    async fn ending(
        self,
        end: &End,
        sandbox: &Sandbox,
        limits: &Limits,
        started: Instant,
    ) -> Ending {
        let truncated = self.output.truncated();
        let (outcome, usage) = match end {
            End::Exit(exit) if self.is_overdue && !exit.out_of_memory => {
                let limit = limits.timeout.unwrap_or(Duration::ZERO);
                (Outcome::TimedOut { limit }, usage(exit))
            }
            End::Exit(exit) => (outcome(exit, limits, sandbox.limits().memory_bytes), usage(exit)),
            End::Lost => {
                let duration_ms = millis(started.elapsed());
                (vanished(sandbox).await, Usage { duration_ms, ..Usage::default() })
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

/// Asks a program to end, and says when to kill it if it does not listen.
async fn ask_to_end(program: ProcessHandle, manner: Manner) -> Instant {
    let (signal, patience) = match manner {
        Manner::Terminate => (SIGTERM, GRACE),
        Manner::Interrupt => (SIGINT, LAST_WORDS),
    };
    // One that has ended meanwhile needs no signal.
    drop(program.signal(signal).await);
    Instant::now() + patience
}

/// What became of a program whose sandbox vanished around it. One with very little memory takes the guest
/// with it, who then cannot say so; the backend can.
pub(crate) async fn vanished(sandbox: &Sandbox) -> Outcome {
    match sandbox.ended().await.out_of_memory {
        true => Outcome::OutOfMemory { limit_bytes: sandbox.limits().memory_bytes },
        false => Outcome::Lost,
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
        queue_ms: None,
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
