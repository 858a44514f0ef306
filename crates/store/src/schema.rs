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
        vec![
            Box::new(Start),
            Box::new(Tokens),
            Box::new(Functions),
            Box::new(Jobs),
            Box::new(Artifacts),
            Box::new(Audit),
            Box::new(LeanQueue),
            Box::new(Webhooks),
            Box::new(LiveTexts),
            Box::new(Library),
            Box::new(Inputs),
            Box::new(AgentSessions),
            Box::new(Equipment),
            Box::new(ForgeDeliveries),
            Box::new(ModelRequests),
        ]
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

struct Tokens;

impl MigrationName for Tokens {
    fn name(&self) -> &'static str {
        "0002_tokens"
    }
}

#[async_trait]
impl MigrationTrait for Tokens {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(include_str!("schema/tokens.sql")).await?;
        Ok(())
    }
}

struct Functions;

impl MigrationName for Functions {
    fn name(&self) -> &'static str {
        "0003_functions"
    }
}

#[async_trait]
impl MigrationTrait for Functions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(include_str!("schema/functions.sql")).await?;
        Ok(())
    }
}

struct Jobs;

/// What makes tables whose rows change often cheap on PostgreSQL: room for the next version of a row on its
/// page, and dead versions swept before they slow claims down.
const OFTEN_CHANGED: &str = "fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, \
    autovacuum_vacuum_threshold = 500";

impl MigrationName for Jobs {
    fn name(&self) -> &'static str {
        "0004_jobs"
    }
}

#[async_trait]
impl MigrationTrait for Jobs {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(include_str!("schema/jobs.sql")).await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            for table in ["job", "job_account", "job_lane", "job_gate", "job_usage", "job_worker"] {
                let alter = format!("ALTER TABLE {table} SET ({OFTEN_CHANGED})");
                connection.execute_unprepared(&alter).await?;
            }
        }
        Ok(())
    }
}

struct Artifacts;

impl MigrationName for Artifacts {
    fn name(&self) -> &'static str {
        "0005_artifacts"
    }
}

#[async_trait]
impl MigrationTrait for Artifacts {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(include_str!("schema/artifacts.sql")).await?;
        Ok(())
    }
}

struct Audit;

/// Refuses to change or delete what was appended, as far as a database can.
const SQLITE_APPEND_ONLY: &str = "
    CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;";
const POSTGRES_APPEND_ONLY: &str = "
    CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();";

impl MigrationName for Audit {
    fn name(&self) -> &'static str {
        "0006_audit"
    }
}

#[async_trait]
impl MigrationTrait for Audit {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(include_str!("schema/audit.sql")).await?;
        let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
        let triggers = if postgres { POSTGRES_APPEND_ONLY } else { SQLITE_APPEND_ONLY };
        connection.execute_unprepared(triggers).await?;
        Ok(())
    }
}

struct LeanQueue;

/// Rows of the history come from `job`, where their account was compared; PostgreSQL would do so for each of
/// them again, and lock the user's row.
const POSTGRES_HISTORY: &str = "ALTER TABLE job_history DROP CONSTRAINT job_history_account_fkey";

impl MigrationName for LeanQueue {
    fn name(&self) -> &'static str {
        "0007_lean_queue"
    }
}

#[async_trait]
impl MigrationTrait for LeanQueue {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(include_str!("schema/lean_queue.sql")).await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            connection.execute_unprepared(POSTGRES_HISTORY).await?;
        }
        Ok(())
    }
}

struct Webhooks;

impl MigrationName for Webhooks {
    fn name(&self) -> &'static str {
        "0008_webhooks"
    }
}

#[async_trait]
impl MigrationTrait for Webhooks {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(include_str!("schema/webhooks.sql")).await?;
        Ok(())
    }
}

struct LiveTexts;

impl MigrationName for LiveTexts {
    fn name(&self) -> &'static str {
        "0009_live_texts"
    }
}

