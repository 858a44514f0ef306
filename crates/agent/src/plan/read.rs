//! From text to steps.

use std::ops::Range;

use document::{Block, Diagnostic, Document, Severity};

use super::{
    MAX_PLAN_BYTES, MAX_STEPS, Plan, Step, check,
    heading::{self, Says},
    numbering,
};
use crate::visible::{HiddenKind, hidden};

/// What is wrong and where, up to a number: more would help nobody, and a hostile text makes a million.
const MAX_DIAGNOSTICS: usize = 200;

pub(super) fn read(text: String) -> (Plan, Vec<Diagnostic>) {
    let mut report = Report::default();
    if text.len() > MAX_PLAN_BYTES {
        let message = format!(
            "the plan has {} bytes and at most {MAX_PLAN_BYTES} are read; make two plans of it",
            text.len()
        );
        report.error("too-large", 0..0, message);
        let plan = Plan { text, title: None, steps: Vec::new(), prose: Vec::new() };
        let diagnostics = report.finish(&plan.text, Vec::new());
        return (plan, diagnostics);
    }
    let document = document::parse(&text);
    report_hidden(&text, &mut report);
    report_lone_return(&text, &mut report);
    let mut sections = Sections::new(&text, &document);
    sections.read(&document, &mut report);
    let Sections { mut steps, prose, title, .. } = sections;
    add_checks(&mut steps, &document.blocks, &mut report);
    numbering::check(&steps, &mut report);
    let from_front_matter = document.front_matter.and_then(|it| it.title);
    let title = from_front_matter.or(title).filter(|it| !it.is_empty());
    let diagnostics = report.finish(&text, document.diagnostics);
    (Plan { text, title, steps, prose }, diagnostics)
}

/// The steps that are open while the text is read from heading to heading.
struct Sections<'t> {
    text: &'t str,
    /// Where what was read last begins.
    at: usize,
    /// Places of steps with the levels of their headings, the innermost last.
    open: Vec<(usize, usize)>,
    steps: Vec<Step>,
    prose: Vec<Range<usize>>,
    title: Option<String>,
}

impl<'t> Sections<'t> {
    fn new(text: &'t str, document: &Document) -> Self {
        let at = document.front_matter.as_ref().map_or(0, |it| it.span.end);
        Self { text, at, open: Vec::new(), steps: Vec::new(), prose: Vec::new(), title: None }
    }

    fn read(&mut self, document: &Document, report: &mut Report) {
        let lines: Vec<Range<usize>> = lines(self.text).collect();
        let mut last = 0;
        for heading in &document.headings {
            // Only a lone carriage return puts two into one line, which is an error of its own.
            if std::mem::replace(&mut last, heading.line) == heading.line {
                continue;
            }
            let Some(span) = lines.get(heading.line - 1) else { continue };
            if self.steps.len() > MAX_STEPS {
                // Which is reported; what follows is text of the last one.
                break;
            }
            self.heading(heading.line, span, report);
        }
        self.close(self.text.len(), |_, _| true);
    }

    fn heading(&mut self, line: usize, span: &Range<usize>, report: &mut Report) {
        let written = self.text[span.clone()].trim_end_matches(['\r', '\n']);
        let without_mark = written.trim_start_matches('\u{feff}');
        let offset = span.start + written.len() - without_mark.len();
        let Some(found) = heading::read(without_mark) else { return };
        match found.says {
            Says::Prose { title } => {
                if self.title.is_none() && self.steps.is_empty() {
                    self.title = Some(title.to_owned());
                }
                self.close(span.start, |_, level| level >= found.level);
            }
            Says::BadNumber { span } => {
                let span = offset + span.start..offset + span.end;
                let message = format!(
                    "`{}` is not the number of a step; number steps 1, 1.1, 1.2, 2",
                    &self.text[span.clone()]
                );
                report.error("step-number", span, message);
            }
            Says::Step { number, number_span, title } => {
                self.close(span.start, |step, _| !number.is_within(&step.number));
                self.open.push((self.steps.len(), found.level));
                self.steps.push(Step {
                    number,
                    title: title.to_owned(),
                    line,
                    heading: span.clone(),
                    whole: span.clone(),
                    checks: Vec::new(),
                    number_span: offset + number_span.start..offset + number_span.end,
                    body: Vec::new(),
                });
                self.at = span.end;
            }
        }
    }

