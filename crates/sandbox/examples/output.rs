//! How fast a program's output arrives: bytes a second for a flood, and the time from a write in the
//! sandbox to `Process::next` for lines that come one by one.
//!
//! `cargo run --release -p sandbox --example output [GiB] [lines]`

#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::disallowed_methods, reason = "a pipe without a sandbox is measured beside it")]

use std::{
    error::Error,
    io::Read,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};
use sandbox::{ExitStatus, Namespaces, Process, ProcessEvent, Program, Readiness, Sandbox, Spec};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 3;
const MOST: u64 = u64::MAX;

/// Says what time it is, on the one clock that host and sandbox share, every 5 ms.
const CLOCK: &str = "
import os, sys, time
for _ in range(int(sys.argv[1])):
    time.sleep(0.005)
    os.write(1, b'%d\\n' % time.clock_gettime_ns(time.CLOCK_MONOTONIC))";

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let gib: u64 = arguments.next().map_or(Ok(4), |it| it.parse())?;
    let lines: usize = arguments.next().map_or(Ok(400), |it| it.parse())?;
    let backend = Namespaces::new(Readiness::OnDemand)?;
    let limits = sandbox::Limits { cpu_millis: 4000, ..sandbox::Limits::default() };
    let sandbox = Sandbox::start(&backend, Spec { limits, ..Spec::default() }).await?;
    for size in ["64K", "1M"] {
        let (mut bare, mut caged) = (Duration::MAX, Duration::MAX);
        let count = (gib << 30).to_string();
        let (own_before, theirs_before) = (own_cpu(), their_cpu(&sandbox).await?);
        for _ in 0..ROUNDS {
            caged = caged.min(flood(&sandbox, &count, size).await?);
        }
        let (own, theirs) = (own_cpu() - own_before, their_cpu(&sandbox).await? - theirs_before);
        for _ in 0..ROUNDS {
            bare = bare.min(bare_flood(&count, size)?);
        }
        let speed = |time: Duration| (gib << 30) as f64 / time.as_secs_f64() / 1e9;
        println!(
            "writes of {size:>3}: {:.2} GB/s through a pipe, {:.2} GB/s through a sandbox",
            speed(bare),
            speed(caged)
        );
        // Where others are at work too, this says more than the clock.
        let per_gb = |time: Duration| {
            time.as_secs_f64() * 1000.0 * 1e9 / ((gib << 30) as f64 * ROUNDS as f64)
        };
        println!(
            "{:19} CPU time per GB: {:.0} ms here, {:.0} ms in the sandbox",
            "",
            per_gb(own),
            per_gb(theirs)
        );
    }
    let mut delays = delays(&sandbox, lines).await?;
    delays.sort();
    let at = |share: f64| delays[(delays.len() as f64 * share) as usize].as_secs_f64() * 1e6;
    println!(
        "from write to next: min {:.0} us, median {:.0} us, 90 % {:.0} us, 99 % {:.0} us",
        at(0.0),
        at(0.5),
        at(0.9),
        at(0.99)
    );
    println!("peak memory of this process: {} KiB", peak_memory_kib()?);
    sandbox.destroy().await;
    Ok(())
}

/// `dd` knows no byte count without a block size, and `head` writes 8 KiB at once.
fn writer(count: &str, size: &str) -> [String; 5] {
    [
        "/bin/dd",
        "if=/dev/zero",
        "iflag=count_bytes",
        &format!("bs={size}"),
        &format!("count={count}"),
    ]
    .map(str::to_owned)
}

/// Of this process alone.
fn own_cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.try_into().unwrap_or(0))
}

/// Of guest and program.
async fn their_cpu(sandbox: &Sandbox) -> Result<Duration> {
    Ok(sandbox.usage().await?.cpu.ok_or("nobody counts CPU time")?)
}

fn bare_flood(count: &str, size: &str) -> Result<Duration> {
    let argv = writer(count, size);
    let start = Instant::now();
    let mut child = Command::new(&argv[0])
        .args(&argv[1..])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut stdout = child.stdout.take().ok_or("no pipe")?;
    let mut buffer = vec![0; 64 * 1024];
    while stdout.read(&mut buffer)? > 0 {}
    child.wait()?;
    Ok(start.elapsed())
}

async fn flood(sandbox: &Sandbox, count: &str, size: &str) -> Result<Duration> {
    let program = Program { output_limit: MOST, ..Program::new(writer(count, size)) };
    let start = Instant::now();
    let mut process = sandbox.run(program).await?;
    let mut left: u64 = count.parse()?;
    while let Some(bytes) = next(&mut process).await? {
        left -= bytes;
    }
    if left == 0 { Ok(start.elapsed()) } else { Err(format!("{left} bytes are missing").into()) }
}

/// Bytes of the next event, until the end.
async fn next(process: &mut Process) -> Result<Option<u64>> {
    match process.next().await {
        Some(ProcessEvent::Stdout(bytes)) => Ok(Some(bytes.len() as u64)),
        Some(ProcessEvent::Stderr(_)) => Ok(Some(0)),
        Some(ProcessEvent::Exit(exit)) if exit.status == ExitStatus::Code(0) => Ok(None),
        other => Err(format!("unexpected {other:?}").into()),
    }
}

async fn delays(sandbox: &Sandbox, lines: usize) -> Result<Vec<Duration>> {
    let argv = ["/usr/bin/python3", "-c", CLOCK, &lines.to_string()];
    let mut process = sandbox.run(Program::new(argv)).await?;
    let mut delays = Vec::new();
    loop {
        match process.next().await {
            Some(ProcessEvent::Stdout(bytes)) => {
                let now = clock_gettime(ClockId::Monotonic);
                let now = now.tv_sec * 1_000_000_000 + now.tv_nsec;
                // Of lines that came together the last is the youngest; the others count as late.
                for line in std::str::from_utf8(&bytes)?.lines() {
                    delays.push(Duration::from_nanos((now - line.parse::<i64>()?).unsigned_abs()));
                }
            }
            Some(ProcessEvent::Exit(_)) if delays.len() == lines => return Ok(delays),
            other => return Err(format!("unexpected {other:?}").into()),
        }
    }
}

fn peak_memory_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(peak.trim().trim_end_matches(" kB").parse()?)
}
