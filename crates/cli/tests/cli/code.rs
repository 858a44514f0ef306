//! One-off code on a hub: real programs, byte by byte, and what is left when somebody goes away.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    thread,
};

use serde_json::{Value, json};

use crate::{
    harness::{Place, installed, sandboxes},
    hub::Hub,
    processes,
};

/// The answer's events; each line of it is one.
fn run(hub: &Hub, body: &Value) -> Vec<Value> {
    let answer = hub.client.post("/api/code/run", body).expect(200);
    answer.body.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

fn text(events: &[Value], stream: &str) -> String {
    let chunks = events.iter().filter(|it| it["event"] == stream);
    chunks.map(|it| it["data"].as_str().unwrap()).collect()
}

fn result(events: &[Value]) -> &Value {
    let last = events.last().unwrap();
    assert_eq!(last["event"], "result", "{last}");
    &last["data"]
}

#[test]
fn each_language_says_hello_and_finds_its_files() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let rows = [
        ("bash", "bash", "echo hello; cat files/data.txt a/b.txt"),
        (
            "javascript",
            "node",
            "const f = require('fs'); console.log('hello'); for (const n of ['files/data.txt', 'a/b.txt']) process.stdout.write(f.readFileSync(n))",
        ),
        (
            "python",
            "python",
            "print('hello')\nfor n in 'files/data.txt', 'a/b.txt': print(open(n).read(), end='')",
        ),
        (
            "typescript",
            "typescript",
            "import * as f from 'fs'; const hello: string = 'hello'; console.log(hello); for (const n of ['files/data.txt', 'a/b.txt']) process.stdout.write(f.readFileSync(n))",
        ),
        (
            "go",
            "golang",
            "package main\n\nimport (\"fmt\"; \"os\")\n\nfunc main() { fmt.Println(\"hello\"); for _, n := range []string{\"files/data.txt\", \"a/b.txt\"} { b, _ := os.ReadFile(n); fmt.Print(string(b)) } }\n",
        ),
        (
            "rust",
            "rust",
            "fn main() { println!(\"hello\"); for n in [\"files/data.txt\", \"a/b.txt\"] { print!(\"{}\", std::fs::read_to_string(n).unwrap()); } }",
        ),
    ];
    for (language, runtime, code) in rows {
        if !installed(runtime) {
            continue;
        }
        let body = json!({
            "lang": language, "code": code,
            "files": [{ "path": "data.txt", "content": "b25lCg==" }, { "path": "a/b.txt", "content": "dHdvCg==" }]
        });
        let events = run(&hub, &body);
        assert_eq!(text(&events, "stdout"), "hello\none\ntwo\n", "{language}: {events:?}");
        assert_eq!(result(&events)["exit_code"], 0, "{language}");
        assert_eq!(result(&events)["stdout"], "hello\none\ntwo\n", "{language}");
    }
}

#[test]
fn a_thousand_runs_print_what_they_print_once_and_without_a_newline_more() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    thread::scope(|scope| {
        for caller in 0..8 {
            let hub = &hub;
            scope.spawn(move || {
                for number in 0..125 {
                    let said = format!("{caller}.{number}");
                    let body = json!({
                        "lang": "bash", "code": format!("printf '{said}\\n'; printf err >&2")
                    });
                    let events = run(hub, &body);
                    assert_eq!(text(&events, "stdout"), format!("{said}\n"), "{events:?}");
                    assert_eq!(text(&events, "stderr"), "err", "{events:?}");
                    assert_eq!(result(&events)["stdout"], format!("{said}\n"));
                    let ends = events.iter().filter(|it| it["event"] == "result");
                    assert_eq!(ends.count(), 1, "{events:?}");
                }
            });
        }
    });
}

