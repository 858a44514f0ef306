//! The headings of a document, for names and places. Lines decide: what a list or a quote makes of them does
//! not matter here.

use document::Document;

/// A heading, and the byte at which its line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heading<'t> {
    pub(super) at: usize,
    pub(super) text: &'t str,
}

/// In the order of the text.
pub(super) fn of<'t>(content: &'t str, document: &Document) -> Vec<Heading<'t>> {
    let front_matter = document.front_matter.as_ref().map_or(0, |it| it.span.end);
    let mut blocks = document.blocks.iter().peekable();
    let mut found = Vec::new();
    let mut before: Option<Heading<'t>> = None;
    let mut at = 0;
    for line in content.split_inclusive('\n') {
        let start = at;
        at += line.len();
        while blocks.next_if(|it| it.span.end <= start).is_some() {}
        let is_code = blocks.peek().is_some_and(|it| it.span.start < at);
        if start < front_matter || is_code {
            before = None;
            continue;
        }
        let text = line.trim();
        if let Some(text) = marked(text) {
            found.push(Heading { at: start, text });
            before = None;
        } else if is_underline(text) {
            found.extend(before.take());
        } else {
            before = (!text.is_empty()).then_some(Heading { at: start, text });
        }
    }
    found
}

/// The text of `## Heading ##`.
fn marked(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    let is_heading = (1..=6).contains(&level) && rest.starts_with([' ', '\t']);
    let text = rest.trim().trim_end_matches('#').trim_end();
    (is_heading && !text.is_empty()).then_some(text)
}

fn is_underline(line: &str) -> bool {
    line.len() >= 2 && (line.bytes().all(|it| it == b'=') || line.bytes().all(|it| it == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_marked_or_underlined_and_never_code() {
        let content = "---\ntitle: x\n# no\n---\n# One #\n\ntext\n#tag\n\n```sh\n# comment\n```\nTwo\n---\n\n---\n### `three`\n";
        let found = of(content, &document::parse(content));
        assert_eq!(found.iter().map(|it| it.text).collect::<Vec<_>>(), ["One", "Two", "`three`"]);
        assert!(content[found[1].at..].starts_with("Two"));
    }
}
