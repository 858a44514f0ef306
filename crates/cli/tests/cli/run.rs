//! `runbook run`: which blocks run, what is printed, and the exit code.

use serde_json::Value;

use crate::{
    harness::{Place, missing_language, sandboxes},
    processes,
};

const THREE: &str = "# Three\n
```runnable bash name=first\necho one\n```\n
```runnable bash tag=slow\necho two\n```\n
```runnable bash name=last\necho three\n```\n";

const FAILING: &str = "# Failing\n
```runnable bash name=good\necho good\n```\n
```runnable bash name=bad\necho bad; exit 3\n```\n
```runnable bash\necho after\n```\n";

#[test]
fn blocks_run_in_order_and_all_passed_is_0() {
    if !sandboxes() {
        return;
    }
    let answer = Place::with("doc.md", THREE).runbook(&["run", "doc.md"]).expect(0);
    assert_eq!(answer.text(), "one\ntwo\nthree\n");
    assert_eq!(
        answer.stderr,
        "▶ doc.md:3: block \"first\" (bash)\n▶ doc.md:7: block 2 (bash)\n▶ doc.md:11: block \"last\" (bash)\n"
    );
}

#[test]
fn a_quiet_run_prints_only_what_programs_print() {
    if !sandboxes() {
        return;
    }
    let document = "```runnable bash\necho out; echo err >&2\n```\n";
    let answer = Place::with("doc.md", document).runbook(&["run", "-q", "doc.md"]).expect(0);
    assert_eq!((answer.text(), answer.stderr.as_str()), ("out\n", "err\n"));
}

#[test]
fn a_failing_block_ends_the_run_and_the_last_line_says_where() {
    if !sandboxes() {
        return;
    }
    let answer = Place::with("doc.md", FAILING).runbook(&["run", "doc.md"]).expect(1);
    assert_eq!(answer.text(), "good\nbad\n");
    let last = answer.stderr.lines().last();
    assert_eq!(last, Some("failed: doc.md:7: block \"bad\" (bash): exit 3"));
}

#[test]
fn keep_going_runs_what_follows_a_failure_and_still_fails() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("doc.md", FAILING);
    let answer = place.runbook(&["run", "doc.md", "--keep-going"]).expect(1);
    assert_eq!(answer.text(), "good\nbad\nafter\n");
    let last = answer.stderr.lines().last();
    assert_eq!(last, Some("failed: doc.md:7: block \"bad\" (bash): exit 3"));
}

#[test]
fn blocks_are_selected_by_name_by_number_and_by_tag() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("doc.md", THREE);
    for (arguments, printed) in [
        (&["last", "first"][..], "one\nthree\n"),
        (&["2"], "two\n"),
        (&["1", "last"], "one\nthree\n"),
        (&["--tag", "slow"], "two\n"),
    ] {
        let answer = place.runbook(&[&["run", "doc.md"], arguments].concat()).expect(0);
        assert_eq!(answer.text(), printed, "{arguments:?}");
    }
}

#[test]
fn a_name_goes_before_a_number() {
    if !sandboxes() {
        return;
    }
    let document =
        "```runnable bash\necho first\n```\n\n```runnable bash name=1\necho named\n```\n";
    let answer = Place::with("doc.md", document).runbook(&["run", "doc.md", "1"]).expect(0);
    assert_eq!(answer.text(), "named\n");
}

#[test]
fn an_unknown_block_or_tag_is_refused_with_those_there_are() {
    let place = Place::with("doc.md", THREE);
    for unknown in ["nosuch", "0", "4", "-"] {
        let answer = place.runbook(&["run", "doc.md", unknown]).expect(2);
        let expected =
            format!("doc.md has no runnable block {unknown:?}; there are: first, 2, last");
        assert_eq!(answer.error(), expected);
    }
    let answer = place.runbook(&["run", "doc.md", "--tag", "fast"]).expect(2);
    assert_eq!(
        answer.error(),
        "doc.md has no runnable block with the tag \"fast\"; there are: slow"
    );
}

#[test]
fn a_block_is_held_to_what_its_author_expects() {
    if !sandboxes() {
        return;
    }
    let block =
        |expect: &str, code: i32| format!("```runnable bash expect={expect}\nexit {code}\n```\n");
    for (expect, code, exit_code) in
        [("failure", 3, 0), ("failure", 0, 1), ("any", 3, 0), ("any", 0, 0), ("success", 3, 1)]
    {
        let place = Place::with("doc.md", &block(expect, code));
        place.runbook(&["run", "doc.md"]).expect(exit_code);
    }
}

