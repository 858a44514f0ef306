//! `runbook run --junit`: what a CI service is told, read back with an XML parser.

use crate::harness::{Place, installed, sandboxes};

const DOCUMENT: &str = "# Report\n
```runnable bash name=good\necho good\n```\n
```runnable bash name=\"<bad> & \\\"worse\\\"\"\nprintf 'a\\033[1m<b>]]>\\0é\\n'; echo said >&2; exit 3\n```\n
```runnable bash\necho never\n```\n";

/// Reads a report with Python's parser and prints one line for each thing in it.
const READ: &str = "import xml.etree.ElementTree as tree
suite = tree.fromstring(REPORT.encode()).find('testsuite')
print(*(suite.get(it) for it in ('name', 'tests', 'failures', 'errors', 'skipped')))
for case in suite:
    print(ascii(case.get('name')), case.get('file'), case.get('line'))
    for part in case:
        print(' ', part.tag, ascii(part.get('message') or part.text))
";

#[test]
fn a_run_is_reported_as_xml_that_a_parser_reads() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let place = Place::with("doc.md", DOCUMENT);
    place.runbook(&["run", "doc.md", "--junit", "report.xml"]).expect(1);
    let report = std::fs::read_to_string(place.path("report.xml")).unwrap();
    let program = format!("REPORT = {}\n{READ}", serde_json::to_string(&report).unwrap());
    let read = place.fed(&["exec", "python"], program.as_bytes()).expect(0);
    let expected = "doc.md 3 1 0 1
'good' doc.md 3
  system-out 'good\\n'
'<bad> & \"worse\"' doc.md 7
  failure 'exit 3'
  system-out 'a\\ufffd[1m<b>]]>\\ufffd\\xe9\\n'
  system-err 'said\\n'
'3' doc.md 11
  skipped None
";
    assert_eq!(read.text(), expected, "{report}");
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_anything_runs() {
    let place = Place::with("doc.md", DOCUMENT);
    let answer = place.runbook(&["run", "doc.md", "--junit", "missing/report.xml"]).expect(2);
    let error = answer.error();
    assert!(error.starts_with("missing/report.xml cannot be written: "), "{error}");
    assert!(error.ends_with("; choose another one with --junit"), "{error}");
    let answer = place.runbook(&["run", "doc.md", "--junit", "r.xml", "--json"]).expect(2);
    assert!(answer.error().contains("'--junit <FILE>' cannot be used with '--json'"), "{answer:?}");
}
