//! Runbooks without their text.

use model::{runbook::Runbook, time::Timestamp};
use sea_orm::entity::prelude::*;

use super::parse;
use crate::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "runbook")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub owner: String,
    pub title: String,
    pub revision: i64,
    pub created_at: i64,
    pub updated_at: i64,
    pub deleted_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Runbook> for Model {
    fn from(it: &Runbook) -> Self {
        Self {
            id: it.id.to_string(),
            owner: it.owner.to_string(),
            title: it.title.clone(),
            revision: it.revision,
            created_at: it.created_at.as_millis(),
            updated_at: it.updated_at.as_millis(),
            deleted_at: None,
        }
    }
}

impl TryFrom<Model> for Runbook {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse("runbook.id", &row.id)?,
            owner: parse("runbook.owner", &row.owner)?,
            title: row.title,
            revision: row.revision,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}
