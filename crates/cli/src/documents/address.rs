//! Where a document lies that is not on this machine: the ways in which people write that.

use std::fmt;

/// A document elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// A file by itself.
    File {
        url: String,
    },
    Repository {
        repository: Repository,
        at: At,
    },
}

/// A repository as git takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repository(pub(crate) String);

/// Where in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// At a branch, a tag or a commit; `None` is what the repository calls `HEAD`.
    Reference { reference: Option<String>, path: String },
    /// As a page of a forge has it, `REFERENCE/PATH`: only the repository knows where one ends.
    Page { rest: String },
}

/// Why it is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadAddress {
    #[error("{0} holds a password, which others would see; let git's credential helper keep it")]
    Password(Repository),
    #[error("{0:?} is no branch, tag or commit; write ?ref=NAME")]
    Reference(String),
    #[error("{0:?} is no path in a repository; write //DIRECTORY or //DIRECTORY/FILE.md")]
    Path(String),
    #[error("http would let others on the way change the document; write https")]
    Http,
}

/// Without what a password could be.
impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_once("://").and_then(|(scheme, rest)| {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            Some((scheme, host.rsplit_once('@')?.1, path))
        }) {
            Some((scheme, host, path)) => write!(f, "{scheme}://{host}/{path}"),
            None => f.write_str(&self.0),
        }
    }
}

impl Address {
    /// `None` if it is no address but a path of this machine.
    ///
    /// # Errors
    ///
    /// When it is one that nobody should use.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, BadAddress> {
        if text.starts_with("http://") {
            return Err(BadAddress::Http);
        }
        if let Some(forced) = text.strip_prefix("git::") {
            return repository(forced).map(Some);
        }
        if let Some(rest) = text.strip_prefix("github.com/").or(text.strip_prefix("gitlab.com/")) {
            let host = &text[..text.len() - rest.len()];
            return Self::parse(&format!("https://{host}{rest}"));
        }
        if text.starts_with("ssh://") || is_scp(text) {
            return repository(text).map(Some);
        }
        let Some(rest) = text.strip_prefix("https://") else { return Ok(None) };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = path.split(['#', '?']).next().unwrap_or_default();
        if let Some((name, page)) = page(host, path) {
            let repository = checked(format!("https://{host}/{name}.git"))?;
            return Ok(Some(Self::Repository { repository, at: page }));
        }
        if !path.contains("//") && !path.ends_with(".git") && document::is_document(path) {
            checked(text.to_owned())?;
            return Ok(Some(Self::File { url: text.to_owned() }));
        }
        repository(text).map(Some)
    }
}

/// `git@host:owner/name.git`.
fn is_scp(text: &str) -> bool {
    let Some((host, path)) = text.split_once(':') else { return false };
    let plain = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
    let (user, name) = host.split_once('@').unwrap_or(("", ""));
    !path.is_empty()
        && !user.is_empty()
        && !name.is_empty()
        && user.chars().all(plain)
        && name.chars().all(plain)
}

/// The name of a repository and the place in it that a page of GitHub or GitLab shows.
fn page(host: &str, path: &str) -> Option<(String, At)> {
    let parts: Vec<&str> = path.split('/').collect();
    if let Some(dash) = parts.windows(2).position(|it| it[0] == "-" && is_view(it[1])) {
        let rest = parts[dash + 2..].join("/");
        return Some((parts[..dash].join("/"), At::Page { rest }));
    }
    match parts[..] {
        [owner, name, view, ref rest @ ..] if host == "github.com" && is_view(view) => {
            Some((format!("{owner}/{name}"), At::Page { rest: rest.join("/") }))
        }
        _ => None,
    }
}

fn is_view(part: &str) -> bool {
    matches!(part, "tree" | "blob" | "raw")
}

/// `URL[//PATH][?ref=REFERENCE]`, as Terraform's sources are written.
fn repository(text: &str) -> Result<Address, BadAddress> {
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    let reference = query.split('&').find_map(|it| it.strip_prefix("ref=")).map(str::to_owned);
    if let Some(name) = reference.as_ref().filter(|it| !is_reference(it)) {
        return Err(BadAddress::Reference(name.clone()));
    }
    let after_scheme = text.find("://").map_or(0, |it| it + 3);
    let (url, path) = match text[after_scheme..].find("//") {
        Some(at) => (&text[..after_scheme + at], &text[after_scheme + at + 2..]),
        None => (text, ""),
    };
    if !is_path(path) {
        return Err(BadAddress::Path(path.to_owned()));
    }
    let at = At::Reference { reference, path: path.trim_matches('/').to_owned() };
    Ok(Address::Repository { repository: checked(url.to_owned())?, at })
}

