//! Artifacts, and which contents they name. The contents themselves lie in an object store.

use std::collections::HashSet;

use model::{
    artifact::{Artifact, Digest},
    id::{ArtifactId, JobId, TokenId, UserId},
    job::Held,
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, LockType, OnConflict, Query},
};

use crate::{
    Cursor, Page, Reader, Store, StoreError,
    entity::{artifact, blob, from_column, to_column, unreadable, user_account},
    failure::refuse_nul,
    jobs::is_running,
};

/// A content, and where the object store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    pub digest: Digest,
    pub place: String,
    /// In bytes.
    pub size: u64,
    /// Of each piece of the content.
    pub pieces: Vec<Digest>,
    /// When it was last stored, or found to be there already.
    pub stored_at: Timestamp,
}

/// How many bytes of artifacts there may be; `None` is as many as there is room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArtifactLimits {
    pub of_user: Option<u64>,
    pub of_token: Option<u64>,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum InsertArtifactError {
    #[error("{used} bytes of artifacts are kept, and with {size} more they would exceed {limit}")]
    TooMuch { used: u64, size: u64, limit: u64 },
    #[error("{job} is another worker's by now, or has ended")]
    Stale { job: JobId },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Stores an artifact and its content, unless its owner or token would then have more than they may.
    /// Returns the content that counts: another one of the same digest may have been there before.
    ///
    /// With `by` it is what a job left, and takes the place of what an earlier attempt left by that name.
    ///
    /// # Errors
    ///
    /// Returns [`InsertArtifactError`] if it would be too much, the claim `by` does not count any more, a text
    /// holds NUL, or the database fails.
    pub async fn insert_artifact(
        &self,
        artifact: &Artifact,
        content: &Blob,
        limits: ArtifactLimits,
        by: Option<Held>,
    ) -> Result<Blob, InsertArtifactError> {
        refuse_nul("artifact.name", &artifact.name)?;
        refuse_nul("artifact.media_type", &artifact.media_type)?;
        let transaction = self.begin().await?;
        if let Some(held) = by {
            if !is_running(&transaction, held).await? {
                return Err(InsertArtifactError::Stale { job: held.job });
            }
            let earlier = artifact::Entity::delete_many()
                .filter(artifact::Column::Job.eq(held.job.to_string()))
                .filter(artifact::Column::Name.eq(artifact.name.as_str()));
            earlier.exec(&transaction).await.map_err(StoreError::from)?;
        }
        let inserted = insert(&transaction, artifact, content, limits).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(inserted)
    }

    /// The content with this digest, if there is one; it then counts as stored just now, and will not be
    /// taken for an unused one.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn touch_blob(
        &self,
        digest: Digest,
        now: Timestamp,
    ) -> Result<Option<Blob>, StoreError> {
        let touched = blob::Entity::update_many()
            .col_expr(blob::Column::StoredAt, Expr::value(now.as_millis()))
            .filter(blob::Column::Digest.eq(digest.hex()))
            .exec(&self.writer)
            .await?;
        if touched.rows_affected == 0 {
            return Ok(None);
        }
        let row = blob::Entity::find_by_id(digest.hex()).one(&self.writer).await?;
        row.map(Blob::try_from).transpose()
    }

    /// Forgets an artifact. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn delete_artifact(&self, id: ArtifactId) -> Result<bool, StoreError> {
        let deleted = artifact::Entity::delete_by_id(id.to_string()).exec(&self.writer).await?;
        Ok(deleted.rows_affected > 0)
    }

    /// Forgets up to `limit` artifacts that have expired, and returns them.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn expire_artifacts(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<Artifact>, StoreError> {
        let expired = artifact::Entity::find()
            .filter(artifact::Column::ExpiresAt.lte(now.as_millis()))
            .limit(limit)
            .all(&self.writer)
            .await?;
        let ids = expired.iter().map(|it| it.id.clone());
        let gone = artifact::Entity::delete_many().filter(artifact::Column::Id.is_in(ids));
        gone.exec(&self.writer).await?;
        expired.into_iter().map(Artifact::try_from).collect()
    }

    /// Forgets up to `limit` contents that no artifact names and that were stored before `before`. Their
    /// objects can then be deleted: who stores the same content again makes an object of its own.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn take_unused_blobs(
        &self,
        before: Timestamp,
        limit: u64,
    ) -> Result<Vec<Blob>, StoreError> {
        let transaction = self.begin().await?;
        let named = Query::select()
            .expr(Expr::val(1))
            .from(artifact::Entity)
            .and_where(
                Expr::col((artifact::Entity, artifact::Column::Digest))
                    .equals((blob::Entity, blob::Column::Digest)),
            )
            .to_owned();
        let unused = Condition::all()
            .add(blob::Column::StoredAt.lt(before.as_millis()))
            .add(Expr::exists(named).not());
        // Locked, so that nobody names one of them between this and the next statement.
        let rows = blob::Entity::find()
            .filter(unused)
            .order_by_asc(blob::Column::StoredAt)
            .limit(limit)
            .lock(LockType::Update)
            .all(&transaction)
            .await?;
        let digests = rows.iter().map(|it| it.digest.clone());
        let gone = blob::Entity::delete_many().filter(blob::Column::Digest.is_in(digests));
        gone.exec(&transaction).await?;
        transaction.commit().await?;
        rows.into_iter().map(Blob::try_from).collect()
    }
}

