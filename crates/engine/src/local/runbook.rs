//! An opened local document: what its reader is shown, what may run, and what has changed on the disk since.
//!
//! ```text
//!               shown           runs            the disk has changed
//!  Open         approved        approved        told; runs once somebody approves what they saw
//!  Watch        the disk's      the disk's      both follow
//!  WatchRegistry the disk's     approved        shown; runs once somebody approves
//! ```
//!
//! Nothing runs before the reader trusts the document.

mod picking;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use document::ComponentKind;
use futures_util::{Stream, stream};
use model::{execution::Execution, id::ExecutionId};
use template::Template;

pub use self::picking::PickError;
pub(super) use self::picking::{PATH, root_path};

use super::{
    Drift, Executable, FieldProblem, Folder, Generated, Given, Interpreter, LocalConfig,
    LocalError, LocalSession, OpenedModule, Reading, Registry, Rendered, Signature, Signers,
    Templates, TemplatesError, Trust, Values, fill, sensitive::sensitive, templates::form_values,
    values,
};
use crate::Engine;

mod hiding;
mod signed;

/// How often the disk is looked at while somebody wants to hear of changes. A change is told once it has
/// stood that long, so that half of an editor's work is not.
const LOOK: Duration = Duration::from_millis(300);

/// What of the document is shown and runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// What was there at the start, or was approved since.
    Open,
    /// What the disk holds.
    Watch,
    /// What the disk holds is shown; what was approved runs.
    WatchRegistry,
}

/// A document to open.
#[derive(Clone, Debug)]
pub struct Opening {
    pub path: PathBuf,
    pub mode: Mode,
    pub trust: Trust,
    /// The module that it is opened for, if it is.
    pub module: Option<OpenedModule>,
    /// Where its modules may lie besides; by default the repository that it lies in.
    pub repository: Option<PathBuf>,
    /// Whose signature lets a document run without a question.
    pub signers: Signers,
    /// Of a document from elsewhere its address and commit, since its path is another one each time.
    pub origin: Option<String>,
    /// What runs its scripts, and whether that keeps them from the rest of the machine.
    pub backend: BackendName,
}

/// What a reader is told about the backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendName {
    pub name: String,
    pub isolated: bool,
}

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct LocalRunbook(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    opening: Opening,
    folder: Folder,
    session: LocalSession,
    working: String,
    generated: Generated,
    templates: Templates,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    approved: Arc<Reading>,
    /// What was read last.
    disk: Arc<Reading>,
    /// Executables that were approved once.
    former: BTreeSet<String>,
    /// The last execution of each component.
    runs: BTreeMap<String, ExecutionId>,
    /// Of what was approved.
    signature: Signature,
    trusted: bool,
}

/// What a reader sees.
#[derive(Clone, Debug)]
pub struct View {
    pub reading: Arc<Reading>,
    /// The scripts that would run.
    pub registry: Arc<Registry>,
    pub drift: Difference,
    /// Why the disk could not be read, if it could not.
    pub unreadable: Option<String>,
}

/// How the disk differs from what was approved.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Of the disk, for whoever approves it; `None` if it does the same.
    pub hash: Option<String>,
    pub document_changed: bool,
    pub items: Vec<Drift>,
}

/// How a request names a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    Executable(String),
    /// Only while the disk is what runs.
    Component(String),
}

