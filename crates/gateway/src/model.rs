//! Which models a session may ask.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde::Deserialize;

/// Longer ones have not been seen; Bedrock's have 60 characters.
const MOST_BYTES: usize = 200;

/// A model's name, as a provider knows it or as an agent asks for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct ModelId(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no name of a model: it has letters, digits and -._:/@ only, at most {MOST_BYTES}"
)]
pub struct InvalidModelId(String);

impl ModelId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ModelId {
    type Err = InvalidModelId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |it: u8| it.is_ascii_alphanumeric() || b"-._:/@".contains(&it);
        let fine = (1..=MOST_BYTES).contains(&text.len()) && text.bytes().all(plain);
        let shown = || text.chars().take(MOST_BYTES).collect();
        if fine { Ok(Self(text.to_owned())) } else { Err(InvalidModelId(shown())) }
    }
}

impl TryFrom<String> for ModelId {
    type Error = InvalidModelId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The models of a session: those that it may ask, and other names for models. Nothing else is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Models {
    allowed: BTreeSet<ModelId>,
    aliases: BTreeMap<ModelId, ModelId>,
}

impl Models {
    pub fn new<I: IntoIterator<Item = ModelId>>(allowed: I) -> Self {
        Self { allowed: allowed.into_iter().collect(), aliases: BTreeMap::new() }
    }

    /// Whoever asks for `alias` asks for `model`, which is allowed by that name only.
    #[must_use]
    pub fn alias(mut self, alias: ModelId, model: ModelId) -> Self {
        self.aliases.insert(alias, model);
        self
    }

    /// The model that is meant. An alias comes before a model of the same name.
    pub(crate) fn resolve(&self, name: &str) -> Option<&ModelId> {
        let name = name.parse().ok()?;
        self.aliases.get(&name).or_else(|| self.allowed.get(&name))
    }

    /// All names that may be asked for.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&ModelId> {
        self.allowed.iter().chain(self.aliases.keys()).collect()
    }
}
