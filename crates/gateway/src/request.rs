//! A request's body: which model it asks, and whether it has the provider act elsewhere.
//!
//! It is read, never written again: what is sent on is what came, but for the name of the model.

mod reach;
#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, de::IgnoredAny};

use self::reach::Reach;
use crate::{ModelId, Models, Recording, refusal::Refusal, usage::estimated_tokens};

/// Tools that run in the sandbox, or only choose among those. All others are the provider's: they read addresses
/// of the web, ask servers, or ask other models.
const TOOLS_OF_CLIENTS: &[&str] =
    &["bash_", "computer_", "memory_", "text_editor_", "tool_search_tool_"];

/// For how many tokens of an answer a request has to find room in the budget at most. Agents ask for up to 128,000
/// and get a few thousand; for all of them, requests would wait for one another long before a budget is used up.
const MOST_RESERVED_TOKENS: u64 = 32_000;

/// A request that may be sent on.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) model: ModelId,
    /// Who may answer in its place. All of them are allowed.
    pub(crate) fallbacks: Vec<ModelId>,
    /// About.
    pub(crate) input_tokens: u64,
    /// For which there must be room in the budget.
    pub(crate) output_tokens: u64,
    pub(crate) body: Bytes,
    /// The last message, where records are kept.
    pub(crate) said: Option<String>,
}

/// What is looked at. A field that is there twice is an error: the provider might take the other one.
#[derive(Deserialize)]
struct Head<'a> {
    /// Without escapes, so that it can be replaced where it stands.
    #[serde(borrow)]
    model: &'a str,
    max_tokens: Option<u64>,
    speed: Option<String>,
    #[serde(default)]
    tools: Vec<Tool>,
    #[serde(default)]
    mcp_servers: Vec<IgnoredAny>,
    #[serde(default)]
    fallbacks: Fallbacks,
    #[serde(default)]
    messages: Reach,
    #[serde(default)]
    system: Reach,
}

#[derive(Deserialize)]
struct Tool {
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Fallbacks {
    Named(Vec<Fallback>),
    /// Left to the provider.
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Fallback {
    model: String,
}

impl Default for Fallbacks {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}

impl Ask {
    pub(crate) fn parse(
        body: Bytes,
        models: &Models,
        recording: Recording,
    ) -> Result<Self, Refusal> {
        let malformed = |it| Refusal::malformed(format!("the body asks no model: {it}"));
        let text = std::str::from_utf8(&body)
            .map_err(|_| Refusal::malformed("the body is no UTF-8 text"))?;
        let head: Head<'_> = serde_json::from_str(text).map_err(malformed)?;
        let refused = || Refusal::model(head.model, models);
        let model = models.resolve(head.model).ok_or_else(refused)?.clone();
        let fallbacks = head.fallbacks.allowed(models)?;
        head.stays_inside()?;
        Ok(Self {
            fallbacks,
            input_tokens: estimated_tokens(body.len()),
            output_tokens: head.max_tokens.unwrap_or(u64::MAX).min(MOST_RESERVED_TOKENS),
            said: match recording {
                Recording::Off => None,
                Recording::On => Some(last_message(text)),
            },
            body: renamed(&body, head.model, model.as_str()),
            model,
        })
    }
}

impl Head<'_> {
    fn stays_inside(&self) -> Result<(), Refusal> {
        let is_ours =
            |kind: &str| kind == "custom" || TOOLS_OF_CLIENTS.iter().any(|it| kind.starts_with(it));
        let kinds = self.tools.iter().filter_map(|it| it.kind.as_deref());
        if let Some(kind) = kinds.into_iter().find(|it| !is_ours(it)) {
            return Err(Refusal::tool(&format!("the tool {kind}")));
        }
        if !self.mcp_servers.is_empty() {
            return Err(Refusal::tool("mcp_servers"));
        }
        if self.messages.fetches() || self.system.fetches() {
            return Err(Refusal::tool("a source of the type url"));
        }
        // It costs a multiple that answers do not tell.
        match self.speed.as_deref() {
            None | Some("standard") => Ok(()),
            Some(speed) => {
                let message = format!("the speed {speed:?} is not offered; leave it out");
                Err(Refusal::malformed(message))
            }
        }
    }
}

impl Fallbacks {
    fn allowed(&self, models: &Models) -> Result<Vec<ModelId>, Refusal> {
        let Self::Named(named) = self else {
            return Err(Refusal::model("that the provider falls back to", models));
        };
        let allowed = |it: &Fallback| {
            // Their names stay as they are: an alias would be sent to the provider.
            let model = models.resolve(&it.model).filter(|model| model.as_str() == it.model);
            model.cloned().ok_or_else(|| Refusal::model(&it.model, models))
        };
        named.iter().map(allowed).collect()
    }
}

/// The body with another name in the place of `model`, which is a part of it.
fn renamed(body: &Bytes, model: &str, name: &str) -> Bytes {
    if model == name {
        return body.clone();
    }
    let begin = model.as_ptr().addr() - body.as_ptr().addr();
    let mut renamed = BytesMut::with_capacity(body.len() + name.len());
    renamed.extend_from_slice(&body[..begin]);
    renamed.extend_from_slice(name.as_bytes());
    renamed.extend_from_slice(&body[begin + model.len()..]);
    renamed.freeze()
}

fn last_message(text: &str) -> String {
    #[derive(Deserialize)]
    struct Said {
        #[serde(default)]
        messages: Vec<serde_json::Value>,
    }
    let said = serde_json::from_str::<Said>(text).ok().and_then(|mut it| it.messages.pop());
    said.map(|it| it.to_string()).unwrap_or_default()
}
