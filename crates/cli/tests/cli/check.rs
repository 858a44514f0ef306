//! `runbook check`: everything that is wrong with a document, without running it.

use crate::harness::Place;

#[test]
fn a_good_document_is_counted() {
    let document = "```runnable bash\necho\n```\n\n```file text a.txt\na\n```\n";
    let answer = Place::with("doc.md", document).runbook(&["check", "doc.md"]).expect(0);
    assert_eq!(
        (answer.text(), answer.stderr.as_str()),
        ("doc.md: 1 runnable blocks, 1 files\n", "")
    );
}

#[test]
fn every_error_is_a_line_with_its_place() {
    let document = "# A\n\n```runnable cobol\nSTOP RUN.\n```\n\n```runnable bash timeout=soon\necho\n```\n\n```runnable bash\n";
    let answer = Place::with("doc.md", document).runbook(&["check", "doc.md"]).expect(2);
    let lines: Vec<&str> = answer.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{answer:?}");
    for (line, start) in
        lines.iter().zip(["error: doc.md:3:", "error: doc.md:7:", "error: doc.md:11:"])
    {
        assert!(line.starts_with(start), "{line}");
    }
}

#[test]
fn components_of_mdx_are_checked_and_counted() {
    let document = "# A\n\n<Command id=\"a\" command={run} />\n\n<Check id=\"b\" path=\"b.sh\" title=\"B\" />\n";
    let answer = Place::with("doc.mdx", document).runbook(&["check", "doc.mdx"]).expect(2);
    assert_eq!(answer.text(), "doc.mdx: 0 runnable blocks, 0 files, 2 components\n");
    assert!(
        answer.stderr.starts_with("error: doc.mdx:3:26: command holds an expression"),
        "{answer:?}"
    );
    let fine = Place::with("doc.md", document).runbook(&["check", "doc.md"]).expect(0);
    assert_eq!(fine.text(), "doc.md: 0 runnable blocks, 0 files\n");
}

#[test]
fn a_missing_document_is_one_line() {
    let answer = Place::new().runbook(&["check", "missing.md"]).expect(2);
    assert_eq!(answer.error(), "there is no file missing.md; check its name");
}
