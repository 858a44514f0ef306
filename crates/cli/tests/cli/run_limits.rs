//! `runbook run`: what limits say when a program meets them, and documents that cannot be run.

use crate::harness::{Answer, Place, holds, sandboxes};

fn last_line(answer: &Answer) -> &str {
    answer.stderr.lines().last().unwrap()
}

#[test]
fn the_timeout_of_a_block_is_obeyed_and_said() {
    if !sandboxes() {
        return;
    }
    let document = "```runnable bash timeout=300ms\nsleep 1000\n```\n";
    let answer = Place::with("doc.md", document).runbook(&["run", "doc.md"]).expect(1);
    assert_eq!(last_line(&answer), "failed: doc.md:1: block 1 (bash): timed out after 300 ms");
}

#[test]
fn the_timeout_of_the_command_line_holds_for_blocks_without_one() {
    if !sandboxes() {
        return;
    }
    let document = "```runnable bash\nsleep 1000\n```\n";
    let place = Place::with("doc.md", document);
    let answer = place.runbook(&["run", "doc.md", "--timeout", "200ms"]).expect(1);
    assert_eq!(last_line(&answer), "failed: doc.md:1: block 1 (bash): timed out after 200 ms");
}

#[test]
fn a_program_that_takes_too_much_memory_is_told_the_limit() {
    if !sandboxes() || !holds("memory-limit") {
        return;
    }
    let document = "```runnable python name=hog\nheld = []\nwhile True:\n    held.append(bytearray(b'x' * (1 << 22)))\n```\n";
    let place = Place::with("doc.md", document);
    let answer = place.runbook(&["run", "doc.md", "--memory-mb", "64"]).expect(1);
    assert_eq!(
        last_line(&answer),
        "failed: doc.md:1: block \"hog\" (python): out of memory: the limit is 64 MiB"
    );
}

#[test]
fn a_program_that_is_killed_names_the_signal() {
    if !sandboxes() {
        return;
    }
    let document = "```runnable bash\nkill -KILL $$\n```\n";
    let answer = Place::with("doc.md", document).runbook(&["run", "doc.md"]).expect(1);
    assert_eq!(last_line(&answer), "failed: doc.md:1: block 1 (bash): killed by signal 9");
}

#[test]
fn a_document_with_an_error_does_not_run_and_says_where() {
    for (document, place_of_error) in [
        ("# A\n\n```runnable cobol\nSTOP RUN.\n```\n", "doc.md:3:"),
        ("---\ntitle: [\n---\n\n```runnable bash\necho ran\n```\n", "doc.md:"),
        ("# A\n\n```runnable bash\necho ran\n", "doc.md:3:1: "),
        ("a\0b\n\n```runnable bash\necho ran\n```\n", "doc.md:1:2: "),
    ] {
        let answer = Place::with("doc.md", document).runbook(&["run", "doc.md"]).expect(2);
        let error = answer.error();
        assert!(error.starts_with(place_of_error), "{document:?}: {error}");
        let numbers: Vec<&str> = error.split(": ").next().unwrap().split(':').collect();
        assert_eq!(numbers.len(), 3, "{error}");
        assert!(numbers[1..].iter().all(|it| it.parse::<usize>().is_ok()), "{error}");
    }
}

#[test]
fn text_that_is_not_utf_8_is_refused_where_it_stops_being_it() {
    let place = Place::new();
    place.write("doc.md", b"one\ntw\xc3\xa9\xff\n");
    let answer = place.runbook(&["run", "doc.md"]).expect(2);
    assert_eq!(answer.error(), "doc.md:2:4: this is not UTF-8 text; save the file as UTF-8");
}

#[test]
fn what_cannot_be_read_is_one_line() {
    let place = Place::new();
    let answer = place.runbook(&["run", "missing.md"]).expect(2);
    assert_eq!(answer.error(), "there is no file missing.md; check its name");
    let answer = place.runbook(&["run", "."]).expect(2);
    assert_eq!(answer.error(), ". has none of runbook.mdx, runbook.md, README.md; name a file");
}
