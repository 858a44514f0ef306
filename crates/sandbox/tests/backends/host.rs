//! The backend without isolation.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use sandbox::{Host, Network};

use super::suite::{run, start, suite};

fn host() -> Result<Host, String> {
    Host::new("/tmp").map_err(|error| error.to_string())
}

suite!(host, host());

#[tokio::test]
async fn it_says_plainly_that_it_isolates_nothing() {
    let sandbox = start(&host().unwrap()).await.unwrap();
    let isolation = sandbox.isolation();
    assert!(isolation.missing[0].starts_with("no isolation"));
    assert_eq!(isolation.network, Network::Full);
}

#[tokio::test]
async fn the_workspace_is_private_and_goes_with_the_sandbox() {
    let sandbox = start(&host().unwrap()).await.unwrap();
    let workspace = PathBuf::from(sandbox.workspace());
    assert_eq!(fs::metadata(&workspace).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(run(&sandbox, "echo x > file; pwd").await.stdout.trim(), sandbox.workspace());
    assert!(workspace.join("file").exists());
    sandbox.destroy().await;
    assert!(!workspace.exists());
}

#[tokio::test]
async fn a_program_that_stopped_its_guest_is_ended_all_the_same() {
    let sandbox = start(&host().unwrap()).await.unwrap();
    let workspace = PathBuf::from(sandbox.workspace());
    let program = super::suite::shell(&sandbox, "echo $$ > pid; kill -STOP $PPID; sleep 1000");
    // Its start may or may not be told before the guest stops.
    let running =
        tokio::time::timeout(std::time::Duration::from_secs(1), sandbox.run(program)).await;
    drop(running);
    sandbox.destroy().await;
    assert!(!workspace.exists());
}
