//! Agent sessions: people describe a change, review a plan, and let an agent carry out its steps.

pub mod harness;
pub mod policy;
