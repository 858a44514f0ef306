//! Hubs that are killed, and everything at once.

use std::net::TcpListener;

use super::{
    Chance,
    ledger::{Often, Work},
    note,
    site::{LEASE, Site},
    times,
    workers::load,
};
use crate::jobs::hear;

#[tokio::test]
async fn a_hub_with_sqlite_that_is_killed_goes_on_where_it_was() {
    let Some(mut site) = Site::on_sqlite(&["--job-slots", "2"]) else { return };
    let names = ["once", "again"];
    site.starts.hold(&names);
    let ids = [
        site.submit(Work::new("once", Often::Once)),
        site.submit(Work::new("again", Often::Again)),
    ];
    site.starts.until(&names, 1);
    let waits = site.submit(Work::new("waits", Often::Once).never_lost());
    site.kill_hub();
    site.starts.release(&names);
    site.start_hub();
    site.settle(1).await;
    assert_eq!(names.map(|it| site.starts.of(it)), [1, 2]);
    assert_eq!(ids.map(|it| site.job(&it)["status"].clone()), ["lost", "finished"]);
    assert_eq!(site.job(&waits)["status"], "finished");
}

#[tokio::test]
async fn a_hub_that_is_killed_at_any_point_keeps_what_it_accepted_and_accepts_it_once() {
    let Some(mut site) = Site::on_sqlite(&[]) else { return };
    let mut chance = Chance::new();
    let (kills, mut cut_off) = (times(4), 0);
    for kill in 0..kills {
        for n in 0..4 {
            site.submit(load(&mut chance, &format!("{kill}-{n}")));
        }
        let works: Vec<_> =
            (0..20).map(|n| load(&mut chance, &format!("cut-{kill}-{n}"))).collect();
        let orders: Vec<_> = works.iter().map(|it| it.order(&site.starts)).collect();
        let client = site.client.clone();
        // While it is killed.
        let submitting = std::thread::spawn(move || {
            let submit = |it| client.attempt("POST", "/api/v1/jobs", it).is_ok();
            orders.iter().all(submit)
        });
        chance.pass(150);
        site.kill_hub();
        cut_off += u64::from(!submitting.join().unwrap());
        site.start_hub();
        // Whether it was accepted or not, it is there once from now on.
        works.into_iter().for_each(|it| drop(site.submit(it)));
    }
    site.settle(1).await;
    let ends = site.ledger.ends(&site.database().await).await;
    note(&format!(
        "hubs killed: {kills}, {cut_off} while asked; {} starts; {ends:?}",
        site.starts.all()
    ));
}

#[tokio::test]
async fn a_job_that_was_accepted_before_everything_on_postgresql_was_killed_ends_after_the_restart()
{
    let Some(mut site) = Site::on_postgres(&["--lease", LEASE, "--job-slots", "1"]) else { return };
    let worker = site.worker("one", &["--lease", LEASE, "--job-slots", "1"]);
    let names = ["first", "second"];
    site.starts.hold(&names);
    for name in names {
        site.submit(Work::new(name, Often::Again));
    }
    site.starts.until(&names, 1);
    let waits = site.submit(Work::new("waits", Often::Once).never_lost());
    site.cluster.as_ref().unwrap().kill();
    site.kill_hub();
    site.kill(worker);
    site.starts.release(&names);
    site.cluster.as_ref().unwrap().start();
    site.start_hub();
    site.settle(1).await;
    assert_eq!(site.job(&waits)["status"], "finished");
    assert_eq!(names.map(|it| site.starts.of(it)), [2, 2]);
}

#[tokio::test]
async fn a_webhook_is_told_by_the_next_hub_where_the_killed_one_had_come_to() {
    let Some(mut site) = Site::on_sqlite(&["--private-webhooks"]) else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let id = site.submit(Work::new("told", Often::Once).with("webhook", url));
    hear(&listener, "503 Busy");
    let again = "SELECT tries FROM job_webhook \
        WHERE due_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) + 20000";
    // Until then it counts as under way.
    site.until_rows(again, |it| it == 1).await;
    site.kill_hub();
    site.start_hub();
    let (head, body) = hear(&listener, "200 OK");
    assert!(head.contains(&format!("webhook-id: {id}")), "{head:?}");
    assert_eq!(body["status"], "finished");
    site.until_rows("SELECT job FROM job_webhook", |it| it == 0).await;
    site.settle(1).await;
}
