//! What sessions are equipped with, kept for people who prepare it.
//!
//! ```text
//!  draft ─▶ parsed, bounded ─▶ JSON of a row (`store::equipment`) ─▶ parsed again ─▶ Item
//!             │ Invalid                                                └─▶ Briefing, policy, servers of a session
//! ```
//!
//! Each thing belongs to its owner, or to the hub: everybody's sessions have what administrators keep there. Nobody
//! sees what is another's. Values of secrets are never among it: it names them.

mod briefing;
mod context_file;
mod error;
mod learning;
mod mcp_server;
mod mcp_test;
mod persona;
mod placeholders;
mod repository;
mod template;
mod tool_policy;

use engine::{Engine, random_id};
use model::{
    id::{EquipmentId, UserId},
    scope::{Scope, Scopes},
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};
use store::{EquipmentChange, EquipmentKind, Reader, StoreError};

pub use self::{
    briefing::SessionBriefing,
    context_file::ContextFile,
    error::{EquipmentError, Invalid},
    learning::{Learning, LearningState},
    mcp_server::{McpServer, ResolvedServers},
    mcp_test::{McpTestError, Tool},
    persona::{NamedPersona, Persona, PersonaId},
    repository::{ForgeKind, Repository},
    template::Template,
    tool_policy::StoredPolicy,
};

pub(crate) use self::learning::Finding;

/// Who asks, and what they may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub user: UserId,
    pub scopes: Scopes,
}

/// Whom something is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The one who made it.
    Mine,
    /// Everybody; administrators write it.
    Hub,
}

/// Something that sessions are equipped with, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<C> {
    pub id: EquipmentId,
    pub whose: Whose,
    pub content: C,
    pub uses: u64,
    /// 1 at first, counted up by each change.
    pub version: u64,
    pub updated_at: Timestamp,
}

/// What a kind of equipment says. It is valid: whoever has one has parsed it.
pub trait Content: Serialize + DeserializeOwned + Send + Sync {
    const KIND: EquipmentKind;
    /// For people.
    const NOUN: &'static str;
    /// That one owner may have.
    const MOST: u64;

    /// What tells it from others of its owner; of context files and templates only what they are listed by.
    fn name(&self) -> String;

    /// The repository that it is for, if not for all.
    fn repository(&self) -> Option<EquipmentId> {
        None
    }
}

/// Keeps what sessions are equipped with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Equipment {
    engine: Engine,
}

impl Actor {
    /// In whose name it is kept.
    fn owner(self, whose: Whose) -> Result<Option<UserId>, EquipmentError> {
        match whose {
            Whose::Mine => Ok(Some(self.user)),
            Whose::Hub if self.scopes.contains(Scope::Admin) => Ok(None),
            Whose::Hub => Err(EquipmentError::HubOnly),
        }
    }
}

impl Equipment {
    #[must_use]
    pub const fn new(engine: Engine) -> Self {
        Self { engine }
    }

    fn reader(&self) -> Reader {
        self.engine.store().reader()
    }

    fn now(&self) -> Timestamp {
        self.engine.clock().now()
    }

    /// What a user has of a kind: the hub's first, then their own, each by name.
    ///
    /// # Errors
    ///
    /// When the store fails, or holds what this program did not write.
    pub async fn list<C: Content>(&self, user: UserId) -> Result<Vec<Item<C>>, EquipmentError> {
        let reader = self.reader();
        let mut items = Vec::new();
        for owner in [None, Some(user)] {
            for row in reader.equipment_of(owner, C::KIND).await? {
                items.push(item(row)?);
            }
        }
        Ok(items)
    }

    /// What administrators keep of a kind for everybody.
    pub(crate) async fn of_hub<C: Content>(&self) -> Result<Vec<Item<C>>, EquipmentError> {
        self.reader().equipment_of(None, C::KIND).await?.into_iter().map(item).collect()
    }

