//! An S3 store of which half of the calls fail while jobs read from it and leave files in it.

use serde_json::json;

use super::{
    bucket::Bucket,
    ledger::{Often, Work, all},
    note,
    site::Site,
    times,
};

#[tokio::test]
async fn a_store_that_fails_half_of_its_calls_costs_no_job_and_no_artifact() {
    let bucket = Bucket::listen();
    let flags = bucket.flags();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let Some(site) = Site::on_sqlite(&flags) else { return };
    let text: String = (0..100_000).map(|it| format!("{it}\n")).collect();
    let begun = json!({ "name": "in.txt", "size": text.len() });
    let begun = site.client.post("/api/v1/uploads", &begun).expect(201).json();
    let path = format!("/api/v1/uploads/{}?offset=0", begun["id"].as_str().unwrap());
    let uploaded = site.client.put_text(&path, &text).expect(201).json();
    let files = json!([{ "artifact": uploaded["artifact"]["reference"], "path": "in.txt" }]);
    let jobs = times(8);
    let ids: Vec<_> = (0..jobs)
        .map(|n| {
            let leave = format!(
                "mkdir out && (cat in.txt; echo {n}) > out/all.txt && echo {n} > out/{n}.txt"
            );
            let work = Work::new(&format!("job-{n}"), Often::Once).never_lost().then(&leave);
            site.submit(
                work.with("artifacts_in", files.clone()).with("artifacts_out", json!(["out/*"])),
            )
        })
        .collect();
    site.settle(1).await;
    for (n, id) in ids.iter().enumerate() {
        let job = site.job(id);
        let content = |nth: usize| {
            let reference = job["artifacts"][nth]["reference"].as_str().unwrap();
            site.client.get(&format!("/api/v1/artifacts/content/{reference}")).expect(200).body
        };
        let wanted = [format!("{n}\n"), format!("{text}{n}\n")];
        assert!([content(0), content(1)] == wanted, "{job}");
        assert_eq!(job["artifacts"].as_array().unwrap().len(), 2);
    }
    let db = site.database().await;
    let row = |it: &sea_orm::QueryResult| it.try_get::<String>("", "place").unwrap();
    let mut places: Vec<_> = all(&db, "SELECT place FROM blob").await.iter().map(row).collect();
    places.sort();
    let objects = bucket.objects();
    let keys: Vec<_> = objects.keys().map(|it| it.trim_start_matches("/kept/runbook/")).collect();
    assert_eq!(keys, places, "no object is left that nothing names");
    let (calls, failed, cut) = bucket.counts();
    assert!(failed * 2 >= calls - 1 && cut > 0, "{failed} of {calls} failed, {cut} were cut");
    note(&format!("S3: {jobs} jobs, {failed} of {calls} calls failed, {cut} answers were cut"));
}
