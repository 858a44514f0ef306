//! Documents for OpenTofu modules: one that somebody names with `--tf-runbook`, or one of ours.
//!
//! ```text
//!   module, perhaps fetched ─┬─ has a document ─▶ that one
//!                            └─ has none, or --tf-runbook ─▶ ours, or the one that is named; it asks for the variables
//! ```
//!
//! The document is never fetched: it can run scripts, and who names a module means its files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use engine::local::OpenedModule;
use tempfile::TempDir;

use super::{Brought, NAMES, Source};
use crate::failure::Failure;

/// What there is of ours, by the name that Gruntwork Runbooks gave it.
const OURS: [(&str, &str); 3] = [
    ("::terragrunt", include_str!("modules/terragrunt.mdx")),
    ("::tofu", include_str!("modules/tofu.mdx")),
    ("::terragrunt-github", include_str!("modules/terragrunt-github.mdx")),
];

impl Source {
    /// Reads a document as [`Source::open`] does, or one for a module.
    pub(crate) async fn open_for_reader(
        named: &Path,
        tf_runbook: Option<&str>,
    ) -> Result<Self, Failure> {
        let brought = Brought::new(named).await?;
        let template = match tf_runbook {
            Some(template) => template,
            None if is_module(&brought.path) => OURS[0].0,
            None => return Self::beside_module(named, brought),
        };
        if !brought.path.is_dir() {
            let what = format!("{} is no directory of a module", named.display());
            return Err(Failure::rejected(format!("{what}; --tf-runbook is for one")));
        }
        let source = match brought.origin {
            Some(_) => named.display().to_string(),
            None => canonical(&brought.path)?.display().to_string(),
        };
        let module = Some(OpenedModule { source, directory: brought.path });
        let (document, is_ours, written) = document(template)?;
        let directories = brought.directory.into_iter().chain(written).collect();
        let source = Self::read(&document)?;
        Ok(Self { module, is_ours, directories, ..source })
    }

    /// A document from elsewhere is about what lies beside it.
    fn beside_module(named: &Path, brought: Brought) -> Result<Self, Failure> {
        let is_elsewhere = brought.origin.is_some();
        let mut source = Self::of(brought)?;
        let beside = source.path.parent().filter(|_| is_elsewhere).map(Path::to_owned);
        let address = named.display().to_string();
        source.module = beside.map(|directory| OpenedModule { source: address, directory });
        Ok(source)
    }
}

/// Where the document lies that is meant, whether it is ours, and what holds it if it is.
fn document(template: &str) -> Result<(PathBuf, bool, Option<TempDir>), Failure> {
    if let Some((_, text)) = OURS.iter().find(|it| it.0 == template) {
        let written = tempfile::Builder::new().prefix("runbook-module-").tempdir();
        let written = written.map_err(Failure::unavailable)?;
        let path = written.path().join("runbook.mdx");
        fs::write(&path, text).map_err(Failure::unavailable)?;
        return Ok((path, true, Some(written)));
    }
    let path = PathBuf::from(template);
    if !path.exists() {
        let ours: Vec<_> = OURS.iter().map(|it| it.0).collect();
        let what = format!("--tf-runbook takes {} or a document on this machine", ours.join(", "));
        return Err(Failure::rejected(format!("{what}; there is no {template}")));
    }
    Ok((path, false, None))
}

fn canonical(path: &Path) -> Result<PathBuf, Failure> {
    fs::canonicalize(path).map_err(Failure::unavailable)
}

/// Whether it is a module without a document of its own. A README says what a module is, and is no such document.
fn is_module(directory: &Path) -> bool {
    let mut own = NAMES.iter().filter(|it| it.starts_with("runbook."));
    if own.any(|it| directory.join(it).is_file()) {
        return false;
    }
    let names = fs::read_dir(directory).into_iter().flatten().flatten().map(|it| it.file_name());
    names.into_iter().any(|it| {
        let name = it.to_string_lossy();
        name.ends_with(".tf") || name.ends_with(".tf.json")
    })
}
