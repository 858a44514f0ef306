//! Functions: what requests say and responses show. Names and shapes of tinirun's routes are tinirun's.

use std::time::Duration;

use engine::{Call, NewFunction, NewVersion};
use model::{
    event::Failure,
    execution::OutcomeKind,
    function::{
        BuildState, Demands, Function, FunctionName, Head, Invocation, SecretName, Version,
    },
    id::{FunctionId, InvocationId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::language::LanguageBody;
use crate::problem::Problem;

/// What a version asks for beside its code. What is left out is the server's default, and never what
/// the version before asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = FunctionOptions)]
pub(crate) struct OptionsBody {
    /// Seconds that a call may take; 60 if left out.
    #[schema(minimum = 1, maximum = 300)]
    timeout: Option<u64>,
    /// Memory of a call, in MiB.
    #[schema(minimum = 1, maximum = 2048)]
    mem_limit_mb: Option<u64>,
    /// Processors of a call.
    #[schema(minimum = 0.1, maximum = 4.0)]
    cpu_limit: Option<f64>,
    /// Seconds for which an instance waits for the next call; 0 keeps none.
    #[schema(minimum = 0, maximum = 3600)]
    keep_warm: Option<u64>,
    /// Names of my secrets that it finds in its environment.
    #[serde(default)]
    secrets: Vec<String>,
    /// Hosts that it reaches, such as `api.example.com:443`, as far as the operator offers them.
    #[serde(default)]
    network: Vec<String>,
}

/// A function to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CreateFunctionInput)]
pub(crate) struct CreateFunctionBody {
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,49}$")]
    pub(crate) name: String,
    language: LanguageBody,
    /// Defines `run(input)`. Without code the function greets its input.
    #[schema(min_length = 1, pattern = "\\S")]
    code: Option<String>,
    description: Option<String>,
    dependencies: Option<Vec<String>>,
    #[serde(flatten)]
    options: OptionsBody,
}

/// A new version of a function.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = UpdateFunctionInput)]
pub(crate) struct UpdateFunctionBody {
    #[schema(min_length = 1, pattern = "\\S")]
    code: String,
    description: Option<String>,
    dependencies: Option<Vec<String>>,
    #[serde(flatten)]
    options: OptionsBody,
}

/// The input of a call, and its limits where they are not the function's.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RunFunctionInput)]
pub(crate) struct RunFunctionBody {
    /// Any JSON; null if left out.
    #[serde(default)]
    input: Value,
    #[schema(minimum = 1, maximum = 300)]
    timeout: Option<u64>,
    #[schema(minimum = 1, maximum = 2048)]
    mem_limit_mb: Option<u64>,
    #[schema(minimum = 0.1, maximum = 4.0)]
    cpu_limit: Option<f64>,
}

/// The version that should answer.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RollbackFunctionInput)]
pub(crate) struct RollbackBody {
    /// Its number, as `version` shows it.
    #[schema(example = "2", pattern = "^[0-9]{1,18}$")]
    pub(crate) version: String,
}

fn within<T: PartialOrd + std::fmt::Display>(
    name: &str,
    value: Option<T>,
    (least, most): (T, T),
) -> Result<Option<T>, Problem> {
    match value {
        Some(value) if value < least || value > most => {
            Err(Problem::invalid(format!("{name} is {value}; it must be from {least} to {most}")))
        }
        value => Ok(value),
    }
}

fn timeout(seconds: Option<u64>) -> Result<Option<Duration>, Problem> {
    Ok(within("timeout", seconds, (1, 300))?.map(Duration::from_secs))
}

fn memory(mib: Option<u64>) -> Result<Option<u64>, Problem> {
    Ok(within("mem_limit_mb", mib, (1, 2048))?.map(|it| it << 20))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be between 0.1 and 4"
)]
fn cpu(processors: Option<f64>) -> Result<Option<u32>, Problem> {
    Ok(within("cpu_limit", processors, (0.1, 4.0))?.map(|it| (it * 1000.0).round() as u32))
}