#[test]
fn a_failure_that_is_expected_is_said() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("doc.md", "```runnable bash expect=failure\nexit 3\n```\n");
    let answer = place.runbook(&["run", "doc.md"]).expect(0);
    assert_eq!(answer.stderr.lines().last(), Some("failed as expected: exit 3"));
}

#[test]
fn a_block_brings_what_it_needs_before_it() {
    if !sandboxes() {
        return;
    }
    let document = "```runnable bash name=use needs=setup\necho use $A\n```\n
```runnable bash name=other\necho other\n```\n
```runnable bash name=setup\nA=1; echo setup\n```\n";
    let place = Place::with("doc.md", document);
    assert_eq!(place.runbook(&["run", "doc.md", "use"]).expect(0).text(), "setup\nuse 1\n");
    assert_eq!(place.runbook(&["run", "doc.md"]).expect(0).text(), "setup\nuse 1\nother\n");
    place.write("circle.md", "```runnable bash name=a needs=a\ntrue\n```\n");
    let error = place.runbook(&["run", "circle.md"]).expect(2);
    assert!(error.error().starts_with("circle.md:1:4: the block needs itself"), "{error:?}");
}

#[test]
fn a_block_in_the_background_runs_beside_the_others_and_ends_with_them() {
    if !sandboxes() {
        return;
    }
    let document = "```runnable bash background=true\nmkfifo ask answer; read -r x <ask; echo \"got $x\" >answer; sleep 1000\n```\n
```runnable bash\nuntil [ -p answer ]; do sleep 0.01; done; echo hello >ask; cat answer\n```\n";
    let place = Place::with("doc.md", document);
    assert_eq!(place.runbook(&["run", "-q", "doc.md"]).expect(0).text(), "got hello\n");
}

#[test]
fn a_block_excluded_from_running_all_runs_only_by_name() {
    if !sandboxes() {
        return;
    }
    let document = "```sh {\"name\":\"all\"}\necho all\n```\n
```sh {\"name\":\"alone\",\"excludeFromRunAll\":\"true\"}\necho alone\n```\n";
    let place = Place::with("doc.md", document);
    assert_eq!(place.runbook(&["run", "doc.md"]).expect(0).text(), "all\n");
    assert_eq!(place.runbook(&["run", "doc.md", "alone"]).expect(0).text(), "alone\n");
}

#[test]
fn json_is_one_event_a_line_and_each_block_ends_with_one_result() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("doc.md", FAILING);
    let answer = place.runbook(&["run", "doc.md", "--json", "--keep-going"]).expect(1);
    let events = answer.json_lines();
    let mut blocks: Vec<&Value> = events.iter().map(|it| &it["block"]).collect();
    blocks.dedup();
    assert_eq!(blocks.len(), 3, "{events:?}");
    let codes: Vec<Value> = blocks
        .iter()
        .map(|block| {
            let mine: Vec<&Value> = events.iter().filter(|it| it["block"] == **block).collect();
            for (event, seq) in mine.iter().zip(1..) {
                assert_eq!(event["seq"], seq);
                assert!(event["at"].as_str().unwrap().ends_with('Z'), "{event}");
                assert!(!event["data"].is_null(), "{event}");
            }
            let (last, before) = mine.split_last().unwrap();
            assert!(before.iter().all(|it| it["event"] == "stdout"), "{mine:?}");
            assert_eq!(last["event"], "result");
            last["data"]["exit_code"].clone()
        })
        .collect();
    assert_eq!(codes, [0, 3, 0]);
    assert_eq!(answer.stderr, "failed: doc.md:7: block \"bad\" (bash): exit 3\n");
    assert!(answer.text().starts_with("{\"seq\":1,\"at\":\""), "in the order of the contract");
}

#[test]
fn file_blocks_are_there_before_the_first_block_runs() {
    if !sandboxes() {
        return;
    }
    let document = "```runnable bash\ncat data/names.txt\n```\n
```file text data/names.txt\nAda\n```\n";
    let answer = Place::with("doc.md", document).runbook(&["run", "doc.md"]).expect(0);
    assert_eq!(answer.text(), "Ada\n");
}

