//! `runbook mcp`: an MCP server on standard input and output. Nothing but the protocol is on stdout.

mod documents;
mod local;
mod remote;

use std::process::ExitCode;

use ::mcp::Tools;
use tokio_util::{io::StreamReader, sync::CancellationToken};

use self::{local::LocalTools, remote::RemoteTools};
use super::exec::stdin;
use crate::{
    args::{McpArgs, ServerFlags},
    failure::{Failure, INTERRUPTED},
    interrupt::Interrupt,
};

pub(crate) async fn run(args: McpArgs) -> Result<ExitCode, Failure> {
    match args.server.clone() {
        Some(server) => {
            let flags = ServerFlags { server, token: args.token };
            serve(RemoteTools::connect(flags).await?).await
        }
        None => {
            let (tools, engine) = LocalTools::start(&args).await?;
            let served = serve(tools).await;
            engine.shutdown().await;
            served
        }
    }
}

/// Answers until the input ends, or somebody asks the process to.
async fn serve(tools: impl Tools) -> Result<ExitCode, Failure> {
    let (stop, interrupt) = (CancellationToken::new(), Interrupt::listen()?);
    let read = StreamReader::new(stdin::stream().into_inner());
    let serving = ::mcp::serve(tools, read, tokio::io::stdout(), stop.clone());
    // Whoever sends something else is told so.
    interrupt.stops(&stop, serving).await.map_err(Failure::rejected)?;
    Ok(if stop.is_cancelled() { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS })
}
