//! From entries to bytes.

use super::{BLOCK, Entry, EntryKind, Modified};

/// What follows the last entry.
pub const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// Largest number of eleven octal digits.
const MOST_OCTAL: u64 = 0o777_7777_7777;

/// Zeros that must follow content of this length.
#[must_use]
pub fn padding(length: u64) -> usize {
    let over = usize::try_from(length % BLOCK as u64).expect("less than a block");
    if over == 0 { 0 } else { BLOCK - over }
}

impl Entry {
    /// Appends the header. The content, and its [`padding`], are for the caller to append.
    pub fn write(&self, out: &mut Vec<u8>) {
        let target: &[u8] = match &self.kind {
            EntryKind::Symlink { target } | EntryKind::HardLink { target } => target,
            EntryKind::File | EntryKind::Directory | EntryKind::Special => b"",
        };
        let mut records = Vec::new();
        if self.name.len() > 100 {
            record(b"path", &self.name, &mut records);
        }
        if target.len() > 100 {
            record(b"linkpath", target, &mut records);
        }
        if self.size > MOST_OCTAL {
            record(b"size", self.size.to_string().as_bytes(), &mut records);
        }
        let Modified { seconds, nanoseconds } = self.modified;
        if nanoseconds > 0 || seconds > MOST_OCTAL {
            let time = format!("{seconds}.{nanoseconds:09}");
            record(b"mtime", time.as_bytes(), &mut records);
        }
        if !records.is_empty() {
            // Says that names need not be UTF-8.
            if std::str::from_utf8(&records).is_err() {
                record(b"hdrcharset", b"BINARY", &mut records);
            }
            let length = records.len() as u64;
            block(b"././@PaxHeader", b'x', 0o644, length, 0, b"", out);
            out.extend_from_slice(&records);
            out.resize(out.len() + padding(length), 0);
        }
        let flag = match self.kind {
            EntryKind::File => b'0',
            EntryKind::HardLink { .. } => b'1',
            EntryKind::Symlink { .. } => b'2',
            EntryKind::Directory => b'5',
            EntryKind::Special => b'6',
        };
        block(&self.name, flag, self.mode, self.size, seconds, target, out);
    }
}

/// A record's length counts its own digits too.
fn record(key: &[u8], value: &[u8], out: &mut Vec<u8>) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while rest + length.to_string().len() != length {
        length = rest + length.to_string().len();
    }
    out.extend_from_slice(length.to_string().as_bytes());
    for part in [b" ".as_slice(), key, b"=", value, b"\n"] {
        out.extend_from_slice(part);
    }
}

fn block(
    name: &[u8],
    flag: u8,
    mode: u32,
    size: u64,
    seconds: u64,
    target: &[u8],
    out: &mut Vec<u8>,
) {
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    // Names that are cut here stand whole in the extended header.
    put(0, &name[..name.len().min(100)]);
    put(100, format!("{:07o}", mode & 0o7777).as_bytes());
    put(108, b"0000000");
    put(116, b"0000000");
    put(124, format!("{:011o}", size.min(MOST_OCTAL)).as_bytes());
    put(136, format!("{:011o}", seconds.min(MOST_OCTAL)).as_bytes());
    put(148, b"        ");
    put(156, &[flag]);
    put(157, &target[..target.len().min(100)]);
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|it| u32::from(*it)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    out.extend_from_slice(&block);
}