    /// One thing that a user has, or the hub.
    ///
    /// # Errors
    ///
    /// When there is no such thing for them, or the store fails.
    pub async fn get<C: Content>(
        &self,
        user: UserId,
        id: EquipmentId,
    ) -> Result<Item<C>, EquipmentError> {
        let row = self.reader().equipment(id).await?;
        let theirs = |it: &store::Equipment| {
            it.kind == C::KIND && it.owner.is_none_or(|owner| owner == user)
        };
        item(row.filter(theirs).ok_or(EquipmentError::NotFound { noun: C::NOUN })?)
    }

    /// Keeps something new.
    pub(crate) async fn insert<C: Content>(
        &self,
        actor: Actor,
        whose: Whose,
        content: C,
    ) -> Result<Item<C>, EquipmentError> {
        let at = self.now();
        let row = store::Equipment {
            id: EquipmentId::from_random(random_id()),
            owner: actor.owner(whose)?,
            kind: C::KIND,
            name: content.name(),
            repository: content.repository(),
            content: written(&content),
            uses: 0,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        self.engine.store().insert_equipment(&row, C::MOST).await?;
        let (id, version) = (row.id, row.version);
        Ok(Item { id, whose, content, uses: 0, version, updated_at: at })
    }

    /// Puts something in the place of what is there.
    pub(crate) async fn replace<C: Content>(
        &self,
        actor: Actor,
        (id, whose): (EquipmentId, Whose),
        content: &C,
    ) -> Result<Item<C>, EquipmentError> {
        // Who may not see it is told that it is not there, before anything else about it.
        let found = self.get::<C>(actor.user, id).await?;
        let owner = actor.owner(found.whose)?;
        if found.whose != whose {
            return Err(EquipmentError::Moved { noun: C::NOUN });
        }
        let change = EquipmentChange {
            name: content.name(),
            repository: content.repository(),
            content: written(content),
            at: self.now(),
        };
        if !self.engine.store().change_equipment(owner, C::KIND, id, &change).await? {
            return Err(EquipmentError::NotFound { noun: C::NOUN });
        }
        self.get(actor.user, id).await
    }

    /// Puts something in the place of what has this id, or keeps something new.
    pub(crate) async fn put<C: Content>(
        &self,
        actor: Actor,
        (id, whose): (Option<EquipmentId>, Whose),
        content: C,
    ) -> Result<Item<C>, EquipmentError> {
        match id {
            Some(id) => self.replace(actor, (id, whose), &content).await,
            None => self.insert(actor, whose, content).await,
        }
    }

    /// Forgets something. With what is for everybody goes what people keep for it themselves: they could not be
    /// asked.
    ///
    /// # Errors
    ///
    /// When there is no such thing for them, it is the hub's and they are no administrator, something else is for
    /// it, or the store fails.
    pub async fn delete<C: Content>(
        &self,
        actor: Actor,
        id: EquipmentId,
    ) -> Result<(), EquipmentError> {
        let found = self.get::<C>(actor.user, id).await?;
        let owner = actor.owner(found.whose)?;
        let count = self.reader().count_equipment_for(owner, id).await?;
        if count > 0 {
            return Err(EquipmentError::InUse { noun: C::NOUN, count });
        }
        let deleted = self.engine.store().delete_equipment(owner, C::KIND, id).await?;
        deleted.then_some(()).ok_or(EquipmentError::NotFound { noun: C::NOUN })
    }
}

fn written<C: Content>(content: &C) -> String {
    serde_json::to_string(content).expect("equipment is made of texts and numbers")
}

fn item<C: Content>(row: store::Equipment) -> Result<Item<C>, EquipmentError> {
    let content = serde_json::from_str(&row.content).map_err(|_| StoreError::Unreadable {
        column: "equipment.content",
        value: row.id.to_string(),
    })?;
    Ok(Item {
        id: row.id,
        whose: if row.owner.is_some() { Whose::Mine } else { Whose::Hub },
        content,
        uses: row.uses,
        version: row.version,
        updated_at: row.updated_at,
    })
}
