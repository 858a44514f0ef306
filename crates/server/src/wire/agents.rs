//! Agent sessions as programs open and follow them.

use agent::session::{Opening, Pace, PullMode, Status};
use model::id::AgentSessionId;
use orchestrator::{SettingsChange, StepCounts, Summary, View};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an agent session is to do.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewAgentRunbook)]
pub(crate) struct NewAgentRunbookBody {
    pub(crate) repository: RepositoryNameBody,
    /// What is to be done.
    #[schema(min_length = 1, max_length = 65_536)]
    pub(crate) prompt: String,
    /// The beginning of the prompt if left out.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) title: Option<String>,
    /// The email address of the user in whose name this is: they take part, and commits name them. Administrators
    /// may give another's.
    pub(crate) author_email: Option<String>,
    #[serde(flatten)]
    settings: SettingsBody,
}

/// A repository that was set up for sessions, by what its address ends with.
#[derive(Deserialize, ToSchema)]
#[schema(as = RepositoryName)]
pub(crate) struct RepositoryNameBody {
    #[schema(min_length = 1)]
    pub(crate) org: String,
    #[schema(min_length = 1)]
    pub(crate) name: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = AgentRunbookSettings)]
struct SettingsBody {
    /// Whether nobody is asked anything and all goes into one draft. True if left out.
    oneshot: Option<bool>,
    /// Whether pull requests are drafts until their steps are completed.
    draft: Option<bool>,
    pr_mode: Option<PrModeBody>,
    /// What branches begin at and pull requests lead to; `main` if left out.
    #[schema(max_length = 200)]
    target_branch: Option<String>,
    /// What the text of each pull request begins with.
    #[schema(max_length = 16_384)]
    description: Option<String>,
    /// Of each pull request.
    #[schema(max_items = 20)]
    labels: Option<Vec<String>>,
}

/// How steps become pull requests.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PrMode)]
pub(crate) enum PrModeBody {
    StackedPr,
    SinglePr,
    Manual,
}

/// What is said to a session that is there.
#[derive(Deserialize, ToSchema)]
#[schema(as = AgentRunbookMessage)]
pub(crate) struct AgentRunbookMessageBody {
    #[schema(min_length = 1, max_length = 65_536)]
    pub(crate) prompt: String,
    /// What the text of each pull request begins with from now on.
    #[schema(max_length = 16_384)]
    description: Option<String>,
    /// Of each pull request that is opened from now on.
    #[schema(max_items = 20)]
    labels: Option<Vec<String>>,
}

/// An agent session, as far as it is.
#[derive(Serialize, ToSchema)]
#[schema(as = AgentRunbook)]
pub(crate) struct AgentRunbookBody {
    id: AgentSessionId,
    runbook_number: u64,
    /// Where people look at it.
    url: String,
    status: AgentRunbookStatus,
    steps: AgentRunbookSteps,
    pull_requests: Vec<AgentPullRequest>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AgentRunbookStatus {
    GeneratingSteps,
    NotStarted,
    InProgress,
    PartiallyCompleted,
    Failed,
    Completed,
}

/// How many of the steps that are carried out are how far.
#[derive(Serialize, ToSchema)]
struct AgentRunbookSteps {
    total: u32,
    not_started: u32,
    in_progress: u32,
    completed: u32,
    failed: u32,
    queued: u32,
}

#[derive(Serialize, ToSchema)]
struct AgentPullRequest {
    number: u64,
    url: String,
    step_numbers: Vec<String>,
}

impl NewAgentRunbookBody {
    /// What is chosen for the session.
    pub(crate) fn settings(&self) -> SettingsChange {
        let SettingsBody { oneshot, draft, pr_mode, target_branch, description, labels } =
            &self.settings;
        let pace = if oneshot.unwrap_or(true) { Pace::OneShot } else { Pace::Reviewed };
        SettingsChange {
            pace: Some(pace),
            opening: draft.map(|it| if it { Opening::Draft } else { Opening::Ready }),
            pull_mode: pr_mode.map(PullMode::from),
            target_branch: target_branch.clone(),
            description: description.clone().map(Some),
            labels: labels.clone(),
            ..SettingsChange::default()
        }
    }
}

impl AgentRunbookMessageBody {
    /// What is chosen anew for the session.
    pub(crate) fn settings(&self) -> Option<SettingsChange> {
        let (description, labels) = (self.description.clone().map(Some), self.labels.clone());
        let is_any = description.is_some() || labels.is_some();
        is_any.then(|| SettingsChange { description, labels, ..SettingsChange::default() })
    }
}

impl From<PrModeBody> for PullMode {
    fn from(mode: PrModeBody) -> Self {
        match mode {
            PrModeBody::StackedPr => Self::Stacked,
            PrModeBody::SinglePr => Self::Single,
            PrModeBody::Manual => Self::Manual,
        }
    }
}

impl AgentRunbookBody {
    pub(crate) fn new(view: &View, url: String) -> Self {
        let Summary { status, steps, .. } = Summary::of(&view.state);
        let requests = view.state.branches.iter().filter_map(|branch| {
            let request = branch.request.as_ref()?;
            Some(AgentPullRequest {
                number: request.number,
                url: request.url.clone(),
                step_numbers: branch.steps.iter().map(ToString::to_string).collect(),
            })
        });
        Self {
            id: view.record.id,
            runbook_number: view.record.number,
            url,
            status: status.into(),
            steps: steps.into(),
            pull_requests: requests.collect(),
        }
    }
}

impl From<StepCounts> for AgentRunbookSteps {
    fn from(steps: StepCounts) -> Self {
        let StepCounts { not_started, queued, in_progress, completed, failed } = steps;
        Self { total: steps.total(), not_started, in_progress, completed, failed, queued }
    }
}

impl From<Status> for AgentRunbookStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::GeneratingSteps => Self::GeneratingSteps,
            Status::NotStarted => Self::NotStarted,
            Status::InProgress => Self::InProgress,
            Status::PartiallyCompleted => Self::PartiallyCompleted,
            Status::Failed => Self::Failed,
            Status::Completed => Self::Completed,
        }
    }
}
