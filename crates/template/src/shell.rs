//! Where a value lands in a shell script such that a shell would read it as code.
//!
//! Values reach scripts raw, since documents expect it: `rm -r {{ .inputs.Dir }}` with `x; reboot` is two
//! commands. The lint follows quotes, substitutions, comments and here-documents through the text between the
//! actions, and says which values are safe there by what they are. It is a help for authors and no boundary:
//! a script may do with its arguments what it likes.

mod quoting;

use std::collections::BTreeMap;

use crate::{
    error::Places,
    syntax::{Binding, Choice, Command, Node, Pipe, Term, Unit, Word},
};
pub use quoting::Spot;
use quoting::State;

/// How little it takes to run something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A quote, a dollar sign or a line end in the value.
    Caution,
    /// A blank or a semicolon in the value.
    Danger,
}

/// One value that a shell would read as more than a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injection {
    pub severity: Severity,
    pub spot: Spot,
    /// The action without its braces.
    pub action: String,
    /// Both counted from 1, the column in characters.
    pub line: usize,
    pub column: usize,
}

impl Injection {
    /// What is wrong and what to do, for the author.
    #[must_use]
    pub fn message(&self) -> String {
        format!(
            "`{}` stands {}, so {} in its value runs as code; pass it by `env:` and write \"$NAME\", or pipe it \
             into `shellQuote` where nothing is quoted",
            self.action,
            self.spot.place(),
            self.spot.trigger(),
        )
    }
}

/// Templates that call each other are followed this deep.
const MAX_CALLS: usize = 8;

/// Nodes, and pieces of text, that are looked at. Templates that call others twice each would take forever.
const MAX_VISITS: usize = 100_000;

pub(crate) fn lint(unit: &Unit, text: &str, harmless: &dyn Fn(&str) -> bool) -> Vec<Injection> {
    let mut lint =
        Lint { unit, text, harmless, found: BTreeMap::new(), moved: 0, calls: 0, left: MAX_VISITS };
    lint.nodes(&unit.main, &mut State::default());
    let mut places = Places::new(text);
    let injection = |((at, spot), end): ((usize, Spot), usize)| {
        let (line, column) = places.next(at);
        let action = text[at..end].trim_end().to_owned();
        Injection { severity: spot.severity(), spot, action, line, column }
    };
    lint.found.into_iter().map(injection).collect()
}

struct Lint<'l> {
    unit: &'l Unit,
    text: &'l str,
    harmless: &'l dyn Fn(&str) -> bool,
    /// Where values land, each with the end of its action.
    found: BTreeMap<(usize, Spot), usize>,
    /// Loops and `with`s around: within them `.` is not the data.
    moved: usize,
    calls: usize,
    /// Of [`MAX_VISITS`].
    left: usize,
}

