//! A document in a directory of its own, and a session with it on this host.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use document::{Syntax, parse_as};
use engine::{
    Clock, Config, Engine, Offers,
    local::{
        Carried, Folder, LEFT_MEDIA_TYPE, LocalConfig, LocalError, LocalSession, Providers,
        Registry, Values,
    },
};
use futures_util::StreamExt;
use model::{
    event::{Event, EventKind},
    execution::{Execution, Outcome, State},
};
use sandbox::{Access, Host, Mount, Namespaces, Readiness, Sandbox, Spec, StartError};
use serde_json::{Value, json};
use store::Store;

pub(crate) struct Stage {
    engine: Engine,
    pub(crate) session: LocalSession,
    directory: Directory,
}

/// Where a document works, with room beside it.
struct Directory(tempfile::TempDir);

impl Directory {
    fn new(files: &[(&str, &str)]) -> Self {
        let directory = Self(tempfile::tempdir().unwrap());
        fs::create_dir(directory.work()).unwrap();
        for (name, content) in files {
            fs::write(directory.work().join(name), content).unwrap();
        }
        directory
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn work(&self) -> PathBuf {
        self.path().join("work")
    }
}

/// A script that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) outcome: Outcome,
    /// Both streams, in the order in which they came, with lines as a pipe has them.
    pub(crate) output: String,
    /// What it left, as its execution says.
    pub(crate) left: Value,
}

pub(crate) fn exited(code: i32) -> Outcome {
    Outcome::Exited { code }
}

impl Stage {
    pub(crate) async fn open(document: &str, files: &[(&str, &str)]) -> Self {
        Self::with_env(document, files, &[]).await
    }

    pub(crate) async fn with_env(
        document: &str,
        files: &[(&str, &str)],
        env: &[(&str, &str)],
    ) -> Self {
        Self::with_providers(document, files, env, nobody()).await
    }

    /// Where these stand in for the providers that people sign in to.
    pub(crate) async fn with_providers(
        document: &str,
        files: &[(&str, &str)],
        env: &[(&str, &str)],
        providers: Providers,
    ) -> Self {
        let directory = Directory::new(files);
        let base = directory.path().join("sandboxes");
        fs::create_dir(&base).unwrap();
        let backend = Arc::new(Host::new(&base).unwrap());
        let env = env.iter().map(|(name, it)| ((*name).to_owned(), (*it).to_owned()));
        let cwd = directory.work().to_str().unwrap().to_owned();
        let carried = Carried::new(env, cwd);
        Self::on(document, directory, (backend, Spec::default()), carried, providers).await
    }

    /// In a sandbox that shows the directory, with what the document declares of an environment. `None`
    /// where this machine allows no such sandbox.
    pub(crate) async fn sandboxed(
        document: &str,
        files: &[(&str, &str)],
        env: &[(&str, &str)],
        access: Access,
    ) -> Option<Self> {
        let directory = Directory::new(files);
        let mounts = vec![Mount::new(&directory.work(), access).unwrap()];
        let spec = Spec { mounts, ..Spec::default() };
        let backend = Arc::new(Namespaces::new(Readiness::OnDemand).unwrap());
        match Sandbox::start(&*backend as &dyn sandbox::Backend, spec.clone()).await {
            Ok(sandbox) => sandbox.destroy().await,
            Err(error) => {
                let lacks = matches!(&error, StartError::NotPermitted { .. })
                    || error.to_string().contains("id-mapped mount");
                assert!(lacks, "{error}");
                eprintln!("skipped: {error}");
                return None;
            }
        }
        let declared = parse_as(document, Syntax::Mdx).front_matter.unwrap().env;
        let env = env.iter().map(|(name, it)| ((*name).to_owned(), (*it).to_owned()));
        let cwd = spec.mounts[0].source.to_str().unwrap().to_owned();
        let carried = Carried::declared(&declared, env, cwd);
        Some(Self::on(document, directory, (backend, spec), carried, nobody()).await)
    }

    async fn on(
        document: &str,
        directory: Directory,
        (backend, spec): (Arc<dyn sandbox::Backend>, Spec),
        carried: Carried,
        providers: Providers,
    ) -> Self {
        let work = directory.work();
        let runtimes = Arc::new(sandbox::runtime::discover(""));
        let offers = Offers::one(Arc::clone(&backend), runtimes);
        let store = Store::open("sqlite::memory:").await.unwrap();
        let engine =
            Engine::start(store, offers, Config::default(), Clock::system()).await.unwrap();
        let user = engine.create_user("ada@example.com", "ada", "").await.unwrap();
        let config = LocalConfig {
            user,
            backend,
            spec,
            carried,
            generated: work.join("generated"),
            output_bytes: 1 << 20,
            providers,
        };
        let registry = registry(document, &work);
        let session = LocalSession::new(engine.clone(), config, registry);
        Self { engine, session, directory }
    }

