//! What every backend must do, whatever it is made of; and what only one of them can be asked.
//!
//! Containers are tested where `RUNBOOK_TEST_DOCKER` names a daemon, as `make test-docker` does.

#![expect(clippy::unwrap_used, reason = "a sandbox that cannot be driven should stop the test")]
#![expect(clippy::print_stderr, reason = "what is skipped is said")]

mod backends {
    mod double;
    mod ready;
    mod suite;

    mod docker;
    mod host;
}
