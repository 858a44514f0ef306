//! What a person sees of a session beside its blocks: files, terminals, ports, use.

use engine::{
    FileEntry, FileKind, ListeningPort, SandboxPath, SessionUsage, Terminal, TerminalEnd,
};
use model::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::sessions::SessionBody;
use crate::problem::Problem;

/// Entries of a directory on a page, unless the caller wants fewer.
const MOST_FILES: u64 = 1000;

/// A path of a session's workspace, or nothing for the workspace itself.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PathQuery {
    /// Relative to the workspace, e.g. `data/a.csv`; the workspace itself if left out.
    #[serde(default)]
    pub(crate) path: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilesQuery {
    /// Relative to the workspace, e.g. `data`; the workspace itself if left out.
    #[serde(default)]
    pub(crate) path: String,
    /// `next_after` of the page before.
    pub(crate) after: Option<String>,
    /// Entries on a page: 1 to 1000, which is what whoever leaves it out gets.
    #[param(minimum = 1, maximum = 1000)]
    #[serde(default, deserialize_with = "super::bounded::<_, 1, MOST_FILES>")]
    pub(crate) limit: Option<u64>,
}

impl FilesQuery {
    pub(crate) fn limit(&self) -> usize {
        usize::try_from(self.limit.unwrap_or(MOST_FILES)).unwrap_or(usize::MAX)
    }
}

/// A path as it came, checked.
pub(crate) fn parse_path(path: &str) -> Result<SandboxPath, Problem> {
    path.parse().map_err(|error| {
        Problem::invalid(format!(
            "{error}; name a file beneath the workspace, without `..` and without a slash at either end"
        ))
    })
}

/// The same of a directory, which may be the workspace itself.
pub(crate) fn parse_directory(path: &str) -> Result<SandboxPath, Problem> {
    if path.is_empty() { Ok(SandboxPath::root()) } else { parse_path(path) }
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FileKind)]
pub(crate) enum FileKindBody {
    File,
    Directory,
    Symlink,
    /// A FIFO, socket or device.
    Other,
}

/// An entry of a directory.
#[derive(Serialize, ToSchema)]
#[schema(as = File)]
pub(crate) struct FileBody {
    name: String,
    kind: FileKindBody,
    /// In bytes; of a symbolic link, the length of its target.
    size: u64,
}

impl From<FileEntry> for FileBody {
    fn from(entry: FileEntry) -> Self {
        let kind = match entry.kind {
            FileKind::File => FileKindBody::File,
            FileKind::Directory => FileKindBody::Directory,
            FileKind::Symlink => FileKindBody::Symlink,
            FileKind::Other => FileKindBody::Other,
        };
        Self { name: entry.name, kind, size: entry.size }
    }
}

/// Entries of a directory, by name.
#[derive(Serialize, ToSchema)]
#[schema(as = Files)]
pub(crate) struct FilesBody {
    pub(crate) items: Vec<FileBody>,
    /// All entries of the directory.
    pub(crate) total: usize,
    /// Give it back as `after` for the next page; null on the last one.
    pub(crate) next_after: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NewDirectory)]
pub(crate) struct NewDirectoryBody {
    /// Relative to the workspace.
    pub(crate) path: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = RenameFile)]