fn checked(url: String) -> Result<Repository, BadAddress> {
    let repository = Repository(url);
    let host = repository.0.split_once("://").map_or("", |it| it.1);
    let user = host.split('/').next().unwrap_or_default().rsplit_once('@').map_or("", |it| it.0);
    match user.contains(':') {
        true => Err(BadAddress::Password(repository)),
        false => Ok(repository),
    }
}

/// As `git check-ref-format` has it, and nothing that git would take for an option or an expression.
pub(super) fn is_reference(text: &str) -> bool {
    let strange = |it: char| it.is_control() || " ~^:?*[\\".contains(it);
    !text.is_empty()
        && !text.starts_with(['-', '/'])
        && !text.ends_with(['/', '.'])
        && !text.contains("..")
        && !text.contains("@{")
        && !text.contains(strange)
}

/// Below the repository's root, whatever it is resolved against.
pub(super) fn is_path(text: &str) -> bool {
    !text.contains(['\0', '\\']) && text.split('/').all(|it| it != ".." && it != ".git")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> (String, At) {
        match Address::parse(text) {
            Ok(Some(Address::Repository { repository, at })) => (repository.0, at),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn the_ways_to_write_a_repository_lead_to_it() {
        let reference = |reference: Option<&str>, path: &str| At::Reference {
            reference: reference.map(str::to_owned),
            path: path.to_owned(),
        };
        let page = |rest: &str| At::Page { rest: rest.to_owned() };
        for (text, repository, place) in [
            ("https://github.com/o/r", "https://github.com/o/r", reference(None, "")),
            ("github.com/o/r//a/b?ref=v1", "https://github.com/o/r", reference(Some("v1"), "a/b")),
            ("https://github.com/o/r/tree/main/a", "https://github.com/o/r.git", page("main/a")),
            (
                "https://github.com/o/r/blob/feat/x/a/runbook.mdx",
                "https://github.com/o/r.git",
                page("feat/x/a/runbook.mdx"),
            ),
            (
                "https://git.example.com/g/s/r/-/blob/main/a.md",
                "https://git.example.com/g/s/r.git",
                page("main/a.md"),
            ),
            (
                "git::https://host.example/o/r.git//docs?ref=v1.2",
                "https://host.example/o/r.git",
                reference(Some("v1.2"), "docs"),
            ),
            ("git::file:///srv/r.git//a.md", "file:///srv/r.git", reference(None, "a.md")),
            ("git@host.example:o/r.git", "git@host.example:o/r.git", reference(None, "")),
            ("ssh://git@host.example/o/r//d", "ssh://git@host.example/o/r", reference(None, "d")),
        ] {
            assert_eq!(at(text), (repository.to_owned(), place), "{text}");
        }
    }

    #[test]
    fn a_file_by_itself_is_told_from_a_repository_and_both_from_a_path() {
        let file = "https://example.com/guides/setup.md";
        assert_eq!(Address::parse(file), Ok(Some(Address::File { url: file.to_owned() })));
        for path in ["runbook.mdx", "./a:b/c.md", "docs", "C:notes.md", "/a@b/c.md"] {
            assert_eq!(Address::parse(path), Ok(None), "{path}");
        }
    }

    #[test]
    fn what_nobody_should_use_is_refused_with_the_reason() {
        for (text, wanted) in [
            ("http://example.com/a.md", "https"),
            ("https://me:secret@example.com/r.git", "credential helper"),
            ("git::https://example.com/r.git?ref=--upload-pack=x", "no branch"),
            ("git::https://example.com/r.git?ref=a..b", "no branch"),
            ("git::https://example.com/r.git//../../etc", "no path"),
            ("git::https://example.com/r.git//.git/hooks", "no path"),
        ] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(error.contains(wanted) && !error.contains("secret"), "{text}: {error}");
        }
    }
}
