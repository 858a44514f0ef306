//! Where the fences of a text are, as `CommonMark` and GFM see them.
//!
//! pulldown-cmark decides what is a fence and what its inner text is; this module only adds what
//! its events leave out: the raw info string, whether a closing marker was there, and the HTML
//! comment right before. Indented code is prose here.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::block::Marker;

/// Longer headings are cut: a title is for a list, not for reading.
const MAX_TITLE_BYTES: usize = 300;

#[derive(Debug)]
pub(crate) struct Fence {
    pub(crate) span: Range<usize>,
    pub(crate) marker: Marker,
    pub(crate) info: Range<usize>,
    pub(crate) body: String,
    pub(crate) body_span: Range<usize>,
    pub(crate) closed: bool,
    /// The HTML block that ends right before the fence.
    pub(crate) comment: Option<Range<usize>>,
}

#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) fences: Vec<Fence>,
    /// The text of the first heading that has any.
    pub(crate) heading: Option<String>,
    /// Level, 1 for the highest, and first byte of every heading.
    pub(crate) headings: Vec<(u8, usize)>,
    /// Where the first fence over the limit begins. Nothing from there on is read.
    pub(crate) rest: Option<usize>,
}

/// Reads `text` from `from` on, up to so many fences; spans count from the beginning of `text`.
pub(crate) fn scan(text: &str, from: usize, limit: usize) -> Outline {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_GFM;
    let events = Parser::new_ext(&text[from..], options).into_offset_iter();
    let mut outline = Outline::default();
    let mut open: Option<Fence> = None;
    let mut heading: Option<String> = None;
    let mut comment = None;
    for (event, range) in events {
        let range = range.start + from..range.end + from;
        let html_ended = matches!(event, Event::End(TagEnd::HtmlBlock));
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                if outline.fences.len() == limit {
                    outline.rest = Some(range.start);
                    break;
                }
                open = Some(opening(text, range.clone(), comment.take()));
            }
            Event::End(TagEnd::CodeBlock) => {
                outline.fences.extend(open.take().map(|fence| close(text, fence)))
            }
            Event::Text(inner) => {
                if let Some(fence) = &mut open {
                    append(text, fence, &inner, range.clone());
                } else if let Some(title) = &mut heading {
                    title.push_str(&inner);
                }
            }
            Event::Code(inner) => heading.iter_mut().for_each(|title| title.push_str(&inner)),
            Event::Start(Tag::Heading { level, .. }) => {
                outline.headings.push((level as u8, range.start));
                heading = outline.heading.is_none().then(String::new);
            }
            Event::End(TagEnd::Heading(_)) => {
                outline.heading = outline.heading.or(heading.take().and_then(title))
            }
            Event::Start(_) | Event::End(_) | Event::Html(_) | Event::InlineHtml(_) => {}
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) => {}
            Event::SoftBreak | Event::HardBreak | Event::Rule | Event::TaskListMarker(_) => {}
        }
        comment = html_ended.then_some(range);
    }
    outline
}

fn opening(text: &str, span: Range<usize>, comment: Option<Range<usize>>) -> Fence {
    let line = first_line(&text[span.clone()]);
    let character = line.chars().next().unwrap_or('`');
    let length = line.len() - line.trim_start_matches(character).len();
    let rest = &line[length..];
    let start = span.start + length + (rest.len() - rest.trim_start().len());
    let info = start..start + rest.trim().len();
    let after = text[span.start..].find('\n').map_or(text.len(), |at| span.start + at + 1);
    let marker = Marker { character, length };
    let body_span = after.min(span.end).max(span.start)..after.min(span.end).max(span.start);
    Fence { span, marker, info, body: String::new(), body_span, closed: false, comment }
}

fn append(text: &str, fence: &mut Fence, inner: &str, range: Range<usize>) {
    if fence.body.is_empty() {
        fence.body_span.start = before_carriage_return(text, range.start, inner);
    }
    fence.body.push_str(inner);
    fence.body_span.end = range.end;
}

/// The parser drops `\r` before `\n`; an event that is only the line ending begins one byte late.
fn before_carriage_return(text: &str, start: usize, inner: &str) -> usize {
    let dropped = inner.starts_with('\n') && text[..start].ends_with('\r');
    start - usize::from(dropped)
}

fn close(text: &str, mut fence: Fence) -> Fence {
    let inner = &text[fence.span.clone()];
    let trimmed = inner.trim_end_matches(['\n', '\r']);
    let last = fence.span.start + trimmed.rfind('\n').map_or(0, |at| at + 1);
    // A marker inside the body never closes the block, even where it looks like one.
    let free = last > fence.span.start && (fence.body.is_empty() || fence.body_span.end <= last);
    let marker = text[last..fence.span.end].trim_start_matches([' ', '\t', '>']).trim_end();
    fence.closed = free
        && marker.len() >= fence.marker.length
        && marker.chars().all(|it| it == fence.marker.character);
    if fence.closed {
        fence.span.end = fence.span.start + trimmed.len();
    }
    fence
}

fn title(heading: String) -> Option<String> {
    let words: Vec<_> = heading.split_whitespace().collect();
    let mut title = words.join(" ");
    title.truncate(title.floor_char_boundary(MAX_TITLE_BYTES));
    (!title.is_empty()).then_some(title)
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}
