//! Where packages come from: the indexes that this machine is configured for, as the command line
//! read them. With none, the public ones.
//!
//! Credentials stay in [`Secret`]s: nothing prints them, and no program of a user ever sees them.

use std::{fmt, path::PathBuf, str::FromStr};

use sandbox::{InvalidRule, Rule};

use super::Ecosystem;

/// A value that is used and never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The address of an index, perhaps with credentials. Printed without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexUrl {
    is_tls: bool,
    /// `user:password`, as it stands in the URL.
    credentials: Option<Secret>,
    host: String,
    port: u16,
    /// From its first slash on.
    path: String,
}

/// No address of an index.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIndex {
    #[error("the index {host:?} is no URL; write for example https://pypi.example.com/simple")]
    NoUrl { host: String },
    #[error(transparent)]
    Host(#[from] InvalidRule),
}

impl IndexUrl {
    pub(super) fn rule(&self) -> Rule {
        let rule = format!("{}:{}", self.host, self.port);
        rule.parse().expect("it was a rule when it was read")
    }

    /// With the credentials: for the tools alone.
    pub(super) fn reveal(&self) -> String {
        let credentials = self.credentials.as_ref().map(|it| format!("{}@", it.reveal()));
        self.text(&credentials.unwrap_or_default())
    }

    pub(super) fn credentials(&self) -> Option<&Secret> {
        self.credentials.as_ref()
    }

    pub(super) fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The host, and its port where it is not the usual one.
    pub(super) fn authority(&self) -> String {
        let text = self.text("");
        let (_, rest) = text.split_once("://").unwrap_or_default();
        rest.split('/').next().unwrap_or_default().to_owned()
    }

    fn text(&self, credentials: &str) -> String {
        let Self { is_tls, host, port, path, .. } = self;
        let (scheme, usual) = if *is_tls { ("https", 443) } else { ("http", 80) };
        let port = if *port == usual { String::new() } else { format!(":{port}") };
        format!("{scheme}://{credentials}{host}{port}{path}")
    }
}

impl fmt::Display for IndexUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(""))
    }
}

impl FromStr for IndexUrl {
    type Err = InvalidIndex;

    fn from_str(text: &str) -> Result<Self, InvalidIndex> {
        // What is refused may hold a password, so that only its end is repeated.
        let shown = text.rsplit('@').next().unwrap_or_default();
        let no_url = || InvalidIndex::NoUrl { host: shown.to_owned() };
        let (scheme, rest) = text.split_once("://").ok_or_else(no_url)?;
        let is_tls = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(no_url()),
        };
        let path_at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(path_at);
        let (credentials, place) = match authority.rsplit_once('@') {
            Some((credentials, place)) => (Some(Secret::new(credentials)), place),
            None => (None, authority),
        };
        let usual = if is_tls { 443 } else { 80 };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                (host, port.parse().map_err(|_| no_url())?)
            }
            _ => (place, usual),
        };
        if !text.bytes().all(|it| it.is_ascii_graphic()) || path.contains(['"', '\'', '\\']) {
            return Err(no_url());
        }
        format!("{host}:{port}").parse::<Rule>()?;
        let (host, path) = (host.to_owned(), path.to_owned());
        Ok(Self { is_tls, credentials, host, port, path })
    }
}

/// Everything that builds may ask for packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexes {
    /// The index, then those asked beside it.
    pub python: Vec<IndexUrl>,
    pub npm: NpmIndex,
    /// Module proxies in the order they are asked.
    pub go: Vec<IndexUrl>,
    /// Checksum database of Go modules by its name, or `off`.
    pub go_sums: Option<String>,
    /// A sparse registry in the place of crates.io.
    pub cargo: Option<IndexUrl>,
    pub cargo_token: Option<Secret>,
    pub apt: AptIndex,
    /// Certificates to trust, where this machine trusts others than its system's.
    pub certificates: Option<PathBuf>,
    /// Hosts that indexes refer to for the packages themselves.
    pub hosts: Vec<Rule>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NpmIndex {
    pub registry: Option<IndexUrl>,
    /// Registries of scopes, which begin with `@`.
    pub scopes: Vec<(String, IndexUrl)>,
    /// Lines of an `.npmrc` such as `//host/:_authToken` and their values.
    pub credentials: Vec<(String, Secret)>,
}

/// Debian's archives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AptIndex {
    /// Names and contents of files as in `/etc/apt/sources.list.d`.
    pub sources: Vec<(String, String)>,
    /// Names and contents of files as in `/etc/apt/trusted.gpg.d` and `/etc/apt/keyrings`.
    pub keyrings: Vec<(String, Vec<u8>)>,
    /// What is installed on this machine, and need not be fetched: dpkg's own file.
    pub status: Option<PathBuf>,
    /// In the notation of `apt_auth.conf`.
    pub credentials: Option<Secret>,
}

impl AptIndex {
    /// The addresses in its sources, of either notation.
    fn urls(&self) -> impl Iterator<Item = IndexUrl> {
        let lines = self.sources.iter().flat_map(|(_, text)| text.lines());
        let lines = lines.filter(|it| !it.trim_start().starts_with('#'));
        lines.flat_map(str::split_whitespace).filter_map(|it| it.parse().ok())
    }
}

const PYTHON: &[&str] = &["pypi.org", "files.pythonhosted.org"];
const NPM: &[&str] = &["registry.npmjs.org"];
const GO: &[&str] = &["proxy.golang.org"];
const GO_SUMS: &str = "sum.golang.org";
const CARGO: &[&str] = &["index.crates.io", "static.crates.io"];

