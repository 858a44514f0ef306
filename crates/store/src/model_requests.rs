//! What agent sessions asked of models, request by request, and what it adds up to.

use std::time::Duration;

use model::{
    id::{AgentSessionId, ModelRequestId, UserId},
    time::Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryResult, Value};

use crate::{
    Reader, Store, StoreError,
    entity::{
        from_column,
        model_request::{Column, Entity, Model},
        parse, to_column,
    },
    failure::refuse_nul,
    jobs::{dialect::all, row::get},
};

/// Rows per statement; a request has 13 values, of which SQLite takes 32,766.
const ROWS: usize = 512;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A request that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRequest {
    pub id: ModelRequestId,
    pub session: AgentSessionId,
    /// Who pays.
    pub user: UserId,
    pub model: String,
    /// When it had ended.
    pub at: Timestamp,
    pub duration: Duration,
    /// Neither read from the cache nor written to it.
    pub input_tokens: u64,
    pub cache_written_tokens: u64,
    pub cache_read_tokens: u64,
    pub output_tokens: u64,
    /// In millionths of a dollar.
    pub cost: u64,
    /// As the agent was answered over HTTP; `None` if it went away before.
    pub status: Option<u16>,
    /// What stood in its way, in one word.
    pub trouble: Option<String>,
}

/// Which requests are summed.
#[derive(Clone, Copy, Debug)]
pub struct UsageFilter {
    pub since: Timestamp,
    /// Whose; `None` for everybody's.
    pub user: Option<UserId>,
    /// Sessions and people that are told of, those that cost most.
    pub most: u64,
}

/// What requests add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageSum {
    pub requests: u64,
    /// All that models were given.
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// In millionths of a dollar.
    pub cost: u64,
}

/// What requests add up to in several ways. What cost most is first, but for days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelUsage {
    pub total: UsageSum,
    /// By the day's first moment in UTC, the oldest first; none for a day without requests.
    pub days: Vec<(Timestamp, UsageSum)>,
    pub models: Vec<(String, UsageSum)>,
    /// With their titles.
    pub sessions: Vec<(AgentSessionId, String, UsageSum)>,
    pub people: Vec<(UserId, UsageSum)>,
}

/// By what requests are summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Nothing,
    Day,
    Model,
    Session,
    Person,
}

impl By {
    /// The statement for requests from `$1` on, with what they are summed by as text or number.
    fn sql(self, filter: &UsageFilter) -> String {
        let (key, rest) = match self {
            Self::Nothing => ("1".to_owned(), String::new()),
            Self::Day => (format!("r.at / {DAY_MILLIS}"), "GROUP BY 1 ORDER BY 1".to_owned()),
            Self::Model => ("r.model".to_owned(), "GROUP BY 1 ORDER BY cost DESC, 1".to_owned()),
            Self::Session => ("r.session".to_owned(), dearest(filter.most)),
            Self::Person => ("r.user_id".to_owned(), dearest(filter.most)),
        };
        // Cast, since PostgreSQL sums in numbers of another kind.
        let sum = |what: &str| format!("CAST(COALESCE(SUM({what}), 0) AS BIGINT)");
        let title = "(SELECT s.title FROM agent_session s WHERE s.id = r.session)";
        let title =
            if self == Self::Session { format!(", MAX({title}) AS title") } else { String::new() };
        let whose = if filter.user.is_some() { "AND r.user_id = $2" } else { "" };
        format!(
            "SELECT {key} AS key, COUNT(*) AS requests, {} AS input, {} AS output, {} AS cost{title} \
             FROM model_request r WHERE r.at >= $1 {whose} {rest}",
            sum("r.input_tokens + r.cache_written_tokens + r.cache_read_tokens"),
            sum("r.output_tokens"),
            sum("r.cost"),
        )
    }
}

impl Store {
    /// Stores requests, all or none.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if a text holds NUL or the database fails.
    pub async fn insert_model_requests(&self, new: &[ModelRequest]) -> Result<(), StoreError> {
        for it in new {
            refuse_nul("model", &it.model)?;
        }
        if new.is_empty() {
            return Ok(());
        }
        let transaction = self.begin().await?;
        for rows in new.chunks(ROWS) {
            let rows = rows.iter().map(|it| row(it).into_active_model());
            Entity::insert_many(rows).exec_without_returning(&transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Forgets requests that had ended before. Returns how many there were.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn forget_model_requests(&self, before: Timestamp) -> Result<u64, StoreError> {
        let old = Entity::delete_many().filter(Column::At.lt(before.as_millis()));
        Ok(old.exec(&self.writer).await?.rows_affected)
    }
}

impl Reader {
    /// What a user's requests have cost, in millionths of a dollar.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn model_cost(&self, user: UserId, since: Timestamp) -> Result<u64, StoreError> {
        let filter = UsageFilter { since, user: Some(user), most: 0 };
        let rows = self.summed(By::Nothing, &filter).await?;
        Ok(rows.first().map(sum).transpose()?.unwrap_or_default().cost)
    }

    /// What requests add up to. Sums are read one after another, and what ends meanwhile is in the later ones only.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn model_usage(&self, filter: &UsageFilter) -> Result<ModelUsage, StoreError> {
        let mut usage = ModelUsage::default();
        for row in self.summed(By::Nothing, filter).await? {
            usage.total = sum(&row)?;
        }
        for row in self.summed(By::Day, filter).await? {
            let day = Timestamp::from_millis(get::<i64>(&row, "key")?.saturating_mul(DAY_MILLIS));
            usage.days.push((day, sum(&row)?));
        }
        for row in self.summed(By::Model, filter).await? {
            usage.models.push((get(&row, "key")?, sum(&row)?));
        }
        for row in self.summed(By::Session, filter).await? {
            let session = parse("model_request.session", &get::<String>(&row, "key")?)?;
            usage.sessions.push((session, get(&row, "title")?, sum(&row)?));
        }
        for row in self.summed(By::Person, filter).await? {
            let person = parse("model_request.user_id", &get::<String>(&row, "key")?)?;
            usage.people.push((person, sum(&row)?));
        }
        Ok(usage)
    }

    async fn summed(&self, by: By, filter: &UsageFilter) -> Result<Vec<QueryResult>, StoreError> {
        let mut values: Vec<Value> = vec![filter.since.as_millis().into()];
        values.extend(filter.user.map(|it| it.to_string().into()));
        all(&self.db, &by.sql(filter), values).await
    }
}

fn dearest(most: u64) -> String {
    format!("GROUP BY 1 ORDER BY cost DESC, 1 LIMIT {}", to_column(most))
}

fn sum(row: &QueryResult) -> Result<UsageSum, StoreError> {
    let count = |column| Ok::<_, StoreError>(from_column(get(row, column)?));
    Ok(UsageSum {
        requests: count("requests")?,
        input_tokens: count("input")?,
        output_tokens: count("output")?,
        cost: count("cost")?,
    })
}

fn row(it: &ModelRequest) -> Model {
    Model {
        id: it.id.to_string(),
        session: it.session.to_string(),
        user_id: it.user.to_string(),
        model: it.model.clone(),
        at: it.at.as_millis(),
        duration_ms: i64::try_from(it.duration.as_millis()).unwrap_or(i64::MAX),
        input_tokens: to_column(it.input_tokens),
        cache_written_tokens: to_column(it.cache_written_tokens),
        cache_read_tokens: to_column(it.cache_read_tokens),
        output_tokens: to_column(it.output_tokens),
        cost: to_column(it.cost),
        status: it.status.map(i64::from),
        trouble: it.trouble.clone(),
    }
}
