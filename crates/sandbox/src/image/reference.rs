//! What people call an image: the one word for it on the command line, in documents and in offers.
//!
//! ```text
//! python:3.12  ghcr.io/ada/tools@sha256:…    a name, of a registry or given at an import
//! sha256:…                                   an image by its content
//! oci:DIRECTORY  docker-archive:FILE:NAME    where it lies on this machine
//! ```
//!
//! Names are read as Docker reads them: without a registry it is Docker Hub, without a tag `latest`.

use std::{
    fmt,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    str::FromStr,
};

use super::Digest;

/// Docker Hub, as names spell it.
const DOCKER_HUB: &str = "docker.io";
/// Where Docker Hub keeps the images whose names have one part.
const OFFICIAL: &str = "library";
/// Registries refuse longer repositories and tags.
const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 128;
const LONGEST_PATH: usize = 4096;

/// What somebody calls an image. Equal are those that mean the same, however they are written.
#[derive(Clone)]
pub struct Reference {
    text: String,
    target: Target,
}

/// What a reference means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    Named(Name),
    /// Whatever it is called, by the digest of its configuration.
    Content(Digest),
    /// A layout or archive on this machine, and which of several images in it.
    Path {
        path: PathBuf,
        pick: Option<String>,
    },
}

/// A name in full.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// Host, perhaps with a port.
    pub registry: String,
    pub repository: String,
    /// `None` only where there is a digest.
    pub tag: Option<String>,
    /// Of the manifest or index, as the registry has it.
    pub digest: Option<Digest>,
}

/// Not what an image can be called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no image: {reason}; write for example python:3.12, ghcr.io/ada/tools:1 or oci:DIRECTORY"
)]
pub struct InvalidReference {
    text: String,
    reason: &'static str,
}

impl Reference {
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Reference {
    fn eq(&self, other: &Self) -> bool {
        self.target == other.target
    }
}

impl Eq for Reference {}

impl Hash for Reference {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.target.hash(state);
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl From<Digest> for Reference {
    fn from(digest: Digest) -> Self {
        Self { text: digest.to_string(), target: Target::Content(digest) }
    }
}

impl From<Name> for Reference {
    fn from(name: Name) -> Self {
        Self { text: name.to_string(), target: Target::Named(name) }
    }
}

/// In full, so that equal names are equal texts.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

impl Name {
    /// As people write it: without Docker Hub's own words.
    #[must_use]
    pub fn short(&self) -> String {
        let full = self.to_string();
        let Some(short) = full.strip_prefix("docker.io/") else { return full };
        let short = short.strip_prefix("library/").unwrap_or(short);
        let is_clear = short.split_once('/').is_none_or(|(first, _)| !is_host(first));
        if is_clear { short.to_owned() } else { full }
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let invalid = |reason| InvalidReference { text: text.chars().take(100).collect(), reason };
        let path = ["oci:", "oci-archive:", "docker-archive:"].iter();
        let target = if let Some(path) = path.into_iter().find_map(|it| text.strip_prefix(it)) {
            in_path(path).map_err(invalid)?
        } else if let Ok(digest) = text.parse() {
            Target::Content(digest)
        } else {
            Target::Named(named(text).map_err(invalid)?)
        };
        Ok(Self { text: text.to_owned(), target })
    }
}

fn in_path(text: &str) -> Result<Target, &'static str> {
    let (path, pick) = match text.split_once(':') {
        Some((path, pick)) => (path, Some(pick.to_owned())),
        None => (text, None),
    };
    if path.is_empty() || path.len() > LONGEST_PATH || path.contains('\0') {
        return Err("it names no path");
    }
    Ok(Target::Path { path: Path::new(path).to_owned(), pick })
}

fn named(text: &str) -> Result<Name, &'static str> {
    let (text, digest) = match text.split_once('@') {
        Some((text, digest)) => {
            (text, Some(digest.parse().map_err(|_| "what follows @ is no sha256 digest")?))
        }
        None => (text, None),
    };
    let (text, tag) = match text.rsplit_once(':') {
        // A colon before a slash is that of a port.
        Some((text, tag)) if !tag.contains('/') => (text, Some(tag.to_owned())),
        _ => (text, None),
    };
    if let Some(tag) = &tag {
        let starts = tag.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_');
        let may = |it: char| it.is_ascii_alphanumeric() || "_.-".contains(it);
        if !starts || tag.len() > LONGEST_TAG || !tag.chars().all(may) {
            return Err("its tag is malformed");
        }
    }
    let tag = match (tag, digest) {
        (None, None) => Some("latest".to_owned()),
        (tag, _) => tag,
    };
    let (registry, repository) = match text.split_once('/') {
        Some((host, rest)) if is_host(host) => (host, rest),
        _ => (DOCKER_HUB, text),
    };
    if !is_registry(registry) {
        return Err("its registry is no host");
    }
    let registry = match registry {
        "index.docker.io" | "registry-1.docker.io" => DOCKER_HUB,
        other => other,
    };
    let mut repository = repository.to_owned();
    if registry == DOCKER_HUB && !repository.contains('/') {
        repository = format!("{OFFICIAL}/{repository}");
    }
    if repository.len() > LONGEST_NAME || !repository.split('/').all(is_component) {
        return Err(
            "its name is not made of lower-case letters, digits and single . _ - between them",
        );
    }
    Ok(Name { registry: registry.to_owned(), repository, tag, digest })
}

