//! What a click in a `DirPicker` does: it looks into a directory beneath the root, or chooses one as the output `PATH`.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use document::{Component, ComponentKind, normal_id};

use super::{Given, Inner, LocalRunbook, RunScriptError, Unreadable};
use crate::local::{
    LocalSession, Values,
    directories::{Directories, DirectoryError, Root},
};

/// What the chosen directory is called for later blocks.
pub(in crate::local) const PATH: &str = "PATH";

/// Why nothing was offered or chosen.
#[derive(Debug, thiserror::Error)]
pub enum PickError {
    #[error(transparent)]
    Refused(#[from] RunScriptError),
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl LocalRunbook {
    /// The directories in the one at `under`, which is relative to the root of a picker.
    ///
    /// # Errors
    ///
    /// When there is no such picker, nobody trusts the document, its root is not there yet, or there is no such
    /// directory beneath it.
    pub async fn directories(
        &self,
        id: &str,
        given: &Given,
        under: &str,
    ) -> Result<Directories, PickError> {
        let under = under.to_owned();
        Ok(self.beneath_root(id, given, move |root| root.list(&under)).await?.1)
    }

    /// Chooses the directory at `path`, which is relative to the root of a picker, as its output. Gives the path as
    /// later blocks find it.
    ///
    /// # Errors
    ///
    /// As [`LocalRunbook::directories`].
    pub async fn pick(&self, id: &str, given: &Given, path: &str) -> Result<String, PickError> {
        let path = path.to_owned();
        let (id, chosen) = self.beneath_root(id, given, move |root| root.choose(&path)).await?;
        self.0.session.give(&id, BTreeMap::from([(PATH.to_owned(), chosen.clone())]));
        Ok(chosen)
    }

    /// What there is beneath the root of a picker, and the id of the picker as it is written.
    async fn beneath_root<T: Send + 'static>(
        &self,
        id: &str,
        given: &Given,
        look: impl FnOnce(&Root) -> Result<T, DirectoryError> + Send + 'static,
    ) -> Result<(String, T), PickError> {
        if !self.is_trusted() {
            return Err(RunScriptError::Untrusted.into());
        }
        let reading = self.0.running().await.map_err(RunScriptError::from)?;
        let unknown = || RunScriptError::NoComponent { id: id.to_owned() };
        let (index, component) = reading.component(id).ok_or_else(unknown)?;
        if component.kind != ComponentKind::DirPicker {
            return Err(unknown().into());
        }
        if let Some(mistake) = reading.mistake(index) {
            let component = component.id.clone();
            return Err(RunScriptError::Broken { component, reason: mistake }.into());
        }
        let inputs = self.0.inputs(&reading, &component.id, given)?;
        let path = self.0.root_of(component, &inputs)?;
        let inner = Arc::clone(&self.0);
        let looking = tokio::task::spawn_blocking(move || {
            let shown = Path::new(&inner.working);
            let shown = inner.opening.backend.isolated.then_some(shown);
            look(&Root::open(&path, shown)?)
        });
        let looked = looking.await.map_err(|it| {
            let reason = io::Error::other(it);
            RunScriptError::Disk(Unreadable { path: self.path().to_owned(), reason })
        })?;
        Ok((component.id.clone(), looked?))
    }
}

impl Inner {
    fn root_of(&self, component: &Component, inputs: &Values) -> Result<PathBuf, RunScriptError> {
        let missing = match (component.text("rootDir"), component.text("gitCloneId")) {
            (Some(text), _) => self.missing(&[text], inputs),
            (None, Some(clone)) if cloned(&self.session, clone).is_none() => {
                vec![format!("outputs.{clone}.{CLONE_PATH}")]
            }
            (None, Some(_) | None) => Vec::new(),
        };
        if !missing.is_empty() {
            return Err(RunScriptError::Blocked { component: component.id.clone(), missing });
        }
        Ok(root_path(component, &self.session, inputs, Path::new(&self.working))?)
    }
}

/// What `GitClone` calls the directory that it has made.
const CLONE_PATH: &str = "clone_path";

fn cloned(session: &LocalSession, clone: &str) -> Option<String> {
    let is_it = |it: &str| normal_id(it) == normal_id(clone);
    let outputs = session.outputs().into_iter().find(|it| is_it(&it.0))?;
    outputs.1.get(CLONE_PATH).cloned()
}

/// Where a picker looks: what its `rootDir` says, from where scripts begin, or else the clone that it names.
pub(in crate::local) fn root_path(
    component: &Component,
    session: &LocalSession,
    inputs: &Values,
    working: &Path,
) -> Result<PathBuf, crate::local::LocalError> {
    let named = match component.text("rootDir") {
        Some(text) => session.fill(&format!("{} rootDir", component.id), text, inputs)?,
        None => {
            let clone = component.text("gitCloneId").unwrap_or_default();
            cloned(session, clone).unwrap_or_default()
        }
    };
    Ok(working.join(named.trim()))
}
