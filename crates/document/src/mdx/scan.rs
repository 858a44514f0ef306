//! Where components are in a text, and what else of MDX stands between them.
//!
//! Code in fences and between back quotes is text, and so are comments. Nothing is evaluated: braces in
//! prose and `import` lines become remarks. The time is linear in the text: work that leads to nothing is
//! counted, and a text that makes too much of it is read as plain from there on.

use super::{
    Edits,
    lines::{self, Beginning, line_end, next_line},
    paragraph::{self, Paragraph},
    remarks::Remarks,
    tag::{self, Given, NoTag, Tag},
    tree::{Element, Tree},
};
use crate::diagnostic::Report;

/// What follows this many components stays text.
const MAX_COMPONENTS: usize = 10_000;
/// Bytes that may be read in vain, for each byte of the text and in any case.
const VAIN_BYTES: (usize, usize) = (8, 64 * 1024);
/// Longer names are cut in remarks.
const MAX_NAME_BYTES: usize = 64;

/// Reads `text` from `from` on: its elements, in the order in which they begin, and what makes
/// Markdown of the rest.
pub(crate) fn scan(text: &str, from: usize, report: &mut Report<'_>) -> (Vec<Element>, Edits) {
    let mut scanner = Scanner {
        text,
        at: from,
        line: Beginning { content: from, ..Beginning::default() },
        items: Vec::new(),
        in_prose: false,
        tree: Tree::default(),
        paragraph: Paragraph::default(),
        vain: VAIN_BYTES.0 * text.len() + VAIN_BYTES.1,
        remarks: Remarks::new(report),
    };
    scanner.run();
    let Scanner { tree, mut remarks, .. } = scanner;
    tree.finish(&mut remarks)
}

struct Scanner<'t, 'r, 'l> {
    text: &'t str,
    at: usize,
    /// How the present line begins.
    line: Beginning,
    /// The columns of the list items around the present line.
    items: Vec<usize>,
    /// Whether the line before is prose, which the next may continue wherever it begins.
    in_prose: bool,
    tree: Tree,
    paragraph: Paragraph,
    /// How many bytes may still be read in vain.
    vain: usize,
    remarks: Remarks<'r, 'l>,
}

