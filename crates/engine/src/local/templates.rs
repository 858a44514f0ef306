//! Templates that become files: `Template`, a folder with a `boilerplate.yml`, and `TemplateInline`, a fence.
//!
//! ```text
//!  folder beside the document ─▶ sources ─▶ template::render_tree ─▶ files ─┬─▶ shown
//!                                                                           └─▶ Manifest ─▶ written, deleted, kept
//! ```
//!
//! A template reaches no file but those of its folder and of the folders that it depends on, and no variable of the
//! environment. What it makes stays beneath the output, and is no file that somebody has edited since.

mod manifest;
mod sources;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use document::{Component, ComponentKind};
use sandbox::{InvalidPath, SandboxPath};
use serde_json::{Map, Value};
use template::{ErrorKind, File, Files, TemplateError, TreeError};

use self::manifest::Manifest;
use super::{
    Folder, Given, NoScript, Values,
    fill::{self, FillError},
};

/// Why a template did not become files.
#[derive(Debug, thiserror::Error)]
pub enum TemplatesError {
    #[error("{component} is no template")]
    NoTemplate { component: String },
    #[error("template directory not found: {path}; paths are relative to the document")]
    NoDirectory { path: String },
    #[error("the template of {component} cannot be read: {source}")]
    Source { component: String, source: NoScript },
    #[error("the templates beneath {path} are more than {} files or {} MiB", sources::MAX_FILES, sources::MAX_BYTES >> 20)]
    TooMuch { path: String },
    #[error("{place} waits for {}; run the blocks that give them first", missing.join(", "))]
    Blocked { place: String, missing: Vec<String> },
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Tree(TreeError),
    #[error("{component} has no outputPath; say which file it becomes")]
    NoPath { component: String },
    #[error("{component} writes to {path:?}, which is no path beneath the output: {source}")]
    Path { component: String, path: String, source: InvalidPath },
    #[error("{component} is for a working tree, and there is none; clone a repository first")]
    NoWorktree { component: String },
    #[error("{path} is a link or no file, and nothing is written through or over it; remove it")]
    InTheWay { path: String },
    #[error("{path} cannot be written: {source}")]
    Write { path: String, source: io::Error },
}

impl TemplatesError {
    /// Whether a value is missing or not as it should be, so that another one may help.
    #[must_use]
    pub fn is_about_values(&self) -> bool {
        match self {
            Self::Blocked { .. } | Self::Tree(TreeError::Values { .. }) => true,
            Self::Template(error) | Self::Tree(TreeError::Template(error)) => {
                error.kind == ErrorKind::Missing
            }
            Self::NoTemplate { .. }
            | Self::NoDirectory { .. }
            | Self::Source { .. }
            | Self::TooMuch { .. }
            | Self::Tree(
                TreeError::Form { .. }
                | TreeError::Outside { .. }
                | TreeError::NoFolder { .. }
                | TreeError::Pattern { .. }
                | TreeError::Depth { .. }
                | TreeError::TooMuch,
            )
            | Self::NoPath { .. }
            | Self::Path { .. }
            | Self::NoWorktree { .. }
            | Self::InTheWay { .. }
            | Self::Write { .. } => false,
        }
    }
}

impl From<FillError> for TemplatesError {
    fn from(error: FillError) -> Self {
        match error {
            FillError::Blocked { place, missing } => Self::Blocked { place, missing },
            FillError::Template(error) => Self::Template(error),
        }
    }
}

/// What rendering did to the files. Paths are relative to the output, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    pub created: Vec<String>,
    pub changed: Vec<String>,
    pub deleted: Vec<String>,
    pub unchanged: usize,
    /// Somebody has edited them since the template made them, so they were left as they are.
    pub kept: Vec<String>,
}

impl Rendered {
    /// Files that are there because of the template.
    #[must_use]
    pub fn count(&self) -> usize {
        self.created.len() + self.changed.len() + self.unchanged + self.kept.len()
    }
}

/// What a template is filled in with: `inherited` by its `inputsId`, and beneath that, of a template with a form of its
/// own, what was given to it. Rendering checks the latter.
pub(super) fn form_values(component: &Component, given: &Given, inherited: Values) -> Values {
    if component.kind != ComponentKind::Template {
        return inherited;
    }
    let own = match given {
        Given::ById(all) => all.get(&component.id).cloned().unwrap_or_default(),
        Given::Merged(all) => all.clone(),
    };
    own.into_iter().chain(inherited).collect()
}

/// What a `Template` may be rendered from, by path; no files of any other component.
pub(super) fn files(folder: &Folder, component: &Component) -> Result<Files, TemplatesError> {
    let path = component.text("path").filter(|_| component.kind == ComponentKind::Template);
    let read = path.map(|path| sources::read(folder, &component.id, path)).transpose()?;
    Ok(read.map(|it| it.0).unwrap_or_default())
}

/// The templates of a document. Reading and writing blocks the thread.
#[derive(Debug)]
pub struct Templates {
    folder: Folder,
    output: PathBuf,
    /// What random functions are made from: the same from one rendering to the next, and known to nobody.
    seed: [u8; 32],
    /// By root and component.
    manifests: Mutex<BTreeMap<(PathBuf, String), Manifest>>,
}

