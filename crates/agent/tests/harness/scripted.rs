//! What goes wrong with agents, played by the scripted one.

use std::path::Path;

use agent::{
    harness::{
        Exit, Harness, HarnessCommand, HarnessEvent, MAX_LINE, Outcome, Permission,
        scripted::{Act, Script, Scripted, Termination},
    },
    policy::Phase,
};
use serde_json::json;
use tempfile::TempDir;

use crate::driver::{Driver, assignment, results};

struct Stage {
    driver: Driver,
    _home: TempDir,
}

fn play_with(termination: Termination, acts: Vec<Act>) -> Stage {
    let home = TempDir::new().unwrap();
    let program = env!("CARGO_BIN_EXE_scripted-agent").to_owned();
    let harness = Scripted { program, script: Script { acts, termination } };
    let assignment = assignment(home.path(), Phase::Executing, "");
    let driver = Driver::start(&harness as &dyn Harness, &assignment, Path::new("/"));
    Stage { driver, _home: home }
}

fn play(acts: Vec<Act>) -> Stage {
    play_with(Termination::Heeded, acts)
}

fn end_turn() -> Act {
    Act::EndTurn { fields: std::collections::BTreeMap::new() }
}

fn use_bash(command: &str) -> Act {
    let (name, input) = ("Bash".to_owned(), json!({ "command": command }));
    Act::Use { name, input, result: "done".to_owned() }
}

/// How the last turn in these events ended.
fn outcome(events: &[HarnessEvent]) -> Outcome {
    let outcome = |it: &HarnessEvent| {
        let HarnessEvent::TurnEnded { outcome, .. } = it else { return None };
        Some(outcome.clone())
    };
    events.iter().rev().find_map(outcome).unwrap()
}

#[test]
fn a_conversation_of_two_turns_is_had_with_a_process() {
    let say = |text: &str| Act::Say { text: text.to_owned() };
    let acts = vec![Act::Await, say("one"), end_turn(), Act::Await, say("two"), end_turn()];
    let mut stage = play(acts);
    for (prompt, text) in [("p1", "one"), ("p2", "two")] {
        stage.driver.prompt(prompt, "go on");
        let events = stage.driver.until_turn_ended();
        let is_text =
            |it: &HarnessEvent| matches!(it, HarnessEvent::Message { text: it, .. } if it == text);
        assert!(events.iter().any(is_text), "{events:?}");
        assert_eq!(outcome(&events), Outcome::Completed);
    }
    assert_eq!(stage.driver.close().last(), Some(&HarnessEvent::Ended { exit: Exit::Code(0) }));
}

#[test]
fn what_the_policy_denies_does_not_happen_and_what_it_asks_waits_for_a_person() {
    let acts =
        vec![Act::Await, use_bash("ls"), use_bash("git commit"), use_bash("make"), end_turn()];
    let mut stage = play(acts);
    stage.driver.prompt("p1", "go");
    let mut events = stage.driver.until(|it| matches!(it, HarnessEvent::PermissionAsked { .. }));
    let Some(HarnessEvent::PermissionAsked { request, call }) = events.last().cloned() else {
        unreachable!()
    };
    assert_eq!(call.input, json!({ "command": "make" }));
    stage.driver.send(HarnessCommand::Permit { request, permission: Permission::Allow });
    events.extend(stage.driver.until_turn_ended());
    let expected = [("done", false), ("it was not allowed", true), ("done", false)];
    let expected = expected.map(|(text, failed)| (text.to_owned(), failed));
    assert_eq!(results(&events), expected);
}

#[test]
fn prompts_that_come_during_a_turn_end_with_it() {
    let mut stage = play(vec![Act::Await, Act::Merge, end_turn()]);
    stage.driver.prompt("p1", "go");
    stage.driver.prompt("p2", "and this");
    let events = stage.driver.until_turn_ended();
    assert!(
        matches!(events.last(),
        Some(HarnessEvent::TurnEnded { prompts, .. }) if *prompts == ["p1", "p2"]),
        "{events:?}"
    );
}

#[test]
fn an_agent_that_hangs_after_its_turn_has_ended_its_turn() {
    let mut stage = play_with(Termination::Ignored, vec![Act::Await, end_turn(), Act::Hang]);
    stage.driver.prompt("p1", "go");
    assert_eq!(outcome(&stage.driver.until_turn_ended()), Outcome::Completed);
    assert!(stage.driver.is_running(), "only its owner ends it");
    stage.driver.kill();
    let events = stage.driver.close();
    assert_eq!(events, [HarnessEvent::Ended { exit: Exit::Signal(9) }]);
}

#[test]
fn an_agent_that_ignores_a_polite_end_is_there_until_it_is_killed() {
    let mut stage = play_with(
        Termination::Ignored,
        vec![Act::Await, Act::Say { text: "on".into() }, Act::Hang],
    );
    stage.driver.prompt("p1", "go");
    stage.driver.until(|it| matches!(it, HarnessEvent::Message { .. }));
    #[expect(clippy::disallowed_methods, reason = "a test may signal the program that it started")]
    let kill = std::process::Command::new("/bin/sh")
        .args(["-c", &format!("kill -TERM {}", stage.driver.pid())])
        .status();
    assert!(kill.unwrap().success());
    let status = std::fs::read_to_string(format!("/proc/{}/status", stage.driver.pid())).unwrap();
    let ignored = status.lines().find_map(|it| it.strip_prefix("SigIgn:\t")).unwrap();
    let terminate = 1 << (15 - 1);
    assert_ne!(u64::from_str_radix(ignored, 16).unwrap() & terminate, 0, "{status}");
    stage.driver.kill();
    let events = stage.driver.close();
    assert!(matches!(outcome(&events), Outcome::Lost { .. }), "{events:?}");
}

