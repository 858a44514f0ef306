//! Why something is not kept, or not to be had.

use agent::policy::PatternError;
use engine::SecretError;
use store::{PutEquipmentError, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum EquipmentError {
    /// It is not there, or belongs to somebody else: the answer is the same.
    #[error("there is no such {noun}")]
    NotFound { noun: &'static str },
    #[error("only administrators change what is for everybody")]
    HubOnly,
    #[error("whom a {noun} is for cannot be changed; make another and delete this one")]
    Moved { noun: &'static str },
    #[error("the persona {name} comes with the product and cannot be deleted; edit it instead")]
    BuiltIn { name: &'static str },
    #[error("{count} context files are for this {noun}; delete them or make them for all first")]
    InUse { noun: &'static str, count: u64 },
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Put(#[from] PutEquipmentError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is wrong with something that somebody wants to keep.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    #[error("the {what} is empty; write something")]
    Empty { what: &'static str },
    #[error("the {what} has {bytes} bytes and at most {most} are taken; shorten it")]
    TooLong { what: &'static str, bytes: usize, most: usize },
    #[error("the {what} holds {found:?}, which is no text of one line; take it out")]
    Line { what: &'static str, found: char },
    #[error("the {what} holds a NUL character, which is not text; remove it")]
    Nul { what: &'static str },
    #[error("there are {count} {what} and at most {most} are taken; leave some out")]
    TooMany { what: &'static str, count: usize, most: usize },

    #[error(
        "{address:?} is no address of a {what}; write http:// or https://, a host and a path, \
         without user, password, query or fragment"
    )]
    Address { what: &'static str, address: String },
    #[error("{address:?} is not https, and a token must not be sent there; write https://")]
    Plain { address: String },
    #[error("a repository of plain git has no API; leave the address of it out")]
    NoApi,
    #[error(
        "a repository for everybody has no secret of one person; let the hub's GitHub App speak for it"
    )]
    SecretOfOne,
    #[error("the hub's GitHub App speaks for repositories for everybody only; use the scope HUB")]
    AppOfOne,
    #[error(
        "{address} is not at {site}, where the hub's GitHub App is; add it with a secret instead"
    )]
    NotOfApp { address: String, site: String },
    #[error("{text:?} names no persona")]
    NoPersona { text: String },
    #[error("a persona that comes with the product is for everybody; edit it with the scope HUB")]
    BuiltInIsHubs,
    #[error(
        "{name:?} cannot name an MCP server; use 1 to 64 letters, digits, _ and -, and not runbook"
    )]
    ServerName { name: String },
    #[error("the configuration of an MCP server is not as described: {why}")]
    ServerConfig { why: String },
    #[error("servers of the type sdk live within another program; use stdio, sse or http instead")]
    SdkServer,
    #[error("{name:?} cannot name a variable of an MCP server")]
    Variable { name: String },
    #[error("{name:?} cannot name a header of an MCP server")]
    Header { name: String },
    #[error("{text:?} names no secret; write ${{NAME}} with letters, digits and _")]
    Placeholder { text: String },
    #[error(transparent)]
    Pattern(#[from] PatternError),
    #[error("{category:?} is no category; use 1 to 40 lower-case letters, digits, _ and -")]
    Category { category: String },
    #[error("{path:?} is no path of a file; write one like src/main.rs")]
    Path { path: String },
}

/// A text that has an end and says something.
pub(super) fn text(what: &'static str, text: &str, most: usize) -> Result<(), Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::Empty { what });
    }
    bounded(what, text, most)
}

/// A text that may be empty.
pub(super) fn bounded(what: &'static str, text: &str, most: usize) -> Result<(), Invalid> {
    if text.len() > most {
        return Err(Invalid::TooLong { what, bytes: text.len(), most });
    }
    if text.contains('\0') {
        return Err(Invalid::Nul { what });
    }
    Ok(())
}

/// A text of one line, without spaces around it.
pub(super) fn line(what: &'static str, given: &str, most: usize) -> Result<String, Invalid> {
    let trimmed = given.trim();
    text(what, trimmed, most)?;
    match trimmed.chars().find(|it| it.is_control()) {
        Some(found) => Err(Invalid::Line { what, found }),
        None => Ok(trimmed.to_owned()),
    }
}

pub(super) fn few<T>(what: &'static str, items: &[T], most: usize) -> Result<(), Invalid> {
    match items.len() {
        count if count > most => Err(Invalid::TooMany { what, count, most }),
        _ => Ok(()),
    }
}
