use std::{path::Path, time::Duration};

use repository::{FetchError, Limits, OpenError};

use crate::{
    World, branch, credentials,
    forge::{Held, READER, TOKEN, feed, file, git},
    noise::noise,
    repositories,
};

#[tokio::test]
async fn a_private_repository_opens_to_a_token_that_may_read_it() {
    let Some(world) = World::new().await else { return };
    let commit = world.forge.commit("main", &[file("a", "1")]).await;
    for (token, opens) in [(None, false), (Some("wrong"), false), (Some(READER), true)] {
        let mirror = world.repositories.open(&world.address(), token.map(credentials)).await;
        match mirror.unwrap().fetch().await {
            Ok(heads) => {
                assert!(opens, "{token:?}");
                assert_eq!(heads.default_head(), Some((&branch("main"), &commit)));
            }
            Err(error) => {
                assert!(!opens, "{error}");
                assert!(matches!(error, FetchError::Unauthorized { .. }), "{error:?}");
                assert!(error.to_string().contains("sign in to it"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn branches_come_and_go_as_at_the_forge() {
    let Some(world) = World::new().await else { return };
    let first = world.forge.commit("main", &[file("a", "1")]).await;
    world.forge.commit("old/one", &[file("a", "2")]).await;
    let mirror = world.mirror().await;
    assert_eq!(mirror.fetch().await.unwrap().branches.len(), 2);
    assert_eq!(mirror.fetch().await.unwrap().branches.len(), 2);

    world.forge.git(&["branch", "-D", "old/one"]).await;
    // A name that the branch before was a directory of.
    let other = world.forge.commit("old", &[file("a", "3")]).await;
    let second = world.forge.commit("main", &[file("b", "1")]).await;
    world.forge.git(&["symbolic-ref", "HEAD", "refs/heads/old"]).await;
    let heads = mirror.fetch().await.unwrap();
    assert_eq!(heads.branches.len(), 2);
    assert_eq!(heads.default_head(), Some((&branch("old"), &other)));
    assert_eq!(heads.get(&branch("main")), Some(&second));
    assert_eq!(heads.get(&branch("old/one")), None);
    let log = mirror.log(&first, &second, 10).await.unwrap();
    assert_eq!(log.iter().map(|it| &it.id).collect::<Vec<_>>(), [&second]);
}

#[tokio::test]
async fn what_cannot_be_fetched_says_why() {
    let Some(world) = World::new().await else { return };
    world.forge.commit("main", &[file("a", "1")]).await;
    world.forge.make("o/empty.git").await;
    let newer = world.forge.path("o/newer.git");
    let make = ["init", "-q", "--bare", "-b", "main", "--object-format=sha256"];
    git(Path::new("/"), &[&make[..], &[newer.to_str().unwrap()]].concat()).await;
    let import = b"commit refs/heads/main\ncommitter A <a@example.com> 1 +0000\ndata 0\n";
    feed(&newer, &["fast-import", "--quiet"], import).await;
    // Nobody listens there, and nobody else can.
    let nobody = tokio::net::TcpSocket::new_v4().unwrap();
    nobody.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = nobody.local_addr().unwrap();
    let closed = repository::Address::parse(&format!("http://{closed}/o/r.git")).unwrap();
    for (address, expected, passes) in [
        (world.forge.address("o/missing.git"), "there is no repository at", false),
        (world.forge.address("o/empty.git"), "has no commit yet", false),
        (world.forge.address("o/newer.git"), "names its objects by SHA-256", false),
        (world.forge.address("moved/o/r.git"), "has moved; use its new address", false),
        (world.forge.address("busy/o/r.git"), "does not answer", true),
        (closed, "does not answer", true),
    ] {
        let mirror = world.repositories.open(&address, Some(credentials(TOKEN))).await.unwrap();
        let error = mirror.fetch().await.unwrap_err();
        assert!(error.to_string().contains(expected), "{address}: {error}");
        assert_eq!(error.may_pass(), passes, "{address}: {error}");
    }
}

#[tokio::test]
async fn a_token_is_never_sent_unencrypted() {
    let directory = tempfile::tempdir().unwrap();
    let repositories = repositories(directory.path(), Limits::default()).await;
    let address = repository::Address::parse("http://git.example.com/o/r.git").unwrap();
    let refused = repositories.open(&address, Some(credentials(TOKEN))).await.unwrap_err();
    assert!(matches!(refused, OpenError::Insecure { .. }));
    repositories.open(&address, None).await.unwrap();
}

#[tokio::test]
async fn a_huge_repository_is_refused_and_leaves_nothing() {
    let limits = Limits { repository_bytes: 1 << 20, ..Limits::default() };
    let Some(world) = World::with(limits).await else { return };
    world.forge.commit("main", &[file("large", &noise(3 << 20))]).await;
    let mirror = world.mirror().await;
    for _ in 0..2 {
        let error = mirror.fetch().await.unwrap_err();
        assert!(matches!(error, FetchError::TooLarge { bytes: 1_048_576, .. }), "{error:?}");
    }
    drop(mirror);
    let larger = repositories(world.directory.path(), Limits::default()).await;
    let mirror = larger.open(&world.address(), Some(credentials(TOKEN))).await.unwrap();
    mirror.fetch().await.unwrap();
    assert_eq!(leftovers(world.directory.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_forge_that_falls_silent_is_waited_for_in_bounds() {
    let limits = Limits { network_time: Duration::from_secs(1), ..Limits::default() };
    let Some(mut world) = World::with(limits).await else { return };
    let address = world.forge.address("held/o/r.git");
    let mirror = world.repositories.open(&address, Some(credentials(TOKEN))).await.unwrap();
    let error = mirror.fetch().await.unwrap_err();
    assert!(matches!(error, FetchError::TimedOut { seconds: 1, .. }), "{error:?}");
    assert!(error.may_pass());
    // On a busy machine git may not even have come to ask.
    if world.forge.held.try_recv() == Ok(Held::Arrived) {
        assert_eq!(world.forge.held.recv().await, Some(Held::Gone));
    }
}

#[tokio::test]
async fn whoever_stops_waiting_takes_git_along() {
    let Some(mut world) = World::new().await else { return };
    world.forge.commit("main", &[file("a", "1")]).await;
    let address = world.forge.address("held/o/r.git");
    let mirror = world.repositories.open(&address, Some(credentials(TOKEN))).await.unwrap();
    tokio::select! {
        it = mirror.fetch() => panic!("{it:?}"),
        it = world.forge.held.recv() => assert_eq!(it, Some(Held::Arrived)),
    }
    assert_eq!(world.forge.held.recv().await, Some(Held::Gone));
}

#[tokio::test]
async fn what_a_killed_server_left_behind_is_in_nobodys_way() {
    let Some(world) = World::new().await else { return };
    world.forge.commit("main", &[file("a", "1")]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let root = std::fs::read_dir(world.directory.path().join("mirrors")).unwrap().next();
    let root = root.unwrap().unwrap().path();
    let left = [
        "git/packed-refs.lock",
        "git/refs/heads/main.lock",
        "git/shallow.lock",
        "git/objects/pack/tmp_pack_a1",
        "quarantine/taken-a1/pack/tmp_pack_b1",
    ];
    for path in left {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    let commit = world.forge.commit("main", &[file("a", "2")]).await;
    let heads = mirror.fetch().await.unwrap();
    assert_eq!(heads.get(&branch("main")), Some(&commit));
    assert!(left.iter().all(|it| !root.join(it).exists()));
}

#[tokio::test]
async fn servers_that_share_files_and_tasks_of_one_fetch_at_once() {
    let Some(world) = World::new().await else { return };
    let commit = world.forge.commit("main", &[file("a", "1")]).await;
    let other = repositories(world.directory.path(), Limits::default()).await;
    let fetch = async |of: &repository::Repositories| {
        let mirror = of.open(&world.address(), Some(credentials(TOKEN))).await.unwrap();
        mirror.fetch().await.unwrap()
    };
    let one = &world.repositories;
    let (a, b, c, d) = tokio::join!(fetch(one), fetch(&other), fetch(one), fetch(&other));
    for heads in [a, b, c, d] {
        assert_eq!(heads.get(&branch("main")), Some(&commit));
    }
}

#[tokio::test]
async fn many_packs_become_few_and_nothing_is_lost() {
    let Some(world) = World::new().await else { return };
    let mirror = world.mirror().await;
    let mut commits = Vec::new();
    for at in 0..24 {
        commits.push(world.forge.commit("main", &[file("a", &at.to_string())]).await);
        mirror.fetch().await.unwrap();
    }
    let root = std::fs::read_dir(world.directory.path().join("mirrors")).unwrap().next();
    let packs = root.unwrap().unwrap().path().join("git/objects/pack");
    let is_pack = |it: &std::fs::DirEntry| it.path().extension().is_some_and(|it| it == "pack");
    assert!(std::fs::read_dir(packs).unwrap().flatten().filter(is_pack).count() < 20);
    assert_eq!(mirror.log(&commits[0], &commits[23], 100).await.unwrap().len(), 23);
}

/// Files that are nobody's.
pub(crate) fn leftovers(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if ["tmp_", "taken-", "new-"].iter().any(|it| name.starts_with(it)) {
            found.push(name);
        } else if entry.file_type().unwrap().is_dir() {
            found.extend(leftovers(&entry.path()));
        }
    }
    found
}
