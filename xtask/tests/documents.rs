//! What a document names as a test is one.

#![expect(clippy::unwrap_used, reason = "a broken document should stop the test")]

use std::{fs, path::Path};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The rows of the tables in a text, without their heads.
fn rows(text: &str) -> Vec<&str> {
    let lines: Vec<_> = text.lines().filter(|it| it.starts_with('|')).collect();
    let is_rule = |it: &str| it.starts_with("| --- |");
    let is_head = |at: usize| lines.get(at + 1).is_some_and(|it| is_rule(it));
    let rows = lines.iter().enumerate().filter(|it| !is_rule(it.1) && !is_head(it.0));
    rows.map(|it| *it.1).collect()
}

/// Each row names a test that is there.
fn check(rows: &[&str]) {
    for row in rows {
        let named = row.split('`').skip(1).step_by(2).filter_map(|it| it.split_once(".rs::"));
        let named: Vec<_> = named.collect();
        assert!(!named.is_empty(), "no test: {row}");
        for (file, test) in named {
            let code = fs::read_to_string(root().join(format!("{file}.rs"))).unwrap_or_default();
            let found =
                code.split(&format!("fn {test}(")).next().filter(|it| it.len() < code.len());
            // The line of the function itself, as far as its name, and the one before it.
            let is_test = found.is_some_and(|it| it.lines().rev().take(2).any(is_attribute));
            assert!(is_test, "`{file}.rs::{test}` is no test");
        }
    }
}

#[test]
fn each_defect_of_tinirun_has_a_test_that_is_there() {
    let text = fs::read_to_string(root().join("docs/tinirun.md")).unwrap();
    let rows = rows(&text);
    assert!(rows.len() >= 30, "{} defects are listed", rows.len());
    check(&rows);
}

#[test]
fn each_promise_of_local_runbooks_has_a_test_that_is_there() {
    let text = fs::read_to_string(root().join("docs/security/local.md")).unwrap();
    let rows = rows(&text);
    assert!(rows.len() >= 20, "{} promises are made", rows.len());
    check(&rows);
}

#[test]
fn each_fault_of_an_agent_has_a_test_that_is_there() {
    let text = fs::read_to_string(root().join("docs/harnesses.md")).unwrap();
    let (_, list) = text.split_once("## What goes wrong, and what holds it").unwrap();
    let rows = rows(list);
    assert!(rows.len() >= 20, "{} faults are listed", rows.len());
    check(&rows);
}

#[test]
fn each_next_step_of_the_seed_of_jobs_has_a_section_and_a_test_that_are_there() {
    let text = fs::read_to_string(root().join("docs/jobs.md")).unwrap();
    let (_, list) = text.split_once("## The seed's next steps").unwrap();
    let rows = rows(list);
    assert!(rows.len() >= 12, "{} steps are listed", rows.len());
    check(&rows);
    for row in rows {
        let section = row.split('|').nth(2).unwrap().trim();
        let is_heading = |it: &str| it.trim_start_matches('#').trim() == section && it != section;
        assert!(text.lines().any(is_heading), "no section {section:?}: {row}");
    }
}

fn is_attribute(line: &str) -> bool {
    let line = line.trim();
    line == "#[test]" || line.starts_with("#[tokio::test")
}
