//! The scripted guest: the protocol's other end, with programs that are only played.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ::guest::{
    Decoder, FileEntry, FileKind, GuestFrame, HostFrame, MAX_CHUNK, NetworkOrder, NetworkReport,
    Payload, ProgramId, RequestId, SourceFile, Start, StartStep, VERSION, encode,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, WriteHalf},
    sync::mpsc,
    task::JoinSet,
};

use super::{
    Stage, Step,
    player::{Cue, Line, Player},
};

mod trees;

/// `errno` as Linux numbers it.
const ENOENT: i32 = 2;
const EISDIR: i32 = 21;
const EFBIG: i32 = 27;
const ENOTSUP: i32 = 95;
const ECONNREFUSED: i32 = 111;

struct Guest {
    stage: Arc<Stage>,
    link: WriteHalf<DuplexStream>,
    lines: mpsc::Sender<Line>,
    cast: BTreeMap<ProgramId, mpsc::UnboundedSender<Cue>>,
    players: JoinSet<()>,
    files: BTreeMap<String, File>,
    writing: BTreeMap<RequestId, (String, File)>,
    /// What is left to send, and the credit for it.
    reading: BTreeMap<RequestId, (Vec<u8>, u32)>,
    unpacking: BTreeMap<RequestId, (String, Vec<u8>)>,
}

#[derive(Clone, Debug)]
struct File {
    mode: u32,
    content: Vec<u8>,
}

/// The link is gone, or a script or the host wants the end.
struct End;

/// Plays until the link ends.
pub(super) async fn serve(link: DuplexStream, stage: Arc<Stage>) {
    let (mut incoming, link) = tokio::io::split(link);
    // One line at a time: a player waits until the link has taken its last.
    let (lines, mut said) = mpsc::channel(1);
    let mut guest = Guest {
        stage,
        link,
        lines,
        cast: BTreeMap::new(),
        players: JoinSet::new(),
        files: BTreeMap::new(),
        writing: BTreeMap::new(),
        reading: BTreeMap::new(),
        unpacking: BTreeMap::new(),
    };
    let mut decoder = Decoder::default();
    let mut buffer = vec![0; MAX_CHUNK];
    loop {
        let result = tokio::select! {
            count = incoming.read(&mut buffer) => match count {
                Ok(count) if count > 0 => {
                    decoder.push(&buffer[..count]);
                    guest.serve_frames(&mut decoder).await
                }
                _ => Err(End),
            },
            Some(line) = said.recv() => guest.say(line).await,
        };
        if result.is_err() {
            return;
        }
    }
}

impl Guest {
    async fn serve_frames(&mut self, decoder: &mut Decoder<HostFrame>) -> Result<(), End> {
        while let Some(frame) = decoder.next().map_err(|_| End)? {
            self.serve_frame(frame).await?;
        }
        Ok(())
    }

