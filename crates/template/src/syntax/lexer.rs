//! Text to lexemes: what stands outside of `{{` and `}}`, and the words within.
//!
//! Trim markers and comments end here. One thing is more than Go allows: after `.outputs.` a name may have
//! hyphens, since blocks are called `create-account`. Go refuses any such text, so none changes its meaning.

use std::{ops::Range, sync::Arc};

use super::number;
use crate::error::Fault;

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

#[derive(Debug)]
pub(super) struct Lexeme {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
    /// Whether white space stands before it.
    pub(super) spaced: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Text,
    Open,
    Close,
    /// A function, a keyword, or `true`, `false`, `nil`.
    Name(Arc<str>),
    /// `.name`, without the dot.
    Field(Arc<str>),
    /// `$name`, with the dollar.
    Variable(Arc<str>),
    Dot,
    Quoted(Arc<str>),
    Int(i64),
    Float(f64),
    Declare,
    Assign,
    Pipe,
    Comma,
    Left,
    Right,
}

pub(super) fn lex(text: &str) -> Result<Vec<Lexeme>, Fault> {
    let mut lexer = Lexer { text, found: Vec::new(), parens: Vec::new() };
    let mut at = 0;
    let mut trims = false;
    loop {
        let open = text[at..].find(OPEN).map(|it| at + it);
        let mut piece = at..open.unwrap_or(text.len());
        if trims {
            piece.start += piece.len() - text[piece.clone()].trim_start_matches(is_space).len();
        }
        let marked = open.is_some_and(|it| left_marker(&text[it + 2..]));
        if marked {
            piece.end = piece.start + text[piece.clone()].trim_end_matches(is_space).len();
        }
        if !piece.is_empty() {
            lexer.push(Kind::Text, piece, false);
        }
        let Some(open) = open else { return Ok(lexer.found) };
        let inside = open + if marked { 4 } else { 2 };
        (at, trims) = if text[inside..].starts_with("/*") {
            comment(text, open, inside)?
        } else {
            lexer.push(Kind::Open, open..inside, false);
            lexer.action(open, inside)?
        };
    }
}

fn comment(text: &str, open: usize, inside: usize) -> Result<(usize, bool), Fault> {
    // The star of `/*` does not end it.
    let body = inside + 2;
    let end = text[body..].find("*/").map(|it| body + it + 2);
    let end = end.ok_or_else(|| Fault::syntax(open, "this comment has no `*/`"))?;
    right_marker(text, end)
        .ok_or_else(|| Fault::syntax(end, "nothing may stand between the comment's `*/` and `}}`"))
}

/// Where an action that ends at `at` has its end, and whether it takes the white space after it along.
fn right_marker(text: &str, at: usize) -> Option<(usize, bool)> {
    let rest = &text[at..];
    let trimmed = rest.strip_prefix(is_space).and_then(|it| it.strip_prefix('-'));
    match trimmed {
        Some(it) if it.starts_with(CLOSE) => Some((at + 4, true)),
        _ => rest.starts_with(CLOSE).then_some((at + 2, false)),
    }
}

fn left_marker(after: &str) -> bool {
    after.strip_prefix('-').is_some_and(|it| it.starts_with(is_space))
}

pub(super) fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n')
}

fn is_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

struct Lexer<'t> {
    text: &'t str,
    found: Vec<Lexeme>,
    /// Where each parenthesis was opened.
    parens: Vec<usize>,
}

