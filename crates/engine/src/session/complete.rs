//! Asks a live kernel how a text might go on, while nothing runs. What comes to run meanwhile interrupts it.

use std::{sync::Arc, time::Duration};

use sandbox::{ProcessEvent, Program, Sandbox, SandboxPath, kernel::Kernel, runtime::Installed};
use serde::Deserialize;
use tokio::{sync::oneshot, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

use super::Actor;
use crate::kernels::Slot;

/// What an answer may take. Whoever types has gone on by then.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a kernel that was interrupted may take to wait again; after it the kernel ends.
const LAST_WORDS: Duration = Duration::from_millis(1500);

/// Bytes of an answer. A kernel gives a few hundred names.
const MAX_ANSWER: usize = 256 << 10;

const SIGINT: i32 = 2;

/// What somebody asks a kernel.
pub(crate) struct Question {
    pub(crate) kernel: document::Kernel,
    pub(crate) installed: Installed,
    pub(crate) text: String,
    /// As strings of its language count.
    pub(crate) at: usize,
}

/// What a kernel says; as hostile as all that comes out of a sandbox.
#[derive(Debug, Deserialize)]
pub(crate) struct Said {
    pub(crate) completions: Vec<String>,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// A question under way.
pub(super) struct Completing {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Actor {
    /// Asks the kernel, unless there is none or it has something else to do.
    pub(super) fn complete(&mut self, question: Question, reply: oneshot::Sender<Option<Said>>) {
        let is_busy = self.is_paused()
            || self.running.is_some()
            || !self.queue.is_empty()
            || self.completing.is_some();
        let Question { kernel, installed, text, at } = question;
        let slot = self.kernels.live(&kernel, installed.runtime.name);
        // Whoever asked is told that nobody knows by the reply being dropped.
        let (Some(slot), Some((sandbox, _)), false) = (slot, &self.sandbox, is_busy) else {
            return;
        };
        let path = SandboxPath::try_from("completion").expect("our own file names are safe");
        let plain = installed.program(sandbox.workspace(), &path);
        let program = Kernel::completion(&plain, &text, at);
        let stop = CancellationToken::new();
        let (sandbox, stopped) = (sandbox.clone(), stop.clone());
        let task = self.engine.tasks.spawn(async move {
            let said = ask(&sandbox, &slot, program, stopped).await;
            // Whoever asked may have gone on typing.
            reply.send(said).ok();
        });
        self.completing = Some(Completing { task, stop });
    }

    /// Lets a question come to its end, before its kernel is stopped in the middle of it.
    pub(super) async fn finish_completing(&mut self) {
        self.stop_completing();
        if self.completing.is_some() {
            completed(&mut self.completing).await;
        }
    }

    /// Makes room for something that is to run.
    pub(super) fn stop_completing(&self) {
        if let Some(completing) = &self.completing {
            completing.stop.cancel();
        }
    }
}

/// Waits for the end of a question; for ever if there is none.
pub(super) async fn completed(completing: &mut Option<Completing>) {
    let Some(it) = completing else { return std::future::pending().await };
    if let Err(error) = (&mut it.task).await {
        tracing::error!(%error, "a question to a kernel failed");
    }
    *completing = None;
}

async fn ask(
    sandbox: &Sandbox,
    slot: &Arc<Slot>,
    program: Program,
    stop: CancellationToken,
) -> Option<Said> {
    let mut process = sandbox.run_in(slot.booted()?, program).await.ok()?;
    let mut message = Vec::new();
    let mut said = None;
    let mut deadline = Instant::now() + PATIENCE;
    let mut is_interrupted = false;
    loop {
        tokio::select! {
            event = process.next() => match event {
                Some(ProcessEvent::Said(bytes, is_last)) => {
                    if message.len() + bytes.len() <= MAX_ANSWER {
                        message.extend_from_slice(&bytes);
                    }
                    if is_last {
                        said = said.or_else(|| serde_json::from_slice(&message).ok());
                        message.clear();
                    }
                }
                Some(ProcessEvent::Exit(_) | ProcessEvent::Lost) | None => return said,
                Some(
                    ProcessEvent::Stdout(_) | ProcessEvent::Stderr(_) | ProcessEvent::Truncated,
                ) => {}
            },
            () = stop.cancelled(), if !is_interrupted => deadline = Instant::now(),
            () = tokio::time::sleep_until(deadline) => {
                if is_interrupted {
                    // Dropping the process ends the kernel, which does not listen.
                    return said;
                }
                is_interrupted = true;
                deadline = Instant::now() + LAST_WORDS;
                // One that has ended meanwhile needs no signal.
                process.handle().signal(SIGINT).await.ok();
            }
        }
    }
}
