//! Elements from tags: which closes which, and what is inside which.

use std::ops::Range;

use super::{
    ComponentKind, Edits,
    lines::{Beginning, Code},
    remarks::Remarks,
    tag::{Form, Tag},
};

/// No document of a person nests deeper; the reference's have two levels.
const MAX_NESTING: usize = 16;

/// An element: a tag, or two with what is between them.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) tag: Tag,
    /// All of it, with the closing tag.
    pub(crate) span: Range<usize>,
    /// Between the tags.
    pub(crate) children: Option<Range<usize>>,
    pub(crate) parent: Option<usize>,
    /// Whether other text stands on its lines.
    pub(crate) is_inline: bool,
    /// Fences in it and in no element within.
    pub(crate) code: Vec<Code>,
}

#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// In the order in which they begin.
    pub(crate) elements: Vec<Element>,
    pub(crate) edits: Edits,
    /// The elements around the present place.
    open: Vec<usize>,
    /// Whether nesting over the limit was reported.
    too_deep: bool,
}

impl Tree {
    /// Takes the next tag, on a line that begins so.
    pub(crate) fn add(
        &mut self,
        text: &str,
        tag: Tag,
        line: Beginning,
        remarks: &mut Remarks<'_, '_>,
    ) {
        let opens = match tag.form {
            Form::Closes => return self.close(text, &tag, remarks),
            Form::Opens => true,
            Form::Whole => false,
        };
        let span = tag.span.clone();
        if opens && self.open.len() == MAX_NESTING {
            if !self.too_deep {
                let message = || format!("more than {MAX_NESTING} components around {}", tag.name);
                remarks.fail("mdx-nesting", span.clone(), message);
            }
            self.too_deep = true;
            self.edits.escaped.push(span.start);
            return;
        }
        let is_inline = line.content != span.start || !(opens || is_last(text, span.end));
        let parent = self.open.last().copied();
        let element = Element { tag, span, children: None, parent, is_inline, code: Vec::new() };
        self.elements.push(element);
        if opens {
            self.open.push(self.elements.len() - 1);
        }
    }

    /// Takes a fence of code.
    pub(crate) fn add_code(&mut self, code: Code) {
        if let Some(open) = self.open.last() {
            self.elements[*open].code.push(code);
        }
    }

    /// What there is when the text has ended.
    pub(crate) fn finish(mut self, remarks: &mut Remarks<'_, '_>) -> (Vec<Element>, Edits) {
        while let Some(unclosed) = self.open.pop() {
            self.unclosed(unclosed, remarks);
        }
        let elements = without_text(self.elements, &mut self.edits);
        self.edits.escaped.sort_unstable();
        (elements, self.edits)
    }

    fn close(&mut self, text: &str, tag: &Tag, remarks: &mut Remarks<'_, '_>) {
        let name = |it: &usize| self.elements[*it].tag.name == tag.name;
        let Some(place) = self.open.iter().rposition(name) else {
            self.edits.escaped.push(tag.span.start);
            if !self.too_deep {
                let message = || format!("no <{}> is open here; remove the closing tag", tag.name);
                remarks.fail("mdx-tag", tag.span.clone(), message);
            }
            return;
        };
        while self.open.len() > place + 1 {
            let unclosed = self.open.pop().expect("the loop asks for more than one");
            self.unclosed(unclosed, remarks);
        }
        let index = self.open.pop().expect("the place was found in it");
        let element = &mut self.elements[index];
        element.children = Some(element.tag.span.end..tag.span.start);
        element.span.end = tag.span.end;
        element.is_inline |= !is_last(text, tag.span.end);
    }

    /// A tag that opens and is never closed stands for itself; what follows is not in it.
    fn unclosed(&mut self, index: usize, remarks: &mut Remarks<'_, '_>) {
        let (before, within) = self.elements.split_at_mut(index + 1);
        let element = &mut before[index];
        let (code, parent) = (std::mem::take(&mut element.code), element.parent);
        for child in within.iter_mut().filter(|it| it.parent == Some(index)) {
            child.parent = parent;
        }
        let (name, span) = (element.tag.name.clone(), element.tag.span.clone());
        if is_unknown(&element.tag) {
            let message = || format!("<{name}> is never closed and shown as text; write `\\<`");
            remarks.warn("mdx-unclosed", span, message);
        } else {
            let message = || format!("<{name}> is never closed; end it with </{name}> or `/>`");
            remarks.fail("mdx-unclosed", span, message);
        }
        if let Some(parent) = parent {
            before[parent].code.extend(code);
        }
    }
}

/// Takes out tags like that in `Vec<T>`: of no component that there is, and never closed.
fn without_text(elements: Vec<Element>, edits: &mut Edits) -> Vec<Element> {
    let mut places = Vec::with_capacity(elements.len());
    let mut kept: Vec<Element> = Vec::with_capacity(elements.len());
    for mut element in elements {
        places.push(kept.len());
        let is_unclosed = element.tag.form == Form::Opens && element.children.is_none();
        if is_unclosed && is_unknown(&element.tag) {
            edits.escaped.push(element.span.start);
        } else {
            // What is taken out has no children, so no parent is missing.
            element.parent = element.parent.map(|it| places[it]);
            kept.push(element);
        }
    }
    kept
}

fn is_unknown(tag: &Tag) -> bool {
    ComponentKind::from_name(&tag.name) == ComponentKind::Unknown
}

/// Whether nothing follows on the line.
fn is_last(text: &str, at: usize) -> bool {
    let rest = text[at..].trim_start_matches([' ', '\t', '\r']);
    rest.is_empty() || rest.starts_with('\n')
}
