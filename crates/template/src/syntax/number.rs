//! Numbers and quoted text as Go writes them.

use super::Term;

/// A number of Go: decimal, `0x`, `0o`, `0b`, a leading zero for octal, underscores, fractions, exponents.
pub(super) fn number(text: &str) -> Option<Term> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    if lower.contains("__") || lower.ends_with('_') || lower.starts_with('_') {
        return None;
    }
    let plain = lower.replace('_', "");
    if let Some(magnitude) = integer(&plain) {
        let value = if negative { -magnitude } else { magnitude };
        return i64::try_from(value).ok().map(Term::Int);
    }
    let allowed = |it: char| it.is_ascii_digit() || matches!(it, '.' | 'e' | '+' | '-');
    let starts = plain.starts_with(|it: char| it.is_ascii_digit() || it == '.');
    if !starts || !plain.chars().all(allowed) {
        return None;
    }
    let value: f64 = plain.parse().ok()?;
    value.is_finite().then_some(Term::Float(if negative { -value } else { value }))
}

fn integer(plain: &str) -> Option<i128> {
    let (radix, digits) = match plain.as_bytes() {
        [b'0', b'x', ..] => (16, &plain[2..]),
        [b'0', b'o', ..] => (8, &plain[2..]),
        [b'0', b'b', ..] => (2, &plain[2..]),
        [b'0', _, ..] => (8, &plain[1..]),
        _ => (10, plain),
    };
    let starts = digits.starts_with(|it: char| it.is_ascii_hexdigit());
    if starts { i128::from_str_radix(digits, radix).ok().filter(|it| *it < 1 << 64) } else { None }
}

/// What a text between quotes says, and how many bytes it takes with them. `None` without its end.
pub(super) fn quoted(text: &str) -> Option<(String, usize)> {
    let quote = text.chars().next()?;
    let mut said = String::new();
    let mut rest = text[1..].char_indices();
    while let Some((at, letter)) = rest.next() {
        match letter {
            '\n' => return None,
            it if it == quote => return Some((said, at + 2)),
            '\\' => {
                let (skip, meant) = escape(&text[at + 2..], quote)?;
                said.push(meant);
                for _ in 0..skip {
                    rest.next();
                }
            }
            it => said.push(it),
        }
    }
    None
}

/// The character that an escape means, and how many characters it takes after its backslash.
fn escape(after: &str, quote: char) -> Option<(usize, char)> {
    let simple = |it| Some((1, it));
    let coded = |skip: usize, digits: &str, radix| {
        let code = u32::from_str_radix(digits, radix).ok()?;
        Some((skip, char::from_u32(code)?))
    };
    match after.chars().next()? {
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'f' => simple('\u{c}'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'v' => simple('\u{b}'),
        '\\' => simple('\\'),
        it if it == quote => simple(it),
        'x' => coded(3, after.get(1..3)?, 16),
        'u' => coded(5, after.get(1..5)?, 16),
        'U' => coded(9, after.get(1..9)?, 16),
        '0'..='7' => coded(3, after.get(0..3)?, 8),
        _ => None,
    }
}
