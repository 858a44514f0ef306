//! What SQLite and PostgreSQL say differently, and running statements that say the same.

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseTransaction, QueryResult, Statement, Value,
};

use crate::{Store, StoreError};

/// Which of the two databases a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// The type of a column of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Number,
    Truth,
}

impl Dialect {
    pub(crate) fn of(db: &impl ConnectionTrait) -> Self {
        match db.get_database_backend() == DatabaseBackend::Postgres {
            true => Self::Postgres,
            false => Self::Sqlite,
        }
    }

    pub(crate) fn is_postgres(self) -> bool {
        self == Self::Postgres
    }

    /// Milliseconds since 1970 by the database's clock.
    pub(super) const fn now(self) -> &'static str {
        match self {
            Self::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
        }
    }

    /// At the end of a query whose rows nobody else may change until the transaction ends. SQLite has
    /// one writer at a time, whose transaction has begun as one.
    pub(crate) const fn locked(self) -> &'static str {
        match self {
            Self::Postgres => " FOR UPDATE",
            Self::Sqlite => "",
        }
    }

    /// As [`Dialect::locked`], without those rows that somebody else has locked.
    pub(super) const fn locked_if_free(self) -> &'static str {
        match self {
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
            Self::Sqlite => "",
        }
    }

    /// As [`Dialect::locked`], against changes only.
    pub(super) const fn kept(self) -> &'static str {
        match self {
            Self::Postgres => " FOR SHARE",
            Self::Sqlite => "",
        }
    }

    /// A table `v` out of parameter number `parameter`, which is a JSON array of objects: one statement
    /// for lists of every length.
    pub(crate) fn list(self, parameter: usize, columns: &[(&str, Kind)]) -> String {
        let columns = columns.iter();
        if self.is_postgres() {
            let kind = |kind: &Kind| match kind {
                Kind::Text => "text",
                Kind::Number => "bigint",
                Kind::Truth => "boolean",
            };
            let columns: Vec<_> =
                columns.map(|(name, it)| format!("{name} {}", kind(it))).collect();
            let columns = columns.join(", ");
            return format!("json_to_recordset(CAST(${parameter} AS json)) AS v({columns})");
        }
        let columns: Vec<_> =
            columns.map(|(name, _)| format!("value->>'{name}' AS {name}")).collect();
        format!("(SELECT {} FROM json_each(${parameter})) AS v", columns.join(", "))
    }

    fn statement(self, sql: &str, values: Vec<Value>) -> Statement {
        let backend = match self {
            Self::Sqlite => DatabaseBackend::Sqlite,
            Self::Postgres => DatabaseBackend::Postgres,
        };
        Statement::from_sql_and_values(backend, sql, values)
    }
}

/// Runs statements on a connection or in a transaction.
pub(crate) async fn all(
    db: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, StoreError> {
    Ok(db.query_all_raw(Dialect::of(db).statement(sql, values)).await?)
}

pub(crate) async fn one(
    db: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<Option<QueryResult>, StoreError> {
    Ok(db.query_one_raw(Dialect::of(db).statement(sql, values)).await?)
}

/// Returns how many rows were affected.
pub(crate) async fn run(
    db: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<u64, StoreError> {
    Ok(db.execute_raw(Dialect::of(db).statement(sql, values)).await?.rows_affected())
}

/// Changes of one transaction that neither read nor write what another one of them writes. The database is
/// told all of them at once: a journey there and back costs more than most of them.
#[derive(Debug, Default)]
pub(crate) struct Writes(Vec<(String, Vec<Value>)>);

impl Writes {
    pub(crate) fn add(&mut self, sql: impl Into<String>, values: Vec<Value>) {
        self.0.push((sql.into(), values));
    }

    pub(crate) async fn run(self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let (mut parts, mut all) = (Vec::new(), Vec::new());
        for (sql, values) in self.0 {
            parts.push(renumber(&sql, all.len()));
            all.extend(values);
        }
        let sql = match (Dialect::of(transaction), parts.len()) {
            (_, 0) => return Ok(()),
            (Dialect::Sqlite, _) | (Dialect::Postgres, 1) => parts.join("; "),
            (Dialect::Postgres, _) => {
                let parts = parts.iter().enumerate().map(|(n, it)| format!("w{n} AS ({it})"));
                format!("WITH {} SELECT 1", parts.collect::<Vec<_>>().join(", "))
            }
        };
        run(transaction, &sql, all).await?;
        Ok(())
    }
}

/// The same statement with parameters that begin after so many others.
fn renumber(sql: &str, others: usize) -> String {
    let mut parts = sql.split('$');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let number: usize = number.parse().expect("a dollar sign stands before a number only");
        format!("${}{rest}", number + others)
    });
    std::iter::once(first).chain(rest).collect()
}

/// The list that [`Dialect::list`] reads.
pub(crate) fn json(rows: Vec<serde_json::Value>) -> Value {
    serde_json::Value::Array(rows).to_string().into()
}

/// A list of texts under one name.
pub(crate) fn texts(name: &str, texts: impl IntoIterator<Item = impl Into<String>>) -> Value {
    let row = |text: String| {
        let mut row = serde_json::Map::new();
        row.insert(name.to_owned(), text.into());
        serde_json::Value::Object(row)
    };
    json(texts.into_iter().map(|it| row(it.into())).collect())
}

impl Store {
    /// Waits until what was committed before has reached PostgreSQL's disk. On SQLite there is nothing to
    /// wait for: what it has committed survives this program, and the machine's crash is not promised.
    pub(super) async fn flush(&self) -> Result<(), StoreError> {
        if Dialect::of(&self.queue).is_postgres() {
            // The least that is written, in a transaction of its own, and with it all before.
            one(&self.queue, "SELECT pg_logical_emit_message(true, 'runbook', '')", Vec::new())
                .await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_joined_statements_come_after_those_of_others() {
        assert_eq!(renumber("a = $1 AND b = $12 OR $2", 3), "a = $4 AND b = $15 OR $5");
        assert_eq!(renumber("nothing", 3), "nothing");
    }
}
