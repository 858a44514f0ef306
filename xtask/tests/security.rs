//! `docs/security` promises nothing that no test attacks.

#![expect(clippy::unwrap_used, reason = "a broken document should stop the test")]

use std::{fs, path::Path};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// What stands between backticks and looks like `file::test`.
fn named(text: &str) -> Vec<(&str, &str)> {
    text.split('`').skip(1).step_by(2).filter_map(|it| it.split_once("::")).collect()
}

#[test]
fn every_attack_that_the_promises_name_is_a_test() {
    let text = fs::read_to_string(root().join("docs/security/README.md")).unwrap();
    let attacks = named(&text);
    assert!(attacks.len() >= 60, "{} attacks are named", attacks.len());
    for (file, test) in attacks.into_iter().filter(|it| *it != ("file", "name")) {
        let path = root().join("crates/sandbox/tests/isolation").join(format!("{file}.rs"));
        let code = fs::read_to_string(&path).unwrap_or_default();
        let is_test =
            [format!("#[tokio::test]\nasync fn {test}()"), format!("#[test]\nfn {test}()")]
                .iter()
                .any(|it| code.contains(it));
        assert!(is_test, "`{file}::{test}` is no test");
    }
}

#[test]
fn every_promise_names_an_attack() {
    let text = fs::read_to_string(root().join("docs/security/README.md")).unwrap();
    let promises = text.split("| Promise | Attacks |\n| --- | --- |\n").skip(1);
    let rows = promises.flat_map(|it| it.lines().take_while(|it| it.starts_with('|')));
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 30);
    for row in rows {
        assert!(!named(row).is_empty(), "{row}");
    }
}
