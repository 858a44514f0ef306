//! Where a document's module lies.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{NoModule, OPENED};
use crate::local::Folder;

/// The module that `runbook open` was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedModule {
    /// As generated files name it.
    pub source: String,
    pub directory: PathBuf,
}

/// How generated files name the source of a document's component, and its directory, without links on the way.
pub(in crate::local) fn locate(
    source: &str,
    folder: &Folder,
) -> Result<(String, PathBuf), NoModule> {
    let at = || source.to_owned();
    if source == OPENED {
        let OpenedModule { source, directory } = folder.opened().ok_or(NoModule::NotOpened)?;
        return Ok((source.clone(), found(directory).ok_or(NoModule::Missing { at: at() })?));
    }
    if is_address(source) {
        return Err(NoModule::Elsewhere { at: at() });
    }
    let found = found(&folder.path().join(source)).ok_or(NoModule::Missing { at: at() })?;
    match folder.reaches(&found) {
        true => Ok((at(), found)),
        false => Err(NoModule::Outside { at: at() }),
    }
}

fn found(directory: &Path) -> Option<PathBuf> {
    fs::canonicalize(directory).ok().filter(|it| it.is_dir())
}

fn is_address(source: &str) -> bool {
    let forges = ["git::", "git@", "github.com/", "gitlab.com/", "bitbucket.org/"];
    source.contains("://") || forges.iter().any(|it| source.starts_with(it))
}
