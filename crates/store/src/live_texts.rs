//! Texts that people edit together: a state, the changes since, and the revisions that they become.
//!
//! ```text
//! change ─▶ append (seq + 1) ─▶ … ─▶ save_edited: runbook, revision, state; changes up to seq go
//! ```
//!
//! What states and changes mean is the business of `engine`. Several programs may append to one text: a
//! number is given once, and whoever comes second learns it.

use std::time::Duration;

use model::{
    id::{RunbookId, UserId},
    runbook::{LineCounts, Origin, Revision},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, OnConflict},
};

use crate::{
    Reader, SaveError, Store, StoreError,
    entity::{
        execution,
        live_change::{self, Entity as Change},
        live_text::{self, Entity as Text},
        parse, revision, to_column,
    },
    failure::{refuse_nul, taken},
    runbooks::{NewRevision, next_number},
};

/// How long the saves of one author become one revision.
const ONE_REVISION: Duration = Duration::from_secs(10 * 60);

/// What is known of a text, without the changes since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveText {
    pub generation: i64,
    pub state: Vec<u8>,
    /// The last change that the state has.
    pub seq: i64,
    /// The revision whose text the state has.
    pub revision: i64,
}

/// A change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveChange {
    pub seq: i64,
    pub author: UserId,
    pub body: Vec<u8>,
}

