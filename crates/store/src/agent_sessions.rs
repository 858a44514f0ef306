//! Agent sessions: their events, and the row by which lists show them.
//!
//! An event is the JSON of whoever decides what it means; here it is text under a number. Events are added in one
//! transaction with what they make of the row, and only where the row is as the writer knew it: of two servers that
//! both believe to own a session, one is told so.

use model::{
    id::{AgentSessionId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, Func, OnConflict, Query},
};

use crate::{
    Cursor, Page, Reader, Store, StoreError, StoredEvent,
    entity::{
        agent_event, agent_participant,
        agent_session::{Column, Entity, Model},
        from_column, parse, to_column,
    },
    failure::{refuse_nul, taken},
};

/// Numbers that are tried for a new session, where others take the first ones at the same time.
const TRIES: usize = 16;

/// Rows per statement; an event has four values, of which SQLite takes 32,766.
const ROWS: usize = 512;

/// A session as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentSession {
    pub id: AgentSessionId,
    /// Counted over all of a hub from 1.
    pub number: u64,
    pub owner: UserId,
    pub title: String,
    /// What it is about, by the id that whoever keeps repositories gave it.
    pub repository: String,
    pub origin: String,
    pub standing: AgentStanding,
    pub created_at: Timestamp,
}

/// What events make of the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentStanding {
    /// JSON.
    pub summary: String,
    /// Number of the last event.
    pub seq: u64,
    pub archived: bool,
    pub awake: bool,
    pub last_at: Timestamp,
}

/// A session that is about to be.
#[derive(Clone, Debug)]
pub struct NewAgentSession {
    pub id: AgentSessionId,
    pub owner: UserId,
    pub title: String,
    pub repository: String,
    pub origin: String,
    pub created_at: Timestamp,
}

/// An event to be added.
#[derive(Clone, Debug)]
pub struct NewAgentEvent {
    pub seq: u64,
    pub at: Timestamp,
    /// JSON.
    pub body: String,
}

/// Events of a session, and what they make of it.
#[derive(Clone, Debug)]
pub struct AgentAppend {
    pub events: Vec<NewAgentEvent>,
    pub standing: AgentStanding,
    /// Who takes part from then on, beside those who do.
    pub joined: Vec<UserId>,
}

