//! The page of a local runbook with components. Its routes are there in local mode only, so they are in no
//! OpenAPI document.

use std::collections::BTreeMap;

use document::{Component, ComponentKind, Segment};
use engine::local::{
    Abilities, Drift, Executable, Form, Given, Interpreter, Kind, Listing, LocalRunbook, Mode,
    Named, Preview, Reading, Rendered, Values, Variable, View,
};
use model::execution::Execution;
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod module;
pub(crate) mod sign_ins;
mod signature;

use self::{module::ModuleBody, sign_ins::SignInBody, signature::SignatureBody};
use super::{executions::ExecutionBody, runbooks::DiagnosticBody};
use crate::local::Source;

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum ModeBody {
    Open,
    Watch,
    WatchRegistry,
}

#[derive(Serialize)]
struct BackendBody {
    name: String,
    isolated: bool,
}

/// All that the page shows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LocalRunbookBody {
    path: String,
    title: String,
    mode: ModeBody,
    backend: BackendBody,
    working_dir: String,
    output_path: String,
    source: Option<Source>,
    trusted: bool,
    signature: Option<SignatureBody>,
    abilities: AbilitiesBody,
    content_hash: String,
    segments: Vec<SegmentBody>,
    problems: Vec<DiagnosticBody>,
    drift: DriftBody,
    outputs: BTreeMap<String, BTreeMap<String, String>>,
    runs: BTreeMap<String, ExecutionBody>,
    sign_ins: BTreeMap<String, SignInBody>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AbilitiesBody {
    scripts: usize,
    commands: Vec<String>,
    writes_files: bool,
    network: bool,
    sign_ins: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum SegmentBody {
    Prose { markdown: String, line: usize },
    Component { component: Box<ComponentBody> },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ComponentBody {
    id: String,
    name: String,
    r#type: &'static str,
    line: usize,
    props: BTreeMap<String, Value>,
    children: Vec<SegmentBody>,
    problems: Vec<DiagnosticBody>,
    form: Option<FormBody>,
    executable: Option<ExecutableBody>,
    module: Option<ModuleBody>,
    needs: NeedsBody,
    warnings: Vec<String>,
}

#[derive(Default, Serialize)]
struct NeedsBody {
    inputs: Vec<String>,
    outputs: Vec<OutputNameBody>,
}

#[derive(Serialize)]
struct OutputNameBody {
    block: String,
    output: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExecutableBody {
    id: String,
    script: String,
    language: Option<String>,
    path: Option<String>,
    content_hash: String,
    interpreter: String,
    timeout_ms: u128,
    has_terminal: bool,
    may_warn: bool,
}

#[derive(Serialize)]
struct FormBody {
    variables: Vec<VariableBody>,
    sections: Vec<SectionBody>,
}

#[derive(Serialize)]
struct SectionBody {
    name: String,
    variables: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VariableBody {
    name: String,
    r#type: &'static str,
    description: String,
    default: Option<Value>,
    options: Vec<String>,
    sensitive: bool,
    required: bool,
    multi_select: bool,
    schema: Option<BTreeMap<String, &'static str>>,
    instance_label: Option<String>,
    section: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DriftBody {
    document_changed: bool,
    hash: Option<String>,
    items: Vec<DriftItemBody>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DriftItemBody {
    component_id: String,
    kind: &'static str,
    approved: Option<String>,
    now: Option<String>,
}

impl LocalRunbookBody {
    pub(crate) fn new(
        runbook: &LocalRunbook,
        view: &View,
        runs: BTreeMap<String, Execution>,
        source: Option<Source>,
    ) -> Self {
        let reading = &view.reading;
        let session = runbook.session();
        let backend = runbook.backend();
        let title = reading.document.title.clone();
        let file = || runbook.path().file_stem().map(|it| it.to_string_lossy().into_owned());
        let mut problems: Vec<_> = reading.other_problems().map(DiagnosticBody::from).collect();
        problems.extend(view.unreadable.clone().map(DiagnosticBody::of_file));
        Self {
            path: runbook.path().display().to_string(),
            title: title.or_else(file).unwrap_or_default(),
            mode: match runbook.mode() {
                Mode::Open => ModeBody::Open,
                Mode::Watch => ModeBody::Watch,
                Mode::WatchRegistry => ModeBody::WatchRegistry,
            },
            backend: BackendBody { name: backend.name.clone(), isolated: backend.isolated },
            working_dir: runbook.working_directory().to_owned(),
            output_path: runbook.generated().root().display().to_string(),
            source,
            trusted: runbook.is_trusted(),
            signature: SignatureBody::of(runbook.signature()),
            abilities: AbilitiesBody::from(Abilities::of(reading)),
            content_hash: reading.hash.clone(),
            segments: segments(view, &reading.document.segments(&reading.text)),
            problems,
            drift: DriftBody {
                document_changed: view.drift.document_changed,
                hash: view.drift.hash.clone(),
                items: view.drift.items.iter().map(DriftItemBody::from).collect(),
            },
            outputs: session.shown_outputs(),
            runs: runs.into_iter().map(|(id, it)| (id, it.into())).collect(),
            sign_ins: sign_ins::of(session, &view.registry),
        }
    }
}

impl From<Abilities> for AbilitiesBody {
    fn from(it: Abilities) -> Self {
        Self {
            scripts: it.scripts,
            commands: it.programs.into_keys().collect(),
            writes_files: it.writes_files,
            network: it.network,
            sign_ins: it.sign_ins.into_iter().collect(),
        }
    }
}

fn segments(view: &View, segments: &[Segment]) -> Vec<SegmentBody> {
    let Reading { text, document, .. } = &*view.reading;
    let body = |segment: &Segment| match segment {
        Segment::Prose { span } => SegmentBody::Prose {
            line: text[..span.start].matches('\n').count() + 1,
            markdown: document.prose(text, span.clone()).into_owned(),
        },
        Segment::Component { index } => {
            SegmentBody::Component { component: Box::new(component(view, *index)) }
        }
    };
    segments.iter().map(body).collect()
}

fn component(view: &View, index: usize) -> ComponentBody {
    let reading = &view.reading;
    let it = &reading.document.components[index];
    let has_children = it.kind.is_script()
        || matches!(it.kind, ComponentKind::Admonition | ComponentKind::Unknown);
    let children = match has_children {
        true => segments(view, &reading.document.segments_in(&reading.text, index)),
        false => Vec::new(),
    };
    let executable = view.registry.of_component(&it.id).filter(|found| found.kind == it.kind);
    ComponentBody {
        id: it.id.clone(),
        name: it.name.clone(),
        r#type: type_of(it.kind),
        line: it.line,
        props: it.props.clone(),
        children,
        problems: reading.problems_of(index).map(DiagnosticBody::from).collect(),
        form: reading.form(index).map(FormBody::from),
        module: reading.module(index).map(|it| ModuleBody::from(&**it)),
        needs: executable.map(NeedsBody::of_script).unwrap_or_else(|| NeedsBody::of(it)),
        warnings: executable.map(|it| reading.warnings(it)).unwrap_or_default(),
        executable: executable.map(ExecutableBody::from),
    }
}

fn type_of(kind: ComponentKind) -> &'static str {
    use ComponentKind as Of;
    match kind {
        Of::Check => "check",
        Of::Command => "command",
        Of::Inputs => "inputs",
        Of::Template => "template",
        Of::TemplateInline => "template_inline",
        Of::Admonition => "admonition",
        Of::DirPicker => "dir_picker",
        Of::GitClone => "git_clone",
        Of::AwsAuth => "aws_auth",
        Of::GoogleAuth => "google_auth",
        Of::GitAuth | Of::GitHubAuth | Of::GitLabAuth => "git_auth",
        Of::GitPullRequest | Of::GitHubPullRequest | Of::GitLabMergeRequest => "git_pull_request",
        Of::TfModule => "tf_module",
        Of::Unknown => "unknown",
    }
}

impl NeedsBody {
    fn of_script(it: &Executable) -> Self {
        let (inputs, outputs) = Reading::needs(it);
        let outputs = outputs.into_iter();
        Self {
            inputs,
            outputs: outputs.map(|(block, output)| OutputNameBody { block, output }).collect(),
        }
    }

    fn of(component: &Component) -> Self {
        let mut needs = Self::default();
        for value in component.waits_for() {
            match value {
                document::TemplateValue::Inputs { name } => needs.inputs.push(name),
                document::TemplateValue::Outputs { block, name } => {
                    needs.outputs.push(OutputNameBody { block, output: name });
                }
            }
        }
        needs
    }
}

impl From<&Executable> for ExecutableBody {
    fn from(it: &Executable) -> Self {
        let interpreter = Interpreter::of(&it.script, it.language.as_deref());
        Self {
            id: it.id.clone(),
            script: it.script.clone(),
            language: it.language.clone(),
            path: it.path.clone(),
            content_hash: it.content_hash.clone(),
            interpreter: interpreter.map(|it| it.argv.join(" ")).unwrap_or_default(),
            timeout_ms: it.timeout.as_millis(),
            has_terminal: it.has_terminal,
            may_warn: it.may_warn(),
        }
    }
}

impl From<&Form> for FormBody {
    fn from(form: &Form) -> Self {
        let sections = form.sections().into_iter();
        Self {
            variables: form.variables.iter().map(VariableBody::from).collect(),
            sections: sections
                .map(|it| SectionBody { name: it.name, variables: it.variables })
                .collect(),
        }
    }
}

impl From<&Variable> for VariableBody {
    fn from(it: &Variable) -> Self {
        let is_choice = it.kind == Kind::List && !it.options.is_empty();
        let schema = it.schema.as_ref();
        Self {
            name: it.name.clone(),
            r#type: kind_name(it.kind),
            description: it.description.clone(),
            // What nobody is to see again is not shown for a start either.
            default: it.default.clone().filter(|_| !it.sensitive),
            options: it.options.clone(),
            sensitive: it.sensitive,
            required: it.is_required(),
            multi_select: is_choice,
            schema: schema
                .map(|it| it.iter().map(|(name, kind)| (name.clone(), kind_name(*kind))).collect()),
            instance_label: it.instance_label.clone(),
            section: it.section.clone(),
        }
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Int => "int",
        Kind::Float => "float",
        Kind::Bool => "bool",
        Kind::Enum => "enum",
        Kind::List => "list",
        Kind::Map => "map",
    }
}

impl From<&Drift> for DriftItemBody {
    fn from(drift: &Drift) -> Self {
        let script = |it: &Executable| Some(it.script.clone());
        let (component, kind, approved, now) = match drift {
            Drift::Added { now } => (now, "added", None, script(now)),
            Drift::Changed { approved, now } => (now, "changed", script(approved), script(now)),
            Drift::Gone { approved } => (approved, "gone", script(approved), None),
        };
        Self { component_id: component.component.clone(), kind, approved, now }
    }
}

/// Names a script by what was approved, or by its place where the disk is what runs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewRunBody {
    executable_id: Option<String>,
    component_id: Option<String>,
    #[serde(default)]
    inputs: BTreeMap<String, Values>,
}

impl NewRunBody {
    /// `None` unless it names one.
    pub(crate) fn parts(self) -> Option<(Named, Given)> {
        let named = named(self.executable_id, self.component_id)?;
        Some((named, Given::ById(self.inputs)))
    }
}

fn named(executable: Option<String>, component: Option<String>) -> Option<Named> {
    match (executable, component) {
        (Some(id), None) => Some(Named::Executable(id)),
        (None, Some(id)) => Some(Named::Component(id)),
        (None, None) | (Some(_), Some(_)) => None,
    }
}

/// As clients of Gruntwork Runbooks send it.
#[derive(Deserialize)]
pub(crate) struct ExecBody {
    executable_id: Option<String>,
    component_id: Option<String>,
    #[serde(default)]
    template_var_values: TemplateValuesBody,
    #[serde(default)]
    pub(crate) env_vars_override: BTreeMap<String, Value>,
}

/// Outputs are known here and not taken from a request.
#[derive(Default, Deserialize)]
struct TemplateValuesBody {
    #[serde(default)]
    inputs: Values,
}

impl ExecBody {
    /// `None` unless it names one.
    pub(crate) fn parts(self) -> Option<(Named, Given)> {
        let named = named(self.executable_id, self.component_id)?;
        Some((named, Given::Merged(self.template_var_values.inputs)))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ComponentInputsBody {
    pub(crate) component_id: String,
    #[serde(default)]
    pub(crate) inputs: BTreeMap<String, Values>,
}

#[derive(Deserialize)]
pub(crate) struct InputsBody {
    #[serde(default)]
    pub(crate) inputs: BTreeMap<String, Values>,
}

#[derive(Serialize)]
pub(crate) struct PreviewBody {
    text: Option<String>,
    files: Option<BTreeMap<String, String>>,
    missing: Vec<String>,
    problems: Vec<String>,
}

impl From<Preview> for PreviewBody {
    fn from(it: Preview) -> Self {
        let files = Some(it.files).filter(|it| !it.is_empty());
        Self { text: it.text, files, missing: it.missing, problems: it.problems }
    }
}

#[derive(Serialize)]
pub(crate) struct DryRunBody {
    scripts: Vec<DryScriptBody>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DryScriptBody {
    component_id: String,
    text: Option<String>,
    missing: Vec<String>,
    problems: Vec<String>,
}

impl From<Vec<(String, Preview)>> for DryRunBody {
    fn from(scripts: Vec<(String, Preview)>) -> Self {
        let body = |(component_id, it): (String, Preview)| DryScriptBody {
            component_id,
            text: it.text,
            missing: it.missing,
            problems: it.problems,
        };
        Self { scripts: scripts.into_iter().map(body).collect() }
    }
}

#[derive(Serialize)]
pub(crate) struct RenderedBody {
    files: RenderedFilesBody,
}

#[derive(Serialize)]
struct RenderedFilesBody {
    created: Vec<String>,
    changed: Vec<String>,
    deleted: Vec<String>,
    unchanged: usize,
    kept: Vec<String>,
}

impl From<Rendered> for RenderedBody {
    fn from(it: Rendered) -> Self {
        let Rendered { created, changed, deleted, unchanged, kept } = it;
        Self { files: RenderedFilesBody { created, changed, deleted, unchanged, kept } }
    }
}

#[derive(Serialize)]
pub(crate) struct FilesBody {
    root: String,
    total: usize,
    truncated: bool,
    files: Vec<FileBody>,
}

#[derive(Serialize)]
struct FileBody {
    path: String,
    size: u64,
}

impl FilesBody {
    pub(crate) fn new(root: String, listing: Listing) -> Self {
        let files = listing.files.into_iter().map(|it| FileBody { path: it.path, size: it.size });
        Self { root, total: listing.total, truncated: listing.is_truncated, files: files.collect() }
    }
}

#[derive(Serialize)]
pub(crate) struct FileContentBody {
    pub(crate) path: String,
    pub(crate) text: Option<String>,
    pub(crate) size: u64,
    pub(crate) language: Option<String>,
    pub(crate) binary: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProgramBody {
    pub(crate) name: String,
    pub(crate) found: Option<String>,
    pub(crate) needed_by: Vec<String>,
}
