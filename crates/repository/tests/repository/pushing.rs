use jiff::Timestamp;
use repository::{CommitId, Expect, Identity, Mirror, NewCommit, PushError};

use crate::{
    World, branch, credentials,
    forge::{READER, TOKEN, file},
};

/// A commit of ours with the files of another one.
pub(crate) async fn ours(mirror: &Mirror, parent: &CommitId, message: &str) -> CommitId {
    let tree = mirror.tree_of(parent).await.unwrap();
    let author =
        Identity { name: "Ada <Lovelace>\n".to_owned(), email: "ada@example.com".to_owned() };
    let committer =
        Identity { name: "Runbook".to_owned(), email: "runbook@example.com".to_owned() };
    let parents = [parent.clone()];
    let time = Timestamp::from_second(1_700_000_000).unwrap();
    let commit = NewCommit {
        tree: &tree,
        parents: &parents,
        message,
        author: &author,
        committer: &committer,
        time,
    };
    mirror.commit(commit).await.unwrap()
}

async fn begun(world: &World) -> (Mirror, CommitId) {
    let commit = world.forge.commit("main", &[file("a", "1")]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    (mirror, commit)
}

#[tokio::test]
async fn a_commit_is_what_it_was_asked_to_be_and_made_twice_the_same() {
    let Some(world) = World::new().await else { return };
    let (mirror, base) = begun(&world).await;
    let message = "Say \"hello\"\n\n# no comment\0\n\nRunbook-Work: agent_1/7\n";
    let commit = ours(&mirror, &base, message).await;
    assert_eq!(ours(&mirror, &base, message).await, commit);
    let log = mirror.log(&base, &commit, 10).await.unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].author.name, "Ada Lovelace");
    assert_eq!(log[0].time, 1_700_000_000);
    assert_eq!(log[0].message.trim_end(), message.replace('\0', "\u{fffd}").trim_end());
    assert_eq!(mirror.tree_of(&commit).await.unwrap(), mirror.tree_of(&base).await.unwrap());
}

#[tokio::test]
async fn a_branch_is_made_moved_and_removed_where_it_is_expected() {
    let Some(world) = World::new().await else { return };
    let (mirror, base) = begun(&world).await;
    let one = ours(&mirror, &base, "one").await;
    let two = ours(&mirror, &one, "two").await;
    let name = branch("runbook/agent_1-1-ab");
    mirror.push(&name, &one, &Expect::Absent).await.unwrap();
    assert_eq!(world.forge.head(name.as_str()).await.as_ref(), Some(&one));
    mirror.push(&name, &two, &Expect::At(one.clone())).await.unwrap();
    assert_eq!(world.forge.head(name.as_str()).await.as_ref(), Some(&two));
    // Taken back: what is expected counts, not what it is on top of.
    mirror.push(&name, &one, &Expect::At(two)).await.unwrap();
    mirror.delete(&name, &one).await.unwrap();
    assert_eq!(world.forge.head(name.as_str()).await, None);
    mirror.delete(&name, &one).await.unwrap();
    assert_eq!(world.forge.head("main").await, Some(base));
}

#[tokio::test]
async fn a_branch_that_moved_is_not_written_over() {
    let Some(world) = World::new().await else { return };
    let (mirror, base) = begun(&world).await;
    let commit = ours(&mirror, &base, "one").await;
    let theirs = world.forge.commit("main", &[file("a", "by a person")]).await;
    for expect in [Expect::Absent, Expect::At(base.clone())] {
        let error = mirror.push(&branch("main"), &commit, &expect).await.unwrap_err();
        assert!(
            matches!(&error, PushError::Moved { actual: Some(it), .. } if *it == theirs),
            "{expect:?}: {error:?}"
        );
        assert!(error.to_string().contains("nothing was written over"), "{error}");
    }
    let error = mirror.delete(&branch("main"), &base).await.unwrap_err();
    assert!(matches!(error, PushError::Moved { .. }), "{error:?}");
    let gone = mirror.push(&branch("gone"), &commit, &Expect::At(base)).await.unwrap_err();
    assert!(matches!(gone, PushError::Moved { actual: None, .. }), "{gone:?}");
    assert_eq!(world.forge.head("main").await, Some(theirs));
    assert_eq!(world.forge.head("gone").await, None);
}

