//! How long a job waits before it is tried again.

use std::time::Duration;

/// Longest wait between two attempts.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// The wait before the attempt that follows `failures` failed ones: `base` doubled for each but the
/// first, an hour at most, times a fraction between a half and one. `draw` is any number that the caller
/// drew; it spreads jobs that failed together over time.
#[must_use]
pub fn delay(base: Duration, failures: u32, draw: u32) -> Duration {
    let doubled = base.saturating_mul(1 << failures.saturating_sub(1).min(30));
    let fraction = f64::midpoint(1.0, f64::from(draw) / f64::from(u32::MAX));
    doubled.min(LONGEST).mul_f64(fraction)
}
