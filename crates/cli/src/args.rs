//! The command line. Every flag has an environment variable; those of the seeds keep their names.
//! A switch is on for any value of its variable but the likes of `0`, `false`, `no` and `off`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args as Flags, Parser, Subcommand, builder::FalseyValueParser};
use sandbox::{Choice, EgressConfig, Network, Rule, egress::UpstreamProxy};

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
    Hub(HubArgs),
    /// Open a local document in the browser; only its blocks as they are now can run.
    Open(OpenArgs),
    /// Run a document's blocks in order and print their output.
    Run(RunArgs),
    /// Run one snippet: a file, or standard input.
    Exec(ExecArgs),
    /// Say what is wrong with a document; starts nothing.
    Check(CheckArgs),
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
    /// Directory of the embedded database.
    #[arg(long, env = "RUNBOOK_DATA", default_value = "data")]
    pub(crate) data: PathBuf,
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
    /// Sandboxes at once; whoever comes later waits in a queue.
    #[arg(long, env = "RUNBOOK_MAX_SANDBOXES", default_value_t = 16)]
    pub(crate) max_sandboxes: usize,
    /// How long a session may be idle before it gives its sandbox back and keeps only its files.
    #[arg(long, env = "RUNBOOK_SLEEP_AFTER", default_value = "5m", value_parser = duration)]
    pub(crate) sleep_after: Duration,
    /// Another backend that documents may choose in their front matter, e.g. `docker` or
    /// `docker=IMAGE`; may be repeated.
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
    /// How long a session lives without activity, e.g. `30m`.
    #[arg(long, env = "RUNBOOK_IDLE_EXPIRY", default_value = "30m", value_parser = duration)]
    pub(crate) idle_expiry: Duration,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) isolation: IsolationFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct OpenArgs {
    /// A Markdown file, or a directory with `runbook.mdx`, `runbook.md` or `README.md`.
    pub(crate) document: PathBuf,
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, env = "PORT", default_value_t = 0)]
    pub(crate) port: u16,
    /// Only print the URL.
    #[arg(long, env = "RUNBOOK_NO_BROWSER", value_parser = FalseyValueParser::new())]
    pub(crate) no_browser: bool,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) isolation: IsolationFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct RunArgs {
    /// A Markdown file, or a directory with `runbook.mdx`, `runbook.md` or `README.md`.
    pub(crate) document: PathBuf,
    /// Names of the blocks to run; all of them if left out.
    pub(crate) blocks: Vec<String>,
    /// Only blocks with this tag.
    #[arg(long, env = "RUNBOOK_TAG")]
    pub(crate) tag: Vec<String>,
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
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) isolation: IsolationFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct ExecArgs {
    /// python, node, bash, golang, typescript or rust.
    pub(crate) language: String,
    /// File with the code; `-` or nothing reads standard input.
    #[arg(default_value = "-")]
    pub(crate) file: PathBuf,
    /// Print one JSON object for each event.
    #[arg(long, env = "RUNBOOK_JSON", value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) isolation: IsolationFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct CheckArgs {
    /// A Markdown file, or a directory with `runbook.mdx`, `runbook.md` or `README.md`.
    pub(crate) document: PathBuf,
}

#[derive(Debug, Flags)]
pub(crate) struct DoctorArgs {
    /// Print one JSON object.
    #[arg(long, env = "RUNBOOK_JSON", value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,
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
    #[arg(long, env = "RUNBOOK_MEMORY_MB", default_value_t = 512)]
    pub(crate) memory_mb: u64,
    /// Processors of a sandbox.
    #[arg(long, env = "RUNBOOK_CPUS", default_value_t = 1.0)]
    pub(crate) cpus: f64,
    /// Processes of a sandbox.
    #[arg(long, env = "RUNBOOK_PROCESSES", default_value_t = 100)]
    pub(crate) processes: u32,
}

