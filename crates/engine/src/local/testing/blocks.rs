//! What a test does with a block: run its script, fill in its template, sign in; or say why it cannot.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
};

use document::{Component, ComponentKind, normal_id, suite::Step};
use futures_util::StreamExt;
use model::{
    event::{Event, EventKind},
    execution::{Execution, Outcome, State},
};
use template::{ErrorKind, World};

use super::{Ended, TestError, running::Running};
use crate::local::{
    FieldProblem, LEFT_MEDIA_TYPE, LocalError, Provider, TemplatesError, Values,
    templates::form_values,
    values::{outputs_value, values_of},
};

/// Blocks that need what this machine lacks, by id.
#[derive(Debug, Default)]
pub(super) struct Lacking(BTreeSet<String>);

impl Lacking {
    fn has(&self, id: &str) -> bool {
        self.0.contains(&normal_id(id))
    }
}

/// What became of a block.
#[derive(Debug)]
pub(super) struct Acted {
    pub(super) ended: Ended,
    pub(super) message: String,
    pub(super) output: String,
    /// Outputs that it waits for, written `block.name`.
    pub(super) missing: Vec<String>,
}

impl Acted {
    pub(super) fn new(ended: Ended, message: impl Into<String>) -> Self {
        Self { ended, message: message.into(), output: String::new(), missing: Vec::new() }
    }

    /// Why it ended so, for the end of a sentence: its message, and the last lines that it printed.
    pub(super) fn said(&self) -> String {
        let lines: Vec<&str> = self.output.lines().collect();
        let last = &lines[lines.len().saturating_sub(10)..];
        let message =
            if self.message.is_empty() { String::new() } else { format!(": {}", self.message) };
        let last: String = last.iter().map(|it| format!("\n{it}")).collect();
        format!("{message}{last}")
    }
}

