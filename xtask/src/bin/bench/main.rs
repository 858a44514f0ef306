//! `make bench`: measures the built binary against the bare program in the same run.
//!
//! Figures that users feel, as medians over interleaved rounds, each beside its target. Start it
//! on a quiet machine; a loaded one makes every figure worse, the bare ones too.

#![expect(clippy::print_stdout, reason = "printing figures is what this program is for")]

mod code;
mod hub;
mod measure;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use self::{
    hub::Hub,
    measure::{Samples, row},
};

/// Pause between rounds: costs of cgroup writes hide in tight loops.
const GAP: Duration = Duration::from_millis(60);

const ROUNDS: usize = 30;

const PYTHON: &str = "print(1)";

fn main() -> Result<()> {
    let binary = std::env::args_os().nth(1).context("name the runbook binary")?;
    let binary = PathBuf::from(binary);
    ensure!(binary.is_file(), "{} is not there; run `make build`", binary.display());
    let only_code = std::env::args().any(|it| it == "--code");
    println!("{:<58} {:>9} {:>9} {:>8}  target", "", "bare", "runbook", "ratio");
    if only_code {
        return code(&Hub::start(&binary)?);
    }
    one_shot(&binary)?;
    start(&binary)?;
    let hub = Hub::start(&binary)?;
    idle(&hub)?;
    first_page(&hub)?;
    click(&hub)?;
    flood(&hub)?;
    code(&hub)
}

/// One-off code. The crowd comes for a minute, or for so many seconds as the last argument says.
fn code(hub: &Hub) -> Result<()> {
    code::hello(hub)?;
    code::compiled(hub)?;
    code::throughput(hub)?;
    let seconds = std::env::args().next_back().and_then(|it| it.parse().ok()).unwrap_or(60);
    code::crowd(hub, Duration::from_secs(seconds))
}

/// Whole processes: `runbook exec` beside the interpreter itself.
fn one_shot(binary: &Path) -> Result<()> {
    for (language, program, code) in
        [("bash", vec!["bash", "-c"], "echo 1"), ("python", vec!["python3", "-c"], PYTHON)]
    {
        let (mut bare, mut ours) = (Samples::default(), Samples::default());
        for _ in 0..ROUNDS {
            bare.add(time(command(program[0]).args(&program[1..]).arg(code), "")?);
            ours.add(time(command(binary).args(["exec", language]), code)?);
            std::thread::sleep(GAP);
        }
        let over = ours.median() - bare.median();
        row(
            &format!("`runbook exec {language}`, process start to exit"),
            Some(&bare),
            &ours,
            &format!("+{over:.1} ms, at most +40"),
        );
    }
    Ok(())
}

/// From the start of the process to the first answer.
fn start(binary: &Path) -> Result<()> {
    let mut ready = Samples::default();
    for _ in 0..10 {
        ready.add(Hub::start(binary)?.ready_after);
    }
    row("hub: process start to first answer, new database", None, &ready, "at most 150 ms");
    Ok(())
}

fn idle(hub: &Hub) -> Result<()> {
    println!(
        "{:<58} {:>9} {:>9.1} {:>8}  at most 40 MiB",
        "hub: resident memory, idle [MiB]",
        "",
        mib(hub.resident()?),
        ""
    );
    Ok(())
}

fn first_page(hub: &Hub) -> Result<()> {
    let bytes = hub.first_page_bytes()?;
    println!(
        "{:<58} {:>9} {:>9.1} {:>8}  at most 300 kB",
        "web UI: first page, compressed [kB]",
        "",
        bytes as f64 / 1000.0,
        ""
    );
    Ok(())
}

/// From the request to run a block to the first byte that it prints, in a live session.
fn click(hub: &Hub) -> Result<()> {
    let content = "```runnable python\nprint(1)\n```\n\n```runnable bash\necho 1\n```\n";
    let session = hub.connect(content)?;
    let directory = tempfile::tempdir()?;
    for (index, runtime, program, code) in
        [(0, "python", ["python3", "-u"], PYTHON), (1, "bash", ["bash", "--"], "echo 1")]
    {
        let source = directory.path().join(runtime);
        fs::write(&source, code)?;
        let (mut bare, mut ours) = (Samples::default(), Samples::default());
        for _ in 0..ROUNDS {
            bare.add(first_byte(command(program[0]).arg(program[1]).arg(&source))?);
            ours.add(session.first_byte(hub, index)?);
            std::thread::sleep(GAP);
        }
        let over = ours.median() - bare.median();
        row(
            &format!("click to first output byte in a live session, {runtime}"),
            Some(&bare),
            &ours,
            &format!("+{over:.1} ms, at most +10"),
        );
    }
    Ok(())
}

/// A block that prints 100 MB, while another session is used.
fn flood(hub: &Hub) -> Result<()> {
    let content = "```runnable bash\nyes 0123456789 | head -c 100000000\n```\n";
    let flooding = hub.connect(content)?;
    let other = hub.connect("```runnable bash\necho 1\n```\n")?;
    let (mut alone, mut beside) = (Samples::default(), Samples::default());
    for _ in 0..10 {
        alone.add(other.first_byte(hub, 0)?);
    }
    let (peak, rounds) = std::thread::scope(|scope| -> Result<_> {
        let flood = scope.spawn(|| flooding.run_to_end(hub, 0));
        let mut peak = 0;
        let mut rounds = 0;
        while !flood.is_finished() {
            beside.add(other.first_byte(hub, 0)?);
            peak = peak.max(hub.resident()?);
            rounds += 1;
        }
        flood.join().expect("the flood does not panic")?;
        Ok((peak.max(hub.resident()?), rounds))
    })?;
    println!(
        "{:<58} {:>9} {:>9.1} {:>8}  at most 150 MiB",
        "hub: resident memory while a block prints 100 MB [MiB]",
        "",
        mib(peak),
        ""
    );
    row(
        &format!("another session meanwhile ({rounds} rounds): first byte, bash"),
        Some(&alone),
        &beside,
        "(bare: before the flood)",
    );
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark starts what it measures, from PATH")]
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    // Certificates named in the environment make node read them at every start, and a version
    // manager's wrapper in PATH is not the interpreter that sandboxes run.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env_clear().env("PATH", format!("/usr/local/bin:/usr/bin:/bin:{path}"));
    command
}

/// How long a process takes from start to exit; it must succeed and print `1`.
fn time(command: &mut Command, input: &str) -> Result<Duration> {
    let begun = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    child.stdin.take().context("stdin is piped")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    let took = begun.elapsed();
    ensure!(output.status.success() && output.stdout == b"1\n", "{command:?}: {output:?}");
    Ok(took)
}

fn first_byte(command: &mut Command) -> Result<Duration> {
    use std::io::Read;
    let begun = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut byte = [0];
    let mut stdout = child.stdout.take().context("stdout is piped")?;
    stdout.read_exact(&mut byte)?;
    let took = begun.elapsed();
    stdout.read_to_end(&mut Vec::new())?;
    child.wait()?;
    Ok(took)
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
