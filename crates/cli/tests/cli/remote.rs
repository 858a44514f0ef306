//! Documents from repositories: brought here at one commit, for every command that takes a document.

use std::process::Output;

use crate::harness::{Place, outside};

/// A repository whose tag `v1` has one block and whose head has two, a script beside them, and a link that leads out.
fn repository(place: &Place) -> String {
    let script = "git init -q -b main r && cd r && git config user.email a@example.com && git config user.name a && \
        mkdir docs && printf '```bash\necho first\n```\n' > docs/runbook.md && ln -s /etc/hostname out.md && \
        git add . && git commit -qm one && git tag v1 && \
        printf '\n```bash\necho second\n```\n' >> docs/runbook.md && git commit -qam two";
    let made = outside("sh").args(["-ec", script]).current_dir(place.path("")).status().unwrap();
    assert!(made.success());
    format!("git::file://{}", place.path("r").display())
}

fn runbook(place: &Place, arguments: &[&str]) -> Output {
    place.command(arguments).env("XDG_CACHE_HOME", place.path("cache")).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_document_of_a_repository_is_read_at_the_reference_and_says_its_commit() {
    let place = Place::new();
    let repository = repository(&place);
    for (address, blocks) in [("//docs?ref=v1", 1), ("//docs/runbook.md", 2)] {
        let answer = runbook(&place, &["check", &format!("{repository}{address}")]);
        assert_eq!(answer.status.code(), Some(0), "{answer:?}");
        let said = text(&answer.stdout);
        assert!(said.ends_with(&format!(": {blocks} runnable blocks, 0 files\n")), "{said}");
        let commit = said.split(" at ").nth(1).and_then(|it| it.split(':').next()).unwrap();
        assert!(commit.len() == 12 && commit.chars().all(|it| it.is_ascii_hexdigit()), "{said}");
    }
    let ran = runbook(&place, &["run", "--backend", "host", &format!("{repository}//docs?ref=v1")]);
    assert_eq!((ran.status.code(), text(&ran.stdout)), (Some(0), "first\n"), "{ran:?}");
}

#[test]
fn what_is_not_in_the_repository_is_refused_in_one_line() {
    let place = Place::new();
    let repository = repository(&place);
    for (address, code, wanted) in [
        ("//nowhere", 2, "has no nowhere at"),
        ("//out.md", 2, "has no out.md at"),
        ("?ref=v9", 75, "v9"),
        ("//../../etc", 2, "no path in a repository"),
    ] {
        let answer = runbook(&place, &["check", &format!("{repository}{address}")]);
        let said = text(&answer.stderr);
        assert_eq!(answer.status.code(), Some(code), "{address}: {said}");
        assert!(said.starts_with("error: ") && said.lines().count() == 1, "{said}");
        assert!(said.contains(wanted), "{address}: {said}");
    }
}
