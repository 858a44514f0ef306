//! What programs write for a terminal, as text and as HTML: colours, and lines written over.

use super::escaped;

/// One piece of terminal output.
enum Piece<'t> {
    Text(&'t str),
    /// The parameters of `ESC [ … m`.
    Colour(&'t str),
}

/// Text without escape sequences, and of lines written over what stood last.
pub(crate) fn without_ansi(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    pieces(text, |piece| {
        if let Piece::Text(text) = piece {
            out.push_str(text);
        }
    });
    settled(&out)
}

/// The same with colours, as spans.
pub(super) fn to_html(text: &str) -> String {
    // Progress bars first: what was written over had colours too.
    let text = settled(text);
    let mut out = String::with_capacity(text.len());
    let mut look = Look::default();
    pieces(&text, |piece| match piece {
        Piece::Text(text) => {
            let classes = look.classes();
            let text: String = text.chars().filter(|it| is_shown(*it)).collect();
            if classes.is_empty() {
                out.push_str(&escaped(&text));
            } else {
                out.push_str("<span class=\"");
                out.push_str(&classes);
                out.push_str("\">");
                out.push_str(&escaped(&text));
                out.push_str("</span>");
            }
        }
        Piece::Colour(parameters) => look.change(parameters),
    });
    out
}

fn is_shown(it: char) -> bool {
    !it.is_control() || matches!(it, '\n' | '\t')
}

/// Of each line what a carriage return left last.
fn settled(text: &str) -> String {
    if !text.contains('\r') {
        return text.to_owned();
    }
    let last = |line: &str| {
        let (line, ending) = line.strip_suffix('\n').map_or((line, ""), |it| (it, "\n"));
        let line = line.trim_end_matches('\r');
        format!("{}{ending}", line.rsplit('\r').next().unwrap_or_default())
    };
    text.split_inclusive('\n').map(last).collect()
}

fn pieces<'t>(text: &'t str, mut take: impl FnMut(Piece<'t>)) {
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        take(Piece::Text(&rest[..at]));
        let after = &rest[at + 1..];
        rest = match after.chars().next() {
            Some('[') => {
                let end = after[1..].find(|it: char| ('@'..='~').contains(&it));
                let Some(end) = end.map(|it| it + 1) else { return };
                if after[end..].starts_with('m') {
                    take(Piece::Colour(&after[1..end]));
                }
                &after[end + 1..]
            }
            // A title or a link: until BEL or ESC \.
            Some(']') => {
                let end = after.find(['\u{7}', '\u{1b}']).unwrap_or(after.len());
                let rest = &after[end..];
                rest.strip_prefix('\u{7}').or_else(|| rest.strip_prefix("\u{1b}\\")).unwrap_or("")
            }
            // A set of characters: one more says which.
            Some('(' | ')') => after.get(2..).unwrap_or(""),
            Some(other) => &after[other.len_utf8()..],
            None => "",
        };
    }
    take(Piece::Text(rest));
}

#[derive(Debug, Default)]
struct Look {
    bold: bool,
    italic: bool,
    underlined: bool,
    /// 0 to 7, and 8 to 15 for the bright ones.
    text: Option<u8>,
    ground: Option<u8>,
}

impl Look {
    fn change(&mut self, parameters: &str) {
        let mut codes = parameters.split([';', ':']).map(|it| it.parse::<u8>().unwrap_or(0));
        while let Some(code) = codes.next() {
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                3 => self.italic = true,
                4 => self.underlined = true,
                22 => self.bold = false,
                23 => self.italic = false,
                24 => self.underlined = false,
                30..=37 => self.text = Some(code - 30),
                90..=97 => self.text = Some(code - 90 + 8),
                40..=47 => self.ground = Some(code - 40),
                100..=107 => self.ground = Some(code - 100 + 8),
                39 => self.text = None,
                49 => self.ground = None,
                38 | 48 => {
                    let colour = extended(&mut codes);
                    *(if code == 38 { &mut self.text } else { &mut self.ground }) = colour;
                }
                _ => {}
            }
        }
    }

    fn classes(&self) -> String {
        let mut classes = Vec::new();
        let flags = [(self.bold, "b"), (self.italic, "i"), (self.underlined, "u")];
        classes.extend(flags.iter().filter(|it| it.0).map(|it| it.1.to_owned()));
        classes.extend(self.text.map(|it| format!("f{it}")));
        classes.extend(self.ground.map(|it| format!("g{it}")));
        classes.join(" ")
    }
}

/// One of 256 or of all colours, as the nearest that a page has a class for.
fn extended(codes: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let (r, g, b) = match codes.next()? {
        5 => match codes.next()? {
            basic @ 0..16 => return Some(basic),
            cube @ 16..232 => {
                let level = |it: u8| it % 6 * 51;
                let it = cube - 16;
                (level(it / 36), level(it / 6), level(it))
            }
            grey => [(grey - 232) * 10 + 8; 3].into(),
        },
        2 => (codes.next()?, codes.next()?, codes.next()?),
        _ => return None,
    };
    let highest = r.max(g).max(b);
    let on = |it: u8| it > highest / 2 && it > 40;
    let bits = u8::from(on(r)) | u8::from(on(g)) << 1 | u8::from(on(b)) << 2;
    Some(bits + if highest > 200 { 8 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_classes_and_everything_else_of_a_terminal_goes() {
        for (text, html) in [
            ("\u{1b}[31mred\u{1b}[0m plain", "<span class=\"f1\">red</span> plain"),
            ("\u{1b}[1;92mok\u{1b}[m", "<span class=\"b f10\">ok</span>"),
            ("\u{1b}[38;5;196mx\u{1b}[39my", "<span class=\"f9\">x</span>y"),
            ("\u{1b}]0;title\u{7}a<b\u{1b}[2K\u{1b}(B", "a&lt;b"),
            ("10 %\r50 %\r100 %\ndone\r\n", "100 %\ndone\n"),
            ("\u{1b}[", ""),
        ] {
            assert_eq!(to_html(text), html, "{text:?}");
        }
        assert_eq!(without_ansi("\u{1b}[1mbold\u{1b}[0m\n"), "bold\n");
    }
}
