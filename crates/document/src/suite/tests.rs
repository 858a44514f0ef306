use serde_json::json;

use super::*;

const WHOLE: &str = r#"version: 1
settings:
  timeout: 2m
  parallelizable: false
tests:
  - name: happy
    description:
    env: {STAGE: test}
    inputs:
      project.Name: "x"
      project.Tags: {a: 1}
      project.Author: {fuzz: {type: string, minLength: 5, maxLength: 20}}
    steps:
      - block: check
      - block: broken
        expect: config_error
        error_contains: "not found"
      - block: later
        expect: blocked
        missing_outputs: [make.url]
    assertions:
      - {type: file_exists, path: README.md}
      - {type: output_equals, block: make, output: url, value: "1"}
      - {type: files_generated}
      - {type: script, command: test -d x}
    cleanup:
      - command: rm -rf x
      - path: cleanup/teardown.sh
  - name: empty
    steps:
    assertions:
"#;

#[test]
fn a_suite_says_what_to_give_to_run_and_to_find() {
    let suite = Suite::parse(WHOLE).unwrap();
    assert_eq!(suite.settings.timeout, Duration::from_secs(120));
    assert!(suite.settings.use_temp_working_dir && !suite.settings.parallelizable);
    let [happy, empty] = &suite.tests[..] else { panic!("{suite:?}") };
    let name =
        |variable: &str| VariableName { inputs: "project".into(), variable: variable.into() };
    assert_eq!(happy.inputs[&name("Tags")], Given::Literal(json!({ "a": 1 })));
    assert!(matches!(happy.inputs[&name("Author")], Given::Fuzzed(_)));
    assert_eq!((happy.name.text.as_str(), happy.name.line), ("happy", 6));
    let expects: Vec<_> = happy.steps.iter().map(|it| it.expect).collect();
    assert_eq!(expects, [Expect::Success, Expect::ConfigError, Expect::Blocked]);
    assert_eq!(happy.assertions[2], Assertion::FilesGenerated { block: None, min_count: 1 });
    assert_eq!(happy.cleanup[1], Cleanup::Path("cleanup/teardown.sh".into()));
    assert_eq!((empty.steps.len(), empty.assertions.len()), (0, 0));
}

#[test]
fn a_mistake_is_named_with_its_place() {
    for (text, line, wanted) in [
        ("version: 2\n", 1, "version 2 is not known"),
        ("tests: []\n", 1, "version"),
        ("version: 1\ntests:\n  - name: a\n    step: []\n", 4, "step"),
        ("version: 1\nsettings:\n  timeout: soon\n", 3, "`soon` is no time"),
        ("version: 1\ntests:\n  - name: a\n    inputs:\n      Name: x\n", 5, "names no variable"),
        (
            "version: 1\ntests:\n  - name: a\n    assertions:\n      - type: file_exist\n        path: x\n",
            5,
            "file_exist",
        ),
        (
            "version: 1\ntests:\n  - name: a\n    steps:\n      - block: b\n        expect: maybe\n",
            6,
            "maybe",
        ),
        ("version: 1\ntests:\n  - name: a\n  - name: a\n", 4, "two tests are named `a`"),
        ("version: [\n", 1, ""),
    ] {
        let error = Suite::parse(text).unwrap_err();
        assert!(error.message.contains(wanted), "{text}: {error:?}");
        assert_eq!(error.line, line, "{text}: {error:?}");
    }
}
