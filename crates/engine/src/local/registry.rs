//! The executable registry: the scripts that the author of a local runbook wrote, as they were when somebody
//! approved them. A request names one of them; it never brings a script along.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use document::{Component, ComponentKind, Document, Severity};
use sha2::{Digest, Sha256};

use super::{
    cloning,
    folder::{Folder, NoScript},
    pull_request,
    sign_in::{SignIn, named_by},
};

/// Hex digits of the hash that an executable is named by, as Gruntwork Runbooks has them.
const ID_DIGITS: usize = 16;

/// A script that may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executable {
    /// Made of its component's id and its content: whoever names it knows what it does.
    pub id: String,
    /// The id of its component.
    pub component: String,
    pub kind: ComponentKind,
    /// As its author wrote it, before values are filled in.
    pub script: String,
    /// Of the script, in hex.
    pub content_hash: String,
    /// The file that it was read from; `None` where it stands in the document.
    pub path: Option<String>,
    /// What runs it, where the author says so beside the script.
    pub language: Option<String>,
    /// Variables of its environment; the values are templates.
    pub env: BTreeMap<String, String>,
    pub timeout: Duration,
    /// Whether its output is a terminal.
    pub has_terminal: bool,
    /// The components that must have signed in, whose credentials it finds.
    pub sign_ins: Vec<String>,
    /// Line of its component, counted from 1.
    pub line: usize,
}

/// The scripts of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    executables: Vec<Executable>,
    /// Components that have none, and why.
    broken: BTreeMap<String, NoScript>,
    sign_ins: BTreeMap<String, SignIn>,
}

/// How a component differs from what was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a handful at a time, on their way to a page")]
pub enum Drift {
    /// It was not there.
    Added {
        now: Executable,
    },
    Changed {
        approved: Executable,
        now: Executable,
    },
    /// It is not there any more, or its script cannot be read.
    Gone {
        approved: Executable,
    },
}

impl Registry {
    /// Reads all scripts of a document. What cannot be read is noted; the others work.
    #[must_use]
    pub fn build(document: &Document, folder: &Folder) -> Self {
        let mut registry = Self::default();
        for component in &document.components {
            if let Some(sign_in) = SignIn::of(component) {
                registry.sign_ins.entry(component.id.clone()).or_insert(sign_in);
            }
        }
        let runs = |it: &Component| {
            it.kind.is_script()
                || it.kind == ComponentKind::GitClone
                || it.kind.opens_pull_requests()
        };
        let scripts = document.components.iter().enumerate().filter(|it| runs(it.1));
        for (index, component) in scripts {
            let is_known = registry.of_component(&component.id).is_some()
                || registry.broken.contains_key(&component.id);
            if is_known {
                // Of those with one id the first has it.
                continue;
            }
            let mistake = document.problems_of(index).find(|it| it.severity == Severity::Error);
            let executable = match mistake {
                Some(mistake) => Err(NoScript::Mistake { message: mistake.message.clone() }),
                None if component.kind == ComponentKind::GitClone => {
                    Ok(cloning::executable(component, document))
                }
                None if component.kind.opens_pull_requests() => {
                    pull_request::executable(component, document)
                }
                None => executable(component, folder),
            };
            match executable {
                Ok(executable) => registry.executables.push(executable),
                Err(error) => drop(registry.broken.insert(component.id.clone(), error)),
            }
        }
        registry
    }

    /// In the order of the document.
    pub fn executables(&self) -> impl Iterator<Item = &Executable> {
        self.executables.iter()
    }

    /// Components without a script, and why.
    pub fn broken(&self) -> impl Iterator<Item = (&str, &NoScript)> {
        self.broken.iter().map(|(component, it)| (component.as_str(), it))
    }

    /// The components that sign in, by id.
    #[must_use]
    pub const fn sign_ins(&self) -> &BTreeMap<String, SignIn> {
        &self.sign_ins
    }

    /// Variables that a script finds only if it names who signed in.
    pub(super) fn withheld(&self) -> BTreeSet<&'static str> {
        let variables = self.sign_ins.values().flat_map(|it| it.provider.secret_variables());
        variables.copied().collect()
    }

    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Executable> {
        self.executables.iter().find(|it| it.id == id)
    }

    #[must_use]
    pub fn of_component(&self, component: &str) -> Option<&Executable> {
        self.executables.iter().find(|it| it.component == component)
    }

    /// What of `now`, the document as it is on the disk, was not approved with this.
    #[must_use]
    pub fn drift(&self, now: &Self) -> Vec<Drift> {
        let changed =
            now.executables.iter().filter_map(|now| match self.of_component(&now.component) {
                None => Some(Drift::Added { now: now.clone() }),
                Some(approved) if !approved.does_the_same_as(now) => {
                    Some(Drift::Changed { approved: approved.clone(), now: now.clone() })
                }
                Some(_) => None,
            });
        let gone = self.executables.iter().filter(|it| now.of_component(&it.component).is_none());
        changed.chain(gone.map(|it| Drift::Gone { approved: it.clone() })).collect()
    }
}

impl Executable {
    /// A script of our own for bash, whose values come by its environment.
    pub(super) fn built_in(
        component: &Component,
        script: &str,
        env: BTreeMap<String, String>,
        timeout: Duration,
    ) -> Self {
        Self {
            id: id_of(&component.id, script),
            component: component.id.clone(),
            kind: component.kind,
            script: script.to_owned(),
            content_hash: hash(&[script]),
            path: None,
            language: Some("bash".to_owned()),
            env,
            timeout,
            has_terminal: false,
            sign_ins: named_by(component),
            line: component.line,
        }
    }

