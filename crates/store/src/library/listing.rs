//! Lists of runbooks as their user keeps them.

use std::collections::HashMap;

use model::{
    execution::{OutcomeKind, State},
    id::{ExecutionId, FolderId, RunbookId, UserId},
    runbook::Runbook,
    time::Timestamp,
};
use sea_orm::{QueryResult, Value};

use super::Tag;
use crate::{
    Cursor, Page, Reader, StoreError,
    entity::{
        execution::{read_outcome, read_state},
        parse, to_column,
    },
    jobs::{
        dialect::{Dialect, Kind, all, texts},
        row::get,
    },
    search::runbook,
};

/// Where a runbook lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Located {
    /// In no folder.
    Top,
    /// Directly in one.
    In(FolderId),
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The one changed last first.
    #[default]
    Updated,
    /// The one made last first.
    Created,
    /// By title, upper and lower case alike.
    Title,
    /// Only those that the user opened or ran, the last one first.
    Recent,
}

/// Which runbooks a list is about.
#[derive(Clone, Debug, Default)]
pub struct LibraryFilter {
    pub located: Option<Located>,
    /// In lower case.
    pub tag: Option<String>,
    pub is_starred: bool,
    pub sort: Sort,
}

/// A runbook, and what its user keeps about it.
#[derive(Clone, Debug)]
pub struct Shelved {
    pub runbook: Runbook,
    pub folder: Option<FolderId>,
    pub is_starred: bool,
    pub opened_at: Option<Timestamp>,
    pub tags: Vec<Tag>,
    /// The user's last execution of any of its blocks.
    pub last: Option<LastExecution>,
}

/// How the last execution of a runbook went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastExecution {
    pub id: ExecutionId,
    pub state: State,
    pub created_at: Timestamp,
}

impl LastExecution {
    /// `None` while it runs or waits.
    #[must_use]
    pub const fn outcome(&self) -> Option<OutcomeKind> {
        match self.state {
            State::Finished(outcome) => Some(outcome.kind()),
            State::Queued | State::Running | State::Stopping => None,
        }
    }
}

impl Sort {
    /// The expression that a list goes by, and its direction. `u` is the row of the user's shelf.
    const fn key(self) -> (&'static str, &'static str) {
        match self {
            Self::Updated => ("r.updated_at", "DESC"),
            Self::Created => ("r.created_at", "DESC"),
            Self::Title => ("LOWER(r.title)", "ASC"),
            Self::Recent => (RECENT, "DESC"),
        }
    }
}

/// When the user opened it or ran a block of it. Both databases take the greatest of a list of rows.
const RECENT: &str = "(SELECT MAX(t.at) FROM (SELECT u.opened_at AS at UNION ALL \
    SELECT MAX(i.created_at) FROM execution i WHERE i.user_id = $1 AND i.runbook = r.id) t)";

impl Reader {
    /// Runbooks of a user, as they keep them.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn library(
        &self,
        user: UserId,
        filter: &LibraryFilter,
        after: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<Shelved>, StoreError> {
        let mut values: Vec<Value> = vec![user.to_string().into()];
        let sql = page(filter, after, limit, &mut values);
        let rows = all(&self.db, &sql, values).await?;
        let items = rows.iter().map(shelved).collect::<Result<Vec<_>, _>>()?;
        // Keys are read from the row that the cursor names: a title would not fit into a cursor.
        let cursor = |it: &Shelved| Cursor { key: 0, id: it.runbook.id.to_string() };
        let mut page = Page::new(items, limit, cursor);
        self.put_tags_on(user, &mut page.items).await?;
        Ok(page)
    }

    /// One runbook of a user, as they keep it.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn shelved(
        &self,
        user: UserId,
        id: RunbookId,
    ) -> Result<Option<Shelved>, StoreError> {
        let sql = format!("{} AND r.id = $2", select("r.deleted_at IS NULL"));
        let rows =
            all(&self.db, &sql, vec![user.to_string().into(), id.to_string().into()]).await?;
        let mut items = rows.iter().map(shelved).collect::<Result<Vec<_>, _>>()?;
        self.put_tags_on(user, &mut items).await?;
        Ok(items.pop())
    }

    async fn put_tags_on(&self, user: UserId, items: &mut [Shelved]) -> Result<(), StoreError> {
        let list = Dialect::of(&self.db).list(2, &[("runbook", Kind::Text)]);
        let sql = format!(
            "SELECT l.runbook, l.value, MIN(l.user_id) AS user_id FROM label l WHERE l.kind = 'tag' \
             AND l.user_id IN ('', $1) AND l.runbook IN (SELECT v.runbook FROM {list}) \
             GROUP BY l.runbook, l.value ORDER BY l.runbook, l.value"
        );
        let ids = texts("runbook", items.iter().map(|it| it.runbook.id.to_string()));
        let mut tags: HashMap<String, Vec<Tag>> = HashMap::new();
        for row in all(&self.db, &sql, vec![user.to_string().into(), ids]).await? {
            let tag = Tag {
                name: get(&row, "value")?,
                is_document: get::<String>(&row, "user_id")?.is_empty(),
            };
            tags.entry(get(&row, "runbook")?).or_default().push(tag);
        }
        for item in items {
            item.tags = tags.remove(&item.runbook.id.to_string()).unwrap_or_default();
        }
        Ok(())
    }
}

