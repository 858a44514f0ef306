//! Ports inside, opened from outside by whoever holds the sandbox.

use std::{net::TcpListener, time::Duration};

use sandbox::{ConnectError, GuestStream, Network, Process, ProcessEvent, Spec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::harness::{Cage, python_cage};

/// Starts a server of the sandbox, and waits until it says that it listens.
async fn serve(cage: &Cage, code: &str) -> Process {
    let code = format!("import socket, threading\n{code}");
    let mut server = cage.start(&["/usr/bin/python3", "-c", &code]).await;
    match server.next().await {
        Some(ProcessEvent::Stdout(_)) => server,
        other => panic!("{other:?}"),
    }
}

const ECHO: &str = "
def echo(stream):
    while bytes := stream.recv(65536): stream.sendall(bytes)
    stream.close()
def listen(family, address):
    listener = socket.create_server((address, 8000), family=family)
    print('listening', flush=True)
    while True: threading.Thread(target=echo, args=[listener.accept()[0]], daemon=True).start()
";

async fn echoed(mut stream: GuestStream, text: &[u8]) -> Vec<u8> {
    stream.write_all(text).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_port_is_opened_wherever_it_listens_on_the_loopback() {
    let cage = python_cage!();
    for (family, address) in
        [("INET", "127.0.0.1"), ("INET", "0.0.0.0"), ("INET6", "::1"), ("INET6", "::")]
    {
        let server =
            serve(&cage, &format!("{ECHO}\nlisten(socket.AF_{family}, '{address}')")).await;
        let ports = cage.sandbox.listening_ports().await.unwrap();
        let ports: Vec<_> = ports.iter().map(|it| (it.port, it.address.to_string())).collect();
        assert_eq!(ports, [(8000, address.to_owned())]);
        let stream = cage.sandbox.connect(8000).await.unwrap();
        assert_eq!(echoed(stream, b"hello").await, b"hello", "{address}");
        drop(server);
        // A dropped process is killed; its port is free once it is gone.
        while !cage.sandbox.listening_ports().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_port_that_nobody_listens_on_refuses() {
    let cage = python_cage!();
    let refused = cage.sandbox.connect(8000).await;
    let Err(ConnectError::Refused { port: 8000, source }) = refused else { panic!("{refused:?}") };
    assert_eq!(source.kind(), std::io::ErrorKind::ConnectionRefused);
    assert_eq!(cage.sandbox.listening_ports().await.unwrap(), []);
    let sandbox = cage.sandbox.clone();
    cage.sandbox.destroy().await;
    assert!(matches!(sandbox.connect(8000).await, Err(ConnectError::Gone)));
}

#[tokio::test]
async fn many_connections_at_once_keep_their_bytes_apart() {
    let cage = python_cage!();
    let _server = serve(&cage, &format!("{ECHO}\nlisten(socket.AF_INET, '127.0.0.1')")).await;
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..32_u8 {
        let sandbox = cage.sandbox.clone();
        tasks.spawn(async move {
            let stream = sandbox.connect(8000).await.unwrap();
            let (mut from, mut to) = tokio::io::split(stream);
            let text = vec![index; 300_000];
            let mut answer = Vec::new();
            let write = async {
                to.write_all(&text).await.unwrap();
                to.shutdown().await.unwrap();
            };
            tokio::join!(write, async { from.read_to_end(&mut answer).await.unwrap() });
            assert_eq!(answer, text);
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_does_not_read_stops_its_writer_and_nobody_else() {
    let cage = python_cage!();
    let deaf = "
listener = socket.create_server(('127.0.0.1', 8000))
print('listening', flush=True)
keep = []
while True: keep.append(listener.accept()[0])";
    let _server = serve(&cage, deaf).await;
    let mut stream = cage.sandbox.connect(8000).await.unwrap();
    let flood = async {
        let chunk = vec![0; 1 << 20];
        // Sockets take some megabytes, and then nothing.
        for _ in 0..1024 {
            stream.write_all(&chunk).await.unwrap();
        }
    };
    tokio::select! {
        () = flood => panic!("a gibibyte that nobody reads went somewhere"),
        outcome = async {
            for _ in 0..20 {
                assert_eq!(cage.bash("echo still here").await.stdout, "still here\n");
            }
        } => outcome,
    }
}

#[tokio::test]
async fn a_reader_that_does_not_read_stops_the_program_and_nobody_else() {
    let cage = python_cage!();
    let flood = "
listener = socket.create_server(('127.0.0.1', 8000))
print('listening', flush=True)
stream = listener.accept()[0]
sent = 0
stream.settimeout(1)
try:
    while True: sent += stream.send(bytes(65536))
except TimeoutError: print(sent < 64 << 20, flush=True)
stream.settimeout(None)
stream.sendall(b'end'); stream.close()";
    let mut server = serve(&cage, flood).await;
    let mut stream = cage.sandbox.connect(8000).await.unwrap();
    let Some(ProcessEvent::Stdout(said)) = server.next().await else { panic!() };
    assert_eq!(said, "True\n");
    assert_eq!(cage.bash("echo still here").await.stdout, "still here\n");
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    assert!(all.ends_with(b"end"));
}

#[tokio::test]
async fn a_dropped_stream_closes_the_programs_connection() {
    let cage = python_cage!();
    let wait = "
listener = socket.create_server(('127.0.0.1', 8000))
print('listening', flush=True)
stream = listener.accept()[0]
try: print(stream.recv(10), flush=True)
except OSError as error: print(error, flush=True)";
    let mut server = serve(&cage, wait).await;
    drop(cage.sandbox.connect(8000).await.unwrap());
    let Some(ProcessEvent::Stdout(said)) = server.next().await else { panic!() };
    assert_eq!(said, "[Errno 104] Connection reset by peer\n");
}

#[tokio::test]
async fn what_the_guest_listens_on_is_no_port_of_a_program() {
    let rules = vec!["web.test".parse().unwrap()];
    let cage = python_cage!(Spec { network: Network::Allow(rules), ..Spec::default() });
    let answers = cage.answers("print(socket.gethostbyname('web.test'))").await;
    assert_eq!(answers, ["127.77.0.1"]);
    assert_eq!(cage.sandbox.listening_ports().await.unwrap(), []);
    for port in [53, 80, 443, 3128] {
        assert!(cage.sandbox.connect(port).await.is_err(), "{port}");
    }
}

#[tokio::test]
async fn services_of_the_host_are_no_ports_of_a_sandbox_that_shares_its_network() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: sandboxes of an ordinary user have that user's sockets");
        return;
    }
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = service.local_addr().unwrap().port();
    let cage = python_cage!(Spec { network: Network::Full, ..Spec::default() });
    let open = cage.sandbox.listening_ports().await.unwrap();
    assert!(open.iter().all(|it| it.port != port), "{open:?}");
    let refused = tokio::time::timeout(Duration::from_secs(60), cage.sandbox.connect(port)).await;
    assert!(matches!(refused, Ok(Err(ConnectError::Refused { .. }))), "{refused:?}");
}
