//! The protocol, in both of its generations: whoever says `initialize` first is answered as before, and whoever
//! sends each request by itself, as MCP 2026-07-28 has it, needs no handshake. Nothing is kept between requests.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{Full, combinators::BoxBody};
use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt,
    model::{
        CallToolRequestParams, CallToolResponse, Implementation, ListToolsResult,
        PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
    transport::{
        StreamableHttpServerConfig, StreamableHttpService,
        streamable_http_server::session::never::NeverSessionManager,
    },
};
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use crate::{Answer, Unread};

/// Who answers calls.
pub trait Tools: Send + Sync + 'static {
    /// What a model is told once, about all of them.
    fn instructions(&self) -> String;

    fn offered(&self) -> Vec<Tool>;

    /// Answers a call. When `stop` is cancelled nobody waits for the answer any more, and what was begun ends.
    ///
    /// # Errors
    ///
    /// When there is no such tool. All else is told by the answer.
    fn call(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        stop: CancellationToken,
    ) -> impl Future<Output = Result<Answer, Unread>> + Send;
}

struct Handler<T>(Arc<T>);

impl<T> Clone for Handler<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Tools> ServerHandler for Handler<T> {
    fn get_info(&self) -> ServerConfig {
        let us = Implementation::new("runbook", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(us)
            .with_instructions(self.0.instructions())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.0.offered()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        match self.0.call(&request.name, arguments, context.ct.clone()).await {
            Ok(Answer(result)) => Ok(result.into()),
            Err(error @ Unread::NoSuchTool(_)) => {
                Err(ErrorData::invalid_params(error.to_string(), None))
            }
            // A model reads this, and calls again.
            Err(error @ Unread::Arguments { .. }) => Ok(Answer::refused(error).0.into()),
        }
    }
}

/// Answers one message that came as a request of HTTP, with one message in JSON. Who asks, and whether they may, is
/// known by now.
pub async fn answer<T: Tools>(
    tools: T,
    request: Request<Full<Bytes>>,
) -> Response<BoxBody<Bytes, Infallible>> {
    let handler = Handler(Arc::new(tools));
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(usize::MAX)
        // The caller's router has looked at both.
        .disable_allowed_hosts()
        .disable_allowed_origins();
    let sessions = Arc::new(NeverSessionManager::default());
    StreamableHttpService::new(move || Ok(handler.clone()), sessions, config).handle(request).await
}

/// The other end went away, or says what is no MCP.
#[derive(Debug, thiserror::Error)]
#[error("the client cannot be served: {0}")]
pub struct BrokenPipe(String);

/// Serves one client, a message a line, until it goes or `stop` is cancelled.
///
/// # Errors
///
/// When the client does not begin as clients of MCP do.
pub async fn serve<T: Tools>(
    tools: T,
    read: impl AsyncRead + Send + Unpin + 'static,
    write: impl AsyncWrite + Send + Unpin + 'static,
    stop: CancellationToken,
) -> Result<(), BrokenPipe> {
    let handler = Handler(Arc::new(tools));
    let begun = tokio::select! {
        // It cancels its own when it is over.
        begun = handler.serve_with_ct((read, write), stop.child_token()) => begun,
        () = stop.cancelled() => return Ok(()),
    };
    let serving = match begun {
        Ok(serving) => serving,
        // It went before it said anything.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(BrokenPipe(error.to_string())),
    };
    serving.waiting().await.map_err(|error| BrokenPipe(error.to_string()))?;
    Ok(())
}
