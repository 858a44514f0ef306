//! What a user keeps about one runbook: where it lies, whether it has a star, tags, when it was opened.

use model::{
    id::{FolderId, RunbookId, UserId},
    library::Misplaced,
    time::Timestamp,
};
use sea_orm::{QueryResult, Value};

use super::{FolderError, folders::is_theirs};
use crate::{
    Reader, Store, StoreError,
    failure::refuse_nul,
    jobs::{
        dialect::{all, run},
        row::get,
    },
    search::insert_labels,
};

/// What is to be different. What is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ShelfChange {
    /// `Some(None)` is the top.
    pub folder: Option<Option<FolderId>>,
    /// When it got its star; `Some(None)` takes it away.
    pub starred_at: Option<Option<Timestamp>>,
    pub opened_at: Option<Timestamp>,
    /// In the place of those that there were; see `model::library::tags`.
    pub tags: Option<Vec<String>>,
}

/// A tag, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    pub name: String,
    /// Whether the document says so itself.
    pub is_document: bool,
}

impl Store {
    /// # Errors
    ///
    /// Returns [`FolderError`] if the folder is not there, or the database fails.
    pub async fn change_shelf(
        &self,
        user: UserId,
        runbook: RunbookId,
        change: &ShelfChange,
    ) -> Result<(), FolderError> {
        let transaction = self.begin().await?;
        if let Some(Some(folder)) = change.folder
            && !is_theirs(&transaction, user, folder).await?
        {
            return Err(Misplaced::NoParent.into());
        }
        let (user_key, runbook_key) = (user.to_string(), runbook.to_string());
        let sql = "INSERT INTO shelf (user_id, runbook) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        run(&transaction, sql, vec![user_key.as_str().into(), runbook_key.as_str().into()]).await?;
        let set = async |column: &str, value: Value| {
            let sql = format!("UPDATE shelf SET {column} = $1 WHERE user_id = $2 AND runbook = $3");
            let values = vec![value, user_key.as_str().into(), runbook_key.as_str().into()];
            run(&transaction, &sql, values).await
        };
        if let Some(folder) = change.folder {
            set("folder", folder.map(|it| it.to_string()).into()).await?;
        }
        if let Some(starred_at) = change.starred_at {
            set("starred_at", starred_at.map(Timestamp::as_millis).into()).await?;
        }
        if let Some(opened_at) = change.opened_at {
            set("opened_at", opened_at.as_millis().into()).await?;
        }
        if let Some(tags) = &change.tags {
            let sql = "DELETE FROM label WHERE runbook = $1 AND kind = 'tag' AND user_id = $2";
            let values = vec![runbook_key.as_str().into(), user_key.as_str().into()];
            run(&transaction, sql, values).await?;
            for tag in tags {
                refuse_nul("tag", tag)?;
            }
            let label = |it: &String| serde_json::json!({ "kind": "tag", "value": it });
            let labels = tags.iter().map(label).collect();
            insert_labels(&transaction, runbook, &user_key, labels).await?;
        }
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }
}

impl Reader {
    /// The tags that a user sees on any of their runbooks, with how many have each, the most frequent first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn tags(&self, user: UserId, limit: u64) -> Result<Vec<(String, u64)>, StoreError> {
        let sql = "SELECT l.value AS value, COUNT(DISTINCT l.runbook) AS runbooks \
            FROM label l JOIN runbook r ON r.id = l.runbook \
            WHERE r.owner = $1 AND r.deleted_at IS NULL AND l.kind = 'tag' AND l.user_id IN ('', $1) \
            GROUP BY l.value ORDER BY 2 DESC, 1 LIMIT $2";
        let values = vec![user.to_string().into(), crate::entity::to_column(limit).into()];
        let counted = |it: &QueryResult| {
            Ok((get(it, "value")?, crate::entity::from_column(get(it, "runbooks")?)))
        };
        all(&self.db, sql, values).await?.iter().map(counted).collect()
    }
}
