//! sprig's encodings and sums. What decodes to no text is an error, since a template makes text.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest as _, Sha1};
use sha2::{Sha256, Sha512};

use super::{Args, Entry};
use crate::{
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("b64enc", 1, 1, |r, a| {
        r.room(a.text(0)?.len() * 2)?;
        Ok(Value::text(STANDARD.encode(a.text(0)?.as_bytes())))
    }),
    Entry("b64dec", 1, 1, |r, a| {
        r.room(a.text(0)?.len())?;
        let bytes = STANDARD.decode(a.text(0)?.as_bytes());
        text(bytes.map_err(|error| CallError::failed(format!("no base64: {error}")))?)
    }),
    Entry("b32enc", 1, 1, |r, a| {
        r.room(a.text(0)?.len() * 2)?;
        Ok(Value::text(base32(a.text(0)?.as_bytes())))
    }),
    Entry("b32dec", 1, 1, |r, a| {
        r.room(a.text(0)?.len())?;
        text(from_base32(a.text(0)?).ok_or_else(|| CallError::failed("no base32"))?)
    }),
    Entry("sha1sum", 1, 1, |r, a| summed(r, a, |it| hex(&Sha1::digest(it)))),
    Entry("sha256sum", 1, 1, |r, a| summed(r, a, |it| hex(&Sha256::digest(it)))),
    Entry("sha512sum", 1, 1, |r, a| summed(r, a, |it| hex(&Sha512::digest(it)))),
    Entry("adler32sum", 1, 1, |r, a| summed(r, a, |it| adler32(it).to_string())),
];

fn text(bytes: Vec<u8>) -> Result<Value, CallError> {
    let text = String::from_utf8(bytes)
        .map_err(|_| CallError::failed("this decodes to bytes that are no text"))?;
    Ok(Value::text(text))
}

fn summed(
    runtime: &mut Runtime<'_>,
    a: Args<'_>,
    sum: fn(&[u8]) -> String,
) -> Result<Value, CallError> {
    let text = a.text(0)?;
    runtime.step(1 + text.len() as u64 / 16)?;
    Ok(Value::text(sum(text.as_bytes())))
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(out, "{byte:02x}").expect("a String takes everything");
    }
    out
}

fn adler32(bytes: &[u8]) -> u32 {
    // The greatest prime below 2¹⁶, as RFC 1950 has it.
    const BASE: u32 = 65_521;
    let (low, high) = bytes.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % BASE;
        (low, (high + low) % BASE)
    });
    high << 16 | low
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for group in bytes.chunks(5) {
        let mut padded = [0u8; 8];
        padded[3..3 + group.len()].copy_from_slice(group);
        let bits = u64::from_be_bytes(padded);
        let letters = (group.len() * 8).div_ceil(5);
        for nth in 0..8 {
            let index = usize::try_from(bits >> (35 - 5 * nth) & 31).expect("five bits");
            out.push(if nth < letters { char::from(ALPHABET[index]) } else { '=' });
        }
    }
    out
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let kept = text.trim_end_matches('=');
    if !text.len().is_multiple_of(8) || matches!(kept.len() % 8, 1 | 3 | 6) {
        return None;
    }
    let mut out = Vec::with_capacity(kept.len() * 5 / 8);
    let (mut bits, mut count) = (0u32, 0);
    for letter in kept.bytes() {
        let five = ALPHABET.iter().position(|it| *it == letter)?;
        bits = bits << 5 | u32::try_from(five).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(out)
}
