//! Any command of an agent: whatever follows a write to git, it is never simply allowed. Run it with
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run tool_policy`.

#![no_main]

use agent::policy::{Decision, Phase, ToolCall, ToolPolicy};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|command: &str| {
    let policy = ToolPolicy::default();
    let decide = |command: &str| {
        let input = json!({ "command": command });
        let call = ToolCall { id: String::new(), name: "Bash".to_owned(), input };
        policy.decide(Phase::Executing, &call)
    };
    decide(command);
    // The first line runs, whatever the shell thinks of the others.
    let written = decide(&format!("git commit -m x\n{command}"));
    assert!(!matches!(written, Decision::Allow { .. }), "{written:?}");
});