impl Lexer<'_> {
    fn push(&mut self, kind: Kind, span: Range<usize>, spaced: bool) {
        self.found.push(Lexeme { kind, span, spaced });
    }

    /// Reads up to `}}`. Returns where the text goes on, and whether to trim it.
    fn action(&mut self, open: usize, inside: usize) -> Result<(usize, bool), Fault> {
        let mut at = inside;
        loop {
            let rest = &self.text[at..];
            let blank = rest.len() - rest.trim_start_matches(is_space).len();
            // The last blank belongs to a trim marker.
            let marker = at + blank.saturating_sub(1);
            let close =
                right_marker(self.text, marker).or_else(|| right_marker(self.text, at + blank));
            if let Some((end, trims)) = close {
                if let Some(paren) = self.parens.pop() {
                    return Err(Fault::syntax(paren, "this `(` has no `)`"));
                }
                self.push(Kind::Close, at + blank..end, blank > 0);
                return Ok((end, trims));
            }
            at += blank;
            if at == self.text.len() {
                return Err(Fault::syntax(open, "this `{{` has no `}}`"));
            }
            at = self.word(at, blank > 0)?;
        }
    }

    fn word(&mut self, at: usize, spaced: bool) -> Result<usize, Fault> {
        let rest = &self.text[at..];
        let first = rest.chars().next().expect("the caller saw that text is left");
        let after = rest[first.len_utf8()..].chars().next();
        let (kind, length) = match first {
            '"' | '\'' => quoted(rest, at)?,
            '`' => raw(rest, at)?,
            ':' if after == Some('=') => (Kind::Declare, 2),
            '=' => (Kind::Assign, 1),
            '|' => (Kind::Pipe, 1),
            ',' => (Kind::Comma, 1),
            '(' => {
                self.parens.push(at);
                (Kind::Left, 1)
            }
            ')' => {
                self.parens.pop().ok_or_else(|| Fault::syntax(at, "this `)` has no `(`"))?;
                (Kind::Right, 1)
            }
            '.' if after.is_some_and(|it| it.is_ascii_digit()) => numeral(rest, at)?,
            '+' | '-' | '0'..='9' => numeral(rest, at)?,
            '.' => self.field(rest, at, spaced),
            '$' => {
                let length = 1 + run(&rest[1..], is_word);
                (Kind::Variable(rest[..length].into()), length)
            }
            it if is_word(it) => {
                let length = run(rest, is_word);
                (Kind::Name(rest[..length].into()), length)
            }
            it => return Err(Fault::syntax(at, format!("`{it}` may not stand here"))),
        };
        let end = at + length;
        if matches!(kind, Kind::Name(_) | Kind::Field(_) | Kind::Variable(_) | Kind::Dot) {
            self.terminated(end)?;
        }
        self.push(kind, at..end, spaced);
        Ok(end)
    }

    fn field(&self, rest: &str, at: usize, spaced: bool) -> (Kind, usize) {
        let last = self.found.last().filter(|it| it.span.end == at && !spaced);
        let of_outputs =
            last.is_some_and(|it| matches!(&it.kind, Kind::Field(name) if &**name == "outputs"));
        let length = 1 + if of_outputs {
            // A hyphen at the end would be a trim marker without its blank.
            let name = &rest[1..];
            name[..run(name, |it| is_word(it) || it == '-')].trim_end_matches('-').len()
        } else {
            run(&rest[1..], is_word)
        };
        if length == 1 { (Kind::Dot, 1) } else { (Kind::Field(rest[1..length].into()), length) }
    }

    fn terminated(&self, end: usize) -> Result<(), Fault> {
        let rest = &self.text[end..];
        let ends = |it: char| is_space(it) || matches!(it, '.' | ',' | '|' | ':' | ')' | '(');
        if rest.is_empty() || rest.starts_with(ends) || rest.starts_with(CLOSE) {
            return Ok(());
        }
        let letter = rest.chars().next().unwrap_or_default();
        Err(Fault::syntax(end, format!("`{letter}` may not stand here")))
    }
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|it| !belongs(it)).unwrap_or(text.len())
}

fn quoted(rest: &str, at: usize) -> Result<(Kind, usize), Fault> {
    let unread =
        || Fault::syntax(at, "this quoted text has no end, or an escape that Go does not know");
    let (said, length) = number::quoted(rest).ok_or_else(unread)?;
    if rest.starts_with('"') {
        return Ok((Kind::Quoted(said.into()), length));
    }
    let mut letters = said.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Ok((Kind::Int(i64::from(u32::from(letter))), length)),
        _ => Err(Fault::syntax(
            at,
            "between single quotes stands one character; text takes double ones",
        )),
    }
}

fn raw(rest: &str, at: usize) -> Result<(Kind, usize), Fault> {
    let end = rest[1..].find('`').ok_or_else(|| Fault::syntax(at, "this raw text has no end"))?;
    Ok((Kind::Quoted(rest[1..=end].into()), end + 2))
}

fn numeral(rest: &str, at: usize) -> Result<(Kind, usize), Fault> {
    let bare = rest.trim_start_matches(['+', '-']);
    let hexadecimal = bare.starts_with("0x") || bare.starts_with("0X");
    let mut before = None;
    let mut length = 0;
    for (offset, letter) in rest.char_indices() {
        let signed = matches!(letter, '+' | '-')
            && (before.is_none() || (matches!(before, Some('e' | 'E')) && !hexadecimal));
        if !(signed || is_word(letter) || letter == '.') {
            break;
        }
        before = Some(letter);
        length = offset + letter.len_utf8();
    }
    let text = &rest[..length];
    match number::number(text) {
        Some(super::Term::Int(it)) => Ok((Kind::Int(it), length)),
        Some(super::Term::Float(it)) => Ok((Kind::Float(it), length)),
        _ => Err(Fault::syntax(at, format!("`{text}` is no number"))),
    }
}
