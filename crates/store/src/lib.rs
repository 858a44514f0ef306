//! The database: schema, migrations, typed queries. The only SQL of the product.
//!
//! One code path serves SQLite, the default, and PostgreSQL. What a [`Store`] returned from is stored:
//! on SQLite it survives a crash of the program, on PostgreSQL also one of the machine.
//! Refused: rules of the domain (they are in `model`) and the question who may see what (it is in `server`).

mod agent_sessions;
mod answers;
mod artifacts;
mod audit;
mod entity;
mod equipment;
mod events;
mod executions;
mod failure;
mod forge_deliveries;
mod functions;
mod history;
mod inputs;
mod invocations;
mod jobs;
mod library;
mod live_texts;
mod model_requests;
mod open;
mod page;
mod revisions;
mod runbooks;
mod schema;
mod search;
mod secrets;
mod sessions;
mod settings;
mod sign_ins;
mod tokens;
mod users;

#[cfg(test)]
mod tests;

use std::{fs::File, ops::Deref, sync::Arc};

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

pub use crate::{
    agent_sessions::{
        AgentAppend, AgentSession, AgentSessionFilter, AgentStanding, AppendAgentEventsError,
        NewAgentEvent, NewAgentSession,
    },
    answers::Answer,
    artifacts::{ArtifactLimits, Blob, InsertArtifactError},
    audit::{AuditFilter, Links},
    equipment::{Equipment, EquipmentChange, EquipmentKind, PutEquipmentError},
    events::StoredEvent,
    failure::{Class, StoreError},
    functions::{Changed, CreateFunctionError, VersionChange},
    history::{HistoryBounds, HistoryFilter, Origin, OutcomeFilter, PastExecution},
    jobs::{
        Appended, Bell, CancelAnswer, Claimed, Finished, Fit, Idempotency, JobFilter, Listener,
        NewJob, NewWorker, QueueStatistics, Renewal, Settled, Subject, SubmitJobError, Submitted,
        Telling, Tended, Wake,
    },
    library::{
        Contents, CountedFolder, FolderChange, FolderError, LastExecution, LibraryFilter, Located,
        ShelfChange, Shelved, Sort, Tag, Trashed,
    },
    live_texts::{EditedText, LiveChange, LiveText, LiveTextError},
    model_requests::{ModelRequest, ModelUsage, UsageFilter, UsageSum},
    page::{Cursor, Page, ParseCursorError},
    runbooks::{NewRevision, SaveError},
    search::{Candidate, Entry, Wanted},
    secrets::SealedSecret,
    sessions::{InsertSessionError, Liveness},
    tokens::{InsertTokenError, StoredToken},
    users::{CreateUserError, NewUser},
};

/// The database, to read and to change. A clone shares the connections.
///
/// Every query of [`Reader`] can be asked of it, and sees all that this program stored before.
#[derive(Clone, Debug)]
pub struct Store {
    writer: DatabaseConnection,
    /// The writer of the queue: on PostgreSQL it plans otherwise.
    queue: DatabaseConnection,
    reader: Reader,
    /// Held for as long as a SQLite database is open; see [`Store::open`].
    lock: Option<Arc<File>>,
    bell: Bell,
}

/// The database, to read only: its connections refuse to write. A clone shares the connections.
#[derive(Clone, Debug)]
pub struct Reader {
    db: DatabaseConnection,
}

impl Store {
    /// The same database for those who must not change it.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Closes the connections of all clones and lets another program open the database.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database could not be told.
    pub async fn close(self) -> Result<(), StoreError> {
        // SQLite tidies its files up when the last connection closes, which must be one that may write.
        self.reader.db.close_by_ref().await?;
        self.queue.close_by_ref().await?;
        self.writer.close_by_ref().await?;
        if let Some(lock) = &self.lock {
            // A lock that cannot be released now goes with the file handle.
            drop(lock.unlock());
        }
        Ok(())
    }

    async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        begin(&self.writer).await
    }

    async fn begin_queued(&self) -> Result<DatabaseTransaction, StoreError> {
        begin(&self.queue).await
    }
}

/// SQLite fails a transaction that reads first and writes later when another wrote in between.
///
/// A task of its own begins it, to the end also when nobody waits any more: sqlx 0.9 forgets a transaction of
/// PostgreSQL whose `BEGIN` was given up before its answer, and what that connection writes next would be in it,
/// answered as stored and never committed.
async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let db = db.clone();
    #[expect(clippy::disallowed_methods, reason = "awaited at once, and short where nobody waits")]
    let beginning = tokio::spawn(async move { db.begin_with_options(options).await });
    let begun = beginning.await.map_err(|it| StoreError::Unavailable { reason: it.to_string() })?;
    Ok(begun?)
}

impl Deref for Store {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}
