//! An MCP server that is a program: started in a sandbox of its own, asked line by line.

use std::{collections::BTreeMap, io, pin::pin};

use bytes::Bytes;
use document::Runtime;
use engine::{CodeOrder, Ending, Input, InputStream, Sink, Snippet};
use futures_util::stream;
use model::{
    event::{EventKind, Failure},
    execution::Outcome,
    principal::Principal,
};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Equipment, MOST_BYTES, McpTestError, Tool, Wire, answer, list};

/// Becomes the server, so that it is the server that reads and is stopped.
const START: &str = "exec \"$@\"\n";

/// A server that is to be started, and what it will read.
pub(super) struct Started {
    snippet: Snippet,
    stdin: mpsc::UnboundedSender<Bytes>,
}

impl Started {
    pub(super) fn new(command: &str, args: &[String], env: &BTreeMap<String, String>) -> Self {
        // Bounded by what is asked, which is little.
        let (stdin, asked) = mpsc::unbounded_channel::<Bytes>();
        let asked = stream::unfold(asked, async |mut asked| {
            let bytes = asked.recv().await?;
            Some((io::Result::Ok(bytes), asked))
        });
        let mut snippet = Snippet::new(Runtime::Bash, START.to_owned());
        snippet.args = [command.to_owned()].into_iter().chain(args.iter().cloned()).collect();
        snippet.env = env.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        snippet.stdin = Input::Stream(InputStream::new(asked));
        Self { snippet, stdin }
    }
}

impl Equipment {
    pub(super) async fn start_mcp_server(
        &self,
        principal: Principal,
        Started { snippet, stdin }: Started,
    ) -> Result<Vec<Tool>, McpTestError> {
        let order = CodeOrder {
            snippet,
            limits: self.engine.code_limits(),
            network: self.engine.offered_network().clone(),
            dependencies: Vec::new(),
            principal,
        };
        let (said, hearing) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let running = async {
            // Dropped at the end, so that whoever hears knows that nothing more comes.
            let mut sink = Said { said, left: MOST_BYTES };
            self.engine.run_code(order, &stop, &mut sink).await
        };
        let mut lines = Lines { stdin, hearing, held: Vec::new() };
        let asking = list(&mut lines);
        let (mut asking, mut running) = (pin!(asking), pin!(running));
        let ending = tokio::select! {
            biased;
            tools = &mut asking => return tools,
            ending = &mut running => ending?,
        };
        match asking.await {
            Err(McpTestError::Ended { .. }) => Err(ended(&ending)),
            heard => heard,
        }
    }
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

/// Its standard input and output.
struct Lines {
    stdin: mpsc::UnboundedSender<Bytes>,
    hearing: mpsc::UnboundedReceiver<Vec<u8>>,
    held: Vec<u8>,
}

impl Lines {
    /// The next line that is not blank, until the program has ended.
    async fn next(&mut self) -> Option<Vec<u8>> {
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

impl Wire for Lines {
    async fn say(&mut self, message: &Value) -> Result<(), McpTestError> {
        // A server that reads no more says why by how it ends.
        drop(self.stdin.send(Bytes::from(format!("{message}\n"))));
        Ok(())
    }

    async fn ask(&mut self, numbered: (u64, &str), message: &Value) -> Result<Value, McpTestError> {
        self.say(message).await?;
        loop {
            let line = self.next().await.ok_or_else(gone)?;
            if let Some(answer) = answer(&line, numbered) {
                return answer;
            }
        }
    }
}