#[derive(Clone, Debug, Flags)]
pub(crate) struct IsolationFlags {
    /// How programs are isolated: auto, namespaces, docker, docker:RUNTIME or host (not at all).
    #[arg(long, env = "RUNBOOK_BACKEND", default_value = "auto")]
    pub(crate) backend: Choice,
    /// Image of the docker backend's sandboxes.
    #[arg(long, env = "CONTAINER_IMAGE")]
    pub(crate) image: Option<String>,
    /// Where the Docker daemon, or Podman, listens.
    #[arg(long, env = "DOCKER_HOST", default_value = "unix:///var/run/docker.sock")]
    pub(crate) docker_host: String,
    /// What programs reach: none, host (whatever this machine reaches, its own services included), or
    /// a list such as `pypi.org,*.npmjs.org:443`.
    #[arg(long, env = "RUNBOOK_NETWORK", default_value = "none", value_parser = network)]
    pub(crate) network: Network,
    /// Proxy through which this machine itself reaches the hosts of such a list.
    #[arg(long, env = "RUNBOOK_UPSTREAM_PROXY", hide_env_values = true)]
    pub(crate) upstream_proxy: Option<UpstreamProxy>,
}

impl IsolationFlags {
    pub(crate) fn egress(&self) -> EgressConfig {
        EgressConfig { upstream_proxy: self.upstream_proxy.clone(), ..EgressConfig::default() }
    }
}

/// A backend, perhaps with an image, that documents may choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offered {
    pub(crate) backend: Choice,
    pub(crate) image: Option<String>,
}

/// The backend of an account, whatever its documents ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    pub(crate) username: String,
    pub(crate) backend: Choice,
}

/// Reads `BACKEND` or `BACKEND=IMAGE`.
fn offered(text: &str) -> Result<Offered, String> {
    let (backend, image) = match text.split_once('=') {
        Some((backend, image)) => (backend, Some(image.to_owned())),
        None => (text, None),
    };
    let backend = backend.parse::<Choice>().map_err(|error| error.to_string())?;
    Ok(Offered { backend, image })
}

/// Reads `USERNAME=BACKEND`.
fn binding(text: &str) -> Result<Binding, String> {
    let (username, backend) = text
        .split_once('=')
        .ok_or_else(|| format!("{text:?} binds nobody; write for example ada=docker:runsc"))?;
    let backend = backend.parse::<Choice>().map_err(|error| error.to_string())?;
    Ok(Binding { username: username.to_owned(), backend })
}

/// Reads `none`, `host`, or rules between commas.
fn network(text: &str) -> Result<Network, String> {
    match text {
        "none" => Ok(Network::None),
        "host" => Ok(Network::Full),
        rules => {
            let rules = rules.split(',').map(|it| it.trim().parse::<Rule>());
            let rules: Result<Vec<_>, _> = rules.collect();
            rules.map(Network::Allow).map_err(|error| {
                format!("{error}; use none, host, or host names such as pypi.org,*.npmjs.org:443")
            })
        }
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_network_is_a_word_or_rules() {
        assert_eq!(network("none"), Ok(Network::None));
        assert_eq!(network("host"), Ok(Network::Full));
        let Ok(Network::Allow(rules)) = network("pypi.org, *.npmjs.org:443") else { panic!() };
        assert_eq!(
            rules.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["pypi.org", "*.npmjs.org:443"]
        );
        for text in ["", "all hosts", "https://pypi.org", "pypi.org,", "*"] {
            assert!(network(text).is_err(), "{text}");
        }
    }

    #[test]
    fn offers_and_bindings_name_backends() {
        let docker = Choice::Docker { runtime: None };
        let image = Some("tools:1".to_owned());
        assert_eq!(offered("docker=tools:1"), Ok(Offered { backend: docker, image }));
        assert!(offered("dokcer").is_err());
        assert_eq!(binding("ada=host").map(|it| it.backend), Ok(Choice::Host));
        assert!(binding("ada").is_err() && binding("ada=").is_err());
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
    fn durations_are_read_with_their_unit() {
        for (text, millis) in [("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("7", 7000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "-1s", "0s", "1d", "1.5s", "99999999999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
