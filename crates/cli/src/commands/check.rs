//! `runbook check`: what is wrong with a document. Starts nothing.

use std::process::ExitCode;

use document::Severity;

use crate::{
    args::CheckArgs,
    documents::Source,
    failure::{Failure, REJECTED},
    output,
};

pub(crate) async fn run(args: CheckArgs) -> Result<ExitCode, Failure> {
    let source = Source::open(&args.document).await?;
    for diagnostic in &source.document.diagnostics {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        output::note(&format!("{severity}: {}", source.place(diagnostic)));
    }
    let runnable = source.document.runnable().count();
    let files = source.document.files().count();
    let components = match source.document.components.len() {
        0 => String::new(),
        count => format!(", {count} components"),
    };
    let name = source.name();
    output::say(&format!("{name}: {runnable} runnable blocks, {files} files{components}"))?;
    let failed = source.first_error().is_some();
    Ok(if failed { ExitCode::from(REJECTED) } else { ExitCode::SUCCESS })
}
