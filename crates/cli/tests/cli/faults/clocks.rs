//! Clocks that jump: a worker's, which must not matter, and the database's, which may cost leases and nothing
//! else.

use serde_json::json;

use super::{
    Chance,
    cluster::Cluster,
    ledger::{Often, Work, all},
    note,
    shim::{Shim, borrowed},
    site::{LEASE, Site},
    times,
    workers::load,
};
use crate::{harness::sandboxes, processes::eventually};

/// Workers that were heard of at this time, and at one that has not come.
const HEARD_OF: &str = "SELECT id FROM job_worker \
    WHERE seen_at > EXTRACT(EPOCH FROM clock_timestamp()) * 1000 - 20000";
const AHEAD: &str = "SELECT id FROM job_worker \
    WHERE seen_at > EXTRACT(EPOCH FROM clock_timestamp()) * 1000 + 1000";

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn a_worker_goes_by_the_clock_of_the_database_alone() {
    let Some(shim) = Shim::new() else { return };
    let Some(site) = Site::on_postgres(&["--no-worker"]) else { return };
    let mut chance = Chance::new();
    let variables = shim.variables();
    // Whoever trusted this clock would think that everything has expired.
    shim.jump_to(DAY);
    let worker = site.worker_with("ahead", &["--lease", "30s"], &borrowed(&variables));
    let upload = site.client.post("/api/v1/artifacts?name=in.txt&keep=3600", &json!({}));
    let reference = upload.expect(201).json()["reference"].clone();
    let in_an_hour = in_seconds(&site, 3600).await;
    let later = site.submit(Work::new("later", Often::Once).with("run_at", in_an_hour));
    let files = json!([{ "artifact": reference, "path": "in.txt" }]);
    site.submit(Work::new("file", Often::Once).never_lost().with("artifacts_in", files));
    for (nth, ahead) in [DAY, -DAY, 3600, -3600, 0].into_iter().enumerate() {
        shim.jump_to(ahead);
        for n in 0..3 {
            site.submit(load(&mut chance, &format!("{nth}-{n}")).never_lost());
        }
        site.starts.until(&[&format!("{nth}-2")], 1);
    }
    assert_eq!(site.job(&later)["status"], "queued", "its time has not come");
    site.client.post(&format!("/api/v1/jobs/{later}/cancel"), &json!({})).expect(200);
    site.ledger.forget(&later);
    eventually("all others have ended", || {
        let running = site.client.get("/api/v1/jobs?status=queued,running").expect(200).json();
        running["items"].as_array().unwrap().is_empty()
    });
    let db = site.database().await;
    // That the clock did jump shows in the one thing that a worker says by its own.
    let told =
        all(&db, "SELECT job FROM job_event WHERE at > (SELECT MAX(ended_at) FROM job_history)");
    assert!(!told.await.is_empty(), "the clock of the worker has not jumped");
    let strange = "SELECT id FROM job_history WHERE started_at < created_at OR ended_at < started_at \
        OR ended_at - created_at > 3600000";
    assert!(all(&db, strange).await.is_empty(), "times are those of the database");
    assert_eq!(all(&db, "SELECT id FROM artifact").await.len(), 1, "nothing was swept too early");
    assert_eq!(all(&db, "SELECT id FROM job_worker").await.len(), 1, "it was never given up");
    site.ledger.check(&db, &site.starts).await;
    site.stop(worker);
}

/// By the database's clock.
async fn in_seconds(site: &Site, seconds: u32) -> String {
    let sql = format!(
        "SELECT to_char(now() AT TIME ZONE 'utc' + interval '{seconds} s', \
         'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS later"
    );
    all(&site.database().await, &sql).await[0].try_get("", "later").unwrap()
}

#[tokio::test]
async fn a_database_whose_clock_jumps_ends_every_job_once() {
    if !sandboxes() {
        return;
    }
    let Some(shim) = Shim::new() else { return };
    let variables = shim.variables();
    let Some(cluster) = Cluster::with(&borrowed(&variables)) else { return };
    let site = Site::new(Some(cluster), &["--no-worker"]);
    let mut chance = Chance::new();
    let flags = ["--lease", LEASE];
    let mut workers = ["one", "two"].map(|it| site.worker(it, &flags));
    let rounds = times(1);
    for round in 0..rounds {
        let jumps = [(0, 3600), (3600, 0), (0, DAY), (DAY, 0), (0, -60), (-60, 0)];
        for (nth, (from, to)) in jumps.into_iter().enumerate() {
            for n in 0..3 {
                site.submit(load(&mut chance, &format!("{round}-{nth}-{n}")));
            }
            chance.pass(400);
            shim.jump_to(to);
            if from < to {
                site.until_rows(HEARD_OF, |it| it > 0).await;
            } else {
                site.until_rows(AHEAD, |it| it == 0).await;
            }
        }
    }
    site.settle(2).await;
    // Set back with a worker that dies then: its lease must not last until the clock is there again.
    site.starts.hold(&["held"]);
    let held = site.submit(Work::new("held", Often::Again));
    site.starts.until(&["held"], 1);
    shim.jump_to(-DAY);
    let worker = site.job(&held)["worker"].clone();
    let queue = site.client.get("/api/v1/queue").expect(200).json();
    let of = queue["workers"].as_array().unwrap().iter().find(|it| it["id"] == worker).unwrap();
    let nth = usize::from(of["host"] == "two");
    let name = ["one", "two"][nth];
    let killed = std::mem::replace(&mut workers[nth], site.worker(name, &flags));
    site.kill(killed);
    site.starts.until(&["held"], 2);
    site.starts.release(&["held"]);
    site.settle(2).await;
    let ends = site.ledger.ends(&site.database().await).await;
    note(&format!("clocks set: {}; {} starts; {ends:?}", rounds * 6 + 1, site.starts.all()));
    for worker in workers {
        site.stop(worker);
    }
}
