//! The languages of one-off code and of functions, as tinirun names them.

use document::Runtime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// A language as tinirun names it; the names of runtimes are understood too.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CodeLanguage)]
pub(crate) enum LanguageBody {
    Bash,
    #[serde(alias = "golang")]
    Go,
    #[serde(alias = "node")]
    Javascript,
    Python,
    Rust,
    Typescript,
}

impl From<LanguageBody> for Runtime {
    fn from(it: LanguageBody) -> Self {
        match it {
            LanguageBody::Bash => Self::Bash,
            LanguageBody::Go => Self::Go,
            LanguageBody::Javascript => Self::Node,
            LanguageBody::Python => Self::Python,
            LanguageBody::Rust => Self::Rust,
            LanguageBody::Typescript => Self::Typescript,
        }
    }
}

impl LanguageBody {
    /// The language of a runtime that the database names.
    pub(super) fn of(runtime: &str) -> Result<Self, Problem> {
        let known = Runtime::from_language(runtime).ok_or_else(|| {
            Problem::internal(&format!("a function has the unknown runtime {runtime:?}"))
        })?;
        Ok(match known {
            Runtime::Bash => Self::Bash,
            Runtime::Go => Self::Go,
            Runtime::Node => Self::Javascript,
            Runtime::Python => Self::Python,
            Runtime::Rust => Self::Rust,
            Runtime::Typescript => Self::Typescript,
        })
    }
}
