//! The command line. Every flag has an environment variable; those of the seeds keep their names.
//! A switch is on for any value of its variable but the likes of `0`, `false`, `no` and `off`.

mod accounts;
mod agents;
mod formats;
mod github_app;
mod history;
mod jobs;
mod mcp;
mod sandboxes;

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use clap::{Args as Flags, Parser, Subcommand, builder::FalseyValueParser};
use server::{PreviewUrl, RequestLimits};

pub(crate) use self::accounts::{
    ListArgs, PasswordFlags, TokenCommand, TokenCreateArgs, TokenListArgs, TokenRevokeArgs,
    UserCommand, UserCreateArgs, UserNameArgs, UserPasswordArgs,
};
pub(crate) use self::agents::{AgentFlags, KeyHeaderFlag};
pub(crate) use self::formats::{ConvertArgs, FmtArgs, Kept, Report, TestArgs};
pub(crate) use self::github_app::GitHubAppFlags;
pub(crate) use self::history::HistoryFlags;
pub(crate) use self::jobs::{
    ArtifactFlags, AuditCommand, AuditExportArgs, AuditVerifyArgs, HubJobFlags, JobCommand,
    JobListArgs, JobLogsArgs, JobNameArgs, JobSubmitArgs, ServerFlags, WorkFlags, WorkerArgs,
};
pub(crate) use self::mcp::McpArgs;
pub(crate) use self::sandboxes::{
    Binding, CacheFlags, DockerFlags, ImageArgs, ImageCommand, ImageFlag, IsolationFlags, Offered,
};
use self::sandboxes::{binding, offered};

/// Documentation that runs: Markdown whose code blocks execute in isolated sandboxes.
#[derive(Debug, Parser)]
#[command(name = "runbook", version, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// What to log on stderr, e.g. `info` or `engine=debug`.
    #[arg(long, global = true, env = "RUNBOOK_LOG", default_value = "warn")]
    pub(crate) log: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve runbooks to a team.
    Hub(Box<HubArgs>),
    /// Take jobs for a hub, from any machine that reaches its PostgreSQL.
    Worker(Box<WorkerArgs>),
    /// Jobs of a hub: submit, list, follow, cancel.
    #[command(subcommand)]
    Job(JobCommand),
    /// The audit log of a hub, whether it runs or not.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Open a local document in the browser; only its blocks as they are now can run.
    Open(OpenArgs),
    /// As `open`, without a browser.
    Serve(OpenArgs),
    /// As `open`, and follow the file while its author edits: what runs is what stands there at the click.
    Watch(WatchArgs),
    /// Run a document's blocks in order and print their output.
    Run(RunArgs),
    /// Run one snippet: a file, or standard input.
    Exec(ExecArgs),
    /// Offer runbooks and code execution to a model's program as an MCP server: those of a hub, or of this machine.
    Mcp(McpArgs),
    /// Say what is wrong with a document; starts nothing.
    Check(CheckArgs),
    /// Hold documents to what they say their commands and blocks print.
    Test(TestArgs),
    /// Write a document in another format: notebook, Markdown, Quarto, Livebook or HTML.
    Convert(ConvertArgs),
    /// Set right what no reader sees, or write blocks in another dialect.
    Fmt(FmtArgs),
    /// Accounts of a hub, whether it runs or not.
    #[command(subcommand)]
    User(UserCommand),
    /// Personal tokens of a hub's users, whether it runs or not.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Bring images to sandboxes without containers, show and remove them.
    Image(ImageArgs),
    /// Say which protection holds on this machine, and what would strengthen it.
    Doctor(DoctorArgs),
}

