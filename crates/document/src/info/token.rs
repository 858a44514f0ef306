//! Words and `key=value` pairs, bare, in braces or as JSON. Unbalanced quotes and braces reach to
//! the end of the info string.

use std::ops::Range;

/// A `key=value` pair or, with an empty value, a bare word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) span: Range<usize>,
}

impl Attribute {
    pub(super) fn word(word: &str, at: usize) -> Self {
        Self { key: word.to_owned(), value: String::new(), span: at..at + word.len() }
    }
}

#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) attributes: Vec<Attribute>,
    pub(super) classes: Vec<String>,
    pub(super) braced_pairs: bool,
    pub(super) run: bool,
    pub(super) marimo: bool,
    pub(super) malformed: Option<Range<usize>>,
}

#[derive(Debug)]
pub(super) struct Tokens<'t> {
    rest: &'t str,
    /// Where `rest` begins in the whole text.
    at: usize,
    commas: bool,
    in_braces: bool,
}

impl<'t> Tokens<'t> {
    pub(super) const fn new(rest: &'t str, at: usize) -> Self {
        Self { rest, at, commas: false, in_braces: false }
    }

    /// Values end at commas too, as in `rust,edition=2021,ignore`.
    pub(super) const fn split_at_commas(mut self) -> Self {
        self.commas = true;
        self
    }

    /// The next word if it is neither a pair nor in braces; it may be quoted.
    pub(super) fn plain_word(&mut self) -> Option<Attribute> {
        self.skip_separators();
        if self.rest.is_empty() || self.rest.starts_with(['{', '=']) {
            return None;
        }
        let at = self.at;
        if self.rest.starts_with(['"', '\'']) {
            let key = self.quoted();
            return Some(Attribute { key, value: String::new(), span: at..self.at });
        }
        let end = self.rest.find([' ', '\t', '{']).unwrap_or(self.rest.len());
        if self.rest[..end].contains('=') {
            return None;
        }
        Some(Attribute::word(self.take(end), at))
    }

    pub(super) fn skip_word(&mut self) {
        // `bash|{type: 'command'}` is docable's own object notation, which names nothing we need.
        let end =
            if self.rest.starts_with("|{") { self.rest.len() } else { self.find([' ', '\t', '{']) };
        self.take(end);
    }

    pub(super) fn read(mut self) -> Read {
        let mut read = Read::default();
        loop {
            self.skip_separators();
            match self.rest.chars().next() {
                None => return read,
                Some('{') if json_like(self.rest) => self.json(&mut read),
                Some('{') => {
                    self.in_braces = true;
                    self.take(1);
                }
                Some('}') => {
                    self.in_braces = false;
                    self.take(1);
                }
                Some(_) => self.attribute(&mut read),
            }
        }
    }

    fn attribute(&mut self, read: &mut Read) {
        let at = self.at;
        let end = self.find([' ', '\t', '=', '{', '}', ',']);
        let key = self.take(end);
        if let Some(value) = self.rest.strip_prefix('=') {
            self.move_to(value);
            let value = self.value();
            read.braced_pairs |= self.in_braces;
            if !key.is_empty() {
                let span = at..self.at;
                read.attributes.push(Attribute { key: key.to_owned(), value, span });
            }
        } else if let Some(classes) = key.strip_prefix('.') {
            read.classes.extend(classes.split('.').filter(|it| !it.is_empty()).map(str::to_owned));
        } else if let Some(id) = key.strip_prefix('#') {
            let span = at..self.at;
            read.attributes.push(Attribute { key: "id".to_owned(), value: id.to_owned(), span });
        } else if self.in_braces && key == "run" {
            read.run = true;
        } else if self.in_braces && key == "marimo" {
            read.marimo = true;
        } else if !key.is_empty() {
            read.attributes.push(Attribute::word(key, at));
        }
    }

    fn value(&mut self) -> String {
        match self.rest.chars().next() {
            Some('"' | '\'') => self.quoted(),
            Some('[') => {
                let end = balanced(self.rest, '[', ']');
                self.take(end).to_owned()
            }
            _ => {
                let end = match (self.in_braces, self.commas) {
                    (_, true) => self.find([' ', '\t', ',', '}']),
                    (true, false) => self.find([' ', '\t', '}']),
                    (false, false) => self.find([' ', '\t']),
                };
                self.take(end).to_owned()
            }
        }
    }

    fn quoted(&mut self) -> String {
        let mut characters = self.rest.char_indices();
        let quote = characters.next().map(|it| it.1);
        let mut value = String::new();
        while let Some((at, character)) = characters.next() {
            if Some(character) == quote {
                self.take(at + 1);
                return value;
            }
            if character == '\\' {
                value.extend(characters.next().map(|it| it.1));
            } else {
                value.push(character);
            }
        }
        self.take(self.rest.len());
        value
    }

    fn json(&mut self, read: &mut Read) {
        let at = self.at;
        let mut values = serde_json::Deserializer::from_str(self.rest)
            .into_iter::<serde_json::Map<String, serde_json::Value>>();
        let Some(Ok(object)) = values.next() else {
            let rest = self.take(self.rest.len());
            read.malformed = Some(at..at + rest.len());
            return;
        };
        let end = values.byte_offset();
        self.take(end);
        read.braced_pairs = true;
        read.attributes.extend(object.into_iter().map(|(key, value)| {
            let value = scalar(&value);
            Attribute { key, value, span: at..at + end }
        }));
    }

    fn skip_separators(&mut self) {
        let rest = self.rest.trim_start_matches([' ', '\t', ',']);
        self.move_to(rest);
    }

    fn find<const N: usize>(&self, ends: [char; N]) -> usize {
        self.rest.find(ends).unwrap_or(self.rest.len())
    }

    /// Takes at least one character, so that every loop over tokens ends.
    fn take(&mut self, end: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(end);
        self.at += taken.len();
        self.rest = rest;
        taken
    }

    fn move_to(&mut self, rest: &'t str) {
        self.at += self.rest.len() - rest.len();
        self.rest = rest;
    }
}

/// The inside of the braces that a string begins with, and what follows them.
pub(super) fn braces(raw: &str) -> (&str, &str) {
    let end = balanced(raw, '{', '}');
    let inner = raw[1..end].strip_suffix('}').unwrap_or(&raw[1..end]);
    (inner, &raw[end..])
}

/// A JSON value in the form of an attribute: lists joined by commas, objects as JSON.
pub(crate) fn scalar(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(scalar).collect::<Vec<_>>().join(","),
        serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::Object(_) => value.to_string(),
    }
}

/// Runme writes `{"name":"x"}`; `{name=x}` never has a quote first.
fn json_like(rest: &str) -> bool {
    rest[1..].trim_start().starts_with('"')
}

/// Length of the bracketed text at the beginning, quotes respected; all of it if never closed.
fn balanced(text: &str, open: char, close: char) -> usize {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, character) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if quote == Some(character) {
            quote = None;
        } else if quote.is_some() {
        } else if character == '"' || character == '\'' {
            quote = Some(character);
        } else if character == open {
            depth += 1;
        } else if character == close {
            depth -= 1;
            if depth == 0 {
                return at + close.len_utf8();
            }
        }
    }
    text.len()
}
