//! What can go wrong with a database, told apart by who can do something about it.

use std::path::PathBuf;

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, sqlx};

/// Whose doing a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The caller's: the same request fails again.
    Rejected,
    /// That of something outside: the same request may succeed later.
    Unavailable,
    /// Ours.
    Internal,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "the disk of the database is full and nothing was stored; free some space and try again"
    )]
    DiskFull,
    #[error(
        "the database is not available ({reason}); check that it runs and that its URL is right"
    )]
    Unavailable { reason: String },
    #[error(
        "another runbook hub uses this database ({} is locked); stop it or choose another data directory",
        path.display()
    )]
    InUse { path: PathBuf },
    #[error(
        "{scheme:?} is not a database; use sqlite:///path/hub.db, sqlite::memory: or postgres://user@host/name"
    )]
    Url { scheme: String },
    #[error("the database was changed by a newer runbook ({reason}); use that version or a backup")]
    Newer { reason: String },
    #[error(
        "an older runbook hub uses this database; stop it, or use the program of the same version"
    )]
    Older,
    #[error("{field} contains a NUL character, which is not text; remove it")]
    Nul { field: &'static str },
    #[error(
        "the database holds {value:?} in {column}, which this program did not write; restore a backup"
    )]
    Unreadable { column: &'static str, value: String },
    #[error("the database refused a statement; please report it")]
    Internal {
        #[source]
        source: DbErr,
    },
}

impl StoreError {
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Nul { .. } | Self::Url { .. } => Class::Rejected,
            Self::Older | Self::DiskFull | Self::Unavailable { .. } | Self::InUse { .. } => {
                Class::Unavailable
            }
            Self::Newer { .. } | Self::Unreadable { .. } | Self::Internal { .. } => Class::Internal,
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(source: DbErr) -> Self {
        #[expect(clippy::wildcard_enum_match_arm, reason = "two of thirty mean trouble outside")]
        match &source {
            DbErr::ConnectionAcquire(
                ConnAcquireErr::Timeout | ConnAcquireErr::ConnectionClosed,
            ) => Self::Unavailable { reason: source.to_string() },
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => match outside(error) {
                Some(Outside::DiskFull) => Self::DiskFull,
                Some(Outside::Unavailable) => Self::Unavailable { reason: error.to_string() },
                None => Self::Internal { source },
            },
            _ => Self::Internal { source },
        }
    }
}

/// For failures of sqlx itself, before `sea-orm` comes into play.
pub(crate) fn cannot_connect(error: &sqlx::Error) -> StoreError {
    match outside(error) {
        Some(Outside::DiskFull) => StoreError::DiskFull,
        Some(Outside::Unavailable) | None => StoreError::Unavailable { reason: error.to_string() },
    }
}

enum Outside {
    DiskFull,
    Unavailable,
}

fn outside(error: &sqlx::Error) -> Option<Outside> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the enum of sqlx may grow")]
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Some(Outside::Unavailable),
        sqlx::Error::Database(error) => {
            let code = error.code()?;
            if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                sqlite(code.parse().ok()?)
            } else {
                postgres(&code)
            }
        }
        _ => None,
    }
}

/// The numbers are those of <https://sqlite.org/rescode.html>; the low byte is the primary code.
fn sqlite(code: u32) -> Option<Outside> {
    match code & 0xff {
        13 => Some(Outside::DiskFull),
        // BUSY, LOCKED, READONLY, IOERR and CANTOPEN.
        5 | 6 | 8 | 10 | 14 => Some(Outside::Unavailable),
        _ => None,
    }
}

/// The codes are those of PostgreSQL's appendix A: the first two characters are the class.
fn postgres(code: &str) -> Option<Outside> {
    match (code, code.get(..2)?) {
        ("53100", _) => Some(Outside::DiskFull),
        // A server that is a standby, a transaction that said nothing for too long, and those that have to
        // give way.
        ("25006" | "25P03" | "40001" | "40P01", _) => Some(Outside::Unavailable),
        // Connection, authorization, no such database, out of resources, shutdown, I/O.
        (_, "08" | "28" | "3D" | "53" | "57" | "58") => Some(Outside::Unavailable),
        _ => None,
    }
}

/// The unique column or index that an insert ran into, if that is why it failed.
pub(crate) fn taken(error: &DbErr) -> Option<String> {
    if let Some(SqlErr::UniqueConstraintViolation(message)) = error.sql_err() {
        return Some(message);
    }
    None
}

/// PostgreSQL cannot hold NUL in text, so that SQLite must not either: a database can then always move.
pub(crate) fn refuse_nul(field: &'static str, text: &str) -> Result<(), StoreError> {
    if text.contains('\0') { Err(StoreError::Nul { field }) } else { Ok(()) }
}