#[test]
fn an_agent_that_dies_within_a_tool_call_has_lost_its_turn() {
    let tool = json!({ "type": "tool_use", "id": "t", "name": "Bash", "input": {} });
    let message = json!({ "type": "assistant", "message": { "content": [tool] } });
    let mut stage = play(vec![Act::Await, Act::Tell { message }, Act::Die]);
    stage.driver.prompt("p1", "go");
    let events = stage.driver.until(|it| matches!(it, HarnessEvent::Ended { .. }));
    assert!(matches!(outcome(&events), Outcome::Lost { .. }));
    assert!(outcome(&events).is_transient());
    assert_eq!(events.last(), Some(&HarnessEvent::Ended { exit: Exit::Signal(6) }));
}

#[test]
fn an_agent_that_ends_without_an_end_of_its_turn_has_lost_it() {
    let mut stage = play(vec![Act::Await, Act::Exit { code: 0 }]);
    stage.driver.prompt("p1", "go");
    let events = stage.driver.until(|it| matches!(it, HarnessEvent::Ended { .. }));
    let why = "the agent ended with code 0 before its turn did".to_owned();
    assert_eq!(outcome(&events), Outcome::Lost { why });
}

#[test]
fn an_agent_that_floods_is_given_up_within_bounds() {
    let mut stage = play(vec![Act::Await, Act::Flood { bytes: MAX_LINE + 1 }, Act::Hang]);
    stage.driver.prompt("p1", "go");
    let events = stage.driver.until_turn_ended();
    assert!(events.iter().any(|it| matches!(it, HarnessEvent::Broken { .. })), "{events:?}");
    assert!(matches!(outcome(&events), Outcome::Lost { .. }));
}

#[test]
fn lines_that_mean_nothing_do_not_disturb_a_turn() {
    let noise = |bytes: &[u8]| Act::Write { bytes: bytes.to_vec() };
    let mut stage = play(vec![
        noise(b"a warning of some library\n"),
        Act::Await,
        noise(b"\xff\x00{\n"),
        Act::Tell { message: json!({ "type": "from_the_future" }) },
        noise(b"{\"type\":"),
        noise(b"\"keep_alive\"}\n"),
        end_turn(),
        Act::Tell {
            message: json!({ "type": "assistant", "message": { "content": "afterwards" } }),
        },
    ]);
    stage.driver.prompt("p1", "go");
    let events = stage.driver.until_turn_ended();
    assert_eq!(outcome(&events), Outcome::Completed);
    let noise = events.iter().filter(|it| matches!(it, HarnessEvent::Noise { .. }));
    assert_eq!(noise.count(), 3);
    let rest = stage.driver.close();
    assert!(!rest.iter().any(|it| matches!(it, HarnessEvent::TurnEnded { .. })), "{rest:?}");
}

#[test]
fn a_success_that_is_an_error_is_an_error() {
    let fields = [
        ("is_error".to_owned(), json!(true)),
        ("terminal_reason".to_owned(), json!("api_error")),
        ("api_error_status".to_owned(), json!(529)),
    ];
    let mut stage = play(vec![Act::Await, Act::EndTurn { fields: fields.into() }]);
    stage.driver.prompt("p1", "go");
    assert_eq!(outcome(&stage.driver.until_turn_ended()), Outcome::Overloaded);
}

#[test]
fn a_refused_token_ends_the_turn_without_waiting_for_more_tries() {
    let retry = json!({ "type": "system", "subtype": "api_retry", "attempt": 1, "max_retries": 10,
        "retry_delay_ms": 500, "error_status": 401, "error": "authentication_failed" });
    let fields = [
        ("subtype".to_owned(), json!("error_during_execution")),
        ("is_error".to_owned(), json!(true)),
        ("terminal_reason".to_owned(), json!("aborted_streaming")),
    ];
    let mut stage = play(vec![
        Act::Await,
        Act::Tell { message: retry },
        Act::Obey { subtype: "interrupt".to_owned() },
        Act::EndTurn { fields: fields.into() },
    ]);
    stage.driver.prompt("p1", "go");
    assert_eq!(outcome(&stage.driver.until_turn_ended()), Outcome::Unauthenticated);
}

#[test]
fn an_interrupted_turn_ends_as_interrupted() {
    let fields = [
        ("subtype".to_owned(), json!("error_during_execution")),
        ("is_error".to_owned(), json!(true)),
        ("terminal_reason".to_owned(), json!("aborted_tools")),
    ];
    let mut stage = play(vec![
        Act::Await,
        Act::Say { text: "working".to_owned() },
        Act::Obey { subtype: "interrupt".to_owned() },
        Act::EndTurn { fields: fields.into() },
    ]);
    stage.driver.prompt("p1", "go");
    stage.driver.until(|it| matches!(it, HarnessEvent::Message { .. }));
    stage.driver.send(HarnessCommand::Interrupt);
    assert_eq!(outcome(&stage.driver.until_turn_ended()), Outcome::Interrupted);
}
