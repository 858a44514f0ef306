//! The static program inside every sandbox, and its protocol.