impl Templates {
    /// Templates beside a document, whose files go into the directory `output`.
    #[must_use]
    pub fn new(folder: Folder, output: PathBuf) -> Self {
        Self { folder, output, seed: fill::seed(), manifests: Mutex::default() }
    }

    /// Whether the folder of a `Template` is there; what is wrong inside shows when it is rendered.
    ///
    /// # Errors
    ///
    /// When it is not, or lies elsewhere than beside the document.
    pub fn check(&self, component: &Component) -> Result<(), TemplatesError> {
        let path = component.text("path").filter(|_| component.kind == ComponentKind::Template);
        path.map_or(Ok(()), |path| sources::find(&self.folder, &component.id, path).map(drop))
    }

    /// What a template becomes, by path; nothing is written. The path of one that names none is empty.
    ///
    /// # Errors
    ///
    /// When it cannot be read or rendered with these values.
    pub fn preview(
        &self,
        component: &Component,
        values: &Values,
        outputs: &Map<String, Value>,
    ) -> Result<Files, TemplatesError> {
        match component.kind {
            ComponentKind::Template => self.tree(component, values, outputs),
            ComponentKind::TemplateInline => self.inline(component, values, outputs),
            ComponentKind::Check
            | ComponentKind::Command
            | ComponentKind::Inputs
            | ComponentKind::Admonition
            | ComponentKind::DirPicker
            | ComponentKind::GitClone
            | ComponentKind::AwsAuth
            | ComponentKind::GoogleAuth
            | ComponentKind::GitAuth
            | ComponentKind::GitHubAuth
            | ComponentKind::GitLabAuth
            | ComponentKind::GitPullRequest
            | ComponentKind::GitHubPullRequest
            | ComponentKind::GitLabMergeRequest
            | ComponentKind::TfModule
            | ComponentKind::Unknown => {
                Err(TemplatesError::NoTemplate { component: component.id.clone() })
            }
        }
    }

    /// Writes what a template becomes: new files and changed ones; those that it makes no more are deleted. An inline
    /// template that is only shown writes nothing. `worktree` is the repository that was cloned last.
    ///
    /// # Errors
    ///
    /// When it cannot be rendered with these values, or a file cannot be written.
    pub fn render(
        &self,
        component: &Component,
        values: &Values,
        outputs: &Map<String, Value>,
        worktree: Option<&Path>,
    ) -> Result<Rendered, TemplatesError> {
        let files = self.preview(component, values, outputs)?;
        let is_shown =
            component.kind == ComponentKind::TemplateInline && !component.flag("generateFile");
        if is_shown {
            return Ok(Rendered::default());
        }
        let id = component.id.clone();
        if files.contains_key("") {
            return Err(TemplatesError::NoPath { component: id });
        }
        let root = match (component.text("target"), worktree) {
            (Some("worktree"), None) => return Err(TemplatesError::NoWorktree { component: id }),
            (Some("worktree"), Some(worktree)) => worktree,
            (_, _) => &self.output,
        };
        let mut manifests = self.manifests.lock().unwrap_or_else(PoisonError::into_inner);
        manifests.entry((root.to_owned(), id)).or_default().apply(root, &files)
    }

    fn tree(
        &self,
        component: &Component,
        values: &Values,
        outputs: &Map<String, Value>,
    ) -> Result<Files, TemplatesError> {
        let path = component.text("path").unwrap_or_default();
        let (files, folder) = sources::read(&self.folder, &component.id, path)?;
        let needs = template::tree_needs(&files, &folder);
        let needed = needs.outputs.iter().map(|it| (it.block.as_str(), it.key.as_str()));
        let missing = fill::missing(needed, &template::context(&Map::new(), outputs));
        if !missing.is_empty() {
            return Err(TemplatesError::Blocked { place: folder, missing });
        }
        template::render_tree(&files, &folder, values, outputs, &fill::world(self.seed))
            .map_err(TemplatesError::Tree)
    }

    fn inline(
        &self,
        component: &Component,
        values: &Values,
        outputs: &Map<String, Value>,
    ) -> Result<Files, TemplatesError> {
        let id = &component.id;
        let no_template = || TemplatesError::NoTemplate { component: id.clone() };
        let code = component.code.first().ok_or_else(no_template)?;
        let world = fill::world(self.seed);
        let text = fill::fill_in(id, &code.code, values, outputs, &world)?;
        let path = component.text("outputPath").unwrap_or_default();
        let place = format!("{id} outputPath");
        let path = fill::fill_in(&place, path, values, outputs, &world)?;
        let path = path.trim().trim_start_matches("./").to_owned();
        if !path.is_empty() {
            SandboxPath::try_from(path.as_str()).map_err(|source| TemplatesError::Path {
                component: id.clone(),
                path: path.clone(),
                source,
            })?;
        }
        Ok(Files::from([(path, File { bytes: text.into_bytes(), mode: 0o644 })]))
    }
}

#[cfg(test)]
mod tests;
