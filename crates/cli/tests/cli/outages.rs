//! `runbook hub` when it is killed and when the disk is full.

use std::{fs, io::Write, path::PathBuf, process::Stdio};

use serde_json::json;

use crate::{
    harness::{Place, Running, outside, sandboxes, skipped},
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
    processes::eventually("the program runs", || !processes::marked(&marker).is_empty());
    let tree = processes::tree(hub.running.pid());
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
pub(crate) struct SmallDisk {
    place: Place,
    pub(crate) hub: Hub,
}

impl SmallDisk {
    /// `None` where no file system can be mounted; says so.
    pub(crate) fn start() -> Option<Self> {
        let place = Place::new();
        fs::create_dir(place.path("data")).unwrap();
        let mount = "mount -t tmpfs -o size=6m tmpfs \"$0\" && exec \"$@\"";
        let allowed = outside("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", mount])
            .arg(place.path("data"))
            .arg("true")
            .output();
        if !allowed.is_ok_and(|it| it.status.success()) {
            skipped("no file system can be mounted here, which needs root and unshare");
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
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = Running::new(&mut command);
        let client = Client::new(ready(&mut running));
        let account =
            json!({ "email": "ada@example.com", "username": "ada", "password": "correct horse" });
        let signed_in = client.post("/api/auth/sign-up", &account).expect(201).json();
        Some(Self { place, hub: Hub::signed_in(running, &client, &signed_in) })
    }

    /// A file on the disk, as seen from outside.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        let data = self.place.path("data");
        let root = PathBuf::from(format!("/proc/{}/root", self.hub.running.pid()));
        root.join(data.strip_prefix("/").unwrap()).join(name)
    }

    /// Fills the disk to its last byte; gives the file to remove.
    pub(crate) fn fill(&self) -> PathBuf {
        let path = self.file("filler");
        let mut file = fs::File::create(&path).unwrap();
        for size in [64 << 10, 1 << 10, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        path
    }

    pub(crate) fn stop(self) {
        self.hub.running.signal("TERM");
        self.hub.running.end().expect(0);
    }
}

/// Prints without end, slowly or fast, and has `marker` on its command line.
fn printing(marker: &str, bytes: u32) -> String {
    format!(
        "```runnable bash name=flood\nexec -a {marker} bash -c 'echo started; while :; do printf %0{bytes}d 7; done'\n```\n
```runnable bash name=hello\necho hello\n```\n"
    )
}

#[test]
fn a_full_disk_ends_the_execution_and_nothing_else() {
    if !sandboxes() {
        return;
    }
    let Some(disk) = SmallDisk::start() else { return };
    let hub = &disk.hub;
    let filler = disk.file("filler");
    fs::write(&filler, vec![0; 3 << 20]).unwrap();
    let marker = format!("full-{}", std::process::id());
    let content = printing(&marker, 1000);
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

    // Until nothing more fits.
    let more = json!({ "title": "More", "content": "x".repeat(100_000) });
    let mut answers = std::iter::repeat_with(|| hub.client.post("/api/runbooks", &more));
    let refused = answers.find(|it| it.status != 201).unwrap();
    assert_eq!(refused.expect(507).json()["code"], "disk_full");

    fs::remove_file(&filler).unwrap();
    let hello = hub.run(&runbook, &session, "hello");
    let events: Vec<_> = hub.events(&hello).collect();
    assert_eq!(events[0]["data"], "hello\n", "{events:?}");
    assert_eq!(events[1]["data"]["exit_code"], 0, "{events:?}");
    disk.stop();
}

#[test]
fn an_end_that_finds_the_disk_full_is_stored_when_there_is_space_again() {
    if !sandboxes() {
        return;
    }
    let Some(disk) = SmallDisk::start() else { return };
    let hub = &disk.hub;
    let marker = format!("end-{}", std::process::id());
    let runbook = hub.create(&printing(&marker, 1));
    let execution = hub.run_until(&runbook, "flood", "started\n");
    let filler = disk.fill();
    let last = hub.events(&execution).last().unwrap();
    assert_eq!((&last["event"], &last["data"]["error"]), (&"error".into(), &"disk_full".into()));
    let path = format!("/api/executions/{execution}");
    assert_eq!(hub.client.get(&path).expect(200).json()["state"], "running", "as far as is stored");
    let again = hub.events(&execution).last().unwrap();
    assert_eq!(again["data"]["error"], "disk_full", "whoever comes later hears it too");

    fs::remove_file(&filler).unwrap();
    processes::eventually("the end is stored", || {
        hub.client.get(&path).expect(200).json()["state"] == "finished"
    });
    let last = hub.events(&execution).last().unwrap();
    assert_eq!((&last["event"], &last["data"]["error"]), (&"error".into(), &"disk_full".into()));
    disk.stop();
}
