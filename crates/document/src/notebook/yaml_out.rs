//! JSON values as block YAML, for front matter that people read.

use std::fmt::Write as _;

use serde_json::Value;

/// Writes `key: value` and what is below it, so many spaces in.
pub(super) fn pair(out: &mut String, key: &str, value: &Value, indent: usize) {
    let key = if is_plain(key) { key.to_owned() } else { Value::from(key).to_string() };
    let below = value.as_object().filter(|it| !it.is_empty());
    let ok = "a string takes any text";
    match below {
        Some(map) => {
            writeln!(out, "{:indent$}{key}:", "").expect(ok);
            map.iter().for_each(|(key, value)| pair(out, key, value, indent + 2));
        }
        None => writeln!(out, "{:indent$}{key}: {}", "", scalar(value)).expect(ok),
    }
}

/// What needs no quotes stands without; all else is JSON, which YAML understands.
fn scalar(value: &Value) -> String {
    let plain = value.as_str().filter(|it| is_plain(it));
    plain.map_or_else(|| value.to_string(), str::to_owned)
}

/// Words that YAML reads as themselves: no number, no truth, nothing with a meaning in it.
fn is_plain(text: &str) -> bool {
    let word = |it: char| it.is_ascii_alphanumeric() || "_-. ()".contains(it);
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.chars().all(word)
        && !text.ends_with(' ')
        && !reserved.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_the_same_values() {
        let value = serde_json::json!({
            "name": "Python 3 (ipykernel)", "no": "no", "version": "3.10", "count": 3,
            "odd: key": { "a": [1, "x: y", null], "empty": {} }, "text": "a\nb # c", "t": true,
        });
        let mut out = String::new();
        pair(&mut out, "top", &value, 0);
        let read = crate::yaml::mapping(&out).unwrap();
        assert_eq!(read["top"], value, "{out}");
    }
}
