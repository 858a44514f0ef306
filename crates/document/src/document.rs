//! A parsed document, and the way from its text to it.

use crate::{
    assemble::assemble,
    block::{Block, BlockId, BlockKind, Dialect},
    depth,
    diagnostic::{Diagnostic, Report},
    fence::{self, Outline},
    file_path::FilePath,
    front_matter::{self, FrontMatter},
    ids,
};

/// Larger texts are refused whole: they are data, and a reader's browser would not bear them.
pub const MAX_DOCUMENT_BYTES: usize = 10 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub front_matter: Option<FrontMatter>,
    /// The front matter's title or else the first heading.
    pub title: Option<String>,
    /// How new blocks should be written.
    pub dialect: Dialect,
    /// In the order of the text; their spans do not overlap.
    pub blocks: Vec<Block>,
    /// In the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// What follows this many blocks stays text.
pub const MAX_BLOCKS: usize = 10_000;

/// Reads a document. Never panics and never fails: problems become diagnostics. The text is not
/// changed; all spans count bytes of it.
#[must_use]
pub fn parse(text: &str) -> Document {
    let mut report = Report::new(text);
    if text.len() > MAX_DOCUMENT_BYTES {
        let message = format!(
            "the document has {} bytes and at most {MAX_DOCUMENT_BYTES} are read; split it",
            text.len()
        );
        report.error("too-large", 0..0, message);
        return assemble("", None, Outline::default(), report);
    }
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let (front_matter, from) = front_matter::read(text, start, &mut report);
    if let Some(at) = depth::too_deep(&text[from..]) {
        let message = "lists and quotes nest too deep here, so no block is read; flatten them";
        report.error("too-deep", from + at..from + at, message.to_owned());
        return assemble(text, front_matter, Outline::default(), report);
    }
    let outline = fence::scan(text, from, MAX_BLOCKS);
    if let Some(at) = outline.rest {
        let message = format!(
            "blocks from here on are not read, {MAX_BLOCKS} are the limit; split the document"
        );
        report.error("too-many-blocks", at..at, message);
    }
    assemble(text, front_matter, outline, report)
}

impl Document {
    /// Blocks with a Run button, in order.
    pub fn runnable(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|it| it.is_runnable())
    }

    /// File blocks that may be written, with their paths, in order.
    pub fn files(&self) -> impl Iterator<Item = (&FilePath, &Block)> {
        self.blocks.iter().filter_map(|block| match &block.kind {
            BlockKind::File { path: Some(path) } => Some((path, block)),
            BlockKind::File { path: None } | BlockKind::Code { .. } => None,
        })
    }

    #[must_use]
    pub fn block(&self, id: &BlockId) -> Option<&Block> {
        self.blocks.iter().find(|it| it.id == *id)
    }

    /// Carries the ids of a previous revision over, given in its order with the content hashes:
    /// to the same content first, then to a block whose name is the id, then to a block in the
    /// same place between neighbours that were found. So an edited block keeps its id.
    pub fn adopt_ids(&mut self, previous: &[(BlockId, String)]) {
        ids::adopt(&mut self.blocks, previous);
    }
}
