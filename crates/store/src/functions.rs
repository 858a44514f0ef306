//! Functions and their versions. What changes of a version is its build, once.

use model::{
    function::{BuildState, Function, FunctionName, State, Version},
    id::{FunctionId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Cursor, Page, Reader, Store, StoreError,
    entity::{
        function::{self, build_column},
        function_version::{self as version, build_columns},
    },
    failure::{refuse_nul, taken},
};

#[derive(Clone, Debug, thiserror::Error)]
pub enum CreateFunctionError {
    #[error("there is a function {name} already; choose another name, or save a version of it")]
    NameTaken { name: FunctionName },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What becomes of versions when the state of their function changes.
#[derive(Clone, Debug)]
pub enum VersionChange {
    Add(Box<Version>),
    /// The end of a build; one that has ended stays as it is.
    End {
        number: i64,
        build: BuildState,
        logs: String,
    },
}

/// Whether a change was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Changed {
    Yes,
    /// The state is another one by now, or the function is gone: look again.
    No,
}

impl Store {
    /// Stores a new function with its first version.
    ///
    /// # Errors
    ///
    /// Returns [`CreateFunctionError`] if its owner has one of that name, a text holds NUL, or the
    /// database fails.
    pub async fn create_function(
        &self,
        new: &Function,
        first: &Version,
    ) -> Result<(), CreateFunctionError> {
        let transaction = self.begin().await?;
        let row = function::Model::from(new).into_active_model();
        let inserted = function::Entity::insert(row).exec_without_returning(&transaction).await;
        if let Err(error) = inserted {
            return Err(match taken(&error) {
                Some(_) => CreateFunctionError::NameTaken { name: new.name.clone() },
                None => CreateFunctionError::Store(error.into()),
            });
        }
        insert_version(&transaction, first).await?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }

    /// Puts `state` in the place of the one that `seen` had, together with what it means for versions.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if a text holds NUL or the database fails.
    pub async fn change_function(
        &self,
        seen: &Function,
        state: State,
        changes: &[VersionChange],
        at: Timestamp,
    ) -> Result<Changed, StoreError> {
        use function::Column;
        let transaction = self.begin().await?;
        let updated = function::Entity::update_many()
            .col_expr(Column::LatestVersion, Expr::value(state.latest))
            .col_expr(Column::CurrentVersion, Expr::value(state.current))
            .col_expr(Column::Build, Expr::value(build_column(state.build)))
            .col_expr(Column::ServingVersion, Expr::value(state.serving))
            .col_expr(Column::Change, Expr::col(Column::Change).add(1))
            .col_expr(Column::UpdatedAt, Expr::value(at.as_millis()))
            .filter(Column::Id.eq(seen.id.to_string()))
            .filter(Column::Change.eq(seen.change))
            .exec(&transaction)
            .await?;
        if updated.rows_affected == 0 {
            return Ok(Changed::No);
        }
        for change in changes {
            match change {
                VersionChange::Add(new) => insert_version(&transaction, new).await?,
                VersionChange::End { number, build, logs } => {
                    end_build(&transaction, (seen.id, *number), build, logs, at).await?;
                }
            }
        }
        transaction.commit().await?;
        Ok(Changed::Yes)
    }

    /// Deletes a function with its versions and the history of its calls. Returns whether it was there.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn delete_function(&self, id: FunctionId) -> Result<bool, StoreError> {
        let deleted = function::Entity::delete_by_id(id.to_string()).exec(&self.writer).await?;
        Ok(deleted.rows_affected > 0)
    }
}

async fn insert_version(
    transaction: &DatabaseTransaction,
    new: &Version,
) -> Result<(), StoreError> {
    refuse_nul("code", &new.code)?;
    refuse_nul("description", new.description.as_deref().unwrap_or_default())?;
    let row = version::Model::from(new).into_active_model();
    version::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

async fn end_build(
    transaction: &DatabaseTransaction,
    (function, number): (FunctionId, i64),
    build: &BuildState,
    logs: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    use version::Column;
    let (build, error, message) = build_columns(build);
    refuse_nul("logs", logs)?;
    refuse_nul("message", message.map(String::as_str).unwrap_or_default())?;
    version::Entity::update_many()
        .col_expr(Column::Build, Expr::value(build))
        .col_expr(Column::Error, Expr::value(error.cloned()))
        .col_expr(Column::Message, Expr::value(message.cloned()))
        .col_expr(Column::Logs, Expr::value(logs))
        .col_expr(Column::BuiltAt, Expr::value(at.as_millis()))
        .filter(Column::Function.eq(function.to_string()))
        .filter(Column::Number.eq(number))
        .filter(Column::Build.eq("building"))
        .exec(transaction)
        .await?;
    Ok(())
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn function(&self, id: FunctionId) -> Result<Option<Function>, StoreError> {
        let row = function::Entity::find_by_id(id.to_string()).one(&self.db).await?;
        row.map(Function::try_from).transpose()
    }

    /// The function that its owner calls by this name.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn function_of(
        &self,
        owner: UserId,
        name: &FunctionName,
    ) -> Result<Option<Function>, StoreError> {
        let row = function::Entity::find()
            .filter(function::Column::Owner.eq(owner.to_string()))
            .filter(function::Column::Name.eq(name.as_str()))
            .one(&self.db)
            .await?;
        row.map(Function::try_from).transpose()
    }

    /// The functions of `owner` with their current versions, the one changed last first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn list_functions(
        &self,
        owner: UserId,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<(Function, Version)>, StoreError> {
        use function::Column::{Id, Owner, UpdatedAt};
        let mut query = function::Entity::find()
            .filter(Owner.eq(owner.to_string()))
            .order_by_desc(UpdatedAt)
            .order_by_desc(Id)
            .limit(limit.saturating_add(1));
        if let Some(cursor) = cursor {
            query = query.filter(cursor.beyond(UpdatedAt, Id));
        }
        let mut items = Vec::new();
        for row in query.all(&self.db).await? {
            let function = Function::try_from(row)?;
            let current = self.version(function.id, function.state.current).await?;
            // Deleted a moment ago, versions and all.
            items.extend(current.map(|it| (function, it)));
        }
        Ok(Page::new(items, limit, |(it, _)| Cursor {
            key: it.updated_at.as_millis(),
            id: it.id.to_string(),
        }))
    }

    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn version(
        &self,
        function: FunctionId,
        number: i64,
    ) -> Result<Option<Version>, StoreError> {
        let row = version::Entity::find_by_id((function.to_string(), number)).one(&self.db).await?;
        row.map(Version::try_from).transpose()
    }

    /// The versions of a function, the latest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn versions(
        &self,
        function: FunctionId,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<Version>, StoreError> {
        use version::Column::{Function, Number};
        let mut query = version::Entity::find()
            .filter(Function.eq(function.to_string()))
            .order_by_desc(Number)
            .limit(limit.saturating_add(1));
        if let Some(cursor) = cursor {
            query = query.filter(Number.lt(cursor.key));
        }
        let rows = query.all(&self.db).await?;
        let items: Result<Vec<Version>, _> = rows.into_iter().map(TryInto::try_into).collect();
        Ok(Page::new(items?, limit, |it| Cursor { key: it.number, id: String::new() }))
    }

    /// The functions of everybody whose current version is being built. At start-up, those whose
    /// build an earlier program left behind.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn building_functions(&self) -> Result<Vec<Function>, StoreError> {
        let rows = function::Entity::find()
            .filter(function::Column::Build.eq("building"))
            .order_by_asc(function::Column::UpdatedAt)
            .all(&self.db)
            .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}
