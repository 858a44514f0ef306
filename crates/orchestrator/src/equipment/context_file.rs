//! Context files: Markdown in which an account says how its code is to be worked on.

use model::id::EquipmentId;
use serde::{Deserialize, Serialize};
use store::EquipmentKind;

use super::{
    Actor, Content, Equipment, EquipmentError, Item, Repository, Whose,
    error::{Invalid, text as check},
};

/// What an agent is told of one.
const MOST_BYTES: usize = 16 * 1024;
/// Of the title in lists.
const MOST_TITLE_CHARS: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextFile {
    /// Markdown.
    pub text: String,
    /// The repository that it is about; `None` for all.
    pub repository: Option<EquipmentId>,
}

impl ContextFile {
    /// # Errors
    ///
    /// When it is empty, or more than an agent is told.
    pub fn parse(text: String, repository: Option<EquipmentId>) -> Result<Self, Invalid> {
        check("context file", &text, MOST_BYTES)?;
        Ok(Self { text, repository })
    }

    /// With what is read from it.
    #[must_use]
    pub fn read(&self) -> agent::context::ContextFile {
        agent::context::ContextFile::parse(self.text.clone())
    }

    /// Its first heading, or what it begins with.
    #[must_use]
    pub fn title(&self) -> String {
        let first = self.text.lines().find(|it| !it.trim().is_empty()).unwrap_or_default();
        let title = self.read().title.unwrap_or_else(|| first.trim().to_owned());
        title.chars().take(MOST_TITLE_CHARS).collect()
    }
}

impl Content for ContextFile {
    const KIND: EquipmentKind = EquipmentKind::ContextFile;
    const NOUN: &'static str = "context file";
    const MOST: u64 = 100;

    fn name(&self) -> String {
        self.title()
    }

    fn repository(&self) -> Option<EquipmentId> {
        self.repository
    }
}

impl Equipment {
    /// Keeps a context file, or changes one. The repository that it is for must be the actor's.
    ///
    /// # Errors
    ///
    /// When there is none to change, there is no such repository, it is everybody's and the actor no administrator,
    /// or the store fails.
    pub async fn put_context_file(
        &self,
        actor: Actor,
        (id, whose): (Option<EquipmentId>, Whose),
        file: ContextFile,
    ) -> Result<Item<ContextFile>, EquipmentError> {
        if let Some(repository) = file.repository {
            self.get::<Repository>(actor.user, repository).await?;
        }
        self.put(actor, (id, whose), file).await
    }
}
