//! A local document as it was at one time: its text, its scripts, and the forms of its inputs.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use document::{
    Component, ComponentKind, Diagnostic, Document, MAX_DOCUMENT_BYTES, Severity, Syntax,
    normal_id, parse_as,
};
use template::{FORM_NAME, Form, Level};

use super::{
    Folder, NoScript, Registry, TfModule, cloning, pull_request, registry::hash, tf_module::locate,
};

/// What was read at one time. Nothing of it changes when the disk does.
#[derive(Debug)]
pub struct Reading {
    pub text: String,
    pub document: Arc<Document>,
    pub registry: Registry,
    /// Of the text, the scripts and the forms: two readings that do the same have the same one.
    pub hash: String,
    /// By the place of their component.
    forms: BTreeMap<usize, Form>,
    modules: BTreeMap<usize, Arc<TfModule>>,
    /// Forms that were read from files: their paths, and their SHA-256 in hex.
    form_files: BTreeMap<String, String>,
    /// What is wrong beside what the document says of itself, by the place of the component.
    problems: BTreeMap<usize, Vec<Diagnostic>>,
}

impl Reading {
    /// Reads the document at `path`. What is as in `before` is not parsed again.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is no text, or is too large to be a document.
    pub fn from_disk(path: &Path, folder: &Folder, before: Option<&Self>) -> io::Result<Self> {
        let mut bytes = Vec::new();
        File::open(path)?.take(MAX_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_DOCUMENT_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let text = String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
        let document = match before.filter(|it| it.text == text) {
            Some(before) => Arc::clone(&before.document),
            None => Arc::new(parse_as(&text, Syntax::of(&path.to_string_lossy()))),
        };
        Ok(Self::of(text, document, folder, before))
    }

    fn of(text: String, document: Arc<Document>, folder: &Folder, before: Option<&Self>) -> Self {
        let mut reading = Self {
            registry: Registry::build(&document, folder),
            text,
            document: Arc::clone(&document),
            hash: String::new(),
            forms: BTreeMap::new(),
            modules: BTreeMap::new(),
            form_files: BTreeMap::new(),
            problems: BTreeMap::new(),
        };
        let mut forms = Vec::new();
        for (index, component) in document.components.iter().enumerate() {
            reading.read_form(index, component, folder, &mut forms);
            if let (ComponentKind::TfModule, Some(source)) =
                (component.kind, component.text("source"))
            {
                let known = before.and_then(|it| it.modules.get(&index));
                forms.push(reading.read_module(index, component, source, folder, known));
            }
        }
        for (id, why) in reading.registry.broken() {
            let found = document.components.iter().position(|it| it.id == id);
            if let (Some(index), Some(message)) = (found, unsaid(why)) {
                let component = &document.components[index];
                let problem = error("no-script", component, message);
                reading.problems.entry(index).or_default().push(problem);
            }
        }
        let scripts = reading.registry.executables().map(|it| it.id.as_str());
        let parts = [reading.text.as_str()].into_iter().chain(scripts);
        let parts: Vec<&str> = parts.chain(forms.iter().map(String::as_str)).collect();
        // With their lengths, so that no part can pass for the beginning of the next.
        let lengths: String = parts.iter().map(|it| format!("{} ", it.len())).collect();
        let parts: Vec<&str> = [lengths.as_str()].into_iter().chain(parts).collect();
        reading.hash = hash(&parts);
        reading
    }

    /// The component of an id, with its place.
    #[must_use]
    pub fn component(&self, id: &str) -> Option<(usize, &Component)> {
        let is_it = |it: &Component| normal_id(&it.id) == normal_id(id);
        let found = self.document.components.iter().enumerate();
        found.into_iter().find(|(_, it)| !it.id.is_empty() && is_it(it))
    }

    /// What a component asks its reader for, if it can be asked.
    #[must_use]
    pub fn form(&self, component: usize) -> Option<&Form> {
        self.forms.get(&component)
    }

    /// The module whose variables a component asks for.
    #[must_use]
    pub fn module(&self, component: usize) -> Option<&Arc<TfModule>> {
        self.modules.get(&component)
    }

    /// All of them, with the ids of their components.
    pub(super) fn modules(&self) -> impl Iterator<Item = (&str, &TfModule)> {
        let id = |index: usize| self.document.components[index].id.as_str();
        self.modules.iter().map(move |(index, it)| (id(*index), &**it))
    }

    /// What is wrong with a component, and not with one inside it.
    pub fn problems_of(&self, component: usize) -> impl Iterator<Item = &Diagnostic> {
        let own = self.problems.get(&component).into_iter().flatten();
        self.document.problems_of(component).chain(own)
    }

    /// What keeps a component from acting until its author changes it.
    pub(super) fn mistake(&self, component: usize) -> Option<String> {
        let mut errors = self.problems_of(component).filter(|it| it.severity == Severity::Error);
        errors.next().map(|it| format!("line {}: {}", it.line, it.message))
    }

    /// What is wrong with no component.
    pub fn other_problems(&self) -> impl Iterator<Item = &Diagnostic> {
        let components = &self.document.components;
        self.document.diagnostics.iter().filter(|it| {
            !components.iter().any(|component| component.span.contains(&it.span.start))
        })
    }

    /// The files beside the document that it was read from, as they are named there, with their SHA-256 in hex.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        let scripts = self.registry.executables();
        let scripts =
            scripts.filter_map(|it| Some((it.path.as_deref()?, it.content_hash.as_str())));
        scripts.chain(self.form_files.iter().map(|(path, hash)| (path.as_str(), hash.as_str())))
    }

