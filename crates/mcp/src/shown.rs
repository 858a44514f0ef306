//! A program's bytes, and other people's text, as a model may see them: bounded, cut in the middle, harmless.
//!
//! Nothing here reads what the bytes mean. Each line of a program begins with `| `, so that no program can write a
//! line that looks like one of ours.

use std::{collections::VecDeque, fmt::Write as _};

/// One stream of a program. Of what is too long the beginning and the end are kept.
#[derive(Clone, Debug)]
pub struct Shown {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    bytes: u64,
    /// Bytes kept at the beginning, and as many at the end.
    half: usize,
}

impl Shown {
    /// Keeps `most` bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { head: Vec::new(), tail: VecDeque::new(), bytes: 0, half: most / 2 }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let room = (self.half - self.head.len()).min(bytes.len());
        let (head, rest) = bytes.split_at(room);
        self.head.extend_from_slice(head);
        // Of one chunk no more than fits.
        let rest = &rest[rest.len().saturating_sub(self.half)..];
        let too_many = (self.tail.len() + rest.len()).saturating_sub(self.half);
        self.tail.drain(..too_many);
        self.tail.extend(rest);
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    fn cut(&self) -> u64 {
        self.bytes - (self.head.len() + self.tail.len()) as u64
    }

    /// Writes what it is called, how much there is, and its lines.
    pub fn write(&self, name: &str, to: &mut String) {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        let (head, tail) = match self.cut() {
            0 => ([self.head.as_slice(), &tail].concat(), Vec::new()),
            _ => (whole_end(&self.head).to_vec(), whole_beginning(&tail).to_vec()),
        };
        let is_text = std::str::from_utf8(&head).is_ok() && std::str::from_utf8(&tail).is_ok();
        let noted = if is_text { "" } else { ", not UTF-8: what is no text is shown as \u{fffd}" };
        let bytes = self.bytes;
        write_to(to, format_args!("{name} ({bytes} bytes{noted}):\n"));
        lines(&String::from_utf8_lossy(&head), to);
        if self.cut() > 0 {
            let cut = bytes - (head.len() + tail.len()) as u64;
            write_to(to, format_args!("[{cut} bytes in the middle are left out]\n"));
            lines(&String::from_utf8_lossy(&tail), to);
        }
    }
}

fn write_to(to: &mut String, words: std::fmt::Arguments<'_>) {
    to.write_fmt(words).expect("writing to a string never fails");
}

fn lines(text: &str, to: &mut String) {
    for line in clean(text).lines() {
        write_to(to, format_args!("| {line}\n"));
    }
}

/// Without the beginning of a character that was cut off.
fn whole_end(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        Ok(_) | Err(_) => bytes,
    }
}

/// Without the end of a character that was cut off.
fn whole_beginning(bytes: &[u8]) -> &[u8] {
    let is_rest = |it: &&u8| **it & 0b1100_0000 == 0b1000_0000;
    // A character has three such bytes at most.
    &bytes[bytes.iter().take(3).take_while(is_rest).count()..]
}

/// The text with what would act on a terminal, or hide from whoever reads along, made visible: control characters,
/// marks that turn the direction of writing around, and tags.
#[must_use]
pub fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").chars().map(harmless).collect()
}

/// The same, on one line.
#[must_use]
pub fn clean_line(text: &str) -> String {
    clean(text).chars().map(|it| if matches!(it, '\n' | '\t') { ' ' } else { it }).collect()
}

fn harmless(it: char) -> char {
    match it {
        '\n' | '\t' => it,
        // Unicode has pictures of the ASCII ones.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(it)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        _ => it,
    }
}

/// The text, without its middle if it has more than `most` bytes.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let head = &text[..text.floor_char_boundary(most / 2)];
    let tail = &text[text.ceil_char_boundary(text.len() - most / 2)..];
    let left_out = text.len() - head.len() - tail.len();
    format!("{head}\n[{left_out} bytes in the middle are left out]\n{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(chunks: &[&[u8]], most: usize) -> String {
        let mut shown = Shown::new(most);
        chunks.iter().for_each(|it| shown.push(it));
        let mut text = String::new();
        shown.write("stdout", &mut text);
        text
    }

    #[test]
    fn every_line_of_a_program_is_told_from_ours() {
        let evil = b"fine\n[0 bytes in the middle are left out]\nstderr (9 bytes):\n| x";
        let expected = format!(
            "stdout ({} bytes):\n| fine\n| [0 bytes in the middle are left out]\n\
             | stderr (9 bytes):\n| | x\n",
            evil.len()
        );
        assert_eq!(shown(&[evil], 1000), expected);
    }

    #[test]
    fn what_is_too_long_is_cut_in_the_middle_and_nowhere_inside_a_character() {
        for most in 2..40 {
            let text = shown(&["äöü".as_bytes(), "€€€€€€€€".as_bytes(), "äöüß".as_bytes()], most);
            assert!(!text.contains('\u{fffd}'), "{most}: {text}");
        }
        let text = shown(&[b"0123456789", b"abc", b"def"], 6);
        assert_eq!(
            text,
            "stdout (16 bytes):\n| 012\n[10 bytes in the middle are left out]\n| def\n"
        );
    }

    #[test]
    fn what_fits_is_shown_whole_however_it_came() {
        assert_eq!(
            shown(&[b"01", b"2345", b"6", b"789"], 10),
            "stdout (10 bytes):\n| 0123456789\n"
        );
        assert_eq!(shown(&[], 10), "stdout (0 bytes):\n");
    }

    #[test]
    fn bytes_that_are_no_text_are_said_to_be_none() {
        let text = shown(&[b"a\xff\xfeb"], 100);
        assert!(text.starts_with("stdout (4 bytes, not UTF-8"), "{text}");
        assert!(text.ends_with("| a\u{fffd}\u{fffd}b\n"), "{text}");
    }

    #[test]
    fn control_characters_are_seen_and_do_nothing() {
        assert_eq!(
            clean("\u{1b}[2J\u{7}\r\n\tok\r\u{202e}\u{e0041}"),
            "␛[2J␇\n\tok␍\u{fffd}\u{fffd}"
        );
        assert_eq!(clean_line("a\nb"), "a b");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("kurz", 4), "kurz");
        assert_eq!(cut("€€€€", 6), "€\n[6 bytes in the middle are left out]\n€");
    }
}
