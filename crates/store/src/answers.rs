//! Answers to requests that carried an idempotency key, so that asking again changes nothing.

use model::{id::UserId, time::Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::{
    Reader, Store, StoreError,
    entity::answer::{Column, Entity, Model},
    failure::refuse_nul,
};

/// What a request was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Tells whether a later request with the same key is the same request.
    pub request_hash: String,
    pub status: u16,
    pub body: String,
    pub at: Timestamp,
}

impl Store {
    /// Remembers an answer. The user must not have used the key before.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if a text holds NUL, the key is taken, or the database fails.
    pub async fn remember_answer(
        &self,
        user: UserId,
        key: &str,
        answer: &Answer,
    ) -> Result<(), StoreError> {
        refuse_nul("key", key)?;
        refuse_nul("body", &answer.body)?;
        let row = Model {
            user_id: user.to_string(),
            key: key.to_owned(),
            request_hash: answer.request_hash.clone(),
            status: i32::from(answer.status),
            body: answer.body.clone(),
            created_at: answer.at.as_millis(),
        };
        Entity::insert(row.into_active_model()).exec_without_returning(&self.writer).await?;
        Ok(())
    }

    /// Forgets the answers given before a time. Returns how many.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn forget_answers(&self, before: Timestamp) -> Result<u64, StoreError> {
        let old = Entity::delete_many().filter(Column::CreatedAt.lt(before.as_millis()));
        Ok(old.exec(&self.writer).await?.rows_affected)
    }
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the key holds NUL or the database fails.
    pub async fn answer(&self, user: UserId, key: &str) -> Result<Option<Answer>, StoreError> {
        refuse_nul("key", key)?;
        let row = Entity::find_by_id((user.to_string(), key.to_owned())).one(&self.db).await?;
        Ok(row.map(|it| Answer {
            request_hash: it.request_hash,
            status: u16::try_from(it.status).unwrap_or(500),
            body: it.body,
            at: Timestamp::from_millis(it.created_at),
        }))
    }
}
