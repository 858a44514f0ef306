//! How users keep their runbooks: folders, stars, tags, and the trash.

use std::time::Duration;

use model::{
    id::{FolderId, RunbookId, UserId},
    library::{Folder, InvalidName, Misplaced, folder_name, tags},
};
use store::{Contents, FolderChange, FolderError, ShelfChange, StoreError};

use crate::{Engine, random_id};

/// How long a runbook that was thrown away can be brought back.
pub const TRASH_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Why folders or what a user keeps about a runbook were not changed.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error(transparent)]
    Name(#[from] InvalidName),
    #[error(transparent)]
    Folder(#[from] FolderError),
}

impl From<Misplaced> for LibraryError {
    fn from(error: Misplaced) -> Self {
        Self::Folder(error.into())
    }
}

impl Engine {
    /// # Errors
    ///
    /// When the name cannot be taken or is, the folder cannot be there, or the store fails.
    pub async fn create_folder(
        &self,
        owner: UserId,
        name: &str,
        parent: Option<FolderId>,
    ) -> Result<Folder, LibraryError> {
        let folder = Folder {
            id: FolderId::from_random(random_id()),
            owner,
            parent,
            name: folder_name(name)?.to_owned(),
            created_at: self.0.clock.now(),
        };
        self.0.store.create_folder(&folder).await?;
        Ok(folder)
    }

    /// Renames or moves a folder.
    ///
    /// # Errors
    ///
    /// As [`Engine::create_folder`], and when it is not there.
    pub async fn change_folder(
        &self,
        owner: UserId,
        id: FolderId,
        change: FolderChange,
    ) -> Result<Folder, LibraryError> {
        let name = change.name.as_deref().map(folder_name).transpose()?;
        let change = FolderChange { name: name.map(str::to_owned), ..change };
        Ok(self.0.store.change_folder(owner, id, change).await?)
    }

    /// # Errors
    ///
    /// When it is not there, is not empty though it must be, or the store fails.
    pub async fn delete_folder(
        &self,
        owner: UserId,
        id: FolderId,
        contents: Contents,
    ) -> Result<(), FolderError> {
        self.0.store.delete_folder(owner, id, contents).await
    }

    /// Changes what a user keeps about a runbook.
    ///
    /// # Errors
    ///
    /// When a tag cannot be one, the folder is not there, or the store fails.
    pub async fn change_shelf(
        &self,
        user: UserId,
        runbook: RunbookId,
        change: ShelfChange,
    ) -> Result<(), LibraryError> {
        let tags = change.tags.as_deref().map(tags);
        let change = ShelfChange { tags: tags.transpose()?, ..change };
        Ok(self.0.store.change_shelf(user, runbook, &change).await?)
    }

    /// Brings a runbook back from the trash of its owner. Returns whether it was there.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn restore_runbook(&self, id: RunbookId, owner: UserId) -> Result<bool, StoreError> {
        self.0.store.restore_runbook(id, owner).await
    }

    /// Deletes for good what a user had thrown away. Returns whether it was there.
    ///
    /// # Errors
    ///
    /// When the store fails; what is left then is still in the trash.
    pub async fn purge_runbook(&self, id: RunbookId, owner: UserId) -> Result<bool, StoreError> {
        if !self.0.store.is_in_trash_of(id, owner).await? {
            return Ok(false);
        }
        self.0.store.purge_runbook(id).await
    }
}
