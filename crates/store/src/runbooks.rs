//! Runbooks and the latest of their revisions; the others are read by `revisions`.

use std::collections::HashMap;

use model::{
    id::{RunbookId, UserId},
    runbook::{LineCounts, Origin, Revision, Runbook},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Reader, Store, StoreError,
    entity::{revision, runbook, unreadable},
    failure::refuse_nul,
};

/// Times that somebody else may save while a runbook is read.
const TRIES: usize = 8;

/// What an author saves.
#[derive(Clone, Debug)]
pub struct NewRevision {
    pub title: String,
    pub content: String,
    /// The id of each runnable or file block in document order, as JSON.
    pub block_ids: String,
    pub author: UserId,
    pub at: Timestamp,
    pub origin: Origin,
    /// How it differs from the revision before.
    pub lines: Option<LineCounts>,
}

impl NewRevision {
    pub(crate) fn numbered(self, runbook: RunbookId, number: i64) -> Revision {
        Revision {
            runbook,
            number,
            author: self.author,
            content: self.content,
            block_ids: self.block_ids,
            created_at: self.at,
            updated_at: self.at,
            origin: self.origin,
            lines: self.lines,
        }
    }
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum SaveError {
    /// Somebody else saved in between.
    #[error("the runbook is at revision {current} by now; load it and merge your changes")]
    Conflict { current: i64 },
    #[error("the runbook {runbook} does not exist or was deleted")]
    NotFound { runbook: RunbookId },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Stores a new runbook with its first revision; their ids and numbers must agree.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if a text holds NUL or the database fails.
    pub async fn create_runbook(
        &self,
        runbook: &Runbook,
        first: &Revision,
    ) -> Result<(), StoreError> {
        refuse_nul_in(&runbook.title, &first.content, &first.block_ids)?;
        let transaction = self.begin().await?;
        let row = runbook::Model::from(runbook).into_active_model();
        runbook::Entity::insert(row).exec_without_returning(&transaction).await?;
        let row = revision::Model::from(first).into_active_model();
        revision::Entity::insert(row).exec_without_returning(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Adds a revision, provided that the latest one is still `expected_revision`; `None` overwrites.
    ///
    /// # Errors
    ///
    /// Returns [`SaveError`] if there is a later revision, no such runbook, or the database fails.
    pub async fn save_revision(
        &self,
        runbook: RunbookId,
        expected_revision: Option<i64>,
        new: NewRevision,
    ) -> Result<Revision, SaveError> {
        refuse_nul_in(&new.title, &new.content, &new.block_ids)?;
        let transaction = self.begin().await?;
        let title = Some(new.title.as_str());
        let number = next_number(&transaction, runbook, expected_revision, title, new.at).await?;
        let saved = new.numbered(runbook, number);
        let row = revision::Model::from(&saved).into_active_model();
        let inserted = revision::Entity::insert(row).exec_without_returning(&transaction).await;
        inserted.map_err(StoreError::from)?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(saved)
    }

    /// Hides a runbook; its revisions and executions stay. Returns whether there was one to hide.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn delete_runbook(&self, id: RunbookId, at: Timestamp) -> Result<bool, StoreError> {
        let deleted = runbook::Entity::update_many()
            .col_expr(runbook::Column::DeletedAt, Expr::value(at.as_millis()))
            .filter(present(id))
            .exec(&self.writer)
            .await?;
        Ok(deleted.rows_affected > 0)
    }
}

impl Reader {
    /// The titles of runbooks, those of deleted ones too.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn titles(&self, of: &[RunbookId]) -> Result<HashMap<RunbookId, String>, StoreError> {
        let mut titles = HashMap::new();
        // Databases bound the parameters of a statement.
        for some in of.chunks(500) {
            let ids = some.iter().map(RunbookId::to_string);
            let rows = runbook::Entity::find().filter(runbook::Column::Id.is_in(ids));
            for row in rows.all(&self.db).await? {
                let found = some.iter().find(|it| it.to_string() == row.id);
                titles.extend(found.map(|it| (*it, row.title)));
            }
        }
        Ok(titles)
    }

    /// A runbook that is not deleted, with its latest revision.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn runbook(&self, id: RunbookId) -> Result<Option<(Runbook, Revision)>, StoreError> {
        self.one_runbook(present(id)).await
    }

    /// The same, but only if it belongs to `owner`.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn runbook_of(
        &self,
        id: RunbookId,
        owner: UserId,
    ) -> Result<Option<(Runbook, Revision)>, StoreError> {
        self.one_runbook(present(id).add(runbook::Column::Owner.eq(owner.to_string()))).await
    }

    async fn one_runbook(
        &self,
        which: Condition,
    ) -> Result<Option<(Runbook, Revision)>, StoreError> {
        // The latest revision may give way to the next one between the two questions.
        for _ in 0..TRIES {
            let found = runbook::Entity::find().filter(which.clone()).one(&self.db).await?;
            let Some(row) = found else { return Ok(None) };
            let key = (row.id.clone(), row.revision);
            if let Some(latest) = revision::Entity::find_by_id(key).one(&self.db).await? {
                return Ok(Some((row.try_into()?, latest.try_into()?)));
            }
        }
        Err(unreadable("runbook.revision", "a number that no revision has"))
    }

    /// One revision of a runbook, deleted or not.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn revision(
        &self,
        id: RunbookId,
        number: i64,
    ) -> Result<Option<Revision>, StoreError> {
        let row = revision::Entity::find_by_id((id.to_string(), number)).one(&self.db).await?;
        row.map(Revision::try_from).transpose()
    }
}

/// Counts a runbook's revisions on, provided that the latest one is the expected.
pub(crate) async fn next_number(
    transaction: &DatabaseTransaction,
    runbook: RunbookId,
    expected: Option<i64>,
    title: Option<&str>,
    at: Timestamp,
) -> Result<i64, SaveError> {
    // One statement that checks and counts: on PostgreSQL two authors wait for each other here.
    let mut update = runbook::Entity::update_many()
        .col_expr(runbook::Column::Revision, Expr::col(runbook::Column::Revision).add(1))
        .col_expr(runbook::Column::UpdatedAt, Expr::value(at.as_millis()))
        .filter(present(runbook));
    if let Some(title) = title {
        update = update.col_expr(runbook::Column::Title, Expr::value(title));
    }
    if let Some(expected) = expected {
        update = update.filter(runbook::Column::Revision.eq(expected));
    }
    let updated = update.exec_with_returning(transaction).await.map_err(StoreError::from)?;
    if let Some(row) = updated.into_iter().next() {
        return Ok(row.revision);
    }
    let found = runbook::Entity::find().filter(present(runbook)).one(transaction).await;
    Err(match found.map_err(StoreError::from)? {
        Some(row) => SaveError::Conflict { current: row.revision },
        None => SaveError::NotFound { runbook },
    })
}

fn present(id: RunbookId) -> Condition {
    Condition::all()
        .add(runbook::Column::Id.eq(id.to_string()))
        .add(runbook::Column::DeletedAt.is_null())
}

fn refuse_nul_in(title: &str, content: &str, block_ids: &str) -> Result<(), StoreError> {
    refuse_nul("title", title)?;
    refuse_nul("content", content)?;
    refuse_nul("block_ids", block_ids)
}
