use repository::{Limits, Survey};

use crate::{
    World,
    forge::{File, file},
    noise::noise,
};

#[tokio::test]
async fn a_diff_shows_what_changed_whatever_the_repository_says() {
    let Some(world) = World::new().await else { return };
    let text = noise(2000);
    let files = [file("a", &text), file("hidden", "1\n"), file("b", "1\n")];
    let first = world.forge.commit("main", &files).await;
    let attributes = "* -diff diff=x\nhidden binary\n";
    let name = File { mode: "100644", path: b"new\n\xff\x1b[2J", content: b"2\n" };
    let changes =
        [name, file(".gitattributes", attributes), file("hidden", "2\n"), file("b", "1\n2\0\n")];
    world.forge.commit("main", &changes).await;
    world.forge.git(&["config", "diff.x.textconv", "false"]).await;
    let second = world.forge.commit("main", &[file("c", &text)]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let diff = mirror.diff(&first, &second, 1 << 20).await.unwrap();
    assert!(!diff.truncated);
    let said = diff.text();
    for line in [
        "-1\n+2\n",
        "+++ \"b/new\\n\\377\\033[2J\"\n",
        "Binary files a/b and b/b differ\n",
        "+* -diff diff=x\n",
    ] {
        assert!(said.contains(line), "{line:?}: {said}");
    }
    assert!(!said.contains('\u{1b}'));
    let cut = mirror.diff(&first, &second, 300).await.unwrap();
    assert!(cut.truncated && cut.bytes.ends_with(b"\n") && said.as_bytes().starts_with(&cut.bytes));
}

#[tokio::test]
async fn a_file_that_was_renamed_is_shown_as_that() {
    let Some(world) = World::new().await else { return };
    let first = world.forge.commit("one", &[file("before", &noise(500))]).await;
    let second = world.forge.commit("two", &[file("after", &noise(500))]).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let said = mirror.diff(&first, &second, 1 << 20).await.unwrap().text();
    assert!(said.contains("rename from before\nrename to after\n"), "{said}");
}

#[tokio::test]
async fn files_are_read_by_their_paths_and_nothing_else_is() {
    let Some(world) = World::new().await else { return };
    let link = File { mode: "120000", path: b"link", content: b"/etc/passwd" };
    let files = [file("d/a", "0123456789"), file("*", "star"), link];
    let commit = world.forge.commit("main", &files).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    for (path, expected) in [
        ("d/a", Some("01234567")),
        ("*", Some("star")),
        ("d", None),
        ("d/", None),
        ("link", None),
        ("", None),
        (".", None),
        ("../a", None),
        ("/etc/passwd", None),
        ("d/a\0", None),
        ("--help", None),
        (":(glob)**", None),
    ] {
        let found = mirror.read(&commit, path, 8).await.unwrap();
        assert_eq!(found.as_ref().map(|it| it.text()).as_deref(), expected, "{path:?}");
        assert_eq!(found.is_some_and(|it| it.truncated), path == "d/a", "{path:?}");
    }
}

#[tokio::test]
async fn submodules_large_files_and_guidance_are_seen_before_work_begins() {
    let Some(world) = World::new().await else { return };
    let plain = world.forge.commit("main", &[file("a", "1"), file("docs/CLAUDE.md", "x")]).await;
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
    let submodule =
        File { mode: "160000", path: b"lib/sub", content: "ab".repeat(20).leak().as_bytes() };
    let files = [
        submodule,
        file(".gitmodules", "[submodule \"s\"]\n path = lib/sub\n url = https://example.com/s\n"),
        file("assets/.gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n"),
        file("assets/x.bin", pointer),
        file("AGENTS.md", "Run the tests."),
    ];
    let commit = world.forge.commit("main", &files).await;
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    assert_eq!(mirror.survey(&plain).await.unwrap(), Survey::default());
    let guidance = vec!["AGENTS.md".to_owned()];
    let survey = Survey { guidance, has_submodules: true, uses_lfs: true };
    assert_eq!(mirror.survey(&commit).await.unwrap(), survey);

    // Both are left as they are by a checkout and by whoever takes from it.
    let checkout = crate::checkout::Checkout::of(&mirror, &commit).await;
    assert_eq!(checkout.read("assets/x.bin").as_deref(), Some(pointer));
    checkout.write("a", "2");
    let taken = checkout.taken_by(&mirror).await.unwrap();
    assert_eq!(taken.changed_files, 1);
}

#[tokio::test]
async fn a_history_is_given_up_to_a_limit() {
    let Some(world) = World::with(Limits::default()).await else { return };
    let first = world.forge.commit_as("main", "first", &[file("a", "1")]).await;
    let mut last = first.clone();
    for at in 0..4 {
        let message = format!("change {at}\n\nwhy: \u{fffd}\t\n");
        last = world.forge.commit_as("main", &message, &[file("a", &at.to_string())]).await;
    }
    let mirror = world.mirror().await;
    mirror.fetch().await.unwrap();
    let log = mirror.log(&first, &last, 2).await.unwrap();
    let subjects: Vec<_> = log.iter().map(|it| it.message.lines().next().unwrap()).collect();
    assert_eq!(subjects, ["change 3", "change 2"]);
    assert_eq!(log[0].id, last);
}
