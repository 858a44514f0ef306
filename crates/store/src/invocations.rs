//! The history of calls: one row for each, written when it has ended.

use model::{
    function::Invocation,
    id::{FunctionId, InvocationId},
    time::Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    Cursor, Page, Reader, Store, StoreError,
    entity::{
        function,
        invocation::{Column, Entity, Model},
    },
    failure::refuse_nul,
};

impl Store {
    /// Stores a call. Returns false if its function was deleted meanwhile; nothing is stored then.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if a text holds NUL or the database fails.
    pub async fn insert_invocation(&self, invocation: &Invocation) -> Result<bool, StoreError> {
        let Invocation { input, stdout, stderr, value, .. } = invocation;
        let heads = [("input", input), ("stdout", stdout), ("stderr", stderr), ("value", value)];
        for (field, head) in heads {
            refuse_nul(field, &head.text)?;
        }
        let transaction = self.begin().await?;
        let id = invocation.function.to_string();
        // Locked, so that on PostgreSQL it cannot go before the row that refers to it is there.
        let found = function::Entity::find_by_id(id).lock_shared().one(&transaction).await?;
        if found.is_none() {
            return Ok(false);
        }
        let row = Model::from(invocation).into_active_model();
        Entity::insert(row).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Forgets the calls before a time. Returns how many.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn forget_invocations(&self, before: Timestamp) -> Result<u64, StoreError> {
        let old = Entity::delete_many().filter(Column::CreatedAt.lt(before.as_millis()));
        Ok(old.exec(&self.writer).await?.rows_affected)
    }
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn invocation(
        &self,
        function: FunctionId,
        id: InvocationId,
    ) -> Result<Option<Invocation>, StoreError> {
        let row = Entity::find_by_id(id.to_string())
            .filter(Column::Function.eq(function.to_string()))
            .one(&self.db)
            .await?;
        row.map(Invocation::try_from).transpose()
    }

    /// The calls of a function, the latest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn invocations(
        &self,
        function: FunctionId,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<Invocation>, StoreError> {
        use Column::{CreatedAt, Function, Id};
        let mut query = Entity::find()
            .filter(Function.eq(function.to_string()))
            .order_by_desc(CreatedAt)
            .order_by_desc(Id)
            .limit(limit.saturating_add(1));
        if let Some(cursor) = cursor {
            query = query.filter(cursor.beyond(CreatedAt, Id));
        }
        let rows = query.all(&self.db).await?;
        let items: Result<Vec<Invocation>, _> = rows.into_iter().map(TryInto::try_into).collect();
        Ok(Page::new(items?, limit, |it| Cursor {
            key: it.created_at.as_millis(),
            id: it.id.to_string(),
        }))
    }
}
