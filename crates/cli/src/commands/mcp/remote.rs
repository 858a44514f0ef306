//! The tools of a hub, at the other end of a connection: asked for once, and each call passed on as it is.

use ::mcp::{Answer, Tool, Tools, Unread};
use hyper::Method;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use crate::{args::ServerFlags, commands::job::Hub, failure::Failure};

/// What we speak with the hub; it needs no more than single requests.
const PROTOCOL: &str = "2025-06-18";

pub(super) struct RemoteTools {
    hub: Hub,
    instructions: String,
    tools: Vec<Tool>,
}

impl RemoteTools {
    /// Asks the hub what it offers to the token's owner.
    pub(super) async fn connect(flags: ServerFlags) -> Result<Self, Failure> {
        let address = flags.server.clone();
        let hub = Hub::new(flags)?;
        let odd = |what: &str| {
            Failure::unavailable(format!(
                "the hub at {address} {what}; is it older than this program?"
            ))
        };
        let client = json!({ "name": "runbook", "version": env!("CARGO_PKG_VERSION") });
        let hello =
            json!({ "protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": client });
        let mut hello = ask(&hub, "initialize", hello).await?;
        let Value::String(instructions) = hello["result"]["instructions"].take() else {
            return Err(odd("speaks no MCP"));
        };
        let mut offered = ask(&hub, "tools/list", json!({})).await?;
        let tools = serde_json::from_value(offered["result"]["tools"].take());
        let tools = tools.map_err(|_| odd("offers no tools"))?;
        Ok(Self { hub, instructions, tools })
    }
}

async fn ask(hub: &Hub, method: &str, params: Value) -> Result<Value, Failure> {
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    hub.json(Method::POST, "/mcp", Some(&message)).await
}

impl Tools for RemoteTools {
    fn instructions(&self) -> String {
        self.instructions.clone()
    }

    fn offered(&self) -> Vec<Tool> {
        self.tools.clone()
    }

    async fn call(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        stop: CancellationToken,
    ) -> Result<Answer, Unread> {
        let params = json!({ "name": name, "arguments": arguments });
        // Closing the connection is what ends a call on the hub.
        let answered = stop.run_until_cancelled(ask(&self.hub, "tools/call", params)).await;
        let mut answer = match answered {
            None => return Ok(Answer::refused("cancelled")),
            Some(Ok(answer)) => answer,
            Some(Err(failure)) => {
                return Ok(Answer::refused(failure.message.unwrap_or_default()));
            }
        };
        if let Some(words) = answer["error"]["message"].as_str() {
            return Ok(Answer::refused(words));
        }
        let read = Answer::read(answer["result"].take());
        Ok(read.unwrap_or_else(|error| Answer::refused(format_args!("the hub's answer: {error}"))))
    }
}
