//! Rules that a value must keep, and what a person reads when it does not.

use regex::{Regex, RegexBuilder};
use serde_json::Value as Json;

/// One rule with the author's own words for it, if there are any.
#[derive(Clone, Debug)]
pub struct Validation {
    pub rule: Rule,
    pub message: Option<String>,
}

impl PartialEq for Validation {
    fn eq(&self, other: &Self) -> bool {
        self.message == other.message && self.rule.written() == other.rule.written()
    }
}

#[derive(Clone, Debug)]
pub enum Rule {
    Required,
    Email,
    Url,
    Alpha,
    Digit,
    Alphanumeric,
    /// Two capital letters, as ISO 3166-1 has them for countries.
    CountryCode2,
    Semver,
    /// Least and most characters.
    Length(usize, usize),
    Regex(Regex),
}

/// A rule's pattern may take this much when compiled.
const MAX_PATTERN_BYTES: usize = 1 << 20;

impl Rule {
    /// Reads `required`, `length(3, 20)`, `length-3-20`, `regex("^a")`. The error says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, inside) = match text.split_once('(') {
            Some((name, rest)) => {
                let inside =
                    rest.strip_suffix(')').ok_or_else(|| format!("`{text}` has no `)`"))?;
                (name.trim(), inside.trim())
            }
            None if text.starts_with("length-") => ("length", &text["length-".len()..]),
            None => (text, ""),
        };
        Ok(match name.to_ascii_lowercase().as_str() {
            "required" => Self::Required,
            "email" => Self::Email,
            "url" => Self::Url,
            "alpha" => Self::Alpha,
            "digit" => Self::Digit,
            "alphanumeric" => Self::Alphanumeric,
            "countrycode2" => Self::CountryCode2,
            "semver" => Self::Semver,
            "length" => Self::length_of(text, inside)?,
            "regex" => {
                let quote = ['"', '\'', '`'].into_iter().find(|it| inside.starts_with(*it));
                let bare = match quote {
                    Some(it) => inside.strip_prefix(it).and_then(|rest| rest.strip_suffix(it)),
                    None => Some(inside),
                };
                Self::regex(bare.ok_or_else(|| format!("the quotes of `{text}` do not fit"))?)?
            }
            other => return Err(format!("there is no validation `{other}`")),
        })
    }

    fn length_of(text: &str, inside: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` needs two numbers, as in `length(3, 20)`");
        let (least, most) = inside.split_once([',', '-']).ok_or_else(wrong)?;
        let number = |it: &str| it.trim().parse().map_err(|_| wrong());
        Self::length(number(least)?, number(most)?)
    }

    pub(super) fn length(least: usize, most: usize) -> Result<Self, String> {
        if least > most {
            return Err(format!("a length from {least} to {most} is none"));
        }
        Ok(Self::Length(least, most))
    }

    pub(super) fn regex(pattern: &str) -> Result<Self, String> {
        let made = RegexBuilder::new(pattern).size_limit(MAX_PATTERN_BYTES).nest_limit(100).build();
        made.map(Self::Regex).map_err(|_| format!("`{pattern}` is no pattern"))
    }

    /// The rule as a form shows it.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Self::Required => "required".to_owned(),
            Self::Email => "email".to_owned(),
            Self::Url => "url".to_owned(),
            Self::Alpha => "alpha".to_owned(),
            Self::Digit => "digit".to_owned(),
            Self::Alphanumeric => "alphanumeric".to_owned(),
            Self::CountryCode2 => "countrycode2".to_owned(),
            Self::Semver => "semver".to_owned(),
            Self::Length(least, most) => format!("length({least}, {most})"),
            Self::Regex(pattern) => format!("regex({:?})", pattern.as_str()),
        }
    }

    /// What is wrong with a value, after its name: "must be …". Only `required` minds an empty one.
    pub(super) fn broken(&self, value: &Json) -> Option<String> {
        let is_empty = match value {
            Json::Null => true,
            Json::String(it) => it.is_empty(),
            Json::Array(it) => it.is_empty(),
            Json::Object(it) => it.is_empty(),
            Json::Bool(_) | Json::Number(_) => false,
        };
        if is_empty {
            return matches!(self, Self::Required).then(|| "must be filled in".to_owned());
        }
        let texts: Vec<String> = match value {
            Json::Array(items) => items.iter().map(shown).collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
                vec![shown(value)]
            }
        };
        if texts.iter().all(|it| self.allows(it)) {
            return None;
        }
        Some(match self {
            Self::Required => "must be filled in".to_owned(),
            Self::Email => "must be an email address, such as ada@example.com".to_owned(),
            Self::Url => "must be a URL, such as https://example.com".to_owned(),
            Self::Alpha => "must have letters only".to_owned(),
            Self::Digit => "must have digits only".to_owned(),
            Self::Alphanumeric => "must have letters and digits only".to_owned(),
            Self::CountryCode2 => "must be a country's code of two letters, such as DE".to_owned(),
            Self::Semver => "must be a version, such as 1.2.3".to_owned(),
            Self::Length(least, most) => format!("must have {least} to {most} characters"),
            Self::Regex(pattern) => format!("must match `{}`", pattern.as_str()),
        })
    }

    fn allows(&self, text: &str) -> bool {
        let all = |belongs: fn(char) -> bool| text.chars().all(belongs);
        match self {
            Self::Required => true,
            Self::Email => is_email(text),
            Self::Url => is_url(text),
            Self::Alpha => all(|it| it.is_ascii_alphabetic()),
            Self::Digit => all(|it| it.is_ascii_digit()),
            Self::Alphanumeric => all(|it| it.is_ascii_alphanumeric()),
            Self::CountryCode2 => text.len() == 2 && all(|it| it.is_ascii_uppercase()),
            Self::Semver => semver::Version::parse(text.strip_prefix('v').unwrap_or(text)).is_ok(),
            Self::Length(least, most) => (*least..=*most).contains(&text.chars().count()),
            Self::Regex(pattern) => pattern.is_match(text),
        }
    }
}

fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One `@` between a name and a host with a dot, without blanks. Only the mail server knows more.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let plain = |it: char| !it.is_whitespace() && !it.is_control() && it != '@';
    let host_is_fine = host.contains('.') && host.split('.').all(|it| !it.is_empty());
    !name.is_empty() && name.chars().all(plain) && host_is_fine && host.chars().all(plain)
}

fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let scheme_is_fine = scheme.starts_with(|it: char| it.is_ascii_alphabetic())
        && scheme.chars().all(|it| it.is_ascii_alphanumeric() || "+-.".contains(it));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    scheme_is_fine && !host.is_empty() && !text.contains(char::is_whitespace)
}
