//! What a line begins with: quotes, list items, and fences of code.

use std::ops::Range;

const TAB_COLUMNS: usize = 4;
/// As in `CommonMark`: longer numbers begin no list item.
const MAX_DIGITS: usize = 9;
const MIN_MARKERS: usize = 3;

/// The beginning of one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Beginning {
    /// Where its content begins, behind white space and markers.
    pub(crate) content: usize,
    /// The column of the content, counted from 0 behind the last quote marker.
    pub(crate) column: usize,
    pub(crate) quotes: usize,
    /// The column of the content of the last list item that begins on the line.
    pub(crate) item: Option<usize>,
}

impl Beginning {
    /// Of the line that starts at `from`.
    pub(crate) fn of(text: &str, from: usize) -> Self {
        let bytes = text.as_bytes();
        let mut it = Self { content: from, ..Self::default() };
        loop {
            match bytes.get(it.content) {
                Some(b' ') => it.column += 1,
                Some(b'\t') => it.column += TAB_COLUMNS - it.column % TAB_COLUMNS,
                Some(b'>') => {
                    it.quotes += 1;
                    (it.column, it.item) = (0, None);
                    it.content += usize::from(bytes.get(it.content + 1) == Some(&b' '));
                }
                _ => {
                    let Some(length) = item_marker(&bytes[it.content..]) else { return it };
                    // `* * *` is a line across the page.
                    if it.item.is_none() && is_rule(&bytes[it.content..]) {
                        return it;
                    }
                    it.column += length + 1;
                    it.item = Some(it.column);
                    it.content += length;
                    // A line's end belongs to the line.
                    if !matches!(bytes.get(it.content), Some(b' ' | b'\t')) {
                        return it;
                    }
                }
            }
            it.content += 1;
        }
    }

    pub(crate) fn is_blank(&self, text: &str) -> bool {
        matches!(text.as_bytes().get(self.content), None | Some(b'\n' | b'\r'))
    }
}

/// Whether the rest of a line is three or more of one marker.
pub(crate) fn is_rule(rest: &[u8]) -> bool {
    let Some(mark) = rest.first().filter(|it| matches!(it, b'-' | b'*' | b'_')) else {
        return false;
    };
    let line = rest.iter().take_while(|it| !matches!(it, b'\n' | b'\r'));
    let mut marks = line.filter(|it| !matches!(it, b' ' | b'\t'));
    marks.clone().all(|it| it == mark) && marks.nth(MIN_MARKERS - 1).is_some()
}

/// How long the marker of a list item is.
fn item_marker(rest: &[u8]) -> Option<usize> {
    let digits = rest.iter().take(MAX_DIGITS + 1).take_while(|it| it.is_ascii_digit()).count();
    let length = match rest.first()? {
        b'-' | b'*' | b'+' => 1,
        _ if (1..=MAX_DIGITS).contains(&digits)
            && matches!(rest.get(digits), Some(b'.' | b')')) =>
        {
            digits + 1
        }
        _ => return None,
    };
    matches!(rest.get(length), None | Some(b' ' | b'\t' | b'\n' | b'\r')).then_some(length)
}

/// A fence of code: text, whatever is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// From its opening marker to the end of its last line.
    pub(crate) span: Range<usize>,
    pub(crate) info: String,
    /// Its lines, each with the byte at which it begins in the text.
    pub(crate) lines: Vec<(usize, Range<usize>)>,
    pub(crate) is_closed: bool,
}

/// Reads the fence that opens with the content of a line, within a list item whose content begins at a
/// column. It ends at its closing marker or with what it stands in.
pub(crate) fn code(text: &str, opening: Beginning, item: usize) -> Option<Code> {
    let (marker, length) = fence_marker(text, opening.content)?;
    let first_end = line_end(text, opening.content);
    let info = text[opening.content + length..first_end].trim().to_owned();
    let mut code =
        Code { span: opening.content..first_end, info, lines: Vec::new(), is_closed: false };
    let mut at = next_line(text, first_end);
    while at < text.len() {
        let end = line_end(text, at);
        let Some((from, column)) = inner(text, at, opening.quotes) else { break };
        let content = text[from..end].trim();
        if !content.is_empty() && column < item {
            break;
        }
        code.span.end = end;
        at = next_line(text, end);
        if content.len() >= length && content.bytes().all(|it| it == marker) {
            code.is_closed = true;
            break;
        }
        code.lines.push((from, outdented(text, from, opening.column)..end));
    }
    Some(code)
}

