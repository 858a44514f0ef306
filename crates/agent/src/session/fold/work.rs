//! The queue, and what runs.

use crate::session::{
    branches::Delivered,
    event::{Event, Place, WorkEvent},
    state::{Progress, Sandbox, State},
    work::{End, Fence, Running, Source, Stage, Task, Work, WorkId},
};

impl State {
    pub(super) fn fold_work(&mut self, event: &Event, work: &WorkEvent) {
        match work {
            WorkEvent::Queued { by, place, task } => {
                self.look_again(task);
                let work = Work { id: WorkId(event.seq), by: *by, task: task.clone() };
                match place {
                    Place::First => self.queue.push_front(work),
                    Place::Last => self.queue.push_back(work),
                }
            }
            WorkEvent::Dequeued { works, .. } => self.queue.retain(|it| !works.contains(&it.id)),
            WorkEvent::Began { work, from } => self.begin_work(Fence(event.seq), *work, from),
            WorkEvent::Prepared { .. } => self.sandbox = Sandbox::Up,
            WorkEvent::Entered { to, .. } => {
                self.withdraw_asks();
                self.enter(to.clone());
            }
            WorkEvent::Checked { failures, .. } => {
                let has_failed = !failures.is_empty();
                self.running.iter_mut().for_each(|it| it.repairs += u8::from(has_failed));
            }
            WorkEvent::Said { .. } | WorkEvent::Noted { .. } | WorkEvent::HeadMoved { .. } => {}
            WorkEvent::Delivered { change, .. } => {
                if let Some(change) = change {
                    self.take_delivery(change);
                }
                self.running.iter_mut().for_each(|it| it.delivered.clone_from(change));
            }
            WorkEvent::Faltered { until, .. } => {
                self.withdraw_asks();
                let until = *until;
                if let Some(it) = &mut self.running {
                    it.retries += 1;
                    let delivery = it.work.task.begun_delivery(&it.stage).cloned();
                    it.stage = Stage::Waiting { until, delivery };
                }
            }
            WorkEvent::Ended { end, .. } => self.end_work(end),
        }
    }

    /// The first attempt takes it out of the queue, each later one goes on with what is under way.
    fn begin_work(&mut self, fence: Fence, id: WorkId, from: &Stage) {
        if let Some(running) = &mut self.running {
            running.fence = fence;
            running.stage = from.clone();
            return;
        }
        let place = self.queue.iter().position(|it| it.id == id);
        let Some(work) = place.and_then(|it| self.queue.remove(it)) else { return };
        let version = self.version();
        let stage = from.clone();
        self.running =
            Some(Running { work, fence, stage, retries: 0, repairs: 0, version, delivered: None });
    }

    fn enter(&mut self, stage: Stage) {
        if let Some(running) = &mut self.running {
            running.stage = stage;
        }
    }

    fn end_work(&mut self, end: &End) {
        self.withdraw_asks();
        let Some(Running { work, delivered, stage, .. }) = self.running.take() else { return };
        self.let_sandbox_sleep();
        match (end, &work.task) {
            (End::Requeued, _) => self.queue.push_front(work),
            (End::Completed, Task::Step { step }) => {
                let commit = delivered.map(|it: Delivered| it.head);
                self.progress.insert(step.clone(), Progress::Completed { commit });
            }
            (End::Failed { failure }, Task::Step { step }) => {
                let delivery = work.task.begun_delivery(&stage).cloned();
                let failure = failure.clone();
                self.progress.insert(step.clone(), Progress::Failed { failure, delivery });
            }
            (End::Completed, Task::Revert { from }) => self.take_back(from),
            (
                End::Completed | End::Failed { .. },
                Task::Turn { .. }
                | Task::Revision { .. }
                | Task::OpenRequest { .. }
                | Task::Visit
                | Task::Revert { .. },
            ) => {}
        }
    }

    /// A branch for which somebody asks for a revision is theirs no more, and is mended anew.
    fn look_again(&mut self, task: &Task) {
        let Task::Revision { branch, source, .. } = task else { return };
        match source {
            Source::Person { .. } => self.hand_over(*branch),
            Source::Review { comment, .. } => {
                self.hand_over(*branch);
                comment.iter().for_each(|it| self.hear(*branch, it));
            }
            Source::Ci { .. } => self.count_attempt(*branch),
        }
    }
}
