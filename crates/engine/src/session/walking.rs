//! Walks of a session: each execution of one is made when the one before has ended, so that what a failure
//! leaves behind was never begun. Whoever closes their page leaves the walk to the session.

use std::{collections::BTreeMap, sync::Arc};

use document::{Block, BlockId, Document, Selection};
use model::{
    event::Usage,
    execution::{Execution, State as ExecutionState},
    id::ExecutionId,
    limits::Limits,
    walk::{State, Verdict, Walk},
};
use tracing::Span;

use super::{Actor, QUEUE, Run, StartError};
use crate::{
    RunError,
    given::Given,
    kernels,
    program::{self, ProgramError},
    random_id,
    secrets::SecretText,
};

/// What somebody asks a session to run.
pub(crate) struct WalkOrder {
    pub(crate) document: Arc<Document>,
    /// Number of the revision that the document is of.
    pub(crate) revision: i64,
    pub(crate) selection: Selection,
    /// The runbook's inputs.
    pub(crate) given: Given,
    pub(crate) is_interactive: bool,
    pub(crate) span: Span,
}

/// A walk that has begun, or was under way.
#[derive(Clone, Debug)]
pub struct Begun {
    pub walk: WalkView,
    /// The blocks that run, in order.
    pub blocks: Vec<String>,
    /// The first execution of it, or the one that runs the block already.
    pub execution: Option<Execution>,
    /// Somebody had asked for the same, and it is not over: nothing was added.
    pub is_under_way: bool,
}

/// How far a walk is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkView {
    /// Counted from 1 within the session.
    pub number: u64,
    pub state: State,
    pub done: usize,
    pub total: usize,
    /// The block that runs or is next; of a walk that is over, the one that ran last.
    pub block: Option<String>,
    /// Blocks that a walk that is over did not come to.
    pub not_run: Vec<String>,
}

pub(super) struct Walking {
    number: u64,
    walk: Walk,
    order: WalkOrder,
    /// Blocks that nobody asked for but others.
    needs: Vec<BlockId>,
    /// All that its blocks name.
    secrets: BTreeMap<String, SecretText>,
}

impl Walking {
    fn view(&self) -> WalkView {
        let blocks = self.walk.blocks();
        let done = self.walk.done();
        let last = || done.checked_sub(1).and_then(|it| blocks.get(it)).map(String::as_str);
        WalkView {
            number: self.number,
            state: self.walk.state(),
            done,
            total: blocks.len(),
            block: self.walk.next().or_else(last).map(str::to_owned),
            not_run: self.walk.not_run().to_vec(),
        }
    }

    /// Whether it goes over more than the blocks that somebody named.
    fn is_tour(&self) -> bool {
        !matches!(self.order.selection, Selection::Blocks(_))
    }

    fn is_still_to_run(&self, block: &str) -> bool {
        let left = self.walk.blocks().iter().skip(self.walk.done());
        left.map(String::as_str).any(|it| it == block)
    }
}

impl Actor {
    pub(super) async fn walk(&mut self, order: WalkOrder) -> Result<Begun, RunError> {
        if let Some(begun) = self.same(&order.selection) {
            return Ok(begun);
        }
        if self.queue.len() >= QUEUE {
            return Err(StartError::QueueFull.into());
        }
        let document = Arc::clone(&order.document);
        let done = self.memory.done(&document);
        let planned = document.plan(&order.selection, |it| done.contains(&it.id))?;
        let mut names = Vec::new();
        for it in &planned {
            // Found out before anything runs, so that nothing is left half done.
            program::check_runtime(it.block, &self.grant.runtimes)?;
            names.extend(document.secrets_of(it.block));
        }
        names.sort_unstable();
        names.dedup();
        let user = self.view.borrow().session.user;
        let secrets = self.engine.open_named_secrets(user, &names).await?;
        let blocks: Vec<String> = planned.iter().map(|it| it.block.id.to_string()).collect();
        let needs = planned.iter().filter(|it| it.is_need).map(|it| it.block.id.clone()).collect();
        self.walks_begun += 1;
        let (number, walk) = (self.walks_begun, Walk::new(blocks.clone(), false));
        self.walks.push(Walking { number, walk, order, needs, secrets });
        let index = self.walks.len() - 1;
        let mut begun =
            Begun { walk: self.walks[index].view(), blocks, execution: None, is_under_way: false };
        begun.execution = self.step(index, false).await?;
        Ok(begun)
    }

