//! The `runbook` binary: reads arguments and environment, calls the engine or starts the server,
//! prints. The only crate that prints and that reads the environment.

mod agents;
mod args;
mod backend;
mod cache;
mod commands;
mod database;
mod documents;
mod failure;
mod github_app;
mod indexes;
mod interrupt;
mod junit;
mod key;
mod output;
mod signers;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

use self::{
    args::{Args, Command},
    telemetry::Telemetry,
};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return output::usage(&error),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.map_err(failure::Failure::internal).and_then(|runtime| {
        let telemetry = Telemetry::start(&args.log, runtime.handle())?;
        let done = runtime.block_on(run(args.command));
        telemetry.flush();
        done
    });
    match done {
        Ok(code) => code,
        Err(failure) => output::failure(&failure),
    }
}

async fn run(command: Command) -> Result<ExitCode, failure::Failure> {
    match command {
        Command::Hub(args) => commands::hub::run(*args).await,
        Command::Worker(args) => commands::worker::run(*args).await,
        Command::Job(command) => commands::job::run(command).await,
        Command::Audit(command) => commands::audit::run(command).await,
        Command::Open(args) => commands::open::open(args).await,
        Command::Serve(args) => commands::open::serve(args).await,
        Command::Watch(args) => commands::open::watch(args).await,
        Command::Run(args) => commands::run::run(args).await,
        Command::Exec(args) => commands::exec::run(args).await,
        Command::Mcp(args) => commands::mcp::run(args).await,
        Command::Check(args) => commands::check::run(args).await,
        Command::Test(args) => commands::test::run(args).await,
        Command::Convert(args) => commands::convert::run(&args),
        Command::Fmt(args) => commands::fmt::run(&args),
        Command::User(command) => commands::user::run(command).await,
        Command::Token(command) => commands::token::run(command).await,
        Command::Image(args) => commands::image::run(args).await,
        Command::Doctor(args) => commands::doctor::run(&args).await,
    }
}