impl Indexes {
    /// What a build may connect to.
    pub(super) fn rules(&self, ecosystem: Ecosystem) -> Vec<Rule> {
        let public = |hosts: &[&str]| -> Vec<Rule> {
            hosts.iter().map(|it| it.parse().expect("our own names are rules")).collect()
        };
        let of = |urls: &[IndexUrl]| urls.iter().map(IndexUrl::rule).collect::<Vec<_>>();
        let mut rules = match ecosystem {
            Ecosystem::Python if self.python.is_empty() => public(PYTHON),
            Ecosystem::Python => {
                let mut rules = of(&self.python);
                if self.python.iter().any(|it| it.host == PYTHON[0]) {
                    rules.extend(public(&PYTHON[1..]));
                }
                rules
            }
            Ecosystem::Npm => {
                let scopes = self.npm.scopes.iter().map(|(_, it)| it.rule());
                let registry = self.npm.registry.as_ref().map(|it| vec![it.rule()]);
                registry.unwrap_or_else(|| public(NPM)).into_iter().chain(scopes).collect()
            }
            Ecosystem::Go => {
                let proxies = if self.go.is_empty() { public(GO) } else { of(&self.go) };
                let sums = self.go_sums.as_deref().unwrap_or(GO_SUMS);
                let sums = sums.split([' ', '+']).next().and_then(|it| it.parse().ok());
                proxies.into_iter().chain(sums.filter(|_| self.go_sums() != "off")).collect()
            }
            Ecosystem::Cargo => match &self.cargo {
                Some(registry) => vec![registry.rule()],
                None => public(CARGO),
            },
            Ecosystem::Debian => self.apt.urls().map(|it| it.rule()).collect(),
        };
        rules.extend(self.hosts.iter().cloned());
        rules
    }

    pub(super) fn go_sums(&self) -> &str {
        self.go_sums.as_deref().unwrap_or(GO_SUMS)
    }

    /// What identifies the indexes of an ecosystem, without any credentials.
    pub(super) fn identity(&self, ecosystem: Ecosystem) -> String {
        let list = |urls: &[IndexUrl]| urls.iter().map(ToString::to_string).collect::<Vec<_>>();
        let parts = match ecosystem {
            Ecosystem::Python => list(&self.python),
            Ecosystem::Npm => {
                let scopes = self.npm.scopes.iter().map(|(scope, it)| format!("{scope}={it}"));
                self.npm.registry.iter().map(ToString::to_string).chain(scopes).collect()
            }
            Ecosystem::Go => list(&self.go),
            Ecosystem::Cargo => self.cargo.iter().map(ToString::to_string).collect(),
            Ecosystem::Debian => self.apt.sources.iter().map(|(_, text)| text.clone()).collect(),
        };
        parts.join("\n")
    }

    /// Everything that must not be repeated to anybody.
    pub(super) fn secrets(&self) -> Vec<&Secret> {
        let urls = self.python.iter().chain(&self.go).chain(&self.cargo).chain(&self.npm.registry);
        let urls = urls.chain(self.npm.scopes.iter().map(|(_, it)| it));
        let mut secrets: Vec<_> = urls.filter_map(IndexUrl::credentials).collect();
        secrets.extend(self.npm.credentials.iter().map(|(_, it)| it));
        secrets.extend(&self.cargo_token);
        secrets.extend(&self.apt.credentials);
        secrets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> IndexUrl {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_printed_without_its_credentials() {
        let index = url("https://ada:se%40cret@pypi.example.com:8443/simple/");
        assert_eq!(index.to_string(), "https://pypi.example.com:8443/simple/");
        assert_eq!(index.reveal(), "https://ada:se%40cret@pypi.example.com:8443/simple/");
        assert!(!format!("{index:?}").contains("se%40cret"));
        assert_eq!(index.rule().to_string(), "pypi.example.com:8443");
        assert_eq!(url("http://127.0.0.1:1234").reveal(), "http://127.0.0.1:1234");
        for text in ["pypi.org", "ftp://pypi.org", "https://", "https://a b", "http://x:y/z"] {
            assert!(text.parse::<IndexUrl>().is_err(), "{text}");
        }
        let refused = "ftp://ada:secret@x".parse::<IndexUrl>().unwrap_err().to_string();
        assert!(!refused.contains("secret"), "{refused}");
    }

    #[test]
    fn a_build_reaches_the_indexes_of_its_ecosystem_and_nothing_else() {
        let rules = |indexes: &Indexes, ecosystem| {
            let rules = indexes.rules(ecosystem);
            rules.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let public = Indexes::default();
        assert_eq!(rules(&public, Ecosystem::Python), ["pypi.org", "files.pythonhosted.org"]);
        assert_eq!(rules(&public, Ecosystem::Go), ["proxy.golang.org", "sum.golang.org"]);
        assert!(rules(&public, Ecosystem::Debian).is_empty());
        let sources = "Types: deb\nURIs: http://deb.example.org/debian https://x.example.org:8/\n\
                       # http://commented.example.org\n"
            .to_owned();
        let own = Indexes {
            python: vec![url("https://pypi.example.com/simple")],
            go_sums: Some("off".to_owned()),
            apt: AptIndex { sources: vec![("a".to_owned(), sources)], ..AptIndex::default() },
            hosts: vec!["files.example.com".parse().unwrap()],
            ..Indexes::default()
        };
        assert_eq!(rules(&own, Ecosystem::Python), ["pypi.example.com:443", "files.example.com"]);
        assert_eq!(rules(&own, Ecosystem::Go), ["proxy.golang.org", "files.example.com"]);
        assert_eq!(
            rules(&own, Ecosystem::Debian),
            ["deb.example.org:80", "x.example.org:8", "files.example.com"]
        );
    }
}
