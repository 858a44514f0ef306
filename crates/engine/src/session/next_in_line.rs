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
use crate::program;

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
    ) {
        self.prepare(tasks, sandbox, document, document.runnable().next());
    }

    /// Prepares for the block after the last one; after the end, for the last one again.
    pub(super) fn prepare_next(&mut self, tasks: &TaskTracker, sandbox: &Sandbox) {
        let Some((document, last)) = self.last.clone() else { return };
        let mut blocks = document.runnable().skip_while(|it| it.id.as_str() != last);
        let (last, next) = (blocks.next(), blocks.next());
        self.prepare(tasks, sandbox, &document, next.or(last));
    }

    fn prepare(
        &mut self,
        tasks: &TaskTracker,
        sandbox: &Sandbox,
        document: &Document,
        block: Option<&Block>,
    ) {
        if self.booting.is_some() {
            return;
        }
        let plan = block.and_then(|it| {
            let program = program::place(document, it, &self.runtimes).ok()?;
            program.installed.standby(sandbox.workspace(), &program.path)
        });
        let Some(plan) = plan.map(Arc::new) else { return };
        let sandbox = sandbox.clone();
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
