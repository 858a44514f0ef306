//! Workers that are stopped for longer than their lease, and go on as if nothing had been.

use sea_orm::{ConnectionTrait, TransactionTrait};

use super::{
    Chance,
    ledger::{Often, Work},
    note,
    site::{LEASE, Site},
    times,
    workers::load,
};

#[tokio::test]
async fn the_late_result_of_a_worker_that_was_stopped_is_refused() {
    let Some(site) = Site::on_postgres(&["--no-worker"]) else { return };
    let flags = ["--lease", LEASE];
    let stopped = site.worker("stopped", &flags);
    let names = ["once", "again"];
    site.starts.hold(&names);
    let once = site.submit(Work::new("once", Often::Once));
    let again = site.submit(Work::new("again", Often::Again));
    site.starts.until(&names, 1);
    stopped.signal("STOP");
    let other = site.worker("other", &flags);
    site.starts.until(&["again"], 2);
    site.until(&once, "lost");
    // Both programs end where the worker is stopped, and one of them where it is not.
    site.starts.release(&names);
    site.until(&again, "finished");
    let ended = [&once, &again].map(|it| site.job(it));
    stopped.signal("CONT");
    // It hears that it was given up, and goes on under another name.
    site.until_leases(2).await;
    site.stop(other);
    let works = site.submit(Work::new("works", Often::Once).never_lost());
    site.until(&works, "finished");
    assert_eq!([&once, &again].map(|it| site.job(it)), ended, "nothing was added");
    site.settle(1).await;
    site.stop(stopped);
}

#[tokio::test]
async fn a_worker_that_is_stopped_while_it_locks_the_queue_does_not_stop_the_queue() {
    let Some(site) = Site::on_postgres(&["--no-worker"]) else { return };
    let flags = ["--lease", LEASE];
    site.submit(Work::new("job", Often::Once).never_lost());
    // Locks that a worker then waits for, and has without hearing of it.
    let db = site.database().await;
    let lock = db.begin().await.unwrap();
    lock.execute_unprepared("SELECT 1 FROM job_account FOR UPDATE").await.unwrap();
    let stopped = site.worker("stopped", &flags);
    let waits = "SELECT pid FROM pg_stat_activity \
        WHERE wait_event_type = 'Lock' AND query LIKE '%FROM job_account%'";
    site.until_rows(waits, |it| it > 0).await;
    stopped.signal("STOP");
    lock.rollback().await.unwrap();
    let worker = site.worker("worker", &flags);
    site.settle(1).await;
    stopped.signal("CONT");
    site.settle(2).await;
    site.stop(worker);
    site.stop(stopped);
}

#[tokio::test]
async fn a_worker_that_is_stopped_at_any_point_costs_no_job_its_one_end() {
    let Some(site) = Site::on_postgres(&["--no-worker"]) else { return };
    let mut chance = Chance::new();
    let flags = ["--lease", LEASE];
    let workers = ["one", "two"].map(|it| site.worker(it, &flags));
    let stops = times(2);
    for stop in 0..stops {
        for n in 0..6 {
            site.submit(load(&mut chance, &format!("{stop}-{n}")));
        }
        chance.pass(400);
        let worker = &workers[usize::try_from(chance.below(2)).unwrap()];
        worker.signal("STOP");
        site.until_leases(1).await;
        worker.signal("CONT");
        site.until_leases(2).await;
    }
    site.settle(2).await;
    let ends = site.ledger.ends(&site.database().await).await;
    note(&format!("workers stopped: {stops}; {} starts; {ends:?}", site.starts.all()));
    for worker in workers {
        site.stop(worker);
    }
}
