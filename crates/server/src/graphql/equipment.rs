//! What sessions are equipped with, as the schema has it.

use agent::policy::{self, Lists};
use async_graphql::{Enum, ID, InputObject, Json, SimpleObject};
use model::id::EquipmentId;
use orchestrator::{Invalid, Item, StoredPolicy, Whose};
use serde_json::Value;

use super::scalars::Timestamp;

/// hub: for everybody, written by administrators; mine: the viewer's own.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum Scope {
    Mine,
    Hub,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum Phase {
    Planning,
    Executing,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum ForgeKind {
    #[graphql(name = "GITHUB")]
    GitHub,
    #[graphql(name = "GITLAB")]
    GitLab,
    Git,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum Unlisted {
    Ask,
    Deny,
}

#[derive(SimpleObject)]
pub(super) struct Repository {
    pub(super) id: ID,
    /// where git finds it, without user and password
    address: String,
    /// owner/name for people
    name: String,
    forge: ForgeKind,
    api: Option<String>,
    secret: Option<String>,
    default_branch: Option<String>,
    scope: Scope,
    /// the hub's GitHub App speaks for it; then no secret does
    app: bool,
}

/// The GitHub App of this hub.
#[derive(SimpleObject)]
pub(super) struct ForgeApp {
    id: String,
    api: String,
    webhook_url: String,
    /// owner/name of what it is installed for, by name; at most 500
    repositories: Vec<AppRepository>,
}

#[derive(SimpleObject)]
pub(super) struct AppRepository {
    address: String,
    name: String,
    kept: bool,
}

/// What is set at a forge, so that it tells what happens there.
#[derive(SimpleObject)]
pub(super) struct Webhook {
    pub(super) url: String,
    /// only its owner is told
    pub(super) secret: String,
}

#[derive(SimpleObject)]
pub(super) struct Persona {
    pub(super) id: ID,
    name: String,
    phase: Option<Phase>,
    instructions: String,
    scope: Scope,
    /// comes with the product: may not be deleted
    built_in: bool,
}

#[derive(SimpleObject)]
pub(super) struct ContextFile {
    pub(super) id: ID,
    title: String,
    text: String,
    /// paths in backticks, in order
    paths: Vec<String>,
    repository: Option<ID>,
    scope: Scope,
}

#[derive(SimpleObject)]
pub(super) struct McpServer {
    pub(super) id: ID,
    name: String,
    /// as in mcpServers of a .mcp.json: {type, command, args, env} or {type, url, headers}; secrets as ${NAME}
    config: Json<Value>,
    scope: Scope,
    enabled: bool,
}

#[derive(SimpleObject)]
pub(super) struct ToolLists {
    allow: Vec<String>,
    deny: Vec<String>,
    /// ASK or DENY
    unlisted: Unlisted,
}

#[derive(SimpleObject)]
pub(super) struct ToolPolicy {
    planning: ToolLists,
    executing: ToolLists,
    /// whether nobody has changed it
    is_default: bool,
}

#[derive(SimpleObject)]
pub(super) struct Learning {
    pub(super) id: ID,
    pattern: String,
    solution: String,
    files: Vec<String>,
    session: Option<ID>,
    /// for which it is; null: for all
    repository: Option<ID>,
    state: LearningState,
    uses: u64,
    at: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum LearningState {
    /// an agent wrote it down; no agent is told it before a person keeps it
    Suggested,
    Kept,
}

#[derive(SimpleObject)]
pub(super) struct Template {
    pub(super) id: ID,
    title: String,
    category: String,
    text: String,
    scope: Scope,
    uses: u64,
    version: u64,
}

#[derive(SimpleObject)]
pub(super) struct ToolList {
    pub(super) server: String,
    pub(super) tools: Vec<ToolInfo>,
}

#[derive(SimpleObject)]
pub(super) struct ToolInfo {
    pub(super) name: String,
    pub(super) description: String,
}

#[derive(InputObject)]
pub(super) struct RepositoryInput {
    pub(super) address: String,
    pub(super) forge: ForgeKind,
    pub(super) api: Option<String>,
    /// name of a secret with a token
    pub(super) secret: Option<String>,
    #[graphql(default_with = "Some(Scope::Mine)")]
    pub(super) scope: Option<Scope>,
    /// true only with scope HUB
    #[graphql(default_with = "Some(false)")]
    pub(super) app: Option<bool>,
}

#[derive(InputObject)]
pub(super) struct PersonaInput {
    pub(super) name: String,
    pub(super) phase: Option<Phase>,
    pub(super) instructions: String,
    #[graphql(default_with = "Some(Scope::Mine)")]
    pub(super) scope: Option<Scope>,
}

#[derive(InputObject)]
pub(super) struct ContextFileInput {
    pub(super) text: String,
    pub(super) repository: Option<ID>,
    #[graphql(default_with = "Some(Scope::Mine)")]
    pub(super) scope: Option<Scope>,
}

#[derive(InputObject)]
pub(super) struct McpServerInput {
    pub(super) name: String,
    pub(super) config: Json<Value>,
    #[graphql(default_with = "Some(true)")]
    pub(super) enabled: Option<bool>,
    #[graphql(default_with = "Some(Scope::Mine)")]
    pub(super) scope: Option<Scope>,
}

#[derive(InputObject)]
pub(super) struct ToolListsInput {
    allow: Vec<String>,
    deny: Vec<String>,
    unlisted: Unlisted,
}

#[derive(InputObject)]
pub(super) struct LearningInput {
    pub(super) pattern: String,
    pub(super) solution: String,
    #[graphql(default_with = "Some(Vec::new())")]
    pub(super) files: Option<Vec<String>>,
}

#[derive(InputObject)]
pub(super) struct TemplateInput {
    pub(super) title: String,
    pub(super) category: String,
    pub(super) text: String,
    #[graphql(default_with = "Some(Scope::Mine)")]
    pub(super) scope: Option<Scope>,
}

impl Scope {
    /// What is asked for; one's own where nothing is.
    pub(super) fn whose(scope: Option<Self>) -> Whose {
        match scope {
            Some(Self::Hub) => Whose::Hub,
            Some(Self::Mine) | None => Whose::Mine,
        }
    }
}

impl From<Whose> for Scope {
    fn from(whose: Whose) -> Self {
        match whose {
            Whose::Mine => Self::Mine,
            Whose::Hub => Self::Hub,
        }
    }
}

impl From<policy::Phase> for Phase {
    fn from(phase: policy::Phase) -> Self {
        match phase {
            policy::Phase::Planning => Self::Planning,
            policy::Phase::Executing => Self::Executing,
        }
    }
}

impl From<Phase> for policy::Phase {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Planning => Self::Planning,
            Phase::Executing => Self::Executing,
        }
    }
}

impl From<ForgeKind> for orchestrator::ForgeKind {
    fn from(kind: ForgeKind) -> Self {
        match kind {
            ForgeKind::GitHub => Self::GitHub,
            ForgeKind::GitLab => Self::GitLab,
            ForgeKind::Git => Self::Git,
        }
    }
}

impl From<orchestrator::ForgeKind> for ForgeKind {
    fn from(kind: orchestrator::ForgeKind) -> Self {
        match kind {
            orchestrator::ForgeKind::GitHub => Self::GitHub,
            orchestrator::ForgeKind::GitLab => Self::GitLab,
            orchestrator::ForgeKind::Git => Self::Git,
        }
    }
}

impl From<policy::Unlisted> for Unlisted {
    fn from(unlisted: policy::Unlisted) -> Self {
        match unlisted {
            policy::Unlisted::Ask => Self::Ask,
            policy::Unlisted::Deny => Self::Deny,
        }
    }
}

impl From<Item<orchestrator::Repository>> for Repository {
    fn from(item: Item<orchestrator::Repository>) -> Self {
        let orchestrator::Repository { address, name, forge, api, secret, app } = item.content;
        let (id, scope) = (ID(item.id.to_string()), item.whose.into());
        let forge = forge.into();
        Self { id, address, name, forge, api, secret, default_branch: None, scope, app }
    }
}

impl From<orchestrator::AppStanding> for ForgeApp {
    fn from(standing: orchestrator::AppStanding) -> Self {
        let orchestrator::AppStanding { id, api, webhook_url, repositories } = standing;
        let shown = |it: orchestrator::AppRepository| AppRepository {
            address: it.address,
            name: it.name,
            kept: it.kept == orchestrator::Kept::Yes,
        };
        let repositories = repositories.into_iter().map(shown).collect();
        Self { id: id.to_string(), api, webhook_url, repositories }
    }
}

impl Repository {
    /// In the place of one that its owner has removed, while a session of it is still there.
    pub(super) fn removed(id: EquipmentId) -> Self {
        Self {
            id: ID(id.to_string()),
            address: String::new(),
            name: "a repository that was removed".to_owned(),
            forge: ForgeKind::Git,
            api: None,
            secret: None,
            default_branch: None,
            scope: Scope::Mine,
            app: false,
        }
    }
}

impl From<orchestrator::NamedPersona> for Persona {
    fn from(named: orchestrator::NamedPersona) -> Self {
        let orchestrator::Persona { name, phase, instructions, .. } = named.persona;
        Self {
            id: ID(named.id.to_string()),
            name,
            phase: phase.map(Phase::from),
            instructions,
            scope: named.whose.into(),
            built_in: matches!(named.id, orchestrator::PersonaId::BuiltIn(_)),
        }
    }
}

impl From<Item<orchestrator::ContextFile>> for ContextFile {
    fn from(item: Item<orchestrator::ContextFile>) -> Self {
        let file = item.content;
        Self {
            id: ID(item.id.to_string()),
            title: file.title(),
            paths: file.read().paths,
            text: file.text,
            repository: file.repository.map(|it| ID(it.to_string())),
            scope: item.whose.into(),
        }
    }
}

impl From<Item<orchestrator::McpServer>> for McpServer {
    fn from(item: Item<orchestrator::McpServer>) -> Self {
        let orchestrator::McpServer { name, transport, enabled } = item.content;
        let (id, config) = (ID(item.id.to_string()), Json(transport.config()));
        Self { id, name, config, scope: item.whose.into(), enabled }
    }
}

impl From<Lists> for ToolLists {
    fn from(lists: Lists) -> Self {
        let texts = |patterns: Vec<policy::Pattern>| {
            patterns.into_iter().map(|it| it.to_string()).collect()
        };
        let Lists { allow, deny, unlisted } = lists;
        Self { allow: texts(allow), deny: texts(deny), unlisted: unlisted.into() }
    }
}

impl From<Option<StoredPolicy>> for ToolPolicy {
    fn from(stored: Option<StoredPolicy>) -> Self {
        let is_default = stored.is_none();
        let StoredPolicy { planning, executing } = stored.unwrap_or_default();
        Self { planning: planning.into(), executing: executing.into(), is_default }
    }
}

impl ToolListsInput {
    pub(super) fn parse(&self) -> Result<Lists, Invalid> {
        let unlisted = match self.unlisted {
            Unlisted::Ask => policy::Unlisted::Ask,
            Unlisted::Deny => policy::Unlisted::Deny,
        };
        StoredPolicy::lists(&self.allow, &self.deny, unlisted)
    }
}

impl From<Item<orchestrator::Learning>> for Learning {
    fn from(item: Item<orchestrator::Learning>) -> Self {
        let orchestrator::Learning { pattern, solution, files, session, repository, state } =
            item.content;
        Self {
            id: ID(item.id.to_string()),
            pattern,
            solution,
            files,
            session: session.map(|it| ID(it.to_string())),
            repository: repository.map(|it| ID(it.to_string())),
            state: match state {
                orchestrator::LearningState::Suggested => LearningState::Suggested,
                orchestrator::LearningState::Kept => LearningState::Kept,
            },
            uses: item.uses,
            at: Timestamp(item.updated_at),
        }
    }
}

impl From<Item<orchestrator::Template>> for Template {
    fn from(item: Item<orchestrator::Template>) -> Self {
        let orchestrator::Template { title, category, text } = item.content;
        let (id, scope) = (ID(item.id.to_string()), item.whose.into());
        Self { id, title, category, text, scope, uses: item.uses, version: item.version }
    }
}

impl From<orchestrator::Tool> for ToolInfo {
    fn from(tool: orchestrator::Tool) -> Self {
        let orchestrator::Tool { name, description } = tool;
        Self { name, description }
    }
}
