//! Containers, with Docker's own runtime and with gVisor's.

use sandbox::{Backend, Docker, DockerConfig, Limits, Network, Sandbox, Spec, StartError, System};

use super::{
    ready,
    suite::{run, start, suite},
};

suite!(docker, ready::docker(None).await);
suite!(gvisor, ready::docker(Some("runsc")).await);

/// A backend, or a return from the test that says why there is none.
macro_rules! docker {
    ($backend:expr) => {
        match $backend.await {
            Ok(docker) => docker,
            Err(why) => {
                eprintln!("skipped: {why}");
                return;
            }
        }
    };
}

fn spec(limits: Limits) -> Spec {
    Spec { limits, ..Spec::default() }
}

#[tokio::test]
async fn a_paused_container_stands_still_and_goes_on() {
    let docker = docker!(ready::docker(None));
    let sandbox = start(&docker).await.unwrap();
    sandbox.pause().await.unwrap();
    sandbox.pause().await.unwrap();
    let mut echo = Box::pin(run(&sandbox, "echo back"));
    let while_paused = tokio::time::timeout(std::time::Duration::from_millis(300), &mut echo).await;
    assert!(while_paused.is_err());
    sandbox.resume().await.unwrap();
    assert_eq!(echo.await.stdout, "back\n");
    sandbox.resume().await.unwrap();
}

#[tokio::test]
async fn a_paused_container_can_be_destroyed() {
    let docker = docker!(ready::docker(None));
    let sandbox = start(&docker).await.unwrap();
    sandbox.pause().await.unwrap();
    sandbox.destroy().await;
}

#[tokio::test]
async fn its_use_is_measured_and_after_its_end_it_is_gone() {
    let docker = docker!(ready::docker(None));
    let sandbox = start(&docker).await.unwrap();
    run(&sandbox, "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done").await;
    let usage = sandbox.usage().await.unwrap();
    assert!(usage.cpu.unwrap().as_millis() > 10, "{usage:?}");
    assert!(usage.memory_bytes.unwrap() > 0, "{usage:?}");
    assert_eq!(usage.processes, Some(0));
    sandbox.clone().destroy().await;
    assert!(sandbox.usage().await.is_err());
}

#[tokio::test]
async fn a_program_out_of_memory_is_told_apart_from_one_that_failed() {
    let docker = docker!(ready::docker(None));
    let limits = Limits { memory_bytes: 64 << 20, ..Limits::default() };
    let sandbox = Sandbox::start(&docker, spec(limits)).await.unwrap();
    // Tail keeps the last line, which is endless.
    let outcome = run(&sandbox, "tail /dev/zero").await;
    assert!(outcome.exit.unwrap().out_of_memory, "{outcome:?}");
    assert_eq!(run(&sandbox, "echo alive").await.stdout, "alive\n");
    let end = sandbox.clone();
    sandbox.destroy().await;
    assert!(end.ended().await.out_of_memory);
}

#[tokio::test]
async fn memory_processor_and_processes_are_bounded_by_the_daemon() {
    let docker = docker!(ready::docker(None));
    let limits = Limits { processes: 20, workspace_inodes: 50, ..Limits::default() };
    let sandbox = Sandbox::start(&docker, spec(limits)).await.unwrap();
    let forks = "i=0; while [ $i -lt 40 ]; do sleep 100 & i=$((i+1)); done; echo all";
    let forks = run(&sandbox, forks).await;
    assert!(!forks.stdout.contains("all") && forks.stderr.contains("ork"), "{forks:?}");
    let files =
        run(&sandbox, "for i in $(seq 100); do touch file$i || break; done; ls | wc -l").await;
    let count: u32 = files.stdout.trim().parse().unwrap();
    assert_eq!(count, 50, "{files:?}");
    let root =
        run(&sandbox, "touch /root-file /etc/x /var/x 2>&1; id -u; cat /proc/self/status").await;
    assert!(
        root.stdout.contains("Read-only file system") && root.stdout.contains("\n1000\n"),
        "{root:?}"
    );
    assert!(root.stdout.contains("CapBnd:\t0000000000000000"), "{root:?}");
    assert!(
        root.stdout.contains("NoNewPrivs:\t1") && root.stdout.contains("Seccomp:\t2"),
        "{root:?}"
    );
}

