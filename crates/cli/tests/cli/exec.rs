//! `runbook exec`: one snippet, its bytes and its exit code.

use std::{fs::OpenOptions, process::Stdio};

use crate::harness::{Place, Running, installed, missing_language, outside, sandboxes, skipped};

/// A program in each language that prints `hello` and nothing else.
const HELLO: [(&str, &str, &str); 5] = [
    ("python", "py", "print('hello')"),
    ("node", "js", "console.log('hello')"),
    ("bash", "sh", "echo hello"),
    ("golang", "go", "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n"),
    ("rust", "rs", "fn main() { println!(\"hello\"); }"),
];

#[test]
fn code_comes_from_stdin_or_from_a_file() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    for (language, extension, code) in HELLO {
        if !installed(language) {
            continue;
        }
        let answer = place.fed(&["exec", language], code.as_bytes()).expect(0);
        assert_eq!((answer.text(), answer.stderr.as_str()), ("hello\n", ""), "{language}");
        let file = format!("hello.{extension}");
        place.write(&file, code);
        assert_eq!(place.runbook(&["exec", language, &file]).expect(0).text(), "hello\n");
    }
}

#[test]
fn a_language_has_the_names_that_people_use() {
    if !sandboxes() {
        return;
    }
    for (alias, code) in [("py", "print(7)"), ("sh", "echo 7"), ("JavaScript", "console.log(7)")] {
        assert_eq!(Place::new().fed(&["exec", alias], code.as_bytes()).expect(0).text(), "7\n");
    }
}

#[test]
fn an_unknown_language_is_refused_with_those_there_are() {
    let answer = Place::new().runbook(&["exec", "cobol"]).expect(2);
    assert_eq!(
        answer.error(),
        "\"cobol\" is not a language; use one of python, node, bash, golang, typescript, rust"
    );
}

#[test]
fn a_language_that_is_not_installed_names_its_package() {
    let Some(language) = missing_language() else {
        println!("skipped: every language is installed on this machine");
        return;
    };
    let answer = Place::new().runbook(&["exec", language]).expect(75);
    assert!(answer.error().contains("apt install "), "{answer:?}");
}

#[test]
fn code_that_cannot_be_read_is_refused() {
    let place = Place::new();
    let answer = place.runbook(&["exec", "python", "missing.py"]).expect(2);
    assert_eq!(answer.error(), "there is no file missing.py; check its name");
    let answer = place.runbook(&["exec", "python", "."]).expect(2);
    assert_eq!(answer.error(), ". is a directory; name a file");
    let answer = place.fed(&["exec", "python"], b"print('\xff')").expect(2);
    assert!(answer.error().contains("UTF-8"), "{answer:?}");
}

#[test]
fn the_exit_code_is_the_program_s_own() {
    if !sandboxes() {
        return;
    }
    let answer = Place::new().fed(&["exec", "bash"], b"echo said; exit 7").expect(7);
    assert_eq!((answer.text(), answer.stderr.as_str()), ("said\n", ""));
    let answer = Place::new().fed(&["exec", "bash"], b"kill -9 $$").expect(137);
    assert_eq!(answer.stderr, "runbook: killed by signal 9\n");
    let endless = b"while :; do :; done";
    let answer = Place::new().fed(&["exec", "bash", "--timeout", "300ms"], endless).expect(1);
    assert!(answer.stderr.starts_with("runbook: timed out after "), "{answer:?}");
}

#[test]
fn arguments_variables_files_and_input_reach_the_program() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("show.sh", "echo $1-$2-$GREETING; cat data/a.txt hosts; cat");
    std::fs::create_dir(place.path("data")).unwrap();
    place.write("data/a.txt", "from a file\n");
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("hosts"), "from elsewhere\n").unwrap();
    let hosts = elsewhere.path().join("hosts").display().to_string();
    let arguments = [
        "exec",
        "bash",
        "show.sh",
        "--file",
        "data/a.txt",
        "--file",
        &hosts,
        "--env",
        "GREETING=hi",
        "--",
        "one",
        "--two",
    ];
    let answer = place.fed(&arguments, b"from stdin\n").expect(0);
    assert_eq!(answer.text(), "one---two-hi\nfrom a file\nfrom elsewhere\nfrom stdin\n");
    let answer = place.runbook(&["exec", "bash", "show.sh", "--file", "missing"]).expect(2);
    assert_eq!(answer.error(), "there is no file missing; check its name");
}

#[test]
fn bytes_on_stdout_and_stderr_are_not_changed() {
    if !sandboxes() {
        return;
    }
    let code = "import sys\nfor stream in (sys.stdout, sys.stderr):\n    stream.buffer.write(bytes(range(256)) * 500)\n";
    let place = Place::new();
    let mut command = place.command(&["exec", "python", "-"]);
    place.write("code.py", code);
    let code = std::fs::File::open(place.path("code.py")).unwrap();
    let output = command.stdin(Stdio::from(code)).output().unwrap();
    let expected: Vec<u8> = (0..=u8::MAX).cycle().take(256 * 500).collect();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout == expected, "{} bytes on stdout", output.stdout.len());
    assert!(output.stderr == expected, "{} bytes on stderr", output.stderr.len());
}

