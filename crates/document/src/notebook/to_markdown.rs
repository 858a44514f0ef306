//! A notebook as Markdown that reads back as the same notebook.
//!
//! Each cell is written as a person would, and read back by itself; one that does not come back as
//! it was is kept in a fence, where nothing of it can be taken for something else.

use serde_json::{Map, Value, json};

use super::{
    Cell, CellKind, Notebook, Output, Stream, comment,
    from_markdown::trim_blank_lines,
    magic::{self, Cells},
    yaml_out,
};
use crate::{document::parse, runtime::Runtime};

/// What becomes of the outputs of a notebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// They stand below their cells, each behind `<!-- output -->`.
    Keep,
    Drop,
}

/// Markdown that was a notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    pub text: String,
    /// What differs from the notebook, for people.
    pub notes: Vec<String>,
    /// The line on which each cell begins, counted from 1, in order.
    pub cell_lines: Vec<usize>,
}

impl Notebook {
    #[must_use]
    pub fn to_markdown(&self, outputs: Outputs) -> Converted {
        let writer = Writer { language: self.language().unwrap_or("python"), outputs };
        let mut notes = self.notes.clone();
        let mut text = front_matter(&self.metadata, writer.marks_blocks(self));
        let mut cell_lines = Vec::with_capacity(self.cells.len());
        let mut after_prose = false;
        for (number, cell) in self.cells.iter().enumerate() {
            text.push('\n');
            cell_lines.push(text.matches('\n').count() + 1);
            text.push_str(&writer.cell(cell, after_prose));
            after_prose = cell.kind == CellKind::Markdown;
            notes.extend(writer.note(cell).map(|it| format!("cell {}: {it}", number + 1)));
        }
        Converted { text, notes, cell_lines }
    }
}

fn front_matter(metadata: &Map<String, Value>, marks_blocks: bool) -> String {
    // Widgets are a copy of outputs, and the details of a language are the kernel's to tell.
    let kept = metadata.iter().filter(|it| !matches!(it.0.as_str(), "widgets" | "language_info"));
    let mut kept: Map<String, Value> =
        kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    if let Some(name) = metadata.get("language_info").and_then(|it| it.get("name"))
        && !kept.contains_key("kernelspec")
    {
        kept.insert("language_info".to_owned(), json!({ "name": name }));
    }
    let mut out = "---\n".to_owned();
    yaml_out::pair(&mut out, "jupyter", &Value::Object(kept), 0);
    if !marks_blocks {
        yaml_out::pair(&mut out, "runbook", &json!({ "run": "marked" }), 0);
    }
    out.push_str("---\n");
    out
}

struct Writer<'n> {
    /// Of the notebook's kernel.
    language: &'n str,
    outputs: Outputs,
}

impl Writer<'_> {
    /// Whether a cell is written as a block that is marked to run, so that unmarked ones do not.
    fn marks_blocks(&self, notebook: &Notebook) -> bool {
        let mut code = notebook.cells.iter().filter(|it| it.kind == CellKind::Code);
        code.any(|it| self.fence_of(&it.source).2)
    }

    fn cell(&self, cell: &Cell, after_prose: bool) -> String {
        let mut written = match cell.kind {
            CellKind::Markdown => {
                let plain = prose(cell, after_prose);
                if self.survives(cell, &plain) { plain } else { opaque(cell, "markdown") }
            }
            CellKind::Raw => opaque(cell, "raw"),
            CellKind::Code => self.code(cell),
        };
        if self.outputs == Outputs::Keep {
            written.extend(cell.outputs.iter().map(output));
        }
        written
    }

    fn code(&self, cell: &Cell) -> String {
        let (info, body, runs) = self.fence_of(&cell.source);
        let mut said = Attributes { words: String::new(), metadata: cell.metadata.clone() };
        let mut values = Map::new();
        if let Some(id) = &cell.id
            && !(runs && said.add("id", id))
        {
            values.insert("id".to_owned(), json!(id));
        }
        if runs {
            said.take_name();
            said.take_tags();
            said.take_options();
        } else {
            values.insert("type".to_owned(), json!("code"));
        }
        if !said.metadata.is_empty() {
            values.insert("metadata".to_owned(), Value::Object(said.metadata));
        }
        let comment = if values.is_empty() {
            String::new()
        } else {
            format!("{}\n", comment::written("cell", &values))
        };
        format!("{comment}{}", fenced(&format!("{info}{}", said.words), body))
    }

    /// The info string of a cell without its attributes, its body, and whether it is marked to run.
    fn fence_of<'s>(&self, source: &'s str) -> (String, &'s str, bool) {
        let runtime = Runtime::from_language(self.language);
        if runtime == Some(Runtime::Python) {
            match magic::read(source) {
                Cells::Own(_) => {}
                Cells::Other(language, body) => {
                    return (format!("runnable {language}"), body, true);
                }
                Cells::File(path, body) => {
                    let language = if path.ends_with(".py") { "python" } else { "text" };
                    return (format!("file {language} {path}"), body, true);
                }
            }
        }
        let language = self.language.to_lowercase();
        if runtime.is_some() {
            return (format!("runnable {language}"), source, true);
        }
        let is_word = |it: char| it.is_alphanumeric() || "+-_#.".contains(it);
        let language = if language.chars().all(is_word) { language } else { "text".to_owned() };
        (language, source, false)
    }

    /// Whether a cell of Markdown comes back as it was from between two of code, which it leaves alone.
    fn survives(&self, cell: &Cell, written: &str) -> bool {
        let kernel = Runtime::from_language(self.language).unwrap_or(Runtime::Python).name();
        let block = fenced(&format!("runnable {kernel}"), "x");
        let head = format!("---\njupyter: {{kernelspec: {{language: {kernel}}}}}\n---\n");
        let text = format!("{head}\n{block}\n{written}\n{block}");
        let again = Notebook::from_markdown(&text, &parse(&text));
        let [before, found, after] = &again.cells[..] else { return false };
        let same = found.kind == cell.kind
            && found.source == cell.source
            && found.metadata == cell.metadata
            && found.attachments == cell.attachments;
        let alone = |it: &Cell| it.source == "x" && it.outputs.is_empty();
        same && alone(before) && alone(after)
    }

    fn note(&self, cell: &Cell) -> Option<String> {
        let is_python = Runtime::from_language(self.language) == Some(Runtime::Python);
        let code = Some(&cell.source).filter(|_| is_python && cell.kind == CellKind::Code)?;
        if !matches!(magic::read(code), Cells::Own(_)) {
            return None;
        }
        let (_, line) = magic::first_magic(code)?;
        Some(format!("`{line}` is a command of IPython, which plain Python does not know"))
    }
}