#[test]
fn a_hundred_megabytes_go_in_and_come_out_as_they_are() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let token = hub.client.header("authorization").unwrap().to_owned();
    let pattern: Vec<u8> = (0..=250).cycle().take(1 << 20).collect();
    let mut stream = TcpStream::connect(("127.0.0.1", hub.client.port())).unwrap();
    let order = json!({ "lang": "bash", "code": "cat", "output_limit": 200 << 20 });
    let head = format!(
        "--b0\r\ncontent-disposition: form-data; name=\"request\"\r\n\r\n{order}\r\n\
         --b0\r\ncontent-disposition: form-data; name=\"stdin\"\r\n\r\n"
    );
    let end = "\r\n--b0--\r\n";
    let length = head.len() + 100 * pattern.len() + end.len();
    write!(
        stream,
        "POST /api/code/run HTTP/1.0\r\nhost: hub\r\nauthorization: {token}\r\n\
         content-type: multipart/form-data; boundary=b0\r\ncontent-length: {length}\r\n\r\n{head}"
    )
    .unwrap();
    let mut answer = BufReader::new(stream.try_clone().unwrap());
    let sent = &pattern;
    thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..100 {
                stream.write_all(sent).unwrap();
            }
            stream.write_all(end.as_bytes()).unwrap();
        });
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            answer.read_line(&mut line).unwrap();
        }
        let (mut count, mut outcome) = (0_usize, None);
        for line in answer.by_ref().lines() {
            let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
            if event["event"] != "stdout" {
                outcome = Some(event);
                continue;
            }
            let chunk: model::event::Chunk = serde_json::from_value(event).unwrap();
            for byte in chunk.bytes() {
                assert_eq!(byte, sent[count % sent.len()], "byte {count}");
                count += 1;
            }
        }
        assert_eq!(count, 100 * sent.len());
        assert_eq!(outcome.unwrap()["data"]["exit_code"], 0);
    });
}

#[test]
fn a_line_of_ten_megabytes_and_characters_split_anywhere_arrive() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let code = "import os\nb = ('é' * 5_000_000 + '\\n').encode()\n\
                for i in range(0, len(b), 65537): os.write(1, b[i:i + 65537])\n";
    let events = run(&hub, &json!({ "lang": "python", "code": code, "output_limit": 20 << 20 }));
    assert!(events.iter().all(|it| it.get("encoding").is_none()), "text was sent as bytes");
    let expected = "é".repeat(5_000_000) + "\n";
    assert!(text(&events, "stdout") == expected, "the line differs");
    assert_eq!(result(&events)["truncated"], false);
}

#[test]
fn when_the_caller_goes_away_the_program_is_killed_and_its_sandbox_is_gone() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let mark = format!("{}.5", 100_000 + std::process::id());
    let body = json!({ "lang": "bash", "code": format!("echo started; sleep {mark}") });
    let mut lines = hub.client.lines_of("POST", "/api/code/run", &body);
    assert_eq!(lines.next().unwrap()["data"], "started\n");
    processes::eventually("the program runs", || !processes::marked(&mark).is_empty());
    drop(lines);
    processes::expect_gone(&[], &mark);
}

#[test]
fn a_program_that_is_stopped_says_for_which_limit() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let body = json!({ "lang": "bash", "code": "echo before; sleep 60", "timeout": 1 });
    let events = run(&hub, &body);
    assert_eq!(text(&events, "stdout"), "before\n");
    let data = result(&events);
    assert_eq!((&data["timeout"], &data["exit_code"]), (&json!(true), &Value::Null));
    let code = "b = bytearray(400 << 20)\nprint(len(b))";
    let data = run(&hub, &json!({ "lang": "python", "code": code, "mem_limit_mb": 600 }));
    assert_eq!(result(&data)["exit_code"], 0, "{data:?}");
    if crate::harness::holds("memory-limit") {
        let data = run(&hub, &json!({ "lang": "python", "code": code, "mem_limit_mb": 64 }));
        assert_eq!(result(&data)["outcome"], "out_of_memory", "{data:?}");
    }
}

/// Bytes of all files beneath a directory.
fn size(directory: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(directory).unwrap().flatten();
    let bytes = |it: std::fs::DirEntry| match it.metadata() {
        Ok(about) if about.is_dir() => size(&it.path()),
        Ok(about) => about.len(),
        // Removed meanwhile.
        Err(_) => 0,
    };
    entries.map(bytes).sum()
}

