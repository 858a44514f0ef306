//! A kernel's process and the channels to it.

use std::{
    io,
    net::Ipv4Addr,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jupyter_protocol::{
    ConnectionInfo, InterruptRequest, JupyterMessage, JupyterMessageContent, KernelInfoRequest,
    connection_info::Transport,
};
use jupyter_zmq_client::{
    ClientControlConnection, ClientIoPubConnection, ClientShellConnection, ClientStdinConnection,
    create_client_control_connection, create_client_iopub_connection,
    create_client_shell_connection_with_identity, create_client_stdin_connection_with_identity,
    peek_ports_with_listeners, peer_identity_for_session,
};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::TcpStream,
    process::{Child, Command},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use uuid::Uuid;

use crate::{Failure, installed};

/// Time to start in. ipykernel takes a second; Julia compiles for many.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks whether it listens, and two questions whether it is there.
const PAUSE: Duration = Duration::from_millis(20);
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// Bytes of what a kernel's process wrote last that are told when it ends.
const LAST_WORDS: usize = 4 * 1024;

/// What a kernel's process wrote by itself. It is no output: kernels say that in messages, some of them in
/// both ways.
pub(crate) type Log = Arc<Mutex<Vec<u8>>>;

pub(crate) struct Kernel {
    child: Child,
    group: Option<Pid>,
    /// Whether it wants a message instead of a signal.
    is_told: bool,
    pub(crate) iopub: ClientIoPubConnection,
    pub(crate) shell: ClientShellConnection,
    pub(crate) stdin: ClientStdinConnection,
    control: ClientControlConnection,
    log: Log,
    _readers: JoinSet<()>,
}

impl Kernel {
    /// Starts it, and waits until it answers on the channels that matter.
    pub(crate) async fn start(name: &str) -> Result<Self, Failure> {
        let found = installed::find(name).await?;
        let is_told = found.kernelspec.interrupt_mode.as_deref() == Some("message");
        let (ports, listeners) = peek_ports_with_listeners(Ipv4Addr::LOCALHOST.into(), 5).await?;
        let [shell, iopub, stdin, control, heartbeat] = ports[..] else {
            return Err(io::Error::from(io::ErrorKind::AddrInUse).into());
        };
        let connection = ConnectionInfo {
            transport: Transport::TCP,
            ip: Ipv4Addr::LOCALHOST.to_string(),
            shell_port: shell,
            iopub_port: iopub,
            stdin_port: stdin,
            control_port: control,
            hb_port: heartbeat,
            signature_scheme: "hmac-sha256".to_owned(),
            key: Uuid::new_v4().to_string(),
            kernel_name: Some(name.to_owned()),
        };
        let file = std::env::temp_dir().join(format!("kernel-{}.json", Uuid::new_v4()));
        let start = |source| Failure::Start { name: name.to_owned(), source };
        let text = serde_json::to_vec(&connection).map_err(io::Error::from)?;
        write_private(&file, &text).map_err(start)?;
        let mut command: Command =
            found.command(&file, Some(Stdio::piped()), Some(Stdio::piped()))?;
        // A group of its own: a word to stop reaches it when we pass it on, and once.
        command.process_group(0).kill_on_drop(true);
        // Tells kernels of IPython that somebody looks after them.
        command.env("JPY_PARENT_PID", std::process::id().to_string());
        // Not after: while it executes its program, the child still has them, and a connection that they
        // take is lost. Nobody else in the sandbox is about to take the ports.
        drop(listeners);
        let mut child = command.spawn().map_err(start)?;
        let group = child.id().and_then(|it| Pid::from_raw(it.cast_signed()));
        let log = Log::default();
        let mut readers = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            readers.spawn(collect(stdout, Arc::clone(&log)));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.spawn(collect(stderr, Arc::clone(&log)));
        }
        let mut waiting = Waiting { child, log, readers, deadline: Instant::now() + PATIENCE };
        for port in [shell, iopub, stdin, control] {
            waiting.until_listening(port).await?;
        }
        let session = Uuid::new_v4().to_string();
        let identity = peer_identity_for_session(&session)?;
        let mut kernel = Self {
            group,
            is_told,
            iopub: create_client_iopub_connection(&connection, "", &session).await?,
            shell: create_client_shell_connection_with_identity(
                &connection,
                &session,
                identity.clone(),
            )
            .await?,
            stdin: create_client_stdin_connection_with_identity(&connection, &session, identity)
                .await?,
            control: create_client_control_connection(&connection, &session).await?,
            child: waiting.child,
            log: waiting.log,
            _readers: waiting.readers,
        };
        kernel.greet(waiting.deadline).await?;
        Ok(kernel)
    }

    /// Asks for its name until its answer and its state are heard: a subscription takes effect some time
    /// after it was sent, and what is published before is lost.
    async fn greet(&mut self, deadline: Instant) -> Result<(), Failure> {
        let (mut answers, mut publishes) = (false, false);
        while !(answers && publishes) {
            if Instant::now() > deadline {
                return Err(Failure::Silent(PATIENCE));
            }
            self.shell.send(KernelInfoRequest {}.into()).await?;
            let listen = async {
                while !(answers && publishes) {
                    tokio::select! {
                        message = self.shell.read() => { message?; answers = true; }
                        message = self.iopub.read() => { message?; publishes = true; }
                        status = self.child.wait() => return Err(ended(status, &self.log)),
                    }
                }
                Ok::<_, Failure>(())
            };
            if let Ok(heard) = timeout(ASK_AGAIN, listen).await {
                heard?;
            }
        }
        Ok(())
    }

    /// Asks it to stop what it runs.
    pub(crate) async fn interrupt(&mut self) -> Result<(), Failure> {
        if self.is_told {
            self.control.send(InterruptRequest {}.into()).await?;
        } else if let Some(group) = self.group {
            // It may have ended meanwhile, which is heard elsewhere.
            kill_process_group(group, Signal::INT).or_else(|error| match error {
                rustix::io::Errno::SRCH => Ok(()),
                other => Err(io::Error::from(other)),
            })?;
        }
        Ok(())
    }

    /// Its parts, to be waited for at once.
    pub(crate) fn parts(&mut self) -> Parts<'_> {
        Parts {
            child: &mut self.child,
            iopub: &mut self.iopub,
            shell: &mut self.shell,
            stdin: &mut self.stdin,
            log: &self.log,
        }
    }
}

