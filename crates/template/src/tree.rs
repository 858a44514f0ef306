//! A folder of templates to the files that it becomes.
//!
//! ```text
//!   boilerplate.yml ─▶ values ─┬─▶ dependencies, each a folder of its own, first
//!                              └─▶ the other files: name and text are templates; what is no text is copied
//! ```
//!
//! Every file comes from the given set and ends beneath the output: a name that would leave it, whatever was
//! put into it, is an error.

use std::{cell::RefCell, collections::BTreeSet};

use globset::{GlobBuilder, GlobMatcher};
use serde_json::{Map, Value as Json};

use crate::{
    error::TemplateError,
    form::{Diagnostic, Form, Level, SkipPattern, ValueProblem, rendered},
    functions::clean,
    needs::OutputName,
    template::{Template, context},
    world::{File, Files, Limits, World},
};

/// The file that describes a template folder, and is not part of what it becomes.
pub const FORM_NAME: &str = "boilerplate.yml";

/// Folders that depend on each other.
const MAX_DEPENDENCIES: usize = 20;

/// Files and bytes of all folders together.
const MAX_FILES: usize = 20_000;
const MAX_BYTES: usize = 256 << 20;

/// Why a folder did not become files.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    #[error("{path}:{line}:{column}: {message}")]
    Form { path: String, line: usize, column: usize, message: String },
    #[error("{folder}: {}", listed(problems))]
    Values { folder: String, problems: Vec<ValueProblem> },
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error("`{path}` leads out of the output")]
    Outside { path: String },
    #[error("there is no template folder `{folder}`")]
    NoFolder { folder: String },
    #[error("`{pattern}` is no pattern of paths")]
    Pattern { pattern: String },
    #[error(
        "template folders depend on each other more than {MAX_DEPENDENCIES} deep, last `{folder}`"
    )]
    Depth { folder: String },
    #[error("more than {MAX_FILES} files or {MAX_BYTES} bytes would be made")]
    TooMuch,
}

fn listed(problems: &[ValueProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Renders a folder of a set of files, with what it depends on.
///
/// `given` are values by name; one for a variable of a dependency only is called `dependency.Name`. `outputs`
/// are by block. Paths of the result are relative to the output.
///
/// # Errors
///
/// See [`TreeError`]; nothing is half done.
pub fn render_tree(
    files: &Files,
    folder: &str,
    given: &Map<String, Json>,
    outputs: &Map<String, Json>,
    world: &World<'_>,
) -> Result<Files, TreeError> {
    // All files together may use what eight of them might.
    let limits = Limits {
        steps: world.limits.steps.saturating_mul(8),
        bytes: world.limits.bytes.saturating_mul(8),
        ..world.limits
    };
    let world = World { limits, ..world.clone() };
    let left = RefCell::new(limits);
    let mut tree =
        Tree { files, outputs, world: &world, left: &left, made: Files::new(), bytes: 0 };
    tree.folder(&clean(folder), "", given, MAX_DEPENDENCIES)?;
    Ok(tree.made)
}

/// What the files of a folder need, and what its form's defaults need. Dependencies are not looked into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeNeeds {
    pub inputs: BTreeSet<String>,
    pub outputs: BTreeSet<OutputName>,
}

/// Which inputs and outputs a folder names, as far as its files can be read.
#[must_use]
pub fn tree_needs(files: &Files, folder: &str) -> TreeNeeds {
    let mut found = TreeNeeds::default();
    let path = clean(folder);
    let prefix = if path == "." { String::new() } else { format!("{path}/") };
    let own = files.range(prefix.clone()..).take_while(|it| it.0.starts_with(&prefix));
    for (name, file) in own {
        for text in [Some(&**name), as_text(&file.bytes)].into_iter().flatten() {
            let Ok(template) = Template::parse(name, text) else { continue };
            let needs = template.needs();
            found.inputs.extend(needs.inputs.into_iter().map(|it| it.name));
            found.outputs.extend(needs.outputs.into_iter().map(|it| it.name));
        }
    }
    found
}

struct Tree<'t> {
    files: &'t Files,
    outputs: &'t Map<String, Json>,
    world: &'t World<'t>,
    left: &'t RefCell<Limits>,
    made: Files,
    bytes: usize,
}

