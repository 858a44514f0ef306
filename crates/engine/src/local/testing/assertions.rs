//! What must be so: files where generated files go, outputs of blocks, commands that succeed.

use std::{fs, io::Read, path::Path, time::Duration};

use document::{normal_id, suite::Assertion};
use regex::Regex;

use super::{
    TestError,
    running::{Running, shell},
};
use crate::local::Generated;

/// Most bytes of a file that are looked at.
const MOST_BYTES: u64 = 64 << 20;

/// Longest time that a command of an assertion takes; the test's own limit usually comes first.
const LONGEST: Duration = Duration::from_secs(3600);

impl Running<'_> {
    /// Checks assertions in order. The inner error says what is not so.
    pub(super) async fn assertions(
        &self,
        assertions: &[Assertion],
    ) -> Result<Result<(), String>, TestError> {
        for assertion in assertions {
            let checked = match assertion {
                Assertion::Script { command } => {
                    let ended = self.aside(shell(command), &self.output, LONGEST).await?;
                    ended.map_err(|why| format!("`{command}` failed: {why}"))
                }
                Assertion::OutputEquals { .. }
                | Assertion::OutputMatches { .. }
                | Assertion::OutputExists { .. } => self.of_outputs(assertion),
                Assertion::FilesGenerated { block, min_count } => {
                    self.files_generated(block.as_deref(), *min_count)
                }
                Assertion::FileExists { .. }
                | Assertion::FileNotExists { .. }
                | Assertion::FileContains { .. }
                | Assertion::FileNotContains { .. }
                | Assertion::FileMatches { .. }
                | Assertion::FileEquals { .. }
                | Assertion::DirExists { .. }
                | Assertion::DirNotExists { .. } => of_files(assertion, &self.output),
            };
            if checked.is_err() {
                return Ok(checked);
            }
        }
        Ok(Ok(()))
    }

    fn of_outputs(&self, assertion: &Assertion) -> Result<(), String> {
        let found = |block: &str, output: &str| {
            let found = self.outputs_of(block).remove(output);
            found.ok_or_else(|| format!("block `{block}` gave no {output}"))
        };
        match assertion {
            Assertion::OutputExists { block, output } => found(block, output).map(drop),
            Assertion::OutputEquals { block, output, value } => {
                let found = found(block, output)?;
                let differs =
                    || format!("block `{block}` gave {output} = {found:?}, not {value:?}");
                (found == *value).then_some(()).ok_or_else(differs)
            }
            Assertion::OutputMatches { block, output, pattern } => {
                let found = found(block, output)?;
                let differs = || {
                    format!(
                        "block `{block}` gave {output} = {found:?}, which /{pattern}/ does not match"
                    )
                };
                compiled(pattern)?.is_match(&found).then_some(()).ok_or_else(differs)
            }
            Assertion::Script { .. }
            | Assertion::FilesGenerated { .. }
            | Assertion::FileExists { .. }
            | Assertion::FileNotExists { .. }
            | Assertion::FileContains { .. }
            | Assertion::FileNotContains { .. }
            | Assertion::FileMatches { .. }
            | Assertion::FileEquals { .. }
            | Assertion::DirExists { .. }
            | Assertion::DirNotExists { .. } => Ok(()),
        }
    }

    fn files_generated(&self, block: Option<&str>, wanted: usize) -> Result<(), String> {
        let (by, found) = match block {
            Some(block) => {
                let found = self.generated.get(&normal_id(block)).copied().unwrap_or_default();
                (format!(" by `{block}`"), found)
            }
            None => {
                let listing = Generated::new(self.output.clone()).list(None);
                (String::new(), listing.map_err(|error| error.to_string())?.total)
            }
        };
        let fewer = || format!("{found} files were generated{by}, fewer than {wanted}");
        (found >= wanted).then_some(()).ok_or_else(fewer)
    }
}

/// Paths are relative to where generated files go.
fn of_files(assertion: &Assertion, output: &Path) -> Result<(), String> {
    let at = |path: &String| output.join(path);
    let so = |is_so: bool, what: String| is_so.then_some(()).ok_or(what);
    match assertion {
        Assertion::FileExists { path } => {
            so(at(path).is_file(), format!("there is no file {path}"))
        }
        Assertion::FileNotExists { path } => {
            so(fs::symlink_metadata(at(path)).is_err(), format!("there is {path}"))
        }
        Assertion::DirExists { path } => {
            so(at(path).is_dir(), format!("there is no directory {path}"))
        }
        Assertion::DirNotExists { path } => {
            so(!at(path).is_dir(), format!("there is a directory {path}"))
        }
        Assertion::FileContains { path, contains } => {
            let text = text(path, output)?;
            so(text.contains(contains), format!("{path} does not contain {contains:?}"))
        }
        Assertion::FileNotContains { path, contains } => {
            let text = text(path, output)?;
            so(!text.contains(contains), format!("{path} contains {contains:?}"))
        }
        Assertion::FileMatches { path, pattern } => {
            let is_so = compiled(pattern)?.is_match(&text(path, output)?);
            so(is_so, format!("/{pattern}/ does not match {path}"))
        }
        Assertion::FileEquals { path, value } => {
            let found = text(path, output)?;
            let lines = |it: &str| it.lines().map(str::to_owned).collect::<Vec<_>>();
            let differs = || document::difference(&lines(value), &lines(&found), 1);
            if found == *value { Ok(()) } else { Err(format!("{path} differs\n{}", differs())) }
        }
        Assertion::Script { .. }
        | Assertion::FilesGenerated { .. }
        | Assertion::OutputEquals { .. }
        | Assertion::OutputMatches { .. }
        | Assertion::OutputExists { .. } => Ok(()),
    }
}

fn compiled(pattern: &str) -> Result<Regex, String> {
    Regex::new(pattern).map_err(|_| format!("/{pattern}/ is no regular expression"))
}

fn text(path: &str, output: &Path) -> Result<String, String> {
    let unread = |error| format!("{path} cannot be read: {error}");
    let file = fs::File::open(output.join(path)).map_err(unread)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(unread)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
