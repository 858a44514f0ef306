//! Personal tokens. What is stored of a secret is its hash and the prefix that may be shown.

use model::{
    id::{TokenId, UserId},
    time::Timestamp,
    token::{Token, TokenLimits},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use crate::{
    Reader, Store, StoreError,
    entity::token::{Column, Entity, Model},
    failure::refuse_nul,
};

/// A token, and what its secret is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    pub token: Token,
    /// As [`Store::insert_token`] was given it.
    pub secret_hash: String,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum InsertTokenError {
    #[error("the token that would make this one has been revoked")]
    ParentRevoked,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Stores a new token, unless the one that makes it was revoked meanwhile.
    ///
    /// # Errors
    ///
    /// Returns [`InsertTokenError`] if its parent was revoked, its name holds NUL, or the database fails.
    pub async fn insert_token(
        &self,
        token: &Token,
        secret_hash: &str,
    ) -> Result<(), InsertTokenError> {
        refuse_nul("name", &token.name)?;
        let transaction = self.begin().await?;
        if let Some(parent) = token.parent {
            // Shared, so that revoking it waits until its child is there to be revoked too.
            let parent = Entity::find_by_id(parent.to_string()).lock_shared().one(&transaction);
            let parent = parent.await.map_err(StoreError::from)?;
            if parent.is_none_or(|it| it.revoked_at.is_some()) {
                return Err(InsertTokenError::ParentRevoked);
            }
        }
        let row = Model::new(token, secret_hash).into_active_model();
        let inserted = Entity::insert(row).exec_without_returning(&transaction).await;
        inserted.map_err(StoreError::from)?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }

    /// Revokes a token, and all that it made, and all that those made. Returns which those are.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn revoke_token(
        &self,
        id: TokenId,
        at: Timestamp,
    ) -> Result<Vec<TokenId>, StoreError> {
        let transaction = self.begin().await?;
        let mut revoked = Vec::new();
        let mut level = vec![id];
        while !level.is_empty() {
            let ids: Vec<_> = level.iter().map(TokenId::to_string).collect();
            let counted = |column: Column| {
                Condition::all().add(column.is_in(ids.clone())).add(Column::RevokedAt.is_null())
            };
            // First of all: it waits for those who are about to make another token.
            Entity::update_many()
                .col_expr(Column::RevokedAt, Expr::value(at.as_millis()))
                .filter(counted(Column::Id))
                .exec(&transaction)
                .await?;
            revoked.append(&mut level);
            let made = Entity::find().filter(counted(Column::Parent)).all(&transaction).await?;
            for row in made {
                level.push(Token::try_from(row)?.id);
            }
        }
        transaction.commit().await?;
        Ok(revoked)
    }

    /// Sets the limits of a token. Returns whether there is such a token.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn set_token_limits(
        &self,
        id: TokenId,
        limits: TokenLimits,
    ) -> Result<bool, StoreError> {
        let column = |it: Option<u32>| Expr::value(it.map(i64::from));
        let updated = Entity::update_many()
            .col_expr(Column::RateLimit, column(limits.rate))
            .col_expr(Column::BurstLimit, column(limits.burst))
            .col_expr(Column::ConcurrentLimit, column(limits.concurrent))
            .filter(Column::Id.eq(id.to_string()))
            .exec(&self.writer)
            .await?;
        Ok(updated.rows_affected > 0)
    }

    /// Notes that a token was used, unless a later use is noted already.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn touch_token(&self, id: TokenId, at: Timestamp) -> Result<(), StoreError> {
        let earlier = Condition::any()
            .add(Column::LastUsedAt.is_null())
            .add(Column::LastUsedAt.lt(at.as_millis()));
        Entity::update_many()
            .col_expr(Column::LastUsedAt, Expr::value(at.as_millis()))
            .filter(Condition::all().add(Column::Id.eq(id.to_string())).add(earlier))
            .exec(&self.writer)
            .await?;
        Ok(())
    }
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn token(&self, id: TokenId) -> Result<Option<Token>, StoreError> {
        let row = Entity::find_by_id(id.to_string()).one(&self.db).await?;
        row.map(Token::try_from).transpose()
    }

    /// The tokens with this prefix that are not revoked; mostly one or none.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn tokens_with_prefix(&self, prefix: &str) -> Result<Vec<StoredToken>, StoreError> {
        let counted =
            Condition::all().add(Column::Prefix.eq(prefix)).add(Column::RevokedAt.is_null());
        let rows = Entity::find().filter(counted).all(&self.db).await?;
        let stored = |mut row: Model| {
            let secret_hash = std::mem::take(&mut row.secret_hash);
            Ok(StoredToken { token: row.try_into()?, secret_hash })
        };
        rows.into_iter().map(stored).collect()
    }

    /// The tokens that are not revoked, of one user or of all, the oldest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn tokens(&self, of: Option<UserId>) -> Result<Vec<Token>, StoreError> {
        let counted = Condition::all()
            .add(Column::RevokedAt.is_null())
            .add_option(of.map(|it| Column::UserId.eq(it.to_string())));
        let rows = Entity::find()
            .filter(counted)
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(&self.db)
            .await?;
        rows.into_iter().map(Token::try_from).collect()
    }
}
