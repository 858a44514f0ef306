//! Jobs on a real hub: the seed's example as printed, each of its next steps, and what survives.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
};

use serde_json::{Value, json};

use crate::{
    harness::{Answer, Place, Running, installed, sandboxes, skipped},
    hub::Hub,
    postgres, processes,
};

fn submit(hub: &Hub, order: &Value) -> String {
    let answer = hub.client.post("/api/v1/jobs", order).expect(201).json();
    assert_eq!((&answer["ok"], &answer["status"]), (&json!(true), &json!("queued")));
    answer["job_id"].as_str().unwrap().to_owned()
}

/// Follows a job to its end; what it is then.
fn ended(hub: &Hub, job: &str) -> Value {
    let last = hub.client.lines(&format!("/api/v1/jobs/{job}/events")).last().unwrap();
    assert!(last["event"] == "result" || last["event"] == "error", "{last}");
    hub.client.get(&format!("/api/v1/jobs/{job}")).expect(200).json()
}

/// Runs `runbook job …` for the hub.
fn job(place: &Place, hub: &Hub, arguments: &[&str]) -> Answer {
    let url = format!("http://127.0.0.1:{}", hub.client.port());
    let token = hub.client.header("authorization").unwrap().trim_start_matches("Bearer ");
    let (command, rest) = arguments.split_first().unwrap();
    let flags = ["job", command, "--server", &url, "--token", token];
    place.runbook(&[&flags[..], rest].concat())
}

#[test]
fn the_seed_s_example_works_as_printed() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let printed =
        r#"{ "language": "python", "payload": { "command": "python -c \"print(1+1)\"" } }"#;
    let id = submit(&hub, &serde_json::from_str(printed).unwrap());
    let job = ended(&hub, &id);
    assert_eq!((&job["status"], &job["output"]), (&json!("finished"), &json!("2\n")), "{job}");
    let argv =
        json!({ "payload": { "command": ["python", "-c", "import sys; print(sys.argv)", "a b"] } });
    let job = ended(&hub, &submit(&hub, &argv));
    assert_eq!(job["output"], "['-c', 'a b']\n", "{job}");
}

#[test]
fn a_failing_job_is_retried_with_backoff_and_its_attempts_are_told() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let order = json!({
        "payload": { "command": "echo tried; exit 7" }, "retries": { "max": 2, "backoff": 0.05 }
    });
    let job = ended(&hub, &submit(&hub, &order));
    assert_eq!((&job["status"], &job["attempt"]), (&json!("failed"), &json!(3)), "{job}");
    assert_eq!(job["output"], "tried\n".repeat(3));
    let attempts = job["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2, "{job}");
    assert!(attempts.iter().all(|it| it["end"] == "failed" && it["exit_code"] == 7), "{job}");
}

#[test]
fn a_signed_artifact_is_executed_and_what_it_leaves_is_kept() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let upload = |name: &str, text: &str| {
        let asked = json!({ "name": name, "size": text.len() });
        let begun = hub.client.post("/api/v1/uploads", &asked).expect(201).json();
        let path = format!("/api/v1/uploads/{}?offset=0", begun["id"].as_str().unwrap());
        let done = hub.client.put_text(&path, text).expect(201).json();
        done["artifact"]["reference"].as_str().unwrap().to_owned()
    };
    let program = upload(
        "sum.py",
        "import os\nn = sum(map(int, open('in/numbers.txt')))\nos.mkdir('out')\nopen('out/sum.txt', 'w').write(str(n))\n",
    );
    let numbers = upload("numbers.txt", "1\n2\n39\n");
    let order = json!({
        "language": "python", "payload": { "artifact": program },
        "artifacts_in": [{ "artifact": numbers, "path": "in/numbers.txt" }],
        "artifacts_out": ["out/*.txt"]
    });
    let job = ended(&hub, &submit(&hub, &order));
    assert_eq!(job["status"], "finished", "{job}");
    let kept = &job["artifacts"][0];
    assert_eq!((&kept["name"], &kept["size"]), (&json!("out/sum.txt"), &json!(2)), "{job}");
    let path = format!("/api/v1/artifacts/content/{}", kept["reference"].as_str().unwrap());
    assert_eq!(hub.client.get(&path).expect(200).body, "42");
    let forged = json!({ "language": "python", "payload": { "artifact": format!("{program}x") } });
    let refused = hub.client.post("/api/v1/jobs", &forged).expect(403).json();
    assert_eq!(refused["code"], "reference_invalid");
}

#[test]
fn cancelling_a_job_ends_all_of_its_processes() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let marker = "runbook-cancelled-job";
    let line = format!("(trap '' TERM; exec -a {marker} sleep 1000) & echo started; wait");
    let id = submit(&hub, &json!({ "payload": { "command": line } }));
    let mut events = hub.client.lines(&format!("/api/v1/jobs/{id}/events"));
    assert!(events.any(|it| it["event"] == "stdout"), "it has started");
    job(&place, &hub, &["cancel", &id]).expect(0);
    assert_eq!(events.last().unwrap()["data"]["outcome"], "cancelled");
    processes::expect_gone(&[], marker);
}

