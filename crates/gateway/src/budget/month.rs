//! Calendar months, by which users' budgets are counted.

use std::fmt;

use jiff::{
    SignedDuration, Timestamp,
    civil::Date,
    tz::{Offset, TimeZone},
};

/// One of UTC. The later one is greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(Offset::UTC.to_datetime(at).date().first_of_month())
    }

    /// Its first moment.
    #[must_use]
    pub fn begins(self) -> Timestamp {
        let zoned = self.0.to_zoned(TimeZone::UTC);
        zoned.map_or(Timestamp::MIN, |it| it.timestamp())
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        // No month is longer, and two never pass within so many days.
        let within = SignedDuration::from_hours(24 * 31);
        self.begins().checked_add(within).map_or(self, Self::of)
    }
}

/// Its first day.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Month({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_with_its_first_moment_in_utc_and_ends_before_the_next() {
        for (at, begins, next) in [
            ("2026-11-22T12:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01"),
            ("2026-12-31T23:59:59.999Z", "2026-12-01T00:00:00Z", "2027-01-01"),
            ("2027-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2027-02-01"),
            ("2028-02-29T01:00:00+02:00", "2028-02-01T00:00:00Z", "2028-03-01"),
        ] {
            let month = Month::of(at.parse().unwrap());
            assert_eq!(month.begins().to_string(), begins);
            assert_eq!(month.next().to_string(), next);
            assert!(month < month.next());
        }
    }
}
