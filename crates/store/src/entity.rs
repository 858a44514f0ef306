//! The tables as Rust types, one module each, and how their columns become types of `model`.

pub(crate) mod agent_event;
pub(crate) mod agent_participant;
pub(crate) mod agent_session;
pub(crate) mod answer;
pub(crate) mod artifact;
pub(crate) mod audit;
pub(crate) mod blob;
pub(crate) mod equipment;
pub(crate) mod event;
pub(crate) mod execution;
pub(crate) mod forge_delivery;
pub(crate) mod function;
pub(crate) mod function_version;
pub(crate) mod invocation;
pub(crate) mod live_change;
pub(crate) mod live_text;
pub(crate) mod model_request;
pub(crate) mod revision;
pub(crate) mod revoked_sign_in;
pub(crate) mod runbook;
pub(crate) mod runbook_input;
pub(crate) mod secret;
pub(crate) mod session;
pub(crate) mod setting;
pub(crate) mod token;
pub(crate) mod user_account;

use std::str::FromStr;

use crate::StoreError;

/// Reads a column that only we write.
pub(crate) fn parse<T: FromStr>(column: &'static str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| unreadable(column, text))
}

pub(crate) fn unreadable(column: &'static str, value: &str) -> StoreError {
    StoreError::Unreadable { column, value: value.to_owned() }
}

/// Counts beyond 2^63 exist only by mistake; the largest that a column holds stands for them.
pub(crate) fn to_column(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(crate) fn from_column(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
