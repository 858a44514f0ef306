//! Makes agent sessions happen.
//!
//! ```text
//!   equipment   what people prepare for sessions: repositories, personas, context files, MCP servers, tool
//!               policies, learnings, templates
//! ```

mod equipment;

pub use equipment::{
    Actor, Content, ContextFile, Equipment, EquipmentError, ForgeKind, Invalid, Item, Learning,
    McpServer, McpTestError, Persona, PersonaId, Repository, ResolvedServers, SessionBriefing,
    StoredPolicy, Template, Tool, Whose,
};
