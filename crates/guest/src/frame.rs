//! What the two ends of a link say to each other.
//!
//! A variant's position is its wire number: new ones go to the end, and any other change raises
//! [`VERSION`](crate::VERSION). `Hello` stays first in both enums, so that unequal versions can still
//! tell each other so.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::network::{NetworkOrder, NetworkReport};

/// A started program, numbered by the host. A number is never used twice on one link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProgramId(pub u64);

/// A request about files, numbered by the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId(pub u64);

/// A program that was started ahead of time, numbered by the host. A number is never used twice on one
/// link; 0 is the one a guest may be born with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StandbyId(pub u64);

/// Drawn by the host for each sandbox and repeated by its guest.
pub type Nonce = [u8; 16];

/// From the host to the guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HostFrame {
    /// The first frame on the link.
    Hello {
        version: u16,
        nonce: Nonce,
    },
    Start(Start),
    /// Bytes for standard input, within the credit of [`STDIN_WINDOW`](crate::STDIN_WINDOW) and
    /// [`GuestFrame::StdinGrant`].
    Stdin {
        program: ProgramId,
        bytes: Payload,
    },
    /// Nothing follows on standard input. A terminal gets its end-of-file character.
    StdinEof {
        program: ProgramId,
    },
    /// A signal to each process of the program's tree.
    Signal {
        program: ProgramId,
        signal: i32,
    },
    /// Kill the tree, and do not wait for the host to take what it wrote.
    Kill {
        program: ProgramId,
    },
    Resize {
        program: ProgramId,
        size: TerminalSize,
    },
    /// The program may send this many more bytes of output, each frame counted with
    /// [`FRAME_COST`](crate::FRAME_COST).
    Grant {
        program: ProgramId,
        bytes: u32,
    },
    /// Creates or replaces a file of the workspace; it appears when the last chunk is written.
    WriteFile {
        request: RequestId,
        path: String,
        mode: u32,
        bytes: Payload,
        last: bool,
    },
    /// The next chunk of a `WriteTree`, or of a `WriteFile` that was not the last.
    WriteMore {
        request: RequestId,
        bytes: Payload,
        last: bool,
    },
    /// A regular file of the workspace, refused if it is longer than `max_bytes`.
    ReadFile {
        request: RequestId,
        path: String,
        max_bytes: u64,
    },
    /// The entries of a directory of the workspace; `.` is the workspace itself.
    ListFiles {
        request: RequestId,
        path: String,
    },
    /// Unlinks a file or an empty directory.
    RemoveFile {
        request: RequestId,
        path: String,
    },
    /// Nobody waits for this request any more.
    Cancel {
        request: RequestId,
    },
    /// Kill everything and exit.
    Shutdown,
    /// As `ReadFile`, but no more than `window` bytes come before the first `GrantChunks`, each chunk
    /// counted with [`FRAME_COST`](crate::FRAME_COST).
    StreamFile {
        request: RequestId,
        path: String,
        max_bytes: u64,
        window: u32,
    },
    /// What is beneath a directory of the workspace, as tar in chunks; see [`tar`](crate::tar).
    ReadTree {
        request: RequestId,
        path: String,
        max_bytes: u64,
        window: u32,
    },
    /// So many more bytes of a `StreamFile` or `ReadTree` may be sent.
    GrantChunks {
        request: RequestId,
        bytes: u32,
    },
    /// Unpacks a tar, which follows as `WriteMore`, into a directory that is made if it is missing.
    WriteTree {
        request: RequestId,
        path: String,
    },
    /// Makes a directory and its parents; one that is there already is fine.
    MakeDirectory {
        request: RequestId,
        path: String,
    },
    /// Refused where `to` is there already.
    Rename {
        request: RequestId,
        from: String,
        to: String,
    },
    /// Removes a file, or a directory with all that is beneath it.
    RemoveTree {
        request: RequestId,
        path: String,
    },
    Network(NetworkOrder),
    /// Start an interpreter ahead of the program it will run.
    Prepare(Prepare),
    /// A standby that nobody will need.
    Discard {
        standby: StandbyId,
    },
    /// Every process, the guest included, is about to be stopped from outside: until `Resuming` no
    /// time limit is enforced.
    Pausing,
    /// The sandbox stood still for so long; time limits end that much later.
    Resuming {
        paused_us: u64,
    },
    /// As a `WriteFile` and, once that is done, a `Start`. If the one fails, the other fails too.
    StartWith {
        source: SourceFile,
        start: Start,
    },
}

/// From the guest to the host. The host must expect any of it from a hostile sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GuestFrame {
    /// The answer to the host's `Hello`, with its nonce.
    Hello {
        version: u16,
        nonce: Nonce,
    },
    /// The program runs; `pid` is its number in the sandbox.
    Started {
        program: ProgramId,
        pid: u32,
    },
    /// The program does not run, and nothing else follows about it.
    StartFailed {
        program: ProgramId,
        errno: i32,
        step: StartStep,
    },
    Stdout {
        program: ProgramId,
        bytes: Payload,
    },
    Stderr {
        program: ProgramId,
        bytes: Payload,
    },
    /// The output limit is reached; at most once, and no output follows it.
    Truncated {
        program: ProgramId,
    },
    /// The host may send this many more bytes of standard input.
    StdinGrant {
        program: ProgramId,
        bytes: u32,
    },
    /// The program reads no more standard input; what was not read is lost.
    StdinClosed {
        program: ProgramId,
    },
    /// The whole tree is dead and its output sent. The last frame about this program.
    Exited(Exited),
    /// The request is done.
    FileDone {
        request: RequestId,
    },
    /// Part of a file that is being read.
    FileChunk {
        request: RequestId,
        bytes: Payload,
    },
    /// Part of a directory. `FileDone` follows the last one.
    Files {
        request: RequestId,
        entries: Vec<FileEntry>,
    },
    /// The request failed; `what` names the operation.
    FileFailed {
        request: RequestId,
        errno: i32,
        what: String,
    },
    /// Why the guest is about to exit.
    Error {
        message: String,
    },
    /// The request about a tree failed at this entry of it; otherwise as `FileFailed`.
    EntryFailed {
        request: RequestId,
        entry: String,
        errno: i32,
        what: String,
    },
    Network(NetworkReport),
    /// The standby waits for its program.
    StandbyReady {
        standby: StandbyId,
    },
    /// The standby is no more, and a `Start` that names it starts plainly. If it was kept, that is said
    /// before the `Exited` of the program during which it ended.
    StandbyFailed {
        standby: StandbyId,
        reason: String,
    },
    /// Part of a message of a program that a kept standby runs: what it has to say beside its output,
    /// and counted as output is. After what it wrote before.
    Said {
        program: ProgramId,
        bytes: Payload,
        last: bool,
    },
}