#[async_trait]
impl MigrationTrait for LiveTexts {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut statements = include_str!("schema/live_texts.sql").to_owned();
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            statements = statements.replace(" BLOB ", " BYTEA ");
        }
        manager.get_connection().execute_unprepared(&statements).await?;
        Ok(())
    }
}

struct Library;

/// An index of words, of which each database has a kind of its own. What a word is, `model::search` says: both
/// take what stands between spaces. The texts themselves are not kept twice.
const SQLITE_WORDS: &str = "
    CREATE TABLE search_entry (
        entry INTEGER PRIMARY KEY,
        runbook TEXT NOT NULL UNIQUE REFERENCES runbook (id),
        revision BIGINT NOT NULL
    );
    CREATE VIRTUAL TABLE search_words USING fts5 (
        owner, title, names, words,
        content = '', contentless_delete = 1,
        tokenize = \"ascii tokenchars '_'\", prefix = '2 3'
    );";
const POSTGRES_WORDS: &str = "
    CREATE TABLE search_entry (
        runbook TEXT PRIMARY KEY NOT NULL REFERENCES runbook (id),
        revision BIGINT NOT NULL,
        words TSVECTOR NOT NULL
    );
    CREATE INDEX search_entry_by_words ON search_entry USING gin (words);";

impl MigrationName for Library {
    fn name(&self) -> &'static str {
        "0010_library"
    }
}

#[async_trait]
impl MigrationTrait for Library {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(include_str!("schema/library.sql")).await?;
        let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
        let words = if postgres { POSTGRES_WORDS } else { SQLITE_WORDS };
        connection.execute_unprepared(words).await?;
        Ok(())
    }
}

struct Inputs;

impl MigrationName for Inputs {
    fn name(&self) -> &'static str {
        "0011_inputs"
    }
}

#[async_trait]
impl MigrationTrait for Inputs {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(include_str!("schema/inputs.sql")).await?;
        Ok(())
    }
}

struct AgentSessions;

impl MigrationName for AgentSessions {
    fn name(&self) -> &'static str {
        "0012_agent_sessions"
    }
}

#[async_trait]
impl MigrationTrait for AgentSessions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = include_str!("schema/agent_sessions.sql");
        manager.get_connection().execute_unprepared(statements).await?;
        Ok(())
    }
}

struct Equipment;

impl MigrationName for Equipment {
    fn name(&self) -> &'static str {
        "0013_equipment"
    }
}

#[async_trait]
impl MigrationTrait for Equipment {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(include_str!("schema/equipment.sql")).await?;
        Ok(())
    }
}

struct ForgeDeliveries;

impl MigrationName for ForgeDeliveries {
    fn name(&self) -> &'static str {
        "0014_forge_deliveries"
    }
}

#[async_trait]
impl MigrationTrait for ForgeDeliveries {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = include_str!("schema/forge_deliveries.sql");
        manager.get_connection().execute_unprepared(statements).await?;
        Ok(())
    }
}

struct ModelRequests;

impl MigrationName for ModelRequests {
    fn name(&self) -> &'static str {
        "0015_model_requests"
    }
}

#[async_trait]
impl MigrationTrait for ModelRequests {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = include_str!("schema/model_requests.sql");
        manager.get_connection().execute_unprepared(statements).await?;
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

impl Store {
    /// Refuses a database whose schema is not that of this program.
    pub(crate) async fn expect_migrated(&self) -> Result<(), StoreError> {
        let pending = Migrations::get_pending_migrations_read_only(&self.writer).await;
        match pending.map_err(newer)?.is_empty() {
            true => Ok(()),
            false => Err(StoreError::Older),
        }
    }
}

/// The migrator reports with a custom error that it does not know what the database has been through.
fn newer(error: DbErr) -> StoreError {
    if let DbErr::Custom(reason) = error {
        return StoreError::Newer { reason };
    }
    error.into()
}
