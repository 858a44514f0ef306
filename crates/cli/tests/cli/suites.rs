//! `runbook test` of `runbook_test.yml`: local runbooks whose scripts run on this machine.

use std::fs;

use crate::{
    harness::{Answer, Place, Running, outside},
    processes::expect_gone,
};

const DOCUMENT: &str = r#"# Shop

<Inputs id="shop">
```yaml
variables:
  - name: Name
    validations: [required]
  - name: Shelves
    type: int
    default: 2
```
</Inputs>

<Check id="look" title="Look" command="test -w . || exit 1" />

<Command id="build" inputsId="shop" command={`export SHOP="{{ .inputs.Name }}"
mkdir floor && cd floor
echo "id={{ .inputs.Name }}-{{ .inputs.Shelves }}" >> "$RUNBOOK_OUTPUT"
echo plan > "$GENERATED_FILES/plan.txt"`} />

<Template id="sign" path="templates/sign" inputsId="shop" />

<TemplateInline id="note" inputsId="shop" outputPath="notes/{{ .inputs.Name }}.txt" generateFile={true}>
```text
{{ .inputs.Name }} is {{ .outputs.build.id }}
```
</TemplateInline>

<Check id="warns" title="Warns" command="echo careful; exit 2" />

<Command id="fails" command="echo broken pipe >&2; exit 7" />

<Command id="missing" path="scripts/gone.sh" />

<Command id="open-up" command="basename $PWD; echo $SHOP {{ .outputs.build.id }}" />
"#;

/// A directory with the document above and a suite of these tests.
fn shop(tests: &str) -> Place {
    let place = Place::new();
    fs::create_dir_all(place.path("shop/templates/sign")).unwrap();
    place.write("shop/runbook.mdx", DOCUMENT);
    place.write(
        "shop/templates/sign/boilerplate.yml",
        "variables:\n  - name: Colour\n    default: red\n",
    );
    place.write("shop/templates/sign/sign.md", "{{ .Name }} in {{ .Colour }}\n");
    place.write("shop/runbook_test.yml", format!("version: 1\ntests:\n{tests}"));
    place
}

fn passes(tests: &str) -> (Place, Answer) {
    let place = shop(tests);
    let answer = place.runbook(&["test", "-v", "shop"]).expect(0);
    (place, answer)
}

#[test]
fn blocks_run_in_the_order_of_the_document_with_what_earlier_ones_left() {
    let (_, answer) = passes(
        r#"
  - name: opening
    env: {GREETING: hello}
    inputs:
      shop.Name: Corner
      sign.Colour: blue
    steps:
      - block: open-up
      - block: note
      - block: sign
      - {block: build, outputs: {id: Corner-2}, assertions: [{type: files_generated, block: build}]}
      - block: look
    assertions:
      - {type: output_equals, block: build, output: id, value: Corner-2}
      - {type: output_matches, block: build, output: id, pattern: '^C.*-\d$'}
      - {type: output_exists, block: build, output: id}
      - {type: file_exists, path: plan.txt}
      - {type: file_equals, path: sign.md, value: "Corner in blue\n"}
      - {type: file_contains, path: notes/Corner.txt, contains: is Corner-2}
      - {type: file_not_contains, path: sign.md, contains: red}
      - {type: file_matches, path: sign.md, pattern: 'in (blue|green)'}
      - {type: file_not_exists, path: boilerplate.yml}
      - {type: dir_exists, path: ../floor}
      - {type: dir_not_exists, path: floor}
      - {type: files_generated, min_count: 3}
      - {type: script, command: 'test "$GREETING {{.Raw}} $(cat plan.txt)" = "hello {{.Raw}} plan"'}
"#,
    );
    let text = answer.text();
    assert!(text.contains("  open-up: success\n    floor\n    Corner Corner-2\n"), "{text}");
    assert!(text.ends_with("shop/runbook_test.yml: 1 check\n"), "{text}");
    assert!(answer.stderr.contains("without a sandbox"), "{}", answer.stderr);
}

#[test]
fn each_way_to_end_can_be_expected() {
    passes(
        r#"
  - name: all
    inputs: {shop.Name: Corner}
    steps:
      - {block: build, expect: skip}
      - {block: warns, expect: warn}
      - {block: fails, expect: fail, error_contains: Broken PIPE}
      - {block: missing, expect: config_error, error_contains: script file not found}
      - {block: open-up, expect: blocked, missing_outputs: [build.id]}
  - name: a value that no form takes
    steps:
      - {block: build, expect: blocked, error_contains: shop.Name}
"#,
    );
}

