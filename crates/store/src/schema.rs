//! The schema and how a database gets to it. Migrations are only ever added; none is edited once released.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr};
use sea_orm_migration::{
    MigrationName, MigrationTrait, MigratorTrait, SchemaManager, async_trait::async_trait,
};

use crate::{Store, StoreError};

/// Key of the PostgreSQL advisory lock under which migrations run; "runbook" in ASCII.
const MIGRATION_LOCK: i64 = 0x0072_756e_626f_6f6b;

struct Migrations;

#[async_trait]
impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Start)]
    }
}

struct Start;

impl MigrationName for Start {
    fn name(&self) -> &'static str {
        "0001_start"
    }
}

#[async_trait]
impl MigrationTrait for Start {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(include_str!("schema/start.sql")).await?;
        Ok(())
    }
}

impl Store {
    /// Brings the database to the schema of this program, in one transaction.
    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        let pending = Migrations::get_pending_migrations_read_only(&self.writer).await;
        if pending.map_err(newer)?.is_empty() {
            return Ok(());
        }
        let transaction = self.begin().await?;
        if transaction.get_database_backend() == DatabaseBackend::Postgres {
            // Two programs that start at once would otherwise both create the tables.
            let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
            transaction.execute_unprepared(&lock).await?;
        }
        Migrations::up(&transaction, None).await.map_err(newer)?;
        transaction.commit().await?;
        Ok(())
    }
}

/// The migrator reports with a custom error that it does not know what the database has been through.
fn newer(error: DbErr) -> StoreError {
    if let DbErr::Custom(reason) = error {
        return StoreError::Newer { reason };
    }
    error.into()
}
