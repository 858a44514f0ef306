use serde_json::json;

use super::*;
use crate::harness::{Gateway, Token};

fn assignment(phase: Phase, session: SessionStart) -> Assignment {
    Assignment {
        phase,
        session,
        home: "/home/agent".to_owned(),
        gateway: Gateway {
            url: "http://127.0.0.1:9".to_owned(),
            token: Token("secret-token".to_owned()),
        },
        persona: "You plan.".to_owned(),
        servers: BTreeMap::from([(
            "db".to_owned(),
            json!({ "command": "db", "env": { "P": "pw" } }),
        )]),
        model: Some("sonnet".to_owned()),
        max_turns: Some(40),
    }
}

fn value_of<'a>(arguments: &'a [String], option: &str) -> &'a str {
    let at = arguments.iter().position(|it| it == option);
    at.and_then(|at| arguments.get(at + 1)).map_or("", String::as_str)
}

#[test]
fn settings_and_servers_of_the_repository_are_not_read() {
    let startup =
        ClaudeCode::default().startup(&assignment(Phase::Planning, SessionStart::New("u".into())));
    let arguments = &startup.arguments;
    assert_eq!(value_of(arguments, "--setting-sources"), "user");
    assert!(arguments.contains(&"--strict-mcp-config".to_owned()));
    assert_eq!(value_of(arguments, "--settings"), "{\"disableAutoMode\":\"disable\"}");
    let files: Vec<_> = startup.files.iter().map(|it| it.path.as_str()).collect();
    assert!(files.contains(&value_of(arguments, "--mcp-config")));
    assert!(files.contains(&value_of(arguments, "--append-system-prompt-file")));
    assert!(files.iter().all(|it| it.starts_with("/home/agent/")), "{files:?}");
}

#[test]
fn each_phase_has_its_mode_and_each_start_its_option() {
    let harness = ClaudeCode::default();
    for (phase, mode) in [(Phase::Planning, "plan"), (Phase::Executing, "default")] {
        let new = harness.startup(&assignment(phase, SessionStart::New("u".into())));
        assert_eq!(value_of(&new.arguments, "--permission-mode"), mode);
        assert_eq!(value_of(&new.arguments, "--session-id"), "u");
        let resumed = harness.startup(&assignment(phase, SessionStart::Resumed("u".into())));
        assert_eq!(value_of(&resumed.arguments, "--resume"), "u");
        assert!(!resumed.arguments.contains(&"--session-id".to_owned()));
        assert!(!resumed.arguments.iter().any(|it| it.contains("bypass") || it.contains("danger")));
    }
}

#[test]
fn no_secret_is_an_argument_or_shown_for_debugging() {
    let assignment = assignment(Phase::Executing, SessionStart::New("u".into()));
    let startup = ClaudeCode::default().startup(&assignment);
    assert!(!startup.arguments.iter().any(|it| it.contains("secret-token") || it.contains("pw")));
    assert_eq!(startup.environment["ANTHROPIC_AUTH_TOKEN"], "secret-token");
    let shown = format!("{startup:?} {:?}", assignment.gateway);
    assert!(!shown.contains("secret-token") && !shown.contains("pw"), "{shown}");
}

#[test]
fn the_environment_is_all_ours() {
    let startup =
        ClaudeCode::default().startup(&assignment(Phase::Executing, SessionStart::New("u".into())));
    let names: Vec<_> = startup.environment.keys().map(String::as_str).collect();
    let expected = [
        "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_BASE_URL",
        "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
        "CLAUDE_CODE_MAX_RETRIES",
        "HOME",
        "IS_SANDBOX",
        "LANG",
        "PATH",
    ];
    assert_eq!(names, expected);
}
