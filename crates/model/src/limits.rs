//! What one execution may use.

use std::time::Duration;

/// Limits of one execution. The sandbox around it has its own; the smaller of the two holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Wall-clock time from the program's start; `None` leaves it to the session.
    pub timeout: Option<Duration>,
    /// Bytes of stdout and stderr together that are kept.
    pub output_bytes: u64,
    pub on_excess: OnExcess,
}

/// What becomes of a program that wrote more than is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExcess {
    /// It goes on, and what it writes is dropped.
    Drop,
    Kill,
}

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: None, output_bytes: 8 << 20, on_excess: OnExcess::Drop }
    }
}
