//! Runbooks and their revisions. A revision never changes; saving adds one.

use model::{
    id::{RunbookId, UserId},
    runbook::{Revision, Runbook},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Cursor, Page, Reader, Store, StoreError,
    entity::{revision, runbook},
    failure::refuse_nul,
};

/// What an author saves.
#[derive(Clone, Debug)]
pub struct NewRevision {
    pub title: String,
    pub content: String,
    /// The id of each runnable or file block in document order, as JSON.
    pub block_ids: String,
    pub author: UserId,
    pub at: Timestamp,
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
        // One statement that checks and counts: on PostgreSQL two authors wait for each other here.
        let mut update = runbook::Entity::update_many()
            .col_expr(runbook::Column::Revision, Expr::col(runbook::Column::Revision).add(1))
            .col_expr(runbook::Column::Title, Expr::value(new.title))
            .col_expr(runbook::Column::UpdatedAt, Expr::value(new.at.as_millis()))
            .filter(present(runbook));
        if let Some(expected) = expected_revision {
            update = update.filter(runbook::Column::Revision.eq(expected));
        }
        let updated = update.exec_with_returning(&transaction).await.map_err(StoreError::from)?;
        let Some(row) = updated.into_iter().next() else {
            let found = runbook::Entity::find().filter(present(runbook)).one(&transaction).await;
            return Err(match found.map_err(StoreError::from)? {
                Some(row) => SaveError::Conflict { current: row.revision },
                None => SaveError::NotFound { runbook },
            });
        };
        let saved = Revision {
            runbook,
            number: row.revision,
            author: new.author,
            content: new.content,
            block_ids: new.block_ids,
            created_at: new.at,
        };
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
        let Some(row) = runbook::Entity::find().filter(which).one(&self.db).await? else {
            return Ok(None);
        };
        // Revisions stay, so that the one that was the latest a moment ago is there.
        let key = (row.id.clone(), row.revision);
        let Some(latest) = revision::Entity::find_by_id(key).one(&self.db).await? else {
            return Err(crate::entity::unreadable("runbook.revision", &row.revision.to_string()));
        };
        Ok(Some((row.try_into()?, latest.try_into()?)))
    }

    /// The runbooks of `owner`, the one saved last first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn list_runbooks(
        &self,
        owner: UserId,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<Runbook>, StoreError> {
        use runbook::Column::{DeletedAt, Id, Owner, UpdatedAt};
        let mut query = runbook::Entity::find()
            .filter(Owner.eq(owner.to_string()))
            .filter(DeletedAt.is_null())
            .order_by_desc(UpdatedAt)
            .order_by_desc(Id)
            .limit(limit.saturating_add(1));
        if let Some(Cursor { key, id }) = cursor {
            let tied = Condition::all().add(UpdatedAt.eq(*key)).add(Id.lt(id));
            query = query.filter(Condition::any().add(UpdatedAt.lt(*key)).add(tied));
        }
        let rows = query.all(&self.db).await?;
        let items: Result<Vec<Runbook>, _> = rows.into_iter().map(TryInto::try_into).collect();
        Ok(Page::new(items?, limit, |it| Cursor {
            key: it.updated_at.as_millis(),
            id: it.id.to_string(),
        }))
    }

    /// The revisions of a runbook, deleted or not, the latest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn revisions(
        &self,
        id: RunbookId,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<Revision>, StoreError> {
        use revision::Column::{Number, Runbook};
        let mut query = revision::Entity::find()
            .filter(Runbook.eq(id.to_string()))
            .order_by_desc(Number)
            .limit(limit.saturating_add(1));
        if let Some(cursor) = cursor {
            query = query.filter(Number.lt(cursor.key));
        }
        let rows = query.all(&self.db).await?;
        let items: Result<Vec<Revision>, _> = rows.into_iter().map(TryInto::try_into).collect();
        Ok(Page::new(items?, limit, |it| Cursor { key: it.number, id: String::new() }))
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
