//! One-off code over HTTP beside the bare interpreter: how long a request takes, how many fit into a
//! second, and what becomes of a crowd.

use std::{
    io::Read,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use ureq::Agent;

use crate::{
    GAP, command,
    hub::Hub,
    measure::{Samples, row, tail},
    mib, time,
};

const ROUNDS: usize = 60;
const CLIENTS: usize = 8;
const RUNS_OF_A_CLIENT: usize = 25;
const CROWD: usize = 200;

/// Interpreter, its option for code, the code, and the largest ratio of medians that is asked for.
const LANGUAGES: [(&str, &str, &str, &str, f64); 3] = [
    ("python", "python3", "-c", "print(1)", 0.15),
    ("javascript", "node", "-e", "console.log(1)", 0.12),
    ("bash", "bash", "-c", "echo 1", 1.2),
];

/// A caller with a connection of its own, which is kept.
struct Caller<'a> {
    hub: &'a Hub,
    agent: Agent,
}

/// What became of a request.
#[derive(PartialEq, Eq)]
enum Fate {
    /// It ran, after so long in the queue.
    Done { queued: Duration },
    /// The hub was full and said so.
    Refused,
}

/// Compiler and its arguments, the language, and a program.
const COMPILED: [(&[&str], &str, &str, &str); 2] = [
    (&["rustc", "--edition=2021", "-Cstrip=debuginfo", "-o"], "rust", "rs", RUST),
    (&["go", "build", "-ldflags=-s -w", "-o"], "go", "go", GO),
];

const RUST: &str = "fn main() { println!(\"1\"); }";
const GO: &str = "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(1) }\n";

impl<'a> Caller<'a> {
    fn new(hub: &'a Hub) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).build();
        Self { hub, agent: config.into() }
    }

    fn run(&self, language: &str, code: &str) -> Result<Fate> {
        let request = self.agent.post(format!("{}/api/code/run", self.hub.url));
        let request = request.header("authorization", format!("Bearer {}", self.hub.token));
        let mut response = request.send_json(json!({ "lang": language, "code": code }))?;
        let mut text = String::new();
        // Read to its end, or the connection could not be used again.
        response.body_mut().as_reader().read_to_string(&mut text)?;
        if response.status() == 429 {
            return Ok(Fate::Refused);
        }
        ensure!(response.status() == 200, "{}: {text}", response.status());
        let last = text.lines().next_back().unwrap_or_default();
        ensure!(last.contains(r#""stdout":"1\n""#) && last.contains(r#""exit_code":0"#), "{text}");
        let result: Value = serde_json::from_str(last)?;
        let queued = result["data"]["queue_ms"].as_u64().context("no queue_ms in the result")?;
        Ok(Fate::Done { queued: Duration::from_millis(queued) })
    }
}

/// One caller, one request after another.
pub(crate) fn hello(hub: &Hub) -> Result<()> {
    let caller = Caller::new(hub);
    for (language, program, option, code, most) in LANGUAGES {
        for _ in 0..10 {
            caller.run(language, code)?;
            thread::sleep(GAP);
        }
        let (mut bare, mut ours) = (Samples::default(), Samples::default());
        for _ in 0..ROUNDS {
            bare.add(time(command(program).args([option, code]), "")?);
            thread::sleep(GAP);
            let begun = Instant::now();
            let fate = caller.run(language, code)?;
            ensure!(fate != Fate::Refused, "an idle hub refused");
            ours.add(begun.elapsed());
            thread::sleep(GAP);
        }
        let what = format!("code over HTTP, warm, {language}: request to end of the answer");
        row(&what, Some(&bare), &ours, &format!("at most {most}x"));
        tail("    95th percentile of both", &bare, &ours, 0.95, "at most 0.5x for python");
    }
    Ok(())
}

/// Compiled programs that the hub has seen before, beside what the compiler makes of them.
pub(crate) fn compiled(hub: &Hub) -> Result<()> {
    let caller = Caller::new(hub);
    let directory = tempfile::tempdir()?;
    for (compiler, language, extension, code) in COMPILED {
        let source = directory.path().join(format!("main.{extension}"));
        let program = directory.path().join(language);
        std::fs::write(&source, code)?;
        let mut build = command(compiler[0]);
        // Where its cache is, and its toolchain.
        build.envs(std::env::vars_os().filter(|(name, _)| name == "HOME"));
        let built = build.args(&compiler[1..]).args([&program, &source]).output();
        if !built.is_ok_and(|it| it.status.success()) {
            println!("not measured: {} builds nothing here", compiler[0]);
            continue;
        }
        // Compiled by the first; pooled sandboxes of its kind come after some more.
        for _ in 0..10 {
            caller.run(language, code)?;
            thread::sleep(GAP);
        }
        let (mut bare, mut ours) = (Samples::default(), Samples::default());
        for _ in 0..ROUNDS {
            bare.add(time(&mut command(&program), "")?);
            thread::sleep(GAP);
            let begun = Instant::now();
            let fate = caller.run(language, code)?;
            ensure!(fate != Fate::Refused, "an idle hub refused");
            ours.add(begun.elapsed());
            thread::sleep(GAP);
        }
        let what = format!("code over HTTP, seen before, {language}: request to end of the answer");
        let most = bare.median() * 1.3 + 3.0;
        row(&what, Some(&bare), &ours, &format!("at most 1.3x + 3 ms = {most:.1}"));
        tail("    95th percentile of both", &bare, &ours, 0.95, "");
    }
    Ok(())
}

/// Several callers at once, beside as many processes at once.
pub(crate) fn throughput(hub: &Hub) -> Result<()> {
    for (language, program, option, code, _) in LANGUAGES {
        throughput_of(hub, language, (program, option, code))?;
    }
    Ok(())
}

fn throughput_of(
    hub: &Hub,
    language: &str,
    (program, option, code): (&str, &str, &str),
) -> Result<()> {
    let bare = per_second(|| {
        for _ in 0..RUNS_OF_A_CLIENT {
            time(command(program).args([option, code]), "")?;
        }
        Ok(())
    })?;
    let callers = || {
        let caller = Caller::new(hub);
        for _ in 0..RUNS_OF_A_CLIENT {
            while caller.run(language, code)? == Fate::Refused {}
        }
        Ok(())
    };
    per_second(callers)?;
    let ours = per_second(callers)?;
    println!(
        "{:<58} {bare:>9.0} {ours:>9.0} {:>7.2}x  {}",
        format!("code over HTTP, {language}, {CLIENTS} callers [runs a second]"),
        ours / bare,
        if language == "python" { "at least 2x" } else { "" }
    );
    Ok(())
}

fn per_second(work: impl Fn() -> Result<()> + Sync) -> Result<f64> {
    let begun = Instant::now();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(&work)).collect();
        workers.into_iter().try_for_each(|it| it.join().expect("no caller panics"))
    })?;
    Ok((CLIENTS * RUNS_OF_A_CLIENT) as f64 / begun.elapsed().as_secs_f64())
}

