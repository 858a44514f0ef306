//! The head of a message on its way between a browser and a program of a session.
//!
//! What is about one connection stays with it (RFC 9110, 7.6.1). Our own cookies never reach a program, and
//! nothing that a program sends reaches beyond its own origin.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::auth::API_KEY;

/// Cookies whose names begin so are ours, on whatever host.
const OURS: &str = "runbook_";

/// About a connection, besides what `Connection` names.
const OF_CONNECTION: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What a browser, or who pretends to be one, cannot say: we do.
const OF_PROXIES: [&str; 7] = [
    "expect",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
];

/// What a program may not tell a browser, since it means more than its own pages: other data of the host's
/// site, other ports, other schemes, or who else is told of failures.
const BEYOND_PAGES: [&str; 8] = [
    "alt-svc",
    "clear-site-data",
    "expect-ct",
    "nel",
    "public-key-pins",
    "report-to",
    "reporting-endpoints",
    "strict-transport-security",
];

/// Takes away what is about the connection that the head came over.
fn leave_connection(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .filter_map(|it| it.trim().parse().ok())
        // The length of the body is not the connection's, whoever says so.
        .filter(|it| *it != header::CONTENT_LENGTH && *it != header::HOST)
        .collect();
    named.iter().for_each(|it| drop(headers.remove(it)));
    OF_CONNECTION.iter().for_each(|it| drop(headers.remove(*it)));
}

/// Whether the head asks to become a WebSocket.
pub(super) fn asks_for_socket(headers: &HeaderMap) -> bool {
    let has = |name: HeaderName, wanted: &str| {
        let values = headers.get_all(name).iter().filter_map(|it| it.to_str().ok());
        values.flat_map(|it| it.split(',')).any(|it| it.trim().eq_ignore_ascii_case(wanted))
    };
    has(header::CONNECTION, "upgrade") && has(header::UPGRADE, "websocket")
}

/// Puts back what a WebSocket needs.
pub(super) fn become_socket(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
}

/// Makes the head of a request one to a program that listens on `port`.
pub(super) fn to_program(headers: &mut HeaderMap, origin: &str, port: u16) {
    leave_connection(headers);
    OF_PROXIES.iter().for_each(|it| drop(headers.remove(*it)));
    headers.remove(API_KEY);
    let local = format!("http://localhost:{port}");
    for name in [header::ORIGIN, header::REFERER] {
        let Some(value) = headers.get(&name).and_then(|it| it.to_str().ok()) else { continue };
        if let Some(rest) = beneath(value, origin)
            && let Ok(value) = HeaderValue::try_from(format!("{local}{rest}"))
        {
            headers.insert(name, value);
        }
    }
    let (scheme, host) = origin.split_once("://").unwrap_or(("http", origin));
    // Programs under development answer to this name only.
    set(headers, header::HOST, &format!("localhost:{port}"));
    set(headers, HeaderName::from_static("x-forwarded-host"), host);
    set(headers, HeaderName::from_static("x-forwarded-proto"), scheme);
    keep_others_cookies(headers);
}

fn keep_others_cookies(headers: &mut HeaderMap) {
    let is_ours = |it: &str| it.split('=').next().is_some_and(|name| name.trim().starts_with(OURS));
    let others: Vec<_> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .map(str::trim)
        .filter(|it| !it.is_empty() && !is_ours(it))
        .collect();
    let others = others.join("; ");
    headers.remove(header::COOKIE);
    if !others.is_empty() {
        set(headers, header::COOKIE, &others);
    }
}

/// Makes the head of a program's answer one of its own origin.
pub(super) fn to_browser(headers: &mut HeaderMap, origin: &str, port: u16) {
    leave_connection(headers);
    BEYOND_PAGES.iter().for_each(|it| drop(headers.remove(*it)));
    let cookies: Vec<_> =
        headers.get_all(header::SET_COOKIE).iter().filter(|it| stays(it)).cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    let location = headers.get(header::LOCATION).and_then(|it| it.to_str().ok());
    if let Some(rest) = location.and_then(|it| of_program(it, port)) {
        let location = format!("{origin}{rest}");
        set(headers, header::LOCATION, &location);
    }
    // Browsers then keep its memory apart from that of other hosts of the same site.
    set(headers, HeaderName::from_static("origin-agent-cluster"), "?1");
}

/// Whether a cookie is the program's own, and stays on its host. One without a name could pose as any.
fn stays(cookie: &HeaderValue) -> bool {
    let Ok(cookie) = cookie.to_str() else { return false };
    let mut parts = cookie.split(';');
    let name = parts.next().and_then(|it| it.split_once('=')).map(|it| it.0.trim());
    let is_own = name.is_some_and(|it| !it.is_empty() && !it.starts_with(OURS));
    let attribute = |it: &str| it.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
    is_own && !parts.any(|it| attribute(it) == "domain")
}

/// What follows the origin by which a program knows itself.
fn of_program(location: &str, port: u16) -> Option<&str> {
    let hosts = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"];
    let found = hosts.iter().find_map(|it| beneath(location, &format!("http://{it}:{port}")));
    found.filter(|it| it.is_empty() || it.starts_with(['/', '?', '#']))
}

