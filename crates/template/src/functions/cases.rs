//! Large and small letters, one for one as in Go: `ß` stays, where Unicode makes two of it.

pub(super) fn upper_letter(letter: char) -> char {
    let mut made = letter.to_uppercase();
    match (made.next(), made.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

pub(super) fn lower_letter(letter: char) -> char {
    let mut made = letter.to_lowercase();
    match (made.next(), made.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

pub(super) fn upper(text: &str) -> String {
    text.chars().map(upper_letter).collect()
}

pub(super) fn lower(text: &str) -> String {
    text.chars().map(lower_letter).collect()
}
