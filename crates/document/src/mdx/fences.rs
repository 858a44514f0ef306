//! Fences between components that run: each is a `Command` with what stands in it for its script.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Component, ComponentKind, ID_DIGITS, table::rules};
use crate::{
    block::{Block, BlockKind},
    diagnostic::Report,
    runtime::Runtime,
};

/// What stands in the place of the name of a tag.
pub(super) const NAME: &str = "fence";

/// Attributes that are props of a `Command`.
const PROPS: [&str; 7] =
    ["title", "description", "inputsId", "awsAuthId", "githubAuthId", "gitAuthId", "googleAuthId"];

/// Puts the blocks that run among the components, in the order of the text. A document without components has
/// blocks of its own.
pub(crate) fn add(components: &mut Vec<Component>, blocks: &[Block], report: &mut Report<'_>) {
    if components.is_empty() {
        return;
    }
    let runnable = blocks.iter().filter(|it| it.kind == BlockKind::Code { runnable: true });
    let mut fences = runnable.peekable();
    let mut merged = Merged::default();
    // Where each component that was there has come to stand.
    let mut places = Vec::with_capacity(components.len());
    for mut component in components.drain(..) {
        while let Some(block) = fences.next_if(|it| it.span.start < component.span.start) {
            if block.span.end <= component.span.start {
                merged.fence(block, report);
            }
        }
        component.parent = component.parent.map(|it| places[it]);
        places.push(merged.components.len());
        merged.component(component);
    }
    for block in fences {
        merged.fence(block, report);
    }
    *components = merged.components;
}

/// Components with the fences between them.
#[derive(Default)]
struct Merged {
    components: Vec<Component>,
    /// Those around the present place.
    open: Vec<usize>,
    /// Where the last one ends that holds no prose.
    end: usize,
}

impl Merged {
    fn component(&mut self, component: Component) {
        if component.children.is_some() && component.kind.holds_prose() {
            self.open.push(self.components.len());
        } else {
            self.end = component.span.end;
        }
        self.components.push(component);
    }

    /// Appends a fence, in the innermost component around it. One that only begins there runs nowhere.
    fn fence(&mut self, block: &Block, report: &mut Report<'_>) {
        let end = |it: &usize| self.components[*it].children.as_ref().map_or(0, |it| it.end);
        while self.open.last().is_some_and(|it| end(it) <= block.span.start) {
            self.open.pop();
        }
        let is_cut = self.open.last().is_some_and(|it| end(it) < block.span.end);
        if is_cut || block.span.start < self.end {
            return;
        }
        let parent = self.open.last().copied();
        self.components.push(Component { parent, ..fence(block, report) });
    }
}

fn fence(block: &Block, report: &mut Report<'_>) -> Component {
    let defaults = rules(ComponentKind::Command).filter_map(|it| {
        let default = serde_json::from_str(it.default?).expect("the table holds JSON");
        Some((it.name.to_owned(), default))
    });
    let mut props: BTreeMap<String, Value> = defaults.collect();
    let mut set = |name: &str, value: Value| drop(props.insert(name.to_owned(), value));
    let text = |name: &str| block.attributes.get(name).filter(|it| !it.is_empty()).cloned();
    for name in PROPS {
        text(name).into_iter().for_each(|it| set(name, it.into()));
    }
    set("command", block.code.clone().into());
    match language(block) {
        Some(language) => set("language", language.into()),
        None => {
            let written = block.language.as_deref().unwrap_or_default();
            let message =
                format!("{written} does not run between components; use bash, python or node");
            report.error("fence-language", block.info_span.clone(), message);
        }
    }
    if let Some(timeout) = block.options.timeout {
        set("timeoutMs", u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX).into());
    }
    let id = block.name.clone().or_else(|| text("id"));
    id.iter().for_each(|it| set("id", it.clone().into()));
    let written = |name: &String| {
        let span = if name == "command" { &block.body_span } else { &block.info_span };
        (name.clone(), span.clone())
    };
    Component {
        kind: ComponentKind::Command,
        name: NAME.to_owned(),
        id: id.unwrap_or_else(|| format!("{NAME}_{}", &block.content_hash[..ID_DIGITS])),
        span: block.span.clone(),
        line: block.line,
        end_line: block.end_line,
        parent: None,
        is_inline: false,
        prop_spans: props.keys().map(written).collect(),
        props,
        children: None,
        code: Vec::new(),
    }
}

/// What runs it as a script; `None` for what has to be compiled, or runs in a kernel.
fn language(block: &Block) -> Option<&'static str> {
    match block.runtime? {
        Runtime::Bash => Some("bash"),
        Runtime::Python => Some("python3"),
        Runtime::Node => Some("node"),
        Runtime::Go | Runtime::Typescript | Runtime::Rust => None,
    }
}
