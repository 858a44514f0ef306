//! Text to a document of blocks, with diagnostics and exact spans.
