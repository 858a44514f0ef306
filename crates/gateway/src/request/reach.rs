//! Whether messages have the provider read an address: an image or a document with a `source` of the type `url`.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// Of a JSON value. It is walked through and not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reach {
    fetches: bool,
    /// It is the text `url`.
    names: bool,
    /// It is an object of the type `url`.
    is_address: bool,
}

impl Reach {
    pub(super) const fn fetches(self) -> bool {
        self.fetches
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Key {
    Source,
    Type,
    /// What a tool is given: any JSON, and nothing that the provider looks into.
    Input,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for Reach {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Reach;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Reach, E> {
        Ok(Reach { names: text == "url", ..Reach::default() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Reach, A::Error> {
        let mut reach = Reach::default();
        while let Some(item) = items.next_element::<Reach>()? {
            reach.fetches |= item.fetches;
        }
        Ok(reach)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Reach, A::Error> {
        let mut reach = Reach::default();
        while let Some(key) = fields.next_key::<Key>()? {
            match key {
                Key::Input => {
                    fields.next_value::<IgnoredAny>()?;
                }
                Key::Type => reach.is_address |= fields.next_value::<Reach>()?.names,
                Key::Source => {
                    let source = fields.next_value::<Reach>()?;
                    reach.fetches |= source.fetches || source.is_address;
                }
                Key::Other => reach.fetches |= fields.next_value::<Reach>()?.fetches,
            }
        }
        Ok(reach)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Reach, E> {
        Ok(Reach::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Reach, E> {
        Ok(Reach::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Reach, E> {
        Ok(Reach::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Reach, E> {
        Ok(Reach::default())
    }

    fn visit_unit<E>(self) -> Result<Reach, E> {
        Ok(Reach::default())
    }
}
