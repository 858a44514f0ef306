//! The flags of a hub that concern agents.

use std::path::PathBuf;

use clap::{Args as Flags, ValueEnum};
use sandbox::Rule;

use super::github_app::GitHubAppFlags;

/// How agents are driven, and what they may ask of which model. Without a key there are none.
#[derive(Clone, Debug, Flags)]
pub(crate) struct AgentFlags {
    /// The agent's program: `claude`, `claude:/path/to/claude`, or `acp:PROGRAM ARGUMENT…` for one that speaks
    /// the Agent Client Protocol. It runs in sandboxes only.
    #[arg(long, env = "RUNBOOK_AGENT", default_value = "claude", value_name = "PROGRAM")]
    pub(crate) agent: String,
    /// Key of the provider of models; better in a file or the variable than on the command line. Agents and
    /// their sandboxes never see it.
    #[arg(long, env = "ANTHROPIC_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) model_key: Option<String>,
    /// File with that key.
    #[arg(long, env = "RUNBOOK_MODEL_KEY_FILE", value_name = "FILE", conflicts_with = "model_key")]
    pub(crate) model_key_file: Option<PathBuf>,
    /// In which header the provider looks for its key.
    #[arg(long, env = "RUNBOOK_MODEL_KEY_HEADER", default_value = "x-api-key")]
    pub(crate) model_key_header: KeyHeaderFlag,
    /// Address of the provider, or of whatever speaks as Anthropic's API does, without `/v1`.
    #[arg(
        long,
        env = "RUNBOOK_MODEL_ENDPOINT",
        default_value = "https://api.anthropic.com",
        value_name = "URL"
    )]
    pub(crate) model_endpoint: String,
    /// Models that sessions may ask, as `ID` or `NAME=ID`; the first is asked where nobody chose. May be
    /// repeated.
    #[arg(
        long,
        env = "RUNBOOK_MODELS",
        value_delimiter = ',',
        default_value = "sonnet=claude-sonnet-5-5,opus=claude-opus-5-5,haiku=claude-haiku-5-5",
        value_name = "MODEL"
    )]
    pub(crate) model: Vec<String>,
    /// Prices of models, as TOML; see docs/model-gateway.md.
    #[arg(long, env = "RUNBOOK_MODEL_PRICES", value_name = "FILE")]
    pub(crate) model_prices: Option<PathBuf>,
    /// Hosts that agents and their tools reach beside the model, e.g. `pypi.org` or `*.npmjs.org:443`; may be
    /// repeated.
    #[arg(long, env = "RUNBOOK_AGENT_ALLOW", value_delimiter = ',', value_name = "HOST")]
    pub(crate) agent_allow: Vec<Rule>,
    /// Memory of an agent's sandbox, in MiB.
    #[arg(long, env = "RUNBOOK_AGENT_MEMORY_MB", default_value_t = 4096)]
    pub(crate) agent_memory_mb: u64,
    /// Processors of an agent's sandbox.
    #[arg(long, env = "RUNBOOK_AGENT_CPUS", default_value_t = 4.0)]
    pub(crate) agent_cpus: f64,
    /// Files of an agent's sandbox, its checkout among them, in MiB.
    #[arg(long, env = "RUNBOOK_AGENT_DISK_MB", default_value_t = 4096)]
    pub(crate) agent_disk_mb: u64,
    #[command(flatten)]
    pub(crate) app: GitHubAppFlags,
    /// Where this hub's pages are for people, e.g. `https://runbook.example.com`; pull requests lead there.
    #[arg(long, env = "RUNBOOK_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
}

/// Where a provider looks for its key.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum KeyHeaderFlag {
    #[value(name = "x-api-key")]
    ApiKey,
    #[value(name = "bearer")]
    Bearer,
}

impl AgentFlags {
    pub(crate) fn sandbox(&self) -> sandbox::Limits {
        sandbox::Limits {
            cpu_millis: super::millis(self.agent_cpus),
            memory_bytes: self.agent_memory_mb << 20,
            // A compiler beside a test suite beside the agent.
            processes: 1024,
            workspace_bytes: self.agent_disk_mb << 20,
            workspace_inodes: 1 << 20,
        }
    }
}
