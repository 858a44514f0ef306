//! The blocks of a document in another dialect, each with the same code and the same attributes.

use std::collections::BTreeMap;

use crate::{
    block::{Block, BlockKind, Dialect},
    code::Layout,
    document::{Document, parse},
    edit::replace_block,
    notebook::attribute,
    runtime::Runtime,
};

/// Why a document is not written in another dialect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RewriteError {
    #[error(
        "no document is written in the dialect {dialect:?}; use seed, run, runme, quarto, myst or plain"
    )]
    Dialect { dialect: String },
    #[error("line {line}: file blocks are known to the dialects seed and run only")]
    File { line: usize },
    #[error("line {line}: the attribute `{key}` cannot be written in this dialect; shorten it")]
    Attribute { line: usize, key: String },
    #[error("line {line}: the block would not run as it does now; write it by hand")]
    Changed { line: usize },
}

/// The text with its blocks in another dialect, and what was left as it is.
///
/// # Errors
///
/// Returns [`RewriteError`] where the dialect has no form for something.
pub fn rewrite_dialect(
    text: &str,
    document: &Document,
    to: Dialect,
) -> Result<(String, Vec<String>), RewriteError> {
    use Dialect::{Myst, Plain, Quarto, Run, Runme, Seed};
    if !matches!(to, Seed | Run | Runme | Quarto | Myst | Plain) {
        return Err(unknown(to));
    }
    let mut out = text.to_owned();
    let mut notes = Vec::new();
    let mut expected = Vec::new();
    // From the last on, so that the places of those before stay.
    for block in document.blocks.iter().rev() {
        if matches!(block.kind, BlockKind::File { .. }) {
            if !matches!(to, Dialect::Seed | Dialect::Run) {
                return Err(RewriteError::File { line: block.line });
            }
            continue;
        }
        if !is_cell(block) {
            continue;
        }
        let is_plain =
            matches!(block.layout, Layout::Verbatim { .. }) || block.code == block.body();
        if !is_plain {
            notes.push(format!(
                "line {}: the block holds prompts or hidden lines and stays as it is",
                block.line
            ));
            continue;
        }
        let code = without_options(block);
        let (info, body) = written(block, to, &code)?;
        if to == Dialect::Plain && !attributes(block).is_empty() {
            notes.push(format!(
                "line {}: plain fences have no attributes; its own are gone",
                block.line
            ));
        }
        out = replace_block(&out, block, &info, &body);
        expected.push((block.line, block.is_runnable(), code));
    }
    notes.reverse();
    expected.reverse();
    check(&out, &expected)?;
    Ok((out, notes))
}

fn unknown(to: Dialect) -> RewriteError {
    RewriteError::Dialect { dialect: format!("{to:?}").to_lowercase() }
}

fn is_cell(block: &Block) -> bool {
    let of_cells = matches!(
        block.dialect,
        Dialect::Seed | Dialect::Run | Dialect::Quarto | Dialect::Myst | Dialect::Marimo
    );
    block.is_closed()
        && block.language.is_some()
        && !block.info.starts_with("{{")
        && (block.is_runnable() || of_cells)
}

/// The code without Quarto's options, which are comments of it.
fn without_options(block: &Block) -> String {
    if block.dialect != Dialect::Quarto {
        return block.code.clone();
    }
    let is_option = |line: &&str| {
        let line = line.trim_start();
        ["#|", "//|", "--|"].iter().any(|it| line.starts_with(it))
    };
    block.code.split_inclusive('\n').skip_while(is_option).collect()
}

fn attributes(block: &Block) -> Vec<(String, String)> {
    let mut found: BTreeMap<String, String> = block.attributes.clone();
    for key in ["name", "label", "class"] {
        found.remove(key);
    }
    // Knitr's name is a word without a value.
    found.retain(|key, value| !(value.is_empty() && block.name.as_ref() == Some(key)));
    let name = block.name.iter().map(|it| ("name".to_owned(), it.clone()));
    let rest = found
        .into_iter()
        .map(|(key, value)| (key, if value.is_empty() { "true".to_owned() } else { value }));
    name.chain(rest).collect()
}

