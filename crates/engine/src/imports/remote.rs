//! Documents from an address. Users choose it, so only addresses of the public internet are spoken to, over
//! HTTPS only. A file is fetched by us; a repository is cloned by git within a sandbox that reaches its host
//! and nothing else, without hooks, submodules or filters.

use std::{net::IpAddr, path::Path, sync::Arc, time::Duration};

use reqwest::{Client, Url, redirect::Policy};
use sandbox::{
    Backend, EgressConfig, ExitStatus, Limits, Network, OnExcess, ProcessEvent, Program, Rule,
    Sandbox, SandboxPath, Spec, egress::is_public, tree,
};
use tokio_util::sync::CancellationToken;

use super::{Bundle, Entry, MAX_IMPORT_BYTES};
use crate::webhooks::{InvalidWebhook, Resolver};

/// How long a file or a clone may take.
const PATIENCE: Duration = Duration::from_secs(60);
const REDIRECTS: usize = 5;

/// A clone with its objects, and what is read of it.
const CLONE_BYTES: u64 = 512 << 20;
const MAX_TREE_BYTES: u64 = 256 << 20;

/// Lines of git that an error repeats.
const LOG_BYTES: u64 = 4 << 10;

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error(
        "{url:?} is no address to import from; write https://… of a file or a repository, without a password"
    )]
    Address { url: String },
    #[error("{host} is an address of a private network, from which nothing is imported")]
    Private { host: String },
    #[error("{url} could not be fetched: {reason}")]
    Failed { url: String, reason: String },
    #[error("{url} has more than {} MiB; download it and import a part", MAX_IMPORT_BYTES >> 20)]
    TooLarge { url: String },
    #[error("{url} could not be cloned: {reason}")]
    Clone { url: String, reason: String },
    #[error("no sandbox to clone in: {reason}")]
    Unavailable { reason: String },
}

/// What an address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    File { url: Url, name: String },
    Repository(Repository),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repository {
    /// Without a fragment.
    url: Url,
    /// A branch or tag, as a fragment names it.
    branch: Option<String>,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, FetchError> {
        let wrong = || FetchError::Address { url: text.to_owned() };
        let url = Url::parse(text.trim()).map_err(|_| wrong())?;
        let plain = url.username().is_empty() && url.password().is_none();
        if url.scheme() != "https" || !plain {
            return Err(wrong());
        }
        check_host(&url)?;
        let mut url = raw(url);
        let name = url.path_segments().and_then(|mut it| it.next_back()).unwrap_or_default();
        let name = name.to_owned();
        if document::is_document(&name) || name.ends_with(".zip") {
            return Ok(Self::File { url, name });
        }
        let branch = url.fragment().map(str::to_owned);
        let is_name = |it: char| it.is_ascii_alphanumeric() || "-_./".contains(it);
        if branch.as_ref().is_some_and(|it| it.starts_with('-') || !it.chars().all(is_name)) {
            return Err(wrong());
        }
        url.set_fragment(None);
        if url.path().len() < 2 || url.query().is_some() {
            return Err(wrong());
        }
        Ok(Self::Repository(Repository { url, branch }))
    }
}

fn check_host(url: &Url) -> Result<(), FetchError> {
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if host.is_empty() || literal.is_ok_and(|it| !is_public(it)) {
        return Err(FetchError::Private { host: host.to_owned() });
    }
    Ok(())
}

/// Where the file lies that a page of a forge shows.
fn raw(url: Url) -> Url {
    let segments: Vec<_> = url.path_segments().map(Iterator::collect).unwrap_or_default();
    let moved = match (url.host_str(), &segments[..]) {
        (Some("github.com"), [owner, name, "blob" | "raw", rest @ ..]) if !rest.is_empty() => {
            let rest = rest.join("/");
            Url::parse(&format!("https://raw.githubusercontent.com/{owner}/{name}/{rest}")).ok()
        }
        (Some(host), segments) => {
            segments.windows(2).position(|it| it == ["-", "blob"]).and_then(|at| {
                let (before, after) = (segments[..at].join("/"), segments[at + 2..].join("/"));
                Url::parse(&format!("https://{host}/{before}/-/raw/{after}")).ok()
            })
        }
        (None, _) => None,
    };
    moved.unwrap_or(url)
}

