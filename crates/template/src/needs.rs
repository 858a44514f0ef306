//! Which inputs and outputs a template names, found without rendering it.
//!
//! The scan follows `.` and variables: within `with .inputs`, `.Region` is an input; within `range`, `.name` is
//! none. What a condition might skip counts too, since nobody knows before the values are there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    error::Places,
    syntax::{Binding, Choice, Command, Loop, Node, Pipe, Term, Unit, Word},
};

/// One name with the place where it first stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need<N> {
    pub name: N,
    /// Both counted from 1, the column in characters.
    pub line: usize,
    pub column: usize,
}

/// An output of a block, both as the template writes them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutputName {
    pub block: String,
    pub key: String,
}

/// What a template needs, in the order of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub inputs: Vec<Need<String>>,
    pub outputs: Vec<Need<OutputName>>,
}

pub(crate) fn of(unit: &Unit, text: &str) -> Needs {
    let mut scan = Scan {
        unit,
        variables: vec![("$".into(), Some(Vec::new()))],
        inputs: BTreeMap::new(),
        outputs: BTreeMap::new(),
        visited: BTreeSet::new(),
        left: MAX_VISITS,
    };
    scan.nodes(&unit.main, &Some(Vec::new()));
    Needs { inputs: in_order(text, scan.inputs), outputs: in_order(text, scan.outputs) }
}

fn in_order<N>(text: &str, found: BTreeMap<N, usize>) -> Vec<Need<N>> {
    let mut all: Vec<_> = found.into_iter().collect();
    all.sort_by_key(|it| it.1);
    let mut places = Places::new(text);
    let need = |(name, at)| {
        let (line, column) = places.next(at);
        Need { name, line, column }
    };
    all.into_iter().map(need).collect()
}

/// The keys from the data to a value; `None` for a value that is not simply part of the data.
type Path = Option<Vec<Arc<str>>>;

/// Nodes that are looked at. Templates that call each other with ever other data would take forever.
const MAX_VISITS: usize = 1_000_000;

/// A path longer than this names a part of an input, which is all that counts.
const MAX_PATH: usize = 4;

struct Scan<'u> {
    unit: &'u Unit,
    variables: Vec<(Arc<str>, Path)>,
    inputs: BTreeMap<String, usize>,
    outputs: BTreeMap<OutputName, usize>,
    visited: BTreeSet<(Arc<str>, Path)>,
    left: usize,
}

impl<'u> Scan<'u> {
    fn nodes(&mut self, nodes: &'u [Node], dot: &Path) {
        for node in nodes {
            self.left = self.left.saturating_sub(1);
            if self.left == 0 {
                return;
            }
            match node {
                Node::Text(_) | Node::Break | Node::Continue => {}
                Node::Action(pipe) => {
                    self.pipe(pipe, dot);
                }
                Node::If(choice) => self.choice(choice, dot, |_, dot| dot),
                Node::With(choice) => self.choice(choice, dot, |value, _| value),
                Node::Range(each) => self.range(each, dot),
                Node::Call(call) => {
                    let inner = call.pipe.as_ref().and_then(|it| self.pipe(it, dot));
                    // Each template once for each thing that it is called with, or recursion has no end.
                    let body = self.unit.defined.get(&call.name);
                    if let Some(body) = body
                        && self.visited.insert((call.name.clone(), inner.clone()))
                    {
                        let outer = std::mem::replace(
                            &mut self.variables,
                            vec![("$".into(), inner.clone())],
                        );
                        self.nodes(body, &inner);
                        self.variables = outer;
                    }
                }
            }
        }
    }

    fn choice(&mut self, choice: &'u Choice, dot: &Path, within: fn(Path, Path) -> Path) {
        let scope = self.variables.len();
        for (pipe, body) in &choice.branches {
            let value = self.pipe(pipe, dot);
            self.nodes(body, &within(value, dot.clone()));
        }
        self.nodes(&choice.otherwise, dot);
        self.variables.truncate(scope);
    }

    fn range(&mut self, each: &'u Loop, dot: &Path) {
        let scope = self.variables.len();
        self.commands(&each.pipe, dot);
        if each.pipe.binding == Binding::Declare {
            self.variables.extend(each.pipe.variables.iter().map(|it| (it.clone(), None)));
        }
        self.nodes(&each.body, &None);
        self.nodes(&each.otherwise, dot);
        self.variables.truncate(scope);
    }

    fn pipe(&mut self, pipe: &'u Pipe, dot: &Path) -> Path {
        let path = self.commands(pipe, dot);
        for name in &pipe.variables {
            match pipe.binding {
                Binding::None => {}
                Binding::Declare => self.variables.push((name.clone(), path.clone())),
                Binding::Assign => {
                    if let Some(it) = self.variables.iter_mut().rev().find(|it| it.0 == *name) {
                        it.1 = None;
                    }
                }
            }
        }
        path
    }

    fn commands(&mut self, pipe: &'u Pipe, dot: &Path) -> Path {
        let mut path = None;
        for command in &pipe.commands {
            path = self.command(command, dot);
        }
        if pipe.commands.len() == 1 { path } else { None }
    }

    fn command(&mut self, command: &'u Command, dot: &Path) -> Path {
        let paths: Vec<Path> = command.words.iter().map(|it| self.word(it, dot)).collect();
        match command.words.as_slice() {
            [_] => paths.into_iter().next().flatten(),
            // `index .inputs "Region"` and `get .inputs "Region"` name an input as `.inputs.Region` does.
            [first, container, keys @ ..] if is_index(first) => {
                let mut path = paths.into_iter().nth(1).flatten()?;
                for key in keys {
                    let Term::Text(name) = &key.term else { return None };
                    path.push(name.clone());
                }
                self.found(&path, container.at);
                Some(path)
            }
            _ => None,
        }
    }

    fn word(&mut self, word: &'u Word, dot: &Path) -> Path {
        let mut path = match &word.term {
            Term::Dot => dot.clone(),
            Term::Variable(name) => {
                self.variables.iter().rev().find(|it| it.0 == *name).and_then(|it| it.1.clone())
            }
            Term::Pipe(pipe) => {
                let scope = self.variables.len();
                let path = self.pipe(pipe, dot);
                self.variables.truncate(scope);
                path
            }
            Term::Nil
            | Term::Bool(_)
            | Term::Int(_)
            | Term::Float(_)
            | Term::Text(_)
            | Term::Function(_) => None,
        }?;
        path.extend(word.keys.iter().map(|it| it.name.clone()));
        path.truncate(MAX_PATH);
        self.found(&path, word.at);
        Some(path)
    }

    fn found(&mut self, path: &[Arc<str>], at: usize) {
        match path {
            [root, name, ..] if **root == *"inputs" => {
                note(&mut self.inputs, name.to_string(), at);
            }
            [root, block, key, ..] if **root == *"outputs" => {
                let name = OutputName { block: block.to_string(), key: key.to_string() };
                note(&mut self.outputs, name, at);
            }
            // The older way: inputs stand at the root, too.
            [name, ..] if !matches!(&**name, "inputs" | "outputs") => {
                note(&mut self.inputs, name.to_string(), at);
            }
            _ => {}
        }
    }
}

fn note<N: Ord>(found: &mut BTreeMap<N, usize>, name: N, at: usize) {
    let first = found.entry(name).or_insert(at);
    *first = at.min(*first);
}

fn is_index(word: &Word) -> bool {
    matches!(&word.term, Term::Function(name) if matches!(&**name, "index" | "get"))
}
