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
    /// What the sessions of each user may cost together in a calendar month (UTC), in dollars, e.g. `50` or `2.50`;
    /// as much as they like if left out.
    #[arg(long, env = "RUNBOOK_MODEL_USER_BUDGET", value_name = "DOLLARS", value_parser = millionths)]
    pub(crate) model_user_budget: Option<u64>,
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

/// Of a dollar, out of an amount with up to six decimals.
fn millionths(text: &str) -> Result<u64, String> {
    let refused = || format!("{text:?} is no amount in dollars; write one like 50 or 2.50");
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.len() > 6 {
        return Err(refused());
    }
    let whole: u64 = whole.parse().map_err(|_| refused())?;
    let part: u64 = format!("{part:0<6}").parse().map_err(|_| refused())?;
    whole.checked_mul(1_000_000).and_then(|it| it.checked_add(part)).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::millionths;

    #[test]
    fn a_budget_is_an_amount_in_dollars() {
        for (text, expected) in [("50", 50_000_000), ("2.50", 2_500_000), ("0.000001", 1), ("0", 0)]
        {
            assert_eq!(millionths(text), Ok(expected), "{text}");
        }
        for text in ["", ".", "-1", "1,5", "1.", ".5", "$5", "1e3", "0.0000001", "99999999999999"] {
            assert!(millionths(text).is_err(), "{text}");
        }
    }
}