/// A crowd that asks again and again. Nothing that was accepted may fail.
pub(crate) fn crowd(hub: &Hub, lasting: Duration) -> Result<()> {
    let until = Instant::now() + lasting;
    let before = hub.resident()?;
    let (mut all, mut waits) = (Samples::default(), Samples::default());
    let (mut refused, mut peak) = (0_usize, before);
    thread::scope(|scope| -> Result<()> {
        let ask = || -> Result<(Vec<(Duration, Duration)>, usize)> {
            let caller = Caller::new(hub);
            let (mut took, mut refused) = (Vec::new(), 0);
            while Instant::now() < until {
                let begun = Instant::now();
                match caller.run("bash", "echo 1")? {
                    Fate::Done { queued } => took.push((begun.elapsed(), queued)),
                    Fate::Refused => {
                        refused += 1;
                        thread::sleep(GAP);
                    }
                }
            }
            Ok((took, refused))
        };
        let callers: Vec<_> = (0..CROWD).map(|_| scope.spawn(ask)).collect();
        while Instant::now() < until {
            peak = peak.max(hub.resident()?);
            thread::sleep(GAP);
        }
        for caller in callers {
            let (took, full) =
                caller.join().expect("no caller panics").context("a caller failed")?;
            for (whole, queued) in took {
                all.add(whole);
                waits.add(queued);
            }
            refused += full;
        }
        Ok(())
    })?;
    let seconds = lasting.as_secs();
    let what = format!("{CROWD} callers for {seconds} s, bash: request to end of the answer");
    row(&what, None, &all, "no failure");
    println!(
        "    {} runs, {refused} refused, 0 failed, 99th percentile {:.0} ms; hub {:.0} MiB, {:.0} before",
        all.count(),
        all.percentile(0.99),
        mib(peak),
        mib(before)
    );
    row("    of this in the queue for a sandbox", None, &waits, "told as `queue_ms`");
    println!("    99th percentile of the wait {:.0} ms", waits.percentile(0.99));
    Ok(())
}
