//! Requests about whole trees and large files, which are streamed in both directions.

use std::{future::Future, sync::Arc};

use bytes::Bytes;
use guest::{HostFrame, MAX_CHUNK, Payload, RequestId};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{
    Connection, SandboxError, WINDOW,
    requests::Reply,
    stream::{Check, FileStream},
};
use crate::path::SandboxPath;

impl Connection {
    /// Reads a regular file of the workspace in chunks.
    ///
    /// # Errors
    ///
    /// It is missing, no regular file, behind a symbolic link, or longer than `max_bytes`.
    pub async fn stream_file(
        &self,
        path: &SandboxPath,
        max_bytes: u64,
    ) -> Result<FileStream, SandboxError> {
        let name = path.as_str().to_owned();
        let ask =
            |request| HostFrame::StreamFile { request, path: name, max_bytes, window: WINDOW };
        self.stream(path, max_bytes, None, ask).await
    }

    /// Reads what is beneath a directory of the workspace as tar, in order of the names. Sockets, FIFOs
    /// and devices are left out.
    ///
    /// # Errors
    ///
    /// It is missing, no directory, or behind a symbolic link. While it is read: a file cannot be read,
    /// or the archive would be longer than `max_bytes`.
    pub async fn read_tree(
        &self,
        path: &SandboxPath,
        max_bytes: u64,
    ) -> Result<FileStream, SandboxError> {
        let name = path.as_str().to_owned();
        let ask = |request| HostFrame::ReadTree { request, path: name, max_bytes, window: WINDOW };
        self.stream(path, max_bytes, Some(Check::default()), ask).await
    }

    async fn stream(
        &self,
        path: &SandboxPath,
        max_bytes: u64,
        check: Option<Check>,
        ask: impl FnOnce(RequestId) -> HostFrame,
    ) -> Result<FileStream, SandboxError> {
        let request = RequestId(self.shared.number());
        let arrivals = self.shared.requests.expect_chunks(request, max_bytes)?;
        let sent = self.shared.send(&ask(request)).await;
        sent.map_err(|_| SandboxError::Gone)?;
        FileStream::open(arrivals, (path, request), &self.shared, check).await
    }

    /// Creates or replaces a file of the workspace, and its directories. It appears whole.
    ///
    /// # Errors
    ///
    /// The source fails, the path leads through a symbolic link, or the workspace is full.
    pub async fn write_file_from(
        &self,
        path: &SandboxPath,
        source: impl AsyncRead + Send + Unpin,
        mode: u32,
    ) -> Result<(), SandboxError> {
        let name = path.as_str().to_owned();
        let bytes = Payload::default();
        let begin =
            |request| HostFrame::WriteFile { request, path: name, mode, bytes, last: false };
        self.feed(path, begin, &mut Chunks::of(source)).await
    }

    /// Unpacks a tar into a directory of the workspace, made if it is missing. Of what was there, files
    /// of the same names are replaced. What was unpacked before an error stays.
    ///
    /// # Errors
    ///
    /// The source fails or is no tar, or an entry is refused: its name is absolute, has a part `..` or
    /// leads through a symbolic link, it is a device, FIFO or sparse file, or the workspace is full.
    pub async fn write_tree(
        &self,
        path: &SandboxPath,
        source: impl AsyncRead + Send + Unpin,
    ) -> Result<(), SandboxError> {
        self.write_tree_in(path, &mut Chunks::of(source)).await
    }

    /// As [`Self::write_tree`], from another sandbox.
    pub async fn copy_tree(
        &self,
        path: &SandboxPath,
        source: &mut FileStream,
    ) -> Result<(), SandboxError> {
        self.write_tree_in(path, source).await
    }

    async fn write_tree_in(
        &self,
        path: &SandboxPath,
        source: &mut impl Source,
    ) -> Result<(), SandboxError> {
        let name = path.as_str().to_owned();
        self.feed(path, |request| HostFrame::WriteTree { request, path: name }, source).await
    }

    /// Sends all of a source to a request that has begun.
    async fn feed(
        &self,
        path: &SandboxPath,
        begin: impl FnOnce(RequestId) -> HostFrame,
        source: &mut impl Source,
    ) -> Result<(), SandboxError> {
        let request = RequestId(self.shared.number());
        let mut reply = self.shared.requests.expect_done(request, &self.shared)?;
        self.send_frame(&begin(request)).await?;
        loop {
            let chunk = tokio::select! {
                chunk = source.chunk() => chunk?,
                () = self.closed() => return Err(SandboxError::Gone),
            };
            let last = chunk.is_none();
            let bytes = Payload(chunk.map_or_else(Vec::new, Vec::from));
            self.send_frame(&HostFrame::WriteMore { request, bytes, last }).await?;
            if last || reply.is_there() {
                return reply.wait(path).await;
            }
        }
    }

    /// Makes a directory of the workspace and its parents, where they are missing.
    ///
    /// # Errors
    ///
    /// The path leads through a symbolic link or a file.
    pub async fn make_directory(&self, path: &SandboxPath) -> Result<(), SandboxError> {
        let name = path.as_str().to_owned();
        self.ask(path, |request| HostFrame::MakeDirectory { request, path: name }).await
    }

    /// Gives a file or directory of the workspace another path.
    ///
    /// # Errors
    ///
    /// It is missing, the new path is taken, or one of them leads through a symbolic link.
    pub async fn rename(&self, from: &SandboxPath, to: &SandboxPath) -> Result<(), SandboxError> {
        let (old, new) = (from.as_str().to_owned(), to.as_str().to_owned());
        self.ask(from, |request| HostFrame::Rename { request, from: old, to: new }).await
    }

    /// Removes a file of the workspace, or a directory with all that is beneath it.
    ///
    /// # Errors
    ///
    /// It is missing, or the path leads through a symbolic link.
    pub async fn remove_tree(&self, path: &SandboxPath) -> Result<(), SandboxError> {
        let name = path.as_str().to_owned();
        self.ask(path, |request| HostFrame::RemoveTree { request, path: name }).await
    }

    async fn ask(
        &self,
        path: &SandboxPath,
        frame: impl FnOnce(RequestId) -> HostFrame,
    ) -> Result<(), SandboxError> {
        let request = RequestId(self.shared.number());
        let reply: Reply<()> =
            self.shared.requests.expect_done(request, &Arc::clone(&self.shared))?;
        self.send_frame(&frame(request)).await?;
        reply.wait(path).await
    }

    async fn send_frame(&self, frame: &HostFrame) -> Result<(), SandboxError> {
        self.shared.send(frame).await.map_err(|_| SandboxError::Gone)
    }
}

/// Where the bytes of a request come from: at most a chunk at a time, `None` at the end.
trait Source {
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, SandboxError>> + Send;
}

impl Source for FileStream {
    async fn chunk(&mut self) -> Result<Option<Bytes>, SandboxError> {
        self.next().await.transpose()
    }
}

struct Chunks<R> {
    source: R,
}

impl<R> Chunks<R> {
    fn of(source: R) -> Self {
        Self { source }
    }
}

impl<R: AsyncRead + Send + Unpin> Source for Chunks<R> {
    async fn chunk(&mut self) -> Result<Option<Bytes>, SandboxError> {
        let mut chunk = Vec::with_capacity(MAX_CHUNK);
        let mut source = (&mut self.source).take(MAX_CHUNK as u64);
        let count = source.read_buf(&mut chunk).await.map_err(SandboxError::Source)?;
        Ok((count > 0).then(|| chunk.into()))
    }
}
