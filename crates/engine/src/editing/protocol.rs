//! What editors and the server say to each other: the messages of y-protocols as y-websocket frames them, one
//! in each frame.

use bytes::Bytes;

use super::scan::{Reader, ScanError, write_bytes, write_number};

const SYNC: u64 = 0;
const AWARENESS: u64 = 1;
const ASK_AWARENESS: u64 = 3;

const HAVE: u64 = 0;
const LACKED: u64 = 1;
const UPDATE: u64 = 2;

/// Largest message about cursors and the like, in bytes.
const MAX_AWARENESS_BYTES: usize = 16 << 10;

/// Editors that one connection may speak of. A page is one.
const MAX_ANNOUNCED: usize = 8;

/// What an editor says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Which clocks it has.
    Have(Bytes),
    /// A change.
    Update(Bytes),
    /// Something for the other editors, and of whom it speaks.
    Awareness(Bytes, Vec<Announced>),
    AskAwareness,
}

/// An editor as others know it, and how often it has spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Announced {
    pub(crate) client: u64,
    pub(crate) clock: u64,
}

/// Reads a frame.
pub(crate) fn read(frame: &Bytes) -> Result<Said, ScanError> {
    let mut reader = Reader { rest: frame };
    let said = match reader.number(u64::MAX)? {
        SYNC => {
            let kind = reader.number(u64::MAX)?;
            let body = frame.slice_ref(reader.bytes()?);
            match kind {
                HAVE => Said::Have(body),
                LACKED | UPDATE => Said::Update(body),
                _ => return Err(ScanError::NotText),
            }
        }
        AWARENESS => {
            let body = reader.bytes()?;
            Said::Awareness(frame.slice_ref(body), announced(body)?)
        }
        ASK_AWARENESS => Said::AskAwareness,
        _ => return Err(ScanError::NotText),
    };
    if reader.rest.is_empty() { Ok(said) } else { Err(ScanError::Long) }
}

fn announced(body: &[u8]) -> Result<Vec<Announced>, ScanError> {
    if body.len() > MAX_AWARENESS_BYTES {
        return Err(ScanError::TooMany(MAX_AWARENESS_BYTES));
    }
    let mut reader = Reader { rest: body };
    let mut all = Vec::new();
    for _ in 0..reader.number(u64::MAX)? {
        if all.len() >= MAX_ANNOUNCED {
            return Err(ScanError::TooMany(MAX_ANNOUNCED));
        }
        let client = reader.number((1 << 53) - 1)?;
        let clock = reader.number((1 << 53) - 2)?;
        let state: Result<serde::de::IgnoredAny, _> = serde_json::from_str(reader.string()?);
        state.map_err(|_| ScanError::NotText)?;
        all.push(Announced { client, clock });
    }
    if reader.rest.is_empty() { Ok(all) } else { Err(ScanError::Long) }
}

/// Says which clocks the server has, and so asks for the others.
pub(crate) fn have(state_vector: &[u8]) -> Bytes {
    sync(HAVE, state_vector)
}

/// Answers with what somebody lacks.
pub(crate) fn lacked(update: &[u8]) -> Bytes {
    sync(LACKED, update)
}

/// Passes a change on.
pub(crate) fn update(update: &[u8]) -> Bytes {
    sync(UPDATE, update)
}

fn sync(kind: u64, body: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(body.len() + 8);
    write_number(&mut out, SYNC);
    write_number(&mut out, kind);
    write_bytes(&mut out, body);
    out.into()
}

pub(crate) fn awareness(body: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(body.len() + 4);
    write_number(&mut out, AWARENESS);
    write_bytes(&mut out, body);
    out.into()
}

/// Asks editors to say again who they are.
pub(crate) fn ask_awareness() -> Bytes {
    let mut out = Vec::new();
    write_number(&mut out, ASK_AWARENESS);
    out.into()
}

/// Says that editors are gone.
pub(crate) fn gone(announced: &[Announced]) -> Bytes {
    let mut body = Vec::new();
    write_number(&mut body, announced.len() as u64);
    for Announced { client, clock } in announced {
        write_number(&mut body, *client);
        write_number(&mut body, clock + 1);
        write_bytes(&mut body, b"null");
    }
    awareness(&body)
}

/// Puts changes together for the log.
pub(crate) fn pack<T: AsRef<[u8]>>(updates: &[T]) -> Vec<u8> {
    let mut out = Vec::new();
    updates.iter().for_each(|it| write_bytes(&mut out, it.as_ref()));
    out
}

/// Takes them apart again.
pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<&[u8]>, ScanError> {
    let mut reader = Reader { rest: packed };
    let mut updates = Vec::new();
    while !reader.rest.is_empty() {
        updates.push(reader.bytes()?);
    }
    Ok(updates)
}

/// Notes of whom a connection speaks.
pub(crate) fn note(known: &mut Vec<Announced>, news: Vec<Announced>) -> Result<(), ScanError> {
    for one in news {
        if let Some(it) = known.iter_mut().find(|it| it.client == one.client) {
            it.clock = it.clock.max(one.clock);
        } else if known.len() < MAX_ANNOUNCED {
            known.push(one);
        } else {
            return Err(ScanError::TooMany(MAX_ANNOUNCED));
        }
    }
    Ok(())
}
