//! The one place that starts git: without the machine's configuration, hooks, helpers and prompts, within limits.
//!
//! ```text
//! Call (arguments, settings, what it reads) ─▶ a process group of its own ─▶ Answer
//!                                               dropped, or out of time: the whole group is killed
//! ```

mod process;

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::io::AsyncRead;

use crate::{Address, Credentials, Limits, lock::Lock};

pub(crate) use process::Answer;

/// Git's own variables for each of its runs. The machine's configuration is not read, and nothing is asked.
const VARIABLES: &[(&str, &str)] = &[
    ("GIT_ADVICE", "0"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    // The empty tree: what the repository says of its files changes nothing here. Some releases read `HEAD`'s.
    ("GIT_ATTR_SOURCE", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    // No `.netrc`.
    ("HOME", "/nonexistent"),
    // What git says is compared with what it says in English.
    ("LC_ALL", "C"),
];

/// Settings for each of its runs.
const SETTINGS: &[(&str, &str)] = &[
    ("core.attributesFile", "/dev/null"),
    ("core.bigFileThreshold", "32m"),
    ("core.fsmonitor", "false"),
    ("core.hooksPath", "/dev/null"),
    ("core.quotePath", "true"),
    ("credential.helper", ""),
    // Objects that are not reached from a branch are those of sessions.
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    // A pack is one file, so its size has a limit that the kernel keeps.
    ("fetch.unpackLimit", "1"),
    // A token goes where it was meant to go.
    ("http.followRedirects", "false"),
    ("http.lowSpeedLimit", "100"),
    ("http.lowSpeedTime", "60"),
    ("pack.threads", "2"),
    ("pack.windowMemory", "128m"),
    ("push.gpgSign", "false"),
    ("push.recurseSubmodules", "no"),
    ("submodule.recurse", "false"),
    ("transfer.bundleURI", "false"),
    ("transfer.credentialsInUrl", "die"),
];

/// Bytes that git may print where nothing else is asked for.
const MAX_OUTPUT: usize = 64 << 20;

/// Variables of the server's that git needs: where programs are, and how HTTP leaves this network.
const PASSED_ON: &[&str] = &[
    "PATH",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// Why git has not done what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("git cannot be started: {0}; install git on the server")]
    Start(io::Error),
    #[error("git {command} was ended after {} s", limit.as_secs())]
    TimedOut { command: &'static str, limit: Duration },
    #[error("git {command} said more than {limit} bytes")]
    Flood { command: &'static str, limit: usize },
    #[error("git {command} failed: {words}")]
    Failed { command: &'static str, words: String },
    #[error("what git {command} was to read broke off: {reason}")]
    Input { command: &'static str, reason: io::Error },
    #[error("files of the repository's mirror cannot be used: {0}")]
    Files(#[from] io::Error),
}

/// How git is started on this server.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    variables: Arc<Vec<(OsString, OsString)>>,
    limits: Limits,
}

/// What git reads.
pub(crate) enum Input<'a> {
    Nothing,
    Bytes(&'a [u8]),
    Stream(&'a mut (dyn AsyncRead + Send + Unpin)),
}

/// One run that is being prepared.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    git: &'a Git,
    command: &'static str,
    arguments: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
    settings: Vec<(String, String)>,
    credentials: Option<&'a Credentials>,
    lock: Option<&'a Lock>,
    time: Duration,
    max_output: usize,
    max_file: u64,
}

impl Git {
    pub(crate) fn new(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        limits: Limits,
    ) -> Self {
        let is_passed_on = |it: &(OsString, OsString)| PASSED_ON.iter().any(|name| it.0 == *name);
        let variables = variables.into_iter().filter(is_passed_on).collect();
        Self { variables: Arc::new(variables), limits }
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A command in a bare repository.
    pub(crate) fn call(&self, repository: &Path, command: &'static str) -> Call<'_> {
        let mut call = self.outside(command);
        call.variables.push(("GIT_DIR", repository.into()));
        call
    }

    /// A command in no repository.
    pub(crate) fn outside(&self, command: &'static str) -> Call<'_> {
        Call {
            git: self,
            command,
            arguments: vec![command.into()],
            variables: vec![("GIT_ALLOW_PROTOCOL", OsString::new())],
            settings: Vec::new(),
            credentials: None,
            lock: None,
            time: self.limits.local_time,
            max_output: MAX_OUTPUT,
            max_file: self.limits.repository_bytes,
        }
    }
}

impl<'a> Call<'a> {
    pub(crate) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn args<T: Into<OsString>>(
        mut self,
        arguments: impl IntoIterator<Item = T>,
    ) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub(crate) fn variable(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Speaks with a forge. Credentials are shown to this address only, and to no command line.
    pub(crate) fn at(mut self, address: &Address, credentials: Option<&'a Credentials>) -> Self {
        if let Some(credentials) = credentials {
            let key = format!("http.{address}.extraHeader");
            self.settings.push((key, credentials.header()));
        }
        self.credentials = credentials;
        self.time = self.git.limits.network_time;
        self.variable("GIT_ALLOW_PROTOCOL", address.protocol())
    }

    /// Reads a repository of this machine.
    pub(crate) fn at_files(self) -> Self {
        self.variable("GIT_ALLOW_PROTOCOL", "file")
    }

    /// Git goes on holding it, should this server be killed. For commands that read nothing.
    pub(crate) const fn holding(mut self, lock: &'a Lock) -> Self {
        self.lock = Some(lock);
        self
    }

    pub(crate) const fn max_file(mut self, bytes: u64) -> Self {
        self.max_file = bytes;
        self
    }

    /// What it prints is cut off here.
    pub(crate) const fn max_output(mut self, bytes: usize) -> Self {
        self.max_output = bytes;
        self
    }

    /// What it printed, whole; anything but success is an error.
    pub(crate) async fn bytes(self) -> Result<Vec<u8>, GitError> {
        self.bytes_from(Input::Nothing).await
    }

    pub(crate) async fn bytes_from(self, input: Input<'_>) -> Result<Vec<u8>, GitError> {
        let (command, limit) = (self.command, self.max_output);
        let answer = self.answer(input).await?;
        if answer.truncated {
            return Err(GitError::Flood { command, limit });
        }
        answer.succeeded(command)
    }

    /// The first bytes of what it printed, and whether there were more.
    pub(crate) async fn first(self) -> Result<(Vec<u8>, bool), GitError> {
        let command = self.command;
        let answer = self.answer(Input::Nothing).await?;
        let truncated = answer.truncated;
        // Whoever is not listened to any more ends by a signal.
        let bytes = if truncated { answer.output } else { answer.succeeded(command)? };
        Ok((bytes, truncated))
    }

    /// The one line that it printed.
    pub(crate) async fn line(self) -> Result<String, GitError> {
        let bytes = self.bytes().await?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// However it ended.
    pub(crate) async fn answer(self, input: Input<'_>) -> Result<Answer, GitError> {
        let (command, limit) = (self.command, self.time);
        let run = process::run(&self, input);
        tokio::time::timeout(limit, run).await.unwrap_or(Err(GitError::TimedOut { command, limit }))
    }

    /// Settings as variables: arguments are seen by everybody on this machine.
    fn environment(&self) -> Vec<(OsString, OsString)> {
        let fixed = VARIABLES.iter().map(|(name, value)| (name.into(), value.into()));
        let own = self.variables.iter().map(|(name, value)| (name.into(), value.clone()));
        let mut all: Vec<_> = self.git.variables.iter().cloned().chain(fixed).chain(own).collect();
        let fixed = SETTINGS.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let settings: Vec<_> = fixed.chain(self.settings.iter().cloned()).collect();
        all.push(("GIT_CONFIG_COUNT".into(), settings.len().to_string().into()));
        for (at, (key, value)) in settings.into_iter().enumerate() {
            all.push((format!("GIT_CONFIG_KEY_{at}").into(), key.into()));
            all.push((format!("GIT_CONFIG_VALUE_{at}").into(), value.into()));
        }
        all
    }
}

/// Where git keeps objects of a repository.
pub(crate) fn objects(repository: &Path) -> PathBuf {
    repository.join("objects")
}
