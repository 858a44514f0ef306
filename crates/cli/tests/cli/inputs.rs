//! `runbook run --input` and `--secret`: what blocks find in their environment, and what is refused.

use crate::harness::{Place, sandboxes};

const ASKS: &str = "---
runbook:
  inputs:
    ZONE: {type: select, options: [eu, us], default: eu}
    WHO: {required: true}
---
```runnable bash\necho $WHO in $ZONE\n```\n
```runnable python\nimport os; print(os.environ['WHO'], os.environ['ZONE'])\n```\n";

#[test]
fn inputs_reach_every_block_and_defaults_stand_in() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("doc.md", ASKS);
    let answer = place.runbook(&["run", "-q", "doc.md", "--input", "WHO=Ada"]).expect(0);
    assert_eq!(answer.text(), "Ada in eu\nAda eu\n");
    let both = ["run", "-q", "doc.md", "1", "--input", "WHO=a=b", "--input", "ZONE=us"];
    assert_eq!(place.runbook(&both).expect(0).text(), "a=b in us\n");
}

#[test]
fn an_input_that_is_missing_or_will_not_do_is_named_and_nothing_runs() {
    let place = Place::with("doc.md", ASKS);
    let missing = place.runbook(&["run", "doc.md"]).expect(2);
    let expected = "doc.md: input WHO: a value is needed; give it with --input NAME=VALUE";
    assert_eq!(missing.error(), expected);
    for (given, why) in
        [("ZONE=mars", "ZONE: \"mars\" is none of eu, us"), ("X=1", "X: there is no input")]
    {
        let refused = place.runbook(&["run", "doc.md", "--input", "WHO=a", "--input", given]);
        assert!(refused.expect(2).error().contains(why), "{given}");
    }
}

#[test]
fn a_document_that_declares_nothing_takes_what_it_is_given() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("doc.md", "```runnable bash name=load tag=ci\necho $env\n```\n");
    let arguments = ["run", "-q", "doc.md", "load", "--tag", "ci", "--input", "env=prod"];
    assert_eq!(place.runbook(&arguments).expect(0).text(), "prod\n");
}

const SECRET: &str = "```runnable bash name=use secrets=TOKEN\necho $TOKEN; printf %s $TOKEN | base64; copy=$TOKEN\n```\n
```runnable bash name=after\necho ${TOKEN-none} ${copy-none}\n```\n";

#[test]
fn a_secret_is_there_for_blocks_that_name_it_and_shown_by_none() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("doc.md", SECRET);
    let mut command = place.command(&["run", "-q", "doc.md", "--secret", "TOKEN"]);
    let output = command.env("TOKEN", "hunter2222").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "***\n***==\nnone none\n", "{output:?}");
}

#[test]
fn a_secret_that_is_missing_is_named_and_nothing_runs() {
    let place = Place::with("doc.md", SECRET);
    let missing = place.runbook(&["run", "doc.md"]).expect(2);
    assert!(missing.error().contains("there is no secret TOKEN"), "{missing:?}");
    let unset = place.runbook(&["run", "doc.md", "--secret", "TOKEN"]).expect(2);
    assert!(unset.error().contains("no such environment variable"), "{unset:?}");
}
