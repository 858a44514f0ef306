//! What people choose for a session.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Minutes without anything happening after which a session pauses, 1 to 240.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct IdleMinutes(u16);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a session cannot pause after {0} minutes; choose 1 to 240")]
pub struct InvalidIdleMinutes(u16);

impl IdleMinutes {
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0) * 60)
    }
}

impl Default for IdleMinutes {
    fn default() -> Self {
        Self(30)
    }
}

impl TryFrom<u16> for IdleMinutes {
    type Error = InvalidIdleMinutes;

    fn try_from(minutes: u16) -> Result<Self, InvalidIdleMinutes> {
        if (1..=240).contains(&minutes) {
            Ok(Self(minutes))
        } else {
            Err(InvalidIdleMinutes(minutes))
        }
    }
}

impl From<IdleMinutes> for u16 {
    fn from(minutes: IdleMinutes) -> Self {
        minutes.0
    }
}

/// How steps become branches and pull requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullMode {
    /// A branch and a pull request for each top-level step, on top of the one before.
    #[default]
    Stacked,
    /// One for all steps.
    Single,
    /// After each step somebody says how to go on.
    Manual,
}

/// How a pull request is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    #[default]
    Ready,
    /// As a draft, until all of its steps are completed.
    Draft,
}

/// How much a session asks before it goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// Somebody approves the plan, answers questions and says which steps to carry out.
    #[default]
    Reviewed,
    /// Nobody is asked anything: the plan is carried out as it comes, into one pull request.
    OneShot,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What branches begin at and pull requests lead to.
    pub target_branch: String,
    pub pull_mode: PullMode,
    pub opening: Opening,
    pub pace: Pace,
    /// How often an agent is told which checks of its step failed, before a person is.
    pub check_repairs: u8,
    /// How often an agent mends a branch whose checks at the forge failed, before a person does.
    pub ci_attempts: u8,
    pub idle: IdleMinutes,
    /// In millionths of a dollar.
    pub budget: Option<u64>,
    /// The model that is asked; `None` leaves that to the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The persona of each phase, by its id; `None` is the one that comes with the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub developer: Option<String>,
    /// What the text of each pull request begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Of each pull request, beside those that it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

impl Settings {
    #[must_use]
    pub fn new(target_branch: impl Into<String>) -> Self {
        Self {
            target_branch: target_branch.into(),
            pull_mode: PullMode::default(),
            opening: Opening::default(),
            pace: Pace::default(),
            check_repairs: 2,
            ci_attempts: 2,
            idle: IdleMinutes::default(),
            budget: None,
            model: None,
            planner: None,
            developer: None,
            description: None,
            labels: Vec::new(),
        }
    }

    /// The mode that counts: a one-shot session makes one pull request.
    #[must_use]
    pub const fn mode(&self) -> PullMode {
        match self.pace {
            Pace::Reviewed => self.pull_mode,
            Pace::OneShot => PullMode::Single,
        }
    }

    /// How its pull requests are opened: a one-shot session's is a draft until it is done.
    #[must_use]
    pub const fn opens(&self) -> Opening {
        match self.pace {
            Pace::Reviewed => self.opening,
            Pace::OneShot => Opening::Draft,
        }
    }
}
