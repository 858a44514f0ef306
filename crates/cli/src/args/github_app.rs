//! The flags of a hub's GitHub App.

use std::path::PathBuf;

use clap::Args as Flags;

/// The app that speaks for repositories that administrators keep for everybody; see docs/forges.md.
#[derive(Clone, Debug, Flags)]
pub(crate) struct GitHubAppFlags {
    /// Id of the GitHub App that speaks for repositories that administrators keep for everybody.
    #[arg(long, env = "RUNBOOK_GITHUB_APP", value_name = "ID", requires = "github_app_key")]
    pub(crate) github_app: Option<u64>,
    /// File with its private key, as GitHub gave it (PEM). Only its owner may read it.
    #[arg(long, env = "RUNBOOK_GITHUB_APP_KEY", value_name = "FILE", requires = "github_app")]
    pub(crate) github_app_key: Option<PathBuf>,
    /// Where the API of its GitHub is; that of a GitHub Enterprise ends with `/api/v3`.
    #[arg(
        long,
        env = "RUNBOOK_GITHUB_APP_API",
        default_value = "https://api.github.com",
        value_name = "URL"
    )]
    pub(crate) github_app_api: String,
    /// File with the secret that its webhook is signed with. Only its owner may read it. Without one nothing is
    /// delivered, and the hub asks.
    #[arg(
        long,
        env = "RUNBOOK_GITHUB_APP_WEBHOOK_SECRET",
        value_name = "FILE",
        requires = "github_app"
    )]
    pub(crate) github_app_webhook_secret: Option<PathBuf>,
}
