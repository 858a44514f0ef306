//! Tries an MCP server: starts it in a sandbox of its own and asks for its tools.
//!
//! ```text
//!  initialize ─▶ result ─▶ notifications/initialized, tools/list ─▶ result ─┬─▶ tools
//!                                            ▲────────── nextCursor ────────┘
//! ```
//!
//! What the server says is hostile: it has twenty seconds and 256 KiB, and secrets are hidden in what is kept.

use std::{collections::BTreeMap, io, pin::pin, time::Duration};

use bytes::Bytes;
use document::Runtime;
use engine::{CodeError, CodeOrder, Ending, Input, InputStream, OpenedSecrets, Sink, Snippet};
use futures_util::stream;
use model::{
    event::{EventKind, Failure},
    execution::Outcome,
    id::EquipmentId,
    principal::Principal,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Equipment, EquipmentError, McpServer, mcp_server::Transport};

const PATIENCE: Duration = Duration::from_secs(20);
const MOST_BYTES: usize = 256 * 1024;
const MOST_TOOLS: usize = 1000;
const MOST_PAGES: u64 = 20;
const PROTOCOL: &str = "2025-06-18";

/// Becomes the server, so that it is the server that reads and is stopped.
const START: &str = "exec \"$@\"\n";

/// A tool that a server has, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    pub name: String,
    pub description: String,
}

#[derive(Debug, thiserror::Error)]
pub enum McpTestError {
    #[error(
        "only servers of the type stdio can be tried here; an agent is the first to ask this one"
    )]
    Remote,
    #[error("the server did not list its tools within {} seconds", PATIENCE.as_secs())]
    Silent,
    #[error("the server said more than {MOST_BYTES} bytes before it had listed its tools")]
    TooMuch,
    #[error("the server ended before it had listed its tools: {why}")]
    Ended { why: String },
    #[error("the server does not speak MCP: {why}")]
    Odd { why: String },
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error(transparent)]
    Equipment(#[from] EquipmentError),
}

impl Equipment {
    /// Starts a server for the one who asks, with the network that sessions have, and lists its tools.
    ///
    /// # Errors
    ///
    /// When they have no such server, one of its secrets is not there, or it does not list its tools in time.
    pub async fn test_mcp_server(
        &self,
        principal: Principal,
        id: EquipmentId,
    ) -> Result<Vec<Tool>, McpTestError> {
        let server = self.get::<McpServer>(principal.user, id).await?.content;
        let (config, secrets) = self.resolve_mcp_server(principal.user, &server).await?;
        let resolved = serde_json::from_value(config).map_err(|error| odd(&error))?;
        let (snippet, stdin, env) = match resolved {
            Transport::Stdio { command, args, env } => program(command, args, env),
            Transport::Sse { .. } | Transport::Http { .. } => return Err(McpTestError::Remote),
        };
        let order = CodeOrder {
            snippet: Snippet { env, ..snippet },
            limits: self.engine.code_limits(),
            network: self.engine.offered_network().clone(),
            dependencies: Vec::new(),
            principal,
        };
        let tools = self.converse(order, stdin).await?;
        Ok(tools.into_iter().map(|it| it.hidden(&secrets)).collect())
    }

    async fn converse(
        &self,
        order: CodeOrder,
        stdin: mpsc::UnboundedSender<Bytes>,
    ) -> Result<Vec<Tool>, McpTestError> {
        let (said, hearing) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let running = async {
            // Dropped at the end, so that whoever hears knows that nothing more comes.
            let mut sink = Said { said, left: MOST_BYTES };
            self.engine.run_code(order, &stop, &mut sink).await
        };
        let asking = Conversation { stdin, hearing, held: Vec::new() }.list();
        let (mut asking, mut running) = (pin!(asking), pin!(running));
        let ending = tokio::select! {
            biased;
            tools = &mut asking => return tools,
            ending = &mut running => ending?,
            () = tokio::time::sleep(PATIENCE) => return Err(McpTestError::Silent),
        };
        match asking.await {
            Err(McpTestError::Ended { .. }) => Err(ended(&ending)),
            heard => heard,
        }
    }
}

type Started = (Snippet, mpsc::UnboundedSender<Bytes>, Vec<(String, String)>);

fn program(command: String, args: Vec<String>, env: BTreeMap<String, String>) -> Started {
    // Bounded by what is asked, which is little.
    let (stdin, asked) = mpsc::unbounded_channel::<Bytes>();
    let asked = stream::unfold(asked, async |mut asked| {
        let bytes = asked.recv().await?;
        Some((io::Result::Ok(bytes), asked))
    });
    let mut snippet = Snippet::new(Runtime::Bash, START.to_owned());
    snippet.args = [command].into_iter().chain(args).collect();
    snippet.stdin = Input::Stream(InputStream::new(asked));
    (snippet, stdin, env.into_iter().collect())
}

