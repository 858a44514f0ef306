//! Notebooks go to Markdown and back as they were, whatever is in their cells.

use document::{
    Cell, CellKind, Notebook, Output, Outputs, Severity, Stream, parse, rewrite_dialect, tidy,
};
use proptest::{prelude::*, sample::select};
use serde_json::json;

/// Pieces that could be taken for something of ours, or swallow what follows.
const PIECES: &[&str] = &[
    "```",
    "````",
    "~~~",
    "\n",
    "\n",
    "\n\n",
    "> ",
    "- ",
    "1. ",
    "    ",
    "\t",
    " ",
    "python",
    "```runnable python\nx\n```\n",
    "```python\nx\n```\n",
    "```output\nx\n```\n",
    "{python}",
    "---\n",
    "---\ntitle: x\n---\n",
    "+++\n",
    "<!-- cell -->\n",
    "<!-- output -->\n",
    "<!-- cell {\"type\":\"raw\"} -->\n",
    "<!--",
    "-->",
    "<div>\n",
    "<script>\n",
    "# ",
    "=====\n",
    "[a]: b\n",
    "[^1]: ",
    "| a | b |\n| - | - |\n",
    "$ ls\n",
    ">>> x\n",
    "%%bash\n",
    "%%writefile a.py\n",
    "%%writefile ../a\n",
    "%matplotlib inline\n",
    "#| label: x\n",
    ":tags: [x]\n",
    "é",
    "🍵",
    "\u{feff}",
    "![output](data:image/png;base64,AA==)\n",
    "(attachment:a.png)",
    "code",
    "\\",
    "\"",
    "`",
];

fn sources() -> impl Strategy<Value = String> {
    prop::collection::vec(select(PIECES), 0..8).prop_map(|pieces| pieces.concat())
}

fn cells() -> impl Strategy<Value = Cell> {
    let kinds = select(&[CellKind::Markdown, CellKind::Code, CellKind::Raw][..]);
    (kinds, sources(), any::<bool>(), any::<bool>()).prop_map(|(kind, source, tagged, printed)| {
        let mut cell = Cell { kind, source, ..Cell::default() };
        if tagged {
            cell.metadata.insert("tags".to_owned(), json!(["a", "b c"]));
            cell.metadata.insert("own".to_owned(), json!({ "x": "--> `" }));
        }
        if printed && kind == CellKind::Code {
            let text = "```\n<!-- cell -->\n".to_owned();
            cell.outputs.push(Output::Stream { stream: Stream::Stdout, text });
        }
        cell
    })
}

fn notebooks() -> impl Strategy<Value = Notebook> {
    let languages = select(&["python", "javascript", "bash", "julia"][..]);
    (languages, prop::collection::vec(cells(), 0..6)).prop_map(|(language, cells)| {
        let spec = json!({ "name": language, "language": language, "display_name": language });
        let metadata = [("kernelspec".to_owned(), spec)].into_iter().collect();
        Notebook { metadata, cells, notes: Vec::new() }
    })
}

fn there_and_back(notebook: &Notebook, outputs: Outputs) -> (String, Notebook) {
    let text = notebook.to_markdown(outputs).text;
    let again = Notebook::from_markdown(&text, &parse(&text));
    (text, again)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(1000),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn cells_come_back_with_their_kinds_sources_and_outputs(notebook in notebooks()) {
        let (text, again) = there_and_back(&notebook, Outputs::Keep);
        let shown = |it: &Notebook| -> Vec<_> {
            it.cells.iter().map(|it| (it.kind, it.source.clone(), it.outputs.clone())).collect()
        };
        prop_assert_eq!(shown(&again), shown(&notebook), "{}", text);
        prop_assert_eq!(again.metadata.get("kernelspec"), notebook.metadata.get("kernelspec"));
    }

    #[test]
    fn what_is_written_is_read_as_the_same_notebook(notebook in notebooks()) {
        let read = Notebook::read(notebook.write().as_bytes()).unwrap();
        let shown = |it: &Notebook| -> Vec<_> {
            it.cells.iter().map(|it| (it.kind, it.source.clone(), it.metadata.clone())).collect()
        };
        prop_assert_eq!(shown(&read), shown(&notebook));
        prop_assert!(read.cells.iter().all(|it| it.id.is_some()));
    }

    #[test]
    fn any_text_becomes_a_notebook_a_page_and_a_tidy_text(source in sources()) {
        let document = parse(&source);
        let notebook = Notebook::from_markdown(&source, &document);
        prop_assert!(Notebook::read(notebook.write().as_bytes()).is_ok());
        let page = document.to_html(&source, "title", &std::collections::HashMap::new());
        prop_assert!(!page.contains("<script"), "{}", page);
        let tidied = tidy(&source);
        prop_assert_eq!(&tidy(&tidied), &tidied);
        let codes = |text: &str| -> Vec<String> {
            parse(text).blocks.into_iter().map(|it| it.code).collect()
        };
        prop_assert_eq!(codes(&tidied), codes(&source));
        for to in [document::Dialect::Seed, document::Dialect::Quarto, document::Dialect::Myst] {
            // Refused or done, but never half done.
            drop(rewrite_dialect(&source, &document, to));
        }
    }
}

