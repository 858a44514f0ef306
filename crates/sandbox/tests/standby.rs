//! What a program finds in the place of a standby is what it finds after a plain start.
//!
//! Each probe runs both ways in one sandbox; what it prints and how it ends must be equal to the byte.
//! Where it runs as root it runs itself once more as an ordinary user.

#![expect(clippy::unwrap_used, reason = "a sandbox that cannot be driven should stop the test")]
#![expect(clippy::print_stderr, reason = "what is skipped is said")]

mod standby {
    #[path = "../isolation/ordinary_user.rs"]
    mod ordinary_user;

    mod bash;
    mod harness;
    mod jupyter;
    mod kernels;
    mod life;
    mod node;
    mod pool;
    mod python;
}
