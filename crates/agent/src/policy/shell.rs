//! Which commands a shell would run for a text, as far as that can be told without running it.
//!
//! Bash's grammar, read conservatively and flattened: every command that might run is listed, those in
//! substitutions, branches and function bodies too. Whatever is not understood is named in
//! [`Script::unseen`] instead of being guessed at, and such a script is never allowed by a pattern.
//! Nesting, length and the work in all are bounded: the text is hostile.
//!
//! ```text
//!  text ─▶ cursor ─▶ words (quotes, expansions) ─▶ grammar (commands, redirects, here-documents) ─▶ Script
//! ```

mod cursor;
mod grammar;
mod heredoc;
mod quoting;
mod word;

pub(super) use cursor::Cursor;

/// Longest text that is read, in bytes. Agents write files with here-documents, rarely longer ones.
pub(super) const MAX_TEXT: usize = 64 * 1024;

/// Deepest nesting of substitutions, groups and scripts within scripts.
pub(super) const MAX_DEPTH: usize = 16;

/// Bytes that are read in all for one tool call, with the scripts within scripts.
pub(super) const MAX_WORK: usize = 8 * MAX_TEXT;

/// Why it cannot be told what a script does. A fragment that completes "… cannot be seen: ".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unseen(pub(super) &'static str);

/// What a text would run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) commands: Vec<Command>,
    /// The first thing that was not understood. The commands before it are listed all the same.
    pub(super) unseen: Option<Unseen>,
}

/// One simple command: a program and its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) assignments: Vec<Word>,
    pub(super) words: Vec<Word>,
    /// Files that its redirects write.
    pub(super) writes: Vec<Word>,
    pub(super) stdin: Stdin,
}

/// One argument after quotes and expansions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Literal(String),
    /// Known only when it runs: a variable, a substitution, a glob.
    Unseen,
}

impl Word {
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Unseen => None,
        }
    }
}

/// Where a command's input comes from, as far as that matters to a shell that reads commands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Stdin {
    #[default]
    Inherited,
    /// From the command of this number in the script.
    Piped(usize),
    /// A here-document or here-string.
    Text(Word),
}

/// How much may still be read, in depth and in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) depth: usize,
    pub(super) work: usize,
}

impl Room {
    pub(super) const WHOLE: Self = Self { depth: MAX_DEPTH, work: MAX_WORK };
}

/// Reads a script. `room` is what it may take, and is left with what remains.
pub(super) fn parse(text: &str, room: &mut Room) -> Script {
    if text.len() > MAX_TEXT.min(room.work) || room.depth == 0 {
        room.work = 0;
        let why = Unseen("it is too long or nested too deeply to be read");
        return Script { commands: Vec::new(), unseen: Some(why) };
    }
    room.work -= text.len();
    grammar::parse(text, *room)
}

#[cfg(test)]
mod tests;