/// What is said of a cell: in the info string as far as that can hold it.
struct Attributes {
    words: String,
    /// What has no place there.
    metadata: Map<String, Value>,
}

impl Attributes {
    /// Whether it could be written.
    fn add(&mut self, key: &str, value: &str) -> bool {
        let written = attribute(value);
        if let Some(it) = &written {
            self.words.extend([" ", key, "=", it]);
        }
        written.is_some()
    }

    fn take_name(&mut self) {
        let name = self.metadata.get("name").and_then(Value::as_str).map(str::to_owned);
        // One with spaces at its ends would lose them.
        if name.is_some_and(|it| it.trim() == it && !it.is_empty() && self.add("name", &it)) {
            self.metadata.remove("name");
        }
    }

    fn take_tags(&mut self) {
        let tags = self.metadata.get("tags").and_then(Value::as_array);
        let tags: Option<Vec<_>> = tags.and_then(|it| it.iter().map(Value::as_str).collect());
        let odd = |it: &&str| it.is_empty() || it.contains([',', ' ', '"', '\'', '[', ']']);
        if let Some(tags) = tags.filter(|it| !it.is_empty() && !it.iter().any(odd)) {
            let joined = tags.join(",");
            if self.add("tags", &joined) {
                self.metadata.remove("tags");
            }
        }
    }

    /// Options of ours, all or none of them.
    fn take_options(&mut self) {
        const NOT_OPTIONS: [&str; 8] =
            ["id", "name", "label", "tags", "tag", "category", "class", "path"];
        let options = self.metadata.get("runbook").and_then(Value::as_object).cloned();
        let options = options.unwrap_or_default();
        let fits = |(key, value): (&String, &Value)| {
            let is_word = key.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
            let value = value.as_str().filter(|it| !it.is_empty() && attribute(it).is_some());
            is_word && !key.is_empty() && !NOT_OPTIONS.contains(&key.as_str()) && value.is_some()
        };
        if options.is_empty() || !options.iter().all(fits) {
            return;
        }
        for (key, value) in &options {
            self.add(key, value.as_str().unwrap_or_default());
        }
        self.metadata.remove("runbook");
    }
}

/// A cell of Markdown as it stands, behind a comment where something must be said of it.
fn prose(cell: &Cell, after_prose: bool) -> String {
    let source = with_attachments(cell);
    let mut values = Map::new();
    if trim_blank_lines(&source) != source || source.is_empty() {
        values.insert("exact".to_owned(), json!(true));
    }
    if !cell.metadata.is_empty() {
        values.insert("metadata".to_owned(), Value::Object(cell.metadata.clone()));
    }
    if !after_prose && values.is_empty() {
        return format!("{source}\n");
    }
    if let Some(id) = &cell.id {
        values.insert("id".to_owned(), json!(id));
    }
    format!("{}\n\n{source}\n", comment::written("cell", &values))
}