impl Lint<'_> {
    fn nodes(&mut self, nodes: &[Node], state: &mut State) {
        for node in nodes {
            self.left = self.left.saturating_sub(1);
            if self.left == 0 {
                return;
            }
            match node {
                Node::Text(span) => {
                    self.left = self.left.saturating_sub(span.len() / 64);
                    state.text(&self.text[span.clone()]);
                }
                Node::Action(pipe) => self.action(pipe, state),
                Node::If(choice) => self.choice(choice, state),
                Node::With(choice) => {
                    self.moved += 1;
                    self.choice(choice, state);
                    self.moved -= 1;
                }
                Node::Range(each) => {
                    let mut empty = state.clone();
                    self.moved += 1;
                    self.nodes(&each.body, state);
                    self.moved -= 1;
                    self.nodes(&each.otherwise, &mut empty);
                }
                Node::Call(call) => {
                    if let Some(body) = self.unit.defined.get(&call.name)
                        && self.calls < MAX_CALLS
                    {
                        self.calls += 1;
                        self.moved += 1;
                        self.nodes(body, state);
                        self.moved -= 1;
                        self.calls -= 1;
                    }
                }
                Node::Break | Node::Continue => {}
            }
        }
    }

    /// Each branch begins where the condition stands; the text after goes on from the first.
    fn choice(&mut self, choice: &Choice, state: &mut State) {
        let before = state.clone();
        for (nth, (_, body)) in choice.branches.iter().enumerate() {
            let mut other = before.clone();
            self.nodes(body, if nth == 0 { &mut *state } else { &mut other });
        }
        self.nodes(&choice.otherwise, &mut before.clone());
    }

    fn action(&mut self, pipe: &Pipe, state: &mut State) {
        if pipe.binding != Binding::None {
            return;
        }
        let spot = state.spot();
        state.value();
        let Some(spot) = spot else { return };
        if self.is_harmless(pipe) || (spot == Spot::Unquoted && is_quoted(pipe)) {
            return;
        }
        self.found.insert((pipe.at, spot), pipe.end);
    }

    fn is_harmless(&self, pipe: &Pipe) -> bool {
        let mut piped = true;
        for command in &pipe.commands {
            piped = self.is_harmless_command(command, piped);
        }
        piped
    }

    fn is_harmless_command(&self, command: &Command, piped: bool) -> bool {
        let Some((first, rest)) = command.words.split_first() else { return false };
        if let Term::Function(name) = &first.term
            && first.keys.is_empty()
        {
            return match sort(name) {
                Sort::Harmless => true,
                Sort::AsItsArguments => piped && rest.iter().all(|it| self.is_harmless_word(it)),
                Sort::Anything => false,
            };
        }
        rest.is_empty() && self.is_harmless_word(first)
    }

    fn is_harmless_word(&self, word: &Word) -> bool {
        let keys: Vec<&str> = word.keys.iter().map(|it| &*it.name).collect();
        let of_data = match &word.term {
            Term::Nil | Term::Bool(_) | Term::Int(_) | Term::Float(_) | Term::Text(_) => {
                return true;
            }
            Term::Pipe(pipe) => return keys.is_empty() && self.is_harmless(pipe),
            Term::Function(name) => return keys.is_empty() && sort(name) == Sort::Harmless,
            Term::Dot => self.moved == 0,
            Term::Variable(name) => &**name == "$" && self.calls == 0,
        };
        match keys.as_slice() {
            ["inputs", name] => of_data && (self.harmless)(name),
            ["inputs" | "outputs"] => false,
            [name] => of_data && (self.harmless)(name),
            _ => false,
        }
    }
}

/// Whether a pipe ends in `shellQuote`, which makes one word of anything.
fn is_quoted(pipe: &Pipe) -> bool {
    let last = pipe.commands.last().and_then(|it| it.words.first());
    last.is_some_and(|it| matches!(&it.term, Term::Function(name) if &**name == "shellQuote"))
}

/// What a function may give, as far as a shell is concerned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Letters, digits and little else.
    Harmless,
    /// Nothing that its arguments do not have.
    AsItsArguments,
    Anything,
}

fn sort(function: &str) -> Sort {
    match function {
        "len" | "int" | "int64" | "float64" | "atoi" | "add" | "add1" | "sub" | "mul" | "div"
        | "mod" | "max" | "min" | "round" | "ceil" | "floor" | "plus" | "minus" | "times"
        | "divide" | "roundInt" | "sha1sum" | "sha256sum" | "sha512sum" | "adler32sum"
        | "b64enc" | "b32enc" | "uuidv4" | "randAlpha" | "randNumeric" | "randAlphaNum"
        | "randInt" | "unixEpoch" | "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "not" | "empty"
        | "hasKey" | "has" | "contains" | "hasPrefix" | "hasSuffix" | "regexMatch"
        | "semverCompare" | "dasherize" | "snakeCase" => Sort::Harmless,
        "default" | "ternary" | "coalesce" | "lower" | "upper" | "trim" | "trimSpace" | "title"
        | "and" | "or" | "trunc" | "print" | "UpperCase" | "LowerCase" | "toString" => {
            Sort::AsItsArguments
        }
        _ => Sort::Anything,
    }
}
