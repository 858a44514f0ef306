//! What people choose for a session: as far as they choose, and only what there is.

use std::time::Duration;

use agent::session::{IdleMinutes, InvalidIdleMinutes, Opening, Pace, PullMode, Request, Settings};
use model::id::{AgentSessionId, EquipmentId, UserId};
use repository::Branch;

use crate::{Agents, PersonaId, RequestError, View};

/// More would be asked of an agent that does not find the way.
const MOST_ATTEMPTS: u64 = 10;

const MOST_LABELS: usize = 20;
const MOST_LABEL_CHARS: usize = 50;
const MOST_DESCRIPTION_BYTES: usize = 16 * 1024;

/// What becomes of settings; what is `None` stays as it is, and `Some(None)` leaves it to the hub again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    pub target_branch: Option<String>,
    pub pull_mode: Option<PullMode>,
    pub opening: Option<Opening>,
    pub pace: Option<Pace>,
    pub check_repairs: Option<u64>,
    pub ci_attempts: Option<u64>,
    pub idle_minutes: Option<u16>,
    pub budget: Option<Option<u64>>,
    pub model: Option<Option<String>>,
    pub planner: Option<Option<String>>,
    pub developer: Option<Option<String>>,
    pub description: Option<Option<String>>,
    pub labels: Option<Vec<String>>,
}

/// Why something cannot be chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    #[error("{name:?} cannot name a branch; write one like main")]
    Branch { name: String },
    #[error("{count} attempts are more than the {MOST_ATTEMPTS} that may be chosen")]
    Attempts { count: u64 },
    #[error(transparent)]
    Idle(#[from] InvalidIdleMinutes),
    #[error("the model {name:?} is not offered here; choose one of those that are listed")]
    Model { name: String },
    #[error("there is no persona {id:?} of the session's owner")]
    Persona { id: String },
    #[error("the description has {bytes} bytes and at most {MOST_DESCRIPTION_BYTES} are taken")]
    Description { bytes: usize },
    #[error(
        "{label:?} cannot be a label, of which there may be {MOST_LABELS}; use 1 to {MOST_LABEL_CHARS} characters"
    )]
    Label { label: String },
}

impl SettingsChange {
    /// Everything that can be judged by itself.
    fn onto(self, settings: Settings) -> Result<Settings, InvalidSettings> {
        let target_branch = match self.target_branch {
            Some(name) => branch(name)?,
            None => settings.target_branch,
        };
        let idle = self.idle_minutes.map(IdleMinutes::try_from).transpose()?;
        Ok(Settings {
            target_branch,
            pull_mode: self.pull_mode.unwrap_or(settings.pull_mode),
            opening: self.opening.unwrap_or(settings.opening),
            pace: self.pace.unwrap_or(settings.pace),
            check_repairs: attempts(self.check_repairs)?.unwrap_or(settings.check_repairs),
            ci_attempts: attempts(self.ci_attempts)?.unwrap_or(settings.ci_attempts),
            idle: idle.unwrap_or(settings.idle),
            budget: self.budget.unwrap_or(settings.budget),
            model: self.model.unwrap_or(settings.model),
            planner: self.planner.unwrap_or(settings.planner),
            developer: self.developer.unwrap_or(settings.developer),
            description: description(self.description)?.unwrap_or(settings.description),
            labels: labels(self.labels)?.unwrap_or(settings.labels),
        })
    }
}

fn branch(name: String) -> Result<String, InvalidSettings> {
    match Branch::parse(&name) {
        Ok(_) => Ok(name),
        Err(_) => Err(InvalidSettings::Branch { name: name.chars().take(80).collect() }),
    }
}

fn attempts(count: Option<u64>) -> Result<Option<u8>, InvalidSettings> {
    let fitting = |count| match u8::try_from(count) {
        Ok(few) if count <= MOST_ATTEMPTS => Ok(few),
        Ok(_) | Err(_) => Err(InvalidSettings::Attempts { count }),
    };
    count.map(fitting).transpose()
}

fn description(text: Option<Option<String>>) -> Result<Option<Option<String>>, InvalidSettings> {
    match &text {
        Some(Some(it)) if it.len() > MOST_DESCRIPTION_BYTES => {
            Err(InvalidSettings::Description { bytes: it.len() })
        }
        Some(_) | None => Ok(text),
    }
}

fn labels(labels: Option<Vec<String>>) -> Result<Option<Vec<String>>, InvalidSettings> {
    let is_label = |it: &str| {
        (1..=MOST_LABEL_CHARS).contains(&it.chars().count()) && !it.contains(char::is_control)
    };
    let wrong = labels.iter().flatten().enumerate();
    match wrong.into_iter().find(|(at, it)| *at >= MOST_LABELS || !is_label(it)) {
        Some((_, label)) => Err(InvalidSettings::Label { label: label.chars().take(80).collect() }),
        None => Ok(labels),
    }
}

