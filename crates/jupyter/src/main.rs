//! Drives an installed Jupyter kernel as if it were one of our own.
//!
//! It runs inside the sandbox, beside the kernel: what a kernel says is read here, where nothing is to be
//! gained from it, and the sandbox needs no network. To the guest it is a kept standby like any other, which
//! hears orders and gives answers on one socket; its standard input is that socket.
//!
//! ```text
//!  guest ── orders, `say`, `end` ──▶ this program ── ZeroMQ on the loopback ──▶ kernel
//! ```
//!
//! Its argument is the name of the kernel as `jupyter kernelspec list` shows it.

mod control;
mod installed;
mod kernel;
mod turn;

use std::{io::Write, process::ExitCode, time::Duration};

use tokio::signal::unix::{SignalKind, signal};

use self::{control::Control, kernel::Kernel, turn::Turns};

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // What a standby prints before it is ready is why it never will be.
            // In one piece, since the guest takes the first for the whole.
            drop(std::io::stderr().write_all(format!("{error}\n").as_bytes()));
            // The guest reads it and ends us. If we ended before that, only the exit code would be told.
            tokio::time::sleep(LAST_WORDS_HEARD).await;
            ExitCode::FAILURE
        }
    }
}

/// Longest wait for the guest to hear why there is no kernel.
const LAST_WORDS_HEARD: Duration = Duration::from_secs(2);

async fn serve() -> Result<(), Failure> {
    let name = std::env::args().nth(1).ok_or(Failure::Unnamed)?;
    let control = Control::from_stdin()?;
    // From now on a word to stop is for the program that runs, never for this one.
    let interrupts = signal(SignalKind::interrupt())?;
    let kernel = Kernel::start(&name).await?;
    control.ready()?;
    let mut turns = Turns::new(kernel, interrupts);
    loop {
        let Some(order) = tokio::task::block_in_place(|| control.order())? else { return Ok(()) };
        let code = turns.take(order, &control).await?;
        control.end(code)?;
    }
}

/// Why there is no kernel, or no longer one.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("no kernel is named")]
    Unnamed,
    #[error("no Jupyter kernel `{name}` is installed; there are: {others}")]
    Unknown { name: String, others: String },
    #[error("the Jupyter kernel `{name}` cannot be started: {source}")]
    Start { name: String, source: std::io::Error },
    #[error("the Jupyter kernel has ended: {status}{said}")]
    Ended { status: String, said: String },
    #[error("the Jupyter kernel gave no answer within {} s", .0.as_secs())]
    Silent(std::time::Duration),
    #[error("the order cannot be read")]
    Order,
    #[error(transparent)]
    Jupyter(#[from] jupyter_zmq_client::RuntimeError),
    #[error(transparent)]
    System(#[from] std::io::Error),
}