/// A program to start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    pub program: ProgramId,
    /// The first is searched for in the `PATH` of `env` unless it contains a slash.
    pub argv: Vec<String>,
    /// The whole environment.
    pub env: Vec<(String, String)>,
    pub cwd: String,
    pub stdin: Stdin,
    /// With a terminal, standard input is the terminal whatever `stdin` says, and both outputs arrive
    /// as [`GuestFrame::Stdout`].
    pub terminal: Option<TerminalSize>,
    pub rlimits: Rlimits,
    /// Wall-clock time until the tree is killed.
    pub timeout_ms: Option<u64>,
    /// Bytes of stdout and stderr together that are sent.
    pub output_limit: u64,
    pub on_excess: OnExcess,
    /// What may be sent before the first `Grant`, counted as there.
    pub window: u32,
    /// User and system time of the whole tree until it is killed.
    pub cpu_limit_us: Option<u64>,
    /// Becomes the program, if it still can; otherwise the program starts plainly. The host names one
    /// only where `argv` and `env` are such that nobody could tell the difference. A kept standby runs the
    /// program in its own process.
    pub standby: Option<StandbyId>,
    /// Its descendants go on after its main process has ended by itself, until the sandbox ends or the
    /// program is killed; nobody reads any more what they write.
    pub lingers: bool,
}

/// A file that a program needs to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    pub request: RequestId,
    pub path: String,
    pub mode: u32,
    /// All of it: at most one chunk.
    pub bytes: Payload,
}

/// An interpreter to start ahead of its program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepare {
    pub standby: StandbyId,
    /// Searched for as the first of [`Start::argv`] is.
    pub executable: String,
    pub argv: Vec<String>,
    /// The whole environment.
    pub env: Vec<(String, String)>,
    pub cwd: String,
    /// Those of the program: one with others starts plainly.
    pub rlimits: Rlimits,
    /// What the standby finds in a file at descriptor 4.
    pub attachment: Payload,
    /// It runs one program after another, each within its own process, instead of becoming one.
    pub is_kept: bool,
}

/// Resource limits of each process of a program, soft and hard alike. `None` inherits the guest's.
/// Core dumps are always off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rlimits {
    pub open_files: Option<u64>,
    /// Processes of the sandbox's user together.
    pub processes: Option<u64>,
    pub file_bytes: Option<u64>,
    pub stack_bytes: Option<u64>,
    pub address_space_bytes: Option<u64>,
    pub cpu_seconds: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stdin {
    /// Reads as empty.
    Null,
    Pipe,
}

/// What becomes of a program that reached its output limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnExcess {
    /// It goes on, and what it writes is dropped.
    Drop,
    Kill,
}

/// In characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalSize {
    pub rows: u16,
    pub columns: u16,
}

/// Which part of starting a program failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StartStep {
    /// The arguments or the environment contain NUL, or there are no arguments.
    Arguments,
    /// Pipes, or the terminal.
    Streams,
    /// Making a process.
    Fork,
    /// Session, terminal or limits of the new process.
    Prepare,
    WorkingDirectory,
    /// The executable is missing, or cannot be executed.
    Execute,
    /// The file that was to be written first was not.
    Source,
}

/// How a program ended, and what it used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exited {
    pub program: ProgramId,
    /// Of the main process.
    pub status: ExitStatus,
    /// The guest killed it for its timeout.
    pub timed_out: bool,
    /// The sandbox's memory limit killed a process while this program ran, and it did not succeed.
    pub out_of_memory: bool,
    /// User and system time of the main process and of each descendant somebody waited for.
    pub cpu_us: u64,
    /// From the start to the end of the main process, without the time the sandbox was paused.
    pub wall_us: u64,
    /// Largest resident set of any one process of the tree.
    pub peak_memory_bytes: u64,
    /// It was killed for its limit of CPU time.
    pub cpu_exceeded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExitStatus {
    Code(i32),
    Signal(i32),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Bytes that are not UTF-8 are replaced; such a file can be listed but not named.
    pub name: String,
    pub kind: FileKind,
    /// In bytes; of a symbolic link, the length of its target.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    File,
    Directory,
    Symlink,
    /// A FIFO, socket or device.
    Other,
}

/// Bytes that are carried as they are.
///
/// A plain `Vec<u8>` would be encoded and decoded byte by byte.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Payload(pub Vec<u8>);

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.escape_ascii().to_string())
    }
}

impl From<&[u8]> for Payload {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(PayloadVisitor)
    }
}

struct PayloadVisitor;

impl de::Visitor<'_> for PayloadVisitor {
    type Value = Payload;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Payload, E> {
        Ok(Payload(bytes.to_vec()))
    }
}
