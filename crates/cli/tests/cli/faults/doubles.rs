//! Two workers that have been told to take the same job.

use super::{
    Chance,
    ledger::{Often, Work},
    note,
    site::{LEASE, Site},
    times,
};

#[tokio::test]
async fn a_job_whose_lease_was_taken_away_is_another_worker_s_alone() {
    let Some(site) = Site::on_postgres(&["--no-worker"]) else { return };
    let one = site.worker("one", &["--lease", LEASE, "--job-slots", "2"]);
    let names = ["once", "again"];
    site.starts.hold(&names);
    let once = site.submit(Work::new("once", Often::Once));
    let again = site.submit(Work::new("again", Often::Again));
    site.starts.until(&names, 1);
    let two = site.worker("two", &["--lease", LEASE]);
    site.take_the_first_lease_until(|| site.starts.of("again") == 2).await;
    site.until(&once, "lost");
    site.starts.release(&names);
    site.settle(2).await;
    assert_eq!(site.job(&again)["status"], "finished");
    site.stop(one);
    site.stop(two);
}

/// What a claim does, done a second time for another worker while the first one has the job: as a queue would
/// that hands out a row twice.
const SECOND_CLAIM: &str = "UPDATE job SET fence = fence + 1, worker = \
    (SELECT id FROM job_worker WHERE state = 'active' AND id <> job.worker LIMIT 1) \
    WHERE state IN ('leased', 'running')";

#[tokio::test]
async fn a_job_that_two_workers_have_is_nobody_s_but_the_last_one_s() {
    let Some(site) = Site::on_postgres(&["--no-worker"]) else { return };
    let mut chance = Chance::new();
    let flags = ["--lease", LEASE];
    let workers = ["one", "two"].map(|it| site.worker(it, &flags));
    let rounds = times(1);
    for round in 0..rounds {
        for n in 0..8 {
            let often = if chance.below(2) == 0 { Often::Once } else { Often::Again };
            site.submit(Work::new(&format!("{round}-{n}"), often).pause(chance.below(500)));
        }
        site.starts.until(&[&format!("{round}-0")], 1);
        chance.pass(300);
        site.cluster.as_ref().unwrap().run(SECOND_CLAIM).await;
        site.settle(2).await;
    }
    let ends = site.ledger.ends(&site.database().await).await;
    note(&format!("claims doubled: {rounds} times; {} starts; {ends:?}", site.starts.all()));
    for worker in workers {
        site.stop(worker);
    }
}