/// What Docker takes the first part of a name for.
fn is_host(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost"
}

/// A host name or address, perhaps with a port.
fn is_registry(text: &str) -> bool {
    // The colons within brackets are an address's own.
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let has_port = port.is_none_or(|it| it.parse::<u16>().is_ok());
    let may = |it: char| it.is_ascii_alphanumeric() || ".-".contains(it);
    let is_host = match host.strip_prefix('[') {
        Some(address) => address.trim_end_matches(']').parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.starts_with(|it: char| it.is_ascii_alphanumeric()) && host.chars().all(may),
    };
    is_host && has_port && text.len() <= LONGEST_NAME
}

fn is_component(text: &str) -> bool {
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let mut parts = text.split(['.', '_', '-']).peekable();
    let whole = text.starts_with(plain) && text.ends_with(plain);
    // Only `__` and any number of `-` stand together.
    whole && !text.contains("..") && parts.all(|it| it.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(text: &str) -> String {
        match text.parse::<Reference>().unwrap().target() {
            Target::Named(name) => name.to_string(),
            other @ (Target::Content(_) | Target::Path { .. }) => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_are_read_as_docker_reads_them() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for (text, expected) in [
            ("python", "docker.io/library/python:latest".to_owned()),
            ("python:3.12-slim", "docker.io/library/python:3.12-slim".to_owned()),
            ("ada/tools", "docker.io/ada/tools:latest".to_owned()),
            ("index.docker.io/library/node:20", "docker.io/library/node:20".to_owned()),
            ("localhost/x", "localhost/x:latest".to_owned()),
            ("localhost:5000/a/b__c:1", "localhost:5000/a/b__c:1".to_owned()),
            ("ghcr.io/ada/a-b@DIGEST", format!("ghcr.io/ada/a-b@{digest}")),
            ("a:1@DIGEST", format!("docker.io/library/a:1@{digest}")),
        ] {
            let text = text.replace("DIGEST", &digest);
            assert_eq!(full(&text), expected, "{text}");
            assert_eq!(full(&expected), expected);
        }
        assert_eq!("python".parse::<Reference>(), "docker.io/library/python:latest".parse());
    }

    #[test]
    fn a_name_is_shown_without_what_everybody_leaves_out() {
        let short = |text: &str| match text.parse::<Reference>().unwrap().target() {
            Target::Named(name) => name.short(),
            other @ (Target::Content(_) | Target::Path { .. }) => panic!("{other:?}"),
        };
        assert_eq!(short("python"), "python:latest");
        assert_eq!(short("ada/tools:1"), "ada/tools:1");
        assert_eq!(short("ghcr.io/library/x:1"), "ghcr.io/library/x:1");
    }

    #[test]
    fn contents_and_places_are_no_names() {
        let digest = format!("sha256:{}", "f".repeat(64));
        let target = |text: &str| text.parse::<Reference>().unwrap().target().clone();
        assert_eq!(target(&digest), Target::Content(digest.parse().unwrap()));
        let path = |path: &str, pick: Option<&str>| Target::Path {
            path: PathBuf::from(path),
            pick: pick.map(str::to_owned),
        };
        assert_eq!(target("oci:/srv/layout"), path("/srv/layout", None));
        assert_eq!(target("docker-archive:a.tar:demo:1"), path("a.tar", Some("demo:1")));
    }

    #[test]
    fn what_no_registry_would_take_is_refused() {
        for text in [
            "",
            ":1",
            "a:",
            "A",
            "a/",
            "/a",
            "a//b",
            "a..b",
            "-a",
            "a b",
            "a:1:2",
            "a@sha256:12",
            "../x",
            "host:port/a",
            "[::1/a",
            "a.b:70000/x",
            "oci:",
            "http://host/a",
            "a:/b",
            "a\0",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_is_read_reads_again(text: String) {
            if let Ok(reference) = text.parse::<Reference>()
                && let Target::Named(name) = reference.target()
            {
                proptest::prop_assert_eq!(&name.to_string().parse::<Reference>().unwrap(), &reference);
                proptest::prop_assert_eq!(&name.short().parse::<Reference>().unwrap(), &reference);
            }
        }
    }
}
