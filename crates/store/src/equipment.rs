//! What agent sessions are equipped with. What a row says is JSON, which `orchestrator` alone reads.

use std::str::FromStr;

use model::{
    id::{EquipmentId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

use crate::{
    Reader, Store, StoreError,
    entity::{
        equipment::{Column, Entity, Model},
        from_column, parse, to_column,
    },
    failure::{refuse_nul, taken},
};

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EquipmentKind {
    Repository,
    Persona,
    ContextFile,
    McpServer,
    ToolPolicy,
    Learning,
    Template,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equipment {
    pub id: EquipmentId,
    /// `None` for what administrators keep for everybody.
    pub owner: Option<UserId>,
    pub kind: EquipmentKind,
    /// Unique among those of an owner and kind, but for context files and templates.
    pub name: String,
    /// The repository that it is for; `None` for all.
    pub repository: Option<EquipmentId>,
    /// JSON.
    pub content: String,
    pub uses: u64,
    /// 1 at first, counted up by each change.
    pub version: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EquipmentChange {
    pub name: String,
    pub repository: Option<EquipmentId>,
    pub content: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum PutEquipmentError {
    #[error("there is one named {name:?} already; change that one, or choose another name")]
    NameTaken { name: String },
    #[error("there are {most} of them already; delete one that is not needed")]
    TooMany { most: u64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EquipmentKind {
    const ALL: [Self; 7] = [
        Self::Repository,
        Self::Persona,
        Self::ContextFile,
        Self::McpServer,
        Self::ToolPolicy,
        Self::Learning,
        Self::Template,
    ];

    const fn column(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Persona => "persona",
            Self::ContextFile => "context_file",
            Self::McpServer => "mcp_server",
            Self::ToolPolicy => "tool_policy",
            Self::Learning => "learning",
            Self::Template => "template",
        }
    }
}

impl FromStr for EquipmentKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|it| it.column() == text).ok_or(())
    }
}

impl Store {
    /// Stores a row, unless its owner has `most` of that kind.
    ///
    /// # Errors
    ///
    /// Returns [`PutEquipmentError`] if its name is taken, there are too many, a text holds NUL, or the database
    /// fails.
    pub async fn insert_equipment(
        &self,
        new: &Equipment,
        most: u64,
    ) -> Result<(), PutEquipmentError> {
        refuse_nul("name", &new.name)?;
        refuse_nul("content", &new.content)?;
        let transaction = self.begin().await?;
        let there = of(new.owner, new.kind).count(&transaction).await.map_err(StoreError::from)?;
        if there >= most {
            return Err(PutEquipmentError::TooMany { most });
        }
        let insert = Entity::insert(row(new).into_active_model());
        let inserted = insert.exec_without_returning(&transaction).await;
        inserted.map_err(|error| named(error, &new.name))?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }

    /// Changes a row. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// Returns [`PutEquipmentError`] if the name is taken, a text holds NUL, or the database fails.
    pub async fn change_equipment(
        &self,
        owner: Option<UserId>,
        kind: EquipmentKind,
        id: EquipmentId,
        change: &EquipmentChange,
    ) -> Result<bool, PutEquipmentError> {
        refuse_nul("name", &change.name)?;
        refuse_nul("content", &change.content)?;
        let changed = Entity::update_many()
            .col_expr(Column::Name, Expr::value(change.name.as_str()))
            .col_expr(Column::Repository, Expr::value(change.repository.map(|it| it.to_string())))
            .col_expr(Column::Content, Expr::value(change.content.as_str()))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .col_expr(Column::UpdatedAt, Expr::value(change.at.as_millis()))
            .filter(belongs(owner, kind))
            .filter(Column::Id.eq(id.to_string()))
            .exec(&self.writer)
            .await;
        Ok(changed.map_err(|error| named(error, &change.name))?.rows_affected > 0)
    }

    /// Deletes a row, and with one of everybody's what users have for it. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if something of the same owner is for this repository, or the database fails.
    pub async fn delete_equipment(
        &self,
        owner: Option<UserId>,
        kind: EquipmentKind,
        id: EquipmentId,
    ) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        if owner.is_none() {
            let of_users = Entity::delete_many()
                .filter(Column::Repository.eq(id.to_string()))
                .filter(Column::Owner.is_not_null());
            of_users.exec(&transaction).await?;
        }
        let delete = Entity::delete_many()
            .filter(belongs(owner, kind))
            .filter(Column::Id.eq(id.to_string()));
        let is_deleted = delete.exec(&transaction).await?.rows_affected > 0;
        transaction.commit().await?;
        Ok(is_deleted)
    }

    /// Counts that rows were used.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn count_equipment_uses(&self, ids: &[EquipmentId]) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        Entity::update_many()
            .col_expr(Column::Uses, Expr::col(Column::Uses).add(1))
            .filter(Column::Id.is_in(ids.iter().map(ToString::to_string)))
            .exec(&self.writer)
            .await?;
        Ok(())
    }
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn equipment(&self, id: EquipmentId) -> Result<Option<Equipment>, StoreError> {
        let row = Entity::find_by_id(id.to_string()).one(&self.db).await?;
        row.map(Equipment::try_from).transpose()
    }

    /// All rows of an owner and kind, by name.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn equipment_of(
        &self,
        owner: Option<UserId>,
        kind: EquipmentKind,
    ) -> Result<Vec<Equipment>, StoreError> {
        let query = of(owner, kind).order_by_asc(Column::Name).order_by_asc(Column::Id);
        query.all(&self.db).await?.into_iter().map(Equipment::try_from).collect()
    }

    /// How many rows of an owner are for a repository.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn count_equipment_for(
        &self,
        owner: Option<UserId>,
        repository: EquipmentId,
    ) -> Result<u64, StoreError> {
        let query = Entity::find()
            .filter(owned_by(owner))
            .filter(Column::Repository.eq(repository.to_string()));
        Ok(query.count(&self.db).await?)
    }
}