/// What follows an origin in a URL of it.
fn beneath<'a>(url: &'a str, origin: &str) -> Option<&'a str> {
    url.strip_prefix(origin).filter(|it| it.is_empty() || it.starts_with(['/', '?', '#']))
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Percent-encodes what is no letter, digit or one of four marks (RFC 3986, 2.3).
pub(super) fn encode(text: &str) -> String {
    let byte = |it: u8| match it {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(it).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://abc.preview.example.com";

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let line = |(name, value): &(&str, &str)| {
            (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
        };
        let mut headers = HeaderMap::new();
        for (name, value) in lines.iter().map(line) {
            headers.append(name, value);
        }
        headers
    }

    fn all(headers: &HeaderMap) -> Vec<String> {
        let line = |(name, value): (&HeaderName, &HeaderValue)| {
            format!("{name}: {}", value.to_str().unwrap())
        };
        let mut all: Vec<_> = headers.iter().map(line).collect();
        all.sort();
        all
    }

    #[test]
    fn a_program_is_sent_its_own_cookies_and_a_host_it_knows() {
        let mut sent = headers(&[
            ("host", "abc.preview.example.com"),
            ("cookie", "runbook_session=secret; theme=dark; runbook_local_8000=secret"),
            ("cookie", "runbook_preview=secret; a=b=c; runbookish=1"),
            ("origin", ORIGIN),
            ("referer", "https://abc.preview.example.com/page?x"),
            ("x-runner-api-key", "secret"),
            ("x-forwarded-for", "1.2.3.4"),
            ("forwarded", "for=1.2.3.4"),
            ("accept", "*/*"),
        ]);
        to_program(&mut sent, ORIGIN, 8000);
        let expected = [
            "accept: */*",
            "cookie: theme=dark; a=b=c; runbookish=1",
            "host: localhost:8000",
            "origin: http://localhost:8000",
            "referer: http://localhost:8000/page?x",
            "x-forwarded-host: abc.preview.example.com",
            "x-forwarded-proto: https",
        ];
        assert_eq!(all(&sent), expected);
    }

    #[test]
    fn what_is_about_a_connection_stays_with_it() {
        let mut sent = headers(&[
            ("connection", "close, X-Secret, content-length, host"),
            ("x-secret", "1"),
            ("content-length", "3"),
            ("transfer-encoding", "chunked"),
            ("keep-alive", "1"),
            ("te", "trailers"),
            ("upgrade", "h2c"),
            ("proxy-authorization", "Basic x"),
        ]);
        to_program(&mut sent, ORIGIN, 1);
        let kept = all(&sent);
        assert_eq!(kept.len(), 4, "{kept:?}");
        assert!(kept.contains(&"content-length: 3".to_owned()));
    }

    #[test]
    fn the_origin_of_another_site_is_passed_on_as_it_is() {
        for origin in
            ["https://evil.example.com", "https://abc.preview.example.com.evil.example.com", "null"]
        {
            let mut sent = headers(&[("origin", origin)]);
            to_program(&mut sent, ORIGIN, 1);
            assert_eq!(sent[header::ORIGIN], origin);
        }
    }

    #[test]
    fn a_program_reaches_no_further_than_its_own_origin() {
        let mut answer = headers(&[
            ("set-cookie", "own=1; Path=/; HttpOnly"),
            ("set-cookie", "wide=1; Domain=preview.example.com"),
            ("set-cookie", "wide=1; path=/; DOMAIN = example.com"),
            ("set-cookie", "runbook_session=1; Path=/api"),
            ("set-cookie", "runbook_preview=1"),
            ("set-cookie", "=runbook_preview=1"),
            ("set-cookie", "nameless"),
            ("clear-site-data", "\"*\""),
            ("strict-transport-security", "max-age=1; includeSubDomains"),
            ("alt-svc", "h2=\":1\""),
            ("nel", "{}"),
            ("content-type", "text/html"),
        ]);
        to_browser(&mut answer, ORIGIN, 8000);
        let expected = [
            "content-type: text/html",
            "origin-agent-cluster: ?1",
            "set-cookie: own=1; Path=/; HttpOnly",
        ];
        assert_eq!(all(&answer), expected);
    }

    #[test]
    fn a_redirect_to_the_program_itself_stays_in_its_preview() {
        let rows = [
            ("http://localhost:8000/a", "https://abc.preview.example.com/a"),
            ("http://127.0.0.1:8000", "https://abc.preview.example.com"),
            ("http://localhost:80001/a", "http://localhost:80001/a"),
            ("http://localhost:8000@evil.example.com/", "http://localhost:8000@evil.example.com/"),
            ("/a", "/a"),
            ("https://example.com/", "https://example.com/"),
        ];
        for (location, expected) in rows {
            let mut answer = headers(&[("location", location)]);
            to_browser(&mut answer, ORIGIN, 8000);
            assert_eq!(answer[header::LOCATION], expected);
        }
    }

    #[test]
    fn only_a_whole_request_becomes_a_socket() {
        let socket = [("connection", "keep-alive, Upgrade"), ("upgrade", "WebSocket")];
        assert!(asks_for_socket(&headers(&socket)));
        assert!(!asks_for_socket(&headers(&socket[..1])));
        assert!(!asks_for_socket(&headers(&[("connection", "upgrade"), ("upgrade", "h2c")])));
    }
}
