//! Text between quotes, as Go writes it.

use std::fmt::Write as _;

/// `%q` of a text; with `ascii` as `%+q`.
pub(crate) fn quoted(text: &str, ascii: Ascii) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        push_escaped(&mut out, letter, '"', ascii);
    }
    out.push('"');
    out
}

/// Whether letters beyond ASCII are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ascii {
    Only,
    AndMore,
}

/// `%q` of a number: the character with this code.
pub(super) fn quoted_letter(letter: char, ascii: Ascii) -> String {
    let mut out = String::from("'");
    push_escaped(&mut out, letter, '\'', ascii);
    out.push('\'');
    out
}

fn push_escaped(out: &mut String, letter: char, quote: char, ascii: Ascii) {
    let known = match letter {
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\u{b}' => 'v',
        '\\' => '\\',
        it if it == quote => quote,
        it if is_printable(it) && (it.is_ascii() || ascii == Ascii::AndMore) => {
            out.push(it);
            return;
        }
        it => {
            let code = u32::from(it);
            let written = match code {
                0..0x20 | 0x7f => write!(out, "\\x{code:02x}"),
                0x20..0x1_0000 => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
            written.expect("a String takes everything");
            return;
        }
    };
    out.push('\\');
    out.push(known);
}

/// Whether Go would print it as it is: no control, no blank but the common one, nothing that only formats.
pub(crate) fn is_printable(letter: char) -> bool {
    match letter {
        ' ' => true,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}' => false,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => false,
        '\u{e000}'..='\u{f8ff}'
        | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}'..='\u{ffff}' => false,
        '\u{e0000}'..='\u{10ffff}' => matches!(letter, '\u{e0100}'..='\u{e01ef}'),
        it => !it.is_control() && !it.is_whitespace(),
    }
}
