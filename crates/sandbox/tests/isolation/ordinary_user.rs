//! The same promises for those who are not root.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

/// `nobody`, who owns nothing.
const NOBODY: &str = "65534";

#[test]
fn the_promises_hold_for_an_ordinary_user_too() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: this is the run of an ordinary user");
        return;
    }
    // The build directory may be closed to others.
    let dir = tempfile::tempdir().unwrap();
    let suite = dir.path().join("isolation");
    fs::copy(std::env::current_exe().unwrap(), &suite).unwrap();
    for path in [dir.path(), &suite] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    #[expect(clippy::disallowed_methods, reason = "the suite starts itself as somebody else")]
    let outcome = Command::new("setpriv")
        .args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"])
        .arg(&suite)
        .arg("--show-output")
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .current_dir("/")
        .output();
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("skipped: setpriv cannot be started: {error}");
            return;
        }
    };
    let said = String::from_utf8_lossy(&outcome.stdout);
    // With its own sections and verdicts, so that they are counted and shown like ours.
    eprintln!("{said}");
    let failures = said.rfind("\nfailures:\n").map_or("", |at| &said[at..]);
    let stderr = String::from_utf8_lossy(&outcome.stderr);
    assert!(outcome.status.success(), "{failures}{stderr}");
}
