//! Holds the architecture tests; see `tests/architecture.rs`.
