//! What the tools take. The comments and limits here are what models read: the schemas are made from them.

use std::collections::BTreeMap;

use rmcp::schemars::{self, JsonSchema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Nothing.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoArguments {}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRunbooks {
    /// Words to search titles, prose and code for. Lists everything if left out.
    #[schemars(length(max = 500))]
    pub search: Option<String>,
    /// Only those in this folder, by its name or id.
    #[schemars(length(max = 200))]
    pub folder: Option<String>,
    /// `cursor` of the answer before, for more.
    #[schemars(length(max = 500))]
    pub cursor: Option<String>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadRunbook {
    /// The runbook, as `list_runbooks` names it: an id such as `rb_…`, or the path of a local document.
    #[schemars(length(min = 1, max = 1000))]
    pub runbook: String,
    /// The first line to read, counted from 1, where a long text was read in part.
    #[serde(default = "first")]
    #[schemars(range(min = 1))]
    pub from_line: usize,
}

const fn first() -> usize {
    1
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRunbook {
    #[schemars(length(min = 1, max = 200))]
    pub title: String,
    /// The whole document in Markdown. Blocks that run are fences such as ```` ```python {run name=load} ````.
    pub content: String,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditRunbook {
    /// Its id, `rb_…`.
    #[schemars(length(min = 1, max = 100))]
    pub runbook: String,
    /// The revision that was read. If somebody saved another one since, nothing is changed: read again.
    #[schemars(range(min = 1))]
    pub revision: i64,
    /// The whole new text in Markdown, in place of all of the old one.
    pub content: String,
    /// A new title, if it changes.
    #[schemars(length(min = 1, max = 200))]
    pub title: Option<String>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRunbook {
    /// The runbook, as `list_runbooks` names it: an id such as `rb_…`, or the path of a local document.
    #[schemars(length(min = 1, max = 1000))]
    pub runbook: String,
    /// Names or ids of the blocks to run, each after those that it needs. All of them if left out.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub blocks: Vec<String>,
    /// Values of the runbook's inputs, by name; kept for the next time.
    #[serde(default)]
    pub inputs: BTreeMap<String, Value>,
    /// Seconds to wait; what still runs then is stopped.
    #[serde(default = "usual_wait")]
    #[schemars(range(min = 1, max = 3600))]
    pub timeout: u64,
    /// Whether variables and files stay for the next call, for as long as sessions live without activity. Otherwise
    /// a session that this call began ends with it.
    #[serde(default)]
    pub keep_session: bool,
}

const fn usual_wait() -> u64 {
    300
}

/// A language that code is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    Bash,
    Go,
    Javascript,
    Python,
    Rust,
    Typescript,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunCode {
    pub language: Language,
    /// The program.
    #[schemars(length(min = 1))]
    pub code: String,
    /// Files that it finds beside itself.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub files: Vec<NewFile>,
    /// Packages, as the language's package manager names them: `numpy>=2`, `@scope/pkg@^1`, `serde@1`.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub dependencies: Vec<String>,
    /// What it reads on standard input; nothing if left out.
    pub stdin: Option<String>,
    /// Seconds until it is killed; 60 if left out.
    #[schemars(range(min = 1, max = 300))]
    pub timeout: Option<u64>,
}

/// A text file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFile {
    /// Relative, without `.` and `..`; directories are made.
    #[schemars(length(min = 1, max = 1000))]
    pub path: String,
    pub content: String,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitJob {
    /// What `code` is written in.
    pub language: Option<Language>,
    /// A program. Give one of `code`, `command`, `runbook` and `function`.
    pub code: Option<String>,
    /// A line for the shell.
    pub command: Option<String>,
    /// Id of a runbook whose blocks run in their order, with `inputs`.
    pub runbook: Option<String>,
    /// Values of the runbook's inputs, by name.
    #[serde(default)]
    pub inputs: BTreeMap<String, Value>,
    /// Name of a function, which is called with `input`.
    pub function: Option<String>,
    /// Any JSON.
    pub input: Option<Value>,
    /// What people call the job.
    pub name: Option<String>,
    /// Packages that `code` needs.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// Seconds that its program may take.
    #[schemars(range(min = 1, max = 86400))]
    pub timeout: Option<u64>,
    /// When it may start at the earliest, such as `2026-12-01T08:00:00Z`.
    pub run_at: Option<String>,
    /// Any text of yours: the same submission again with the same text makes no second job.
    #[schemars(length(min = 1, max = 255))]
    pub idempotency_key: Option<String>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetJob {
    /// Its id, `job_…`.
    #[schemars(length(min = 1, max = 100))]
    pub job: String,
    /// Seconds to wait for its end.
    #[serde(default)]
    #[schemars(range(max = 300))]
    pub wait: u64,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListJobs {
    /// Only those of this status: queued, running, finished, failed, cancelled or lost.
    #[schemars(length(max = 100))]
    pub status: Option<String>,
    /// `cursor` of the answer before, for more.
    #[schemars(length(max = 500))]
    pub cursor: Option<String>,
}

/// A job.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedJob {
    /// Its id, `job_…`.
    #[schemars(length(min = 1, max = 100))]
    pub job: String,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallFunction {
    /// Its name, as `list_functions` shows it.
    #[schemars(length(min = 1, max = 50))]
    pub function: String,
    /// Any JSON; null if left out.
    #[serde(default)]
    pub input: Value,
    /// Seconds that the call may take.
    #[schemars(range(min = 1, max = 300))]
    pub timeout: Option<u64>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartAgentSession {
    /// The repository, as `owner/name`. It must have been set up on the hub.
    #[schemars(length(min = 3, max = 300))]
    pub repository: String,
    /// What is to be done.
    #[schemars(length(min = 1, max = 65536))]
    pub prompt: String,
    #[schemars(length(min = 1, max = 200))]
    pub title: Option<String>,
    /// Whether it makes and carries out its plan without asking anybody. Otherwise people approve the plan first.
    #[serde(default)]
    pub oneshot: bool,
}

/// An agent session.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedAgentSession {
    /// Its id, as `start_agent_session` told it.
    #[schemars(length(min = 1, max = 100))]
    pub session: String,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditPlan {
    /// Id of the session.
    #[schemars(length(min = 1, max = 100))]
    pub session: String,
    /// The version of the plan that was read. If there is another one since, nothing is changed: read again.
    pub expected_version: u32,
    /// The whole new plan in Markdown: numbered headings are its steps.
    #[schemars(length(min = 1))]
    pub text: String,
}
