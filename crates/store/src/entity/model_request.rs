//! Requests of agent sessions to models.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "model_request")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub session: String,
    pub user_id: String,
    pub model: String,
    pub at: i64,
    pub duration_ms: i64,
    pub input_tokens: i64,
    pub cache_written_tokens: i64,
    pub cache_read_tokens: i64,
    pub output_tokens: i64,
    pub cost: i64,
    pub status: Option<i64>,
    pub trouble: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
