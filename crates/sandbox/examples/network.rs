//! What the way through the guest costs beside the machine's own network: the time of a connection with
//! one byte each way, and the speed of a download. The service is on this machine's loopback, so that
//! nothing but the way is measured.
//!
//! `cargo run --release -p sandbox --example network`

#![expect(clippy::print_stdout, reason = "it is for reading")]

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, TcpListener},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use sandbox::{
    Backend, EgressConfig, Namespaces, Network, ProcessEvent, Program, Readiness, Sandbox, Spec,
    egress::Resolver,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const CONNECTIONS: usize = 300;
const MEGABYTES: usize = 1024;

const PROBE: &str = "
import socket, sys, time
host, port, connections, megabytes = sys.argv[1], *map(int, sys.argv[2:])
times = []
for _ in range(connections):
    begun = time.perf_counter()
    with socket.create_connection((host, port)) as stream:
        stream.sendall(b'p'); stream.recv(1)
    times.append(time.perf_counter() - begun)
times.sort()
begun, left = time.perf_counter(), megabytes << 20
buffer = memoryview(bytearray(1 << 18))
with socket.create_connection((host, port)) as stream:
    stream.sendall(b'd')
    while left: left -= stream.recv_into(buffer)
speed = megabytes / (time.perf_counter() - begun)
print(f'connection {times[0] * 1e6:.0f} us at best, {times[len(times) // 2] * 1e6:.0f} us median; {speed:.0f} MiB/s')
";

/// Answers `p` with a byte and `d` with a flood.
fn service() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    Ok(port)
}

fn serve(mut stream: std::net::TcpStream) -> Option<()> {
    let mut asked = [0];
    stream.read_exact(&mut asked).ok()?;
    if asked == *b"p" {
        return stream.write_all(b"x").ok();
    }
    let chunk = vec![0; 1 << 18];
    for _ in 0..4 * MEGABYTES {
        stream.write_all(&chunk).ok()?;
    }
    Some(())
}

async fn probe(backend: &dyn Backend, spec: Spec, host: &str, port: u16) -> Result<String> {
    let sandbox = Sandbox::start(backend, spec).await?;
    let [port, connections, megabytes] =
        [usize::from(port), CONNECTIONS, MEGABYTES].map(|it| it.to_string());
    let argv = ["/usr/bin/python3", "-c", PROBE, host, &port, &connections, &megabytes];
    let mut process = sandbox.run(Program::new(argv)).await?;
    let mut said = Vec::new();
    while let Some(event) = process.next().await {
        if let ProcessEvent::Stdout(bytes) | ProcessEvent::Stderr(bytes) = event {
            said.extend_from_slice(&bytes);
        }
    }
    sandbox.destroy().await;
    Ok(String::from_utf8_lossy(&said).trim().to_owned())
}

/// The other direction: from here to a port inside.
async fn preview(backend: &dyn Backend) -> Result<String> {
    let sandbox = Sandbox::start(backend, Spec::default()).await?;
    let code = format!(
        "import socket, threading
def serve(stream):
    if stream.recv(1) == b'p': stream.sendall(b'x')
    else:
        chunk = bytes(1 << 18)
        for _ in range({}): stream.sendall(chunk)
    stream.close()
listener = socket.create_server(('127.0.0.1', 8000))
print('listening', flush=True)
while True: threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()",
        4 * MEGABYTES
    );
    let mut process = sandbox.run(Program::new(["/usr/bin/python3", "-c", &code])).await?;
    process.next().await.context("the server says nothing")?;
    let mut times = Vec::new();
    for _ in 0..CONNECTIONS {
        let begun = Instant::now();
        let mut stream = sandbox.connect(8000).await?;
        stream.write_all(b"p").await?;
        stream.read_u8().await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let begun = Instant::now();
    let mut stream = sandbox.connect(8000).await?;
    stream.write_all(b"d").await?;
    let bytes = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    let speed = bytes as f64 / begun.elapsed().as_secs_f64() / f64::from(1 << 20);
    sandbox.destroy().await;
    let [best, median] = [times[0], times[times.len() / 2]].map(|it| it.as_micros());
    Ok(format!("connection {best} us at best, {median} us median; {speed:.0} MiB/s"))
}

async fn start(backend: &dyn Backend, spec: &Spec) -> Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..30 {
        let begun = Instant::now();
        let sandbox = Sandbox::start(backend, spec.clone()).await?;
        best = best.min(begun.elapsed());
        sandbox.destroy().await;
    }
    Ok(best)
}

#[tokio::main]
async fn main() -> Result<()> {
    let port = service()?;
    let backend = Namespaces::new(Readiness::OnDemand)?;
    let resolver = Resolver::new(|_| Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]));
    let egress = EgressConfig { resolver, ..EgressConfig::default() };
    let rules = [format!("web.test:{port}"), format!("127.0.0.1:{port}")];
    let rules = rules.iter().map(|it| it.parse()).collect::<Result<_, _>>()?;
    let allow = Spec { network: Network::Allow(rules), egress, ..Spec::default() };
    let full = Spec { network: Network::Full, ..Spec::default() };
    println!("this machine's network:  {}", probe(&backend, full, "127.0.0.1", port).await?);
    println!(
        "through the guest:       {}",
        probe(&backend, allow.clone(), "web.test", port).await?
    );
    println!("a port of the sandbox:   {}", preview(&backend).await?);
    let (none, allowing) = (Spec::default(), allow);
    let [without, with] = [start(&backend, &none).await?, start(&backend, &allowing).await?];
    println!("start at best: {without:?} without a network, {with:?} with an allow-list");
    Ok(())
}
