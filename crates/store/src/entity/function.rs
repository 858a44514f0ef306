//! Functions without their versions.

use model::{
    function::{Build, Function, State},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

use super::{parse, unreadable};
use crate::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "function")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub owner: String,
    pub name: String,
    pub runtime: String,
    pub latest_version: i64,
    pub current_version: i64,
    pub build: String,
    pub serving_version: Option<i64>,
    pub change: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub(crate) const fn build_column(build: Build) -> &'static str {
    match build {
        Build::Building => "building",
        Build::Ready => "ready",
        Build::Failed => "failed",
    }
}

pub(crate) fn parse_build(column: &'static str, text: &str) -> Result<Build, StoreError> {
    match text {
        "building" => Ok(Build::Building),
        "ready" => Ok(Build::Ready),
        "failed" => Ok(Build::Failed),
        other => Err(unreadable(column, other)),
    }
}

impl From<&Function> for Model {
    fn from(it: &Function) -> Self {
        Self {
            id: it.id.to_string(),
            owner: it.owner.to_string(),
            name: it.name.to_string(),
            runtime: it.runtime.clone(),
            latest_version: it.state.latest,
            current_version: it.state.current,
            build: build_column(it.state.build).to_owned(),
            serving_version: it.state.serving,
            change: it.change,
            created_at: it.created_at.as_millis(),
            updated_at: it.updated_at.as_millis(),
        }
    }
}

impl TryFrom<Model> for Function {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse("function.id", &row.id)?,
            owner: parse("function.owner", &row.owner)?,
            name: parse("function.name", &row.name)?,
            runtime: row.runtime,
            state: State {
                latest: row.latest_version,
                current: row.current_version,
                build: parse_build("function.build", &row.build)?,
                serving: row.serving_version,
            },
            change: row.change,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}
