//! What an event makes of a state. It decides nothing: whatever was stored is so.

mod asks;
mod branches;
mod plan;
mod work;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    branches::NextBranch,
    event::{Event, EventKind, LifeEvent},
    state::{Lifecycle, Sandbox, State, Usage},
    work::Phase,
};

impl State {
    /// A session as its first event says; `None` for any other event.
    #[must_use]
    pub fn begin(event: &Event) -> Option<Self> {
        let EventKind::Life(LifeEvent::Opened { id, owner, settings, from }) = &event.kind else {
            return None;
        };
        Some(Self {
            id: *id,
            owner: *owner,
            origin: *from,
            seq: event.seq,
            last_at: event.at,
            settings: settings.clone(),
            people: BTreeSet::from([*owner]),
            lifecycle: Lifecycle::Active,
            phase: Phase::Planning,
            versions: Vec::new(),
            plan: None,
            proposal: None,
            comments: Vec::new(),
            progress: BTreeMap::new(),
            queue: VecDeque::new(),
            running: None,
            approvals: Vec::new(),
            questions: Vec::new(),
            remembered: Vec::new(),
            choice: None,
            next_branch: NextBranch::default(),
            branches: Vec::new(),
            sandbox: Sandbox::None,
            usage: Usage::default(),
        })
    }

    /// What all events of a session add up to; `None` unless the first one opens it.
    #[must_use]
    pub fn of(events: &[Event]) -> Option<Self> {
        let (first, rest) = events.split_first()?;
        let mut state = Self::begin(first)?;
        rest.iter().for_each(|it| state.fold(it));
        Some(state)
    }

    pub fn fold(&mut self, event: &Event) {
        self.seq = event.seq;
        self.last_at = event.at;
        match &event.kind {
            EventKind::Life(life) => self.fold_life(life),
            EventKind::Plan(plan) => self.fold_plan(event, plan),
            EventKind::Work(work) => self.fold_work(event, work),
            EventKind::Ask(ask) => self.fold_ask(event, ask),
            EventKind::Branch(branch) => self.fold_branch(branch),
        }
    }

    fn fold_life(&mut self, event: &LifeEvent) {
        match event {
            // Only the first event opens a session.
            LifeEvent::Opened { .. } => {}
            LifeEvent::Configured { settings, .. } => self.settings = settings.clone(),
            LifeEvent::Shared { with, .. } => {
                self.people.insert(*with);
            }
            LifeEvent::Paused { reason, .. } => {
                self.lifecycle = Lifecycle::Paused(*reason);
                self.let_sandbox_sleep();
            }
            LifeEvent::Resumed { .. } | LifeEvent::Unarchived { .. } => {
                self.lifecycle = Lifecycle::Active;
            }
            LifeEvent::Archived { .. } => {
                self.lifecycle = Lifecycle::Archived;
                self.sandbox = Sandbox::None;
            }
            LifeEvent::Metered { usage } => {
                let sum = &mut self.usage;
                sum.input_tokens = sum.input_tokens.saturating_add(usage.input_tokens);
                sum.output_tokens = sum.output_tokens.saturating_add(usage.output_tokens);
                sum.cost = sum.cost.saturating_add(usage.cost);
            }
            LifeEvent::Restarted | LifeEvent::SandboxLost { .. } => {
                self.sandbox = Sandbox::None;
                self.withdraw_asks();
            }
        }
    }

    /// In a session that is paused, once nothing runs in it.
    fn let_sandbox_sleep(&mut self) {
        let is_paused = matches!(self.lifecycle, Lifecycle::Paused(_));
        if is_paused && self.running.is_none() && self.sandbox == Sandbox::Up {
            self.sandbox = Sandbox::Paused;
        }
    }
}