#[derive(Debug, Flags)]
pub(crate) struct HubArgs {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, env = "RUNBOOK_LISTEN", default_value = "127.0.0.1:8000")]
    pub(crate) listen: SocketAddr,
    /// Port to listen on, instead of that of --listen.
    #[arg(long, env = "PORT")]
    pub(crate) port: Option<u16>,
    /// Database to use instead, e.g. `postgres://user@host/runbook`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// Signs the sign-in tokens; by default drawn once and kept in the database.
    #[arg(long, env = "JWT_SECRET", hide_env_values = true)]
    pub(crate) jwt_secret: Option<String>,
    /// Another origin whose pages may use this hub.
    #[arg(long, env = "CORS_ORIGIN", value_parser = origin)]
    pub(crate) cors_origin: Option<String>,
    /// Let nobody make an account.
    #[arg(long, env = "RUNBOOK_NO_SIGN_UP", value_parser = FalseyValueParser::new())]
    pub(crate) no_sign_up: bool,
    /// What a reader of /metrics shows as its bearer token; without one, only this machine reads.
    #[arg(long, env = "RUNBOOK_METRICS_TOKEN", hide_env_values = true)]
    pub(crate) metrics_token: Option<String>,
    /// Largest request to run code, in MiB; input that is streamed does not count.
    #[arg(long, env = "RUNBOOK_CODE_REQUEST_MB", default_value_t = 2)]
    pub(crate) code_request_mb: usize,
    /// Read `Accept` of requests to run code as tinirun does: server-sent events to everybody who does
    /// not ask for newline-delimited JSON by one of four names exactly.
    #[arg(long, env = "RUNBOOK_ACCEPT_AS_TINIRUN", value_parser = FalseyValueParser::new())]
    pub(crate) accept_as_tinirun: bool,
    /// Key with which programs written for tinirun run code and functions.
    #[arg(long, env = "RUNNER_API_KEY", hide_env_values = true, value_parser = api_key)]
    pub(crate) api_key: Option<String>,
    #[command(flatten)]
    pub(crate) token_limits: TokenLimitFlags,
    #[command(flatten)]
    pub(crate) agents: AgentFlags,
    /// Sandboxes at once; whoever comes later waits in a queue.
    #[arg(long, env = "RUNBOOK_MAX_SANDBOXES", default_value_t = 16)]
    pub(crate) max_sandboxes: usize,
    /// Sandboxes of one user at once; three quarters of all if left out.
    #[arg(long, env = "RUNBOOK_MAX_SANDBOXES_PER_USER")]
    pub(crate) max_sandboxes_per_user: Option<usize>,
    /// Sessions and runs that may wait for a sandbox; more are refused until there is room.
    #[arg(long, env = "RUNBOOK_MAX_WAITING", default_value_t = 1024)]
    pub(crate) max_waiting: usize,
    /// How long a session may be idle before it gives its sandbox back and keeps only its files.
    #[arg(long, env = "RUNBOOK_SLEEP_AFTER", default_value = "5m", value_parser = duration)]
    pub(crate) sleep_after: Duration,
    /// Another backend that documents may choose in their front matter, perhaps with an image, e.g.
    /// `docker` or `namespaces=python:3.12`; may be repeated.
    #[arg(long, env = "RUNBOOK_OFFER", value_delimiter = ',', value_parser = offered)]
    pub(crate) offer: Vec<Offered>,
    /// The backend of one account, whatever its documents ask for, e.g. `ada=docker:runsc`; may be
    /// repeated.
    #[arg(long, env = "RUNBOOK_ACCOUNT_BACKEND", value_delimiter = ',', value_parser = binding)]
    pub(crate) account_backend: Vec<Binding>,
    /// Sandboxes that wait for the next session from the start on; more are kept when many come.
    #[arg(long, env = "RUNBOOK_READY", default_value_t = 1)]
    pub(crate) ready: usize,
    /// Memory of all sandboxes that wait, in MiB.
    #[arg(long, env = "RUNBOOK_POOL_MB", default_value_t = 512)]
    pub(crate) pool_mb: u64,
    /// How long an instance of a function waits for the next call where the function does not say,
    /// e.g. `60s`.
    #[arg(long, env = "RUNBOOK_KEEP_WARM", default_value = "60s", value_parser = duration)]
    pub(crate) keep_warm: Duration,
    /// Instances of all functions that wait at a time; 0 keeps none.
    #[arg(long, env = "RUNBOOK_WARM_INSTANCES", default_value_t = 8)]
    pub(crate) warm_instances: usize,
    /// File with the key that seals secrets, made if it is missing; by default `secret.key` in the data
    /// directory. Hubs that share a database share it.
    #[arg(long, env = "RUNBOOK_SECRET_KEY_FILE")]
    pub(crate) secret_key_file: Option<PathBuf>,
    /// Program that wraps and unwraps the key of that file, such as a client of a key management service; it gets
    /// `wrap` or `unwrap` as its last argument.
    #[arg(long, env = "RUNBOOK_KEY_COMMAND", value_name = "COMMAND")]
    pub(crate) secret_key_command: Option<String>,
    /// How long a session lives without activity, e.g. `30m`.
    #[arg(long, env = "RUNBOOK_IDLE_EXPIRY", default_value = "30m", value_parser = duration)]
    pub(crate) idle_expiry: Duration,
    #[command(flatten)]
    pub(crate) previews: PreviewFlags,
    #[command(flatten)]
    pub(crate) jobs: HubJobFlags,
    #[command(flatten)]
    pub(crate) work: WorkFlags,
    #[command(flatten)]
    pub(crate) artifacts: ArtifactFlags,
    #[command(flatten)]
    pub(crate) history: HistoryFlags,
    #[command(flatten)]
    pub(crate) cache: CacheFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) isolation: IsolationFlags,
}

