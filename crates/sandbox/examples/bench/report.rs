//! The figures as a table, each beside the bare program's of the same run.

use std::{fmt::Write, fs};

use crate::{
    contender::Contender,
    figures::{Median, Samples},
    program::{self, Program},
};

/// What one contender did with one program.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) contender: Contender,
    pub(crate) program: Program,
    /// Back to back.
    pub(crate) dense: Samples,
    /// With the gaps of sparse traffic.
    pub(crate) sparse: Samples,
    pub(crate) throughput: Throughput,
    pub(crate) failures: usize,
}

/// Many runs at once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Throughput {
    pub(crate) per_second: f64,
    /// What the whole machine worked for one run; it depends less on what else happens than time does.
    pub(crate) cpu_millis: f64,
}

#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) machine: String,
    absent: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

impl Report {
    pub(crate) fn new(absent: &[(&'static str, String)]) -> Self {
        let absent = absent.iter().map(|(name, reason)| format!("{name}: {reason}")).collect();
        Self { machine: machine(), absent, rows: Vec::new() }
    }

    /// The rows of one program; the first is the bare one.
    pub(crate) fn of(&self, program: &Program) -> Vec<&Row> {
        self.rows.iter().filter(|it| it.program.language == program.language).collect()
    }

    pub(crate) fn table(&self) -> String {
        let mut text = format!(
            "# Benchmarks\n\n{}\n\n![Median time of a run by technique](benchmarks.svg)\n",
            self.machine
        );
        text.push_str(
            "\nMilliseconds from the call to the program's end: median [95 % range], then the \
             99th percentile. \"×\" is the ratio to the bare program in the same run.\n",
        );
        for program in program::ALL {
            let rows = self.of(&program);
            let Some(bare) = rows.first() else { continue };
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\n## {}: `{}`\n\n\
                 | | back to back | × | p99 | × | 50 ms gaps | × | p99 | × | runs/s, 8 at once | × | CPU, ms |\n\
                 |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
                program.language, program.code
            );
            for row in &rows {
                text.push_str(&line(row, bare));
            }
        }
        for absent in &self.absent {
            let _ = write!(text, "\nNot measured here: {absent}\n");
        }
        text
    }
}

fn line(row: &Row, bare: &Row) -> String {
    let mut cells = vec![row.contender.name().to_owned()];
    for (samples, bare) in [(&row.dense, &bare.dense), (&row.sparse, &bare.sparse)] {
        let Median { value, low, high } = samples.median();
        cells.push(format!("{value:.2} [{low:.2}, {high:.2}]"));
        cells.push(format!("{:.2}", value / bare.median().value));
        let worst = samples.quantile(0.99);
        cells.push(format!("{worst:.2}"));
        cells.push(format!("{:.2}", worst / bare.quantile(0.99)));
    }
    let Throughput { per_second, cpu_millis } = row.throughput;
    cells.push(format!("{per_second:.0}"));
    cells.push(format!("{:.2}", per_second / bare.throughput.per_second));
    cells.push(format!("{cpu_millis:.1}"));
    let failures =
        if row.failures > 0 { format!(" ({} failed)", row.failures) } else { String::new() };
    format!("| {}{failures} |\n", cells.join(" | "))
}

/// What the figures depend on.
fn machine() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let processors = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let info = read("/proc/cpuinfo");
    let model = info.lines().find_map(|it| it.strip_prefix("model name")).unwrap_or(": unknown");
    let version = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    format!(
        "{processors} processors ({}), kernel {}, load {} at the start",
        model.trim_start_matches([' ', '\t', ':']),
        version.trim(),
        load.split(' ').next().unwrap_or("unknown")
    )
}
