//! Samples of one thing, and what they say.

use std::time::Duration;

/// Times in milliseconds, in the order of measuring.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<f64>);

/// A median with the range in which the true one lies with 95 % confidence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Median {
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Samples {
    pub(crate) fn add(&mut self, duration: Duration) {
        self.0.push(duration.as_secs_f64() * 1000.0);
    }

    /// By order statistics: of n samples, those n/2 ± 0.98 √n enclose the median 19 times of 20.
    pub(crate) fn median(&self) -> Median {
        let count = self.0.len() as f64;
        let reach = 0.98 * count.sqrt() / count;
        Median {
            value: self.quantile(0.5),
            low: self.quantile((0.5 - reach).max(0.0)),
            high: self.quantile((0.5 + reach).min(1.0)),
        }
    }

    /// Not a number without samples.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between zero and the number of samples"
        )]
        let index = (part * last as f64).round() as usize;
        sorted.get(index).copied().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_within_its_range() {
        let mut samples = Samples::default();
        (1..=101).for_each(|it| samples.add(Duration::from_millis(it)));
        let Median { value, low, high } = samples.median();
        assert_eq!((value, samples.quantile(0.99)), (51.0, 100.0));
        assert!(low < value && value < high && low > 35.0 && high < 67.0, "{low} {high}");
    }
}
