//! The words of a text as an index holds them.
//!
//! A word is what stands between spaces and punctuation, in lower case: `kubectl`, `foo_bar`, `v2`. Names that
//! programmers put together are also found by their parts: `parseJson` by `json`, `foo_bar` by `bar`. Scripts
//! that put no spaces between words are held as pairs of neighbouring characters, which needs no dictionary.

/// Longer words are cut: keys and hashes, of which nobody types more.
pub const MAX_WORD_CHARS: usize = 64;

/// Part of a text that belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Segment<'t> {
    /// Of a script with spaces between words.
    Word(&'t str),
    /// Of a script without.
    Dense(&'t str),
}

/// Everything in a text that an index holds, in order, repetitions included.
pub fn terms(text: &str) -> impl Iterator<Item = String> + '_ {
    segments(text).flat_map(|segment| match segment {
        Segment::Word(word) => of_word(word),
        Segment::Dense(run) => of_dense(run),
    })
}

fn of_word(word: &str) -> Vec<String> {
    let mut found = vec![cut(word)];
    let parts = parts(word);
    if parts.len() > 1 || parts.first().is_some_and(|it| *it != word) {
        found.extend(parts.into_iter().filter(|it| it.len() > 1).map(cut));
    }
    found
}

/// Each pair of neighbours, and the last character alone: so a single one is the beginning of some term.
fn of_dense(run: &str) -> Vec<String> {
    let mut found = pairs(run);
    found.extend(run.chars().next_back().map(|it| it.to_lowercase().collect()));
    found
}

pub(super) fn pairs(run: &str) -> Vec<String> {
    let following = run.chars().skip(1);
    run.chars()
        .zip(following)
        .map(|(a, b)| a.to_lowercase().chain(b.to_lowercase()).collect())
        .collect()
}

pub(super) fn cut(word: &str) -> String {
    word.chars().flat_map(char::to_lowercase).take(MAX_WORD_CHARS).collect()
}

pub(super) fn segments(text: &str) -> impl Iterator<Item = Segment<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = &rest[rest.find(is_word)?..];
        let dense = rest.chars().next().is_some_and(is_dense);
        let end = rest.find(|it| !is_word(it) || is_dense(it) != dense).unwrap_or(rest.len());
        let (segment, after) = rest.split_at(end);
        rest = after;
        Some(if dense { Segment::Dense(segment) } else { Segment::Word(segment) })
    })
}

/// Splits `foo_bar`, `parseJson` and `HTTPServer` where their writers thought of a new word.
fn parts(word: &str) -> Vec<&str> {
    word.split('_').filter(|it| !it.is_empty()).flat_map(humps).collect()
}

fn humps(word: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = word.char_indices().collect();
    let mut cuts = vec![0];
    for (at, pair) in chars.windows(2).enumerate() {
        let [(_, before), (place, here)] = [pair[0], pair[1]];
        let next_is_lower = chars.get(at + 2).is_some_and(|it| it.1.is_lowercase());
        if here.is_uppercase() && (!before.is_uppercase() || next_is_lower) {
            cuts.push(place);
        }
    }
    cuts.push(word.len());
    cuts.windows(2).map(|it| &word[it[0]..it[1]]).collect()
}

pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || is_dense(character)
}

/// Characters of scripts that put no spaces between words, or between a word and its endings: Thai, Lao,
/// Myanmar, Khmer, Kana, Han and Hangul.
pub(super) fn is_dense(character: char) -> bool {
    matches!(
        character,
        '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{3041}'..='\u{30fa}'
            | '\u{30fc}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff66}'..='\u{ff9f}'
            | '\u{20000}'..='\u{3fffd}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(terms(text).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn words_stand_between_spaces_and_punctuation() {
        check("Run `kubectl get --all`, then…", "run kubectl get all then");
        check("10.0.0.1:8080", "10 0 0 1 8080");
        check("", "");
        check("-- ** ??", "");
    }

    #[test]
    fn names_of_programmers_are_held_whole_and_in_parts() {
        check("foo_bar", "foo_bar foo bar");
        check("parseJson", "parsejson parse json");
        check("HTTPServer2", "httpserver2 http server2");
        check("__init__", "__init__ init");
        check("UPPER", "upper");
        check("_", "_");
    }

    #[test]
    fn scripts_without_spaces_are_held_as_pairs() {
        check("東京都", "東京 京都 都");
        check("日本go言語", "日本 本 go 言語 語");
        check("数", "数");
    }

    #[test]
    fn a_long_word_is_cut() {
        let word = "É".repeat(100);
        assert_eq!(terms(&word).next().unwrap().chars().count(), MAX_WORD_CHARS);
    }
}
