//! The revisions of runbooks: lists without their texts, names, and what came before.

use std::collections::{BTreeSet, HashMap};

use model::{
    id::RunbookId,
    runbook::{Revision, RevisionInfo},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::Expr,
};

use crate::{
    Cursor, Page, Reader, Store, StoreError,
    entity::{
        parse,
        revision::{Column, Entity, lines, origin},
        user_account,
    },
    failure::refuse_nul,
};

/// A revision without its text.
#[derive(FromQueryResult)]
struct Row {
    number: i64,
    author: String,
    created_at: i64,
    updated_at: Option<i64>,
    origin: String,
    restored_from: Option<i64>,
    lines_added: Option<i64>,
    lines_removed: Option<i64>,
    name: Option<String>,
}

impl Store {
    /// Calls a revision by a name, or by none. Returns whether it is there.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the name holds NUL or the database fails.
    pub async fn name_revision(
        &self,
        runbook: RunbookId,
        number: i64,
        name: Option<&str>,
    ) -> Result<bool, StoreError> {
        refuse_nul("name", name.unwrap_or_default())?;
        let named = Entity::update_many()
            .col_expr(Column::Name, Expr::value(name))
            .filter(Column::Runbook.eq(runbook.to_string()))
            .filter(Column::Number.eq(number))
            .exec(&self.writer)
            .await?;
        Ok(named.rows_affected > 0)
    }
}

impl Reader {
    /// The revisions of a runbook, deleted or not, the latest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn revisions(
        &self,
        id: RunbookId,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<RevisionInfo>, StoreError> {
        let mut query = of(id).order_by_desc(Column::Number).limit(limit.saturating_add(1));
        if let Some(cursor) = cursor {
            query = query.filter(Column::Number.lt(cursor.key));
        }
        let items = self.infos(query).await?;
        Ok(Page::new(items, limit, |it| Cursor { key: it.number, id: String::new() }))
    }

    /// What a list would say of one revision of a runbook, deleted or not.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn revision_info(
        &self,
        id: RunbookId,
        number: i64,
    ) -> Result<Option<RevisionInfo>, StoreError> {
        let found = self.infos(of(id).filter(Column::Number.eq(number))).await?;
        Ok(found.into_iter().next())
    }

    /// The latest revision before a number.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn revision_before(
        &self,
        id: RunbookId,
        number: i64,
    ) -> Result<Option<Revision>, StoreError> {
        let query = of(id).filter(Column::Number.lt(number)).order_by_desc(Column::Number);
        query.one(&self.db).await?.map(Revision::try_from).transpose()
    }

    async fn infos(&self, query: Select<Entity>) -> Result<Vec<RevisionInfo>, StoreError> {
        let columns = [
            Column::Number,
            Column::Author,
            Column::CreatedAt,
            Column::UpdatedAt,
            Column::Origin,
            Column::RestoredFrom,
            Column::LinesAdded,
            Column::LinesRemoved,
            Column::Name,
        ];
        // Texts may be large, and a list has many.
        let query = query.select_only().columns(columns);
        let rows: Vec<Row> = query.into_model().all(&self.db).await?;
        let authors: BTreeSet<&str> = rows.iter().map(|it| it.author.as_str()).collect();
        let authors = user_account::Entity::find()
            .filter(user_account::Column::Id.is_in(authors))
            .all(&self.db)
            .await?;
        let names: HashMap<String, String> =
            authors.into_iter().map(|it| (it.id, it.username)).collect();
        rows.into_iter().map(|it| it.info(&names)).collect()
    }
}

impl Row {
    fn info(self, names: &HashMap<String, String>) -> Result<RevisionInfo, StoreError> {
        Ok(RevisionInfo {
            number: self.number,
            author: parse("revision.author", &self.author)?,
            author_name: names.get(&self.author).cloned().unwrap_or_default(),
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at.unwrap_or(self.created_at)),
            origin: origin(&self.origin, self.restored_from)?,
            lines: lines(self.lines_added, self.lines_removed),
            name: self.name,
        })
    }
}

fn of(id: RunbookId) -> Select<Entity> {
    Entity::find().filter(Column::Runbook.eq(id.to_string()))
}
