//! The tree of a template: what its parser makes, and what the engine, the scan for needs and the lint read.
//!
//! Offsets are bytes of the text that the tree was made of.

mod lexer;
mod number;
mod parser;

use std::{collections::BTreeMap, ops::Range, sync::Arc};

pub(crate) use parser::parse;

/// A file of templates: what stands outside of any `define`, and what is defined.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    pub(crate) main: Vec<Node>,
    pub(crate) defined: BTreeMap<Arc<str>, Vec<Node>>,
}

#[derive(Debug)]
pub(crate) enum Node {
    Text(Range<usize>),
    /// `{{ pipeline }}`; prints unless it declares or assigns.
    Action(Pipe),
    If(Choice),
    With(Choice),
    Range(Loop),
    Call(Call),
    Break,
    Continue,
}

/// `if` and `with`: branches in order, then what is left.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) branches: Vec<(Pipe, Vec<Node>)>,
    pub(crate) otherwise: Vec<Node>,
}

#[derive(Debug)]
pub(crate) struct Loop {
    pub(crate) pipe: Pipe,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Vec<Node>,
}

/// `{{ template "name" pipeline }}`
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) at: usize,
    pub(crate) name: Arc<str>,
    pub(crate) pipe: Option<Pipe>,
}

#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) at: usize,
    pub(crate) end: usize,
    pub(crate) variables: Vec<Arc<str>>,
    pub(crate) binding: Binding,
    pub(crate) commands: Vec<Command>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    None,
    /// `:=`
    Declare,
    /// `=`
    Assign,
}

/// Words beside each other: a function and its arguments, or one value.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) words: Vec<Word>,
}

#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) at: usize,
    pub(crate) term: Term,
    /// `.a.b` after the term.
    pub(crate) keys: Vec<Key>,
}

#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) at: usize,
    pub(crate) name: Arc<str>,
}

#[derive(Debug)]
pub(crate) enum Term {
    Dot,
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    Variable(Arc<str>),
    Function(Arc<str>),
    Pipe(Box<Pipe>),
}

impl Term {
    /// Whether a value stands here that nothing can be piped into.
    pub(crate) fn is_constant(&self) -> bool {
        match self {
            Self::Dot
            | Self::Nil
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Text(_) => true,
            Self::Variable(_) | Self::Function(_) | Self::Pipe(_) => false,
        }
    }
}
