//! The flags of `runbook worker`, `runbook job` and `runbook audit`, and those of a hub that concern jobs.

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use clap::{Args as Flags, Subcommand, builder::FalseyValueParser};
use engine::{ArtifactsConfig, Place, S3Config, WebhooksConfig};

use super::{CacheFlags, DatabaseFlags, IsolationFlags, LimitFlags, duration, lifetime};
use crate::failure::Failure;

/// Where artifacts are kept.
#[derive(Clone, Debug, Flags)]
pub(crate) struct ArtifactFlags {
    /// Where artifacts are kept instead of `artifacts` in the data directory: a directory, or a bucket such
    /// as `s3://bucket/prefix`.
    #[arg(long, env = "RUNBOOK_ARTIFACTS", value_name = "PLACE")]
    pub(crate) artifacts: Option<String>,
    /// Largest single artifact, in MiB.
    #[arg(long, env = "RUNBOOK_ARTIFACT_MB", default_value_t = 5120)]
    pub(crate) artifact_mb: u64,
    /// How long artifacts are kept whose owners do not say, e.g. `90d`; for ever if left out.
    #[arg(long, env = "RUNBOOK_KEEP_ARTIFACTS", value_parser = lifetime)]
    pub(crate) keep_artifacts: Option<Duration>,
    /// Region of the bucket.
    #[arg(long, env = "AWS_REGION", default_value = "us-east-1")]
    pub(crate) s3_region: String,
    /// Address of a store that speaks S3 and is not Amazon's, e.g. `http://minio:9000`.
    #[arg(long, env = "AWS_ENDPOINT_URL")]
    pub(crate) s3_endpoint: Option<String>,
    /// Access key for the bucket.
    #[arg(long, env = "AWS_ACCESS_KEY_ID", hide_env_values = true)]
    pub(crate) s3_access_key_id: Option<String>,
    /// Secret of the access key; better in the variable than on the command line.
    #[arg(long, env = "AWS_SECRET_ACCESS_KEY", hide_env_values = true)]
    pub(crate) s3_secret_access_key: Option<String>,
    /// Token that goes with temporary keys.
    #[arg(long, env = "AWS_SESSION_TOKEN", hide_env_values = true)]
    pub(crate) s3_session_token: Option<String>,
}

impl ArtifactFlags {
    /// What to open, with uploads below `data`.
    pub(crate) fn config(&self, data: &std::path::Path) -> Result<ArtifactsConfig, Failure> {
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        let place = match self.artifacts.as_deref() {
            Some(text) => match text.strip_prefix("s3://") {
                Some(bucket) => self.s3(bucket)?,
                None => Place::Directory(absolute(PathBuf::from(text))),
            },
            None => Place::Directory(absolute(data.join("artifacts"))),
        };
        Ok(ArtifactsConfig {
            place,
            staging: absolute(data.join("uploads")),
            keep: self.keep_artifacts,
            most_bytes: self.artifact_mb << 20,
        })
    }

    fn s3(&self, bucket: &str) -> Result<Place, Failure> {
        let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        let needs = |it: &Option<String>, name: &str| {
            it.clone().ok_or_else(|| {
                Failure::rejected(format!(
                    "artifacts in a bucket need {name}; set it in the environment"
                ))
            })
        };
        if bucket.is_empty() {
            return Err(Failure::rejected("--artifacts names no bucket; write s3://bucket/prefix"));
        }
        Ok(Place::S3(S3Config {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            region: self.s3_region.clone(),
            endpoint: self.s3_endpoint.clone(),
            access_key_id: needs(&self.s3_access_key_id, "AWS_ACCESS_KEY_ID")?,
            secret_access_key: needs(&self.s3_secret_access_key, "AWS_SECRET_ACCESS_KEY")?,
            session_token: self.s3_session_token.clone(),
        }))
    }
}

/// How a process takes jobs.
#[derive(Clone, Copy, Debug, Flags)]
pub(crate) struct WorkFlags {
    /// Jobs at once.
    #[arg(long, env = "RUNBOOK_JOB_SLOTS", default_value = "4")]
    pub(crate) job_slots: NonZeroU32,
    /// How long it may be silent before others give its jobs up, from 1s to 1h; it is heard of three times as
    /// often.
    #[arg(long, env = "RUNBOOK_LEASE", default_value = "30s", value_parser = lease)]
    pub(crate) lease: Duration,
    /// How long programs of jobs may go on when it is told to stop; what has not started is handed back.
    #[arg(long, env = "RUNBOOK_DRAIN", default_value = "60s", value_parser = duration)]
    pub(crate) drain: Duration,
    /// How long ended jobs are kept.
    #[arg(long, env = "RUNBOOK_KEEP_JOBS", default_value = "30d", value_parser = lifetime)]
    pub(crate) keep_jobs: Duration,
}

/// Shorter, and a pause of the machine costs jobs; longer, and nobody learns that they are lost.
fn lease(text: &str) -> Result<Duration, String> {
    let lease = duration(text)?;
    let allowed = Duration::from_secs(1)..=Duration::from_secs(60 * 60);
    if allowed.contains(&lease) { Ok(lease) } else { Err("a lease has 1s to 1h".to_owned()) }
}

