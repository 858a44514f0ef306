//! What people choose for a session.

use agent::session::{self, Opening, Pace};
use async_graphql::{Enum, ID, InputObject, MaybeUndefined, SimpleObject};
use orchestrator::SettingsChange;

use crate::problem::Problem;

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum PullMode {
    Stacked,
    Single,
    Manual,
}

#[derive(SimpleObject)]
pub(super) struct Settings {
    target_branch: String,
    pull_mode: PullMode,
    draft: bool,
    one_shot: bool,
    check_repairs: u8,
    ci_attempts: u8,
    idle_minutes: u16,
    /// millionths of a dollar; null is no bound
    budget: Option<u64>,
    model: Option<String>,
    /// the persona that plans
    planner: Option<ID>,
    /// the persona that carries out
    developer: Option<ID>,
}

#[derive(InputObject)]
pub(in crate::graphql) struct SettingsInput {
    target_branch: Option<String>,
    pull_mode: Option<PullMode>,
    draft: Option<bool>,
    one_shot: Option<bool>,
    check_repairs: Option<i32>,
    ci_attempts: Option<i32>,
    idle_minutes: Option<i32>,
    budget: MaybeUndefined<i64>,
    model: MaybeUndefined<String>,
    planner: MaybeUndefined<ID>,
    developer: MaybeUndefined<ID>,
}

impl From<&session::Settings> for Settings {
    fn from(it: &session::Settings) -> Self {
        Self {
            target_branch: it.target_branch.clone(),
            pull_mode: match it.pull_mode {
                session::PullMode::Stacked => PullMode::Stacked,
                session::PullMode::Single => PullMode::Single,
                session::PullMode::Manual => PullMode::Manual,
            },
            draft: it.opening == Opening::Draft,
            one_shot: it.pace == Pace::OneShot,
            check_repairs: it.check_repairs,
            ci_attempts: it.ci_attempts,
            idle_minutes: it.idle.into(),
            budget: it.budget,
            model: it.model.clone(),
            planner: it.planner.clone().map(ID),
            developer: it.developer.clone().map(ID),
        }
    }
}

impl SettingsInput {
    /// What is to be different. What is null is left to the hub, and what is not sent stays.
    pub(in crate::graphql) fn change(self) -> Result<SettingsChange, Problem> {
        let idle = self.idle_minutes.map(|it| number("idleMinutes", i64::from(it))).transpose()?;
        let idle = idle.map(|it| u16::try_from(it).unwrap_or(u16::MAX));
        let budget = defined(self.budget).map(|it| it.map(|it| number("budget", it)).transpose());
        let attempts =
            |field, it: Option<i32>| it.map(|it| number(field, i64::from(it))).transpose();
        let draft = |it| if it { Opening::Draft } else { Opening::Ready };
        let one_shot = |it| if it { Pace::OneShot } else { Pace::Reviewed };
        Ok(SettingsChange {
            target_branch: self.target_branch,
            pull_mode: self.pull_mode.map(session::PullMode::from),
            opening: self.draft.map(draft),
            pace: self.one_shot.map(one_shot),
            check_repairs: attempts("checkRepairs", self.check_repairs)?,
            ci_attempts: attempts("ciAttempts", self.ci_attempts)?,
            idle_minutes: idle,
            budget: budget.transpose()?,
            model: defined(self.model),
            planner: defined(self.planner).map(|it| it.map(|it| it.0)),
            developer: defined(self.developer).map(|it| it.map(|it| it.0)),
            description: None,
            labels: None,
        })
    }
}

fn defined<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

fn number(field: &str, given: i64) -> Result<u64, Problem> {
    let wrong = |_| Problem::invalid(format!("{field} is {given}; it cannot be below 0"));
    u64::try_from(given).map_err(wrong)
}

impl From<PullMode> for session::PullMode {
    fn from(mode: PullMode) -> Self {
        match mode {
            PullMode::Stacked => Self::Stacked,
            PullMode::Single => Self::Single,
            PullMode::Manual => Self::Manual,
        }
    }
}
