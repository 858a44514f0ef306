//! Learnings: what earlier sessions found out, and which of it is worth telling now.
//!
//! ```text
//!   a person writes it down ──────────────▶ Kept ──▶ told to agents
//!   an agent notes it ──▶ Suggested ── keep ─▲ edit
//! ```
//!
//! A repository may have an agent write anything. So what an agent noted is told to nobody but people before one of
//! them keeps it, is for the repository of its session only, and changes nothing that is there.

use std::cmp::Reverse;

use agent::visible::shaped;
use model::{
    id::{AgentSessionId, EquipmentId, UserId},
    scope::Scopes,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{EquipmentKind, PutEquipmentError};

use super::{
    Actor, Content, Equipment, EquipmentError, Item, Whose,
    error::{Invalid, few, text},
};

/// What an agent is told of both together.
const MOST_BYTES: usize = 2 * 1024;
const MOST_FILES: usize = 50;
const MOST_PATH_BYTES: usize = 200;

/// What is told at once, of the most useful.
const MOST_TOLD: usize = 20;

/// Suggestions of one session, and of all sessions of a user, that are there at once.
const MOST_OF_SESSION: usize = 10;
const MOST_SUGGESTED: usize = 100;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// Days in which a learning that nobody uses comes to count half as much.
const HALF_LIFE_DAYS: i64 = 30;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learning {
    /// What was met.
    pub pattern: String,
    /// What to do about it.
    pub solution: String,
    /// Files and directories that it is about; none for all.
    pub files: Vec<String>,
    /// Where it was found out; `None` where a person wrote it down.
    pub session: Option<AgentSessionId>,
    /// For which it is; `None` for all.
    #[serde(default)]
    pub repository: Option<EquipmentId>,
    #[serde(default)]
    pub state: LearningState,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LearningState {
    /// By an agent. No agent is told.
    Suggested,
    /// By a person, who wrote it or agreed.
    #[default]
    Kept,
}

/// What an agent noted, in its words.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) pattern: String,
    pub(crate) solution: String,
    pub(crate) files: Vec<String>,
}

/// Why what an agent noted is not suggested, for the agent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSuggested {
    #[error("this is known already, or somebody has been told of it")]
    Known,
    #[error("this session has suggested {MOST_OF_SESSION} learnings, which is as many as it may")]
    Session,
    #[error("{MOST_SUGGESTED} suggestions wait for somebody to look at them; no more are taken")]
    Waiting,
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The agent can do nothing about it.
    #[error("it could not be kept; go on without")]
    Equipment(#[from] EquipmentError),
}

impl Learning {
    /// # Errors
    ///
    /// When a text is none, or more than an agent is told.
    pub fn parse(pattern: &str, solution: &str, files: Vec<String>) -> Result<Self, Invalid> {
        text("pattern", pattern, MOST_BYTES)?;
        text("solution", solution, MOST_BYTES - pattern.len())?;
        few("files", &files, MOST_FILES)?;
        if let Some(path) = files.iter().find(|it| !is_path(it)) {
            return Err(Invalid::Path { path: path.chars().take(80).collect() });
        }
        let (pattern, solution) = (pattern.trim().to_owned(), solution.trim().to_owned());
        let (session, repository, state) = (None, None, LearningState::Kept);
        Ok(Self { pattern, solution, files, session, repository, state })
    }

    /// Files of these that it is about.
    fn matches(&self, files: &[String]) -> usize {
        let is_about = |file: &&String| self.files.iter().any(|it| covers(it, file));
        files.iter().filter(is_about).count()
    }

    /// The same about the files of an earlier one too.
    fn with_files_of(mut self, earlier: Self) -> Self {
        let added = earlier.files.into_iter().filter(|it| !self.files.contains(it));
        let added: Vec<_> = added.collect();
        self.files.extend(added);
        self.files.truncate(MOST_FILES);
        self
    }

    /// Whether agents that work on a repository are told.
    fn is_told(&self, repository: EquipmentId) -> bool {
        self.state == LearningState::Kept && self.is_about(repository)
    }

    fn is_about(&self, repository: EquipmentId) -> bool {
        self.repository.is_none_or(|it| it == repository)
    }

    /// The same pattern in other letters and spaces is the same.
    fn words(&self) -> String {
        let words: Vec<_> = self.pattern.split_whitespace().map(str::to_lowercase).collect();
        words.join(" ")
    }

    fn told(&self) -> agent::context::Learning {
        let Self { pattern, solution, .. } = self.clone();
        agent::context::Learning { pattern, solution }
    }
}

fn is_path(path: &str) -> bool {
    let parts = path.trim_end_matches('/').split('/');
    let is_plain = |it: &str| !it.is_empty() && it != "." && it != "..";
    path.len() <= MOST_PATH_BYTES
        && !path.contains(char::is_control)
        && parts.into_iter().all(is_plain)
}

/// Whether a path is a file's or leads to it.
fn covers(path: &str, file: &str) -> bool {
    let rest = file.strip_prefix(path.trim_end_matches('/'));
    rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

impl Content for Learning {
    const KIND: EquipmentKind = EquipmentKind::Learning;
    const NOUN: &'static str = "learning";
    const MOST: u64 = 1000;

    /// The same words for the same repository are the same learning. Hashed, since an index has no room for them.
    fn name(&self) -> String {
        let whose = self.repository.map(|it| format!("{it} ")).unwrap_or_default();
        let hash = Sha256::digest(whose + &self.words());
        hash.iter().map(|it| format!("{it:02x}")).collect()
    }
}

impl Equipment {
    /// Keeps a learning, or changes one, and keeps one that was suggested. One about what is known already takes its
    /// place.
    ///
    /// # Errors
    ///
    /// When there is none to change, another has its pattern, there are too many, or the store fails.
    pub async fn put_learning(
        &self,
        actor: Actor,
        id: Option<EquipmentId>,
        learning: Learning,
    ) -> Result<Item<Learning>, EquipmentError> {
        let learning = match id {
            Some(id) => {
                let known = self.get::<Learning>(actor.user, id).await?.content;
                let (session, repository) = (known.session, known.repository);
                Learning { session, repository, ..learning }
            }
            None => learning,
        };
        let put = self.put(actor, (id, Whose::Mine), learning.clone()).await;
        let Err(EquipmentError::Put(PutEquipmentError::NameTaken { name })) = &put else {
            return put;
        };
        let all = self.list::<Learning>(actor.user).await?;
        match all.into_iter().find(|it| it.content.name() == *name) {
            Some(known) if id.is_none() => {
                let merged = learning.with_files_of(known.content);
                self.replace(actor, (known.id, Whose::Mine), &merged).await
            }
            Some(_) | None => put,
        }
    }

    /// Agrees to one that was suggested: agents are told from now on.
    ///
    /// # Errors
    ///
    /// When there is no such learning for them, or the store fails.
    pub async fn keep_learning(
        &self,
        actor: Actor,
        id: EquipmentId,
    ) -> Result<Item<Learning>, EquipmentError> {
        let found = self.get::<Learning>(actor.user, id).await?;
        let kept = Learning { state: LearningState::Kept, ..found.content };
        self.replace(actor, (id, found.whose), &kept).await
    }

    /// Suggests to the owner of a session what an agent noted in it, and says what of it is new.
    pub(crate) async fn suggest_learning(
        &self,
        owner: UserId,
        (session, repository): (AgentSessionId, EquipmentId),
        finding: Finding,
    ) -> Result<Learning, NotSuggested> {
        // What people cannot see they cannot agree to.
        let Finding { pattern, solution, files } = finding;
        let parsed = Learning::parse(&shaped(&pattern), &shaped(&solution), files)?;
        let learning = Learning {
            session: Some(session),
            repository: Some(repository),
            state: LearningState::Suggested,
            ..parsed
        };
        let there = self.list::<Learning>(owner).await?.into_iter().map(|it| it.content);
        let there: Vec<_> = there.collect();
        if there.iter().any(|it| it.is_about(repository) && it.words() == learning.words()) {
            return Err(NotSuggested::Known);
        }
        if there.iter().filter(|it| it.session == Some(session)).count() >= MOST_OF_SESSION {
            return Err(NotSuggested::Session);
        }
        let waiting = there.iter().filter(|it| it.state == LearningState::Suggested);
        if waiting.count() >= MOST_SUGGESTED {
            return Err(NotSuggested::Waiting);
        }
        let actor = Actor { user: owner, scopes: Scopes::NONE };
        match self.insert(actor, Whose::Mine, learning).await {
            // Another session of theirs was quicker.
            Err(EquipmentError::Put(PutEquipmentError::NameTaken { .. })) => {
                Err(NotSuggested::Known)
            }
            inserted => Ok(inserted?.content),
        }
    }

    /// Those in which each word is found, whatever its case; the latest first.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn search_learnings(
        &self,
        user: UserId,
        search: &str,
    ) -> Result<Vec<Item<Learning>>, EquipmentError> {
        let words: Vec<_> = search.split_whitespace().map(str::to_lowercase).collect();
        let mut found = self.list::<Learning>(user).await?;
        found.retain(|it| {
            let Learning { pattern, solution, files, .. } = &it.content;
            let text = format!("{pattern}\n{solution}\n{}", files.join("\n")).to_lowercase();
            words.iter().all(|it| text.contains(it))
        });
        found.sort_by_key(|it| (Reverse(it.updated_at), it.id));
        Ok(found)
    }

    /// What of the repository is worth telling about these files: first what is about most of them, then what was used
    /// often and lately. What is told counts as used.
    pub(super) async fn learnings_for(
        &self,
        owner: UserId,
        (repository, files): (EquipmentId, &[String]),
    ) -> Result<Vec<agent::context::Learning>, EquipmentError> {
        let mut learnings = self.list::<Learning>(owner).await?;
        learnings.retain(|it| it.content.is_told(repository));
        let ranked = ranked(learnings, files, self.now());
        let told: Vec<_> = ranked.into_iter().take(MOST_TOLD).collect();
        let ids: Vec<_> = told.iter().map(|it| it.id).collect();
        self.engine.store().count_equipment_uses(&ids).await?;
        Ok(told.into_iter().map(|it| it.content.told()).collect())
    }
}

fn ranked(
    mut learnings: Vec<Item<Learning>>,
    files: &[String],
    now: Timestamp,
) -> Vec<Item<Learning>> {
    let weight = |it: &Item<Learning>| {
        let age = now.as_millis().saturating_sub(it.updated_at.as_millis()).max(0);
        let uses = i64::try_from(it.uses).unwrap_or(i64::MAX).saturating_add(1);
        uses.saturating_mul(1000) / (HALF_LIFE_DAYS + age / DAY_MILLIS)
    };
    learnings
        .sort_by_cached_key(|it| (Reverse(it.content.matches(files)), Reverse(weight(it)), it.id));
    learnings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: u128, files: &[&str], uses: u64, days: i64) -> Item<Learning> {
        let files = files.iter().map(|it| (*it).to_owned()).collect();
        Item {
            id: EquipmentId::from_random(id),
            whose: Whose::Mine,
            content: Learning::parse("pattern", "solution", files).unwrap(),
            uses,
            version: 1,
            updated_at: Timestamp::from_millis(-days * DAY_MILLIS),
        }
    }

    #[test]
    fn what_is_about_the_files_comes_first_then_what_is_used_often_and_lately() {
        let all = vec![
            item(1, &[], 0, 0),
            item(2, &[], 9, 0),
            item(3, &[], 9, 300),
            item(4, &["src/other.rs"], 99, 0),
            item(5, &["src/a.rs"], 0, 900),
            item(6, &["src/"], 0, 0),
        ];
        let files = ["src/a.rs".to_owned(), "src/b.rs".to_owned()];
        let ranked = ranked(all, &files, Timestamp::from_millis(0));
        let order: Vec<_> = ranked.iter().map(|it| it.id.to_string()).collect();
        let expected = [6, 5, 4, 2, 1, 3].map(|it| EquipmentId::from_random(it).to_string());
        assert_eq!(order, expected);
    }

    #[test]
    fn a_directory_covers_what_is_in_it_and_no_neighbour() {
        assert!(covers("src", "src/a.rs") && covers("src/", "src/a.rs"));
        assert!(!covers("src/a", "src/a.rs") && !covers("src/a.rs", "src"));
    }

    #[test]
    fn the_same_pattern_in_other_letters_and_spaces_is_the_same() {
        let name = |pattern| Learning::parse(pattern, "x", Vec::new()).unwrap().name();
        assert_eq!(name("Port 80 is taken"), name(" port  80 is\ttaken\n"));
        assert_ne!(name("Port 80 is taken"), name("Port 81 is taken"));
    }

    #[test]
    fn agents_are_told_what_was_kept_for_their_repository_or_for_all() {
        let [here, elsewhere] = [1, 2].map(EquipmentId::from_random);
        let kept = Learning::parse("p", "s", Vec::new()).unwrap();
        let of = |repository, state| Learning { repository, state, ..kept.clone() };
        assert!(of(None, LearningState::Kept).is_told(here));
        assert!(of(Some(here), LearningState::Kept).is_told(here));
        assert!(!of(Some(elsewhere), LearningState::Kept).is_told(here));
        assert!(!of(None, LearningState::Suggested).is_told(here));
        assert!(!of(Some(here), LearningState::Suggested).is_told(here));
        // The same words are something else elsewhere.
        assert_ne!(of(Some(here), LearningState::Kept).name(), kept.name());
    }

    #[test]
    fn what_was_kept_before_there_were_suggestions_is_kept_for_all() {
        let stored = r#"{"pattern":"p","solution":"s","files":[],"session":null}"#;
        let read: Learning = serde_json::from_str(stored).unwrap();
        assert_eq!((read.repository, read.state), (None, LearningState::Kept));
    }

    #[test]
    fn a_learning_names_files_within_the_repository() {
        for path in ["/etc/passwd", "../x", "a//b", "", "a/\n", &"x".repeat(201)] {
            let refused = Learning::parse("p", "s", vec![path.to_owned()]);
            assert!(matches!(refused, Err(Invalid::Path { .. })), "{path:?}");
        }
    }
}
