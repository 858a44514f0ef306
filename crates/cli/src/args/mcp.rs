//! `runbook mcp`.

use std::path::PathBuf;

use clap::Args as Flags;

use super::{CacheFlags, IsolationFlags, LimitFlags};

/// Speaks MCP on standard input and output, one message a line, until its input ends.
///
/// With --server, the tools are those of a hub: runbooks, code, jobs, functions and agent sessions, as far as the token
/// may. Without, code runs in sandboxes of this machine, and runbooks are the documents beneath a directory.
#[derive(Debug, Flags)]
pub(crate) struct McpArgs {
    /// Directory whose documents are offered as runbooks; nothing outside it is read, nor what links lead to.
    #[arg(default_value = ".", conflicts_with = "server")]
    pub(crate) directory: PathBuf,
    /// Hub whose tools are offered instead, e.g. `https://runbook.example.com`.
    #[arg(long, env = "RUNBOOK_SERVER", value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Token for that hub.
    #[arg(long, env = "RUNBOOK_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    #[command(flatten)]
    pub(crate) cache: CacheFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) isolation: IsolationFlags,
}
