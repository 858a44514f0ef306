//! Lexemes to the tree of a template.
//!
//! Refused here, with the place: what does not nest, variables that nobody declared, functions that do not
//! exist, and whatever nests deeper than [`MAX_DEPTH`].

use std::sync::Arc;

use super::{
    Binding, Call, Choice, Command, Key, Loop, Node, Pipe, Term, Unit, Word,
    lexer::{Kind, Lexeme, lex},
};
use crate::{error::Fault, functions};

/// Blocks and parentheses within each other. Sensible templates have less than ten.
const MAX_DEPTH: usize = 60;

/// Variables in one scope and those around it.
const MAX_VARIABLES: usize = 500;

pub(crate) fn parse(text: &str) -> Result<Unit, Fault> {
    let lexemes = lex(text)?;
    let mut parser = Parser {
        text,
        lexemes: &lexemes,
        at: 0,
        variables: vec!["$".into()],
        loops: 0,
        depth: 0,
        unit: Unit::default(),
    };
    let (main, end) = parser.nodes(Level::Top)?;
    if let Some((word, at)) = end {
        return Err(Fault::syntax(at, format!("`{word}` belongs to nothing")));
    }
    parser.unit.main = main;
    Ok(parser.unit)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Top,
    Inner,
}

struct Parser<'l> {
    text: &'l str,
    lexemes: &'l [Lexeme],
    at: usize,
    variables: Vec<Arc<str>>,
    loops: usize,
    depth: usize,
    unit: Unit,
}

