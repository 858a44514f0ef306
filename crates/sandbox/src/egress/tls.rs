//! The name in the first message of a TLS client (RFC 8446, section 4.1.2; RFC 6066, section 3).
//!
//! It is read and passed on as it is; nothing is decrypted.

/// What the first bytes of a client are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hello {
    /// More bytes will tell.
    Incomplete,
    NotTls,
    /// TLS, without a name.
    Nameless,
    Names(String),
    /// It begins like TLS, and goes on as no client does.
    Odd,
}

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;

/// The longest hello that is waited for. Those of browsers with post-quantum keys take 2 KiB.
const LONGEST: usize = 16 * 1024;

pub(super) fn inspect(bytes: &[u8]) -> Hello {
    match bytes {
        [] | [HANDSHAKE] => return Hello::Incomplete,
        [HANDSHAKE, 3, ..] => {}
        _ => return Hello::NotTls,
    }
    let mut message = Vec::new();
    let mut rest = bytes;
    // A hello may lie in several records.
    while let Some((header, after)) = rest.split_first_chunk::<5>() {
        if header[0] != HANDSHAKE || header[1] != 3 {
            return Hello::Odd;
        }
        let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
        if length == 0 {
            return Hello::Odd;
        }
        let (fragment, after) = after.split_at(length.min(after.len()));
        message.extend_from_slice(fragment);
        rest = after;
    }
    let Some((header, body)) = message.split_first_chunk::<4>() else {
        return if bytes.len() > LONGEST { Hello::Odd } else { Hello::Incomplete };
    };
    let length =
        usize::from(header[1]) << 16 | usize::from(header[2]) << 8 | usize::from(header[3]);
    if header[0] != CLIENT_HELLO || length > LONGEST {
        return Hello::Odd;
    }
    match body.get(..length) {
        None if bytes.len() > 2 * LONGEST => Hello::Odd,
        None => Hello::Incomplete,
        Some(hello) => server_name(hello).unwrap_or(Hello::Odd),
    }
}

/// Reads a `ClientHello`; `None` if it is not one.
fn server_name(hello: &[u8]) -> Option<Hello> {
    let mut rest = Reader(hello);
    rest.take(2 + 32)?;
    let session = rest.number(1)?;
    rest.take(session)?;
    let suites = rest.number(2)?;
    rest.take(suites)?;
    let compressions = rest.number(1)?;
    rest.take(compressions)?;
    if rest.0.is_empty() {
        return Some(Hello::Nameless);
    }
    let length = rest.number(2)?;
    let mut extensions = Reader(rest.take(length)?);
    let mut found = Hello::Nameless;
    while !extensions.0.is_empty() {
        let kind = extensions.number(2)?;
        let length = extensions.number(2)?;
        let body = extensions.take(length)?;
        if kind == usize::from(SERVER_NAME) {
            // Twice would let two readers see two names.
            if found != Hello::Nameless {
                return None;
            }
            found = Hello::Names(host_name(body)?);
        }
    }
    Some(found)
}

fn host_name(body: &[u8]) -> Option<String> {
    let mut body = Reader(body);
    let length = body.number(2)?;
    let mut list = Reader(body.take(length)?);
    let kind = list.number(1)?;
    let length = list.number(2)?;
    let name = list.take(length)?;
    let alone = kind == usize::from(HOST_NAME) && list.0.is_empty() && body.0.is_empty();
    alone.then(|| std::str::from_utf8(name).ok().map(str::to_owned))?
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A big-endian number of so many bytes.
    fn number(&mut self, bytes: usize) -> Option<usize> {
        Some(self.take(bytes)?.iter().fold(0, |number, it| number << 8 | usize::from(*it)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_length(bytes: usize, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u64).to_be_bytes();
        [&length[8 - bytes..], body].concat()
    }

    fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
        [&kind.to_be_bytes()[..], &with_length(2, body)].concat()
    }

    fn name_extension(name: &str) -> Vec<u8> {
        let entry = [&[HOST_NAME][..], &with_length(2, name.as_bytes())].concat();
        extension(SERVER_NAME, &with_length(2, &entry))
    }

    fn message(extensions: &[u8]) -> Vec<u8> {
        let mut hello = vec![3, 3];
        hello.extend([7; 32]);
        hello.extend(with_length(1, &[9; 32]));
        hello.extend(with_length(2, &[0x13, 1, 0x13, 2]));
        hello.extend(with_length(1, &[0]));
        hello.extend(with_length(2, extensions));
        [&[CLIENT_HELLO][..], &with_length(3, &hello)].concat()
    }

    fn record(fragment: &[u8]) -> Vec<u8> {
        [&[HANDSHAKE, 3, 1][..], &with_length(2, fragment)].concat()
    }

    #[test]
    fn the_name_is_found_wherever_the_hello_is_cut() {
        let extensions = [extension(10, &[0, 2, 0, 29]), name_extension("pypi.org")].concat();
        let message = message(&extensions);
        let whole = record(&message);
        assert_eq!(inspect(&whole), Hello::Names("pypi.org".to_owned()));
        for cut in 0..whole.len() {
            assert_eq!(inspect(&whole[..cut]), Hello::Incomplete, "cut at {cut}");
        }
        let (first, second) = message.split_at(50);
        let two = [record(first), record(second)].concat();
        assert_eq!(inspect(&two), Hello::Names("pypi.org".to_owned()));
    }

    #[test]
    fn what_is_not_a_hello_is_told_from_it() {
        assert_eq!(inspect(b"GET / HTTP/1.1"), Hello::NotTls);
        assert_eq!(inspect(&[HANDSHAKE, 9]), Hello::NotTls);
        assert_eq!(inspect(&record(&message(&[]))), Hello::Nameless);
        let twice = [name_extension("a.test"), name_extension("b.test")].concat();
        assert_eq!(inspect(&record(&message(&twice))), Hello::Odd);
        assert_eq!(inspect(&record(&[2, 0, 0, 1, 0])), Hello::Odd);
        assert_eq!(inspect(&record(&[])), Hello::Odd);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            inspect(&[&[HANDSHAKE, 3, 1][..], &bytes].concat());
            inspect(&record(&bytes));
        }
    }
}
