//! A session's sandbox: its checkout, the home of its agent, and the way to the model.
//!
//! ```text
//!   workspace/repo    the checkout; whatever is in it, and in its `.git`, may be the agent's
//!   workspace/home    the agent's own directory, kept while the session sleeps
//!   model.runbook.internal:80   the model gateway, which is this process
//! ```
//!
//! All that git does in here is done by scripts that trust nothing of the checkout (`repository::script`). No
//! credential is in it but the session's token for the gateway.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use engine::{LendError, LentSandbox, SandboxWish};
use gateway::{Gateway, Pass, SessionToken};
use model::id::UserId;
use repository::{CommitId, Mirror, TakeError, Taken, script};
use sandbox::{
    ExitStatus, Process, ProcessEvent, Program, Rule, SandboxError, SandboxPath,
    egress::{Host, HostedService},
};
use tokio::{
    io::{AsyncWriteExt, DuplexStream},
    sync::Mutex,
};
use tokio_util::task::TaskTracker;

/// Where agents find the model. The name means something within a sandbox only.
const GATEWAY_HOST: &str = "model.runbook.internal";
const GATEWAY_PORT: u16 = 80;

/// Where agents find the checkout.
pub const CHECKOUT_DIRECTORY: &str = "/tmp/repo";

/// The checkout and the agent's home, in the workspace.
const CHECKOUT: &str = "repo";
pub(crate) const HOME: &str = "home";

/// In the agent's home: its main conversation has a history that can be resumed.
const BEGUN: &str = "home/.runbook/conversation-begun";

/// Where programs of a sandbox's system are.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// For whatever git does in a sandbox.
const GIT_TIME: Duration = Duration::from_secs(5 * 60);

/// Bytes of a script's output that are read. A snapshot is bounded by whoever takes it.
const MOST_SAID: usize = 64 * 1024;

/// Bytes that wait between the sandbox and whoever takes a snapshot.
const PIPE: usize = 256 * 1024;

/// A sandbox of a session.
#[derive(Debug)]
pub(crate) struct Bench {
    lent: LentSandbox,
    token: SessionToken,
    checkout: Mutex<Checkout>,
}

#[derive(Debug, Default)]
struct Checkout {
    /// What `.git` was made for; `None` before the first.
    commit: Option<CommitId>,
    /// Rights to write were taken away.
    is_read_only: bool,
}

/// What sandboxes of sessions are made of.
pub(crate) struct Making<'m> {
    pub(crate) engine: &'m engine::Engine,
    pub(crate) gateway: Gateway,
    pub(crate) network: Vec<Rule>,
    pub(crate) toolchains: Vec<std::path::PathBuf>,
    pub(crate) limits: sandbox::Limits,
    /// Where connections to the gateway are served.
    pub(crate) tasks: TaskTracker,
}

/// Whether an agent may write into the checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    Allowed,
    /// Rights are taken away. Programs of the same user could take them back, so the checkout is made anew before
    /// anything that counts.
    Discouraged,
}

/// Why there is no checkout.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckoutError {
    #[error("the checkout could not be made: {words}")]
    Git { words: String },
    #[error("the checkout could not be made: {0}")]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Seed(#[from] repository::SeedError),
}

/// Why nothing was taken out of a sandbox.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    #[error("what was changed could not be read: {words}")]
    Git { words: String },
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Take(#[from] TakeError),
}

/// How a program ended, and what it said: hostile bytes.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) end: End,
    /// Standard output and error, as they came.
    pub(crate) output: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Code(i32),
    Signal(i32),
    TimedOut,
    Lost,
}

impl Said {
    /// The last of it, for people.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.output).into_owned()
    }

    fn words(&self) -> String {
        let text = self.text();
        text.trim().lines().last().unwrap_or("nothing was said").to_owned()
    }
}

impl Bench {
    pub(crate) async fn start(
        making: Making<'_>,
        owner: UserId,
        (token, pass): (SessionToken, Pass),
    ) -> Result<Self, LendError> {
        let (pass, gateway, tasks) = (Arc::new(pass), making.gateway, making.tasks);
        let host = Host::parse(GATEWAY_HOST).expect("our own name is a host");
        let service = HostedService::new(host, GATEWAY_PORT, move |stream| {
            let (gateway, pass) = (gateway.clone(), Arc::clone(&pass));
            tasks.spawn(async move { gateway.serve(stream, pass).await });
        });
        let wish = SandboxWish {
            network: making.network,
            services: vec![service],
            toolchains: making.toolchains,
            limits: Some(making.limits),
        };
        let lent = making.engine.lend_sandbox(owner, wish).await?;
        Ok(Self { lent, token, checkout: Mutex::default() })
    }

