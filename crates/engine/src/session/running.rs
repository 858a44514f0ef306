//! What a session runs: one execution after another, and some of them beside those.

use bytes::Bytes;
use document::Expectation;
use model::{
    execution::{self, Execution, Outcome},
    id::ExecutionId,
    walk,
};
use sandbox::Sandbox;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    Actor, Fed, QUEUE, Run, StartError,
    execute::{execute, pieces_of},
};
use crate::{
    ahead::Ahead,
    environments::Owner,
    execution::{Ending, Input, InputStream},
    history,
    kernels::Seat,
    secrets::Mask,
    verdict,
};

/// Pieces of input that wait for a program to read them.
const INPUT_PIECES: usize = 64;

/// An execution whose program runs.
pub(super) struct Running {
    pub(super) execution: Execution,
    pub(super) stop: CancellationToken,
    /// `None` where nothing is read any more.
    pub(super) input: Option<mpsc::Sender<Bytes>>,
    pub(super) expect: Expectation,
    pub(super) walk: Option<u64>,
    pub(super) task: tokio::task::Id,
}

impl Actor {
    pub(super) async fn accept(&mut self, run: Run) -> Result<Execution, StartError> {
        let block = run.execution.block.as_deref();
        if block.is_some_and(|it| self.under_way(it).is_some()) {
            return Err(StartError::AlreadyRunning);
        }
        if self.queue.len() >= QUEUE {
            return Err(StartError::QueueFull);
        }
        self.enqueue(run, false).await
    }

    /// The execution of a block that runs, or waits to.
    pub(super) fn under_way(&self, block: &str) -> Option<&Execution> {
        let running = self.running.iter().chain(&self.background).map(|it| &it.execution);
        let mut all = running.chain(self.queue.iter().map(|it| &it.execution));
        all.find(|it| it.block.as_deref() == Some(block))
    }

    pub(super) async fn enqueue(
        &mut self,
        run: Run,
        is_next: bool,
    ) -> Result<Execution, StartError> {
        // Live before it can be found in the store, so that nobody takes it for one that was lost.
        self.engine.live.begin(run.execution.id);
        let origin = history::origin(&run, &self.grant).await;
        if let Err(error) = self.engine.store.insert_execution(&run.execution, &origin).await {
            self.engine.live.end(run.execution.id);
            return Err(error.into());
        }
        let execution = run.execution.clone();
        match is_next {
            true => self.queue.push_front(run),
            false => self.queue.push_back(run),
        }
        self.view.send_modify(|it| {
            it.activity.accepted += 1;
            it.activity.latest = Some(execution.clone());
            if let Some(walk) = &mut it.activity.walk {
                walk.not_run.retain(|block| execution.block.as_ref() != Some(block));
            }
        });
        Ok(execution)
    }

    fn running(&mut self, execution: ExecutionId) -> Option<&mut Running> {
        let mut all = self.running.iter_mut().chain(&mut self.background);
        all.find(|it| it.execution.id == execution)
    }

    pub(super) async fn cancel(&mut self, execution: ExecutionId) {
        if let Some(running) = self.running(execution) {
            let cancelled = execution::apply(running.execution.state, execution::Command::Cancel);
            let Ok((state, Some(execution::Effect::Kill))) = cancelled else { return };
            running.execution.state = state;
            let stop = running.stop.clone();
            // Stored before the program hears of it.
            self.engine.record(execution, state).await;
            stop.cancel();
        } else if let Some(index) = self.queue.iter().position(|it| it.execution.id == execution) {
            let run = self.queue.remove(index).expect("the index was just found");
            self.engine.sink(run.execution.id).finish(&Ending::unused(Outcome::Cancelled)).await;
            self.walk_on(run.walk, walk::Verdict::Stopped).await;
        }
    }

    pub(super) fn feed(&mut self, execution: ExecutionId, bytes: Bytes, is_last: bool) -> Fed {
        let Some(running) = self.running(execution) else { return Fed::NotReading };
        let Some(input) = &running.input else { return Fed::NotReading };
        let fed = match input.try_send(bytes) {
            Ok(()) => Fed::Taken,
            Err(mpsc::error::TrySendError::Full(_)) => return Fed::Full,
            Err(mpsc::error::TrySendError::Closed(_)) => Fed::NotReading,
        };
        if is_last {
            running.input = None;
        }
        fed
    }