fn of(owner: Option<UserId>, kind: EquipmentKind) -> sea_orm::Select<Entity> {
    Entity::find().filter(belongs(owner, kind))
}

fn belongs(owner: Option<UserId>, kind: EquipmentKind) -> Condition {
    Condition::all().add(owned_by(owner)).add(Column::Kind.eq(kind.column()))
}

fn owned_by(owner: Option<UserId>) -> SimpleExpr {
    match owner {
        Some(owner) => Column::Owner.eq(owner.to_string()),
        None => Column::Owner.is_null(),
    }
}

fn named(error: sea_orm::DbErr, name: &str) -> PutEquipmentError {
    match taken(&error) {
        Some(what) if what.contains("equipment_by_name") => {
            PutEquipmentError::NameTaken { name: name.to_owned() }
        }
        Some(_) | None => PutEquipmentError::Store(error.into()),
    }
}

fn row(it: &Equipment) -> Model {
    Model {
        id: it.id.to_string(),
        owner: it.owner.map(|it| it.to_string()),
        kind: it.kind.column().to_owned(),
        name: it.name.clone(),
        repository: it.repository.map(|it| it.to_string()),
        content: it.content.clone(),
        uses: to_column(it.uses),
        version: to_column(it.version),
        created_at: it.created_at.as_millis(),
        updated_at: it.updated_at.as_millis(),
    }
}

impl TryFrom<Model> for Equipment {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let owner = row.owner.as_deref().map(|it| parse("equipment.owner", it));
        let repository = row.repository.as_deref().map(|it| parse("equipment.repository", it));
        Ok(Self {
            id: parse("equipment.id", &row.id)?,
            owner: owner.transpose()?,
            kind: parse("equipment.kind", &row.kind)?,
            name: row.name,
            repository: repository.transpose()?,
            content: row.content,
            uses: from_column(row.uses),
            version: from_column(row.version),
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}
