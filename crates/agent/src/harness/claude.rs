//! Claude Code over stream-json: the program is the user's own, of one pinned version.
//!
//! Why each argument and variable is there stands in `docs/harnesses.md`.

mod conversation;
mod requests;
mod wire;

use std::collections::BTreeMap;

use serde_json::json;

use super::{Assignment, Conversation, Harness, PlacedFile, SessionStart, Startup};
use crate::policy::Phase;

pub use conversation::ClaudeConversation;

/// The version whose messages were studied. Another one may mean other things by them.
pub const PINNED_VERSION: &str = "2.1.329";

/// Tools that act outside the conversation, or start what outlives a turn.
const DISALLOWED_TOOLS: &[&str] = &[
    "CronCreate",
    "CronDelete",
    "CronList",
    "EnterWorktree",
    "ExitWorktree",
    "ListAgents",
    "Monitor",
    "ScheduleWakeup",
    "SendMessage",
    "Workflow",
];

/// Claude Code.
#[derive(Clone, Debug)]
pub struct ClaudeCode {
    /// Its path in the sandbox.
    pub program: String,
    pub version: String,
}

impl Default for ClaudeCode {
    fn default() -> Self {
        Self { program: "claude".to_owned(), version: PINNED_VERSION.to_owned() }
    }
}

impl Harness for ClaudeCode {
    fn name(&self) -> &'static str {
        "claude"
    }

    fn startup(&self, assignment: &Assignment) -> Startup {
        Startup {
            program: self.program.clone(),
            arguments: arguments(assignment),
            environment: environment(assignment),
            files: files(assignment),
        }
    }

    fn conversation(&self, assignment: &Assignment) -> Box<dyn Conversation> {
        Box::new(ClaudeConversation::new(&self.version, assignment.phase))
    }
}

/// Where Claude Code keeps the plan that it will propose; see [`crate::policy::ToolPolicy::with_plans`].
#[must_use]
pub fn plans(home: &str) -> String {
    format!("{home}/.claude/plans")
}

/// The mode that the program itself decides by, beneath our hook.
fn mode(phase: Phase) -> &'static str {
    match phase {
        Phase::Planning => "plan",
        Phase::Executing => "default",
    }
}

fn arguments(assignment: &Assignment) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "-p",
        "--input-format",
        "stream-json",
        "--output-format",
        "stream-json",
        "--verbose",
        "--include-partial-messages",
        "--replay-user-messages",
        "--permission-prompt-tool",
        "stdio",
        "--permission-mode",
        mode(assignment.phase),
        "--setting-sources",
        "user",
        "--strict-mcp-config",
        "--mcp-config",
    ]
    .map(str::to_owned)
    .into();
    arguments.extend([servers_file(assignment), "--settings".to_owned(), settings()]);
    arguments.extend(["--append-system-prompt-file".to_owned(), persona_file(assignment)]);
    let (option, session) = match &assignment.session {
        SessionStart::New(session) => ("--session-id", session),
        SessionStart::Resumed(session) => ("--resume", session),
    };
    arguments.extend([option.to_owned(), session.clone()]);
    let limits = [
        ("--model", assignment.model.clone()),
        ("--max-turns", assignment.max_turns.map(|it| it.to_string())),
    ];
    for (option, value) in limits {
        arguments.extend(value.into_iter().flat_map(|it| [option.to_owned(), it]));
    }
    arguments.push("--disallowedTools".to_owned());
    arguments.extend(DISALLOWED_TOOLS.iter().map(|it| (*it).to_owned()));
    arguments
}

fn settings() -> String {
    json!({ "disableAutoMode": "disable" }).to_string()
}

fn environment(assignment: &Assignment) -> BTreeMap<String, String> {
    [
        ("HOME", assignment.home.as_str()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("LANG", "C.UTF-8"),
        ("ANTHROPIC_BASE_URL", &assignment.gateway.url),
        ("ANTHROPIC_AUTH_TOKEN", &assignment.gateway.token.0),
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
        ("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1"),
        ("CLAUDE_CODE_MAX_RETRIES", "2"),
        ("IS_SANDBOX", "1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn servers_file(assignment: &Assignment) -> String {
    format!("{}/.runbook/servers.json", assignment.home)
}

fn persona_file(assignment: &Assignment) -> String {
    format!("{}/.runbook/persona.md", assignment.home)
}

fn files(assignment: &Assignment) -> Vec<PlacedFile> {
    let servers = json!({ "mcpServers": assignment.servers });
    vec![
        PlacedFile { path: servers_file(assignment), content: servers.to_string() },
        PlacedFile { path: persona_file(assignment), content: assignment.persona.clone() },
        // Were there other settings of the user, their hooks would run.
        PlacedFile {
            path: format!("{}/.claude/settings.json", assignment.home),
            content: "{}".into(),
        },
    ]
}

#[cfg(test)]
mod tests;
