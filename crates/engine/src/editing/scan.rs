//! Reads updates of Yjs (version 1 of their encoding) before the library does, which trusts them more than
//! we may.
//!
//! ```text
//! update  = clients (client structs)* deletes            struct  = GC length | item
//! client  = count client clock struct*                   item    = info origin? right origin? parent? content
//! deletes = count (client count (clock length)*)*        content = deleted length | string
//! ```
//!
//! All that passes is what an editor of plain text makes: characters and their removal, in the one text
//! that there is. Numbers are as short as they can be, each client stands once and without gaps, and nothing
//! is larger than the bytes that it came in. Whether what it builds upon is there is said by
//! [`Scanned::is_missing`].

use std::collections::{HashMap, HashSet};

/// The name of the text in a document.
pub(crate) const TEXT: &str = "content";

/// Clocks count characters, deleted ones included. The library calculates with signed ones.
const MAX_CLOCK: u32 = 1 << 30;

/// Clients are whole numbers of JavaScript.
const MAX_CLIENT: u64 = (1 << 53) - 1;

const HAS_ORIGIN: u8 = 0x80;
const HAS_RIGHT_ORIGIN: u8 = 0x40;
const GARBAGE: u8 = 0;
const DELETED: u8 = 1;
const STRING: u8 = 4;

/// Why an update is none that an editor of text makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScanError {
    #[error("it ends too early")]
    Short,
    #[error("bytes follow its end")]
    Long,
    #[error("a number in it is too large or longer than it needs to be")]
    Number,
    #[error("it holds something other than text")]
    NotText,
    #[error("it changes something other than the text {TEXT:?}")]
    OtherType,
    #[error("a character in it is none")]
    Utf8,
    #[error("a client in it stands twice, or its parts are in no order")]
    Order,
    #[error("a character in it stands beside one that comes later")]
    Circle,
    #[error("it holds a NUL character")]
    Nul,
    #[error("it has more than {0} parts; send it in several")]
    TooMany(usize),
}

/// What an update brings and what it needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// Clocks that each client brings, the last one exclusive.
    pub(crate) brings: HashMap<u64, (u32, u32)>,
    /// Clocks of each client that must be there, exclusive.
    needs: HashMap<u64, u32>,
    pub(crate) structs: usize,
    /// Ranges that are deleted. Those who were away send all that they know of.
    pub(crate) deletes: usize,
    /// Bytes of text.
    pub(crate) text_bytes: usize,
}

impl Scanned {
    /// Whether something is missing to a document that has these clocks.
    pub(crate) fn is_missing(&self, known: impl Fn(u64) -> u32) -> bool {
        let has = |client: u64| {
            let brought = self.brings.get(&client).map_or(0, |it| it.1);
            known(client).max(brought)
        };
        let gap = self.brings.iter().any(|(client, (from, _))| *from > known(*client));
        gap || self.needs.iter().any(|(client, clock)| *clock > has(*client))
    }

    fn need(&mut self, client: u64, clock: u32) {
        let needed = self.needs.entry(client).or_default();
        *needed = (*needed).max(clock);
    }
}

/// Deleted ranges for each struct that an update may have.
const DELETES: usize = 10;

/// Reads an update of at most `most` structs.
pub(crate) fn scan(update: &[u8], most: usize) -> Result<Scanned, ScanError> {
    let mut reader = Reader { rest: update };
    let mut scanned = Scanned::default();
    for _ in 0..reader.number(u64::MAX)? {
        let count = reader.number(u64::MAX)?;
        let client = reader.number(MAX_CLIENT)?;
        let first = reader.clock()?;
        let mut clock = first;
        for _ in 0..count {
            scanned.structs += 1;
            if scanned.structs > most {
                return Err(ScanError::TooMany(most));
            }
            let length = structure(&mut reader, &mut scanned, client, clock)?;
            let next = clock.checked_add(length).filter(|it| *it <= MAX_CLOCK);
            clock = next.ok_or(ScanError::Number)?;
        }
        if scanned.brings.insert(client, (first, clock)).is_some() || first == clock {
            return Err(ScanError::Order);
        }
    }
    deletes(&mut reader, &mut scanned, most)?;
    if reader.rest.is_empty() { Ok(scanned) } else { Err(ScanError::Long) }
}

