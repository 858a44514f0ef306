//! How the program fails: one line on stderr, and an exit code that says whose doing it was.

use std::{fmt::Display, io};

/// What was looked at is not as it should be.
pub(crate) const FAILED: u8 = 1;
/// The caller's mistake: a bad flag, a missing file, a bad document.
pub(crate) const REJECTED: u8 = 2;
/// Our own fault.
pub(crate) const INTERNAL: u8 = 70;
/// Something that we need is not there.
pub(crate) const UNAVAILABLE: u8 = 75;
/// The user pressed Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit_code: u8,
    /// What failed, with which value, and what to do; `None` if nobody is left to read it.
    pub(crate) message: Option<String>,
}

impl Failure {
    pub(crate) fn rejected(message: impl Display) -> Self {
        Self { exit_code: REJECTED, message: Some(message.to_string()) }
    }

    pub(crate) fn unavailable(message: impl Display) -> Self {
        Self { exit_code: UNAVAILABLE, message: Some(message.to_string()) }
    }

    /// The audit log does not hold.
    pub(crate) fn broken(message: impl Display) -> Self {
        Self { exit_code: FAILED, message: Some(message.to_string()) }
    }

    pub(crate) fn is_unavailable(&self) -> bool {
        self.exit_code == UNAVAILABLE
    }

    pub(crate) fn internal(message: impl Display) -> Self {
        Self { exit_code: INTERNAL, message: Some(message.to_string()) }
    }

    /// Whoever reads our output has gone, as `head` does: that ends us, but is not worth a word.
    pub(crate) fn reader_gone() -> Self {
        Self { exit_code: INTERRUPTED, message: None }
    }

    /// Says where it happened.
    pub(crate) fn at(self, place: impl Display) -> Self {
        Self { message: self.message.map(|it| format!("{place}: {it}")), ..self }
    }
}

/// Standard output cannot be written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::reader_gone();
        }
        Self::unavailable(format!("standard output cannot be written: {error}"))
    }
}

impl From<engine::HeadlessError> for Failure {
    fn from(error: engine::HeadlessError) -> Self {
        use engine::{EnvironmentError, FileError, HeadlessError};
        match error {
            HeadlessError::Program(_) | HeadlessError::Start(_) | HeadlessError::NoPackages(_) => {
                Self::unavailable(error)
            }
            HeadlessError::Environment(EnvironmentError::Invalid(_)) => Self::rejected(error),
            HeadlessError::Environment(EnvironmentError::BuildFailed { ref log, .. }) => {
                Self::unavailable(format!("{error}\n{log}"))
            }
            HeadlessError::Environment(_) => Self::unavailable(error),
            HeadlessError::File(FileError::Path { .. }) => Self::rejected(error),
            HeadlessError::File(FileError::Write { .. }) => Self::internal(error),
        }
    }
}

impl From<sandbox::image::ImageError> for Failure {
    fn from(error: sandbox::image::ImageError) -> Self {
        if error.is_ours() { Self::unavailable(error) } else { Self::rejected(error) }
    }
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        match error.class() {
            store::Class::Rejected => Self::rejected(error),
            store::Class::Unavailable => Self::unavailable(error),
            store::Class::Internal => Self::internal(error),
        }
    }
}
