//! Agent sessions, as lists show them.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agent_session")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub number: i64,
    pub owner: String,
    pub title: String,
    pub repository: String,
    pub origin: String,
    /// JSON of what lists show of its state.
    pub summary: String,
    pub seq: i64,
    pub archived: bool,
    pub awake: bool,
    pub created_at: i64,
    pub last_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
