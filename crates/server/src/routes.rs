//! Every route, by resource.

pub(crate) mod account;
pub(crate) mod executions;
pub(crate) mod health;
pub(crate) mod runbooks;
pub(crate) mod sessions;