#[test]
fn a_flood_of_output_costs_neither_disk_nor_memory_of_the_hub() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    run(&hub, &json!({ "lang": "bash", "code": "echo warm" }));
    let (disk, memory) = (size(&place.path("")), processes::resident(hub.running.pid()));
    let flood = json!({ "lang": "bash", "code": "yes", "timeout": 3, "output_limit": 1 << 20 });
    let events = run(&hub, &flood);
    assert_eq!(result(&events)["outcome"], "timed_out", "it went on until its time was over");
    assert!(text(&events, "stdout").len() <= 1 << 20);
    assert_eq!(events.iter().filter(|it| it["event"] == "truncated").count(), 1);
    assert!(size(&place.path("")) < disk + (1 << 20), "it is on the disk");
    let grown = processes::resident(hub.running.pid()).saturating_sub(memory);
    assert!(grown < 32 << 20, "the hub has grown by {grown} bytes");
}

#[test]
fn the_least_and_the_most_that_may_be_asked_for_is_had() {
    if !sandboxes() {
        return;
    }
    let hub_in = Place::new();
    let hub = Hub::start(&hub_in);
    let least = json!({
        "lang": "bash", "code": "echo hello", "timeout": 1, "mem_limit_mb": 1, "cpu_limit": 0.1
    });
    let most = json!({
        "lang": "bash", "code": "echo hello", "timeout": 300, "mem_limit_mb": 2048, "cpu_limit": 4.0
    });
    // Again and again, since what has held one sandbox may hold the next.
    for _ in 0..6 {
        let events = run(&hub, &least);
        let outcome = result(&events)["outcome"].as_str().unwrap();
        assert!(["exited", "out_of_memory", "timed_out"].contains(&outcome), "{events:?}");
        assert_eq!(text(&run(&hub, &most), "stdout"), "hello\n");
    }
}

#[test]
fn what_does_not_fit_into_its_memory_before_it_begins_ran_out_of_it() {
    if !sandboxes() || !crate::harness::holds("memory-limit") {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    // The guest writes it into the workspace, whose bytes count.
    let code = format!("echo hello\n#{}", "x".repeat(1_000_000));
    let save = json!({ "name": "large", "language": "bash", "code": code });
    let built = hub.client.post("/api/function", &save).expect(200).body;
    assert!(built.contains(r#""event":"result""#), "{built}");
    // Again and again: whether the guest or the program is killed first is chance.
    for mem_limit_mb in [1, 1, 2, 2] {
        let order = json!({ "lang": "bash", "code": code, "mem_limit_mb": mem_limit_mb });
        let events = run(&hub, &order);
        assert_eq!(result(&events)["outcome"], "out_of_memory", "{events:?}");
        let call = json!({ "mem_limit_mb": mem_limit_mb });
        let answer = hub.client.post("/api/function/large/run", &call).expect(200).json();
        assert_eq!(answer["outcome"], "out_of_memory", "{answer}");
    }
    let history = hub.client.get("/api/function/large/invocations").expect(200).json();
    assert_eq!(history["items"].as_array().unwrap().len(), 4, "{history}");
    assert_eq!(history["items"][0]["outcome"], "out_of_memory", "{history}");
}

#[test]
fn eight_programs_with_many_threads_do_not_hinder_each_other() {
    if !sandboxes() || !installed("node") {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let code = "setTimeout(() => console.log('done'), 1000)";
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let events = run(&hub, &json!({ "lang": "javascript", "code": code }));
                assert_eq!(text(&events, "stdout"), "done\n", "{events:?}");
            });
        }
    });
}

#[test]
fn only_what_is_a_dependency_is_installed_and_what_there_is_not_is_said() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let Some(cache) = crate::exec::cache() else { return };
    let place = Place::new();
    let (_server, url) = crate::exec::index(&place);
    let kept = cache.path().join("cache").to_string_lossy().into_owned();
    let hub = Hub::start_with(&place, &["--cache-dir", &kept, "--python-index", &url]);
    let order = |dependency: &str| {
        let code = "import greeting; print(greeting.text)";
        json!({ "lang": "python", "code": code, "dependencies": [dependency] })
    };
    for none in [
        "--index-url=http://127.0.0.1:1",
        "-rrequirements.txt",
        "greeting; touch /tmp/x",
        "$(touch /tmp/x)",
        "greeting @ file:///etc",
        "https://example.com/greeting.whl",
        "../greeting",
        "",
    ] {
        let problem = hub.client.post("/api/code/run", &order(none)).expect(400).json();
        assert_eq!(problem["code"], "invalid", "{none}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(none), "{problem}");
    }
    assert_eq!(text(&run(&hub, &order("greeting>=1,<2")), "stdout"), "hello\n");
    // A status of its own, unless it takes so long to find out that the answer has begun.
    let answer = hub.client.post("/api/code/run", &order("nothing-of-this-name"));
    assert!([200, 422].contains(&answer.status), "{answer:?}");
    for said in ["build_failed", "nothing-of-this-name"] {
        assert!(answer.body.lines().next_back().unwrap().contains(said), "{answer:?}");
    }
}

