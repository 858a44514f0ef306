//! `boilerplate.yml`: which values a template asks for, and what else it says about its files.
//!
//! [`Form::parse`] never fails: what it cannot make sense of becomes a [`Diagnostic`] beside the rest. Values
//! are checked in `values`, which also fills in what nobody gave.

mod kind;
mod read;
mod validation;
mod values;
mod yaml;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

pub use kind::Kind;
pub use validation::{Rule, Validation};
pub use values::ValueProblem;
pub(crate) use values::rendered;

/// What somebody fills in.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub name: String,
    pub kind: Kind,
    /// Plain text for people; empty if nothing is said.
    pub description: String,
    /// The value if nobody gives one. Texts in it are templates.
    pub default: Option<Json>,
    /// What may be chosen: of an enum, and of a list with `x-options`.
    pub options: Vec<String>,
    /// Where it stands among the others, smallest first; without, after those that say it.
    pub order: Option<i64>,
    /// Never shown again once given.
    pub sensitive: bool,
    pub validations: Vec<Validation>,
    pub section: Option<String>,
    /// Fields of each entry of a map, with their kinds.
    pub schema: Option<BTreeMap<String, Kind>>,
    /// What an entry of such a map is called.
    pub instance_label: Option<String>,
    /// The variable, perhaps `dependency.Name`, whose value this one has unless another is given.
    pub reference: Option<String>,
    /// Line and column of the variable, both counted from 1.
    pub line: usize,
    pub column: usize,
}

impl Variable {
    /// Whether somebody must give it a value.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.validations.iter().any(|it| matches!(it.rule, Rule::Required))
    }
}

/// Variables beneath one heading, or those beneath none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Empty for the variables without one, which come first.
    pub name: String,
    pub variables: Vec<String>,
}

/// Another template folder that is rendered along.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    pub name: String,
    /// Relative to the folder of this template. Templates are rendered in it.
    pub template_url: String,
    /// Relative to the output of this template.
    pub output_folder: String,
    /// A template; the dependency is left out if it says `true`.
    pub skip: Option<String>,
    /// Whether the values of this template are those of the other, too.
    pub inherits: bool,
    /// Values for the other template; texts in them are templates.
    pub variables: Vec<Variable>,
}

/// Files that are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkipFiles {
    pub which: SkipPattern,
    /// A template; the entry counts if it says `true`, or is not there.
    pub condition: Option<String>,
}

/// A pattern of paths relative to the template folder, with `*`, `?`, `**`. Templates are rendered in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkipPattern {
    Path(String),
    /// Whatever does not match.
    NotPath(String),
}

/// How bad a remark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something is ignored.
    Notice,
    /// The form cannot be used until its author changes it.
    Error,
}

/// One remark about a `boilerplate.yml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub level: Level,
    pub message: String,
    /// Both counted from 1.
    pub line: usize,
    pub column: usize,
}

/// What a `boilerplate.yml` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    /// In the order in which they are shown.
    pub variables: Vec<Variable>,
    pub dependencies: Vec<Dependency>,
    pub skip_files: Vec<SkipFiles>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Form {
    #[must_use]
    pub fn parse(text: &str) -> Self {
        read::form(text)
    }

    /// Whether it can be filled in.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.diagnostics.iter().all(|it| it.level != Level::Error)
    }

    /// The variables by heading, those without one first, the others as they first appear.
    #[must_use]
    pub fn sections(&self) -> Vec<Section> {
        let mut found = vec![Section { name: String::new(), variables: Vec::new() }];
        for variable in &self.variables {
            let name = variable.section.clone().unwrap_or_default();
            match found.iter_mut().find(|it| it.name == name) {
                Some(section) => section.variables.push(variable.name.clone()),
                None => found.push(Section { name, variables: vec![variable.name.clone()] }),
            }
        }
        found.retain(|it| !it.variables.is_empty());
        found
    }

    /// The variable of a name.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|it| it.name == name)
    }

    /// Other defaults for some variables, as a document's `prefilledVariables` say. Names beyond are ignored.
    #[must_use]
    pub fn with_defaults(mut self, defaults: &Map<String, Json>) -> Self {
        for variable in &mut self.variables {
            if let Some(value) = defaults.get(&variable.name) {
                variable.default = Some(value.clone());
            }
        }
        self
    }
}