    async fn send(&mut self, frame: &GuestFrame) -> Result<(), End> {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes).map_err(|_| End)?;
        self.link.write_all(&bytes).await.map_err(|_| End)
    }

    async fn say(&mut self, line: Line) -> Result<(), End> {
        match line {
            Line::Frame(frame) => {
                if let GuestFrame::Exited(exited) = &frame {
                    self.cast.remove(&exited.program);
                }
                self.send(&frame).await
            }
            Line::Vanish => Err(End),
        }
    }

    fn cue(&self, program: ProgramId, cue: Cue) {
        if let Some(player) = self.cast.get(&program) {
            // One that has just ended needs no cue.
            player.send(cue).ok();
        }
    }

    async fn serve_frame(&mut self, frame: HostFrame) -> Result<(), End> {
        match frame {
            HostFrame::Hello { nonce, .. } => {
                self.send(&GuestFrame::Hello { version: VERSION, nonce }).await?;
            }
            HostFrame::Start(start) => self.start(start).await?,
            HostFrame::StartWith { source, start } => self.start_with(source, start).await?,
            HostFrame::Stdin { program, bytes } => self.stdin(program, bytes.0).await?,
            HostFrame::StdinEof { program } => self.cue(program, Cue::StdinEof),
            HostFrame::Signal { program, signal } => self.cue(program, Cue::Signal(signal)),
            HostFrame::Kill { program } => self.cue(program, Cue::Kill),
            HostFrame::Grant { program, bytes } => self.cue(program, Cue::Grant(bytes)),
            // Nobody pauses a play.
            HostFrame::Resize { .. } | HostFrame::Pausing | HostFrame::Resuming { .. } => {}
            HostFrame::WriteFile { request, path, mode, bytes, last } => {
                let file = File { mode, content: bytes.0 };
                self.write(request, path, file, last).await?;
            }
            HostFrame::WriteMore { request, bytes, last } => {
                if let Some((_, archive)) = self.unpacking.get_mut(&request) {
                    archive.extend(&bytes.0);
                    if last {
                        self.unpack(request).await?;
                    }
                } else if let Some((path, mut file)) = self.writing.remove(&request) {
                    file.content.extend(bytes.0);
                    self.write(request, path, file, last).await?;
                }
            }
            HostFrame::ReadFile { request, path, max_bytes } => {
                self.read(request, &path, max_bytes).await?;
            }
            HostFrame::ListFiles { request, path } => self.list(request, &path).await?,
            HostFrame::RemoveFile { request, path } => match self.files.remove(&path) {
                Some(_) => self.send(&GuestFrame::FileDone { request }).await?,
                None => self.fail(request, ENOENT, "remove the file").await?,
            },
            HostFrame::Cancel { request } => {
                self.writing.remove(&request);
                self.reading.remove(&request);
                self.unpacking.remove(&request);
            }
            HostFrame::Shutdown => return Err(End),
            HostFrame::StreamFile { request, path, max_bytes, window } => {
                self.stream(request, &path, max_bytes, window).await?;
            }
            HostFrame::ReadTree { request, path, max_bytes, window } => {
                let archive = self.pack(&path);
                if archive.len() as u64 > max_bytes {
                    self.fail(request, EFBIG, "read the tree").await?;
                } else {
                    self.reading.insert(request, (archive, window));
                    self.send_chunks(request).await?;
                }
            }
            HostFrame::GrantChunks { request, bytes } => {
                if let Some((_, credit)) = self.reading.get_mut(&request) {
                    *credit += bytes;
                    self.send_chunks(request).await?;
                }
            }
            HostFrame::WriteTree { request, path } => {
                self.unpacking.insert(request, (path, Vec::new()));
            }
            // Directories are only where files are.
            HostFrame::MakeDirectory { request, .. } => {
                self.fail(request, ENOTSUP, "make a directory").await?;
            }
            HostFrame::Rename { request, from, to } => self.rename(request, &from, to).await?,
            HostFrame::RemoveTree { request, path } => self.remove_tree(request, &path).await?,
            HostFrame::Network(order) => self.network(order).await?,
            HostFrame::Prepare(prepare) => {
                let frame = self.stage.rehearse(prepare);
                self.send(&frame).await?;
            }
            HostFrame::Discard { .. } => {}
        }
        Ok(())
    }

    /// Nothing listens on a stage, and whoever has us listen hears nothing.
    async fn network(&mut self, order: NetworkOrder) -> Result<(), End> {
        let report = match order {
            NetworkOrder::Listen { listener, .. } => {
                NetworkReport::Listening { listener, errno: 0 }
            }
            NetworkOrder::Dial { stream, .. } => {
                NetworkReport::Reset { stream, errno: ECONNREFUSED }
            }
            NetworkOrder::Ports { request } => NetworkReport::Ports { request, ports: Vec::new() },
            NetworkOrder::Datagram { .. }
            | NetworkOrder::Bytes { .. }
            | NetworkOrder::Eof { .. }
            | NetworkOrder::Grant { .. }
            | NetworkOrder::Reset { .. } => return Ok(()),
        };
        self.send(&GuestFrame::Network(report)).await
    }

    async fn start(&mut self, start: Start) -> Result<(), End> {
        let program = start.program;
        let script = self.stage.enter(&start);
        let steps = script.map_or(vec![Step::FailToStart(ENOENT)], |it| it.0);
        if let Some(&Step::FailToStart(errno)) = steps.first() {
            let step = StartStep::Execute;
            return self.send(&GuestFrame::StartFailed { program, errno, step }).await;
        }
        self.send(&GuestFrame::Started { program, pid: 2 }).await?;
        let (cues, received) = mpsc::unbounded_channel();
        self.cast.insert(program, cues);
        let player = Player::new(&start, received, self.lines.clone());
        self.players.spawn(player.play(steps));
        Ok(())
    }

    async fn stdin(&mut self, program: ProgramId, bytes: Vec<u8>) -> Result<(), End> {
        let grant = u32::try_from(bytes.len()).map_err(|_| End)?;
        self.cue(program, Cue::Stdin(bytes));
        self.send(&GuestFrame::StdinGrant { program, bytes: grant }).await
    }

    async fn start_with(&mut self, source: SourceFile, start: Start) -> Result<(), End> {
        let SourceFile { request, path, mode, bytes } = source;
        if self.directories().contains(&path) {
            self.fail(request, EISDIR, "replace the file").await?;
            let (program, errno, step) = (start.program, EISDIR, StartStep::Source);
            return self.send(&GuestFrame::StartFailed { program, errno, step }).await;
        }
        self.write(request, path, File { mode, content: bytes.0 }, true).await?;
        self.start(start).await
    }

    async fn write(
        &mut self,
        request: RequestId,
        path: String,
        file: File,
        last: bool,
    ) -> Result<(), End> {
        if !last {
            self.writing.insert(request, (path, file));
            return Ok(());
        }
        if self.directories().contains(&path) {
            return self.fail(request, EISDIR, "replace the file").await;
        }
        self.files.insert(path, file);
        self.send(&GuestFrame::FileDone { request }).await
    }

    async fn read(&mut self, request: RequestId, path: &str, most: u64) -> Result<(), End> {
        let Some(file) = self.files.get(path).cloned() else {
            return self.fail(request, ENOENT, "open the file").await;
        };
        if file.content.len() as u64 > most {
            return self.fail(request, EFBIG, "read the file").await;
        }
        for chunk in file.content.chunks(MAX_CHUNK) {
            let bytes = Payload::from(chunk);
            self.send(&GuestFrame::FileChunk { request, bytes }).await?;
        }
        self.send(&GuestFrame::FileDone { request }).await
    }

    async fn list(&mut self, request: RequestId, path: &str) -> Result<(), End> {
        let directories = self.directories();
        if path != "." && !directories.contains(path) {
            return self.fail(request, ENOENT, "open the directory").await;
        }
        let inside = |full: &str| {
            let rest = match path {
                "." => Some(full),
                _ => full.strip_prefix(path).and_then(|it| it.strip_prefix('/')),
            };
            rest.filter(|it| !it.contains('/')).map(str::to_owned)
        };
        let files = self.files.iter().filter_map(|(full, file)| {
            let (size, mode) = (file.content.len() as u64, file.mode & 0o777);
            Some(FileEntry { name: inside(full)?, kind: FileKind::File, size, mode })
        });
        let kind = FileKind::Directory;
        let directories = directories
            .iter()
            .filter_map(|full| Some(FileEntry { name: inside(full)?, kind, size: 0, mode: 0o755 }));
        let entries = files.chain(directories).collect();
        self.send(&GuestFrame::Files { request, entries }).await?;
        self.send(&GuestFrame::FileDone { request }).await
    }

    /// Each directory that some file is in.
    fn directories(&self) -> BTreeSet<String> {
        let parents = |path: &String| {
            let ends: Vec<_> = path.match_indices('/').map(|(end, _)| end).collect();
            ends.into_iter().map(|end| path[..end].to_owned()).collect::<Vec<_>>()
        };
        self.files.keys().flat_map(parents).collect()
    }

    async fn fail(&mut self, request: RequestId, errno: i32, what: &str) -> Result<(), End> {
        self.send(&GuestFrame::FileFailed { request, errno, what: what.to_owned() }).await
    }
}
