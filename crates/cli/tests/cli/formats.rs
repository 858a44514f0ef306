//! `runbook convert`, `fmt` and `test`: documents in other formats, and held to what they say.

use serde_json::{Value, json};

use crate::harness::{Place, outside, sandboxes, skipped};

const TRANSCRIPT: &str = "# Shell\n
```sh
$ cat <<EOF
> hello
> EOF
hello
$ export A=1; cd /tmp
```

Later:

```console
$ echo $A; pwd
1
/tmp
$ (exit 3)
[3]
$ seq 3
1
...
```

> ```python
> >>> x = 20 + 1
> >>> x * 2
> 42
> >>> 1 / 0
> Traceback (most recent call last):
> ZeroDivisionError: division by zero
> ```
";

fn notebook() -> Value {
    json!({
        "nbformat": 4, "nbformat_minor": 5,
        "metadata": { "kernelspec": { "name": "python3", "display_name": "Python 3", "language": "python" } },
        "cells": [
            { "cell_type": "markdown", "id": "intro", "metadata": {}, "source": ["# A\n", "![p](attachment:p.png)"],
              "attachments": { "p.png": { "image/png": "iVBORw0KGgo=" } } },
            { "cell_type": "markdown", "id": "two", "metadata": {}, "source": "```python\nunclosed" },
            { "cell_type": "code", "id": "c1", "metadata": { "tags": ["a"] }, "execution_count": 1,
              "source": "print(1)\n'<b>'", "outputs": [
                { "output_type": "stream", "name": "stdout", "text": ["1\n"] },
                { "output_type": "execute_result", "execution_count": 1, "metadata": {},
                  "data": { "text/html": "<b>x</b><script>alert(1)</script>", "text/plain": "x" } },
                { "output_type": "display_data", "metadata": {}, "data": { "image/png": "iVBORw0KGgo=" } } ] },
            { "cell_type": "code", "id": "c2", "metadata": {}, "execution_count": null, "outputs": [],
              "source": "%%bash\necho hi\n" },
            { "cell_type": "code", "id": "c3", "metadata": {}, "execution_count": null, "outputs": [],
              "source": "%%writefile a.py\nx = 1\n" },
            { "cell_type": "raw", "id": "r", "metadata": {}, "source": "raw\n```\n" },
        ],
    })
}

fn sources(place: &Place, name: &str) -> Vec<String> {
    let notebook: Value =
        serde_json::from_slice(&std::fs::read(place.path(name)).unwrap()).unwrap();
    let source = |cell: &Value| {
        let lines = cell["source"].as_array().into_iter().flatten();
        let lines: String = lines.map(|it| it.as_str().unwrap()).collect();
        lines + cell["source"].as_str().unwrap_or_default()
    };
    notebook["cells"].as_array().unwrap().iter().map(source).collect()
}

