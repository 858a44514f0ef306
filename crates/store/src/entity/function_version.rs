//! The versions of functions.

use std::time::Duration;

use model::{
    function::{Build, BuildFailure, BuildState, Demands, SecretName, Version},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

use super::{
    from_column,
    function::{build_column, parse_build},
    parse, to_column, unreadable,
};
use crate::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "function_version")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub function: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub code: String,
    pub description: Option<String>,
    pub dependencies: String,
    pub timeout_ms: Option<i64>,
    pub memory_bytes: Option<i64>,
    pub cpu_millis: Option<i64>,
    pub keep_warm_ms: Option<i64>,
    pub secrets: String,
    pub network: String,
    pub build: String,
    pub error: Option<String>,
    pub message: Option<String>,
    pub logs: String,
    pub created_at: i64,
    pub built_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The columns `build`, `error` and `message`.
pub(crate) fn build_columns(
    build: &BuildState,
) -> (&'static str, Option<&String>, Option<&String>) {
    match build {
        BuildState::Building => (build_column(Build::Building), None, None),
        BuildState::Ready => (build_column(Build::Ready), None, None),
        BuildState::Failed(BuildFailure { error, message }) => {
            (build_column(Build::Failed), Some(error), Some(message))
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn texts(column: &'static str, json: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(json).map_err(|_| unreadable(column, json))
}

fn json(texts: &[String]) -> String {
    serde_json::to_string(texts).expect("an array of texts is always JSON")
}

impl From<&Version> for Model {
    fn from(it: &Version) -> Self {
        let Demands { timeout, memory_bytes, cpu_millis, keep_warm, secrets, network } =
            &it.demands;
        let secrets: Vec<String> = secrets.iter().map(ToString::to_string).collect();
        let (build, error, message) = build_columns(&it.build);
        Self {
            function: it.function.to_string(),
            number: it.number,
            code: it.code.clone(),
            description: it.description.clone(),
            dependencies: json(&it.dependencies),
            timeout_ms: timeout.map(millis),
            memory_bytes: memory_bytes.map(to_column),
            cpu_millis: cpu_millis.map(i64::from),
            keep_warm_ms: keep_warm.map(millis),
            secrets: json(&secrets),
            network: json(network),
            build: build.to_owned(),
            error: error.cloned(),
            message: message.cloned(),
            logs: it.logs.clone(),
            created_at: it.created_at.as_millis(),
            built_at: it.built_at.map(Timestamp::as_millis),
        }
    }
}

impl Model {
    fn build(&self) -> Result<BuildState, StoreError> {
        Ok(match parse_build("function_version.build", &self.build)? {
            Build::Building => BuildState::Building,
            Build::Ready => BuildState::Ready,
            Build::Failed => BuildState::Failed(BuildFailure {
                error: self.error.clone().unwrap_or_default(),
                message: self.message.clone().unwrap_or_default(),
            }),
        })
    }

    fn demands(&self) -> Result<Demands, StoreError> {
        let secrets = texts("function_version.secrets", &self.secrets)?;
        let secrets: Result<Vec<SecretName>, _> =
            secrets.iter().map(|it| parse("function_version.secrets", it)).collect();
        let duration = |it| Duration::from_millis(from_column(it));
        Ok(Demands {
            timeout: self.timeout_ms.map(duration),
            memory_bytes: self.memory_bytes.map(from_column),
            cpu_millis: self.cpu_millis.map(|it| u32::try_from(it).unwrap_or(u32::MAX)),
            keep_warm: self.keep_warm_ms.map(duration),
            secrets: secrets?,
            network: texts("function_version.network", &self.network)?,
        })
    }
}

impl TryFrom<Model> for Version {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            function: parse("function_version.function", &row.function)?,
            number: row.number,
            dependencies: texts("function_version.dependencies", &row.dependencies)?,
            demands: row.demands()?,
            build: row.build()?,
            code: row.code,
            description: row.description,
            logs: row.logs,
            created_at: Timestamp::from_millis(row.created_at),
            built_at: row.built_at.map(Timestamp::from_millis),
        })
    }
}