impl Running<'_> {
    /// Does what a click on a block would do.
    pub(super) async fn act(&mut self, index: usize, step: &Step) -> Result<Acted, TestError> {
        let component = &self.tester.reading.document.components[index];
        if let Some(mistake) = self.mistake(index) {
            return Ok(Acted::new(Ended::ConfigError, mistake));
        }
        if let Some(why) = self.lacks(component) {
            return Ok(self.skip(index, why));
        }
        if Provider::of(component).is_some() {
            return Ok(self.sign_in(index, step));
        }
        match component.kind {
            ComponentKind::Check | ComponentKind::Command => self.script(index).await,
            ComponentKind::Template | ComponentKind::TemplateInline => self.template(index).await,
            ComponentKind::DirPicker => Ok(self.pick(index)),
            ComponentKind::AwsAuth
            | ComponentKind::GoogleAuth
            | ComponentKind::GitAuth
            | ComponentKind::GitHubAuth
            | ComponentKind::GitLabAuth
            | ComponentKind::Inputs
            | ComponentKind::Admonition
            | ComponentKind::GitClone
            | ComponentKind::GitPullRequest
            | ComponentKind::GitHubPullRequest
            | ComponentKind::GitLabMergeRequest
            | ComponentKind::TfModule
            | ComponentKind::Unknown => Ok(Acted::new(Ended::Success, "")),
        }
    }

    /// What keeps a block from acting until its author changes it.
    fn mistake(&self, index: usize) -> Option<String> {
        let component = &self.tester.reading.document.components[index];
        if component.kind == ComponentKind::Template
            && let Err(error) = self.templates.check(component)
        {
            return Some(error.to_string());
        }
        self.tester.reading.mistake(index)
    }

    /// Does not run a block, nor what needs it.
    fn skip(&mut self, index: usize, why: String) -> Acted {
        let id = normal_id(&self.tester.reading.document.components[index].id);
        self.lacking.0.insert(id);
        Acted::new(Ended::Skipped, why)
    }

    /// Signs in with what the environment has.
    fn sign_in(&mut self, index: usize, step: &Step) -> Acted {
        let component = self.tester.reading.document.components[index].id.clone();
        let mut env = self.tester.config.env.clone();
        env.extend(self.test.env.clone());
        let prefix = step.env_prefix.as_deref().unwrap_or_default();
        match self.session.sign_in_with(&component, prefix, &env) {
            Ok(()) => Acted::new(Ended::Success, ""),
            Err(error) => self.skip(index, format!("no credentials to sign in with: {error}")),
        }
    }

    /// What this machine lacks for a block, or a block that it needs.
    fn lacks(&self, component: &Component) -> Option<String> {
        let names = ["awsAuthId", "githubAuthId", "gitAuthId", "googleAuthId", "gitCloneId"];
        let mut needed = names.into_iter().filter_map(|it| component.text(it));
        if let Some(id) = needed.find(|it| self.lacking.has(it)) {
            return Some(format!("it needs `{id}`, which was skipped"));
        }
        let why = match component.kind {
            ComponentKind::GitClone => "tests clone nothing",
            ComponentKind::GitPullRequest
            | ComponentKind::GitHubPullRequest
            | ComponentKind::GitLabMergeRequest => "tests open no pull requests",
            ComponentKind::DirPicker if self.chosen(component).is_none() => {
                "nobody is there to choose a directory; give its PATH among the inputs"
            }
            ComponentKind::Check
            | ComponentKind::Command
            | ComponentKind::Inputs
            | ComponentKind::Template
            | ComponentKind::TemplateInline
            | ComponentKind::Admonition
            | ComponentKind::DirPicker
            | ComponentKind::AwsAuth
            | ComponentKind::GoogleAuth
            | ComponentKind::GitAuth
            | ComponentKind::GitHubAuth
            | ComponentKind::GitLabAuth
            | ComponentKind::TfModule
            | ComponentKind::Unknown => return None,
        };
        Some(why.to_owned())
    }

    async fn script(&mut self, index: usize) -> Result<Acted, TestError> {
        let component = &self.tester.reading.document.components[index];
        let values = match self.values(index) {
            Ok(values) => values,
            Err(acted) => return Ok(acted),
        };
        let registry = self.session.registry();
        let Some(executable) = registry.of_component(&component.id) else {
            return Ok(Acted::new(Ended::ConfigError, "there is no script"));
        };
        let id = component.id.clone();
        match self.session.start(executable, &values).await {
            Ok(execution) => self.follow(&id, &execution).await,
            Err(LocalError::Blocked { missing, .. }) => Ok(self.blocked(index, missing)),
            Err(LocalError::Template(error)) => {
                let is_missing = error.kind == ErrorKind::Missing;
                let ended = if is_missing { Ended::Blocked } else { Ended::ConfigError };
                Ok(Acted::new(ended, error.to_string()))
            }
            Err(error @ (LocalError::SignIn { .. } | LocalError::NoWorktree { .. })) => {
                Ok(Acted::new(Ended::Blocked, error.to_string()))
            }
            Err(error @ LocalError::Interpreter { .. }) => {
                Ok(Acted::new(Ended::ConfigError, error.to_string()))
            }
            Err(LocalError::Start(error)) => Err(error.into()),
            Err(LocalError::Store(error)) => Err(error.into()),
            Err(error @ LocalError::AlreadyRunning { .. }) => Err(error.into()),
        }
    }

    /// The block waits for outputs; if only for those of blocks that were skipped, it is skipped too.
    pub(super) fn blocked(&mut self, index: usize, missing: Vec<String>) -> Acted {
        let message = format!("it waits for {}", missing.join(", "));
        let is_lacking = |it: &String| it.split_once('.').is_some_and(|it| self.lacking.has(it.0));
        if !missing.is_empty() && missing.iter().all(is_lacking) {
            return self.skip(index, format!("{message}, of blocks that were skipped"));
        }
        Acted { missing, ..Acted::new(Ended::Blocked, message) }
    }

    /// Waits for the end of a script.
    async fn follow(&mut self, block: &str, execution: &Execution) -> Result<Acted, TestError> {
        let mut pages = pin!(self.tester.config.engine.follow(execution.id, 1));
        let (mut bytes, mut failure) = (Vec::new(), None);
        while let Some(page) = pages.next().await {
            for stored in page? {
                let event: Event = serde_json::from_str(&stored.body).map_err(|error| {
                    TestError::Engine(format!("an event cannot be read: {error}"))
                })?;
                match event.kind {
                    EventKind::Stdout(chunk) | EventKind::Stderr(chunk) => {
                        bytes.extend(chunk.bytes())
                    }
                    EventKind::Display { data, .. } => {
                        let files = data.get(LEFT_MEDIA_TYPE).and_then(|it| it["files"].as_array());
                        self.generated.insert(normal_id(block), files.map_or(0, Vec::len));
                    }
                    EventKind::Info { data } => bytes.extend(format!("{data}\n").into_bytes()),
                    EventKind::Truncated { .. } | EventKind::Result { .. } => {}
                    EventKind::Error { data } => failure = Some(data.message),
                }
            }
        }
        // Terminals end lines in two bytes.
        let output = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let reader = self.tester.config.engine.store().reader();
        let stored = reader.execution(execution.id).await?.map(|it| it.state);
        let (ended, message) = match (failure, stored) {
            (Some(message), _) => (Ended::Fail, message),
            (None, Some(State::Finished(Outcome::Exited { code: 0 }))) => {
                (Ended::Success, String::new())
            }
            (None, Some(State::Finished(outcome @ Outcome::Exited { code: 2 }))) => {
                (Ended::Warn, described(&outcome))
            }
            (None, Some(State::Finished(outcome))) => (Ended::Fail, described(&outcome)),
            (None, Some(State::Queued | State::Running | State::Stopping) | None) => {
                return Err(TestError::Engine(format!("`{block}` did not end")));
            }
        };
        Ok(Acted { output, ..Acted::new(ended, message) })
    }

    async fn template(&mut self, index: usize) -> Result<Acted, TestError> {
        let component = self.tester.reading.document.components[index].clone();
        let values = match self.values(index) {
            Ok(values) => values,
            Err(acted) => return Ok(acted),
        };
        let (templates, outputs) = (self.templates.clone(), outputs_value(&self.session.outputs()));
        let id = normal_id(&component.id);
        let rendering = move || -> Result<_, TemplatesError> {
            let shown = templates.preview(&component, &values, &outputs)?;
            Ok((templates.render(&component, &values, &outputs, None)?, shown))
        };
        let rendered = tokio::task::spawn_blocking(rendering).await;
        let rendered = rendered.map_err(|error| TestError::Engine(error.to_string()))?;
        Ok(match rendered {
            Ok((rendered, shown)) => {
                self.generated.insert(id, rendered.count());
                let text = |(path, file): (&String, &template::File)| {
                    format!("{path}\n{}", String::from_utf8_lossy(&file.bytes))
                };
                let output = shown.iter().map(text).collect::<Vec<_>>().join("\n");
                Acted { output, ..Acted::new(Ended::Success, "") }
            }
            Err(TemplatesError::Blocked { missing, .. }) => self.blocked(index, missing),
            Err(error @ TemplatesError::NoWorktree { .. }) => {
                Acted::new(Ended::Blocked, error.to_string())
            }
            Err(error) if error.is_about_values() => Acted::new(Ended::Blocked, error.to_string()),
            Err(error) => Acted::new(Ended::ConfigError, error.to_string()),
        })
    }

    /// What a block's templates are filled in with; or what keeps it from having that.
    pub(super) fn values(&self, index: usize) -> Result<Values, Acted> {
        let reading = &self.tester.reading;
        let outputs = outputs_value(&self.session.outputs());
        let values = values_of(reading, index, &self.given, &outputs, &World::default());
        let values = values.map_err(|problems| {
            let told = |it: &FieldProblem| format!("{}.{} {}", it.inputs_id, it.name, it.message);
            let told: Vec<_> = problems.iter().map(told).collect();
            Acted::new(Ended::Blocked, told.join("; "))
        })?;
        Ok(form_values(&reading.document.components[index], &self.given, values))
    }

    pub(super) fn outputs_of(&self, block: &str) -> BTreeMap<String, String> {
        let outputs = self.session.outputs().into_iter();
        let mut found = outputs.filter(|it| normal_id(&it.0) == normal_id(block)).map(|it| it.1);
        found.next().unwrap_or_default()
    }
}

/// How a script ended, in words.
pub(super) fn described(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Exited { code } => format!("exit {code}"),
        Outcome::Killed { signal } => format!("killed by signal {signal}"),
        Outcome::TimedOut { limit } => format!("timed out after {limit:?}"),
        Outcome::OutOfMemory { .. } => "out of memory".to_owned(),
        Outcome::Cancelled => "cancelled".to_owned(),
        Outcome::Lost => "lost: its sandbox ended unexpectedly".to_owned(),
    }
}
