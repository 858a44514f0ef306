//! What the program made up once and keeps, such as the secret that signs tokens.

use sea_orm::{EntityTrait, IntoActiveModel, sea_query::OnConflict};

use crate::{
    Reader, Store, StoreError,
    entity::setting::{Column, Entity, Model},
    failure::refuse_nul,
};

impl Store {
    /// Sets a value, in place of any that was there.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if a text holds NUL or the database fails.
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let replace = OnConflict::column(Column::Name).update_column(Column::Value).to_owned();
        self.put_setting(name, value, replace).await
    }

    /// Sets a value unless there is one, and returns the one that counts: two programs that start at once
    /// get the same.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if a text holds NUL or the database fails.
    pub async fn setting_or_insert(
        &self,
        name: &str,
        proposed: &str,
    ) -> Result<String, StoreError> {
        if let Some(value) = self.setting(name).await? {
            return Ok(value);
        }
        // Writes the name over itself: "do nothing" would make it look as if nothing could be inserted.
        let keep = OnConflict::column(Column::Name).update_column(Column::Name).to_owned();
        self.put_setting(name, proposed, keep).await?;
        Ok(self.setting(name).await?.unwrap_or_else(|| proposed.to_owned()))
    }

    async fn put_setting(
        &self,
        name: &str,
        value: &str,
        on_conflict: OnConflict,
    ) -> Result<(), StoreError> {
        refuse_nul("setting.name", name)?;
        refuse_nul("setting.value", value)?;
        let row = Model { name: name.to_owned(), value: value.to_owned() };
        let insert = Entity::insert(row.into_active_model()).on_conflict(on_conflict);
        insert.exec_without_returning(&self.writer).await?;
        Ok(())
    }
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the name holds NUL or the database fails.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        refuse_nul("setting.name", name)?;
        Ok(Entity::find_by_id(name).one(&self.db).await?.map(|it| it.value))
    }
}
