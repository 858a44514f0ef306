//! Templates: plans and descriptions to begin sessions from.

use model::id::{EquipmentId, UserId};
use serde::{Deserialize, Serialize};
use store::EquipmentKind;

use super::{
    Actor, Content, Equipment, EquipmentError, Item, Whose,
    error::{Invalid, line, text as check},
};

const MOST_TITLE_BYTES: usize = 200;
const MOST_BYTES: usize = 256 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub title: String,
    pub category: String,
    /// Markdown.
    pub text: String,
}

impl Template {
    /// # Errors
    ///
    /// When one of its texts is none.
    pub fn parse(title: &str, category: &str, text: String) -> Result<Self, Invalid> {
        let title = line("title", title, MOST_TITLE_BYTES)?;
        let plain =
            |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_' || it == b'-';
        if !(1..=40).contains(&category.len()) || !category.bytes().all(plain) {
            return Err(Invalid::Category { category: category.chars().take(80).collect() });
        }
        check("template", &text, MOST_BYTES)?;
        Ok(Self { title, category: category.to_owned(), text })
    }
}

impl Content for Template {
    const KIND: EquipmentKind = EquipmentKind::Template;
    const NOUN: &'static str = "template";
    const MOST: u64 = 500;

    fn name(&self) -> String {
        self.title.clone()
    }
}

impl Equipment {
    /// # Errors
    ///
    /// When there is none to change, it is everybody's and the actor no administrator, or the store fails.
    pub async fn put_template(
        &self,
        actor: Actor,
        (id, whose): (Option<EquipmentId>, Whose),
        template: Template,
    ) -> Result<Item<Template>, EquipmentError> {
        self.put(actor, (id, whose), template).await
    }

    /// A template for a session that begins with it, which counts.
    ///
    /// # Errors
    ///
    /// When the user has no such template, or the store fails.
    pub async fn use_template(
        &self,
        user: UserId,
        id: EquipmentId,
    ) -> Result<Item<Template>, EquipmentError> {
        let template = self.get(user, id).await?;
        self.engine.store().count_equipment_uses(&[id]).await?;
        Ok(template)
    }
}
