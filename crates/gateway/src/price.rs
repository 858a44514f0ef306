//! What tokens cost.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Usage, usage::Region};

/// Millionths in one, of dollars as of tokens.
const MILLION: u64 = 1_000_000;

/// Millionths of a dollar for a search of the web: $10 for a thousand.
const WEB_SEARCH: u64 = 10_000;

/// The most that a million tokens may be said to cost, in dollars. Larger numbers are slips.
const MOST_DOLLARS: f64 = 100_000.0;

/// Millionths of a dollar for a million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    pub input: u64,
    pub output: u64,
    pub cache_write_5m: u64,
    pub cache_write_1h: u64,
    pub cache_read: u64,
}

/// Of one model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Row")]
pub struct Price {
    pub rates: Rates,
    /// For a request with more prompt tokens than this, all its tokens cost this instead.
    pub long_prompt: Option<(u64, Rates)>,
}

/// By the beginnings of models' ids; the longest that fits counts. A model that none fits costs as much as the
/// dearest of all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "BTreeMap<String, Price>")]
pub struct Prices(BTreeMap<String, Price>);

/// Input, output and reading from the cache, in thousandths of a dollar for a million tokens. Writing to the cache
/// costs 1.25 times the input for five minutes and twice the input for an hour.
///
/// Source: <https://platform.claude.com/docs/en/about-claude/pricing>, as of 2026-10-24.
const ANTHROPIC: &[(&str, [u64; 3])] = &[
    ("claude-fable-5", [10_000, 50_000, 1_000]),
    ("claude-fable-5-1", [10_000, 50_000, 250]),
    ("claude-mythos-5", [10_000, 50_000, 1_000]),
    ("claude-mythos-5-1", [10_000, 50_000, 250]),
    ("claude-opus-4", [15_000, 75_000, 1_500]),
    ("claude-opus-4-5", [5_000, 25_000, 500]),
    ("claude-opus-4-6", [5_000, 25_000, 500]),
    ("claude-opus-4-7", [5_000, 25_000, 500]),
    ("claude-opus-4-8", [5_000, 25_000, 500]),
    ("claude-opus-5", [5_000, 25_000, 500]),
    ("claude-opus-5-5", [4_000, 20_000, 200]),
    ("claude-sonnet-4", [3_000, 15_000, 300]),
    ("claude-sonnet-5", [2_000, 10_000, 200]),
    ("claude-sonnet-5-5", [2_000, 10_000, 100]),
    ("claude-haiku-4-5", [1_000, 5_000, 100]),
    ("claude-haiku-5-5", [100, 500, 10]),
];

/// Same source. Above 100,000 prompt tokens.
const HAIKU_5_5_LONG: (u64, [u64; 3]) = (100_000, [500, 2_500, 50]);

impl Rates {
    const fn of_thousandths([input, output, cache_read]: [u64; 3]) -> Self {
        let (input, output, cache_read) = (input * 1000, output * 1000, cache_read * 1000);
        Self { input, output, cache_write_5m: input / 4 * 5, cache_write_1h: input * 2, cache_read }
    }

    fn dearest(self, other: Self) -> Self {
        Self {
            input: self.input.max(other.input),
            output: self.output.max(other.output),
            cache_write_5m: self.cache_write_5m.max(other.cache_write_5m),
            cache_write_1h: self.cache_write_1h.max(other.cache_write_1h),
            cache_read: self.cache_read.max(other.cache_read),
        }
    }

    /// Rounded up.
    fn cost(&self, usage: &Usage) -> u64 {
        let parts = [
            (usage.input_tokens, self.input),
            (usage.output_tokens, self.output),
            (usage.cache_written_5m_tokens, self.cache_write_5m),
            (usage.cache_written_1h_tokens, self.cache_write_1h),
            (usage.cache_read_tokens, self.cache_read),
        ];
        let tokens: u128 =
            parts.into_iter().map(|(tokens, rate)| u128::from(tokens) * u128::from(rate)).sum();
        // Running in the United States only costs a tenth more (same source).
        let (times, of) = match usage.region {
            Region::Anywhere => (1, 1),
            Region::UnitedStates => (11, 10),
        };
        let cost = tokens.saturating_mul(times).div_ceil(of * u128::from(MILLION));
        u64::try_from(cost)
            .unwrap_or(u64::MAX)
            .saturating_add(usage.web_searches.saturating_mul(WEB_SEARCH))
    }
}

