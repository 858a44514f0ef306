//! Remarks about blocks, singly and together.

use std::{collections::HashMap, ops::Range};

use crate::{
    assemble::Draft,
    block::{Block, BlockKind},
    diagnostic::Report,
    fence::Fence,
    file_path::FilePath,
    info::{Info, Mark},
    needs::Needs,
    notebook,
    runtime::Runtime,
};

/// What is wrong with a fence by itself.
pub(crate) fn draft(draft: &Draft, problems: Vec<(&'static str, String)>, report: &mut Report<'_>) {
    let Draft { fence, info, cell, .. } = draft;
    if !fence.closed {
        let fence_marker = fence.marker.character.to_string().repeat(fence.marker.length);
        let message =
            format!("the block is never closed and does not run; close it with {fence_marker}");
        report.error("unterminated-fence", opening_line(fence), message);
    }
    if let Some(span) = &info.malformed {
        let message = "the attributes begin like JSON and are not; correct them".to_owned();
        report.error("attributes-invalid", span.clone(), message);
    }
    if let Some((line, message)) = &cell.problem {
        let at = report.lines.start(report.lines.line(fence.span.start) + 1 + line);
        let at = at.min(fence.span.end);
        report.error("options-invalid", at..at, message.clone());
    }
    for (key, message) in problems {
        let code = match key {
            "timeout" => "timeout-invalid",
            "kernel" => "kernel-invalid",
            _ => "expect-invalid",
        };
        report.error(code, attribute(fence, info, key), message);
    }
}

/// A block that is marked to run needs something that runs it.
pub(crate) fn runtime(Draft { fence, info, .. }: &Draft, report: &mut Report<'_>) {
    if !matches!(info.mark, Mark::Runnable | Mark::Run) {
        return;
    }
    let known = Runtime::known();
    let Some(language) = &info.language else {
        let message = format!("the block is marked to run without a runtime; name one of {known}");
        return report.error("unknown-runtime", opening_line(fence), message);
    };
    if Runtime::from_language(&language.key).is_none() {
        let message = format!("unknown runtime `{}`; use one of {known}", language.key);
        report.error("unknown-runtime", language.span.clone(), message);
    }
}

/// The path of a file block, if something may be written there.
pub(crate) fn path(draft: &Draft, report: &mut Report<'_>) -> Option<FilePath> {
    let Draft { fence, info, attributes, .. } = draft;
    let Mark::File { path } = &info.mark else { return None };
    let written = path.as_ref().map(|it| (it.key.as_str(), it.span.clone()));
    let attribute = || Some((attributes.get("path")?.as_str(), attribute(fence, info, "path")));
    let Some((written, span)) = written.or_else(attribute) else {
        let message = "the file block has no path; write `file LANGUAGE PATH`".to_owned();
        report.error("file-path-missing", opening_line(fence), message);
        return None;
    };
    let path = FilePath::parse(written)
        .map_err(|error| {
            let message =
                format!("the file is not written: {error}; use a path like `src/main.py`");
            report.error("file-path-invalid", span, message);
        })
        .ok()?;
    // Without an end the file would swallow the rest of the document.
    fence.closed.then_some(path)
}

/// What is wrong between blocks and in the text as a whole.
pub(crate) fn document(text: &str, blocks: &[Block], report: &mut Report<'_>) {
    if let Some(at) = text.find('\0') {
        let count = text.matches('\0').count();
        let message =
            format!("the document contains {count} NUL bytes, the first here; remove them");
        report.error("nul-byte", at..at + 1, message);
    }
    files(blocks, report);
    magics(blocks, report);
    names(blocks, report);
    needs(blocks, report);
}

/// Notebooks say to `IPython` what plain Python does not understand.
fn magics(blocks: &[Block], report: &mut Report<'_>) {
    for block in blocks.iter().filter(|it| it.is_runnable()) {
        let Some((line, magic)) = Some(&block.code)
            .filter(|_| block.runtime == Some(Runtime::Python))
            .and_then(|it| notebook::first_magic(it))
        else {
            continue;
        };
        let at = report.lines.start(block.document_line(line + 1)).min(block.span.end);
        let message = format!(
            "`{magic}` is a command of IPython, which plain Python does not know; write it in Python or bash"
        );
        report.warning("ipython-magic", at..at, message);
    }
}

fn files(blocks: &[Block], report: &mut Report<'_>) {
    let mut lines = HashMap::new();
    for block in blocks {
        let BlockKind::File { path: Some(path) } = &block.kind else { continue };
        if let Some(first) = lines.insert(path, block.line) {
            let message = format!(
                "`{path}` is written by the block at line {first} too, and this one wins; rename one"
            );
            report.warning("duplicate-file", block.info_span.clone(), message);
        }
    }
}

fn names(blocks: &[Block], report: &mut Report<'_>) {
    let mut names = HashMap::new();
    for (index, block) in blocks.iter().enumerate() {
        let Some(name) = block.name.as_deref() else { continue };
        let first = *names.entry(name).or_insert(index);
        if first != index {
            let line = blocks[first].line;
            let message = format!(
                "the name `{name}` belongs to the block at line {line} already; choose another"
            );
            report.warning("duplicate-name", block.info_span.clone(), message);
        }
    }
}

fn needs(blocks: &[Block], report: &mut Report<'_>) {
    let needs = Needs::of(blocks);
    for (index, need) in &needs.unknown {
        let message = format!("the block needs `{need}`, and no block has this name");
        report.error("unknown-need", blocks[*index].info_span.clone(), message);
    }
    for (index, needed) in needs.edges.iter().enumerate() {
        for it in needed.iter().map(|it| &blocks[*it]) {
            if matches!(it.kind, BlockKind::Code { runnable: false }) {
                let message =
                    format!("the block needs the one at line {}, which never runs", it.line);
                report.warning("need-never-runs", blocks[index].info_span.clone(), message);
            }
        }
    }
    for index in needs.cyclic() {
        let message = "the block needs itself, directly or through others; break the circle";
        report.error("needs-cycle", blocks[index].info_span.clone(), message.to_owned());
    }
}

fn opening_line(fence: &Fence) -> Range<usize> {
    fence.span.start..fence.info.end
}

fn attribute(fence: &Fence, info: &Info, key: &str) -> Range<usize> {
    let found = info.attributes.iter().find(|it| it.key == key);
    found.map_or_else(|| opening_line(fence), |it| it.span.clone())
}
