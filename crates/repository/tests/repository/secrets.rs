use std::path::Path;

use base64::Engine as _;
use repository::{Expect, Repositories};

use crate::{
    World, branch, credentials,
    forge::{Held, TOKEN, USER, file, write_program},
    pushing::ours,
};

/// The token in each form in which it is used.
fn forms() -> [String; 2] {
    let pair = format!("{USER}:{TOKEN}");
    [TOKEN.to_owned(), base64::engine::general_purpose::STANDARD.encode(pair)]
}

#[tokio::test]
async fn a_token_is_on_no_command_line() {
    let Some(mut world) = World::new().await else { return };
    world.forge.commit("main", &[file("a", "1")]).await;
    let address = world.forge.address("held/o/r.git");
    let mirror = world.repositories.open(&address, Some(credentials(TOKEN))).await.unwrap();
    let fetch = mirror.fetch();
    tokio::pin!(fetch);
    tokio::select! {
        it = &mut fetch => panic!("{it:?}"),
        it = world.forge.held.recv() => assert_eq!(it, Some(Held::Arrived)),
    }
    // Git and its helper for HTTP wait for the forge now.
    let lines = command_lines();
    assert!(lines.iter().any(|it| it.contains(address.as_str())), "git is not seen at all");
    for line in lines {
        assert!(forms().iter().all(|it| !line.contains(it.as_str())), "{line}");
    }
}

#[tokio::test]
async fn a_token_is_in_no_file_and_no_error() {
    let Some(world) = World::new().await else { return };
    let commit = world.forge.commit("main", &[file("a", "1")]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    mirror.seed(&commit).await.unwrap();
    let new = ours(&mirror, &commit, "one").await;
    mirror.push(&branch("x"), &new, &Expect::Absent).await.unwrap();
    let address = world.forge.address("o/missing.git");
    let missing = world.repositories.open(&address, Some(credentials(TOKEN))).await.unwrap();
    let error = missing.fetch().await.unwrap_err();
    let shown = format!("{error} {error:?} {mirror:?} {:?}", credentials(TOKEN));
    assert!(forms().iter().all(|it| !shown.contains(it.as_str())), "{shown}");
    assert_eq!(files_with_it(world.directory.path()), Vec::<std::path::PathBuf>::new());
}

#[tokio::test]
async fn only_what_is_needed_of_the_servers_variables_reaches_git() {
    let directory = tempfile::tempdir().unwrap();
    let programs = tempfile::tempdir().unwrap();
    let seen = directory.path().join("seen");
    let git = format!("#!/bin/sh\nenv >'{}'\necho git version 2.99.0\n", seen.display());
    write_program(&programs.path().join("git"), &git).await;
    let system = std::env::var_os("PATH").unwrap();
    let search = format!("{}:{}", programs.path().display(), system.to_str().unwrap());
    let variables = [
        ("PATH", search.as_str()),
        ("https_proxy", "http://proxy.example.com"),
        ("GIT_DIR", "/nonexistent"),
        ("GIT_SSH_COMMAND", "touch x"),
        ("GIT_TRACE", "1"),
        ("RUNBOOK_SECRET", "s3cret"),
    ];
    let variables = variables.map(|(name, value)| (name.into(), value.into()));
    Repositories::new(directory.path(), repository::Limits::default(), variables).await.unwrap();
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(seen.contains("https_proxy=http://proxy.example.com\n"));
    for name in ["GIT_DIR=", "GIT_SSH_COMMAND=", "GIT_TRACE=", "RUNBOOK_SECRET="] {
        assert!(!seen.contains(name), "{name}: {seen}");
    }
    for line in ["GIT_CONFIG_GLOBAL=/dev/null\n", "GIT_CONFIG_NOSYSTEM=1\n", "HOME=/nonexistent\n"]
    {
        assert!(seen.contains(line), "{line}: {seen}");
    }
}

/// Of all processes that can be seen.
fn command_lines() -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let line = |it: std::fs::DirEntry| std::fs::read(it.path().join("cmdline")).ok();
    processes.filter_map(line).map(|it| String::from_utf8_lossy(&it).into_owned()).collect()
}

fn files_with_it(directory: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files_with_it(&entry.path()));
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        let has = |it: &String| bytes.windows(it.len()).any(|at| at == it.as_bytes());
        if forms().iter().any(has) {
            found.push(entry.path());
        }
    }
    found
}
