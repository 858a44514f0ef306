//! `runbook_test.yml`: the tests that an author keeps beside a local runbook. What they say, not how they run.
//!
//! ```text
//! version: 1
//! settings: {timeout, use_temp_working_dir, …}
//! tests:
//!   - name, env, inputs: {"inputs-id.variable": value or {fuzz: …}}
//!     steps: [{block, expect, …}]          left out: each block, in the order of the document
//!     assertions: [{type: file_exists, path}, …]
//!     cleanup: [{command} or {path}]
//! ```
//!
//! Keys that nobody knows are refused, since a misspelled assertion would hold.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;
use serde_saphyr::Spanned;

use crate::{options::duration, yaml};

mod fuzz;

pub use fuzz::Fuzz;

/// What is wrong with a suite, at a line and column counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SuiteError {
    pub message: String,
    pub line: usize,
    pub column: usize,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// 1, so far.
    #[serde(deserialize_with = "first_version")]
    pub version: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub settings: Settings,
    #[serde(default, deserialize_with = "or_default")]
    pub tests: Vec<Test>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Each test runs in a fresh directory.
    pub use_temp_working_dir: bool,
    /// Otherwise it runs here, relative to the document.
    pub working_dir: Option<String>,
    /// Where generated files go, relative to the working directory.
    pub output_path: String,
    /// Of one test.
    #[serde(deserialize_with = "time")]
    pub timeout: Duration,
    /// Whether the tests of this document may run beside those of others.
    pub parallelizable: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            use_temp_working_dir: true,
            working_dir: None,
            output_path: "generated".to_owned(),
            timeout: Duration::from_secs(300),
            parallelizable: true,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    pub name: Placed,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub env: BTreeMap<String, String>,
    /// Values of variables.
    #[serde(default, deserialize_with = "or_default")]
    pub inputs: BTreeMap<VariableName, Given>,
    /// Those to run, and how each is to end. Empty: every block, and each is to succeed.
    #[serde(default, deserialize_with = "or_default")]
    pub steps: Vec<Step>,
    #[serde(default, deserialize_with = "or_default")]
    pub assertions: Vec<Assertion>,
    /// Runs at the end, however that is.
    #[serde(default, deserialize_with = "or_default")]
    pub cleanup: Vec<Cleanup>,
}

/// A text, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub text: String,
    /// Counted from 1.
    pub line: usize,
}

impl<'de> Deserialize<'de> for Placed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value: text, referenced, .. } = Spanned::deserialize(deserializer)?;
        let line = usize::try_from(referenced.line()).unwrap_or(1).max(1);
        Ok(Self { text, line })
    }
}

/// A variable of a form, written `inputs-id.variable`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VariableName {
    pub inputs: String,
    pub variable: String,
}

impl<'de> Deserialize<'de> for VariableName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts =
            text.split_once('.').filter(|(inputs, it)| !inputs.is_empty() && !it.is_empty());
        let (inputs, variable) = parts.ok_or_else(|| {
            D::Error::custom(format!("`{text}` names no variable; write `inputs-id.variable`"))
        })?;
        Ok(Self { inputs: inputs.to_owned(), variable: variable.to_owned() })
    }
}

/// What a variable gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    Literal(Value),
    /// Another one each time.
    Fuzzed(Box<Fuzz>),
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match value.as_object().and_then(|it| it.get("fuzz")) {
            Some(fuzz) => Box::deserialize(fuzz).map(Self::Fuzzed).map_err(D::Error::custom),
            None => Ok(Self::Literal(value)),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The id of a block.
    pub block: String,
    #[serde(default)]
    pub expect: Expect,
    /// Stands before the names of variables where a block that signs in looks for credentials.
    #[serde(default)]
    pub env_prefix: Option<String>,
    /// Outputs that it must leave, with their values.
    #[serde(default, deserialize_with = "or_default")]
    pub outputs: BTreeMap<String, String>,
    /// Outputs whose lack must keep it from running, written `block.output`.
    #[serde(default, deserialize_with = "or_default")]
    pub missing_outputs: Vec<String>,
    /// Stands in what it says when it fails.
    #[serde(default)]
    pub error_contains: Option<String>,
    /// Checked when it has ended.
    #[serde(default, deserialize_with = "or_default")]
    pub assertions: Vec<Assertion>,
}

/// How a block is to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    #[default]
    Success,
    Warn,
    Fail,
    /// It cannot run, since something that it needs is missing.
    Blocked,
    /// It is not to be run.
    Skip,
    /// It is written wrongly.
    ConfigError,
}

/// Something that must be so.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Assertion {
    FileExists {
        path: String,
    },
    FileNotExists {
        path: String,
    },
    FileContains {
        path: String,
        contains: String,
    },
    FileNotContains {
        path: String,
        contains: String,
    },
    /// A regular expression.
    FileMatches {
        path: String,
        pattern: String,
    },
    FileEquals {
        path: String,
        value: String,
    },
    DirExists {
        path: String,
    },
    DirNotExists {
        path: String,
    },
    OutputEquals {
        block: String,
        output: String,
        value: String,
    },
    OutputMatches {
        block: String,
        output: String,
        pattern: String,
    },
    OutputExists {
        block: String,
        output: String,
    },
    FilesGenerated {
        #[serde(default)]
        block: Option<String>,
        #[serde(default = "one")]
        min_count: usize,
    },
    /// A command that must end with 0.
    Script {
        command: String,
    },
}

const fn one() -> usize {
    1
}

/// What puts things in order again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cleanup {
    Command(String),
    /// A script, relative to the document.
    Path(String),
}

impl Suite {
    /// Reads a suite.
    ///
    /// # Errors
    ///
    /// When it is not one; the first mistake, with its place.
    pub fn parse(text: &str) -> Result<Self, SuiteError> {
        let suite: Self = yaml::read(text).map_err(|it| SuiteError {
            message: it.message,
            line: it.line,
            column: it.column,
        })?;
        for (at, Test { name, .. }) in suite.tests.iter().enumerate() {
            if suite.tests[..at].iter().any(|it| it.name.text == name.text) {
                let message =
                    format!("two tests are named `{}`; give each its own name", name.text);
                return Err(SuiteError { message, line: name.line, column: 1 });
            }
        }
        Ok(suite)
    }
}

fn first_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match u64::deserialize(deserializer)? {
        1 => Ok(1),
        other => Err(D::Error::custom(format!("version {other} is not known; write `version: 1`"))),
    }
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let unread = || D::Error::custom(format!("`{text}` is no time; write it like `90s` or `5m`"));
    duration(&text).ok_or_else(unread)
}

/// A key without a value is one that was left out.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests;
