//! From fences to blocks: each fence is read by itself first, then in the light of the document.

use std::collections::BTreeMap;

use crate::{
    block::{Block, BlockId, BlockKind, Dialect},
    cell::{self, Cell},
    checks,
    code::{self, Layout, Others},
    diagnostic::Report,
    document::{Document, Heading},
    fence::{Fence, Outline},
    front_matter::FrontMatter,
    ids,
    info::{self, Info, Mark, Style},
    inputs,
    mdx::{self, Component, ComponentKind, Found},
    options::{self, BlockOptions, Kernel},
    policy::{self, Rule, RunPolicy},
    runtime::Runtime,
};

/// A fence and what it says of itself.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) fence: Fence,
    pub(crate) info: Info,
    pub(crate) cell: Cell,
    pub(crate) attributes: BTreeMap<String, String>,
}

pub(crate) fn assemble(
    text: &str,
    front_matter: Option<FrontMatter>,
    outline: Outline,
    found: Found,
    mut report: Report<'_>,
) -> Document {
    let drafts: Vec<_> = outline.fences.into_iter().map(|fence| draft(text, fence)).collect();
    let context = Context::new(text, front_matter.as_ref(), &drafts, &found.components);
    let mut blocks = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let (options, problems) = options::read(&draft.attributes);
        checks::draft(&draft, problems, &mut report);
        blocks.push(context.block(draft, options, &mut report));
    }
    ids::assign(&mut blocks);
    checks::document(text, &blocks, &mut report);
    let title = front_matter.as_ref().and_then(|it| it.title.clone()).or(outline.heading);
    let dialect = context.dialect;
    let headings = outline.headings.into_iter();
    let headings = headings.map(|(level, at)| Heading { level, line: report.lines.line(at) });
    let headings = headings.collect();
    let inputs = inputs::read(text, front_matter.as_ref(), &blocks, &mut report);
    let Found { mut components, edits } = found;
    mdx::connect(&mut components, &blocks, &mut report);
    let diagnostics = report.finish();
    Document {
        front_matter,
        title,
        dialect,
        headings,
        blocks,
        inputs,
        components,
        edits,
        diagnostics,
    }
}

fn draft(text: &str, fence: Fence) -> Draft {
    let info = info::parse(&text[fence.info.clone()], fence.info.start);
    let cell = cell::read(&info.mark, &fence.body);
    let pairs = info.attributes.iter().map(|it| (it.key.clone(), it.value.clone()));
    let mut attributes: BTreeMap<_, _> = pairs.chain(cell.attributes.iter().cloned()).collect();
    if !info.classes.is_empty() {
        attributes.insert("class".to_owned(), info.classes.join(" "));
    }
    Draft { fence, info, cell, attributes }
}

/// What the document as a whole says about each of its blocks.
struct Context<'t> {
    text: &'t str,
    rule: Rule,
    dialect: Dialect,
    /// Of `MyST` cells that name none, from the front matter's kernel.
    kernel_language: Option<String>,
    /// The installed Jupyter kernel that the front matter names.
    jupyter: Option<Kernel>,
    /// Whether it runs blocks of every language: `runbook: {kernel: jupyter:NAME}`.
    is_all_jupyter: bool,
    /// False under Quarto's `execute: {eval: false}`.
    cells_evaluate: bool,
}

impl<'t> Context<'t> {
    fn new(
        text: &'t str,
        front_matter: Option<&FrontMatter>,
        drafts: &[Draft],
        components: &[Component],
    ) -> Self {
        let value = |path: &[&str]| front_matter.and_then(|it| it.get(path));
        let run = front_matter.and_then(|it| it.run);
        // Who writes components means their scripts to run, and fences to be read.
        let has_components = components.iter().any(|it| it.kind != ComponentKind::Unknown);
        let run = run.or(has_components.then_some(RunPolicy::Marked));
        let mut used: Vec<_> = drafts.iter().map(|it| policy::of_fence(&it.info)).collect();
        if text.contains("<!-- livebook:{") {
            used.push(Dialect::Livebook);
        }
        if value(&["jupyter"]).is_some() {
            used.push(Dialect::Jupytext);
        }
        if value(&["runme"]).is_some() {
            used.push(Dialect::Runme);
        }
        let kernel = value(&["jupyter", "kernelspec", "language"])
            .or_else(|| value(&["kernelspec", "language"]))
            .or_else(|| value(&["kernelspec", "name"]))
            .or_else(|| value(&["jupyter", "kernelspec", "name"]));
        let named = value(&["jupyter", "kernelspec", "name"])
            .or_else(|| value(&["kernelspec", "name"]))
            .and_then(|it| it.as_str());
        let everywhere = front_matter.and_then(|it| it.kernel.clone());
        let everywhere = everywhere.filter(|it| matches!(it, Kernel::Jupyter(_)));
        let eval = value(&["execute", "eval"]).and_then(serde_json::Value::as_bool);
        Self {
            is_all_jupyter: everywhere.is_some(),
            text,
            rule: Rule::new(run, &drafts.iter().map(|it| &it.info.mark).collect::<Vec<_>>()),
            dialect: policy::of_document(&used),
            kernel_language: kernel.and_then(|it| it.as_str()).map(str::to_owned),
            jupyter: everywhere.or_else(|| named.and_then(Kernel::jupyter)),
            cells_evaluate: eval.unwrap_or(true),
        }
    }