/// Why a script of a document was not started.
#[derive(Debug, thiserror::Error)]
pub enum RunScriptError {
    #[error("nobody has said yet that this document is trusted; read it and trust it first")]
    Untrusted,
    #[error(
        "{id} is not approved any more; the document has changed, so look at it again and approve it"
    )]
    Drifted { id: String },
    #[error("there is no executable {id} in this document")]
    NoExecutable { id: String },
    #[error("only executables of the registry run here; name one by executable_id")]
    ByComponent,
    #[error("there is no component {id} in this document that runs")]
    NoComponent { id: String },
    #[error("{component} cannot run: {reason}")]
    Broken { component: String, reason: String },
    #[error("some values will not do")]
    Values(Vec<FieldProblem>),
    #[error("{component} waits for {}", missing.join(", "))]
    Blocked { component: String, missing: Vec<String> },
    #[error(transparent)]
    Local(#[from] LocalError),
    #[error(transparent)]
    Templates(#[from] TemplatesError),
    #[error(transparent)]
    Disk(#[from] Unreadable),
}

/// The document cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be read: {reason}", path.display())]
pub struct Unreadable {
    path: PathBuf,
    reason: io::Error,
}

/// Why something was not approved or trusted.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    #[error("the document has changed since it was shown; look at it again")]
    Changed,
    #[error("nothing is approved here: what runs is what the disk holds")]
    NothingToApprove,
    #[error(transparent)]
    Disk(#[from] Unreadable),
}

/// What a script or template would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    pub text: Option<String>,
    /// The files of a template, by path.
    pub files: BTreeMap<String, String>,
    /// Values that it waits for: `inputs.NAME`, `outputs.BLOCK.NAME`.
    pub missing: Vec<String>,
    pub problems: Vec<String>,
}

impl LocalRunbook {
    /// Opens a document. What it holds now is approved, as far as its reader trusts it.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn open(engine: Engine, opening: Opening, config: LocalConfig) -> Result<Self, Unreadable> {
        let path = &opening.path;
        let unread = |reason| Unreadable { path: path.clone(), reason };
        let folder = Folder::of(path).map_err(unread)?.opened_for(opening.module.clone());
        let folder = folder.within(opening.repository.clone());
        let reading = Arc::new(Reading::from_disk(path, &folder, None).map_err(unread)?);
        let signature = opening.signature(&reading, &folder);
        let trusted = opening.trust.covers(&opening.place(), &reading.hash)
            || matches!(signature, Signature::Good { .. });
        let (working, output) = (config.carried.cwd.clone(), config.generated.clone());
        let templates = Templates::new(folder.clone(), output.clone());
        let generated = Generated::new(output);
        let session = LocalSession::new(engine.clone(), config, reading.registry.clone());
        session.give_modules(&reading);
        let state = State {
            approved: Arc::clone(&reading),
            disk: reading,
            former: BTreeSet::new(),
            runs: BTreeMap::new(),
            signature,
            trusted,
        };
        let state = Mutex::new(state);
        let inner =
            Inner { engine, opening, folder, session, working, generated, templates, state };
        Ok(Self(Arc::new(inner)))
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.opening.path
    }

    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.0.folder
    }

    #[must_use]
    pub fn mode(&self) -> Mode {
        self.0.opening.mode
    }

    #[must_use]
    pub fn backend(&self) -> &BackendName {
        &self.0.opening.backend
    }

    /// Where the first script begins.
    #[must_use]
    pub fn working_directory(&self) -> &str {
        &self.0.working
    }

    /// What scripts and templates have made.
    #[must_use]
    pub fn generated(&self) -> &Generated {
        &self.0.generated
    }

    #[must_use]
    pub fn session(&self) -> &LocalSession {
        &self.0.session
    }

    /// The session, to sign in for what runs now. What signs in speaks to hosts that the document names.
    ///
    /// # Errors
    ///
    /// When nobody trusts the document, or it cannot be read.
    pub async fn to_sign_in(&self) -> Result<&LocalSession, RunScriptError> {
        if !self.is_trusted() {
            return Err(RunScriptError::Untrusted);
        }
        self.0.running().await?;
        Ok(&self.0.session)
    }

    /// Whether scripts may run at all.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.0.state().trusted
    }

    /// The last execution of each component.
    #[must_use]
    pub fn runs(&self) -> BTreeMap<String, ExecutionId> {
        self.0.state().runs.clone()
    }

    /// What its reader sees now.
    pub async fn view(&self) -> View {
        let read = self.0.read().await;
        let unreadable = read.as_ref().err().map(ToString::to_string);
        let state = self.0.state();
        let (approved, disk) = (Arc::clone(&state.approved), Arc::clone(&state.disk));
        drop(state);
        let (reading, runs) = match self.mode() {
            Mode::Open => (Arc::clone(&approved), &approved),
            Mode::Watch => (Arc::clone(&disk), &disk),
            Mode::WatchRegistry => (Arc::clone(&disk), &approved),
        };
        let registry = Arc::new(runs.registry.clone());
        let drift = match self.mode() {
            Mode::Watch => Difference::default(),
            Mode::Open | Mode::WatchRegistry if unreadable.is_some() => {
                Difference { document_changed: true, ..Difference::default() }
            }
            Mode::Open | Mode::WatchRegistry => difference(&approved, &disk),
        };
        View { reading, registry, drift, unreadable }
    }

    /// From now on what the reader was shown of the disk runs. It is trusted, too.
    ///
    /// # Errors
    ///
    /// When it is not what the disk holds, or nothing is approved in this mode.
    pub async fn approve(&self, hash: &str) -> Result<(), ApproveError> {
        if self.mode() == Mode::Watch {
            return Err(ApproveError::NothingToApprove);
        }
        let disk = self.0.read().await?;
        if disk.hash != hash {
            return Err(ApproveError::Changed);
        }
        let signature = self.0.signature(&disk).await;
        let mut state = self.0.state();
        let before: Vec<_> =
            state.approved.registry.executables().map(|it| it.id.clone()).collect();
        state.former.extend(before);
        state.approved = Arc::clone(&disk);
        state.signature = signature;
        state.trusted = true;
        self.0.session.approve(disk.registry.clone());
        self.0.session.give_modules(&disk);
        drop(state);
        self.0.remember(&disk);
        Ok(())
    }

    /// The reader trusts what they were shown.
    ///
    /// # Errors
    ///
    /// When it is not what would run.
    pub async fn trust(&self, hash: &str) -> Result<(), ApproveError> {
        let reading = match self.mode() {
            Mode::Watch => self.0.read().await?,
            Mode::Open | Mode::WatchRegistry => Arc::clone(&self.0.state().approved),
        };
        if reading.hash != hash {
            return Err(ApproveError::Changed);
        }
        self.0.state().trusted = true;
        self.0.remember(&reading);
        Ok(())
    }

    /// Starts a script with values.
    ///
    /// # Errors
    ///
    /// When it is not known, approved or trusted, or a value of it will not do or is missing.
    pub async fn start(&self, named: &Named, given: &Given) -> Result<Execution, RunScriptError> {
        if !self.is_trusted() {
            return Err(RunScriptError::Untrusted);
        }
        let (reading, executable) = self.0.find(named).await?;
        let inputs = self.0.inputs(&reading, &executable.component, given)?;
        let missing = self.0.missing(&texts(&executable), &inputs);
        if !missing.is_empty() {
            let component = executable.component;
            return Err(RunScriptError::Blocked { component, missing });
        }
        self.0.session.hide(sensitive(&reading, given, &inputs));
        let execution = self.0.session.start(&executable, &inputs).await?;
        self.0.state().runs.insert(executable.component, execution.id);
        Ok(execution)
    }

    /// What the script or the inline template of a component would be. Nothing runs.
    ///
    /// # Errors
    ///
    /// When there is no such component, or its registry cannot be read.
    pub async fn preview(&self, id: &str, given: &Given) -> Result<Preview, RunScriptError> {
        let reading = self.0.running().await?;
        let unknown = || RunScriptError::NoComponent { id: id.to_owned() };
        let (_, component) = reading.component(id).ok_or_else(unknown)?;
        if let Some(executable) = reading.registry.of_component(&component.id) {
            let texts = texts(executable);
            return Ok(self.0.preview(&reading, &component.id, &texts, given, |inputs| {
                self.0.session.render(executable, inputs)
            }));
        }
        if !matches!(component.kind, ComponentKind::Template | ComponentKind::TemplateInline) {
            return Err(unknown());
        }
        Ok(self.0.preview_files(&reading, id, given))
    }

    /// Writes the files of a template.
    ///
    /// # Errors
    ///
    /// When there is no such template, nobody trusts the document, or a value or file is not as it should be.
    pub async fn render(&self, id: &str, given: &Given) -> Result<Rendered, RunScriptError> {
        if !self.is_trusted() {
            return Err(RunScriptError::Untrusted);
        }
        let reading = self.0.running().await?;
        let (inner, id, given) = (Arc::clone(&self.0), id.to_owned(), given.clone());
        let rendering = tokio::task::spawn_blocking(move || {
            let unknown = || RunScriptError::NoComponent { id: id.clone() };
            let (_, component) = reading.component(&id).ok_or_else(unknown)?;
            let values = inner.template_values(&reading, &id, &given)?;
            let outputs = inner.outputs();
            let worktree = inner.session.worktree().map(PathBuf::from);
            inner.session.hide_rendered(&component.id, sensitive(&reading, &given, &values));
            Ok(inner.templates.render(component, &values, &outputs, worktree.as_deref())?)
        });
        rendering.await.map_err(|it| {
            let reason = io::Error::other(it);
            RunScriptError::Disk(Unreadable { path: self.path().to_owned(), reason })
        })?
    }

    /// All scripts as they would run, in the order of the document.
    ///
    /// # Errors
    ///
    /// When the document cannot be read.
    pub async fn dry_run(&self, given: &Given) -> Result<Vec<(String, Preview)>, RunScriptError> {
        let reading = self.0.running().await?;
        let previews = reading.registry.executables().map(|it| {
            let preview = self.0.preview(&reading, &it.component, &texts(it), given, |inputs| {
                self.0.session.render(it, inputs)
            });
            (it.component.clone(), preview)
        });
        Ok(previews.collect())
    }

    /// The hash of what the disk holds: now, and whenever it has become another one. Ends with the engine.
    pub fn changes(&self) -> impl Stream<Item = String> + Send + use<> {
        let inner = Arc::clone(&self.0);
        stream::unfold((inner, None), |(inner, known): (Arc<Inner>, Option<String>)| async move {
            let told = match &known {
                None => inner.hash().await,
                Some(known) => inner.changed(known).await?,
            };
            Some((told.clone(), (inner, Some(told))))
        })
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the disk holds now.
    async fn read(self: &Arc<Self>) -> Result<Arc<Reading>, Unreadable> {
        let inner = Arc::clone(self);
        let read = tokio::task::spawn_blocking(move || {
            let before = Arc::clone(&inner.state().disk);
            Reading::from_disk(&inner.opening.path, &inner.folder, Some(&before))
        });
        let read = read.await.map_err(io::Error::other).and_then(|it| it);
        let read = read.map_err(|reason| Unreadable { path: self.opening.path.clone(), reason })?;
        let read = Arc::new(read);
        self.state().disk = Arc::clone(&read);
        if self.opening.mode == Mode::Watch {
            self.session.give_modules(&read);
            // What signs in and what scripts do not find of it follow the disk, as the scripts do.
            self.session.approve(read.registry.clone());
        }
        Ok(read)
    }

    /// What runs.
    async fn running(self: &Arc<Self>) -> Result<Arc<Reading>, Unreadable> {
        match self.opening.mode {
            Mode::Open | Mode::WatchRegistry => Ok(Arc::clone(&self.state().approved)),
            Mode::Watch => self.read().await,
        }
    }

    async fn find(
        self: &Arc<Self>,
        named: &Named,
    ) -> Result<(Arc<Reading>, Executable), RunScriptError> {
        let reading = self.running().await?;
        match named {
            Named::Executable(id) => {
                if let Some(found) = reading.registry.find(id) {
                    let found = found.clone();
                    return Ok((reading, found));
                }
                Err(self.unknown(id).await)
            }
            Named::Component(_) if self.opening.mode != Mode::Watch => {
                Err(RunScriptError::ByComponent)
            }
            Named::Component(id) => {
                let component = reading.component(id).map(|it| it.1.id.clone());
                let component =
                    component.ok_or_else(|| RunScriptError::NoComponent { id: id.clone() })?;
                if let Some(found) = reading.registry.of_component(&component) {
                    let found = found.clone();
                    return Ok((reading, found));
                }
                let why = reading.registry.broken().find(|it| it.0 == component);
                Err(match why {
                    Some((_, why)) => RunScriptError::Broken { reason: why.to_string(), component },
                    None => RunScriptError::NoComponent { id: component },
                })
            }
        }
    }

    /// Why an executable cannot be named: it was approved once, or stands on the disk and was not approved.
    async fn unknown(self: &Arc<Self>, id: &str) -> RunScriptError {
        let was_approved = self.state().former.contains(id);
        let is_on_disk = async || self.read().await.is_ok_and(|it| it.registry.find(id).is_some());
        let id = id.to_owned();
        if was_approved || is_on_disk().await {
            return RunScriptError::Drifted { id };
        }
        RunScriptError::NoExecutable { id }
    }

    fn inputs(
        &self,
        reading: &Reading,
        component: &str,
        given: &Given,
    ) -> Result<Values, RunScriptError> {
        let Some((index, _)) = reading.component(component) else { return Ok(Values::new()) };
        let outputs = self.outputs();
        let world = fill::world(fill::seed());
        values::values_of(reading, index, given, &outputs, &world).map_err(RunScriptError::Values)
    }

    /// Outputs so far, as templates see them.
    fn outputs(&self) -> Values {
        values::outputs_value(&self.session.outputs())
    }

    /// Values that texts name and that are not there.
    fn missing(&self, texts: &[&str], inputs: &Values) -> Vec<String> {
        let data = template::context(inputs, &self.outputs());
        let mut missing = Vec::new();
        let mut note = |name: String| {
            if !missing.contains(&name) {
                missing.push(name);
            }
        };
        for template in texts.iter().filter_map(|it| Template::parse("", it).ok()) {
            let needs = template.needs();
            for need in needs.inputs.iter().filter(|it| !inputs.contains_key(&it.name)) {
                note(format!("inputs.{}", need.name));
            }
            let needed = needs.outputs.iter().map(|it| (&*it.name.block, &*it.name.key));
            for name in fill::missing(needed, &data) {
                note(format!("outputs.{name}"));
            }
        }
        missing
    }

    fn preview(
        &self,
        reading: &Reading,
        component: &str,
        texts: &[&str],
        given: &Given,
        render: impl FnOnce(&Values) -> Result<String, LocalError>,
    ) -> Preview {
        let inputs = match self.inputs(reading, component, given) {
            Ok(inputs) => inputs,
            Err(error) => return refused(&error),
        };
        let missing = self.missing(texts, &inputs);
        if !missing.is_empty() {
            return Preview { missing, ..Preview::default() };
        }
        let preview = match render(&inputs) {
            Ok(text) => Preview { text: Some(text), ..Preview::default() },
            Err(error) => Preview { problems: vec![error.to_string()], ..Preview::default() },
        };
        self.shown(preview, &sensitive(reading, given, &inputs))
    }

    fn template_values(
        &self,
        reading: &Reading,
        id: &str,
        given: &Given,
    ) -> Result<Values, RunScriptError> {
        let inherited = self.inputs(reading, id, given)?;
        let component = reading.component(id).map(|it| it.1);
        Ok(component.map_or_else(Values::new, |it| form_values(it, given, inherited)))
    }

    /// What a template becomes. The one file of an inline template without a path is its text.
    fn preview_files(&self, reading: &Reading, id: &str, given: &Given) -> Preview {
        let Some((_, component)) = reading.component(id) else { return Preview::default() };
        let values = match self.template_values(reading, id, given) {
            Ok(values) => values,
            Err(error) => return refused(&error),
        };
        let outputs = self.outputs();
        if component.kind == ComponentKind::TemplateInline {
            let texts = component.code.first().map(|it| it.code.as_str()).into_iter();
            let texts: Vec<_> = texts.chain(component.text("outputPath")).collect();
            let missing = self.missing(&texts, &values);
            if !missing.is_empty() {
                return Preview { missing, ..Preview::default() };
            }
        }
        let preview = match self.templates.preview(component, &values, &outputs) {
            Ok(files) => {
                let texts = files
                    .into_iter()
                    .filter_map(|(path, file)| Some((path, String::from_utf8(file.bytes).ok()?)));
                let files: BTreeMap<String, String> = texts.collect();
                let is_inline = component.kind == ComponentKind::TemplateInline;
                let text = is_inline.then(|| files.values().next().cloned()).flatten();
                Preview { text, files, ..Preview::default() }
            }
            Err(TemplatesError::Blocked { missing, .. }) => {
                let missing = missing.into_iter().map(|it| format!("outputs.{it}")).collect();
                Preview { missing, ..Preview::default() }
            }
            Err(error) => Preview { problems: vec![error.to_string()], ..Preview::default() },
        };
        self.shown(preview, &sensitive(reading, given, &values))
    }

    fn remember(&self, reading: &Reading) {
        let remembered = self.opening.trust.remember(&self.opening.place(), &reading.hash);
        if let Err(error) = remembered {
            tracing::warn!(%error, "it was not remembered that the document is trusted");
        }
    }

    /// Of the disk, or of what was read last where it cannot be read.
    async fn hash(self: &Arc<Self>) -> String {
        match self.read().await {
            Ok(reading) => reading.hash.clone(),
            Err(_) => self.state().disk.hash.clone(),
        }
    }

    /// Waits until the disk holds something else than `known`. `None` once the engine ends.
    async fn changed(self: &Arc<Self>, known: &str) -> Option<String> {
        let mut seen = known.to_owned();
        loop {
            let ended = self.engine.0.shutdown.cancelled();
            if tokio::time::timeout(LOOK, ended).await.is_ok() {
                return None;
            }
            let now = self.hash().await;
            if now != known && now == seen {
                return Some(now);
            }
            seen = now;
        }
    }
}

