//! PostgreSQL that crashes and comes back while jobs run.

use super::{Chance, ledger::Often, ledger::Work, note, site::Site, times, workers::load};

#[tokio::test]
async fn a_database_that_crashes_and_comes_back_costs_no_job() {
    let Some(site) = Site::on_postgres(&["--no-worker"]) else { return };
    let mut chance = Chance::new();
    let workers = ["one", "two"].map(|it| site.worker(it, &[]));
    // Prints before, while and after the database is away.
    let long = "for ((i = 0; i < 50; i++)); do sleep 0.1; done";
    site.submit(Work::new("long", Often::Once).never_lost().then(long));
    site.starts.until(&["long"], 1);
    let crashes = times(3);
    for crash in 0..crashes {
        let load = |n| load(&mut chance, &format!("{crash}-{n}")).never_lost();
        let works: Vec<_> = (0..16).map(load).collect();
        std::thread::scope(|scope| {
            // Also while it is away: what is not answered is submitted again.
            scope.spawn(|| works.into_iter().for_each(|it| drop(site.submit(it))));
            chance.pass(500);
            let cluster = site.cluster.as_ref().unwrap();
            cluster.crash();
            chance.pass(500);
            cluster.start();
        });
    }
    site.settle(2).await;
    let ends = site.ledger.ends(&site.database().await).await;
    note(&format!("databases crashed: {crashes}; {} starts; {ends:?}", site.starts.all()));
    for worker in workers {
        site.stop(worker);
    }
}
