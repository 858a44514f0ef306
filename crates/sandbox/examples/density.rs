//! Whether many idle sandboxes fit on one machine: what the first and the last of them take to create,
//! to keep and to remove.
//!
//! `cargo run --release -p sandbox --example density [sandboxes [idle|booted|cloned]]`
//!
//! With a booted python in each, or a clone of one, it tells the memory that they take and no more.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::{
    error::Error,
    fs,
    time::{Duration, Instant},
};

use sandbox::{Namespaces, Program, Readiness, Sandbox, Spec, Standby, runtime::discover};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Sandboxes whose times are averaged.
const WINDOW: usize = 50;
const ACTIONS: usize = 200;
const IDLE: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> Result<()> {
    let count: usize = std::env::args().nth(1).map_or(Ok(1000), |it| it.parse())?;
    match std::env::args().nth(2).as_deref() {
        None | Some("idle") => idle(count).await,
        Some("booted") => warm(count, Origin::Booted).await,
        Some("cloned") => warm(count, Origin::Cloned).await,
        Some(other) => Err(format!("{other} is neither idle nor booted nor cloned").into()),
    }
}

async fn idle(count: usize) -> Result<()> {
    let backend = Namespaces::new(Readiness::OnDemand)?;
    // The launcher and the first pages of everything are no sandbox's cost.
    Sandbox::start(&backend, Spec::default()).await?.destroy().await;
    let launcher = backend.launcher_pid().await.ok_or("no launcher")?;
    tell_control(&backend, "alone").await?;
    let before = Machine::now(launcher)?;
    let (mut sandboxes, mut times) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let start = Instant::now();
        sandboxes.push(Sandbox::start(&backend, Spec::default()).await?);
        times.push(start.elapsed());
    }
    tell("created", &times);
    let after = Machine::now(launcher)?;
    let each = |before: u64, after: u64| after.saturating_sub(before) as f64 / count as f64;
    println!(
        "each: {:.0} KiB of the machine, {:.2} descriptors here, {:.2} in the launcher",
        each(after.available_kib, before.available_kib),
        each(before.descriptors, after.descriptors),
        each(before.launcher_descriptors, after.launcher_descriptors),
    );
    println!(
        "resident: this process {} + {:.1} KiB each, launcher {} + {:.1} KiB each",
        before.resident_kib,
        each(before.resident_kib, after.resident_kib),
        before.launcher_resident_kib,
        each(before.launcher_resident_kib, after.launcher_resident_kib),
    );
    tell_guests(launcher)?;
    tell_idle_time(launcher).await?;
    tell_control(&backend, "among the others").await?;
    times.clear();
    let start = Instant::now();
    for sandbox in sandboxes.drain(..) {
        let start = Instant::now();
        sandbox.destroy().await;
        times.push(start.elapsed());
    }
    tell("removed one by one", &times);
    println!("all gone after {:.2} s", start.elapsed().as_secs_f64());
    remove_at_once(&backend, count).await
}

/// Where a python that waits comes from.
#[derive(Clone, Copy, Debug)]
enum Origin {
    Booted,
    Cloned,
}

/// How many sandboxes with a python that waits for its program fit into a GiB.
async fn warm(count: usize, origin: Origin) -> Result<()> {
    let backend = Namespaces::new(Readiness::OnDemand)?;
    // The launcher, the zygote and the first pages of everything are no sandbox's cost.
    let _first = warm_one(&backend, origin).await?;
    let launcher = backend.launcher_pid().await.ok_or("no launcher")?;
    let before = Machine::now(launcher)?;
    let mut warm = Vec::new();
    for _ in 0..count {
        warm.push(warm_one(&backend, origin).await?);
    }
    // What ended at the start of each is freed a little later.
    tokio::time::sleep(IDLE).await;
    let after = Machine::now(launcher)?;
    let taken = before.available_kib.saturating_sub(after.available_kib) as f64 / count as f64;
    println!(
        "{origin:?}: {taken:.0} KiB of the machine each, {:.0} in a GiB",
        f64::from(1 << 20) / taken
    );
    println!("by their pages alone: {:.0} KiB each", proportional(launcher)? as f64 / count as f64);
    // From the launcher to the youngest child, and on to its own.
    let mut process = launcher;
    while let Some(&child) = children(process)?.last() {
        let name = fs::read_to_string(format!("/proc/{child}/comm"))?;
        tell_memory(name.trim(), child);
        process = child;
    }
    Ok(())
}

/// The proportional memory of all descendants of a process, in KiB.
fn proportional(process: u32) -> Result<u64> {
    let mut sum = 0;
    for child in children(process)? {
        let rollup = fs::read_to_string(format!("/proc/{child}/smaps_rollup")).unwrap_or_default();
        sum += kib(&rollup, "Pss:").unwrap_or(0) + proportional(child)?;
    }
    Ok(sum)
}