#[test]
fn a_notebook_of_version_3_is_upgraded_with_a_word() {
    let old = json!({
        "nbformat": 3, "nbformat_minor": 0, "metadata": { "name": "" },
        "worksheets": [{ "cells": [
            { "cell_type": "heading", "level": 2, "source": ["Title"] },
            { "cell_type": "code", "language": "python", "input": ["1/0"], "prompt_number": 2, "outputs": [
                { "output_type": "pyout", "prompt_number": 2, "text": ["x"], "png": "AA==" },
                { "output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": ["t"] } ] },
        ] }],
    });
    let notebook = Notebook::read(old.to_string().as_bytes()).unwrap();
    assert_eq!(notebook.notes.len(), 1);
    assert_eq!(
        (notebook.cells[0].source.as_str(), notebook.language()),
        ("## Title", Some("python"))
    );
    let [Output::Display { data, result: true, count: Some(2) }, Output::Error { .. }] =
        &notebook.cells[1].outputs[..]
    else {
        panic!("{:?}", notebook.cells[1].outputs)
    };
    assert_eq!(data["image/png"], "AA==");
}

#[test]
fn ids_that_are_no_ids_or_there_twice_are_replaced_with_a_word() {
    let cell =
        |id: &str| json!({ "cell_type": "markdown", "id": id, "metadata": {}, "source": "x" });
    let cells = [cell("a"), cell("a"), cell("no id"), cell("cell-2")];
    let bytes = json!({ "nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells });
    let notebook = Notebook::read(bytes.to_string().as_bytes()).unwrap();
    assert_eq!(notebook.notes.len(), 2);
    let again = Notebook::read(notebook.write().as_bytes()).unwrap();
    let ids: std::collections::HashSet<_> = again.cells.iter().map(|it| it.id.clone()).collect();
    assert_eq!((ids.len(), again.notes.len()), (4, 0));
}

#[test]
fn commands_of_ipython_are_kept_and_told_of() {
    let cell =
        |source: &str| Cell { kind: CellKind::Code, source: source.to_owned(), ..Cell::default() };
    let cells = vec![cell("%matplotlib inline\nx"), cell("%%bash\nls"), cell("y")];
    let notebook = Notebook { cells, ..Notebook::default() };
    let converted = notebook.to_markdown(Outputs::Keep);
    let [note] = &converted.notes[..] else { panic!("{:?}", converted.notes) };
    assert!(note.starts_with("cell 1: `%matplotlib inline`"), "{note}");
    let document = parse(&converted.text);
    let [remark] = &document.diagnostics[..] else { panic!("{:?}", document.diagnostics) };
    assert_eq!((remark.code, remark.severity), ("ipython-magic", Severity::Warning));
}

#[test]
fn a_document_becomes_cells_in_the_notebooks_own_language() {
    let text = "---\ntitle: T\n---\n\n# T\n\n```runnable python name=load timeout=5s tags=a\nx\n```\n\n\
        - ```runnable python\n  inner\n  ```\n\n```runnable node\nconsole.log(1)\n```\n\n\
        ```runnable golang\npackage main\n```\n\n```file python u.py\ny\n```\n";
    let notebook = Notebook::from_markdown(text, &parse(text));
    let sources: Vec<_> = notebook.cells.iter().map(|it| it.source.as_str()).collect();
    assert_eq!(
        sources,
        [
            "# T",
            "x",
            "- ```runnable python\n  inner\n  ```",
            "%%script node\nconsole.log(1)",
            "```runnable golang\npackage main\n```",
            "%%writefile u.py\ny",
        ]
    );
    let load = &notebook.cells[1].metadata;
    assert_eq!((&load["name"], &load["tags"]), (&json!("load"), &json!(["a"])));
    assert_eq!(load["runbook"], json!({ "timeout": "5s" }));
    let (text, again) = there_and_back(&notebook, Outputs::Keep);
    let found: Vec<_> = again.cells.iter().map(|it| it.source.as_str()).collect();
    assert_eq!(found, sources, "{text}");
    assert!(text.contains("```runnable python name=load tags=a timeout=5s\n"), "{text}");
}
