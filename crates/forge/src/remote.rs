//! Where git says that a repository is.

use reqwest::Url;

/// What `git remote get-url` gives, as far as it can be told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remote {
    /// Without user and password.
    Web(Url),
    Ssh {
        host: String,
        path: String,
    },
    /// A directory, or what nobody here knows.
    Other,
}

/// Owner and name of a repository at its forge, with the groups between them where a forge has groups.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepositoryPath(Vec<String>);

impl Remote {
    /// Reads `https://host/o/r.git`, `ssh://git@host/o/r.git` and `git@host:o/r.git`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if text.contains("://") {
            return Url::parse(text).map_or(Self::Other, Self::of_url);
        }
        let scp = text.split_once(':').filter(|(host, _)| !host.contains('/'));
        match scp.map(|(host, path)| (host.rsplit('@').next().unwrap_or_default(), path)) {
            Some((host, path)) if !host.is_empty() => {
                Self::Ssh { host: host.to_ascii_lowercase(), path: path.to_owned() }
            }
            Some(_) | None => Self::Other,
        }
    }

    fn of_url(mut url: Url) -> Self {
        let Some(host) = url.host_str().map(str::to_ascii_lowercase) else { return Self::Other };
        match url.scheme() {
            "http" | "https" => {
                let cleared = url.set_username("").and_then(|()| url.set_password(None));
                cleared.map_or(Self::Other, |()| Self::Web(url))
            }
            "ssh" | "git+ssh" => Self::Ssh { host, path: url.path().to_owned() },
            _ => Self::Other,
        }
    }

    /// For people.
    #[must_use]
    pub fn host(&self) -> &str {
        match self {
            Self::Web(url) => url.host_str().unwrap_or_default(),
            Self::Ssh { host, .. } => host,
            Self::Other => "this machine",
        }
    }
}

impl RepositoryPath {
    /// Reads `owner/name`. `None` where a part is none that a forge allows: it becomes a part of addresses.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches('/');
        let parts: Vec<_> = text.strip_suffix(".git").unwrap_or(text).split('/').collect();
        let is_allowed = |it: &str| {
            let plain = |it: char| it.is_ascii_alphanumeric() || "-._+".contains(it);
            !it.is_empty() && it.chars().all(plain) && it != "." && it != ".."
        };
        let fine = parts.len() > 1 && parts.iter().all(|it| is_allowed(it));
        fine.then(|| Self(parts.into_iter().map(str::to_owned).collect()))
    }

    /// Owner and name; `None` where there are groups between them.
    pub(crate) fn pair(&self) -> Option<[&str; 2]> {
        match &self.0[..] {
            [owner, name] => Some([owner, name]),
            _ => None,
        }
    }
}

impl std::fmt::Display for RepositoryPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("/"))
    }
}
