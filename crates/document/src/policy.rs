//! Which blocks get a Run button.
//!
//! If the document marks any block (`runnable`, `file`, `{run}`), only marked ones run; in Quarto,
//! `MyST` and marimo only their own cells; otherwise every fence whose language has a runtime.
//! Front matter overrides. What its author forbids, or never closed, does not run in any case.

use serde::Serialize;

use crate::{
    block::Dialect,
    info::{Info, Mark, Style},
};

/// `runbook: {run: …}` in the front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunPolicy {
    /// Every fence whose language has a runtime.
    All,
    /// Only marked blocks and the cells of a notebook dialect.
    Marked,
    None,
}

impl RunPolicy {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "all" => Some(Self::All),
            "marked" => Some(Self::Marked),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// The rule of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Nothing,
    Marked,
    Cells,
    MarkedAndCells,
    Everything,
}

impl Rule {
    pub(crate) fn new(policy: Option<RunPolicy>, marks: &[&Mark]) -> Self {
        match policy {
            Some(RunPolicy::All) => return Self::Everything,
            Some(RunPolicy::Marked) => return Self::MarkedAndCells,
            Some(RunPolicy::None) => return Self::Nothing,
            None => {}
        }
        let (mut marked, mut cells) = (false, false);
        for mark in marks {
            marked |= mark.is_explicit();
            cells |= mark.is_cell();
        }
        match (marked, cells) {
            (true, _) => Self::Marked,
            (false, true) => Self::Cells,
            (false, false) => Self::Everything,
        }
    }

    pub(crate) const fn allows(self, mark: &Mark) -> bool {
        match self {
            Self::Nothing => false,
            Self::Marked => mark.is_explicit(),
            Self::Cells => mark.is_cell(),
            Self::MarkedAndCells => mark.is_explicit() || mark.is_cell(),
            Self::Everything => !matches!(mark, Mark::ShowOnly | Mark::Directive),
        }
    }
}

impl Mark {
    pub(crate) const fn is_explicit(&self) -> bool {
        matches!(self, Self::Runnable | Self::File { .. } | Self::Run)
    }

    pub(crate) const fn is_cell(&self) -> bool {
        matches!(self, Self::Quarto | Self::CodeCell | Self::Marimo)
    }
}

/// How one fence is written. Livebook and Jupytext show only in the whole document.
pub(crate) fn of_fence(info: &Info) -> Dialect {
    match info.mark {
        Mark::Runnable | Mark::File { .. } => Dialect::Seed,
        Mark::Run => Dialect::Run,
        Mark::Quarto | Mark::ShowOnly => Dialect::Quarto,
        Mark::CodeCell | Mark::Directive => Dialect::Myst,
        Mark::Marimo => Dialect::Marimo,
        Mark::Unmarked => match info.style {
            Style::Braces => Dialect::Runme,
            Style::Classes => Dialect::Pandoc,
            Style::Commas => Dialect::Mdbook,
            Style::Words | Style::None => Dialect::Plain,
        },
    }
}

/// The first of these that a document uses names its dialect.
const PRECEDENCE: [Dialect; 10] = [
    Dialect::Seed,
    Dialect::Run,
    Dialect::Marimo,
    Dialect::Quarto,
    Dialect::Myst,
    Dialect::Livebook,
    Dialect::Jupytext,
    Dialect::Runme,
    Dialect::Mdbook,
    Dialect::Pandoc,
];

pub(crate) fn of_document(used: &[Dialect]) -> Dialect {
    PRECEDENCE.into_iter().find(|it| used.contains(it)).unwrap_or(Dialect::Plain)
}