/// Whether a fence opens with this content.
pub(crate) fn opens_fence(text: &str, content: usize) -> bool {
    fence_marker(text, content).is_some()
}

fn fence_marker(text: &str, content: usize) -> Option<(u8, usize)> {
    let marker = *text.as_bytes().get(content).filter(|it| matches!(it, b'`' | b'~'))?;
    let line = &text[content..line_end(text, content)];
    let length = line.bytes().take_while(|it| *it == marker).count();
    let is_fence = length >= MIN_MARKERS && (marker == b'~' || !line[length..].contains('`'));
    is_fence.then_some((marker, length))
}

/// Where a line goes on behind the markers of its quotes, and the column of its first character;
/// `None` if it is not within them.
fn inner(text: &str, from: usize, quotes: usize) -> Option<(usize, usize)> {
    let mut at = from;
    for _ in 0..quotes {
        let line = &text[at..line_end(text, at)];
        let rest = line.trim_start().strip_prefix('>')?;
        at += line.len() - rest.strip_prefix(' ').unwrap_or(rest).len();
    }
    let mut column = 0;
    for byte in text.as_bytes()[at..].iter() {
        match byte {
            b' ' => column += 1,
            b'\t' => column += TAB_COLUMNS - column % TAB_COLUMNS,
            _ => break,
        }
    }
    Some((at, column))
}

/// The place behind as much white space as the opening marker has before it.
fn outdented(text: &str, from: usize, columns: usize) -> usize {
    let (mut at, mut column) = (from, 0);
    for byte in text.as_bytes()[from..].iter() {
        match byte {
            b' ' if column < columns => column += 1,
            b'\t' if column < columns => column += TAB_COLUMNS - column % TAB_COLUMNS,
            _ => break,
        }
        at += 1;
    }
    at
}

/// Where a line ends, before its line ending.
pub(crate) fn line_end(text: &str, from: usize) -> usize {
    let end = text[from..].find('\n').map_or(text.len(), |it| from + it);
    end - usize::from(text[from..end].ends_with('\r'))
}

/// Where the next line begins, from the end of one.
pub(crate) fn next_line(text: &str, end: usize) -> usize {
    text[end..].find('\n').map_or(text.len(), |it| end + it + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_before_the_content_are_counted() {
        for (text, content, column, quotes, item) in [
            ("x", 0, 0, 0, None),
            ("  x", 2, 2, 0, None),
            ("> > x", 4, 0, 2, None),
            (">- x", 3, 2, 1, Some(2)),
            ("- 10. x", 6, 6, 0, Some(6)),
            ("\t* x", 3, 6, 0, Some(6)),
            ("-x", 0, 0, 0, None),
            ("1234567890. x", 0, 0, 0, None),
            ("-\nx", 1, 2, 0, Some(2)),
            ("> * * *", 2, 0, 1, None),
        ] {
            let expected = Beginning { content, column, quotes, item };
            assert_eq!(Beginning::of(text, 0), expected, "{text}");
        }
    }

    #[test]
    fn a_fence_ends_with_its_marker_or_with_what_it_stands_in() {
        for (text, item, code_lines, rest, is_closed) in [
            ("```yaml\na\n```\nb", 0, vec!["a"], "\nb", true),
            ("    ~~~~\r\n      a\r\n    ~~~\r\n ~~~~~\r\n", 0, vec!["  a", "~~~"], "\r\n", true),
            ("> ```\n> a\n>  b\nc", 0, vec!["a", " b"], "\nc", false),
            ("- ```\n  a\n\nb", 2, vec!["a", ""], "\nb", false),
            ("```\na", 0, vec!["a"], "", false),
        ] {
            let found = code(text, Beginning::of(text, 0), item).unwrap();
            let lines: Vec<_> = found.lines.iter().map(|it| &text[it.1.clone()]).collect();
            assert_eq!(lines, code_lines, "{text}");
            assert_eq!((&text[found.span.end..], found.is_closed), (rest, is_closed), "{text}");
        }
        assert_eq!(code("``` a`b", Beginning::default(), 0), None);
        assert_eq!(code("``", Beginning::default(), 0), None);
    }
}
