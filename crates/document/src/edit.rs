//! Changing one block of a text and nothing else.

use crate::{
    block::Block,
    code::{Layout, Reader},
};

/// The text with other code in one block, which must come from parsing this very text. Only lines
/// whose code changes are rewritten: list and quote prefixes, prompts, hidden lines and cell
/// options around them stay, line endings follow the opening line, and the fence grows if the
/// code contains one like it.
#[must_use]
pub fn replace_block_code(text: &str, block: &Block, code: &str) -> String {
    if code == block.code {
        return text.to_owned();
    }
    let original = Original::new(text, block);
    if code.is_empty() && matches!(block.layout, Layout::Prompts(_)) {
        // Without a command nothing says that the rest is not code.
        return original.assemble("", code);
    }
    let new: Vec<&str> = code.lines().collect();
    // Its lines end in `\n` alone: a `\r` before one is of the code.
    let old: Vec<&str> = block.code.split_terminator('\n').collect();
    let shorter = new.len().min(old.len());
    let head = (0..shorter).take_while(|at| new[*at] == old[*at]).count();
    let tail =
        (1..=shorter - head).take_while(|it| new[new.len() - it] == old[old.len() - it]).count();
    let kept_before = original.body_line(head, Side::Before);
    let kept_after = original.body_line(old.len() - tail, Side::After).max(kept_before);

    let mut body: String = original.lines[..kept_before].concat();
    if !body.is_empty() && !body.ends_with('\n') {
        body.push_str(original.ending);
    }
    body.push_str(&original.written(&new[..head], &new[head..new.len() - tail]));
    body.extend(original.lines[kept_after..].iter().copied());
    original.assemble(&body, code)
}

/// The text with other lines in place of some of one block's body, which count from 0, are in order and do
/// not overlap; the block must come from parsing this very text. What the body stands in, such as a quote,
/// stays.
#[must_use]
pub fn replace_body_lines(
    text: &str,
    block: &Block,
    changes: &[(std::ops::Range<usize>, Vec<String>)],
) -> String {
    let original = Original::new(text, block);
    let count = original.lines.len();
    let mut body = String::new();
    let mut at = 0;
    for (lines, new) in changes {
        body.push_str(&original.lines[at..lines.start.clamp(at, count)].concat());
        for line in new {
            let full = format!("{}{line}", original.prefix);
            body.push_str(if line.is_empty() { full.trim_end() } else { &full });
            body.push_str(original.ending);
        }
        at = lines.end.clamp(at, count);
    }
    body.push_str(&original.lines[at..].concat());
    let new: Vec<_> = changes.iter().flat_map(|it| &it.1).map(String::as_str).collect();
    original.assemble(&body, &new.join("\n"))
}

/// The text with another info string and body in one block that is closed; spans of blocks before it stay.
pub(crate) fn replace_block(text: &str, block: &Block, info: &str, body: &str) -> String {
    let original = Original::new(text, block);
    let mut lines = String::new();
    for line in body.lines() {
        let full = format!("{}{line}", original.prefix);
        lines.push_str(if line.is_empty() { full.trim_end() } else { &full });
        lines.push_str(original.ending);
    }
    let replaced = original.assemble(&lines, body);
    let fence = &replaced[block.span.start..];
    let marker = fence.len() - fence.trim_start_matches(block.marker.character).len();
    let line = fence.find(['\r', '\n']).unwrap_or(fence.len());
    format!("{}{}{info}{}", &replaced[..block.span.start], &fence[..marker], &fence[line..])
}

enum Side {
    Before,
    After,
}

struct Original<'t> {
    text: &'t str,
    block: &'t Block,
    /// The body's lines with their prefixes and endings.
    lines: Vec<&'t str>,
    /// What stands before each line of the body inside lists and quotes.
    prefix: String,
    ending: &'static str,
    /// The line after the opening one, and the one that closes the block or follows it.
    body_start: usize,
    body_end: usize,
}

