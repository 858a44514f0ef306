//! An agent that says what a script has: for tests, and above all of what goes wrong.
//!
//! It is a program of its own (`scripted-agent`), which speaks the dialect of Claude Code, so that the same
//! conversation meets a real process. No model is asked and no tool does anything. It is not shipped.

mod player;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Assignment, Conversation, Harness, PlacedFile, Startup, claude::ClaudeConversation};

pub use player::{Ending, play};

/// The version that the program says it has.
pub const VERSION: &str = "scripted";

/// What the program does, from its start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Script {
    pub acts: Vec<Act>,
    /// How it takes a polite request to end.
    #[serde(default)]
    pub termination: Termination,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Termination {
    #[default]
    Heeded,
    Ignored,
}

/// One thing that the program does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Waits for a prompt, and begins a turn with it.
    Await,
    /// Waits for one more prompt, which the turn takes in.
    Merge,
    Say {
        text: String,
    },
    /// Asks to use a tool, as far as the hook and a person let it, and says the result.
    Use {
        name: String,
        input: Value,
        result: String,
    },
    /// Ends the turn. `fields` take the place of those of a success.
    EndTurn {
        #[serde(default)]
        fields: BTreeMap<String, Value>,
    },
    /// Says a message of any form.
    Tell {
        message: Value,
    },
    /// Writes bytes that need not be a message.
    Write {
        bytes: Vec<u8>,
    },
    /// Writes so many bytes without the end of a line.
    Flood {
        bytes: usize,
    },
    /// Does nothing any more, whatever comes.
    Hang,
    /// Waits for an assignment of this kind and accepts it.
    Obey {
        subtype: String,
    },
    /// Ends at once, as by a fault of its own.
    Die,
    Exit {
        code: u8,
    },
}

/// The scripted agent.
#[derive(Clone, Debug)]
pub struct Scripted {
    /// Its path in the sandbox.
    pub program: String,
    pub script: Script,
}

impl Harness for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn startup(&self, assignment: &Assignment) -> Startup {
        let path = format!("{}/script.json", assignment.home);
        let content = serde_json::to_string(&self.script).expect("scripts have text keys alone");
        let start = match self.script.termination {
            Termination::Heeded => "exec \"$0\" \"$@\"",
            // What is ignored before a program starts stays ignored in it.
            Termination::Ignored => "trap '' TERM; exec \"$0\" \"$@\"",
        };
        Startup {
            program: "/bin/sh".to_owned(),
            arguments: ["-c", start, &self.program, &path].map(str::to_owned).into(),
            environment: BTreeMap::from([("HOME".to_owned(), assignment.home.clone())]),
            files: vec![PlacedFile { path, content }],
        }
    }

    fn conversation(&self, assignment: &Assignment) -> Box<dyn Conversation> {
        Box::new(ClaudeConversation::new(VERSION, assignment.phase))
    }
}
