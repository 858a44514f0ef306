//! From a stored version to everything that an instance of it needs.

use document::Runtime;
use model::function::{Function, Version};
use sandbox::{Network, Rule};

pub(super) use super::instance::Recipe;
use super::instance::Resources;
use crate::{Inner, offers, secrets::SecretError};

/// Why a version cannot start.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("{text:?} is no host that a function can reach: {reason}")]
    Network { text: String, reason: String },
    #[error(
        "the network {rule} is not offered here; leave it out, or ask the operator to start runbook \
         with `--network {rule}`"
    )]
    NetworkNotOffered { rule: String },
    #[error("the language {name:?} is unknown to this version of runbook")]
    Runtime { name: String },
}

/// Opens the secrets of a version, and checks what it asks for.
pub(super) async fn recipe(
    inner: &Inner,
    function: &Function,
    version: Version,
) -> Result<Recipe, RecipeError> {
    let name = &function.runtime;
    let runtime =
        Runtime::from_language(name).ok_or_else(|| RecipeError::Runtime { name: name.clone() })?;
    let network = network(inner, &version.demands.network)?;
    let secrets = inner.open_secrets(function.owner, &version.demands.secrets).await?;
    let sandbox = &inner.config.sandbox;
    let resources = Resources {
        memory_bytes: version.demands.memory_bytes.unwrap_or(sandbox.memory_bytes),
        cpu_millis: version.demands.cpu_millis.unwrap_or(sandbox.cpu_millis),
    };
    Ok(Recipe { owner: function.owner, runtime, version, secrets, network, resources })
}

/// What rules stand for, if the operator offers it.
pub(super) fn network(inner: &Inner, rules: &[String]) -> Result<Network, RecipeError> {
    if rules.is_empty() {
        return Ok(Network::None);
    }
    let parsed: Result<Vec<Rule>, RecipeError> = rules
        .iter()
        .map(|text| {
            text.parse().map_err(|error: sandbox::InvalidRule| RecipeError::Network {
                text: text.clone(),
                reason: error.to_string(),
            })
        })
        .collect();
    let network = Network::Allow(parsed?);
    match offers::first_not_offered(&inner.config.network, &network) {
        Some(rule) => Err(RecipeError::NetworkNotOffered { rule }),
        None => Ok(network),
    }
}
