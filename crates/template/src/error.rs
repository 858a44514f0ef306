//! What is wrong with a template, and where. Every error of the engine has a place in the text.

/// Why a template could not be read or rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text is no template.
    Syntax,
    /// A value that the template names is not there. Once it is, the template may render.
    Missing,
    /// The template asked for more than it may use.
    Limit,
    /// A function refused its arguments, or an action its value.
    Failed,
}

/// One error, shown as `name:line:column: message`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}:{column}: {message}")]
pub struct TemplateError {
    pub kind: ErrorKind,
    /// The template as its caller named it, usually a path.
    pub name: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    pub message: String,
}

impl TemplateError {
    pub(crate) fn new(name: &str, text: &str, fault: Fault) -> Self {
        let (line, column) = place(text, fault.at);
        Self { kind: fault.kind, name: name.to_owned(), line, column, message: fault.message }
    }
}

/// An error on its way to somebody who knows the text.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: ErrorKind,
    /// Offset in bytes.
    pub(crate) at: usize,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn syntax(at: usize, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Syntax, at, message: message.into() }
    }

    pub(crate) fn failed(at: usize, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Failed, at, message: message.into() }
    }

    pub(crate) fn missing(at: usize, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Missing, at, message: message.into() }
    }
}

/// Line and column of an offset, both counted from 1, the column in characters.
fn place(text: &str, at: usize) -> (usize, usize) {
    Places::new(text).next(text.floor_char_boundary(at.min(text.len())))
}

/// Lines and columns of offsets that only grow, in one pass over the text.
pub(crate) struct Places<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    column: usize,
}

impl<'t> Places<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1, column: 1 }
    }

    pub(crate) fn next(&mut self, at: usize) -> (usize, usize) {
        for letter in self.text.get(self.at..at).unwrap_or_default().chars() {
            if letter == '\n' {
                (self.line, self.column) = (self.line + 1, 1);
            } else {
                self.column += 1;
            }
        }
        self.at = at.max(self.at);
        (self.line, self.column)
    }
}
