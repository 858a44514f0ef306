use std::{
    os::unix::ffi::OsStrExt,
    path::PathBuf,
    time::{Duration, UNIX_EPOCH},
};

use repository::{Limits, SeedError, script};

use crate::{
    World,
    checkout::Checkout,
    fetching::leftovers,
    forge::{File, feed, file, write_program},
    noise::noise,
};

#[tokio::test]
async fn a_checkout_has_the_files_of_its_commit_and_a_part_of_the_history() {
    let limits = Limits { depth: 3, ..Limits::default() };
    let Some(world) = World::with(limits).await else { return };
    for at in 0..5 {
        world.forge.commit("main", &[file("a", &at.to_string())]).await;
    }
    let other = world.forge.commit("other", &[file("secret", "of another branch")]).await;
    let link = File { mode: "120000", path: b"l", content: b"../../outside" };
    let program = File { mode: "100755", path: b"b/x", content: b"#!/bin/sh\n" };
    let commit = world.forge.commit("main", &[link, program]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let checkout = Checkout::of(&mirror, &commit).await;

    assert_eq!(checkout.read("a").as_deref(), Some("4"));
    let link = std::fs::read_link(checkout.path().join("l")).unwrap();
    assert_eq!(link.to_str(), Some("../../outside"));
    assert_eq!(checkout.git(&["status", "--porcelain", "--ignored"]).await, "");
    assert_eq!(checkout.git(&["rev-list", "--count", "HEAD"]).await, "3\n");
    assert_eq!(checkout.git(&["rev-parse", "HEAD"]).await.trim(), commit.as_str());
    assert_eq!(checkout.git(&["remote"]).await, "");
    assert_eq!(checkout.git(&["for-each-ref"]).await, "");
    let objects = checkout.git(&["cat-file", "--batch-all-objects", "--batch-check"]).await;
    assert!(!objects.contains(other.as_str()));
    assert!(!checkout.path().join(".git/hooks").exists());
    checkout.git(&["fsck", "--strict"]).await;
}

#[tokio::test]
async fn names_may_be_whatever_linux_allows() {
    let Some(world) = World::new().await else { return };
    let names: [&[u8]; 5] = [b"a\nb", b"\xff\xfe", b"-rf", "ä ö/\"'$x".as_bytes(), b":(top)*"];
    let files = names.map(|path| File { mode: "100644", path, content: b"1" });
    let commit = world.forge.commit("main", &files).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let checkout = Checkout::of(&mirror, &commit).await;
    for name in names {
        let path = checkout.path().join(std::ffi::OsStr::from_bytes(name));
        assert_eq!(std::fs::read(&path).unwrap(), b"1", "{path:?}");
        std::fs::write(path, b"2").unwrap();
    }
    let taken = checkout.taken_by(&mirror).await.unwrap();
    assert_eq!(taken.changed_files, names.len());
}

#[tokio::test]
async fn a_seed_is_made_once_and_the_oldest_goes() {
    let limits = Limits { seed_cache_bytes: 2 << 20, ..Limits::default() };
    let Some(world) = World::with(limits).await else { return };
    let first = world.forge.commit("main", &[file("a", &noise(1 << 20))]).await;
    let second = world.forge.commit("main", &[file("b", "1")]).await;
    let third = world.forge.commit("main", &[file("c", "1")]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let seeds = world.directory.path().join("seeds");
    let kept = || {
        let names = std::fs::read_dir(&seeds).unwrap().flatten();
        let names = names.map(|it| it.file_name().into_string().unwrap());
        names.filter(|it| it.ends_with(".tar")).collect::<Vec<_>>()
    };
    let has = |commit: &repository::CommitId| kept().iter().any(|it| it.contains(commit.as_str()));
    // Two who ask at once share one.
    let (one, two) = tokio::join!(mirror.seed(&first), mirror.seed(&first));
    assert_eq!(one.unwrap().bytes, two.unwrap().bytes);
    let of_second = mirror.seed(&second).await.unwrap();
    assert_eq!(kept().len(), 2);
    for (commit, seconds) in [(&first, 1), (&second, 2)] {
        let name = kept().into_iter().find(|it| it.contains(commit.as_str())).unwrap();
        let file = std::fs::File::options().write(true).open(seeds.join(name)).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }
    // What is used again is not the oldest any more.
    mirror.seed(&first).await.unwrap();
    mirror.seed(&third).await.unwrap();
    assert!(has(&first) && !has(&second) && has(&third));
    // Whoever has it open goes on reading.
    let mut bytes = Vec::new();
    let mut file = of_second.file;
    tokio::io::AsyncReadExt::read_to_end(&mut file, &mut bytes).await.unwrap();
    assert_eq!(bytes.len() as u64, of_second.bytes);
    assert_eq!(leftovers(world.directory.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_commit_that_is_not_there_has_no_seed() {
    let Some(world) = World::new().await else { return };
    world.forge.commit("main", &[file("a", "1")]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let unknown = repository::CommitId::parse(&"ab".repeat(20)).unwrap();
    let error = mirror.seed(&unknown).await.unwrap_err();
    assert!(matches!(error, SeedError::Missing { .. }), "{error:?}");
}

#[tokio::test]
async fn a_step_begins_with_a_clean_checkout_whatever_the_one_before_did() {
    let Some(world) = World::new().await else { return };
    let files = [file("a", "1"), file("d/b", "1"), file(".gitignore", "cache\n")];
    let commit = world.forge.commit("main", &files).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let checkout = Checkout::of(&mirror, &commit).await;
    checkout.git(&["checkout", "-q", "-b", "own"]).await;
    poison(&checkout).await;
    checkout.write("a", "changed");
    checkout.write("cache/x", "1");
    // Where a directory was, a way out of the checkout.
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("b"), "of somebody else").unwrap();
    std::fs::remove_dir_all(checkout.path().join("d")).unwrap();
    std::os::unix::fs::symlink(outside.path(), checkout.path().join("d")).unwrap();
    checkout.write("nested/.git/HEAD", "ref: refs/heads/x\n");
    checkout.run(&script::reset(&commit), b"").await.expect_success();

    assert!(!ran(&checkout).exists());
    assert_eq!(checkout.read("a").as_deref(), Some("1"));
    assert_eq!(checkout.read("d/b").as_deref(), Some("1"));
    let others = std::fs::read_to_string(outside.path().join("b")).unwrap();
    assert_eq!(others, "of somebody else");
    assert_eq!(checkout.git(&["status", "--porcelain", "--ignored"]).await, "");
    assert_eq!(checkout.git(&["for-each-ref"]).await, "");
    assert!(!checkout.path().join(".git/hooks").exists());
    let mut left: Vec<_> =
        std::fs::read_dir(checkout.path()).unwrap().flatten().map(|it| it.file_name()).collect();
    left.sort();
    assert_eq!(left, [".git", ".gitignore", "a", "d"]);
}

#[tokio::test]
async fn a_checkout_without_objects_says_that_it_is_none() {
    let Some(world) = World::new().await else { return };
    let commit = world.forge.commit("main", &[file("a", "1")]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let checkout = Checkout::of(&mirror, &commit).await;
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::rename(checkout.path().join(".git"), elsewhere.path().join("git")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("git"), checkout.path().join(".git")).unwrap();
    for script in [script::reset(&commit), script::snapshot(&commit), script::restore(&commit)] {
        let said = checkout.run(&script, b"").await;
        assert!(!said.succeeded && said.words.contains("has no .git"), "{}", said.words);
        assert!(said.output.is_empty());
    }
    assert!(elsewhere.path().join("git/HEAD").exists());
}

#[tokio::test]
async fn commits_of_an_agent_are_seen_and_taken_back_and_its_files_stay() {
    let Some(world) = World::new().await else { return };
    let commit = world.forge.commit("main", &[file("a", "1")]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let checkout = Checkout::of(&mirror, &commit).await;
    let head = async || {
        let said = checkout.run(&script::head(), b"").await.expect_success();
        script::read_head(&said)
    };
    assert_eq!(head().await.as_ref(), Some(&commit));
    checkout.write("b", "2");
    checkout.git(&["add", "b"]).await;
    checkout.git(&["commit", "-q", "-m", "own"]).await;
    assert_ne!(head().await.as_ref(), Some(&commit));
    checkout.run(&script::restore(&commit), b"").await.expect_success();
    assert_eq!(head().await.as_ref(), Some(&commit));
    assert_eq!(checkout.git(&["status", "--porcelain"]).await, "?? b\n");

    checkout.write(".git/config", "[core\n");
    assert_eq!(head().await, None);
    assert_eq!(script::read_head(b"ref: x\n"), None);
}

#[tokio::test]
async fn a_checkout_goes_on_to_a_commit_that_was_made_since() {
    let Some(world) = World::new().await else { return };
    let first = world.forge.commit("main", &[file("a", &noise(9000)), file("b", "1")]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let checkout = Checkout::of(&mirror, &first).await;
    checkout.write("c", "left by an agent");
    let second = world.forge.commit("main", &[file("a", &format!("{}x", noise(9000)))]).await;
    mirror.fetch().await.unwrap();
    let pack = mirror.pack_since(&first, &second).await.unwrap();
    assert!(pack.len() < 5000, "{}", pack.len());
    checkout.run(&script::advance(&second), &pack).await.expect_success();
    assert_eq!(checkout.read("a").map(|it| it.len()), Some(9001));
    assert_eq!(checkout.git(&["status", "--porcelain"]).await, "");
    assert_eq!(checkout.git(&["rev-parse", "HEAD"]).await.trim(), second.as_str());
    feed(checkout.path(), &["fsck", "--strict"], b"").await;
    // And back, for which it needs nothing.
    let pack = mirror.pack_since(&second, &first).await.unwrap();
    checkout.run(&script::advance(&first), &pack).await.expect_success();
    assert_eq!(checkout.read("a").map(|it| it.len()), Some(9000));
}

#[tokio::test]
async fn a_checkout_that_does_not_know_enough_of_the_history_says_so() {
    let limits = Limits { depth: 2, ..Limits::default() };
    let Some(world) = World::with(limits).await else { return };
    let old = world.forge.commit("main", &[file("a", "1")]).await;
    world.forge.git(&["branch", "side", old.as_str()]).await;
    world.forge.commit("main", &[file("a", "2")]).await;
    let have = world.forge.commit("main", &[file("a", "3")]).await;
    let side = world.forge.commit("side", &[file("b", "1")]).await;
    let author =
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit-tree", "-m", "merge"];
    let of = ["-p", have.as_str(), "-p", side.as_str(), &format!("{have}^{{tree}}")];
    let merge = world.forge.git(&[&author[..], &of[..]].concat()).await;
    let merge = repository::CommitId::parse(merge.trim()).unwrap();
    world.forge.git(&["update-ref", "refs/heads/main", merge.as_str()]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let checkout = Checkout::of(&mirror, &have).await;
    let pack = mirror.pack_since(&have, &merge).await.unwrap();
    let said = checkout.run(&script::advance(&merge), &pack).await;
    assert!(!said.succeeded);
    let fresh = Checkout::of(&mirror, &merge).await;
    assert_eq!(fresh.git(&["rev-list", "--count", "HEAD"]).await, "3\n");
}

/// Made by whatever is run of what [`poison`] left. Not in the checkout, where it might be cleared.
pub(crate) fn ran(checkout: &Checkout) -> PathBuf {
    checkout.path().with_extension("ran")
}

/// All by which a checkout makes git run something, or see something else than what is there.
pub(crate) async fn poison(checkout: &Checkout) {
    let mark = format!("#!/bin/sh\ntouch '{}'\ncat\n", ran(checkout).display());
    let path = checkout.path().join("poison");
    write_program(&path, &mark).await;
    let mark = path.to_str().unwrap();
    let config = format!(
        "[core]\n fsmonitor = {mark}\n hooksPath = {at}/hooks\n excludesFile = {at}/all\n attributesFile = {at}/attributes\n\
         bare = true\n worktree = /nonexistent\n sshCommand = {mark}\n pager = {mark}\n\
         [filter \"f\"]\n clean = {mark}\n smudge = {mark}\n process = {mark}\n required = true\n\
         [diff]\n external = {mark}\n[include]\n path = {at}/more\n[extensions]\n partialClone = origin\n\
         [remote \"origin\"]\n url = ext::{mark}\n promisor = true\n[alias]\n add = !{mark}\n",
        at = checkout.path().display(),
    );
    // It would run.
    checkout.write(".git/config", format!("[core]\n fsmonitor = {mark}\n"));
    checkout.git(&["status"]).await;
    std::fs::remove_file(ran(checkout)).unwrap();

    checkout.write("home/.gitconfig", &config);
    checkout.write("home/.config/git/ignore", "*\n");
    checkout.write("all", "*\n");
    checkout.write("attributes", "* filter=f\n");
    let info = [("exclude", "*\n"), ("attributes", "* filter=f\n"), ("grafts", "x y\n")];
    for (name, text) in info {
        checkout.write(&format!(".git/info/{name}"), text);
    }
    checkout.write(".git/objects/info/alternates", "/nonexistent\n");
    for hook in ["pre-commit", "post-checkout", "post-index-change", "reference-transaction"] {
        for at in ["hooks", ".git/hooks"] {
            let hook = checkout.write(&format!("{at}/{hook}"), "");
            std::fs::remove_file(&hook).unwrap();
            std::os::unix::fs::symlink(mark, hook).unwrap();
        }
    }
    checkout.write(".git/index", "no index");
    checkout.write(".git/index.lock", "");
    checkout.write(".git/HEAD.lock", "");
    checkout.write(".git/config", config);
}