/// Reads the clocks that somebody has of each client.
pub(crate) fn state_vector(bytes: &[u8], most: usize) -> Result<HashMap<u64, u32>, ScanError> {
    let mut reader = Reader { rest: bytes };
    let mut clocks = HashMap::new();
    for _ in 0..reader.number(u64::MAX)? {
        if clocks.len() >= most {
            return Err(ScanError::TooMany(most));
        }
        let client = reader.number(MAX_CLIENT)?;
        if clocks.insert(client, reader.clock()?).is_some() {
            return Err(ScanError::Order);
        }
    }
    if reader.rest.is_empty() { Ok(clocks) } else { Err(ScanError::Long) }
}

/// Reads a struct, and says how many clocks it takes.
fn structure(
    reader: &mut Reader<'_>,
    scanned: &mut Scanned,
    client: u64,
    clock: u32,
) -> Result<u32, ScanError> {
    let info = reader.byte()?;
    if info == GARBAGE {
        return reader.length();
    }
    let content = info & !(HAS_ORIGIN | HAS_RIGHT_ORIGIN);
    if content != DELETED && content != STRING {
        return Err(ScanError::NotText);
    }
    for side in [HAS_ORIGIN, HAS_RIGHT_ORIGIN] {
        if info & side != 0 {
            let (beside, at) = (reader.number(MAX_CLIENT)?, reader.clock()?);
            if beside == client && at >= clock {
                return Err(ScanError::Circle);
            }
            scanned.need(beside, at + 1);
        }
    }
    if info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN) == 0 {
        let is_named = reader.number(1)? == 1;
        if !is_named || reader.string()? != TEXT {
            return Err(ScanError::OtherType);
        }
    }
    if content == DELETED {
        return reader.length();
    }
    let text = reader.string()?;
    if text.contains('\0') {
        return Err(ScanError::Nul);
    }
    scanned.text_bytes += text.len();
    match u32::try_from(text.encode_utf16().count()) {
        Ok(0) => Err(ScanError::Short),
        Ok(length) => Ok(length),
        Err(_) => Err(ScanError::Number),
    }
}

fn deletes(reader: &mut Reader<'_>, scanned: &mut Scanned, most: usize) -> Result<(), ScanError> {
    let mut clients = HashSet::new();
    for _ in 0..reader.number(u64::MAX)? {
        let client = reader.number(MAX_CLIENT)?;
        if !clients.insert(client) {
            return Err(ScanError::Order);
        }
        let mut end = 0;
        for _ in 0..reader.number(u64::MAX)? {
            scanned.deletes += 1;
            if scanned.deletes > most.saturating_mul(DELETES) {
                return Err(ScanError::TooMany(most));
            }
            let from = reader.clock()?;
            if from < end {
                return Err(ScanError::Order);
            }
            end = from.checked_add(reader.length()?).ok_or(ScanError::Number)?;
            if end > MAX_CLOCK {
                return Err(ScanError::Number);
            }
            scanned.need(client, end);
        }
    }
    Ok(())
}

/// Reads what lib0 writes.
pub(crate) struct Reader<'a> {
    pub(crate) rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn byte(&mut self) -> Result<u8, ScanError> {
        let (first, rest) = self.rest.split_first().ok_or(ScanError::Short)?;
        self.rest = rest;
        Ok(*first)
    }

    /// A number of seven bits in each byte, the lowest first, up to `most`.
    pub(crate) fn number(&mut self, most: u64) -> Result<u64, ScanError> {
        let mut value = 0_u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let is_short = byte != 0 || shift == 0;
                return if is_short && value <= most { Ok(value) } else { Err(ScanError::Number) };
            }
        }
        Err(ScanError::Number)
    }

    fn clock(&mut self) -> Result<u32, ScanError> {
        let clock = self.number(u64::from(MAX_CLOCK))?;
        u32::try_from(clock).map_err(|_| ScanError::Number)
    }

    /// A length, which is not zero.
    fn length(&mut self) -> Result<u32, ScanError> {
        Some(self.clock()?).filter(|it| *it > 0).ok_or(ScanError::Number)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], ScanError> {
        let length = usize::try_from(self.number(u64::MAX)?).map_err(|_| ScanError::Short)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(ScanError::Short)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(crate) fn string(&mut self) -> Result<&'a str, ScanError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| ScanError::Utf8)
    }
}

/// Writes what [`Reader::number`] reads.
pub(crate) fn write_number(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(u8::try_from(value & 0x7f).expect("seven bits fit into a byte") | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).expect("seven bits fit into a byte"));
}

/// Writes what [`Reader::bytes`] reads.
pub(crate) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests;