/// Which sessions a list holds.
#[derive(Clone, Debug)]
pub struct AgentSessionFilter {
    pub participant: UserId,
    pub archived: bool,
    /// A part of the title, in any case.
    pub search: Option<String>,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendAgentEventsError {
    #[error("another server has gone on with {session}")]
    Elsewhere { session: AgentSessionId },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Stores a new session with its first events, and gives its number.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if a text holds NUL or the database fails.
    pub async fn insert_agent_session(
        &self,
        new: &NewAgentSession,
        append: &AgentAppend,
    ) -> Result<u64, StoreError> {
        refuse_nul("title", &new.title)?;
        let mut last = None;
        for _ in 0..TRIES {
            match self.try_to_insert(new, append).await {
                Err(error) if taken(&error).is_some_and(|it| it.contains("number")) => {
                    last = Some(error);
                }
                Err(error) => return Err(error.into()),
                Ok(number) => return Ok(number),
            }
        }
        Err(last.expect("at least one number was tried").into())
    }

    async fn try_to_insert(
        &self,
        new: &NewAgentSession,
        append: &AgentAppend,
    ) -> Result<u64, sea_orm::DbErr> {
        let unavailable = |it: StoreError| sea_orm::DbErr::Custom(it.to_string());
        let transaction = self.begin().await.map_err(unavailable)?;
        let highest =
            Query::select().expr(Func::max(Expr::col(Column::Number))).from(Entity).to_owned();
        let row = transaction.query_one(&highest).await?;
        let highest: Option<i64> = row.and_then(|it| it.try_get_by_index(0).ok());
        let number = highest.unwrap_or(0) + 1;
        let AgentStanding { summary, seq, archived, awake, last_at } = append.standing.clone();
        let row = Model {
            id: new.id.to_string(),
            number,
            owner: new.owner.to_string(),
            title: new.title.clone(),
            repository: new.repository.clone(),
            origin: new.origin.clone(),
            summary,
            seq: to_column(seq),
            archived,
            awake,
            created_at: new.created_at.as_millis(),
            last_at: last_at.as_millis(),
        };
        Entity::insert(row.into_active_model()).exec_without_returning(&transaction).await?;
        join(&transaction, new.id, &[new.owner]).await?;
        join(&transaction, new.id, &append.joined).await?;
        insert(&transaction, new.id, &append.events).await?;
        transaction.commit().await?;
        Ok(from_column(number))
    }

    /// Adds events to a session that `standing` follows, all or none.
    ///
    /// # Errors
    ///
    /// Returns [`AppendAgentEventsError`] if the last event is another one than the first of these follows, there is
    /// no such session, or the database fails.
    pub async fn append_agent_events(
        &self,
        session: AgentSessionId,
        append: &AgentAppend,
    ) -> Result<(), AppendAgentEventsError> {
        let transaction = self.begin().await?;
        let first = append.events.first().map_or(append.standing.seq, |it| it.seq - 1);
        let updated = Entity::update_many()
            .col_expr(Column::Summary, Expr::value(append.standing.summary.clone()))
            .col_expr(Column::Seq, Expr::value(to_column(append.standing.seq)))
            .col_expr(Column::Archived, Expr::value(append.standing.archived))
            .col_expr(Column::Awake, Expr::value(append.standing.awake))
            .col_expr(Column::LastAt, Expr::value(append.standing.last_at.as_millis()))
            .filter(Column::Id.eq(session.to_string()))
            .filter(Column::Seq.eq(to_column(first)))
            .exec(&transaction)
            .await
            .map_err(StoreError::from)?;
        if updated.rows_affected == 0 {
            return Err(AppendAgentEventsError::Elsewhere { session });
        }
        insert(&transaction, session, &append.events).await.map_err(StoreError::from)?;
        join(&transaction, session, &append.joined).await.map_err(StoreError::from)?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Calls a session otherwise. Returns whether it is there.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the title holds NUL or the database fails.
    pub async fn rename_agent_session(
        &self,
        session: AgentSessionId,
        title: &str,
    ) -> Result<bool, StoreError> {
        refuse_nul("title", title)?;
        let updated = Entity::update_many()
            .col_expr(Column::Title, Expr::value(title))
            .filter(Column::Id.eq(session.to_string()))
            .exec(&self.writer)
            .await?;
        Ok(updated.rows_affected > 0)
    }
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn agent_session(
        &self,
        id: AgentSessionId,
    ) -> Result<Option<AgentSession>, StoreError> {
        let row = Entity::find_by_id(id.to_string()).one(&self.db).await?;
        row.map(TryInto::try_into).transpose()
    }

    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn agent_session_by_number(
        &self,
        number: u64,
    ) -> Result<Option<AgentSession>, StoreError> {
        let row = Entity::find().filter(Column::Number.eq(to_column(number)));
        row.one(&self.db).await?.map(TryInto::try_into).transpose()
    }

    /// Sessions that a user takes part in, those first in which something happened last.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn agent_sessions(
        &self,
        filter: &AgentSessionFilter,
        after: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<AgentSession>, StoreError> {
        let theirs = Query::select()
            .column(agent_participant::Column::Session)
            .from(agent_participant::Entity)
            .and_where(agent_participant::Column::UserId.eq(filter.participant.to_string()))
            .to_owned();
        let mut which = Condition::all()
            .add(Column::Id.in_subquery(theirs))
            .add(Column::Archived.eq(filter.archived));
        if let Some(search) = &filter.search {
            let escaped = search.to_lowercase().replace('\\', "\\\\");
            let escaped = escaped.replace('%', "\\%").replace('_', "\\_");
            let like = sea_orm::sea_query::LikeExpr::new(format!("%{escaped}%")).escape('\\');
            which = which.add(Expr::expr(Func::lower(Expr::col(Column::Title))).like(like));
        }
        if let Some(after) = after {
            which = which.add(after.beyond(Column::LastAt, Column::Id));
        }
        let rows = Entity::find()
            .filter(which)
            .order_by_desc(Column::LastAt)
            .order_by_desc(Column::Id)
            .limit(limit + 1)
            .all(&self.db)
            .await?;
        let sessions = rows.into_iter().map(TryInto::try_into).collect::<Result<Vec<_>, _>>()?;
        let cursor = |it: &AgentSession| Cursor {
            key: it.standing.last_at.as_millis(),
            id: it.id.to_string(),
        };
        Ok(Page::new(sessions, limit, cursor))
    }

    /// The sessions in which something may go on.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn awake_agent_sessions(&self) -> Result<Vec<AgentSession>, StoreError> {
        let rows = Entity::find().filter(Column::Awake.eq(true)).all(&self.db).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// The sessions about something that are not archived.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn agent_sessions_about(
        &self,
        repository: &str,
    ) -> Result<Vec<AgentSessionId>, StoreError> {
        let ids: Vec<String> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Repository.eq(repository))
            .filter(Column::Archived.eq(false))
            .order_by_desc(Column::LastAt)
            .into_tuple()
            .all(&self.db)
            .await?;
        ids.iter().map(|it| parse("agent_session.id", it)).collect()
    }

