//! Tokens, as the provider counts them.

use serde::Deserialize;

/// Of one request. The first four do not overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Neither read from the cache nor written to it.
    pub input_tokens: u64,
    /// Kept for five minutes.
    pub cache_written_5m_tokens: u64,
    /// Kept for an hour.
    pub cache_written_1h_tokens: u64,
    pub cache_read_tokens: u64,
    pub output_tokens: u64,
    /// Searches of the web by the provider.
    pub web_searches: u64,
    pub region: Region,
}

/// Where a model was asked to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Region {
    #[default]
    Anywhere,
    /// In the United States only, which costs more.
    UnitedStates,
}

impl Usage {
    /// All that the model was given.
    #[must_use]
    pub fn prompt_tokens(&self) -> u64 {
        let parts =
            [self.cache_written_5m_tokens, self.cache_written_1h_tokens, self.cache_read_tokens];
        parts.into_iter().fold(self.input_tokens, u64::saturating_add)
    }
}

/// Where the numbers of a [`Usage`] come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// The provider's last word.
    Exact,
    /// The answer was not read to its end: what was seen of it, and the rest at four bytes a token.
    Estimated,
}

/// Bytes of a token, about.
const BYTES_PER_TOKEN: u64 = 4;

/// How many tokens so many bytes are, about.
pub(crate) fn estimated_tokens(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX).div_ceil(BYTES_PER_TOKEN)
}

/// As it is written in answers. Numbers only grow within one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct WireUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation: Option<WireCacheCreation>,
    server_tool_use: Option<WireServerToolUse>,
    #[serde(deserialize_with = "region")]
    inference_geo: Region,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct WireCacheCreation {
    ephemeral_5m_input_tokens: Option<u64>,
    ephemeral_1h_input_tokens: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct WireServerToolUse {
    web_search_requests: Option<u64>,
}

fn region<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Region, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    Ok(if name.as_deref() == Some("us") { Region::UnitedStates } else { Region::Anywhere })
}

impl WireUsage {
    /// Takes up what a later piece of the same answer says.
    pub(crate) fn grow(&mut self, later: Self) {
        self.input_tokens = self.input_tokens.max(later.input_tokens);
        self.output_tokens = self.output_tokens.max(later.output_tokens);
        self.cache_creation_input_tokens =
            self.cache_creation_input_tokens.max(later.cache_creation_input_tokens);
        self.cache_read_input_tokens =
            self.cache_read_input_tokens.max(later.cache_read_input_tokens);
        let (creation, later_creation) =
            (self.cache_creation.unwrap_or_default(), later.cache_creation.unwrap_or_default());
        self.cache_creation = Some(WireCacheCreation {
            ephemeral_5m_input_tokens: creation
                .ephemeral_5m_input_tokens
                .max(later_creation.ephemeral_5m_input_tokens),
            ephemeral_1h_input_tokens: creation
                .ephemeral_1h_input_tokens
                .max(later_creation.ephemeral_1h_input_tokens),
        });
        let searches = |it: Self| it.server_tool_use.and_then(|it| it.web_search_requests);
        let web_search_requests = searches(*self).max(searches(later));
        self.server_tool_use = Some(WireServerToolUse { web_search_requests });
        if later.inference_geo == Region::UnitedStates {
            self.inference_geo = Region::UnitedStates;
        }
    }
}

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let creation = wire.cache_creation.unwrap_or_default();
        let hour = creation.ephemeral_1h_input_tokens.unwrap_or_default();
        let minutes = creation.ephemeral_5m_input_tokens.unwrap_or_default();
        // The sum may be there without its parts: what no part claims is kept for five minutes.
        let rest = wire.cache_creation_input_tokens.unwrap_or_default().saturating_sub(hour);
        Self {
            input_tokens: wire.input_tokens.unwrap_or_default(),
            cache_written_5m_tokens: minutes.max(rest),
            cache_written_1h_tokens: hour,
            cache_read_tokens: wire.cache_read_input_tokens.unwrap_or_default(),
            output_tokens: wire.output_tokens.unwrap_or_default(),
            web_searches: wire
                .server_tool_use
                .and_then(|it| it.web_search_requests)
                .unwrap_or_default(),
            region: wire.inference_geo,
        }
    }
}
