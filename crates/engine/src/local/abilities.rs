//! What a document could do if it were trusted, so that its reader can decide.

use std::collections::{BTreeMap, BTreeSet};

use document::{Component, ComponentKind};

use super::{Interpreter, Reading, programs::programs};

/// What the scripts and components of a document do, as far as can be read from them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// How many scripts it has.
    pub scripts: usize,
    /// The programs that they name, with the components that do.
    pub programs: BTreeMap<String, Vec<String>>,
    pub writes_files: bool,
    /// Whether it may speak to others: scripts do as they like where nothing isolates them.
    pub network: bool,
    /// What it asks its reader to sign in to.
    pub sign_ins: BTreeSet<&'static str>,
}

impl Abilities {
    #[must_use]
    pub fn of(reading: &Reading) -> Self {
        let mut abilities = Self::default();
        for executable in reading.registry.executables() {
            abilities.scripts += 1;
            abilities.network = true;
            abilities.writes_files |= executable.script.contains("GENERATED_FILES");
            let interpreter = Interpreter::of(&executable.script, executable.language.as_deref());
            let Ok(interpreter) = interpreter else { continue };
            let mut named = match interpreter.shell {
                Some(_) => programs(&executable.script),
                None => BTreeSet::new(),
            };
            named.extend(interpreter.argv.first().cloned());
            for program in named {
                let users = abilities.programs.entry(program).or_default();
                users.push(executable.component.clone());
            }
        }
        reading.document.components.iter().for_each(|it| abilities.add(it));
        abilities
    }

    fn add(&mut self, component: &Component) {
        use ComponentKind as Kind;
        match component.kind {
            Kind::Template => self.writes_files = true,
            Kind::TemplateInline => self.writes_files |= component.flag("generateFile"),
            Kind::GitClone
            | Kind::GitPullRequest
            | Kind::GitHubPullRequest
            | Kind::GitLabMergeRequest => {
                self.writes_files = true;
                self.network = true;
            }
            Kind::AwsAuth => drop(self.sign_ins.insert("AWS")),
            Kind::GoogleAuth => drop(self.sign_ins.insert("Google Cloud")),
            Kind::GitHubAuth => drop(self.sign_ins.insert("GitHub")),
            Kind::GitLabAuth => drop(self.sign_ins.insert("GitLab")),
            Kind::GitAuth => drop(self.sign_ins.insert("Git")),
            Kind::Check
            | Kind::Command
            | Kind::Inputs
            | Kind::Admonition
            | Kind::DirPicker
            | Kind::TfModule
            | Kind::Unknown => {}
        }
    }
}
