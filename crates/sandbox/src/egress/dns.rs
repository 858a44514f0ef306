//! Name service for programs that know nothing of proxies.
//!
//! No query ever leaves: an allowed name is answered with an address that stands for it inside the
//! sandbox, any other does not exist. So a name cannot carry a message out.

use std::net::Ipv4Addr;

/// What a name means to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    StandIn(Ipv4Addr),
    NoSuchName,
    /// There would be too many.
    NoneLeft,
}

const HEADER: usize = 12;
const TYPE_A: u16 = 1;
const TYPE_ANY: u16 = 255;
const CLASS_IN: u16 = 1;
/// Seconds; a name keeps its address as long as its sandbox lives.
const TTL: u32 = 300;

/// Response codes of RFC 1035.
const FORMAT_ERROR: u8 = 1;
const SERVER_FAILURE: u8 = 2;
const NO_SUCH_NAME: u8 = 3;
const NOT_IMPLEMENTED: u8 = 4;

/// The answer to a query; `None` for what is none.
pub(super) fn answer(query: &[u8], lookup: impl FnOnce(&str) -> Lookup) -> Option<Vec<u8>> {
    let (header, rest) = query.split_first_chunk::<HEADER>()?;
    let is_query = header[2] & 0x80 == 0;
    if !is_query {
        return None;
    }
    if header[2] & 0x78 != 0 {
        return Some(respond(header, &[], NOT_IMPLEMENTED, None));
    }
    let questions = u16::from_be_bytes([header[4], header[5]]);
    let Some(question) = (questions == 1).then(|| Question::read(rest)).flatten() else {
        return Some(respond(header, &[], FORMAT_ERROR, None));
    };
    let (code, address) = match (question.class, lookup(&question.name)) {
        (CLASS_IN, Lookup::StandIn(address)) => {
            let wanted = matches!(question.kind, TYPE_A | TYPE_ANY);
            (0, wanted.then_some(address))
        }
        (CLASS_IN, Lookup::NoneLeft) => (SERVER_FAILURE, None),
        _ => (NO_SUCH_NAME, None),
    };
    Some(respond(header, question.wire, code, address))
}

struct Question<'a> {
    /// In the letters of the query, which some clients vary to know their answer again.
    wire: &'a [u8],
    name: String,
    kind: u16,
    class: u16,
}

impl<'a> Question<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut name = String::new();
        let mut rest = bytes;
        loop {
            let (&length, after) = rest.split_first()?;
            rest = after;
            if length == 0 {
                break;
            }
            // The two high bits mark a pointer, which a question has no use for.
            if length > 63 || name.len() > 253 {
                return None;
            }
            let (label, after) = rest.split_at_checked(usize::from(length))?;
            rest = after;
            if !name.is_empty() {
                name.push('.');
            }
            // A dot inside of a label must not become one between two.
            let plain = label.iter().all(|it| it.is_ascii_graphic() && *it != b'.');
            name.push_str(if plain { std::str::from_utf8(label).ok()? } else { "?" });
        }
        let (tail, rest) = rest.split_first_chunk::<4>()?;
        let wire = &bytes[..bytes.len() - rest.len()];
        let kind = u16::from_be_bytes([tail[0], tail[1]]);
        Some(Self { wire, name, kind, class: u16::from_be_bytes([tail[2], tail[3]]) })
    }
}

fn respond(header: &[u8; HEADER], question: &[u8], code: u8, address: Option<Ipv4Addr>) -> Vec<u8> {
    let mut response = Vec::with_capacity(HEADER + question.len() + 16);
    response.extend(&header[..2]);
    // A response, to the same kind of query, with the client's wish for recursion granted.
    response.extend([0x80 | (header[2] & 0x79), 0x80 | code]);
    let count = |it: bool| u16::from(it).to_be_bytes();
    response.extend(count(!question.is_empty()));
    response.extend(count(address.is_some()));
    response.extend([0; 4]);
    response.extend(question);
    if let Some(address) = address {
        // The name is the one at the beginning of the question.
        response.extend([0xc0, 0x0c]);
        response.extend(TYPE_A.to_be_bytes());
        response.extend(CLASS_IN.to_be_bytes());
        response.extend(TTL.to_be_bytes());
        response.extend(4_u16.to_be_bytes());
        response.extend(address.octets());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str, kind: u16) -> Vec<u8> {
        let mut bytes = vec![0xab, 0xcd, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.').filter(|it| !it.is_empty()) {
            bytes.push(u8::try_from(label.len()).unwrap());
            bytes.extend(label.bytes());
        }
        bytes.push(0);
        bytes.extend(kind.to_be_bytes());
        bytes.extend(CLASS_IN.to_be_bytes());
        bytes
    }

    fn lookup(name: &str) -> Lookup {
        match name {
            "PyPI.org" => Lookup::StandIn(Ipv4Addr::new(127, 77, 0, 1)),
            "more.test" => Lookup::NoneLeft,
            _ => Lookup::NoSuchName,
        }
    }

    /// The response code, and the answer's address if there is one.
    fn asked(query: &[u8]) -> (u8, Option<Vec<u8>>) {
        let answer = answer(query, lookup).unwrap();
        assert_eq!(answer[..2], query[..2]);
        assert_eq!(answer[2] & 0x80, 0x80);
        let address = (answer[7] == 1).then(|| answer[answer.len() - 4..].to_vec());
        (answer[3] & 0xf, address)
    }

    #[test]
    fn an_allowed_name_has_one_address_and_any_other_does_not_exist() {
        assert_eq!(asked(&query("PyPI.org", TYPE_A)), (0, Some(vec![127, 77, 0, 1])));
        // AAAA, TXT, HTTPS: the name is there, and has no such record.
        for kind in [28, 16, 65] {
            assert_eq!(asked(&query("PyPI.org", kind)), (0, None), "type {kind}");
        }
        assert_eq!(asked(&query("secret.evil.test", TYPE_A)), (NO_SUCH_NAME, None));
        assert_eq!(asked(&query("secret.evil.test", 16)), (NO_SUCH_NAME, None));
        assert_eq!(asked(&query("", TYPE_A)), (NO_SUCH_NAME, None));
        assert_eq!(asked(&query("more.test", TYPE_A)), (SERVER_FAILURE, None));
    }

    #[test]
    fn the_question_comes_back_in_its_letters() {
        let query = query("PyPI.org", TYPE_A);
        let answer = answer(&query, lookup).unwrap();
        assert_eq!(answer[HEADER..query.len()], query[HEADER..]);
    }

    #[test]
    fn a_dot_inside_of_a_label_makes_no_other_name() {
        let mut bytes = query("", TYPE_A);
        bytes.splice(HEADER..=HEADER, *b"\x08PyPI.org\0");
        assert_eq!(asked(&bytes), (NO_SUCH_NAME, None));
    }

    #[test]
    fn what_is_no_query_is_refused_or_dropped() {
        let good = query("PyPI.org", TYPE_A);
        assert_eq!(answer(&good[..11], lookup), None);
        let changed = |at: usize, to: u8| {
            let mut bytes = good.clone();
            bytes[at] = to;
            bytes
        };
        assert_eq!(answer(&changed(2, 0x81), lookup), None);
        assert_eq!(asked(&changed(2, 0x28)).0, NOT_IMPLEMENTED);
        assert_eq!(asked(&changed(5, 2)).0, FORMAT_ERROR);
        assert_eq!(asked(&changed(HEADER, 0xc0)).0, FORMAT_ERROR);
        assert_eq!(asked(&good[..good.len() - 1]).0, FORMAT_ERROR);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            answer(&bytes, lookup);
        }
    }
}
