//! Whoever wants what is being made already waits for that, and hears how it goes.
//!
//! The work goes on as long as one of them waits; when the last one leaves, it is stopped.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{broadcast, watch};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use super::EnvironmentError;

/// Lines that somebody may be behind before some are left out.
const BEHIND: usize = 1024;

/// Tells everybody who waits what is going on.
#[derive(Clone, Debug)]
pub(super) struct Progress(broadcast::Sender<String>);

impl Progress {
    /// For work that nobody shares.
    pub(super) fn channel() -> (Self, broadcast::Receiver<String>) {
        let (lines, heard) = broadcast::channel(BEHIND);
        (Self(lines), heard)
    }

    pub(super) fn say(&self, line: impl Into<String>) {
        // Nobody who listens is not a failure.
        drop(self.0.send(line.into()));
    }
}

type Done<T> = Option<Result<T, EnvironmentError>>;

#[derive(Debug)]
struct Flight<T> {
    lines: broadcast::Sender<String>,
    done: watch::Receiver<Done<T>>,
    // Read by nobody: the last one who waits stops the work.
    _stop: DropGuard,
}

#[derive(Debug)]
pub(super) struct Flights<T> {
    flights: Mutex<HashMap<String, Weak<Flight<T>>>>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl<T> Default for Flights<T> {
    fn default() -> Self {
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        Self { flights: Mutex::default(), tasks, shutdown }
    }
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    /// Starts the work unless it is under way, and waits for its result.
    pub(super) async fn join<W>(
        &self,
        key: &str,
        start: impl FnOnce(Progress, CancellationToken) -> W,
        progress: &mut (impl FnMut(String) + Send),
        stop: &CancellationToken,
    ) -> Result<T, EnvironmentError>
    where
        W: Future<Output = Result<T, EnvironmentError>> + Send + 'static,
    {
        let (flight, mut lines) = self.board(key, start);
        let mut done = flight.done.clone();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Err(EnvironmentError::Stopped),
                line = lines.recv() => match line {
                    Ok(line) => progress(line),
                    Err(broadcast::error::RecvError::Lagged(count)) => {
                        progress(format!("({count} lines left out)"));
                    }
                    // The work is over, and `done` says how.
                    Err(broadcast::error::RecvError::Closed) => break,
                },
                finished = done.wait_for(Option::is_some) => {
                    drop(finished);
                    break;
                }
            }
        }
        while let Ok(line) = lines.try_recv() {
            progress(line);
        }
        match done.wait_for(Option::is_some).await {
            Ok(done) => done.clone().expect("it was waited for"),
            Err(_) => Err(EnvironmentError::Stopped),
        }
    }

    fn board<W>(
        &self,
        key: &str,
        start: impl FnOnce(Progress, CancellationToken) -> W,
    ) -> (Arc<Flight<T>>, broadcast::Receiver<String>)
    where
        W: Future<Output = Result<T, EnvironmentError>> + Send + 'static,
    {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|_, it| it.strong_count() > 0);
        if let Some(flight) = flights.get(key).and_then(Weak::upgrade) {
            let lines = flight.lines.subscribe();
            return (flight, lines);
        }
        let (lines, receiver) = broadcast::channel(BEHIND);
        let (tell, done) = watch::channel(None);
        let stop = self.shutdown.child_token();
        let work = start(Progress(lines.clone()), stop.clone());
        self.tasks.spawn(async move {
            let result = work.await;
            tell.send_replace(Some(result));
        });
        let flight = Arc::new(Flight { lines, done, _stop: stop.drop_guard() });
        flights.insert(key.to_owned(), Arc::downgrade(&flight));
        (flight, receiver)
    }

    /// Starts the work unless it is under way, and lets it go on though nobody waits.
    pub(super) fn leave<W>(
        &self,
        key: &str,
        start: impl FnOnce(Progress, CancellationToken) -> W + Send + 'static,
    ) where
        W: Future<Output = Result<T, EnvironmentError>> + Send + 'static,
    {
        let (flight, _) = self.board(key, start);
        let mut done = flight.done.clone();
        self.tasks.spawn(async move {
            drop(done.wait_for(Option::is_some).await);
            drop(flight);
        });
    }

    /// Stops all work and waits until nothing of it is left.
    pub(super) async fn shut_down(&self) {
        self.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn what_many_want_at_once_is_made_once_and_all_hear_of_it() {
        let flights = Flights::<usize>::default();
        let (made, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let stop = CancellationToken::new();
        let ask = || async {
            let mut heard = Vec::new();
            let (made, go) = (Arc::clone(&made), Arc::clone(&go));
            let work = move |progress: Progress, _| async move {
                go.notified().await;
                progress.say("working");
                Ok(made.fetch_add(1, Ordering::SeqCst))
            };
            let result = flights.join("a", work, &mut |it| heard.push(it), &stop).await;
            (result.unwrap(), heard)
        };
        let wake = async { go.notify_one() };
        let (one, two, three, ()) = tokio::join!(ask(), ask(), ask(), wake);
        for (result, heard) in [one, two, three] {
            assert_eq!((result, heard), (0, vec!["working".to_owned()]));
        }
        assert_eq!(made.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_failure_is_everybodys_and_the_next_attempt_is_a_new_one() {
        let flights = Flights::<()>::default();
        let stop = CancellationToken::new();
        let fail = |_, _| async {
            let (what, log) = ("it loops".to_owned(), "…".to_owned());
            Err(EnvironmentError::BuildFailed { what, log })
        };
        let (mut one, mut two) = (|_| {}, |_| {});
        let (one, two) = tokio::join!(
            flights.join("a", fail, &mut one, &stop),
            flights.join("a", fail, &mut two, &stop)
        );
        assert_eq!(one.unwrap_err().to_string(), "it loops");
        assert_eq!(two.unwrap_err().to_string(), "it loops");
        assert!(flights.join("a", |_, _| async { Ok(()) }, &mut |_| {}, &stop).await.is_ok());
    }

    #[tokio::test]
    async fn work_goes_on_for_who_stays_and_stops_with_the_last() {
        let flights = Flights::<()>::default();
        let (leaves, stays) = (CancellationToken::new(), CancellationToken::new());
        let stopped = Arc::new(Notify::new());
        let tell = Arc::clone(&stopped);
        let work = move |_, stop: CancellationToken| async move {
            stop.cancelled().await;
            tell.notify_one();
            Err(EnvironmentError::Stopped)
        };
        let never = |_, _| async {
            let (what, log) = ("it was begun twice".to_owned(), String::new());
            Err(EnvironmentError::BuildFailed { what, log })
        };
        let (mut one, mut two) = (|_| {}, |_| {});
        let first = flights.join("a", work, &mut one, &leaves);
        let second = flights.join("a", never, &mut two, &stays);
        let script = async {
            leaves.cancel();
            assert!(futures_util::FutureExt::now_or_never(stopped.notified()).is_none());
            stays.cancel();
        };
        let (one, two, ()) = tokio::join!(first, second, script);
        assert!(matches!(
            (one, two),
            (Err(EnvironmentError::Stopped), Err(EnvironmentError::Stopped))
        ));
        stopped.notified().await;
        flights.shut_down().await;
    }
}
