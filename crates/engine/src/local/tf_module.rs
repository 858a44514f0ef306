//! `TfModule`: the form of an OpenTofu module's variables, and what templates find of it.
//!
//! ```text
//!  source ─▶ directory ─▶ *.tf, *.tf.json ─▶ Declared ─▶ Form ─▶ values ─▶ `_module`
//! ```
//!
//! Files are read and nothing of them is evaluated. A module lies beside the document or in its repository, or is what
//! `runbook open` was given; what its files lead to elsewhere is not read.

mod declared;
mod files;
mod form;
mod literal;
mod place;
mod types;
mod values;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use template::Form;

use self::declared::{Declared, Parts};
pub use self::place::OpenedModule;
pub(super) use self::place::locate;
use super::registry::hash;

/// The name by which a document means the module that `runbook open` was given.
const OPENED: &str = "::cli_runbook_source";

/// A module as it was when it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct TfModule {
    /// As generated files name it.
    pub source: String,
    pub folder_name: String,
    /// The first heading of its `README.md`; empty without one.
    pub readme_title: String,
    pub output_names: Vec<String>,
    /// As `type.name`.
    pub resource_names: Vec<String>,
    /// Files that could not be read, and why.
    pub remarks: Vec<String>,
    pub form: Form,
    variables: Vec<Declared>,
    /// Of its files.
    pub(super) hash: String,
}

/// Why there is no module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoModule {
    #[error("there is no module directory {at}; a path is relative to the document")]
    Missing { at: String },
    #[error(
        "the module {at} lies neither beside the document nor in its repository; move it there"
    )]
    Outside { at: String },
    #[error("the module {at} has no .tf files; name the directory of a module")]
    Nothing { at: String },
    #[error("the files of the module {at} are more than {} or {} MiB", files::MOST_FILES, files::MOST_BYTES >> 20)]
    TooMuch { at: String },
    #[error("the module {at} cannot be read: {reason}")]
    Unreadable { at: String, reason: String },
    #[error(
        "the source {at} is an address, and modules are read from this machine only; clone it and name its path"
    )]
    Elsewhere { at: String },
    #[error(
        "the source {OPENED} is the module that runbook was opened with, and there was none; name one"
    )]
    NotOpened,
}

impl TfModule {
    /// Reads the module in `directory`. What is as in `before` is not parsed again.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(super) fn read(
        source: &str,
        directory: &Path,
        before: Option<&Arc<Self>>,
    ) -> Result<Arc<Self>, NoModule> {
        let found = files::read(source, directory)?;
        let folder_name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let parts = found.texts.iter().flat_map(|(name, text)| [name.as_str(), text.as_str()]);
        let parts: Vec<&str> =
            [source, &folder_name, &found.readme_title].into_iter().chain(parts).collect();
        let lengths: String = parts.iter().map(|it| format!("{} ", it.len())).collect();
        let hash = hash(&[&[lengths.as_str()], &parts[..]].concat());
        if let Some(before) = before.filter(|it| it.hash == hash) {
            return Ok(Arc::clone(before));
        }
        let mut module = Self {
            source: source.to_owned(),
            folder_name,
            readme_title: found.readme_title,
            output_names: Vec::new(),
            resource_names: Vec::new(),
            remarks: Vec::new(),
            form: Form::default(),
            variables: Vec::new(),
            hash,
        };
        for (name, text) in &found.texts {
            let read = if name.ends_with(".json") { declared::of_json } else { declared::of_hcl };
            match read(name, text) {
                Ok(parts) => module.add(parts),
                Err(remark) => module.remarks.push(remark),
            }
        }
        module.output_names.sort();
        module.resource_names.sort();
        module.form = form::form(&module.variables);
        Ok(Arc::new(module))
    }

    /// Of variables with one name the first counts.
    fn add(&mut self, parts: Parts) {
        for variable in parts.variables {
            if self.variables.iter().all(|it| it.name != variable.name) {
                self.variables.push(variable);
            }
        }
        self.output_names.extend(parts.outputs);
        self.resource_names.extend(parts.resources);
    }

    /// What it gives to templates that name its outputs.
    #[must_use]
    pub(super) fn outputs(&self) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("MODULE_NAME".to_owned(), self.folder_name.clone()),
            ("SOURCE".to_owned(), self.source.clone()),
        ])
    }
}

#[cfg(test)]
mod tests;