/// Says in the place of a preview why there is none.
fn refused(error: &RunScriptError) -> Preview {
    let problems = match error {
        RunScriptError::Values(problems) => {
            let said = |it: &FieldProblem| format!("`{}` {}", it.name, it.message);
            problems.iter().map(said).collect()
        }
        RunScriptError::Untrusted
        | RunScriptError::Drifted { .. }
        | RunScriptError::NoExecutable { .. }
        | RunScriptError::ByComponent
        | RunScriptError::NoComponent { .. }
        | RunScriptError::Broken { .. }
        | RunScriptError::Blocked { .. }
        | RunScriptError::Local(_)
        | RunScriptError::Templates(_)
        | RunScriptError::Disk(_) => vec![error.to_string()],
    };
    Preview { problems, ..Preview::default() }
}

fn difference(approved: &Reading, disk: &Reading) -> Difference {
    let items = approved.registry.drift(&disk.registry);
    let hash = Some(disk.hash.clone()).filter(|it| *it != approved.hash);
    // Whatever differs and is no script: prose, props, a form.
    let document_changed = hash.is_some() && (items.is_empty() || approved.text != disk.text);
    Difference { hash, document_changed, items }
}

/// The templates without whose values a script cannot run.
fn texts(executable: &Executable) -> Vec<&str> {
    let env = executable.env.values().map(String::as_str);
    [executable.script.as_str()].into_iter().chain(env).collect()
}

