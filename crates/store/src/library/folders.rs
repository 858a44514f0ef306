//! Folders within folders. Whoever changes the tree of a user has locked the user's row before, so that two
//! moves at once cannot make a circle.

use model::{
    id::{FolderId, UserId},
    library::{Folder, Misplaced, place},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};

use crate::{
    Reader, Store, StoreError,
    entity::{from_column, parse},
    failure::{refuse_nul, taken},
    jobs::{
        dialect::{Dialect, all, one, run},
        row::get,
    },
};

/// A folder, and how many runbooks lie directly in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedFolder {
    pub folder: Folder,
    pub runbooks: u64,
}

/// What is to be different about a folder.
#[derive(Clone, Debug, Default)]
pub struct FolderChange {
    pub name: Option<String>,
    /// Where to move it; `Some(None)` is the top.
    pub parent: Option<Option<FolderId>>,
}

/// What becomes of what lies in a folder that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// There must be nothing.
    None,
    /// It goes to where the folder was.
    MoveUp,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum FolderError {
    #[error("there is no such folder")]
    NotFound,
    #[error("there is a folder {name:?} at this place already; choose another name")]
    NameTaken { name: String },
    #[error(
        "the folder is not empty; move out what lies in it, or delete it with its contents moved up"
    )]
    NotEmpty,
    #[error(transparent)]
    Misplaced(#[from] Misplaced),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// # Errors
    ///
    /// Returns [`FolderError`] if it cannot be there, its name is taken, or the database fails.
    pub async fn create_folder(&self, folder: &Folder) -> Result<(), FolderError> {
        refuse_nul("name", &folder.name)?;
        let transaction = self.begin().await?;
        let folders = locked(&transaction, folder.owner).await?;
        place(&folders, None, folder.parent)?;
        let sql = "INSERT INTO folder (id, owner, parent, name, name_key, created_at) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        let values = vec![
            folder.id.to_string().into(),
            folder.owner.to_string().into(),
            folder.parent.map(|it| it.to_string()).into(),
            folder.name.as_str().into(),
            folder.name.to_lowercase().into(),
            folder.created_at.as_millis().into(),
        ];
        named(run(&transaction, sql, values).await, &folder.name)?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }

    /// Renames or moves a folder.
    ///
    /// # Errors
    ///
    /// Returns [`FolderError`] if it is not there or cannot be there, its name is taken, or the database
    /// fails.
    pub async fn change_folder(
        &self,
        owner: UserId,
        id: FolderId,
        change: FolderChange,
    ) -> Result<Folder, FolderError> {
        let transaction = self.begin().await?;
        let folders = locked(&transaction, owner).await?;
        let found = folders.iter().find(|it| it.id == id).ok_or(FolderError::NotFound)?;
        let mut folder = found.clone();
        if let Some(name) = change.name {
            refuse_nul("name", &name)?;
            folder.name = name;
        }
        if let Some(parent) = change.parent {
            place(&folders, Some(id), parent)?;
            folder.parent = parent;
        }
        let sql = "UPDATE folder SET name = $1, name_key = $2, parent = $3 WHERE id = $4";
        let values = vec![
            folder.name.as_str().into(),
            folder.name.to_lowercase().into(),
            folder.parent.map(|it| it.to_string()).into(),
            id.to_string().into(),
        ];
        named(run(&transaction, sql, values).await, &folder.name)?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(folder)
    }

    /// # Errors
    ///
    /// Returns [`FolderError`] if it is not there, is not empty though it must be, a folder in it is called as
    /// one where it would go, or the database fails.
    pub async fn delete_folder(
        &self,
        owner: UserId,
        id: FolderId,
        contents: Contents,
    ) -> Result<(), FolderError> {
        let transaction = self.begin().await?;
        let folders = locked(&transaction, owner).await?;
        let folder = folders.iter().find(|it| it.id == id).ok_or(FolderError::NotFound)?;
        let key = id.to_string();
        if contents == Contents::None {
            let sql = "SELECT 1 AS there FROM shelf s JOIN runbook r ON r.id = s.runbook \
                WHERE s.folder = $1 AND r.deleted_at IS NULL LIMIT 1";
            let lies = one(&transaction, sql, vec![key.as_str().into()]).await?.is_some();
            if lies || folders.iter().any(|it| it.parent == Some(id)) {
                return Err(FolderError::NotEmpty);
            }
        }
        let up = || folder.parent.map(|it| it.to_string());
        // What was thrown away comes back to where the folder was, too.
        let sql = "UPDATE shelf SET folder = $1 WHERE folder = $2";
        run(&transaction, sql, vec![up().into(), key.as_str().into()]).await?;
        let within = folders.iter().filter(|it| it.parent == Some(id));
        for folder in within {
            let sql = "UPDATE folder SET parent = $1 WHERE id = $2";
            let values = vec![up().into(), folder.id.to_string().into()];
            named(run(&transaction, sql, values).await, &folder.name)?;
        }
        run(&transaction, "DELETE FROM folder WHERE id = $1", vec![key.into()]).await?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }
}

impl Reader {
    /// All folders of a user, by name.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn folders(&self, owner: UserId) -> Result<Vec<CountedFolder>, StoreError> {
        let sql = "SELECT f.*, (SELECT COUNT(*) FROM shelf s JOIN runbook r ON r.id = s.runbook \
                WHERE s.folder = f.id AND r.deleted_at IS NULL) AS runbooks \
            FROM folder f WHERE f.owner = $1 ORDER BY f.name_key, f.id";
        let rows = all(&self.db, sql, vec![owner.to_string().into()]).await?;
        let counted = |it: &QueryResult| {
            Ok(CountedFolder { folder: folder(it)?, runbooks: from_column(get(it, "runbooks")?) })
        };
        rows.iter().map(counted).collect()
    }
}

/// Whether a folder is there and belongs to a user.
pub(super) async fn is_theirs(
    db: &impl ConnectionTrait,
    owner: UserId,
    id: FolderId,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS there FROM folder WHERE id = $1 AND owner = $2";
    Ok(one(db, sql, vec![id.to_string().into(), owner.to_string().into()]).await?.is_some())
}

/// The folders of a user, whose tree nobody else changes until the transaction ends.
async fn locked(
    transaction: &DatabaseTransaction,
    owner: UserId,
) -> Result<Vec<Folder>, StoreError> {
    let lock = Dialect::of(transaction).locked();
    let sql = format!("SELECT id FROM user_account WHERE id = $1{lock}");
    one(transaction, &sql, vec![owner.to_string().into()]).await?;
    let sql = "SELECT * FROM folder WHERE owner = $1";
    all(transaction, sql, vec![owner.to_string().into()]).await?.iter().map(folder).collect()
}

fn folder(row: &QueryResult) -> Result<Folder, StoreError> {
    let parent: Option<String> = get(row, "parent")?;
    Ok(Folder {
        id: parse("folder.id", &get::<String>(row, "id")?)?,
        owner: parse("folder.owner", &get::<String>(row, "owner")?)?,
        parent: parent.map(|it| parse("folder.parent", &it)).transpose()?,
        name: get(row, "name")?,
        created_at: Timestamp::from_millis(get(row, "created_at")?),
    })
}

fn named(written: Result<u64, StoreError>, name: &str) -> Result<(), FolderError> {
    match written {
        Err(StoreError::Internal { source }) if taken(&source).is_some() => {
            Err(FolderError::NameTaken { name: name.to_owned() })
        }
        written => Ok(written.map(drop)?),
    }
}
