//! Where a forge is: what somebody signed in to, and the one place that their token may go.

use reqwest::Url;

use crate::{Forge, ForgeError, GitHub, GitLab, Remote, RepositoryPath, Token};

/// What answers there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    GitHub,
    GitLab,
}

/// A forge's place, by the address of its pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    kind: Kind,
    url: Url,
}

/// Why there can be no forge at an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{address:?} is no address of a forge; write https://git.example.com, without a password")]
pub struct InvalidSite {
    pub address: String,
}

impl Kind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
        }
    }

    /// Where everybody's is.
    #[must_use]
    pub const fn host(self) -> &'static str {
        match self {
            Self::GitHub => "github.com",
            Self::GitLab => "gitlab.com",
        }
    }
}

impl Site {
    /// One's own, by an address or the name of its host. A token goes there, so it is https, or this machine.
    ///
    /// # Errors
    ///
    /// When no forge can be there.
    pub fn new(kind: Kind, address: &str) -> Result<Self, InvalidSite> {
        let invalid = || InvalidSite { address: address.to_owned() };
        let full =
            if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
        let mut url = Url::parse(&full).map_err(|_| invalid())?;
        let is_bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        let is_safe = match (url.scheme(), url.host_str()) {
            ("https", Some(_)) => true,
            ("http", Some(host)) => ["localhost", "127.0.0.1", "[::1]"].contains(&host),
            _ => false,
        };
        if !is_bare || !is_safe {
            return Err(invalid());
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self { kind, url })
    }

    /// One's own, by the address at which its programs listen: that of its pages will do as well.
    ///
    /// # Errors
    ///
    /// When no forge can be there.
    pub fn of_api(kind: Kind, address: &str) -> Result<Self, InvalidSite> {
        let mut site = Self::new(kind, address)?;
        let invalid = |_| InvalidSite { address: address.to_owned() };
        if let Some(host) = site.host().strip_prefix("api.").filter(|_| kind == Kind::GitHub)
            && (host == kind.host() || host.ends_with(".ghe.com"))
        {
            let host = host.to_owned();
            site.url.set_host(Some(&host)).map_err(|it| invalid(it.to_string()))?;
        }
        let suffix = match kind {
            Kind::GitHub => "api/v3/",
            Kind::GitLab => "api/v4/",
        };
        if let Some(pages) = site.url.path().strip_suffix(suffix).map(str::to_owned) {
            site.url.set_path(&pages);
        }
        Ok(site)
    }

    /// Everybody's.
    #[must_use]
    pub fn public(kind: Kind) -> Self {
        Self::new(kind, kind.host()).expect("a plain host")
    }

    /// Everybody's forge that a remote is at.
    #[must_use]
    pub fn of(remote: &Remote) -> Option<Self> {
        let known = [Kind::GitHub, Kind::GitLab].map(Self::public);
        known.into_iter().find(|it| it.repository(remote).is_some())
    }

    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Of its pages; ends with a slash.
    #[must_use]
    pub fn address(&self) -> &str {
        self.url.as_str()
    }

    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Which repository of it a remote is; `None` if the remote is elsewhere.
    #[must_use]
    pub fn repository(&self, remote: &Remote) -> Option<RepositoryPath> {
        match remote {
            Remote::Web(url) if url.origin() == self.url.origin() => {
                RepositoryPath::parse(url.path().strip_prefix(self.url.path())?)
            }
            Remote::Ssh { host, path } if host == self.host() => RepositoryPath::parse(path),
            Remote::Web(_) | Remote::Ssh { .. } | Remote::Other => None,
        }
    }

    /// Speaks to it as whoever has the token.
    ///
    /// # Errors
    ///
    /// When this machine cannot speak https.
    pub fn forge(&self, token: Token) -> Result<Box<dyn Forge>, ForgeError> {
        Ok(match self.kind {
            Kind::GitHub => Box::new(GitHub::new(self, token)?),
            Kind::GitLab => Box::new(GitLab::new(self, token)?),
        })
    }

    /// Where its programs listen: GitHub and its tenants have a host of its own for them.
    pub(crate) fn api(&self) -> Url {
        match self.kind {
            Kind::GitHub if self.host() == Kind::GitHub.host() => {
                Url::parse("https://api.github.com/").expect("a plain address")
            }
            Kind::GitHub if self.host().ends_with(".ghe.com") => {
                Url::parse(&format!("https://api.{}/", self.host())).expect("a plain address")
            }
            Kind::GitHub => self.url.join("api/v3/").expect("a plain path"),
            Kind::GitLab => self.url.join("api/v4/").expect("a plain path"),
        }
    }

    /// Where GitHub's GraphQL is, which is not below the rest.
    pub(crate) fn graphql(&self) -> Url {
        let api = self.api();
        if api.path() == "/" {
            api.join("graphql").expect("a plain path")
        } else {
            self.url.join("api/graphql").expect("a plain path")
        }
    }
}
