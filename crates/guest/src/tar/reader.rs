//! From bytes to entries.

use super::{BLOCK, Entry, EntryKind, Modified, TarError, writer::padding};

/// An extended header holds names of at most 4096 bytes, times, and attributes that we ignore.
const MAX_EXTENSION: u64 = 64 * 1024;

/// What comes next in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    Entry(Entry),
    /// Part of the content of the file named last.
    Content(&'a [u8]),
    /// That file is whole.
    Close,
}

/// Turns an archive into items.
#[derive(Debug)]
pub struct Reader {
    state: State,
    block: [u8; BLOCK],
    filled: usize,
    pending: Pending,
}

#[derive(Debug)]
enum State {
    Header,
    Extension { kind: Extension, left: u64, text: Vec<u8> },
    Content { left: u64, padding: u64 },
    Padding { left: u64 },
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extension {
    GnuName,
    GnuTarget,
    Pax,
    Global,
}

/// What extended headers said about the next entry.
#[derive(Debug, Default)]
struct Pending {
    name: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    size: Option<u64>,
    modified: Option<Modified>,
}

impl Default for Reader {
    fn default() -> Self {
        Self { state: State::Header, block: [0; BLOCK], filled: 0, pending: Pending::default() }
    }
}

impl Reader {
    /// The next item, taking from the front of `bytes` what it needed; `None` when it needs more.
    ///
    /// # Errors
    ///
    /// The archive is unusable after an error.
    pub fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Result<Option<Item<'a>>, TarError> {
        loop {
            match &mut self.state {
                State::Header => {
                    let part = take(bytes, (BLOCK - self.filled) as u64);
                    self.block[self.filled..self.filled + part.len()].copy_from_slice(part);
                    self.filled += part.len();
                    if self.filled < BLOCK {
                        return Ok(None);
                    }
                    self.filled = 0;
                    if let Some(entry) = self.header()? {
                        return Ok(Some(Item::Entry(entry)));
                    }
                }
                State::Extension { kind, left, text } => {
                    let part = take(bytes, *left);
                    text.extend_from_slice(part);
                    *left -= part.len() as u64;
                    if *left > 0 {
                        return Ok(None);
                    }
                    let (kind, text) = (*kind, std::mem::take(text));
                    self.state = State::Padding { left: padding(text.len() as u64) as u64 };
                    self.pending.learn(kind, text)?;
                }
                State::Content { left: 0, padding } => {
                    self.state = State::Padding { left: *padding };
                    return Ok(Some(Item::Close));
                }
                State::Content { left, .. } => {
                    let part = take(bytes, *left);
                    *left -= part.len() as u64;
                    return Ok((!part.is_empty()).then_some(Item::Content(part)));
                }
                State::Padding { left } => {
                    *left -= take(bytes, *left).len() as u64;
                    if *left > 0 {
                        return Ok(None);
                    }
                    self.state = State::Header;
                }
                State::End => {
                    let rest = take(bytes, u64::MAX);
                    if rest.iter().any(|it| *it != 0) {
                        return Err(TarError::Trailing);
                    }
                    return Ok(None);
                }
            }
        }
    }

    /// To be asked after the last byte.
    ///
    /// # Errors
    ///
    /// The end of the archive was not among the bytes.
    pub fn finish(&self) -> Result<(), TarError> {
        match self.state {
            State::End => Ok(()),
            State::Header
            | State::Extension { .. }
            | State::Content { .. }
            | State::Padding { .. } => Err(TarError::Truncated),
        }
    }

