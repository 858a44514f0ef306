//! Any agent that speaks the Agent Client Protocol, version 1: JSON-RPC in lines.
//!
//! The protocol's own crates are not used. `agent-client-protocol` brings its own runtime, and
//! `agent-client-protocol-schema` turns on `serde_json/preserve_order`, which would put every JSON object
//! of the hub into another order, those that are hashed too. We say eight messages of it.
//!
//! It has no hook: what an agent does without asking is not decided by the policy, only contained by the
//! sandbox. Files and terminals of ours are not offered, so it acts in its sandbox alone.

mod conversation;
mod wire;

use std::collections::BTreeMap;

use super::{Assignment, Conversation, Harness, Startup};

pub use conversation::AcpConversation;

/// An agent program that speaks ACP on its standard input and output.
#[derive(Clone, Debug)]
pub struct AcpAgent {
    pub program: String,
    pub arguments: Vec<String>,
    /// The checkout, in the sandbox.
    pub directory: String,
}

impl Harness for AcpAgent {
    fn name(&self) -> &'static str {
        "acp"
    }

    fn startup(&self, assignment: &Assignment) -> Startup {
        let environment = [
            ("HOME", assignment.home.as_str()),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("LANG", "C.UTF-8"),
            ("ANTHROPIC_BASE_URL", &assignment.gateway.url),
            ("ANTHROPIC_AUTH_TOKEN", &assignment.gateway.token.0),
        ];
        Startup {
            program: self.program.clone(),
            arguments: self.arguments.clone(),
            environment: BTreeMap::from(environment.map(|(k, v)| (k.to_owned(), v.to_owned()))),
            files: Vec::new(),
        }
    }

    fn conversation(&self, assignment: &Assignment) -> Box<dyn Conversation> {
        Box::new(AcpConversation::new(&self.directory, assignment))
    }
}