fn written(block: &Block, to: Dialect, code: &str) -> Result<(String, String), RewriteError> {
    let language = block.language.as_deref().unwrap_or_default();
    let attributes = attributes(block);
    let mut words = String::new();
    for (key, value) in &attributes {
        let refused = || RewriteError::Attribute { line: block.line, key: key.clone() };
        words.push(' ');
        words.push_str(key);
        words.push('=');
        words.push_str(&attribute(value).ok_or_else(refused)?);
    }
    let info = match to {
        Dialect::Seed => format!("runnable {language}{words}"),
        Dialect::Run => format!("{language} {{run{words}}}"),
        Dialect::Plain => language.to_owned(),
        Dialect::Runme if words.is_empty() => language.to_owned(),
        Dialect::Runme => format!("{language} {{{words} }}"),
        Dialect::Quarto => format!("{{{language}}}"),
        Dialect::Myst => format!("{{code-cell}} {language}"),
        Dialect::Jupytext
        | Dialect::Marimo
        | Dialect::Livebook
        | Dialect::Mdbook
        | Dialect::Pandoc => return Err(unknown(to)),
    };
    let mut body = String::new();
    for (key, value) in &attributes {
        if to == Dialect::Quarto {
            let key = if key == "name" { "label" } else { key };
            body.extend([comment(block.runtime), " ", key, ": ", &scalar(key, value), "\n"]);
        } else if to == Dialect::Myst {
            body.extend([":", key, ": ", &scalar(key, value), "\n"]);
        }
    }
    body.push_str(code);
    Ok((info, body))
}

const fn comment(runtime: Option<Runtime>) -> &'static str {
    match runtime {
        Some(Runtime::Node | Runtime::Typescript | Runtime::Go | Runtime::Rust) => "//|",
        Some(Runtime::Python | Runtime::Bash) | None => "#|",
    }
}

/// A value of an option in YAML.
fn scalar(key: &str, value: &str) -> String {
    if matches!(key, "tags" | "needs") {
        let items: Vec<_> = value.split([',', ' ']).filter(|it| !it.is_empty()).collect();
        return format!("[{}]", items.join(", "));
    }
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_./".contains(it);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    serde_json::Value::from(value).to_string()
}

/// Whether each block is there again, with the same code, and runs if it did.
fn check(text: &str, expected: &[(usize, bool, String)]) -> Result<(), RewriteError> {
    let again = parse(text);
    let mut found = again.blocks.iter().filter(|it| is_cell(it));
    for (line, runs, code) in expected {
        let same = |it: &&Block| it.is_runnable() == *runs && without_options(it) == *code;
        if !found.by_ref().any(|it| same(&it)) {
            return Err(RewriteError::Changed { line: *line });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str, to: Dialect) -> Result<String, RewriteError> {
        rewrite_dialect(text, &parse(text), to).map(|it| it.0)
    }

    const SEED: &str = "# A\n\n```runnable python name=load tags=a,b timeout=30s\nx = 1\n```\n\n> ```runnable bash eval=false\n> ls\n> ```\n";

    #[test]
    fn blocks_keep_their_code_and_attributes_there_and_back() {
        for (to, expected) in [
            (
                Dialect::Run,
                "# A\n\n```python {run name=load tags=a,b timeout=30s}\nx = 1\n```\n\n> ```bash {run eval=false}\n> ls\n> ```\n",
            ),
            (
                Dialect::Quarto,
                "# A\n\n```{python}\n#| label: load\n#| tags: [a, b]\n#| timeout: 30s\nx = 1\n```\n\n> ```{bash}\n> #| eval: false\n> ls\n> ```\n",
            ),
            (
                Dialect::Myst,
                "# A\n\n```{code-cell} python\n:name: load\n:tags: [a, b]\n:timeout: 30s\nx = 1\n```\n\n> ```{code-cell} bash\n> :eval: false\n> ls\n> ```\n",
            ),
        ] {
            assert_eq!(rewritten(SEED, to).as_deref(), Ok(expected));
            assert_eq!(rewritten(expected, Dialect::Seed).as_deref(), Ok(SEED));
        }
    }

    #[test]
    fn what_a_dialect_cannot_say_is_refused_with_its_line() {
        let file = "```file text a.txt\nx\n```\n";
        assert_eq!(rewritten(file, Dialect::Quarto), Err(RewriteError::File { line: 1 }));
        assert!(rewritten(SEED, Dialect::Livebook).is_err());
    }

    #[test]
    fn transcripts_stay_as_they_are() {
        let text = "```sh\n$ ls\na\n```\n";
        let (same, notes) = rewrite_dialect(text, &parse(text), Dialect::Seed).unwrap();
        assert_eq!((same.as_str(), notes.len()), (text, 1));
    }
}