    /// What somebody asked for before, if it is the same and not over.
    fn same(&self, selection: &Selection) -> Option<Begun> {
        let begun = |walking: Option<&Walking>, execution: Option<&Execution>| Begun {
            walk: walking.map_or_else(alone, Walking::view),
            blocks: walking.map(|it| it.walk.blocks().to_vec()).unwrap_or_default(),
            execution: execution.cloned(),
            is_under_way: true,
        };
        match selection {
            Selection::Blocks(blocks) => {
                let [block] = blocks.as_slice() else { return None };
                let walking = self.walks.iter().find(|it| it.is_still_to_run(block.as_str()));
                let execution = self.under_way(block.as_str());
                let is_there = walking.is_some() || execution.is_some();
                is_there.then(|| begun(walking, execution))
            }
            Selection::All | Selection::From(_) | Selection::Section(_) => {
                let tour = self.walks.iter().find(|it| it.is_tour())?;
                Some(begun(Some(tour), None))
            }
        }
    }

    /// Goes on with the walk of an execution that has ended, if it belongs to one.
    pub(super) async fn walk_on(&mut self, number: Option<u64>, verdict: Verdict) {
        let index = number.and_then(|number| self.walks.iter().position(|it| it.number == number));
        let Some(index) = index else { return };
        self.walks[index].walk.ended(verdict);
        if let Err(error) = self.step(index, true).await {
            tracing::warn!(session = %self.id, %error, "a walk could not go on");
            self.view.send_modify(|it| it.message = Some(error.to_string()));
        }
    }

    /// Puts the next block of a walk into the queue, or takes the walk away if there is none.
    async fn step(&mut self, index: usize, is_next: bool) -> Result<Option<Execution>, RunError> {
        let stepped = match self.next_run(index) {
            Ok(Some(run)) => self.enqueue(run, is_next).await.map(Some).map_err(RunError::from),
            Ok(None) => Ok(None),
            Err(error) => Err(error.into()),
        };
        if !matches!(stepped, Ok(Some(_))) {
            self.walks[index].walk.stop();
        }
        self.show_walk(index);
        if self.walks[index].walk.state() != State::Running {
            self.walks.remove(index);
        }
        stepped
    }

    /// The next block of a walk that must run; those that need not are passed over.
    fn next_run(&mut self, index: usize) -> Result<Option<Run>, ProgramError> {
        let document = Arc::clone(&self.walks[index].order.document);
        loop {
            let walking = &self.walks[index];
            let Some(id) = walking.walk.next().map(BlockId::new) else { return Ok(None) };
            let block = document.block(&id).expect("a plan names blocks of its document");
            let is_need = walking.needs.contains(&id);
            // Done meanwhile by what somebody else asked for, or running all the time.
            let is_done = is_need && self.memory.done(&document).contains(&id);
            let in_background =
                |it: &super::Running| it.execution.block.as_deref() == Some(id.as_str());
            if !is_done && !self.background.iter().any(in_background) {
                return self.run_of(index, block).map(Some);
            }
            self.walks[index].walk.ended(Verdict::Passed);
        }
    }

