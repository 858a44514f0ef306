//! Quotes and expansions within a word.

use super::{
    Unseen, Word,
    grammar::{End, Parser, Stop},
    word::Building,
};

impl Parser<'_> {
    /// A quote, a `$` or a backtick.
    pub(super) fn quoted(&mut self, building: &mut Building) -> Result<(), Stop> {
        if self.cursor.eat("$'") {
            return self.ansi_c(building);
        }
        if self.cursor.eat("$\"") || self.cursor.eat("\"") {
            match self.expanding(Some('"'))? {
                Word::Literal(text) => building.text.push_str(&text),
                Word::Unseen => building.unseen = true,
            }
            return Ok(());
        }
        if self.cursor.eat("'") {
            building.text.push_str(self.cursor.eat_while(|it| it != '\''));
            return if self.cursor.eat("'") {
                Ok(())
            } else {
                Err(Unseen("a quote is not closed"))
            };
        }
        self.expansion(building)
    }

    /// Text in which only `\`, `$` and backticks mean something, until `end` or the end of the text.
    pub(super) fn expanding(&mut self, end: Option<char>) -> Result<Word, Stop> {
        let mut building = Building::default();
        while let Some(next) = self.cursor.peek() {
            if Some(next) == end {
                self.cursor.next();
                return Ok(building.into_word());
            }
            match next {
                '$' | '`' => self.expansion(&mut building)?,
                '\\' => {
                    self.cursor.next();
                    match self.cursor.peek() {
                        Some('\n') => {
                            self.cursor.next();
                        }
                        Some(char) if "$`\\".contains(char) || Some(char) == end => {
                            self.cursor.next();
                            building.text.push(char);
                        }
                        Some(_) | None => building.text.push('\\'),
                    }
                }
                _ => building.text.extend(self.cursor.next()),
            }
        }
        if end.is_some() { Err(Unseen("a quote is not closed")) } else { Ok(building.into_word()) }
    }

    /// What begins with `$` or a backtick, other than a quote.
    fn expansion(&mut self, building: &mut Building) -> Result<(), Stop> {
        if self.cursor.eat("`") {
            building.unseen = true;
            return self.backticks();
        }
        if self.cursor.eat("$((") {
            building.unseen = true;
            return self.arithmetic();
        }
        if self.cursor.eat("$[") {
            return Err(Unseen("it computes"));
        }
        if self.cursor.eat("$(") {
            building.unseen = true;
            return self.substitution();
        }
        if self.cursor.eat("${") {
            building.unseen = true;
            return self.braces();
        }
        self.cursor.eat("$");
        let name = self.cursor.eat_while(|it| it.is_ascii_alphanumeric() || it == '_');
        if !name.is_empty()
            || ["@", "*", "#", "?", "-", "$", "!"].iter().any(|it| self.cursor.eat(it))
        {
            building.unseen = true;
        } else {
            building.text.push('$');
        }
        Ok(())
    }

    /// `${name}`. What else may stand there can run commands.
    fn braces(&mut self) -> Result<(), Stop> {
        let mut simple = self.cursor;
        simple.eat("#");
        simple.eat_while(|it| it.is_ascii_alphanumeric() || it == '_');
        if simple.at() > self.cursor.at() && simple.eat("}") {
            self.cursor = simple;
            return Ok(());
        }
        self.note("it expands more than a variable's value");
        // Whatever the rest means, the substitutions in it are read.
        self.deeper(|it| it.expanding(Some('}'))).map(|_| ())
    }

    /// What is left of `((…))`. Computing may run commands in the index of an array.
    pub(super) fn arithmetic(&mut self) -> Result<(), Stop> {
        self.note("it computes");
        let mut open = 2;
        while open > 0 {
            match self.cursor.peek() {
                None => return Err(Unseen("a `((` is not closed")),
                Some('$' | '`') => self.deeper(|it| it.expansion(&mut Building::default()))?,
                Some(char) => {
                    self.cursor.next();
                    open = match char {
                        '(' => open + 1,
                        ')' => open - 1,
                        _ => open,
                    };
                }
            }
        }
        Ok(())
    }

    fn backticks(&mut self) -> Result<(), Stop> {
        let mut script = String::new();
        loop {
            match self.cursor.next() {
                None => return Err(Unseen("a backtick is not closed")),
                Some('`') => break,
                Some('\\') if self.cursor.peek().is_some_and(|it| "$`\\".contains(it)) => {
                    script.extend(self.cursor.next());
                }
                Some(char) => script.push(char),
            }
        }
        self.within(&script, |it| it.list(End::Text))
    }

    /// `$'…'`, with the escapes of C.
    fn ansi_c(&mut self, building: &mut Building) -> Result<(), Stop> {
        loop {
            match self.cursor.next() {
                None => return Err(Unseen("a quote is not closed")),
                Some('\'') => return Ok(()),
                Some('\\') => building.text.push(self.ansi_c_escape()?),
                Some(char) => building.text.push(char),
            }
        }
    }

    fn ansi_c_escape(&mut self) -> Result<char, Stop> {
        let escape = self.cursor.next().ok_or(Unseen("a quote is not closed"))?;
        let value = match escape {
            'a' => 0x07,
            'b' => 0x08,
            'e' | 'E' => 0x1b,
            'f' => 0x0c,
            'n' => 0x0a,
            'r' => 0x0d,
            't' => 0x09,
            'v' => 0x0b,
            '\\' | '\'' | '"' | '?' => u32::from(escape),
            'x' => self.digits(16, 2)?,
            'u' => self.digits(16, 4)?,
            'U' => self.digits(16, 8)?,
            '0'..='7' => {
                let first = escape.to_digit(8).unwrap_or_default();
                self.more_octal(first)
            }
            _ => return Err(Unseen("an escape in `$'…'` is unknown")),
        };
        // A null ends the text, and what is beyond ASCII may be half a character.
        char::from_u32(value)
            .filter(|it| *it != '\0' && (it.is_ascii() || matches!(escape, 'u' | 'U')))
            .ok_or(Unseen("an escape in `$'…'` makes no character"))
    }

    fn digits(&mut self, radix: u32, most: usize) -> Result<u32, Stop> {
        let mut value = None;
        for _ in 0..most {
            let Some(digit) = self.cursor.peek().and_then(|it| it.to_digit(radix)) else { break };
            self.cursor.next();
            value = Some(value.unwrap_or(0_u32).wrapping_mul(radix).wrapping_add(digit));
        }
        value.ok_or(Unseen("an escape in `$'…'` has no digits"))
    }

    fn more_octal(&mut self, first: u32) -> u32 {
        let mut value = first;
        for _ in 0..2 {
            let Some(digit) = self.cursor.peek().and_then(|it| it.to_digit(8)) else { break };
            self.cursor.next();
            value = value * 8 + digit;
        }
        value
    }
}