/// Fetches a file of at most so many bytes.
pub(super) async fn download(url: &Url, most: usize) -> Result<Vec<u8>, FetchError> {
    let failed = |error: reqwest::Error| {
        let mut reason = error.to_string();
        let mut source: Option<&dyn std::error::Error> = std::error::Error::source(&error);
        while let Some(inner) = source {
            if let Some(InvalidWebhook::Private { host }) = inner.downcast_ref() {
                return FetchError::Private { host: host.clone() };
            }
            reason = inner.to_string();
            source = inner.source();
        }
        FetchError::Failed { url: url.to_string(), reason }
    };
    // Each step of a redirect is looked at as the address itself was.
    let policy = Policy::custom(|attempt| {
        let fine = attempt.url().scheme() == "https" && check_host(attempt.url()).is_ok();
        if fine && attempt.previous().len() <= REDIRECTS {
            attempt.follow()
        } else {
            attempt.error("it leads to where nothing is imported from")
        }
    });
    let client = Client::builder()
        .redirect(policy)
        .timeout(PATIENCE)
        .user_agent(concat!("runbook/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .dns_resolver(Arc::new(Resolver { private: false }))
        .build()
        .map_err(failed)?;
    let mut answer = client.get(url.clone()).send().await.map_err(failed)?;
    if !answer.status().is_success() {
        let reason = format!("it answered {}", answer.status());
        return Err(FetchError::Failed { url: url.to_string(), reason });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > most {
            return Err(FetchError::TooLarge { url: url.to_string() });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

impl Repository {
    /// Clones it in a sandbox of its own, and takes its documents out.
    pub(super) async fn fetch(
        &self,
        backend: &dyn Backend,
        egress: EgressConfig,
        stop: &CancellationToken,
    ) -> Result<Bundle, FetchError> {
        self.fetch_reaching(vec![self.rule()?], backend, egress, stop).await
    }

    /// The one place that the clone may reach.
    fn rule(&self) -> Result<Rule, FetchError> {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port_or_known_default().unwrap_or(443);
        let rule = format!("{host}:{port}").parse::<Rule>();
        rule.map_err(|_| FetchError::Address { url: self.url.to_string() })
    }

    async fn fetch_reaching(
        &self,
        rules: Vec<Rule>,
        backend: &dyn Backend,
        egress: EgressConfig,
        stop: &CancellationToken,
    ) -> Result<Bundle, FetchError> {
        let unavailable = |reason: String| FetchError::Unavailable { reason };
        let spec = Spec {
            limits: Limits { workspace_bytes: CLONE_BYTES, ..Limits::default() },
            network: Network::Allow(rules),
            egress,
            ..Spec::default()
        };
        let started = Sandbox::start(backend, spec).await;
        let sandbox = started.map_err(|it| unavailable(it.to_string()))?;
        let taken = tokio::select! {
            taken = self.take(&sandbox) => taken,
            () = stop.cancelled() => Err(unavailable("the server is going down".to_owned())),
        };
        sandbox.destroy().await;
        taken
    }

    async fn take(&self, sandbox: &Sandbox) -> Result<Bundle, FetchError> {
        self.git(sandbox).await?;
        let failed = |reason: String| self.failed(reason);
        let path = |it: &str| SandboxPath::try_from(it).expect("our own paths are safe");
        let removed = sandbox.remove_tree(&path("repository/.git")).await;
        removed.map_err(|it| failed(it.to_string()))?;
        let tree = sandbox.read_tree(&path("repository"), MAX_TREE_BYTES).await;
        let tree = tree.map_err(|it| failed(it.to_string()))?;
        let directory = tempfile::tempdir().map_err(|it| failed(it.to_string()))?;
        let unpacked = tree::unpack(tree, directory.path()).await;
        unpacked.map_err(|it| failed(it.to_string()))?;
        let read = tokio::task::spawn_blocking(move || {
            let mut bundle = Bundle::default();
            documents(directory.path(), "", &mut bundle).map(|()| bundle)
        });
        let read = read.await.map_err(|it| failed(it.to_string()))?;
        read.map_err(|it| failed(it.to_string()))
    }

    async fn git(&self, sandbox: &Sandbox) -> Result<(), FetchError> {
        let program = Program {
            env: environment(sandbox.workspace()),
            cwd: sandbox.workspace().to_owned(),
            timeout: Some(PATIENCE),
            output_limit: LOG_BYTES,
            on_excess: OnExcess::Drop,
            ..Program::new(self.arguments())
        };
        let failed = |reason: &str| self.failed(reason.to_owned());
        let started = sandbox.run(program).await;
        let mut process = started.map_err(|it| failed(&it.to_string()))?;
        let mut log = Vec::new();
        loop {
            match process.next().await {
                Some(ProcessEvent::Stdout(bytes) | ProcessEvent::Stderr(bytes)) => {
                    log.extend_from_slice(&bytes);
                }
                Some(ProcessEvent::Said(..) | ProcessEvent::Truncated) => {}
                Some(ProcessEvent::Exit(exit)) if exit.status == ExitStatus::Code(0) => {
                    return Ok(());
                }
                Some(ProcessEvent::Exit(exit)) if exit.timed_out => {
                    return Err(failed(&format!("it took longer than {} s", PATIENCE.as_secs())));
                }
                Some(ProcessEvent::Exit(_)) => {
                    let log = String::from_utf8_lossy(&log);
                    let last = log.lines().rev().find(|it| !it.trim().is_empty());
                    return Err(failed(last.unwrap_or("git failed and did not say why")));
                }
                Some(ProcessEvent::Lost) | None => return Err(failed("its sandbox ended")),
            }
        }
    }

    fn arguments(&self) -> Vec<String> {
        const SETTINGS: [&str; 6] = [
            "core.hooksPath=/dev/null",
            "core.symlinks=false",
            "protocol.allow=never",
            "filter.lfs.smudge=",
            "filter.lfs.required=false",
            "credential.helper=",
        ];
        let mut arguments = vec!["git".to_owned()];
        arguments.extend(SETTINGS.iter().flat_map(|it| ["-c".to_owned(), (*it).to_owned()]));
        // HTTPS, unless a test says otherwise.
        let protocol = format!("protocol.{}.allow=always", self.url.scheme());
        arguments.extend(["-c".to_owned(), protocol]);
        let clone = ["clone", "--quiet", "--depth=1", "--no-tags", "--single-branch"];
        arguments.extend(clone.map(str::to_owned));
        arguments.extend(["--no-recurse-submodules".to_owned(), "--template=".to_owned()]);
        arguments.extend(self.branch.iter().map(|it| format!("--branch={it}")));
        arguments.extend(["--".to_owned(), self.url.to_string(), "repository".to_owned()]);
        arguments
    }

    fn failed(&self, reason: String) -> FetchError {
        FetchError::Clone { url: self.url.to_string(), reason }
    }
}

/// Nobody is there to be asked, and nobody's settings count.
fn environment(workspace: &str) -> Vec<(String, String)> {
    [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("HOME", workspace),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_ASKPASS", "/bin/true"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_LFS_SKIP_SMUDGE", "1"),
        ("LC_ALL", "C.UTF-8"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// The documents beneath a directory, but for hidden ones and links.
fn documents(directory: &Path, below: &str, bundle: &mut Bundle) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(directory)?.filter_map(Result::ok).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        let path = format!("{below}{name}");
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            documents(&entry.path(), &format!("{path}/"), bundle)?;
        } else if kind.is_file() && document::is_document(&name) {
            let bytes = entry.metadata()?.len();
            if bytes > MAX_IMPORT_BYTES as u64 {
                bundle.notes.push(format!("{path} was left out: it has {bytes} bytes"));
                continue;
            }
            bundle.entries.push(Entry { name: path, bytes: std::fs::read(entry.path())? });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
