//! What a tool answers: text, in parts, and whether we could not do what was asked.

use std::fmt::Display;

use rmcp::model::{CallToolResult, ContentBlock};

use crate::cut;

/// Most bytes of one answer: as much as programs of models usually let through.
const MOST_BYTES: usize = 96 << 10;

/// The answer of a tool. A program that failed is an answer; only what we could not do is an error.
#[derive(Clone, Debug)]
pub struct Answer(pub(crate) CallToolResult);

impl Answer {
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::parts([text])
    }

    /// Several texts, which nothing in one of them can make look like fewer or more.
    pub fn parts<'a, I: IntoIterator<Item = &'a str>>(parts: I) -> Self {
        let blocks = parts.into_iter().map(|it| ContentBlock::text(cut(it, MOST_BYTES)));
        Self(CallToolResult::success(blocks.collect()))
    }

    /// Says why it was not done.
    pub fn refused(why: impl Display) -> Self {
        Self(CallToolResult::error(vec![ContentBlock::text(cut(&why.to_string(), MOST_BYTES))]))
    }

    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.0.is_error == Some(true)
    }

    /// What somebody else answered, as it came over a wire.
    ///
    /// # Errors
    ///
    /// When it is no answer of a tool.
    pub fn read(result: serde_json::Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(result).map(Self)
    }
}
