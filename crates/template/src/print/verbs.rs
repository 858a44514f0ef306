//! `printf`: Go's verbs, flags, widths and precisions, and what Go says when they do not fit.

use super::{
    Sink,
    float::{SHORTEST, exponent, fixed, general},
    quote::{Ascii, quoted, quoted_letter},
};
use crate::{
    runtime::{CallError, Runtime},
    value::{MAX_DEPTH, Value},
};

/// Bound of widths and precisions. Go's is a million, but the formatter beneath counts in 16 bits.
const MAX_WIDTH: u64 = 60_000;

#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of Go's verbs, of which any may be set"
)]
struct Flags {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

pub(crate) fn formatted(
    runtime: &mut Runtime<'_>,
    format: &str,
    values: &[Value],
) -> Result<String, CallError> {
    let mut printer = Printer {
        sink: Sink::new(runtime),
        values,
        next: 0,
        reordered: false,
        letters: format.chars().peekable(),
    };
    printer.all()?;
    Ok(printer.sink.text)
}

struct Printer<'p, 'r, 'w> {
    sink: Sink<'r, 'w>,
    values: &'p [Value],
    next: usize,
    reordered: bool,
    letters: std::iter::Peekable<std::str::Chars<'p>>,
}

impl Printer<'_, '_, '_> {
    fn all(&mut self) -> Result<(), CallError> {
        while let Some(letter) = self.letters.next() {
            if letter == '%' {
                self.sink.runtime.step(1)?;
                self.directive()?;
            } else {
                self.sink.push(letter.encode_utf8(&mut [0; 4]))?;
            }
        }
        if !self.reordered && self.next < self.values.len() {
            self.sink.push("%!(EXTRA ")?;
            for (nth, value) in self.values[self.next..].iter().enumerate() {
                if nth > 0 {
                    self.sink.push(", ")?;
                }
                self.typed(value)?;
            }
            self.sink.push(")")?;
        }
        Ok(())
    }

    fn directive(&mut self) -> Result<(), CallError> {
        let mut flags = self.flags();
        let mut bad = self.index();
        if self.letters.next_if_eq(&'*').is_some() {
            match self.star() {
                Some(width) => {
                    flags.minus |= width < 0;
                    flags.width = usize::try_from(width.unsigned_abs()).ok();
                }
                None => self.sink.push("%!(BADWIDTH)")?,
            }
        } else if let Some(width) = self.number() {
            flags.width = Some(width);
        }
        if self.letters.next_if_eq(&'.').is_some() {
            bad |= self.index();
            if self.letters.next_if_eq(&'*').is_some() {
                match self.star().map(usize::try_from) {
                    Some(Ok(precision)) => flags.precision = Some(precision),
                    Some(Err(_)) => flags.precision = None,
                    None => self.sink.push("%!(BADPREC)")?,
                }
            } else {
                flags.precision = Some(self.number().unwrap_or(0));
            }
        }
        bad |= self.index();
        let Some(verb) = self.letters.next() else { return self.sink.push("%!(NOVERB)") };
        if verb == '%' {
            return self.sink.push("%");
        }
        if bad {
            return self.sink.push(&format!("%!{verb}(BADINDEX)"));
        }
        let Some(value) = self.values.get(self.next) else {
            return self.sink.push(&format!("%!{verb}(MISSING)"));
        };
        self.next += 1;
        if flags.minus {
            flags.zero = false;
        }
        // A plus before `v` asks for the names of fields, which nothing here has.
        flags.plus &= verb != 'v';
        self.value(value, verb, flags, MAX_DEPTH)
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        while let Some(letter) = self.letters.peek() {
            match letter {
                '+' => flags.plus = true,
                '-' => flags.minus = true,
                '#' => flags.sharp = true,
                ' ' => flags.space = true,
                '0' => flags.zero = true,
                _ => break,
            }
            self.letters.next();
        }
        flags
    }

    /// `[2]`: the value that comes next. Whether it is none.
    fn index(&mut self) -> bool {
        if self.letters.next_if_eq(&'[').is_none() {
            return false;
        }
        self.reordered = true;
        let number = self.number();
        let closed = self.letters.next_if_eq(&']').is_some();
        match number {
            Some(nth) if closed && (1..=self.values.len()).contains(&nth) => {
                self.next = nth - 1;
                false
            }
            _ => true,
        }
    }

    fn number(&mut self) -> Option<usize> {
        let mut found = None;
        while let Some(digit) = self.letters.peek().and_then(|it| it.to_digit(10)) {
            self.letters.next();
            let value = found.unwrap_or(0usize) * 10 + digit as usize;
            found = Some(value.min(usize::try_from(MAX_WIDTH).unwrap_or(usize::MAX)));
        }
        found
    }

    fn star(&mut self) -> Option<i64> {
        let value = self.values.get(self.next)?;
        self.next += 1;
        let Value::Int(value) = value else { return None };
        Some(*value).filter(|it| it.unsigned_abs() <= MAX_WIDTH)
    }

    fn value(
        &mut self,
        value: &Value,
        verb: char,
        flags: Flags,
        depth: usize,
    ) -> Result<(), CallError> {
        let depth = depth.checked_sub(1).ok_or(CallError::Deep)?;
        self.sink.runtime.step(1)?;
        if verb == 'T' {
            return self.padded(value.type_name(), flags);
        }
        match value {
            Value::List(it) => self.list(it.items(), verb, flags, depth),
            Value::Map(it) => self.map(&it.entries(), verb, flags, depth),
            Value::Bool(it) => match verb {
                'v' | 't' => self.padded(if *it { "true" } else { "false" }, flags),
                _ => self.misfit(value, verb, flags),
            },
            Value::Int(it) => self.integer(*it, verb, flags),
            Value::Float(it) => self.float(*it, verb, flags),
            Value::Text(it) => self.text(value, it, verb, flags),
            Value::Nil => match verb {
                'v' => self.padded("<nil>", flags),
                _ => self.sink.push(&format!("%!{verb}(<nil>)")),
            },
            Value::Time(_) | Value::Version(_) => {
                let text = super::plain(self.sink.runtime, value)?;
                self.text(value, &text, verb, flags)
            }
        }
    }

    fn list(
        &mut self,
        items: &[Value],
        verb: char,
        flags: Flags,
        depth: usize,
    ) -> Result<(), CallError> {
        let source = flags.sharp && verb == 'v';
        self.sink.push(if source { "[]interface {}{" } else { "[" })?;
        for (nth, item) in items.iter().enumerate() {
            if nth > 0 {
                self.sink.push(if source { ", " } else { " " })?;
            }
            self.within(item, verb, flags, depth)?;
        }
        self.sink.push(if source { "}" } else { "]" })
    }

    fn map(
        &mut self,
        entries: &std::collections::BTreeMap<std::sync::Arc<str>, Value>,
        verb: char,
        flags: Flags,
        depth: usize,
    ) -> Result<(), CallError> {
        let source = flags.sharp && verb == 'v';
        self.sink.push(if source { "map[string]interface {}{" } else { "map[" })?;
        for (nth, (key, item)) in entries.iter().enumerate() {
            if nth > 0 {
                self.sink.push(if source { ", " } else { " " })?;
            }
            self.value(&Value::Text(key.clone()), verb, flags, depth)?;
            self.sink.push(":")?;
            self.within(item, verb, flags, depth)?;
        }
        self.sink.push(if source { "}" } else { "]" })
    }

    fn within(
        &mut self,
        item: &Value,
        verb: char,
        flags: Flags,
        depth: usize,
    ) -> Result<(), CallError> {
        if !matches!(item, Value::Nil) {
            return self.value(item, verb, flags, depth);
        }
        if flags.sharp && verb == 'v' {
            return self.sink.push("interface {}(nil)");
        }
        self.sink.push("<nil>")
    }

    fn integer(&mut self, value: i64, verb: char, flags: Flags) -> Result<(), CallError> {
        let size = value.unsigned_abs();
        let (prefix, digits) = match verb {
            'v' | 'd' => ("", size.to_string()),
            'b' => (if flags.sharp { "0b" } else { "" }, format!("{size:b}")),
            'o' => (if flags.sharp && size > 0 { "0" } else { "" }, format!("{size:o}")),
            'O' => ("0o", format!("{size:o}")),
            'x' => (if flags.sharp { "0x" } else { "" }, format!("{size:x}")),
            'X' => (if flags.sharp { "0X" } else { "" }, format!("{size:X}")),
            'c' => return self.padded(&letter(value).to_string(), flags),
            'q' => return self.padded(&quoted_letter(letter(value), ascii(flags)), flags),
            'U' => return self.padded(&format!("U+{value:04X}"), flags),
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                return self.misfit(&Value::Int(value), verb, flags);
            }
            _ => return self.misfit(&Value::Int(value), verb, flags),
        };
        let least = match flags.precision {
            Some(0) if value == 0 => return self.padded("", flags),
            Some(precision) => precision,
            None if flags.zero => {
                let sign = usize::from(value < 0 || flags.plus || flags.space);
                flags.width.unwrap_or(0).saturating_sub(sign + prefix.len())
            }
            None => 0,
        };
        self.sink.runtime.room(least)?;
        let sign = sign(value < 0, flags);
        let text = format!("{sign}{prefix}{digits:0>least$}");
        self.padded(&text, Flags { zero: false, ..flags })
    }

    fn float(&mut self, value: f64, verb: char, flags: Flags) -> Result<(), CallError> {
        self.sink.runtime.room(flags.precision.unwrap_or(0))?;
        let size = value.abs();
        let text = match verb {
            'v' => general(size, flags.precision, 'e', SHORTEST),
            'g' => general(size, flags.precision, 'e', SHORTEST),
            'G' => general(size, flags.precision, 'E', SHORTEST),
            'e' => exponent(size, Some(flags.precision.unwrap_or(6)), 'e'),
            'E' => exponent(size, Some(flags.precision.unwrap_or(6)), 'E'),
            'f' | 'F' => fixed(size, flags.precision.unwrap_or(6)),
            _ => return self.misfit(&Value::Float(value), verb, flags),
        };
        let text = text.trim_start_matches('+');
        let negative = value.is_sign_negative() && !value.is_nan();
        let shown_plus = if value == f64::INFINITY { "+" } else { "" };
        let sign = if negative { "-" } else { sign(false, flags) };
        let sign = if sign.is_empty() { shown_plus } else { sign };
        let least = match flags.width {
            Some(width) if flags.zero && value.is_finite() => width.saturating_sub(sign.len()),
            _ => 0,
        };
        self.sink.runtime.room(least)?;
        self.padded(&format!("{sign}{text:0>least$}"), Flags { zero: false, ..flags })
    }

    fn text(
        &mut self,
        value: &Value,
        text: &str,
        verb: char,
        flags: Flags,
    ) -> Result<(), CallError> {
        let cut = match flags.precision {
            Some(letters) => text.char_indices().nth(letters).map_or(text, |(at, _)| &text[..at]),
            None => text,
        };
        self.sink.runtime.step(text.len() as u64 / 64)?;
        match verb {
            'v' if flags.sharp => self.padded(&quoted(cut, Ascii::AndMore), flags),
            'v' | 's' => self.padded(cut, flags),
            'q' if flags.sharp && !cut.contains(['`', '\r']) => {
                self.padded(&format!("`{cut}`"), flags)
            }
            'q' => self.padded(&quoted(cut, ascii(flags)), flags),
            'x' | 'X' => {
                self.sink.runtime.room(2 * cut.len())?;
                let between = if flags.space { " " } else { "" };
                let digits: Vec<String> = cut
                    .bytes()
                    .map(|it| if verb == 'x' { format!("{it:02x}") } else { format!("{it:02X}") })
                    .collect();
                let prefix = if flags.sharp && !cut.is_empty() { "0x" } else { "" };
                self.padded(&format!("{prefix}{}", digits.join(between)), flags)
            }
            _ => self.misfit(value, verb, flags),
        }
    }

    fn padded(&mut self, text: &str, flags: Flags) -> Result<(), CallError> {
        let letters = if flags.width.is_some() { text.chars().count() } else { 0 };
        let missing = flags.width.unwrap_or(0).saturating_sub(letters);
        if flags.minus {
            self.sink.push(text)?;
            return self.sink.pad(' ', missing);
        }
        self.sink.pad(if flags.zero { '0' } else { ' ' }, missing)?;
        self.sink.push(text)
    }

    /// `%!d(string=hi)`
    fn misfit(&mut self, value: &Value, verb: char, flags: Flags) -> Result<(), CallError> {
        self.sink.push(&format!("%!{verb}({}=", value.type_name()))?;
        self.value(value, 'v', Flags { sharp: false, ..flags }, MAX_DEPTH)?;
        self.sink.push(")")
    }

    fn typed(&mut self, value: &Value) -> Result<(), CallError> {
        if !matches!(value, Value::Nil) {
            self.sink.push(value.type_name())?;
            self.sink.push("=")?;
        }
        self.sink.plain(value)
    }
}

fn letter(code: i64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn ascii(flags: Flags) -> Ascii {
    if flags.plus { Ascii::Only } else { Ascii::AndMore }
}

fn sign(negative: bool, flags: Flags) -> &'static str {
    match (negative, flags.plus, flags.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    }
}
