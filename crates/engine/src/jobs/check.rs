//! Whether an order makes sense, before it is accepted.

use document::Runtime;
use model::{
    function::{FunctionName, SecretName},
    id::UserId,
    job::{CommandLine, MOST_PRIORITY, Order, Payload},
    variable,
};
use sandbox::{Rule, SandboxPath};

use super::SubmitError;
use crate::{Engine, InputsError, check_dependencies};

/// Longest order, in bytes of JSON.
const MOST_BYTES: usize = 1 << 20;

/// Packages, secrets, hosts, artifacts and predecessors of a job.
const MOST_NAMES: usize = 100;

/// Longest name of a job and of a key, in characters.
const MOST_CHARS: usize = 200;

const MOST_RETRIES: u32 = 100;

/// Longest time that one attempt may take: a day.
const MOST_TIMEOUT_MS: u64 = 24 * 60 * 60 * 1000;

/// What is wrong with an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOrder {
    #[error(
        "the order takes {bytes} bytes, and {MOST_BYTES} are the most; upload what is large as an artifact"
    )]
    TooLarge { bytes: usize },
    #[error("{what}")]
    Field {
        /// Where it stands: a JSON pointer into the order as it is submitted.
        field: String,
        what: String,
    },
}

fn invalid<T>(field: impl Into<String>, what: impl Into<String>) -> Result<T, InvalidOrder> {
    Err(InvalidOrder::Field { field: field.into(), what: what.into() })
}

impl Engine {
    /// Checks an order of a user, and spells its language as workers do.
    ///
    /// # Errors
    ///
    /// Returns [`SubmitError`] if it makes no sense, or something that it names is not there.
    pub async fn check_order(&self, owner: UserId, order: &mut Order) -> Result<(), SubmitError> {
        check(order)?;
        let inner = &self.0;
        match &order.payload {
            Payload::Runbook { runbook, inputs } => {
                let found = self.open_runbook(*runbook).await?;
                let Some(found) = found.filter(|it| it.runbook.owner == owner) else {
                    let what = format!("there is no runbook {runbook}");
                    return Ok(invalid("/payload/runbook", what)?);
                };
                if let Err(problems) = found.document.variables(inputs) {
                    let first = problems.first().map(|it| it.name.clone()).unwrap_or_default();
                    let what = InputsError(problems).to_string();
                    invalid(format!("/payload/inputs/{first}"), what)?;
                }
            }
            Payload::Function { function, .. } => {
                let field = "/payload/function";
                let name: FunctionName =
                    function.parse().or_else(|it| invalid(field, format!("{it}")))?;
                let found = inner.store.reader().function_of(owner, &name).await?;
                let Some(found) = found else {
                    return Ok(invalid(field, format!("there is no function {name}"))?);
                };
                order.language = Some(found.runtime);
            }
            Payload::Command { .. } | Payload::Code { .. } | Payload::Artifact { .. } => {}
        }
        let names = secret_names(order)?;
        let checked = inner.check_secrets(owner, &names).await;
        checked.or_else(|it| invalid("/secrets", it.to_string()))?;
        Ok(())
    }
}

/// The names of an order's secrets.
pub(super) fn secret_names(order: &Order) -> Result<Vec<SecretName>, InvalidOrder> {
    let name = |(index, it): (usize, &String)| {
        it.parse().or_else(|error| invalid(format!("/secrets/{index}"), format!("{error}")))
    };
    order.secrets.iter().enumerate().map(name).collect()
}

fn check(order: &mut Order) -> Result<(), InvalidOrder> {
    let bytes = serde_json::to_vec(order).map_or(0, |it| it.len());
    if bytes > MOST_BYTES {
        return Err(InvalidOrder::TooLarge { bytes });
    }
    check_payload(order)?;
    check_numbers(order)?;
    check_lists(order)
}

