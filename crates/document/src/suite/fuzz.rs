//! Values for variables that a test leaves to chance.

use std::collections::BTreeMap;

use jiff::{
    SignedDuration,
    civil::{Date, date},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A kind of value, and its bounds. Those of other kinds mean nothing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Fuzz {
    #[serde(rename = "type")]
    kind: Kind,
    length: Option<usize>,
    min_length: Option<usize>,
    max_length: Option<usize>,
    prefix: String,
    suffix: String,
    include_spaces: bool,
    include_special_chars: bool,
    min: Option<f64>,
    max: Option<f64>,
    /// Of an enum.
    options: Vec<Value>,
    /// Of an address.
    domain: Option<String>,
    /// `2026-01-31`
    min_date: Option<String>,
    max_date: Option<String>,
    /// Of a date, with `YYYY`, `MM` and `DD`.
    format: Option<String>,
    word_count: Option<usize>,
    min_word_count: Option<usize>,
    max_word_count: Option<usize>,
    count: Option<usize>,
    min_count: Option<usize>,
    max_count: Option<usize>,
    /// Of a list's items; of a map's values, by their names.
    schema: Option<Schema>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Schema {
    Each(Box<Fuzz>),
    Fields(BTreeMap<String, Fuzz>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    String,
    Int,
    Float,
    Bool,
    Enum,
    Email,
    Url,
    Uuid,
    Date,
    Timestamp,
    Words,
    List,
    Map,
}

/// Most characters, words or items of one value, and most values in each other: a suite is no attack.
const MOST: usize = 10_000;
const DEEPEST: usize = 8;

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const SPECIAL: &[u8] = b"!@#$%^&*()-_=+[]{};:,.<>?/|~";
const WORDS: [&str; 16] = [
    "amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "harbor", "inlet", "juniper",
    "kelp", "lagoon", "meadow", "nectar", "orchid", "pebble",
];

/// Days from 1970 to the first and the last date where no bounds are given: 2000-01-01 and 2035-12-31.
const FIRST_DAY: i64 = 10_957;
const LAST_DAY: i64 = 24_105;
const EPOCH: Date = date(1970, 1, 1);
const DAY_SECONDS: i64 = 86_400;

impl Fuzz {
    /// A value of this kind. `draw` gives 64 random bits each time.
    pub fn value(&self, draw: &mut impl FnMut() -> u64) -> Value {
        self.value_at(draw, 0)
    }

    fn value_at(&self, draw: &mut impl FnMut() -> u64, depth: usize) -> Value {
        match self.kind {
            Kind::String => self.string(draw).into(),
            Kind::Int => self.int(draw).into(),
            Kind::Float => {
                let (min, max) = (self.min.unwrap_or(0.0), self.max.unwrap_or(1000.0));
                (min + (max - min).max(0.0) * unit(draw)).into()
            }
            Kind::Bool => (draw() & 1 == 1).into(),
            Kind::Enum => pick(&self.options, draw).cloned().unwrap_or(Value::Null),
            Kind::Email => {
                let domain = self.domain.as_deref().unwrap_or("example.com");
                format!("{}@{domain}", text(LETTERS, 8, draw).to_lowercase()).into()
            }
            Kind::Url => {
                let domain = self.domain.as_deref().unwrap_or("example.com");
                format!("https://{domain}/{}", text(LETTERS, 8, draw).to_lowercase()).into()
            }
            Kind::Uuid => uuid(draw).into(),
            Kind::Date => {
                let format = self.format.as_deref().unwrap_or("YYYY-MM-DD");
                written(format, civil(self.day(draw))).into()
            }
            Kind::Timestamp => {
                let second = between(0, DAY_SECONDS - 1, draw);
                let time =
                    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
                format!("{}T{time}Z", written("YYYY-MM-DD", civil(self.day(draw)))).into()
            }
            Kind::Words => {
                let bounds = (self.word_count, self.min_word_count, self.max_word_count);
                let words = 0..count(bounds, (2, 5), draw);
                let words: Vec<_> = words.filter_map(|_| pick(&WORDS, draw).copied()).collect();
                words.join(" ").into()
            }
            Kind::List => self.list(draw, depth),
            Kind::Map => self.map(draw, depth),
        }
    }

    fn string(&self, draw: &mut impl FnMut() -> u64) -> String {
        let mut alphabet = LETTERS.to_vec();
        alphabet.extend(SPECIAL.iter().filter(|_| self.include_special_chars));
        alphabet.extend(b" ".iter().filter(|_| self.include_spaces));
        let length = count((self.length, self.min_length, self.max_length), (8, 16), draw);
        let around = self.prefix.chars().count() + self.suffix.chars().count();
        let inner = text(&alphabet, length.saturating_sub(around), draw);
        format!("{}{inner}{}", self.prefix, self.suffix)
    }

    fn int(&self, draw: &mut impl FnMut() -> u64) -> i64 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a bound beyond all numbers is the last one"
        )]
        let bound = |it: Option<f64>, or| it.map_or(or, |it| it as i64);
        between(bound(self.min, 0), bound(self.max, 1000), draw)
    }

    fn day(&self, draw: &mut impl FnMut() -> u64) -> i64 {
        let day = |it: &Option<String>| it.as_deref().and_then(days);
        let first = day(&self.min_date).unwrap_or(FIRST_DAY);
        between(first, day(&self.max_date).unwrap_or(LAST_DAY.max(first)), draw)
    }

    fn list(&self, draw: &mut impl FnMut() -> u64, depth: usize) -> Value {
        let items = count((self.count, self.min_count, self.max_count), (1, 3), draw);
        if depth >= DEEPEST {
            return json!([]);
        }
        let plain = Self::default();
        let each = match &self.schema {
            Some(Schema::Each(each)) => each.as_ref(),
            Some(Schema::Fields(fields)) => {
                return (0..items).map(|_| record(fields, draw, depth)).collect();
            }
            None => &plain,
        };
        (0..items).map(|_| each.value_at(draw, depth + 1)).collect()
    }

    /// With a schema of fields each value is a record of those; otherwise a plain one.
    fn map(&self, draw: &mut impl FnMut() -> u64, depth: usize) -> Value {
        let entries = count((self.count, self.min_count, self.max_count), (1, 3), draw);
        if depth >= DEEPEST {
            return json!({});
        }
        let plain = Self::default();
        let entry = |draw: &mut _| match &self.schema {
            Some(Schema::Fields(fields)) => record(fields, draw, depth),
            Some(Schema::Each(each)) => each.value_at(draw, depth + 1),
            None => plain.value_at(draw, depth + 1),
        };
        let map = (0..entries).map(|_| (text(&LETTERS[..26], 8, draw), entry(draw)));
        Value::Object(map.collect())
    }
}

