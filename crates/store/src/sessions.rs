//! Sessions. A user has at most one live session per runbook; live means not ended.

use model::{
    id::{RunbookId, SessionId, UserId},
    session::{Session, State},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::Expr,
};

use crate::{
    Reader, Store, StoreError,
    entity::session::{Column, ENDED, Entity, Model, state_columns},
    failure::{refuse_nul, taken},
};

/// Which sessions a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    Any,
    /// Only those that have not ended.
    Live,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum InsertSessionError {
    #[error("{user} already has a live session for {runbook}")]
    AlreadyLive { user: UserId, runbook: RunbookId },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Stores a new session.
    ///
    /// # Errors
    ///
    /// Returns [`InsertSessionError`] if the user has a live one for this runbook, or the database fails.
    pub async fn insert_session(&self, session: &Session) -> Result<(), InsertSessionError> {
        refuse_nul("isolation", &session.isolation)?;
        let row = Model::from(session).into_active_model();
        match Entity::insert(row).exec_without_returning(&self.writer).await {
            Ok(_) => Ok(()),
            // SQLite names the columns of the index, PostgreSQL its name.
            Err(error)
                if taken(&error).is_some_and(|it| {
                    it.contains("session.user_id") || it.contains("session_live")
                }) =>
            {
                let Session { user, runbook, .. } = *session;
                Err(InsertSessionError::AlreadyLive { user, runbook })
            }
            Err(error) => Err(InsertSessionError::Store(error.into())),
        }
    }

    /// Moves a session to another state. Returns whether it was there and not ended.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn update_session_state(
        &self,
        id: SessionId,
        state: State,
        at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let (state, reason) = state_columns(state);
        let updated = Entity::update_many()
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::EndReason, Expr::value(reason))
            .col_expr(Column::LastActivityAt, Expr::value(at.as_millis()))
            .col_expr(Column::ExpiresAt, Expr::value(expires_at.map(Timestamp::as_millis)))
            .filter(live(id))
            .exec(&self.writer)
            .await?;
        Ok(updated.rows_affected > 0)
    }

    /// Notes that something happened in a session. Returns whether it was there and not ended.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn touch_session(
        &self,
        id: SessionId,
        at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let updated = Entity::update_many()
            .col_expr(Column::LastActivityAt, Expr::value(at.as_millis()))
            .col_expr(Column::ExpiresAt, Expr::value(expires_at.map(Timestamp::as_millis)))
            .filter(live(id))
            .exec(&self.writer)
            .await?;
        Ok(updated.rows_affected > 0)
    }
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let row = Entity::find_by_id(id.to_string()).one(&self.db).await?;
        row.map(Session::try_from).transpose()
    }

    /// The sessions of a user, of one runbook or of all, the newest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn sessions_of(
        &self,
        user: UserId,
        runbook: Option<RunbookId>,
        liveness: Liveness,
    ) -> Result<Vec<Session>, StoreError> {
        let mut which = Condition::all().add(Column::UserId.eq(user.to_string()));
        if let Some(runbook) = runbook {
            which = which.add(Column::Runbook.eq(runbook.to_string()));
        }
        if liveness == Liveness::Live {
            which = which.add(Column::State.ne(ENDED));
        }
        self.sessions(which).await
    }

    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn live_session(
        &self,
        user: UserId,
        runbook: RunbookId,
    ) -> Result<Option<Session>, StoreError> {
        let found = self.sessions_of(user, Some(runbook), Liveness::Live).await?;
        Ok(found.into_iter().next())
    }

    /// The live sessions of everybody. At start-up, those that an earlier program left behind.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn live_sessions(&self) -> Result<Vec<Session>, StoreError> {
        self.sessions(Condition::all().add(Column::State.ne(ENDED))).await
    }

    async fn sessions(&self, which: Condition) -> Result<Vec<Session>, StoreError> {
        let query = Entity::find().filter(which).order_by_desc(Column::CreatedAt);
        let rows = query.order_by_desc(Column::Id).all(&self.db).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}

fn live(id: SessionId) -> Condition {
    Condition::all().add(Column::Id.eq(id.to_string())).add(Column::State.ne(ENDED))
}
