//! `.ipynb`: nbformat 4 as it is, version 3 translated, anything else refused with what it is.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::{Cell, CellKind, Notebook, Output, Stream};

/// A larger file is data. Fifty megabytes of pictures are a notebook that people really have.
pub const MAX_NOTEBOOK_BYTES: usize = 64 << 20;

/// As nbformat allows them.
const MAX_ID_CHARACTERS: usize = 64;

/// Why a file is no notebook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotebookError {
    #[error(
        "the notebook has {bytes} bytes and at most {MAX_NOTEBOOK_BYTES} are read; clear its outputs and save it again"
    )]
    TooLarge { bytes: usize },
    #[error("the notebook is not UTF-8 text; save it again from Jupyter")]
    NotText,
    #[error("the notebook is cut off: its JSON ends at line {line}; copy the whole file")]
    Truncated { line: usize },
    #[error("the notebook is not JSON: {what} at line {line}, column {column}")]
    NotJson { what: String, line: usize, column: usize },
    #[error("the file is JSON, but no notebook: {what}")]
    NoNotebook { what: String },
    #[error("the notebook is of version {version}; versions 3 and 4 are read")]
    Version { version: u64 },
}

impl Notebook {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Returns [`NotebookError`] for what is no notebook that we know.
    pub fn read(bytes: &[u8]) -> Result<Self, NotebookError> {
        if bytes.len() > MAX_NOTEBOOK_BYTES {
            return Err(NotebookError::TooLarge { bytes: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| NotebookError::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let value: Value = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        let Value::Object(mut top) = value else {
            return Err(no_notebook("it is not an object"));
        };
        let version = top.get("nbformat").and_then(Value::as_u64);
        let version = version.ok_or_else(|| no_notebook("it has no `nbformat`"))?;
        let metadata = object(top.remove("metadata"));
        let mut notebook = Self { metadata, ..Self::default() };
        let cells = match version {
            4 => list(top.remove("cells")),
            3 => {
                let note = "the notebook was of version 3, which Jupyter itself no longer opens; it was upgraded";
                notebook.notes.push(note.to_owned());
                upgraded(&mut notebook.metadata, list(top.remove("worksheets")))
            }
            version => return Err(NotebookError::Version { version }),
        };
        let cells = cells.ok_or_else(|| no_notebook("it has no list of cells"))?;
        for (number, value) in cells.into_iter().enumerate() {
            let cell =
                cell(value).map_err(|what| no_notebook(&format!("cell {}: {what}", number + 1)))?;
            notebook.cells.push(cell);
        }
        notebook.make_ids_unique();
        Ok(notebook)
    }

    fn make_ids_unique(&mut self) {
        let mut seen = HashSet::new();
        for (number, cell) in self.cells.iter_mut().enumerate() {
            let Some(id) = &cell.id else { continue };
            if !is_id(id) || !seen.insert(id.clone()) {
                let what = format!(
                    "cell {} had the id {id:?} of another, or none that may be; it gets a new one",
                    number + 1
                );
                self.notes.push(what);
                cell.id = None;
            }
        }
    }

    /// The notebook as a file of nbformat 4.5. Cells without an id get one after their place.
    #[must_use]
    pub fn write(&self) -> String {
        let mut taken: HashSet<&str> =
            self.cells.iter().filter_map(|it| it.id.as_deref()).collect();
        let named: Vec<String> = (1..=self.cells.len()).map(|it| format!("cell-{it}")).collect();
        let mut cells = Vec::with_capacity(self.cells.len());
        for (cell, place) in self.cells.iter().zip(&named) {
            let id = match &cell.id {
                Some(id) => id.clone(),
                None => std::iter::once(place.clone())
                    .chain((2..).map(|it| format!("{place}-{it}")))
                    .find(|it| !taken.contains(it.as_str()))
                    .expect("one of endless names is free"),
            };
            if id == *place {
                taken.insert(place);
            }
            cells.push(cell.to_json(&id));
        }
        let notebook = json!({
            "cells": cells, "metadata": self.metadata, "nbformat": 4, "nbformat_minor": 5,
        });
        let mut out = Vec::new();
        // As Jupyter indents, so that a difference between two files is one.
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
        serde::Serialize::serialize(&notebook, &mut serializer).expect("values are JSON");
        out.push(b'\n');
        String::from_utf8(out).expect("JSON is UTF-8")
    }
}

pub(super) fn is_id(id: &str) -> bool {
    (1..=MAX_ID_CHARACTERS).contains(&id.len())
        && id.chars().all(|it| it.is_ascii_alphanumeric() || it == '-' || it == '_')
}

fn not_json(error: &serde_json::Error) -> NotebookError {
    if error.is_eof() {
        return NotebookError::Truncated { line: error.line() };
    }
    let full = error.to_string();
    let what = full.split(" at line ").next().unwrap_or_default().to_owned();
    NotebookError::NotJson { what, line: error.line(), column: error.column() }
}

fn no_notebook(what: &str) -> NotebookError {
    NotebookError::NoNotebook { what: what.to_owned() }
}

fn object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn list(value: Option<Value>) -> Option<Vec<Value>> {
    match value {
        Some(Value::Array(items)) => Some(items),
        _ => None,
    }
}

/// A text, or the lines of one.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => lines.iter().map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

fn cell(value: Value) -> Result<Cell, String> {
    let Value::Object(mut map) = value else { return Err("it is not an object".to_owned()) };
    let kind = match map.get("cell_type").and_then(Value::as_str) {
        Some("markdown") => CellKind::Markdown,
        Some("code") => CellKind::Code,
        Some("raw") => CellKind::Raw,
        other => return Err(format!("{other:?} is no type of a cell")),
    };
    let source = text(map.get("source")).ok_or("its source is not a text")?;
    let outputs = list(map.remove("outputs")).unwrap_or_default();
    Ok(Cell {
        kind,
        id: map.get("id").and_then(Value::as_str).map(str::to_owned),
        source: source.replace("\r\n", "\n").replace('\r', "\n"),
        metadata: object(map.remove("metadata")),
        attachments: object(map.remove("attachments")),
        outputs: outputs.iter().filter_map(output).collect(),
        execution_count: map.get("execution_count").and_then(Value::as_u64),
    })
}

/// An output of a kind that nobody knows shows nothing.
fn output(value: &Value) -> Option<Output> {
    let word = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    match value["output_type"].as_str()? {
        "stream" => {
            let is_error = [&value["name"], &value["stream"]].iter().any(|it| **it == "stderr");
            let stream = if is_error { Stream::Stderr } else { Stream::Stdout };
            Some(Output::Stream { stream, text: text(value.get("text"))? })
        }
        kind @ ("display_data" | "execute_result" | "update_display_data") => {
            let data = value["data"].as_object()?.iter();
            let content = |(key, value): (&String, &Value)| {
                let is_json = key.ends_with("json");
                let joined = if is_json { None } else { text(Some(value)) };
                (key.clone(), joined.map_or_else(|| value.clone(), Value::from))
            };
            Some(Output::Display {
                data: data.map(content).collect(),
                result: kind == "execute_result",
                count: value["execution_count"].as_u64(),
            })
        }
        "error" => {
            let lines = value["traceback"].as_array().into_iter().flatten();
            let traceback = lines.filter_map(Value::as_str).map(str::to_owned).collect();
            Some(Output::Error { name: word("ename"), value: word("evalue"), traceback })
        }
        _ => None,
    }
}

impl Cell {
    fn to_json(&self, id: &str) -> Value {
        let kind = match self.kind {
            CellKind::Markdown => "markdown",
            CellKind::Code => "code",
            CellKind::Raw => "raw",
        };
        let mut cell = json!({
            "cell_type": kind, "id": id, "metadata": self.metadata, "source": lines(&self.source),
        });
        if !self.attachments.is_empty() && self.kind != CellKind::Code {
            cell["attachments"] = Value::Object(self.attachments.clone());
        }
        if self.kind == CellKind::Code {
            cell["execution_count"] = json!(self.execution_count);
            cell["outputs"] = self.outputs.iter().map(Output::to_json).collect();
        }
        cell
    }
}

impl Output {
    fn to_json(&self) -> Value {
        match self {
            Self::Stream { stream, text } => {
                let name = if *stream == Stream::Stderr { "stderr" } else { "stdout" };
                json!({ "output_type": "stream", "name": name, "text": lines(text) })
            }
            Self::Display { data, result, count } => {
                let content = |(key, value): (&String, &Value)| {
                    let written = value.as_str().filter(|_| !key.ends_with("json"));
                    (key.clone(), written.map_or_else(|| value.clone(), |it| json!(lines(it))))
                };
                let data: BTreeMap<_, _> = data.iter().map(content).collect();
                if *result {
                    let kind = "execute_result";
                    json!({ "output_type": kind, "data": data, "metadata": {}, "execution_count": count })
                } else {
                    json!({ "output_type": "display_data", "data": data, "metadata": {} })
                }
            }
            Self::Error { name, value, traceback } => json!({
                "output_type": "error", "ename": name, "evalue": value, "traceback": traceback,
            }),
        }
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Cells of version 3 in the shape of version 4.
fn upgraded(metadata: &mut Map<String, Value>, sheets: Option<Vec<Value>>) -> Option<Vec<Value>> {
    metadata.remove("name");
    metadata.remove("signature");
    let mut cells = Vec::new();
    for sheet in sheets? {
        for mut cell in list(sheet.get("cells").cloned())? {
            upgrade(&mut cell, metadata);
            cells.push(cell);
        }
    }
    Some(cells)
}

fn upgrade(cell: &mut Value, metadata: &mut Map<String, Value>) {
    match cell["cell_type"].as_str() {
        Some("code") => {
            cell["source"] = cell["input"].take();
            cell["execution_count"] = cell["prompt_number"].take();
            if let Some(language) = cell["language"].as_str() {
                metadata.entry("language_info").or_insert_with(|| json!({ "name": language }));
            }
            for output in cell["outputs"].as_array_mut().into_iter().flatten() {
                upgrade_output(output);
            }
        }
        Some("heading") => {
            let level = usize::try_from(cell["level"].as_u64().unwrap_or(1)).unwrap_or(1);
            let title = text(cell.get("source")).unwrap_or_default().replace('\n', " ");
            cell["source"] = json!(format!("{} {title}", "#".repeat(level.clamp(1, 6))));
            cell["cell_type"] = json!("markdown");
        }
        Some("html") => cell["cell_type"] = json!("markdown"),
        _ => {}
    }
}

/// Version 3 has the contents beside the type, under short names.
fn upgrade_output(output: &mut Value) {
    const NAMES: [(&str, &str); 8] = [
        ("text", "text/plain"),
        ("html", "text/html"),
        ("png", "image/png"),
        ("jpeg", "image/jpeg"),
        ("svg", "image/svg+xml"),
        ("latex", "text/latex"),
        ("json", "application/json"),
        ("javascript", "application/javascript"),
    ];
    let kind = match output["output_type"].as_str() {
        Some("pyout") => "execute_result",
        Some("pyerr") => "error",
        Some("display_data") => "display_data",
        _ => return,
    };
    output["output_type"] = json!(kind);
    if kind == "error" {
        return;
    }
    output["execution_count"] = output["prompt_number"].take();
    let found = NAMES.iter().filter_map(|(short, full)| Some((*full, output.get(*short)?.clone())));
    let data: BTreeMap<&str, Value> = found.collect();
    output["data"] = json!(data);
}
