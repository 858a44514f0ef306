//! What the agents of one session are told, whatever they work on.

use agent::{
    context::{self, Briefing},
    policy::Phase,
};
use model::id::{EquipmentId, UserId};

use super::{ContextFile, Equipment, EquipmentError, PersonaId};

/// What a [`Briefing`] borrows.
#[derive(Clone, Debug)]
pub struct SessionBriefing {
    persona: context::Persona,
    files: Vec<context::ContextFile>,
    learnings: Vec<context::Learning>,
}

impl SessionBriefing {
    #[must_use]
    pub fn briefing(&self) -> Briefing<'_> {
        Briefing { persona: &self.persona, files: &self.files, learnings: &self.learnings }
    }
}

impl Equipment {
    /// What an agent is told that works for `owner` in one phase: as the persona that was chosen for it, if it is
    /// still there. The hub's context files come before the owner's own.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn briefing_for(
        &self,
        owner: UserId,
        repository: EquipmentId,
        (phase, chosen): (Phase, Option<PersonaId>),
    ) -> Result<SessionBriefing, EquipmentError> {
        let persona = match chosen {
            Some(id) => match self.persona(owner, id).await {
                Err(EquipmentError::NotFound { .. }) => {
                    self.persona(owner, PersonaId::BuiltIn(phase)).await?
                }
                found => found?,
            },
            None => self.persona(owner, PersonaId::BuiltIn(phase)).await?,
        };
        let files = self.list::<ContextFile>(owner).await?.into_iter().map(|it| it.content);
        let files = files.filter(|it| it.repository.is_none_or(|it| it == repository));
        let files: Vec<_> = files.map(|it| it.read()).collect();
        let named: Vec<_> = files.iter().flat_map(|it| it.paths.clone()).collect();
        let learnings = self.learnings_for(owner, (repository, &named)).await?;
        Ok(SessionBriefing { persona: persona.persona.told(), files, learnings })
    }
}