fn record(fields: &BTreeMap<String, Fuzz>, draw: &mut impl FnMut() -> u64, depth: usize) -> Value {
    let fields = fields.iter().map(|(name, it)| (name.clone(), it.value_at(draw, depth + 1)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// How many: just so many, or between bounds of which either may be left out.
fn count(
    (exact, min, max): (Option<usize>, Option<usize>, Option<usize>),
    usual: (usize, usize),
    draw: &mut impl FnMut() -> u64,
) -> usize {
    let min = exact.or(min).unwrap_or_else(|| max.map_or(usual.0, |it| it.min(usual.0)));
    let max = exact.or(max).unwrap_or_else(|| usual.1.max(min));
    let (min, max) = (min.min(MOST), max.min(MOST));
    min + usize::try_from(draw() % (max.saturating_sub(min) as u64 + 1)).unwrap_or(0)
}

/// A number of a range whose ends belong to it; the first end where the range is empty.
fn between(min: i64, max: i64, draw: &mut impl FnMut() -> u64) -> i64 {
    let width = u128::from(max.max(min).abs_diff(min)) + 1;
    let step = u64::try_from(u128::from(draw()) % width).unwrap_or(0);
    min.saturating_add_unsigned(step)
}

/// From 0 to less than 1.
fn unit(draw: &mut impl FnMut() -> u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "32 bits fit")]
    let unit = (draw() >> 32) as f64 / (1_u64 << 32) as f64;
    unit
}

fn pick<'a, T>(all: &'a [T], draw: &mut impl FnMut() -> u64) -> Option<&'a T> {
    let length = u64::try_from(all.len()).ok().filter(|it| *it > 0)?;
    all.get(usize::try_from(draw() % length).ok()?)
}

fn text(alphabet: &[u8], length: usize, draw: &mut impl FnMut() -> u64) -> String {
    (0..length).filter_map(|_| pick(alphabet, draw)).map(|it| char::from(*it)).collect()
}

/// Version 4 of RFC 9562.
fn uuid(draw: &mut impl FnMut() -> u64) -> String {
    let (high, low) = (draw() & !0xf000 | 0x4000, draw() & !(3 << 62) | (2 << 62));
    let text = format!("{high:016x}{low:016x}");
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}

