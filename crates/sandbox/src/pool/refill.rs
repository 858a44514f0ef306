//! The task that keeps shelves filled, and the tasks that fill them.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    sync::{Arc, LazyLock},
    time::Duration,
};

use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::task::TaskTracker;

use super::{
    Kind, Pace, Shared,
    shelf::{HowMuch, Next},
};
use crate::{Sandbox, Standby, StartError};

/// After handing one out, so long the machine is its program's: most end within it.
const QUIET: Duration = Duration::from_millis(4);

/// Longest that a refill yields; shorter when the shelf is empty, for the next one would wait longer.
const PATIENCE: Duration = Duration::from_millis(200);
const PATIENCE_WHEN_EMPTY: Duration = Duration::from_millis(20);

/// Until the second look at a busy machine. Each further one comes after twice the time: a machine that
/// is busy has better things to do.
const LOOK: Duration = Duration::from_millis(5);

/// A standby that has not booted by then will not: node takes 0.2 s on a slow machine.
const BOOT: Duration = Duration::from_secs(20);

pub(super) struct Manager {
    shared: Arc<Shared>,
    tasks: TaskTracker,
}

impl Manager {
    pub(super) fn new(shared: Arc<Shared>, tasks: TaskTracker) -> Self {
        Self { shared, tasks }
    }

    pub(super) async fn run(self) {
        let stop = self.shared.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.manage() => {}
        }
        for sandbox in self.shared.shelves.close() {
            sandbox.destroy().await;
        }
    }

    async fn manage(&self) {
        let Shared { shelves, changed, .. } = &*self.shared;
        loop {
            match shelves.next() {
                Next::Refill(kind, how) => {
                    self.be_polite(&kind).await;
                    let refill = refill(Arc::clone(&self.shared), self.tasks.clone(), *kind, how);
                    self.tasks.spawn(refill);
                }
                Next::Release(surplus) => {
                    for sandbox in surplus {
                        self.tasks.spawn(sandbox.destroy());
                    }
                }
                Next::Wait(None) => changed.notified().await,
                Next::Wait(Some(moment)) => {
                    tokio::select! {
                        () = changed.notified() => {}
                        () = sleep_until(moment) => {}
                    }
                }
            }
        }
    }

    /// Lets programs run first.
    async fn be_polite(&self, kind: &Kind) {
        if self.shared.config.pace == Pace::AtOnce {
            return;
        }
        let began = Instant::now();
        let mut look = LOOK;
        loop {
            let empty = self.shared.shelves.is_empty(kind);
            let patience = if empty { PATIENCE_WHEN_EMPTY } else { PATIENCE };
            let left = patience.saturating_sub(began.elapsed());
            if left.is_zero() {
                return;
            }
            let quiet_at = self.shared.shelves.last_take().map(|it| it + QUIET);
            match quiet_at.filter(|it| *it > Instant::now()) {
                Some(moment) => sleep_until(moment).await,
                None if machine_is_busy() => {
                    sleep(look.min(left)).await;
                    look *= 2;
                }
                None => return,
            }
        }
    }
}

/// Whether more wants to run than there are processors, this moment included. Where the kernel does not
/// tell, it is taken for idle.
fn machine_is_busy() -> bool {
    // Found out once: each time it reads three files, and this is asked every few milliseconds.
    static PROCESSORS: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));
    // Kept open: the kernel writes it anew for whoever reads from its beginning.
    static LOAD: LazyLock<Option<File>> = LazyLock::new(|| File::open("/proc/loadavg").ok());
    let mut load = [0; 64];
    let length = LOAD.as_ref().and_then(|it| it.read_at(&mut load, 0).ok()).unwrap_or_default();
    running(&load[..length]).is_some_and(|it| it > *PROCESSORS)
}

/// How many want to run now: `0.20 0.18 0.12 RUNNING/TOTAL LAST`
fn running(load: &[u8]) -> Option<usize> {
    std::str::from_utf8(load).ok()?.split(['/', ' ']).nth(3)?.parse().ok()
}

