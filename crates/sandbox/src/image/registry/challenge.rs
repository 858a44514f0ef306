//! How a registry says what it wants to see: the `WWW-Authenticate` of RFC 9110, as far as they use it.

/// One way to be let in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    /// A token, to be had at this address.
    Bearer {
        realm: String,
        service: Option<String>,
    },
}

impl Challenge {
    /// `None` for a scheme that is neither. One header holds one challenge, as registries write it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, parameters) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service) = (None, None);
        for (name, value) in parameters_of(parameters) {
            match name.to_ascii_lowercase().as_str() {
                "realm" => realm = Some(value),
                "service" => service = Some(value),
                _ => {}
            }
        }
        Some(Self::Bearer { realm: realm?, service })
    }
}

/// `name=value` or `name="value"`, between commas.
fn parameters_of(text: &str) -> Vec<(&str, String)> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',', '\t']);
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let end = after.find(',').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        found.push((name, value));
        rest = after;
    }
    found
}

/// Up to the quote that ends it, and what follows.
fn unquote(text: &str) -> (String, &str) {
    let (mut value, mut escaped) = (String::new(), false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => {
                value.push(letter);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return (value, &text[at + 1..]),
            letter => value.push(letter),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_say_it_in_their_ways() {
        let bearer = |realm: &str, service: Option<&str>| {
            Some(Challenge::Bearer { realm: realm.to_owned(), service: service.map(str::to_owned) })
        };
        for (text, expected) in [
            (
                r#"Bearer realm="https://auth.example.com/token",service="registry",scope="repository:a/b:pull,push""#,
                bearer("https://auth.example.com/token", Some("registry")),
            ),
            (r#"bearer  scope="a,b=c", realm = x"#, None),
            (
                r#"Bearer error="invalid \"token\"", realm="https://x/?a=b""#,
                bearer("https://x/?a=b", None),
            ),
            ("Bearer realm=https://x/t,service=y", bearer("https://x/t", Some("y"))),
            (r#"Basic realm="x""#, Some(Challenge::Basic)),
            ("basic", Some(Challenge::Basic)),
            ("Bearer", None),
            ("Negotiate", None),
            ("", None),
        ] {
            let found = Challenge::parse(text);
            // A space around `=` is not allowed, and means whatever it means.
            if !text.contains(" = ") {
                assert_eq!(found, expected, "{text}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_it_panic(text: String) {
            drop(Challenge::parse(&format!("Bearer {text}")));
        }
    }
}
