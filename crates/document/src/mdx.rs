//! Components of MDX documents: parsed, checked against a table, and never evaluated.
//!
//! ```text
//!   text ──scan──▶ elements ──props──▶ components ──references──▶ what is wrong between them
//!    │             tags, code,         by the table of kinds      ids, inputs, outputs, circles
//!    └─blank──▶ the same text without them, for Markdown ──▶ blocks ──fences──▶ components, too
//! ```
//!
//! Blanks take the place of what is not Markdown, byte for byte, so that spans of blocks stay true.

use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

mod entity;
mod expressions;
mod fences;
mod lines;
mod literal;
mod paragraph;
mod props;
mod references;
mod remarks;
mod scan;
mod segments;
mod table;
mod tag;
mod tree;

pub use expressions::{TemplateValue, template_values};
pub use references::normal_id;
pub use segments::Segment;
pub use table::ComponentKind;

use crate::{block::Block, diagnostic::Report, yaml};
use props::Props;
use table::{Holds, rules};
use tree::Element;

/// Hex digits of the hash in an id that its author left out, as Gruntwork Runbooks has them.
const ID_DIGITS: usize = 8;

/// A component of a document: a tag, or two with what is between them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Component {
    pub kind: ComponentKind,
    /// As written; for an unknown kind there is nothing else.
    pub name: String,
    /// As written, or made from the content where it is missing. Empty for kinds that have none.
    /// Of components with one id, the first has it.
    pub id: String,
    /// Bytes of the text, from the first tag to the last.
    pub span: Range<usize>,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1.
    pub end_line: usize,
    /// The place, among the components, of the one around it.
    pub parent: Option<usize>,
    /// Whether other text stands on its lines.
    pub is_inline: bool,
    /// What its props hold, checked, with defaults. Values of a wrong type are left out.
    pub props: BTreeMap<String, Value>,
    /// Bytes between its tags.
    pub children: Option<Range<usize>>,
    /// Fences between its tags and in no component within.
    pub code: Vec<ComponentCode>,
    /// Where each prop is written.
    #[serde(skip)]
    pub(crate) prop_spans: BTreeMap<String, Range<usize>>,
}

/// A fence inside a component: a template, or what inputs are declared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentCode {
    /// With its markers.
    pub span: Range<usize>,
    /// What follows the opening marker.
    pub info: String,
    /// Without the white space that the opening marker has before it. Lines end in `\n`.
    pub code: String,
    /// Where its lines begin in the text.
    #[serde(skip)]
    pub(crate) lines: Vec<usize>,
}

impl Component {
    /// A prop that holds a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.props.get(name)?.as_str()
    }

    /// A prop that holds true or false; false where there is none.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.props.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A prop that holds a whole number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.props.get(name)?.as_u64()
    }

    /// A prop that holds a string or a list of them.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.props.get(name) {
            Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
            Some(value) => value.as_str().into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// What it cannot do without: values that its script, its template and the props it acts on name.
    /// Titles and messages are shown without theirs.
    #[must_use]
    pub fn waits_for(&self) -> Vec<TemplateValue> {
        let mut seen = HashSet::new();
        let values = self.acting().flat_map(|it| template_values(it.1));
        values.filter(|it| seen.insert(it.clone())).collect()
    }

    /// The templates without whose values it does nothing, with where each is written.
    fn acting(&self) -> impl Iterator<Item = (Range<usize>, &str)> {
        let props = rules(self.kind).flat_map(|it| {
            let value = self.props.get(it.name);
            let texts: Vec<_> = match it.holds {
                Holds::Filled | Holds::Script => value.into_iter().collect(),
                Holds::Environment => {
                    let variables = value.and_then(Value::as_object).into_iter();
                    variables.flat_map(|it| it.values()).collect()
                }
                Holds::Text
                | Holds::Shown
                | Holds::Flag
                | Holds::Number
                | Holds::Texts
                | Holds::Object
                | Holds::Choice(_)
                | Holds::Detection
                | Holds::Id(_)
                | Holds::Ids(_) => Vec::new(),
            };
            let span = self.prop_spans.get(it.name).cloned();
            let texts = texts.into_iter().filter_map(Value::as_str);
            texts.filter_map(move |text| Some((span.clone()?, text)))
        });
        let has_templates =
            matches!(self.kind, ComponentKind::TemplateInline | ComponentKind::Inputs);
        let code = self.code.iter().filter(move |_| has_templates);
        props.chain(code.map(|it| (it.span.clone(), it.code.as_str())))
    }
}

/// What makes Markdown of a stretch of prose.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Edits {
    /// Comments and imports, which nobody is shown; in order.
    pub(crate) omitted: Vec<Range<usize>>,
    /// Each `<` that begins no tag though it looks like it; in order.
    pub(crate) escaped: Vec<usize>,
}

/// What is read of a document besides Markdown.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) components: Vec<Component>,
    pub(crate) edits: Edits,
}

/// Reads the components of `text` from `from` on, and gives the text that is Markdown.
pub(crate) fn read(text: &str, from: usize, report: &mut Report<'_>) -> (Found, String) {
    let (elements, edits) = scan::scan(text, from, report);
    let markdown = blank(text, &elements, &edits.omitted);
    let mut components = Vec::with_capacity(elements.len());
    for element in elements {
        components.push(component(text, element, report));
    }
    (Found { components, edits }, markdown)
}

/// Makes components of the fences that run, and says what is wrong between all of them.
pub(crate) fn connect(components: &mut Vec<Component>, blocks: &[Block], report: &mut Report<'_>) {
    fences::add(components, blocks, report);
    references::check(components, report);
}