#[tokio::test]
async fn a_push_whose_answer_was_lost_is_done() {
    let Some(world) = World::new().await else { return };
    let (mirror, base) = begun(&world).await;
    let commit = ours(&mirror, &base, "one").await;
    for _ in 0..2 {
        mirror.push(&branch("x"), &commit, &Expect::Absent).await.unwrap();
    }
    assert_eq!(world.forge.head("x").await, Some(commit));
}

#[tokio::test]
async fn of_those_who_push_at_once_one_is_first() {
    let Some(world) = World::new().await else { return };
    let (mirror, base) = begun(&world).await;
    let mut commits = Vec::new();
    for name in ["one", "two", "three"] {
        commits.push(ours(&mirror, &base, name).await);
    }
    let name = branch("main");
    let expect = Expect::At(base);
    let push = async |at: usize| mirror.push(&name, &commits[at], &expect).await;
    let (a, b, c) = tokio::join!(push(0), push(1), push(2));
    let actual = world.forge.head("main").await.unwrap();
    let mut written = 0;
    for (at, done) in [a, b, c].into_iter().enumerate() {
        match done {
            Ok(()) => assert_eq!(commits[at], actual),
            Err(PushError::Moved { actual: seen, .. }) => assert_eq!(seen.as_ref(), Some(&actual)),
            // The forge was still busy with the first one.
            Err(PushError::Rejected { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
        written += usize::from(commits[at] == actual);
    }
    assert_eq!(written, 1);
}

#[tokio::test]
async fn a_forge_that_refuses_is_quoted_without_the_token() {
    let Some(world) = World::new().await else { return };
    let (mirror, base) = begun(&world).await;
    let commit = ours(&mirror, &base, "one").await;
    let name = branch("x");
    let push = || mirror.push(&name, &commit, &Expect::Absent);
    let says =
        format!("#!/bin/sh\nprintf 'only on \\033[1mMondays\\033[0m, {TOKEN}\\n' >&2\nexit 1\n");
    world.forge.hook(&says).await;
    let error = push().await.unwrap_err();
    assert!(matches!(error, PushError::Rejected { .. }), "{error:?}");
    let words = error.to_string();
    assert!(words.contains("only on") && words.contains("Mondays"), "{words}");
    assert!(!words.contains(TOKEN) && words.contains("***"), "{words}");
    assert!(!words.contains('\u{1b}'), "{words:?}");
    assert!(!error.may_pass());

    let says =
        "#!/bin/sh\necho 'GH006: Protected branch update failed for refs/heads/x.' >&2\nexit 1\n";
    world.forge.hook(says).await;
    let error = push().await.unwrap_err();
    assert!(matches!(error, PushError::Protected { .. }), "{error:?}");
    assert_eq!(world.forge.head("x").await, None);
}

#[tokio::test]
async fn a_token_that_only_reads_is_told_apart() {
    let Some(world) = World::new().await else { return };
    let (mirror, base) = begun(&world).await;
    let commit = ours(&mirror, &base, "one").await;
    let reader =
        world.repositories.open(&world.address(), Some(credentials(READER))).await.unwrap();
    let error = reader.push(&branch("x"), &commit, &Expect::Absent).await.unwrap_err();
    assert!(matches!(error, PushError::Forbidden { .. }), "{error:?}");
}

#[tokio::test]
async fn a_piece_of_work_finds_what_it_had_pushed() {
    let Some(world) = World::new().await else { return };
    let (mirror, base) = begun(&world).await;
    let name = branch("x");
    let find = async |value: &str| {
        mirror.find_by_trailer(&name, "Runbook-Work", value, &base).await.unwrap()
    };
    assert_eq!(find("agent_1/7").await, None);
    let quotes = "Title\n\nRunbook-Work: agent_1/9\n\nThat was a quotation.\n\nRunbook-Work: agent_1/7\n\
                  Co-authored-by: Ada <ada@example.com>\n";
    let commit = ours(&mirror, &base, quotes).await;
    let later = ours(&mirror, &commit, "Title\n\nRunbook-Work: agent_1/70\n").await;
    mirror.push(&name, &later, &Expect::Absent).await.unwrap();
    // Another server, which has seen neither.
    assert_eq!(find("agent_1/7").await, Some(commit));
    assert_eq!(find("agent_1/70").await, Some(later));
    assert_eq!(find("agent_1/9").await, None);
    assert_eq!(find("").await, None);
}
