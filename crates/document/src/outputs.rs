//! A document with what its blocks showed written below them, each behind `<!-- output -->`.

use std::collections::HashMap;

use crate::{
    block::{Block, BlockId},
    document::Document,
    edit::container,
    notebook::{self, Comment},
    page::Shown,
};

/// The text with the outputs of some blocks below them, in place of those that stood there. Blocks that
/// are missing in `shown`, and all else, stay as they are.
#[must_use]
pub fn with_outputs(text: &str, document: &Document, shown: &HashMap<BlockId, Shown>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (index, block) in document.blocks.iter().enumerate() {
        let Some(shown) = shown.get(&block.id).filter(|_| block.span.start >= at) else { continue };
        let end = line_end(text, block.span.end);
        out.push_str(&text[at..end]);
        if !out.ends_with('\n') {
            out.push('\n');
        }
        let prefix = prefix(text, block);
        for output in &shown.outputs {
            for line in notebook::output(output).lines() {
                let line = format!("{prefix}{line}");
                out.push_str(line.trim_end());
                out.push('\n');
            }
        }
        at = old_outputs_end(text, document, index);
    }
    out.push_str(&text[at..]);
    out
}

/// Where the outputs end that stand below a block already.
fn old_outputs_end(text: &str, document: &Document, index: usize) -> usize {
    let mut end = line_end(text, document.blocks[index].span.end);
    let mut blocks = document.blocks[index + 1..].iter().peekable();
    loop {
        let at = next_line(text, end);
        let line = line(text, at);
        let said = matches!(notebook::comment_at(line), Some(Comment::Output(_)));
        let below = if said { next_line(text, line_end(text, at)) } else { at };
        let is_picture = said && self::line(text, below).starts_with("![output](data:");
        let fence = blocks.peek().filter(|it| it.span.start == below && it.is_closed());
        if is_picture {
            end = line_end(text, below);
        } else if let Some(block) = fence.filter(|it| said || notebook::is_output(it)) {
            end = line_end(text, block.span.end);
            blocks.next();
        } else {
            return end;
        }
    }
}

/// What stands before each line of a block in a list or a quote.
fn prefix(text: &str, block: &Block) -> String {
    let line_start = text[..block.span.start].rfind('\n').map_or(0, |at| at + 1);
    let before = text[line_start..block.span.start].trim_start_matches('\u{feff}');
    before.chars().map(container).collect()
}

/// Behind the ending of the line that an offset is on.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |it| at + it + 1)
}

/// The beginning of the next line that is not empty.
fn next_line(text: &str, mut at: usize) -> usize {
    while at < text.len() && line(text, at).trim().is_empty() {
        at = line_end(text, at);
    }
    at
}

fn line(text: &str, at: usize) -> &str {
    text[at..].split('\n').next().unwrap_or_default().trim_end_matches('\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        document::parse,
        notebook::{Output, Stream},
    };

    fn shown(text: &str, printed: &str) -> String {
        let document = parse(text);
        let output = Output::Stream { stream: Stream::Stdout, text: printed.to_owned() };
        let id = document.blocks[0].id.clone();
        let shown = Shown { outputs: vec![output], ended: None };
        with_outputs(text, &document, &[(id, shown)].into())
    }

    #[test]
    fn outputs_stand_below_their_block_and_replace_those_before() {
        let text = "a\n\n```runnable sh\nx\n```\n\nb\n";
        let once = shown(text, "1\n");
        let expected = "a\n\n```runnable sh\nx\n```\n\n<!-- output -->\n```text\n1\n```\n\nb\n";
        assert_eq!(once, expected);
        assert_eq!(shown(&once, "1\n"), once);
        assert_eq!(shown(&once, "2\n"), once.replace("1\n", "2\n"));
    }

    #[test]
    fn in_a_quote_they_are_quoted_and_a_text_without_an_ending_gets_one() {
        let text = "> ```runnable sh\n> x\n> ```";
        let expected = format!("{text}\n>\n> <!-- output -->\n> ```text\n> 1\n> ```\n");
        assert_eq!(shown(text, "1\n"), expected);
    }
}
