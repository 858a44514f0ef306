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
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// Prints one figure beside the bare one, if there is one.
pub(crate) fn row(what: &str, bare: Option<&Samples>, ours: &Samples, target: &str) {
    let bare_text = bare.map_or_else(String::new, |it| format!("{:.1}", it.median()));
    let ratio = bare.map_or_else(String::new, |it| format!("{:.2}x", ours.median() / it.median()));
    println!("{what:<58} {bare_text:>9} {:>9.1} {ratio:>8}  {target}", ours.median());
}
