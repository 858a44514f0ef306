//! The index that searches look in: for each runbook the words of its latest revision.
//!
//! An entry names the revision that it is of, so that one that is behind shows, whoever saved and whatever
//! happened then. Refused: what a word is, which is in `model::search`, and comparing texts: the index says
//! which runbooks hold all words, nothing about their order.

mod index;

pub(crate) use self::index::insert_labels;

use model::{
    id::{FolderId, RunbookId, UserId},
    runbook::Runbook,
    search::Term,
    time::Timestamp,
};
use sea_orm::{QueryResult, Value};

use crate::{
    Cursor, Reader, StoreError,
    entity::{parse, to_column},
    jobs::{
        dialect::{Dialect, Kind, all, texts},
        row::get,
    },
};

/// What the index holds of one runbook.
#[derive(Clone, Debug)]
pub struct Entry<'t> {
    pub runbook: RunbookId,
    pub owner: UserId,
    /// The revision that it is of.
    pub revision: i64,
    pub title: &'t str,
    /// Headings, names of blocks and of files: what counts more than other words.
    pub names: &'t str,
    /// All of the document as it is written.
    pub text: &'t str,
    /// What the document says of itself, in lower case.
    pub tags: Vec<String>,
    /// Languages of its blocks, in lower case.
    pub languages: Vec<String>,
}

/// What runbooks must hold or be to be found.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Each of them.
    pub terms: Vec<Term>,
    /// Each of them.
    pub tags: Vec<String>,
    /// One of each group: a language has several names.
    pub languages: Vec<Vec<String>>,
    /// One of each group.
    pub folders: Vec<Vec<FolderId>>,
}

/// A runbook that may be what somebody looks for.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub runbook: Runbook,
    /// Where a list goes on behind it.
    pub after: Cursor,
}

impl Reader {
    /// Runbooks of `owner` that hold and are what is wanted, the most fitting first; without terms the one
    /// changed last.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn candidates(
        &self,
        owner: UserId,
        wanted: &Wanted,
        after: Option<&Cursor>,
        limit: u64,
    ) -> Result<Vec<Candidate>, StoreError> {
        let skipped = after.map_or(0, |it| it.key.max(0));
        let query = Query::new(owner, wanted, Dialect::of(&self.db)).page(limit, skipped);
        let rows = all(&self.db, &query.sql, query.values).await?;
        let candidate = |(place, row): (i64, &QueryResult)| {
            let after = Cursor { key: place, id: String::new() };
            Ok(Candidate { runbook: runbook(row)?, after })
        };
        (skipped + 1..).zip(&rows).map(candidate).collect()
    }

    /// Runbooks whose entries are behind: those of a user, or of everybody.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn unindexed(
        &self,
        owner: Option<UserId>,
        limit: u64,
    ) -> Result<Vec<RunbookId>, StoreError> {
        let mut values: Vec<Value> = vec![to_column(limit).into()];
        let of_owner = match owner {
            Some(owner) => {
                values.push(owner.to_string().into());
                "AND r.owner = $2"
            }
            None => "",
        };
        let sql = format!(
            "SELECT r.id FROM runbook r LEFT JOIN search_entry e ON e.runbook = r.id \
             WHERE r.deleted_at IS NULL AND (e.revision IS NULL OR e.revision < r.revision) {of_owner} \
             LIMIT $1"
        );
        let rows = all(&self.db, &sql, values).await?;
        rows.iter().map(|it| parse("runbook.id", &get::<String>(it, "id")?)).collect()
    }
}

/// A list of candidates, put together.
struct Query {
    sql: String,
    order: &'static str,
    values: Vec<Value>,
}

impl Query {
    fn new(owner: UserId, wanted: &Wanted, dialect: Dialect) -> Self {
        let mut values: Vec<Value> = vec![owner.to_string().into()];
        let mut tables = "runbook r";
        let mut conditions = vec!["r.owner = $1 AND r.deleted_at IS NULL".to_owned()];
        let mut order = "r.updated_at DESC, r.id DESC";
        if !wanted.terms.is_empty() {
            if dialect.is_postgres() {
                tables = "runbook r JOIN search_entry e ON e.runbook = r.id";
                values.push(index::postgres_query(owner, &wanted.terms).into());
                conditions.push("e.words @@ CAST($2 AS tsquery)".to_owned());
                values.push(index::postgres_rank(&wanted.terms).into());
                order = "ts_rank(e.words, CAST($3 AS tsquery)) DESC, r.updated_at DESC, r.id DESC";
            } else {
                values.push(index::sqlite_query(owner, &wanted.terms).into());
                // In this order: the other way round SQLite would ask the index again for each runbook.
                tables = "search_words CROSS JOIN search_entry e ON e.entry = search_words.rowid \
                          CROSS JOIN runbook r ON r.id = e.runbook";
                conditions.push("search_words MATCH $2".to_owned());
                order = index::SQLITE_ORDER;
            }
        }
        let mut list = |name: &str, items: Vec<String>| {
            values.push(texts(name, items));
            format!("(SELECT v.{name} FROM {})", dialect.list(values.len(), &[(name, Kind::Text)]))
        };
        let labelled = |kind: &str, list: String| {
            format!(
                "EXISTS (SELECT 1 FROM label l WHERE l.runbook = r.id AND l.kind = '{kind}' \
                 AND l.user_id IN ('', $1) AND l.value IN {list})"
            )
        };
        for tag in &wanted.tags {
            conditions.push(labelled("tag", list("value", vec![tag.clone()])));
        }
        for names in &wanted.languages {
            conditions.push(labelled("lang", list("value", names.clone())));
        }
        for folders in &wanted.folders {
            let folders = list("folder", folders.iter().map(ToString::to_string).collect());
            conditions.push(format!(
                "EXISTS (SELECT 1 FROM shelf s WHERE s.runbook = r.id AND s.user_id = $1 \
                 AND s.folder IN {folders})"
            ));
        }
        let sql = format!("SELECT r.* FROM {tables} WHERE {}", conditions.join(" AND "));
        Self { sql, order, values }
    }

    fn page(mut self, limit: u64, skipped: i64) -> Self {
        self.values.extend([Value::from(to_column(limit)), Value::from(skipped)]);
        let last = self.values.len();
        self.sql =
            format!("{} ORDER BY {} LIMIT ${} OFFSET ${last}", self.sql, self.order, last - 1);
        self
    }
}

/// A row of the table `runbook`.
pub(crate) fn runbook(row: &QueryResult) -> Result<Runbook, StoreError> {
    Ok(Runbook {
        id: parse("runbook.id", &get::<String>(row, "id")?)?,
        owner: parse("runbook.owner", &get::<String>(row, "owner")?)?,
        title: get(row, "title")?,
        revision: get(row, "revision")?,
        created_at: Timestamp::from_millis(get(row, "created_at")?),
        updated_at: Timestamp::from_millis(get(row, "updated_at")?),
    })
}
