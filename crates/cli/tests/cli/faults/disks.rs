//! A disk that is full while output and artifacts are stored.

use serde_json::{Value, json};

use crate::{harness::sandboxes, outages::SmallDisk, processes};

/// Submits a command; the job's id.
fn submit(disk: &SmallDisk, command: &str, more: Value) -> String {
    let mut order = more;
    order["payload"] = json!({ "command": command });
    let answer = disk.hub.client.post("/api/v1/jobs", &order).expect(201).json();
    answer["job_id"].as_str().unwrap().to_owned()
}

/// Follows a job to its end: what it is then, and what it said.
fn ended(disk: &SmallDisk, job: &str) -> (Value, Vec<Value>) {
    let events: Vec<_> = disk.hub.client.lines(&format!("/api/v1/jobs/{job}/events")).collect();
    let numbers: Vec<_> = events.iter().map(|it| it["seq"].as_u64().unwrap()).collect();
    assert_eq!(
        numbers,
        (1..=numbers.len() as u64).collect::<Vec<_>>(),
        "nothing twice or left out"
    );
    (disk.hub.client.get(&format!("/api/v1/jobs/{job}")).expect(200).json(), events)
}

#[test]
fn output_that_finds_the_disk_full_ends_the_job_as_failed_once() {
    if !sandboxes() {
        return;
    }
    let Some(disk) = SmallDisk::start() else { return };
    let marker = format!("full-job-{}", std::process::id());
    let flood =
        format!("exec -a {marker} bash -c 'echo started; while :; do printf %01000d 7; done'");
    let job = submit(&disk, &flood, json!({}));
    let mut events = disk.hub.client.lines(&format!("/api/v1/jobs/{job}/events"));
    assert!(events.any(|it| it["event"] == "stdout"), "it has started");
    let filler = disk.fill();
    processes::expect_gone(&[], &marker);
    std::fs::remove_file(&filler).unwrap();
    // Its end is stored as soon as there is space.
    let (job, events) = ended(&disk, &job);
    assert_eq!((&job["status"], &job["attempt"]), (&json!("failed"), &json!(1)), "{job}");
    assert!(job["reason"].as_str().unwrap().contains("disk_full"), "{job}");
    let output = events.iter().filter(|it| it["event"] == "stdout");
    let output: String = output.map(|it| it["data"].as_str().unwrap()).collect();
    let zeros = format!("{:01000}", 7).repeat(output.len() / 1000 + 1);
    let printed = output.strip_prefix("started\n").unwrap();
    assert!(zeros.starts_with(printed), "all that is stored was printed, in order");
    let (job, _) = ended(&disk, &submit(&disk, "echo works", json!({})));
    assert_eq!((&job["status"], &job["output"]), (&json!("finished"), &json!("works\n")));
    disk.stop();
}

#[test]
fn artifacts_that_find_the_disk_full_are_not_taken_for_kept() {
    if !sandboxes() {
        return;
    }
    let Some(disk) = SmallDisk::start() else { return };
    let leave = "mkdir out && echo small > out/a && head -c 20000000 /dev/zero > out/b";
    let (job, events) = ended(&disk, &submit(&disk, leave, json!({ "artifacts_out": ["out/*"] })));
    assert_eq!(job["status"], "failed", "{job}");
    assert!(job["reason"].as_str().unwrap().starts_with("artifacts were not kept"), "{job}");
    assert_eq!(events.last().unwrap()["data"]["exit_code"], 0, "{events:?}");
    let names = |job: &Value| {
        let kept = job["artifacts"].as_array().unwrap().iter();
        kept.map(|it| it["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&job), ["out/a"]);
    let staged = std::fs::read_dir(disk.file("uploads")).unwrap().count();
    assert_eq!(staged, 0, "nothing of it is left on the disk");
    let leave = "mkdir out && head -c 1000000 /dev/zero > out/b";
    let (job, _) = ended(&disk, &submit(&disk, leave, json!({ "artifacts_out": ["out/*"] })));
    assert_eq!(
        (&job["status"], names(&job)),
        (&json!("finished"), vec!["out/b".to_owned()]),
        "{job}"
    );
    disk.stop();
}