impl Scanner<'_, '_, '_> {
    fn run(&mut self) {
        let mut after_blank = true;
        while self.at < self.text.len() {
            let from = self.at;
            self.begin_line();
            if after_blank && self.module(from) {
                continue;
            }
            after_blank = self.line.is_blank(self.text);
            let item = self.items.last().copied().unwrap_or(0);
            if let Some(code) = lines::code(self.text, self.line, item) {
                self.at = next_line(self.text, code.span.end);
                self.in_prose = false;
                self.tree.add_code(code);
                continue;
            }
            self.at = self.line.content;
            if !self.rest_of_line() {
                return;
            }
        }
    }

    fn begin_line(&mut self) {
        let line = Beginning::of(self.text, self.at);
        if line.quotes != self.line.quotes {
            self.items.clear();
        }
        let goes_on = self.in_prose && paragraph::continues(self.text, self.line, line);
        if !line.is_blank(self.text) && !goes_on {
            let column = if line.item.is_some() { 0 } else { line.column };
            self.items.retain(|it| *it <= column);
        }
        self.items.extend(line.item);
        self.in_prose = paragraph::is_prose(self.text, line);
        self.line = line;
    }

    /// Leaves out a block of `import` and `export` lines.
    fn module(&mut self, from: usize) -> bool {
        if !is_module(&self.text[from..line_end(self.text, from)]) {
            return false;
        }
        let mut end = from;
        while end < self.text.len() && !Beginning::of(self.text, end).is_blank(self.text) {
            end = next_line(self.text, end);
        }
        self.at = end;
        let span = from..from + self.text[from..end].trim_end().len();
        let message = "nothing is imported or exported, these lines are left out; remove them";
        self.remarks.warn("mdx-module", span.clone(), || message.to_owned());
        self.tree.edits.omitted.push(span);
        true
    }

    /// Reads to behind the end of the line, or of the line where its last tag ends. False if
    /// nothing more is to be read.
    fn rest_of_line(&mut self) -> bool {
        while let Some(step) = self.text[self.at..].find(['\\', '`', '<', '{', '\n']) {
            self.at += step;
            match self.text.as_bytes()[self.at] {
                b'\n' => {
                    self.at += 1;
                    return true;
                }
                b'\\' => {
                    let next = self.text[self.at + 1..].chars().next();
                    let is_escape = next.is_some_and(|it| it.is_ascii_punctuation());
                    self.at += 1 + usize::from(is_escape);
                }
                b'`' => {
                    let (text, from) = (self.text, self.at);
                    self.at = self.paragraph().code_end(text, from);
                }
                b'{' => self.brace(),
                _ => self.angle(),
            }
            if self.ends_early() {
                return false;
            }
        }
        self.at = self.text.len();
        true
    }

    fn ends_early(&mut self) -> bool {
        let (code, message) = if self.vain == 0 {
            let message = "too much here is broken, so no component from here on is read";
            ("mdx-broken", message.to_owned())
        } else if self.tree.elements.len() >= MAX_COMPONENTS {
            let message = format!(
                "components from here on are not read, {MAX_COMPONENTS} are the limit; split the document"
            );
            ("too-many-components", message)
        } else {
            return false;
        };
        // It is said whatever was said before.
        self.remarks.report.error(code, self.at..self.at, message);
        true
    }

    /// The present paragraph.
    fn paragraph(&mut self) -> &mut Paragraph {
        if self.at >= self.paragraph.end {
            self.paragraph = Paragraph::of(self.text, self.at, self.line);
        }
        &mut self.paragraph
    }

    fn brace(&mut self) {
        let (text, from) = (self.text, self.at);
        let inner = text[from + 1..].trim_start();
        if inner.starts_with("/*") {
            return self.comment(from, text.len() - inner.len());
        }
        let is_braced = self.paragraph().is_braced;
        self.at += 1;
        if is_braced {
            return;
        }
        let message = match self.paragraph.brace_end(text, from) {
            Some(end) => {
                self.at = end;
                "what is in braces is not evaluated but shown as text; write `\\{` for a brace"
            }
            None => {
                self.paragraph.is_braced = true;
                "the brace is not closed and is shown as text; write `\\{` for a brace"
            }
        };
        self.remarks.warn("mdx-expression", from..self.at, || message.to_owned());
    }

    /// `{/* … */}`, with the place of its `/*`.
    fn comment(&mut self, from: usize, inner: usize) {
        let end = self.text[inner + 2..].find("*/").map(|it| inner + 2 + it + 2);
        let closed = end.and_then(|end| {
            let rest = self.text[end..].trim_start().strip_prefix('}')?;
            Some(self.text.len() - rest.len())
        });
        if let Some(end) = closed {
            self.tree.edits.omitted.push(from..end);
            self.at = end;
            return;
        }
        self.at = from + 1;
        self.waste(end.unwrap_or(self.text.len()) - from);
        let message = "the comment does not end with `*/}` and is shown as text";
        self.remarks.warn("mdx-comment", from..from + 1, || message.to_owned());
    }

    fn angle(&mut self) {
        let from = self.at;
        let rest = &self.text[from..];
        if rest.starts_with("<!--") {
            match rest.find("-->") {
                Some(end) => self.at += end + 3,
                None => {
                    self.at += 4;
                    self.waste(rest.len());
                }
            }
            return;
        }
        let name = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
        let is_component = name.starts_with(|it: char| it.is_ascii_uppercase());
        match tag::read(self.text, from, self.line.quotes) {
            Ok(tag) => {
                self.at = tag.span.end;
                if is_component {
                    self.tree.add(self.text, tag, self.line, &mut self.remarks);
                } else {
                    self.plain_html(&tag);
                }
            }
            Err(NoTag::Text) => self.at += 1,
            Err(NoTag::Broken { at, what }) => {
                self.waste(at - from);
                self.at += 1;
                if is_component {
                    self.broken(from, name, at, what);
                }
            }
        }
    }

    /// HTML's own tags are Markdown's; only their braces mean nothing to it.
    fn plain_html(&mut self, tag: &Tag) {
        for prop in &tag.props {
            if matches!(prop.given, Given::Braced(_) | Given::Refused(_)) {
                let message = || {
                    format!("<{}> is HTML, where braces hold nothing; quote the value", tag.name)
                };
                self.remarks.warn("mdx-html", prop.span.clone(), message);
            }
        }
    }

    /// A tag that begins as one of a component and goes wrong.
    fn broken(&mut self, from: usize, rest: &str, at: usize, what: &'static str) {
        self.tree.edits.escaped.push(from);
        let length = rest.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = &rest[..length.min(MAX_NAME_BYTES)];
        let line = self.remarks.report.lines.line(at);
        let message = || format!("the tag of {name} is broken at line {line}: {what}");
        self.remarks.fail("mdx-tag", from..from + 1 + name.len(), message);
    }

    fn waste(&mut self, bytes: usize) {
        self.vain = self.vain.saturating_sub(bytes);
    }
}

/// Whether a line is one of JavaScript's modules and not a sentence that begins like it.
fn is_module(line: &str) -> bool {
    const EXPORTED: [&str; 7] = ["const", "let", "var", "default", "function", "async", "class"];
    let (keyword, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim_start();
    let first = rest.split(|it: char| !it.is_alphanumeric()).next().unwrap_or_default();
    match keyword {
        "import" => {
            rest.starts_with(['{', '*', '"', '\''])
                || (rest.contains(" from ") && rest.contains(['"', '\'']))
        }
        "export" => rest.starts_with(['{', '*']) || EXPORTED.contains(&first),
        _ => false,
    }
}