impl OptionsBody {
    fn demands(self) -> Result<Demands, Problem> {
        let secrets: Result<Vec<SecretName>, _> =
            self.secrets.iter().map(|it| it.parse()).collect();
        let keep_warm = within("keep_warm", self.keep_warm, (0, 3600))?;
        Ok(Demands {
            timeout: timeout(self.timeout)?,
            memory_bytes: memory(self.mem_limit_mb)?,
            cpu_millis: cpu(self.cpu_limit)?,
            keep_warm: keep_warm.map(Duration::from_secs),
            secrets: secrets.map_err(|error| Problem::invalid(error.to_string()))?,
            network: self.network,
        })
    }
}

impl From<&Demands> for OptionsBody {
    fn from(it: &Demands) -> Self {
        Self {
            timeout: it.timeout.map(|it| it.as_secs()),
            mem_limit_mb: it.memory_bytes.map(|it| it >> 20),
            cpu_limit: it.cpu_millis.map(|it| f64::from(it) / 1000.0),
            keep_warm: it.keep_warm.map(|it| it.as_secs()),
            secrets: it.secrets.iter().map(ToString::to_string).collect(),
            network: it.network.clone(),
        }
    }
}

impl CreateFunctionBody {
    pub(crate) fn order(self) -> Result<NewFunction, Problem> {
        let name: Result<FunctionName, _> = self.name.parse();
        let name = name.map_err(|error| Problem::invalid(error.to_string()))?;
        let Self { language, code, description, dependencies, options, .. } = self;
        let demands = options.demands()?;
        let dependencies = dependencies.unwrap_or_default();
        let first = code.map(|code| NewVersion {
            code,
            description: description.clone(),
            dependencies: dependencies.clone(),
            demands: demands.clone(),
        });
        let first = first.unwrap_or_else(|| NewVersion {
            code: engine::function_template(language.into()).to_owned(),
            description,
            dependencies,
            demands,
        });
        Ok(NewFunction { name, runtime: language.into(), first })
    }
}

impl UpdateFunctionBody {
    pub(crate) fn order(self) -> Result<NewVersion, Problem> {
        let Self { code, description, dependencies, options } = self;
        let dependencies = dependencies.unwrap_or_default();
        Ok(NewVersion { code, description, dependencies, demands: options.demands()? })
    }
}

impl RunFunctionBody {
    pub(crate) fn call(self) -> Result<Call, Problem> {
        Ok(Call {
            timeout: timeout(self.timeout)?,
            memory_bytes: memory(self.mem_limit_mb)?,
            cpu_millis: cpu(self.cpu_limit)?,
            input: self.input,
        })
    }
}

/// How the current version is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = FunctionStatus)]
pub(crate) enum StatusBody {
    Building,
    /// What answers is `serving_version`.
    Error {
        error: String,
        message: String,
        logs: String,
    },
    Ready {
        /// Name and version.
        tag: String,
        id: FunctionId,
    },
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FunctionInfo)]
pub(crate) struct InfoBody {
    lang: LanguageBody,
    description: Option<String>,
    status: StatusBody,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// The current version: the one that was saved, or rolled back to, last.
    version: String,
    /// The version that answers calls; null before the first one was built.
    serving_version: Option<String>,
    #[serde(flatten)]
    options: OptionsBody,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FunctionDetail)]
pub(crate) struct DetailBody {
    #[serde(flatten)]
    info: InfoBody,
    code: String,
    /// With spaces between them.
    dependencies: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FunctionItem)]
pub(crate) struct ItemBody {
    name: String,
    info: InfoBody,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FunctionVersion)]
pub(crate) struct VersionBody {
    version: String,
    code: String,
    description: Option<String>,
    dependencies: Vec<String>,
    #[serde(flatten)]
    options: OptionsBody,
    status: StatusBody,
    /// What its build said.
    logs: String,
    created_at: Timestamp,
    built_at: Option<Timestamp>,
    /// Whether it is the one that answers calls.
    serving: bool,
}