#[test]
fn json_gives_every_event_and_then_the_result() {
    if !sandboxes() {
        return;
    }
    let code = b"import sys\nsys.stdout.buffer.write(b'\\xff')\nsys.exit(4)\n";
    let answer = Place::new().fed(&["exec", "python", "--json"], code).expect(4);
    let events = answer.json_lines();
    let [stdout, result] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((&stdout["seq"], &result["seq"]), (&1.into(), &2.into()));
    assert_eq!((&stdout["data"], &stdout["encoding"]), (&"/w==".into(), &"base64".into()));
    assert_eq!((&result["event"], &result["data"]["exit_code"]), (&"result".into(), &4.into()));
    assert_eq!(result["data"]["outcome"], "exited");
    assert!(result.get("block").is_none(), "{result}");
}

#[test]
fn output_over_the_limit_is_dropped_with_a_notice_and_the_program_goes_on() {
    if !sandboxes() {
        return;
    }
    let code =
        b"import sys\nfor _ in range(100):\n    sys.stdout.write('x' * (1 << 20))\nsys.exit(0)\n";
    let answer = Place::new().fed(&["exec", "python"], code).expect(0);
    assert_eq!(answer.stdout.len(), 8 << 20);
    let notice = "[output over 8 MiB was dropped; --output-limit-mb keeps more]";
    assert_eq!(answer.stderr.trim(), notice);
}

#[test]
fn a_reader_that_goes_away_ends_the_program_without_a_word() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("forever.py", "while True:\n    print('line')\n");
    let document = "```runnable python\nwhile True:\n    print('line')\n```\n";
    place.write("doc.md", document);
    for arguments in [
        &["exec", "python", "forever.py"][..],
        &["exec", "python", "forever.py", "--json"],
        &["run", "-q", "doc.md"],
    ] {
        let mut running = place.start(arguments);
        assert!(running.line().contains("line"));
        running.stop_reading();
        let answer = running.end().expect(130);
        assert_eq!(answer.stderr, "", "{arguments:?}");
    }
}

#[test]
fn stdout_on_a_full_disk_is_75_and_says_so() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("hello.sh", "echo hello");
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = place.command(&["exec", "bash", "hello.sh"]);
    let answer = Running::new(command.stdout(Stdio::from(full))).end().expect(75);
    assert!(answer.error().starts_with("standard output cannot be written: "), "{answer:?}");
}

#[test]
fn an_interrupt_is_130() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("wait.sh", "echo started; sleep 1000");
    let mut running = place.start(&["exec", "bash", "wait.sh"]);
    assert_eq!(running.line(), "started");
    running.signal("INT");
    assert_eq!(running.end().expect(130).stderr, "");
}

#[test]
fn a_trusted_snippet_runs_without_isolation_where_asked() {
    let answer = Place::new().fed(&["exec", "bash", "--backend", "host"], b"echo $PPID; pwd");
    let answer = answer.expect(0);
    let workspace = answer.text().lines().nth(1).unwrap().to_owned();
    assert!(!std::path::Path::new(&workspace).exists(), "{workspace} is left");
}

#[test]
fn without_a_daemon_docker_says_what_to_do() {
    let place = Place::new();
    let host = format!("unix://{}", place.path("docker.sock").display());
    let arguments = ["exec", "bash", "--backend", "docker", "--docker-host", &host];
    let answer = place.fed(&arguments, b"echo").expect(75);
    assert!(answer.error().contains("systemctl start docker"), "{answer:?}");
}

#[test]
fn only_a_listed_host_is_reached_and_a_refusal_is_told() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let rule = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut connection, _) = listener.accept().unwrap();
        assert!(connection.read(&mut [0; 1024]).unwrap() > 0);
        connection.write_all(b"HTTP/1.0 200 OK\r\n\r\nhello").unwrap();
    });
    let code = format!(
        "import urllib.request as u\n\
         proxy = u.build_opener(u.ProxyHandler({{'http': 'http://127.0.0.1:3128'}}))\n\
         print(proxy.open('http://{rule}/').read().decode())\n\
         try: proxy.open('http://example.com/')\n\
         except Exception as error: print(error)\n"
    );
    let arguments = ["exec", "python", "--network", &rule];
    let answer = Place::new().fed(&arguments, code.as_bytes()).expect(0);
    server.join().unwrap();
    assert!(answer.text().starts_with("hello\n"), "{answer:?}");
    assert!(answer.text().contains("403"), "{answer:?}");
    assert!(answer.stderr.contains("network: refused example.com:80"), "{answer:?}");
}

/// A directory that sandboxes may be shown, which none below `/tmp` is.
pub(crate) fn cache() -> Option<tempfile::TempDir> {
    let place = |it: &str| tempfile::Builder::new().prefix("runbook-test-").tempdir_in(it).ok();
    let mut places = [env!("CARGO_TARGET_TMPDIR"), "/var/cache"].into_iter().filter_map(place);
    let found = places.find(|it| sandbox::may_be_shown(it.path()));
    if found.is_none() {
        skipped("skipped: no directory that sandboxes may be shown can be written");
    }
    found
}

