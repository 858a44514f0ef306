//! Local runbooks whose scripts run in a sandbox that shows their directory.

use std::{fs, os::unix::fs::MetadataExt};

use sandbox::Access;

use crate::stage::{Stage, exited};

const DOCUMENT: &str = "---\nrunbook:\n  env: [REGION]\n---\n\n\
    <Command id=\"reads\" command=\"cat data.txt\" />\n\n\
    <Command id=\"writes\" command=\"echo made > made.txt\" />\n\n\
    <Command id=\"goes\" command=\"mkdir -p sub; cd sub; export LEFT=$REGION\" />\n\n\
    <Command id=\"looks\" command=\"cat /etc/hostname ../data.txt; echo $LEFT\" />\n\n\
    <Command id=\"lists\" command=\"compgen -e\" />\n";

const FILES: &[(&str, &str)] = &[("data.txt", "of the host\n")];

#[tokio::test]
async fn a_script_changes_the_directory_that_its_sandbox_may_write_to() {
    let Some(stage) =
        Stage::sandboxed(DOCUMENT, FILES, &[("REGION", "eu")], Access::ReadWrite).await
    else {
        return;
    };
    assert_eq!(stage.run("reads").await.output, "of the host\n");
    assert_eq!(stage.run("writes").await.outcome, exited(0));
    assert_eq!(fs::read_to_string(stage.path("made.txt")).unwrap(), "made\n");
    let (ours, made) = (stage.path("data.txt"), stage.path("made.txt"));
    let [ours, made] = [ours, made].map(|it| fs::metadata(it).unwrap().uid());
    assert_eq!(ours, made, "what a script makes belongs to who started it");
    assert_eq!(stage.run("goes").await.outcome, exited(0));
    assert_eq!(stage.run("looks").await.output, "sandbox\nof the host\neu\n");
}

#[tokio::test]
async fn a_script_only_reads_the_directory_that_its_sandbox_may_not_write_to() {
    let Some(stage) = Stage::sandboxed(DOCUMENT, FILES, &[], Access::ReadOnly).await else {
        return;
    };
    assert_eq!(stage.run("reads").await.output, "of the host\n");
    let refused = stage.run("writes").await;
    assert_eq!(refused.outcome, exited(1));
    assert!(refused.output.contains("Read-only file system"), "{}", refused.output);
    assert!(!stage.path("made.txt").exists());
}

#[tokio::test]
async fn a_script_in_a_sandbox_finds_of_the_environment_what_its_document_declares() {
    let env = [("REGION", "eu"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("HOME", "/home/ada")];
    let Some(stage) = Stage::sandboxed(DOCUMENT, FILES, &env, Access::ReadOnly).await else {
        return;
    };
    let listed = stage.run("lists").await.output;
    let ours = ["_", "OLDPWD", "PATH", "PWD", "SHLVL", "TERM", "RUNBOOK_OUTPUT", "GENERATED_FILES"];
    let declared: Vec<_> = listed.lines().filter(|it| !ours.contains(it)).collect();
    assert_eq!(declared, ["REGION"], "{listed}");
}
