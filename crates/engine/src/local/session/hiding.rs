//! What is hidden in all that is shown of a session.

use std::collections::BTreeMap;

use super::{LocalSession, State};
use crate::{
    local::sign_in,
    secrets::{Mask, SecretText},
};

impl LocalSession {
    /// From now on these are hidden: a script runs with them.
    pub(in crate::local) fn hide(&self, values: Vec<SecretText>) {
        self.0.state().sensitive.used(values);
    }

    /// These are hidden as long as a template has no others.
    pub(in crate::local) fn hide_rendered(&self, template: &str, values: Vec<SecretText>) {
        self.0.state().sensitive.rendered(template, values);
    }

    /// Hides what anybody signed in with, what was typed into sensitive fields, and these.
    pub(in crate::local) fn mask_with(&self, values: &[SecretText]) -> Option<Mask> {
        let state = self.0.state();
        Mask::new(state.secrets().chain(values))
    }

    /// A text of files or programs, as it may be shown.
    #[must_use]
    pub fn shown(&self, text: String) -> String {
        match self.mask_with(&[]) {
            Some(mask) => mask.text(&text),
            None => text,
        }
    }

    /// What scripts have given so far, by component, as it may be shown. Later scripts find it as it is.
    #[must_use]
    pub fn shown_outputs(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut outputs = self.outputs();
        if let Some(mask) = self.mask_with(&[]) {
            for value in outputs.values_mut().flat_map(BTreeMap::values_mut) {
                *value = mask.text(value);
            }
        }
        outputs
    }
}

impl State {
    pub(super) fn mask(&self) -> Option<Mask> {
        Mask::new(self.secrets())
    }

    fn secrets(&self) -> impl Iterator<Item = &SecretText> {
        sign_in::secrets(&self.signed_in).chain(self.sensitive.values())
    }
}
