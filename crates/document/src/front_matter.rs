//! Front matter: the part before the document in YAML (`---`), TOML (`+++`) or JSON (`{ … }`).
//!
//! It is kept verbatim; this module reads values from it and never writes it.

use std::ops::Range;

use serde_json::Value;

use crate::{
    diagnostic::Report,
    options::{Kernel, no_kernel},
    policy::RunPolicy,
    sandbox_options::SandboxOptions,
    yaml::{self, Mapping, Problem},
};

/// The source of this number is patience: no front matter that a person wrote is longer, and
/// reading one must stay far below a second.
const MAX_BYTES: usize = 256 * 1024;

#[derive(Clone, Debug, PartialEq)]
pub struct FrontMatter {
    /// With its delimiters and without the line ending after the last one.
    pub span: Range<usize>,
    /// What is between the delimiters; for JSON the object itself.
    pub body_span: Range<usize>,
    pub format: FrontMatterFormat,
    /// All that could be read; empty where the front matter is broken.
    pub values: Mapping,
    /// `title`, if it is a string or a number.
    pub title: Option<String>,
    /// `runbook: {run: …}`
    pub run: Option<RunPolicy>,
    pub sandbox: SandboxOptions,
    /// `runbook: {kernel: …}`: what its blocks find of those before them.
    pub kernel: Option<Kernel>,
    /// `runbook: {secrets: […]}`: secrets of its reader that all of its blocks find in their environment.
    pub secrets: Vec<String>,
    /// `runbook: {env: […]}`: variables of the environment that its scripts find in a sandbox.
    pub env: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontMatterFormat {
    Yaml,
    Toml,
    Json,
}

/// Finds front matter at `from`, the beginning of the text behind a byte order mark. Also says
/// where the document proper begins.
pub(crate) fn read(
    text: &str,
    from: usize,
    report: &mut Report<'_>,
) -> (Option<FrontMatter>, usize) {
    let Some(mut found) = find(text, from, report) else { return (None, from) };
    let end = found.span.end;
    if found.body_span.len() > MAX_BYTES {
        let message = format!(
            "the front matter has {} bytes and at most {MAX_BYTES} are read; shorten it",
            found.body_span.len()
        );
        report.error("front-matter-invalid", found.span.clone(), message);
        return (Some(found), end);
    }
    match values(&text[found.body_span.clone()], found.format) {
        Ok(values) => interpret(&mut found, values, report),
        Err(problem) => broken(&found, &problem, report),
    }
    (Some(found), end)
}

fn find(text: &str, from: usize, report: &mut Report<'_>) -> Option<FrontMatter> {
    let first = text[from..].split('\n').next()?.trim_end();
    match first {
        "---" => delimited(text, from, FrontMatterFormat::Yaml, report),
        "+++" => delimited(text, from, FrontMatterFormat::Toml, report),
        _ if first.starts_with('{') => json(text, from),
        _ => None,
    }
}

fn delimited(
    text: &str,
    from: usize,
    format: FrontMatterFormat,
    report: &mut Report<'_>,
) -> Option<FrontMatter> {
    let closes = |line: &str| match format {
        FrontMatterFormat::Yaml => line == "---" || line == "...",
        FrontMatterFormat::Toml | FrontMatterFormat::Json => line == "+++",
    };
    let start = from + text[from..].find('\n')? + 1;
    let mut at = start;
    for (number, line) in text[start..].split_inclusive('\n').enumerate() {
        let content = line.trim_end();
        // A blank line right after `---` makes it a thematic break, as for pandoc.
        if number == 0 && content.is_empty() {
            return None;
        }
        if closes(content) {
            let format = if text[start..at].trim_start().starts_with('{') {
                FrontMatterFormat::Json
            } else {
                format
            };
            return Some(FrontMatter {
                span: from..at + content.len(),
                body_span: start..at,
                format,
                values: Mapping::new(),
                title: None,
                run: None,
                sandbox: SandboxOptions::default(),
                kernel: None,
                secrets: Vec::new(),
                env: Vec::new(),
            });
        }
        at += line.len();
    }
    let second = text[start..].split('\n').next().unwrap_or_default();
    if second.contains([':', '=']) && !second.trim_start().starts_with(['`', '~', '#']) {
        let message = "the front matter that begins here never ends; close it with the same line";
        report.error("front-matter-unterminated", from..start - 1, message.to_owned());
    }
    None
}

/// JSON has no delimiters. What is no object is prose or MDX, so it gets no diagnostic.
fn json(text: &str, from: usize) -> Option<FrontMatter> {
    let mut values = serde_json::Deserializer::from_str(&text[from..]).into_iter::<Mapping>();
    values.next()?.ok()?;
    let end = from + values.byte_offset();
    let rest = text[end..].split('\n').next().unwrap_or_default();
    rest.trim().is_empty().then(|| FrontMatter {
        span: from..end,
        body_span: from..end,
        format: FrontMatterFormat::Json,
        values: Mapping::new(),
        title: None,
        run: None,
        sandbox: SandboxOptions::default(),
        kernel: None,
        secrets: Vec::new(),
        env: Vec::new(),
    })
}

fn values(body: &str, format: FrontMatterFormat) -> Result<Mapping, Problem> {
    match format {
        FrontMatterFormat::Yaml => yaml::mapping(body),
        FrontMatterFormat::Toml => toml::from_str(body).map_err(|error| {
            let offset = error.span().map_or(0, |it| it.start).min(body.len());
            let before = &body[..body.floor_char_boundary(offset)];
            let last = before.rsplit('\n').next().unwrap_or_default();
            Problem {
                message: error.message().to_owned(),
                line: before.matches('\n').count() + 1,
                column: last.chars().count() + 1,
            }
        }),
        FrontMatterFormat::Json => serde_json::from_str(body).map_err(|error| {
            let full = error.to_string();
            let message = full.split(" at line ").next().unwrap_or_default().to_owned();
            Problem { message, line: error.line().max(1), column: error.column().max(1) }
        }),
    }
}

fn broken(found: &FrontMatter, problem: &Problem, report: &mut Report<'_>) {
    let first = report.lines.line(found.body_span.start);
    let at = report.lines.offset(first + problem.line - 1, problem.column);
    let at = at.min(found.body_span.end);
    let message = format!("the front matter is not read: {}; correct it", problem.message);
    report.error("front-matter-invalid", at..found.body_span.end, message);
}

fn interpret(found: &mut FrontMatter, values: Mapping, report: &mut Report<'_>) {
    found.title = match values.get("title") {
        Some(Value::String(title)) if !title.trim().is_empty() => Some(title.trim().to_owned()),
        Some(Value::Number(title)) => Some(title.to_string()),
        _ => None,
    };
    if let Some(run) = values.get("runbook").and_then(|it| it.get("run")) {
        found.run = run.as_str().and_then(RunPolicy::from_name);
        if found.run.is_none() {
            let message = format!("`runbook.run` is {run}; use `all`, `marked` or `none`");
            report.error("run-policy-invalid", found.span.clone(), message);
        }
    }
    if let Some(kernel) = values.get("runbook").and_then(|it| it.get("kernel")) {
        found.kernel = kernel.as_str().and_then(Kernel::read);
        if found.kernel.is_none() {
            let written = kernel.as_str().map_or_else(|| kernel.to_string(), str::to_owned);
            report.error("kernel-invalid", found.span.clone(), no_kernel(&written));
        }
    }
    for (key, code, into) in
        [("secrets", "secrets-invalid", &mut found.secrets), ("env", "env-invalid", &mut found.env)]
    {
        let Some(written) = values.get("runbook").and_then(|it| it.get(key)) else { continue };
        match names(written) {
            Some(names) => *into = names,
            None => {
                let message = format!("`runbook.{key}` is {written}; write a list of names");
                report.error(code, found.span.clone(), message);
            }
        }
    }
    if let Some(runbook) = values.get("runbook") {
        let (sandbox, problems) = SandboxOptions::read(runbook);
        found.sandbox = sandbox;
        for problem in problems {
            report.error("sandbox-option-invalid", found.span.clone(), problem);
        }
    }
    found.values = values;
}

/// One name, or a list of them.
fn names(written: &Value) -> Option<Vec<String>> {
    if let Some(name) = written.as_str() {
        return Some(vec![name.to_owned()]);
    }
    written.as_array()?.iter().map(|it| it.as_str().map(str::to_owned)).collect()
}

impl FrontMatter {
    /// The value at a path of keys.
    #[must_use]
    pub fn get(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.values.get(*first)?, |value, key| value.get(key))
    }
}

#[cfg(test)]
mod tests {
    use crate::parse;

    #[test]
    fn secrets_and_variables_are_named_and_what_is_no_name_is_said() {
        let document = parse("---\nrunbook: {secrets: TOKEN, env: [REGION, AWS_PROFILE]}\n---\n");
        let front_matter = document.front_matter.unwrap();
        assert_eq!(front_matter.secrets, ["TOKEN"]);
        assert_eq!(front_matter.env, ["REGION", "AWS_PROFILE"]);
        assert!(document.diagnostics.is_empty(), "{:?}", document.diagnostics);
        let document = parse("---\nrunbook: {env: {REGION: eu}}\n---\n");
        assert_eq!(document.front_matter.unwrap().env, [""; 0]);
        let said = document.diagnostics.iter().find(|it| it.code == "env-invalid").unwrap();
        assert!(said.message.contains("write a list of names"), "{}", said.message);
    }
}
