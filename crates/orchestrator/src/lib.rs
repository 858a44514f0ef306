//! Makes agent sessions happen.
//!
//! ```text
//!   equipment   what people prepare for sessions: repositories, personas, context files, MCP servers, tool
//!               policies, learnings, templates
//!   app         the hub's GitHub App
//!   agents      all sessions of a hub ─▶ owner: the one task that changes a session
//!   owner       requests, facts ─▶ agent::session ─▶ stored ─▶ live ─▶ what follows:
//!                 prepare   repository, sandbox, clean checkout      bench, ground, files
//!                 dialogue  an agent's program and its tool calls    assignment
//!                 checks    what must pass
//!                 deliver   commit, push, pull request
//!   usage       what was asked of models, kept and summed; what each user may spend in a month
//! ```
//!
//! An agent and its tools run in the session's sandbox only. What opens the repository, the model and secrets stays
//! on this side; what comes out of a sandbox is hostile bytes.

mod agents;
mod app;
mod assignment;
mod bench;
mod checks;
mod deliver;
mod dialogue;
mod equipment;
mod files;
mod ground;
mod live;
mod orders;
mod owner;
mod prepare;
mod settings;
mod terminals;
mod usage;
mod view;
mod watching;
mod webhooks;

pub use agents::{Agents, AgentsConfig, DiffError, NewSession, RequestError};
pub use app::{AppRepository, AppStanding, HubApp, InvalidApp, Kept};
pub use bench::CHECKOUT_DIRECTORY;
pub use equipment::{
    Actor, Content, ContextFile, Equipment, EquipmentError, ForgeKind, Invalid, Item, Learning,
    LearningState, McpServer, McpTestError, NamedPersona, Persona, PersonaId, Repository,
    ResolvedServers, SessionBriefing, StoredPolicy, Template, Tool, Whose,
};
pub use ground::GroundError;
pub use live::{Delta, FeedItem};
pub use settings::{InvalidSettings, SettingsChange};
pub use terminals::VisitError;
pub use usage::{Share, UsageError, UsageOf, UsageReport, report as usage_report};
pub use view::{Began, Listed, Record, StepCounts, Summary, View};
pub use webhooks::WebhookError;
