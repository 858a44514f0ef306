//! Deliveries of forges that were taken. A forge delivers again what it believes lost.

use std::time::Duration;

use model::time::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict};

use crate::{
    Store, StoreError,
    entity::forge_delivery::{Column, Entity, Model},
    failure::refuse_nul,
};

/// How long a delivery is remembered: twice as long as GitHub offers to deliver one again.
const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Store {
    /// Takes a delivery for whoever asks first. Returns whether that is the caller.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the id holds NUL or the database fails.
    pub async fn claim_forge_delivery(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        refuse_nul("delivery", id)?;
        let row = Model { id: id.to_owned(), taken_at: now.as_millis() };
        let first = OnConflict::column(Column::Id).do_nothing().to_owned();
        let insert = Entity::insert(row.into_active_model()).on_conflict(first);
        let is_first = insert.exec_without_returning(&self.writer).await? > 0;
        if is_first {
            let oldest =
                now.as_millis() - i64::try_from(REMEMBERED.as_millis()).unwrap_or(i64::MAX);
            Entity::delete_many().filter(Column::TakenAt.lt(oldest)).exec(&self.writer).await?;
        }
        Ok(is_first)
    }

    /// Gives a delivery back that could not be worked on: when it comes again, it is taken again.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn release_forge_delivery(&self, id: &str) -> Result<(), StoreError> {
        Entity::delete_by_id(id).exec(&self.writer).await?;
        Ok(())
    }
}
