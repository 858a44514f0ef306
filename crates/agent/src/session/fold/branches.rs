//! Branches and pull requests.

use std::collections::BTreeSet;

use crate::{
    plan::StepNumber,
    session::{
        branches::{Branch, BranchState, Delivered, Pusher, Readiness},
        event::BranchEvent,
        settings::Opening,
        state::State,
        work::BranchId,
    },
};

impl State {
    pub(super) fn fold_branch(&mut self, event: &BranchEvent) {
        match event {
            BranchEvent::ReadyAsked { branch } => {
                self.change(*branch, |it| it.readiness = Readiness::Asked);
            }
            BranchEvent::BecameReady { branch } => {
                self.change(*branch, |it| it.readiness = Readiness::Ready);
            }
            BranchEvent::CiEnded { .. } => {}
            BranchEvent::PersonPushed { branch, head } => self.change(*branch, |it| {
                it.head.clone_from(head);
                it.last_push = Pusher::Person;
            }),
            BranchEvent::BranchSettled { branch, state } => {
                self.change(*branch, |it| it.state = *state);
            }
            BranchEvent::OrderDeclined { branch, comment, .. } => self.hear(*branch, comment),
        }
    }

    pub(super) fn take_delivery(&mut self, change: &Delivered) {
        let step = self.running_step().cloned();
        if self.branch(change.branch).is_none() {
            self.branches.push(Branch {
                id: change.branch,
                name: change.name.clone(),
                base: change.base.clone(),
                head: change.head.clone(),
                steps: BTreeSet::new(),
                request: None,
                readiness: Readiness::Ready,
                state: BranchState::Open,
                ci_attempts: 0,
                last_push: Pusher::Platform,
                heard: BTreeSet::new(),
            });
        }
        self.change(change.branch, |it| {
            it.head.clone_from(&change.head);
            if it.request.is_none() {
                it.readiness = match change.opening {
                    Opening::Draft => Readiness::Draft,
                    Opening::Ready => Readiness::Ready,
                };
            }
            it.request = change.request.clone().or(it.request.take());
            it.last_push = Pusher::Platform;
            it.steps.extend(step);
        });
    }

    /// Completed steps from one on are not, and branches end where they did before them.
    pub(super) fn take_back(&mut self, from: &StepNumber) {
        for reset in self.resets(from) {
            self.change(reset.branch, |it| {
                it.steps.retain(|it| it < from);
                match reset.head {
                    Some(head) => it.head = head,
                    None => it.state = BranchState::Closed,
                }
            });
        }
        self.progress.retain(|step, _| step < from);
    }

    pub(super) fn hand_over(&mut self, branch: BranchId) {
        self.change(branch, |it| {
            it.last_push = Pusher::Platform;
            it.ci_attempts = 0;
        });
    }

    pub(super) fn count_attempt(&mut self, branch: BranchId) {
        self.change(branch, |it| it.ci_attempts = it.ci_attempts.saturating_add(1));
    }

    pub(super) fn hear(&mut self, branch: BranchId, comment: &str) {
        self.change(branch, |it| {
            it.heard.insert(comment.to_owned());
        });
    }

    fn change(&mut self, id: BranchId, change: impl FnOnce(&mut Branch)) {
        if let Some(branch) = self.branches.iter_mut().find(|it| it.id == id) {
            change(branch);
        }
    }
}
