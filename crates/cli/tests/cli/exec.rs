//! `runbook exec`: one snippet, its bytes and its exit code.

use std::{fs::OpenOptions, process::Stdio};

use crate::harness::{Place, Running, installed, missing_language, sandboxes};

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
fn a_program_that_fails_is_1_and_its_own_code_is_said() {
    if !sandboxes() {
        return;
    }
    let answer = Place::new().fed(&["exec", "bash"], b"echo said; exit 7").expect(1);
    assert_eq!((answer.text(), answer.stderr.as_str()), ("said\n", "runbook: exit 7\n"));
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
    let answer = Place::new().fed(&["exec", "python", "--json"], code).expect(1);
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
