//! The texts of runbooks.

use model::{runbook::Revision, time::Timestamp};
use sea_orm::entity::prelude::*;

use super::parse;
use crate::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revision")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub runbook: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub author: String,
    pub content: String,
    pub block_ids: String,
    pub created_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Revision> for Model {
    fn from(it: &Revision) -> Self {
        Self {
            runbook: it.runbook.to_string(),
            number: it.number,
            author: it.author.to_string(),
            content: it.content.clone(),
            block_ids: it.block_ids.clone(),
            created_at: it.created_at.as_millis(),
        }
    }
}

impl TryFrom<Model> for Revision {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            runbook: parse("revision.runbook", &row.runbook)?,
            number: row.number,
            author: parse("revision.author", &row.author)?,
            content: row.content,
            block_ids: row.block_ids,
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}
