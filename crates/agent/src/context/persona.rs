//! Who an agent is told to be.

use crate::session::Phase;

/// Instructions under a name. Two come with the product; accounts add their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Persona {
    pub name: String,
    /// Markdown.
    pub instructions: String,
}

impl Persona {
    #[must_use]
    pub fn planner() -> Self {
        let instructions = include_str!("planner.md").to_owned();
        Self { name: "Planner".to_owned(), instructions }
    }

    #[must_use]
    pub fn developer() -> Self {
        let instructions = include_str!("developer.md").to_owned();
        Self { name: "Developer".to_owned(), instructions }
    }

    /// Who works where nobody chose.
    #[must_use]
    pub fn default_for(phase: Phase) -> Self {
        match phase {
            Phase::Planning => Self::planner(),
            Phase::Executing => Self::developer(),
        }
    }
}
