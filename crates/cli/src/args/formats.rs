//! Flags of the commands about files: test, convert, fmt.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::{Args as Flags, ValueEnum, builder::FalseyValueParser};
use document::Dialect;

use super::{CacheFlags, IsolationFlags, LimitFlags};

#[derive(Debug, Flags)]
pub(crate) struct TestArgs {
    /// Documents, or directories with documents. `DIR/...` takes each document beneath with a `runbook_test.yml`
    /// beside it, and nothing else.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Write what was printed into the documents, in place of what they expected.
    #[arg(long, env = "RUNBOOK_UPDATE", value_parser = FalseyValueParser::new())]
    pub(crate) update: bool,
    /// Make only the tests of this name, of those in `runbook_test.yml`.
    #[arg(long, env = "RUNBOOK_TEST", value_name = "NAME")]
    pub(crate) test: Option<String>,
    /// Draw the values that tests leave to chance from this number, to repeat a failure.
    #[arg(long, env = "RUNBOOK_TEST_SEED")]
    pub(crate) seed: Option<u64>,
    /// Form of the report.
    #[arg(long, env = "RUNBOOK_TEST_OUTPUT", default_value = "text")]
    pub(crate) output: Report,
    /// File for the report, instead of stdout.
    #[arg(long, env = "RUNBOOK_TEST_OUTPUT_FILE", value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
    /// Also say how each block ended and what it printed.
    #[arg(long, short, env = "RUNBOOK_TEST_VERBOSE", value_parser = FalseyValueParser::new())]
    pub(crate) verbose: bool,
    /// Documents tested at a time; by default as many as there are processors.
    #[arg(long, visible_alias = "jobs", env = "RUNBOOK_TEST_JOBS", value_name = "N")]
    pub(crate) max_parallel: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) cache: CacheFlags,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) isolation: IsolationFlags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Report {
    Text,
    Junit,
}

#[derive(Debug, Flags)]
pub(crate) struct ConvertArgs {
    /// The document: .ipynb, .md, .mdx, .livemd or .qmd.
    pub(crate) from: PathBuf,
    /// The file to write, over one that is there: .ipynb, .md, .mdx, .livemd, .qmd or .html.
    pub(crate) to: PathBuf,
    /// What becomes of outputs that stand in the document.
    #[arg(long, env = "RUNBOOK_OUTPUTS", default_value = "keep")]
    pub(crate) outputs: Kept,
    /// How the blocks of Markdown are written: seed, run, runme, quarto, myst or plain.
    #[arg(long, env = "RUNBOOK_DIALECT", value_parser = dialect)]
    pub(crate) dialect: Option<Dialect>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kept {
    Keep,
    Drop,
}

#[derive(Debug, Flags)]
pub(crate) struct FmtArgs {
    /// Documents, or directories with documents.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Write nothing, and fail if something would be written.
    #[arg(long, env = "RUNBOOK_CHECK", value_parser = FalseyValueParser::new())]
    pub(crate) check: bool,
    /// Write blocks in another dialect: seed, run, runme, quarto, myst or plain.
    #[arg(long, env = "RUNBOOK_DIALECT", value_parser = dialect)]
    pub(crate) dialect: Option<Dialect>,
}

/// Reads a dialect that can be written.
fn dialect(text: &str) -> Result<Dialect, String> {
    match text {
        "seed" => Ok(Dialect::Seed),
        "run" => Ok(Dialect::Run),
        "runme" => Ok(Dialect::Runme),
        "quarto" => Ok(Dialect::Quarto),
        "myst" => Ok(Dialect::Myst),
        "plain" => Ok(Dialect::Plain),
        _ => Err(format!("{text:?} is none; use seed, run, runme, quarto, myst or plain")),
    }
}