/// Where programs that listen in sessions are shown.
#[derive(Clone, Debug, Flags)]
pub(crate) struct PreviewFlags {
    /// Address of previews of ports; port 0 takes a free one.
    #[arg(long, env = "RUNBOOK_PREVIEW_LISTEN", default_value = "127.0.0.1:0")]
    pub(crate) preview_listen: SocketAddr,
    /// Origin under which browsers reach previews, e.g. `https://*.preview.example.com`: a domain that
    /// nothing else uses, all of whose names lead to the address of previews. By default names beneath
    /// `localhost`, for browsers on this machine.
    #[arg(long, env = "RUNBOOK_PREVIEW_URL")]
    pub(crate) preview_url: Option<PreviewUrl>,
    /// Show no ports of sessions.
    #[arg(long, env = "RUNBOOK_NO_PREVIEWS", value_parser = FalseyValueParser::new())]
    pub(crate) no_previews: bool,
}

/// Limits of each personal token that has none of its own.
#[derive(Clone, Copy, Debug, Flags)]
pub(crate) struct TokenLimitFlags {
    /// Requests a second of each personal token and of each user who signed in, on average.
    #[arg(long, env = "RUNBOOK_TOKEN_RATE", default_value = "1000")]
    pub(crate) token_rate: NonZeroU32,
    /// Requests that may come at once after a rest.
    #[arg(long, env = "RUNBOOK_TOKEN_BURST", default_value = "2000")]
    pub(crate) token_burst: NonZeroU32,
    /// Requests under way at the same time, streams included.
    #[arg(long, env = "RUNBOOK_TOKEN_CONCURRENT", default_value = "256")]
    pub(crate) token_concurrent: NonZeroU32,
}

impl TokenLimitFlags {
    pub(crate) fn limits(self) -> RequestLimits {
        RequestLimits {
            rate: self.token_rate,
            burst: self.token_burst,
            concurrent: self.token_concurrent,
        }
    }
}

/// Where a hub keeps its data.
#[derive(Clone, Debug, Flags)]
pub(crate) struct DatabaseFlags {
    /// Directory of the embedded database.
    #[arg(long, env = "RUNBOOK_DATA", default_value = "data")]
    pub(crate) data: PathBuf,
    /// Database to use instead, e.g. `postgres://user@host/runbook`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// File with the key that seals secrets and the audit log; by default `secret.key` in the directory.
    #[arg(long, env = "RUNBOOK_SECRET_KEY_FILE")]
    pub(crate) secret_key_file: Option<PathBuf>,
    /// Program that wraps and unwraps the key of that file, such as a client of a key management service; it gets
    /// `wrap` or `unwrap` as its last argument.
    #[arg(long, env = "RUNBOOK_KEY_COMMAND", value_name = "COMMAND")]
    pub(crate) secret_key_command: Option<String>,
}

