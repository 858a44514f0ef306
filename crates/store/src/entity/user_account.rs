//! Accounts.

use model::{time::Timestamp, user::User};
use sea_orm::entity::prelude::*;

use super::parse;
use crate::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_account")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub email: String,
    /// [`Model::email`] in lower case.
    pub email_key: String,
    pub username: String,
    /// [`Model::username`] in lower case.
    pub username_key: String,
    pub password_hash: String,
    pub created_at: i64,
    pub administrator: bool,
    pub disabled_at: Option<i64>,
    pub sign_in_generation: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for User {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse("user_account.id", &row.id)?,
            email: row.email,
            username: row.username,
            administrator: row.administrator,
            disabled_at: row.disabled_at.map(Timestamp::from_millis),
            sign_in_generation: row.sign_in_generation,
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}
