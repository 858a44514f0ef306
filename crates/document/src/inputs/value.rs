//! Whether a value will do for an input, and the variable that it becomes.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::{Input, InputKind, InputProblem, MAX_INPUT_BYTES};

/// Most bytes that a compiled pattern takes; one that a person wrote takes a few thousand.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// A pattern that must match all of a value.
pub(super) fn pattern(written: &str) -> Result<Regex, String> {
    let whole = format!("^(?:{written})$");
    let built = RegexBuilder::new(&whole).size_limit(MAX_PATTERN_BYTES).build();
    built.map_err(|it| it.to_string().lines().last().unwrap_or_default().to_owned())
}

/// The text of a JSON value; `None` for one that is no text, number or truth value.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

impl Input {
    /// The variable that a value becomes, or that none becomes.
    ///
    /// # Errors
    ///
    /// When it is needed and missing, or will not do.
    pub fn variable(&self, value: Option<&Value>) -> Result<String, InputProblem> {
        let problem = |message: String| InputProblem::new(&self.name, message);
        let given = value.map(text);
        let Some(given) = given.unwrap_or_else(|| Some(String::new())) else {
            return Err(problem(
                "the value is neither text nor a number, nor true or false".to_owned(),
            ));
        };
        let text = if given.is_empty() { self.default.clone() } else { given };
        if text.is_empty() {
            return match self.required {
                true => Err(problem("a value is needed".to_owned())),
                // A box that is not ticked says no.
                false if self.kind == InputKind::Boolean => Ok("false".to_owned()),
                false => Ok(text),
            };
        }
        self.check(&text).map_err(problem)?;
        Ok(text)
    }

    /// Says what is wrong with a value that is there.
    pub(super) fn check(&self, text: &str) -> Result<(), String> {
        if text.len() > MAX_INPUT_BYTES {
            return Err(format!("the value is longer than {} KiB", MAX_INPUT_BYTES >> 10));
        }
        if text.contains('\0') {
            return Err("the value holds a NUL character, which no variable can hold".to_owned());
        }
        match self.kind {
            InputKind::Text if text.contains('\n') => Err("the value must be one line".to_owned()),
            InputKind::Text | InputKind::Multiline | InputKind::Secret => Ok(()),
            InputKind::Number => self.check_number(text),
            InputKind::Boolean => match text {
                "true" | "false" => Ok(()),
                other => Err(format!("{other:?} is neither true nor false")),
            },
            InputKind::Select if self.options.iter().any(|it| it == text) => Ok(()),
            InputKind::Select => Err(format!("{text:?} is none of {}", self.options.join(", "))),
            InputKind::Date if is_date(text) => Ok(()),
            InputKind::Date => Err(format!("{text:?} is not a date; write it like 2026-11-21")),
        }?;
        let pattern = self.pattern.as_deref().and_then(|it| pattern(it).ok());
        match (pattern, &self.pattern) {
            (Some(found), Some(written)) if !found.is_match(text) => {
                Err(format!("the value does not match {written}"))
            }
            _ => Ok(()),
        }
    }

    fn check_number(&self, text: &str) -> Result<(), String> {
        let number: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
        if !number.is_finite() {
            return Err(format!("{text:?} is not a number"));
        }
        match (self.min, self.max) {
            (Some(min), _) if number < min => Err(format!("the number must be at least {min}")),
            (_, Some(max)) if number > max => Err(format!("the number must be at most {max}")),
            _ => Ok(()),
        }
    }
}

/// A day of the calendar, written as in ISO 8601.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |it: &str, digits: usize| {
        let plain = it.len() == digits && it.bytes().all(|it| it.is_ascii_digit());
        if plain { it.parse::<u32>().ok() } else { None }
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}