impl Reading {
    /// Where values would be read as code by the shell that runs a script.
    #[must_use]
    pub fn warnings(&self, executable: &Executable) -> Vec<String> {
        let language = executable.language.as_deref();
        let is_shell =
            Interpreter::of(&executable.script, language).is_ok_and(|it| it.shell.is_some());
        let template = Template::parse(&executable.component, &executable.script);
        let (true, Ok(template)) = (is_shell, template) else { return Vec::new() };
        let component = self.component(&executable.component).map(|it| it.0);
        let forms = component.map(|it| values::forms_of(self, it)).unwrap_or_default();
        let harmless = |name: &str| {
            // The last form that asks for it has the last word.
            let variable = forms.iter().rev().find_map(|it| it.variable(name));
            variable.is_some_and(|it| it.kind.is_harmless())
        };
        let injections = template.injections(&harmless);
        injections.iter().map(|it| format!("line {}: {}", it.line, it.message())).collect()
    }

    /// What a script names: inputs, and outputs as block and name.
    #[must_use]
    pub fn needs(executable: &Executable) -> (Vec<String>, Vec<(String, String)>) {
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for template in texts(executable).iter().filter_map(|it| Template::parse("", it).ok()) {
            let needs = template.needs();
            for it in needs.inputs.into_iter().map(|it| it.name) {
                if !inputs.contains(&it) {
                    inputs.push(it);
                }
            }
            for it in needs.outputs.into_iter().map(|it| (it.name.block, it.name.key)) {
                if !outputs.contains(&it) {
                    outputs.push(it);
                }
            }
        }
        (inputs, outputs)
    }
}
