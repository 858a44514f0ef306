//! What `runbook fmt` sets right: little, and nothing that a reader could see.

use crate::document::parse;

/// The text without spaces at the ends of the lines that open and close fences. Everything else stays as
/// it is, an ending that the last line lacks included: files of other people are not to change unasked.
#[must_use]
pub fn tidy(text: &str) -> String {
    let document = parse(text);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for block in &document.blocks {
        let mut ends = vec![block.span.start];
        if block.is_closed() && block.end_line > block.line {
            ends.push(block.span.end);
        }
        for within in ends {
            let end = text[within..].find('\n').map_or(text.len(), |it| within + it);
            let kept = text[..end].trim_end_matches('\r');
            let trimmed = kept.trim_end_matches([' ', '\t']);
            if trimmed.len() < at {
                continue;
            }
            out.push_str(&text[at..trimmed.len()]);
            at = kept.len();
        }
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lines_of_fences_are_touched() {
        for (text, expected) in [
            ("```py  \nx  \n```  \ntext  \nmore", "```py\nx  \n```\ntext  \nmore"),
            ("> ~~~ \r\n> x\r\n> ~~~ \r\na", "> ~~~\r\n> x\r\n> ~~~\r\na"),
            ("```py \nx", "```py\nx"),
            ("", ""),
            ("a\n\n\n", "a\n\n\n"),
        ] {
            assert_eq!(tidy(text), expected, "{text:?}");
            assert_eq!(tidy(expected), expected);
        }
    }
}