impl<'t> Original<'t> {
    fn new(text: &'t str, block: &'t Block) -> Self {
        let line_start = text[..block.span.start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let opening_end = text[block.span.start..].find('\n').map(|at| block.span.start + at + 1);
        let body_start = opening_end.unwrap_or(text.len());
        let body_end = if block.closed {
            text[..block.span.end].rfind('\n').map_or(body_start, |at| at + 1)
        } else {
            block.span.end
        }
        .max(body_start);
        let before = text[line_start..block.span.start].trim_start_matches('\u{feff}');
        Self {
            text,
            block,
            lines: text[body_start..body_end].split_inclusive('\n').collect(),
            prefix: before.chars().map(container).collect(),
            ending: if text[..body_start].ends_with("\r\n") { "\r\n" } else { "\n" },
            body_start,
            body_end,
        }
    }

    /// The body line at which code line `at` begins. What is no code, such as the output under a
    /// command, belongs to the code line above it.
    fn body_line(&self, at: usize, side: Side) -> usize {
        let origins = &self.block.code_lines;
        let header = match self.block.layout {
            Layout::Verbatim { header } => header,
            Layout::Hidden { .. } | Layout::Prompts(_) => 0,
        };
        let line = match (origins.get(at), side) {
            (Some(origin), _) => *origin,
            (None, Side::Before) if at == 0 => header,
            (None, _) => self.lines.len(),
        };
        line.min(self.lines.len())
    }

    fn written(&self, before: &[&str], lines: &[&str]) -> String {
        let mut reader = Reader::default();
        let mut written = String::new();
        if let Layout::Prompts(prompts) = self.block.layout {
            for line in before {
                reader.line(
                    &format!("{}{line}", if reader.continues() { "" } else { prompts.first }),
                    prompts,
                );
            }
        }
        for line in lines {
            let content = match &self.block.layout {
                Layout::Verbatim { .. } => (*line).to_owned(),
                Layout::Hidden { marker } => escaped(line, marker),
                Layout::Prompts(prompts) => {
                    let prompt = if reader.continues() { "" } else { prompts.first };
                    let content = format!("{prompt}{line}");
                    reader.line(&content, *prompts);
                    content
                }
            };
            let full = format!("{}{content}", self.prefix);
            // A blank line needs the quote's mark, but no trailing spaces.
            written.push_str(if content.is_empty() { full.trim_end() } else { &full });
            written.push_str(self.ending);
        }
        written
    }

    fn assemble(&self, body: &str, code: &str) -> String {
        let marker = self.block.marker;
        let longest = code
            .lines()
            .map(|line| line.trim_start())
            .map(|line| line.len() - line.trim_start_matches(marker.character).len())
            .max()
            .unwrap_or_default();
        let more = if longest >= marker.length { longest + 1 - marker.length } else { 0 };
        let more = marker.character.to_string().repeat(more);
        let (before, after) = (&self.text[..self.block.span.start], &self.text[self.body_end..]);
        let opening = &self.text[self.block.span.start..self.body_start];
        let separator = if opening.ends_with('\n') || body.is_empty() { "" } else { self.ending };
        let closing = if self.block.closed {
            let at = after.find(marker.character).unwrap_or_default();
            format!("{}{more}{}", &after[..at], &after[at..])
        } else {
            after.to_owned()
        };
        format!("{before}{more}{opening}{separator}{body}{closing}")
    }
}

/// List markers become the indentation they stand for; quote marks and tabs stay.
pub(crate) const fn container(character: char) -> char {
    match character {
        '>' | '\t' => character,
        _ => ' ',
    }
}

/// A visible line must not read as a hidden one.
fn escaped(line: &str, marker: &str) -> String {
    let trimmed = line.trim_start();
    if !trimmed.starts_with(marker) {
        return line.to_owned();
    }
    let indent = &line[..line.len() - trimmed.len()];
    let attribute = marker == "#" && trimmed.starts_with(['#']) && !reads_as_hidden(trimmed);
    if attribute { line.to_owned() } else { format!("{indent}{marker}{trimmed}") }
}

fn reads_as_hidden(trimmed: &str) -> bool {
    trimmed == "#" || trimmed.starts_with("# ") || trimmed.starts_with("##")
}