#[derive(Debug, Flags)]
pub(crate) struct OpenArgs {
    /// A Markdown file, a directory with `runbook.mdx`, `runbook.md` or `README.md`, or the address of either
    /// in a git repository, e.g. `github.com/owner/name//path?ref=v1`.
    pub(crate) document: PathBuf,
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, env = "PORT", default_value_t = 0)]
    pub(crate) port: u16,
    /// Only print the URL.
    #[arg(long, env = "RUNBOOK_NO_BROWSER", value_parser = FalseyValueParser::new())]
    pub(crate) no_browser: bool,
    /// Where scripts of a document with components begin; by default beside it, and where you are for one
    /// from elsewhere.
    #[arg(long, env = "RUNBOOK_WORKING_DIR", value_name = "DIR")]
    pub(crate) working_dir: Option<PathBuf>,
    /// Where their files go, relative to where scripts begin.
    #[arg(long, env = "RUNBOOK_OUTPUT_PATH", value_name = "DIR", default_value = "generated")]
    pub(crate) output_path: PathBuf,
    /// In a sandbox, let scripts read the working directory and change nothing in it.
    #[arg(long, env = "RUNBOOK_READ_ONLY", value_parser = FalseyValueParser::new())]
    pub(crate) read_only: bool,
    /// The document for an OpenTofu module, which is then what is opened: `::terragrunt`, `::tofu`,
    /// `::terragrunt-github` or a path. The first is for modules that bring none.
    #[arg(long, env = "RUNBOOK_TF_RUNBOOK", value_name = "DOCUMENT")]
    pub(crate) tf_runbook: Option<String>,
    /// Run scripts without asking first whether the document is trusted.
    #[arg(long, env = "RUNBOOK_TRUST", value_parser = FalseyValueParser::new())]
    pub(crate) trust: bool,
    /// Keys of those whose signed documents run without asking; by default those in
    /// `~/.config/runbook/trusted_signers`.
    #[arg(long, env = "RUNBOOK_TRUSTED_SIGNERS", value_name = "FILE")]
    pub(crate) trusted_signers: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) cache: CacheFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) isolation: IsolationFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    pub(crate) open: OpenArgs,
    /// Show what the file holds, and run what it held at the start.
    #[arg(long, env = "RUNBOOK_DISABLE_LIVE_FILE_RELOAD", value_parser = FalseyValueParser::new())]
    pub(crate) disable_live_file_reload: bool,
}

