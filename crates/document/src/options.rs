//! What attributes mean for running a block, whichever dialect they come from.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

/// What a block asks for. Limits are not checked here: the engine cuts a timeout to its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockOptions {
    pub timeout: Option<Duration>,
    /// Names of blocks that must have run before.
    pub needs: Vec<String>,
    pub tags: Vec<String>,
    pub expect: Expectation,
    pub hide: Hide,
    /// Runs by itself, but not when everything is run: `run=manual`, Runme's `excludeFromRunAll`.
    pub exclude_from_run_all: bool,
    /// Goes on while the blocks after it run, until it ends, is stopped, or its session ends.
    pub background: bool,
    /// Secrets of its reader that only this block finds in its environment.
    pub secrets: Vec<String>,
    /// `None` where the front matter decides.
    pub kernel: Option<Kernel>,
}

/// What a block finds of those before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kernel {
    /// The variables of earlier blocks in its language.
    #[default]
    Keep,
    /// Files only: it runs in a process of its own.
    Fresh,
    /// The variables of earlier blocks that name the same kernel.
    Named(String),
    /// The variables of earlier blocks in an installed Jupyter kernel, by its name there.
    Jupyter(String),
}

impl Kernel {
    /// `keep`, `fresh`, the name of a kernel, or `jupyter:` and the name of an installed one. Names are of
    /// letters, digits, `-` and `_`, those of Jupyter also of `.`.
    pub(crate) fn read(written: &str) -> Option<Self> {
        let is_letter = |it: char| it.is_ascii_alphanumeric() || "-_".contains(it);
        let is_name = |it: &str| (1..=50).contains(&it.len()) && it.chars().all(is_letter);
        match written {
            "keep" => Some(Self::Keep),
            "fresh" => Some(Self::Fresh),
            name if is_name(name) => Some(Self::Named(name.to_owned())),
            other => other.strip_prefix("jupyter:").and_then(Self::jupyter),
        }
    }

    /// An installed kernel by its name.
    pub(crate) fn jupyter(name: &str) -> Option<Self> {
        let is_letter = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        let is_name = (1..=50).contains(&name.len()) && name.chars().all(is_letter);
        is_name.then(|| Self::Jupyter(name.to_owned()))
    }
}

/// How a run must end for the document to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Expectation {
    #[default]
    Success,
    /// `should_panic`, `compile_fail`, `expect=failure`
    Failure,
    /// Quarto's `error: true` and Jupyter's `raises-exception`: going on either way.
    Any,
}

/// What a reader does not see at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hide {
    #[default]
    Nothing,
    Code,
    Output,
    Both,
}

type Attributes = BTreeMap<String, String>;

