//! Running blocks in a session: one, or several in an order that the engine decides.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use document::{BlockId, Document, Freshness, Ran, Selection, Stale};
use model::{
    execution::Execution,
    id::{SessionId, UserId},
};
use store::StoreError;

use crate::{
    BlockName, Engine, Opened, RunError,
    given::Given,
    program,
    session::{Begun, Handle, Message, NewRun, WalkOrder},
};

/// What somebody wants to run, as they see the runbook.
#[derive(Clone, Debug)]
pub enum BlockSelection {
    /// A block, after those that it needs and that have not passed in the session since they last changed.
    Block(BlockName),
    /// Every block that is not excluded from this.
    All,
    /// A block and those after it.
    From { block: String },
    /// The blocks of the section that a block stands in.
    Section { block: String },
}

impl Engine {
    /// Runs blocks of the session's runbook in order, as its latest revision has them, until one does not end
    /// as it should. What is under way already is not begun again. Values of secret inputs that somebody typed
    /// are kept in memory until the session ends.
    ///
    /// # Errors
    ///
    /// When the session has ended, a block is not there, was edited or does not run, needs what is not there,
    /// its runtime or a secret is missing, what was typed is no secret input or too short or too long, or the
    /// store fails. Then nothing runs.
    pub async fn walk(
        &self,
        session: SessionId,
        selection: BlockSelection,
        typed: BTreeMap<String, String>,
        is_interactive: bool,
    ) -> Result<Begun, RunError> {
        let (handle, document, revision) = self.session_document(session).await?;
        handle.type_secrets(&document, typed)?;
        let selection = match selection {
            BlockSelection::Block(name) => {
                Selection::Blocks(vec![program::find(&document, &name)?.id.clone()])
            }
            BlockSelection::All => Selection::All,
            BlockSelection::From { block } => Selection::From(BlockId::new(block)),
            BlockSelection::Section { block } => Selection::Section(BlockId::new(block)),
        };
        let span = tracing::Span::current();
        let given = self.given(&handle, &document).await?;
        handle.walk(WalkOrder { document, revision, selection, given, is_interactive, span }).await
    }

    /// Ends what runs in a session in the order of its blocks, and what waits; what runs in the background goes
    /// on.
    pub async fn stop_walks(&self, session: SessionId) {
        if let Some(handle) = self.0.handle(session) {
            handle.tell(Message::Stop).await;
        }
    }

    /// Runs a block of the session's runbook and nothing that it needs, as its latest revision has it. An
    /// interactive one may be written to by [`feed`](Self::feed); the input of any other is empty.
    ///
    /// # Errors
    ///
    /// When the session has ended, the block is not there, was edited or does not run, its
    /// runtime or a secret is missing, or the store fails.
    pub async fn run_block(
        &self,
        session: SessionId,
        name: BlockName,
        is_interactive: bool,
    ) -> Result<Execution, RunError> {
        let (handle, document, revision) = self.session_document(session).await?;
        let block = program::find(&document, &name)?;
        let session = handle.view.borrow().session.clone();
        let names = document.secrets_of(block);
        let secrets = self.0.open_named_secrets(session.user, &names).await?;
        let mut given = self.given(&handle, &document).await?;
        given.secrets.extend(secrets);
        let span = &tracing::Span::current();
        let run = NewRun { document: &document, revision, block, given, is_interactive, span };
        let limits = &self.0.config.limits;
        let run = run.at(&session, (&handle.runtimes, limits), self.0.clock.now())?;
        Ok(handle.run(run).await?)
    }

    /// What the runbook's inputs give to programs of a session.
    async fn given(&self, handle: &Handle, document: &Document) -> Result<Given, RunError> {
        let (user, runbook) = {
            let view = handle.view.borrow();
            (view.session.user, view.session.runbook)
        };
        let typed = handle.typed().clone();
        self.0.given((user, runbook), document, &typed).await
    }

    /// The document of a session as it is now, with the number of its revision.
    async fn session_document(
        &self,
        session: SessionId,
    ) -> Result<(Handle, Arc<Document>, i64), RunError> {
        let handle = self.0.handle(session).ok_or(RunError::NoSession)?;
        let runbook = handle.view.borrow().session.runbook;
        let opened = self.open_runbook(runbook).await?.ok_or(RunError::NoSession)?;
        Ok((handle, opened.document, opened.revision.number))
    }

    /// The blocks of a runbook whose last execution by a user no longer follows from the document, and why.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn stale_blocks(
        &self,
        user: UserId,
        Opened { runbook, document, .. }: &Opened,
    ) -> Result<Vec<(BlockId, Stale)>, StoreError> {
        let latest = self.0.store.reader().latest_executions(user, runbook.id).await?;
        let last: HashMap<_, _> = latest
            .iter()
            .filter_map(|it| {
                let at = it.started_at?.as_millis();
                Some((it.block.as_deref()?, Ran { content_hash: it.content_hash.clone(), at }))
            })
            .collect();
        let found = document.freshness(|it| last.get(it.id.as_str()).cloned());
        let stale = document.blocks.iter().zip(found).filter_map(|(block, it)| match it {
            Freshness::Stale(why) => Some((block.id.clone(), why)),
            Freshness::NotRun | Freshness::Fresh => None,
        });
        Ok(stale.collect())
    }
}