pub(crate) struct RenameBody {
    pub(crate) from: String,
    /// A path that is not taken.
    pub(crate) to: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TerminalQuery {
    /// The terminal to come back to; a new one if left out.
    pub(crate) id: Option<u32>,
    /// Lines that are seen, 24 if left out.
    pub(crate) rows: Option<u16>,
    /// Characters in a line, 80 if left out.
    pub(crate) columns: Option<u16>,
}

/// An open terminal of a session.
#[derive(Serialize, ToSchema)]
#[schema(as = Terminal)]
pub(crate) struct TerminalBody {
    id: u32,
    opened_at: Timestamp,
    /// Whether somebody reads it now.
    attached: bool,
}

impl From<&Terminal> for TerminalBody {
    fn from(terminal: &Terminal) -> Self {
        let attached = terminal.is_read();
        Self { id: terminal.id, opened_at: terminal.opened_at, attached }
    }
}

/// What a terminal's peer says as text; what it types are bytes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = TerminalInput)]
pub(crate) enum TerminalInput {
    /// So much is seen of it now.
    Resize { rows: u16, columns: u16 },
    /// So many bytes have been shown. The shell waits for who does not say so.
    Shown { bytes: u64 },
}

/// What a terminal says as text; what it shows are bytes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = TerminalNews)]
pub(crate) enum TerminalNews {
    /// The first message: how to come back to it.
    Ready { id: u32 },
    /// The last one: how it ended, for people, and its exit code if it has one.
    End { message: String, exit_code: Option<i32> },
}

impl From<TerminalEnd> for TerminalNews {
    fn from(end: TerminalEnd) -> Self {
        let (message, exit_code) = match end {
            TerminalEnd::Exited(code) => {
                (format!("the shell ended with exit code {code}"), Some(code))
            }
            TerminalEnd::Killed(signal) => {
                (format!("the shell was killed by signal {signal}"), None)
            }
            TerminalEnd::Closed => ("the terminal was closed".to_owned(), None),
            TerminalEnd::Gone => {
                ("the session's sandbox was given back, and the terminal with it".to_owned(), None)
            }
        };
        Self::End { message, exit_code }
    }
}

/// A port on which a program of a session waits for connections.
#[derive(Serialize, ToSchema)]
#[schema(as = Port)]
pub(crate) struct PortBody {
    port: u16,
    /// Whether programs listen on it at all addresses of the sandbox, and not only at its loopback.
    everywhere: bool,
}

impl From<ListeningPort> for PortBody {
    fn from(port: ListeningPort) -> Self {
        Self { port: port.port, everywhere: port.address.is_unspecified() }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NewPreview)]
pub(crate) struct NewPreviewBody {
    #[schema(minimum = 1)]
    pub(crate) port: u16,
    /// Path within the preview to open, `/` if left out.
    #[serde(default)]
    pub(crate) path: Option<String>,
}

/// A way into a port of a session, for a browser.
#[derive(Serialize, ToSchema)]
#[schema(as = Preview)]
pub(crate) struct PreviewBody {
    /// Opens once, within a minute, for whoever has it.
    pub(crate) url: String,
    /// The origin on which the port is shown, to this user's browser.
    pub(crate) origin: String,
}

/// What a session uses now. Null is what nobody counts here.
#[derive(Serialize, ToSchema)]
#[schema(as = SessionUsage)]
pub(crate) struct UsageBody {
    /// When it was counted.
    at: Timestamp,
    /// User and system time of all its programs so far.
    cpu_ms: Option<u64>,
    memory_bytes: Option<u64>,
    peak_memory_bytes: Option<u64>,
    processes: Option<u64>,
    limits: SessionLimitsBody,
}

/// What a session may use.
#[derive(Serialize, ToSchema)]
#[schema(as = SessionLimits)]
pub(crate) struct SessionLimitsBody {
    /// Thousandths of a processor.
    cpu_millis: u32,
    memory_bytes: u64,
    processes: u32,
    workspace_bytes: u64,
}

impl UsageBody {
    pub(crate) fn new(usage: SessionUsage, at: Timestamp) -> Self {
        let SessionUsage { used, limits } = usage;
        let cpu_ms = used.cpu.map(|it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX));
        Self {
            at,
            cpu_ms,
            memory_bytes: used.memory_bytes,
            peak_memory_bytes: used.peak_memory_bytes,
            processes: used.processes,
            limits: SessionLimitsBody {
                cpu_millis: limits.cpu_millis,
                memory_bytes: limits.memory_bytes,
                processes: limits.processes,
                workspace_bytes: limits.workspace_bytes,
            },
        }
    }
}

/// What a session uses now, if it has a sandbox.
#[derive(Serialize, ToSchema)]
#[schema(as = SessionUse)]
pub(crate) struct UseBody {
    /// Null while the session sleeps, or where nobody counts.
    pub(crate) usage: Option<UsageBody>,
}

/// A session in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedSession)]
pub(crate) struct ListedSessionBody {
    #[serde(flatten)]
    pub(crate) session: SessionBody,
    /// Of its runbook, as it is now.
    pub(crate) runbook_title: String,
    /// Name of its user.
    pub(crate) username: String,
    pub(crate) usage: Option<UsageBody>,
}