    /// Where it stands is no part of what it does.
    fn does_the_same_as(&self, other: &Self) -> bool {
        Self { line: 0, path: None, ..self.clone() }
            == Self { line: 0, path: None, ..other.clone() }
    }
}

fn executable(component: &Component, folder: &Folder) -> Result<Executable, NoScript> {
    let path = component.text("path").map(str::to_owned);
    let (script, path) = match (component.text("command"), path) {
        (Some(command), _) => (command.to_owned(), None),
        (None, Some(path)) => (folder.read(&path)?, Some(path)),
        (None, None) => return Err(NoScript::Nothing),
    };
    let env = component.props.get("env").and_then(serde_json::Value::as_object);
    let env = env.into_iter().flatten();
    Ok(Executable {
        id: id_of(&component.id, &script),
        component: component.id.clone(),
        kind: component.kind,
        content_hash: hash(&[&script]),
        script,
        path,
        language: component.text("language").map(str::to_owned),
        env: env.filter_map(|(name, it)| Some((name.clone(), it.as_str()?.to_owned()))).collect(),
        timeout: Duration::from_millis(component.number("timeoutMs").unwrap_or(300_000).max(1)),
        has_terminal: component.flag("usePty"),
        sign_ins: named_by(component),
        line: component.line,
    })
}

fn id_of(component: &str, script: &str) -> String {
    hash(&[component, script])[..ID_DIGITS].to_owned()
}

/// SHA-256 of the parts after each other, in hex.
pub(super) fn hash(parts: &[&str]) -> String {
    let hash = parts.iter().fold(Sha256::new(), |it, part| it.chain_update(part));
    model::artifact::Digest::new(hash.finalize().into()).hex()
}

#[cfg(test)]
mod tests {
    use document::{Syntax, parse_as};

    use super::*;

    fn registry(text: &str, files: &[(&str, &str)]) -> Registry {
        let directory = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(directory.path().join(name), content).unwrap();
        }
        let folder = Folder::of(&directory.path().join("runbook.mdx")).unwrap();
        Registry::build(&parse_as(text, Syntax::Mdx), &folder)
    }

    const DOCUMENT: &str = "<Check id=\"a\" command=\"true\" title=\"A\" />\n\n\
        <Command id=\"b\" path=\"b.sh\" usePty={false} timeoutMs={1500} />\n\n\
        <Command id=\"gone\" path=\"gone.sh\" />\n\n\
        <Command id=\"wrong\" command={rm()} />\n\n\
        <Command id=\"a\" command=\"rm -rf x\" />\n\n\
        ```mdx\n<Command id=\"text\" command=\"rm\" />\n```\n";

    #[test]
    fn only_scripts_of_the_document_are_in_it_and_one_of_each_id() {
        let registry = registry(DOCUMENT, &[("b.sh", "echo b")]);
        let all: Vec<_> =
            registry.executables().map(|it| (it.component.as_str(), it.script.as_str())).collect();
        assert_eq!(all, [("a", "true"), ("b", "echo b")]);
        let broken: Vec<_> = registry.broken().map(|(it, why)| (it, why.to_string())).collect();
        let [gone, wrong] = &broken[..] else { panic!("{broken:?}") };
        assert!(gone.0 == "gone" && gone.1.contains("Script file not found"), "{gone:?}");
        assert!(wrong.0 == "wrong", "{wrong:?}");
        let b = registry.of_component("b").unwrap();
        assert_eq!(registry.find(&b.id), Some(b));
        assert_eq!((b.timeout, b.has_terminal), (Duration::from_millis(1500), false));
        assert_eq!(registry.find("echo b"), None);
    }

    #[test]
    fn an_executable_is_named_by_what_it_does() {
        let one = registry("<Command id=\"a\" command=\"x\" />", &[]);
        let same = registry("Text.\n\n<Command id=\"a\" command=\"x\" />", &[]);
        let other = registry("<Command id=\"a\" command=\"y\" />", &[]);
        let id = |it: &Registry| it.of_component("a").unwrap().id.clone();
        assert_eq!((id(&one) == id(&same), id(&one) == id(&other)), (true, false));
        assert_eq!(id(&one).len(), ID_DIGITS);
        assert_eq!(one.drift(&same), []);
    }

    #[test]
    fn what_changed_on_the_disk_is_told_apart_from_what_was_approved() {
        let approved = registry(DOCUMENT, &[("b.sh", "echo b")]);
        let now = registry(
            "<Command id=\"b\" path=\"b.sh\" usePty={false} timeoutMs={1500} />\n\n\
             <Command id=\"c\" command=\"new\" />\n",
            &[("b.sh", "echo evil")],
        );
        let drift = approved.drift(&now);
        let told: Vec<_> = drift
            .iter()
            .map(|it| match it {
                Drift::Added { now } => format!("added {}", now.component),
                Drift::Changed { approved, now } => format!("{} > {}", approved.script, now.script),
                Drift::Gone { approved } => format!("gone {}", approved.component),
            })
            .collect();
        assert_eq!(told, ["echo b > echo evil", "added c", "gone a"]);
    }
}
