//! `runbook fmt`: documents as they should be written. It changes nothing that a reader could see, unless
//! it is asked for another dialect.

use std::{fs, path::Path, process::ExitCode};

use crate::{
    args::FmtArgs,
    documents::{self, Source, is_notebook},
    failure::Failure,
    output,
};

pub(crate) fn run(args: &FmtArgs) -> Result<ExitCode, Failure> {
    let mut changed = 0;
    for path in documents::find(&args.paths)? {
        if is_notebook(&path) {
            continue;
        }
        let source = Source::read(&path)?;
        let formatted = formatted(&source, args)?;
        if formatted == source.original {
            continue;
        }
        changed += 1;
        if args.check {
            output::say(&format!("{}: is not formatted", path.display()))?;
        } else {
            write(&path, &formatted)?;
            output::say(&format!("{}: formatted", path.display()))?;
        }
    }
    Ok(if args.check && changed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn formatted(source: &Source, args: &FmtArgs) -> Result<String, Failure> {
    let Some(dialect) = args.dialect else { return Ok(document::tidy(&source.text)) };
    let rewritten = document::rewrite_dialect(&source.text, &source.document, dialect);
    let (text, notes) = rewritten.map_err(|it| Failure::rejected(it).at(source.path.display()))?;
    for note in notes {
        output::note(&format!("{}: {note}", source.path.display()));
    }
    Ok(document::tidy(&text))
}

/// Writes all of a file or, where that fails, nothing of it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed =
        |error| Failure::rejected(format!("{} cannot be written: {error}", path.display()));
    // What a link points at is written, not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = fs::write(&beside, text).and_then(|()| {
        if let Ok(metadata) = fs::metadata(&path) {
            fs::set_permissions(&beside, metadata.permissions())?;
        }
        fs::rename(&beside, &path)
    });
    written.map_err(|error| {
        drop(fs::remove_file(&beside));
        failed(error)
    })
}