/// Makes a package, and serves the page that Python itself makes of its directory as an index; gives its
/// address, too.
pub(crate) fn index(place: &Place) -> (Running, String) {
    let script = "import os, zipfile\n\
        os.makedirs('simple/greeting')\n\
        info = 'greeting-1.0.dist-info'\n\
        files = {'greeting.py': 'text = \"hello\"\\n',\n\
                 f'{info}/METADATA': 'Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n',\n\
                 f'{info}/WHEEL': 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',\n\
                 f'{info}/RECORD': ''}\n\
        with zipfile.ZipFile('simple/greeting/greeting-1.0-py3-none-any.whl', 'w') as wheel:\n\
        \x20   for name, text in files.items(): wheel.writestr(name, text)\n";
    let made = outside("python3").args(["-c", script]).current_dir(place.path("")).status();
    assert!(made.unwrap().success());
    let mut server = outside("python3");
    server.args(["-u", "-m", "http.server", "--bind", "127.0.0.1", "0"]);
    server.current_dir(place.path("")).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Running::new(&mut server);
    let port = server.line().split(' ').nth(5).unwrap().to_owned();
    (server, format!("http://localhost:{port}/simple"))
}

#[test]
fn a_package_is_installed_once_for_local_programs() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let Some(cache) = cache() else { return };
    let place = Place::new();
    let (server, url) = index(&place);
    let kept = cache.path().join("cache").to_string_lossy().into_owned();
    let arguments =
        ["exec", "python", "--dep", "greeting>=1", "--python-index", &url, "--cache-dir", &kept];
    let code = b"import greeting; print(greeting.text)";
    let answer = place.fed(&arguments, code).expect(0);
    assert_eq!(answer.text(), "hello\n", "{answer:?}");
    assert!(answer.stderr.contains("greeting"), "what is installed is said: {answer:?}");
    let answer = place.fed(&[&arguments[..], &["--json"]].concat(), code).expect(0);
    let said = answer.json_lines().iter().any(|it| it["event"] == "info");
    assert!(!said, "nothing is installed again: {answer:?}");
    drop(server);
    assert_eq!(place.fed(&arguments, code).expect(0).text(), "hello\n", "the index is not asked");
}

#[test]
fn a_package_that_cannot_be_had_is_an_error_that_says_why() {
    let place = Place::new();
    let option = ["exec", "python", "--dep", "--index-url=http://127.0.0.1:1"];
    place.fed(&option, b"").expect(2);
    let option = ["exec", "python", "--dep=--index-url=http://127.0.0.1:1"];
    if sandboxes() && installed("python") {
        assert!(place.fed(&option, b"").expect(2).error().contains("it is an option"));
    }
    for others in [["--image", "python:3.12"], ["--backend", "docker"]] {
        let arguments = [&["exec", "python", "--dep", "six"][..], &others].concat();
        let answer = place.fed(&arguments, b"import six").expect(75);
        let advice = "put it into";
        assert!(answer.error().contains(advice) && answer.error().contains("six"), "{answer:?}");
    }
}

#[test]
fn a_compiled_program_is_kept_for_the_next_time_and_a_refused_one_says_why() {
    if !sandboxes() || !installed("rust") {
        return;
    }
    let Some(cache) = cache() else { return };
    let place = Place::new();
    let kept = cache.path().join("cache");
    let arguments = ["exec", "rust", "--cache-dir", kept.to_str().unwrap()];
    let programs = || std::fs::read_dir(kept.join("kept")).unwrap().count();
    for _ in 0..2 {
        let answer = place.fed(&arguments, b"fn main() { println!(\"hello\"); }").expect(0);
        assert_eq!((answer.text(), answer.stderr.as_str()), ("hello\n", ""));
        assert_eq!(programs(), 1);
    }
    let answer = place.fed(&arguments, b"fn main() { nothing_like_that(); }").expect(1);
    assert!(answer.stderr.contains("cannot find function"), "{answer:?}");
    assert_eq!(programs(), 1);
}

#[test]
fn what_is_kept_may_stand_where_a_service_keeps_its_own() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let Ok(service) = tempfile::Builder::new().prefix("runbook-test-").tempdir_in("/var/lib")
    else {
        println!("skipped: nothing can be written below /var/lib");
        return;
    };
    let place = Place::new();
    let (_server, url) = index(&place);
    let kept = service.path().join("cache").to_string_lossy().into_owned();
    let arguments =
        ["exec", "python", "--dep", "greeting", "--python-index", &url, "--cache-dir", &kept];
    let code = b"import greeting, os; print(greeting.text, os.listdir('/var/lib'))";
    let answer = place.fed(&arguments, code).expect(0);
    let own = service.path().file_name().unwrap().to_str().unwrap();
    assert_eq!(answer.text(), format!("hello ['{own}']\n"), "nothing else of it is seen");
    let elsewhere = ["exec", "python", "--dep", "greeting", "--cache-dir", "/var/tmp/runbook"];
    let answer = place.fed(&elsewhere, code).expect(75);
    assert!(answer.error().contains("choose a directory"), "{answer:?}");
}
