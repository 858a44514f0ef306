//! What a `DirPicker` asks: the directories of one level, and to take the one that its reader chose.

use std::collections::BTreeMap;

use axum::{Json as Reply, Router, routing::post};
use engine::local::{DirectoryError, Given, PickError, Values};
use serde::{Deserialize, Serialize};

use super::{Json, Refused, Shown};
use crate::{
    App,
    problem::{Code, Problem},
};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/local/directories", post(list))
        .route("/api/local/directories/chosen", post(choose))
}

/// Both paths are relative to the root, which a request cannot name.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LevelBody {
    component_id: String,
    #[serde(default)]
    inputs: BTreeMap<String, Values>,
    #[serde(default)]
    under: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChoiceBody {
    component_id: String,
    #[serde(default)]
    inputs: BTreeMap<String, Values>,
    path: String,
}

#[derive(Serialize)]
struct DirectoriesBody {
    directories: Vec<String>,
    truncated: bool,
}

/// What later blocks find.
#[derive(Serialize)]
struct ChosenBody {
    path: String,
}

async fn list(
    Shown(runbook): Shown,
    Json(body): Json<LevelBody>,
) -> Result<Reply<DirectoriesBody>, Refused> {
    let given = Given::ById(body.inputs);
    let found = runbook.directories(&body.component_id, &given, &body.under).await?;
    Ok(Reply(DirectoriesBody { directories: found.names, truncated: found.is_truncated }))
}

async fn choose(
    Shown(runbook): Shown,
    Json(body): Json<ChoiceBody>,
) -> Result<Reply<ChosenBody>, Refused> {
    let given = Given::ById(body.inputs);
    let path = runbook.pick(&body.component_id, &given, &body.path).await?;
    Ok(Reply(ChosenBody { path }))
}

impl From<PickError> for Refused {
    fn from(error: PickError) -> Self {
        let error = match error {
            PickError::Refused(error) => return error.into(),
            PickError::Directory(error) => error,
        };
        let said = error.to_string();
        let problem = match error {
            DirectoryError::Root { .. } | DirectoryError::NotShown { .. } => {
                Problem::conflict(Code::BlockNotRunnable, said)
            }
            DirectoryError::Path { .. } => Problem::invalid(said).at("/path"),
            DirectoryError::Missing { .. } => {
                Problem::new(axum::http::StatusCode::NOT_FOUND, Code::NotFound, said)
            }
        };
        problem.into()
    }
}
