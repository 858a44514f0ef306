//! A parsed document, and the way from its text to it.

use std::borrow::Cow;

use crate::{
    assemble::assemble,
    block::{Block, BlockId, BlockKind, Dialect},
    depth,
    diagnostic::{Diagnostic, Report},
    fence::{self, Outline},
    file_path::FilePath,
    front_matter::{self, FrontMatter},
    ids,
    inputs::{Input, InputKind},
    mdx::{self, Component, Edits},
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
    /// In the order of the text.
    pub headings: Vec<Heading>,
    /// In the order of the text; their spans do not overlap.
    pub blocks: Vec<Block>,
    /// What its reader is asked for, in the order of the text.
    pub inputs: Vec<Input>,
    /// Of MDX, in the order in which they begin; one inside another comes after it.
    pub components: Vec<Component>,
    pub(crate) edits: Edits,
    /// In the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Where a section begins: it goes on until the next heading of its level or a higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heading {
    /// From 1, the highest, to 6.
    pub level: u8,
    /// Counted from 1.
    pub line: usize,
}

/// What follows this many blocks stays text.
pub const MAX_BLOCKS: usize = 10_000;

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    Markdown,
    /// Markdown with components, of which nothing is evaluated.
    Mdx,
}

impl Syntax {
    /// By the name of a file.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let extension = name.rsplit_once('.').map(|it| it.1);
        if extension.is_some_and(|it| it.eq_ignore_ascii_case("mdx")) {
            Self::Mdx
        } else {
            Self::Markdown
        }
    }
}

/// Reads a document in Markdown; see [`parse_as`].
#[must_use]
pub fn parse(text: &str) -> Document {
    parse_as(text, Syntax::Markdown)
}

/// Reads a document. Never panics and never fails: problems become diagnostics. The text is not
/// changed; all spans count bytes of it. Between components, only fences that are marked run, unless the
/// front matter says otherwise.
#[must_use]
pub fn parse_as(text: &str, syntax: Syntax) -> Document {
    let mut report = Report::new(text);
    if text.len() > MAX_DOCUMENT_BYTES {
        let message = format!(
            "the document has {} bytes and at most {MAX_DOCUMENT_BYTES} are read; split it",
            text.len()
        );
        report.error("too-large", 0..0, message);
        return assemble("", None, Outline::default(), mdx::Found::default(), report);
    }
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let (front_matter, from) = front_matter::read(text, start, &mut report);
    let (found, markdown) = match syntax {
        Syntax::Markdown => (mdx::Found::default(), Cow::Borrowed(text)),
        Syntax::Mdx => {
            let (found, markdown) = mdx::read(text, from, &mut report);
            (found, Cow::Owned(markdown))
        }
    };
    if let Some(at) = depth::too_deep(&markdown[from..]) {
        let message = "lists and quotes nest too deep here, so no block is read; flatten them";
        report.error("too-deep", from + at..from + at, message.to_owned());
        return assemble(text, front_matter, Outline::default(), found, report);
    }
    let outline = fence::scan(&markdown, from, MAX_BLOCKS);
    if let Some(at) = outline.rest {
        let message = format!(
            "blocks from here on are not read, {MAX_BLOCKS} are the limit; split the document"
        );
        report.error("too-many-blocks", at..at, message);
    }
    assemble(text, front_matter, outline, found, report)
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

    /// The names of the secrets that a block finds in its environment.
    #[must_use]
    pub fn secrets_of<'d>(&'d self, block: &'d Block) -> Vec<&'d str> {
        let shared = self.front_matter.iter().flat_map(|it| &it.secrets);
        let mut names: Vec<&str> =
            shared.chain(&block.options.secrets).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The names of all secrets that a block finds, inputs that are secret among them.
    #[must_use]
    pub fn all_secrets_of<'d>(&'d self, block: &'d Block) -> Vec<&'d str> {
        let inputs = self.inputs.iter().filter(|it| it.kind == InputKind::Secret);
        let mut names = self.secrets_of(block);
        names.extend(inputs.map(|it| it.name.as_str()));
        names
    }

    /// Carries the ids of a previous revision over, given in its order with the content hashes:
    /// to the same content first, then to a block whose name is the id, then to a block in the
    /// same place between neighbours that were found. So an edited block keeps its id.
    pub fn adopt_ids(&mut self, previous: &[(BlockId, String)]) {
        ids::adopt(&mut self.blocks, previous);
    }
}
