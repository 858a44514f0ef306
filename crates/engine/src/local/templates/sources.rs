//! The files that a template folder is made of: its own, and those of the folders that it depends on.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use template::{FORM_NAME, File, Files, Form};

use super::TemplatesError;
use crate::local::{Folder, NoScript};

/// Most files and bytes that are read for one template.
pub(super) const MAX_FILES: usize = 20_000;
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// Most directories within each other.
const MAX_DEPTH: usize = 64;

/// The path of the template folder at `path`, beneath the document's directory.
pub(super) fn find(folder: &Folder, component: &str, path: &str) -> Result<String, TemplatesError> {
    let not_found = || TemplatesError::NoDirectory { path: path.to_owned() };
    let found = fs::canonicalize(folder.path().join(path)).map_err(|_| not_found())?;
    if !found.is_dir() {
        return Err(not_found());
    }
    let outside = |_| TemplatesError::Source {
        component: component.to_owned(),
        source: NoScript::Outside { path: path.to_owned() },
    };
    let relative = found.strip_prefix(folder.path()).map_err(outside)?;
    Ok(relative.to_str().ok_or_else(not_found)?.to_owned())
}

/// Reads what the template folder at `path` may be rendered from. Gives the files by their paths beneath the
/// document's directory, and the folder's.
pub(super) fn read(
    folder: &Folder,
    component: &str,
    path: &str,
) -> Result<(Files, String), TemplatesError> {
    let relative = find(folder, component, path)?;
    let mut reading = Reading {
        root: folder.path(),
        component,
        files: Files::new(),
        bytes: 0,
        read: BTreeSet::new(),
    };
    let mut waiting = vec![relative.clone()];
    while let Some(next) = waiting.pop() {
        if reading.read.insert(next.clone()) {
            reading.directory(&next, MAX_DEPTH)?;
            waiting.extend(reading.dependencies(&next));
        }
    }
    let folder = if relative.is_empty() { ".".to_owned() } else { relative };
    Ok((reading.files, folder))
}

struct Reading<'r> {
    /// Without links on the way.
    root: &'r Path,
    component: &'r str,
    files: Files,
    bytes: u64,
    read: BTreeSet<String>,
}

impl Reading<'_> {
    fn directory(&mut self, path: &str, depth: usize) -> Result<(), TemplatesError> {
        let too_much = || TemplatesError::TooMuch { path: path.to_owned() };
        let depth = depth.checked_sub(1).ok_or_else(too_much)?;
        let entries = fs::read_dir(self.root.join(path)).map_err(|it| self.unread(path, &it))?;
        for entry in entries {
            let entry = entry.map_err(|it| self.unread(path, &it))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let inner = if path.is_empty() { name } else { format!("{path}/{name}") };
            let kind = entry.file_type().map_err(|it| self.unread(&inner, &it))?;
            if kind.is_dir() {
                self.directory(&inner, depth)?;
            } else {
                self.file(&inner)?;
            }
            if self.files.len() > MAX_FILES || self.bytes > MAX_BYTES {
                return Err(too_much());
            }
        }
        Ok(())
    }

    /// A link may lead to a file beside the document.
    fn file(&mut self, path: &str) -> Result<(), TemplatesError> {
        let unread = |error: io::Error| self.unread(path, &error);
        let found = fs::canonicalize(self.root.join(path)).map_err(unread)?;
        if !found.starts_with(self.root) {
            let source = NoScript::Outside { path: path.to_owned() };
            return Err(TemplatesError::Source { component: self.component.to_owned(), source });
        }
        let metadata = fs::metadata(&found).map_err(unread)?;
        if !metadata.is_file() {
            let reason = io::Error::other("it is neither a file nor a directory");
            return Err(unread(reason));
        }
        let mut bytes = Vec::new();
        let left = MAX_BYTES.saturating_sub(self.bytes) + 1;
        let file = fs::File::open(&found).map_err(unread)?;
        self.bytes += file.take(left).read_to_end(&mut bytes).map_err(unread)? as u64;
        let mode = metadata.permissions().mode() & 0o777;
        self.files.insert(path.to_owned(), File { bytes, mode });
        Ok(())
    }

    /// The folders that a folder's form names, as far as they are beneath the document's directory. Of a path with a
    /// template in it, the part before that is taken whole.
    fn dependencies(&self, folder: &str) -> Vec<String> {
        let form =
            if folder.is_empty() { FORM_NAME.to_owned() } else { format!("{folder}/{FORM_NAME}") };
        let Some(file) = self.files.get(&form) else { return Vec::new() };
        let form = Form::parse(&String::from_utf8_lossy(&file.bytes));
        let urls = form.dependencies.iter().map(|it| it.template_url.as_str());
        let named = urls.filter_map(|url| {
            let fixed = url.split("{{").next().unwrap_or_default();
            let fixed = if fixed.len() < url.len() { fixed.rsplit_once('/')?.0 } else { fixed };
            beneath(folder, fixed)
        });
        named.filter(|it| self.root.join(it).is_dir()).collect()
    }

    fn unread(&self, path: &str, error: &io::Error) -> TemplatesError {
        let (path, reason) = (path.to_owned(), error.to_string());
        let source = NoScript::Unreadable { path, reason };
        TemplatesError::Source { component: self.component.to_owned(), source }
    }
}

/// A path that is relative to a folder; `None` if it leads out of the document's directory.
fn beneath(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut kept: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(kept.pop()?),
            other => kept.push(other),
        }
    }
    Some(kept.join("/"))
}
