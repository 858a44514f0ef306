//! What agents may do in one's sessions, unless a session says otherwise.

use agent::policy::{Lists, Pattern, PatternError, ToolPolicy, Unlisted};
use model::id::UserId;
use serde::{Deserialize, Serialize};
use store::{EquipmentKind, PutEquipmentError};

use super::{
    Actor, Content, Equipment, EquipmentError, Whose,
    error::{Invalid, bounded, few},
};

const MOST_PATTERNS: usize = 200;
const MOST_PATTERN_BYTES: usize = 1024;

/// The lists of both phases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPolicy {
    pub planning: Lists,
    pub executing: Lists,
}

impl Default for StoredPolicy {
    fn default() -> Self {
        let ToolPolicy { planning, executing, .. } = ToolPolicy::default();
        Self { planning, executing }
    }
}

impl StoredPolicy {
    /// Reads the lists of one phase.
    ///
    /// # Errors
    ///
    /// When one of the texts is no pattern, or there are too many.
    pub fn lists(allow: &[String], deny: &[String], unlisted: Unlisted) -> Result<Lists, Invalid> {
        Ok(Lists { allow: patterns(allow)?, deny: patterns(deny)?, unlisted })
    }

    /// The rules of a session.
    #[must_use]
    pub fn rules(self) -> ToolPolicy {
        ToolPolicy::new(self.planning, self.executing)
    }
}

fn patterns(texts: &[String]) -> Result<Vec<Pattern>, Invalid> {
    few("patterns", texts, MOST_PATTERNS)?;
    let parse = |it: &String| {
        bounded("pattern", it, MOST_PATTERN_BYTES)?;
        it.parse().map_err(|it: PatternError| it.into())
    };
    texts.iter().map(parse).collect()
}

impl Content for StoredPolicy {
    const KIND: EquipmentKind = EquipmentKind::ToolPolicy;
    const NOUN: &'static str = "tool policy";
    const MOST: u64 = 1;

    /// There is one.
    fn name(&self) -> String {
        String::new()
    }
}

impl Equipment {
    /// What a user set; `None` where that is left to the product.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn tool_policy(&self, user: UserId) -> Result<Option<StoredPolicy>, EquipmentError> {
        Ok(self.list::<StoredPolicy>(user).await?.pop().map(|it| it.content))
    }

    /// # Errors
    ///
    /// When the store fails.
    pub async fn set_tool_policy(
        &self,
        actor: Actor,
        policy: StoredPolicy,
    ) -> Result<(), EquipmentError> {
        loop {
            let there = self.list::<StoredPolicy>(actor.user).await?.pop().map(|it| it.id);
            match self.put(actor, (there, Whose::Mine), policy.clone()).await {
                // Somebody else set or took back the same policy meanwhile.
                Err(
                    EquipmentError::NotFound { .. }
                    | EquipmentError::Put(
                        PutEquipmentError::TooMany { .. } | PutEquipmentError::NameTaken { .. },
                    ),
                ) => {}
                put => return put.map(drop),
            }
        }
    }

    /// Leaves it to the product again.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn reset_tool_policy(&self, actor: Actor) -> Result<(), EquipmentError> {
        for item in self.list::<StoredPolicy>(actor.user).await? {
            match self.delete::<StoredPolicy>(actor, item.id).await {
                Ok(()) | Err(EquipmentError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
