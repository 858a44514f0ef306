//! What a program finds in its environment beside what its language needs: the runbook's inputs, and the
//! secrets that it names. It is given anew to each program and kept by none of them.

use std::collections::BTreeMap;

use sandbox::Program;

use crate::secrets::SecretText;

/// The variables of one program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    pub(crate) inputs: BTreeMap<String, String>,
    pub(crate) secrets: BTreeMap<String, SecretText>,
}

impl Given {
    /// Puts them into the environment of a program, in the place of others of their names.
    pub(crate) fn add_to(&self, program: &mut Program) {
        let inputs = self.inputs.iter().map(|(name, it)| (name, it.as_str()));
        let secrets = self.secrets.iter().map(|(name, it)| (name, it.reveal()));
        for (name, value) in inputs.chain(secrets) {
            program.env.retain(|it| it.0 != *name);
            program.env.push((name.clone(), value.to_owned()));
        }
    }

    /// The same inputs, and of the secrets those of these names.
    pub(crate) fn for_names(&self, names: &[&str]) -> Self {
        let secrets = self.secrets.iter();
        let named = secrets.filter(|(name, _)| names.contains(&name.as_str()));
        let secrets = named.map(|(name, it)| (name.clone(), it.clone())).collect();
        Self { inputs: self.inputs.clone(), secrets }
    }

    /// Their names, for a program that is not to keep them.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.inputs.keys().chain(self.secrets.keys()).map(String::as_str)
    }
}
