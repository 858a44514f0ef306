//! Where the events of a job's program go: numbered, stored by the fence of its claim.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use model::{
    event::{Event, EventKind, Failure},
    job::{Held, Job, Payload},
};
use sandbox::Sandbox;
use store::{Class, StoreError};
use tokio::time::Instant;
use tracing::Instrument;

use super::{
    files::{JobFiles, NotRun},
    recorder::Recorder,
};
use crate::{Clock, execution::Sink};

/// How long a program waits for a database that does not answer, before it is killed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Before something is stored again that could not be stored.
const AGAIN: Duration = Duration::from_millis(250);

/// What one attempt says.
pub(super) struct JobSink {
    pub(super) job: Arc<Job>,
    pub(super) held: Held,
    pub(super) recorder: Recorder,
    pub(super) clock: Clock,
    pub(super) files: Option<Arc<dyn JobFiles>>,
    pub(super) last_seq: u64,
    /// What the program said last, to be stored with its end. A runbook goes on after each of its programs.
    pub(super) last: Vec<Event>,
    /// Whether it was recorded that the program starts.
    pub(super) started: Started,
    /// Tells the worker of the start before anything else can.
    pub(super) announced: Arc<AtomicBool>,
    /// Why what the program left was not kept, if it was not.
    pub(super) not_kept: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Started {
    No,
    /// The claim does not count any more, or its owner cancelled the job: the program must not start.
    Refused,
    Yes,
}

impl JobSink {
    /// Records that the program starts, unless that was recorded for this attempt already.
    pub(super) async fn start(&mut self) -> Result<(), Failure> {
        if self.started == Started::Yes {
            return Ok(());
        }
        // Before it is recorded: a job that may have started is not handed back.
        self.announced.store(true, Ordering::Release);
        let starting = tracing::info_span!("start");
        match self.recorder.start(self.held).instrument(starting).await {
            Ok(true) => {
                self.started = Started::Yes;
                Ok(())
            }
            Ok(false) => {
                self.started = Started::Refused;
                Err(failure("refused", "the job was cancelled or is another worker's"))
            }
            Err(error) => Err(failure("not_started", &error.to_string())),
        }
    }

    fn number(&mut self, kinds: Vec<EventKind>) -> Vec<Event> {
        let at = self.clock.now();
        let first = self.last_seq + 1;
        self.last_seq += kinds.len() as u64;
        (first..).zip(kinds).map(|(seq, kind)| Event { seq, at, kind }).collect()
    }

    /// Stores events, with patience for a database that is away: that may have stored them already, which
    /// makes no difference.
    async fn store(&mut self, events: Vec<Event>) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.recorder.append(self.held, events.clone()).await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(failure("lost", "the job is another worker's by now")),
                Err(StoreError::DiskFull) => {
                    return Err(failure("disk_full", &StoreError::DiskFull.to_string()));
                }
                Err(error) if error.class() == Class::Unavailable && Instant::now() < deadline => {
                    tokio::time::sleep(AGAIN).await;
                }
                Err(error) => return Err(failure("store_failed", &error.to_string())),
            }
        }
    }
}

fn failure(error: &str, message: &str) -> Failure {
    Failure { error: error.to_owned(), message: message.to_owned() }
}

impl Sink for JobSink {
    async fn append(&mut self, kinds: Vec<EventKind>) -> Result<(), Failure> {
        let mut events = std::mem::take(&mut self.last);
        let before = self.last_seq - events.len() as u64;
        events.extend(self.number(kinds));
        let stored = self.store(events).await;
        if stored.is_err() {
            // The numbers were not used: the event that ends the job takes them.
            self.last_seq = before;
        }
        stored
    }

    async fn append_last(&mut self, kinds: Vec<EventKind>) -> Result<(), Failure> {
        if matches!(self.job.order.payload, Payload::Runbook { .. }) {
            return self.append(kinds).await;
        }
        let events = self.number(kinds);
        self.last.extend(events);
        Ok(())
    }

    async fn starting(&mut self, sandbox: &Sandbox) -> Result<(), Failure> {
        if self.started == Started::No
            && let Some(files) = &self.files
        {
            files.load(&self.job, sandbox).await.map_err(|not_run| match not_run {
                NotRun::Later(reason) => failure("not_started", &reason),
                NotRun::Never(reason) => failure("artifact_missing", &reason),
            })?;
        }
        self.start().await
    }

    async fn ended(&mut self, sandbox: &Sandbox) {
        let Some(files) = &self.files else { return };
        if self.job.order.artifacts_out.is_empty() {
            return;
        }
        let lines = match files.collect(&self.job, sandbox).await {
            Ok(lines) => lines,
            Err(reason) => {
                let reason = format!("artifacts were not kept: {reason}");
                self.not_kept = Some(reason.clone());
                vec![reason]
            }
        };
        let events = lines.into_iter().map(|data| EventKind::Info { data }).collect();
        // Who reads along misses a line, and the artifacts are listed elsewhere.
        drop(self.append_last(events).await);
    }
}
