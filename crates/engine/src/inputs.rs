//! The inputs of runbooks: what a user filled in, kept for each of them, and what programs are given of it.
//!
//! Whether a value will do is `document`'s decision. What is secret is never stored here: its reader types it
//! for one session, or names one of their secrets.

use std::collections::BTreeMap;

use document::{Document, Input, InputKind, InputProblem};
use model::id::{RunbookId, SessionId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::StoreError;

use crate::{
    Engine, Inner, RunError,
    given::Given,
    secrets::{SecretText, check_secret},
    session::Handle,
};

/// Bytes of all variables of a program together; a kernel's order holds them beside much else.
const MOST_BYTES: usize = 64 << 10;

/// What a user filled in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Filled {
    /// Values by name.
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
    /// For inputs that are secret: the name of the user's secret that stands for each.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
}

/// Values for what is missing or will not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", told(.0))]
pub struct InputsError(pub Vec<InputProblem>);

fn told(problems: &[InputProblem]) -> String {
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    format!("the inputs will not do: {}", told.join("; "))
}

impl Engine {
    /// What a user filled in for a runbook.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn inputs(&self, user: UserId, runbook: RunbookId) -> Result<Filled, StoreError> {
        self.0.inputs(user, runbook).await
    }

    /// Keeps what a user filled in. What will not do is kept too, so that nobody loses what they typed; it is
    /// told, and keeps blocks from running.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn put_inputs(
        &self,
        (user, runbook): (UserId, RunbookId),
        document: &Document,
        filled: Filled,
    ) -> Result<(Filled, Vec<InputProblem>), StoreError> {
        // Of what the runbook no longer asks for, and of what is secret, nothing is kept.
        let is = |name: &str, secret: bool| {
            let input = document.input(name);
            input.is_some_and(|it| (it.kind == InputKind::Secret) == secret)
        };
        let Filled { mut values, mut secrets } = filled;
        values.retain(|name, _| is(name, false));
        secrets.retain(|name, _| is(name, true));
        let problems = document.variables(&values).err().unwrap_or_default();
        let filled = Filled { values, secrets };
        let content = serde_json::to_string(&filled).expect("values by name are always valid JSON");
        self.0.store.put_inputs(user, runbook, &content, self.0.clock.now()).await?;
        Ok((filled, problems))
    }

    /// The secret inputs for which somebody typed a value in a session.
    #[must_use]
    pub fn typed_secrets(&self, session: SessionId) -> Vec<String> {
        let handle = self.0.handle(session);
        handle.map(|it| it.typed().keys().cloned().collect()).unwrap_or_default()
    }
}

impl Handle {
    /// Keeps values of secret inputs, all or none of them.
    pub(crate) fn type_secrets(
        &self,
        document: &Document,
        typed: BTreeMap<String, String>,
    ) -> Result<(), InputsError> {
        let mut problems = Vec::new();
        for (name, value) in &typed {
            let is_secret = document.input(name).is_some_and(|it| it.kind == InputKind::Secret);
            if !is_secret {
                problems.push(InputProblem::new(name, "this is no secret input of the runbook"));
            } else if let Err(error) = check_secret(value) {
                problems.push(InputProblem::new(name, error.to_string()));
            }
        }
        if !problems.is_empty() {
            return Err(InputsError(problems));
        }
        self.typed().extend(typed.into_iter().map(|(name, it)| (name, SecretText::new(it))));
        Ok(())
    }
}

impl Inner {
    async fn inputs(&self, user: UserId, runbook: RunbookId) -> Result<Filled, StoreError> {
        let stored = self.store.reader().inputs(user, runbook).await?;
        // Another version of this program may have written it: whoever fills it in again replaces it.
        Ok(stored.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default())
    }

    /// What programs of a runbook find of its inputs.
    pub(crate) async fn given(
        &self,
        (user, runbook): (UserId, RunbookId),
        document: &Document,
        typed: &BTreeMap<String, SecretText>,
    ) -> Result<Given, RunError> {
        if document.inputs.is_empty() {
            return Ok(Given::default());
        }
        let Filled { mut values, secrets } = self.inputs(user, runbook).await?;
        // The runbook may have been edited since.
        values.retain(|name, _| document.input(name).is_some());
        let variables = document.variables(&values);
        let mut problems = variables.as_ref().err().cloned().unwrap_or_default();
        let mut given = Given { inputs: variables.unwrap_or_default(), ..Given::default() };
        for input in document.inputs.iter().filter(|it| it.kind == InputKind::Secret) {
            let value = match (typed.get(&input.name), secrets.get(&input.name)) {
                (Some(typed), _) => Some(typed.clone()),
                (None, Some(name)) => {
                    let opened = self.open_named_secrets(user, &[name.as_str()]).await?;
                    opened.into_values().next()
                }
                (None, None) => None,
            };
            match value {
                Some(value) => drop(given.secrets.insert(input.name.clone(), value)),
                None if input.required => problems.push(missing(input)),
                None => {}
            }
        }
        check_size(&given).unwrap_or_else(|it| problems.push(it));
        if problems.is_empty() { Ok(given) } else { Err(InputsError(problems).into()) }
    }
}

fn missing(input: &Input) -> InputProblem {
    InputProblem::new(&input.name, "a value is needed; type one, or choose one of your secrets")
}

fn check_size(given: &Given) -> Result<(), InputProblem> {
    let largest = given.inputs.iter().max_by_key(|it| it.1.len());
    let bytes: usize = given.inputs.values().map(String::len).sum();
    match largest {
        Some((name, _)) if bytes > MOST_BYTES => {
            let message = format!("all values together are longer than {} KiB", MOST_BYTES >> 10);
            Err(InputProblem::new(name, message))
        }
        _ => Ok(()),
    }
}
