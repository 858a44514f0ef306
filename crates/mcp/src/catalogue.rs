//! The tools: what they are called, when a model should use them, and what they may do.

use std::sync::Arc;

use rmcp::{
    handler::server::tool::schema_for_input,
    model::{JsonObject, Tool, ToolAnnotations},
    schemars::JsonSchema,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::arguments::{
    CallFunction, CreateRunbook, EditPlan, EditRunbook, GetJob, ListJobs, ListRunbooks,
    NamedAgentSession, NamedJob, NoArguments, ReadRunbook, RunCode, RunRunbook, StartAgentSession,
    SubmitJob,
};

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolName {
    ListRunbooks,
    ReadRunbook,
    CreateRunbook,
    EditRunbook,
    RunRunbook,
    RunCode,
    SubmitJob,
    GetJob,
    ListJobs,
    CancelJob,
    ListFunctions,
    CallFunction,
    StartAgentSession,
    GetAgentSession,
    EditPlan,
}

/// A call of a tool, with what it takes.
#[derive(Clone, Debug)]
pub enum Call {
    ListRunbooks(ListRunbooks),
    ReadRunbook(ReadRunbook),
    CreateRunbook(CreateRunbook),
    EditRunbook(EditRunbook),
    RunRunbook(RunRunbook),
    RunCode(RunCode),
    SubmitJob(SubmitJob),
    GetJob(GetJob),
    ListJobs(ListJobs),
    CancelJob(NamedJob),
    ListFunctions(NoArguments),
    CallFunction(CallFunction),
    StartAgentSession(StartAgentSession),
    GetAgentSession(NamedAgentSession),
    EditPlan(EditPlan),
}

/// Why a call cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    #[error("there is no tool {0:?}")]
    NoSuchTool(String),
    #[error("the arguments of {tool} are not as its schema says: {source}")]
    Arguments { tool: &'static str, source: serde_json::Error },
}

/// What a tool may do, for people who decide whether a model may use it unasked.
#[derive(Clone, Copy)]
enum Effect {
    Reads,
    /// Adds something, and takes nothing away.
    Adds,
    /// Changes or ends what is there; again it changes nothing more.
    Changes,
    /// Runs a program that reaches nothing but its sandbox and the hosts that the operator allows.
    RunsSandboxed,
    /// Runs what somebody wrote to do something outside.
    Acts,
}

impl ToolName {
    pub const ALL: [Self; 15] = [
        Self::ListRunbooks,
        Self::ReadRunbook,
        Self::CreateRunbook,
        Self::EditRunbook,
        Self::RunRunbook,
        Self::RunCode,
        Self::SubmitJob,
        Self::GetJob,
        Self::ListJobs,
        Self::CancelJob,
        Self::ListFunctions,
        Self::CallFunction,
        Self::StartAgentSession,
        Self::GetAgentSession,
        Self::EditPlan,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ListRunbooks => "list_runbooks",
            Self::ReadRunbook => "read_runbook",
            Self::CreateRunbook => "create_runbook",
            Self::EditRunbook => "edit_runbook",
            Self::RunRunbook => "run_runbook",
            Self::RunCode => "run_code",
            Self::SubmitJob => "submit_job",
            Self::GetJob => "get_job",
            Self::ListJobs => "list_jobs",
            Self::CancelJob => "cancel_job",
            Self::ListFunctions => "list_functions",
            Self::CallFunction => "call_function",
            Self::StartAgentSession => "start_agent_session",
            Self::GetAgentSession => "get_agent_session",
            Self::EditPlan => "edit_plan",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::ListRunbooks => {
                "List runbooks (documents whose code blocks run), or search them. Use it to find out whether there \
                 is a procedure for what somebody asks for before you make up your own."
            }
            Self::ReadRunbook => {
                "Read a runbook: its Markdown, its blocks with their ids, names and languages, its inputs and its \
                 revision. Read it before you run or edit it."
            }
            Self::CreateRunbook => {
                "Make a new runbook from Markdown. Use it to keep a procedure that worked, for people to read and \
                 run again."
            }
            Self::EditRunbook => {
                "Replace the whole text of a runbook, as a new revision; older ones are kept. Pass the revision \
                 that you read, so that nobody's change is lost."
            }
            Self::RunRunbook => {
                "Run a runbook, or some of its blocks, and wait for the end. Answers how each block ended and what \
                 it printed. Blocks may act on real systems: run what somebody asked for."
            }
            Self::RunCode => {
                "Run a program in a fresh isolated sandbox and answer its exit code, stdout and stderr. Use it to \
                 compute, to try code out, to work on data. Nothing stays for the next call; for work longer than \
                 five minutes submit a job."
            }
            Self::SubmitJob => {
                "Submit work that runs by itself and is kept: code, a command, a runbook or a function. Use it for \
                 what takes long or must survive this conversation. Look at it with get_job."
            }
            Self::GetJob => {
                "How far a job is: its status, how it ended, the beginning and the end of what it printed. Can \
                 wait for its end."
            }
            Self::ListJobs => "List jobs, the latest first.",
            Self::CancelJob => "Cancel a job. One that runs is stopped.",
            Self::ListFunctions => {
                "List functions: named, versioned code that somebody deployed to be called."
            }
            Self::CallFunction => {
                "Call a function with JSON and answer what it returns and prints."
            }
            Self::StartAgentSession => {
                "Let a coding agent of the hub work in a repository: it plans, changes code and opens pull \
                 requests. Use it when somebody wants a change made there. Takes minutes to hours; follow it with \
                 get_agent_session."
            }
            Self::GetAgentSession => {
                "How far an agent session is: its plan, its steps, its questions, its pull requests."
            }
            Self::EditPlan => {
                "Replace the plan of an agent session, as a new version. Pass the version that you read."
            }
        }
    }

    const fn effect(self) -> Effect {
        match self {
            Self::ListRunbooks
            | Self::ReadRunbook
            | Self::GetJob
            | Self::ListJobs
            | Self::ListFunctions
            | Self::GetAgentSession => Effect::Reads,
            Self::CreateRunbook => Effect::Adds,
            Self::EditRunbook | Self::CancelJob | Self::EditPlan => Effect::Changes,
            Self::RunCode => Effect::RunsSandboxed,
            Self::RunRunbook | Self::SubmitJob | Self::CallFunction | Self::StartAgentSession => {
                Effect::Acts
            }
        }
    }

    /// What clients are told of it.
    #[must_use]
    pub fn tool(self) -> Tool {
        let schema = match self {
            Self::ListRunbooks => schema::<ListRunbooks>(),
            Self::ReadRunbook => schema::<ReadRunbook>(),
            Self::CreateRunbook => schema::<CreateRunbook>(),
            Self::EditRunbook => schema::<EditRunbook>(),
            Self::RunRunbook => schema::<RunRunbook>(),
            Self::RunCode => schema::<RunCode>(),
            Self::SubmitJob => schema::<SubmitJob>(),
            Self::GetJob => schema::<GetJob>(),
            Self::ListJobs => schema::<ListJobs>(),
            Self::CancelJob => schema::<NamedJob>(),
            Self::ListFunctions => schema::<NoArguments>(),
            Self::CallFunction => schema::<CallFunction>(),
            Self::StartAgentSession => schema::<StartAgentSession>(),
            Self::GetAgentSession => schema::<NamedAgentSession>(),
            Self::EditPlan => schema::<EditPlan>(),
        };
        Tool::new(self.name(), self.description(), schema).with_annotations(self.effect().hints())
    }
}

