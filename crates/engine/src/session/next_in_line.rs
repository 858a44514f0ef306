//! The interpreter that boots while a reader reads: for the block after the one that ran last.
//!
//! A guess costs nothing but memory. When another block is run instead, and its language differs,
//! the standby is discarded and the program starts plainly.

use std::sync::Arc;

use document::{Block, Document};
use sandbox::{Sandbox, Standby, runtime::Runtimes};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use super::Run;
use crate::{
    kernels::{self, Kernels, Seat},
    program,
};

pub(super) struct NextInLine {
    runtimes: Arc<Runtimes>,
    /// What ran last, or stands before everything.
    last: Option<(Arc<Document>, String)>,
    booting: Option<JoinHandle<Option<Standby>>>,
}

impl NextInLine {
    pub(super) fn new(runtimes: Arc<Runtimes>) -> Self {
        Self { runtimes, last: None, booting: None }
    }

    /// Prepares for the first block of a document.
    pub(super) fn prepare_first(
        &mut self,
        tasks: &TaskTracker,
        sandbox: &Sandbox,
        document: &Document,
        kernels: &mut Kernels,
    ) {
        self.prepare(tasks, sandbox, (document, document.runnable().next()), kernels);
    }

    /// Prepares for the block after the last one; after the end, for the last one again.
    pub(super) fn prepare_next(
        &mut self,
        tasks: &TaskTracker,
        sandbox: &Sandbox,
        kernels: &mut Kernels,
    ) {
        let Some((document, last)) = self.last.clone() else { return };
        let mut blocks = document.runnable().skip_while(|it| it.id.as_str() != last);
        let (last, next) = (blocks.next(), blocks.next());
        self.prepare(tasks, sandbox, (&document, next.or(last)), kernels);
    }

    fn prepare(
        &mut self,
        tasks: &TaskTracker,
        sandbox: &Sandbox,
        (document, block): (&Document, Option<&Block>),
        kernels: &mut Kernels,
    ) {
        if self.booting.is_some() {
            return;
        }
        let Some(block) = block else { return };
        let Ok(program) = program::place(document, block, &self.runtimes) else { return };
        let (installed, sandbox) = (program.installed, sandbox.clone());
        let choice = kernels::choice(document, block);
        match kernels.seat(&choice, &installed, sandbox.workspace()) {
            Seat::Kernel { slot, plan } => {
                self.booting = Some(tasks.spawn(async move {
                    if let Err(error) = slot.kernel(&sandbox, &plan).await {
                        tracing::debug!(%error, "no kernel could be started ahead");
                    }
                    None
                }));
            }
            Seat::Bash { .. } => {}
            Seat::Alone(_) => {
                let plan = installed.standby(sandbox.workspace(), &program.path);
                let Some(plan) = plan.map(Arc::new) else { return };
                self.booting = Some(tasks.spawn(async move {
                    match sandbox.prepare(plan).await {
                        Ok(standby) => Some(standby),
                        Err(error) => {
                            tracing::debug!(%error, "no interpreter could be started ahead");
                            None
                        }
                    }
                }));
            }
        }
    }

    /// The standby for a run, if one has booted that can become it. Notes what runs now.
    pub(super) async fn take(&mut self, run: &Run) -> Option<Standby> {
        self.last = run.execution.block.clone().map(|it| (Arc::clone(&run.document), it));
        // One that still boots would have to be waited for, as long as a plain start takes.
        let booted = self.booting.take_if(|it| it.is_finished());
        booted?.await.ok().flatten()
    }

    /// Waits for what still boots, so that nothing of it outlives the session.
    pub(super) async fn discard(&mut self) {
        if let Some(booting) = self.booting.take() {
            booting.abort();
            // Cancelled or not, it is over.
            drop(booting.await);
        }
    }
}