/// The day of `2026-01-31`, counted from 1970 on.
fn days(date: &str) -> Option<i64> {
    let since = EPOCH.until(date.parse::<Date>().ok()?).ok()?;
    Some(i64::from(since.get_days()))
}

/// Year, month and day.
fn civil(days: i64) -> (i64, i64, i64) {
    let date = EPOCH.saturating_add(SignedDuration::from_hours(days * 24));
    (date.year().into(), date.month().into(), date.day().into())
}

fn written(format: &str, (year, month, day): (i64, i64, i64)) -> String {
    let with_year = format.replace("YYYY", &format!("{year:04}"));
    with_year.replace("MM", &format!("{month:02}")).replace("DD", &format!("{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A linear congruential generator with the constants of Knuth's MMIX.
    fn dice() -> impl FnMut() -> u64 {
        let mut state = 1_u64;
        move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state ^ (state >> 33)
        }
    }

    fn drawn(fuzz: Value) -> Vec<Value> {
        let fuzz: Fuzz = serde_json::from_value(fuzz).unwrap();
        let mut draw = dice();
        (0..200).map(|_| fuzz.value(&mut draw)).collect()
    }

    #[test]
    fn values_keep_to_their_bounds_and_differ() {
        let all =
            drawn(json!({ "type": "string", "minLength": 5, "maxLength": 9, "prefix": "a-" }));
        for text in all.iter().map(|it| it.as_str().unwrap()) {
            assert!(text.starts_with("a-") && (5..=9).contains(&text.len()), "{text}");
        }
        assert!(all.iter().any(|it| *it != all[0]));
        let all = drawn(json!({ "type": "int", "min": -3, "max": 3 }));
        assert!(all.iter().all(|it| (-3..=3).contains(&it.as_i64().unwrap())));
        assert!((-3..=3).all(|wanted| all.contains(&json!(wanted))));
        let all = drawn(json!({ "type": "enum", "options": ["a", 2] }));
        assert!(all.iter().all(|it| *it == json!("a") || *it == json!(2)));
        let all = drawn(json!({ "type": "float", "min": 1.5, "max": 2 }));
        assert!(all.iter().all(|it| (1.5..=2.0).contains(&it.as_f64().unwrap())));
        let all = drawn(json!({ "type": "words", "wordCount": 3 }));
        assert!(all.iter().all(|it| it.as_str().unwrap().split(' ').count() == 3));
    }

    #[test]
    fn dates_lie_in_their_range_and_are_written_as_asked() {
        for (date, day) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2035-12-31", LAST_DAY)] {
            assert_eq!(
                (days(date), written("YYYY-MM-DD", civil(day))),
                (Some(day), date.to_owned())
            );
        }
        let range = json!({ "type": "date", "minDate": "2024-02-28", "maxDate": "2024-03-01", "format": "DD.MM.YYYY" });
        let mut all: Vec<_> =
            drawn(range).iter().map(|it| it.as_str().unwrap().to_owned()).collect();
        all.sort();
        all.dedup();
        assert_eq!(all, ["01.03.2024", "28.02.2024", "29.02.2024"]);
        let stamp = &drawn(json!({ "type": "timestamp" }))[0];
        assert_eq!(stamp.as_str().unwrap().len(), "2026-01-31T00:00:00Z".len());
    }

    #[test]
    fn lists_and_maps_follow_their_schema_and_end() {
        let schema = json!({ "type": "map", "count": 2, "schema": { "id": { "type": "int" }, "on": { "type": "bool" } } });
        for map in drawn(schema) {
            for record in map.as_object().unwrap().values() {
                assert!(record["id"].is_i64() && record["on"].is_boolean(), "{record}");
            }
        }
        let all = drawn(json!({ "type": "list", "count": 2, "schema": { "type": "email" } }));
        assert!(all.iter().all(|it| it[1].as_str().unwrap().ends_with("@example.com")));
        let huge = drawn(json!({ "type": "string", "length": 1_000_000_000 }));
        assert_eq!(huge[0].as_str().unwrap().len(), MOST);
    }

    #[test]
    fn a_uuid_says_its_version() {
        for id in drawn(json!({ "type": "uuid" })) {
            let id = id.as_str().unwrap();
            assert!(id.len() == 36 && &id[14..15] == "4" && "89ab".contains(&id[19..20]), "{id}");
        }
    }
}
