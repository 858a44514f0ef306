//! Samples and how they are printed.

use std::time::Duration;

/// Durations of one thing, measured again and again.
#[derive(Debug, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn add(&mut self, duration: Duration) {
        self.0.push(duration.as_secs_f64() * 1000.0);
    }

    /// In milliseconds; not a number without samples.
    pub(crate) fn median(&self) -> f64 {
        self.percentile(0.5)
    }

    /// What so large a part of the samples stays below, in milliseconds.
    pub(crate) fn percentile(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let index = (sorted.len() as f64 * part) as usize;
        sorted.get(index.min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

/// Prints one figure beside the bare one, if there is one.
pub(crate) fn row(what: &str, bare: Option<&Samples>, ours: &Samples, target: &str) {
    let bare_text = bare.map_or_else(String::new, |it| format!("{:.1}", it.median()));
    let ratio = bare.map_or_else(String::new, |it| format!("{:.2}x", ours.median() / it.median()));
    println!("{what:<58} {bare_text:>9} {:>9.1} {ratio:>8}  {target}", ours.median());
}

/// Prints how slow the slowest are.
pub(crate) fn tail(what: &str, bare: &Samples, ours: &Samples, part: f64, target: &str) {
    let (bare, ours) = (bare.percentile(part), ours.percentile(part));
    println!("{what:<58} {bare:>9.1} {ours:>9.1} {:>7.2}x  {target}", ours / bare);
}
