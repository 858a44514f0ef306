//! What is wrong with a document, and where.

use std::ops::Range;

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document works, but probably not as meant.
    Warning,
    /// A part of the document cannot work until its author changes it.
    Error,
}

/// One remark about a document. `runbook check` prints it as `file:line:column`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    pub severity: Severity,
    /// What is wrong, with which value, and what to do.
    pub message: String,
    /// Bytes of the text that the remark is about.
    pub span: Range<usize>,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// A stable name of the kind of remark, such as `unterminated-fence`.
    pub code: &'static str,
}

/// Where lines begin, to turn an offset into a line and a column.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { text, starts: std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect() }
    }

    /// The line of an offset, counted from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// Where a line begins; the end of the text for a line after the last.
    pub(crate) fn start(&self, line: usize) -> usize {
        self.starts.get(line - 1).copied().unwrap_or(self.text.len())
    }

    /// The offset of a place given as line and column, both counted from 1, kept within the text.
    pub(crate) fn offset(&self, line: usize, column: usize) -> usize {
        let (from, to) = (self.start(line), self.start(line + 1));
        let text = &self.text[from..to];
        from + text.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |it| it.0)
    }

    fn column(&self, offset: usize) -> usize {
        let line = &self.text[self.start(self.line(offset))..offset];
        line.trim_start_matches('\u{feff}').chars().count() + 1
    }
}

/// Collects diagnostics while a document is read.
#[derive(Debug)]
pub(crate) struct Report<'t> {
    pub(crate) lines: Lines<'t>,
    found: Vec<Diagnostic>,
}

impl<'t> Report<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { lines: Lines::new(text), found: Vec::new() }
    }

    pub(crate) fn error(&mut self, code: &'static str, span: Range<usize>, message: String) {
        self.add(Severity::Error, code, span, message);
    }

    pub(crate) fn warning(&mut self, code: &'static str, span: Range<usize>, message: String) {
        self.add(Severity::Warning, code, span, message);
    }

    /// Everything found, in the order of the text.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|it| it.span.start);
        self.found
    }

    fn add(&mut self, severity: Severity, code: &'static str, span: Range<usize>, message: String) {
        let (line, column) = (self.lines.line(span.start), self.lines.column(span.start));
        self.found.push(Diagnostic { severity, message, span, line, column, code });
    }
}