/// A cell in a fence, behind a comment that says what it is.
fn opaque(cell: &Cell, kind: &str) -> String {
    let mut values = Map::from_iter([("type".to_owned(), json!(kind))]);
    if let Some(id) = &cell.id {
        values.insert("id".to_owned(), json!(id));
    }
    if !cell.metadata.is_empty() {
        values.insert("metadata".to_owned(), Value::Object(cell.metadata.clone()));
    }
    if !cell.attachments.is_empty() {
        values.insert("attachments".to_owned(), Value::Object(cell.attachments.clone()));
    }
    let language = if kind == "markdown" { "markdown" } else { "text" };
    format!("{}\n{}", comment::written("cell", &values), fenced(language, &cell.source))
}

/// Pictures of a cell as data URIs, with the names they had as their titles.
fn with_attachments(cell: &Cell) -> String {
    let mut source = cell.source.clone();
    for (name, bundle) in &cell.attachments {
        let content = bundle.as_object().and_then(|it| it.iter().next());
        let Some((media_type, Value::String(data))) = content else { continue };
        let data: String = data.split_whitespace().collect();
        let uri = format!("(data:{media_type};base64,{data} \"attachment:{name}\")");
        source = source.replace(&format!("(attachment:{name})"), &uri);
    }
    source
}

/// A value as it stands behind `key=`; `None` for one that an info string cannot hold.
pub(crate) fn attribute(value: &str) -> Option<String> {
    if value.contains(['`', '~', '\n', '\r', '\0']) {
        return None;
    }
    let plain = |it: char| it.is_alphanumeric() || "-_.,:/".contains(it);
    if !value.is_empty() && value.chars().all(plain) {
        return Some(value.to_owned());
    }
    Some(format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A fence that nothing in the body closes, with its last line ending.
pub(crate) fn fenced(info: &str, body: &str) -> String {
    let runs = body
        .lines()
        .map(|it| it.trim_start())
        .map(|it| it.len() - it.trim_start_matches('`').len());
    let marker = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    let ending = if body.is_empty() { "" } else { "\n" };
    format!("{marker}{info}\n{body}{ending}{marker}\n")
}

/// An output behind its comment, after a blank line.
pub(crate) fn output(output: &Output) -> String {
    let mut values = Map::new();
    let shown = match output {
        Output::Stream { stream, text } => {
            if *stream == Stream::Stderr {
                values.insert("name".to_owned(), json!("stderr"));
            }
            fenced("text", body(text))
        }
        Output::Error { name, value, traceback } => {
            values.insert("type".to_owned(), json!("error"));
            values.insert("name".to_owned(), json!(name));
            values.insert("value".to_owned(), json!(value));
            fenced("text", body(&traceback.join("\n")))
        }
        Output::Display { data, result, count } => {
            if *result {
                values.insert("type".to_owned(), json!("execute_result"));
                values.insert("count".to_owned(), json!(count));
            }
            let Some((media_type, content)) = richest(data) else { return String::new() };
            values.insert("mime".to_owned(), json!(media_type));
            let text = content.as_str().map_or_else(
                || serde_json::to_string_pretty(content).expect("a value is JSON"),
                str::to_owned,
            );
            match media_type {
                "image/png" | "image/jpeg" | "image/gif" | "image/webp" => {
                    let data: String = text.split_whitespace().collect();
                    format!("\n![output](data:{media_type};base64,{data})\n")
                }
                "text/html" => fenced("html", body(&text)),
                "image/svg+xml" => fenced("svg", body(&text)),
                "text/latex" => fenced("latex", body(&text)),
                "text/markdown" => fenced("markdown", body(&text)),
                it if it.ends_with("json") => fenced("json", body(&text)),
                _ => fenced("text", body(&text)),
            }
        }
    };
    format!("\n{}\n{}", comment::written("output", &values), plain(&shown))
}

/// The line ending before a fence is the fence's.
fn body(text: &str) -> &str {
    text.strip_suffix('\n').unwrap_or(text)
}

/// Without colours and other control characters: Markdown is for reading.
fn plain(text: &str) -> String {
    let text = crate::page::without_ansi(text);
    text.chars().filter(|it| !it.is_control() || matches!(it, '\n' | '\t')).collect()
}

/// Of the forms of one output, the one that says most to people.
pub(crate) fn richest(data: &std::collections::BTreeMap<String, Value>) -> Option<(&str, &Value)> {
    const ORDER: [&str; 9] = [
        "image/svg+xml",
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "text/html",
        "text/markdown",
        "text/latex",
        "text/plain",
    ];
    let known = ORDER.iter().find_map(|it| data.get_key_value(*it));
    known.or_else(|| data.iter().next()).map(|(key, value)| (key.as_str(), value))
}
