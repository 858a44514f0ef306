//! What a block showed, as HTML that the sanitiser still has to pass.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{Shown, ansi, escaped};
use crate::notebook::{Output, Stream, richest};

pub(super) fn shown(shown: &Shown) -> String {
    if shown.outputs.is_empty() && shown.ended.is_none() {
        return String::new();
    }
    let mut out = String::from("<div class=\"output\">");
    for output in &shown.outputs {
        out.push_str(&one(output));
    }
    if let Some(ended) = &shown.ended {
        write!(out, "<p class=\"ended\">{}</p>", escaped(ended)).expect("a string takes any text");
    }
    out.push_str("</div>");
    out
}

fn one(output: &Output) -> String {
    match output {
        Output::Stream { stream: Stream::Stdout, text } => pre("out", text),
        Output::Stream { stream: Stream::Stderr, text } => pre("err", text),
        Output::Error { traceback, name, value } if traceback.is_empty() => {
            pre("err", &format!("{name}: {value}"))
        }
        Output::Error { traceback, .. } => pre("err", &traceback.join("\n")),
        Output::Display { data, .. } => {
            richest(data).map(|(kind, content)| display(kind, content)).unwrap_or_default()
        }
    }
}

fn pre(class: &str, text: &str) -> String {
    format!("<pre class=\"{class}\">{}</pre>", ansi::to_html(text))
}

fn display(media_type: &str, content: &Value) -> String {
    let text = content.as_str().map_or_else(
        || serde_json::to_string_pretty(content).expect("a value is JSON"),
        str::to_owned,
    );
    match media_type {
        "image/svg+xml" => picture(media_type, &STANDARD.encode(text)),
        it if it.starts_with("image/") => picture(it, &text.split_whitespace().collect::<String>()),
        // Closed before what follows, whatever it leaves open.
        "text/html" => super::clean::clean(&format!("<div class=\"html\">{text}</div>")),
        "text/markdown" => {
            let mut html = String::new();
            let options = pulldown_cmark::Options::ENABLE_TABLES;
            let events = pulldown_cmark::Parser::new_ext(&text, options);
            pulldown_cmark::html::push_html(&mut html, events);
            super::clean::clean(&format!("<div class=\"html\">{html}</div>"))
        }
        it if it.ends_with("json") => {
            format!("<details><summary>{}</summary>{}</details>", escaped(it), pre("out", &text))
        }
        _ => pre("out", &text),
    }
}

fn picture(media_type: &str, base64: &str) -> String {
    let alphabet = |it: char| it.is_ascii_alphanumeric() || "+/=".contains(it);
    let known = media_type.chars().all(|it| it.is_ascii_alphanumeric() || "/+.-".contains(it));
    if !known || !base64.chars().all(alphabet) {
        return String::new();
    }
    format!("<img alt=\"output\" src=\"data:{media_type};base64,{base64}\">")
}