    fn read_form(
        &mut self,
        index: usize,
        component: &Component,
        folder: &Folder,
        files: &mut Vec<String>,
    ) {
        let (text, first_line) = match form_text(component, folder) {
            None => return,
            Some(Ok((text, at))) => {
                let line = self.text[..at].matches('\n').count() + 1;
                (text, line)
            }
            Some(Err(message)) => {
                files.push(message.clone());
                let problem = error("no-form", component, message);
                return self.problems.entry(index).or_default().push(problem);
            }
        };
        let form = Form::parse(&text);
        self.form_files.extend(form_path(component).map(|it| (it, hash(&[&text]))));
        files.push(text);
        let is_said = self.document.problems_of(index).any(|it| it.severity == Severity::Error);
        let is_inline = component.text("path").is_none();
        let remarks = form.diagnostics.iter().filter(|_| !is_said).map(|it| Diagnostic {
            severity: match it.level {
                Level::Notice => Severity::Warning,
                Level::Error => Severity::Error,
            },
            message: it.message.clone(),
            span: component.span.clone(),
            line: if is_inline { first_line + it.line } else { it.line },
            column: it.column,
            code: "form",
        });
        let remarks: Vec<_> = remarks.collect();
        if !remarks.is_empty() {
            self.problems.entry(index).or_default().extend(remarks);
        }
        if form.is_usable() {
            let prefilled = component.props.get("prefilledVariables");
            let form = match prefilled.and_then(serde_json::Value::as_object) {
                Some(defaults) => form.with_defaults(defaults),
                None => form,
            };
            self.forms.insert(index, form);
        }
    }

    /// Reads the module of a component. Gives its hash, or why there is none.
    fn read_module(
        &mut self,
        index: usize,
        component: &Component,
        source: &str,
        folder: &Folder,
        before: Option<&Arc<TfModule>>,
    ) -> String {
        let read =
            |(source, directory): (String, PathBuf)| TfModule::read(&source, &directory, before);
        let problems = self.problems.entry(index).or_default();
        match locate(source, folder).and_then(read) {
            Ok(module) => {
                problems.extend(module.remarks.iter().map(|it| Diagnostic {
                    severity: Severity::Warning,
                    ..error("module-file", component, it.clone())
                }));
                self.forms.insert(index, module.form.clone());
                let hash = module.hash.clone();
                self.modules.insert(index, module);
                hash
            }
            Err(why) => {
                problems.push(error("no-module", component, why.to_string()));
                why.to_string()
            }
        }
    }
}

