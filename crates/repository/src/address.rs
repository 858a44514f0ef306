//! Where a repository is at its forge.

use std::fmt;

use sha2::{Digest, Sha256};
use url::Url;

/// Names beneath which this machine itself answers.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// An address over HTTP, without user and password: it may be shown and stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address(Url);

/// Why there can be no repository at an address. It is not repeated: somebody may have put a password into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    #[error("the address of the repository is none; write https://git.example.com/owner/name.git")]
    Malformed,
    #[error(
        "the address of the repository is not one of HTTP; write https://git.example.com/owner/name.git"
    )]
    Protocol,
    #[error(
        "the address of the repository has a user or password in it; leave them out and sign in to the forge"
    )]
    Credentials,
    #[error(
        "the address of the repository has a ? or # in it; write https://git.example.com/owner/name.git"
    )]
    Query,
}

impl Address {
    /// # Errors
    ///
    /// When git could reach nothing there, or the address says more than where it is.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let mut url = Url::parse(text.trim()).map_err(|_| InvalidAddress::Malformed)?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(InvalidAddress::Protocol);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidAddress::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidAddress::Query);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        if path.is_empty() {
            return Err(InvalidAddress::Malformed);
        }
        url.set_path(&path);
        Ok(Self(url))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// For people.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Whether a token may go there: it is encrypted, or stays on this machine.
    pub(crate) fn keeps_secrets(&self) -> bool {
        self.0.scheme() == "https" || LOOPBACK.contains(&self.host())
    }

    pub(crate) fn protocol(&self) -> &str {
        self.0.scheme()
    }

    /// What its files are kept under: an address may be longer than a name of a file.
    pub(crate) fn key(&self) -> String {
        let digest = Sha256::digest(self.as_str());
        digest[..16].iter().map(|it| format!("{it:02x}")).collect()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_one_address() {
        let address = Address::parse(" HTTPS://Git.Example.com:443/o/../o/r.git// ").unwrap();
        assert_eq!(address.as_str(), "https://git.example.com/o/r.git");
        assert_eq!(address.key(), Address::parse("https://git.example.com/o/r.git").unwrap().key());
    }

    #[test]
    fn what_is_no_plain_address_over_http_is_refused_without_repeating_it() {
        for (text, expected) in [
            ("", InvalidAddress::Malformed),
            ("git.example.com/o/r", InvalidAddress::Malformed),
            ("https://git.example.com/", InvalidAddress::Malformed),
            ("--upload-pack=touch x", InvalidAddress::Malformed),
            ("ext::sh -c x", InvalidAddress::Protocol),
            ("file:///etc", InvalidAddress::Protocol),
            ("ssh://git@git.example.com/o/r", InvalidAddress::Protocol),
            ("https://me:secret@git.example.com/o/r", InvalidAddress::Credentials),
            ("https://secret@git.example.com/o/r", InvalidAddress::Credentials),
            ("https://git.example.com/o/r?private_token=secret", InvalidAddress::Query),
            ("https://git.example.com/o/r#secret", InvalidAddress::Query),
        ] {
            let refused = Address::parse(text).unwrap_err();
            assert_eq!(refused, expected, "{text}");
            assert!(!refused.to_string().contains("secret"), "{text}");
        }
    }

    #[test]
    fn a_token_goes_out_encrypted_or_stays_here() {
        for (text, expected) in [
            ("https://git.example.com/o/r", true),
            ("http://git.example.com/o/r", false),
            ("http://127.0.0.1:80/o/r", true),
            ("http://localhost.example.com/o/r", false),
        ] {
            assert_eq!(Address::parse(text).unwrap().keeps_secrets(), expected, "{text}");
        }
    }
}
