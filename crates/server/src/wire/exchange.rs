//! Import and export.

use engine::ExportFormat as Format;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::runbooks::RunbookSummaryBody;

#[derive(Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// What the file is called; without a meaning where the body names a URL.
    #[param(max_length = 1000)]
    pub(crate) name: Option<String>,
    /// Whether a notebook's outputs become part of the document. They do where nobody says otherwise.
    pub(crate) outputs: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = ImportUrl)]
pub(crate) struct ImportUrlBody {
    /// `https://…` of a document, a zip, or a git repository (with `#branch`).
    pub(crate) url: String,
}

/// What became of one document.
#[derive(Serialize, ToSchema)]
#[schema(as = Imported)]
pub(crate) struct ImportedBody {
    /// The file, as its archive or repository calls it.
    pub(crate) name: String,
    /// Null where none was made.
    pub(crate) runbook: Option<RunbookSummaryBody>,
    /// Why none was made.
    pub(crate) problem: Option<String>,
    /// What was changed or left out, for people.
    pub(crate) notes: Vec<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    #[param(inline)]
    pub(crate) format: ExportFormat,
    /// Whether what blocks printed last stands below them. It does where nobody says otherwise.
    pub(crate) outputs: Option<bool>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExportFormat {
    Md,
    Ipynb,
    Html,
}

impl From<ExportFormat> for Format {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Md => Self::Markdown,
            ExportFormat::Ipynb => Self::Notebook,
            ExportFormat::Html => Self::Page,
        }
    }
}
