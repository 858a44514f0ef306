//! A backend without isolation or programs, for tests: its guest speaks the real protocol over a stream
//! in memory, and plays what a [`Script`] says.
//!
//! It obeys time limits, output limits, credit, signals and kills as the real guest does, on tokio's
//! clock, which a test may pause. Files are kept in memory.

mod guest;
mod player;

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};
use std::{io, time::Duration};

use ::guest::{GuestFrame, Prepare, Start};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Backend, BoxFuture, Control, ControlError, Ended, Guard, Isolation, SandboxUsage, Spec,
    StartError, Started,
};

/// As much as a socket holds; small enough that a test of back-pressure is quick.
const LINK_BYTES: usize = 64 * 1024;

/// A backend that plays scripts. Clones are the same backend.
#[derive(Clone, Debug, Default)]
pub struct Scripted {
    stage: Arc<Stage>,
    tracker: TaskTracker,
}

/// What all sandboxes of one backend share.
#[derive(Debug, Default)]
struct Stage {
    rules: Mutex<Vec<(String, Script)>>,
    started: Mutex<Vec<Start>>,
    refusal: Mutex<Option<io::ErrorKind>>,
    prepared: Mutex<Vec<Prepare>>,
    unprepared: Mutex<Option<String>>,
    live: AtomicUsize,
}

/// What a program does: its steps in order. One whose steps end without an end exits with code 0.
#[derive(Clone, Debug, Default)]
pub struct Script(Vec<Step>);

#[derive(Clone, Debug)]
enum Step {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    Echo,
    ReadLine,
    Sleep(Duration),
    Hang,
    Vanish,
    Exit(i32),
    Signal(i32),
    OutOfMemory,
    FailToStart(i32),
}

impl Scripted {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Programs with an argument that contains `word` play `script`. The first rule that fits holds; a
    /// program that no rule fits is not found.
    #[must_use]
    pub fn on(self, word: impl Into<String>, script: Script) -> Self {
        locked(&self.stage.rules).push((word.into(), script));
        self
    }

    /// From now on no sandbox can be started.
    pub fn refuse(&self, reason: io::ErrorKind) {
        *locked(&self.stage.refusal) = Some(reason);
    }

    /// From now on sandboxes can be started again.
    pub fn accept(&self) {
        *locked(&self.stage.refusal) = None;
    }

    /// From now on no standby boots.
    pub fn refuse_standbys(&self, reason: impl Into<String>) {
        *locked(&self.stage.unprepared) = Some(reason.into());
    }

    /// The standbys that were asked for so far, in all sandboxes.
    #[must_use]
    pub fn prepared(&self) -> Vec<Prepare> {
        locked(&self.stage.prepared).clone()
    }

    /// What was asked to be started so far, in all sandboxes.
    #[must_use]
    pub fn started(&self) -> Vec<Start> {
        locked(&self.stage.started).clone()
    }

    /// Sandboxes that have not ended.
    #[must_use]
    pub fn live(&self) -> usize {
        self.stage.live.load(Ordering::SeqCst)
    }
}

impl Stage {
    /// Notes the standby; what it becomes is played like any program.
    fn rehearse(&self, prepare: Prepare) -> GuestFrame {
        let standby = prepare.standby;
        locked(&self.prepared).push(prepare);
        match locked(&self.unprepared).clone() {
            None => GuestFrame::StandbyReady { standby },
            Some(reason) => GuestFrame::StandbyFailed { standby, reason },
        }
    }