pub(crate) struct Parts<'k> {
    pub(crate) child: &'k mut Child,
    pub(crate) iopub: &'k mut ClientIoPubConnection,
    pub(crate) shell: &'k mut ClientShellConnection,
    pub(crate) stdin: &'k mut ClientStdinConnection,
    pub(crate) log: &'k Log,
}

/// A kernel that was started and does not listen yet.
struct Waiting {
    child: Child,
    log: Log,
    readers: JoinSet<()>,
    deadline: Instant,
}

impl Waiting {
    async fn until_listening(&mut self, port: u16) -> Result<(), Failure> {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                return Err(ended(Ok(status), &self.log));
            }
            if Instant::now() > self.deadline {
                return Err(Failure::Silent(PATIENCE));
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }
}

/// How it ended, and its last words.
pub(crate) fn ended(status: io::Result<std::process::ExitStatus>, log: &Log) -> Failure {
    let status = status.map_or_else(|error| error.to_string(), |it| it.to_string());
    let log = log.lock().unwrap_or_else(PoisonError::into_inner);
    let said = String::from_utf8_lossy(&log);
    let said = if said.trim().is_empty() { String::new() } else { format!("\n{}", said.trim()) };
    Failure::Ended { status, said }
}

/// Keeps the last of what a process writes.
async fn collect(mut from: impl AsyncRead + Unpin, log: Log) {
    let mut buffer = vec![0; LAST_WORDS];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(&buffer[..count]);
        let too_many = log.len().saturating_sub(LAST_WORDS);
        log.drain(..too_many);
    }
}

/// The file holds the key with which messages are signed.
fn write_private(path: &std::path::Path, bytes: &[u8]) -> io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
}

/// Whether a message is an answer to the request of this id.
pub(crate) fn answers(message: &JupyterMessage, request: &str) -> bool {
    message.parent_header.as_ref().is_some_and(|it| it.msg_id == request)
}

/// Whether it says that its kernel has done what was asked.
pub(crate) fn is_idle(content: &JupyterMessageContent) -> bool {
    matches!(content, JupyterMessageContent::Status(it) if it.execution_state == jupyter_protocol::ExecutionState::Idle)
}
