//! One line of an allow-list: a host and its ports.

use std::{fmt, net::IpAddr, str::FromStr};

use crate::egress::target::{Host, InvalidHost, port_of, split_port};

/// A host, or all below a domain, and the ports it may be reached at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    host: HostPattern,
    ports: Vec<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostPattern {
    /// This name alone, in lower case.
    Name(String),
    /// Every name below this one, however deep, and not itself: `*.example.com`.
    Below(String),
    /// This address, even if it is private or one of this machine.
    Address(IpAddr),
}

/// A text is no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRule {
    #[error("rule {rule:?} names no host: {reason}")]
    Host { rule: String, reason: InvalidHost },
    #[error("rule {rule:?} has no port between 1 and 65535 behind its colon")]
    Port { rule: String },
    #[error("rule {rule:?} has its star elsewhere than in `*.` at the beginning")]
    Star { rule: String },
    #[error("rule {rule:?} allows a whole top-level domain; name one below it, as `*.example.com`")]
    TooWide { rule: String },
    #[error("rule {rule:?} is a URL; write only its host, and a port if it is neither 80 nor 443")]
    Url { rule: String },
}

/// HTTPS, and HTTP for what redirects to it.
const DEFAULT_PORTS: [u16; 2] = [443, 80];

impl Rule {
    #[must_use]
    pub fn host(&self) -> &HostPattern {
        &self.host
    }

    #[must_use]
    pub fn ports(&self) -> &[u16] {
        &self.ports
    }

    /// The one name that it allows; `None` for an address and for all below a domain.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.host {
            HostPattern::Name(name) => Some(name),
            HostPattern::Below(_) | HostPattern::Address(_) => None,
        }
    }

    /// Whether it allows all that another one allows.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let hosts = match (&self.host, &other.host) {
            (HostPattern::Below(domain), HostPattern::Name(name)) => is_below(name, domain),
            (HostPattern::Below(domain), HostPattern::Below(other)) => {
                domain == other || is_below(other, domain)
            }
            (ours, theirs) => ours == theirs,
        };
        hosts && other.ports.iter().all(|it| self.ports.contains(it))
    }

    /// Whether it names the host; the port is not asked.
    pub(crate) fn names(&self, host: &Host) -> bool {
        match (&self.host, host) {
            (HostPattern::Name(name), Host::Name(asked)) => name == asked,
            (HostPattern::Below(domain), Host::Name(asked)) => is_below(asked, domain),
            (HostPattern::Address(address), Host::Address(asked)) => address == asked,
            (HostPattern::Name(_) | HostPattern::Below(_), Host::Address(_))
            | (HostPattern::Address(_), Host::Name(_)) => false,
        }
    }
}

fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|it| it.len() > 1 && it.ends_with('.'))
}

impl FromStr for Rule {
    type Err = InvalidRule;

