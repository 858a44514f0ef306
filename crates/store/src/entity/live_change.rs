//! Changes of texts that people edit together.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "live_change")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub runbook: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub author: String,
    pub body: Vec<u8>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
