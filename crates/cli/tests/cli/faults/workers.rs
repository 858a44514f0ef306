//! Workers that are killed.

use super::{
    Chance,
    ledger::{Often, Work},
    note,
    site::{LEASE, Site},
    times,
};

/// What a load is made of: programs that last for a while and print more than one batch of events, some of which
/// wait for each other and some of which fail.
pub(super) fn load(chance: &mut Chance, name: &str) -> Work {
    let often = if chance.below(2) == 0 { Often::Once } else { Often::Again };
    let lines = usize::try_from(chance.below(200)).unwrap();
    let work = Work::new(name, often).lines(lines).pause(chance.below(300));
    let work = work.with("priority", chance.below(20));
    match chance.below(6) {
        0 => work.exits(3),
        1 => work.with("concurrency_key", "narrow").with("concurrency_limit", 2),
        2 => work.with("timeout", 60),
        _ => work,
    }
}

#[tokio::test]
async fn a_worker_that_is_killed_at_any_point_costs_no_job_its_one_end() {
    let Some(site) = Site::on_postgres(&["--no-worker"]) else { return };
    let mut chance = Chance::new();
    let flags = ["--lease", LEASE];
    let mut workers = ["one", "two"].map(|it| site.worker(it, &flags));
    let kills = times(8);
    for kill in 0..kills {
        let started = site.starts.all();
        for n in 0..4 {
            site.submit(load(&mut chance, &format!("{kill}-{n}")));
        }
        crate::processes::eventually("something starts", || site.starts.all() > started);
        chance.pass(400);
        let nth = usize::try_from(chance.below(2)).unwrap();
        let name = ["one", "two"][nth];
        let killed = std::mem::replace(&mut workers[nth], site.worker(name, &flags));
        site.kill(killed);
    }
    site.settle(2).await;
    let ends = site.ledger.ends(&site.database().await).await;
    note(&format!("workers killed: {kills}; {} starts; {ends:?}", site.starts.all()));
    for worker in workers {
        site.stop(worker);
    }
    site.settle(0).await;
}

#[tokio::test]
async fn what_a_killed_worker_had_is_lost_started_anew_or_not_even_begun() {
    let Some(site) = Site::on_postgres(&["--no-worker"]) else { return };
    let flags = ["--lease", LEASE, "--job-slots", "2"];
    let worker = site.worker("one", &flags);
    let names = ["once", "again"];
    site.starts.hold(&names);
    let once = site.submit(Work::new("once", Often::Once));
    let again = site.submit(Work::new("again", Often::Again));
    site.starts.until(&names, 1);
    // There is no room for it.
    let waits = site.submit(Work::new("waits", Often::Once).never_lost());
    site.kill(worker);
    // Told by the hub, since no worker is left to say it.
    site.until(&once, "lost");
    site.starts.release(&names);
    let worker = site.worker("two", &flags);
    site.settle(1).await;
    assert_eq!(names.map(|it| site.starts.of(it)), [1, 2]);
    assert_eq!([&again, &waits].map(|it| site.job(it)["status"].clone()), ["finished"; 2]);
    site.stop(worker);
}
