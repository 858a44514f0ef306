//! `runbook hub` when it is killed and when the disk is full.

use std::{fs, path::PathBuf};

use crate::{
    harness::{Place, Running, outside, sandboxes},
    http::Client,
    hub::{Hub, endless, ready},
    processes,
};

#[test]
fn a_killed_hub_leaves_no_process_and_the_next_one_records_what_was_lost() {
    if !sandboxes() {
        return;
    }
    let marker = format!("lost-{}", std::process::id());
    let place = Place::new();
    let hub = Hub::start(&place);
    let runbook = hub.create(&endless(&marker));
    let execution = hub.run_until(&runbook, "endless", "started\n");
    let tree = processes::tree(hub.running.pid());
    assert!(!processes::marked(&marker).is_empty(), "the program runs");
    hub.running.signal("KILL");
    drop(hub);
    processes::expect_gone(&tree, &marker);

    let hub = Hub::start(&place);
    let found = hub.client.get(&format!("/api/executions/{execution}")).expect(200).json();
    assert_eq!((&found["state"], &found["outcome"]), (&"finished".into(), &"lost".into()));
    let events: Vec<_> = hub.events(&execution).collect();
    let names: Vec<&str> = events.iter().map(|it| it["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["stdout", "result"]);
    assert_eq!((&events[0]["data"], &events[1]["seq"]), (&"started\n".into(), &2.into()));
    // The same runbook can be connected to again.
    hub.connect(&runbook);
}

/// A data directory on a disk of its own that only the hub sees.
struct SmallDisk {
    place: Place,
    running: Running,
}

impl SmallDisk {
    /// `None` where no file system can be mounted; says so.
    fn start() -> Option<Self> {
        let place = Place::new();
        fs::create_dir(place.path("data")).unwrap();
        let mount = "mount -t tmpfs -o size=6m tmpfs \"$0\" && exec \"$@\"";
        let allowed = outside("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", mount])
            .arg(place.path("data"))
            .arg("true")
            .output();
        if !allowed.is_ok_and(|it| it.status.success()) {
            println!("skipped: no file system can be mounted here (needs root and unshare)");
            return None;
        }
        let hub = place.command(&[]);
        let mut command = outside("unshare");
        command
            .args(["--mount", "--propagation", "private", "sh", "-c", mount])
            .arg(place.path("data"));
        command
            .arg(hub.get_program())
            .args(["hub", "--port", "0", "--data"])
            .arg(place.path("data"));
        command.stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let running = Running::new(&mut command);
        Some(Self { place, running })
    }

    /// A file on the disk, as seen from outside.
    fn file(&self, name: &str) -> PathBuf {
        let data = self.place.path("data");
        let root = PathBuf::from(format!("/proc/{}/root", self.running.pid()));
        root.join(data.strip_prefix("/").unwrap()).join(name)
    }
}

#[test]
fn a_full_disk_ends_the_execution_and_nothing_else() {
    if !sandboxes() {
        return;
    }
    let Some(mut disk) = SmallDisk::start() else { return };
    let client = Client::new(ready(&mut disk.running));
    let filler = disk.file("filler");
    fs::write(&filler, vec![0; 3 << 20]).unwrap();
    let account =
        serde_json::json!({ "email": "a@b.c", "username": "ada", "password": "correct horse" });
    let signed_in = client.post("/api/auth/sign-up", &account).expect(201).json();
    let hub = Hub::signed_in(disk.running, &client, &signed_in);

    let marker = format!("full-{}", std::process::id());
    let content = format!(
        "```runnable bash name=flood\nexec -a {marker} bash -c 'while :; do printf %01000d 7; done'\n```\n
```runnable bash name=hello\necho hello\n```\n"
    );
    let runbook = hub.create(&content);
    let session = hub.connect(&runbook);
    let execution = hub.run(&runbook, &session, "flood");
    let last = hub.events(&execution).last().unwrap();
    assert_eq!((&last["event"], &last["data"]["error"]), (&"error".into(), &"disk_full".into()));
    let message = last["data"]["message"].as_str().unwrap();
    assert!(message.contains("free some space"), "{message}");
    processes::expect_gone(&[], &marker);
    let read = hub.client.get(&format!("/api/runbooks/{runbook}")).expect(200).json();
    assert_eq!(read["content"], content.as_str(), "what was stored can be read");

    // Until nothing more fits, not even a row.
    let refused = loop {
        let more = serde_json::json!({ "title": "More", "content": "x".repeat(100_000) });
        let answer = hub.client.post("/api/runbooks", &more);
        if answer.status != 201 {
            break answer;
        }
    };
    assert_eq!(refused.expect(507).json()["code"], "disk_full");

    fs::remove_file(&filler).unwrap();
    let hello = hub.run(&runbook, &session, "hello");
    let events: Vec<_> = hub.events(&hello).collect();
    assert_eq!(events[0]["data"], "hello\n", "{events:?}");
    assert_eq!(events[1]["data"]["exit_code"], 0, "{events:?}");
    processes::eventually("the end of the first execution is stored", || {
        let path = format!("/api/executions/{execution}");
        hub.client.get(&path).expect(200).json()["state"] == "finished"
    });
    let stored = hub.events(&execution).last().unwrap();
    assert_eq!(stored["data"]["error"], "disk_full", "as it was announced");
    hub.running.signal("TERM");
    hub.running.end().expect(0);
}