#[derive(Debug, Flags)]
pub(crate) struct RunArgs {
    /// A Markdown file, a directory with `runbook.mdx`, `runbook.md` or `README.md`, or the address of either
    /// in a git repository, e.g. `github.com/owner/name//path?ref=v1`.
    pub(crate) document: PathBuf,
    /// Names of the blocks to run; all of them if left out.
    pub(crate) blocks: Vec<String>,
    /// Only blocks with this tag.
    #[arg(long, env = "RUNBOOK_TAG")]
    pub(crate) tag: Vec<String>,
    /// Value of an input of the document; may be repeated.
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) inputs: Vec<(String, String)>,
    /// Secret that blocks may name: its value is that of this environment variable, and is hidden in what
    /// they print. May be repeated.
    #[arg(long = "secret", value_name = "NAME", env = "RUNBOOK_SECRET", value_delimiter = ',')]
    pub(crate) secrets: Vec<String>,
    /// Go on after a block that failed.
    #[arg(long, env = "RUNBOOK_KEEP_GOING", value_parser = FalseyValueParser::new())]
    pub(crate) keep_going: bool,
    /// Print one JSON object for each event.
    #[arg(long, env = "RUNBOOK_JSON", value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,
    /// Also write the results as a `junit` XML report.
    #[arg(long, env = "RUNBOOK_JUNIT", value_name = "FILE", conflicts_with = "json")]
    pub(crate) junit: Option<PathBuf>,
    /// Print the blocks' output only.
    #[arg(long, short, env = "RUNBOOK_QUIET", value_parser = FalseyValueParser::new())]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) cache: CacheFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) isolation: IsolationFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct ExecArgs {
    /// python, node, bash, golang, typescript or rust.
    pub(crate) language: String,
    /// File with the code; `-` or nothing reads standard input. With a file, the program reads
    /// standard input.
    #[arg(default_value = "-")]
    pub(crate) file: PathBuf,
    /// Arguments of the program.
    #[arg(last = true)]
    pub(crate) args: Vec<String>,
    /// Package that the program needs, as its language names it, e.g. `requests>=2`; may be repeated.
    #[arg(long = "dep", value_name = "DEPENDENCY")]
    pub(crate) dependencies: Vec<String>,
    /// File that the program finds beside itself, at the same path below; may be repeated. One from
    /// elsewhere keeps its name only.
    #[arg(long = "file", value_name = "PATH")]
    pub(crate) files: Vec<PathBuf>,
    /// Environment variable of the program; may be repeated.
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) env: Vec<(String, String)>,
    /// Hub that runs it instead of this machine, e.g. `https://runbook.example.com`.
    #[arg(long, env = "RUNBOOK_SERVER", value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Token for that hub.
    #[arg(long, env = "RUNBOOK_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Print one JSON object for each event.
    #[arg(long, env = "RUNBOOK_JSON", value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) cache: CacheFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) isolation: IsolationFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct CheckArgs {
    /// A Markdown file, a directory with `runbook.mdx`, `runbook.md` or `README.md`, or the address of either
    /// in a git repository, e.g. `github.com/owner/name//path?ref=v1`.
    pub(crate) document: PathBuf,
}

#[derive(Debug, Flags)]
pub(crate) struct DoctorArgs {
    /// Print one JSON object.
    #[arg(long, env = "RUNBOOK_JSON", value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) docker: DockerFlags,
}

#[derive(Clone, Copy, Debug, Flags)]
pub(crate) struct LimitFlags {
    /// Time a program may take unless its block says otherwise, e.g. `90s`, `5m`.
    #[arg(long, env = "RUNBOOK_TIMEOUT", default_value = "5m", value_parser = duration)]
    pub(crate) timeout: Duration,
    /// Output of an execution that is kept, in MiB.
    #[arg(long, env = "RUNBOOK_OUTPUT_LIMIT_MB", default_value_t = 8)]
    pub(crate) output_limit_mb: u64,
    /// Memory of a sandbox, in MiB.
    #[arg(long, visible_alias = "mem", env = "RUNBOOK_MEMORY_MB", default_value_t = 512)]
    pub(crate) memory_mb: u64,
    /// Processors of a sandbox.
    #[arg(long, env = "RUNBOOK_CPUS", default_value_t = 1.0)]
    pub(crate) cpus: f64,
    /// Processes of a sandbox.
    #[arg(long, env = "RUNBOOK_PROCESSES", default_value_t = 100)]
    pub(crate) processes: u32,
}

/// What holds where nobody says otherwise; the same as on the command line.
impl Default for LimitFlags {
    fn default() -> Self {
        let (timeout, output_limit_mb) = (Duration::from_secs(5 * 60), 8);
        Self { timeout, output_limit_mb, memory_mb: 512, cpus: 1.0, processes: 100 }
    }
}

impl LimitFlags {
    pub(crate) fn execution(self) -> model::limits::Limits {
        model::limits::Limits {
            timeout: Some(self.timeout),
            output_bytes: self.output_limit_mb << 20,
            on_excess: model::limits::OnExcess::Drop,
        }
    }

    pub(crate) fn sandbox(self) -> sandbox::Limits {
        sandbox::Limits {
            cpu_millis: millis(self.cpus),
            memory_bytes: self.memory_mb << 20,
            processes: self.processes,
            ..sandbox::Limits::default()
        }
    }
}

