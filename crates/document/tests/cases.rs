//! Files of cases: `test_data/<dialect>/*.md`, or `.mdx`, and beside each what the parser makes of it.
//!
//! A missing expectation is written; `UPDATE_EXPECT=1` rewrites all of them. Read the difference
//! before committing it.

#![expect(clippy::unwrap_used, reason = "a broken case should stop the test")]

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use document::{Block, BlockKind, Component, Document, Segment, Syntax, parse_as};

#[test]
fn every_case_reads_as_expected() {
    #[expect(clippy::disallowed_methods, reason = "the usual switch of expectation tests")]
    let update = std::env::var("UPDATE_EXPECT").is_ok();
    let mut failures = Vec::new();
    let cases = cases();
    assert!(cases.len() > 10, "the cases are missing");
    for case in cases {
        let text = fs::read_to_string(&case).unwrap();
        let actual = shown(&text, &parse_as(&text, Syntax::of(&case.to_string_lossy())));
        let expectation = case.with_extension("txt");
        match fs::read_to_string(&expectation) {
            Ok(expected) if !update => {
                if expected != actual {
                    failures.push(format!("{}\n{actual}", case.display()));
                }
            }
            _ => fs::write(&expectation, actual).unwrap(),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data");
    let entries = |dir: &Path| -> Vec<PathBuf> {
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let mut cases: Vec<_> = entries(&root).iter().flat_map(|dir| entries(dir)).collect();
    cases.retain(|it| it.extension().is_some_and(|it| it == "md" || it == "mdx"));
    cases.sort();
    cases
}

fn shown(text: &str, document: &Document) -> String {
    let mut out = String::new();
    let title = document.title.as_deref().unwrap_or("-");
    writeln!(out, "{:?}, title {title}", document.dialect).unwrap();
    if let Some(it) = &document.front_matter {
        writeln!(out, "front matter {:?} {:?} run {:?}", it.format, it.span, it.run).unwrap();
    }
    for block in &document.blocks {
        show_block(&mut out, text, block);
    }
    for component in &document.components {
        show_component(&mut out, document, component);
    }
    if !document.components.is_empty() {
        show_segments(&mut out, text, document);
    }
    for it in &document.diagnostics {
        let about = &text[it.span.clone()];
        writeln!(
            out,
            "{:?} {} {}:{} {:?}\n  {}",
            it.severity, it.code, it.line, it.column, about, it.message
        )
        .unwrap();
    }
    out
}

fn show_block(out: &mut String, text: &str, block: &Block) {
    let kind = match &block.kind {
        BlockKind::Code { runnable: true } => "runs".to_owned(),
        BlockKind::Code { runnable: false } => "text".to_owned(),
        BlockKind::File { path } => format!("file {}", path.as_ref().map_or("-", |it| it.as_str())),
    };
    let language = block.language.as_deref().unwrap_or("-");
    let runtime = block.runtime.map_or("-", document::Runtime::name);
    writeln!(out, "{}-{} {} {kind} {language} {runtime}", block.line, block.end_line, block.id)
        .unwrap();
    if !block.attributes.is_empty() {
        writeln!(out, "  attributes {:?}", block.attributes).unwrap();
    }
    if block.options != document::BlockOptions::default() {
        writeln!(out, "  {:?}", block.options).unwrap();
    }
    if block.code != text[block.body_span.clone()] {
        writeln!(out, "  body {:?}", &text[block.body_span.clone()]).unwrap();
    }
    writeln!(out, "  code {:?}", block.code).unwrap();
}

fn show_component(out: &mut String, document: &Document, it: &Component) {
    let within =
        it.parent.map_or(String::new(), |it| format!(" in {}", document.components[it].id));
    let inline = if it.is_inline { " inline" } else { "" };
    writeln!(out, "{}-{} <{}> {}{within}{inline}", it.line, it.end_line, it.name, it.id).unwrap();
    for (name, value) in &it.props {
        writeln!(out, "  {name} = {value}").unwrap();
    }
    for code in &it.code {
        writeln!(out, "  {} {:?}", code.info, code.code).unwrap();
    }
    let waits_for = it.waits_for();
    if !waits_for.is_empty() {
        writeln!(out, "  waits for {waits_for:?}").unwrap();
    }
}

fn show_segments(out: &mut String, text: &str, document: &Document) {
    let places = 0..document.components.len();
    let inner = places.map(|it| (Some(it), document.segments_in(text, it)));
    for (parent, segments) in std::iter::once((None, document.segments(text))).chain(inner) {
        let holds = parent.is_none_or(|it| document.components[it].kind.holds_prose());
        if segments.is_empty() || !holds {
            continue;
        }
        let parent =
            parent.map_or(String::new(), |it| format!(" in {}", document.components[it].name));
        writeln!(out, "shown{parent}").unwrap();
        for segment in segments {
            match segment {
                Segment::Prose { span } => {
                    writeln!(out, "  prose {:?}", document.prose(text, span)).unwrap();
                }
                Segment::Component { index } => {
                    let it = &document.components[index];
                    writeln!(out, "  <{}> {}", it.name, it.id).unwrap();
                }
            }
        }
    }
}