impl Effect {
    fn hints(self) -> ToolAnnotations {
        let (reads, destroys, repeats, outside) = match self {
            Self::Reads => (true, false, true, false),
            Self::Adds => (false, false, false, false),
            Self::Changes => (false, true, true, false),
            Self::RunsSandboxed => (false, false, false, true),
            Self::Acts => (false, true, false, true),
        };
        ToolAnnotations::from_raw(None, Some(reads), Some(destroys), Some(repeats), Some(outside))
    }
}

fn schema<T: JsonSchema + 'static>() -> Arc<JsonObject> {
    schema_for_input::<T>().expect("what a tool takes is an object")
}

impl Call {
    /// Reads a call as a client sent it.
    ///
    /// # Errors
    ///
    /// There is no such tool, or what it takes is something else.
    pub fn read(name: &str, arguments: Map<String, Value>) -> Result<Self, Unread> {
        let tool = ToolName::ALL.into_iter().find(|it| it.name() == name);
        let tool = tool.ok_or_else(|| Unread::NoSuchTool(name.to_owned()))?;
        Self::of(tool, Value::Object(arguments))
            .map_err(|source| Unread::Arguments { tool: tool.name(), source })
    }

    fn of(tool: ToolName, arguments: Value) -> Result<Self, serde_json::Error> {
        fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, serde_json::Error> {
            serde_json::from_value(arguments)
        }
        Ok(match tool {
            ToolName::ListRunbooks => Self::ListRunbooks(read(arguments)?),
            ToolName::ReadRunbook => Self::ReadRunbook(read(arguments)?),
            ToolName::CreateRunbook => Self::CreateRunbook(read(arguments)?),
            ToolName::EditRunbook => Self::EditRunbook(read(arguments)?),
            ToolName::RunRunbook => Self::RunRunbook(read(arguments)?),
            ToolName::RunCode => Self::RunCode(read(arguments)?),
            ToolName::SubmitJob => Self::SubmitJob(read(arguments)?),
            ToolName::GetJob => Self::GetJob(read(arguments)?),
            ToolName::ListJobs => Self::ListJobs(read(arguments)?),
            ToolName::CancelJob => Self::CancelJob(read(arguments)?),
            ToolName::ListFunctions => Self::ListFunctions(read(arguments)?),
            ToolName::CallFunction => Self::CallFunction(read(arguments)?),
            ToolName::StartAgentSession => Self::StartAgentSession(read(arguments)?),
            ToolName::GetAgentSession => Self::GetAgentSession(read(arguments)?),
            ToolName::EditPlan => Self::EditPlan(read(arguments)?),
        })
    }