    /// With the work directory as home, and its `bin` before the programs of this machine.
    pub(crate) async fn with_home(document: &str, providers: Providers) -> Self {
        let directory = Directory::new(&[]);
        let base = directory.path().join("sandboxes");
        fs::create_dir(&base).unwrap();
        fs::create_dir(directory.work().join("bin")).unwrap();
        let backend = Arc::new(Host::new(&base).unwrap());
        let home = directory.work().to_str().unwrap().to_owned();
        let path = format!("{home}/bin:/usr/bin:/bin");
        let env = [("HOME".to_owned(), home.clone()), ("PATH".to_owned(), path)];
        let carried = Carried::new(env, home);
        Self::on(document, directory, (backend, Spec::default()), carried, providers).await
    }

    /// Makes a program of this script. Another process writes it: one that this one held open could not be run.
    pub(crate) async fn program(&self, name: &str, script: &str) {
        let write = "printf '#!/bin/sh\n%s\n' \"$2\" > \"$1\" && chmod 755 \"$1\"";
        let path = self.path(name).to_str().unwrap().to_owned();
        let argv = ["sh", "-c", write, "sh", &path, script].map(str::to_owned);
        let limits = model::limits::Limits::default();
        let work = self.path("").to_str().unwrap().to_owned();
        let (ending, said) = self.session.aside(argv.to_vec(), work, &limits).await.unwrap();
        assert!(self.path(name).exists(), "{ending:?} {}", String::from_utf8_lossy(&said));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.work().join(name)
    }

    /// What of scripts still stands in workspaces.
    pub(crate) fn workspaces(&self) -> Vec<String> {
        let mut found = Vec::new();
        for workspace in fs::read_dir(self.directory.path().join("sandboxes")).unwrap() {
            let ours = workspace.unwrap().path().join(".runbook");
            let entries = fs::read_dir(ours).into_iter().flatten();
            found.extend(entries.map(|it| it.unwrap().file_name().to_string_lossy().into_owned()));
        }
        found
    }

    pub(crate) fn registry(&self, document: &str) -> Registry {
        registry(document, &self.path(""))
    }

    pub(crate) async fn start(&self, component: &str) -> Result<Execution, LocalError> {
        let registry = self.session.registry();
        let executable = registry.of_component(component).unwrap();
        let inputs = json!({ "Name": "Ada", "Evil": "x\"; touch evil; echo \"" });
        let inputs: Values = inputs.as_object().unwrap().clone();
        self.session.start(executable, &inputs).await
    }

    pub(crate) async fn run(&self, component: &str) -> Ran {
        let execution = self.start(component).await.unwrap();
        self.ended(&execution).await
    }

    pub(crate) async fn until_says(&self, execution: &Execution, word: &str) {
        let mut pages = std::pin::pin!(self.engine.follow(execution.id, 1));
        while let Some(page) = pages.next().await {
            if page.unwrap().iter().any(|it| it.body.contains(word)) {
                return;
            }
        }
        panic!("it ended without {word}");
    }

    pub(crate) async fn ended(&self, execution: &Execution) -> Ran {
        let pages: Vec<_> = self.engine.follow(execution.id, 1).collect().await;
        let events = pages.into_iter().flat_map(Result::unwrap);
        let events: Vec<Event> = events.map(|it| serde_json::from_str(&it.body).unwrap()).collect();
        let (mut output, mut left) = (String::new(), Value::Null);
        for event in &events {
            match &event.kind {
                EventKind::Stdout(chunk) | EventKind::Stderr(chunk) => {
                    output.push_str(&String::from_utf8_lossy(&chunk.bytes()));
                }
                EventKind::Display { data, .. } => {
                    left = data[LEFT_MEDIA_TYPE].clone();
                }
                EventKind::Info { .. }
                | EventKind::Truncated { .. }
                | EventKind::Result { .. }
                | EventKind::Error { .. } => {}
            }
        }
        let reader = self.engine.store().reader();
        let stored = reader.execution(execution.id).await.unwrap().unwrap();
        let State::Finished(outcome) = stored.state else { panic!("{stored:?} {events:?}") };
        Ran { outcome, output: output.replace("\r\n", "\n"), left }
    }
}

/// In place of all providers: nobody listens there.
fn nobody() -> Providers {
    Providers::stand_in("http://127.0.0.1:1/".parse().unwrap(), Duration::from_secs(30))
}

fn registry(document: &str, directory: &Path) -> Registry {
    let folder = Folder::of(&directory.join("runbook.mdx")).unwrap();
    Registry::build(&parse_as(document, Syntax::Mdx), &folder)
}
