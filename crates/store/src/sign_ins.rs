//! Sign-ins that ended before their tokens expire. A token that expired by itself need not be remembered.

use model::time::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict};

use crate::{
    Reader, Store, StoreError,
    entity::revoked_sign_in::{Column, Entity, Model},
    failure::refuse_nul,
};

impl Store {
    /// Remembers that a sign-in ended. `token` is the id inside of the token, never the token itself.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the id holds NUL or the database fails.
    pub async fn revoke_sign_in(
        &self,
        token: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        refuse_nul("token", token)?;
        let row = Model { token: token.to_owned(), expires_at: expires_at.as_millis() };
        let again = OnConflict::column(Column::Token).update_column(Column::ExpiresAt).to_owned();
        let insert = Entity::insert(row.into_active_model()).on_conflict(again);
        insert.exec_without_returning(&self.writer).await?;
        Ok(())
    }

    /// Forgets the sign-ins whose tokens expired before `now`. Returns how many.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn forget_expired_sign_ins(&self, now: Timestamp) -> Result<u64, StoreError> {
        let expired = Entity::delete_many().filter(Column::ExpiresAt.lt(now.as_millis()));
        Ok(expired.exec(&self.writer).await?.rows_affected)
    }
}

impl Reader {
    /// Whether a sign-in ended before its token expires.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the id holds NUL or the database fails.
    pub async fn is_sign_in_revoked(&self, token: &str) -> Result<bool, StoreError> {
        refuse_nul("token", token)?;
        Ok(Entity::find_by_id(token).one(&self.db).await?.is_some())
    }
}
