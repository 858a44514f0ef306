//! A stretch of prose within which inline code and braces end.
//!
//! It is looked through once, so that marks without a partner are not sought again and again.

use std::collections::HashMap;

use super::lines::{self, Beginning, next_line};

#[derive(Debug, Default)]
pub(crate) struct Paragraph {
    pub(crate) end: usize,
    /// Where the last run of so many back quotes begins.
    runs: HashMap<usize, usize>,
    /// Whether a brace was found in it that is not closed, so that none is sought again.
    pub(crate) is_braced: bool,
}

impl Paragraph {
    /// From a place on a line to the end of what the line belongs to.
    pub(crate) fn of(text: &str, from: usize, line: Beginning) -> Self {
        let mut end = next_line(text, from);
        if text.as_bytes().get(line.content) != Some(&b'#') {
            while end < text.len() && continues(text, line, Beginning::of(text, end)) {
                end = next_line(text, end);
            }
        }
        let mut runs = HashMap::new();
        let mut at = from;
        while let Some(step) = text[at..end].find('`') {
            at += step;
            let length = run_length(text, at);
            runs.insert(length, at);
            at += length;
        }
        Self { end, runs, is_braced: false }
    }

    /// Behind the code that begins with the back quotes at a place, or behind these if none does.
    pub(crate) fn code_end(&self, text: &str, from: usize) -> usize {
        let length = run_length(text, from);
        let inner = from + length;
        if self.runs.get(&length).is_none_or(|last| *last < inner) {
            return inner;
        }
        let mut at = inner;
        while let Some(step) = text[at..self.end].find('`') {
            at += step;
            let found = run_length(text, at);
            at += found;
            if found == length {
                return at;
            }
        }
        inner
    }

    /// Behind the brace that closes the one at a place.
    pub(crate) fn brace_end(&self, text: &str, from: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (offset, byte) in text[from..self.end].bytes().enumerate() {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                return Some(from + offset + 1);
            }
        }
        None
    }
}

/// Whether a line goes on with the paragraph that another is of.
pub(crate) fn continues(text: &str, line: Beginning, next: Beginning) -> bool {
    next.item.is_none() && next.quotes == line.quotes && is_prose(text, next)
}

/// Whether the content of a line is of a paragraph, as far as its beginning says.
pub(crate) fn is_prose(text: &str, line: Beginning) -> bool {
    let rest = &text[line.content..];
    let tag = rest.strip_prefix('<').map(|it| it.strip_prefix('/').unwrap_or(it));
    let is_component = tag.is_some_and(|it| it.starts_with(|it: char| it.is_ascii_uppercase()));
    !line.is_blank(text)
        && !is_component
        && !rest.starts_with('#')
        && !lines::is_rule(rest.as_bytes())
        && !lines::opens_fence(text, line.content)
}

fn run_length(text: &str, at: usize) -> usize {
    text[at..].bytes().take_while(|it| *it == b'`').count()
}
