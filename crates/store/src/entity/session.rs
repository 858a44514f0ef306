//! Sessions, live and ended.

use model::{
    session::{EndReason, Session, State},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

use super::{parse, unreadable};
use crate::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    pub runbook: String,
    pub state: String,
    pub end_reason: Option<String>,
    pub isolation: String,
    pub created_at: i64,
    pub last_activity_at: i64,
    pub expires_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The state of a session that is over, as the partial index of the schema spells it.
pub(crate) const ENDED: &str = "ended";

/// The columns `state` and `end_reason`.
pub(crate) const fn state_columns(state: State) -> (&'static str, Option<&'static str>) {
    match state {
        State::Starting => ("starting", None),
        State::Ready => ("ready", None),
        State::Ending(reason) => ("ending", Some(reason_column(reason))),
        State::Ended(reason) => (ENDED, Some(reason_column(reason))),
    }
}

const fn reason_column(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Terminated => "terminated",
        EndReason::Expired => "expired",
        EndReason::Shutdown => "shutdown",
        EndReason::Lost => "lost",
        EndReason::Failed => "failed",
    }
}

fn state(state: &str, reason: Option<&str>) -> Result<State, StoreError> {
    match state {
        "starting" => Ok(State::Starting),
        "ready" => Ok(State::Ready),
        "ending" => Ok(State::Ending(end_reason(reason)?)),
        ENDED => Ok(State::Ended(end_reason(reason)?)),
        other => Err(unreadable("session.state", other)),
    }
}

fn end_reason(column: Option<&str>) -> Result<EndReason, StoreError> {
    match column.unwrap_or_default() {
        "terminated" => Ok(EndReason::Terminated),
        "expired" => Ok(EndReason::Expired),
        "shutdown" => Ok(EndReason::Shutdown),
        "lost" => Ok(EndReason::Lost),
        "failed" => Ok(EndReason::Failed),
        other => Err(unreadable("session.end_reason", other)),
    }
}

impl From<&Session> for Model {
    fn from(it: &Session) -> Self {
        let (state, end_reason) = state_columns(it.state);
        Self {
            id: it.id.to_string(),
            user_id: it.user.to_string(),
            runbook: it.runbook.to_string(),
            state: state.to_owned(),
            end_reason: end_reason.map(str::to_owned),
            isolation: it.isolation.clone(),
            created_at: it.created_at.as_millis(),
            last_activity_at: it.last_activity_at.as_millis(),
            expires_at: it.expires_at.map(Timestamp::as_millis),
        }
    }
}

impl TryFrom<Model> for Session {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse("session.id", &row.id)?,
            user: parse("session.user_id", &row.user_id)?,
            runbook: parse("session.runbook", &row.runbook)?,
            state: state(&row.state, row.end_reason.as_deref())?,
            created_at: Timestamp::from_millis(row.created_at),
            last_activity_at: Timestamp::from_millis(row.last_activity_at),
            expires_at: row.expires_at.map(Timestamp::from_millis),
            isolation: row.isolation,
        })
    }
}