#[test]
fn the_command_line_submits_follows_and_ends_with_the_program_s_exit_code() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let followed = job(
        &place,
        &hub,
        &["submit", "--follow", "--name", "cli", "--", "sh", "-c", "echo hi; exit 3"],
    );
    assert_eq!(followed.expect(3).text(), "hi\n");
    let listed =
        job(&place, &hub, &["list", "--status", "failed", "--json"]).expect(0).json_lines();
    assert_eq!(listed[0]["order"]["name"], "cli");
    let id = listed[0]["id"].as_str().unwrap();
    assert_eq!(job(&place, &hub, &["logs", id]).expect(3).text(), "hi\n");
    let again = job(&place, &hub, &["retry", id]).expect(0).text().trim().to_owned();
    assert_eq!(job(&place, &hub, &["logs", &again]).expect(3).text(), "hi\n");
    let shown = job(&place, &hub, &["show", &again]).expect(0);
    let shown: Value = serde_json::from_str(shown.text()).unwrap();
    assert_eq!(shown["retry_of"], id);
    assert!(job(&place, &hub, &["cancel", id]).expect(2).error().contains("has ended already"));
    assert!(job(&place, &hub, &["show", "../x"]).expect(2).error().contains("no id"));
}

#[test]
fn a_job_that_was_accepted_before_everything_was_killed_runs_after_the_restart() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start_with(&place, &["--no-worker"]);
    let id = submit(&hub, &json!({ "payload": { "command": "echo survived" } }));
    hub.running.signal("KILL");
    drop(hub);
    let hub = Hub::start(&place);
    let job = ended(&hub, &id);
    assert_eq!(
        (&job["status"], &job["output"]),
        (&json!("finished"), &json!("survived\n")),
        "{job}"
    );
}

/// Waits for a webhook and answers it: lines of its head, and its body.
pub(crate) fn hear(listener: &TcpListener, status: &str) -> (Vec<String>, Value) {
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end().to_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    reader.get_mut().write_all(answer.as_bytes()).unwrap();
    (head, serde_json::from_slice::<Value>(&body).unwrap())
}

#[test]
fn a_webhook_is_told_signed_until_it_listens() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start_with(&place, &["--private-webhooks"]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/told", listener.local_addr().unwrap());
    let id = submit(&hub, &json!({ "payload": { "command": "exit 4" }, "webhook": url }));
    hear(&listener, "503 Busy");
    let (head, body) = hear(&listener, "200 OK");
    assert_eq!(
        (&body["job_id"], &body["status"], &body["exit_code"]),
        (&json!(id), &json!("failed"), &json!(4))
    );
    assert!(head.contains(&format!("webhook-id: {id}")), "{head:?}");
    assert!(head.iter().any(|it| it.starts_with("webhook-signature: v1,")), "{head:?}");
    let secret = hub.client.get("/api/v1/webhook-secret").expect(200).json();
    assert!(secret["secret"].as_str().unwrap().starts_with("whsec_"));
}

#[test]
fn a_job_reaches_neither_the_network_nor_the_machine() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let marker = place.path("data/hub.db");
    let code = format!(
        "import os, socket\nprint(os.path.exists({:?}))\ntry:\n    socket.create_connection(('127.0.0.1', {}), 2)\n    print('reached')\nexcept OSError:\n    print('not reached')\n",
        marker.display().to_string(),
        hub.client.port()
    );
    let job =
        ended(&hub, &submit(&hub, &json!({ "language": "python", "payload": { "code": code } })));
    assert_eq!(job["output"], "False\nnot reached\n", "{job}");
}

/// A worker with room for one job.
fn worker(place: &Place, url: &str, name: &str) -> Running {
    let mut worker =
        place.start(&["worker", "--database", url, "--name", name, "--job-slots", "1"]);
    assert_eq!(worker.line(), format!("{name} takes up to 1 jobs at once"));
    worker
}

#[tokio::test]
async fn two_workers_on_one_postgresql_share_the_jobs_of_a_hub() {
    if !sandboxes() {
        return;
    }
    let url = match postgres::new_database().await {
        Ok(url) => url,
        Err(why) => return skipped(&format!("PostgreSQL: {why}")),
    };
    let place = Place::new();
    let hub = Hub::start_with(&place, &["--database", &url, "--no-worker"]);
    let workers = ["one", "two"].map(|name| worker(&place, &url, name));
    let endless = json!({ "payload": { "command": "echo started; sleep 1000" } });
    let jobs = [submit(&hub, &endless), submit(&hub, &endless)];
    // Each worker has room for one, so that two that run at once are on both.
    let mut events = jobs.clone().map(|it| hub.client.lines(&format!("/api/v1/jobs/{it}/events")));
    for events in &mut events {
        assert!(events.any(|it| it["event"] == "stdout"), "it has started");
    }
    let who = jobs.clone().map(|it| {
        hub.client.get(&format!("/api/v1/jobs/{it}")).expect(200).json()["worker"].clone()
    });
    assert_ne!(who[0], who[1]);
    for (job, events) in jobs.iter().zip(events) {
        hub.client.post(&format!("/api/v1/jobs/{job}/cancel"), &Value::Null).expect(202);
        assert_eq!(events.last().unwrap()["data"]["outcome"], "cancelled");
    }
    for worker in workers {
        worker.signal("TERM");
        worker.end().expect(0);
    }
}

#[test]
fn a_worker_needs_a_database_that_can_be_shared() {
    let place = Place::new();
    let refused = place.runbook(&["worker", "--database", "sqlite:///tmp/x.db"]).expect(2);
    assert!(refused.error().contains("postgres://"), "{refused:?}");
}