    fn run_of(&self, index: usize, block: &Block) -> Result<Run, ProgramError> {
        let Walking { number, order, secrets, .. } = &self.walks[index];
        let named = order.document.secrets_of(block);
        let own = named.iter().filter_map(|it| secrets.get_key_value(*it));
        let mut given = order.given.clone();
        given.secrets.extend(own.map(|(name, it)| (name.clone(), it.clone())));
        let run = NewRun {
            document: &order.document,
            revision: order.revision,
            block,
            given,
            is_interactive: order.is_interactive,
            span: &order.span,
        };
        let limits = &self.engine.config.limits;
        let run = run.at(
            &self.view.borrow().session,
            (&self.grant.runtimes, limits),
            self.engine.clock.now(),
        )?;
        Ok(Run { walk: Some(*number), ..run })
    }

    fn show_walk(&self, index: usize) {
        let view = self.walks[index].view();
        // A block that brings nothing with it shows by itself.
        if view.total > 1 || self.walks[index].is_tour() {
            self.view.send_modify(|it| it.activity.walk = Some(view));
        }
    }

    /// Ends all walks, what they run and what waits.
    pub(super) async fn stop_all(&mut self) {
        // The walk of what runs ends with that.
        let running = self.running.as_ref().map(|it| (it.execution.id, it.walk));
        let kept = running.and_then(|it| it.1);
        self.end_walks(kept);
        let waiting: Vec<ExecutionId> = self.queue.iter().map(|it| it.execution.id).collect();
        for execution in waiting.into_iter().chain(running.map(|it| it.0)) {
            self.cancel(execution).await;
        }
    }

    /// Ends all walks but one.
    pub(super) fn end_walks(&mut self, kept: Option<u64>) {
        for index in 0..self.walks.len() {
            if Some(self.walks[index].number) != kept {
                self.walks[index].walk.stop();
                self.show_walk(index);
            }
        }
        self.walks.retain(|it| Some(it.number) == kept);
    }
}

/// The view of a block that runs by itself.
fn alone() -> WalkView {
    WalkView {
        number: 0,
        state: State::Running,
        done: 0,
        total: 1,
        block: None,
        not_run: Vec::new(),
    }
}

/// A block that is to run in a session.
pub(crate) struct NewRun<'a> {
    pub(crate) document: &'a Arc<Document>,
    /// Number of the revision that the document is of.
    pub(crate) revision: i64,
    pub(crate) block: &'a Block,
    pub(crate) given: Given,
    pub(crate) is_interactive: bool,
    /// The request that asked for it.
    pub(crate) span: &'a Span,
}

impl NewRun<'_> {
    /// The run of it, accepted at a time.
    pub(crate) fn at(
        self,
        session: &model::session::Session,
        (runtimes, usual): (&sandbox::runtime::Runtimes, &Limits),
        now: model::time::Timestamp,
    ) -> Result<Run, ProgramError> {
        let Self { document, revision, block, given, is_interactive, span } = self;
        let (program, limits) = program::prepare(document, block, runtimes, usual)?;
        let is_background = block.options.background;
        // What serves others ends with the session, unless its block says otherwise.
        let timeout = if is_background { block.options.timeout } else { limits.timeout };
        let execution = Execution {
            id: ExecutionId::from_random(random_id()),
            user: session.user,
            runbook: Some(session.runbook),
            session: Some(session.id),
            block: Some(block.id.to_string()),
            content_hash: block.content_hash.clone(),
            runtime: program::runtime_name(block)?.to_owned(),
            state: ExecutionState::Queued,
            created_at: now,
            started_at: None,
            finished_at: None,
            usage: Usage::default(),
        };
        let span = tracing::error_span!(
            parent: span,
            "execution",
            execution.id = %execution.id,
            execution.runtime = execution.runtime,
            session.id = %session.id,
        );
        Ok(Run {
            execution,
            program,
            document: Arc::clone(document),
            revision,
            limits: Limits { timeout, ..limits },
            kernel: kernels::choice(document, block),
            expect: block.options.expect,
            is_background,
            given,
            walk: None,
            is_interactive,
            span,
        })
    }
}
