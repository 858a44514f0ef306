//! Values for a program that is started elsewhere than here: an agent, the servers that it uses, git.

use std::{collections::BTreeMap, fmt};

use model::{function::SecretName, id::UserId};

use super::{Mask, SecretError, SecretText};
use crate::Engine;

/// Some secrets of one user, opened. Nothing shows them: what a program says that was given one goes through
/// [`OpenedSecrets::hide`] before anybody sees or stores it.
#[derive(Clone)]
pub struct OpenedSecrets {
    values: BTreeMap<SecretName, SecretText>,
    mask: Option<Mask>,
}

impl fmt::Debug for OpenedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl OpenedSecrets {
    /// A value, for a program of its owner or for the site that its owner named, and nothing else.
    #[must_use]
    pub fn reveal(&self, name: &SecretName) -> Option<&str> {
        self.values.get(name).map(SecretText::reveal)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// A text in which no value shows.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        self.mask.as_ref().map_or_else(|| text.to_owned(), |it| it.text(text))
    }
}

impl Engine {
    /// Opens secrets for a program of their owner.
    ///
    /// # Errors
    ///
    /// When one is not there or was sealed under another key, or the store fails.
    pub async fn open_secrets(
        &self,
        owner: UserId,
        names: &[SecretName],
    ) -> Result<OpenedSecrets, SecretError> {
        let values = self.0.open_secrets(owner, names).await?;
        let mask = Mask::new(values.values());
        Ok(OpenedSecrets { values, mask })
    }
}
