//! Environments of packages, from indexes of the tests' own: no network is needed.

#![expect(clippy::print_stderr, reason = "who runs the suite wants to know what was skipped")]
#![expect(clippy::unwrap_used, reason = "an index that cannot be served should stop the test")]

mod archives;
mod bash;
mod compiled;
mod go;
mod harness;
mod index;
mod npm;
mod python;
mod real;
mod rust;