#[test]
fn whatever_is_not_as_the_suite_says_fails_and_is_told() {
    for (test, told) in [
        (
            "steps: [{block: warns}]",
            "block `warns` was to end with success, and ended with warn: exit 2\ncareful\n",
        ),
        (
            "steps: [{block: look, expect: fail}]",
            "`look` was to end with fail, and ended with success",
        ),
        ("steps: [{block: look, expect: config_error}]", "was to end with config_error"),
        (
            "steps: [{block: open-up, expect: blocked, missing_outputs: [look.id]}]",
            "was to wait for look.id",
        ),
        ("steps: [{block: fails, expect: fail, error_contains: fire}]", "was to say \"fire\""),
        ("steps: [{block: look, outputs: {id: x}}]", "was to give id = \"x\", and gave no id"),
        ("steps: [{block: lok}]", "a step names \"lok\""),
        ("steps: [{block: look}, {block: look}]", "two steps name `look`"),
        ("inputs: {shop.Nmae: x}", "which shop does not ask for"),
        ("inputs: {shp.Name: x}", "no block has the id \"shp\""),
        ("inputs: {shop.Name: x}", "block `warns` was to end with success"),
        (
            "steps: [{block: look, assertions: [{type: file_exists, path: a}]}]",
            "after block `look`: there is no file a",
        ),
        (
            "steps: [{block: look}]\n    assertions: [{type: script, command: 'echo why; exit 4'}]",
            "failed: exit 4\nwhy",
        ),
        (
            "steps: [{block: look}]\n    assertions: [{type: files_generated}]",
            "0 files were generated, fewer than 1",
        ),
        (
            "steps: [{block: look}]\n    assertions: [{type: output_matches, block: look, output: a, pattern: b}]",
            "`look` gave no a",
        ),
    ] {
        // An indentation of its own keeps the table readable.
        let place = shop(&format!("  - name: wrong\n    {test}\n"));
        let answer = place.runbook(&["test", "shop"]).expect(1);
        assert!(
            answer.text().starts_with("FAILED shop/runbook_test.yml:3: wrong\n"),
            "{test}: {answer:?}"
        );
        assert!(answer.text().contains(told), "{test}: {answer:?}");
    }
}

#[test]
fn values_left_to_chance_are_told_with_the_seed_that_draws_them_again() {
    let place = shop(
        "  - name: chance\n    inputs:\n      shop.Name: {fuzz: {type: string, length: 20}}\n    \
         steps: [{block: build, outputs: {id: never}}]\n",
    );
    let drawn = |answer: Answer| {
        let line = answer.text().lines().find(|it| it.contains("shop.Name =")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("{answer:?}"))
    };
    let first = place.runbook(&["test", "shop"]).expect(1);
    let (_, rest) = first.text().split_once("--seed ").unwrap();
    let seed = rest.split(':').next().unwrap().to_owned();
    let again = drawn(place.runbook(&["test", "shop", "--seed", &seed]).expect(1));
    assert_eq!(again, drawn(first));
    let with = |seed: &str| drawn(place.runbook(&["test", "shop", "--seed", seed]).expect(1));
    assert_ne!(with("4"), with("5"));
}

#[test]
fn what_this_machine_lacks_is_skipped_with_the_reason_and_not_passed() {
    let place = Place::new();
    place.write(
        "runbook.mdx",
        "<GitHubAuth id=\"hub\" />\n\n<Command id=\"uses\" githubAuthId=\"hub\" command=\"echo [$GITHUB_TOKEN]\" />\n\n\
         <GitClone id=\"copy\" />\n\n<Command id=\"reads\" command=\"echo {{ .outputs.copy.clone_path }}\" />\n",
    );
    place.write(
        "runbook_test.yml",
        "version: 1\ntests:\n  - name: all\n  - name: insists\n    steps: [{block: uses}, {block: hub}]\n",
    );
    let answer = place.runbook(&["test", "-v", "runbook.mdx"]).expect(0);
    for part in [
        "  hub: skipped (no credentials to sign in with: the environment has no GITHUB_TOKEN; set what is missing before runbook starts, or sign in otherwise)\n",
        "  uses: skipped (it needs `hub`, which was skipped)\n",
        "  copy: skipped (tests clone nothing)\n",
        "  reads: skipped (it waits for copy.clone_path, of blocks that were skipped)\n",
        "SKIPPED ./runbook_test.yml:4: insists: block `hub`: no credentials",
        "./runbook_test.yml: 2 checks, 1 skipped\n",
    ] {
        assert!(answer.text().contains(part), "{part} is not in {}", answer.text());
    }
    let mut command = place.command(&["test", "-v", "--test", "insists", "."]);
    let answer = Running::new(command.env("GH_TOKEN", "t0ken")).end().expect(0);
    assert!(answer.text().contains("  uses: success\n    [***]\n"), "{}", answer.text());
}