#[test]
fn a_program_reads_an_empty_stdin_and_nobody_is_asked() {
    if !sandboxes() {
        return;
    }
    let document = "```runnable bash\nread -r line && echo got $line || echo nothing\n```\n";
    let answer = Place::with("doc.md", document).fed(&["run", "doc.md"], b"typed\n").expect(0);
    assert_eq!(answer.text(), "nothing\n");
}

#[test]
fn a_directory_is_run_by_its_document() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("README.md", "```runnable bash\necho readme\n```\n");
    assert_eq!(place.runbook(&["run", "."]).expect(0).text(), "readme\n");
    place.write("runbook.md", "```runnable bash\necho runbook\n```\n");
    assert_eq!(place.runbook(&["run", "."]).expect(0).text(), "runbook\n");
}

#[test]
fn a_document_without_blocks_says_so_and_passes() {
    if !sandboxes() {
        return;
    }
    let answer = Place::with("doc.md", "# Only text\n").runbook(&["run", "doc.md"]).expect(0);
    assert_eq!(answer.stderr, "doc.md: no block to run\n");
}

#[test]
fn a_language_that_is_not_installed_is_named_before_anything_runs() {
    let Some(language) = missing_language() else {
        println!("skipped: every language is installed on this machine");
        return;
    };
    let document = format!("```runnable bash\necho ran\n```\n\n```runnable {language}\n1\n```\n");
    let answer = Place::with("doc.md", &document).runbook(&["run", "doc.md"]).expect(75);
    let error = answer.error();
    assert!(error.starts_with(&format!("doc.md:5: block 2 ({language}): ")), "{error}");
    assert!(error.contains("is not installed") && error.contains("apt install "), "{error}");
}

#[test]
fn an_interrupt_is_130_and_leaves_nothing_running() {
    if !sandboxes() {
        return;
    }
    for signal in ["INT", "TERM"] {
        let marker = format!("interrupted-{signal}-{}", std::process::id());
        let document = format!(
            "```runnable bash\n(trap '' TERM; exec -a {marker} sleep 1000) &\necho started; wait\n```\n
```runnable bash\necho next\n```\n"
        );
        let place = Place::with("doc.md", &document);
        let mut running = place.start(&["run", "-q", "doc.md"]);
        assert_eq!(running.line(), "started");
        processes::eventually("the program runs", || !processes::marked(&marker).is_empty());
        let tree = processes::tree(running.pid());
        assert!(tree.len() > 2, "the binary, its launcher and the sandbox: {tree:?}");
        running.signal(signal);
        let answer = running.end().expect(130);
        assert_eq!(answer.text(), "", "the next block does not run");
        processes::expect_gone(&tree, &marker);
    }
}

#[test]
fn killing_the_binary_leaves_nothing_running() {
    if !sandboxes() {
        return;
    }
    let marker = format!("killed-{}", std::process::id());
    let document =
        format!("```runnable bash\n(exec -a {marker} sleep 1000) &\necho started; wait\n```\n");
    let place = Place::with("doc.md", &document);
    let mut running = place.start(&["run", "-q", "doc.md"]);
    assert_eq!(running.line(), "started");
    processes::eventually("the program runs", || !processes::marked(&marker).is_empty());
    let tree = processes::tree(running.pid());
    running.signal("KILL");
    drop(running);
    processes::expect_gone(&tree, &marker);
}

#[test]
fn blocks_of_a_jupyter_kernel_share_its_variables() {
    if !sandboxes() {
        return;
    }
    if !std::path::Path::new("/usr/share/jupyter/kernels/python3/kernel.json").exists() {
        eprintln!("skipped: no Jupyter kernel is installed; apt install python3-ipykernel");
        return;
    }
    let document = "```whatever {run kernel=jupyter:python3}\nx = 41\n```\n\n\
        ```whatever {run kernel=jupyter:python3}\nprint(x + 1, get_ipython().kernel.banner[:6])\n```\n";
    let place = Place::with("doc.md", document);
    let answer = place.runbook(&["run", "-q", "doc.md"]).expect(0);
    assert_eq!(answer.text(), "42 Python\n");
    let missing = document.replace("jupyter:python3", "jupyter:none");
    let answer = Place::with("doc.md", &missing).runbook(&["run", "-q", "doc.md"]).expect(70);
    assert!(answer.stderr.contains("no Jupyter kernel `none` is installed"), "{}", answer.stderr);
}
