//! Streams and trees of the scripted guest. Its directories are only where files are, and it knows no
//! links: a tree that holds one is refused.

use ::guest::{
    FRAME_COST, GuestFrame, MAX_CHUNK, Payload, RequestId,
    tar::{self, Entry, EntryKind, Item, Modified, Reader, plain_name},
};

use super::{EFBIG, ENOENT, ENOTSUP, End, File, Guest};

const EEXIST: i32 = 17;
const EBADMSG: i32 = 74;

impl Guest {
    pub(super) async fn stream(
        &mut self,
        request: RequestId,
        path: &str,
        most: u64,
        window: u32,
    ) -> Result<(), End> {
        match self.files.get(path).map(|it| it.content.clone()) {
            None => self.fail(request, ENOENT, "open the file").await,
            Some(content) if content.len() as u64 > most => {
                self.fail(request, EFBIG, "read the file").await
            }
            Some(content) => {
                self.reading.insert(request, (content, window));
                self.send_chunks(request).await
            }
        }
    }

    pub(super) async fn send_chunks(&mut self, request: RequestId) -> Result<(), End> {
        while let Some((rest, credit)) = self.reading.get_mut(&request) {
            if rest.is_empty() {
                self.reading.remove(&request);
                return self.send(&GuestFrame::FileDone { request }).await;
            }
            let most = credit.saturating_sub(FRAME_COST) as usize;
            if most == 0 {
                return Ok(());
            }
            let after = rest.split_off(rest.len().min(most).min(MAX_CHUNK));
            let bytes = std::mem::replace(rest, after);
            *credit -= u32::try_from(bytes.len()).map_err(|_| End)? + FRAME_COST;
            self.send(&GuestFrame::FileChunk { request, bytes: Payload(bytes) }).await?;
        }
        Ok(())
    }

    pub(super) fn pack(&self, path: &str) -> Vec<u8> {
        let mut archive = Vec::new();
        for (full, file) in &self.files {
            let Some(name) = beneath(path, full) else { continue };
            let size = file.content.len() as u64;
            let (kind, modified) = (EntryKind::File, Modified::default());
            Entry { name: name.into(), kind, mode: file.mode & 0o777, modified, size }
                .write(&mut archive);
            archive.extend(&file.content);
            archive.resize(archive.len() + tar::padding(size), 0);
        }
        archive.extend(tar::END);
        archive
    }

    pub(super) async fn unpack(&mut self, request: RequestId) -> Result<(), End> {
        let Some((path, archive)) = self.unpacking.remove(&request) else { return Ok(()) };
        match self.unpack_now(&path, &archive) {
            Ok(()) => self.send(&GuestFrame::FileDone { request }).await,
            Err((entry, errno)) => {
                let what = "unpack the tree".to_owned();
                self.send(&GuestFrame::EntryFailed { request, entry, errno, what }).await
            }
        }
    }

    fn unpack_now(&mut self, path: &str, mut archive: &[u8]) -> Result<(), (String, i32)> {
        let (mut reader, mut name) = (Reader::default(), String::new());
        let mut file = None;
        loop {
            match reader.next(&mut archive).map_err(|_| (name.clone(), EBADMSG))? {
                None => return reader.finish().map_err(|_| (name, EBADMSG)),
                Some(Item::Entry(entry)) => {
                    name = String::from_utf8_lossy(&entry.name).into_owned();
                    let plain =
                        plain_name(&entry.name).ok().and_then(|it| String::from_utf8(it).ok());
                    match (entry.kind, plain) {
                        (EntryKind::Directory, Some(_)) => {}
                        (EntryKind::File, Some(plain)) => {
                            let full = if path == "." { plain } else { format!("{path}/{plain}") };
                            let mode = entry.mode & 0o777;
                            file = Some((full, File { mode, content: Vec::new() }));
                        }
                        _ => return Err((name, ENOTSUP)),
                    }
                }
                Some(Item::Content(bytes)) => {
                    if let Some((_, file)) = &mut file {
                        file.content.extend(bytes);
                    }
                }
                Some(Item::Close) => self.files.extend(file.take()),
            }
        }
    }

    pub(super) async fn rename(
        &mut self,
        request: RequestId,
        from: &str,
        to: String,
    ) -> Result<(), End> {
        if self.files.contains_key(&to) || self.directories().contains(&to) {
            return self.fail(request, EEXIST, "rename").await;
        }
        match self.files.remove(from) {
            Some(file) => {
                self.files.insert(to, file);
                self.send(&GuestFrame::FileDone { request }).await
            }
            None if self.directories().contains(from) => {
                self.fail(request, ENOTSUP, "rename a directory").await
            }
            None => self.fail(request, ENOENT, "rename").await,
        }
    }

    pub(super) async fn remove_tree(&mut self, request: RequestId, path: &str) -> Result<(), End> {
        let before = self.files.len();
        self.files.retain(|full, _| full != path && beneath(path, full).is_none());
        if self.files.len() == before {
            return self.fail(request, ENOENT, "remove it").await;
        }
        self.send(&GuestFrame::FileDone { request }).await
    }
}

/// The name of a file beneath a directory.
fn beneath<'a>(directory: &str, full: &'a str) -> Option<&'a str> {
    if directory == "." {
        return Some(full);
    }
    full.strip_prefix(directory)?.strip_prefix('/')
}
