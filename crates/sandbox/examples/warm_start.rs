//! How much booting ahead saves: the same program bare and in the place of a standby, in a sandbox of
//! its own each time, back to back, with the gaps of sparse traffic, and eight at once.
//!
//! `cargo run --release -p sandbox --example warm_start [rounds]`

#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::disallowed_methods, reason = "the bare program has to be started too")]

use std::{
    error::Error,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use sandbox::{
    ExitStatus, Namespaces, ProcessEvent, Program, Readiness, Sandbox, SandboxPath, Spec, Standby,
    runtime::discover,
};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const PROGRAMS: [(&str, &str); 3] =
    [("python", "print(1)\n"), ("node", "console.log(1)\n"), ("bash", "echo 1\n")];
const GAPS: [(&str, Duration); 2] =
    [("back to back", Duration::ZERO), ("50 ms gaps", Duration::from_millis(50))];
/// Sandboxes that are ready before a measurement; so many follow each other without a pause.
const BATCH: usize = 10;

#[tokio::main]
async fn main() -> Result<()> {
    let rounds = std::env::args().nth(1).map_or(Ok(50), |it| it.parse())?;
    let runtimes = discover("");
    let backend = Arc::new(Namespaces::new(Readiness::Spares(4))?);
    for (name, source) in PROGRAMS {
        let Some(Ok(installed)) = runtimes.get(name) else {
            println!("{name} is missing");
            continue;
        };
        let file = tempfile::Builder::new()
            .suffix(&format!(".{}", installed.runtime.extension))
            .tempfile()?;
        std::fs::write(file.path(), source)?;
        let path: SandboxPath = "main".parse()?;
        let plain = installed.program("/tmp", &path);
        let plan = installed.standby("/tmp", &path).ok_or("nothing can be prepared")?;
        let spec = Spec { toolchains: installed.toolchains.clone(), ..Spec::default() };
        let case = Case { source, path, plain, plan: Arc::new(plan), spec };
        for (traffic, gap) in GAPS {
            let (mut bare, mut warm, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
            while warm.len() < rounds {
                for _ in 0..BATCH {
                    tokio::time::sleep(gap).await;
                    bare.push(case.run_bare(file.path())?);
                }
                let mut ready = Vec::new();
                for _ in 0..BATCH {
                    ready.push(case.prepare(&backend).await?);
                }
                for (sandbox, standby) in ready {
                    tokio::time::sleep(gap).await;
                    let (time, used) = case.run_warm(&sandbox, standby).await?;
                    warm.push(time);
                    cpu.push(used);
                    sandbox.destroy().await;
                }
            }
            cpu.sort();
            let cpu = cpu[cpu.len() / 2].as_secs_f64() * 1000.0;
            println!(
                "{name:7} {traffic:13} {} | its processor time {cpu:.2} ms",
                compare(bare, warm)
            );
        }
        println!("{name:7} 8 at once     {}", case.at_once(&backend, rounds).await?);
    }
    Ok(())
}

struct Case {
    source: &'static str,
    path: SandboxPath,
    plain: Program,
    plan: Arc<sandbox::StandbyPlan>,
    spec: Spec,
}

impl Case {
    fn run_bare(&self, file: &std::path::Path) -> Result<Duration> {
        let start = Instant::now();
        let (program, rest) = self.plain.argv.split_first().ok_or("no command")?;
        let output = Command::new(program)
            .args(&rest[..rest.len() - 1])
            .arg(file)
            .env_clear()
            .envs(self.plain.env.iter().cloned())
            .stdin(Stdio::null())
            .output()?;
        let elapsed = start.elapsed();
        check(&output.stdout, output.status.success())?;
        Ok(elapsed)
    }

    async fn prepare(&self, backend: &Namespaces) -> Result<(Sandbox, Standby)> {
        let sandbox = Sandbox::start(backend, self.spec.clone()).await?;
        let standby = sandbox.prepare(Arc::clone(&self.plan)).await?;
        Ok((sandbox, standby))
    }

    /// From the source to the exit: the program is not known before.
    async fn run_warm(&self, sandbox: &Sandbox, standby: Standby) -> Result<(Duration, Duration)> {
        let start = Instant::now();
        sandbox.write_file(&self.path, self.source.as_bytes(), 0o644).await?;
        let mut process = sandbox.run_prepared(standby, self.plain.clone()).await?;
        let mut stdout = Vec::new();
        let exit = loop {
            match process.next().await {
                Some(ProcessEvent::Stdout(bytes)) => stdout.extend_from_slice(&bytes),
                Some(ProcessEvent::Exit(exit)) => break exit,
                Some(ProcessEvent::Lost) | None => return Err("the sandbox is lost".into()),
                Some(ProcessEvent::Stderr(_) | ProcessEvent::Truncated) => {}
            }
        };
        let elapsed = start.elapsed();
        check(&stdout, exit.status == ExitStatus::Code(0))?;
        Ok((elapsed, exit.cpu))
    }

    /// Eight take turns on sandboxes that are ready: what is measured is the run, not the refill.
    async fn at_once(self, backend: &Namespaces, rounds: usize) -> Result<String> {
        let mut ready = Vec::new();
        for _ in 0..rounds.min(100) {
            ready.push(self.prepare(backend).await?);
        }
        let count = ready.len();
        let case = Arc::new(self);
        let ready = Arc::new(std::sync::Mutex::new(ready));
        let start = Instant::now();
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (case, ready) = (Arc::clone(&case), Arc::clone(&ready));
            workers.spawn(async move {
                loop {
                    let next = ready.lock().expect("nobody panics with it").pop();
                    let Some((sandbox, standby)) = next else {
                        return Ok::<_, Box<dyn Error + Send + Sync>>(());
                    };
                    case.run_warm(&sandbox, standby).await?;
                }
            });
        }
        while let Some(result) = workers.join_next().await {
            result??;
        }
        let seconds = start.elapsed().as_secs_f64();
        Ok(format!(
            "{:.0} programs a second while the supply of {count} lasts",
            count as f64 / seconds
        ))
    }
}

fn check(stdout: &[u8], success: bool) -> Result<()> {
    if success && stdout == b"1\n" {
        return Ok(());
    }
    Err(format!("wrong answer {:?}", stdout.escape_ascii().to_string()).into())
}

fn compare(mut bare: Vec<Duration>, mut warm: Vec<Duration>) -> String {
    bare.sort();
    warm.sort();
    let at = |all: &[Duration], percent: usize| {
        all[(all.len() * percent / 100).min(all.len() - 1)].as_secs_f64() * 1000.0
    };
    let describe = |all: &[Duration]| {
        format!("median {:6.2} p99 {:6.2} min {:6.2} ms", at(all, 50), at(all, 99), at(all, 0))
    };
    let ratio = |percent| at(&warm, percent) / at(&bare, percent);
    let (bare_words, warm_words) = (describe(&bare), describe(&warm));
    format!("bare {bare_words} | standby {warm_words} | {:.3}x, p99 {:.3}x", ratio(50), ratio(99))
}
