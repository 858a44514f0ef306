//! A document as a notebook: its prose, its blocks that run, and outputs that stand below them.

use std::{collections::HashMap, ops::Range};

use serde_json::{Map, Value, json};

use super::{
    Cell, CellKind, Comment, Notebook, Output, Stream, comment_at, json::is_id, kernelspec, magic,
};
use crate::{
    block::{Block, BlockKind, Dialect},
    document::Document,
    runtime::Runtime,
};

impl Notebook {
    /// Makes cells of a document that came from parsing this very text.
    #[must_use]
    pub fn from_markdown(text: &str, document: &Document) -> Self {
        let kernel = kernel(document);
        let mut reader = Reader {
            text,
            kernel,
            notebook: Self { metadata: metadata(document, kernel), ..Self::default() },
            from: document.front_matter.as_ref().map_or(0, |it| it.span.end),
            pending: None,
            after_code: false,
        };
        reader.from += usize::from(reader.from == 0 && text.starts_with('\u{feff}')) * 3;
        for piece in pieces(text, reader.from, &document.blocks) {
            reader.piece(piece);
        }
        reader.prose(text.len());
        reader.notebook
    }
}

/// What can end prose.
enum Piece<'d> {
    Comment(Comment, Range<usize>),
    /// A block outside of lists and quotes, with the lines it is on.
    Block(&'d Block, Range<usize>),
}

/// Comments and blocks in the order of the text.
fn pieces<'d>(text: &str, from: usize, blocks: &'d [Block]) -> Vec<Piece<'d>> {
    let mut found = Vec::new();
    let mut at = from;
    for block in blocks {
        comments(text, at..block.span.start, &mut found);
        let line_start = text[..block.span.start].rfind('\n').map_or(0, |at| at + 1);
        let line_end =
            text[block.span.end..].find('\n').map_or(text.len(), |at| block.span.end + at + 1);
        if text[line_start..block.span.start].trim_matches(' ').trim_matches('\u{feff}').is_empty()
        {
            found.push(Piece::Block(block, line_start..line_end));
        }
        at = block.span.end;
    }
    comments(text, at..text.len(), &mut found);
    found
}

fn comments(text: &str, within: Range<usize>, found: &mut Vec<Piece<'_>>) {
    let mut at = within.start;
    for line in text[within].split_inclusive('\n') {
        if let Some(comment) = comment_at(line.trim_end_matches(['\n', '\r'])) {
            found.push(Piece::Comment(comment, at..at + line.len()));
        }
        at += line.len();
    }
}

struct Reader<'t> {
    text: &'t str,
    kernel: Runtime,
    notebook: Notebook,
    /// Where the prose begins that is not in a cell yet.
    from: usize,
    /// What a comment says of what follows it.
    pending: Option<Comment>,
    /// Whether the last cell is one of code, whose outputs may follow.
    after_code: bool,
}

