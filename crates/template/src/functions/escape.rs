//! Text made safe for another language: HTML, JavaScript, queries of URLs, and the shell.

use std::fmt::Write as _;

use super::{ANY, Args, Entry};
use crate::{
    engine::printed,
    print,
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("html", 1, ANY, |r, a| escaped(r, a, html)),
    Entry("js", 1, ANY, |r, a| escaped(r, a, js)),
    Entry("urlquery", 1, ANY, |r, a| escaped(r, a, query)),
    Entry("shellQuote", 1, 1, |r, a| escaped(r, a, shell)),
];

/// Longest escape of one byte: `\u003C`.
const GROWTH: usize = 6;

fn escaped(
    runtime: &mut Runtime<'_>,
    a: Args<'_>,
    escape: fn(&str) -> String,
) -> Result<Value, CallError> {
    let text = printed(runtime, a.all())?;
    runtime.room(text.len() * GROWTH)?;
    Ok(Value::text(escape(&text)))
}

fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\0' => out.push('\u{fffd}'),
            it => out.push(it),
        }
    }
    out
}

fn js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '\'' | '"' => {
                out.push('\\');
                out.push(letter);
            }
            '<' | '>' | '&' | '=' | '\0'..' ' => {
                write!(out, "\\u{:04X}", u32::from(letter)).expect("a String takes everything");
            }
            it if !it.is_ascii() && !print::is_printable(it) => {
                write!(out, "\\u{:04X}", u32::from(it)).expect("a String takes everything");
            }
            it => out.push(it),
        }
    }
    out
}

pub(super) fn query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            it if it.is_ascii_alphanumeric() => out.push(char::from(it)),
            it => write!(out, "%{it:02X}").expect("a String takes everything"),
        }
    }
    out
}

/// One word of a POSIX shell, whatever the text is. Ours: neither Go nor sprig have it.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
