//! One module for each command.

pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod exec;
pub(crate) mod hub;
pub(crate) mod open;
pub(crate) mod run;
