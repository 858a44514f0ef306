//! What the line of a heading says.
//!
//! ```text
//!   ## Step 1: Title     ## Step 1        ## 1. Title     ## 1) Title
//!   ### Step 1.1 Title   #### 1.1         ### 1.1 Title   ### 1.1 – Title
//! ```
//!
//! A number alone makes a step only with a mark after it or a dot within it: `## 3 reasons` is prose.

use std::ops::Range;

use super::number::StepNumber;

/// A heading that begins at the start of its line; others are within lists or quotes.
#[derive(Debug)]
pub(super) struct Heading<'t> {
    pub(super) level: usize,
    pub(super) says: Says<'t>,
}

#[derive(Debug)]
pub(super) enum Says<'t> {
    Prose {
        title: &'t str,
    },
    Step {
        number: StepNumber,
        /// Bytes of the line.
        number_span: Range<usize>,
        title: &'t str,
    },
    /// `Step 0`, `Step 1.x`: meant as a step.
    BadNumber {
        span: Range<usize>,
    },
}

/// Reads a line, without its ending, that Markdown takes for a heading.
pub(super) fn read(line: &str) -> Option<Heading<'_>> {
    let content = line.trim_start_matches('#');
    let level = line.len() - content.len();
    if level == 0 {
        return None;
    }
    let content = without_closing_marks(content.trim());
    let at = content.as_ptr() as usize - line.as_ptr() as usize;
    Some(Heading { level, says: says(content, at) })
}

/// `## Title ##` is `## Title`.
fn without_closing_marks(content: &str) -> &str {
    let without = content.trim_end_matches('#');
    if without.is_empty() || without.ends_with([' ', '\t']) { without.trim_end() } else { content }
}

/// The title in the first line of a step's text, which may be written as its heading is.
pub(super) fn title_of(line: &str, step: &StepNumber) -> String {
    let content = without_closing_marks(line.trim_start_matches('#').trim());
    match says(content, 0) {
        Says::Step { number, title, .. } if number == *step => title.to_owned(),
        Says::Step { .. } | Says::Prose { .. } | Says::BadNumber { .. } => content.to_owned(),
    }
}

fn says(content: &str, at: usize) -> Says<'_> {
    let word_end = content.find([' ', '\t']).unwrap_or(content.len());
    let is_named = content[..word_end].eq_ignore_ascii_case("step") && word_end < content.len();
    let rest = if is_named { content[word_end..].trim_start() } else { content };
    let start = at + content.len() - rest.len();
    let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(rest.len());
    // The dot of `1.` is a mark, not a part of the number.
    let digits = rest[..end].trim_end_matches('.');
    let after = &rest[digits.len()..];
    let is_step = !digits.is_empty() && is_separate(after, is_named || digits.contains('.'));
    let number_span = start..start + digits.len();
    match digits.parse() {
        Ok(number) if is_step => Says::Step { number, number_span, title: title(after) },
        Err(_) if is_named && rest.starts_with(|it: char| it.is_ascii_digit()) => {
            Says::BadNumber { span: number_span }
        }
        Ok(_) | Err(_) => Says::Prose { title: content },
    }
}

/// Whether what follows the digits ends the number.
fn is_separate(after: &str, may_be_space: bool) -> bool {
    let mut characters = after.chars();
    match characters.next() {
        None => may_be_space,
        Some('.' | ')' | ':') => characters.next().is_none_or(char::is_whitespace),
        Some(it) => may_be_space && it.is_whitespace(),
    }
}

fn title(after: &str) -> &str {
    let after = after.trim_start_matches(['.', ')', ':']).trim();
    let marked = ["- ", "– ", "— "].iter().find_map(|it| after.strip_prefix(it));
    marked.unwrap_or(after).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> String {
        let Some(Heading { level, says }) = read(line) else { return "none".to_owned() };
        match says {
            Says::Prose { title } => format!("{level} prose [{title}]"),
            Says::Step { number, number_span, title } => {
                assert_eq!(&line[number_span], number.to_string());
                format!("{level} step {number} [{title}]")
            }
            Says::BadNumber { span } => format!("{level} bad {}", &line[span]),
        }
    }

    #[test]
    fn a_step_is_a_number_with_or_without_the_word() {
        for (line, expected) in [
            ("## Step 1: Add tests", "2 step 1 [Add tests]"),
            ("## 1. Add tests", "2 step 1 [Add tests]"),
            ("## 1) Add tests ##", "2 step 1 [Add tests]"),
            ("### 1.1 Add tests", "3 step 1.1 [Add tests]"),
            ("### 1.1. Add tests", "3 step 1.1 [Add tests]"),
            ("#### Step 1.1", "4 step 1.1 []"),
            ("#### 1.1", "4 step 1.1 []"),
            ("## step 12 — Add `a.b`", "2 step 12 [Add `a.b`]"),
            ("##\tSTEP 2 - -Wall everywhere", "2 step 2 [-Wall everywhere]"),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn other_headings_are_prose() {
        for (line, expected) in [
            ("# Move to Rust 2024", "1 prose [Move to Rust 2024]"),
            ("## 3 reasons", "2 prose [3 reasons]"),
            ("## 2026. A year", "2 prose [2026. A year]"),
            ("## 0.9 compatibility", "2 prose [0.9 compatibility]"),
            ("## Step by step", "2 prose [Step by step]"),
            ("## Step", "2 prose [Step]"),
            ("## C#", "2 prose [C#]"),
            ("##", "2 prose []"),
            ("> ## Step 1", "none"),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn a_number_that_is_none_is_seen() {
        for (line, expected) in [
            ("## Step 0: x", "2 bad 0"),
            ("## Step 1.0", "2 bad 1.0"),
            ("## Step 9999", "2 bad 9999"),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn the_first_line_of_an_edited_step_may_repeat_its_number() {
        let step = "2.1".parse().unwrap();
        for (line, expected) in [
            ("Add tests", "Add tests"),
            ("### Step 2.1: Add tests", "Add tests"),
            ("2.1 Add tests", "Add tests"),
            ("3. Add tests", "3. Add tests"),
        ] {
            assert_eq!(title_of(line, &step), expected, "{line}");
        }
    }
}