#[tokio::test]
async fn without_a_network_there_is_only_a_loopback() {
    let docker = docker!(ready::docker(None));
    let sandbox = start(&docker).await.unwrap();
    let outcome = run(&sandbox, "grep -c : /proc/net/dev; grep lo: /proc/net/dev | wc -l").await;
    assert_eq!(outcome.stdout, "1\n1\n", "{outcome:?}");
}

#[tokio::test]
async fn two_sandboxes_on_the_bridge_reach_out_but_not_each_other() {
    let docker = docker!(ready::docker(None));
    let spec = || Spec { network: Network::Full, ..Spec::default() };
    let one = Sandbox::start(&docker, spec()).await.unwrap();
    let two = Sandbox::start(&docker, spec()).await.unwrap();
    let address = "python3 -c 'import socket; print(socket.gethostbyname(socket.gethostname()))'";
    let address = run(&one, address).await.stdout.trim().to_owned();
    assert!(address.starts_with(|it: char| it.is_ascii_digit()), "{address:?}");
    let listen = format!(
        "import socket; s = socket.create_server(('{address}', 4000)); open('up', 'w').close(); s.accept(); print('reached')"
    );
    let mut listener = super::suite::shell(&one, &format!("timeout 20 python3 -c \"{listen}\""));
    listener.timeout = Some(std::time::Duration::from_secs(5));
    let process = one.run(listener).await.unwrap();
    let knock = format!(
        "import socket\ntry: socket.create_connection(('{address}', 4000), 2); print('open')\nexcept OSError as error: print('closed')"
    );
    run(&one, "while [ ! -e up ]; do :; done").await;
    assert_eq!(run(&two, &format!("python3 -c \"{knock}\"")).await.stdout, "closed\n");
    let own = run(&one, &format!("python3 -c \"{knock}\"")).await;
    assert_eq!(own.stdout, "open\n", "{own:?}");
    let listener = super::suite::collect(process).await;
    assert_eq!(listener.stdout, "reached\n", "{listener:?}");
}

