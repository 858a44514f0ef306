//! How much the docker backend costs beside the docker command: the next execution in a live sandbox
//! beside `docker exec`, and a whole start beside `docker run`. Turn by turn, so that whatever else the
//! machine does falls on both.
//!
//! `cargo run --release -p sandbox --example containers HOST IMAGE [ROUNDS [RUNTIME]]`

#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::disallowed_methods, reason = "the docker command has to be started too")]

use std::{
    error::Error,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use sandbox::{Docker, DockerConfig, ExitStatus, ProcessEvent, Program, Sandbox, Spec};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const PROGRAM: [&str; 3] = ["/bin/bash", "-c", "echo 1"];

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, image, more @ ..] = &arguments[..] else {
        return Err("which daemon, and which image?".into());
    };
    let rounds: usize = more.first().map_or(Ok(20), |it| it.parse())?;
    let runtime = more.get(1).cloned();
    let config = DockerConfig { host: host.clone(), image: Some(image.clone()), runtime };
    let docker = Docker::new(config.clone());
    let live = Sandbox::start(&docker, Spec::default()).await?;
    let name = format!("runbook-bench-{}", std::process::id());
    let runtime = config.runtime.as_deref().unwrap_or("runc");
    let usual = ["--rm", "--network", "none", "--runtime", runtime];
    let detached = [&["run", "-d", "--name", &name], &usual[..], &[image, "sleep", "10000"]];
    command(host, &detached.concat())?;
    let (mut ours_next, mut exec, mut ours_start, mut run) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        ours_next.push(timed(execute(&live)).await?);
        exec.push(
            timed(async { command(host, &[&["exec", &name], &PROGRAM[..]].concat()) }).await?,
        );
        ours_start.push(timed(start(&docker)).await?);
        run.push(
            timed(async {
                command(host, &[&["run"], &usual[..], &[image.as_str()], &PROGRAM[..]].concat())
            })
            .await?,
        );
    }
    report("next execution", ours_next, "docker exec", exec);
    report("whole start", ours_start, "docker run", run);
    println!("output {:.0} MB/s", throughput(&live).await?);
    command(host, &["rm", "-f", &name])?;
    live.destroy().await;
    Ok(())
}

async fn timed(work: impl Future<Output = Result<()>>) -> Result<Duration> {
    let start = Instant::now();
    work.await?;
    Ok(start.elapsed())
}

/// From nothing to the program's end. What comes after is on nobody's way.
async fn start(docker: &Docker) -> Result<()> {
    let sandbox = Sandbox::start(docker, Spec::default()).await?;
    execute(&sandbox).await
}

async fn execute(sandbox: &Sandbox) -> Result<()> {
    let mut process = sandbox.run(Program::new(PROGRAM)).await?;
    let mut said = Vec::new();
    loop {
        match process.next().await {
            Some(ProcessEvent::Stdout(bytes)) => said.extend_from_slice(&bytes),
            Some(ProcessEvent::Exit(exit)) => {
                let good = exit.status == ExitStatus::Code(0) && said == b"1\n";
                return if good { Ok(()) } else { Err(format!("{exit:?}").into()) };
            }
            Some(ProcessEvent::Stderr(_) | ProcessEvent::Said(..) | ProcessEvent::Truncated) => {}
            Some(ProcessEvent::Lost) | None => return Err("the sandbox is lost".into()),
        }
    }
}

/// In megabytes (10^6 bytes) a second.
async fn throughput(sandbox: &Sandbox) -> Result<f64> {
    const BYTES: u32 = 256 << 20;
    let mut program = Program::new(["/usr/bin/head", "-c", &BYTES.to_string(), "/dev/zero"]);
    program.output_limit = u64::MAX;
    let begin = Instant::now();
    let mut process = sandbox.run(program).await?;
    while process.next().await.is_some() {}
    Ok(f64::from(BYTES) / 1e6 / begin.elapsed().as_secs_f64())
}

fn command(host: &str, arguments: &[&str]) -> Result<()> {
    let status = Command::new("docker")
        .args(["--host", host])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    if status.success() { Ok(()) } else { Err(format!("docker {arguments:?}: {status}").into()) }
}

fn report(ours: &str, mut times: Vec<Duration>, theirs: &str, mut others: Vec<Duration>) {
    times.sort();
    others.sort();
    let milliseconds = |it: Duration| it.as_secs_f64() * 1000.0;
    let (median, other) = (times[times.len() / 2], others[others.len() / 2]);
    println!(
        "{ours:15} {:7.2} ms (least {:.2}) | {theirs:12} {:7.2} ms (least {:.2}) | {:.3}x",
        milliseconds(median),
        milliseconds(times[0]),
        milliseconds(other),
        milliseconds(others[0]),
        median.as_secs_f64() / other.as_secs_f64(),
    );
}
