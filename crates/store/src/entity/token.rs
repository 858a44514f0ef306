//! Personal tokens.

use model::{
    time::Timestamp,
    token::{Token, TokenLimits},
};
use sea_orm::entity::prelude::*;

use super::parse;
use crate::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    pub name: String,
    pub prefix: String,
    pub secret_hash: String,
    pub scopes: String,
    pub parent: Option<String>,
    pub rate_limit: Option<i64>,
    pub burst_limit: Option<i64>,
    pub concurrent_limit: Option<i64>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub last_used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn new(it: &Token, secret_hash: &str) -> Self {
        Self {
            id: it.id.to_string(),
            user_id: it.user.to_string(),
            name: it.name.clone(),
            prefix: it.prefix.clone(),
            secret_hash: secret_hash.to_owned(),
            scopes: it.scopes.to_string(),
            parent: it.parent.map(|it| it.to_string()),
            rate_limit: it.limits.rate.map(i64::from),
            burst_limit: it.limits.burst.map(i64::from),
            concurrent_limit: it.limits.concurrent.map(i64::from),
            created_at: it.created_at.as_millis(),
            expires_at: it.expires_at.map(Timestamp::as_millis),
            last_used_at: it.last_used_at.map(Timestamp::as_millis),
            revoked_at: it.revoked_at.map(Timestamp::as_millis),
        }
    }
}

impl TryFrom<Model> for Token {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let limit = |it: Option<i64>| it.map(|it| u32::try_from(it.max(0)).unwrap_or(u32::MAX));
        Ok(Self {
            id: parse("token.id", &row.id)?,
            user: parse("token.user_id", &row.user_id)?,
            name: row.name,
            prefix: row.prefix,
            scopes: parse("token.scopes", &row.scopes)?,
            parent: row.parent.map(|it| parse("token.parent", &it)).transpose()?,
            limits: TokenLimits {
                rate: limit(row.rate_limit),
                burst: limit(row.burst_limit),
                concurrent: limit(row.concurrent_limit),
            },
            created_at: Timestamp::from_millis(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_millis),
            last_used_at: row.last_used_at.map(Timestamp::from_millis),
            revoked_at: row.revoked_at.map(Timestamp::from_millis),
        })
    }
}