/// Where a repository does not say in time what its default branch is.
const USUAL_BRANCH: &str = "main";

/// How long whoever opens a session waits for that.
const BRANCH_TIME: Duration = Duration::from_secs(5);

impl Agents {
    /// The settings of a new session: what is chosen, and for the rest what holds where nobody chooses.
    ///
    /// # Errors
    ///
    /// When something cannot be chosen, or the store fails.
    pub async fn new_settings(
        &self,
        owner: UserId,
        repository: EquipmentId,
        change: SettingsChange,
    ) -> Result<Settings, RequestError> {
        let target = match change.target_branch {
            Some(_) => None,
            None => self.default_branch(owner, repository).await,
        };
        let target = target.unwrap_or_else(|| USUAL_BRANCH.to_owned());
        self.settings(owner, Settings::new(target), change).await
    }

    /// What stands in the way is told when the session prepares its work.
    async fn default_branch(&self, owner: UserId, repository: EquipmentId) -> Option<String> {
        let asked = async {
            let ground = self.hub().ground(owner, repository).await.ok()?;
            let heads = ground.mirror.fetch().await.ok()?;
            heads.default_branch.map(|it| it.to_string())
        };
        tokio::time::timeout(BRANCH_TIME, asked).await.ok().flatten()
    }

    /// The settings of a session of `owner`, with what is to be different.
    ///
    /// # Errors
    ///
    /// When something cannot be chosen, or the store fails.
    async fn settings(
        &self,
        owner: UserId,
        settings: Settings,
        change: SettingsChange,
    ) -> Result<Settings, RequestError> {
        let named = change.model.clone().flatten();
        if let Some(name) = named.filter(|it| !self.models().contains(it)) {
            return Err(InvalidSettings::Model { name: name.chars().take(80).collect() }.into());
        }
        for chosen in [&change.planner, &change.developer].into_iter().flatten().flatten() {
            self.expect_persona(owner, chosen).await?;
        }
        Ok(change.onto(settings)?)
    }

    async fn expect_persona(&self, owner: UserId, id: &str) -> Result<(), RequestError> {
        let missing = || InvalidSettings::Persona { id: id.chars().take(80).collect() };
        let parsed: PersonaId = id.parse().map_err(|_| missing())?;
        match self.equipment().persona(owner, parsed).await {
            Err(crate::EquipmentError::NotFound { .. }) => Err(missing().into()),
            found => Ok(found.map(drop)?),
        }
    }

    /// Changes what people chose for a session.
    ///
    /// # Errors
    ///
    /// When there is no such session for them, something cannot be chosen, or the store fails.
    pub async fn configure(
        &self,
        by: UserId,
        session: AgentSessionId,
        change: SettingsChange,
    ) -> Result<View, RequestError> {
        let state = self.view(by, session).await?.ok_or(RequestError::NotFound)?.state;
        let settings = self.settings(state.owner, state.settings.clone(), change).await?;
        self.request(by, session, Request::Configure { settings }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(change: SettingsChange) -> Result<Settings, InvalidSettings> {
        change.onto(Settings::new("main"))
    }

    #[test]
    fn what_nobody_chooses_stays() {
        assert_eq!(change(SettingsChange::default()).unwrap(), Settings::new("main"));
        let chosen = SettingsChange {
            target_branch: Some("release/1".to_owned()),
            budget: Some(Some(5)),
            check_repairs: Some(0),
            ..SettingsChange::default()
        };
        let settings = change(chosen).unwrap();
        let expected = Settings { budget: Some(5), check_repairs: 0, ..Settings::new("release/1") };
        assert_eq!(settings, expected);
        let back = SettingsChange { budget: Some(None), ..SettingsChange::default() };
        assert_eq!(back.onto(settings).unwrap().budget, None);
    }

    #[test]
    fn what_there_is_not_cannot_be_chosen() {
        let base = SettingsChange::default;
        for wrong in [
            SettingsChange { target_branch: Some("-x".to_owned()), ..base() },
            SettingsChange { target_branch: Some(String::new()), ..base() },
            SettingsChange { check_repairs: Some(11), ..base() },
            SettingsChange { ci_attempts: Some(300), ..base() },
            SettingsChange { idle_minutes: Some(0), ..base() },
            SettingsChange { idle_minutes: Some(241), ..base() },
            SettingsChange { labels: Some(vec![String::new()]), ..base() },
            SettingsChange { labels: Some(vec!["a".to_owned(); 21]), ..base() },
        ] {
            assert!(change(wrong.clone()).is_err(), "{wrong:?}");
        }
    }
}
