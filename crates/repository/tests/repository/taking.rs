use std::{os::unix::fs::PermissionsExt, time::Duration};

use repository::{CommitId, Expect, Identity, Limits, Mirror, NewCommit, TakeError, script};

use crate::{
    World, branch,
    checkout::Checkout,
    checkouts::{poison, ran},
    fetching::leftovers,
    forge::{feed, file, git},
    noise::noise,
};

/// A mirror with one commit, and a checkout of it.
async fn begun(world: &World) -> (Mirror, CommitId, Checkout) {
    let large = noise(20_000);
    let files = [file("a", "1"), file("d/b", &large), file(".gitignore", "cache\n*.log\n")];
    let commit = world.forge.commit("main", &files).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let checkout = Checkout::of(&mirror, &commit).await;
    (mirror, commit, checkout)
}

#[tokio::test]
async fn what_an_agent_left_is_taken_as_it_is() {
    let Some(world) = World::new().await else { return };
    let (mirror, _, checkout) = begun(&world).await;
    assert_eq!(checkout.taken_by(&mirror).await.unwrap().changed_files, 0);

    checkout.write("a", "2");
    // What is as it was is not sent.
    assert!(checkout.snapshot().await.len() < 1000);
    let program = checkout.write("new/program", "#!/bin/sh\n");
    std::fs::set_permissions(program, PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::remove_file(checkout.path().join("d/b")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", checkout.path().join("link")).unwrap();
    checkout.write("zero", b"\0\xff\0");
    checkout.write("cache/x", "ignored");
    checkout.write("x.log", "ignored");
    let before = checkout.git(&["status", "--porcelain"]).await;
    let taken = checkout.taken_by(&mirror).await.unwrap();
    assert_eq!(taken.changed_files, 5);
    let listing = listing(&world, taken.tree.as_str()).await;
    let wanted =
        ["100644 .gitignore", "100644 a", "120000 link", "100755 new/program", "100644 zero"];
    assert_eq!(listing, wanted);
    // The checkout is as it was.
    assert_eq!(checkout.git(&["status", "--porcelain"]).await, before);
    assert_eq!(leftovers(checkout.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_poisoned_repository_changes_nothing_of_what_is_taken() {
    let Some(world) = World::new().await else { return };
    let (mirror, _, checkout) = begun(&world).await;
    checkout.write("a", "2\r\n");
    checkout.write(".gitattributes", "* filter=f diff=f text\n");
    poison(&checkout).await;
    let taken = checkout.taken_by(&mirror).await.unwrap();
    let listing = listing(&world, taken.tree.as_str()).await;
    for name in ["a", "d/b", "poison", "hooks/pre-commit", "home/.gitconfig"] {
        assert!(listing.iter().any(|it| it.ends_with(&format!(" {name}"))), "{name}: {listing:?}");
    }
    assert!(!ran(&checkout).exists());
}

#[tokio::test]
async fn what_an_agent_committed_by_itself_is_taken_as_files() {
    let Some(world) = World::new().await else { return };
    let (mirror, _, checkout) = begun(&world).await;
    checkout.write("a", "2");
    checkout.git(&["commit", "-q", "-a", "-m", "own"]).await;
    checkout.write("c", "3");
    checkout.git(&["gc", "-q"]).await;
    let taken = checkout.taken_by(&mirror).await.unwrap();
    assert_eq!(taken.changed_files, 2);
}

#[tokio::test]
async fn a_repository_within_is_refused_with_its_path() {
    let Some(world) = World::new().await else { return };
    let (mirror, _, checkout) = begun(&world).await;
    checkout.write("d/within/x", "1");
    let within = checkout.path().join("d/within");
    git(&within, &["init", "-q"]).await;
    git(&within, &["add", "x"]).await;
    let author = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    git(&within, &[&author[..], &["commit", "-q", "-m", "x"]].concat()).await;
    let error = checkout.taken_by(&mirror).await.unwrap_err();
    assert!(matches!(&error, TakeError::Nested { path } if path == "d/within"), "{error:?}");
    nothing_was_left(&world).await;
}

#[tokio::test]
async fn bytes_that_are_no_snapshot_are_refused() {
    let Some(world) = World::new().await else { return };
    let (mirror, base, checkout) = begun(&world).await;
    checkout.write("a", noise(5000));
    let sound = checkout.snapshot().await;
    let changed = |at: usize, byte: u8| {
        let mut bytes = sound.clone();
        bytes[at] ^= byte;
        bytes
    };
    let unknown = [b"ab".repeat(20), sound[40..].to_vec()].concat();
    let of_blob = {
        let id = feed(checkout.path(), &["hash-object", "a"], b"").await;
        [&id[..40], &sound[40..]].concat()
    };
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("words", b"fatal: not a git repository, or any of its parents".to_vec()),
        ("a tree alone", sound[..41].to_vec()),
        ("no pack", [&sound[..41], b"PUCK and more words"].concat()),
        ("another version", changed(48, 1)),
        ("half of it", sound[..sound.len() / 2].to_vec()),
        ("a changed byte", changed(sound.len() / 2, 1)),
        ("a changed sum", changed(sound.len() - 1, 1)),
        ("more objects than there are", changed(52, 2)),
        ("another tree", unknown),
        ("a file for a tree", of_blob),
    ] {
        let taken = mirror.take(bytes.as_slice(), &base).await;
        let error = taken.expect_err(what);
        let refused = matches!(
            error,
            TakeError::Malformed(_) | TakeError::Unsound { .. } | TakeError::Incomplete { .. }
        );
        assert!(refused, "{what}: {error:?}");
        nothing_was_left(&world).await;
    }
    mirror.take(sound.as_slice(), &base).await.unwrap();
}

#[tokio::test]
async fn what_is_larger_than_the_limits_is_refused() {
    let limits = Limits { snapshot_bytes: 100_000, snapshot_objects: 20, ..Limits::default() };
    let Some(world) = World::with(limits).await else { return };
    let (mirror, base, checkout) = begun(&world).await;
    checkout.write("large", noise(200_000));
    let error = checkout.taken_by(&mirror).await.unwrap_err();
    assert!(matches!(error, TakeError::TooLarge { bytes: 100_000 }), "{error:?}");
    // What says that it is small and never ends.
    let mut endless = checkout.snapshot().await;
    endless.truncate(60_000);
    let endless = tokio::io::AsyncReadExt::chain(endless.as_slice(), tokio::io::repeat(7));
    let error = mirror.take(endless, &base).await.unwrap_err();
    assert!(matches!(error, TakeError::TooLarge { .. } | TakeError::Unsound { .. }), "{error:?}");

    std::fs::remove_file(checkout.path().join("large")).unwrap();
    for at in 0..30 {
        checkout.write(&format!("many/{at}"), at.to_string());
    }
    let error = checkout.taken_by(&mirror).await.unwrap_err();
    assert!(matches!(error, TakeError::TooMany { most: 20 }), "{error:?}");
    nothing_was_left(&world).await;
}

#[tokio::test]
async fn few_objects_that_stand_for_endless_files_are_refused() {
    let limits = Limits { snapshot_objects: 1000, ..Limits::default() };
    let Some(world) = World::with(limits).await else { return };
    let (mirror, base, checkout) = begun(&world).await;
    // Each tree names the one before twice: 2^20 paths in 21 objects.
    let at = checkout.path();
    let mut id = String::from_utf8(feed(at, &["hash-object", "-w", "a"], b"").await).unwrap();
    let mut kind = "100644 blob";
    for _ in 0..20 {
        let one = id.trim();
        let lines = format!("{kind} {one}\tx\n{kind} {one}\ty\n");
        id = String::from_utf8(feed(at, &["mktree"], lines.as_bytes()).await).unwrap();
        kind = "040000 tree";
    }
    let error = mirror.take(packed(&checkout, &id).await.as_slice(), &base).await.unwrap_err();
    assert!(matches!(error, TakeError::TooMany { most: 1000 }), "{error:?}");
    nothing_was_left(&world).await;
}

#[tokio::test]
async fn an_object_that_says_how_large_it_is_gets_no_more_memory_than_there_is() {
    let limits = Limits { memory_bytes: 1 << 30, ..Limits::default() };
    let Some(world) = World::with(limits).await else { return };
    let (mirror, base, _) = begun(&world).await;
    let pack = by_hand_as_if(b"", 3 << 29);
    let bytes = [base.as_str().as_bytes(), b"\n", &pack].concat();
    let error = mirror.take(bytes.as_slice(), &base).await.unwrap_err();
    assert!(error.to_string().contains("emory"), "{error}");
    nothing_was_left(&world).await;
}

#[tokio::test]
async fn trees_that_would_harm_whoever_checks_them_out_are_refused() {
    let Some(world) = World::new().await else { return };
    let (mirror, base, checkout) = begun(&world).await;
    let at = checkout.path();
    let file = String::from_utf8(feed(at, &["hash-object", "-w", "a"], b"").await).unwrap();
    let file = file.trim().to_owned();
    let tree = |entries: &[(&str, &str)]| {
        let id = |it: &str| {
            (0..20)
                .map(|at| u8::from_str_radix(&it[2 * at..2 * at + 2], 16).unwrap())
                .collect::<Vec<_>>()
        };
        let entry = |(head, of): &(&str, &str)| [head.as_bytes(), b"\0", &id(of)].concat();
        entries.iter().flat_map(entry).collect::<Vec<_>>()
    };
    for (what, content) in [
        (".git", tree(&[("100644 .git", &file)])),
        (".GIT", tree(&[("100644 .GIT", &file)])),
        ("..", tree(&[("100644 ..", &file)])),
        ("a slash", tree(&[("100644 a/b", &file)])),
        ("an empty name", tree(&[("100644 ", &file)])),
        ("twice", tree(&[("100644 a", &file), ("100644 a", &file)])),
        ("no order", tree(&[("100644 b", &file), ("100644 a", &file)])),
        ("a file as a directory", tree(&[("40000 a", &file)])),
        ("a submodule", tree(&[("160000 a", base.as_str())])),
        ("an object that is not there", tree(&[("100644 a", &"ab".repeat(20))])),
    ] {
        let write = ["hash-object", "-w", "-t", "tree", "--literally", "--stdin"];
        let id = String::from_utf8(feed(at, &write, &content).await).unwrap();
        // Git would not pack what it finds wrong, so these are packed by hand, as an attacker would.
        let pack = by_hand(&content);
        let bytes = [id.as_bytes(), &pack].concat();
        let taken = mirror.take(bytes.as_slice(), &base).await;
        let error = taken.expect_err(what);
        let refused = matches!(
            error,
            TakeError::Unsound { .. } | TakeError::Incomplete { .. } | TakeError::Nested { .. }
        );
        assert!(refused, "{what}: {error:?}");
        nothing_was_left(&world).await;
    }
}

#[tokio::test]
async fn a_sandbox_that_falls_silent_is_waited_for_in_bounds() {
    let limits = Limits { snapshot_time: Duration::from_secs(1), ..Limits::default() };
    let Some(world) = World::with(limits).await else { return };
    let (mirror, base, checkout) = begun(&world).await;
    checkout.write("a", noise(50_000));
    let whole = checkout.snapshot().await;
    for sent in [0, 45, 30_000] {
        // The other end stays open and says nothing more.
        let (mut theirs, ours) = tokio::io::duplex(1 << 16);
        tokio::io::AsyncWriteExt::write_all(&mut theirs, &whole[..sent]).await.unwrap();
        let error = mirror.take(ours, &base).await.unwrap_err();
        assert!(error.to_string().contains("was ended after"), "{sent}: {error}");
        nothing_was_taken(&world).await;
    }
}

#[tokio::test]
async fn what_was_taken_reaches_the_forge_as_one_commit() {
    let Some(world) = World::new().await else { return };
    let (mirror, base, checkout) = begun(&world).await;
    // More than git sends at once.
    checkout.write("large", noise(3 << 20));
    let taken = checkout.taken_by(&mirror).await.unwrap();
    let who = Identity { name: "Runbook".to_owned(), email: "runbook@example.com".to_owned() };
    let commit = NewCommit {
        tree: &taken.tree,
        parents: std::slice::from_ref(&base),
        message: "Add it",
        author: &who,
        committer: &who,
        time: jiff::Timestamp::from_second(1_700_000_000).unwrap(),
    };
    let commit = mirror.commit(commit).await.unwrap();
    mirror.push(&branch("x"), &commit, &Expect::Absent).await.unwrap();
    assert_eq!(world.forge.head("x").await.as_ref(), Some(&commit));
    world.forge.git(&["fsck", "--strict"]).await;
    assert_eq!(world.forge.git(&["cat-file", "-s", "x:large"]).await, "3145728\n");
    // The next step begins with it, in the same checkout or another one.
    let pack = mirror.pack_since(&base, &commit).await.unwrap();
    checkout.run(&script::advance(&commit), &pack).await.expect_success();
    let other = Checkout::of(&mirror, &commit).await;
    for checkout in [checkout, other] {
        assert_eq!(checkout.read("large").map(|it| it.len()), Some(3 << 20));
        assert_eq!(checkout.git(&["status", "--porcelain"]).await, "");
    }
}

#[tokio::test]
async fn sessions_take_at_once() {
    let Some(world) = World::new().await else { return };
    let (mirror, base, checkout) = begun(&world).await;
    let mut snapshots = Vec::new();
    for at in 0..4 {
        checkout.write("a", format!("of {at}"));
        snapshots.push(checkout.snapshot().await);
    }
    let take = async |at: usize| mirror.take(snapshots[at].as_slice(), &base).await.unwrap().tree;
    let (a, b, c, d, e) = tokio::join!(take(0), take(1), take(2), take(3), take(0));
    assert_eq!(a, e);
    for tree in [a, b, c, d] {
        assert_eq!(listing(&world, tree.as_str()).await.len(), 3);
    }
    assert_eq!(world.forge.head("main").await, Some(base));
    assert!(mirror.fetch().await.unwrap().get(&branch("main")).is_some());
}

/// A snapshot of any tree of the checkout.
async fn packed(checkout: &Checkout, tree: &str) -> Vec<u8> {
    let pack = ["pack-objects", "-q", "--revs", "--stdout"];
    let pack = feed(checkout.path(), &pack, format!("{}\n", tree.trim()).as_bytes()).await;
    [format!("{}\n", tree.trim()).as_bytes(), &pack].concat()
}

/// A pack with one tree in it, whatever it says, in a block of zlib that is stored as it is.
fn by_hand(tree: &[u8]) -> Vec<u8> {
    by_hand_as_if(tree, tree.len() as u64)
}

/// The same, if the tree were of that length.
fn by_hand_as_if(tree: &[u8], said: u64) -> Vec<u8> {
    use sha1::Digest;
    let length = u16::try_from(tree.len()).unwrap();
    let mut pack = b"PACK\0\0\0\x02\0\0\0\x01".to_vec();
    // The kind and four bits of the length, then seven in each byte; all but the last have the highest bit.
    let byte = |bits: u64| u8::try_from(bits & 0x7f).unwrap();
    let (mut bits, mut rest) = (0b010_0000 | byte(said & 15), said >> 4);
    while rest > 0 {
        pack.push(bits | 0x80);
        (bits, rest) = (byte(rest), rest >> 7);
    }
    pack.push(bits);
    pack.extend([0x78, 0x01, 0x01]);
    pack.extend(length.to_le_bytes());
    pack.extend((!length).to_le_bytes());
    pack.extend(tree);
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in tree {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    pack.extend((b << 16 | a).to_be_bytes());
    let sum = sha1::Sha1::digest(&pack);
    pack.extend(sum);
    pack
}

/// Mode and path of what a tree holds in the mirror.
async fn listing(world: &World, tree: &str) -> Vec<String> {
    let said =
        git(&mirrored(world), &["ls-tree", "-r", "--format=%(objectmode) %(path)", tree]).await;
    said.lines().map(str::to_owned).collect()
}

fn mirrored(world: &World) -> std::path::PathBuf {
    let root = std::fs::read_dir(world.directory.path().join("mirrors")).unwrap().next();
    root.unwrap().unwrap().path().join("git")
}

async fn nothing_was_left(world: &World) {
    assert_eq!(leftovers(world.directory.path()), Vec::<String>::new());
    nothing_was_taken(world).await;
}

async fn nothing_was_taken(world: &World) {
    let list = ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"];
    let objects = git(&mirrored(world), &list).await;
    // The first commit: three files, two directories, itself.
    assert_eq!(objects.lines().count(), 6, "{objects}");
}
