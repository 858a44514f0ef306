//! Why an editor is sent away.

use super::scan::ScanError;
use crate::runbooks::MAX_CONTENT_BYTES;

/// Why an editor is sent away. What it sent last is not in the text, and nothing that it sends later can
/// be, since it builds upon that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the message is none that an editor of text sends")]
    Malformed,
    #[error("the text contains a NUL character; remove it")]
    Nul,
    #[error(
        "the document has {bytes} bytes; {MAX_CONTENT_BYTES} are allowed: split it into several runbooks"
    )]
    TooLarge { bytes: usize },
    #[error("the change has too many parts; open the runbook again and bring your changes in")]
    TooManyParts,
    #[error("the history of this text is too long; close it everywhere and open it again")]
    HistoryTooLong,
    #[error(
        "your copy is of an older history of this text; open the runbook again and bring your changes in"
    )]
    OtherHistory,
    #[error("too much is waiting to be sent to you; connect again")]
    TooSlow,
    #[error("the runbook was deleted")]
    Deleted,
    #[error("the text cannot be read from the database at the moment; connect again")]
    Unavailable,
}

impl From<ScanError> for Refusal {
    fn from(error: ScanError) -> Self {
        tracing::debug!(%error, "an editor sent something odd");
        match error {
            ScanError::Nul => Self::Nul,
            ScanError::TooMany(_) => Self::TooManyParts,
            ScanError::Short
            | ScanError::Long
            | ScanError::Number
            | ScanError::NotText
            | ScanError::OtherType
            | ScanError::Utf8
            | ScanError::Order
            | ScanError::Circle => Self::Malformed,
        }
    }
}
