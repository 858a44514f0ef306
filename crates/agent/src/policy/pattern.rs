//! Patterns of tools: `Read`, `Bash(npm run build)`, `Bash(npm run test:*)`, `mcp__server`,
//! `mcp__server__tool`.
//!
//! A command in a pattern is compared word by word, after quotes: `npm run test:*` covers
//! `npm  run 'test' --watch` and neither `npm run tests` nor `A=b npm run test`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    call::ToolCall,
    shell::{self, Command, Room, Word},
};

/// Which tool calls a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    tool: String,
    argument: Argument,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Argument {
    Any,
    Exactly(String),
    /// The words that a command begins with.
    Prefix(String, Vec<String>),
}

/// Whether a pattern covers a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    /// It depends on what is known only when it runs.
    Perhaps,
}

/// A text that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("pattern {pattern:?} is wrong at character {position}: {problem}")]
pub struct PatternError {
    pub pattern: String,
    /// Characters before what is wrong, and one.
    pub position: usize,
    pub problem: PatternProblem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternProblem {
    #[error("the name of a tool is expected, in letters, digits, `_` and `-`")]
    Name,
    #[error("the closing parenthesis is missing")]
    Unclosed,
    #[error("there is text after the closing parenthesis")]
    Trailing,
    #[error("nothing stands between the parentheses; write the tool's name alone for all of it")]
    Empty,
    #[error("only `:*` at the end of a command stands for more")]
    Wildcard,
    #[error("a tool of an MCP server is named without an argument")]
    McpArgument,
    #[error("the server's name is missing after `mcp__`")]
    McpServer,
    #[error("this is not one plain command, of which `:*` could be the rest")]
    NotOneCommand,
}

impl Pattern {
    /// The pattern that covers this call and no other, if there is one.
    pub(super) fn only(call: &ToolCall) -> Option<Self> {
        let subject = call.subject();
        let pattern = Self { tool: call.name.clone(), argument: Argument::Exactly(subject) };
        // What is written down must be read back as the same.
        (pattern.to_string().parse().as_ref() == Ok(&pattern)).then_some(pattern)
    }

    /// Whether the pattern is about this tool, whatever its input.
    fn is_about(&self, tool: &str) -> bool {
        let within = |it: &str| it.starts_with("__");
        self.tool == tool || self.is_server() && tool.strip_prefix(&self.tool).is_some_and(within)
    }

    /// `mcp__server`, which covers all its tools.
    fn is_server(&self) -> bool {
        self.tool.strip_prefix("mcp__").is_some_and(|it| !it.contains("__"))
    }

    /// Whether it covers the whole of a call.
    pub(super) fn covers_call(&self, call: &ToolCall) -> bool {
        self.is_about(&call.name)
            && match &self.argument {
                Argument::Any => true,
                Argument::Exactly(text) => *text == call.subject(),
                Argument::Prefix(..) => false,
            }
    }

    /// Whether it covers one command that a call would run.
    pub(super) fn covers_command(&self, call: &ToolCall, words: &[Word]) -> Match {
        if !self.is_about(&call.name) {
            return Match::No;
        }
        match &self.argument {
            Argument::Any => Match::Yes,
            Argument::Prefix(_, prefix) => begins(words, prefix),
            Argument::Exactly(text) => match one_command(text) {
                Some(exact) if exact.len() == words.len() => begins(words, &exact),
                Some(exact) if words.iter().any(|it| it.literal().is_none()) => {
                    // A glob or a variable may become any number of words.
                    let seen = words.iter().take_while(|it| it.literal().is_some()).count();
                    let shared = seen.min(exact.len());
                    if begins(&words[..shared], &exact[..shared]) == Match::No {
                        Match::No
                    } else {
                        Match::Perhaps
                    }
                }
                Some(_) | None => Match::No,
            },
        }
    }
}

/// Whether a command begins with these words. A variable may become any number of them.
fn begins(words: &[Word], prefix: &[String]) -> Match {
    for (at, expected) in prefix.iter().enumerate() {
        match words.get(at) {
            Some(Word::Literal(word)) if word == expected => {}
            Some(Word::Literal(_)) | None => return Match::No,
            Some(Word::Unseen) => return Match::Perhaps,
        }
    }
    Match::Yes
}

/// The words of a text that is one plain command.
fn one_command(text: &str) -> Option<Vec<String>> {
    let script = shell::parse(text, &mut Room::WHOLE.clone());
    let [command] = &script.commands[..] else { return None };
    let Command { assignments, words, writes, stdin: shell::Stdin::Inherited } = command else {
        return None;
    };
    let is_plain = script.unseen.is_none() && assignments.is_empty() && writes.is_empty();
    if !is_plain || words.is_empty() {
        return None;
    }
    words.iter().map(|it| it.literal().map(str::to_owned)).collect()
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let fail = |at: usize, problem| PatternError {
            pattern: text.to_owned(),
            position: text[..at].chars().count() + 1,
            problem,
        };
        let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
        let end = text.find(|it| !is_name(it)).unwrap_or(text.len());
        let (tool, rest) = text.split_at(end);
        if !tool.starts_with(|it: char| it.is_ascii_alphabetic()) {
            return Err(fail(0, PatternProblem::Name));
        }
        if let Some(server) = tool.strip_prefix("mcp__")
            && (server.is_empty() || server.starts_with('_'))
        {
            return Err(fail("mcp__".len(), PatternProblem::McpServer));
        }
        let argument = match rest.strip_prefix('(') {
            None if rest.is_empty() => Argument::Any,
            None if rest.starts_with('*') => return Err(fail(end, PatternProblem::Wildcard)),
            None => return Err(fail(end, PatternProblem::Name)),
            Some(rest) => match rest.strip_suffix(')') {
                None if rest.contains(')') => {
                    let at = end + 1 + rest.rfind(')').unwrap_or(0) + 1;
                    return Err(fail(at, PatternProblem::Trailing));
                }
                None => return Err(fail(text.len(), PatternProblem::Unclosed)),
                Some("") => return Err(fail(end + 1, PatternProblem::Empty)),
                Some(inner) => {
                    argument(tool, inner).map_err(|(at, problem)| fail(end + 1 + at, problem))?
                }
            },
        };
        Ok(Self { tool: tool.to_owned(), argument })
    }
}

/// What stands between the parentheses.
fn argument(tool: &str, inner: &str) -> Result<Argument, (usize, PatternProblem)> {
    if tool != "Bash" {
        let is_mcp_server = tool.starts_with("mcp__") && !inner.starts_with('{');
        return match inner.find('*') {
            _ if is_mcp_server => Err((0, PatternProblem::McpArgument)),
            Some(at) if !inner.starts_with('{') => Err((at, PatternProblem::Wildcard)),
            Some(_) | None => Ok(Argument::Exactly(inner.to_owned())),
        };
    }
    if let Some(prefix) = inner.strip_suffix(":*") {
        let words = one_command(prefix).ok_or((0, PatternProblem::NotOneCommand))?;
        return Ok(Argument::Prefix(inner.to_owned(), words));
    }
    match one_command(inner) {
        None if inner.contains('*') => {
            Err((inner.find('*').unwrap_or(0), PatternProblem::Wildcard))
        }
        Some(_) | None => Ok(Argument::Exactly(inner.to_owned())),
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.argument {
            Argument::Any => write!(f, "{}", self.tool),
            Argument::Exactly(text) | Argument::Prefix(text, _) => {
                write!(f, "{}({text})", self.tool)
            }
        }
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.to_string()
    }
}

#[cfg(test)]
mod tests;
