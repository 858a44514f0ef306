//! Renders the tree of a template: actions, loops, variables, calls.
//!
//! ```text
//!   nodes ──▶ pipe ──▶ command ──▶ word ──▶ value
//!     ▲                   │ a function (functions), whose last argument is what was piped
//!     └── range, if, with, template
//! ```
//!
//! A key that is missing and a value that is nil print nothing here, where Go prints `<no value>`: both are
//! errors with a place, since such output ends as a command in somebody's shell.

use std::sync::Arc;

use crate::{
    error::{ErrorKind, Fault, TemplateError},
    fields,
    functions::{self, Args},
    print::{self, Sink},
    runtime::{CallError, Runtime},
    syntax::{Binding, Call, Choice, Command, Loop, Node, Pipe, Term, Unit, Word},
    value::Value,
};

/// A text that was read, with its name and its tree.
pub(crate) struct Source<'s> {
    pub(crate) name: &'s str,
    pub(crate) text: &'s str,
    pub(crate) unit: &'s Unit,
}

/// Renders a source with a value as `.` and `$`.
pub(crate) fn render(
    source: &Source<'_>,
    runtime: &mut Runtime<'_>,
    dot: &Value,
) -> Result<String, TemplateError> {
    let names = source.unit.defined.keys().cloned().collect();
    let outer = std::mem::replace(&mut runtime.defined, names);
    let mut engine =
        Engine { source, runtime, variables: vec![("$".into(), dot.clone())], out: String::new() };
    let result = engine.nodes(&source.unit.main, dot);
    let out = std::mem::take(&mut engine.out);
    runtime.defined = outer;
    result.map_err(|fault| TemplateError::new(source.name, source.text, fault))?;
    Ok(out)
}

/// How a list of nodes was left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Through,
    Break,
    Continue,
}

struct Engine<'e, 'w> {
    source: &'e Source<'e>,
    runtime: &'e mut Runtime<'w>,
    variables: Vec<(Arc<str>, Value)>,
    out: String,
}

