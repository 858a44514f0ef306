//! Artifacts.

use model::{
    artifact::{Artifact, Digest},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

use super::{from_column, parse, to_column, unreadable};
use crate::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "artifact")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub owner: String,
    pub token: Option<String>,
    pub name: String,
    pub media_type: String,
    pub digest: String,
    pub size: i64,
    pub job: Option<String>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn new(it: &Artifact) -> Self {
        Self {
            id: it.id.to_string(),
            owner: it.owner.to_string(),
            token: it.token.map(|it| it.to_string()),
            name: it.name.clone(),
            media_type: it.media_type.clone(),
            digest: it.digest.hex(),
            size: to_column(it.size),
            job: it.job.map(|it| it.to_string()),
            created_at: it.created_at.as_millis(),
            expires_at: it.expires_at.map(Timestamp::as_millis),
        }
    }
}

impl TryFrom<Model> for Artifact {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse("artifact.id", &row.id)?,
            owner: parse("artifact.owner", &row.owner)?,
            token: row.token.map(|it| parse("artifact.token", &it)).transpose()?,
            name: row.name,
            media_type: row.media_type,
            digest: Digest::from_hex(&row.digest)
                .ok_or_else(|| unreadable("artifact.digest", &row.digest))?,
            size: from_column(row.size),
            job: row.job.map(|it| parse("artifact.job", &it)).transpose()?,
            created_at: Timestamp::from_millis(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_millis),
        })
    }
}
