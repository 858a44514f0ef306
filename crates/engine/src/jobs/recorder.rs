//! Writes what the jobs of one worker do, many at once: one transaction for whatever came while the last
//! one was written. Starts, for which programs wait, are written beside the rest.

use model::{
    event::Event,
    id::JobId,
    job::{Held, Phase},
};
use store::{Appended, Finished, Store, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::worker::draw;

/// Notes on their way; who has more to say waits.
const BEHIND: usize = 256;

/// Something to write, and who wants to know what became of it.
#[derive(Debug)]
enum Note {
    Start(Held, Reply<bool>),
    Append(Appended, Reply<bool>),
    Finish(Box<Finished>, Reply<Option<Phase>>),
}

/// Who waits for what became of a note.
type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// Takes notes. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Recorder {
    starts: mpsc::Sender<Note>,
    others: mpsc::Sender<Note>,
}

/// Writes notes until all who take some are gone.
#[derive(Debug)]
pub(super) struct Writer {
    store: Store,
    notes: mpsc::Receiver<Note>,
}

impl Recorder {
    /// With what writes its notes.
    pub(super) fn new(store: &Store) -> (Self, [Writer; 2]) {
        let (starts, started) = mpsc::channel(BEHIND);
        let (others, said) = mpsc::channel(BEHIND);
        let writer = |notes| Writer { store: store.clone(), notes };
        (Self { starts, others }, [writer(started), writer(said)])
    }

    /// Records that a program is about to start. Returns whether it may.
    pub(super) async fn start(&self, held: Held) -> Result<bool, StoreError> {
        let (reply, answer) = oneshot::channel();
        write(&self.starts, Note::Start(held, reply), answer).await
    }

    /// Adds events. Returns whether the claim still counts.
    pub(super) async fn append(&self, held: Held, events: Vec<Event>) -> Result<bool, StoreError> {
        let (reply, answer) = oneshot::channel();
        let note = Note::Append(Appended { held, events }, reply);
        write(&self.others, note, answer).await
    }

    /// Records how an attempt ended. `None` if the claim does not count any more.
    pub(super) async fn finish(&self, finished: Finished) -> Result<Option<Phase>, StoreError> {
        let (reply, answer) = oneshot::channel();
        write(&self.others, Note::Finish(Box::new(finished), reply), answer).await
    }
}

async fn write<T>(
    notes: &mpsc::Sender<Note>,
    note: Note,
    answer: oneshot::Receiver<Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let gone = || StoreError::Unavailable { reason: "the worker has ended".to_owned() };
    notes.send(note).await.map_err(|_| gone())?;
    answer.await.map_err(|_| gone())?
}

impl Writer {
    pub(super) async fn run(mut self) {
        let mut notes = Vec::new();
        while self.notes.recv_many(&mut notes, BEHIND).await > 0 {
            let (mut starts, mut appends, mut finishes) = (Vec::new(), Vec::new(), Vec::new());
            for note in notes.drain(..) {
                match note {
                    Note::Start(held, reply) => starts.push((held, reply)),
                    Note::Append(appended, reply) => appends.push((appended, reply)),
                    Note::Finish(finished, reply) => finishes.push((*finished, reply)),
                }
            }
            // Nobody says two things at a time, so that the order of the three is free. People wait for the
            // second.
            self.starts(starts).await;
            self.appends(appends).await;
            self.finishes(finishes).await;
        }
    }

    async fn starts(&self, starts: Vec<(Held, Reply<bool>)>) {
        if starts.is_empty() {
            return;
        }
        let held: Vec<_> = starts.iter().map(|(it, _)| *it).collect();
        let started = self.store.start_jobs(&held).await;
        for (held, reply) in starts {
            // Who asked may be gone, as in the next two.
            drop(reply.send(started.clone().map(|it| it.contains(&held.job))));
        }
    }

    async fn appends(&self, appends: Vec<(Appended, Reply<bool>)>) {
        if appends.is_empty() {
            return;
        }
        let (appended, replies): (Vec<_>, Vec<_>) = appends.into_iter().unzip();
        let refused = self.store.append_job_events(&appended).await;
        for (appended, reply) in appended.iter().zip(replies) {
            drop(reply.send(refused.clone().map(|it| !it.contains(&appended.held.job))));
        }
    }

    async fn finishes(&self, finishes: Vec<(Finished, Reply<Option<Phase>>)>) {
        if finishes.is_empty() {
            return;
        }
        let (finished, replies): (Vec<_>, Vec<_>) = finishes.into_iter().unzip();
        let settled = self.store.finish_jobs(&finished, draw()).await;
        let phase = |job: JobId| {
            let of_job = |settled: Vec<store::Settled>| {
                settled.into_iter().find(|it| it.job == job).map(|it| it.phase)
            };
            settled.clone().map(of_job)
        };
        for (finished, reply) in finished.iter().zip(replies) {
            drop(reply.send(phase(finished.held.job)));
        }
    }
}
