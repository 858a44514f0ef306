//! What became of a test, for whoever shows it.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

/// What became of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestReport {
    pub verdict: TestVerdict,
    /// In the order in which they ran.
    pub steps: Vec<StepReport>,
    /// Values that were left to chance, by `inputs-id.variable`.
    pub drawn: BTreeMap<String, Value>,
    /// What else somebody may want to know.
    pub remarks: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestVerdict {
    Passed,
    Failed {
        how: String,
    },
    /// This machine lacks something, or somebody stopped it.
    Skipped {
        why: String,
    },
}

/// What became of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepReport {
    /// The id of the block.
    pub block: String,
    pub ended: Ended,
    /// Why, in words; empty if there is nothing to say.
    pub message: String,
    /// What its script printed, or what its template became.
    pub output: String,
}

/// How a block ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Success,
    /// A script ended with 2.
    Warn,
    Fail,
    /// Something that it needs is missing.
    Blocked,
    /// It is written wrongly.
    ConfigError,
    Skipped,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Success => "success",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Blocked => "blocked",
            Self::ConfigError => "config_error",
            Self::Skipped => "skipped",
        })
    }
}
