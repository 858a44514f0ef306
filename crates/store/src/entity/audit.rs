//! Entries of the audit log.

use model::{
    audit::{Act, AuditEntry},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

use super::{from_column, parse, to_column};
use crate::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub at: i64,
    pub actor: Option<String>,
    pub name: String,
    pub token: Option<String>,
    pub action: String,
    pub object: Option<String>,
    pub source: String,
    pub status: i32,
    pub prev: String,
    pub hash: String,
    pub seal: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn new(entry: &AuditEntry) -> Self {
        let AuditEntry { seq, at, act, prev, hash, seal } = entry.clone();
        Self {
            seq: to_column(seq),
            at: at.as_millis(),
            actor: act.actor.map(|it| it.to_string()),
            name: act.name,
            token: act.token.map(|it| it.to_string()),
            action: act.action,
            object: act.object,
            source: act.from,
            status: i32::from(act.status),
            prev,
            hash,
            seal,
        }
    }
}

impl TryFrom<Model> for AuditEntry {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            seq: from_column(row.seq),
            at: Timestamp::from_millis(row.at),
            act: Act {
                actor: row.actor.map(|it| parse("audit.actor", &it)).transpose()?,
                name: row.name,
                token: row.token.map(|it| parse("audit.token", &it)).transpose()?,
                action: row.action,
                object: row.object,
                from: row.source,
                status: u16::try_from(row.status).unwrap_or(u16::MAX),
            },
            prev: row.prev,
            hash: row.hash,
            seal: row.seal,
        })
    }
}