    pub(crate) fn sandbox(&self) -> &sandbox::Sandbox {
        &self.lent.sandbox
    }

    pub(crate) fn lent(&self) -> &LentSandbox {
        &self.lent
    }

    pub(crate) fn token(&self) -> &SessionToken {
        &self.token
    }

    /// Where the agent asks the model.
    pub(crate) fn gateway_url(&self) -> String {
        format!("http://{GATEWAY_HOST}")
    }

    /// The checkout, as programs name it.
    pub(crate) fn directory(&self) -> String {
        format!("{}/{CHECKOUT}", self.sandbox().workspace())
    }

    pub(crate) fn home(&self) -> String {
        format!("{}/{HOME}", self.sandbox().workspace())
    }

    pub(crate) async fn ended(&self) {
        self.sandbox().ended().await;
    }

    /// A clean checkout of a commit, whatever happened in it before.
    pub(crate) async fn check_out(
        &self,
        (mirror, commit): (&Mirror, &CommitId),
        writing: Writing,
    ) -> Result<(), CheckoutError> {
        let mut checkout = self.checkout.lock().await;
        if checkout.is_read_only {
            self.plain("chmod -R u+rwX .").await?;
            checkout.is_read_only = false;
        }
        let from = checkout.commit.take();
        let is_there = match from {
            Some(from) => self.renew(mirror, &from, commit).await?,
            None => false,
        };
        if !is_there {
            self.make(mirror, commit).await?;
        }
        checkout.commit = Some(commit.clone());
        if writing == Writing::Discouraged {
            self.plain("chmod -R a-w .").await?;
            checkout.is_read_only = true;
        }
        Ok(())
    }

    /// Around the objects that are there, if they are sound.
    async fn renew(
        &self,
        mirror: &Mirror,
        from: &CommitId,
        commit: &CommitId,
    ) -> Result<bool, CheckoutError> {
        let said = if from == commit {
            self.script(&script::reset(commit), Vec::new()).await?
        } else {
            // A fresh seed is the better way where the pack would be large.
            let Ok(pack) = mirror.pack_since(from, commit).await else { return Ok(false) };
            self.script(&script::advance(commit), pack).await?
        };
        if said.end != End::Code(0) {
            tracing::info!(words = %said.words(), "a checkout is made anew");
        }
        Ok(said.end == End::Code(0))
    }

    async fn make(&self, mirror: &Mirror, commit: &CommitId) -> Result<(), CheckoutError> {
        let path = SandboxPath::try_from(CHECKOUT).expect("our own name is a path");
        self.sandbox().remove_tree(&path).await.ok();
        self.sandbox().make_directory(&path).await?;
        let seed = mirror.seed(commit).await?;
        self.sandbox().write_tree(&path, seed.file).await?;
        let said = self.script(&script::unpack(commit), Vec::new()).await?;
        match said.end {
            End::Code(0) => Ok(()),
            End::Code(_) | End::Signal(_) | End::TimedOut | End::Lost => {
                Err(CheckoutError::Git { words: said.words() })
            }
        }
    }

    /// What HEAD is, where it can be told.
    pub(crate) async fn head(&self) -> Option<String> {
        let said = self.script(&script::head(), Vec::new()).await.ok()?;
        script::read_head(&said.output).map(|it| it.to_string())
    }

    /// Puts `.git` back and leaves the files.
    pub(crate) async fn undo_commits(&self, commit: &CommitId) -> Result<Said, SandboxError> {
        self.script(&script::restore(commit), Vec::new()).await
    }

    /// Takes out what was changed since the checkout was made.
    pub(crate) async fn snapshot(
        &self,
        mirror: &Mirror,
        commit: &CommitId,
    ) -> Result<Taken, SnapshotError> {
        let process = self.start_script(&script::snapshot(commit), sandbox::Stdin::Null).await?;
        let (reading, writing) = tokio::io::duplex(PIPE);
        let (taken, said) = tokio::join!(mirror.take(reading, commit), carry(process, writing));
        // What git said explains best why there was too little to take.
        match said.end {
            End::Code(0) => Ok(taken?),
            End::Code(_) | End::Signal(_) | End::TimedOut | End::Lost => match taken {
                Err(error @ (TakeError::TooLarge { .. } | TakeError::TooMany { .. })) => {
                    Err(error.into())
                }
                Ok(_) | Err(_) => Err(SnapshotError::Git { words: said.words() }),
            },
        }
    }

