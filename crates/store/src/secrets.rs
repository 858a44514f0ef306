//! Sealed values. What seals them is not in the database, and nothing here can open them.

use model::{function::SecretName, id::UserId, time::Timestamp};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    sea_query::OnConflict,
};

use crate::{
    Reader, Store, StoreError,
    entity::{
        parse,
        secret::{Column, Entity, Model},
    },
    failure::refuse_nul,
};

/// A value that only the holder of the key can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret {
    pub owner: UserId,
    pub name: SecretName,
    /// Nonce and ciphertext, in base64.
    pub sealed: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Store {
    /// Stores a value, in place of any of that owner and name; when that was made stays.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if a text holds NUL or the database fails.
    pub async fn put_secret(&self, secret: &SealedSecret) -> Result<(), StoreError> {
        refuse_nul("sealed", &secret.sealed)?;
        let row = Model {
            owner: secret.owner.to_string(),
            name: secret.name.to_string(),
            sealed: secret.sealed.clone(),
            created_at: secret.created_at.as_millis(),
            updated_at: secret.updated_at.as_millis(),
        };
        let replace = OnConflict::columns([Column::Owner, Column::Name])
            .update_columns([Column::Sealed, Column::UpdatedAt])
            .to_owned();
        let insert = Entity::insert(row.into_active_model()).on_conflict(replace);
        insert.exec_without_returning(&self.writer).await?;
        Ok(())
    }

    /// Returns whether there was one to delete.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn delete_secret(
        &self,
        owner: UserId,
        name: &SecretName,
    ) -> Result<bool, StoreError> {
        let key = (owner.to_string(), name.to_string());
        Ok(Entity::delete_by_id(key).exec(&self.writer).await?.rows_affected > 0)
    }
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn secret(
        &self,
        owner: UserId,
        name: &SecretName,
    ) -> Result<Option<SealedSecret>, StoreError> {
        let key = (owner.to_string(), name.to_string());
        Entity::find_by_id(key).one(&self.db).await?.map(SealedSecret::try_from).transpose()
    }

    /// All secrets of a user, by name.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn secrets(&self, owner: UserId) -> Result<Vec<SealedSecret>, StoreError> {
        let query = Entity::find().filter(Column::Owner.eq(owner.to_string()));
        let rows = query.order_by_asc(Column::Name).all(&self.db).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn count_secrets(&self, owner: UserId) -> Result<u64, StoreError> {
        let query = Entity::find().filter(Column::Owner.eq(owner.to_string()));
        Ok(query.count(&self.db).await?)
    }
}

impl TryFrom<Model> for SealedSecret {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            owner: parse("secret.owner", &row.owner)?,
            name: parse("secret.name", &row.name)?,
            sealed: row.sealed,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}
