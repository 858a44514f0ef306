//! What one template has written, so that the next time only what differs is written, what it makes no more is
//! deleted, and what somebody has edited is left alone.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use sha2::{Digest, Sha256};
use template::{File, Files};

use super::{Rendered, TemplatesError};

type Hash = [u8; 32];

/// The files of one template and what they held when it wrote them, by their path beneath the root.
#[derive(Debug, Default)]
pub(super) struct Manifest(BTreeMap<String, Hash>);

/// What stands where a file is to go.
enum Standing {
    Nothing,
    File(Hash),
    /// A link, a directory, or something else that the template did not make.
    Other,
}

impl Manifest {
    /// Makes the root hold these files of the template, and no others of it.
    pub(super) fn apply(&mut self, root: &Path, files: &Files) -> Result<Rendered, TemplatesError> {
        let mut rendered = Rendered::default();
        for (path, file) in files {
            self.put(root, path, file, &mut rendered)?;
        }
        let orphans = self.0.keys().filter(|it| !files.contains_key(*it)).cloned();
        for path in orphans.collect::<Vec<_>>() {
            self.remove(root, &path, &mut rendered)?;
        }
        Ok(rendered)
    }

    fn put(
        &mut self,
        root: &Path,
        path: &str,
        file: &File,
        rendered: &mut Rendered,
    ) -> Result<(), TemplatesError> {
        let new = hash(&file.bytes);
        let target = root.join(path);
        check_parents(root, path)?;
        let list = match standing(&target).map_err(failed(path))? {
            Standing::Nothing => &mut rendered.created,
            Standing::File(found) if found == new => {
                rendered.unchanged += 1;
                self.0.insert(path.to_owned(), new);
                return Ok(());
            }
            Standing::File(found) if self.0.get(path).is_some_and(|it| *it != found) => {
                rendered.kept.push(path.to_owned());
                return Ok(());
            }
            Standing::File(_) => &mut rendered.changed,
            Standing::Other => return Err(TemplatesError::InTheWay { path: path.to_owned() }),
        };
        write(&target, file).map_err(failed(path))?;
        list.push(path.to_owned());
        self.0.insert(path.to_owned(), new);
        Ok(())
    }

    fn remove(
        &mut self,
        root: &Path,
        path: &str,
        rendered: &mut Rendered,
    ) -> Result<(), TemplatesError> {
        let target = root.join(path);
        check_parents(root, path)?;
        let written = self.0.remove(path);
        match standing(&target).map_err(failed(path))? {
            Standing::Nothing => {}
            Standing::File(found) if Some(found) == written => {
                fs::remove_file(&target).map_err(failed(path))?;
                remove_empty_parents(root, &target);
                rendered.deleted.push(path.to_owned());
            }
            Standing::File(_) | Standing::Other => rendered.kept.push(path.to_owned()),
        }
        Ok(())
    }
}

fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

fn failed(path: &str) -> impl Fn(io::Error) -> TemplatesError {
    move |source| TemplatesError::Write { path: path.to_owned(), source }
}

/// Refuses a path with a link among its directories, through which a file would end elsewhere.
fn check_parents(root: &Path, path: &str) -> Result<(), TemplatesError> {
    for (end, _) in path.match_indices('/') {
        match fs::symlink_metadata(root.join(&path[..end])) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(TemplatesError::InTheWay { path: path[..end].to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(path)(error)),
        }
    }
    Ok(())
}

fn standing(target: &Path) -> io::Result<Standing> {
    match fs::symlink_metadata(target) {
        Ok(found) if found.is_file() => Ok(Standing::File(hash(&fs::read(target)?))),
        Ok(_) => Ok(Standing::Other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Standing::Nothing),
        Err(error) => Err(error),
    }
}

/// Writes a file whole or not at all.
fn write(target: &Path, file: &File) -> io::Result<()> {
    let parent = target.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent)?;
    let mut fresh = tempfile::Builder::new().prefix(".rendered-").tempfile_in(parent)?;
    fresh.write_all(&file.bytes)?;
    // Its owner may edit it, even where the template's own file is read-only.
    fresh.as_file().set_permissions(fs::Permissions::from_mode(file.mode | 0o600))?;
    fresh.persist(target)?;
    Ok(())
}

fn remove_empty_parents(root: &Path, target: &Path) {
    let parents = target.ancestors().skip(1).take_while(|it| *it != root && it.starts_with(root));
    for parent in parents {
        if fs::remove_dir(parent).is_err() {
            return;
        }
    }
}
