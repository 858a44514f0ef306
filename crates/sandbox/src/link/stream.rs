//! A file or a tree on its way out of a sandbox, in chunks that arrive no faster than they are read.

use std::{
    collections::BTreeSet,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use guest::{
    FRAME_COST, HostFrame, RequestId,
    tar::{Entry, EntryKind, Item, MAX_TREE_ENTRIES, Reader, plain_name},
};
use tokio::{
    io::{AsyncRead, ReadBuf},
    sync::mpsc,
};

use super::{
    SandboxError, Shared, WINDOW,
    requests::{Arrival, Failed},
};
use crate::path::SandboxPath;

/// Bytes of the names of links that are remembered of one tree.
const MOST_LINKS: usize = 8 << 20;

/// The content of a file, or a tree as tar. Reading lets the sandbox send more: ahead of its reader it
/// is by 1 MiB at most. Dropping it ends the reading.
#[derive(Debug)]
pub struct FileStream {
    arrivals: mpsc::UnboundedReceiver<Arrival>,
    path: SandboxPath,
    request: RequestId,
    shared: Arc<Shared>,
    check: Option<Check>,
    /// What was taken and not granted again.
    taken: u32,
    /// The first chunk, awaited so that a refusal is known before anything is passed on.
    first: Option<Bytes>,
    /// Of the last chunk, what an `AsyncRead` had no room for.
    rest: Bytes,
    ended: bool,
}

impl FileStream {
    /// Waits until the guest has begun to answer.
    pub(super) async fn open(
        arrivals: mpsc::UnboundedReceiver<Arrival>,
        (path, request): (&SandboxPath, RequestId),
        shared: &Arc<Shared>,
        check: Option<Check>,
    ) -> Result<Self, SandboxError> {
        let mut stream = Self {
            arrivals,
            path: path.clone(),
            request,
            shared: Arc::clone(shared),
            check,
            taken: 0,
            first: None,
            rest: Bytes::new(),
            ended: false,
        };
        stream.first = stream.next().await.transpose()?;
        Ok(stream)
    }

    /// The next chunk, or `None` after the last. Safe to use in `select!`.
    pub async fn next(&mut self) -> Option<Result<Bytes, SandboxError>> {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }

    fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, SandboxError>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if self.ended {
            return Poll::Ready(None);
        }
        let result = match ready!(self.arrivals.poll_recv(context)) {
            Some(Arrival::Chunk(bytes)) => self.take(bytes).map(Some),
            Some(Arrival::End(Ok(()))) => self.finish().map(|()| None),
            Some(Arrival::End(Err(failed))) => Err(failed.into_error(&self.path)),
            None => Err(SandboxError::Gone),
        };
        self.ended = !matches!(result, Ok(Some(_)));
        Poll::Ready(result.transpose())
    }

    fn take(&mut self, bytes: Bytes) -> Result<Bytes, SandboxError> {
        let odd = |reason| SandboxError::OddTree { path: self.path.clone(), reason };
        self.check.as_mut().map_or(Ok(()), |it| it.push(&bytes)).map_err(odd)?;
        self.taken = self.taken.saturating_add(cost(&bytes));
        // In quarters of the window: one frame for many chunks, and never so late that the guest stops.
        if self.taken >= WINDOW / 4 {
            let granted = std::mem::take(&mut self.taken);
            self.shared.requests.granted(self.request, granted);
            let request = self.request;
            self.shared.outbox.push(&HostFrame::GrantChunks { request, bytes: granted });
        }
        Ok(bytes)
    }

    fn finish(&self) -> Result<(), SandboxError> {
        let whole = self.check.as_ref().map_or(Ok(()), |it| it.reader.finish());
        whole.map_err(|it| SandboxError::OddTree {
            path: self.path.clone(),
            reason: format!("the last entry {it}"),
        })
    }
}

impl AsyncRead for FileStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.rest.is_empty() {
            match ready!(self.poll_next(context)) {
                Some(Ok(bytes)) => self.rest = bytes,
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
                None => return Poll::Ready(Ok(())),
            }
        }
        let count = buffer.remaining().min(self.rest.len());
        buffer.put_slice(&self.rest.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl Drop for FileStream {
    fn drop(&mut self) {
        self.shared.requests.abandon(self.request, &self.shared);
    }
}

/// What a chunk uses of the window.
pub(super) fn cost(bytes: &Bytes) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).saturating_add(FRAME_COST)
}

impl Failed {
    pub(super) fn into_error(self, path: &SandboxPath) -> SandboxError {
        let Self { errno, what, entry } = self;
        let (path, source) = (path.clone(), io::Error::from_raw_os_error(errno));
        match entry {
            None => SandboxError::File { path, what, source },
            Some(entry) => SandboxError::Entry { path, entry, what, source },
        }
    }
}

/// Watches a tree that leaves a sandbox: whoever unpacks it may be less careful than we are, and the
/// guest that made it may be in the hands of its programs.
#[derive(Debug, Default)]
pub(super) struct Check {
    reader: Reader,
    entries: u64,
    links: BTreeSet<Vec<u8>>,
    links_bytes: usize,
}

impl Check {
    fn push(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        while let Some(item) =
            self.reader.next(&mut bytes).map_err(|it| format!("an entry {it}"))?
        {
            if let Item::Entry(entry) = item {
                self.entry(entry)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: Entry) -> Result<(), String> {
        let name = entry.name.escape_ascii();
        let path = plain_name(&entry.name).map_err(|it| format!("the name \"{name}\" {it}"))?;
        self.entries += 1;
        if self.entries > MAX_TREE_ENTRIES {
            return Err(format!("it has more than {MAX_TREE_ENTRIES} entries"));
        }
        let through_link = ancestors(&path).any(|it| self.links.contains(it));
        if through_link {
            return Err(format!("\"{name}\" lies behind a link of the same tree"));
        }
        match entry.kind {
            EntryKind::File | EntryKind::Directory => Ok(()),
            EntryKind::Symlink { .. } => {
                self.links_bytes += path.len();
                if self.links_bytes > MOST_LINKS {
                    return Err("it has too many links".to_owned());
                }
                self.links.insert(path);
                Ok(())
            }
            EntryKind::HardLink { .. } | EntryKind::Special => {
                Err(format!("\"{name}\" is no file, directory or link"))
            }
        }
    }
}

/// The path and every directory it lies in.
fn ancestors(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = path.iter().enumerate().filter(|(_, it)| **it == b'/').map(|(at, _)| at);
    ends.chain([path.len()]).map(|end| &path[..end])
}