async fn warm_one(backend: &Namespaces, origin: Origin) -> Result<(Sandbox, Standby)> {
    let runtimes = discover("/usr/local/bin:/usr/bin:/bin");
    let python = runtimes.get("python").ok_or("no python")?;
    let python = python.as_ref().map_err(ToString::to_string)?;
    let spec = Spec { toolchains: python.toolchains.clone(), ..Spec::default() };
    let plan = python.standby("/tmp", &"main.py".parse()?).ok_or("no plan")?.into();
    match origin {
        Origin::Cloned => Ok(Sandbox::start_with_standby(backend, spec, plan).await?),
        Origin::Booted => {
            let sandbox = Sandbox::start(backend, spec).await?;
            let standby = sandbox.prepare(plan).await?;
            Ok((sandbox, standby))
        }
    }
}

/// What it takes to act on one busy sandbox.
async fn tell_control(backend: &Namespaces, where_: &str) -> Result<()> {
    let sandbox = Sandbox::start(backend, Spec::default()).await?;
    let busy = Program::new(["/bin/bash", "-c", "(while :; do :; done) & while :; do :; done"]);
    let _busy = sandbox.run(busy).await?;
    let (mut pauses, mut resumes, mut measures) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ACTIONS {
        let start = Instant::now();
        sandbox.pause().await?;
        pauses.push(start.elapsed());
        let start = Instant::now();
        sandbox.resume().await?;
        resumes.push(start.elapsed());
        let start = Instant::now();
        sandbox.usage().await?;
        measures.push(start.elapsed());
    }
    for (what, mut times) in [("pause", pauses), ("resume", resumes), ("usage", measures)] {
        times.sort();
        println!(
            "{what:6} {where_}: fastest {:.2} ms, median {:.2} ms, 99 % {:.2} ms",
            milliseconds(times[0]),
            milliseconds(times[times.len() / 2]),
            milliseconds(times[times.len() * 99 / 100]),
        );
    }
    sandbox.destroy().await;
    Ok(())
}

async fn remove_at_once(backend: &Namespaces, count: usize) -> Result<()> {
    let mut sandboxes = Vec::new();
    for _ in 0..count {
        sandboxes.push(Sandbox::start(backend, Spec::default()).await?);
    }
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for sandbox in sandboxes {
        tasks.spawn(sandbox.destroy());
    }
    tasks.join_all().await;
    println!("removed all at once in {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// The first, some in between and the last.
fn tell(what: &str, times: &[Duration]) {
    let last = times.len().saturating_sub(WINDOW);
    for start in [0, times.len() / 10, times.len() / 2, last] {
        let window = &times[start..(start + WINDOW).min(times.len())];
        let mut sorted = window.to_vec();
        sorted.sort();
        println!(
            "{what} {:5}..{:5}: median {:6.2} ms, fastest {:6.2} ms",
            start + 1,
            start + window.len(),
            milliseconds(sorted[sorted.len() / 2]),
            milliseconds(sorted[0]),
        );
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// What an idle guest keeps for itself.
fn tell_guests(launcher: u32) -> Result<()> {
    let guests = children(launcher)?;
    let Some(guest) = guests.last() else { return Ok(()) };
    tell_memory(&format!("one of {} guests", guests.len()), *guest);
    Ok(())
}

fn tell_memory(who: &str, pid: u32) {
    let Ok(rollup) = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")) else {
        println!("{who}: memory is shown to root only");
        return;
    };
    let field = |name| kib(&rollup, name).unwrap_or(0);
    println!(
        "{who}: {} KiB resident, {} proportional, {} private",
        field("Rss:"),
        field("Pss:"),
        field("Private_Dirty:") + field("Private_Clean:")
    );
}

/// What everything together computes while nobody asks for anything.
async fn tell_idle_time(launcher: u32) -> Result<()> {
    let everybody = || -> Result<u64> {
        let guests = children(launcher)?;
        Ok(guests.into_iter().chain([launcher, std::process::id()]).map(cpu_ticks).sum())
    };
    let before = everybody()?;
    tokio::time::sleep(IDLE).await;
    println!("idle for {IDLE:?}: {} ticks of 10 ms used", everybody()? - before);
    Ok(())
}

struct Machine {
    available_kib: u64,
    descriptors: u64,
    launcher_descriptors: u64,
    resident_kib: u64,
    launcher_resident_kib: u64,
}

impl Machine {
    fn now(launcher: u32) -> Result<Self> {
        let descriptors =
            |pid: u32| Ok::<_, std::io::Error>(fs::read_dir(format!("/proc/{pid}/fd"))?.count());
        let resident = |pid: u32| -> Result<u64> {
            let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
            Ok(kib(&status, "VmRSS:").ok_or("no VmRSS")?)
        };
        let memory = fs::read_to_string("/proc/meminfo")?;
        let own = std::process::id();
        Ok(Self {
            available_kib: kib(&memory, "MemAvailable:").ok_or("no MemAvailable")?,
            descriptors: descriptors(own)? as u64,
            launcher_descriptors: descriptors(launcher)? as u64,
            resident_kib: resident(own)?,
            launcher_resident_kib: resident(launcher)?,
        })
    }
}

fn kib(text: &str, field: &str) -> Option<u64> {
    let value = text.lines().find_map(|it| it.strip_prefix(field))?;
    value.trim().trim_end_matches(" kB").parse().ok()
}

fn children(pid: u32) -> Result<Vec<u32>> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    Ok(text.split_ascii_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?)
}

fn cpu_ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |it| it.1).split_ascii_whitespace();
    fields.skip(11).take(2).filter_map(|it| it.parse::<u64>().ok()).sum()
}
