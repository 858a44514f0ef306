//! What a program asks of the proxy: a tunnel, or one plain request to pass on.
//!
//! A request that can be read in two ways is refused: whoever stands behind us might read it the other way.

use super::target::{Host, Target};

/// Longest head of a request, in bytes; what most servers take.
pub(super) const LONGEST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// `CONNECT`: bytes both ways.
    Tunnel(Target),
    /// One request, with the head as its server is to see it.
    Forward { target: Target, head: Vec<u8> },
}

/// Why a head is no request that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    #[error("the head is longer than 16 KiB")]
    TooLong,
    #[error("more than 100 headers")]
    TooManyHeaders,
    #[error("a line ends otherwise than with CR LF, or holds a NUL")]
    Line,
    #[error("the request line is not METHOD, target, HTTP/1.1")]
    RequestLine,
    #[error("the target is neither host:port nor an http:// URL of a host")]
    Target,
    #[error("a header is not a name, a colon and a value on one line")]
    Header,
    #[error("the Host header is missing, repeated, or names another host than the target")]
    Host,
    #[error("the length of the body is said twice")]
    Length,
    #[error("the client speaks neither HTTP nor SOCKS 5")]
    Protocol,
    #[error("only CONNECT is supported of SOCKS, without a password")]
    Socks,
    #[error("the client began a request and did not end it")]
    Incomplete,
}

/// Headers that concern only the connection between client and proxy.
const OF_ONE_HOP: [&str; 6] =
    ["connection", "proxy-connection", "proxy-authorization", "keep-alive", "te", "upgrade"];

/// Where the head ends, if it is there whole.
pub(super) fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|it| it == b"\r\n\r\n").map(|it| it + 4)
}

/// Reads a head that ends with an empty line.
pub(super) fn parse(head: &[u8]) -> Result<Request, BadRequest> {
    let text = head.strip_suffix(b"\r\n\r\n").ok_or(BadRequest::Line)?;
    let text = std::str::from_utf8(text).map_err(|_| BadRequest::Line)?;
    let mut lines = text.split("\r\n");
    let request_line = lines.next().ok_or(BadRequest::RequestLine)?;
    let headers = lines.map(header).collect::<Result<Vec<_>, _>>()?;
    if request_line.contains(['\r', '\n', '\0']) {
        return Err(BadRequest::Line);
    }
    if headers.len() > MOST_HEADERS {
        return Err(BadRequest::TooManyHeaders);
    }
    let parts: Vec<_> = request_line.split(' ').collect();
    let &[method, target, version] = parts.as_slice() else {
        return Err(BadRequest::RequestLine);
    };
    if !matches!(version, "HTTP/1.1" | "HTTP/1.0") || !is_token(method) {
        return Err(BadRequest::RequestLine);
    }
    if method == "CONNECT" {
        let target = Target::parse(target, None).ok_or(BadRequest::Target)?;
        check_host(&headers, &target, Need::Optional)?;
        return Ok(Request::Tunnel(target));
    }
    let (target, path) = absolute(target).ok_or(BadRequest::Target)?;
    check_host(&headers, &target, Need::Required)?;
    check_length(&headers)?;
    let head = rewrite(method, &path, &target, &headers);
    Ok(Request::Forward { target, head })
}

type Header<'a> = (&'a str, &'a str);

fn header(line: &str) -> Result<Header<'_>, BadRequest> {
    if line.contains(['\r', '\n', '\0']) {
        return Err(BadRequest::Line);
    }
    // A space before the colon, or at the beginning as in folded lines, is no token.
    let (name, value) = line.split_once(':').ok_or(BadRequest::Header)?;
    if !is_token(name) || value.chars().any(|it| it.is_control() && it != '\t') {
        return Err(BadRequest::Header);
    }
    Ok((name, value.trim_matches([' ', '\t'])))
}

/// `tchar` of RFC 9110.
fn is_token(text: &str) -> bool {
    let token = |it: u8| it.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&it);
    !text.is_empty() && text.bytes().all(token)
}

