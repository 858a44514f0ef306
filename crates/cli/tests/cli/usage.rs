//! The command line itself: help, version, and mistakes.

use crate::harness::{Place, Running};

#[test]
fn help_and_version_go_to_stdout() {
    let place = Place::new();
    let help = place.runbook(&["--help"]).expect(0);
    for command in ["hub", "open", "run", "exec", "check", "user", "token", "doctor"] {
        assert!(help.text().contains(&format!("\n  {command} ")), "{command}: {}", help.text());
        assert!(place.runbook(&[command, "--help"]).expect(0).text().contains("Usage: runbook"));
    }
    let version = place.runbook(&["--version"]).expect(0);
    assert_eq!(version.text(), format!("runbook {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_mistake_is_one_line_that_names_it() {
    for (arguments, named) in [
        (&["--frob"][..], "'--frob'"),
        (&["frob"], "'frob'"),
        (&["run"], "<DOCUMENT>"),
        (&["exec"], "<LANGUAGE>"),
        (&["run", "doc.md", "--timeout", "soon"], "\"soon\" is not a duration"),
        (&["run", "doc.md", "--backend", "magic"], "\"magic\" is no backend; use auto, namespaces"),
        (&["run", "doc.md", "--jsno"], "tip: a similar argument exists: '--json'"),
        (&["run", "doc.md", "--network", "a b"], "use none, host, or host names"),
        (&["hub", "--offer", "magic"], "\"magic\" is no backend"),
        (&["hub", "--account-backend", "ada"], "binds nobody"),
        (&["hub", "--port", "99999"], "99999"),
        (&["hub", "--listen", "here"], "'here'"),
    ] {
        let answer = Place::new().runbook(arguments).expect(2);
        let error = answer.error();
        assert!(error.contains(named), "{arguments:?}: {error}");
        assert!(error.ends_with("(see `runbook --help`)") && !error.contains("  "), "{error}");
    }
}

#[test]
fn without_a_command_the_help_is_a_mistake() {
    let answer = Place::new().runbook(&[]).expect(2);
    assert!(answer.stderr.contains("Usage: runbook"), "{answer:?}");
    assert_eq!(answer.text(), "");
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    for arguments in [&["--help"][..], &["doctor"], &["check", "doc.md"]] {
        let place = Place::with("doc.md", "# A\n");
        let mut running = place.start(arguments);
        running.stop_reading();
        let answer = running.end();
        assert_eq!(answer.stderr, "", "{arguments:?}");
    }
}

#[test]
fn a_switch_is_turned_on_by_its_variable() {
    let place = Place::new();
    for (value, is_json) in [("1", true), ("true", true), ("0", false), ("", false)] {
        let mut command = place.command(&["doctor"]);
        let answer = Running::new(command.env("RUNBOOK_JSON", value)).end();
        assert_eq!(answer.text().starts_with('{'), is_json, "{value:?}: {}", answer.text());
    }
}
