//! How long a program takes bare, in our sandboxes and in those of others, in one run.
//!
//! `cargo run --release -p sandbox --example bench [--rounds N] [--seconds N] [--only NAME,…]
//! [--write DIR]`
//!
//! Contenders take turns, so that whatever else the machine does falls on all of them: back to
//! back, with the gaps of sparse traffic (in which the kernel's grace periods show), and eight at
//! once. `--only` leaves out whatever it does not name: contenders and languages, the bare program
//! excepted. `--write` keeps the table and the chart for the documentation.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

mod chart;
mod contender;
mod figures;
mod ours;
mod peers;
mod program;
mod report;

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::task::JoinSet;

use crate::{
    contender::{Contender, Field},
    figures::Samples,
    program::Program,
    report::{Report, Row, Throughput},
};

/// The gap of sparse traffic.
const GAP: Duration = Duration::from_millis(50);

/// Runs at once when throughput is measured.
const AT_ONCE: usize = 8;

/// Rounds that are not counted: caches fill and pools learn what is wanted.
const WARM_UP: usize = 3;

struct Options {
    rounds: usize,
    /// For each contender's throughput.
    slice: Duration,
    only: Vec<String>,
    write: Option<PathBuf>,
}

impl Options {
    /// Whether one of these names takes part; without any of them asked for, all do.
    fn wants(&self, name: &str, all: &[&str]) -> bool {
        let asks = |name: &str| self.only.iter().any(|it| name.ends_with(it));
        asks(name) || !all.iter().any(|it| asks(it))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = options()?;
    let field = Field::gather().await?;
    let mut report = Report::new(&field.absent);
    let names: Vec<_> = field.present.iter().map(Contender::name).collect();
    let chosen = |it: &&Contender| it.is_bare() || options.wants(it.name(), &names);
    let field: Vec<_> = field.present.iter().filter(chosen).cloned().collect();
    let languages = program::ALL.map(|it| it.language);
    for program in program::ALL.into_iter().filter(|it| options.wants(it.language, &languages)) {
        report.rows.extend(measure(&field, program, &options).await);
    }
    let table = report.table();
    println!("{table}");
    if let Some(directory) = &options.write {
        fs::write(directory.join("benchmarks.md"), table)?;
        fs::write(directory.join("benchmarks.svg"), chart::draw(&report))?;
    }
    Ok(())
}

fn options() -> Result<Options> {
    let mut options =
        Options { rounds: 50, slice: Duration::from_secs(4), only: Vec::new(), write: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--rounds" => options.rounds = value.parse()?,
            "--seconds" => options.slice = Duration::from_secs(value.parse()?),
            "--only" => options.only = value.split(',').map(str::to_owned).collect(),
            "--write" => options.write = Some(value.into()),
            _ => bail!("{name} is not an option; use --rounds, --seconds, --only or --write"),
        }
    }
    Ok(options)
}

/// One row for each contender that can run the program.
async fn measure(field: &[Contender], program: Program, options: &Options) -> Vec<Row> {
    let mut rows = Vec::new();
    for contender in field {
        match warm_up(contender, program).await {
            Ok(()) => rows.push(Row::new(contender, program)),
            Err(error) => println!("{} without {}: {error:#}", contender.name(), program.language),
        }
    }
    for gap in [Duration::ZERO, GAP] {
        for round in 0..options.rounds {
            for index in 0..rows.len() {
                // Nobody always comes after the same neighbour.
                let row = (index + round) % rows.len();
                let row = &mut rows[row];
                tokio::time::sleep(gap).await;
                let samples = if gap.is_zero() { &mut row.dense } else { &mut row.sparse };
                match row.contender.run(program).await {
                    Ok(took) => samples.add(took),
                    Err(_) => row.failures += 1,
                }
            }
        }
    }
    for row in &mut rows {
        row.throughput = throughput(&row.contender, program, options.slice).await;
    }
    rows
}

async fn warm_up(contender: &Contender, program: Program) -> Result<()> {
    for _ in 0..WARM_UP {
        contender.run(program).await?;
    }
    Ok(())
}

/// Runs some at once.
async fn throughput(contender: &Contender, program: Program, slice: Duration) -> Throughput {
    let (begun, busy) = (Instant::now(), busy_ticks());
    let mut running = JoinSet::new();
    for _ in 0..AT_ONCE {
        let contender = contender.clone();
        running.spawn(async move {
            let mut done = 0_u32;
            while begun.elapsed() < slice {
                done += u32::from(contender.run(program).await.is_ok());
            }
            done
        });
    }
    let done: u32 = running.join_all().await.into_iter().sum();
    let busy_millis = busy_ticks().saturating_sub(busy) * MILLIS_PER_TICK;
    Throughput {
        per_second: f64::from(done) / begun.elapsed().as_secs_f64(),
        cpu_millis: busy_millis as f64 / f64::from(done.max(1)),
    }
}

/// `USER_HZ` is 100 on every architecture we are built for.
const MILLIS_PER_TICK: u64 = 10;

/// What all processors of the machine have worked so far, for us and for the kernel's own threads; where
/// others work too, what is counted in the file (a `cpuacct.usage`) that `RUNBOOK_BENCH_CPU` names.
fn busy_ticks() -> u64 {
    // `cpu user nice system idle iowait irq softirq …`
    if let Some(path) = std::env::var_os("RUNBOOK_BENCH_CPU") {
        let nanos = fs::read_to_string(path).unwrap_or_default();
        return nanos.trim().parse::<u64>().unwrap_or(0) / 1_000_000 / MILLIS_PER_TICK;
    }
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let fields = fields.map(|it| it.parse::<u64>().unwrap_or(0));
    let idle = [3, 4];
    fields.take(7).enumerate().filter(|it| !idle.contains(&it.0)).map(|it| it.1).sum()
}

impl Row {
    fn new(contender: &Contender, program: Program) -> Self {
        Self {
            contender: contender.clone(),
            program,
            dense: Samples::default(),
            sparse: Samples::default(),
            throughput: Throughput::default(),
            failures: 0,
        }
    }
}