    /// What was read up to here belongs to the innermost step; then those steps end for which it is so.
    fn close(&mut self, end: usize, ends: impl Fn(&Step, usize) -> bool) {
        let span = self.at.min(end)..end;
        let owner = self.open.last().map(|it| it.0);
        let body = owner.map_or(&mut self.prose, |it| &mut self.steps[it].body);
        match body.last_mut() {
            Some(last) if last.end == span.start => last.end = end,
            Some(_) | None if span.is_empty() => {}
            Some(_) | None => body.push(span),
        }
        self.at = end;
        while let Some((place, level)) = self.open.last().copied()
            && ends(&self.steps[place], level)
        {
            self.steps[place].whole.end = end;
            self.open.pop();
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some(start..*at)
    })
}

/// Blocks and steps are both in the order of the text.
fn add_checks(steps: &mut [Step], blocks: &[Block], report: &mut Report) {
    for block in blocks.iter().filter(|it| check::is_marked(it)) {
        let holds = |step: &&mut Step| step.body.iter().any(|it| it.contains(&block.span.start));
        let after = steps.partition_point(|it| it.heading.start <= block.span.start);
        // After a step within it, a step's own text may go on.
        match steps[..after].iter_mut().rev().find(holds) {
            Some(step) => step.checks.extend(check::read(block, report)),
            None => {
                let message = "this check belongs to no step; put it under the heading of one";
                let span = block.span.start..block.info_span.end;
                report.error("check-without-step", span, message.to_owned());
            }
        }
    }
}

fn report_hidden(text: &str, report: &mut Report) {
    for it in hidden(text) {
        let (code, message) = match it.kind {
            HiddenKind::Comment => (
                "hidden-comment",
                "nobody sees this comment on the page, so no agent is told it; remove it",
            ),
            HiddenKind::Definition => (
                "hidden-definition",
                "no link uses this definition, so nobody sees it and no agent is told it; remove it",
            ),
            // NUL is an error, which the document reports.
            HiddenKind::Character if text[it.span.clone()].starts_with('\0') => continue,
            HiddenKind::Character if it.span.start == 0 && text.starts_with('\u{feff}') => continue,
            HiddenKind::Character => (
                "hidden-character",
                "nobody sees this character, so no agent is told it; remove it",
            ),
        };
        report.warning(code, it.span, message.to_owned());
    }
}

/// Markdown ends a line there and hardly anything else does, so people and programs would see different plans.
fn report_lone_return(text: &str, report: &mut Report) {
    let bytes = text.as_bytes();
    let is_lone = |at: &usize| bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    if let Some(at) = (0..bytes.len()).find(is_lone) {
        let message = "a carriage return alone does not end a line; write a line feed";
        report.error("lone-return", at..at + 1, message.to_owned());
    }
}

/// Collects what is wrong while a plan is read.
#[derive(Debug, Default)]
pub(super) struct Report {
    found: Vec<(Severity, &'static str, Range<usize>, String)>,
}

impl Report {
    pub(super) fn error(&mut self, code: &'static str, span: Range<usize>, message: String) {
        self.add(Severity::Error, code, span, message);
    }

    pub(super) fn warning(&mut self, code: &'static str, span: Range<usize>, message: String) {
        self.add(Severity::Warning, code, span, message);
    }

    fn add(&mut self, severity: Severity, code: &'static str, span: Range<usize>, message: String) {
        let count = self.found.iter().filter(|it| it.0 == severity).count();
        if count < MAX_DIAGNOSTICS {
            self.found.push((severity, code, span, message));
        }
    }

    /// With what the document said, in the order of the text. Errors are not the ones to go when there are too many.
    fn finish(self, text: &str, of_document: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let starts: Vec<usize> = lines(text).map(|it| it.start).collect();
        let own = self.found.into_iter().map(|(severity, code, span, message)| {
            let line = starts.partition_point(|it| *it <= span.start).max(1);
            let start = starts.get(line - 1).copied().unwrap_or_default();
            let before = text[start..span.start].trim_start_matches('\u{feff}');
            let column = before.chars().count() + 1;
            Diagnostic { severity, message, span, line, column, code }
        });
        let mut all: Vec<_> = of_document.into_iter().chain(own).collect();
        all.sort_by_key(|it| (std::cmp::Reverse(it.severity), it.span.start));
        all.truncate(MAX_DIAGNOSTICS);
        all.sort_by_key(|it| it.span.start);
        all
    }
}
