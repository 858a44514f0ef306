//! How deep lists and quotes may nest.
//!
//! A blank line continues every open list item, so a parser spends time in proportion to depth on
//! it; a hostile text of 10 MB could make that minutes. No person nests as deep as the limit.

/// List and quote markers and half the columns of space before the last of them, on one line.
const MAX_DEPTH: usize = 100;
const TAB_COLUMNS: usize = 4;

/// Where the first line begins whose containers may nest deeper than the limit.
#[must_use]
pub fn too_deep(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        if depth(line.as_bytes()) > MAX_DEPTH {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// An upper bound for the containers that a line opens or continues; zero if it opens none.
fn depth(line: &[u8]) -> usize {
    let (mut columns, mut markers, mut bound) = (0, 0, 0);
    let mut rest = line;
    loop {
        match rest {
            [b' ', after @ ..] => (columns, rest) = (columns + 1, after),
            [b'\t', after @ ..] => (columns, rest) = (columns + TAB_COLUMNS, after),
            _ => {
                let Some(after) = marker(rest) else { return bound };
                markers += 1;
                bound = markers + columns / 2;
                rest = after;
            }
        }
    }
}

/// What follows a list or quote marker.
fn marker(rest: &[u8]) -> Option<&[u8]> {
    let digits = rest.iter().take(10).take_while(|it| it.is_ascii_digit()).count();
    let after = match rest {
        [b'>', after @ ..] => return Some(after),
        [b'-' | b'*' | b'+', after @ ..] => after,
        _ if digits > 0 => match &rest[digits..] {
            [b'.' | b')', after @ ..] => after,
            _ => return None,
        },
        _ => return None,
    };
    matches!(after, [] | [b' ' | b'\t' | b'\n' | b'\r', ..]).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_nest_too_deep_are_found() {
        let deep = "text\n".to_owned() + &"- ".repeat(101) + "x\n";
        assert_eq!(too_deep(&deep), Some(5));
        let stairs: String = (0..200).map(|it| " ".repeat(2 * it) + "- x\n").collect();
        assert!(too_deep(&stairs).is_some());
        assert!(too_deep(&">".repeat(101)).is_some());
        for fine in
            ["-".repeat(500), " ".repeat(500) + "x", "- > 1. x\n".repeat(500), "*".repeat(500)]
        {
            assert_eq!(too_deep(&fine), None, "{fine}");
        }
    }
}
