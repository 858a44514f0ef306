//! Words: what is joined without a blank between.

use super::{
    Unseen, Word,
    grammar::{Parser, Stop},
};

pub(super) struct ReadWord {
    pub(super) word: Word,
    pub(super) is_assignment: bool,
}

/// A word that is being read.
#[derive(Default)]
pub(super) struct Building {
    pub(super) text: String,
    pub(super) unseen: bool,
    quoted: bool,
    is_assignment: bool,
    /// Each unquoted `{` and `[` so far: with what follows it may stand for several words.
    opened: String,
}

impl Building {
    pub(super) fn into_word(self) -> Word {
        if self.unseen { Word::Unseen } else { Word::Literal(self.text) }
    }
}

impl Parser<'_> {
    pub(super) fn word(&mut self) -> Result<ReadWord, Stop> {
        let mut building = Building::default();
        let start = self.cursor.at();
        while let Some(next) = self.cursor.peek() {
            match next {
                ' ' | '\t' | '\n' | ';' | '&' | '|' | ')' => break,
                '<' | '>' if self.cursor.at() > start => break,
                '<' | '>' => self.process_substitution(&mut building)?,
                '(' if building.is_assignment => return Err(Unseen("it fills an array")),
                '(' => break,
                '\\' => self.escaped(&mut building),
                '\'' | '"' | '$' | '`' => {
                    building.quoted |= next != '`';
                    self.quoted(&mut building)?;
                }
                _ => self.plain(&mut building),
            }
        }
        if self.cursor.at() == start {
            return Err(Unseen("a word was expected"));
        }
        let is_assignment = building.is_assignment;
        Ok(ReadWord { word: building.into_word(), is_assignment })
    }

    fn escaped(&mut self, building: &mut Building) {
        self.cursor.next();
        match self.cursor.next() {
            Some('\n') => {}
            Some(char) => {
                building.quoted = true;
                building.text.push(char);
            }
            None => building.text.push('\\'),
        }
    }

    fn plain(&mut self, building: &mut Building) {
        let Some(char) = self.cursor.next() else { return };
        match char {
            '*' | '?' => building.unseen = true,
            '[' | '{' => building.opened.push(char),
            ']' => building.unseen |= building.opened.contains('['),
            ',' => building.unseen |= building.opened.contains('{'),
            '.' => {
                building.unseen |= building.opened.contains('{') && self.cursor.peek() == Some('.')
            }
            '=' if !building.quoted && !building.is_assignment => self.assignment(building),
            _ => {}
        }
        building.text.push(char);
        // Names of their own; alone, no bracket is a pattern.
        if building.text == "[[" || building.text == "[" && self.is_at_end_of_word() {
            building.opened.clear();
        }
    }

    fn is_at_end_of_word(&self) -> bool {
        self.cursor.peek().is_none_or(|it| it.is_ascii_whitespace())
    }

    /// Whether the `=` that was read makes the word an assignment.
    fn assignment(&mut self, building: &mut Building) {
        let name = building.text.trim_end_matches('+');
        let is_name_char = |it: char| it.is_ascii_alphanumeric() || it == '_';
        let starts = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
        if starts && name.chars().all(is_name_char) {
            building.is_assignment = true;
        } else if starts && building.opened.contains('[') {
            self.note("it sets an element of an array");
        }
    }

    fn process_substitution(&mut self, building: &mut Building) -> Result<(), Stop> {
        self.cursor.next();
        if !self.cursor.eat("(") {
            return Err(Unseen("a redirect stands where a word was expected"));
        }
        building.unseen = true;
        self.substitution()
    }
}