/// What people edited since the last save.
#[derive(Clone, Debug)]
pub struct EditedText {
    /// The revision that they edited.
    pub revision: i64,
    /// The text that was stored, by its last change.
    pub from_seq: i64,
    /// The text as it is now.
    pub state: Vec<u8>,
    pub seq: i64,
    pub content: String,
    pub block_ids: String,
    pub author: UserId,
    pub at: Timestamp,
    /// How it differs from the revision that was edited.
    pub lines: Option<LineCounts>,
    /// How it differs from the revision before that one.
    pub lines_since_before: Option<LineCounts>,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum LiveTextError {
    /// Another program changed the text meanwhile.
    #[error("another server changed the text of {runbook} meanwhile")]
    Elsewhere { runbook: RunbookId },
    #[error(transparent)]
    Save(#[from] SaveError),
}

impl From<StoreError> for LiveTextError {
    fn from(error: StoreError) -> Self {
        Self::Save(error.into())
    }
}

impl Store {
    /// Keeps a text that nobody has edited before. Returns whether there was none.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn begin_live_text(
        &self,
        runbook: RunbookId,
        text: LiveText,
    ) -> Result<bool, StoreError> {
        let LiveText { generation, state, seq, revision } = text;
        let row =
            live_text::Model { runbook: runbook.to_string(), generation, state, seq, revision };
        let once = OnConflict::column(live_text::Column::Runbook).do_nothing().to_owned();
        let inserted = Text::insert(row.into_active_model())
            .on_conflict(once)
            .exec_without_returning(&self.writer)
            .await?;
        Ok(inserted > 0)
    }

    /// Puts another state in the place of one and of its changes up to `text.seq`.
    ///
    /// # Errors
    ///
    /// Returns [`LiveTextError`] if the stored state is not that of `from_seq`, or the database fails.
    pub async fn replace_live_text(
        &self,
        runbook: RunbookId,
        from_seq: i64,
        text: LiveText,
    ) -> Result<(), LiveTextError> {
        let transaction = self.begin().await?;
        replace(&transaction, runbook, from_seq, text).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Forgets all that is known of a text but its revisions.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn forget_live_text(&self, runbook: RunbookId) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        let changes =
            Change::delete_many().filter(live_change::Column::Runbook.eq(runbook.to_string()));
        changes.exec(&transaction).await?;
        Text::delete_by_id(runbook.to_string()).exec(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Appends a change. With a `revision`, the text is that of this revision from the change on, but for
    /// what the changes before brought.
    ///
    /// # Errors
    ///
    /// Returns [`LiveTextError`] if its number is taken or the database fails.
    pub async fn append_live_change(
        &self,
        runbook: RunbookId,
        change: LiveChange,
        revision: Option<i64>,
    ) -> Result<(), LiveTextError> {
        let transaction = self.begin().await?;
        let row = live_change::Model {
            runbook: runbook.to_string(),
            seq: change.seq,
            author: change.author.to_string(),
            body: change.body,
        };
        let inserted = Change::insert(row.into_active_model()).exec_without_returning(&transaction);
        match inserted.await {
            Ok(_) => {}
            Err(error) if taken(&error).is_some() => {
                return Err(LiveTextError::Elsewhere { runbook });
            }
            Err(error) => return Err(StoreError::from(error).into()),
        }
        // A state that another program stored meanwhile may have a later change already.
        let known = Text::find_by_id(runbook.to_string())
            .select_only()
            .column(live_text::Column::Seq)
            .into_tuple::<i64>()
            .one(&transaction)
            .await
            .map_err(StoreError::from)?;
        if known.is_none_or(|it| it >= change.seq) {
            return Err(LiveTextError::Elsewhere { runbook });
        }
        if let Some(revision) = revision {
            Text::update_many()
                .col_expr(live_text::Column::Revision, Expr::value(revision))
                .filter(live_text::Column::Runbook.eq(runbook.to_string()))
                .exec(&transaction)
                .await
                .map_err(StoreError::from)?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Makes a text the latest revision. Where the one before is of the same author and of the last minutes,
    /// and nobody has run anything since or called it by a name, this one takes its place.
    ///
    /// # Errors
    ///
    /// Returns [`LiveTextError`] if somebody saved or changed the text meanwhile, there is no such runbook, a
    /// text holds NUL, or the database fails. Nothing is stored then.
    pub async fn save_edited(
        &self,
        runbook: RunbookId,
        edited: EditedText,
        generation: i64,
    ) -> Result<Revision, LiveTextError> {
        refuse_nul("content", &edited.content)?;
        refuse_nul("block_ids", &edited.block_ids)?;
        let transaction = self.begin().await?;
        let expected = edited.revision;
        let number = next_number(&transaction, runbook, Some(expected), None, edited.at).await?;
        let before = replaceable(&transaction, runbook, &edited).await?;
        let EditedText { from_seq, state, seq, .. } = edited;
        let new = NewRevision {
            title: String::new(),
            content: edited.content,
            block_ids: edited.block_ids,
            author: edited.author,
            at: edited.at,
            origin: Origin::Edited,
            lines: if before.is_some() { edited.lines_since_before } else { edited.lines },
        };
        let mut saved = new.numbered(runbook, number);
        if let Some(created_at) = before {
            saved.created_at = created_at;
            let gone = (runbook.to_string(), expected);
            revision::Entity::delete_by_id(gone)
                .exec(&transaction)
                .await
                .map_err(StoreError::from)?;
        }
        let row = revision::Model::from(&saved).into_active_model();
        let inserted = revision::Entity::insert(row).exec_without_returning(&transaction).await;
        inserted.map_err(StoreError::from)?;
        let text = LiveText { generation, state, seq, revision: number };
        replace(&transaction, runbook, from_seq, text).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(saved)
    }
}

impl Reader {
    /// What is known of a text, and the changes since.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn live_text(
        &self,
        runbook: RunbookId,
    ) -> Result<Option<(LiveText, Vec<LiveChange>)>, StoreError> {
        // In this order: a state that is stored in between has the changes that went for it.
        let rows = Change::find()
            .filter(live_change::Column::Runbook.eq(runbook.to_string()))
            .order_by_asc(live_change::Column::Seq)
            .all(&self.db)
            .await?;
        let Some(text) = Text::find_by_id(runbook.to_string()).one(&self.db).await? else {
            return Ok(None);
        };
        let changes: Result<Vec<LiveChange>, StoreError> = rows
            .into_iter()
            .filter(|it| it.seq > text.seq)
            .map(|it| {
                let author = parse("live_change.author", &it.author)?;
                Ok(LiveChange { seq: it.seq, author, body: it.body })
            })
            .collect();
        let live_text::Model { generation, state, seq, revision, .. } = text;
        Ok(Some((LiveText { generation, state, seq, revision }, changes?)))
    }

    /// The runbooks whose texts have changes that are in no revision yet.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn unsaved_live_texts(&self) -> Result<Vec<RunbookId>, StoreError> {
        let query = Change::find().select_only().column(live_change::Column::Runbook).distinct();
        let ids: Vec<String> = query.into_tuple().all(&self.db).await?;
        ids.iter().map(|it| parse("live_change.runbook", it)).collect()
    }
}

async fn replace(
    transaction: &DatabaseTransaction,
    runbook: RunbookId,
    from_seq: i64,
    text: LiveText,
) -> Result<(), LiveTextError> {
    let id = runbook.to_string();
    let replaced = Text::update_many()
        .col_expr(live_text::Column::Generation, Expr::value(text.generation))
        .col_expr(live_text::Column::State, Expr::value(text.state))
        .col_expr(live_text::Column::Seq, Expr::value(text.seq))
        .col_expr(live_text::Column::Revision, Expr::value(text.revision))
        .filter(live_text::Column::Runbook.eq(id.as_str()))
        .filter(live_text::Column::Seq.eq(from_seq))
        .exec(transaction)
        .await
        .map_err(StoreError::from)?;
    if replaced.rows_affected == 0 {
        return Err(LiveTextError::Elsewhere { runbook });
    }
    Change::delete_many()
        .filter(live_change::Column::Runbook.eq(id.as_str()))
        .filter(live_change::Column::Seq.lte(text.seq))
        .exec(transaction)
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

/// When the edited revision was begun, if the next one may take its place.
async fn replaceable(
    transaction: &DatabaseTransaction,
    runbook: RunbookId,
    edited: &EditedText,
) -> Result<Option<Timestamp>, StoreError> {
    let key = (runbook.to_string(), edited.revision);
    let Some(row) = revision::Entity::find_by_id(key).one(transaction).await? else {
        return Ok(None);
    };
    let is_named = row.name.is_some();
    let before = Revision::try_from(row)?;
    let age = edited.at.as_millis().saturating_sub(before.created_at.as_millis());
    let is_old = age >= to_column(ONE_REVISION.as_secs() * 1000);
    let is_another = before.origin != Origin::Edited || before.author != edited.author;
    if is_named || is_old || is_another {
        return Ok(None);
    }
    let run = execution::Entity::find()
        .filter(execution::Column::Runbook.eq(runbook.to_string()))
        .filter(execution::Column::CreatedAt.gte(before.updated_at.as_millis()))
        .select_only()
        .column(execution::Column::Id)
        .into_tuple::<String>()
        .one(transaction)
        .await?;
    Ok(run.is_none().then_some(before.created_at))
}