#[test]
fn a_notebook_goes_to_markdown_and_back_with_the_same_sources() {
    let place = Place::with("x.ipynb", &notebook().to_string());
    place.runbook(&["convert", "x.ipynb", "x.md"]).expect(0);
    place.runbook(&["convert", "x.md", "y.ipynb"]).expect(0);
    assert_eq!(sources(&place, "y.ipynb"), sources(&place, "x.ipynb"));
    let text = std::fs::read_to_string(place.path("x.md")).unwrap();
    for part in [
        "```runnable python id=c1 tags=a\n",
        "```runnable bash id=c2\n",
        "```file python a.py id=c3\n",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    validate(&place.path("y.ipynb"));
}

/// Asks Jupyter's own library, where it is installed.
fn validate(path: &std::path::Path) {
    let program = "import sys, nbformat; nbformat.validate(nbformat.read(sys.argv[1], 4))";
    let installed = outside("python3").args(["-c", "import nbformat"]).output();
    if !installed.is_ok_and(|it| it.status.success()) {
        return skipped("Python has no nbformat here");
    }
    let output = outside("python3").args(["-c", program]).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_page_holds_outputs_and_asks_no_network() {
    let place = Place::with("x.ipynb", &notebook().to_string());
    place.runbook(&["convert", "x.ipynb", "x.html"]).expect(0);
    let page = std::fs::read_to_string(place.path("x.html")).unwrap();
    for part in [
        "<b>x</b>",
        "data:image/png;base64,iVBORw0KGgo=",
        "<pre class=\"out\">1",
        "default-src 'none'",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("<script") && !page.contains("alert(1)"), "{page}");
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
}

#[test]
fn a_notebook_is_checked_and_run_as_it_is() {
    let place = Place::with("x.ipynb", &notebook().to_string());
    assert_eq!(
        place.runbook(&["check", "x.ipynb"]).expect(0).text(),
        "x.ipynb: 2 runnable blocks, 1 files\n"
    );
    if !sandboxes() {
        return;
    }
    let answer = place.runbook(&["run", "x.ipynb"]).expect(0);
    assert_eq!(answer.text(), "1\n'<b>'\nhi\n");
    assert!(
        answer.stderr.starts_with("▶ x.ipynb: cell 3: block 1 (python)\n"),
        "{}",
        answer.stderr
    );
}

#[test]
fn files_that_are_not_what_they_claim_are_refused_in_words() {
    let place = Place::with("cut.ipynb", &notebook().to_string()[..200]);
    place.write("zip.ipynb", b"PK\x03\x04....");
    for (name, words) in
        [("cut.ipynb", "cut off"), ("zip.ipynb", "a zip archive"), ("none.ipynb", "no file")]
    {
        let answer = place.runbook(&["convert", name, "out.md"]).expect(2);
        assert!(answer.error().contains(words), "{}", answer.error());
    }
    place.write("a.md", "text\n");
    for (to, words) in [("a.md", "itself"), ("a.docx", "no format")] {
        let answer = place.runbook(&["convert", "a.md", to]).expect(2);
        assert!(answer.error().contains(words), "{}", answer.error());
    }
}

#[test]
fn formatting_changes_little_and_says_what() {
    let place = Place::with("a.md", "```python  \nx\n```\n");
    place.write("b.md", "text  \nmore");
    let answer = place.runbook(&["fmt", "--check", "."]).expect(1);
    assert_eq!(answer.text(), "./a.md: is not formatted\n");
    place.runbook(&["fmt", "."]).expect(0);
    assert_eq!(std::fs::read_to_string(place.path("a.md")).unwrap(), "```python\nx\n```\n");
    place.runbook(&["fmt", "--check", "."]).expect(0);
    place.runbook(&["fmt", "--dialect", "quarto", "a.md"]).expect(0);
    assert_eq!(std::fs::read_to_string(place.path("a.md")).unwrap(), "```{python}\nx\n```\n");
}

#[test]
fn transcripts_are_tests_and_share_a_session() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("doc.md", TRANSCRIPT);
    let answer = place.runbook(&["test", "doc.md"]).expect(0);
    assert_eq!(answer.text(), "doc.md: 8 checks\n");
}

#[test]
fn one_changed_character_fails_with_a_difference_and_update_sets_it_right() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("doc.md", &TRANSCRIPT.replace("> 42", "> 43").replace("[3]", "[4]"));
    let answer = place.runbook(&["test", "doc.md"]).expect(1);
    let expected = "FAILED doc.md:17: (exit 3)\n--- expected\n+++ found\n@@ -18,1 +18,1 @@\n-[4]\n+[3]\n\
        FAILED doc.md:26: x * 2\n--- expected\n+++ found\n@@ -27,1 +27,1 @@\n-43\n+42\ndoc.md: 8 checks, 2 failed\n";
    assert_eq!(answer.text(), expected);
    assert_eq!(answer.stderr, "failed: doc.md:26: x * 2\n");
    place.runbook(&["test", "--update", "doc.md"]).expect(0);
    assert_eq!(std::fs::read_to_string(place.path("doc.md")).unwrap(), TRANSCRIPT);
}

#[test]
fn blocks_are_held_to_their_end_and_to_the_output_below_them() {
    if !sandboxes() {
        return;
    }
    let good = "```runnable python\nprint(1)\n2\n```\n\n<!-- output -->\n```text\n1\n2\n```\n
```runnable bash expect=failure\nexit 1\n```\n";
    let place = Place::with("good.md", good);
    place.write("bad.md", "```runnable bash\necho why >&2; exit 5\n```\n");
    place.write("prose.md", "# Nothing to run\n");
    let answer = place.runbook(&["test", "."]).expect(1);
    assert_eq!(
        answer.text(),
        "FAILED ./bad.md:1: block 1 (bash)\nexit 5\nwhy\n./bad.md: 1 check, 1 failed\n./good.md: 2 checks\n\
         2 documents, 3 checks, 1 failed\n"
    );
    let answer = place.runbook(&["test", "--output", "junit", "."]).expect(1);
    let xml = answer.text();
    assert!(xml.contains("<testsuites name=\"runbook\" tests=\"3\" failures=\"1\""), "{xml}");
    assert_eq!(xml.matches("<testsuite name=").count(), 2, "{xml}");
}

#[test]
fn a_bad_document_among_good_ones_is_the_callers_mistake() {
    let place = Place::with("a.md", "```runnable cobol\nx\n```\n");
    let answer = place.runbook(&["test", "."]).expect(2);
    assert!(answer.stderr.starts_with("error: ./a.md:1:"), "{}", answer.stderr);
    place.runbook(&["test", "missing"]).expect(2);
}
