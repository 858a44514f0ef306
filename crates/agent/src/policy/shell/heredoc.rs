//! Redirects and here-documents.

use super::{
    Stdin, Unseen, Word,
    grammar::{Parser, Stop},
};

/// A here-document whose text begins on the next line.
pub(super) struct Pending {
    command: usize,
    delimiter: String,
    expands: bool,
    tabs: Tabs,
}

/// `<<` or `<<-`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tabs {
    Kept,
    Stripped,
}

impl Parser<'_> {
    /// Reads a redirect if one stands here.
    pub(super) fn redirect(&mut self, command: usize) -> Result<bool, Stop> {
        let mut ahead = self.cursor;
        ahead.eat_while(|it| it.is_ascii_digit());
        let rest = ahead.rest();
        let is_process = rest.starts_with("<(") || rest.starts_with(">(");
        let is_both = self.cursor.rest().starts_with("&>");
        if !is_both && (is_process || !rest.starts_with(['<', '>'])) {
            return Ok(false);
        }
        if !is_both {
            self.cursor = ahead;
        }
        self.after_descriptor(command)?;
        Ok(true)
    }

    fn after_descriptor(&mut self, command: usize) -> Result<(), Stop> {
        if self.cursor.eat("<<<") {
            let text = self.target()?;
            self.commands[command].stdin = Stdin::Text(text);
        } else if self.cursor.eat("<<-") {
            self.heredoc(command, Tabs::Stripped)?;
        } else if self.cursor.eat("<<") {
            self.heredoc(command, Tabs::Kept)?;
        } else if self.cursor.eat("<>") || [">>", ">|"].iter().any(|it| self.cursor.eat(it)) {
            self.write(command)?;
        } else if self.cursor.eat("<&") || self.cursor.eat(">&") {
            let target = self.target()?;
            let is_descriptor = |it: &str| it.trim_end_matches('-').parse::<u32>().is_ok();
            if !target.literal().is_some_and(|it| it == "-" || is_descriptor(it)) {
                self.commands[command].writes.push(target);
            }
        } else if self.cursor.eat("<") {
            self.target()?;
        } else if ["&>>", "&>", ">"].iter().any(|it| self.cursor.eat(it)) {
            self.write(command)?;
        }
        Ok(())
    }

    fn write(&mut self, command: usize) -> Result<(), Stop> {
        let target = self.target()?;
        self.commands[command].writes.push(target);
        Ok(())
    }

    fn heredoc(&mut self, command: usize, tabs: Tabs) -> Result<(), Stop> {
        self.cursor.skip_blanks();
        let start = self.cursor.at();
        let delimiter = self.word()?.word;
        let expands = !self.cursor.since(start).contains(['\'', '"', '\\', '$', '`']);
        let Word::Literal(delimiter) = delimiter else {
            return Err(Unseen("the end of a here-document is not written out"));
        };
        self.heredocs.push(Pending { command, delimiter, expands, tabs });
        Ok(())
    }

    /// Reads the here-documents that begin on this line.
    pub(super) fn read_heredocs(&mut self) -> Result<(), Stop> {
        for pending in std::mem::take(&mut self.heredocs) {
            let text = self.heredoc_text(&pending)?;
            let seen = if pending.expands {
                self.within(&text, |it| it.expanding(None))?
            } else {
                Word::Literal(text)
            };
            self.commands[pending.command].stdin = Stdin::Text(seen);
        }
        Ok(())
    }

    fn heredoc_text(&mut self, pending: &Pending) -> Result<String, Stop> {
        let mut text = String::new();
        while self.cursor.peek().is_some() {
            let mut line = self.cursor.eat_while(|it| it != '\n');
            self.cursor.next();
            if pending.tabs == Tabs::Stripped {
                line = line.trim_start_matches('\t');
            }
            if line == pending.delimiter {
                return Ok(text);
            }
            if pending.expands && line.ends_with('\\') {
                // Joined with the next line, it may be the end after all.
                return Err(Unseen("a line of a here-document goes on in the next"));
            }
            text.push_str(line);
            text.push('\n');
        }
        Err(Unseen("a here-document does not end"))
    }
}
