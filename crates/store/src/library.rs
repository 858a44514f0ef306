//! How users keep runbooks: folders, stars, tags, what they opened last, and what they threw away.
//!
//! Refused: which names and moves there can be, which is in `model::library`.

mod folders;
mod listing;
mod shelf;
mod trash;

#[cfg(test)]
pub(crate) use self::trash::OF_RUNBOOK;
pub use self::{
    folders::{Contents, CountedFolder, FolderChange, FolderError},
    listing::{LastExecution, LibraryFilter, Located, Shelved, Sort},
    shelf::{ShelfChange, Tag},
    trash::Trashed,
};
