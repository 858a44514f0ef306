//! A document as one page of HTML that asks nothing of any network.
//!
//! Prose is Markdown's, blocks are coloured, and below each stands what it showed. All of it, our own
//! parts included, passes one sanitiser at the end: what a document or a program wrote is hostile.

use std::{collections::HashMap, fmt::Write as _, ops::Range};

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};

use crate::{
    block::{Block, BlockId, BlockKind},
    document::Document,
    notebook::Output,
    options::Hide,
};

mod ansi;
mod clean;
mod highlight;
mod outputs;
mod style;

pub(crate) use ansi::without_ansi;

/// What one block showed when it ran last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    pub outputs: Vec<Output>,
    /// How it ended, where that needs a word, such as `exit 3`.
    pub ended: Option<String>,
}

impl Document {
    /// The page of a document that came from parsing this very text. Blocks that are missing in
    /// `shown` stand alone.
    #[must_use]
    pub fn to_html(&self, text: &str, title: &str, shown: &HashMap<BlockId, Shown>) -> String {
        let from = self.front_matter.as_ref().map_or(0, |it| it.span.end);
        let mut body = String::new();
        if let Some(title) = self.front_matter.as_ref().and_then(|it| it.title.as_deref()) {
            writeln!(body, "<h1>{}</h1>", escaped(title)).expect("a string takes any text");
        }
        let events = Blocks { document: self, shown, from }.place(&text[from..]);
        pulldown_cmark::html::push_html(&mut body, events.into_iter());
        let (title, style, body) = (escaped(title), style::STYLE, clean::clean(&body));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
        )
    }
}

/// What the page may do: show itself. Also sent by whoever serves it.
pub const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

struct Blocks<'a> {
    document: &'a Document,
    shown: &'a HashMap<BlockId, Shown>,
    /// Where the text that is read begins in the whole.
    from: usize,
}

impl Blocks<'_> {
    /// Markdown's events, with each fence and picture as we show it.
    fn place<'t>(&self, text: &'t str) -> Vec<Event<'t>> {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_GFM
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS;
        let mut placed = Vec::new();
        let mut fence = None;
        let mut pictures = Vec::new();
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            if let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event {
                fence = Some((info, range, String::new()));
            } else if let Event::Text(code) = &event
                && let Some(open) = &mut fence
            {
                open.2.push_str(code);
            } else if let Event::End(TagEnd::CodeBlock) = event
                && let Some((info, range, code)) = fence.take()
            {
                placed.push(Event::Html(self.fence(&info, &range, &code).into()));
            } else if let Event::Start(Tag::Image { dest_url, .. }) = &event
                && !dest_url.starts_with("data:image/")
            {
                placed.push(elsewhere(dest_url));
                placed.push(Event::Start(Tag::Emphasis));
                pictures.push(TagEnd::Emphasis);
            } else if let Event::End(TagEnd::Image) = event {
                placed.extend(pictures.pop().map(Event::End));
            } else {
                if let Event::Start(Tag::Image { .. }) = event {
                    pictures.push(TagEnd::Image);
                }
                placed.push(event);
            }
        }
        placed
    }

    fn fence(&self, info: &str, range: &Range<usize>, code: &str) -> String {
        let start = self.from + range.start;
        let at = self.document.blocks.binary_search_by_key(&start, |it| it.span.start);
        match at.ok().map(|at| &self.document.blocks[at]) {
            Some(block) => self.block(block),
            None => {
                let language = info.split([' ', ',', '{']).next();
                let code = highlight::highlight(language, code);
                format!("<pre><code>{code}</code></pre>\n")
            }
        }
    }

    fn block(&self, block: &Block) -> String {
        let code = highlight::highlight(block.language.as_deref(), block.body());
        let label = match &block.kind {
            BlockKind::File { path: Some(path) } => Some(path.to_string()),
            BlockKind::File { path: None } | BlockKind::Code { .. } => block.name.clone(),
        };
        let shown = self.shown.get(&block.id);
        let hide = block.options.hide;
        let mut out = String::from("<div class=\"block\">");
        if let Some(label) = label {
            write!(out, "<p class=\"label\">{}</p>", escaped(&label))
                .expect("a string takes any text");
        }
        let code = format!("<pre><code>{code}</code></pre>");
        if matches!(hide, Hide::Code | Hide::Both) {
            write!(out, "<details><summary>Code</summary>{code}</details>")
                .expect("a string takes any text");
        } else {
            out.push_str(&code);
        }
        if let Some(shown) = shown.filter(|_| !matches!(hide, Hide::Output | Hide::Both)) {
            out.push_str(&outputs::shown(shown));
        }
        out.push_str("</div>\n");
        out
    }
}

/// A page that asks no network can only say where a picture is.
fn elsewhere(url: &str) -> Event<'static> {
    Event::InlineHtml(CowStr::from(format!("<a href=\"{}\">picture</a> ", escaped(url))))
}

/// Text as it stands between tags and in attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0' => out.push('\u{fffd}'),
            it => out.push(it),
        }
    }
    out
}
