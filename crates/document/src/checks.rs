//! Remarks about blocks, singly and together.

use std::{collections::HashMap, ops::Range};

use crate::{
    assemble::Draft,
    block::{Block, BlockKind},
    diagnostic::Report,
    fence::Fence,
    file_path::FilePath,
    info::{Info, Mark},
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
        let code = if key == "timeout" { "timeout-invalid" } else { "expect-invalid" };
        report.error(code, attribute(fence, info, key), message);
    }
    if matches!(info.mark, Mark::Runnable | Mark::Run) {
        runtime(fence, info, report);
    }
}

fn runtime(fence: &Fence, info: &Info, report: &mut Report<'_>) {
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
    let names = names(blocks, report);
    needs(blocks, &names, report);
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

fn names<'b>(blocks: &'b [Block], report: &mut Report<'_>) -> HashMap<&'b str, usize> {
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
    names
}

fn needs(blocks: &[Block], names: &HashMap<&str, usize>, report: &mut Report<'_>) {
    let mut edges = vec![Vec::new(); blocks.len()];
    for (index, block) in blocks.iter().enumerate() {
        for need in &block.options.needs {
            if let Some(needed) = names.get(need.as_str()) {
                edges[index].push(*needed);
            } else {
                let message = format!("the block needs `{need}`, and no block has this name");
                report.error("unknown-need", block.info_span.clone(), message);
            }
        }
    }
    for index in cyclic(&edges) {
        let message = "the block needs itself, directly or through others; break the circle";
        report.error("needs-cycle", blocks[index].info_span.clone(), message.to_owned());
    }
}

/// Nodes that stay when everything without open needs is taken away, and again, until nothing
/// changes; then the same from the other side, so that only circles and what links them remain.
fn cyclic(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut reversed = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        for to in targets {
            reversed[*to].push(from);
        }
    }
    let forwards = peel(edges, &reversed);
    let backwards = peel(&reversed, edges);
    (0..edges.len()).filter(|it| forwards[*it] && backwards[*it]).collect()
}

fn peel(edges: &[Vec<usize>], reversed: &[Vec<usize>]) -> Vec<bool> {
    let mut open: Vec<_> = edges.iter().map(Vec::len).collect();
    let mut free: Vec<_> = (0..edges.len()).filter(|it| open[*it] == 0).collect();
    let mut stays = vec![true; edges.len()];
    while let Some(node) = free.pop() {
        stays[node] = false;
        for dependant in &reversed[node] {
            open[*dependant] -= 1;
            if open[*dependant] == 0 {
                free.push(*dependant);
            }
        }
    }
    stays
}

fn opening_line(fence: &Fence) -> Range<usize> {
    fence.span.start..fence.info.end
}

fn attribute(fence: &Fence, info: &Info, key: &str) -> Range<usize> {
    let found = info.attributes.iter().find(|it| it.key == key);
    found.map_or_else(|| opening_line(fence), |it| it.span.clone())
}
