//! A document as its reader sees it: prose with its blocks, and components, in turn.

use std::{borrow::Cow, ops::Range};

use serde::Serialize;

use super::Edits;
use crate::{diagnostic::Diagnostic, document::Document};

/// A part of a document to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Segment {
    /// Markdown, with the blocks whose spans lie in it: a fence in a list belongs to its list.
    Prose { span: Range<usize> },
    /// The place of a component among the document's.
    Component { index: usize },
}

impl Document {
    /// All of it, in order, from behind the front matter. The text must be the one that was parsed.
    #[must_use]
    pub fn segments(&self, text: &str) -> Vec<Segment> {
        let from = self.front_matter.as_ref().map_or(0, |it| it.span.end);
        self.between(text, from..text.len(), None)
    }

    /// What is between the tags of a component: the children of one that holds prose.
    #[must_use]
    pub fn segments_in(&self, text: &str, component: usize) -> Vec<Segment> {
        let children = self.components.get(component).and_then(|it| it.children.clone());
        children.map(|it| self.between(text, it, Some(component))).unwrap_or_default()
    }

    /// Markdown of a span, without comments and imports; what only looks like a tag is text.
    #[must_use]
    pub fn prose<'t>(&self, text: &'t str, span: Range<usize>) -> Cow<'t, str> {
        let Edits { omitted, escaped } = &self.edits;
        let first = omitted.partition_point(|it| it.start < span.start);
        let count = omitted[first..].partition_point(|it| it.end <= span.end);
        let omitted = omitted[first..first + count].iter().map(|it| (it.clone(), ""));
        let first = escaped.partition_point(|it| *it < span.start);
        let count = escaped[first..].partition_point(|it| *it < span.end);
        let escaped = escaped[first..first + count].iter().map(|it| (*it..*it, "\\"));
        let mut edits: Vec<_> = omitted.chain(escaped).collect();
        if edits.is_empty() {
            return Cow::Borrowed(&text[span]);
        }
        edits.sort_by_key(|it| it.0.start);
        let mut prose = String::new();
        let mut at = span.start;
        for (range, instead) in edits {
            prose.push_str(&text[at..range.start]);
            prose.push_str(instead);
            at = range.end;
        }
        prose.push_str(&text[at..span.end]);
        Cow::Owned(prose)
    }

    /// What is wrong with a component, and not with one inside it.
    pub fn problems_of(&self, component: usize) -> impl Iterator<Item = &Diagnostic> {
        let span = self.components.get(component).map_or(0..0, |it| it.span.clone());
        let after = self.components.iter().skip(component + 1);
        let within: Vec<_> = after
            .take_while(|it| it.span.start < span.end)
            .filter(|it| it.parent == Some(component))
            .map(|it| it.span.clone())
            .collect();
        let first = self.diagnostics.partition_point(|it| it.span.start < span.start);
        let of_it = self.diagnostics[first..].iter().take_while(move |it| it.span.start < span.end);
        of_it.filter(move |it| !within.iter().any(|inner| inner.contains(&it.span.start)))
    }

    fn between(&self, text: &str, span: Range<usize>, parent: Option<usize>) -> Vec<Segment> {
        let mut segments = Vec::new();
        let prose = |span: Range<usize>, segments: &mut Vec<Segment>| {
            if !self.prose(text, span.clone()).trim().is_empty() {
                segments.push(Segment::Prose { span });
            }
        };
        let mut at = span.start;
        let from = parent.map_or(0, |it| it + 1);
        for (index, it) in self.components.iter().enumerate().skip(from) {
            if it.span.start >= span.end {
                break;
            }
            if it.parent == parent {
                prose(at..it.span.start, &mut segments);
                segments.push(Segment::Component { index });
                at = it.span.end;
            }
        }
        prose(at..span.end, &mut segments);
        segments
    }
}

#[cfg(test)]
mod tests {
    use crate::{Syntax, parse_as};

    #[test]
    fn problems_belong_to_the_innermost_component() {
        let text = "<Check id=\"a\" path=\"x\" title=\"A\" wrong>\n<Inputs id=\"b\" />\n</Check>\n\n<Command id=\"c\" />\n";
        let document = parse_as(text, Syntax::Mdx);
        let codes: Vec<Vec<_>> = (0..document.components.len())
            .map(|it| document.problems_of(it).map(|it| it.code).collect())
            .collect();
        assert_eq!(codes, [vec!["unknown-prop"], vec!["inputs-source"], vec!["no-command"]]);
        assert_eq!(document.problems_of(7).count(), 0);
    }
}
