//! What goes wrong with a session's files, terminals, ports and pauses, as problems.

use std::io;

use axum::http::StatusCode;
use engine::{OpenPortError, OpenTerminalError, PauseError, PortError, ReachError, SandboxError};

use super::{Code, Problem};

impl From<ReachError> for Problem {
    fn from(error: ReachError) -> Self {
        let code = match error {
            ReachError::Ended => Code::SessionEnded,
            ReachError::Paused => Code::SessionPaused,
        };
        Self::conflict(code, error.to_string())
    }
}

impl From<PauseError> for Problem {
    fn from(error: PauseError) -> Self {
        match error {
            PauseError::Reach(error) => error.into(),
            PauseError::Asleep | PauseError::Control(_) => {
                Self::conflict(Code::CannotPause, error.to_string())
            }
        }
    }
}

impl From<OpenTerminalError> for Problem {
    fn from(error: OpenTerminalError) -> Self {
        match error {
            OpenTerminalError::Reach(error) => error.into(),
            OpenTerminalError::TooMany => Self::conflict(Code::TooManyAtOnce, error.to_string()),
            OpenTerminalError::Start(error) => error.into(),
        }
    }
}

impl From<OpenPortError> for Problem {
    fn from(error: OpenPortError) -> Self {
        match error {
            OpenPortError::Reach(error) => error.into(),
            OpenPortError::Port(PortError::Gone) => ReachError::Ended.into(),
            OpenPortError::Asleep
            | OpenPortError::Port(PortError::Refused { .. } | PortError::Silent { .. }) => {
                Self::conflict(Code::NothingListens, error.to_string())
            }
        }
    }
}

/// Of a session's files and programs.
impl From<SandboxError> for Problem {
    fn from(error: SandboxError) -> Self {
        match &error {
            SandboxError::Gone => ReachError::Ended.into(),
            SandboxError::File { source, .. } | SandboxError::Entry { source, .. } => {
                of_file(source, error.to_string())
            }
            SandboxError::Source(source) => of_upload(source),
            SandboxError::NotStarted { .. } | SandboxError::ProgramTooLarge { .. } => {
                Self::conflict(Code::RuntimeMissing, error.to_string())
            }
            SandboxError::OddTree { .. }
            | SandboxError::StdinClosed
            | SandboxError::NotPrepared { .. } => Self::internal(&error),
        }
    }
}

/// The guest's refusals, which are the kernel's.
fn of_file(source: &io::Error, detail: String) -> Problem {
    #[expect(clippy::wildcard_enum_match_arm, reason = "forty kinds, of which few happen to files")]
    match source.kind() {
        io::ErrorKind::NotFound => Problem::new(StatusCode::NOT_FOUND, Code::NotFound, detail),
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
            Problem::conflict(Code::PathTaken, detail)
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            let detail = format!("{detail}; the session's disk is full: delete some of its files");
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, Code::DiskFull, detail)
        }
        _ => Problem::invalid(detail),
    }
}

/// What a caller sends has broken off, came too slowly, or is too much.
fn of_upload(source: &io::Error) -> Problem {
    if crate::listener::TooSlow::is_behind(source) {
        return Problem::too_slow();
    }
    if source.kind() == io::ErrorKind::FileTooLarge {
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, source.to_string());
    }
    Problem::invalid(format!("the request broke off: {source}"))
}