/// A word that ends a list of nodes, and where its action begins.
type Ending = Option<(&'static str, usize)>;

impl<'l> Parser<'l> {
    fn peek(&self) -> Option<&'l Lexeme> {
        self.lexemes.get(self.at)
    }

    fn is_next(&self, kind: &Kind) -> bool {
        self.peek().is_some_and(|it| it.kind == *kind)
    }

    fn take(&mut self, kind: &Kind) -> bool {
        let found = self.is_next(kind);
        self.at += usize::from(found);
        found
    }

    fn here(&self) -> usize {
        self.peek().map_or(self.text.len(), |it| it.span.start)
    }

    fn name(&self) -> Option<&'l str> {
        match self.peek() {
            Some(Lexeme { kind: Kind::Name(name), .. }) => Some(name),
            _ => None,
        }
    }

    /// Nodes up to the end, or to `end` or `else`, which stay for whoever began.
    fn nodes(&mut self, level: Level) -> Result<(Vec<Node>, Ending), Fault> {
        let mut found = Vec::new();
        while let Some(lexeme) = self.peek() {
            self.at += 1;
            if lexeme.kind == Kind::Text {
                found.push(Node::Text(lexeme.span.clone()));
                continue;
            }
            let at = lexeme.span.start;
            match self.name() {
                Some("end") => {
                    self.at += 1;
                    self.close("end")?;
                    return Ok((found, Some(("end", at))));
                }
                Some("else") => {
                    self.at += 1;
                    return Ok((found, Some(("else", at))));
                }
                Some("define") if level == Level::Top => self.define(at)?,
                Some("define") => {
                    return Err(Fault::syntax(at, "`define` stands outside of every other action"));
                }
                _ => found.push(self.action(at)?),
            }
        }
        Ok((found, None))
    }

    fn action(&mut self, at: usize) -> Result<Node, Fault> {
        let keyword = self.name();
        if let Some("if" | "with" | "range" | "template" | "block" | "break" | "continue") = keyword
        {
            self.at += 1;
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::syntax(at, format!("nested deeper than {MAX_DEPTH}")));
        }
        let node = match keyword {
            Some("if") => Node::If(self.choice(at, "if")?),
            Some("with") => Node::With(self.choice(at, "with")?),
            Some("range") => Node::Range(self.range(at)?),
            Some("template") => Node::Call(self.call(at)?),
            Some("block") => Node::Call(self.block(at)?),
            Some(word @ ("break" | "continue")) => {
                self.close(word)?;
                if self.loops == 0 {
                    return Err(Fault::syntax(at, format!("`{word}` stands within `range` only")));
                }
                if word == "break" { Node::Break } else { Node::Continue }
            }
            _ => {
                let pipe = self.pipe("this action")?;
                self.close("the action")?;
                Node::Action(pipe)
            }
        };
        self.depth -= 1;
        Ok(node)
    }

    fn close(&mut self, after: &str) -> Result<(), Fault> {
        if self.take(&Kind::Close) {
            return Ok(());
        }
        Err(Fault::syntax(self.here(), format!("nothing more may stand in {after}")))
    }

    /// What follows `if` or `with`, up to its `end`.
    fn choice(&mut self, at: usize, word: &'static str) -> Result<Choice, Fault> {
        let scope = self.variables.len();
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            let pipe = self.pipe(word)?;
            self.close(word)?;
            let (body, ending) = self.nodes(Level::Inner)?;
            branches.push((pipe, body));
            match ending {
                None => return Err(unclosed(at, word)),
                Some(("end", _)) => break,
                Some(_) if self.name() == Some(word) => self.at += 1,
                Some((_, place)) => {
                    otherwise = self.last_branch(at, word, place)?;
                    break;
                }
            }
        }
        self.variables.truncate(scope);
        Ok(Choice { branches, otherwise })
    }

    /// What stands between a plain `else` and its `end`.
    fn last_branch(&mut self, at: usize, word: &str, place: usize) -> Result<Vec<Node>, Fault> {
        self.close("else").map_err(|_| {
            Fault::syntax(
                place,
                format!("after `else` stands nothing, or `{word}` and a condition"),
            )
        })?;
        match self.nodes(Level::Inner)? {
            (body, Some(("end", _))) => Ok(body),
            (_, Some((_, second))) => {
                Err(Fault::syntax(second, format!("a second `else` of one `{word}`")))
            }
            (_, None) => Err(unclosed(at, word)),
        }
    }

    fn range(&mut self, at: usize) -> Result<Loop, Fault> {
        let scope = self.variables.len();
        let pipe = self.pipe("range")?;
        self.close("range")?;
        self.loops += 1;
        let (body, ending) = self.nodes(Level::Inner)?;
        self.loops -= 1;
        let otherwise = match ending {
            None => return Err(unclosed(at, "range")),
            Some(("end", _)) => Vec::new(),
            Some((_, place)) => self.last_branch(at, "range", place)?,
        };
        self.variables.truncate(scope);
        Ok(Loop { pipe, body, otherwise })
    }

    fn quoted_name(&mut self, of: &str) -> Result<Arc<str>, Fault> {
        match self.peek() {
            Some(Lexeme { kind: Kind::Quoted(name), .. }) => {
                self.at += 1;
                Ok(name.clone())
            }
            _ => Err(Fault::syntax(self.here(), format!("`{of}` needs a name in quotes"))),
        }
    }

    fn call(&mut self, at: usize) -> Result<Call, Fault> {
        let name = self.quoted_name("template")?;
        let pipe = if self.is_next(&Kind::Close) { None } else { Some(self.pipe("template")?) };
        self.close("template")?;
        Ok(Call { at, name, pipe })
    }

    fn define(&mut self, at: usize) -> Result<(), Fault> {
        self.at += 1;
        let name = self.quoted_name("define")?;
        self.close("define")?;
        self.body_of(at, name, "define")
    }

    fn block(&mut self, at: usize) -> Result<Call, Fault> {
        let name = self.quoted_name("block")?;
        let pipe = self.pipe("block")?;
        self.close("block")?;
        self.body_of(at, name.clone(), "block")?;
        Ok(Call { at, name, pipe: Some(pipe) })
    }

    fn body_of(&mut self, at: usize, name: Arc<str>, word: &str) -> Result<(), Fault> {
        let outer = std::mem::replace(&mut self.variables, vec!["$".into()]);
        let loops = std::mem::take(&mut self.loops);
        let (body, ending) = self.nodes(Level::Inner)?;
        match ending {
            Some(("end", _)) => {}
            Some((_, place)) => {
                return Err(Fault::syntax(place, format!("`else` belongs to no `{word}`")));
            }
            None => return Err(unclosed(at, word)),
        }
        (self.variables, self.loops) = (outer, loops);
        // As in Go, an empty definition gives way to one that says something.
        let says = |nodes: &[Node]| !nodes.iter().all(|it| self.is_blank(it));
        let before = self.unit.defined.get(&name);
        match before.map(|it| says(it)) {
            Some(true) if says(&body) => {
                return Err(Fault::syntax(at, format!("there are two templates `{name}`")));
            }
            Some(true) => {}
            Some(false) | None => {
                self.unit.defined.insert(name, body);
            }
        }
        Ok(())
    }

    fn is_blank(&self, node: &Node) -> bool {
        matches!(node, Node::Text(span) if self.text[span.clone()].trim().is_empty())
    }

    fn pipe(&mut self, of: &str) -> Result<Pipe, Fault> {
        let at = self.here();
        let (variables, binding) = self.bindings(of == "range")?;
        let mut commands = Vec::new();
        loop {
            let start = self.here();
            let command = self.command()?;
            match command.words.first() {
                None => return Err(Fault::syntax(start, format!("a value is missing in {of}"))),
                Some(word)
                    if !commands.is_empty() && word.term.is_constant() && word.keys.is_empty() =>
                {
                    return Err(Fault::syntax(word.at, "nothing can be piped into a plain value"));
                }
                Some(_) => commands.push(command),
            }
            if !self.take(&Kind::Pipe) {
                break;
            }
        }
        let end = self.lexemes.get(self.at.wrapping_sub(1)).map_or(at, |it| it.span.end);
        if binding == Binding::Declare {
            self.variables.extend(variables.iter().cloned());
            if self.variables.len() > MAX_VARIABLES {
                return Err(Fault::syntax(
                    at,
                    format!("more than {MAX_VARIABLES} variables at once"),
                ));
            }
        }
        Ok(Pipe { at, end, variables, binding, commands })
    }

    /// `$x :=`, `$x =`, and for `range` also `$i, $x :=`.
    fn bindings(&mut self, two: bool) -> Result<(Vec<Arc<str>>, Binding), Fault> {
        let kind = |offset: usize| self.lexemes.get(self.at + offset).map(|it| &it.kind);
        let Some(Kind::Variable(first)) = kind(0) else { return Ok((Vec::new(), Binding::None)) };
        let (names, length, operator) = match (kind(1), kind(2), kind(3)) {
            (Some(it @ (Kind::Declare | Kind::Assign)), ..) => (vec![first.clone()], 2, it),
            (
                Some(Kind::Comma),
                Some(Kind::Variable(second)),
                Some(it @ (Kind::Declare | Kind::Assign)),
            ) if two => (vec![first.clone(), second.clone()], 4, it),
            _ => return Ok((Vec::new(), Binding::None)),
        };
        let binding = if *operator == Kind::Declare { Binding::Declare } else { Binding::Assign };
        if binding == Binding::Assign {
            for name in &names {
                self.known(name, self.here())?;
            }
        }
        self.at += length;
        Ok((names, binding))
    }

    fn known(&self, name: &Arc<str>, at: usize) -> Result<(), Fault> {
        if self.variables.contains(name) {
            return Ok(());
        }
        Err(Fault::syntax(at, format!("there is no variable `{name}`")))
    }

    fn command(&mut self) -> Result<Command, Fault> {
        let mut words = Vec::new();
        while let Some(lexeme) = self.peek() {
            if matches!(lexeme.kind, Kind::Close | Kind::Pipe | Kind::Right) {
                break;
            }
            if !words.is_empty() && !lexeme.spaced {
                return Err(Fault::syntax(lexeme.span.start, "a blank is missing before this"));
            }
            words.push(self.operand()?);
        }
        Ok(Command { words })
    }

    fn operand(&mut self) -> Result<Word, Fault> {
        let lexeme = self.peek().expect("the caller saw it");
        let at = lexeme.span.start;
        self.at += 1;
        let mut keys = Vec::new();
        let term = match &lexeme.kind {
            Kind::Name(name) => self.named(name, at)?,
            Kind::Field(name) => {
                keys.push(Key { at, name: name.clone() });
                Term::Dot
            }
            Kind::Variable(name) => {
                self.known(name, at)?;
                Term::Variable(name.clone())
            }
            Kind::Dot => Term::Dot,
            Kind::Quoted(text) => Term::Text(text.clone()),
            Kind::Int(it) => Term::Int(*it),
            Kind::Float(it) => Term::Float(*it),
            Kind::Left => self.parenthesis(at)?,
            Kind::Declare | Kind::Assign | Kind::Comma => {
                return Err(Fault::syntax(
                    at,
                    "this may stand after a variable at the beginning only",
                ));
            }
            Kind::Text | Kind::Open | Kind::Close | Kind::Pipe | Kind::Right => {
                return Err(Fault::syntax(at, "a value is missing here"));
            }
        };
        while let Some(Lexeme { kind: Kind::Field(name), span, spaced: false }) = self.peek() {
            if lexeme.kind == Kind::Dot {
                return Err(Fault::syntax(span.start, "two dots beside each other"));
            }
            if term.is_constant() && keys.is_empty() && !matches!(term, Term::Dot) {
                return Err(Fault::syntax(span.start, "a plain value has no fields"));
            }
            keys.push(Key { at: span.start, name: name.clone() });
            self.at += 1;
        }
        Ok(Word { at, term, keys })
    }

    fn named(&self, name: &Arc<str>, at: usize) -> Result<Term, Fault> {
        Ok(match &**name {
            "true" => Term::Bool(true),
            "false" => Term::Bool(false),
            "nil" => Term::Nil,
            it if functions::find(it).is_some() => Term::Function(name.clone()),
            it => return Err(Fault::syntax(at, format!("there is no function `{it}`"))),
        })
    }

    fn parenthesis(&mut self, at: usize) -> Result<Term, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::syntax(at, format!("nested deeper than {MAX_DEPTH}")));
        }
        let pipe = self.pipe("these parentheses")?;
        self.depth -= 1;
        if !self.take(&Kind::Right) {
            return Err(Fault::syntax(self.here(), "a `)` is missing here"));
        }
        Ok(Term::Pipe(Box::new(pipe)))
    }
}

fn unclosed(at: usize, word: &str) -> Fault {
    Fault::syntax(at, format!("this `{word}` has no `end`"))
}
