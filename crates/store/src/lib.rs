//! The database: schema, migrations, typed queries. The only SQL of the product.
//!
//! One code path serves SQLite, the default, and PostgreSQL. What a [`Store`] returned from is stored:
//! on SQLite it survives a crash of the program, on PostgreSQL also one of the machine.
//! Refused: rules of the domain (they are in `model`) and the question who may see what (it is in `server`).

mod answers;
mod entity;
mod events;
mod executions;
mod failure;
mod open;
mod page;
mod runbooks;
mod schema;
mod sessions;
mod settings;
mod sign_ins;
mod users;

#[cfg(test)]
mod tests;

use std::{fs::File, ops::Deref, sync::Arc};

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

pub use crate::{
    answers::Answer,
    events::StoredEvent,
    failure::{Class, StoreError},
    page::{Cursor, Page, ParseCursorError},
    runbooks::{NewRevision, SaveError},
    sessions::{InsertSessionError, Liveness},
    users::{CreateUserError, NewUser},
};

/// The database, to read and to change. A clone shares the connections.
///
/// Every query of [`Reader`] can be asked of it, and sees all that this program stored before.
#[derive(Clone, Debug)]
pub struct Store {
    writer: DatabaseConnection,
    reader: Reader,
    /// Held for as long as a SQLite database is open; see [`Store::open`].
    lock: Option<Arc<File>>,
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
        self.writer.close_by_ref().await?;
        if let Some(lock) = &self.lock {
            // A lock that cannot be released now goes with the file handle.
            drop(lock.unlock());
        }
        Ok(())
    }

    /// SQLite fails a transaction that reads first and writes later when another wrote in between.
    async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }
}

impl Deref for Store {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}