/// Runbooks of user `$1` with their shelf and their last execution.
fn select(condition: &str) -> String {
    format!(
        "SELECT r.*, u.folder, u.starred_at, u.opened_at, \
         x.id AS last_id, x.state, x.outcome, x.exit_code, x.signal, x.outcome_limit, \
         x.created_at AS last_at \
         FROM runbook r LEFT JOIN shelf u ON u.runbook = r.id AND u.user_id = $1 \
         LEFT JOIN execution x ON x.id = (SELECT i.id FROM execution i \
             WHERE i.user_id = $1 AND i.runbook = r.id ORDER BY i.created_at DESC, i.id DESC LIMIT 1) \
         WHERE r.owner = $1 AND {condition}"
    )
}

fn page(
    filter: &LibraryFilter,
    after: Option<&Cursor>,
    limit: u64,
    values: &mut Vec<Value>,
) -> String {
    let mut conditions = vec!["r.deleted_at IS NULL".to_owned()];
    let mut add = |value: Value| {
        values.push(value);
        values.len()
    };
    match filter.located {
        Some(Located::Top) => conditions.push("u.folder IS NULL".to_owned()),
        Some(Located::In(folder)) => {
            conditions.push(format!("u.folder = ${}", add(folder.to_string().into())));
        }
        None => {}
    }
    if let Some(tag) = &filter.tag {
        conditions.push(format!(
            "EXISTS (SELECT 1 FROM label l WHERE l.runbook = r.id AND l.kind = 'tag' \
             AND l.user_id IN ('', $1) AND l.value = ${})",
            add(tag.replace('\0', "").into())
        ));
    }
    if filter.is_starred {
        conditions.push("u.starred_at IS NOT NULL".to_owned());
    }
    let (key, direction) = filter.sort.key();
    if filter.sort == Sort::Recent {
        conditions.push(format!("{key} IS NOT NULL"));
    }
    if let Some(after) = after {
        let beyond = if direction == "ASC" { ">" } else { "<" };
        let id = add(after.id.as_str().into());
        // The same expression over the row that the cursor names.
        let keys = format!(
            "(SELECT {key} FROM runbook r LEFT JOIN shelf u ON u.runbook = r.id AND u.user_id = $1 \
             WHERE r.id = ${id} AND r.owner = $1)"
        );
        conditions
            .push(format!("({key} {beyond} {keys} OR ({key} = {keys} AND r.id {beyond} ${id}))"));
    }
    let limit = add(to_column(limit.saturating_add(1)).into());
    format!(
        "{} ORDER BY {key} {direction}, r.id {direction} LIMIT ${limit}",
        select(&conditions.join(" AND "))
    )
}

fn shelved(row: &QueryResult) -> Result<Shelved, StoreError> {
    let folder: Option<String> = get(row, "folder")?;
    let time = |column| -> Result<Option<Timestamp>, StoreError> {
        Ok(get::<Option<i64>>(row, column)?.map(Timestamp::from_millis))
    };
    let last = match get::<Option<String>>(row, "last_id")? {
        None => None,
        Some(id) => Some(LastExecution {
            id: parse("execution.id", &id)?,
            state: state(row)?,
            created_at: Timestamp::from_millis(get(row, "last_at")?),
        }),
    };
    Ok(Shelved {
        runbook: runbook(row)?,
        folder: folder.map(|it| parse("shelf.folder", &it)).transpose()?,
        is_starred: get::<Option<i64>>(row, "starred_at")?.is_some(),
        opened_at: time("opened_at")?,
        tags: Vec::new(),
        last,
    })
}

/// The state of an execution in a row that has its columns.
fn state(row: &QueryResult) -> Result<State, StoreError> {
    let details = (get(row, "exit_code")?, get(row, "signal")?, get(row, "outcome_limit")?);
    let outcome: Option<String> = get(row, "outcome")?;
    read_state(&get::<String>(row, "state")?, || {
        read_outcome("execution.outcome", outcome.as_deref().unwrap_or_default(), details)
    })
}
