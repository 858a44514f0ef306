//! How much a fresh sandbox costs: the same program bare and sandboxed, back to back and with the
//! gaps of sparse traffic, in which the kernel's grace periods show.
//!
//! `cargo run --release -p sandbox --example cold_start [rounds]`

#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::disallowed_methods, reason = "the bare program has to be started too")]

use std::{
    error::Error,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use sandbox::{
    ExitStatus, Namespaces, ProcessEvent, Program, Readiness, Sandbox, Spec, runtime::discover,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const PROGRAMS: [(&str, &[&str]); 2] = [
    ("python print(1)", &["/usr/bin/python3", "-c", "print(1)"]),
    ("bash echo 1", &["/bin/bash", "-c", "echo 1"]),
];
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";
const GAPS: [(&str, Duration); 2] =
    [("back to back", Duration::ZERO), ("60 ms gaps", Duration::from_millis(60))];

#[tokio::main]
async fn main() -> Result<()> {
    let rounds = std::env::args().nth(1).map_or(Ok(40), |it| it.parse())?;
    let runtimes = discover(PATH);
    println!("python {}", runtimes.version("python").unwrap_or("is missing"));
    let long_lived = Namespaces::new(Readiness::Spares(2))?;
    for missing in long_lived.prepare().await?.missing {
        println!("missing: {missing}");
    }
    for (name, argv) in PROGRAMS {
        for (traffic, gap) in GAPS {
            let (mut bare, mut caged, mut once) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..rounds {
                tokio::time::sleep(gap).await;
                bare.push(run_bare(argv)?);
                tokio::time::sleep(gap).await;
                caged.push(run_caged(&long_lived, argv).await?);
                tokio::time::sleep(gap).await;
                let start = Instant::now();
                run_caged(&Namespaces::new(Readiness::OnDemand)?, argv).await?;
                once.push(start.elapsed());
            }
            let (bare, caged, once) = (median(bare), median(caged), median(once));
            println!(
                "{name:16} {traffic:13} bare {:6.2} ms | long-lived {:6.2} ms = {:.2}x | one-shot {:6.2} ms = +{:.2} ms",
                milliseconds(bare),
                milliseconds(caged),
                caged.as_secs_f64() / bare.as_secs_f64(),
                milliseconds(once),
                milliseconds(once.saturating_sub(bare)),
            );
        }
    }
    Ok(())
}

fn run_bare(argv: &[&str]) -> Result<Duration> {
    let start = Instant::now();
    let output = Command::new(argv[0])
        .args(&argv[1..])
        .env_clear()
        .env("PATH", PATH)
        .stdin(Stdio::null())
        .output()?;
    let elapsed = start.elapsed();
    check(&output.stdout, output.status.success())?;
    Ok(elapsed)
}

/// From the call to the exit; what comes after is not on anybody's way.
async fn run_caged(backend: &Namespaces, argv: &[&str]) -> Result<Duration> {
    let start = Instant::now();
    let sandbox = Sandbox::start(backend, Spec::default()).await?;
    let mut program = Program::new(argv.iter().copied());
    program.env = vec![("PATH".to_owned(), PATH.to_owned())];
    let mut process = sandbox.run(program).await?;
    let mut stdout = Vec::new();
    let status = loop {
        match process.next().await {
            Some(ProcessEvent::Stdout(bytes)) => stdout.extend_from_slice(&bytes),
            Some(ProcessEvent::Exit(exit)) => break exit.status,
            Some(ProcessEvent::Lost) | None => return Err("the sandbox is lost".into()),
            Some(ProcessEvent::Stderr(_) | ProcessEvent::Truncated) => {}
        }
    };
    let elapsed = start.elapsed();
    check(&stdout, status == ExitStatus::Code(0))?;
    sandbox.destroy().await;
    Ok(elapsed)
}

fn check(stdout: &[u8], success: bool) -> Result<()> {
    if success && stdout == b"1\n" {
        return Ok(());
    }
    Err(format!("wrong answer {:?}", stdout.escape_ascii().to_string()).into())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