    fn header(&mut self) -> Result<Option<Entry>, TarError> {
        let block = Header(&self.block);
        if self.block == [0; BLOCK] {
            self.state = State::End;
            return Ok(None);
        }
        block.check()?;
        let size = block.number(124..136, "size")?;
        let extension = match block.flag() {
            b'L' => Some(Extension::GnuName),
            b'K' => Some(Extension::GnuTarget),
            b'x' => Some(Extension::Pax),
            b'g' => Some(Extension::Global),
            _ => None,
        };
        if let Some(kind) = extension {
            if size > MAX_EXTENSION {
                return Err(TarError::LongExtension);
            }
            self.state = State::Extension { kind, left: size, text: Vec::new() };
            return Ok(None);
        }
        let pending = std::mem::take(&mut self.pending);
        let entry = block.entry(pending, size)?;
        self.state = if entry.kind == EntryKind::File {
            State::Content { left: entry.size, padding: padding(entry.size) as u64 }
        } else {
            State::Header
        };
        Ok(Some(entry))
    }
}

fn take<'a>(bytes: &mut &'a [u8], most: u64) -> &'a [u8] {
    let count = usize::try_from(most).map_or(bytes.len(), |it| it.min(bytes.len()));
    let (part, rest) = bytes.split_at(count);
    *bytes = rest;
    part
}

#[derive(Clone, Copy, Debug)]
struct Header<'a>(&'a [u8; BLOCK]);

impl Header<'_> {
    fn flag(&self) -> u8 {
        self.0[156]
    }

    fn check(&self) -> Result<(), TarError> {
        let wanted = self.number(148..156, "checksum")?;
        let blank = |index: usize| (148..156).contains(&index);
        let bytes = || self.0.iter().enumerate();
        let sum: u64 = bytes().map(|(at, it)| if blank(at) { 32 } else { u64::from(*it) }).sum();
        // Some old programs took the bytes for signed ones.
        let signed =
            bytes().map(|(at, it)| if blank(at) { 32 } else { i64::from(it.cast_signed()) });
        let signed: i64 = signed.sum();
        if wanted == sum || i64::try_from(wanted) == Ok(signed) {
            Ok(())
        } else {
            Err(TarError::Checksum)
        }
    }

    /// Octal digits, or GNU's big-endian binary with the first bit set.
    fn number(&self, range: std::ops::Range<usize>, field: &'static str) -> Result<u64, TarError> {
        let bytes = &self.0[range];
        let bad = TarError::Number { field };
        if bytes[0] & 0x80 != 0 {
            let first = u64::from(bytes[0] & 0x7f);
            return bytes[1..].iter().try_fold(first, |value, it| {
                let value = value.checked_mul(256).ok_or(bad)?;
                Ok(value | u64::from(*it))
            });
        }
        let text = bytes.split(|it| *it == 0).next().unwrap_or_default();
        let digits = text.trim_ascii();
        digits.iter().try_fold(0_u64, |value, it| match it {
            b'0'..=b'7' => {
                let value = value.checked_mul(8).ok_or(bad)?;
                Ok(value | u64::from(it - b'0'))
            }
            _ => Err(bad),
        })
    }

    fn text(&self, range: std::ops::Range<usize>) -> &[u8] {
        self.0[range].split(|it| *it == 0).next().unwrap_or_default()
    }

    fn name(&self) -> Vec<u8> {
        let (name, prefix) = (self.text(0..100), self.text(345..500));
        // GNU keeps other things where POSIX has a prefix.
        if &self.0[257..263] == b"ustar\0" && !prefix.is_empty() {
            return [prefix, b"/", name].concat();
        }
        name.to_vec()
    }

    fn entry(&self, pending: Pending, size: u64) -> Result<Entry, TarError> {
        let name = pending.name.unwrap_or_else(|| self.name());
        let size = pending.size.unwrap_or(size);
        let target = || pending.target.unwrap_or_else(|| self.text(157..257).to_vec());
        let kind = match self.flag() {
            // Version 7 has no type for directories.
            0 | b'0' if name.ends_with(b"/") => EntryKind::Directory,
            0 | b'0' | b'7' => EntryKind::File,
            b'1' => EntryKind::HardLink { target: target() },
            b'2' => EntryKind::Symlink { target: target() },
            b'3' | b'4' | b'6' => EntryKind::Special,
            b'5' => EntryKind::Directory,
            b'S' => return Err(TarError::Sparse),
            flag => return Err(TarError::Type { flag }),
        };
        // Readers differ in whether they skip such content, and so in what follows it.
        if kind != EntryKind::File && size > 0 {
            return Err(TarError::Content);
        }
        if i64::try_from(size).is_err() {
            return Err(TarError::Number { field: "size" });
        }
        let mode = u32::try_from(self.number(100..108, "mode")? & 0o7777).unwrap_or(0);
        let modified = match pending.modified {
            Some(modified) => modified,
            None => Modified { seconds: self.seconds()?, nanoseconds: 0 },
        };
        Ok(Entry { name, kind, mode, modified, size })
    }

    fn seconds(&self) -> Result<u64, TarError> {
        // All bits set begin a negative number.
        if self.0[136] == 0xff { Ok(0) } else { self.number(136..148, "time") }
    }
}