impl Price {
    fn rates(&self, prompt_tokens: u64) -> Rates {
        match self.long_prompt {
            Some((above, rates)) if prompt_tokens > above => rates,
            Some(_) | None => self.rates,
        }
    }
}

impl Prices {
    /// What a request cost, in millionths of a dollar.
    #[must_use]
    pub fn cost(&self, model: &str, usage: &Usage) -> u64 {
        self.price(model).rates(usage.prompt_tokens()).cost(usage)
    }

    fn price(&self, model: &str) -> Price {
        let fitting = self.0.iter().filter(|(prefix, _)| model.starts_with(prefix.as_str()));
        let longest = fitting.max_by_key(|(prefix, _)| prefix.len());
        longest.map_or_else(|| self.dearest(), |(_, price)| *price)
    }

    fn dearest(&self) -> Price {
        let all = self.0.values().flat_map(|it| [Some(it.rates), it.long_prompt.map(|it| it.1)]);
        let rates = all.flatten().fold(Rates::default(), Rates::dearest);
        Price { rates, long_prompt: None }
    }
}

impl Default for Prices {
    /// Anthropic's public ones.
    fn default() -> Self {
        let price =
            |thousandths| Price { rates: Rates::of_thousandths(thousandths), long_prompt: None };
        let mut prices: BTreeMap<_, _> =
            ANTHROPIC.iter().map(|(prefix, it)| ((*prefix).to_owned(), price(*it))).collect();
        let (above, long) = HAIKU_5_5_LONG;
        if let Some(haiku) = prices.get_mut("claude-haiku-5-5") {
            haiku.long_prompt = Some((above, Rates::of_thousandths(long)));
        }
        Self(prices)
    }
}

impl From<BTreeMap<String, Price>> for Prices {
    /// An operator's come on top of the public ones.
    fn from(own: BTreeMap<String, Price>) -> Self {
        let mut prices = Self::default();
        prices.0.extend(own);
        prices
    }
}

#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{0} dollars for a million tokens is no price: it is a number from 0 to {MOST_DOLLARS}")]
pub struct InvalidPrice(f64);

/// As an operator writes it: dollars for a million tokens.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    input: f64,
    output: f64,
    cache_write_5m: Option<f64>,
    cache_write_1h: Option<f64>,
    cache_read: Option<f64>,
    long_prompt: Option<LongRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongRow {
    above: u64,
    input: f64,
    output: f64,
    cache_write_5m: Option<f64>,
    cache_write_1h: Option<f64>,
    cache_read: Option<f64>,
}

impl TryFrom<Row> for Price {
    type Error = InvalidPrice;

    fn try_from(row: Row) -> Result<Self, InvalidPrice> {
        let caches = [row.cache_write_5m, row.cache_write_1h, row.cache_read];
        let rates = rates(row.input, row.output, caches)?;
        let long_prompt = row.long_prompt.map(|it| {
            let caches = [it.cache_write_5m, it.cache_write_1h, it.cache_read];
            Ok((it.above, self::rates(it.input, it.output, caches)?))
        });
        Ok(Self { rates, long_prompt: long_prompt.transpose()? })
    }
}

/// The cache costs what it costs at Anthropic, unless something else is said.
fn rates(
    input: f64,
    output: f64,
    [write_5m, write_1h, read]: [Option<f64>; 3],
) -> Result<Rates, InvalidPrice> {
    Ok(Rates {
        input: millionths(input)?,
        output: millionths(output)?,
        cache_write_5m: millionths(write_5m.unwrap_or(input * 1.25))?,
        cache_write_1h: millionths(write_1h.unwrap_or(input * 2.0))?,
        cache_read: millionths(read.unwrap_or(input * 0.1))?,
    })
}

fn millionths(dollars: f64) -> Result<u64, InvalidPrice> {
    if !(0.0..=MOST_DOLLARS).contains(&dollars) {
        return Err(InvalidPrice(dollars));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is positive and small enough"
    )]
    Ok((dollars * 1e6).round() as u64)
}