    fn block(&self, draft: Draft, mut options: BlockOptions, report: &mut Report<'_>) -> Block {
        let language = self.language(&draft.info);
        let runtime = language.as_deref().and_then(Runtime::from_language);
        let is_its_language = runtime.is_none() && self.is_of_kernel(language.as_deref());
        if options.kernel.is_none() && (self.is_all_jupyter || is_its_language) {
            options.kernel.clone_from(&self.jupyter);
        }
        let is_jupyter = matches!(options.kernel, Some(Kernel::Jupyter(_)));
        if !is_jupyter {
            checks::runtime(&draft, report);
        }
        let can_run = runtime.is_some() || is_jupyter;
        let kind = if matches!(draft.info.mark, Mark::File { .. }) {
            BlockKind::File { path: checks::path(&draft, report) }
        } else {
            BlockKind::Code { runnable: can_run && self.runs(&draft, &options) }
        };
        let layout = self.layout(&draft, runtime);
        let Draft { fence, info, attributes, .. } = draft;
        let (code, code_lines) = code::derive(&fence.body, &layout);
        Block {
            id: BlockId::new(""),
            dialect: self.dialect_of(&info),
            line: report.lines.line(fence.span.start),
            end_line: report.lines.line(fence.span.end.max(fence.span.start + 1) - 1),
            name: name(&info, &attributes),
            content_hash: ids::content_hash(&kind, language.as_deref(), &code),
            info: self.text[fence.info.clone()].to_owned(),
            info_span: fence.info,
            body: (fence.body != code).then_some(fence.body),
            body_span: fence.body_span,
            span: fence.span,
            marker: fence.marker,
            closed: fence.closed,
            kind,
            language,
            runtime,
            attributes,
            options,
            code,
            code_lines,
            layout,
        }
    }

    fn language(&self, info: &Info) -> Option<String> {
        let written = info.language.as_ref().map(|it| it.key.clone());
        let kernel = || self.kernel_language.clone().filter(|_| info.mark == Mark::CodeCell);
        written.or_else(kernel)
    }

    /// Whether a language is that of the kernel that the front matter names.
    fn is_of_kernel(&self, language: Option<&str>) -> bool {
        let of_kernel = self.kernel_language.as_deref();
        language.zip(of_kernel).is_some_and(|(it, of_kernel)| it.eq_ignore_ascii_case(of_kernel))
    }

    fn runs(&self, draft: &Draft, options: &BlockOptions) -> bool {
        let Draft { fence, info, attributes, .. } = draft;
        let quarto_off =
            info.mark == Mark::Quarto && !self.cells_evaluate && !attributes.contains_key("eval");
        self.rule.allows(&info.mark)
            && fence.closed
            && !quarto_off
            && !options::never_runs(attributes, &info.classes, &options.tags)
            && !self.livebook_only_shows(fence)
    }

    /// Livebook keeps outputs and examples in fences behind a comment that says so.
    fn livebook_only_shows(&self, fence: &Fence) -> bool {
        let comment = fence.comment.clone().map(|span| self.text[span].trim()).unwrap_or_default();
        let Some((_, last)) = comment.rsplit_once("<!-- livebook:") else { return false };
        let json = last.trim_end_matches("-->").trim();
        let values: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
        ["output", "force_markdown"].iter().any(|key| values[*key] == true)
    }

    fn dialect_of(&self, info: &Info) -> Dialect {
        match (policy::of_fence(info), self.dialect) {
            (Dialect::Plain, Dialect::Livebook | Dialect::Jupytext) => self.dialect,
            (own, _) => own,
        }
    }

    fn layout(&self, draft: &Draft, runtime: Option<Runtime>) -> Layout {
        let shown_to_readers = draft.info.mark == Mark::Unmarked
            && !matches!(self.dialect, Dialect::Livebook | Dialect::Jupytext);
        if !shown_to_readers {
            return Layout::Verbatim { header: draft.cell.header_lines };
        }
        let others = if self.dialect == Dialect::Runme { Others::Code } else { Others::Output };
        let marker = draft.attributes.get("hidelines").map(String::as_str);
        code::documentation(&draft.fence.body, runtime, marker, others)
    }
}

/// The name by which other blocks and the command line call a block. Runme's `id` is no name.
fn name(info: &Info, attributes: &BTreeMap<String, String>) -> Option<String> {
    let knitr = || {
        let first = info.attributes.first().filter(|_| info.mark == Mark::Quarto)?;
        first.value.is_empty().then_some(&first.key)
    };
    let pandoc = || attributes.get("id").filter(|_| info.style == Style::Classes);
    let name = attributes.get("name").or_else(|| attributes.get("label"));
    name.or_else(knitr)
        .or_else(pandoc)
        .map(|it| it.trim())
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
}