    /// Whether the agent's main conversation can be resumed here.
    pub(crate) async fn has_conversation(&self) -> bool {
        self.sandbox().read_file(&path(BEGUN), 1).await.is_ok()
    }

    pub(crate) async fn note_conversation(&self) -> Result<(), SandboxError> {
        self.sandbox().write_file(&path(BEGUN), b"1", 0o600).await
    }

    /// Runs a program to its end.
    pub(crate) async fn run(&self, program: Program) -> Result<Said, SandboxError> {
        let process = self.sandbox().run(program).await?;
        Ok(listen(process).await)
    }

    /// The environment of a script of the repository: nothing of the server, and no token.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let mut variables = self.sandbox().isolation().network.proxy_variables();
        let plain =
            [("HOME", self.home()), ("PATH", PATH.to_owned()), ("LANG", "C.UTF-8".to_owned())];
        variables.extend(plain.map(|(name, value)| (name.to_owned(), value)));
        variables
    }

    async fn plain(&self, command: &str) -> Result<(), SandboxError> {
        self.script(command, Vec::new()).await.map(drop)
    }

    async fn script(&self, text: &str, input: Vec<u8>) -> Result<Said, SandboxError> {
        let stdin = if input.is_empty() { sandbox::Stdin::Null } else { sandbox::Stdin::Pipe };
        let process = self.start_script(text, stdin).await?;
        let handle = process.handle();
        let feeding = async move {
            if !input.is_empty() {
                // A script that reads nothing more says by its end why.
                handle.write_stdin(Bytes::from(input)).await.ok();
                handle.close_stdin().await.ok();
            }
        };
        let (said, ()) = tokio::join!(listen(process), feeding);
        Ok(said)
    }

    async fn start_script(
        &self,
        text: &str,
        stdin: sandbox::Stdin,
    ) -> Result<Process, SandboxError> {
        let program = Program {
            cwd: self.directory(),
            env: vec![("PATH".to_owned(), PATH.to_owned())],
            stdin,
            timeout: Some(GIT_TIME),
            output_limit: u64::MAX,
            ..Program::new(["/bin/sh", "-c", text])
        };
        self.sandbox().run(program).await
    }
}

fn path(text: &str) -> SandboxPath {
    SandboxPath::try_from(text).expect("our own names are paths")
}

async fn listen(mut process: Process) -> Said {
    let mut output = Vec::new();
    loop {
        match process.next().await {
            Some(ProcessEvent::Stdout(bytes) | ProcessEvent::Stderr(bytes)) => {
                keep_last(&mut output, &bytes);
            }
            Some(event) => {
                if let Some(end) = end(&event) {
                    return Said { end, output };
                }
            }
            None => return Said { end: End::Lost, output },
        }
    }
}

/// Passes standard output on, and keeps what was said beside it.
async fn carry(mut process: Process, mut writing: DuplexStream) -> Said {
    let mut output = Vec::new();
    loop {
        match process.next().await {
            // Whoever reads has had enough: the program need not end by itself.
            Some(ProcessEvent::Stdout(bytes)) => {
                if writing.write_all(&bytes).await.is_err() {
                    return Said { end: End::Lost, output };
                }
            }
            Some(ProcessEvent::Stderr(bytes)) => keep_last(&mut output, &bytes),
            Some(event) => {
                if let Some(end) = end(&event) {
                    return Said { end, output };
                }
            }
            None => return Said { end: End::Lost, output },
        }
    }
}

fn end(event: &ProcessEvent) -> Option<End> {
    match event {
        ProcessEvent::Exit(exit) if exit.timed_out => Some(End::TimedOut),
        ProcessEvent::Exit(exit) => Some(match exit.status {
            ExitStatus::Code(code) => End::Code(code),
            ExitStatus::Signal(signal) => End::Signal(signal),
        }),
        ProcessEvent::Lost => Some(End::Lost),
        ProcessEvent::Stdout(_)
        | ProcessEvent::Stderr(_)
        | ProcessEvent::Said(..)
        | ProcessEvent::Truncated => None,
    }
}

/// The end of what is said tells more than its beginning.
fn keep_last(output: &mut Vec<u8>, bytes: &[u8]) {
    output.extend_from_slice(bytes);
    if output.len() > 2 * MOST_SAID {
        output.drain(..output.len() - MOST_SAID);
    }
}
