//! The gateway between a sandbox and a provider that is ours.

mod budgets;
mod errors;
mod metering;
mod passes;
mod privacy;
mod provider;
mod recording;
mod requests;
mod session;
mod streams;