/// One folder while it is rendered.
struct Folder<'f> {
    path: &'f str,
    /// Of its output, with a slash at the end unless it is empty.
    output: String,
    data: Json,
    world: World<'f>,
    left: &'f RefCell<Limits>,
}

impl Folder<'_> {
    fn text(&self, name: &str, text: &str) -> Result<String, TreeError> {
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        let left = &mut self.left.borrow_mut();
        Ok(Template::parse(name, text)?.render_within(left, &self.data, &self.world)?)
    }

    fn says_true(&self, name: &str, condition: Option<&String>) -> Result<bool, TreeError> {
        let Some(condition) = condition else { return Ok(true) };
        Ok(self.text(name, condition)?.trim() == "true")
    }
}

impl Tree<'_> {
    fn folder(
        &mut self,
        path: &str,
        output: &str,
        given: &Map<String, Json>,
        depth: usize,
    ) -> Result<(), TreeError> {
        let depth =
            depth.checked_sub(1).ok_or_else(|| TreeError::Depth { folder: path.to_owned() })?;
        let prefix = if path == "." { String::new() } else { format!("{path}/") };
        let own: Vec<(&str, &File)> = self
            .files
            .range(prefix.clone()..)
            .map_while(|(name, file)| Some((name.strip_prefix(&prefix)?, file)))
            .collect();
        if own.is_empty() {
            return Err(TreeError::NoFolder { folder: path.to_owned() });
        }
        let form = self.form(&format!("{prefix}{FORM_NAME}"))?;
        let world = World { files: self.files, template_folder: path, ..self.world.clone() };
        let values = form
            .values_within(&mut self.left.borrow_mut(), given, self.outputs, &world)
            .map_err(|problems| TreeError::Values { folder: path.to_owned(), problems })?;
        let data = context(&values, self.outputs);
        let folder = Folder { path, output: output.to_owned(), data, world, left: self.left };
        let form_name = format!("{prefix}{FORM_NAME}");
        self.dependencies(&form, &folder, &values, &form_name, depth)?;
        let skips = Skips::new(&form, &folder, &form_name)?;
        for (name, file) in own {
            if name != FORM_NAME && !skips.skip(name) {
                self.file(&folder, &format!("{prefix}{name}"), name, file)?;
            }
        }
        Ok(())
    }

    fn form(&self, path: &str) -> Result<Form, TreeError> {
        let Some(file) = self.files.get(path) else { return Ok(Form::default()) };
        let form = Form::parse(&String::from_utf8_lossy(&file.bytes));
        match form.diagnostics.iter().find(|it| it.level == Level::Error) {
            None => Ok(form),
            Some(Diagnostic { message, line, column, .. }) => Err(TreeError::Form {
                path: path.to_owned(),
                line: *line,
                column: *column,
                message: message.clone(),
            }),
        }
    }

    fn dependencies(
        &mut self,
        form: &Form,
        folder: &Folder<'_>,
        values: &Map<String, Json>,
        form_name: &str,
        depth: usize,
    ) -> Result<(), TreeError> {
        for dependency in &form.dependencies {
            if dependency.skip.is_some() && folder.says_true(form_name, dependency.skip.as_ref())? {
                continue;
            }
            let url = folder.text(form_name, &dependency.template_url)?;
            let path = clean(&format!("{}/{url}", folder.path));
            if path.starts_with("..") || url.starts_with('/') {
                return Err(TreeError::NoFolder { folder: url });
            }
            let target = folder.text(form_name, &dependency.output_folder)?;
            let output = format!("{}{}", folder.output, inside(&target)?);
            let output =
                if output.is_empty() || output.ends_with('/') { output } else { output + "/" };
            let mut given = if dependency.inherits { values.clone() } else { Map::new() };
            for variable in &dependency.variables {
                if let Some(default) = &variable.default {
                    let left = &mut self.left.borrow_mut();
                    let value = rendered(left, default, &folder.data, &folder.world, form_name)?;
                    given.insert(variable.name.clone(), value);
                }
            }
            let own = format!("{}.", dependency.name);
            for (key, value) in values {
                if let Some(name) = key.strip_prefix(&own) {
                    given.insert(name.to_owned(), value.clone());
                }
            }
            self.folder(&path, &output, &given, depth)?;
        }
        Ok(())
    }

    fn file(
        &mut self,
        folder: &Folder<'_>,
        path: &str,
        name: &str,
        file: &File,
    ) -> Result<(), TreeError> {
        let target = folder.text(path, name)?;
        let inner = inside(&target)?;
        if inner.is_empty() {
            return Err(TreeError::Outside { path: target });
        }
        let bytes = match as_text(&file.bytes) {
            Some(text) => folder.text(path, text)?.into_bytes(),
            None => file.bytes.clone(),
        };
        self.bytes = self.bytes.saturating_add(bytes.len());
        self.made.insert(format!("{}{inner}", folder.output), File { bytes, mode: file.mode });
        if self.bytes > MAX_BYTES || self.made.len() > MAX_FILES {
            return Err(TreeError::TooMuch);
        }
        Ok(())
    }
}

