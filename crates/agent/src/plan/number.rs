//! Numbers of steps: `1`, `1.1`, `1.2`, `2`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Deeper plans would need headings of more than six levels.
pub const MAX_DEPTH: usize = 6;

/// More than anybody reviews. Larger numbers in headings are years and versions.
pub const MAX_STEPS: usize = 1000;

/// Where a step stands in its plan. Ordered as the plan is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StepNumber(Vec<u16>);

/// The text is not the number of a step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not the number of a step; write numbers from 1 to {MAX_STEPS} with dots between, as 2 or 2.1, \
     {MAX_DEPTH} at most"
)]
pub struct InvalidNumber {
    text: String,
}

impl StepNumber {
    #[must_use]
    pub fn first() -> Self {
        Self(vec![1])
    }

    /// How many numbers it is made of.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// `2` of `2.1.3`: what a pull request of its own is made for.
    #[must_use]
    pub fn top(&self) -> Self {
        Self(self.0[..1].to_vec())
    }

    /// The numbers of the steps that it is part of, the outermost first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + '_ {
        (1..self.0.len()).map(|it| Self(self.0[..it].to_vec()))
    }

    /// Whether it is part of another step.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.len() > other.0.len() && self.0.starts_with(&other.0)
    }

    /// The number of this depth that may follow `previous`; a shallower one where that cannot go so deep.
    #[must_use]
    pub fn following(previous: Option<&Self>, depth: usize) -> Self {
        let Some(previous) = previous else { return Self::first() };
        let mut parts = previous.0.clone();
        if depth > parts.len() {
            parts.push(1);
        } else {
            parts.truncate(depth.max(1));
            if let Some(last) = parts.last_mut() {
                *last = last.saturating_add(1);
            }
        }
        Self(parts)
    }

    /// The number one lower, in the place where `deleted` ends; itself where that is not of its kind.
    pub(super) fn moved_up(&self, deleted: &Self) -> Self {
        let last = deleted.0.len() - 1;
        let mut parts = self.0.clone();
        if parts.len() > last && parts[..last] == deleted.0[..last] && parts[last] > deleted.0[last]
        {
            parts[last] -= 1;
        }
        Self(parts)
    }
}

impl fmt::Display for StepNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.iter().enumerate() {
            write!(f, "{}{part}", if at == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

impl FromStr for StepNumber {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        let part = |it: &str| {
            let is_plain = it.bytes().all(|it| it.is_ascii_digit()) && !it.starts_with('0');
            let number = it.parse::<u16>().ok().filter(|_| is_plain)?;
            (usize::from(number) <= MAX_STEPS).then_some(number)
        };
        let parts: Option<Vec<u16>> = text.split('.').map(part).collect();
        parts
            .filter(|it| it.len() <= MAX_DEPTH)
            .map(Self)
            .ok_or_else(|| InvalidNumber { text: text.chars().take(40).collect() })
    }
}

impl Serialize for StepNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StepNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> StepNumber {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_reads_back_as_written() {
        for text in ["1", "1.1", "12.3.4", "1.1.1.1.1.1", "1000"] {
            assert_eq!(number(text).to_string(), text);
        }
        for text in ["", "0", "1.0", "01", "1.", ".1", "1..2", "-1", "1.1.1.1.1.1.1", "1001", "a"] {
            assert!(text.parse::<StepNumber>().is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_ordered_as_a_plan_is() {
        let mut numbers = ["10", "2", "1.10", "1.2", "1"].map(number);
        numbers.sort();
        assert_eq!(numbers.map(|it| it.to_string()), ["1", "1.2", "1.10", "2", "10"]);
    }

    #[test]
    fn what_may_follow_depends_on_the_depth() {
        for (previous, depth, expected) in [
            ("1", 1, "2"),
            ("1", 2, "1.1"),
            ("1", 3, "1.1"),
            ("1.2", 1, "2"),
            ("1.2", 2, "1.3"),
            ("1.2", 3, "1.2.1"),
        ] {
            let next = StepNumber::following(Some(&number(previous)), depth);
            assert_eq!(next.to_string(), expected, "{previous} {depth}");
        }
        assert_eq!(StepNumber::following(None, 2), StepNumber::first());
    }

    #[test]
    fn what_follows_a_deleted_step_moves_up() {
        for (text, deleted, expected) in [
            ("3", "2", "2"),
            ("3.4", "2", "2.4"),
            ("1.4", "2", "1.4"),
            ("1.3", "1.2", "1.2"),
            ("2.3", "1.2", "2.3"),
            ("1", "1.2", "1"),
        ] {
            assert_eq!(number(text).moved_up(&number(deleted)).to_string(), expected, "{text}");
        }
    }
}
