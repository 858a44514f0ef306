//! Inputs of runbooks, and what a user filled in.

use std::collections::BTreeMap;

use document::{Input, InputKind, InputProblem};
use engine::Filled;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A value that a runbook asks for. Programs find it in their environment under its name.
#[derive(Serialize, ToSchema)]
#[schema(as = RunbookInput)]
pub(crate) struct InputBody {
    name: String,
    kind: InputKindBody,
    label: Option<String>,
    help: Option<String>,
    /// What holds where nothing is filled in; empty without one.
    default: String,
    /// What a select offers.
    options: Vec<String>,
    required: bool,
    /// A regular expression for all of the value.
    pattern: Option<String>,
    min: Option<f64>,
    max: Option<f64>,
    /// Line of the block that it is declared in; null for the front matter.
    line: Option<usize>,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RunbookInputKind)]
pub(crate) enum InputKindBody {
    Text,
    Multiline,
    Number,
    Boolean,
    Select,
    Date,
    /// Never stored; typed for a session, or one of the user's secrets by name.
    Secret,
}

impl From<&Input> for InputBody {
    fn from(it: &Input) -> Self {
        Self {
            name: it.name.clone(),
            kind: match it.kind {
                InputKind::Text => InputKindBody::Text,
                InputKind::Multiline => InputKindBody::Multiline,
                InputKind::Number => InputKindBody::Number,
                InputKind::Boolean => InputKindBody::Boolean,
                InputKind::Select => InputKindBody::Select,
                InputKind::Date => InputKindBody::Date,
                InputKind::Secret => InputKindBody::Secret,
            },
            label: it.label.clone(),
            help: it.help.clone(),
            default: it.default.clone(),
            options: it.options.clone(),
            required: it.required,
            pattern: it.pattern.clone(),
            min: it.min,
            max: it.max,
            line: it.line,
        }
    }
}

/// What somebody fills in, in place of all that they filled in before.
#[derive(Deserialize, ToSchema)]
#[schema(as = InputsChange)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputsChangeBody {
    /// Texts, numbers and truth values by name; none for what is secret.
    #[serde(default)]
    values: BTreeMap<String, Value>,
    /// For inputs that are secret: the name of my secret that stands for each.
    #[serde(default)]
    secrets: BTreeMap<String, String>,
}

impl From<InputsChangeBody> for Filled {
    fn from(InputsChangeBody { values, secrets }: InputsChangeBody) -> Self {
        Self { values, secrets }
    }
}

/// What somebody filled in.
#[derive(Serialize, ToSchema)]
#[schema(as = FilledInputs)]
pub(crate) struct FilledBody {
    values: BTreeMap<String, Value>,
    secrets: BTreeMap<String, String>,
    /// Secret inputs for which a value was typed in my live session.
    typed: Vec<String>,
    problems: Vec<InputProblemBody>,
}

impl FilledBody {
    pub(crate) fn new(filled: Filled, typed: Vec<String>, problems: Vec<InputProblem>) -> Self {
        let Filled { values, secrets } = filled;
        let problems = problems.into_iter().map(InputProblemBody::from).collect();
        Self { values, secrets, typed, problems }
    }
}

/// What keeps blocks from running.
#[derive(Serialize, ToSchema)]
#[schema(as = InputProblem)]
pub(crate) struct InputProblemBody {
    name: String,
    /// For people.
    message: String,
}

impl From<InputProblem> for InputProblemBody {
    fn from(InputProblem { name, message }: InputProblem) -> Self {
        Self { name, message }
    }
}