    /// Notes the start and finds its script.
    fn enter(&self, start: &Start) -> Option<Script> {
        locked(&self.started).push(start.clone());
        let rules = locked(&self.rules);
        let fits = |word: &str| start.argv.iter().any(|it| it.contains(word));
        rules.iter().find(|(word, _)| fits(word)).map(|(_, script)| script.clone())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Backend for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn start(&self, _spec: Spec) -> BoxFuture<'_, Result<Started, StartError>> {
        let refusal = *locked(&self.stage.refusal);
        if let Some(reason) = refusal {
            let step = "raise the curtain".to_owned();
            return Box::pin(
                async move { Err(StartError::Failed { step, reason: reason.into() }) },
            );
        }
        let (link, theirs) = tokio::io::duplex(LINK_BYTES);
        let (kill, gone) = (CancellationToken::new(), CancellationToken::new());
        let (stage, killed, went) = (Arc::clone(&self.stage), kill.clone(), gone.clone());
        stage.live.fetch_add(1, Ordering::SeqCst);
        self.tracker.spawn(async move {
            tokio::select! {
                () = guest::serve(theirs, Arc::clone(&stage)) => {}
                () = killed.cancelled() => {}
            }
            stage.live.fetch_sub(1, Ordering::SeqCst);
            went.cancel();
        });
        let isolation = Isolation {
            backend: "scripted",
            network: crate::Network::None,
            holds: Vec::new(),
            missing: vec!["everything: programs are only played".to_owned()],
        };
        let guard = Box::new(Curtain { kill, gone });
        let started = Started {
            link: Box::new(link),
            guard,
            control: Arc::new(Uncontrolled),
            isolation,
            workspace: "/tmp".to_owned(),
        };
        Box::pin(async { Ok(started) })
    }
}

/// Nobody pauses a play.
#[derive(Debug)]
struct Uncontrolled;

impl Control for Uncontrolled {
    fn pause(&self) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async { Err(refused("pause")) })
    }

    fn resume(&self) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async { Err(refused("resume")) })
    }

    fn usage(&self) -> BoxFuture<'_, Result<SandboxUsage, ControlError>> {
        Box::pin(async { Ok(SandboxUsage::default()) })
    }
}

fn refused(what: &'static str) -> ControlError {
    let reason = "programs are only played".to_owned();
    ControlError::Unsupported { backend: "scripted", what, reason }
}

#[derive(Debug)]
struct Curtain {
    kill: CancellationToken,
    gone: CancellationToken,
}

impl Guard for Curtain {
    fn kill(&mut self) {
        self.kill.cancel();
    }

    fn ended(&mut self) -> BoxFuture<'_, Ended> {
        Box::pin(async {
            self.gone.cancelled().await;
            Ended::default()
        })
    }
}

impl Drop for Curtain {
    fn drop(&mut self) {
        self.kill.cancel();
    }
}

impl Script {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn then(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// Writes to standard output; each call is at least one chunk of its own.
    #[must_use]
    pub fn stdout(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Step::Stdout(bytes.into()))
    }

    #[must_use]
    pub fn stderr(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Step::Stderr(bytes.into()))
    }

    /// Writes what it reads until the end of its input.
    #[must_use]
    pub fn echo(self) -> Self {
        self.then(Step::Echo)
    }

    /// Waits for a line of input, and drops it.
    #[must_use]
    pub fn read_line(self) -> Self {
        self.then(Step::ReadLine)
    }

    #[must_use]
    pub fn sleep(self, time: Duration) -> Self {
        self.then(Step::Sleep(time))
    }

    /// Does nothing until it is killed or signalled.
    #[must_use]
    pub fn hang(self) -> Self {
        self.then(Step::Hang)
    }

    /// The whole sandbox is gone without another word.
    #[must_use]
    pub fn vanish(self) -> Self {
        self.then(Step::Vanish)
    }

    #[must_use]
    pub fn exit(self, code: i32) -> Self {
        self.then(Step::Exit(code))
    }

    /// Dies by a signal.
    #[must_use]
    pub fn die(self, signal: i32) -> Self {
        self.then(Step::Signal(signal))
    }

    /// Is killed for the sandbox's memory limit.
    #[must_use]
    pub fn run_out_of_memory(self) -> Self {
        self.then(Step::OutOfMemory)
    }

    /// Cannot be executed at all, for the reason `errno`. Only as the first step.
    #[must_use]
    pub fn fail_to_start(self, errno: i32) -> Self {
        self.then(Step::FailToStart(errno))
    }
}

#[cfg(test)]
mod tests;
