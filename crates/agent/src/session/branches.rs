//! Branches and pull requests: where the changes of steps go.
//!
//! ```text
//!   stacked   1 ──▶ 2 ──▶ 3      a branch and a pull request for each top-level step, on top of the one before
//!   single    1, 2, 3            one, to which each step adds a commit
//!   manual    1 ?                after each step somebody chooses
//! ```

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    settings::{Opening, Pace, PullMode},
    state::{Progress, State},
    work::{BranchId, Fence, Stage, Task, WorkId},
};
use crate::plan::StepNumber;

/// A branch that a session made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    pub id: BranchId,
    pub name: String,
    /// What it began at and leads to.
    pub base: String,
    /// The commit that it ends with, as far as we know.
    pub head: String,
    pub steps: BTreeSet<StepNumber>,
    /// `None` where the forge has none, or nobody wanted one yet.
    pub request: Option<PullRequest>,
    pub readiness: Readiness,
    pub state: BranchState,
    /// How often an agent has tried to mend its checks since somebody last looked.
    pub ci_attempts: u8,
    /// Whether the last commit is a person's, whose work no agent writes over unasked.
    pub last_push: Pusher,
    /// Comments at the forge whose orders were taken or declined.
    pub heard: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    pub number: u64,
    pub url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    Draft,
    /// The forge has been asked, and has not answered.
    Asked,
    Ready,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BranchState {
    Open,
    Merged,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pusher {
    Platform,
    Person,
}

/// What to commit where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub target: Target,
    pub request: RequestOrder,
    /// By which its commit is known; `None` in events of earlier programs, where it is that which runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<WorkId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "target", rename_all = "snake_case")]
pub enum Target {
    New {
        name: String,
        base: String,
    },
    /// Nothing is pushed unless the branch still ends with `head`.
    Existing {
        branch: BranchId,
        head: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum RequestOrder {
    Nothing,
    Open { opening: Opening },
    Update,
}

/// What has reached the forge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    pub branch: BranchId,
    pub name: String,
    pub base: String,
    pub head: String,
    pub request: Option<PullRequest>,
    pub opening: Opening,
}

/// What is left of a branch after steps are taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reset {
    pub branch: BranchId,
    /// The commit that it ends with from then on; `None` closes it.
    pub head: Option<String>,
}

/// What a one-shot session's title begins with until it is done.
pub const WORK_IN_PROGRESS: &str = "[WIP] ";

impl State {
    #[must_use]
    pub fn branch(&self, id: BranchId) -> Option<&Branch> {
        self.branches.iter().find(|it| it.id == id)
    }

    /// `runbook/3f2a91c0-2-5d01fe`: session, step, and a hash that tells it from an earlier branch of that step.
    #[must_use]
    pub fn branch_name(&self, step: &StepNumber, fence: Fence) -> String {
        let id = self.id.to_string();
        let digits = id.rsplit('_').next().unwrap_or_default();
        let hash = Sha256::digest(format!("{id} {step} {fence}"));
        let hash: String = hash.iter().take(3).map(|it| format!("{it:02x}")).collect();
        format!("runbook/{}-{step}-{hash}", &digits[..8.min(digits.len())])
    }

    /// Where the changes of a task go; `None` for one that delivers nothing.
    #[must_use]
    pub fn delivery(&self, task: &Task, fence: Fence) -> Option<Delivery> {
        match task {
            Task::Step { step } => Some(self.delivery_of_step(step, fence)),
            Task::Revision { branch, .. } => {
                let request = RequestOrder::Update;
                Some(Delivery { target: self.existing(*branch)?, request, work: None })
            }
            Task::OpenRequest { branch } => {
                let request = RequestOrder::Open { opening: self.settings.opens() };
                Some(Delivery { target: self.existing(*branch)?, request, work: None })
            }
            Task::Turn { .. } | Task::Revert { .. } | Task::Visit => None,
        }
    }

    fn delivery_of_step(&self, step: &StepNumber, fence: Fence) -> Delivery {
        let mode = self.settings.mode();
        let last = self.open_branches().last();
        let branch = match mode {
            PullMode::Stacked => {
                let is_its = |it: &StepNumber| it.top() == step.top();
                self.open_branches().find(|it| it.steps.iter().any(is_its))
            }
            PullMode::Single => last,
            PullMode::Manual => last.filter(|_| self.next_branch == NextBranch::Same),
        };
        let named = if mode == PullMode::Stacked { step.top() } else { step.clone() };
        let target = branch.map(Branch::target).unwrap_or_else(|| Target::New {
            name: self.branch_name(&named, fence),
            base: last.map_or(&self.settings.target_branch, |it| &it.name).clone(),
        });
        let request = match (mode, branch.and_then(|it| it.request.as_ref())) {
            (_, Some(_)) => RequestOrder::Update,
            (PullMode::Manual, None) => RequestOrder::Nothing,
            (PullMode::Stacked | PullMode::Single, None) => {
                RequestOrder::Open { opening: self.settings.opens() }
            }
        };
        Delivery { target, request, work: None }
    }

    /// Where work begins: a step whose delivery was not seen to its end goes on with that, as long as it would go
    /// to the same place now.
    pub(super) fn first_stage(&self, task: &Task) -> Stage {
        let progress = task.step().and_then(|it| self.progress.get(it));
        let Some(Progress::Failed { delivery: Some(begun), .. }) = progress else {
            return Stage::Preparing;
        };
        let now = self.delivery(task, Fence(0)).map(|it| it.target);
        match (&begun.target, now) {
            (Target::New { base, .. }, Some(Target::New { base: now, .. })) if *base == now => {
                Stage::Recovering { delivery: begun.clone() }
            }
            (Target::Existing { branch, .. }, Some(Target::Existing { branch: now, .. }))
                if *branch == now =>
            {
                Stage::Recovering { delivery: begun.clone() }
            }
            (Target::New { .. } | Target::Existing { .. }, _) => Stage::Preparing,
        }
    }

    fn existing(&self, id: BranchId) -> Option<Target> {
        self.branch(id).map(Branch::target)
    }

    pub(super) fn open_branches(&self) -> impl Iterator<Item = &Branch> {
        self.branches.iter().filter(|it| it.state == BranchState::Open)
    }

    /// Drafts whose steps are all completed.
    pub(super) fn finished_drafts(&self) -> Vec<BranchId> {
        let is_completed =
            |it: &StepNumber| matches!(self.progress.get(it), Some(Progress::Completed { .. }));
        let is_all = self.leaves().all(|it| is_completed(&it));
        let is_finished = |branch: &&Branch| match self.settings.mode() {
            PullMode::Stacked => {
                let is_its =
                    |leaf: &StepNumber| branch.steps.iter().any(|it| it.top() == leaf.top());
                self.leaves().filter(is_its).all(|it| is_completed(&it))
            }
            PullMode::Single | PullMode::Manual => is_all,
        };
        let drafts = self.open_branches().filter(|it| it.readiness == Readiness::Draft);
        drafts.filter(|it| it.request.is_some()).filter(is_finished).map(|it| it.id).collect()
    }

    /// What the title of its pull requests begins with.
    #[must_use]
    pub fn title_prefix(&self, branch: Option<&Branch>) -> &'static str {
        let is_draft = branch.is_none_or(|it| it.readiness == Readiness::Draft);
        match self.settings.pace {
            Pace::OneShot if is_draft => WORK_IN_PROGRESS,
            Pace::OneShot | Pace::Reviewed => "",
        }
    }

    /// What is left of each branch without the steps from one on.
    #[must_use]
    pub fn resets(&self, from: &StepNumber) -> Vec<Reset> {
        let touched = self.open_branches().filter(|it| it.steps.iter().any(|it| it >= from));
        let left = |branch: &Branch| {
            let kept = branch.steps.iter().rev().filter(|it| *it < from);
            kept.filter_map(|it| self.progress.get(it)?.commit()).next().map(str::to_owned)
        };
        touched.map(|it| Reset { branch: it.id, head: left(it) }).collect()
    }
}

impl Branch {
    fn target(&self) -> Target {
        Target::Existing { branch: self.id, head: self.head.clone() }
    }
}

/// Where the next step goes, in the manual mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NextBranch {
    #[default]
    New,
    Same,
}
