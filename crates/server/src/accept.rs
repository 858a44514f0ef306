//! Which form of an event stream a caller wants: its `Accept` header, as RFC 9110 has it.

use axum::http::{HeaderMap, HeaderValue, header};

/// How a caller wants its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Ndjson,
    Sse,
}

/// Names of newline-delimited JSON; the first is ours, the others are those of tinirun's clients.
const NDJSON: [&str; 6] = [
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/json-lines",
    "application/jsonlines",
    "application/json",
];

const SSE: &str = "text/event-stream";

/// What tinirun compares the whole header with, byte by byte, to give newline-delimited JSON.
const SEED_NDJSON: [&str; 4] =
    ["application/json", "application/jsonl", "application/json-lines", "application/x-ndjson"];

/// How much a caller wants something: the quality it gives, and how exactly it names it.
type Wish = (u16, u8);

impl Format {
    /// What the `Accept` header prefers by its q-values, and among equals what it names more exactly.
    /// NDJSON where it says nothing about either, `None` where it refuses both.
    pub(crate) fn preferred(headers: &HeaderMap) -> Option<Self> {
        let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|it| it.to_str().ok());
        let mut ndjson: Option<Wish> = None;
        let mut sse: Option<Wish> = None;
        for range in accepts.flat_map(|it| it.split(',')) {
            let (kind, parameters) = range.split_once(';').unwrap_or((range, ""));
            let kind = kind.trim().to_ascii_lowercase();
            let quality = quality(parameters);
            let lines = NDJSON.contains(&kind.as_str());
            let (for_ndjson, for_sse) = match kind.as_str() {
                "*/*" => (Some(0), Some(0)),
                "application/*" => (Some(1), None),
                "text/*" => (None, Some(1)),
                SSE => (None, Some(2)),
                _ => (lines.then_some(2), None),
            };
            note(&mut ndjson, for_ndjson, quality);
            note(&mut sse, for_sse, quality);
        }
        match (ndjson, sse) {
            (Some((0, _)), Some((0, _))) => None,
            (Some(ndjson), Some(sse)) if sse > ndjson => Some(Self::Sse),
            (None, Some((quality, _))) if quality > 0 => Some(Self::Sse),
            (Some(_) | None, _) => Some(Self::Ndjson),
        }
    }

    /// What tinirun would give: SSE to everybody who does not ask for one of four names exactly.
    pub(crate) fn as_the_seed(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).map(HeaderValue::as_bytes).unwrap_or_default();
        let lines = SEED_NDJSON.iter().any(|it| it.as_bytes() == accept);
        if lines { Self::Ndjson } else { Self::Sse }
    }
}

/// Keeps what names the form most exactly, and of equals what wants it most.
fn note(wish: &mut Option<Wish>, exactness: Option<u8>, quality: u16) {
    let Some(exactness) = exactness else { return };
    let better = wish.is_none_or(|(known, how)| (exactness, quality) > (how, known));
    if better {
        *wish = Some((quality, exactness));
    }
}

/// Thousandths; what is no number counts as left out.
fn quality(parameters: &str) -> u16 {
    let value =
        parameters.split(';').filter_map(|it| it.split_once('=')).find_map(|(name, value)| {
            name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse::<f32>().ok())?
        });
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the range of a quality"
    )]
    value.map_or(1000, |it| (it.clamp(0.0, 1.0) * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(accept: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        headers
    }

    #[test]
    fn the_accept_header_decides_by_its_q_values() {
        let (ndjson, sse) = (Some(Format::Ndjson), Some(Format::Sse));
        let rows = [
            ("", ndjson),
            ("*/*", ndjson),
            ("text/html", ndjson),
            ("text/event-stream", sse),
            ("Text/Event-Stream; charset=utf-8", sse),
            ("text/*", sse),
            ("application/*", ndjson),
            ("application/x-ndjson", ndjson),
            ("application/jsonl", ndjson),
            ("text/event-stream, */*", sse),
            ("application/json, text/plain, */*", ndjson),
            ("text/event-stream;q=0.5, application/x-ndjson", ndjson),
            ("text/event-stream, application/x-ndjson;q=0.9", sse),
            ("text/event-stream ; Q=0.2, */*;q=0.1", sse),
            ("text/event-stream;q=0.1, */*;q=0.8", ndjson),
            ("text/event-stream;q=0", ndjson),
            ("*/*;q=0, application/json", ndjson),
            ("application/json;q=0, text/event-stream;q=0.1", sse),
            ("text/html, */*;q=0.1", ndjson),
            ("text/event-stream;q=0, application/*;q=0, application/x-ndjson;q=0", None),
            ("*/*;q=0", None),
        ];
        for (accept, expected) in rows {
            assert_eq!(Format::preferred(&headers(accept)), expected, "{accept}");
        }
        assert_eq!(Format::preferred(&HeaderMap::new()), ndjson);
    }

    #[test]
    fn several_accept_headers_are_one() {
        let mut both = headers("application/json;q=0.2");
        both.append(header::ACCEPT, HeaderValue::from_static("text/event-stream"));
        assert_eq!(Format::preferred(&both), Some(Format::Sse));
    }

    #[test]
    fn the_seed_compares_bytes() {
        for accept in SEED_NDJSON {
            assert_eq!(Format::as_the_seed(&headers(accept)), Format::Ndjson, "{accept}");
        }
        for accept in ["*/*", "", "application/json, */*", "application/json;q=1", "text/html"] {
            assert_eq!(Format::as_the_seed(&headers(accept)), Format::Sse, "{accept}");
        }
        assert_eq!(Format::as_the_seed(&HeaderMap::new()), Format::Sse);
    }
}
