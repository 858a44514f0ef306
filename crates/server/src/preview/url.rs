//! Where browsers reach previews: an origin with a place for the label of each.

use std::str::FromStr;

/// The origin of previews, e.g. `https://*.preview.example.com`: `*` is the label of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewUrl {
    scheme: Scheme,
    /// What follows the label, from its dot on.
    suffix: String,
    port: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// Not an origin with a place for a label.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no origin of previews; give one like https://*.preview.example.com, where `*` is the name of \
     each preview and all such names lead here"
)]
pub struct InvalidPreviewUrl {
    text: String,
}

impl PreviewUrl {
    /// Where browsers on this machine reach a port of it: they resolve all names beneath `localhost` to it.
    #[must_use]
    pub fn of_this_machine(port: u16) -> Self {
        Self { scheme: Scheme::Http, suffix: ".localhost".to_owned(), port: Some(port) }
    }

    pub(super) fn is_of_this_machine(&self) -> bool {
        self.suffix == ".localhost"
    }

    pub(super) fn is_secure(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// The origin of a label.
    pub(super) fn origin(&self, label: &str) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let port = self.port.map(|it| format!(":{it}")).unwrap_or_default();
        format!("{scheme}://{label}{}{port}", self.suffix)
    }

    /// The label in a host, with or without a port: what stands between us and browsers may take that away.
    pub(super) fn label<'a>(&self, host: &'a str) -> Option<&'a str> {
        let name = without_port(host);
        let split = name.len().checked_sub(self.suffix.len())?;
        let (label, suffix) = (name.get(..split)?, name.get(split..)?);
        let is_label = !label.is_empty() && label.bytes().all(|it| it.is_ascii_alphanumeric());
        (is_label && suffix.eq_ignore_ascii_case(&self.suffix)).then_some(label)
    }
}

impl FromStr for PreviewUrl {
    type Err = InvalidPreviewUrl;

    fn from_str(text: &str) -> Result<Self, InvalidPreviewUrl> {
        let invalid = || InvalidPreviewUrl { text: text.to_owned() };
        let (scheme, rest) = match text.split_once("://") {
            Some(("http", rest)) => (Scheme::Http, rest),
            Some(("https", rest)) => (Scheme::Https, rest),
            Some(_) | None => return Err(invalid()),
        };
        let host = rest.strip_suffix('/').unwrap_or(rest);
        let suffix = host.strip_prefix('*').ok_or_else(invalid)?;
        let (suffix, port) = match suffix.split_once(':') {
            Some((suffix, port)) => (suffix, Some(port.parse().map_err(|_| invalid())?)),
            None => (suffix, None),
        };
        let is_part = |it: &str| {
            !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        };
        let is_name = suffix.strip_prefix('.').is_some_and(|it| it.split('.').all(is_part));
        if !is_name {
            return Err(invalid());
        }
        Ok(Self { scheme, suffix: suffix.to_ascii_lowercase(), port })
    }
}

/// Whether a browser that names this host runs on the machine that it reaches, as far as names tell.
pub(super) fn is_of_this_machine(host: &str) -> bool {
    let name = without_port(host).to_ascii_lowercase();
    matches!(name.as_str(), "127.0.0.1" | "localhost" | "[::1]") || name.ends_with(".localhost")
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        Some(_) | None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_a_place_for_the_label() {
        let url: PreviewUrl = "https://*.Preview.example.com/".parse().unwrap();
        assert_eq!(url.origin("abc"), "https://abc.preview.example.com");
        let url: PreviewUrl = "http://*.localhost:9000".parse().unwrap();
        assert_eq!(url, PreviewUrl::of_this_machine(9000));
        let bad = [
            "",
            "https://preview.example.com",
            "*.example.com",
            "ftp://*.example.com",
            "https://*",
            "https://*.",
            "https://*.a..b",
            "https://*.a/b",
            "https://x*.a",
            "https://*.a:b",
            "https://*.*.a",
            "https://*.a?b",
            "https://u@*.a",
        ];
        for text in bad {
            assert!(text.parse::<PreviewUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_hosts_right_beneath_have_a_label() {
        let url: PreviewUrl = "https://*.preview.example.com".parse().unwrap();
        for host in ["abc.preview.example.com", "abc.PREVIEW.example.com:443"] {
            assert_eq!(url.label(host), Some("abc"));
        }
        let others = [
            "preview.example.com",
            ".preview.example.com",
            "a.b.preview.example.com",
            "example.com",
            "abc.preview.example.com.evil.example.com",
            "abcXpreview.example.com",
            "",
            "abc.preview.example.com:80:80",
            "ü.preview.example.com",
            "a_b.preview.example.com",
        ];
        for host in others {
            assert_eq!(url.label(host), None, "{host}");
        }
    }

    #[test]
    fn this_machine_has_a_few_names() {
        for host in ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000", "a.localhost:8000"]
        {
            assert!(is_of_this_machine(host), "{host}");
        }
        for host in
            ["10.0.0.1:8000", "localhost.example.com", "hub.example.com", "notlocalhost", ""]
        {
            assert!(!is_of_this_machine(host), "{host}");
        }
    }
}
