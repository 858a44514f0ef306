//! What a session does, what waits in it for people, and what came of it.

use agent::session::{self, Choice, Pusher, Running, Task};
use async_graphql::{Enum, Json, SimpleObject};
use model::time::Timestamp as Moment;
use serde_json::Value;
use store::{StoreError, StoredEvent};

use super::super::{person::Person, scalars::Timestamp};

/// body is the stored event without seq and at: {"event": "said", …}.
#[derive(SimpleObject)]
pub(in crate::graphql) struct AgentEvent {
    seq: u64,
    at: Timestamp,
    body: Json<Value>,
}

#[derive(SimpleObject)]
pub(in crate::graphql) struct StepDiff {
    pub(in crate::graphql) step: String,
    pub(in crate::graphql) diff: String,
    /// whether it was cut
    pub(in crate::graphql) truncated: bool,
}

#[derive(SimpleObject)]
pub(super) struct Usage {
    input_tokens: u64,
    output_tokens: u64,
    /// millionths of a dollar
    cost: u64,
}

#[derive(SimpleObject)]
pub(super) struct Proposal {
    id: u64,
    text: String,
    base: u32,
}

#[derive(SimpleObject)]
pub(super) struct Comment {
    id: u64,
    by: Person,
    at: Timestamp,
    step: Option<String>,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum WorkKind {
    Turn,
    Step,
    Revision,
    Revert,
    OpenRequest,
    /// somebody looks around in the sandbox
    Visit,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum Stage {
    Preparing,
    Working,
    Checking,
    Delivering,
    Recovering,
    Waiting,
    Stopping,
}

#[derive(SimpleObject)]
pub(super) struct Work {
    id: u64,
    kind: WorkKind,
    step: Option<String>,
    branch: Option<u64>,
    text: Option<String>,
    by: Option<Person>,
    /// only of what runs
    stage: Option<Stage>,
    /// only while WAITING
    until: Option<Timestamp>,
    repairs: u8,
    retries: u8,
}

#[derive(SimpleObject)]
pub(super) struct Approval {
    id: u64,
    at: Timestamp,
    tool: String,
    input: String,
    /// what leave for the session would cover; null: only once
    pattern: Option<String>,
}

#[derive(SimpleObject)]
pub(super) struct Question {
    id: u64,
    at: Timestamp,
    asked: Vec<Asked>,
}

#[derive(SimpleObject)]
struct Asked {
    text: String,
    options: Vec<String>,
}

#[derive(SimpleObject)]
pub(super) struct Branch {
    id: u64,
    name: String,
    base: String,
    head: String,
    url: Option<String>,
    steps: Vec<String>,
    pull_request: Option<PullRequest>,
    readiness: Readiness,
    state: BranchState,
    ci_attempts: u8,
    /// platform or person
    last_push_by: &'static str,
}

#[derive(SimpleObject)]
struct PullRequest {
    number: u64,
    url: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum Readiness {
    Draft,
    Asked,
    Ready,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum BranchState {
    Open,
    Merged,
    Closed,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum PullRequestChoice {
    StackedRequest,
    SameBranch,
    NewBranch,
    CancelRest,
}

impl TryFrom<StoredEvent> for AgentEvent {
    type Error = StoreError;

    fn try_from(stored: StoredEvent) -> Result<Self, StoreError> {
        let unreadable = || StoreError::Unreadable {
            column: "agent_event.body",
            value: stored.body.chars().take(200).collect(),
        };
        let mut body: Value = serde_json::from_str(&stored.body).map_err(|_| unreadable())?;
        let fields = body.as_object_mut().ok_or_else(unreadable)?;
        fields.remove("seq");
        let at = fields.remove("at").ok_or_else(unreadable)?;
        let at: Moment = serde_json::from_value(at).map_err(|_| unreadable())?;
        Ok(Self { seq: stored.seq, at: Timestamp(at), body: Json(body) })
    }
}

impl From<session::Usage> for Usage {
    fn from(usage: session::Usage) -> Self {
        let session::Usage { input_tokens, output_tokens, cost } = usage;
        Self { input_tokens, output_tokens, cost }
    }
}

impl From<session::Proposal> for Proposal {
    fn from(it: session::Proposal) -> Self {
        Self { id: it.id.into(), text: it.text, base: it.base }
    }
}

impl From<session::Comment> for Comment {
    fn from(it: session::Comment) -> Self {
        let step = it.step.map(|it| it.to_string());
        let (id, at) = (it.id.into(), Timestamp(it.at));
        Self { id, by: Person(it.by), at, step, text: it.text }
    }
}

impl Work {
    pub(super) fn queued(work: &session::Work) -> Self {
        let (kind, branch, text) = match &work.task {
            Task::Turn { text } => (WorkKind::Turn, None, Some(text)),
            Task::Step { .. } => (WorkKind::Step, None, None),
            Task::Revision { branch, text, .. } => (WorkKind::Revision, Some(*branch), Some(text)),
            Task::Revert { .. } => (WorkKind::Revert, None, None),
            Task::OpenRequest { branch } => (WorkKind::OpenRequest, Some(*branch), None),
            Task::Visit => (WorkKind::Visit, None, None),
        };
        let step = match &work.task {
            Task::Step { step } | Task::Revert { from: step } => Some(step.to_string()),
            Task::Turn { .. } | Task::Revision { .. } | Task::OpenRequest { .. } | Task::Visit => {
                None
            }
        };
        Self {
            id: work.id.into(),
            kind,
            step,
            branch: branch.map(u64::from),
            text: text.cloned(),
            by: work.by.map(Person),
            stage: None,
            until: None,
            repairs: 0,
            retries: 0,
        }
    }

    pub(super) fn running(running: &Running) -> Self {
        let (stage, until) = match &running.stage {
            session::Stage::Preparing => (Stage::Preparing, None),
            session::Stage::Working { .. } => (Stage::Working, None),
            session::Stage::Checking => (Stage::Checking, None),
            session::Stage::Delivering { .. } => (Stage::Delivering, None),
            session::Stage::Recovering { .. } => (Stage::Recovering, None),
            session::Stage::Waiting { until, .. } => (Stage::Waiting, Some(Timestamp(*until))),
            session::Stage::Stopping { .. } => (Stage::Stopping, None),
        };
        let Running { repairs, retries, .. } = *running;
        Self { stage: Some(stage), until, repairs, retries, ..Self::queued(&running.work) }
    }
}

impl From<session::Approval> for Approval {
    fn from(it: session::Approval) -> Self {
        let session::ToolCall { tool, input, pattern, .. } = it.call;
        Self { id: it.id.into(), at: Timestamp(it.at), tool, input, pattern }
    }
}

impl From<session::Question> for Question {
    fn from(it: session::Question) -> Self {
        let asked =
            it.asked.into_iter().map(|session::Asked { text, options }| Asked { text, options });
        Self { id: it.id.into(), at: Timestamp(it.at), asked: asked.collect() }
    }
}

impl From<session::Branch> for Branch {
    fn from(it: session::Branch) -> Self {
        let request =
            it.request.map(|session::PullRequest { number, url }| PullRequest { number, url });
        Self {
            id: it.id.into(),
            name: it.name,
            base: it.base,
            head: it.head,
            url: request.as_ref().map(|it| it.url.clone()),
            steps: it.steps.iter().map(ToString::to_string).collect(),
            pull_request: request,
            readiness: match it.readiness {
                session::Readiness::Draft => Readiness::Draft,
                session::Readiness::Asked => Readiness::Asked,
                session::Readiness::Ready => Readiness::Ready,
            },
            state: match it.state {
                session::BranchState::Open => BranchState::Open,
                session::BranchState::Merged => BranchState::Merged,
                session::BranchState::Closed => BranchState::Closed,
            },
            ci_attempts: it.ci_attempts,
            last_push_by: match it.last_push {
                Pusher::Platform => "platform",
                Pusher::Person => "person",
            },
        }
    }
}

impl From<PullRequestChoice> for Choice {
    fn from(choice: PullRequestChoice) -> Self {
        match choice {
            PullRequestChoice::StackedRequest => Self::StackedRequest,
            PullRequestChoice::SameBranch => Self::SameBranch,
            PullRequestChoice::NewBranch => Self::NewBranch,
            PullRequestChoice::CancelRest => Self::CancelRest,
        }
    }
}
