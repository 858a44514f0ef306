//! The list of what a signature covers, as `sha256sum` prints it: a hash and a path in each line.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
};

use sha2::{Digest, Sha256};

use crate::local::Folder;

/// Files by their path beneath the document's directory, with their SHA-256 in hex.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Manifest(BTreeMap<String, String>);

impl Manifest {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().enumerate().filter(|it| !it.1.is_empty());
        let files = lines.map(|(number, line)| {
            let file = line.split_once(' ').and_then(|(hash, path)| {
                let path = path.strip_prefix([' ', '*'])?;
                let is_hash = hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
                Some((plain(path)?, hash.to_ascii_lowercase())).filter(|_| is_hash)
            });
            let wrong = "is no hash with the path of a file beside the document";
            file.ok_or_else(|| format!("line {} of {} {wrong}", number + 1, super::MANIFEST))
        });
        files.collect::<Result<_, _>>().map(Self)
    }

    /// The first of the files that are needed that is not listed. Whatever is listed must be as it was.
    pub(super) fn check(
        &self,
        folder: &Folder,
        needed: &BTreeMap<String, String>,
    ) -> Result<Option<String>, String> {
        for (path, listed) in &self.0 {
            let found = match needed.get(path) {
                Some(read) => Ok(read.clone()),
                None => hash_of(folder, path),
            };
            match found {
                Ok(found) if found == *listed => {}
                Ok(_) => return Err(format!("{path} is not what was signed")),
                Err(error) => return Err(format!("{path} was signed and cannot be read: {error}")),
            }
        }
        Ok(needed.keys().find(|it| !self.0.contains_key(*it)).cloned())
    }
}

fn hash_of(folder: &Folder, path: &str) -> io::Result<String> {
    let mut file = File::open(folder.path().join(path))?;
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; 64 << 10]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            length => hasher.update(&piece[..length]),
        }
    }
    Ok(model::artifact::Digest::new(hasher.finalize().into()).hex())
}

/// A path without `.` and `..`; `None` if it leads out.
pub(super) fn plain(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" if parts.is_empty() => return None,
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}