    #[must_use]
    pub const fn tool(&self) -> ToolName {
        match self {
            Self::ListRunbooks(_) => ToolName::ListRunbooks,
            Self::ReadRunbook(_) => ToolName::ReadRunbook,
            Self::CreateRunbook(_) => ToolName::CreateRunbook,
            Self::EditRunbook(_) => ToolName::EditRunbook,
            Self::RunRunbook(_) => ToolName::RunRunbook,
            Self::RunCode(_) => ToolName::RunCode,
            Self::SubmitJob(_) => ToolName::SubmitJob,
            Self::GetJob(_) => ToolName::GetJob,
            Self::ListJobs(_) => ToolName::ListJobs,
            Self::CancelJob(_) => ToolName::CancelJob,
            Self::ListFunctions(_) => ToolName::ListFunctions,
            Self::CallFunction(_) => ToolName::CallFunction,
            Self::StartAgentSession(_) => ToolName::StartAgentSession,
            Self::GetAgentSession(_) => ToolName::GetAgentSession,
            Self::EditPlan(_) => ToolName::EditPlan,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_tool_says_what_it_takes_and_refuses_all_else() {
        for tool in ToolName::ALL {
            let told = tool.tool();
            assert_eq!(told.input_schema["type"], "object", "{}", told.name);
            assert_eq!(told.input_schema["additionalProperties"], false, "{}", told.name);
            assert!(told.description.as_deref().is_some_and(|it| it.len() > 20), "{}", told.name);
            let annotations = told.annotations.unwrap();
            assert!(annotations.read_only_hint.is_some() && annotations.destructive_hint.is_some());
            let odd = Map::from_iter([("no_such_argument".to_owned(), json!(1))]);
            let refused = Call::read(tool.name(), odd).unwrap_err();
            assert!(matches!(refused, Unread::Arguments { .. }), "{}", told.name);
        }
    }

    #[test]
    fn every_field_of_every_tool_says_its_type() {
        for tool in ToolName::ALL {
            let schema = tool.tool().input_schema;
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, property) in properties.into_iter().flatten() {
                let is_any = matches!(name.as_str(), "input");
                let is_typed =
                    ["type", "$ref", "anyOf"].iter().any(|it| property.get(it).is_some());
                assert!(is_typed || is_any, "{}: {name}: {property}", tool.name());
            }
        }
    }

    #[test]
    fn a_call_is_read_as_its_tool_says() {
        let arguments = json!({ "language": "python", "code": "print(1)" });
        let Value::Object(arguments) = arguments else { unreachable!() };
        let call = Call::read("run_code", arguments).unwrap();
        assert_eq!(call.tool(), ToolName::RunCode);
        let refused = Call::read("rm", Map::new()).unwrap_err();
        assert_eq!(refused.to_string(), "there is no tool \"rm\"");
        let refused = Call::read("run_code", Map::new()).unwrap_err().to_string();
        assert!(refused.contains("run_code") && refused.contains("language"), "{refused}");
    }
}
