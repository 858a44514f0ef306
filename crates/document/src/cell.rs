//! Options that a cell carries inside its body: Quarto's `#|` comments and `MyST`'s header.

use crate::{
    info::{Mark, scalar},
    yaml,
};

/// Longer option blocks are data, not options.
const MAX_BYTES: usize = 64 * 1024;

#[derive(Debug, Default)]
pub(crate) struct Cell {
    pub(crate) attributes: Vec<(String, String)>,
    /// Lines at the beginning of the body that are not code. Quarto's options are comments of
    /// their language and stay, so that line numbers in tracebacks hold.
    pub(crate) header_lines: usize,
    /// A line of the body, counted from 0, and what is wrong there.
    pub(crate) problem: Option<(usize, String)>,
}

const COMMENTS: &[(&str, &str)] =
    &[("#|", ""), ("//|", ""), ("%%|", ""), ("--|", ""), ("/*|", "*/")];

pub(crate) fn read(mark: &Mark, body: &str) -> Cell {
    match mark {
        Mark::Quarto => quarto(body),
        Mark::CodeCell => myst(body),
        Mark::Unmarked
        | Mark::Runnable
        | Mark::File { .. }
        | Mark::Run
        | Mark::Marimo
        | Mark::ShowOnly
        | Mark::Directive => Cell::default(),
    }
}

fn quarto(body: &str) -> Cell {
    let blank = body.lines().take_while(|line| line.trim().is_empty()).count();
    let first = body.lines().nth(blank).unwrap_or_default().trim_start();
    let Some((prefix, suffix)) = COMMENTS.iter().find(|it| first.starts_with(it.0)) else {
        return Cell::default();
    };
    let options: Vec<_> = body
        .lines()
        .skip(blank)
        .map_while(|line| {
            let line = line.trim_start().strip_prefix(prefix)?;
            let line = line.trim_end().strip_suffix(suffix).unwrap_or(line);
            Some(line.strip_prefix(' ').unwrap_or(line))
        })
        .collect();
    parsed(&join(&options), 0, blank)
}

fn myst(body: &str) -> Cell {
    let first = body.lines().next().unwrap_or_default().trim_end();
    if first == "---" {
        let Some(lines) = body.lines().skip(1).position(|line| line.trim_end() == "---") else {
            let message = "the options that begin with `---` never end; close them with `---`";
            return Cell { problem: Some((0, message.to_owned())), ..Cell::default() };
        };
        let options: Vec<_> = body.lines().skip(1).take(lines).collect();
        return parsed(&join(&options), lines + 2, 1);
    }
    let options: Vec<_> = body
        .lines()
        .map_while(|line| {
            let (key, _) = line.strip_prefix(':')?.split_once(':')?;
            let named = !key.is_empty() && !key.contains(char::is_whitespace);
            named.then(|| &line[1..])
        })
        .collect();
    if options.is_empty() { Cell::default() } else { parsed(&join(&options), options.len(), 0) }
}

fn parsed(text: &str, header_lines: usize, first_line: usize) -> Cell {
    if text.len() > MAX_BYTES {
        let message = format!("cell options are longer than {MAX_BYTES} bytes; shorten them");
        return Cell { problem: Some((first_line, message)), header_lines, ..Cell::default() };
    }
    match yaml::mapping(text) {
        Ok(values) => Cell {
            attributes: values.iter().map(|(key, value)| (key.clone(), scalar(value))).collect(),
            header_lines,
            problem: None,
        },
        Err(problem) => {
            let message =
                format!("the cell's options are not read: {}; correct them", problem.message);
            let line = first_line + problem.line - 1;
            Cell { problem: Some((line, message)), header_lines, ..Cell::default() }
        }
    }
}

fn join(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [*line, "\n"]).collect()
}