/// Reads `NAME=VALUE`.
fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err(format!("{text:?} is no variable; write for example GREETING=hello")),
    }
}

/// Thousandths of a processor; a number that makes no sense gets the least share there is.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of the target"
)]
fn millis(cpus: f64) -> u32 {
    (cpus * 1000.0).clamp(10.0, 1_000_000.0) as u32
}

/// Reads `500ms`, `30s`, `5m`, `2h` or plain seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let unit_millis = match &text[digits.len()..] {
        "ms" => Some(1),
        "" | "s" => Some(1000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    digits
        .parse::<u64>()
        .ok()
        .zip(unit_millis)
        .and_then(|(count, millis)| count.checked_mul(millis))
        .filter(|it| *it > 0)
        .map(Duration::from_millis)
        .ok_or_else(|| {
            format!("{text:?} is not a duration; write for example 500ms, 30s, 5m or 2h")
        })
}

/// Reads `90d`, or what [`duration`] reads.
fn lifetime(text: &str) -> Result<Duration, String> {
    let days = text.strip_suffix('d').and_then(|it| it.parse::<u32>().ok());
    match days {
        Some(days) if days > 0 => Ok(Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
        Some(_) | None => duration(text).map_err(|it| format!("{it}, or 90d")),
    }
}

/// A key as it fits into a header.
fn api_key(text: &str) -> Result<String, String> {
    if !text.is_empty() && text.bytes().all(|it| it.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    // What is wrong with a secret is said without it.
    Err("a key is visible ASCII characters without spaces".to_owned())
}

/// An origin as browsers write it: scheme, host and port, without a path.
fn origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let known = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | ':' | '[' | ']');
    match host {
        Some(host) if !host.is_empty() && host.chars().all(known) => Ok(text.to_owned()),
        _ => Err(format!("{text:?} is not one origin; write for example https://docs.example.com")),
    }
}

/// Whether the user asked for output without colours (<https://no-color.org>).
pub(crate) fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty())
}

/// A variable of the caller's environment that they named.
#[expect(
    clippy::disallowed_methods,
    reason = "`cli` reads the environment, and only what is asked for"
)]
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_defaults_of_limits_are_those_of_the_command_line() {
        let args = Args::parse_from(["runbook", "exec", "bash"]);
        let Command::Exec(ExecArgs { limits, .. }) = args.command else { panic!("{args:?}") };
        assert_eq!(format!("{limits:?}"), format!("{:?}", LimitFlags::default()));
    }

    #[test]
    fn a_variable_has_a_name_and_perhaps_a_value() {
        assert_eq!(variable("A=b=c"), Ok(("A".to_owned(), "b=c".to_owned())));
        assert_eq!(variable("A="), Ok(("A".to_owned(), String::new())));
        assert!(variable("A").is_err() && variable("=b").is_err());
    }

    #[test]
    fn only_one_plain_origin_is_taken() {
        assert!(origin("https://docs.example.com:8443").is_ok());
        for text in ["*", "", "docs.example.com", "https://", "https://a/b", "https://a,https://b"]
        {
            assert!(origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lifetimes_may_be_days() {
        assert_eq!(lifetime("90d"), Ok(Duration::from_secs(90 * 86_400)));
        assert_eq!(lifetime("12h"), Ok(Duration::from_secs(12 * 3600)));
        for text in ["", "d", "0d", "-1d", "1.5d", "99999999999d"] {
            assert!(lifetime(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_that_fits_into_no_header_is_refused_without_repeating_it() {
        assert!(api_key("api-key-123").is_ok() && api_key("1234567890").is_ok());
        for text in ["", "two words", "schlüssel", "line\n"] {
            assert!(!api_key(text).unwrap_err().contains("schl"), "{text}");
        }
    }

    #[test]
    fn durations_are_read_with_their_unit() {
        for (text, millis) in [("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("7", 7000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "-1s", "0s", "1d", "1.5s", "99999999999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