impl Pending {
    fn learn(&mut self, kind: Extension, text: Vec<u8>) -> Result<(), TarError> {
        match kind {
            Extension::GnuName => self.name = Some(until_nul(text)),
            Extension::GnuTarget => self.target = Some(until_nul(text)),
            Extension::Pax => {
                for record in Records(&text) {
                    let (key, value) = record?;
                    self.learn_record(key, value)?;
                }
            }
            Extension::Global => {
                for record in Records(&text) {
                    if matches!(record?.0, b"path" | b"linkpath" | b"size") {
                        return Err(TarError::Global);
                    }
                }
            }
        }
        Ok(())
    }

    fn learn_record(&mut self, key: &[u8], value: &[u8]) -> Result<(), TarError> {
        match key {
            b"path" => self.name = Some(value.to_vec()),
            b"linkpath" => self.target = Some(value.to_vec()),
            b"size" => {
                self.size = Some(decimal(value).ok_or(TarError::Number { field: "size" })?);
            }
            b"mtime" => {
                self.modified = Some(time(value).ok_or(TarError::Number { field: "time" })?);
            }
            key if key.starts_with(b"GNU.sparse.") => return Err(TarError::Sparse),
            _ => {}
        }
        Ok(())
    }
}

fn until_nul(mut text: Vec<u8>) -> Vec<u8> {
    if let Some(end) = text.iter().position(|it| *it == 0) {
        text.truncate(end);
    }
    text
}

/// Records `length key=value\n`, where the length counts all of it.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), TarError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let record = self.split();
        if record.is_none() {
            self.0 = &[];
        }
        Some(record.ok_or(TarError::Extension))
    }
}

impl<'a> Records<'a> {
    fn split(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let digits = self.0.iter().position(|it| *it == b' ')?;
        let length = usize::try_from(decimal(&self.0[..digits])?).ok()?;
        let (record, rest) = self.0.split_at_checked(length)?;
        let text = record.get(digits + 1..)?.strip_suffix(b"\n")?;
        let equals = text.iter().position(|it| *it == b'=')?;
        self.0 = rest;
        Some((&text[..equals], &text[equals + 1..]))
    }
}

fn decimal(text: &[u8]) -> Option<u64> {
    let plain = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    plain.then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

/// Seconds with as many decimals as somebody liked.
fn time(text: &[u8]) -> Option<Modified> {
    if text.first() == Some(&b'-') {
        return Some(Modified::default());
    }
    let (whole, decimals) = match text.iter().position(|it| *it == b'.') {
        Some(point) => (&text[..point], &text[point + 1..]),
        None => (text, [].as_slice()),
    };
    if !decimals.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = decimals.iter().copied().chain(std::iter::repeat(b'0')).take(9);
    let nanoseconds = digits.fold(0, |value, it| value * 10 + u32::from(it - b'0'));
    Some(Modified { seconds: decimal(whole)?, nanoseconds })
}