async fn refill(shared: Arc<Shared>, tasks: TaskTracker, kind: Kind, how: HowMuch) {
    let began = Instant::now();
    let Some((sandbox, standby)) = start(&shared, &kind, how).await else {
        shared.changed.notify_one();
        return;
    };
    let bytes = match shared.shelves.wants_measure(&kind) {
        true => sandbox.usage().await.ok().and_then(|it| it.memory_bytes),
        false => None,
    };
    let ends = ends(&sandbox, standby.as_ref());
    match shared.shelves.add(&kind, sandbox, standby, (began.elapsed(), bytes)) {
        Ok((number, gone)) => {
            tasks.spawn(watch(Arc::clone(&shared), kind, number, gone, ends));
        }
        Err(sandbox) => sandbox.destroy().await,
    }
    shared.changed.notify_one();
}

/// One for a caller who found the shelf empty.
pub(super) async fn start_now(
    shared: &Shared,
    kind: &Kind,
) -> Result<(Sandbox, Option<Standby>), StartError> {
    let _crowd = shared.crowd.join();
    if let Some(both) = clone(shared, kind, HowMuch::All).await {
        return Ok(both);
    }
    Ok((Sandbox::start(&*shared.backend, kind.spec.clone()).await?, None))
}

/// A clone of a booted interpreter, where the backend makes such and the boot would be the bottleneck.
async fn clone(shared: &Shared, kind: &Kind, how: HowMuch) -> Option<(Sandbox, Option<Standby>)> {
    let is_pressed = || shared.crowd.is_one() || machine_is_busy();
    let plan = kind.plan.clone().filter(|_| how == HowMuch::All && is_pressed())?;
    let clone = Sandbox::start_with_standby(&*shared.backend, kind.spec.clone(), plan);
    match timeout(BOOT, clone).await {
        Ok(Ok((sandbox, standby))) => Some((sandbox, Some(standby))),
        Ok(Err(error)) => {
            tracing::debug!(%error, kind = kind.name, "no clone for the pool");
            None
        }
        Err(_) => None,
    }
}

async fn start(shared: &Shared, kind: &Kind, how: HowMuch) -> Option<(Sandbox, Option<Standby>)> {
    if let Some(both) = clone(shared, kind, how).await {
        return Some(both);
    }
    let sandbox = match Sandbox::start(&*shared.backend, kind.spec.clone()).await {
        Ok(sandbox) => sandbox,
        Err(error) => {
            tracing::warn!(%error, kind = kind.name, "no sandbox for the pool");
            shared.shelves.start_failed(kind);
            return None;
        }
    };
    let Some(plan) = kind.plan.clone().filter(|_| how == HowMuch::All) else {
        return Some((sandbox, None));
    };
    let booted = tokio::select! {
        booted = timeout(BOOT, sandbox.prepare(plan)) => booted,
        () = shared.stop.cancelled() => return Some((sandbox, None)),
    };
    match booted {
        Ok(Ok(standby)) => Some((sandbox, Some(standby))),
        Ok(Err(error)) => {
            tracing::warn!(%error, kind = kind.name, "no standby for the pool");
            shared.shelves.standby_failed(kind);
            Some((sandbox, None))
        }
        Err(_) => {
            tracing::warn!(kind = kind.name, "a standby for the pool does not boot");
            shared.shelves.standby_failed(kind);
            Some((sandbox, None))
        }
    }
}

/// Resolves when what waits is of no use any more, and does not keep it alive.
fn ends(sandbox: &Sandbox, standby: Option<&Standby>) -> impl Future<Output = ()> + Send + use<> {
    let over = sandbox.over();
    let failed = standby.map(Standby::watched);
    async move {
        let failed = async {
            match failed {
                Some(failed) => failed.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! { () = over => {}, () = failed => {} }
    }
}

/// Replaces what ends while it waits.
async fn watch(
    shared: Arc<Shared>,
    kind: Kind,
    number: u64,
    gone: tokio_util::sync::CancellationToken,
    ends: impl Future<Output = ()>,
) {
    tokio::select! {
        () = gone.cancelled() => {}
        () = ends => {
            if let Some(sandbox) = shared.shelves.remove(&kind, number) {
                shared.changed.notify_one();
                sandbox.destroy().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wants_to_run_is_counted_as_the_kernel_tells_it() {
        assert_eq!(running(b"0.20 0.18 0.12 3/412 9001\n"), Some(3));
        assert_eq!(running(b""), None);
    }
}
