//! Where a trace goes on: the `traceparent` of W3C Trace Context, level 1.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The span that what follows belongs to, and whether it is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent {
    /// Never zero.
    pub trace: u128,
    /// Never zero.
    pub span: u64,
    /// Bit 0: somebody records it.
    pub flags: u8,
}

/// No `traceparent` that means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no traceparent of W3C Trace Context")]
pub struct InvalidTraceParent;

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, self.flags)
    }
}

impl FromStr for TraceParent {
    type Err = InvalidTraceParent;

    fn from_str(text: &str) -> Result<Self, InvalidTraceParent> {
        let mut parts = text.split('-');
        let mut next = |digits| hex(parts.next(), digits);
        let (version, trace, span, flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
        // Later versions may add parts, this one has none.
        let is_known = version != 0xff && (version != 0 || parts.next().is_none());
        let it = Self {
            trace,
            span: u64::try_from(span).map_err(|_| InvalidTraceParent)?,
            flags: u8::try_from(flags).map_err(|_| InvalidTraceParent)?,
        };
        if is_known && it.trace != 0 && it.span != 0 { Ok(it) } else { Err(InvalidTraceParent) }
    }
}

/// A number of exactly so many hexadecimal digits, in lower case.
fn hex(part: Option<&str>, digits: usize) -> Result<u128, InvalidTraceParent> {
    let is_hex = |it: &u8| it.is_ascii_digit() || (b'a'..=b'f').contains(it);
    let part = part.filter(|it| it.len() == digits && it.as_bytes().iter().all(is_hex));
    u128::from_str_radix(part.ok_or(InvalidTraceParent)?, 16).map_err(|_| InvalidTraceParent)
}

impl Serialize for TraceParent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TraceParent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let parent: TraceParent = text.parse().unwrap();
        assert_eq!(parent.to_string(), text);
        assert_eq!(serde_json::to_value(parent).unwrap(), text);
        assert_eq!(serde_json::from_value::<TraceParent>(text.into()).unwrap(), parent);
    }

    #[test]
    fn a_later_version_may_say_more() {
        let text = "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-else";
        assert!(text.parse::<TraceParent>().is_ok());
        assert!(text.replacen("cc", "00", 1).parse::<TraceParent>().is_err());
    }

    #[test]
    fn what_names_no_span_is_refused() {
        for text in [
            "",
            "00",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        ] {
            assert_eq!(text.parse::<TraceParent>(), Err(InvalidTraceParent), "{text}");
        }
    }
}
