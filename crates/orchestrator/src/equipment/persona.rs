//! Personas: two that come with the product, and those that people write.

use std::{fmt, str::FromStr};

use agent::policy::Phase;
use model::id::{EquipmentId, UserId};
use serde::{Deserialize, Serialize};
use store::EquipmentKind;

use super::{
    Actor, Content, Equipment, EquipmentError, Item, Whose,
    error::{Invalid, line, text},
};

const MOST_NAME_BYTES: usize = 80;
/// What an agent is told of it.
const MOST_INSTRUCTION_BYTES: usize = 16 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persona {
    pub name: String,
    /// What it is meant for; `None` for either.
    pub phase: Option<Phase>,
    /// Markdown.
    pub instructions: String,
    /// The one that comes with the product and that this stands for.
    #[serde(default)]
    stands_for: Option<Phase>,
}

/// How a persona is named: one that comes with the product by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonaId {
    BuiltIn(Phase),
    Own(EquipmentId),
}

impl Persona {
    /// # Errors
    ///
    /// When its name or its instructions are none.
    pub fn parse(name: &str, phase: Option<Phase>, instructions: &str) -> Result<Self, Invalid> {
        let name = line("name", name, MOST_NAME_BYTES)?;
        text("text of the instructions", instructions, MOST_INSTRUCTION_BYTES)?;
        Ok(Self { name, phase, instructions: instructions.to_owned(), stands_for: None })
    }

    fn built_in(phase: Phase) -> Self {
        let agent::context::Persona { name, instructions } =
            agent::context::Persona::default_for(phase);
        Self { name, phase: Some(phase), instructions, stands_for: Some(phase) }
    }

    /// As an agent is told it.
    #[must_use]
    pub fn told(&self) -> agent::context::Persona {
        let Self { name, instructions, .. } = self.clone();
        agent::context::Persona { name, instructions }
    }
}

impl Content for Persona {
    const KIND: EquipmentKind = EquipmentKind::Persona;
    const NOUN: &'static str = "persona";
    const MOST: u64 = 100;

    fn name(&self) -> String {
        match self.stands_for {
            // Whatever it is called now: there is one for each phase.
            Some(phase) => PersonaId::BuiltIn(phase).to_string(),
            None => self.name.clone(),
        }
    }
}

/// A persona with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedPersona {
    pub id: PersonaId,
    pub whose: Whose,
    pub persona: Persona,
}

impl NamedPersona {
    fn of(item: Item<Persona>) -> Self {
        let id = item.content.stands_for.map_or(PersonaId::Own(item.id), PersonaId::BuiltIn);
        Self { id, whose: item.whose, persona: item.content }
    }

    fn built_in(phase: Phase) -> Self {
        let id = PersonaId::BuiltIn(phase);
        Self { id, whose: Whose::Hub, persona: Persona::built_in(phase) }
    }
}

impl Equipment {
    /// Those that come with the product first, then the hub's and the user's own.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn personas(&self, user: UserId) -> Result<Vec<NamedPersona>, EquipmentError> {
        let items = self.list::<Persona>(user).await?;
        let (edited, own): (Vec<_>, Vec<_>) =
            items.into_iter().map(NamedPersona::of).partition(|it| is_built_in(it.id));
        let built_in = [Phase::Planning, Phase::Executing].map(|phase| {
            let found = edited.iter().find(|it| it.id == PersonaId::BuiltIn(phase));
            found.cloned().unwrap_or_else(|| NamedPersona::built_in(phase))
        });
        Ok(built_in.into_iter().chain(own).collect())
    }

    /// The persona of this name, or the one for a phase where nobody chose.
    ///
    /// # Errors
    ///
    /// When the user has no such persona, or the store fails.
    pub async fn persona(
        &self,
        user: UserId,
        id: PersonaId,
    ) -> Result<NamedPersona, EquipmentError> {
        match id {
            PersonaId::Own(id) => Ok(NamedPersona::of(self.get(user, id).await?)),
            PersonaId::BuiltIn(phase) => Ok(self
                .edited(phase)
                .await?
                .map_or_else(|| NamedPersona::built_in(phase), NamedPersona::of)),
        }
    }

    /// What administrators put in the place of one that comes with the product.
    async fn edited(&self, phase: Phase) -> Result<Option<Item<Persona>>, EquipmentError> {
        let rows = self.reader().equipment_of(None, EquipmentKind::Persona).await?;
        let items: Vec<Item<Persona>> =
            rows.into_iter().map(super::item).collect::<Result<_, _>>()?;
        Ok(items.into_iter().find(|it| it.content.stands_for == Some(phase)))
    }

    /// Keeps a persona, or changes one. To change one that comes with the product makes another for everybody.
    ///
    /// # Errors
    ///
    /// When there is none to change, its name is taken, it is everybody's and the actor no administrator, or the
    /// store fails.
    pub async fn put_persona(
        &self,
        actor: Actor,
        (id, whose): (Option<PersonaId>, Whose),
        persona: Persona,
    ) -> Result<NamedPersona, EquipmentError> {
        let item = match id {
            None => self.insert(actor, whose, persona).await?,
            Some(PersonaId::Own(id)) => {
                // An edited built-in has a row too, whose id nobody is told.
                let found = self.get::<Persona>(actor.user, id).await?.content;
                if found.stands_for.is_some() {
                    return Err(EquipmentError::NotFound { noun: Persona::NOUN });
                }
                self.replace(actor, (id, whose), &persona).await?
            }
            Some(PersonaId::BuiltIn(_)) if whose == Whose::Mine => {
                return Err(Invalid::BuiltInIsHubs.into());
            }
            Some(PersonaId::BuiltIn(phase)) => {
                let persona = Persona { stands_for: Some(phase), ..persona };
                let edited = self.edited(phase).await?.map(|it| it.id);
                self.put(actor, (edited, Whose::Hub), persona).await?
            }
        };
        Ok(NamedPersona::of(item))
    }

    /// # Errors
    ///
    /// When there is none, it comes with the product, it is everybody's and the actor no administrator, or the
    /// store fails.
    pub async fn delete_persona(&self, actor: Actor, id: PersonaId) -> Result<(), EquipmentError> {
        match id {
            PersonaId::BuiltIn(phase) => {
                let name = match phase {
                    Phase::Planning => "Planner",
                    Phase::Executing => "Developer",
                };
                Err(EquipmentError::BuiltIn { name })
            }
            PersonaId::Own(id) => {
                let found = self.get::<Persona>(actor.user, id).await?;
                match found.content.stands_for {
                    Some(phase) => {
                        Box::pin(self.delete_persona(actor, PersonaId::BuiltIn(phase))).await
                    }
                    None => self.delete::<Persona>(actor, id).await,
                }
            }
        }
    }
}

const fn is_built_in(id: PersonaId) -> bool {
    matches!(id, PersonaId::BuiltIn(_))
}

const PLANNER: &str = "planner";
const DEVELOPER: &str = "developer";

impl fmt::Display for PersonaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(Phase::Planning) => f.write_str(PLANNER),
            Self::BuiltIn(Phase::Executing) => f.write_str(DEVELOPER),
            Self::Own(id) => id.fmt(f),
        }
    }
}

impl FromStr for PersonaId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            PLANNER => Ok(Self::BuiltIn(Phase::Planning)),
            DEVELOPER => Ok(Self::BuiltIn(Phase::Executing)),
            other => {
                let no_persona = |_| Invalid::NoPersona { text: other.to_owned() };
                other.parse().map(Self::Own).map_err(no_persona)
            }
        }
    }
}
