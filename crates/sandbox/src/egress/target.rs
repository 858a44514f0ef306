//! What a program wants to reach: a name or an address, and a port.
//!
//! There is one spelling of each. An address in one of the old notations (`0x7f.1`, `2130706433`, `010.0.0.1`)
//! is refused rather than understood: what reads it differently than we do would go elsewhere.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// A host as a client names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// In lower case and without a dot at the end.
    Name(String),
    /// IPv4 addresses that are written as IPv6 ones are IPv4 addresses here.
    Address(IpAddr),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    pub host: Host,
    pub port: u16,
}

/// A text is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHost {
    #[error("nothing is there")]
    Empty,
    /// RFC 1035: 253 characters as text.
    #[error("it is longer than 253 characters")]
    TooLong,
    #[error("a part between dots is empty or longer than 63 characters")]
    Label,
    #[error(
        "a name has only letters, digits, `-`, `_` and `.`; other letters need their `xn--` form"
    )]
    Character,
    #[error("an IPv4 address has four decimal numbers without leading zeros")]
    Ipv4,
    #[error("an IPv6 address stands in brackets, without a zone")]
    Ipv6,
}

impl Host {
    /// # Errors
    ///
    /// It is neither a name nor an address in its one spelling.
    pub fn parse(text: &str) -> Result<Self, InvalidHost> {
        if let Some(rest) = text.strip_prefix('[') {
            let inner = rest.strip_suffix(']').ok_or(InvalidHost::Ipv6)?;
            let address: Ipv6Addr = inner.parse().map_err(|_| InvalidHost::Ipv6)?;
            return Ok(Self::Address(plain(address.into())));
        }
        if text.contains(':') {
            return Err(InvalidHost::Ipv6);
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        if name.is_empty() {
            return Err(InvalidHost::Empty);
        }
        if name.len() > 253 {
            return Err(InvalidHost::TooLong);
        }
        let plain = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
        if !name.bytes().all(plain) {
            return Err(InvalidHost::Character);
        }
        if name.split('.').any(|it| it.is_empty() || it.len() > 63) {
            return Err(InvalidHost::Label);
        }
        if ends_in_number(&name) {
            let address: Ipv4Addr = text.parse().map_err(|_| InvalidHost::Ipv4)?;
            return Ok(Self::Address(address.into()));
        }
        Ok(Self::Name(name))
    }
}

/// Whether resolvers might take a name for an address, by the rule of the WHATWG's URL standard.
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let hex = last.strip_prefix("0x").is_some_and(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
    hex || last.bytes().all(|it| it.is_ascii_digit())
}

/// An IPv4 address in the clothes of IPv6 reaches the IPv4 address.
pub(crate) fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

impl Target {
    /// `host:port`, where the port may be left out if there is a usual one.
    pub(crate) fn parse(text: &str, usual_port: Option<u16>) -> Option<Self> {
        let (host, port) = split_port(text);
        let port = match port {
            Some(port) => port_of(port)?,
            None => usual_port?,
        };
        Some(Self { host: Host::parse(host).ok()?, port })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Splits at the colon before a port; those of an IPv6 address stand in brackets.
pub(crate) fn split_port(text: &str) -> (&str, Option<&str>) {
    match text.rfind([':', ']']) {
        // More than one colon outside of brackets is an IPv6 address that lacks them.
        Some(at) if text[at..].starts_with(':') && !has_bare_colon(&text[..at]) => {
            (&text[..at], Some(&text[at + 1..]))
        }
        _ => (text, None),
    }
}

fn has_bare_colon(host: &str) -> bool {
    !host.starts_with('[') && host.contains(':')
}

pub(crate) fn port_of(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    text.parse().ok().filter(|it| digits && *it > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_spellings_of_addresses_are_refused() {
        for text in [
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "127.1",
            "0177.0.0.1",
            "127.0.0.01",
            "127.0.0.1.",
            "a.1",
            "1.2.3.0x4",
            "::1",
            "[::1%lo]",
            "[127.0.0.1]",
            "127.0.0.1\0.com",
            "exa\u{43c}ple.com",
            "a b",
            "",
            ".",
            "..",
        ] {
            assert!(Host::parse(text).is_err(), "{text:?} gives {:?}", Host::parse(text));
        }
    }

    #[test]
    fn an_ipv4_address_in_ipv6_clothes_is_the_ipv4_address() {
        for text in ["[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "169.254.169.254"] {
            assert_eq!(Host::parse(text).unwrap().to_string(), "169.254.169.254");
        }
    }

    #[test]
    fn a_target_needs_a_port() {
        let parse = |text| Target::parse(text, None).map(|it| it.to_string());
        assert_eq!(parse("Example.com.:443").as_deref(), Some("example.com:443"));
        assert_eq!(parse("[::1]:80").as_deref(), Some("[::1]:80"));
        for text in ["example.com", "example.com:", "example.com:0", "a:1:2", "u@a:1", "[::1]80"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(Target::parse("a.test", Some(80)).unwrap().to_string(), "a.test:80");
    }
}
