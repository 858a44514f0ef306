//! The info string of a fence in every dialect, read once into one shape.
//!
//! ```text
//!   runnable python name=load          seed          python {run name=load}      run mark
//!   file python utils.py               seed          sh {"name":"x"}  sh {name=x} runme
//!   {python}  {{python}}  {r, echo=F}  Quarto        python {.marimo disabled="true"}
//!   {code-cell} ipython3               MyST          rust,ignore,edition2021     mdBook
//!   {.python #id key="v"}              pandoc        python tags=["a"]           Jupytext
//! ```

use std::ops::Range;

mod token;

pub(crate) use token::{Attribute, scalar};
use token::{Tokens, braces};

/// What an author said about a block by the form of its info string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Unmarked,
    Runnable,
    File {
        path: Option<Attribute>,
    },
    Run,
    Quarto,
    CodeCell,
    Marimo,
    /// `{{python}}`: an example of a cell.
    ShowOnly,
    /// A `MyST` directive or anything else in braces that is not code of ours.
    Directive,
}

/// How attributes are written, where that tells the dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    None,
    Words,
    Commas,
    /// `{ name=x }` or JSON after a language.
    Braces,
    /// `{.class #id}`
    Classes,
}

#[derive(Clone, Debug)]
pub(crate) struct Info {
    pub(crate) mark: Mark,
    pub(crate) style: Style,
    pub(crate) language: Option<Attribute>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) classes: Vec<String>,
    /// Braces that begin like JSON and are none.
    pub(crate) malformed: Option<Range<usize>>,
}

/// Engines of Quarto and knitr; anything else in braces is a directive.
const CELL_LANGUAGES: &[&str] = &[
    "python",
    "r",
    "julia",
    "bash",
    "sh",
    "zsh",
    "shell",
    "js",
    "javascript",
    "node",
    "ts",
    "typescript",
    "go",
    "rust",
    "ojs",
    "sql",
    "css",
    "dot",
    "mermaid",
    "stan",
    "rcpp",
    "perl",
    "ruby",
    "sas",
    "stata",
    "fortran",
    "c",
    "cat",
    "asis",
    "embed",
    "pyodide",
    "webr",
];

/// Reads an info string that begins at byte `at` of its text.
pub(crate) fn parse(raw: &str, at: usize) -> Info {
    let mut info = Info {
        mark: Mark::Unmarked,
        style: Style::None,
        language: None,
        attributes: Vec::new(),
        classes: Vec::new(),
        malformed: None,
    };
    if raw.starts_with("{{") {
        let inner = raw.trim_start_matches('{');
        let word = inner.split(['}', ' ', ',', '\t']).next().unwrap_or_default();
        info.mark = Mark::ShowOnly;
        info.language = Some(Attribute::word(word, at + raw.len() - inner.len()));
    } else if raw.starts_with('{') {
        braced(raw, at, &mut info);
    } else {
        worded(raw, at, &mut info);
    }
    info.language = info.language.filter(|it| !it.key.is_empty());
    info
}

fn worded(raw: &str, at: usize, info: &mut Info) {
    let end = raw.find([' ', '\t', '{', ',', '|', ':']).unwrap_or(raw.len());
    let (word, rest) = raw.split_at(end);
    let mut tokens = Tokens::new(rest, at + end);
    match word {
        "runnable" => {
            info.mark = Mark::Runnable;
            info.language = tokens.plain_word();
        }
        "file" => file(&mut tokens, info),
        _ => {
            info.language = Some(Attribute::word(word, at));
            if rest.starts_with(',') {
                info.style = Style::Commas;
                tokens = tokens.split_at_commas();
            } else if rest.starts_with(['|', ':']) {
                tokens.skip_word();
            }
        }
    }
    remaining(tokens, info);
}

/// `file LANGUAGE PATH`, `file PATH` or `file LANGUAGE path=PATH`.
fn file(tokens: &mut Tokens<'_>, info: &mut Info) {
    let first = tokens.plain_word();
    let second = tokens.plain_word();
    let path = match (first, second) {
        (Some(language), Some(path)) => {
            info.language = Some(language);
            Some(path)
        }
        (Some(path), None) if path.key.contains(['.', '/']) => Some(path),
        (language, _) => {
            info.language = language;
            None
        }
    };
    info.mark = Mark::File { path };
}

fn braced(raw: &str, at: usize, info: &mut Info) {
    let (inner, rest) = braces(raw);
    let word_end = inner.find([' ', '\t', ',']).unwrap_or(inner.len());
    let word = &inner[..word_end];
    let lower = word.to_ascii_lowercase();
    let after = Tokens::new(rest, at + raw.len() - rest.len());
    let arguments = Tokens::new(&inner[word_end..], at + 1 + word_end);
    if lower == "code-cell" {
        info.mark = Mark::CodeCell;
        let mut after = after;
        info.language = after.plain_word();
        return remaining(after, info);
    }
    if let Some(language) = lower.strip_suffix(".marimo").filter(|it| !it.starts_with('.')) {
        info.mark = Mark::Marimo;
        info.language = Some(Attribute::word(&word[..language.len()], at + 1));
        return remaining(arguments, info);
    }
    if CELL_LANGUAGES.contains(&lower.as_str()) {
        info.mark = Mark::Quarto;
        info.language = Some(Attribute::word(word, at + 1));
        return remaining(arguments.split_at_commas(), info);
    }
    if word.starts_with(['.', '#', '"']) || word == "run" || word.is_empty() || word.contains('=') {
        remaining(Tokens::new(raw, at), info);
        if info.language.is_none() && !info.classes.is_empty() {
            let language = info.classes.remove(0);
            info.language = Some(Attribute::word(&language, at + 1));
        }
        return;
    }
    info.mark = Mark::Directive;
}

fn remaining(tokens: Tokens<'_>, info: &mut Info) {
    let read = tokens.read();
    if info.style == Style::None {
        info.style = if !read.classes.is_empty() {
            Style::Classes
        } else if read.braced_pairs {
            Style::Braces
        } else if !read.attributes.is_empty() {
            Style::Words
        } else {
            Style::None
        };
    }
    if info.mark == Mark::Unmarked {
        if read.run {
            info.mark = Mark::Run;
        } else if read.classes.iter().any(|it| it == "marimo") || read.marimo {
            info.mark = Mark::Marimo;
        }
    }
    info.attributes.extend(read.attributes);
    info.classes.extend(read.classes.into_iter().filter(|it| it != "marimo"));
    info.malformed = read.malformed;
}

#[cfg(test)]
mod tests;
