//! The texts of runbooks.

use model::{
    runbook::{LineCounts, Origin, Revision},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

use super::{from_column, parse, to_column, unreadable};
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
    /// Not there in rows of older versions, whose text was saved once.
    pub updated_at: Option<i64>,
    pub origin: String,
    pub restored_from: Option<i64>,
    pub lines_added: Option<i64>,
    pub lines_removed: Option<i64>,
    pub name: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

const SAVED: &str = "saved";
const EDITED: &str = "edited";
const RESTORED: &str = "restored";

impl From<&Revision> for Model {
    fn from(it: &Revision) -> Self {
        let (origin, restored_from) = match it.origin {
            Origin::Saved => (SAVED, None),
            Origin::Edited => (EDITED, None),
            Origin::Restored(from) => (RESTORED, Some(from)),
        };
        Self {
            runbook: it.runbook.to_string(),
            number: it.number,
            author: it.author.to_string(),
            content: it.content.clone(),
            block_ids: it.block_ids.clone(),
            created_at: it.created_at.as_millis(),
            updated_at: Some(it.updated_at.as_millis()),
            origin: origin.to_owned(),
            restored_from,
            lines_added: it.lines.map(|it| to_column(it.added)),
            lines_removed: it.lines.map(|it| to_column(it.removed)),
            name: None,
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
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at.unwrap_or(row.created_at)),
            origin: origin(&row.origin, row.restored_from)?,
            lines: lines(row.lines_added, row.lines_removed),
            content: row.content,
            block_ids: row.block_ids,
        })
    }
}

pub(crate) fn origin(name: &str, restored_from: Option<i64>) -> Result<Origin, StoreError> {
    match (name, restored_from) {
        (SAVED, _) => Ok(Origin::Saved),
        (EDITED, _) => Ok(Origin::Edited),
        (RESTORED, Some(from)) => Ok(Origin::Restored(from)),
        _ => Err(unreadable("revision.origin", name)),
    }
}

pub(crate) fn lines(added: Option<i64>, removed: Option<i64>) -> Option<LineCounts> {
    let (added, removed) = (from_column(added?), from_column(removed?));
    Some(LineCounts { added, removed })
}