#[tokio::test]
async fn a_missing_image_says_how_to_build_it() {
    let docker = docker!(ready::docker(None));
    let system = System::Image("runbook-nowhere:1".parse().unwrap());
    let spec = Spec { system, ..Spec::default() };
    let error = docker.start(spec).await.unwrap_err();
    assert!(matches!(error, StartError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("deploy/image/build runbook-nowhere:1"), "{error}");
}

#[tokio::test]
async fn an_unknown_runtime_says_which_are_known() {
    let docker = docker!(ready::docker(None));
    let config = DockerConfig { runtime: Some("nowhere".to_owned()), ..docker.config().clone() };
    let error = Docker::new(config).start(Spec::default()).await.unwrap_err().to_string();
    assert!(error.contains("no runtime \"nowhere\"") && error.contains("runc"), "{error}");
}

#[tokio::test]
async fn without_a_daemon_one_sentence_says_what_to_do() {
    let host = "unix:///nowhere/docker.sock".to_owned();
    let docker =
        Docker::new(DockerConfig { host, image: Some("x".to_owned()), ..DockerConfig::default() });
    let error = docker.start(Spec::default()).await.unwrap_err();
    assert!(
        error.to_string().starts_with("no Docker daemon listens at unix:///nowhere"),
        "{error}"
    );
}

#[tokio::test]
async fn gvisor_admits_what_it_does_not_limit() {
    let docker = docker!(ready::docker(Some("runsc")));
    let sandbox = start(&docker).await.unwrap();
    // The release that gVisor says it is, whatever the daemon's machine runs.
    assert_eq!(run(&sandbox, "uname -r").await.stdout, "4.4.0\n");
    let missing = &sandbox.isolation().missing;
    assert!(missing.iter().any(|it| it.contains("number of files")), "{missing:?}");
    let many =
        run(&sandbox, "mkdir d; cd d; for i in $(seq 300); do : > $i; done; ls | wc -l").await;
    assert_eq!(many.stdout, "300\n", "{many:?}");
}

#[tokio::test]
async fn an_image_is_asked_for_its_languages() {
    let docker = docker!(ready::docker(None));
    let runtimes = docker.runtimes(None).await.unwrap();
    let python = runtimes.get("python").unwrap().unwrap();
    assert!(runtimes.version("python").unwrap().starts_with("3."));
    assert!(runtimes.get("golang").unwrap().is_err());
    let sandbox = start(&docker).await.unwrap();
    let source = "a file.py".parse().unwrap();
    sandbox.write_file(&source, b"import sys\nprint('hello')\nsys.exit(3)\n", 0o644).await.unwrap();
    let program = python.program(sandbox.workspace(), &source);
    let outcome = super::suite::collect(sandbox.run(program).await.unwrap()).await;
    assert_eq!(outcome.stdout, "hello\n", "{outcome:?}");
    // The same answer, without asking again.
    assert!(std::sync::Arc::ptr_eq(&runtimes, &docker.runtimes(None).await.unwrap()));
}

#[tokio::test]
async fn what_is_allowed_by_name_is_reached_by_way_of_the_server() {
    for runtime in [None, Some("runsc")] {
        let docker = docker!(ready::docker(runtime));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            use std::io::Write;
            listener.accept().unwrap().0.write_all(b"hello\n").unwrap();
        });
        let rules = vec![format!("127.0.0.1:{port}").parse().unwrap()];
        let network = Network::Allow(rules);
        let proxy = network.proxy_variables();
        let sandbox = Sandbox::start(&docker, Spec { network, ..Spec::default() }).await.unwrap();
        let ask = format!(
            "import socket
s = socket.create_connection(('127.0.0.1', 3128), 10)
s.sendall(b'CONNECT 127.0.0.1:{port} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\n\\r\\n')
while True:
    part = s.recv(1000)
    if not part: break
    print(part.decode())
try: socket.create_connection(('1.1.1.1', 80), 2); print('open')
except OSError: print('closed')
print(open('/etc/resolv.conf').read())"
        );
        let mut program = super::suite::shell(&sandbox, "");
        program.argv = vec!["python3".to_owned(), "-c".to_owned(), ask];
        program.env.extend(proxy);
        let outcome = super::suite::collect(sandbox.run(program).await.unwrap()).await;
        assert!(
            outcome.stdout.contains("hello") && outcome.stdout.contains("closed"),
            "{outcome:?}"
        );
        assert!(outcome.stdout.contains("nameserver 127.0.0.1"), "{outcome:?}");
        server.join().unwrap();
    }
}

#[tokio::test]
async fn every_language_of_the_image_runs() {
    let docker = docker!(ready::docker(None));
    let runtimes = docker.runtimes(None).await.unwrap();
    // Compilers want more memory than most programs.
    let limits = Limits { memory_bytes: 1 << 30, cpu_millis: 2000, ..Limits::default() };
    let sandbox = Sandbox::start(&docker, spec(limits)).await.unwrap();
    for (name, source) in [
        ("python", "print('hello')\n"),
        ("node", "console.log('hello')\n"),
        ("bash", "echo hello\n"),
        ("typescript", "const word: string = 'hello'; console.log(word)\n"),
        ("rust", "fn main() { println!(\"hello\") }\n"),
        ("golang", "package main\nimport \"fmt\"\nfunc main() { fmt.Println(\"hello\") }\n"),
    ] {
        let installed = match runtimes.get(name).unwrap() {
            Ok(installed) => installed,
            Err(missing) => {
                eprintln!("skipped: {missing}");
                continue;
            }
        };
        let path = format!("hello.{}", installed.runtime.extension).parse().unwrap();
        sandbox.write_file(&path, source.as_bytes(), 0o644).await.unwrap();
        let program = installed.program(sandbox.workspace(), &path);
        let outcome = super::suite::collect(sandbox.run(program).await.unwrap()).await;
        assert_eq!(outcome.stdout, "hello\n", "{name}: {outcome:?}");
    }
}
