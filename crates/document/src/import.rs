//! Files from elsewhere as documents: what they are, whatever they are called.

use crate::{
    document::{MAX_DOCUMENT_BYTES, parse},
    file_path::FilePath,
    notebook::{Notebook, NotebookError, Outputs, fenced},
};

/// A document that came from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub title: String,
    pub text: String,
    /// What was changed or left out, for people.
    pub notes: Vec<String>,
}

/// Why a file is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Notebook(#[from] NotebookError),
    #[error("the file is {what}, not a document; choose one in Markdown or a notebook")]
    Other { what: &'static str },
    #[error("line {line} is not UTF-8 text; save the file as UTF-8")]
    NotText { line: usize },
    #[error("line {line} contains a NUL byte; remove it")]
    Nul { line: usize },
    #[error("the document has {bytes} bytes and at most {MAX_DOCUMENT_BYTES} are taken; split it")]
    TooLarge { bytes: usize },
    #[error("the file is empty")]
    Empty,
}

/// Whether a file is a document by its name.
#[must_use]
pub fn is_document(name: &str) -> bool {
    const EXTENSIONS: [&str; 6] = ["md", "markdown", "mdx", "livemd", "qmd", "ipynb"];
    let extension = name.rsplit_once('.').map(|it| it.1.to_ascii_lowercase());
    extension.is_some_and(|it| EXTENSIONS.contains(&it.as_str()))
}

/// Reads a file as a document. What its name says counts less than what is in it.
///
/// # Errors
///
/// Returns [`ImportError`] for what is no document.
pub fn import(name: &str, bytes: &[u8], outputs: Outputs) -> Result<Imported, ImportError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ImportError::Empty);
    }
    if let Some(what) = other(bytes) {
        return Err(ImportError::Other { what });
    }
    let named_notebook = name.to_ascii_lowercase().ends_with(".ipynb");
    let mut notes = Vec::new();
    let text = if named_notebook || is_notebook(bytes) {
        if !named_notebook {
            notes.push("the file is a notebook of Jupyter, whatever its name".to_owned());
        }
        notebook(bytes, outputs, &mut notes)?
    } else {
        text(bytes, &mut notes)?
    };
    if text.len() > MAX_DOCUMENT_BYTES {
        return Err(ImportError::TooLarge { bytes: text.len() });
    }
    if let Some(at) = text.find('\0') {
        return Err(ImportError::Nul { line: text[..at].matches('\n').count() + 1 });
    }
    let title = parse(&text).title.unwrap_or_else(|| stem(name).to_owned());
    Ok(Imported { title, text, notes })
}

fn notebook(
    bytes: &[u8],
    outputs: Outputs,
    notes: &mut Vec<String>,
) -> Result<String, NotebookError> {
    let notebook = Notebook::read(bytes)?;
    let mut converted = notebook.to_markdown(outputs);
    if converted.text.len() > MAX_DOCUMENT_BYTES && outputs == Outputs::Keep {
        converted = notebook.to_markdown(Outputs::Drop);
        let mebibytes = MAX_DOCUMENT_BYTES >> 20;
        notes.push(format!(
            "its outputs were left out: with them the document would have more than {mebibytes} MiB"
        ));
    }
    notes.extend(converted.notes);
    Ok(converted.text)
}

