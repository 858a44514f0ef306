//! What users filled in for the inputs of runbooks, as JSON that the engine writes and reads.

use model::{
    id::{RunbookId, UserId},
    time::Timestamp,
};
use sea_orm::{EntityTrait, IntoActiveModel, sea_query::OnConflict};

use crate::{
    Reader, Store, StoreError,
    entity::runbook_input::{Column, Entity, Model},
    failure::refuse_nul,
};

impl Store {
    /// Stores what a user filled in, in place of what there was.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the text holds NUL or the database fails.
    pub async fn put_inputs(
        &self,
        user: UserId,
        runbook: RunbookId,
        content: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        refuse_nul("content", content)?;
        let row = Model {
            user_id: user.to_string(),
            runbook: runbook.to_string(),
            content: content.to_owned(),
            updated_at: at.as_millis(),
        };
        let replace = OnConflict::columns([Column::UserId, Column::Runbook])
            .update_columns([Column::Content, Column::UpdatedAt])
            .to_owned();
        let insert = Entity::insert(row.into_active_model()).on_conflict(replace);
        insert.exec_without_returning(&self.writer).await?;
        Ok(())
    }
}

impl Reader {
    /// What a user filled in.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn inputs(
        &self,
        user: UserId,
        runbook: RunbookId,
    ) -> Result<Option<String>, StoreError> {
        let key = (user.to_string(), runbook.to_string());
        Ok(Entity::find_by_id(key).one(&self.db).await?.map(|it| it.content))
    }
}