    /// Whether a user takes part in a session.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn takes_part(
        &self,
        user: UserId,
        session: AgentSessionId,
    ) -> Result<bool, StoreError> {
        let key = (user.to_string(), session.to_string());
        Ok(agent_participant::Entity::find_by_id(key).one(&self.db).await?.is_some())
    }

    /// Up to `limit` events of a session in their order, beginning with number `from_seq`.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn agent_events(
        &self,
        session: AgentSessionId,
        from_seq: u64,
        limit: u64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<(i64, String)> = agent_event::Entity::find()
            .select_only()
            .column(agent_event::Column::Seq)
            .column(agent_event::Column::Body)
            .filter(agent_event::Column::Session.eq(session.to_string()))
            .filter(agent_event::Column::Seq.gte(to_column(from_seq)))
            .order_by_asc(agent_event::Column::Seq)
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        let stored = |(seq, body)| StoredEvent { seq: from_column(seq), body };
        Ok(rows.into_iter().map(stored).collect())
    }
}

async fn insert(
    db: &impl ConnectionTrait,
    session: AgentSessionId,
    events: &[NewAgentEvent],
) -> Result<(), sea_orm::DbErr> {
    use agent_event::Column;
    let id = session.to_string();
    for rows in events.chunks(ROWS) {
        let mut insert = Query::insert();
        insert.into_table(agent_event::Entity);
        insert.columns([Column::Session, Column::Seq, Column::At, Column::Body]);
        for event in rows {
            insert.values_panic([
                Expr::value(id.as_str()),
                Expr::value(to_column(event.seq)),
                Expr::value(event.at.as_millis()),
                Expr::value(event.body.as_str()),
            ]);
        }
        db.execute(&insert).await?;
    }
    Ok(())
}

async fn join(
    db: &impl ConnectionTrait,
    session: AgentSessionId,
    users: &[UserId],
) -> Result<(), sea_orm::DbErr> {
    for user in users {
        let row =
            agent_participant::Model { user_id: user.to_string(), session: session.to_string() };
        let insert = agent_participant::Entity::insert(row.into_active_model());
        insert
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

impl TryFrom<Model> for AgentSession {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse("agent_session.id", &row.id)?,
            number: from_column(row.number),
            owner: parse("agent_session.owner", &row.owner)?,
            title: row.title,
            repository: row.repository,
            origin: row.origin,
            standing: AgentStanding {
                summary: row.summary,
                seq: from_column(row.seq),
                archived: row.archived,
                awake: row.awake,
                last_at: Timestamp::from_millis(row.last_at),
            },
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}