fn check_payload(order: &mut Order) -> Result<(), InvalidOrder> {
    let runtime = match &order.language {
        Some(name) => match Runtime::from_language(name) {
            Some(runtime) => Some(runtime),
            None => {
                return invalid("/language", format!("{name:?} is not a language that runs here"));
            }
        },
        None => None,
    };
    order.language = runtime.map(|it| it.name().to_owned());
    match &order.payload {
        Payload::Command { command: CommandLine::Shell(line) } if line.trim().is_empty() => {
            invalid("/payload/command", "the command is empty")
        }
        Payload::Command { command: CommandLine::Argv(argv) }
            if argv.first().is_none_or(String::is_empty) =>
        {
            invalid("/payload/command", "the command names no program")
        }
        Payload::Code { .. } | Payload::Artifact { .. } if runtime.is_none() => {
            invalid("/language", "code needs a language")
        }
        Payload::Code { code, .. } if code.trim().is_empty() => {
            invalid("/payload/code", "the code is empty")
        }
        Payload::Code { .. } => match runtime.map(|it| check_dependencies(it, &order.dependencies))
        {
            Some(Err(error)) => invalid("/dependencies", error.to_string()),
            Some(Ok(())) | None => Ok(()),
        },
        Payload::Command { .. }
        | Payload::Artifact { .. }
        | Payload::Runbook { .. }
        | Payload::Function { .. } => Ok(()),
    }
}

fn check_numbers(order: &Order) -> Result<(), InvalidOrder> {
    if order.priority.abs() > MOST_PRIORITY {
        let what = format!("the priority goes from -{MOST_PRIORITY} to {MOST_PRIORITY}");
        return invalid("/priority", what);
    }
    if order.retries.max > MOST_RETRIES {
        return invalid("/retries/max", format!("a job is retried {MOST_RETRIES} times at most"));
    }
    if order.timeout_ms.is_some_and(|it| it == 0 || it > MOST_TIMEOUT_MS) {
        return invalid("/timeout", "the timeout goes from 1 ms to a day");
    }
    if order.concurrency.as_ref().is_some_and(|it| it.limit == 0) {
        return invalid("/concurrency_limit", "a limit of 0 would let nothing run");
    }
    Ok(())
}

fn check_lists(order: &Order) -> Result<(), InvalidOrder> {
    let lists = [
        ("/secrets", order.secrets.len()),
        ("/dependencies", order.dependencies.len()),
        ("/network", order.network.len()),
        ("/artifacts_in", order.artifacts_in.len()),
        ("/artifacts_out", order.artifacts_out.len()),
        ("/after", order.after.len()),
        ("/env", order.env.len()),
    ];
    if let Some((field, _)) = lists.into_iter().find(|it| it.1 > MOST_NAMES) {
        return invalid(field, format!("there are at most {MOST_NAMES} entries in each list"));
    }
    let key = order.concurrency.as_ref().map(|it| it.key.as_str());
    for (field, name) in [("/name", order.name.as_deref()), ("/concurrency_key", key)] {
        let name = name.unwrap_or_default();
        if name.chars().count() > MOST_CHARS {
            return invalid(field, format!("a name has at most {MOST_CHARS} characters"));
        }
        check_text(field, name)?;
    }
    for (name, value) in &order.env {
        let field = format!("/env/{}", escaped(name));
        variable::check(name).or_else(|it| invalid(&field, format!("env: {name:?}: {it}")))?;
        check_text(&field, value)?;
    }
    for (index, text) in order.dependencies.iter().enumerate() {
        check_text(&format!("/dependencies/{index}"), text)?;
    }
    for (index, rule) in order.network.iter().enumerate() {
        let wrong = |error| invalid(format!("/network/{index}"), format!("{rule:?}: {error}"));
        rule.parse::<Rule>().or_else(wrong)?;
    }
    for (index, file) in order.artifacts_in.iter().enumerate() {
        let field = format!("/artifacts_in/{index}/path");
        SandboxPath::try_from(file.path.as_str())
            .or_else(|error| invalid(field, format!("{:?}: {error}", file.path)))?;
    }
    Ok(())
}

fn check_text(field: &str, text: &str) -> Result<(), InvalidOrder> {
    if text.contains('\0') {
        return invalid(field, "a text contains a NUL character");
    }
    Ok(())
}

/// A name as a JSON pointer has it (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
