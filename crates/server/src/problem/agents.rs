//! What is refused about agent sessions and what they are equipped with, as problems.

use agent::session::Refusal;
use axum::http::StatusCode;
use orchestrator::{
    DiffError, EquipmentError, GroundError, McpTestError, RequestError, UsageError, VisitError,
    WebhookError,
};
use store::PutEquipmentError;

use super::{Code, Problem};

impl From<EquipmentError> for Problem {
    fn from(error: EquipmentError) -> Self {
        let detail = error.to_string();
        match error {
            EquipmentError::NotFound { .. } => {
                Self::new(StatusCode::NOT_FOUND, Code::NotFound, detail)
            }
            EquipmentError::HubOnly | EquipmentError::BuiltIn { .. } => {
                Self::new(StatusCode::FORBIDDEN, Code::Forbidden, detail)
            }
            EquipmentError::Moved { .. } | EquipmentError::Invalid(_) => Self::invalid(detail),
            EquipmentError::InUse { .. } => Self::conflict(Code::Conflict, detail),
            EquipmentError::Secret(error) => error.into(),
            EquipmentError::Put(error) => error.into(),
            EquipmentError::Store(error) => error.into(),
        }
    }
}

impl From<PutEquipmentError> for Problem {
    fn from(error: PutEquipmentError) -> Self {
        let detail = error.to_string();
        match error {
            PutEquipmentError::NameTaken { .. } => Self::conflict(Code::NameTaken, detail),
            PutEquipmentError::TooMany { .. } => Self::conflict(Code::Conflict, detail),
            PutEquipmentError::Store(error) => error.into(),
        }
    }
}

impl From<McpTestError> for Problem {
    fn from(error: McpTestError) -> Self {
        let detail = error.to_string();
        match error {
            McpTestError::NotReached(_) => Self::invalid(detail),
            McpTestError::Silent
            | McpTestError::TooMuch
            | McpTestError::Ended { .. }
            | McpTestError::Odd { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::ServerFailed, detail)
            }
            McpTestError::Code(error) => error.into(),
            McpTestError::Equipment(error) => error.into(),
        }
    }
}

impl From<UsageError> for Problem {
    fn from(error: UsageError) -> Self {
        let detail = error.to_string();
        match error {
            UsageError::AdministratorsOnly => {
                Self::new(StatusCode::FORBIDDEN, Code::Forbidden, detail)
            }
            UsageError::Days { .. } => Self::invalid(detail),
            UsageError::Store(error) => error.into(),
        }
    }
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        let detail = error.to_string();
        let unavailable =
            |detail| Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail);
        match error {
            RequestError::NotFound => Self::not_found("session"),
            RequestError::Refused(refusal) => refusal.into(),
            RequestError::Title | RequestError::Settings(_) => Self::invalid(detail),
            RequestError::Equipment(error) => error.into(),
            RequestError::Store(error) => error.into(),
            RequestError::NoSandbox => Self::conflict(Code::Conflict, detail),
            RequestError::Elsewhere | RequestError::ShuttingDown => unavailable(detail),
        }
    }
}

impl From<VisitError> for Problem {
    fn from(error: VisitError) -> Self {
        match error {
            VisitError::Request(error) => error.into(),
            VisitError::Open(error) => error.into(),
        }
    }
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        let detail = error.to_string();
        match error {
            WebhookError::Unsigned(_) => {
                Self::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, detail)
            }
            WebhookError::Unreadable(_) => Self::invalid(detail),
            WebhookError::Ground(error) => error.into(),
            WebhookError::Request(error) => error.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::NotShared { .. } => Self::not_found("session"),
            Refusal::Empty
            | Refusal::TooLong { .. }
            | Refusal::Edit(_)
            | Refusal::Answers { .. } => Self::invalid(detail),
            Refusal::NoVersion { .. }
            | Refusal::NoProposal { .. }
            | Refusal::NoComment { .. }
            | Refusal::NoStep { .. }
            | Refusal::NoApproval { .. }
            | Refusal::NoQuestion { .. }
            | Refusal::NoBranch { .. } => Self::new(StatusCode::NOT_FOUND, Code::NotFound, detail),
            Refusal::Archived
            | Refusal::HeardAlready { .. }
            | Refusal::NotArchived
            | Refusal::NotPaused
            | Refusal::Paused
            | Refusal::PausedByPerson
            | Refusal::Busy
            | Refusal::NothingToStop
            | Refusal::Ending
            | Refusal::OverBudget { .. }
            | Refusal::SharedAlready { .. }
            | Refusal::BranchesMade
            | Refusal::NoPlan
            | Refusal::VersionMismatch { .. }
            | Refusal::Unchanged { .. }
            | Refusal::Approved
            | Refusal::NothingToExecute
            | Refusal::StepBefore { .. }
            | Refusal::NotFailed { .. }
            | Refusal::NothingToRevert { .. }
            | Refusal::Merged { .. }
            | Refusal::NoChoice
            | Refusal::NoPattern
            | Refusal::BranchSettled { .. }
            | Refusal::RevisionUnderWay { .. }
            | Refusal::OldHead { .. }
            | Refusal::Stale { .. }
            | Refusal::OutOfTurn
            | Refusal::NotDue => Self::conflict(Code::Conflict, detail),
        }
    }
}

impl From<DiffError> for Problem {
    fn from(error: DiffError) -> Self {
        let detail = error.to_string();
        match error {
            DiffError::Request(error) => error.into(),
            DiffError::Git(_) => Self::conflict(Code::Conflict, detail),
            DiffError::Place(error) => error.into(),
        }
    }
}

impl From<GroundError> for Problem {
    fn from(error: GroundError) -> Self {
        let detail = error.to_string();
        match error {
            GroundError::Equipment(error) => error.into(),
            GroundError::Secret(error) => error.into(),
            GroundError::Address(_)
            | GroundError::Open(_)
            | GroundError::Site(_)
            | GroundError::NoApp
            | GroundError::Elsewhere { .. }
            | GroundError::Forge(_) => Self::conflict(Code::Conflict, detail),
        }
    }
}
