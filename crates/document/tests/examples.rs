//! Compares the fences of other people's documents, which are not in this repository, with what
//! another parser found in them.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a report for its developer")]

use std::{env, fs, path::Path};

use document::{Document, parse};
use serde_json::Value;
use sha2::{Digest, Sha256};

#[test]
fn fences_of_foreign_documents_are_found_as_markdown_it_finds_them() {
    #[expect(clippy::disallowed_methods, reason = "a developer check outside the repository")]
    let Ok(examples) = env::var("EXAMPLES_DIR") else {
        println!("skipped: EXAMPLES_DIR is not set");
        return;
    };
    let root = Path::new(&examples);
    let oracle = fs::read_to_string(root.join("expected/blocks.json")).unwrap();
    let oracle: Value = serde_json::from_str(&oracle).unwrap();
    let mut compared = 0;
    for (path, expected) in oracle.as_object().unwrap() {
        let Some(blocks) = expected["blocks"].as_array() else { continue };
        let text = fs::read_to_string(root.join(path)).unwrap();
        let document = parse(&text);
        let expected: Vec<_> = blocks.iter().map(expectation).collect();
        assert_eq!(found(&text, &document), expected, "{path}");
        compared += expected.len();
        describe(path, &document);
    }
    println!("{compared} blocks are the same");
    assert!(compared > 0, "no blocks in {examples}");
}

type Row = (u64, String, String, String, u64);

fn expectation(block: &Value) -> Row {
    let text = |key: &str| block[key].as_str().unwrap().to_owned();
    let number = |key: &str| block[key].as_u64().unwrap();
    (number("line"), text("fence"), text("info"), text("sha256"), number("lines"))
}

fn found(text: &str, document: &Document) -> Vec<Row> {
    let row = |block: &document::Block| {
        let fence: String =
            text[block.span.start..].chars().take_while(|it| "`~".contains(*it)).collect();
        let hash: String =
            Sha256::digest(block.body())[..8].iter().map(|it| format!("{it:02x}")).collect();
        let lines = block.body().lines().count() as u64;
        (block.line as u64, fence, block.info.clone(), hash, lines)
    };
    document.blocks.iter().map(row).collect()
}

fn describe(path: &str, document: &Document) {
    let runnable = document.runnable().count();
    println!("{path}: {:?}, {runnable} of {} run", document.dialect, document.blocks.len());
    for block in &document.blocks {
        let run = if block.is_runnable() { "run " } else { "    " };
        let first = block.code.lines().next().unwrap_or_default();
        println!("  {run} {:4} {:40.40} {:?} | {first:.50}", block.line, block.info, block.kind);
    }
    for it in &document.diagnostics {
        println!("  {:?} {}:{} {} {}", it.severity, it.line, it.column, it.code, it.message);
    }
}