impl<'e> Engine<'e, '_> {
    fn nodes(&mut self, nodes: &'e [Node], dot: &Value) -> Result<Flow, Fault> {
        for node in nodes {
            match node {
                Node::Text(span) => {
                    let text = &self.source.text[span.clone()];
                    self.runtime.room(text.len()).map_err(at(span.start))?;
                    self.out.push_str(text);
                }
                Node::Action(pipe) => self.action(pipe, dot)?,
                Node::If(choice) => {
                    let flow = self.choice(choice, dot, Moves::Nothing)?;
                    if flow != Flow::Through {
                        return Ok(flow);
                    }
                }
                Node::With(choice) => {
                    let flow = self.choice(choice, dot, Moves::Dot)?;
                    if flow != Flow::Through {
                        return Ok(flow);
                    }
                }
                Node::Range(each) => self.range(each, dot)?,
                Node::Call(call) => self.call(call, dot)?,
                Node::Break => return Ok(Flow::Break),
                Node::Continue => return Ok(Flow::Continue),
            }
        }
        Ok(Flow::Through)
    }

    fn action(&mut self, pipe: &'e Pipe, dot: &Value) -> Result<(), Fault> {
        let value = self.pipe(pipe, dot)?;
        if pipe.binding != Binding::None {
            return Ok(());
        }
        if matches!(value, Value::Nil) {
            let shown = self.source.text[pipe.at..pipe.end].trim_end();
            return Err(Fault::missing(pipe.at, format!("`{shown}` has no value to print")));
        }
        if let Value::Text(text) = &value {
            self.runtime.room(text.len()).map_err(at(pipe.at))?;
            self.out.push_str(text);
        } else {
            let text = print::plain(self.runtime, &value).map_err(at(pipe.at))?;
            self.out.push_str(&text);
        }
        Ok(())
    }

    fn choice(&mut self, choice: &'e Choice, dot: &Value, moves: Moves) -> Result<Flow, Fault> {
        let scope = self.variables.len();
        let mut flow = None;
        for (pipe, body) in &choice.branches {
            let value = self.pipe(pipe, dot)?;
            if value.is_true() {
                let inner = if moves == Moves::Dot { &value } else { dot };
                flow = Some(self.nodes(body, inner)?);
                break;
            }
        }
        let flow = match flow {
            Some(flow) => flow,
            None => self.nodes(&choice.otherwise, dot)?,
        };
        self.variables.truncate(scope);
        Ok(flow)
    }

    fn range(&mut self, each: &'e Loop, dot: &Value) -> Result<(), Fault> {
        let scope = self.variables.len();
        let value = self.pipe_value(&each.pipe, dot)?;
        for name in &each.pipe.variables {
            if each.pipe.binding == Binding::Declare {
                self.variables.push((name.clone(), value.clone()));
            }
        }
        let looped = match &value {
            Value::List(list) => {
                let items = list.items().iter().enumerate();
                self.rounds(each, items.map(|(nth, it)| (whole(nth), it.clone())))?
            }
            Value::Map(map) => {
                // A copy, since the body may `set`.
                let entries = map.entries().clone();
                self.runtime.step(value.weight() * 8).map_err(at(each.pipe.at))?;
                self.rounds(each, entries.into_iter().map(|(key, it)| (Value::Text(key), it)))?
            }
            Value::Int(count) if each.pipe.variables.len() < 2 => {
                self.rounds(each, (0..*count).map(|it| (Value::Int(it), Value::Int(it))))?
            }
            Value::Nil => false,
            Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Time(_)
            | Value::Version(_) => {
                let kind = value.type_name();
                return Err(Fault::failed(each.pipe.at, format!("cannot range over {kind}")));
            }
        };
        if !looped {
            self.nodes(&each.otherwise, dot)?;
        }
        self.variables.truncate(scope);
        Ok(())
    }

    /// Whether there was a round.
    fn rounds(
        &mut self,
        each: &'e Loop,
        items: impl Iterator<Item = (Value, Value)>,
    ) -> Result<bool, Fault> {
        let mut any = false;
        let scope = self.variables.len();
        for (key, item) in items {
            any = true;
            self.runtime.step(1).map_err(at(each.pipe.at))?;
            match each.pipe.variables.as_slice() {
                [one] => self.bind(one, item.clone(), each.pipe.at)?,
                [first, second] => {
                    self.bind(first, key, each.pipe.at)?;
                    self.bind(second, item.clone(), each.pipe.at)?;
                }
                _ => {}
            }
            let flow = self.nodes(&each.body, &item)?;
            self.variables.truncate(scope);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(any)
    }

    fn bind(&mut self, name: &Arc<str>, value: Value, place: usize) -> Result<(), Fault> {
        let found = self.variables.iter_mut().rev().find(|it| it.0 == *name);
        let known =
            found.ok_or_else(|| Fault::failed(place, format!("there is no variable `{name}`")))?;
        known.1 = value;
        Ok(())
    }

    fn call(&mut self, call: &'e Call, dot: &Value) -> Result<(), Fault> {
        let body = self.source.unit.defined.get(&call.name);
        let body = body.ok_or_else(|| {
            Fault::failed(call.at, format!("there is no template `{}`", call.name))
        })?;
        let inner = match &call.pipe {
            Some(pipe) => self.pipe(pipe, dot)?,
            None => Value::Nil,
        };
        self.runtime.step(1).map_err(at(call.at))?;
        deeper(self.runtime, call.at)?;
        let outer = std::mem::replace(&mut self.variables, vec![("$".into(), inner.clone())]);
        self.nodes(body, &inner)?;
        self.variables = outer;
        self.runtime.depth -= 1;
        Ok(())
    }

    /// The value of a pipe, after its variables have it.
    fn pipe(&mut self, pipe: &'e Pipe, dot: &Value) -> Result<Value, Fault> {
        let value = self.pipe_value(pipe, dot)?;
        for name in &pipe.variables {
            match pipe.binding {
                Binding::None => {}
                Binding::Declare => self.variables.push((name.clone(), value.clone())),
                Binding::Assign => self.bind(name, value.clone(), pipe.at)?,
            }
        }
        Ok(value)
    }

    fn pipe_value(&mut self, pipe: &'e Pipe, dot: &Value) -> Result<Value, Fault> {
        let mut piped = None;
        for command in &pipe.commands {
            piped = Some(self.command(command, dot, piped)?);
        }
        Ok(piped.unwrap_or(Value::Nil))
    }

    fn command(
        &mut self,
        command: &'e Command,
        dot: &Value,
        piped: Option<Value>,
    ) -> Result<Value, Fault> {
        let (first, rest) =
            command.words.split_first().expect("the parser refuses an empty command");
        self.runtime.step(1).map_err(at(first.at))?;
        let alone = rest.is_empty() && piped.is_none();
        if let Term::Function(name) = &first.term
            && first.keys.is_empty()
        {
            return self.function(name, first.at, rest, dot, piped);
        }
        if alone {
            return match (&first.term, first.keys.is_empty()) {
                (Term::Nil, true) => Err(Fault::failed(first.at, "nil stands as an argument only")),
                _ => self.word(first, dot),
            };
        }
        let Some((last, before)) = first.keys.split_last() else {
            return Err(Fault::failed(first.at, "only a function takes arguments"));
        };
        let mut receiver = self.term(first, dot)?;
        for key in before {
            receiver = fields::field(self.runtime, &receiver, key, &first.keys)?;
        }
        let mut arguments = self.words(rest, dot)?;
        arguments.extend(piped);
        fields::method(self.runtime, &receiver, &last.name, &arguments)
            .map_err(|error| fault(last.at, &error))
    }

    fn function(
        &mut self,
        name: &Arc<str>,
        place: usize,
        words: &'e [Word],
        dot: &Value,
        piped: Option<Value>,
    ) -> Result<Value, Fault> {
        if matches!(&**name, "and" | "or") {
            return self.short_circuit(name, place, words, dot, piped);
        }
        let mut arguments = self.words(words, dot)?;
        arguments.extend(piped);
        let function = functions::find(name).expect("the parser looked it up");
        let result = function.apply(self.runtime, Args::new(&arguments));
        result.map_err(|error| {
            let mut fault = fault(place, &error);
            if fault.kind != ErrorKind::Limit {
                fault.message = format!("{name}: {}", fault.message);
            }
            fault
        })
    }

    /// `and` and `or` look at no more arguments than they need.
    fn short_circuit(
        &mut self,
        name: &str,
        place: usize,
        words: &'e [Word],
        dot: &Value,
        piped: Option<Value>,
    ) -> Result<Value, Fault> {
        let wanted = name == "or";
        let mut last = None;
        for word in words {
            let value = self.word(word, dot)?;
            if value.is_true() == wanted {
                return Ok(value);
            }
            last = Some(value);
        }
        piped
            .or(last)
            .ok_or_else(|| Fault::failed(place, format!("{name}: wants at least 1 argument")))
    }

    fn words(&mut self, words: &'e [Word], dot: &Value) -> Result<Vec<Value>, Fault> {
        words.iter().map(|it| self.word(it, dot)).collect()
    }

    fn word(&mut self, word: &'e Word, dot: &Value) -> Result<Value, Fault> {
        let mut value = self.term(word, dot)?;
        for key in &word.keys {
            value = fields::field(self.runtime, &value, key, &word.keys)?;
        }
        Ok(value)
    }

    fn term(&mut self, word: &'e Word, dot: &Value) -> Result<Value, Fault> {
        Ok(match &word.term {
            Term::Dot => dot.clone(),
            Term::Nil => Value::Nil,
            Term::Bool(it) => Value::Bool(*it),
            Term::Int(it) => Value::Int(*it),
            Term::Float(it) => Value::Float(*it),
            Term::Text(it) => Value::Text(it.clone()),
            Term::Variable(name) => {
                let found = self.variables.iter().rev().find(|it| it.0 == *name);
                let missing = || Fault::failed(word.at, format!("there is no variable `{name}`"));
                found.ok_or_else(missing)?.1.clone()
            }
            Term::Function(name) => self.function(name, word.at, &[], dot, None)?,
            Term::Pipe(pipe) => {
                let scope = self.variables.len();
                let value = self.pipe(pipe, dot)?;
                self.variables.truncate(scope);
                value
            }
        })
    }
}

/// Whether a condition's value becomes `.` within.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moves {
    Nothing,
    Dot,
}

fn whole(nth: usize) -> Value {
    Value::Int(i64::try_from(nth).unwrap_or(i64::MAX))
}

/// One more template within the others. The caller goes back up.
pub(crate) fn deeper(runtime: &mut Runtime<'_>, place: usize) -> Result<(), Fault> {
    runtime.depth += 1;
    let limit = runtime.world.limits.depth;
    if runtime.depth > limit {
        let message = format!("templates call each other more than {limit} deep");
        return Err(Fault { kind: ErrorKind::Limit, at: place, message });
    }
    Ok(())
}

fn at(place: usize) -> impl Fn(CallError) -> Fault {
    move |error| fault(place, &error)
}

pub(crate) fn fault(place: usize, error: &CallError) -> Fault {
    Fault { kind: error.kind(), at: place, message: error.to_string() }
}

/// What `html`, `js` and `urlquery` escape: all arguments, printed.
pub(crate) fn printed(runtime: &mut Runtime<'_>, values: &[Value]) -> Result<String, CallError> {
    let mut sink = Sink::new(runtime);
    sink.all(values)?;
    Ok(sink.text)
}
