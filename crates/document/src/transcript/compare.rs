//! Whether what was printed is what was expected, and how it differs.

use std::fmt::Write as _;

/// Lines around a difference.
const CONTEXT: usize = 3;

/// How freely lines are compared. A line `...` always stands for any lines, and `<...>` within a line
/// for any text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Any space is like any other.
    pub any_space: bool,
    /// `<name>` stands for any text.
    pub captures: bool,
    /// `...` within a line stands for any text and `<BLANKLINE>` for none, as in Python's doctest.
    pub inline_dots: bool,
}

/// Whether lines are as expected. Spaces at their ends, and empty lines at the end of all, do not count.
#[must_use]
pub fn matches(expected: &[String], found: &[String], rules: Rules) -> bool {
    let (expected, found) = (trimmed(expected), trimmed(found));
    if rules.any_space {
        let words = |lines: &[&str]| -> String {
            lines.iter().flat_map(|it| it.split_whitespace()).collect::<Vec<_>>().join(" ")
        };
        let (expected, found) = (words(&expected), words(&found));
        return line_matches(&expected, &found, rules);
    }
    lines_match(&expected, &found, rules)
}

fn trimmed(lines: &[String]) -> Vec<&str> {
    let mut lines: Vec<&str> = lines.iter().map(|it| it.trim_end()).collect();
    while lines.last() == Some(&"") {
        lines.pop();
    }
    lines
}

/// Without stepping back more than one `...` at a time, so that time stays in proportion to both.
fn lines_match(expected: &[&str], found: &[&str], rules: Rules) -> bool {
    greedy(
        expected.len(),
        found.len(),
        |it| expected[it].trim() == "...",
        |left, right| line_matches(expected[left], found[right], rules),
    )
}

/// Matches items where some on the left stand for any number on the right.
fn greedy(
    left: usize,
    right: usize,
    is_any: impl Fn(usize) -> bool,
    is_same: impl Fn(usize, usize) -> bool,
) -> bool {
    let (mut at, mut to) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while to < right {
        if at < left && is_any(at) {
            retry = Some((at + 1, to));
            at += 1;
        } else if at < left && is_same(at, to) {
            at += 1;
            to += 1;
        } else if let Some((after, from)) = retry {
            retry = Some((after, from + 1));
            at = after;
            to = from + 1;
        } else {
            return false;
        }
    }
    (at..left).all(is_any)
}

fn line_matches(expected: &str, found: &str, rules: Rules) -> bool {
    let blank = rules.inline_dots && expected == "<BLANKLINE>" && found.is_empty();
    if expected == found || blank {
        return true;
    }
    let pieces = pieces(expected, rules);
    let [first, middle @ .., last] = &pieces[..] else { return false };
    let Some(rest) = found.strip_prefix(first.as_str()) else { return false };
    let Some(mut rest) = rest.strip_suffix(last.as_str()) else { return false };
    middle.iter().all(|piece| match rest.find(piece.as_str()) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

/// What must be there as it stands, between what may be anything. One piece means nothing may.
fn pieces(line: &str, rules: Rules) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let any = if rest.starts_with("<...>") {
            Some("<...>".len())
        } else if rules.inline_dots && rest.starts_with("...") {
            Some("...".len())
        } else if rules.captures && first == '<' {
            tag(rest)
        } else {
            None
        };
        match any {
            Some(length) => {
                pieces.push(String::new());
                rest = &rest[length..];
            }
            None => {
                if let Some(last) = pieces.last_mut() {
                    last.push(first);
                }
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    pieces
}

/// Length of a `<name>`.
fn tag(rest: &str) -> Option<usize> {
    let end = rest.find('>')?;
    let name = &rest[1..end];
    let is_name = name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '-' || it == '_');
    is_name.then_some(end + 1)
}

/// The difference as `diff -u` writes it, with the line of the document that the expected ones begin on.
#[must_use]
pub fn difference(expected: &[String], found: &[String], line: usize) -> String {
    let (old, new) = (trimmed(expected), trimmed(found));
    let shorter = old.len().min(new.len());
    let head = (0..shorter).take_while(|at| old[*at] == new[*at]).count();
    let tail =
        (1..=shorter - head).take_while(|it| old[old.len() - it] == new[new.len() - it]).count();
    let from = head.saturating_sub(CONTEXT);
    let (old_to, new_to) = (old.len() - tail, new.len() - tail);
    let after = tail.min(CONTEXT);
    let mut out = String::from("--- expected\n+++ found\n");
    let (old_count, new_count) = (old_to + after - from, new_to + after - from);
    let (old_line, new_line) = (line + from, line + from);
    let ok = "a string takes any text";
    writeln!(out, "@@ -{old_line},{old_count} +{new_line},{new_count} @@").expect(ok);
    let marked = old[from..head].iter().map(|it| (' ', it));
    let marked = marked
        .chain(old[head..old_to].iter().map(|it| ('-', it)))
        .chain(new[head..new_to].iter().map(|it| ('+', it)))
        .chain(new[new_to..new_to + after].iter().map(|it| (' ', it)));
    for (mark, text) in marked {
        writeln!(out, "{mark}{text}").expect(ok);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn lines_are_equal_but_for_their_ends_and_what_stands_for_anything() {
        let plain = Rules::default();
        let free = Rules { any_space: true, ..plain };
        let captures = Rules { captures: true, ..plain };
        let dots = Rules { inline_dots: true, ..plain };
        for (expected, found, rules, same) in [
            ("a\nb", "a \nb\n\n", plain, true),
            ("a\nb", "a\nc", plain, false),
            ("a\n...\nz", "a\nb\nc\nz", plain, true),
            ("...\nz", "a\nz\nz", plain, true),
            ("a\n...", "a", plain, true),
            ("a\n...\nb\n...\nc", "a\nb\nx\nc", plain, true),
            ("a\n...\nb", "a\nc", plain, false),
            ("pid <...> ok", "pid 42 ok", plain, true),
            ("pid <...> ok", "pid 42 no", plain, false),
            ("<pid> x", "42 x", plain, false),
            ("<pid> x", "42 x", captures, true),
            ("a  b\nc", "a b c", free, true),
            ("foo...bar", "fooxxbar", dots, true),
            ("foo...bar", "fooxxbar", plain, false),
            ("", "a", plain, false),
        ] {
            let (expected, found) = (lines(expected), lines(found));
            assert_eq!(matches(&expected, &found, rules), same, "{expected:?} {found:?}");
        }
    }

    #[test]
    fn many_wildcards_cost_little() {
        let expected: Vec<String> = (0..2_000).flat_map(|_| lines("...\na")).collect();
        let mut found = vec!["a".to_owned(); 4_000];
        found.push("b".to_owned());
        assert!(!matches(&expected, &found, Rules::default()));
    }

    #[test]
    fn a_difference_says_where_it_is() {
        let found =
            difference(&lines("1\n2\n3\n4\n5\nold\n6"), &lines("1\n2\n3\n4\n5\nnew\nmore\n6"), 10);
        assert_eq!(
            found,
            "--- expected\n+++ found\n@@ -12,5 +12,6 @@\n 3\n 4\n 5\n-old\n+new\n+more\n 6\n"
        );
    }
}
