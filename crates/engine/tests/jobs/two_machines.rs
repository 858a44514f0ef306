//! A hub and a worker that share nothing but PostgreSQL.

use super::*;

/// A hub without a worker of its own, and a worker elsewhere.
struct Machines {
    hub: Stage,
    elsewhere: Engine,
    worker: JobWorker,
}

impl Machines {
    async fn new() -> Option<Self> {
        let url = match postgres::new_database().await {
            Ok(url) => url,
            Err(why) => {
                println!("skipped: PostgreSQL: {why}");
                return None;
            }
        };
        let hub = Stage::at(&url).await?;
        let backend = Arc::new(Namespaces::new(Readiness::OnDemand).unwrap());
        let offers = Offers::one(backend, Arc::new(sandbox::runtime::discover("/usr/bin")));
        let config = Config { snapshots: hub._dir.path().to_owned(), ..Config::default() };
        let store = Store::open(&url).await.unwrap();
        let elsewhere = Engine::start_beside(store, offers, config, Clock::system());
        let worker = elsewhere.work(WorkerConfig::new(2, "elsewhere")).await.unwrap();
        Some(Self { hub, elsewhere, worker })
    }

    async fn close(self) {
        self.worker.drain().await;
        self.elsewhere.shutdown().await;
        assert_eq!(self.elsewhere.statistics().sandboxes, 0, "a sandbox is left");
        self.hub.close().await;
    }
}

#[tokio::test]
async fn a_job_runs_elsewhere_and_is_read_here_as_it_goes() {
    let Some(machines) = Machines::new().await else { return };
    let hub = &machines.hub;
    let job = hub.submit(shell("echo first; sleep 0.2; echo last")).await;
    let pages: Vec<_> = hub.engine.follow_job(job, 1).collect().await;
    let said: String = pages.into_iter().flat_map(Result::unwrap).map(|it| it.body).collect();
    assert!(said.contains("first") && said.contains("last"), "{said}");
    let ended = hub.job(job).await;
    assert_eq!(ended.state.phase, Phase::Ended(End::Succeeded));
    let workers = hub.engine.store().workers().await.unwrap();
    assert_eq!((workers.len(), workers[0].host.as_str()), (1, "elsewhere"));
    assert_eq!(ended.worker, Some(workers[0].id));
    machines.close().await;
}

#[tokio::test]
async fn a_job_that_runs_elsewhere_is_cancelled_from_here() {
    let Some(machines) = Machines::new().await else { return };
    let hub = &machines.hub;
    let job = hub.submit(shell("echo ready; sleep 600")).await;
    hub.until_said(job, "ready").await;
    let asked = hub.engine.cancel_job(job).await.unwrap().unwrap();
    assert!(matches!(asked, CancelAnswer::Asked(_)), "{asked:?}");
    assert_eq!(hub.end_of(job).await.state.phase, Phase::Ended(End::Cancelled));
    machines.close().await;
}
