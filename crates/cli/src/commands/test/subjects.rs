//! What there is to test: documents by themselves, and documents with a suite beside them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use document::suite::Suite;

use crate::{
    documents::{self, locate},
    failure::Failure,
};

/// The name of a suite, beside its document.
pub(super) const SUITE_NAME: &str = "runbook_test.yml";

/// The end of a path that stands for all suites beneath a directory.
const ALL_SUITES: &str = "...";

/// Something to test. A document that has a suite is held to that, and to nothing else.
#[derive(Debug)]
pub(super) enum Subject {
    /// Named by the user, or found.
    Document {
        path: PathBuf,
        is_named: bool,
    },
    Suite(SuiteFile),
}

impl Subject {
    /// Whether nothing else may be tested meanwhile.
    pub(super) fn runs_alone(&self) -> bool {
        match self {
            Self::Document { .. } => false,
            Self::Suite(file) => file.suite.as_ref().is_ok_and(|it| !it.settings.parallelizable),
        }
    }
}

/// A suite and its document.
#[derive(Debug)]
pub(super) struct SuiteFile {
    pub(super) path: PathBuf,
    pub(super) document: PathBuf,
    /// What it says, or `file:line:column` of its first mistake.
    pub(super) suite: Result<Suite, String>,
}

/// What paths name, in their order. Beneath a directory with a suite, only that counts: what else lies there is the
/// document's own.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<Subject>, Failure> {
    let mut found = Vec::new();
    let mut suites = BTreeSet::new();
    for path in paths {
        if path.file_name().is_some_and(|it| it == ALL_SUITES) {
            let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
            let directory = directory.unwrap_or(Path::new("."));
            for document in documents::find(&[directory.to_owned()])? {
                let own = document.parent().filter(|it| has_suite(it, Some(&document)));
                add_suite(own, &mut suites, &mut found)?;
            }
            continue;
        }
        if path.file_name().is_some_and(|it| it == SUITE_NAME) && path.is_file() {
            add_suite(Some(parent(path)), &mut suites, &mut found)?;
            continue;
        }
        let is_named = !path.is_dir();
        for document in documents::find(std::slice::from_ref(path))? {
            let outermost = if is_named {
                Some(parent(&document)).filter(|it| has_suite(it, Some(&document)))
            } else {
                let within = document.ancestors().skip(1).take_while(|it| it.starts_with(path));
                within.filter(|it| has_suite(it, None)).last()
            };
            match outermost {
                Some(directory) => add_suite(Some(directory), &mut suites, &mut found)?,
                None => found.push(Subject::Document { path: document.clone(), is_named }),
            }
        }
    }
    Ok(found)
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a directory has a suite for its document; for this one, if one is said.
fn has_suite(directory: &Path, document: Option<&Path>) -> bool {
    directory.join(SUITE_NAME).is_file()
        && locate(directory)
            .is_ok_and(|it| document.is_none_or(|document| it.file_name() == document.file_name()))
}

fn add_suite(
    directory: Option<&Path>,
    known: &mut BTreeSet<PathBuf>,
    found: &mut Vec<Subject>,
) -> Result<(), Failure> {
    let Some(directory) = directory else { return Ok(()) };
    let path = directory.join(SUITE_NAME);
    if known.insert(path.clone()) {
        let document = locate(directory)?;
        let suite = read(&path);
        found.push(Subject::Suite(SuiteFile { path, document, suite }));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Suite, String> {
    let place = path.display();
    let text =
        fs::read_to_string(path).map_err(|error| format!("{place} cannot be read: {error}"))?;
    Suite::parse(&text).map_err(|it| format!("{place}:{}:{}: {}", it.line, it.column, it.message))
}