fn text(bytes: &[u8], notes: &mut Vec<String>) -> Result<String, ImportError> {
    let wide = match bytes {
        [0xff, 0xfe, rest @ ..] => Some((rest, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xfe, 0xff, rest @ ..] => Some((rest, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        _ => None,
    };
    if let Some((rest, unit)) = wide {
        let units = rest.chunks_exact(2).map(|it| unit([it[0], it[1]]));
        let text = char::decode_utf16(units).collect::<Result<String, _>>();
        notes.push("the file was UTF-16 and is UTF-8 now".to_owned());
        return text.map_err(|_| ImportError::NotText { line: 1 });
    }
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let valid = &bytes[..error.valid_up_to()];
        ImportError::NotText { line: valid.iter().filter(|it| **it == b'\n').count() + 1 }
    })
}

/// The text with file blocks at its end, or `None` where with them other blocks would run than before. A
/// document without front matter gets what keeps its rule.
#[must_use]
pub fn with_files(text: &str, files: &[(FilePath, String)]) -> Option<String> {
    let before = parse(text);
    let taken = |path: &FilePath| before.files().any(|it| it.0 == path);
    let mut added = text.to_owned();
    if !added.ends_with('\n') {
        added.push('\n');
    }
    for (path, content) in files.iter().filter(|it| !taken(&it.0)) {
        let name = path.as_str();
        // A path with a space would be read as two words.
        if !name.chars().all(|it| it.is_alphanumeric() || "-_./+@".contains(it)) {
            return None;
        }
        let extension = name.rsplit_once('.').map_or("text", |it| it.1);
        let language = extension.chars().all(|it| it.is_ascii_alphanumeric()).then_some(extension);
        let info =
            format!("file {} {name}", language.filter(|it| !it.is_empty()).unwrap_or("text"));
        added.push('\n');
        added.push_str(&fenced(&info, content.strip_suffix('\n').unwrap_or(content)));
    }
    let same = |text: &str| {
        let after = parse(text);
        before.runnable().map(|it| &it.code).eq(after.runnable().map(|it| &it.code))
    };
    if same(&added) {
        return Some(added);
    }
    if before.front_matter.is_some() {
        return None;
    }
    ["all", "marked"].iter().find_map(|rule| {
        let text = format!("---\nrunbook: {{run: {rule}}}\n---\n\n{added}");
        same(&text).then_some(text)
    })
}

/// JSON with what only notebooks have.
fn is_notebook(bytes: &[u8]) -> bool {
    let start = bytes.iter().position(|it| !it.is_ascii_whitespace()).unwrap_or_default();
    let holds = |word: &[u8]| bytes.windows(word.len()).any(|it| it == word);
    bytes[start..].starts_with(b"{") && holds(b"\"nbformat\"") && holds(b"\"cells\"")
}

/// Files that are often chosen by mistake, by how they begin.
fn other(bytes: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
        (b"\x1f\x8b", "compressed (gzip)"),
        (b"\x7fELF", "a program"),
        (b"<!doctype html", "a page of HTML"),
        (b"<html", "a page of HTML"),
    ];
    let start = bytes.iter().position(|it| !it.is_ascii_whitespace()).unwrap_or_default();
    let begins = |it: &[u8]| {
        bytes[start..].get(..it.len()).is_some_and(|found| found.eq_ignore_ascii_case(it))
    };
    BEGINNINGS.iter().find(|it| begins(it.0)).map(|it| it.1)
}

fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |it| it.0).trim();
    if stem.is_empty() { "Imported" } else { stem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
        import(name, bytes, Outputs::Keep)
    }

    #[test]
    fn a_file_is_what_is_in_it() {
        let notebook = br#"{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
        assert_eq!(read("a.md", notebook).unwrap().notes.len(), 1);
        assert_eq!(read("dir/My notes.md", b"text\n").unwrap().title, "My notes");
        assert_eq!(read("x.md", b"# Title\n").unwrap().title, "Title");
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("# é".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(read("x.md", &wide).unwrap().text, "# é");
    }

    #[test]
    fn what_is_no_document_is_refused_in_words() {
        for (name, bytes, words) in [
            ("a.md", &b"PK\x03\x04..."[..], "zip"),
            ("a.ipynb", b"  <!DOCTYPE HTML><html>", "HTML"),
            ("a.ipynb", b"\x89PNG\r\n", "picture"),
            ("a.md", b"ok\n\xff\n", "line 2 is not UTF-8"),
            ("a.md", b"a\0", "NUL"),
            ("a.md", b" \n", "empty"),
            ("a.ipynb", b"{\"cells\": [{\"cell_type\": \"code\",", "cut off"),
            ("a.ipynb", b"# Markdown", "not JSON"),
            ("a.ipynb", b"[1]", "no notebook"),
            ("a.ipynb", b"{\"nbformat\": 9, \"cells\": []}", "version 9"),
            ("a.ipynb", b"{\"nbformat\": 4, \"cells\": [3]}", "cell 1"),
        ] {
            let error = read(name, bytes).unwrap_err().to_string();
            assert!(error.contains(words), "{name}: {error}");
        }
    }

    #[test]
    fn files_join_a_document_and_what_ran_still_runs() {
        let files = [(FilePath::parse("lib/a.py").unwrap(), "x = 1\n".to_owned())];
        for text in [
            "```runnable python\n1\n```\n",
            "```python\n1\n```",
            "```{python}\n1\n```\n```python\n2\n```\n",
        ] {
            let with = with_files(text, &files).unwrap();
            let (before, after) = (parse(text), parse(&with));
            assert_eq!(after.runnable().count(), before.runnable().count(), "{with}");
            let found: Vec<_> = after.files().map(|it| (it.0.clone(), it.1.code.clone())).collect();
            assert_eq!(found, files);
        }
    }

    #[test]
    fn outputs_that_do_not_fit_are_left_out_with_a_word() {
        let picture = "A".repeat(MAX_DOCUMENT_BYTES);
        let notebook = serde_json::json!({
            "nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{
                "cell_type": "code", "metadata": {}, "source": "x", "execution_count": null,
                "outputs": [{ "output_type": "display_data", "metadata": {}, "data": { "image/png": picture } }],
            }],
        });
        let imported = read("a.ipynb", notebook.to_string().as_bytes()).unwrap();
        assert!(imported.notes[0].contains("left out"), "{:?}", imported.notes);
        assert!(imported.text.contains("runnable python\nx\n"));
    }
}
