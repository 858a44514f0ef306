//! Texts that people edit together.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "live_text")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub runbook: String,
    pub generation: i64,
    pub state: Vec<u8>,
    pub seq: i64,
    pub revision: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