impl Reader<'_> {
    fn piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Comment(Comment::Output(values), lines) => {
                if !self.after_code {
                    return;
                }
                self.prose(lines.start);
                if !self.after_code || self.picture(&values, &lines) {
                    return;
                }
                self.from = lines.end;
                self.pending = Some(Comment::Output(values));
            }
            Piece::Comment(Comment::Cell(values), lines) => {
                self.prose(lines.start);
                self.from = lines.end;
                self.pending = Some(Comment::Cell(values));
            }
            Piece::Block(block, lines) => self.block(block, &lines),
        }
    }

    fn block(&mut self, block: &Block, lines: &Range<usize>) {
        if lines.start < self.from {
            return;
        }
        let follows = self.text[self.from..lines.start].trim().is_empty();
        match &self.pending {
            Some(Comment::Output(values)) if follows => {
                let output = output(values, block);
                if let Some(cell) = self.notebook.cells.last_mut() {
                    cell.outputs.extend(output);
                }
                self.pending = None;
                self.from = lines.end;
                return;
            }
            Some(Comment::Cell(values)) if follows && values.contains_key("type") => {
                let kind = match values["type"].as_str() {
                    Some("raw") => CellKind::Raw,
                    Some("markdown") => CellKind::Markdown,
                    _ => CellKind::Code,
                };
                let cell =
                    Cell { kind, source: without_last_newline(block.body()), ..said(values) };
                self.push(cell, lines.end);
                return;
            }
            None if follows && self.after_code && is_output(block) => {
                let output = output(&Map::new(), block);
                if let Some(cell) = self.notebook.cells.last_mut() {
                    cell.outputs.extend(output);
                }
                self.from = lines.end;
                return;
            }
            _ => {}
        }
        let Some(source) = source(block, self.kernel) else { return };
        let cell = match &self.pending {
            Some(Comment::Cell(values)) if follows => said(values),
            _ => Cell::default(),
        };
        let is_next = follows && matches!(self.pending, Some(Comment::Cell(_)));
        if is_next {
            self.pending = None;
            self.from = lines.start;
        }
        self.prose(lines.start);
        let mut cell = Cell { kind: CellKind::Code, source, ..cell };
        describe(&mut cell, block);
        self.push(cell, lines.end);
    }

    fn push(&mut self, mut cell: Cell, from: usize) {
        let taken = |id: &String| self.notebook.cells.iter().any(|it| it.id.as_ref() == Some(id));
        cell.id = cell.id.filter(|it| is_id(it) && !taken(it));
        self.after_code = cell.kind == CellKind::Code;
        self.notebook.cells.push(cell);
        self.pending = None;
        self.from = from;
    }

    /// Makes a cell of the prose up to here, if there is any.
    fn prose(&mut self, to: usize) {
        let text = self.text;
        let slice = text[self.from.min(to)..to].replace("\r\n", "\n");
        let values = match self.pending.take() {
            Some(Comment::Cell(values)) => Some(values),
            Some(Comment::Output(_)) | None => None,
        };
        let exact = values.as_ref().is_some_and(|it| it.get("exact") == Some(&json!(true)));
        // Written by us: a blank line after the comment, and one before what follows.
        let source = if exact {
            let inner = slice.strip_prefix('\n').unwrap_or(&slice);
            let inner = inner.strip_suffix('\n').unwrap_or(inner);
            if to < text.len() { inner.strip_suffix('\n').unwrap_or(inner) } else { inner }
        } else {
            trim_blank_lines(&slice)
        };
        if source.is_empty() && values.is_none() {
            return;
        }
        let mut cell = values.as_ref().map_or_else(Cell::default, said);
        cell.source = source.to_owned();
        restore_attachments(&mut cell);
        self.push(cell, to);
    }

    /// A picture below an output's comment, which stands in the prose.
    fn picture(&mut self, values: &Map<String, Value>, comment: &Range<usize>) -> bool {
        let rest = &self.text[comment.end..];
        let skipped = rest.len() - rest.trim_start_matches(['\n', '\r']).len();
        let line = rest[skipped..].split_inclusive('\n').next().unwrap_or_default();
        let inner = line.trim().strip_prefix("![output](data:").and_then(|it| it.strip_suffix(')'));
        let Some((media_type, data)) = inner.and_then(|it| it.split_once(";base64,")) else {
            return false;
        };
        let output = display(values, media_type, Value::from(data));
        if let Some(cell) = self.notebook.cells.last_mut() {
            cell.outputs.push(output);
        }
        self.from = comment.end + skipped + line.len();
        true
    }
}

/// The language that the document's blocks are run in for the most part, or that it names.
fn kernel(document: &Document) -> Runtime {
    let value = |path: &[&str]| {
        let found = document.front_matter.as_ref()?.get(path)?.as_str()?;
        Runtime::from_language(found)
    };
    let named = value(&["jupyter", "kernelspec", "language"])
        .or_else(|| value(&["kernelspec", "language"]))
        .or_else(|| value(&["jupyter", "language_info", "name"]))
        .or_else(|| value(&["jupyter", "kernelspec", "name"]))
        .or_else(|| value(&["kernelspec", "name"]));
    let mut counts: HashMap<Runtime, usize> = HashMap::new();
    for runtime in document.runnable().filter_map(|it| it.runtime) {
        *counts.entry(runtime).or_default() += 1;
    }
    // Of two that are as frequent, the one whose cells can hold the other's.
    let most = || counts.into_iter().max_by_key(|(it, count)| (*count, *it == Runtime::Python));
    named.or_else(|| most().map(|it| it.0)).unwrap_or(Runtime::Python)
}

fn metadata(document: &Document, kernel: Runtime) -> Map<String, Value> {
    let value = |key: &str| document.front_matter.as_ref()?.get(&[key]);
    let mut metadata = match value("jupyter") {
        Some(Value::Object(map)) => map.clone(),
        _ => Map::new(),
    };
    if !metadata.contains_key("kernelspec") {
        let own = value("kernelspec").filter(|it| it.is_object()).cloned();
        let unknown = metadata.contains_key("language_info");
        if let Some(own) = own.or_else(|| (!unknown).then(|| kernelspec(kernel))) {
            metadata.insert("kernelspec".to_owned(), own);
        }
    }
    complete(&mut metadata);
    if let Some(title) = document.front_matter.as_ref().and_then(|it| it.title.clone()) {
        metadata.entry("title").or_insert_with(|| json!(title));
    }
    metadata
}

/// A kernel must say how it is shown; a language, what it is called.
fn complete(metadata: &mut Map<String, Value>) {
    let spec = metadata.get_mut("kernelspec").and_then(Value::as_object_mut);
    let mut language = None;
    if let Some(spec) = spec {
        let name = spec.get("name").and_then(Value::as_str).unwrap_or("python3").to_owned();
        language = spec.get("language").cloned();
        spec.entry("display_name").or_insert_with(|| json!(name));
        spec.insert("name".to_owned(), json!(name));
    }
    if let Some(language) = language {
        metadata.entry("language_info").or_insert_with(|| json!({ "name": language }));
    }
}

