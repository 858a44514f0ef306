//! The `runbook` binary: reads arguments and environment, calls the engine or starts the server,
//! prints. The only crate that prints and that reads the environment.

mod args;
mod backend;
mod commands;
mod documents;
mod failure;
mod interrupt;
mod junit;
mod output;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use self::args::{Args, Command};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return output::usage(&error),
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&args.log))
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(args.command)),
        Err(error) => Err(failure::Failure::internal(error)),
    };
    match done {
        Ok(code) => code,
        Err(failure) => output::failure(&failure),
    }
}

async fn run(command: Command) -> Result<ExitCode, failure::Failure> {
    match command {
        Command::Hub(args) => commands::hub::run(args).await,
        Command::Open(args) => commands::open::run(args).await,
        Command::Run(args) => commands::run::run(args).await,
        Command::Exec(args) => commands::exec::run(args).await,
        Command::Check(args) => commands::check::run(&args),
        Command::Doctor(args) => commands::doctor::run(&args).await,
    }
}
