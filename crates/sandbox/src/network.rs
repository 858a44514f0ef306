//! What programs of a sandbox reach.

use std::fmt;

mod rule;

pub use rule::{HostPattern, InvalidRule, Rule};

/// Where the guest listens for clients that speak to a proxy; the usual port of such.
pub(crate) const PROXY_PORT: u16 = 3128;

/// What programs of a sandbox reach outside of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// A loopback of their own, and nothing else.
    #[default]
    None,
    /// Hosts and ports that one of the rules names, by way of the guest; see [`crate::egress`].
    Allow(Vec<Rule>),
    /// Whatever this machine reaches, its own services included.
    Full,
}

impl Network {
    /// Variables for programs that rather ask a proxy, in the lower and the upper case that tools look
    /// for; none unless there are rules.
    ///
    /// Names work without them. They are needed for addresses (`10.0.0.5:5432`), which a program cannot
    /// connect to directly.
    #[must_use]
    pub fn proxy_variables(&self) -> Vec<(String, String)> {
        match self {
            Self::None | Self::Full => Vec::new(),
            Self::Allow(_) => {
                let proxy = format!("http://127.0.0.1:{PROXY_PORT}");
                let inside = "localhost,127.0.0.1,::1".to_owned();
                let values = [
                    ("HTTP_PROXY", &proxy),
                    ("HTTPS_PROXY", &proxy),
                    ("ALL_PROXY", &proxy),
                    ("NO_PROXY", &inside),
                ];
                let both = |name: &str| [name.to_owned(), name.to_ascii_lowercase()];
                let pairs = values
                    .into_iter()
                    .flat_map(|(name, value)| both(name).map(|name| (name, value.clone())));
                pairs.collect()
            }
        }
    }

    /// What a backend has to give: a network of the sandbox's own, or the machine's.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            Self::None | Self::Allow(_) => false,
            Self::Full => true,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Full => f.write_str("full"),
            Self::Allow(rules) => {
                let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
                f.write_str(&rules.join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_allow_list_needs_a_proxy() {
        assert!(Network::None.proxy_variables().is_empty());
        assert!(Network::Full.proxy_variables().is_empty());
        let variables = Network::Allow(Vec::new()).proxy_variables();
        let names: Vec<_> = variables.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"https_proxy") && names.contains(&"HTTPS_PROXY"), "{names:?}");
    }
}