#[test]
fn a_test_that_takes_too_long_is_stopped_and_cleans_up() {
    let place = Place::new();
    place.write("runbook.mdx", "<Command id=\"long\" command=\"exec sleep 7654321\" />\n");
    place.write("tidy.sh", "#!/bin/sh\ntouch \"$PLACE/from-script\"\n");
    place.write(
        "runbook_test.yml",
        "version: 1\nsettings: {timeout: 1s}\ntests:\n  - name: long\n    cleanup: [{command: 'touch $PLACE/cleaned'}, \
         {path: tidy.sh}, {command: 'exit 3'}]\n",
    );
    let mut command = place.command(&["test", "."]);
    let answer = Running::new(command.env("PLACE", place.path(""))).end().expect(1);
    let text = answer.text();
    assert!(text.contains("it took longer than 1s"), "{text}");
    assert!(text.contains("cleanup `exit 3` failed: exit 3"), "{text}");
    assert!(place.path("cleaned").exists() && place.path("from-script").exists(), "{text}");
    expect_gone(&[], "sleep\u{0}7654321");
}

#[test]
fn an_interrupted_test_ends_what_runs_and_cleans_up() {
    let place = Place::new();
    place.write("runbook.mdx", "<Command id=\"long\" command=\"mkfifo $PLACE/never; echo > $PLACE/ready; cat $PLACE/never\" />\n");
    place.write(
        "runbook_test.yml",
        "version: 1\ntests:\n  - name: long\n    cleanup: [{command: 'touch $PLACE/cleaned'}]\n  - name: next\n",
    );
    let ready = place.path("ready");
    assert!(outside("mkfifo").arg(&ready).status().unwrap().success());
    let mut command = place.command(&["test", "."]);
    let running = Running::new(command.env("PLACE", place.path("")));
    // Blocks until the script writes.
    fs::read(ready).unwrap();
    running.signal("INT");
    let answer = running.end().expect(130);
    assert!(place.path("cleaned").exists(), "{answer:?}");
    assert!(!answer.text().contains("next"), "{answer:?}");
}

#[test]
fn directories_are_searched_for_suites_and_a_suite_speaks_for_all_beneath_it() {
    let place = Place::new();
    let suite = "version: 1\nsettings: {parallelizable: false}\ntests:\n  - name: only\n";
    for directory in ["a", "a/templates/b", "c", "d"] {
        fs::create_dir_all(place.path(directory)).unwrap();
        place.write(&format!("{directory}/runbook.mdx"), "<Command id=\"x\" command=\"true\" />\n");
        place.write(&format!("{directory}/README.md"), "```runnable bash\nexit 9\n```\n");
    }
    for directory in ["a", "a/templates/b", "c"] {
        place.write(&format!("{directory}/runbook_test.yml"), suite);
    }
    let tested = |arguments: &[&str]| {
        let answer = place.runbook(&[&["test"], arguments].concat()).expect(0);
        let lines = answer.text().lines().filter(|it| it.contains("runbook_test.yml"));
        lines.map(|it| it.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ["./a/runbook_test.yml", "./a/templates/b/runbook_test.yml", "./c/runbook_test.yml"];
    assert_eq!(tested(&["./..."]), all);
    assert_eq!(tested(&["..."]), all);
    assert_eq!(tested(&["a"]), ["a/runbook_test.yml"]);
    assert_eq!(tested(&["a/runbook.mdx", "a/runbook_test.yml"]), ["a/runbook_test.yml"]);
    assert_eq!(
        tested(&["--max-parallel", "1", "a", "c"]),
        ["a/runbook_test.yml", "c/runbook_test.yml"]
    );
    let answer = place.runbook(&["test", "--test", "other", "./..."]).expect(2);
    assert!(answer.error().contains("no test is named \"other\""), "{answer:?}");
}

#[test]
fn a_suite_is_reported_as_xml_like_everything_else() {
    let place = shop(
        "  - name: good <1>\n    steps: [{block: look}]\n  - name: bad\n    steps: [{block: warns}]\n",
    );
    let arguments = ["test", "--output", "junit", "--output-file", "report.xml", "shop"];
    let answer = place.runbook(&arguments).expect(1);
    assert_eq!(answer.text(), "");
    let xml = fs::read_to_string(place.path("report.xml")).unwrap();
    for part in [
        "<testsuite name=\"shop/runbook_test.yml\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\"",
        "<testcase name=\"good &lt;1&gt;\" classname=\"shop/runbook_test.yml\" file=\"shop/runbook_test.yml\" line=\"3\"",
        "<failure message=\"block `warns` was to end with success",
        "<system-out>careful\n</system-out>",
    ] {
        assert!(xml.contains(part), "{part} is not in {xml}");
    }
    let refused = place.runbook(&["test", "--output-file", "none/x", "shop"]).expect(2);
    assert!(refused.error().contains("--output-file"), "{refused:?}");
}

#[test]
fn a_suite_that_says_nothing_that_can_be_held_to_is_the_callers_mistake() {
    let place = shop("  - name: a\n    stpes: []\n");
    let answer = place.runbook(&["test", "shop"]).expect(2);
    assert!(answer.stderr.contains("error: shop/runbook_test.yml:4:"), "{answer:?}");
    let answer = place.runbook(&["test", "--backend", "namespaces", "shop"]).expect(2);
    assert!(answer.error().contains("not with --backend namespaces"), "{answer:?}");
}