/// The YAML of a component's form, and where in the document its fence begins.
fn form_text(component: &Component, folder: &Folder) -> Option<Result<(String, usize), String>> {
    if let Some(form) = cloning::form(component).or_else(|| pull_request::form(component)) {
        return Some(Ok((form, component.span.start)));
    }
    if component.kind == ComponentKind::Inputs && component.text("path").is_none() {
        let code = component.code.first()?;
        return Some(Ok((code.code.clone(), code.span.start)));
    }
    let path = form_path(component)?;
    Some(match folder.read(&path) {
        Ok(text) => Ok((text, component.span.start)),
        Err(NoScript::Missing { path }) => {
            Err(format!("Form file not found: {path}; paths are relative to the document"))
        }
        Err(error) => Err(error.to_string()),
    })
}

/// The file that a component's form stands in.
fn form_path(component: &Component) -> Option<String> {
    if !matches!(component.kind, ComponentKind::Inputs | ComponentKind::Template) {
        return None;
    }
    let path = component.text("path")?.trim_end_matches('/');
    let is_file = component.kind == ComponentKind::Inputs && is_yaml(path);
    Some(if is_file { path.to_owned() } else { format!("{path}/{FORM_NAME}") })
}

fn is_yaml(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|it| it.1);
    extension.is_some_and(|it| it.eq_ignore_ascii_case("yml") || it.eq_ignore_ascii_case("yaml"))
}

/// What is wrong with a script, unless the document says it already.
fn unsaid(why: &NoScript) -> Option<String> {
    match why {
        NoScript::Nothing | NoScript::Mistake { .. } => None,
        NoScript::Missing { .. }
        | NoScript::Outside { .. }
        | NoScript::Unreadable { .. }
        | NoScript::NoText { .. }
        | NoScript::Forge { .. }
        | NoScript::TooLong { .. } => Some(why.to_string()),
    }
}

fn error(code: &'static str, component: &Component, message: String) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        message,
        span: component.span.clone(),
        line: component.line,
        column: 1,
        code,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const DOCUMENT: &str = "# A\n\n<Inputs id=\"who\" prefilledVariables={{ Name: \"Ada\" }}>\n```yaml\nvariables:\n  \
        - name: Name\n  - name: N\n    type: float64\n```\n</Inputs>\n\n<Inputs id=\"file\" path=\"form\" />\n\n\
        <Command id=\"gone\" path=\"gone.sh\" />\n\n<Command id=\"run-it\" path=\"a.sh\" inputsId=\"who\" />\n";

    fn read(directory: &Path, before: Option<&Reading>) -> Reading {
        let path = directory.join("runbook.mdx");
        Reading::from_disk(&path, &Folder::of(&path).unwrap(), before).unwrap()
    }

    #[test]
    fn whatever_a_reading_is_made_of_changes_its_hash() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
        fs::create_dir(directory.path().join("form")).unwrap();
        write("runbook.mdx", DOCUMENT);
        write("a.sh", "echo a");
        let first = read(directory.path(), None);
        let again = read(directory.path(), Some(&first));
        assert_eq!(first.hash, again.hash);
        assert!(Arc::ptr_eq(&first.document, &again.document));
        let mut seen = vec![first.hash];
        for (name, text) in [
            ("a.sh", "echo b"),
            ("form/boilerplate.yml", "variables: []\n"),
            ("gone.sh", "true"),
            ("runbook.mdx", "# B\n"),
        ] {
            write(name, text);
            let now = read(directory.path(), Some(&again)).hash;
            assert!(!seen.contains(&now), "{name}");
            seen.push(now);
        }
    }

    #[test]
    fn what_is_wrong_is_said_at_its_component() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("runbook.mdx"), DOCUMENT).unwrap();
        fs::write(directory.path().join("a.sh"), "true").unwrap();
        let reading = read(directory.path(), None);
        let of = |id: &str| {
            let (index, _) = reading.component(id).unwrap();
            let said: Vec<_> =
                reading.problems_of(index).map(|it| (it.line, it.message.clone())).collect();
            said
        };
        let who = of("who");
        assert!(matches!(&who[..], [(8, _)]), "{who:?}");
        let file = of("file");
        assert!(file[0].1.contains("form/boilerplate.yml"), "{file:?}");
        assert!(of("gone")[0].1.starts_with("Script file not found"));
        assert_eq!(of("run_it"), []);
        assert_eq!(reading.form(0), None);
    }
}