    fn from_str(text: &str) -> Result<Self, InvalidRule> {
        let rule = || text.to_owned();
        if text.contains('/') {
            return Err(InvalidRule::Url { rule: rule() });
        }
        let (host, port) = split_port(text);
        let ports = match port {
            None => DEFAULT_PORTS.to_vec(),
            Some(port) => vec![port_of(port).ok_or_else(|| InvalidRule::Port { rule: rule() })?],
        };
        let parse = |host: &str| {
            Host::parse(host).map_err(|reason| InvalidRule::Host { rule: rule(), reason })
        };
        let below = host.strip_prefix("*.");
        if below.unwrap_or(host).contains('*') {
            return Err(InvalidRule::Star { rule: rule() });
        }
        let host = match (below, parse(below.unwrap_or(host))?) {
            (None, Host::Name(name)) => HostPattern::Name(name),
            (None, Host::Address(address)) => HostPattern::Address(address),
            (Some(_), Host::Name(domain)) if domain.contains('.') => HostPattern::Below(domain),
            (Some(_), Host::Name(_)) => return Err(InvalidRule::TooWide { rule: rule() }),
            (Some(_), Host::Address(_)) => return Err(InvalidRule::Star { rule: rule() }),
        };
        Ok(Self { host, ports })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            HostPattern::Name(name) => f.write_str(name)?,
            HostPattern::Below(domain) => write!(f, "*.{domain}")?,
            HostPattern::Address(IpAddr::V4(address)) => write!(f, "{address}")?,
            HostPattern::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
        }
        match self.ports.as_slice() {
            [port] => write!(f, ":{port}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        text.parse().unwrap()
    }

    #[test]
    fn a_rule_is_a_host_and_perhaps_a_port() {
        assert_eq!(rule("PyPI.org.").ports(), [443, 80]);
        assert_eq!(*rule("PyPI.org.").host(), HostPattern::Name("pypi.org".to_owned()));
        assert_eq!(rule("*.npmjs.org:443").to_string(), "*.npmjs.org:443");
        assert_eq!(rule("10.0.0.5:5432").to_string(), "10.0.0.5:5432");
        assert_eq!(rule("[::1]:80").to_string(), "[::1]:80");
        assert_eq!(rule("[fd00::5]").to_string(), "[fd00::5]");
        assert_eq!(rule("localhost:8080").to_string(), "localhost:8080");
    }

    #[test]
    fn a_rule_covers_what_is_narrower() {
        for (wide, narrow) in [
            ("pypi.org", "pypi.org:443"),
            ("*.example.com", "a.b.example.com"),
            ("*.example.com", "*.b.example.com:80"),
            ("10.0.0.5:1", "10.0.0.5:1"),
        ] {
            assert!(rule(wide).covers(&rule(narrow)), "{wide} {narrow}");
            assert_eq!(wide == narrow, rule(narrow).covers(&rule(wide)), "{narrow} {wide}");
        }
        for (one, other) in [
            ("*.example.com", "example.com"),
            ("*.example.com", "badexample.com"),
            ("pypi.org:80", "pypi.org"),
            ("10.0.0.5", "10.0.0.6"),
        ] {
            assert!(!rule(one).covers(&rule(other)), "{one} {other}");
        }
    }

    #[test]
    fn what_is_no_rule_is_told_why() {
        for (text, reason) in [
            ("", "names no host"),
            (":443", "names no host"),
            ("pypi.org:", "no port"),
            ("pypi.org:0", "no port"),
            ("pypi.org:65536", "no port"),
            ("pypi.org:+80", "no port"),
            ("pypi.org:https", "no port"),
            ("https://pypi.org", "is a URL"),
            ("pypi.org/simple", "is a URL"),
            ("*", "its star elsewhere"),
            ("*:443", "its star elsewhere"),
            ("py*.org", "its star elsewhere"),
            ("*.*.org", "its star elsewhere"),
            ("*.10.0.0.1", "its star elsewhere"),
            ("*.com", "top-level domain"),
            ("pypi..org", "names no host"),
            ("py pi.org", "names no host"),
            ("user@pypi.org", "names no host"),
            ("::1", "names no host"),
            ("[::1", "names no host"),
            ("2130706433:80", "names no host"),
            ("0x7f.0.0.1", "names no host"),
            ("010.0.0.1", "names no host"),
        ] {
            let error = text.parse::<Rule>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text:?} gives {error:?}");
        }
    }

    #[test]
    fn a_star_stands_for_what_is_below_a_domain_and_not_for_itself() {
        let names = |text: &str, host: &str| rule(text).names(&Host::parse(host).unwrap());
        for host in ["a.example.com", "b.a.example.com", "A.EXAMPLE.com."] {
            assert!(names("*.example.com", host), "{host}");
        }
        for host in ["example.com", "badexample.com", "example.com.evil.test", "com"] {
            assert!(!names("*.example.com", host), "{host}");
        }
        assert!(names("example.com", "EXAMPLE.com"));
        assert!(!names("example.com", "a.example.com"));
        assert!(names("[::1]", "[0:0::1]"));
        assert!(!names("127.0.0.1", "127.0.0.2"));
    }
}