/// A relative path without what means nothing; an error if it leads out.
fn inside(path: &str) -> Result<String, TreeError> {
    let cleaned = clean(path);
    let leaves = cleaned.starts_with('/') || cleaned == ".." || cleaned.starts_with("../");
    // A backslash is a separator elsewhere, and no name has control characters that somebody chose.
    if leaves
        || path.split('/').any(|it| it == "..")
        || path.contains(|it: char| it == '\\' || it.is_control())
    {
        return Err(TreeError::Outside { path: path.to_owned() });
    }
    Ok(if cleaned == "." { String::new() } else { cleaned })
}

/// A file's text, unless it has none: what is not UTF-8 or has a zero byte is copied as it is.
fn as_text(bytes: &[u8]) -> Option<&str> {
    if bytes.contains(&0) { None } else { std::str::from_utf8(bytes).ok() }
}

/// Which files are left out.
struct Skips {
    paths: Vec<GlobMatcher>,
    /// If there are any, only files that match one of them stay.
    kept: Vec<GlobMatcher>,
}

impl Skips {
    fn new(form: &Form, folder: &Folder<'_>, form_name: &str) -> Result<Self, TreeError> {
        let mut skips = Self { paths: Vec::new(), kept: Vec::new() };
        for entry in &form.skip_files {
            if !folder.says_true(form_name, entry.condition.as_ref())? {
                continue;
            }
            let (pattern, into) = match &entry.which {
                SkipPattern::Path(it) => (it, &mut skips.paths),
                SkipPattern::NotPath(it) => (it, &mut skips.kept),
            };
            into.push(glob(&folder.text(form_name, pattern)?)?);
        }
        Ok(skips)
    }

    fn skip(&self, name: &str) -> bool {
        // A folder that matches takes what is beneath it along.
        let parents = name.match_indices('/').map(|(at, _)| &name[..at]);
        let all: Vec<&str> = parents.chain([name]).collect();
        let matches =
            |globs: &[GlobMatcher]| globs.iter().any(|it| all.iter().any(|path| it.is_match(path)));
        matches(&self.paths) || (!self.kept.is_empty() && !matches(&self.kept))
    }
}

fn glob(pattern: &str) -> Result<GlobMatcher, TreeError> {
    // A longer pattern is none that somebody wrote, and compiling takes memory.
    const MAX_PATTERN: usize = 1_000;
    let wrong = || TreeError::Pattern { pattern: pattern.to_owned() };
    if pattern.len() > MAX_PATTERN {
        return Err(wrong());
    }
    let bare = pattern.strip_prefix("./").unwrap_or(pattern);
    let glob = GlobBuilder::new(bare).literal_separator(true).build().map_err(|_| wrong())?;
    Ok(glob.compile_matcher())
}