fn ended(ending: &Ending) -> McpTestError {
    let why = match ending {
        Ending::Outcome { outcome: Outcome::Exited { code }, .. } => {
            format!("it exited with code {code}")
        }
        Ending::Outcome { outcome, .. } => format!("it was {}", outcome.kind().name()),
        // What we said no to is said below.
        Ending::Failure(failure) if failure.error == TOO_MUCH => return McpTestError::TooMuch,
        Ending::Failure(failure) => failure.message.clone(),
    };
    McpTestError::Ended { why }
}

/// How it ended is not known here.
fn gone() -> McpTestError {
    McpTestError::Ended { why: "it says nothing more".to_owned() }
}

fn odd(error: &dyn std::fmt::Display) -> McpTestError {
    McpTestError::Odd { why: error.to_string() }
}

const TOO_MUCH: &str = "too_much";

/// Passes on what the server writes on its standard output, up to a bound.
struct Said {
    said: mpsc::UnboundedSender<Vec<u8>>,
    left: usize,
}

impl Sink for Said {
    async fn append(&mut self, events: Vec<EventKind>) -> Result<(), Failure> {
        for event in events {
            let EventKind::Stdout(chunk) = event else { continue };
            let bytes = chunk.bytes();
            self.left = self.left.checked_sub(bytes.len()).ok_or_else(|| Failure {
                error: TOO_MUCH.to_owned(),
                message: McpTestError::TooMuch.to_string(),
            })?;
            // Who does not listen has heard enough.
            drop(self.said.send(bytes));
        }
        Ok(())
    }
}

struct Conversation {
    stdin: mpsc::UnboundedSender<Bytes>,
    hearing: mpsc::UnboundedReceiver<Vec<u8>>,
    held: Vec<u8>,
}

#[derive(Deserialize)]
struct Answer {
    id: Option<Value>,
    result: Option<Value>,
    error: Option<Refused>,
}

#[derive(Deserialize)]
struct Refused {
    message: String,
}

#[derive(Deserialize)]
struct ToolPage {
    tools: Vec<ListedTool>,
    #[serde(rename = "nextCursor")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct ListedTool {
    name: String,
    description: Option<String>,
}

impl Conversation {
    async fn list(mut self) -> Result<Vec<Tool>, McpTestError> {
        let client = json!({ "name": "runbook", "version": env!("CARGO_PKG_VERSION") });
        let hello =
            json!({ "protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": client });
        self.ask(0, "initialize", &hello).await?;
        self.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        let mut tools = Vec::new();
        let mut cursor = None;
        for number in 1..=MOST_PAGES {
            let params = cursor.map_or_else(|| json!({}), |it: String| json!({ "cursor": it }));
            let page = self.ask(number, "tools/list", &params).await?;
            let page: ToolPage = serde_json::from_value(page).map_err(|it| odd(&it))?;
            let listed = page
                .tools
                .into_iter()
                .map(|it| Tool { name: it.name, description: it.description.unwrap_or_default() });
            tools.extend(listed);
            tools.truncate(MOST_TOOLS);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(tools)
    }

    fn say(&self, message: &Value) {
        // A server that reads no more says why by how it ends.
        drop(self.stdin.send(Bytes::from(format!("{message}\n"))));
    }

    async fn ask(
        &mut self,
        number: u64,
        method: &str,
        params: &Value,
    ) -> Result<Value, McpTestError> {
        self.say(&json!({ "jsonrpc": "2.0", "id": number, "method": method, "params": params }));
        loop {
            let line = self.line().await.ok_or_else(gone)?;
            let answer: Answer = serde_json::from_slice(&line).map_err(|it| odd(&it))?;
            // It may notify, and ask something itself, which need not be answered to list tools.
            if answer.id != Some(number.into()) {
                continue;
            }
            return match (answer.result, answer.error) {
                (Some(result), None) => Ok(result),
                (_, Some(Refused { message })) => Err(McpTestError::Odd {
                    why: format!("{method} was answered with {message:?}"),
                }),
                (None, None) => {
                    Err(McpTestError::Odd { why: format!("{method} was answered with nothing") })
                }
            };
        }
    }

    /// The next line that is not blank, until the program has ended.
    async fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            while let Some(end) = self.held.iter().position(|it| *it == b'\n') {
                let line: Vec<_> = self.held.drain(..=end).collect();
                if !line.trim_ascii().is_empty() {
                    return Some(line);
                }
            }
            self.held.extend(self.hearing.recv().await?);
        }
    }
}

impl Tool {
    fn hidden(self, secrets: &OpenedSecrets) -> Self {
        Self { name: secrets.hide(&self.name), description: secrets.hide(&self.description) }
    }
}
