//! The gateway between a sandbox and a provider that is ours.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

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
