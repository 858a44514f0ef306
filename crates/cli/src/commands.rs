//! One module for each command.

pub(crate) mod audit;
pub(crate) mod check;
pub(crate) mod convert;
pub(crate) mod doctor;
pub(crate) mod exec;
pub(crate) mod fmt;
pub(crate) mod hub;
pub(crate) mod image;
pub(crate) mod job;
pub(crate) mod mcp;
pub(crate) mod open;
pub(crate) mod run;
pub(crate) mod test;
pub(crate) mod token;
pub(crate) mod user;
pub(crate) mod worker;