/// Target and path of `http://host[:port]/path?query`.
fn absolute(url: &str) -> Option<(Target, String)> {
    let (scheme, rest) = url.split_at_checked("http://".len())?;
    if !scheme.eq_ignore_ascii_case("http://") || !rest.bytes().all(|it| it.is_ascii_graphic()) {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if path.contains('#') {
        return None;
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    Some((Target::parse(authority, Some(80))?, format!("{slash}{path}")))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

fn check_host(headers: &[Header<'_>], target: &Target, need: Need) -> Result<(), BadRequest> {
    let mut hosts = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    match (hosts.next(), hosts.next()) {
        (None, _) if need == Need::Optional => Ok(()),
        (Some((_, value)), None) => {
            // A port that is left out is the usual one; for a tunnel, that of the tunnel.
            let usual = if need == Need::Optional { target.port } else { 80 };
            let same = Target::parse(value, Some(usual)).is_some_and(|it| it == *target);
            if same { Ok(()) } else { Err(BadRequest::Host) }
        }
        _ => Err(BadRequest::Host),
    }
}

fn check_length(headers: &[Header<'_>]) -> Result<(), BadRequest> {
    let says = |wanted: &str| headers.iter().filter(|it| it.0.eq_ignore_ascii_case(wanted)).count();
    if says("content-length") + says("transfer-encoding") > 1 {
        return Err(BadRequest::Length);
    }
    Ok(())
}

fn rewrite(method: &str, path: &str, target: &Target, headers: &[Header<'_>]) -> Vec<u8> {
    let mut lines = vec![format!("{method} {path} HTTP/1.1"), format!("Host: {}", host(target))];
    let of_one_hop = |name: &str| OF_ONE_HOP.iter().any(|it| it.eq_ignore_ascii_case(name));
    let kept =
        headers.iter().filter(|(name, _)| !of_one_hop(name) && !name.eq_ignore_ascii_case("host"));
    lines.extend(kept.map(|(name, value)| format!("{name}: {value}")));
    // The next request may be for somebody else, who has to be asked about first.
    lines.push("Connection: close\r\n\r\n".to_owned());
    lines.join("\r\n").into_bytes()
}

/// As a `Host` header has it.
fn host(target: &Target) -> String {
    let Target { host, port } = target;
    match (host, port) {
        (Host::Name(_) | Host::Address(_), 80) => host.to_string(),
        (Host::Name(_) | Host::Address(_), _) => target.to_string(),
    }
}

/// An answer of the proxy itself. The reason is read by people, so it says whose it is.
pub(super) fn response(status: &str, reason: &str) -> Vec<u8> {
    let body = format!("runbook: {reason}\n");
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(head: &str) -> Result<Request, BadRequest> {
        parse(head.replace('\n', "\r\n").as_bytes())
    }

    #[test]
    fn a_tunnel_is_asked_for_by_host_and_port() {
        let tunnel = |head: &str| match read(head) {
            Ok(Request::Tunnel(target)) => Ok(target.to_string()),
            Ok(other @ Request::Forward { .. }) => panic!("{other:?}"),
            Err(error) => Err(error),
        };
        assert_eq!(tunnel("CONNECT PyPI.org:443 HTTP/1.1\n\n").unwrap(), "pypi.org:443");
        let with_host = "CONNECT pypi.org:443 HTTP/1.1\nHost: pypi.org\n\n";
        assert_eq!(tunnel(with_host).unwrap(), "pypi.org:443");
        assert_eq!(tunnel("CONNECT [::1]:80 HTTP/1.0\n\n").unwrap(), "[::1]:80");
        for target in ["pypi.org", "http://pypi.org:443", "/", "*", "2130706433:80", "a@b:443"] {
            let refused = tunnel(&format!("CONNECT {target} HTTP/1.1\n\n"));
            assert_eq!(refused, Err(BadRequest::Target), "{target}");
        }
        let other = "CONNECT pypi.org:443 HTTP/1.1\nHost: evil.test:443\n\n";
        assert_eq!(tunnel(other), Err(BadRequest::Host));
    }

    #[test]
    fn a_plain_request_is_passed_on_without_what_concerns_the_proxy() {
        let head = "GET http://Example.com/a?b HTTP/1.1\nHost: example.com\nAccept: */*\n\
            Proxy-Authorization: Basic eDp5\nProxy-Connection: keep-alive\nConnection: keep-alive\n\n";
        let Ok(Request::Forward { target, head }) = read(head) else { panic!() };
        assert_eq!(target.to_string(), "example.com:80");
        let wanted = "GET /a?b HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\
            Connection: close\r\n\r\n";
        assert_eq!(String::from_utf8(head).unwrap(), wanted);
        let head = "GET http://example.com:8080?x HTTP/1.1\nHost: example.com:8080\n\n";
        let Ok(Request::Forward { head, .. }) = read(head) else { panic!() };
        assert!(head.starts_with(b"GET /?x HTTP/1.1\r\nHost: example.com:8080\r\n"));
    }

    #[test]
    fn requests_that_can_be_read_in_two_ways_are_refused() {
        for (head, error) in [
            ("GET http://a.test/ HTTP/1.1\n\n", BadRequest::Host),
            ("GET http://a.test/ HTTP/1.1\nHost: b.test\n\n", BadRequest::Host),
            ("GET http://a.test/ HTTP/1.1\nHost: a.test:81\n\n", BadRequest::Host),
            ("GET http://a.test/ HTTP/1.1\nHost: a.test\nHost: a.test\n\n", BadRequest::Host),
            ("GET http://a.test/ HTTP/1.1\nHost : a.test\n\n", BadRequest::Header),
            ("GET http://a.test/ HTTP/1.1\nHost: a.test\n X: folded\n\n", BadRequest::Header),
            ("GET http://a.test/ HTTP/1.1\nHost: a.test\nX\n\n", BadRequest::Header),
            ("GET http://u:p@a.test/ HTTP/1.1\nHost: a.test\n\n", BadRequest::Target),
            ("GET https://a.test/ HTTP/1.1\nHost: a.test\n\n", BadRequest::Target),
            ("GET /path HTTP/1.1\nHost: a.test\n\n", BadRequest::Target),
            ("GET http://a.test/#x HTTP/1.1\nHost: a.test\n\n", BadRequest::Target),
            ("GET http://a.test/ HTTP/2\nHost: a.test\n\n", BadRequest::RequestLine),
            ("GET http://a.test/ x HTTP/1.1\nHost: a.test\n\n", BadRequest::RequestLine),
            ("GET  http://a.test/ HTTP/1.1\nHost: a.test\n\n", BadRequest::RequestLine),
            (
                "POST http://a.test/ HTTP/1.1\nHost: a.test\nContent-Length: 1\nTransfer-Encoding: chunked\n\n",
                BadRequest::Length,
            ),
            (
                "POST http://a.test/ HTTP/1.1\nHost: a.test\nContent-Length: 1\nContent-Length: 2\n\n",
                BadRequest::Length,
            ),
        ] {
            assert_eq!(read(head), Err(error), "{head}");
        }
    }

    #[test]
    fn line_ends_cannot_be_injected() {
        for head in [
            &b"CONNECT a.test:443 HTTP/1.1\nX: y\r\n\r\n"[..],
            b"CONNECT a.test:443\r HTTP/1.1\r\n\r\n",
            b"CONNECT a.test:443 HTTP/1.1\r\nX: y\nHost: b.test\r\n\r\n",
            b"CONNECT a.test:443 HTTP/1.1\r\nX: y\rz\r\n\r\n",
            b"CONNECT a.test\0.b.test:443 HTTP/1.1\r\n\r\n",
            b"CONNECT a.test:443 HTTP/1.1\r\nX: \xff\r\n\r\n",
        ] {
            assert_eq!(parse(head), Err(BadRequest::Line), "{}", head.escape_ascii());
        }
        for head in ["CONNECT a.test%0d%0a:443 HTTP/1.1\n\n", "CONNECT a.test%00:443 HTTP/1.1\n\n"]
        {
            assert_eq!(read(head), Err(BadRequest::Target), "{head}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, line in "[ -~]{0,40}") {
            drop(parse(&bytes));
            drop(read(&format!("{line}\n\n")));
        }
    }
}
