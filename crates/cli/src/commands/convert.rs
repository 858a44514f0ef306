//! `runbook convert`: a document in another format. Starts nothing.

use std::{collections::HashMap, fs, path::Path, process::ExitCode};

use document::{
    BlockId, CellKind, Dialect, Document, Imported, Notebook, Outputs, Shown, parse,
    rewrite_dialect,
};

use super::fmt::write;
use crate::{
    args::{ConvertArgs, Kept},
    documents::{is_notebook, unreadable},
    failure::Failure,
    output,
};

pub(crate) fn run(args: &ConvertArgs) -> Result<ExitCode, Failure> {
    let extension = args.to.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let outputs = match args.outputs {
        Kept::Keep => Outputs::Keep,
        Kept::Drop => Outputs::Drop,
    };
    let same = fs::canonicalize(&args.from).ok().zip(fs::canonicalize(&args.to).ok());
    if same.is_some_and(|(from, to)| from == to) {
        let path = args.to.display();
        return Err(Failure::rejected(format!("{path} is the document itself; name another file")));
    }
    let read = Read::new(&args.from)?;
    let written = match extension.as_str() {
        "ipynb" => read.into_notebook(outputs)?,
        "html" | "htm" => read.into_html(outputs)?,
        "md" | "markdown" | "mdx" => read.into_text(args.dialect, outputs)?.0,
        "qmd" => read.into_text(Some(args.dialect.unwrap_or(Dialect::Quarto)), outputs)?.0,
        "livemd" => read.into_livebook(outputs)?,
        _ => {
            let path = args.to.display();
            let known = "ipynb, md, mdx, qmd, livemd or html";
            return Err(Failure::rejected(format!("{path} ends in no format; use {known}")));
        }
    };
    write(&args.to, &written)?;
    Ok(ExitCode::SUCCESS)
}

/// The document that is converted.
struct Read<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
    /// What it was, if it was a notebook.
    notebook: Option<Notebook>,
}

impl<'a> Read<'a> {
    fn new(path: &'a Path) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
        let notebook = if is_notebook(path) { Notebook::read(&bytes).ok() } else { None };
        Ok(Self { path, bytes, notebook })
    }

    /// The document in Markdown. What it is not becomes a failure here.
    fn imported(&self, outputs: Outputs) -> Result<Imported, Failure> {
        let name = self.path.to_string_lossy();
        let imported = document::import(&name, &self.bytes, outputs);
        let imported = imported.map_err(|it| Failure::rejected(it).at(self.path.display()))?;
        for note in &imported.notes {
            output::note(&format!("{}: {note}", self.path.display()));
        }
        Ok(imported)
    }

    fn into_notebook(mut self, outputs: Outputs) -> Result<String, Failure> {
        let mut notebook = match self.notebook.take() {
            Some(notebook) => notebook,
            None => {
                let text = self.imported(outputs)?.text;
                Notebook::from_markdown(&text, &parse(&text))
            }
        };
        if outputs == Outputs::Drop {
            for cell in &mut notebook.cells {
                cell.outputs.clear();
                cell.execution_count = None;
            }
        }
        Ok(notebook.write())
    }

    fn into_html(self, outputs: Outputs) -> Result<String, Failure> {
        let Some(notebook) = &self.notebook else {
            let Imported { title, text, .. } = self.imported(outputs)?;
            let text = if outputs == Outputs::Drop { without_outputs(&text) } else { text };
            return Ok(parse(&text).to_html(&text, &title, &HashMap::new()));
        };
        // Outputs go to the page as they are, not by way of Markdown.
        let Imported { title, .. } = self.imported(Outputs::Drop)?;
        let converted = notebook.to_markdown(Outputs::Drop);
        let document = parse(&converted.text);
        let shown = match outputs {
            Outputs::Keep => shown(notebook, &converted.cell_lines, &document),
            Outputs::Drop => HashMap::new(),
        };
        Ok(document.to_html(&converted.text, &title, &shown))
    }

    /// The text, and its title.
    fn into_text(
        self,
        dialect: Option<Dialect>,
        outputs: Outputs,
    ) -> Result<(String, String), Failure> {
        let path = self.path;
        let Imported { title, text, .. } = self.imported(outputs)?;
        let text = if outputs == Outputs::Drop { without_outputs(&text) } else { text };
        let Some(dialect) = dialect else { return Ok((text, title)) };
        let rewritten = rewrite_dialect(&text, &parse(&text), dialect);
        let (text, notes) = rewritten.map_err(|it| Failure::rejected(it).at(path.display()))?;
        for note in notes {
            output::note(&format!("{}: {note}", path.display()));
        }
        Ok((text, title))
    }

    /// Livebook reads plain fences and no front matter.
    fn into_livebook(self, outputs: Outputs) -> Result<String, Failure> {
        let (text, title) = self.into_text(Some(Dialect::Plain), outputs)?;
        let document = parse(&text);
        let from = document.front_matter.as_ref().map_or(0, |it| it.span.end);
        let body = text[from..].trim_start_matches(['\r', '\n']);
        Ok(if body.starts_with("# ") { body.to_owned() } else { format!("# {title}\n\n{body}") })
    }
}

fn without_outputs(text: &str) -> String {
    let document = parse(text);
    let none = document.blocks.iter().map(|it| (it.id.clone(), Shown::default()));
    document::with_outputs(text, &document, &none.collect())
}

/// The outputs of cells, by the blocks that they became.
fn shown(
    notebook: &Notebook,
    cell_lines: &[usize],
    document: &Document,
) -> HashMap<BlockId, Shown> {
    let mut shown = HashMap::new();
    for (index, cell) in notebook.cells.iter().enumerate() {
        if cell.kind != CellKind::Code || cell.outputs.is_empty() {
            continue;
        }
        let from = cell_lines[index];
        let to = cell_lines.get(index + 1).copied().unwrap_or(usize::MAX);
        let block = document.blocks.iter().find(|it| (from..to).contains(&it.line));
        if let Some(block) = block {
            let outputs = cell.outputs.clone();
            shown.insert(block.id.clone(), Shown { outputs, ended: None });
        }
    }
    shown
}
