//! The audit log: appended to in the order of its chain, and read. How entries are chained is the caller's
//! business; that nobody gets between two of them is ours.

use model::{
    audit::{Act, AuditEntry},
    id::UserId,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{LikeExpr, OnConflict},
};

use crate::{
    Cursor, Page, Reader, Store, StoreError,
    entity::{
        audit::{Column, Entity, Model},
        setting, to_column,
    },
};

/// Key of the PostgreSQL advisory lock under which entries are appended; "audit" in ASCII.
const AUDIT_LOCK: i64 = 0x0061_7564_6974;

/// Name of the setting that holds the sealed end of the log.
const HEAD: &str = "audit_head";

/// Rows in one statement: PostgreSQL binds 65,535 values at most.
const ROWS_AT_ONCE: usize = 1000;

/// Which entries of the log are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub actor: Option<UserId>,
    /// An exact action, or with `*` at its end all that begin so.
    pub action: Option<String>,
    pub object: Option<String>,
}

/// What is to be appended, and the sealed end of the log after that.
#[derive(Clone, Debug)]
pub struct Links {
    pub entries: Vec<AuditEntry>,
    pub head: String,
}

impl Store {
    /// Appends what `link` makes of the last entry there is. Nobody else appends meanwhile.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails; then nothing was appended.
    pub async fn append_audit(
        &self,
        link: impl FnOnce(Option<AuditEntry>) -> Links + Send,
    ) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        if transaction.get_database_backend() == DatabaseBackend::Postgres {
            let lock = format!("SELECT pg_advisory_xact_lock({AUDIT_LOCK})");
            transaction.execute_unprepared(&lock).await?;
        }
        let last = Entity::find().order_by_desc(Column::Seq).one(&transaction).await?;
        let Links { entries, head } = link(last.map(AuditEntry::try_from).transpose()?);
        for rows in entries.chunks(ROWS_AT_ONCE) {
            let rows = rows.iter().map(|it| Model::new(&without_nul(it)).into_active_model());
            Entity::insert_many(rows).exec_without_returning(&transaction).await?;
        }
        set_head(&transaction, head).await?;
        Ok(transaction.commit().await?)
    }
}

/// Callers hash what is stored, so that texts come without NUL; PostgreSQL could not hold it.
fn without_nul(entry: &AuditEntry) -> AuditEntry {
    let clean = |it: &str| it.replace('\0', "\u{fffd}");
    let act = Act {
        name: clean(&entry.act.name),
        action: clean(&entry.act.action),
        object: entry.act.object.as_deref().map(clean),
        from: clean(&entry.act.from),
        ..entry.act.clone()
    };
    AuditEntry { act, ..entry.clone() }
}

async fn set_head(transaction: &DatabaseTransaction, head: String) -> Result<(), StoreError> {
    let row = setting::Model { name: HEAD.to_owned(), value: head };
    let replace =
        OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
    let insert = setting::Entity::insert(row.into_active_model()).on_conflict(replace);
    insert.exec_without_returning(transaction).await?;
    Ok(())
}

/// A pattern in which nothing but its end stands for something else.
fn beginning_with(text: &str) -> LikeExpr {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    LikeExpr::new(format!("{escaped}%")).escape('\\')
}

impl Reader {
    /// The sealed end of the log; `None` before the first entry.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn audit_head(&self) -> Result<Option<String>, StoreError> {
        self.setting(HEAD).await
    }

    /// Up to `limit` entries after the one with the number `after`, in their order.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn audit_after(&self, after: u64, limit: u64) -> Result<Vec<AuditEntry>, StoreError> {
        let query = Entity::find().filter(Column::Seq.gt(to_column(after)));
        let rows = query.order_by_asc(Column::Seq).limit(limit).all(&self.db).await?;
        rows.into_iter().map(AuditEntry::try_from).collect()
    }

    /// The latest entries first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<AuditEntry>, StoreError> {
        let action = filter.action.as_deref().map(|it| match it.strip_suffix('*') {
            Some(beginning) => Column::Action.like(beginning_with(beginning)),
            None => Column::Action.eq(it),
        });
        let wanted = Condition::all()
            .add_option(filter.actor.map(|it| Column::Actor.eq(it.to_string())))
            .add_option(action)
            .add_option(filter.object.as_deref().map(|it| Column::Object.eq(it)))
            .add_option(cursor.map(|it| Column::Seq.lt(it.key)));
        let query = Entity::find().filter(wanted).order_by_desc(Column::Seq);
        let rows = query.limit(limit.saturating_add(1)).all(&self.db).await?;
        let entries = rows.into_iter().map(AuditEntry::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::new(entries, limit, |it| Cursor { key: to_column(it.seq), id: String::new() }))
    }
}