#[test]
fn a_crowd_is_served_and_nothing_that_was_accepted_fails() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    run(&hub, &json!({ "lang": "bash", "code": "echo warm" }));
    let memory = processes::resident(hub.running.pid());
    let done = std::sync::atomic::AtomicUsize::new(0);
    let waited = std::sync::atomic::AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..200 {
            scope.spawn(|| {
                let body = json!({ "lang": "bash", "code": "echo hello" });
                let answer = hub.client.post("/api/code/run", &body);
                if answer.status == 429 {
                    assert!(answer.header("retry-after").is_some(), "{answer:?}");
                    return;
                }
                let answer = answer.expect(200);
                let last = answer.body.lines().next_back().unwrap();
                let last: Value = serde_json::from_str(last).unwrap();
                assert_eq!(last["data"]["stdout"], "hello\n", "{answer:?}");
                let queued = last["data"]["queue_ms"].as_u64().unwrap();
                waited.fetch_max(queued, std::sync::atomic::Ordering::Relaxed);
                done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            });
        }
    });
    assert!(done.into_inner() > 0, "nobody was served");
    assert!(waited.into_inner() > 0, "nobody was told of the queue");
    let grown = processes::resident(hub.running.pid()).saturating_sub(memory);
    assert!(grown < 128 << 20, "the hub has grown by {grown} bytes");
}

#[test]
fn exec_asks_a_hub_and_ends_as_the_program_does() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("code.sh", "cat; cat data.txt; echo $1 >&2; exit 7");
    place.write("data.txt", "from a file\n");
    let hub = Hub::start(&place);
    let server = format!("http://127.0.0.1:{}", hub.client.port());
    let token =
        hub.client.header("authorization").unwrap().trim_start_matches("Bearer ").to_owned();
    let remote = ["exec", "bash", "--server", &server, "--token", &token];
    let arguments = [&remote[..], &["code.sh", "--file", "data.txt", "--", "said"]].concat();
    let answer = place.fed(&arguments, b"from stdin\n").expect(7);
    assert_eq!((answer.text(), answer.stderr.as_str()), ("from stdin\nfrom a file\n", "said\n"));
    let answer = place.fed(&remote, b"echo hello").expect(0);
    assert_eq!(answer.text(), "hello\n");
    let answer = place.fed(&[&remote[..], &["--json"]].concat(), b"exit 3").expect(3);
    assert_eq!(answer.json_lines().last().unwrap()["data"]["exit_code"], 3);
    let refused = [&remote[..4], &["--token", "wrong"]].concat();
    assert!(place.fed(&refused, b"echo").expect(2).error().contains("sign in"));
    let answer = place.fed(&["exec", "bash", "--server", "http://127.0.0.1:1"], b"echo").expect(75);
    assert!(answer.error().starts_with("the hub at 127.0.0.1:1: "), "{answer:?}");
    let answer = place.fed(&["exec", "bash", "--server", "nowhere"], b"echo").expect(2);
    assert!(answer.error().contains("is no address of a hub"), "{answer:?}");
}

#[test]
fn an_interrupt_of_exec_ends_the_program_on_the_hub() {
    if !sandboxes() {
        return;
    }
    let mark = format!("{}.25", 100_000 + std::process::id());
    let place = Place::with("wait.sh", &format!("echo started; sleep {mark}"));
    let hub = Hub::start(&place);
    let server = format!("http://127.0.0.1:{}", hub.client.port());
    let token =
        hub.client.header("authorization").unwrap().trim_start_matches("Bearer ").to_owned();
    let mut running =
        place.start(&["exec", "bash", "wait.sh", "--server", &server, "--token", &token]);
    assert_eq!(running.line(), "started");
    processes::eventually("the program runs", || !processes::marked(&mark).is_empty());
    running.signal("INT");
    running.end().expect(130);
    processes::expect_gone(&[], &mark);
}