/// The options and what could not be read: the attribute's key and a message.
pub(crate) fn read(attributes: &Attributes) -> (BlockOptions, Vec<(&'static str, String)>) {
    let mut problems = Vec::new();
    let tags = ["tag", "tags", "category"].iter().flat_map(|key| list(attributes.get(*key)));
    let tags: Vec<_> = tags.collect();
    let timeout = attributes.get("timeout").and_then(|written| {
        let timeout = duration(written);
        if timeout.is_none() {
            let message = format!(
                "the timeout `{written}` is not a duration; write it like `30s`, `500ms` or `2m`"
            );
            problems.push(("timeout", message));
        }
        timeout
    });
    let expect = expectation(attributes, &tags).unwrap_or_else(|written| {
        let message = format!("cannot expect `{written}`; use `success`, `failure` or `any`");
        problems.push(("expect", message));
        Expectation::Success
    });
    let kernel = attributes.get("kernel").and_then(|written| {
        let kernel = Kernel::read(written);
        if kernel.is_none() {
            problems.push(("kernel", no_kernel(written)));
        }
        kernel
    });
    let options = BlockOptions {
        timeout,
        needs: list(attributes.get("needs")),
        expect,
        hide: hide(attributes, &tags),
        exclude_from_run_all: is(attributes, "excludeFromRunAll", "true")
            || is(attributes, "run", "manual"),
        background: is(attributes, "background", "true"),
        secrets: list(attributes.get("secrets")),
        tags,
        kernel,
    };
    (options, problems)
}

pub(crate) fn no_kernel(written: &str) -> String {
    format!(
        "the kernel `{written}` is none; use `keep`, `fresh`, a name of letters and digits, or `jupyter:NAME`"
    )
}

/// Whether the author forbids running the block, by whatever dialect.
pub(crate) fn never_runs(attributes: &Attributes, classes: &[String], tags: &[String]) -> bool {
    let never = |key: &str| {
        key == "ignore"
            || key.starts_with("ignore-")
            || key == "no_run"
            || key == "no-run"
            || key == "noplayground"
            || key == "noplaypen"
            || key == "disabled"
    };
    attributes.iter().any(|(key, value)| never(key) && !denied(value))
        || attributes.get("eval").is_some_and(|value| denied(value))
        || classes.iter().any(|it| it == "ignore" || it == "noeval" || it == "no-run")
        || tags.iter().any(|it| it == "skip-execution")
}

fn denied(value: &str) -> bool {
    ["false", "f", "no"].iter().any(|it| value.eq_ignore_ascii_case(it))
}

fn expectation(attributes: &Attributes, tags: &[String]) -> Result<Expectation, String> {
    match attributes.get("expect").map(String::as_str) {
        Some("success") => return Ok(Expectation::Success),
        Some("failure") => return Ok(Expectation::Failure),
        Some("any") => return Ok(Expectation::Any),
        Some(other) => return Err(other.to_owned()),
        None => {}
    }
    let fails = attributes.contains_key("should_panic") || attributes.contains_key("compile_fail");
    let may_fail =
        is(attributes, "error", "true") || tags.iter().any(|it| it == "raises-exception");
    Ok(if fails {
        Expectation::Failure
    } else if may_fail {
        Expectation::Any
    } else {
        Expectation::Success
    })
}

fn hide(attributes: &Attributes, tags: &[String]) -> Hide {
    let tagged = |names: &[&str]| tags.iter().any(|tag| names.contains(&tag.as_str()));
    let gone = attributes.get("include").is_some_and(|it| denied(it));
    let both = gone || tagged(&["hide-cell", "remove-cell"]);
    let code = attributes.get("echo").is_some_and(|it| denied(it))
        || is(attributes, "hide_code", "true")
        || tagged(&["hide-input", "remove-input"]);
    let output = attributes.get("output").is_some_and(|it| denied(it))
        || is(attributes, "hide_output", "true")
        || tagged(&["hide-output", "remove-output"]);
    match (code || both, output || both) {
        (true, true) => Hide::Both,
        (true, false) => Hide::Code,
        (false, true) => Hide::Output,
        (false, false) => Hide::Nothing,
    }
}

fn is(attributes: &Attributes, key: &str, value: &str) -> bool {
    attributes.get(key).is_some_and(|it| it.eq_ignore_ascii_case(value))
}

/// `a,b`, `a b` or `["a", "b"]`.
fn list(written: Option<&String>) -> Vec<String> {
    let items = written.map(String::as_str).unwrap_or_default();
    items
        .trim_matches(['[', ']'])
        .split([',', ' '])
        .map(|it| it.trim_matches(['"', '\'']).to_owned())
        .filter(|it| !it.is_empty())
        .collect()
}

/// `90`, `90s`, `1.5s`, `500ms`, `2m`, `1h`; more than zero and at most a year.
pub(crate) fn duration(written: &str) -> Option<Duration> {
    const YEAR_SECONDS: f64 = 366.0 * 24.0 * 3600.0;
    let digits =
        written.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(written.len());
    let (number, unit) = written.split_at(digits);
    let factor = match unit {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let seconds = number.parse::<f64>().ok()? * factor;
    let duration = Duration::try_from_secs_f64(seconds).ok()?;
    (!duration.is_zero() && seconds <= YEAR_SECONDS).then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_number_and_a_known_unit() {
        for (written, milliseconds) in [
            ("30s", 30_000),
            ("500ms", 500),
            ("2m", 120_000),
            ("1h", 3_600_000),
            ("1.5s", 1500),
            ("7", 7000),
        ] {
            assert_eq!(duration(written), Some(Duration::from_millis(milliseconds)), "{written}");
        }
        for written in ["", "s", "0s", "-1s", "30x", "1e9", "99999999999h", "1..2s", "NaN", "inf"] {
            assert_eq!(duration(written), None, "{written}");
        }
    }

    #[test]
    fn lists_are_read_in_every_notation() {
        for written in ["a,b", "a b", "[\"a\", \"b\"]", "[a, b]", ",a,,b,"] {
            assert_eq!(list(Some(&written.to_owned())), ["a", "b"], "{written}");
        }
        assert!(list(None).is_empty());
    }
}