/// The text with blanks for tags and comments, and for what is inside components that hold no prose.
fn blank(text: &str, elements: &[Element], omitted: &[Range<usize>]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut erase = |span: Range<usize>| {
        for byte in bytes[span].iter_mut().filter(|it| !matches!(it, b'\n' | b'\r')) {
            *byte = b' ';
        }
    };
    omitted.iter().cloned().for_each(&mut erase);
    for it in elements {
        match &it.children {
            Some(children) if ComponentKind::from_name(&it.tag.name).holds_prose() => {
                erase(it.span.start..children.start);
                erase(children.end..it.span.end);
            }
            Some(_) | None => erase(it.span.clone()),
        }
    }
    String::from_utf8(bytes).expect("whole characters became blanks")
}

fn component(text: &str, element: Element, report: &mut Report<'_>) -> Component {
    let kind = ComponentKind::from_name(&element.tag.name);
    let Props { values, spans } = props::read(text, &element.tag, kind, report);
    let id = values.get("id").and_then(Value::as_str).filter(|it| kind.has_id() && !it.is_empty());
    let id = match id {
        Some(id) => id.to_owned(),
        None if kind.has_id() => made_id(text, &element),
        None => String::new(),
    };
    // In prose they are blocks like any other.
    let fences = element.code.iter().filter(|_| !kind.holds_prose());
    let component = Component {
        kind,
        id,
        line: report.lines.line(element.span.start),
        end_line: report.lines.line(element.span.end - 1),
        parent: element.parent,
        is_inline: element.is_inline,
        props: values,
        code: fences.map(|it| code(text, it)).collect(),
        prop_spans: spans,
        name: element.tag.name,
        children: element.children,
        span: element.span,
    };
    checks(&component, report);
    component
}

/// The id of a component whose author gave it none: it stays while the tag does.
fn made_id(text: &str, element: &Element) -> String {
    let name = &element.tag.name;
    let props = text[element.tag.props_span.clone()].trim();
    let hash = Sha256::digest(format!("{name}{props}"));
    let digits: String = hash.iter().take(ID_DIGITS / 2).map(|it| format!("{it:02x}")).collect();
    format!("{name}_{digits}")
}

fn code(text: &str, code: &lines::Code) -> ComponentCode {
    let mut lines = String::new();
    for (_, line) in &code.lines {
        lines.push_str(&text[line.clone()]);
        lines.push('\n');
    }
    ComponentCode {
        span: code.span.clone(),
        info: code.info.clone(),
        code: lines,
        lines: code.lines.iter().map(|it| it.1.start).collect(),
    }
}

/// What is wrong with one component by itself, besides its props.
fn checks(it: &Component, report: &mut Report<'_>) {
    let tag = it.span.start..it.span.start + 1 + it.name.len();
    let has = |name: &str| it.prop_spans.contains_key(name);
    let name = &it.name;
    match it.kind {
        ComponentKind::Unknown => {
            let message = format!("there is no component {name}; what is in it is shown as it is");
            report.warning("unknown-component", tag, message);
        }
        ComponentKind::Check | ComponentKind::Command => match (has("command"), has("path")) {
            (true, true) => {
                let message = format!("{name} has both command and path, and command is run");
                report.warning("command-and-path", tag, message);
            }
            (false, false) => {
                let message = format!("{name} has nothing to run; give it a command or a path");
                report.error("no-command", tag, message);
            }
            (true, false) | (false, true) => {}
        },
        ComponentKind::Inputs => inputs(it, tag, report),
        ComponentKind::TemplateInline if it.code.is_empty() => {
            let message = "TemplateInline has no template; put a fence of code into it".to_owned();
            report.error("no-template", tag, message);
        }
        ComponentKind::DirPicker if !has("rootDir") && !has("gitCloneId") => {
            let message = "DirPicker has nowhere to look; give it a rootDir or a gitCloneId";
            report.error("no-root", tag, message.to_owned());
        }
        ComponentKind::GitAuth
        | ComponentKind::GitHubAuth
        | ComponentKind::GitLabAuth
        | ComponentKind::GitPullRequest
        | ComponentKind::GitHubPullRequest
        | ComponentKind::GitLabMergeRequest
        | ComponentKind::Template
        | ComponentKind::TemplateInline
        | ComponentKind::Admonition
        | ComponentKind::DirPicker
        | ComponentKind::GitClone
        | ComponentKind::AwsAuth
        | ComponentKind::GoogleAuth
        | ComponentKind::TfModule => {}
    }
}

fn inputs(it: &Component, tag: Range<usize>, report: &mut Report<'_>) {
    let has_path = it.prop_spans.contains_key("path");
    if has_path != it.code.is_empty() {
        let message = if has_path {
            "Inputs has both a path and a fence of YAML; remove one".to_owned()
        } else {
            "Inputs declares nothing; put a fence of YAML into it or give it a path".to_owned()
        };
        report.error("inputs-source", tag, message);
    } else if let [_, second, ..] = &it.code[..] {
        let message = "Inputs reads its first fence; remove the others".to_owned();
        report.warning("inputs-source", second.span.clone(), message);
    }
    let Some(first) = it.code.first() else { return };
    if let Err(problem) = yaml::value(&first.code) {
        let line = problem.line.min(first.lines.len().max(1)) - 1;
        let start = first.lines.get(line).copied().unwrap_or(first.span.start);
        let written = first.code.lines().nth(line).unwrap_or_default();
        let offset =
            written.char_indices().nth(problem.column - 1).map_or(written.len(), |it| it.0);
        let at = (start + offset).min(first.span.end);
        let message = format!("the inputs are no YAML: {}", problem.message);
        report.error("inputs-yaml", at..at, message);
    }
}