async fn insert(
    transaction: &impl ConnectionTrait,
    artifact: &Artifact,
    content: &Blob,
    limits: ArtifactLimits,
) -> Result<Blob, InsertArtifactError> {
    let failed = StoreError::from;
    // Locked, so that two uploads at once do not both find room for one.
    let owner = user_account::Entity::find_by_id(artifact.owner.to_string());
    owner.lock(LockType::Update).one(transaction).await.map_err(failed)?;
    let token = artifact.token.map(|it| artifact::Column::Token.eq(it.to_string()));
    let bounds = [
        (limits.of_user, Some(artifact::Column::Owner.eq(artifact.owner.to_string()))),
        (limits.of_token, token),
    ];
    for (limit, whose) in bounds {
        let (Some(limit), Some(whose)) = (limit, whose) else { continue };
        let used = bytes_of(transaction, whose).await?;
        if used.saturating_add(artifact.size) > limit {
            return Err(InsertArtifactError::TooMuch { used, size: artifact.size, limit });
        }
    }
    // Writes the size over itself, which locks a row that is there against those who take unused ones.
    let keep =
        OnConflict::column(blob::Column::Digest).update_column(blob::Column::Size).to_owned();
    let row = blob::Model::from(content).into_active_model();
    let kept = blob::Entity::insert(row).on_conflict(keep).exec_without_returning(transaction);
    kept.await.map_err(failed)?;
    let row = artifact::Model::new(artifact).into_active_model();
    artifact::Entity::insert(row).exec_without_returning(transaction).await.map_err(failed)?;
    let counts = blob::Entity::find_by_id(content.digest.hex()).one(transaction).await;
    let counts = counts.map_err(failed)?.map(Blob::try_from).transpose()?;
    Ok(counts.unwrap_or_else(|| content.clone()))
}

async fn bytes_of(db: &impl ConnectionTrait, whose: Expr) -> Result<u64, StoreError> {
    let sum = Expr::col(artifact::Column::Size).sum().cast_as("BIGINT");
    let query = artifact::Entity::find().select_only().column_as(sum, "bytes").filter(whose);
    let bytes: Option<Option<i64>> = query.into_tuple().one(db).await?;
    Ok(from_column(bytes.flatten().unwrap_or(0)))
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn artifact(&self, id: ArtifactId) -> Result<Option<Artifact>, StoreError> {
        let row = artifact::Entity::find_by_id(id.to_string()).one(&self.db).await?;
        row.map(Artifact::try_from).transpose()
    }

    /// The artifacts of a user, the latest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn artifacts(
        &self,
        owner: UserId,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<Artifact>, StoreError> {
        use artifact::Column;
        let wanted = Condition::all()
            .add(Column::Owner.eq(owner.to_string()))
            .add_option(cursor.map(|it| it.beyond(Column::CreatedAt, Column::Id)));
        let query = artifact::Entity::find().filter(wanted);
        let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id);
        let rows = query.limit(limit.saturating_add(1)).all(&self.db).await?;
        let found = rows.into_iter().map(Artifact::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::new(found, limit, |it| Cursor {
            key: it.created_at.as_millis(),
            id: it.id.to_string(),
        }))
    }

    /// What a job left, by name.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn artifacts_of_job(&self, job: JobId) -> Result<Vec<Artifact>, StoreError> {
        let query = artifact::Entity::find().filter(artifact::Column::Job.eq(job.to_string()));
        let rows = query.order_by_asc(artifact::Column::Name).all(&self.db).await?;
        rows.into_iter().map(Artifact::try_from).collect()
    }

    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn blob(&self, digest: Digest) -> Result<Option<Blob>, StoreError> {
        let row = blob::Entity::find_by_id(digest.hex()).one(&self.db).await?;
        row.map(Blob::try_from).transpose()
    }

    /// Where the contents with these digests lie.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn places_of(
        &self,
        digests: impl IntoIterator<Item = Digest>,
    ) -> Result<HashSet<String>, StoreError> {
        let digests = digests.into_iter().map(|it| it.hex());
        let query = blob::Entity::find().select_only().column(blob::Column::Place);
        let query = query.filter(blob::Column::Digest.is_in(digests));
        let places: Vec<String> = query.into_tuple().all(&self.db).await?;
        Ok(places.into_iter().collect())
    }

    /// Bytes of all artifacts of a user or of a token; those of the same content count each.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn artifact_bytes(
        &self,
        owner: UserId,
        token: Option<TokenId>,
    ) -> Result<u64, StoreError> {
        let whose = match token {
            Some(token) => artifact::Column::Token.eq(token.to_string()),
            None => artifact::Column::Owner.eq(owner.to_string()),
        };
        bytes_of(&self.db, whose).await
    }
}

impl From<&Blob> for blob::Model {
    fn from(it: &Blob) -> Self {
        Self {
            digest: it.digest.hex(),
            place: it.place.clone(),
            size: to_column(it.size),
            pieces: it.pieces.iter().map(Digest::hex).collect(),
            stored_at: it.stored_at.as_millis(),
        }
    }
}

impl TryFrom<blob::Model> for Blob {
    type Error = StoreError;

    fn try_from(row: blob::Model) -> Result<Self, StoreError> {
        let digest = |it: &str| Digest::from_hex(it).ok_or_else(|| unreadable("blob.digest", it));
        let pieces = row.pieces.as_bytes().chunks(64).map(std::str::from_utf8);
        let pieces = pieces.map(|it| digest(it.unwrap_or_default())).collect::<Result<_, _>>()?;
        Ok(Self {
            digest: digest(&row.digest)?,
            place: row.place,
            size: from_column(row.size),
            pieces,
            stored_at: Timestamp::from_millis(row.stored_at),
        })
    }
}
