//! What is said beside the binary frames of a text that people edit together.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::runbooks::RunbookBody;
use crate::problem::Code;

/// What an editor asks for, as a text frame.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EditorRequest)]
pub(crate) struct EditorRequestBody {
    /// Save at once, and tell how the text stands, whether something had changed or not.
    pub(crate) save: bool,
}

/// What an editor is told, as a text frame.
#[derive(Serialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[schema(as = EditorEvent)]
pub(crate) enum EditorEventBody {
    /// The text is in this revision. The first event says which one the text began with.
    Saved { runbook: Box<RunbookBody> },
    /// The text could not be saved; it is tried again, and `saved` follows then.
    Unsaved { error: Code, message: String },
    /// The last: what was sent before it is not in the text.
    Refused { error: Code, message: String },
}