    pub(super) async fn restart(&mut self) {
        let running = self.running.iter().chain(&self.background);
        let running: Vec<ExecutionId> = running.map(|it| it.execution.id).collect();
        for execution in running {
            self.cancel(execution).await;
        }
        self.kernels.restart().await;
        self.memory.forget();
    }

    /// Starts what is next, and whatever runs beside it.
    pub(super) async fn start_next(&mut self) {
        if self.completing.is_some() {
            if !self.queue.is_empty() {
                self.stop_completing();
            }
            return;
        }
        while self.running.is_none()
            && !self.is_paused()
            && let Some((sandbox, _)) = &self.sandbox
        {
            let sandbox = sandbox.clone();
            let Some(run) = self.queue.pop_front() else { return };
            self.start(sandbox, run).await;
        }
    }

    async fn start(&mut self, sandbox: Sandbox, run: Run) {
        let started = execution::apply(run.execution.state, execution::Command::Start);
        let Ok((state, Some(execution::Effect::Spawn))) = started else { return };
        let stop = CancellationToken::new();
        let execution = Execution { state, ..run.execution.clone() };
        let sink = self.engine.sink(execution.id);
        self.engine.record(execution.id, state).await;
        let seeded = self.seed(&sandbox, &run.document).await;
        let seat = self.seat(&sandbox, &run).await;
        self.memory.begun(&execution, seat.home(), run.is_background);
        let offer = &self.grant.shelf.offer;
        let environments = self.engine.config.environments.as_ref();
        let ahead = environments.filter(|it| offer.is_served_by(it)).map(|environments| {
            let owner = Owner::user(run.execution.user);
            Ahead { environments: environments.clone(), owner }
        });
        self.known_secrets.extend(run.given.secrets.clone());
        let mask = Mask::new(self.known_secrets.values());
        let (sender, pieces) = mpsc::channel(INPUT_PIECES);
        let (input, reads) = match run.is_interactive {
            true => (Some(sender), Input::Stream(InputStream::new(pieces_of(pieces)))),
            false => (None, Input::Empty),
        };
        let (expect, walk, is_background) = (run.expect, run.walk, run.is_background);
        let span = run.span.clone();
        let task = execute(sandbox, run, stop.clone(), (sink, mask, seat, reads), (seeded, ahead));
        let task = self.work.spawn(self.engine.tasks.track_future(task.instrument(span))).id();
        let running = Running { execution, stop, input, expect, walk, task };
        if is_background {
            // It has begun, which is all that those after it wait for.
            self.background.push(Running { walk: None, ..running });
            self.walk_on(walk, walk::Verdict::Passed).await;
        } else {
            self.running = Some(running);
        }
    }

    /// Where a program runs.
    async fn seat(&mut self, sandbox: &Sandbox, run: &Run) -> Seat {
        let installed = &run.program.installed;
        if run.is_background {
            return self.kernels.seat_beside(&run.kernel, installed);
        }
        let mut seat = self.kernels.seat(&run.kernel, installed, sandbox.workspace());
        let standby = self.standby.take(run).await;
        if let Seat::Alone(alone) = &mut seat {
            *alone = standby;
        }
        seat.give(&run.given);
        seat
    }

    /// Notes how an execution ended, and goes on with its walk.
    pub(super) async fn ended(&mut self, task: tokio::task::Id, outcome: Option<Outcome>) {
        let in_background = self.background.iter().position(|it| it.task == task);
        let running = match in_background {
            Some(index) => self.background.swap_remove(index),
            None => match self.running.take() {
                Some(running) => running,
                None => return,
            },
        };
        let verdict = verdict::of(outcome.as_ref(), running.expect);
        self.memory.ended(&running.execution, verdict);
        self.walk_on(running.walk, verdict).await;
    }
}

/// Waits for the next execution that ends; for ever if there is none.
pub(super) async fn finished(
    work: &mut JoinSet<Option<Outcome>>,
) -> (tokio::task::Id, Option<Outcome>) {
    match work.join_next_with_id().await {
        Some(Ok(ended)) => ended,
        Some(Err(error)) => {
            tracing::error!(%error, "an execution's task failed");
            (error.id(), None)
        }
        None => std::future::pending().await,
    }
}
