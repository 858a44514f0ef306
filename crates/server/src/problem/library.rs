//! What goes wrong with runbooks, their folders, and files that become runbooks, as problems.

use axum::http::StatusCode;
use engine::{
    CreateRunbookError, EditError, FetchError, ImportsError, ItemError, LibraryError, RestoreError,
    SaveRunbookError,
};
use model::library::Misplaced;
use store::{FolderError, StoreError};

use super::{Code, Problem};

impl From<CreateRunbookError> for Problem {
    fn from(error: CreateRunbookError) -> Self {
        match error {
            CreateRunbookError::Invalid(detail) => Self::invalid(detail),
            CreateRunbookError::Store(error) => error.into(),
        }
    }
}

impl From<ImportsError> for Problem {
    fn from(error: ImportsError) -> Self {
        let detail = error.to_string();
        let unfit = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail.clone());
        match error {
            ImportsError::NoDocument { .. }
            | ImportsError::Fetch(FetchError::Address { .. } | FetchError::Private { .. }) => {
                Self::invalid(detail)
            }
            ImportsError::Archive(_) => unfit(Code::NotADocument),
            ImportsError::Fetch(FetchError::TooLarge { .. }) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, detail)
            }
            ImportsError::Fetch(FetchError::Failed { .. } | FetchError::Clone { .. }) => {
                unfit(Code::NotFetched)
            }
            ImportsError::Fetch(FetchError::Unavailable { .. }) | ImportsError::Stopped => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail)
            }
        }
    }
}

/// One document's, beside which others may have become runbooks.
impl From<&ItemError> for Problem {
    fn from(error: &ItemError) -> Self {
        match error {
            ItemError::Document(error) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, Code::NotADocument, error.to_string())
            }
            ItemError::Create(CreateRunbookError::Invalid(detail)) => Self::invalid(detail),
            ItemError::Create(CreateRunbookError::Store(StoreError::DiskFull)) => {
                StoreError::DiskFull.into()
            }
            ItemError::Create(CreateRunbookError::Store(error)) => Self::internal(error),
        }
    }
}

impl From<SaveRunbookError> for Problem {
    fn from(error: SaveRunbookError) -> Self {
        match error {
            SaveRunbookError::Invalid(detail) => Self::invalid(detail),
            SaveRunbookError::Conflict { .. } => {
                Self::conflict(Code::RevisionConflict, error.to_string())
            }
            SaveRunbookError::NoRunbook => Self::not_found("runbook"),
            SaveRunbookError::Store(error) => error.into(),
        }
    }
}

impl From<RestoreError> for Problem {
    fn from(error: RestoreError) -> Self {
        match error {
            RestoreError::NoRevision { .. } => Self::not_found("revision"),
            RestoreError::Save(error) => error.into(),
        }
    }
}

impl From<LibraryError> for Problem {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::Name(error) => Self::invalid(error.to_string()),
            LibraryError::Folder(error) => error.into(),
        }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        let detail = error.to_string();
        match error {
            EditError::NoRunbook => Self::not_found("runbook"),
            EditError::TooMany { .. } => {
                let status = StatusCode::TOO_MANY_REQUESTS;
                Self::new(status, Code::TooManyAtOnce, detail).retry_after(1)
            }
            EditError::ShuttingDown => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail)
            }
            EditError::Store(error) => error.into(),
        }
    }
}

impl From<FolderError> for Problem {
    fn from(error: FolderError) -> Self {
        let detail = error.to_string();
        match error {
            FolderError::NotFound => Self::not_found("folder"),
            FolderError::NameTaken { .. } => Self::conflict(Code::NameTaken, detail),
            FolderError::NotEmpty => Self::conflict(Code::FolderNotEmpty, detail),
            FolderError::Misplaced(Misplaced::TooMany) => Self::conflict(Code::OverLimit, detail),
            FolderError::Misplaced(
                Misplaced::NoParent | Misplaced::IntoItself | Misplaced::TooDeep,
            ) => Self::invalid(detail),
            FolderError::Store(error) => error.into(),
        }
    }
}