/// What a hub does about jobs beside taking them.
#[derive(Clone, Copy, Debug, Flags)]
pub(crate) struct HubJobFlags {
    /// Take no jobs: workers on other machines do.
    #[arg(long, env = "RUNBOOK_NO_WORKER", value_parser = FalseyValueParser::new())]
    pub(crate) no_worker: bool,
    /// Largest payload of a job, in bytes of JSON.
    #[arg(long, env = "RUNBOOK_JOB_PAYLOAD_BYTES", default_value_t = server::MAX_JOB_PAYLOAD_BYTES)]
    pub(crate) job_payload_bytes: usize,
    /// Tell webhooks at addresses of private networks and of this machine, too.
    #[arg(long, env = "RUNBOOK_PRIVATE_WEBHOOKS", value_parser = FalseyValueParser::new())]
    pub(crate) private_webhooks: bool,
}

impl HubJobFlags {
    pub(crate) fn webhooks(self) -> WebhooksConfig {
        WebhooksConfig { private: self.private_webhooks, ..WebhooksConfig::default() }
    }
}

#[derive(Debug, Flags)]
pub(crate) struct WorkerArgs {
    /// Database of the hub, e.g. `postgres://user@host/runbook`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub(crate) database: String,
    /// What it is called; the machine's name if left out.
    #[arg(long, env = "RUNBOOK_WORKER_NAME")]
    pub(crate) name: Option<String>,
    /// File with the key that seals secrets, the same as the hub's; by default `secret.key` in the data
    /// directory.
    #[arg(long, env = "RUNBOOK_SECRET_KEY_FILE")]
    pub(crate) secret_key_file: Option<PathBuf>,
    /// Program that wraps and unwraps the key of that file, such as a client of a key management service; it gets
    /// `wrap` or `unwrap` as its last argument.
    #[arg(long, env = "RUNBOOK_KEY_COMMAND", value_name = "COMMAND")]
    pub(crate) secret_key_command: Option<String>,
    #[command(flatten)]
    pub(crate) work: WorkFlags,
    #[command(flatten)]
    pub(crate) artifacts: ArtifactFlags,
    #[command(flatten)]
    pub(crate) cache: CacheFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) isolation: IsolationFlags,
}

/// Which hub is asked, and by whom.
#[derive(Clone, Debug, Flags)]
pub(crate) struct ServerFlags {
    /// The hub, e.g. `https://runbook.example.com`.
    #[arg(
        long,
        env = "RUNBOOK_SERVER",
        value_name = "URL",
        default_value = "http://127.0.0.1:8000"
    )]
    pub(crate) server: String,
    /// Token for that hub.
    #[arg(long, env = "RUNBOOK_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// Submit a job and print its id: a command, or a file of code.
    Submit(JobSubmitArgs),
    /// List my jobs, the latest first.
    List(JobListArgs),
    /// Print a job as JSON.
    Show(JobNameArgs),
    /// Print what a job prints, live; ends with its exit code.
    Logs(JobLogsArgs),
    /// Cancel a job.
    Cancel(JobNameArgs),
    /// Do an ended job again; prints the new one's id.
    Retry(JobNameArgs),
}

#[derive(Debug, Flags)]
pub(crate) struct JobSubmitArgs {
    /// Language of --code: python, node, bash, golang, typescript or rust.
    #[arg(long, requires = "code")]
    pub(crate) language: Option<String>,
    /// File with code to run instead of a command; `-` reads standard input.
    #[arg(long, value_name = "FILE", requires = "language")]
    pub(crate) code: Option<PathBuf>,
    /// What it is called.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Time that its program may take, e.g. `90s`.
    #[arg(long, value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Attempts after the first.
    #[arg(long, default_value_t = 0)]
    pub(crate) retries: u32,
    /// Of my jobs, the higher goes first; from -100 to 100.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    pub(crate) priority: i32,
    /// Files to keep when it has ended, e.g. `out/*.csv`; may be repeated.
    #[arg(long = "keep", value_name = "PATTERN")]
    pub(crate) artifacts_out: Vec<String>,
    /// Submit it once, however often this is repeated with the same key.
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// Print what it prints, and end with its exit code.
    #[arg(long)]
    pub(crate) follow: bool,
    /// The program and its arguments.
    #[arg(last = true, required_unless_present = "code", conflicts_with = "code")]
    pub(crate) command: Vec<String>,
    #[command(flatten)]
    pub(crate) server: ServerFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct JobListArgs {
    /// Only jobs of these states: queued, running, finished, failed, cancelled, lost.
    #[arg(long, value_delimiter = ',')]
    pub(crate) status: Vec<String>,
    /// How many, 200 at most.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u64,
    /// Print one JSON object a line.
    #[arg(long, env = "RUNBOOK_JSON", value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct JobNameArgs {
    /// Its id, `job_…`.
    pub(crate) job: String,
    #[command(flatten)]
    pub(crate) server: ServerFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct JobLogsArgs {
    /// Its id, `job_…`.
    pub(crate) job: String,
    /// Print one JSON object for each event.
    #[arg(long, env = "RUNBOOK_JSON", value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerFlags,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Verify that nothing of the audit log was changed, removed, reordered or cut off; prints its end.
    Verify(AuditVerifyArgs),
    /// Print the audit log, an entry a line.
    Export(AuditExportArgs),
}

#[derive(Debug, Flags)]
pub(crate) struct AuditVerifyArgs {
    /// An export to verify instead of the database; what was cut off at its end shows only with --noted.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// What an earlier verification printed, `SEQ:HASH`: an older log that was put back shows by it.
    #[arg(long, value_name = "SEQ:HASH")]
    pub(crate) noted: Option<String>,
    #[command(flatten)]
    pub(crate) database: DatabaseFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct AuditExportArgs {
    /// Only entries after the one with this number.
    #[arg(long, default_value_t = 0)]
    pub(crate) after: u64,
    #[command(flatten)]
    pub(crate) database: DatabaseFlags,
}