/// The beginning of a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Head)]
pub(crate) struct HeadBody {
    text: String,
    /// Bytes of the whole text; more than `text` has if that is only its beginning.
    bytes: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invocation)]
pub(crate) struct InvocationBody {
    id: InvocationId,
    version: String,
    outcome: OutcomeKind,
    exit_code: Option<i32>,
    duration_ms: u64,
    cpu_ms: u64,
    peak_memory_bytes: u64,
    truncated: bool,
    /// Whether an instance was waiting for it.
    warm: bool,
    /// As JSON.
    input: HeadBody,
    stdout: HeadBody,
    stderr: HeadBody,
    /// What was returned, as JSON; null if nothing was.
    value: Option<HeadBody>,
    created_at: Timestamp,
}

/// The last event of a build that failed, with what tinirun says there.
#[derive(Debug, Serialize)]
pub(crate) struct BuildErrorBody<'a> {
    #[serde(flatten)]
    pub(crate) failure: &'a Failure,
    pub(crate) logs: &'a str,
}

fn status(function: &Function, version: &Version) -> StatusBody {
    match &version.build {
        BuildState::Building => StatusBody::Building,
        BuildState::Ready => StatusBody::Ready {
            tag: format!("{}:{}", function.name, version.number),
            id: function.id,
        },
        BuildState::Failed(failure) => StatusBody::Error {
            error: failure.error.clone(),
            message: failure.message.clone(),
            logs: version.logs.clone(),
        },
    }
}

impl InfoBody {
    pub(crate) fn new(function: &Function, current: &Version) -> Result<Self, Problem> {
        Ok(Self {
            lang: LanguageBody::of(&function.runtime)?,
            description: current.description.clone(),
            status: status(function, current),
            created_at: function.created_at,
            updated_at: function.updated_at,
            version: current.number.to_string(),
            serving_version: function.state.serving.map(|it| it.to_string()),
            options: (&current.demands).into(),
        })
    }
}

impl DetailBody {
    pub(crate) fn new(function: &Function, current: Version) -> Result<Self, Problem> {
        let dependencies = current.dependencies.join(" ");
        let dependencies = Some(dependencies).filter(|it| !it.is_empty());
        Ok(Self { info: InfoBody::new(function, &current)?, code: current.code, dependencies })
    }
}

impl ItemBody {
    pub(crate) fn new(function: &Function, current: &Version) -> Result<Self, Problem> {
        Ok(Self { name: function.name.to_string(), info: InfoBody::new(function, current)? })
    }
}

impl VersionBody {
    pub(crate) fn new(function: &Function, it: Version) -> Self {
        Self {
            version: it.number.to_string(),
            options: (&it.demands).into(),
            status: status(function, &it),
            serving: function.state.serving == Some(it.number),
            code: it.code,
            description: it.description,
            dependencies: it.dependencies,
            logs: it.logs,
            created_at: it.created_at,
            built_at: it.built_at,
        }
    }
}

impl From<Head> for HeadBody {
    fn from(Head { text, bytes }: Head) -> Self {
        Self { text, bytes }
    }
}

impl From<Invocation> for InvocationBody {
    fn from(it: Invocation) -> Self {
        Self {
            id: it.id,
            version: it.version.to_string(),
            outcome: it.outcome.kind(),
            exit_code: it.outcome.exit_code(),
            duration_ms: it.usage.duration_ms,
            cpu_ms: it.usage.cpu_ms,
            peak_memory_bytes: it.usage.peak_memory_bytes,
            truncated: it.usage.truncated,
            warm: it.warm,
            input: it.input.into(),
            stdout: it.stdout.into(),
            stderr: it.stderr.into(),
            value: Some(it.value).filter(|it| it.bytes > 0).map(Into::into),
            created_at: it.created_at,
        }
    }
}