/// What the cell of a block holds; `None` for a block that stays in the prose, since the kernel
/// could not run it.
fn source(block: &Block, kernel: Runtime) -> Option<String> {
    if !block.is_closed() {
        return None;
    }
    if let BlockKind::File { path } = &block.kind {
        let path = path.as_ref().filter(|_| kernel == Runtime::Python)?;
        return Some(format!("%%writefile {path}\n{}", without_last_newline(&block.code)));
    }
    let of_cells = matches!(
        block.dialect,
        Dialect::Seed | Dialect::Run | Dialect::Myst | Dialect::Marimo | Dialect::Quarto
    );
    let shown_only = block.info.starts_with("{{");
    if !block.is_runnable() && (!of_cells || shown_only) {
        return None;
    }
    let runtime = block.runtime?;
    let code = without_last_newline(&block.code);
    if runtime == kernel {
        return Some(code);
    }
    if kernel != Runtime::Python {
        return None;
    }
    let magic = magic::language(block.language.as_deref().unwrap_or_default(), runtime)?;
    Some(format!("{magic}\n{code}"))
}

/// A fence that calls itself `output` stands below what printed it.
pub(crate) fn is_output(block: &Block) -> bool {
    block.language.as_deref() == Some("output")
}

/// What the attributes of a block say of its cell.
fn describe(cell: &mut Cell, block: &Block) {
    let mut options = Map::new();
    for (key, value) in &block.attributes {
        match key.as_str() {
            "id" => cell.id = cell.id.take().or_else(|| Some(value.clone())),
            "tags" | "tag" | "category" | "class" | "path" => {}
            "name" | "label" => {}
            // Knitr's own name and mdBook's words have no value.
            _ if value.is_empty() => {}
            _ => {
                options.insert(key.clone(), json!(value));
            }
        }
    }
    if block.dialect == Dialect::Quarto {
        // They are in the code, as comments.
        options.clear();
    }
    if let Some(name) = &block.name {
        cell.metadata.entry("name").or_insert_with(|| json!(name));
    }
    if !block.options.tags.is_empty() {
        cell.metadata.entry("tags").or_insert_with(|| json!(block.options.tags));
    }
    if !options.is_empty() {
        cell.metadata.entry("runbook").or_insert(Value::Object(options));
    }
}

/// The cell that a comment begins.
fn said(values: &Map<String, Value>) -> Cell {
    let map = |key: &str| values.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
    let id = values.get("id").and_then(Value::as_str).map(str::to_owned);
    Cell { id, metadata: map("metadata"), attachments: map("attachments"), ..Cell::default() }
}

/// Pictures that were attachments become that again; see `to_markdown`.
fn restore_attachments(cell: &mut Cell) {
    let mut source = String::new();
    let mut rest = cell.source.as_str();
    while let Some(at) = rest.find("(data:") {
        let Some(end) = rest[at..].find(')').map(|it| at + it) else { break };
        let parts = rest[at + "(data:".len()..end].split_once(" \"attachment:");
        let found = parts.and_then(|(uri, title)| {
            let (media_type, data) = uri.split_once(";base64,")?;
            Some((media_type, data, title.strip_suffix('"')?))
        });
        source.push_str(&rest[..at]);
        match found {
            Some((media_type, data, name)) => {
                cell.attachments.insert(name.to_owned(), json!({ media_type: data }));
                source.extend(["(attachment:", name, ")"]);
            }
            None => source.push_str(&rest[at..=end]),
        }
        rest = &rest[end + 1..];
    }
    source.push_str(rest);
    cell.source = source;
}

fn output(values: &Map<String, Value>, block: &Block) -> Option<Output> {
    let word = |key: &str| values.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let text = block.body().to_owned();
    if word("type") == "error" {
        let traceback = text.lines().map(str::to_owned).collect();
        return Some(Output::Error { name: word("name"), value: word("value"), traceback });
    }
    let media_type = word("mime");
    if media_type.is_empty() {
        let usual = match block.language.as_deref() {
            Some("html") => "text/html",
            Some("svg") => "image/svg+xml",
            Some("json") => "application/json",
            _ => {
                let is_error = word("name") == "stderr";
                let stream = if is_error { Stream::Stderr } else { Stream::Stdout };
                return Some(Output::Stream { stream, text });
            }
        };
        return Some(display(values, usual, content(usual, text)));
    }
    let content = content(&media_type, text);
    Some(display(values, &media_type, content))
}

fn content(media_type: &str, text: String) -> Value {
    let parsed = || serde_json::from_str(&text).ok();
    let value = if media_type.ends_with("json") { parsed() } else { None };
    value.unwrap_or(Value::from(text))
}

fn display(values: &Map<String, Value>, media_type: &str, content: Value) -> Output {
    Output::Display {
        data: [(media_type.to_owned(), content)].into(),
        result: values.get("type") == Some(&json!("execute_result")),
        count: values.get("count").and_then(Value::as_u64),
    }
}

fn without_last_newline(text: &str) -> String {
    text.strip_suffix('\n').unwrap_or(text).to_owned()
}

/// Without empty lines at both ends; the indentation of the first line means something.
pub(super) fn trim_blank_lines(text: &str) -> &str {
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n')
        && line.trim().is_empty()
    {
        rest = after;
    }
    rest.trim_end()
}
